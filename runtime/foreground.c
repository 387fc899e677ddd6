/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A program in the foreground: the signals that we get are its own, its exit status is ours, and
 * its terminal, if it has one, is shown on our standard input and output. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

#include "ocirun.h"

/* What a pipe takes at once when poll(2) says that it takes anything: PIPE_BUF. */
#define CHUNK 4096

#define PIDFD_SEND_SIGNAL 424 /* Linux 5.1; headers may be older */

/* What has been read at one end and not been written at the other. */
struct flow {
	int from, to; /* -1: no more from there, or nobody takes it */
	size_t start, end;
	char bytes[CHUNK];
};

struct foreground {
	int pidfd, signals, terminal;
	struct flow in, out;
	struct termios saved; /* of our own terminal */
	bool is_raw;
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

void foreground_begin(void)
{
	sigset_t set;

	forwarded(&set);
	sigprocmask(SIG_BLOCK, &set, NULL);
}

/* --- the terminal --- */

static void copy_size(const struct foreground *foreground)
{
	struct winsize size;

	if (ioctl(STDIN_FILENO, TIOCGWINSZ, &size) == 0)
		ioctl(foreground->terminal, TIOCSWINSZ, &size);
}

static void show(struct foreground *foreground)
{
	struct termios raw;

	foreground->in = (struct flow){ .from = STDIN_FILENO, .to = foreground->terminal };
	foreground->out = (struct flow){ .from = foreground->terminal, .to = STDOUT_FILENO };
	if (foreground->terminal < 0) {
		foreground->in.from = foreground->out.from = -1;
		return;
	}
	fcntl(foreground->terminal, F_SETFL, fcntl(foreground->terminal, F_GETFL) | O_NONBLOCK);
	signal(SIGPIPE, SIG_IGN);
	copy_size(foreground);
	if (tcgetattr(STDIN_FILENO, &foreground->saved) < 0)
		return;
	raw = foreground->saved;
	cfmakeraw(&raw);
	foreground->is_raw = tcsetattr(STDIN_FILENO, TCSANOW, &raw) == 0;
}

static void take(struct flow *flow)
{
	ssize_t n = read(flow->from, flow->bytes, sizeof(flow->bytes));

	/* Where nobody takes it the program goes on, and what it writes is lost. */
	flow->start = 0;
	flow->end = n > 0 && flow->to >= 0 ? (size_t)n : 0;
	/* EIO: nobody has the other side open; whoever opens it next is not ours to wait for. */
	if (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN))
		flow->from = -1;
}

static void give(struct flow *flow)
{
	ssize_t n = write(flow->to, flow->bytes + flow->start, flow->end - flow->start);

	if (n > 0)
		flow->start += (size_t)n;
	else if (n < 0 && errno != EINTR && errno != EAGAIN)
		flow->to = -1;
	if (flow->to < 0)
		flow->start = flow->end;
}

/* Waits for the one thing that can happen next: room for what is there, or more. */
static struct pollfd next(const struct flow *flow)
{
	if (flow->start < flow->end)
		return (struct pollfd){ .fd = flow->to, .events = POLLOUT };
	return (struct pollfd){ .fd = flow->from, .events = POLLIN };
}

static void move(struct flow *flow, const struct pollfd *happened)
{
	if (!happened->revents)
		return;
	if (happened->events == POLLOUT)
		give(flow);
	else
		take(flow);
}

/* What the program wrote before its end. */
static void drain(struct flow *flow)
{
	while (flow->from >= 0) {
		struct pollfd fd = next(flow);

		if (fd.events == POLLIN && poll(&fd, 1, 0) <= 0)
			return;
		fd.revents = fd.events;
		move(flow, &fd);
	}
	while (flow->start < flow->end)
		give(flow);
}

/* --- the program --- */

static void take_signal(const struct foreground *foreground)
{
	struct signalfd_siginfo info;

	if (read(foreground->signals, &info, sizeof(info)) != sizeof(info))
		return;
	if (info.ssi_signo == SIGWINCH && foreground->terminal >= 0)
		copy_size(foreground);
	else
		syscall(PIDFD_SEND_SIGNAL, foreground->pidfd, (int)info.ssi_signo, NULL, 0);
}

static void accompany(struct foreground *foreground)
{
	bool ended = false;

	while (!ended) {
		struct pollfd fds[] = {
			{ .fd = foreground->pidfd, .events = POLLIN },
			{ .fd = foreground->signals, .events = POLLIN },
			next(&foreground->in),
			next(&foreground->out),
			{ .fd = notify_socket(), .events = POLLIN },
		};

		if (poll(fds, 5, -1) < 0) {
			if (errno != EINTR)
				return;
			continue;
		}
		ended = fds[0].revents;
		if (fds[1].revents)
			take_signal(foreground);
		move(&foreground->in, &fds[2]);
		move(&foreground->out, &fds[3]);
		if (fds[4].revents)
			notify_pass();
	}
	while (notify_pass())
		;
	drain(&foreground->out);
}

int foreground_wait(int pidfd, int terminal, int *ret_status, struct oci_error *err)
{
	struct foreground foreground = { .pidfd = pidfd, .terminal = terminal };
	sigset_t set;

	forwarded(&set);
	foreground.signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	show(&foreground);
	accompany(&foreground);
	if (foreground.is_raw)
		tcsetattr(STDIN_FILENO, TCSANOW, &foreground.saved);
	close(foreground.signals);
	if (terminal >= 0)
		close(terminal);
	return oci_wait(pidfd, ret_status, err);
}
