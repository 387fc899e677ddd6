/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Waiting for a program, see supervise.h. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "exec/supervise.h"
#include "sys/calls.h"

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* Keeps the end of all that came. */
static bool read_some(int fd, struct supervision *supervision)
{
	char bytes[4096];
	ssize_t n = read(fd, bytes, sizeof(bytes));
	size_t room = sizeof(supervision->tail) - 1, kept = strlen(supervision->tail), drop;

	if (n <= 0)
		return n < 0 && errno == EINTR;
	if ((size_t)n >= room) {
		memcpy(supervision->tail, bytes + (size_t)n - room, room);
		supervision->tail[room] = '\0';
		return true;
	}
	drop = kept + (size_t)n > room ? kept + (size_t)n - room : 0;
	memmove(supervision->tail, supervision->tail + drop, kept - drop);
	memcpy(supervision->tail + kept - drop, bytes, (size_t)n);
	supervision->tail[kept - drop + (size_t)n] = '\0';
	return true;
}

static int left_ms(const struct supervision *supervision, uint64_t since)
{
	uint64_t passed = now_ms() - since, all = (uint64_t)supervision->timeout * 1000;

	if (supervision->timeout == 0)
		return -1;
	return passed >= all ? 0 : (int)(all - passed > INT32_MAX ? INT32_MAX : all - passed);
}

static void wait_for_end(int pid, int pidfd, int output, struct supervision *supervision,
			 uint64_t since)
{
	struct pollfd fds[] = { { .fd = pidfd, .events = POLLIN },
				{ .fd = output, .events = POLLIN } };

	while (!fds[0].revents) {
		int left = left_ms(supervision, since);

		if (left == 0 && !supervision->timed_out) {
			supervision->timed_out = true;
			sys_pidfd_send_signal(pidfd, SIGKILL);
			kill(-pid, SIGKILL); /* it has not been reaped: the number is its own */
		}
		if (poll(fds, 2, supervision->timed_out ? -1 : left) < 0 && errno != EINTR)
			return;
		if (fds[1].revents && !read_some(output, supervision))
			fds[1].fd = -1;
	}
	fcntl(output, F_SETFL, O_NONBLOCK);
	while (fds[1].fd >= 0 && read_some(output, supervision))
		;
}

void supervise(int pid, int pidfd, int output, struct supervision *supervision)
{
	uint64_t since = now_ms();
	siginfo_t info = { 0 };
	size_t length;

	wait_for_end(pid, pidfd, output, supervision, since);
	supervision->duration = (unsigned int)(now_ms() - since);
	supervision->status = -1;
	while (waitid((idtype_t)3 /* P_PIDFD */, (id_t)pidfd, &info, WEXITED) < 0 && errno == EINTR)
		;
	if (info.si_code == CLD_EXITED)
		supervision->status = info.si_status;
	else
		supervision->signal = info.si_status;
	length = strlen(supervision->tail);
	while (length > 0 && supervision->tail[length - 1] == '\n')
		supervision->tail[--length] = '\0';
}
