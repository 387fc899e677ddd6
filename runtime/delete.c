/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ocirun delete: remove a container. */
#include "ocirun.h"

static const struct option options[] = {
	FLAG("force", 'f', force, "kill it if it runs; one that does not exist is no error"),
	{ NULL, 0, 0, 0, NULL, NULL },
};

static int run(const struct arguments *arguments, struct oci_context *context)
{
	unsigned int flags = arguments->force ? OCI_DELETE_FORCE : 0;
	struct oci_error err;

	return oci_delete(context, arguments->names[0], flags, &err) < 0 ? report(&err) : 0;
}

const struct command command_delete = {
	.name = "delete",
	.names = "ID",
	.min = 1,
	.max = 1,
	.help = "remove a container that was created or has stopped",
	.options = options,
	.run = run,
};
