/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Messages with descriptors, see message.h. */
#include <errno.h>
#include <sys/socket.h>

#include "sys/calls.h"
#include "sys/message.h"

union control {
	char space[CMSG_SPACE(sizeof(int))];
	struct cmsghdr header;
};

int message_send(int fd, const void *bytes, size_t n, int descriptor)
{
	union control control = { .header = { .cmsg_len = CMSG_LEN(sizeof(int)),
					      .cmsg_level = SOL_SOCKET,
					      .cmsg_type = SCM_RIGHTS } };
	struct iovec data = { (void *)(uintptr_t)bytes, n };
	const struct msghdr message = {
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = control.space,
		.msg_controllen = sizeof(control.space),
	};
	long r;

	*(int *)(void *)CMSG_DATA(&control.header) = descriptor;
	do
		r = SYS(__NR_sendmsg, fd, &message, MSG_NOSIGNAL);
	while (r == -EINTR);
	return r < 0 ? (int)r : 0;
}

int message_receive(int fd, void *bytes, size_t n, int *ret_descriptor)
{
	union control control;
	struct iovec data = { bytes, n };
	struct msghdr message = {
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = control.space,
		.msg_controllen = sizeof(control.space),
	};
	long r;

	*ret_descriptor = -1;
	do
		r = SYS(__NR_recvmsg, fd, &message, MSG_CMSG_CLOEXEC);
	while (r == -EINTR);
	if (r > 0 && message.msg_controllen >= CMSG_LEN(sizeof(int)) &&
	    control.header.cmsg_type == SCM_RIGHTS)
		*ret_descriptor = *(int *)(void *)CMSG_DATA(&control.header);
	return (int)r;
}

bool message_expect(int fd, unsigned int looks, bool yields)
{
	char byte;
	long n = -EAGAIN;

	for (; looks > 0 && n == -EAGAIN; looks--) {
		n = SYS(__NR_recvfrom, fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT, 0, 0);
		if (n == -EAGAIN && yields)
			SYS(__NR_sched_yield);
	}
	return n > 0;
}
