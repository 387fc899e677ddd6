/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ocirun exec: another program in a container. */
#include <unistd.h>

#include "ocirun.h"

/* What engines take for "it did not run", beside what a program may return. */
#define NOT_RUN 255

static const struct option options[] = {
	VALUE("process", 'p', process, "FILE", "the process as in a config, instead of arguments"),
	VALUE("cwd", 0, cwd, "DIR", "the working directory"),
	LIST("env", 'e', env, "NAME=VALUE", "add to the environment; may be repeated"),
	FLAG("tty", 't', tty, "with a terminal"),
	VALUE("user", 'u', user, "UID[:GID]", "whom the program runs as"),
	LIST("additional-gids", 'g', additional_gids, "GID", "one more group; may be repeated"),
	LIST("cap", 'c', cap, "NAME", "one more capability; may be repeated"),
	FLAG("detach", 'd', detach, "return as soon as the program runs"),
	VALUE("pid-file", 0, pid_file, "FILE", "write the pid to FILE"),
	VALUE("console-socket", 0, console_socket, "PATH", "send the terminal to this socket"),
	VALUE("pidfd-socket", 0, pidfd_socket, "PATH", "send a pidfd to this socket"),
	VALUE("preserve-fds", 0, preserve_fds, "N", "hand N descriptors from 3 on down"),
	FLAG("no-new-privs", 0, no_new_privs, "set no_new_privs"),
	VALUE("process-label", 0, process_label, "LABEL", "of SELinux"),
	VALUE("apparmor", 0, apparmor, "PROFILE", "of AppArmor"),
	VALUE("cgroup", 0, cgroup, "NAME", "a cgroup below that of the container"),
	FLAG("ignore-paused", 0, ignore_paused, "also when the container is paused"),
	FLAG("no-subreaper", 0, no_subreaper, "does nothing; for callers of runc"),
	{ NULL, 0, 0, 0, NULL, NULL },
};

static int wait_for(int pidfd, int terminal)
{
	struct oci_error err;
	int status;

	if (foreground_wait(pidfd, terminal, &status, &err) < 0) {
		report(&err);
		return NOT_RUN;
	}
	return status;
}

static int run(const struct arguments *arguments, struct oci_context *context)
{
	int preserve_fds = preserve_fds_of(arguments), pidfd = -1, terminal = -1, status = 0;
	const struct oci_exec_options exec = {
		.size = sizeof(exec),
		.process = arguments->process,
		.args = (const char *const *)(arguments->names + 1),
		.cwd = arguments->cwd,
		.env = arguments->env.item,
		.user = arguments->user,
		.additional_gids = arguments->additional_gids.item,
		.capabilities = arguments->cap.item,
		.process_label = arguments->process_label,
		.apparmor = arguments->apparmor,
		.cgroup = arguments->cgroup,
		.pid_file = arguments->pid_file,
		.console_socket = arguments->console_socket,
		.pidfd_socket = arguments->pidfd_socket,
		.preserve_fds = preserve_fds < 0 ? 0 : (unsigned int)preserve_fds,
		.flags = (arguments->tty ? OCI_EXEC_TTY : 0u) |
			 (arguments->no_new_privs ? OCI_EXEC_NO_NEW_PRIVS : 0u) |
			 (arguments->ignore_paused ? OCI_EXEC_IGNORE_PAUSED : 0u),
		.ret_terminal = arguments->detach ? NULL : &terminal,
	};
	struct oci_error err;

	if (preserve_fds < 0)
		return NOT_RUN;
	if (arguments->console_socket && !arguments->detach) {
		report_text("cannot use console socket if ocirun will not detach");
		return NOT_RUN;
	}
	if (!arguments->detach)
		foreground_begin();
	if (oci_exec(context, arguments->names[0], &exec, &pidfd, &err) < 0) {
		report(&err);
		return NOT_RUN;
	}
	if (!arguments->detach)
		status = wait_for(pidfd, terminal);
	close(pidfd);
	return status;
}

const struct command command_exec = {
	.name = "exec",
	.names = "ID PROGRAM [ARGUMENT...]",
	.min = 1,
	.max = 1 << 20,
	.help = "run another program in a container; the exit status is the program's",
	.options = options,
	.run = run,
	.verbatim = true,
};
