/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ocirun pause and ocirun resume */
#include "ocirun.h"

static int pause_container(const struct arguments *arguments, struct oci_context *context)
{
	struct oci_error err;

	return oci_pause(context, arguments->names[0], &err) < 0 ? report(&err) : 0;
}

static int resume(const struct arguments *arguments, struct oci_context *context)
{
	struct oci_error err;

	return oci_resume(context, arguments->names[0], &err) < 0 ? report(&err) : 0;
}

const struct command command_pause = {
	.name = "pause",
	.names = "ID",
	.min = 1,
	.max = 1,
	.help = "stop all processes of a container where they are",
	.run = pause_container,
};

const struct command command_resume = {
	.name = "resume",
	.names = "ID",
	.min = 1,
	.max = 1,
	.help = "let a paused container go on",
	.run = resume,
};
