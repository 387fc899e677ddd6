/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The output: one buffer, one descriptor, and the escaping that keeps one fact on one line.
 * Nothing here allocates, and a write that fails is remembered, not retried. */
#define _GNU_SOURCE
#include "report.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static char buffer[65536];
static size_t buffered;
static int out_fd = STDOUT_FILENO;
static bool out_failed;

/* Above 2, so that a standard descriptor which was closed looks closed. */
int out_open(const char *path, bool append)
{
	int flags = O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY | (append ? O_APPEND : O_TRUNC);
	int fd = open(path, flags, 0644);

	if (fd < 0)
		return -errno;
	out_fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	if (out_fd < 0)
		return -errno;
	close(fd);
	return 0;
}

/* Whether this descriptor is ours and not one that the process was started with. */
bool out_owns(int fd)
{
	return fd == out_fd && fd != STDOUT_FILENO;
}

static void write_all(const char *bytes, size_t size)
{
	struct pollfd poll_out = { .fd = out_fd, .events = POLLOUT };

	while (size > 0 && !out_failed) {
		ssize_t n = write(out_fd, bytes, size);

		if (n > 0) {
			bytes += n;
			size -= (size_t)n;
		} else if (n < 0 && errno == EAGAIN) {
			out_failed = poll(&poll_out, 1, -1) < 0 && errno != EINTR;
		} else if (n == 0 || errno != EINTR) {
			out_failed = true;
		}
	}
}

int out_flush(void)
{
	write_all(buffer, buffered);
	buffered = 0;
	return out_failed ? EXIT_OUTPUT : 0;
}

void out_bytes(const char *bytes, size_t size)
{
	while (size > 0) {
		size_t room = sizeof(buffer) - buffered;
		size_t n = size < room ? size : room;

		memcpy(buffer + buffered, bytes, n);
		buffered += n;
		bytes += n;
		size -= n;
		if (buffered == sizeof(buffer))
			out_flush();
	}
}

void out_escaped(const char *text)
{
	char escape[8];
	int size;

	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c >= ' ' && c != 0x7f && c != '\\') {
			out_bytes(text, 1);
			continue;
		}
		if (c == '\n' || c == '\t' || c == '\\')
			size = snprintf(escape, sizeof(escape), "\\%c",
					c == '\n'   ? 'n'
					: c == '\t' ? 't'
						    : '\\');
		else
			size = snprintf(escape, sizeof(escape), "\\x%02x", c);
		out_bytes(escape, (size_t)size);
	}
}

void out_line_text(const char *name, const char *text)
{
	out_escaped(name);
	out_bytes("=", 1);
	out_escaped(text);
	out_bytes("\n", 1);
}

void out_line(const char *name, const char *format, ...)
{
	char value[16384];
	va_list args;

	va_start(args, format);
	vsnprintf(value, sizeof(value), format, args);
	va_end(args);
	out_line_text(name, value);
}
