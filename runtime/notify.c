/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* sd_notify(3) from a scope: a service manager knows whose message it is by the cgroup of the
 * sender, and that of a container that systemd made is below no service. So while its program is in
 * the foreground, what that says is said again by us, who are the service. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "ocirun.h"

#define NAME "/notify"

static struct {
	struct sockaddr_un to;
	socklen_t to_length;
	int from; /* while there is one */
	char directory[32];
} relay;

/* A name in the file system, or "@name" without one. */
static bool take_address(const char *name)
{
	size_t length = strlen(name);

	if ((name[0] != '/' && name[0] != '@') || length >= sizeof(relay.to.sun_path))
		return false;
	relay.to.sun_family = AF_UNIX;
	memcpy(relay.to.sun_path, name, length);
	if (name[0] == '@')
		relay.to.sun_path[0] = '\0';
	relay.to_length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
	return true;
}

const char *notify_begin(const char *name)
{
	static struct sockaddr_un own = { .sun_family = AF_UNIX };

	if (!name || !take_address(name))
		return name;
	strcpy(relay.directory, "/tmp/ocirun.XXXXXX");
	if (!mkdtemp(relay.directory))
		return name;
	snprintf(own.sun_path, sizeof(own.sun_path), "%s" NAME, relay.directory);
	relay.from = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	/* Who is in the container may send; nobody else comes as far as the name. */
	if (relay.from >= 0 && bind(relay.from, (struct sockaddr *)&own, sizeof(own)) == 0 &&
	    chmod(own.sun_path, 0666) == 0)
		return own.sun_path;
	if (relay.from >= 0)
		close(relay.from);
	relay.from = -1;
	notify_hide();
	return name;
}

void notify_hide(void)
{
	char path[sizeof(relay.directory) + sizeof(NAME)];

	if (!relay.directory[0])
		return;
	snprintf(path, sizeof(path), "%s" NAME, relay.directory);
	unlink(path);
	rmdir(relay.directory);
	relay.directory[0] = '\0';
}

int notify_socket(void)
{
	return relay.from > 0 ? relay.from : -1;
}

static void close_all(struct msghdr *message)
{
	for (struct cmsghdr *header = CMSG_FIRSTHDR(message); header;
	     header = CMSG_NXTHDR(message, header)) {
		size_t n = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		int fd;

		for (size_t i = 0; header->cmsg_type == SCM_RIGHTS && i < n; i++) {
			memcpy(&fd, CMSG_DATA(header) + i * sizeof(fd), sizeof(fd));
			close(fd);
		}
	}
}

/* With descriptors: FDSTORE=1, or BARRIER=1, whose sender waits until the last copy is closed. */
bool notify_pass(void)
{
	enum { FDS_MAX = 253 }; /* of the kernel */
	static char text[65536],
		control[CMSG_SPACE(FDS_MAX * sizeof(int))] __attribute__((aligned(sizeof(size_t))));
	struct iovec part = { .iov_base = text, .iov_len = sizeof(text) };
	struct msghdr message = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	ssize_t n;

	if (notify_socket() < 0)
		return false;
	n = recvmsg(relay.from, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
	if (n < 0)
		return false;
	part.iov_len = (size_t)n;
	message.msg_name = &relay.to;
	message.msg_namelen = relay.to_length;
	message.msg_flags = 0;
	if (message.msg_controllen == 0)
		message.msg_control = NULL;
	/* A manager that is gone hears nothing; that is nothing to the program. */
	(void)!sendmsg(relay.from, &message, MSG_NOSIGNAL);
	close_all(&message);
	return true;
}
