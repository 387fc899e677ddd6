/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ocirun plan: what create would do. */
#include <stdlib.h>

#include "ocirun.h"

static const struct option options[] = {
	CREATE_OPTIONS,
	VALUE("format", 0, format, "FORMAT", "text or json"),
	{ NULL, 0, 0, 0, NULL, NULL },
};

static int run(const struct arguments *arguments, struct oci_context *context)
{
	const char *id = arguments->n_names > 0 ? arguments->names[0] : "ID";
	struct oci_create_options create;
	struct oci_error err;
	char *text;
	int status;

	if (create_options_of(arguments, &create))
		return 1;
	if (oci_plan(context, id, &create, arguments->format ? arguments->format : "text", &text,
		     &err) < 0)
		return report(&err);
	status = print(text);
	free(text);
	return status;
}

const struct command command_plan = {
	.name = "plan",
	.names = "[ID]",
	.max = 1,
	.help = "print what create would do, and do nothing",
	.options = options,
	.run = run,
};
