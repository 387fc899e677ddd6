/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Namespaces that are there already, see namespace.h. */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/nsfs.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/vfs.h>

#include "base/fd.h"
#include "host/namespace.h"

int namespace_open(const char *path, int *ret_fd, int *ret_type)
{
	cleanup(fd_done) int file = open(path, O_PATH | O_CLOEXEC);
	cleanup(fd_done) int fd = -1;
	char link[sizeof("/proc/self/fd/2147483647")];
	struct statfs fs;

	if (file < 0 || fstatfs(file, &fs) < 0)
		return -errno;
	if (fs.f_type != NSFS_MAGIC)
		return -ENOTTY;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", file);
	fd = open(link, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	*ret_type = ioctl(fd, NS_GET_NSTYPE);
	if (*ret_type < 0)
		return -errno;
	*ret_fd = TAKE_FD(fd);
	return 0;
}
