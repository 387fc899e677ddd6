/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ocirun create, and the options that run and plan share with it. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ocirun.h"

static const struct option options[] = {
	CREATE_OPTIONS,
	{ NULL, 0, 0, 0, NULL, NULL },
};

/* What we opened ourselves (the log) is closed on exec; what the caller handed to us is not. */
static int check_preserved(unsigned int n)
{
	for (unsigned int fd = 3; fd < 3 + n; fd++)
		if (fcntl((int)fd, F_GETFD) != 0)
			return report_text("--preserve-fds %u: file descriptor %u is not open", n,
					   fd);
	return 0;
}

int preserve_fds_of(const struct arguments *arguments)
{
	const char *digits = arguments->preserve_fds ? arguments->preserve_fds : "0";

	if (digits[0] && strlen(digits) <= 4 && !digits[strspn(digits, "0123456789")])
		return check_preserved((unsigned int)atoi(digits)) ? -1 : atoi(digits);
	report_text("--preserve-fds takes a number from 0 to 4096");
	return -1;
}

int create_options_of(const struct arguments *arguments, struct oci_create_options *ret)
{
	int preserve_fds = preserve_fds_of(arguments);

	if (preserve_fds < 0)
		return 1;
	*ret = (struct oci_create_options){
		.size = sizeof(*ret),
		.bundle = arguments->bundle,
		.config = arguments->config,
		.pid_file = arguments->pid_file,
		.console_socket = arguments->console_socket,
		.preserve_fds = (unsigned int)preserve_fds,
		.flags = (arguments->no_pivot ? OCI_CREATE_NO_PIVOT : 0u) |
			 (arguments->no_new_keyring ? OCI_CREATE_NO_NEW_KEYRING : 0u),
	};
	return 0;
}

static int run(const struct arguments *arguments, struct oci_context *context)
{
	struct oci_create_options create;
	struct oci_error err;

	if (create_options_of(arguments, &create))
		return 1;
	if (oci_create(context, arguments->names[0], &create, NULL, &err) < 0)
		return report(&err);
	return 0;
}

const struct command command_create = {
	.name = "create",
	.names = "ID",
	.min = 1,
	.max = 1,
	.help = "create a container, without running its program",
	.options = options,
	.run = run,
};
