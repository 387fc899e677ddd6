/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ocirun run: create, start, wait, delete. */
#include <string.h>
#include <unistd.h>

#include "ocirun.h"

static const struct option options[] = {
	CREATE_OPTIONS,
	FLAG("no-subreaper", 0, no_subreaper, "does nothing; for callers of runc"),
	FLAG("detach", 'd', detach, "return as soon as the program runs"),
	FLAG("keep", 0, keep, "do not delete the container at its end"),
	{ NULL, 0, 0, 0, NULL, NULL },
};

static int run(const struct arguments *arguments, struct oci_context *context)
{
	const char *id = arguments->names[0];
	struct oci_create_options create;
	struct oci_error err;
	int pidfd = -1, terminal = -1, status = 0, r;

	if (create_options_of(arguments, &create))
		return 1;
	if (arguments->console_socket && !arguments->detach)
		return report_text("cannot use console socket if ocirun will not detach");
	if (!arguments->detach) {
		foreground_begin();
		create.ret_terminal = &terminal;
		if (create.cgroup_manager && strcmp(create.cgroup_manager, "systemd") == 0)
			create.notify_socket = notify_begin(create.notify_socket);
	}
	r = oci_run(context, id, &create, &pidfd, &err);
	notify_hide();
	if (r < 0)
		return report(&err);
	if (arguments->detach)
		return 0;
	if (foreground_wait(pidfd, terminal, &status, &err) < 0)
		status = report(&err);
	close(pidfd);
	if (!arguments->keep && oci_delete(context, id, OCI_DELETE_FORCE, &err) < 0)
		report(&err);
	return status;
}

const struct command command_run = {
	.name = "run",
	.names = "ID",
	.min = 1,
	.max = 1,
	.help = "create a container and run its program; the exit status is the program's",
	.options = options,
	.run = run,
};
