/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ocirun kill: send a signal. It is a number, or a name with or without SIG in any case. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "ocirun.h"

static const struct option options[] = {
	FLAG("all", 'a', all, "every process of the container, also when its first one has ended"),
	{ NULL, 0, 0, 0, NULL, NULL },
};

/* signal(7): what C libraries leave to programs, which begins elsewhere in others than glibc. */
#define RTMIN 34
#define RTMAX 64

static int parse_realtime(const char *name)
{
	int base = strncasecmp(name, "RTMIN", 5) == 0 ? RTMIN : RTMAX;
	const char *rest = name + 5;
	int offset = rest[0] ? atoi(rest + 1) : 0, signal;

	if (rest[0] && ((rest[0] != '+' && rest[0] != '-') || !rest[1] ||
			rest[1 + strspn(rest + 1, "0123456789")] || strlen(rest) > 3))
		return -1;
	signal = rest[0] == '-' ? base - offset : base + offset;
	return signal >= RTMIN && signal <= RTMAX ? signal : -1;
}

/* Names that some signals have besides. */
static const struct {
	const char *name;
	int signal;
} aliases[] = { { "IO", SIGIO }, { "POLL", SIGPOLL }, { "IOT", SIGIOT }, { "CLD", SIGCHLD } };

static int parse(const char *text)
{
	const char *name = strncasecmp(text, "SIG", 3) == 0 ? text + 3 : text;

	if (text[0] && strlen(text) < 3 && !text[strspn(text, "0123456789")])
		return atoi(text) <= RTMAX ? atoi(text) : -1;
	if (strncasecmp(name, "RTMIN", 5) == 0 || strncasecmp(name, "RTMAX", 5) == 0)
		return parse_realtime(name);
	for (size_t i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++)
		if (strcasecmp(aliases[i].name, name) == 0)
			return aliases[i].signal;
	for (int signal = 1; signal < RTMIN; signal++) {
		const char *known = sigabbrev_np(signal);

		if (known && strcasecmp(known, name) == 0)
			return signal;
	}
	return -1;
}

static int run(const struct arguments *arguments, struct oci_context *context)
{
	const char *text = arguments->n_names > 1 ? arguments->names[1] : "TERM";
	int signal = parse(text);
	struct oci_error err;

	if (signal < 0)
		return report_text("unknown signal \"%s\"", text);
	return oci_kill(context, arguments->names[0], signal, arguments->all ? OCI_KILL_ALL : 0,
			&err) < 0
		       ? report(&err)
		       : 0;
}

const struct command command_kill = {
	.name = "kill",
	.names = "ID [SIGNAL]",
	.min = 1,
	.max = 2,
	.help = "send a signal (TERM) to a container's first process",
	.options = options,
	.run = run,
};
