/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A program in the foreground: the signals that we get are its own, its exit status is ours. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "ocirun.h"

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

void foreground_begin(void)
{
	sigset_t set;

	forwarded(&set);
	sigprocmask(SIG_BLOCK, &set, NULL);
}

int foreground_wait(int pidfd, int *ret_status, struct oci_error *err)
{
	sigset_t set;
	int signals;
	struct pollfd fds[2] = { { .fd = pidfd, .events = POLLIN } };

	forwarded(&set);
	signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	fds[1] = (struct pollfd){ .fd = signals, .events = POLLIN };
	while (!fds[0].revents) {
		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			break;
		if (fds[1].revents)
			forward(signals, pidfd);
	}
	close(signals);
	return oci_wait(pidfd, ret_status, err);
}
