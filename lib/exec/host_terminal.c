/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The host's operations on what goes to others by a socket: the terminal, a pidfd. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#include "base/error.h"
#include "base/fd.h"
#include "exec/host_ops.h"
#include "sys/message.h"

int host_console_connect(struct host *host, const struct op *op, struct oci_error *err)
{
	int fd = socket_connect(plan_string(host->plan, op->text));

	if (fd < 0)
		return host_fail(host, op, fd, err);
	host->fds[op->slot] = fd;
	return 0;
}

int host_terminal(struct host *host, const struct op *op, struct oci_error *err)
{
	char message, name[32];
	unsigned int number = 0;
	int r;

	if (message_receive(host->channel, &message, 1, &host->terminal) != 1 ||
	    message != MESSAGE_TERMINAL || host->terminal < 0)
		return host_child_failed(host, err);
	if (op->slot == SLOT_NONE)
		return 0;
	ioctl(host->terminal, TIOCGPTN, &number);
	snprintf(name, sizeof(name), "/dev/pts/%u", number);
	r = message_send(host->fds[op->slot], name, strlen(name), host->terminal);
	fd_done(&host->terminal);
	fd_done(&host->fds[op->slot]);
	return r < 0 ? host_fail(host, op, r, err) : 0;
}

int host_pidfd_send(struct host *host, const struct op *op, struct oci_error *err)
{
	static const char name[] = "pidfd";
	cleanup(fd_done) int fd = socket_connect(plan_string(host->plan, op->text));
	int r = fd < 0 ? fd : message_send(fd, name, strlen(name), host->pidfd);

	return r < 0 ? host_fail(host, op, r, err) : 0;
}
