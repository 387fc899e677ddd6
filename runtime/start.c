/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ocirun start: run the program of a created container. */
#include "ocirun.h"

static int run(const struct arguments *arguments, struct oci_context *context)
{
	struct oci_error err;

	return oci_start(context, arguments->names[0], &err) < 0 ? report(&err) : 0;
}

const struct command command_start = {
	.name = "start",
	.names = "ID",
	.min = 1,
	.max = 1,
	.help = "run the program of a created container",
	.run = run,
};
