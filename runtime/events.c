/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ocirun events: what a container uses, and that it has no memory left; one line of JSON each. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ocirun.h"

#define INTERVAL_MAX 86400000 /* a day */

static const struct option options[] = {
	FLAG("stats", 0, stats, "what it has used so far, and no more"),
	VALUE("interval", 0, interval, "TIME", "between two of them, 5s by default; 500ms, 2m"),
	{ NULL, 0, 0, 0, NULL, NULL },
};

/* A duration as Go has it, of one unit. */
static int read_interval(const char *text, unsigned int *ret)
{
	static const struct {
		const char *unit;
		double ms;
	} units[] = { { "ms", 1 }, { "s", 1000 }, { "m", 60000 }, { "h", 3600000 } };
	char *end;
	double value = text ? strtod(text, &end) : 5, unit = text ? 0 : 1000;

	for (size_t i = 0; text && i < sizeof(units) / sizeof(units[0]); i++)
		if (end > text && strchr("0123456789", text[0]) && strcmp(units[i].unit, end) == 0)
			unit = units[i].ms;
	value *= unit;
	if (!(value >= 1 && value <= INTERVAL_MAX))
		return report_text("--interval takes a time from 1ms to 24h, like 5s");
	*ret = (unsigned int)value;
	return 0;
}

/* Whoever reads may go away. */
static int print_line(void *data, const char *json)
{
	(void)data;
	return printf("%s\n", json) < 0 || fflush(stdout) != 0 ? -errno : 0;
}

static int run(const struct arguments *arguments, struct oci_context *context)
{
	struct oci_events_options events = { .size = sizeof(events), .event = print_line };
	const char *id = arguments->names[0];
	struct oci_error err;
	char *json;
	int r;

	if (read_interval(arguments->interval, &events.interval))
		return 1;
	if (!arguments->stats)
		return oci_events(context, id, &events, &err) < 0 ? report(&err) : 0;
	if (oci_stats(context, id, &json, &err) < 0)
		return report(&err);
	r = print_line(NULL, json);
	free(json);
	return r < 0 ? report_text("cannot write: %s", strerror(-r)) : 0;
}

const struct command command_events = {
	.name = "events",
	.names = "ID",
	.min = 1,
	.max = 1,
	.help = "tell what a container uses, and when it has no memory left",
	.options = options,
	.run = run,
};
