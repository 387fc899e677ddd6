/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lib/sys/message.h */
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sys/message.h"
#include "unit.h"

static void make_pair(int pair[2])
{
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
}

START_TEST(brings_a_descriptor)
{
	char text[8] = { 0 };
	struct stat ours, theirs;
	int pair[2], fd = -1;

	make_pair(pair);
	ck_assert_int_eq(message_send(pair[0], "abc", 3, pair[0]), 0);
	ck_assert_int_eq(send(pair[0], "de", 2, 0), 2);
	ck_assert_int_eq(message_receive(pair[1], text, sizeof(text), &fd), 3);
	ck_assert_str_eq(text, "abc");
	ck_assert_int_eq(fstat(fd, &theirs), 0);
	ck_assert_int_eq(fstat(pair[0], &ours), 0);
	ck_assert_uint_eq(ours.st_ino, theirs.st_ino);
	close(fd);
	ck_assert_int_eq(message_receive(pair[1], text, sizeof(text), &fd), 2);
	ck_assert_int_eq(fd, -1);
	close(pair[0]);
	ck_assert_int_eq(message_receive(pair[1], text, sizeof(text), &fd), 0);
	ck_assert_int_eq(message_send(pair[1], "x", 1, pair[1]), -EPIPE);
	close(pair[1]);
}
END_TEST

/* It takes nothing, and neither an end nor an error is a message. */
START_TEST(is_expected)
{
	char text[8];
	int pair[2], fd = -1;

	make_pair(pair);
	for (int yields = 0; yields < 2; yields++) {
		ck_assert(!message_expect(pair[1], 0, yields));
		ck_assert(!message_expect(pair[1], 10, yields));
	}
	ck_assert_int_eq(message_send(pair[0], "abc", 3, pair[0]), 0);
	ck_assert(message_expect(pair[1], 1, false));
	ck_assert(message_expect(pair[1], 1, true));
	ck_assert_int_eq(message_receive(pair[1], text, sizeof(text), &fd), 3);
	ck_assert_int_ge(fd, 0);
	close(fd);
	ck_assert(!message_expect(pair[1], 10, false));
	close(pair[0]);
	ck_assert(!message_expect(pair[1], 1000000000, false));
	ck_assert(!message_expect(-1, 1000000000, false));
	close(pair[1]);
}
END_TEST

UNIT_MAIN("message", brings_a_descriptor, is_expected)
