/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ocirun doctor: what this host offers, and what to do about what it does not. */
#include <stdlib.h>

#include "ocirun.h"

static const struct option options[] = {
	VALUE("format", 0, format, "FORMAT", "text or json"),
	{ NULL, 0, 0, 0, NULL, NULL },
};

static int run(const struct arguments *arguments, struct oci_context *context)
{
	struct oci_error err;
	unsigned int missing;
	char *text;
	int status;

	if (oci_doctor(context, arguments->format ? arguments->format : "text", &text, &missing,
		       &err) < 0)
		return report(&err);
	status = print(text);
	free(text);
	return status == 0 && missing > 0 ? 1 : status;
}

const struct command command_doctor = {
	.name = "doctor",
	.names = "",
	.help = "tell what this host offers, and what to do about what it does not",
	.options = options,
	.run = run,
};
