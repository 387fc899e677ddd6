/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Verbs that send something. */
#define _GNU_SOURCE
#include "report.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* One datagram to the socket that NOTIFY_SOCKET names, as sd_notify(3) does it. */
int verb_notify(int argc, char **argv)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const char *path = getenv("NOTIFY_SOCKET");
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), error = 0;
	size_t length;

	(void)argc;
	if (!path || strlen(path) >= sizeof(address.sun_path))
		return verb_result("notify", path ? ENAMETOOLONG : EDESTADDRREQ);
	length = strlen(path);
	memcpy(address.sun_path, path, length);
	if (path[0] == '@')
		address.sun_path[0] = '\0';
	if (sendto(fd, argv[1], strlen(argv[1]), 0, (struct sockaddr *)&address,
		   (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length)) < 0)
		error = errno;
	close(fd);
	return verb_result("notify", error);
}
