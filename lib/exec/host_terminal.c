/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The host's operations on what goes to others by a socket: the terminal, a pidfd. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/error.h"
#include "base/fd.h"
#include "exec/host_ops.h"
#include "sys/message.h"

/* A path of any length: by its directory, where 108 bytes do not hold it. */
static int connect_to(const char *path)
{
	cleanup(fd_done) int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	cleanup(fd_done) int dir = -1;
	cleanup(free_done) char *copy = strdup(path);
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	char *name;
	int n;

	if (fd < 0 || !copy)
		return -errno;
	n = snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	if ((size_t)n >= sizeof(address.sun_path)) {
		name = strrchr(copy, '/');
		if (!name)
			return -ENAMETOOLONG;
		*name++ = '\0';
		dir = open(copy, O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (dir < 0)
			return -errno;
		n = snprintf(address.sun_path, sizeof(address.sun_path), "/proc/self/fd/%d/%s", dir,
			     name);
		if ((size_t)n >= sizeof(address.sun_path))
			return -ENAMETOOLONG;
	}
	while (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		if (errno != EINTR)
			return -errno;
	return TAKE_FD(fd);
}

int host_console_connect(struct host *host, const struct op *op, struct oci_error *err)
{
	int fd = connect_to(plan_string(host->plan, op->text));

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
	cleanup(fd_done) int fd = connect_to(plan_string(host->plan, op->text));
	int r = fd < 0 ? fd : message_send(fd, name, strlen(name), host->pidfd);

	return r < 0 ? host_fail(host, op, r, err) : 0;
}
