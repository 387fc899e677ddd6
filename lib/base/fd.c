/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* File descriptors and whole files, see fd.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/fd.h"

void fd_done(int *fd)
{
	int saved = errno;

	if (*fd >= 0)
		close(*fd);
	*fd = -1;
	errno = saved;
}

void free_done(void *pointer_to_pointer)
{
	void **pointer = pointer_to_pointer;

	free(*pointer);
	*pointer = NULL;
}

static ssize_t read_some(int fd, char *data, size_t size)
{
	ssize_t n;

	do
		n = read(fd, data, size);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : n;
}

int file_read(int dirfd, const char *name, size_t max, char **ret_text, size_t *ret_length)
{
	cleanup(fd_done) int fd = openat(dirfd, name, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	cleanup(free_done) char *text = NULL;
	size_t length = 0, size = 4096;
	struct stat st;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0)
		return -errno;
	if (st.st_size > 0 && (size_t)st.st_size < max)
		size = (size_t)st.st_size + 2;
	for (;;) {
		char *larger = realloc(text, size);
		ssize_t n;

		if (!larger)
			return -ENOMEM;
		text = larger;
		n = read_some(fd, text + length, size - length - 1);
		if (n < 0)
			return (int)n;
		if (n == 0)
			break;
		length += (size_t)n;
		if (length > max)
			return -EFBIG;
		if (S_ISREG(st.st_mode) && length == (size_t)st.st_size)
			break;
		if (length + 1 >= size)
			size *= 2;
	}
	text[length] = '\0';
	*ret_text = TAKE_PTR(text);
	if (ret_length)
		*ret_length = length;
	return 0;
}

int file_read_short(int dirfd, const char *name, char *text, size_t size)
{
	cleanup(fd_done) int fd = openat(dirfd, name, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	ssize_t n = fd < 0 ? -errno : read_some(fd, text, size);

	if (n < 0)
		return (int)n;
	if ((size_t)n == size)
		return -EFBIG;
	text[n] = '\0';
	return 0;
}

int file_write(int dirfd, const char *name, const char *text)
{
	cleanup(fd_done) int fd = openat(dirfd, name, O_WRONLY | O_CLOEXEC | O_NOCTTY);
	size_t length = strlen(text);
	ssize_t n;

	if (fd < 0)
		return -errno;
	do
		n = write(fd, text, length);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	return (size_t)n == length ? 0 : -EIO;
}

static int write_whole(int fd, const char *text, size_t length)
{
	while (length > 0) {
		ssize_t n = write(fd, text, length);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		text += n;
		length -= (size_t)n;
	}
	return 0;
}

int file_create(int dirfd, const char *name, const void *data, size_t length)
{
	cleanup(fd_done) int fd =
		openat(dirfd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	return fd < 0 ? -errno : write_whole(fd, data, length);
}

/* Hidden and beside its target: rename(2) does not cross file systems. */
static int temporary_of(const char *name, char temporary[PATH_MAX])
{
	const char *slash = strrchr(name, '/');

	return path_print(temporary, "%.*s.%s.%ld", slash ? (int)(slash - name + 1) : 0, name,
			  slash ? slash + 1 : name, (long)gettid());
}

int file_prepare(int dirfd, const char *name, const char *text, size_t length, unsigned int mode)
{
	const int flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW;
	cleanup(fd_done) int fd = -1;
	char temporary[PATH_MAX];
	int r = temporary_of(name, temporary);

	if (r < 0)
		return r;
	fd = openat(dirfd, temporary, flags, 0600);
	if (fd < 0 && errno == EEXIST) { /* of one with our number that was killed */
		unlinkat(dirfd, temporary, 0);
		fd = openat(dirfd, temporary, flags, 0600);
	}
	if (fd < 0)
		return -errno;
	r = write_whole(fd, text, length);
	if (r == 0 && fchmod(fd, mode) < 0)
		r = -errno;
	if (r < 0)
		unlinkat(dirfd, temporary, 0);
	return r;
}

int file_put(int dirfd, const char *name)
{
	char temporary[PATH_MAX];
	int r = temporary_of(name, temporary);

	if (r == 0 && renameat(dirfd, temporary, dirfd, name) < 0) {
		r = -errno;
		unlinkat(dirfd, temporary, 0);
	}
	return r;
}

int file_replace(int dirfd, const char *name, const char *text, size_t length, unsigned int mode)
{
	int r = file_prepare(dirfd, name, text, length, mode);

	return r < 0 ? r : file_put(dirfd, name);
}

int path_print(char path[PATH_MAX], const char *format, ...)
{
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(path, PATH_MAX, format, ap);
	va_end(ap);
	return n < 0 || n >= PATH_MAX ? -ENAMETOOLONG : 0;
}

int socket_connect(const char *path)
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
