/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Namespaces that are there already, see namespace.h. */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/nsfs.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "base/fd.h"
#include "host/namespace.h"
#include "sys/abi.h"

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

int namespaces_apart(int pid, uint64_t *ret)
{
	static const struct {
		const char *name;
		uint64_t type;
	} rows[] = {
		{ "user", ABI_CLONE_NEWUSER }, { "mnt", ABI_CLONE_NEWNS },
		{ "pid", ABI_CLONE_NEWPID },   { "net", ABI_CLONE_NEWNET },
		{ "ipc", ABI_CLONE_NEWIPC },   { "uts", ABI_CLONE_NEWUTS },
		{ "time", ABI_CLONE_NEWTIME }, { "cgroup", ABI_CLONE_NEWCGROUP },
	};
	char path[sizeof("/proc/2147483647/ns")];
	cleanup(fd_done) int own = open("/proc/self/ns", O_PATH | O_DIRECTORY | O_CLOEXEC);
	cleanup(fd_done) int other = -1;
	uint64_t apart = 0;

	snprintf(path, sizeof(path), "/proc/%d/ns", pid);
	other = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (own < 0 || other < 0)
		return errno == ENOENT ? -ESRCH : -errno;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct stat ours, theirs;

		if (fstatat(own, rows[i].name, &ours, 0) < 0)
			continue; /* a type that the kernel does not have */
		if (fstatat(other, rows[i].name, &theirs, 0) < 0)
			return errno == ENOENT ? -ESRCH : -errno;
		if (ours.st_ino != theirs.st_ino || ours.st_dev != theirs.st_dev)
			apart |= rows[i].type;
	}
	*ret = apart;
	return 0;
}
