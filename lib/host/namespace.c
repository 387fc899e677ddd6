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
#include <unistd.h>

#include "base/fd.h"
#include "host/namespace.h"
#include "sys/calls.h"

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

static const struct {
	const char *name;
	uint64_t type;
	unsigned int number; /* of the ioctl of a pidfd that opens it */
} rows[] = {
	{ "user", ABI_CLONE_NEWUSER, 9 }, { "mnt", ABI_CLONE_NEWNS, 3 },
	{ "pid", ABI_CLONE_NEWPID, 5 },   { "net", ABI_CLONE_NEWNET, 4 },
	{ "ipc", ABI_CLONE_NEWIPC, 2 },   { "uts", ABI_CLONE_NEWUTS, 10 },
	{ "time", ABI_CLONE_NEWTIME, 7 }, { "cgroup", ABI_CLONE_NEWCGROUP, 1 },
};

static bool are_apart(const struct stat *ours, const struct stat *theirs)
{
	return ours->st_ino != theirs->st_ino || ours->st_dev != theirs->st_dev;
}

static int stat_by_pidfd(int pidfd, unsigned int number, struct stat *ret)
{
	cleanup(fd_done) int fd = ioctl(pidfd, _IO(0xff, number), 0);

	return fd < 0 || fstat(fd, ret) < 0 ? -errno : 0;
}

/* Without /proc: Linux 6.11 */
static int apart_by_pidfd(int pidfd, uint64_t *ret)
{
	cleanup(fd_done) int own = sys_pidfd_open(getpid(), 0);

	if (own < 0)
		return own;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct stat ours, theirs;
		int r;

		if (stat_by_pidfd(own, rows[i].number, &ours) < 0)
			continue;
		r = stat_by_pidfd(pidfd, rows[i].number, &theirs);
		if (r < 0)
			return r;
		if (are_apart(&ours, &theirs))
			*ret |= rows[i].type;
	}
	/* Not one: older kernels, which have no such ioctl, see none. */
	return stat_by_pidfd(own, rows[1].number, &(struct stat){ 0 });
}

int namespaces_apart(int pid, int pidfd, uint64_t *ret)
{
	char path[sizeof("/proc/2147483647/ns")];
	cleanup(fd_done) int own = open("/proc/self/ns", O_PATH | O_DIRECTORY | O_CLOEXEC);
	cleanup(fd_done) int other = -1;

	*ret = 0;
	if (own < 0)
		return errno == ENOENT ? apart_by_pidfd(pidfd, ret) : -errno;
	snprintf(path, sizeof(path), "/proc/%d/ns", pid);
	other = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (other < 0)
		return errno == ENOENT ? -ESRCH : -errno;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct stat ours, theirs;

		if (fstatat(own, rows[i].name, &ours, 0) < 0)
			continue; /* a type that the kernel does not have */
		if (fstatat(other, rows[i].name, &theirs, 0) < 0)
			return errno == ENOENT ? -ESRCH : -errno;
		if (are_apart(&ours, &theirs))
			*ret |= rows[i].type;
	}
	return 0;
}
