/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Operations: talking to the host, and to the one who starts us.
 *
 * Up to PARK our life hangs on the channel: its end means that the host died, and we exit. After
 * it we belong to nobody, and wait for a connection of `start`. One that ends before it says
 * "go" changes nothing. */
#include <errno.h>
#include <linux/mman.h>
#include <sys/socket.h>

#include "init/init.h"
#include "sys/message.h"

static int send_bytes(int fd, const char *bytes, size_t n)
{
	long r = SYS(__NR_sendto, fd, bytes, n, MSG_NOSIGNAL, 0, 0);

	return r < 0 ? (int)r : 0;
}

int receive_byte(int fd)
{
	char byte = 0;
	long n;

	do
		n = SYS(__NR_recvfrom, fd, &byte, 1, 0, 0, 0);
	while (n == -EINTR);
	return n < 0 ? (int)n : n == 0 ? 0 : byte;
}

/* Mounts that nobody took, for operations that were skipped, come before. */
static int await_release(struct init *init)
{
	int r;

	do
		r = receive_byte(init->fds[SLOT_CHANNEL]);
	while (r == MESSAGE_TREE);
	if (r < 0)
		return r;
	return r == MESSAGE_RELEASE ? 0 : -EPIPE;
}

int do_barrier(struct init *init, const struct op *op)
{
	const char message[2] = { MESSAGE_BARRIER, (char)op->a };
	int r = send_bytes(init->fds[SLOT_CHANNEL], message, sizeof(message));

	if (r < 0)
		return r;
	/* But for hooks, the host has everything at hand. */
	(void)message_expect(init->fds[SLOT_CHANNEL], 400, true);
	return await_release(init);
}

/* Hands the memfd over, for the starter to read the report in when the rest should fail. That
 * nobody listens any more is no reason not to go on. */
static int acknowledge(struct init *init)
{
	const struct op *exec = plan_ops(init->plan, PLAN_CHILD) + init->plan->n_child - 1;
	const char message = MESSAGE_ACK;
	int r = init->argv ? 0 : prepare_program(init, exec);

	if (r == 0)
		(void)!message_send(init->starter, &message, 1, init->fds[SLOT_PLAN]);
	return r;
}

int do_ack(struct init *init, const struct op *op)
{
	(void)op;
	return acknowledge(init);
}

/* What there is to do is done before the starter says "go": it connects first of all, and has the
 * record to read meanwhile. */
int do_park(struct init *init, const struct op *op)
{
	const char parked = MESSAGE_PARKED;
	int message, r;

	/* What was read of the plan so far need not stay in memory for the hours of waiting. */
	SYS(__NR_madvise, init->plan, init->plan->size, MADV_DONTNEED);
	send_bytes(init->fds[SLOT_CHANNEL], &parked, 1);
	empty(init, SLOT_CHANNEL);
	for (;;) {
		r = (int)SYS(__NR_accept4, init->fds[op->slot], 0, 0, SOCK_CLOEXEC);
		if (r == -EINTR || r == -ECONNABORTED)
			continue;
		if (r < 0)
			return r;
		init->starter = r;
		r = acknowledge(init);
		if (r < 0)
			return r;
		(void)message_expect(init->starter, 200, false);
		message = receive_byte(init->starter);
		if (message == MESSAGE_GO || message == MESSAGE_GO_TIMED)
			break;
		sys_close(init->starter);
	}
	empty(init, op->slot);
	init->report->traced = message == MESSAGE_GO_TIMED;
	return 0;
}

/* The new process is a copy of this one, in all namespaces that are made with it, and a child of
 * the host. It goes on when the host knows it, and has written its id maps; this one ends.
 *
 * A host without privileges can only write the maps of a process whose files in /proc are its own.
 * Nobody else is in the new user namespace then, and nobody outside of it but the host's user may
 * look into the process. */
int do_clone(struct init *init, const struct op *op)
{
	int pidfd = -1, channel = init->fds[SLOT_CHANNEL], r;
	const struct abi_clone_args args = { .flags = op->a | ABI_CLONE_PARENT | ABI_CLONE_PIDFD,
					     .pidfd = (uintptr_t)&pidfd };
	struct plan_adopt adopt = { .message = MESSAGE_ADOPT };

	be_dumpable(op, true);
	r = (int)SYS(NR_clone3, &args, sizeof(args));
	if (r < 0)
		return r;
	if (r > 0) {
		adopt.pid = r;
		(void)!message_send(channel, &adopt, sizeof(adopt), pidfd);
		for (;;)
			SYS(__NR_exit_group, 0);
	}
	r = await_release(init);
	be_dumpable(op, false);
	return r;
}

/* The host configures the network devices that it moves into our namespace by a socket of ours. */
int do_netlink(struct init *init, const struct op *op)
{
	const char message = MESSAGE_NETWORK;
	int fd = (int)SYS(__NR_socket, AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, 0 /* NETLINK_ROUTE */);
	int r;

	(void)op;
	if (fd < 0)
		return fd;
	r = message_send(init->fds[SLOT_CHANNEL], &message, 1, fd);
	sys_close(fd);
	return r < 0 ? r : await_release(init);
}
