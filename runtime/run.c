/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ocirun run: create, start, wait, delete. In the foreground the signals that we get are the
 * program's. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "ocirun.h"

static const struct option options[] = {
	CREATE_OPTIONS,
	FLAG("no-subreaper", 0, no_subreaper, "does nothing; for callers of runc"),
	FLAG("detach", 'd', detach, "return as soon as the program runs"),
	FLAG("keep", 0, keep, "do not delete the container at its end"),
	{ NULL, 0, 0, 0, NULL, NULL },
};

/* Everything that somebody may send to us for the program. The rest is about ourselves. */
static void forwarded(sigset_t *ret)
{
	static const int ours[] = { SIGCHLD, SIGPIPE, SIGSEGV, SIGBUS,  SIGILL, SIGFPE,
				    SIGTRAP, SIGSYS,  SIGTTIN, SIGTTOU, SIGURG };

	sigfillset(ret);
	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		sigdelset(ret, ours[i]);
}

static void forward(int signals, int pidfd)
{
	struct signalfd_siginfo info;

	if (read(signals, &info, sizeof(info)) == sizeof(info))
		syscall(SYS_pidfd_send_signal, pidfd, (int)info.ssi_signo, NULL, 0);
}

static int wait_for(int pidfd, const sigset_t *set, int *ret_status, struct oci_error *err)
{
	int signals = signalfd(-1, set, SFD_CLOEXEC | SFD_NONBLOCK);
	struct pollfd fds[] = {
		{ .fd = pidfd, .events = POLLIN },
		{ .fd = signals, .events = POLLIN },
	};

	while (!fds[0].revents) {
		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			break;
		if (fds[1].revents)
			forward(signals, pidfd);
	}
	close(signals);
	return oci_wait(pidfd, ret_status, err);
}

static int run(const struct arguments *arguments, struct oci_context *context)
{
	const char *id = arguments->names[0];
	struct oci_create_options create;
	struct oci_error err;
	int pidfd = -1, status = 0;
	sigset_t set;

	if (create_options_of(arguments, &create))
		return 1;
	forwarded(&set);
	if (!arguments->detach)
		sigprocmask(SIG_BLOCK, &set, NULL);
	if (oci_run(context, id, &create, &pidfd, &err) < 0)
		return report(&err);
	if (arguments->detach)
		return 0;
	if (wait_for(pidfd, &set, &status, &err) < 0)
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
