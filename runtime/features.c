/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ocirun features: what this runtime understands, as the standard writes it. */
#include <stdio.h>
#include <stdlib.h>

#include "ocirun.h"

static int run(const struct arguments *arguments, struct oci_context *context)
{
	struct oci_error err;
	char *text;
	int status;

	(void)arguments;
	if (oci_features(context, &text, &err) < 0)
		return report(&err);
	puts(text);
	status = print("");
	free(text);
	return status;
}

const struct command command_features = {
	.name = "features",
	.names = "",
	.help = "print what this runtime understands",
	.run = run,
};
