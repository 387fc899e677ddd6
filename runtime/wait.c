/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ocirun wait: how a container's program ended, when it has. The exit status is the program's, as
 * with `run`, and UNKNOWN when nobody knows it any more. */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "ocirun.h"

#define UNKNOWN 254

static const struct option options[] = {
	VALUE("format", 'f', format, "FORMAT", "text or json"),
	{ NULL, 0, 0, 0, NULL, NULL },
};

/* What is not known is not there. */
static int print_json(const char *id, const struct oci_exit *end)
{
	printf("{\"id\":\"%s\"", id);
	if (end->known & OCI_EXIT_STATUS)
		printf(",\"exitStatus\":%d", end->status);
	if (end->signal)
		printf(",\"signal\":%d", end->signal);
	if (end->known & OCI_EXIT_OOM_KILLS)
		printf(",\"oomKills\":%" PRIu64, end->oom_kills);
	if (end->known & OCI_EXIT_MEMORY_PEAK)
		printf(",\"memoryPeak\":%" PRIu64, end->memory_peak);
	return print("}\n");
}

static int print_text(const struct oci_exit *end)
{
	const char *name = end->signal ? sigabbrev_np(end->signal) : NULL;

	if (!(end->known & OCI_EXIT_STATUS))
		printf("exit status unknown");
	else if (name)
		printf("killed by SIG%s", name);
	else if (end->signal)
		printf("killed by signal %d", end->signal);
	else
		printf("exit status %d", end->status);
	if (end->oom_kills)
		printf(", oom kill seen");
	if (end->known & OCI_EXIT_MEMORY_PEAK)
		printf(", memory peak %" PRIu64 " bytes", end->memory_peak);
	return print("\n");
}

static int run(const struct arguments *arguments, struct oci_context *context)
{
	const char *format = arguments->format ? arguments->format : "text";
	bool json = strcmp(format, "json") == 0;
	struct oci_exit end = { .size = sizeof(end) };
	struct oci_error err;

	if (!json && strcmp(format, "text") != 0)
		return report_text("unknown format \"%s\", expected text or json", format);
	if (oci_wait_container(context, arguments->names[0], &end, &err) < 0)
		return report(&err);
	if (json ? print_json(arguments->names[0], &end) : print_text(&end))
		return 1;
	return end.known & OCI_EXIT_STATUS ? end.status : UNKNOWN;
}

const struct command command_wait = {
	.name = "wait",
	.names = "ID",
	.min = 1,
	.max = 1,
	.help = "wait for the end of a container's program; the exit status is the program's, 254 "
		"when it is unknown",
	.options = options,
	.run = run,
};
