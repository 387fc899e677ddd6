/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* System calls by name, with types. Thin: no retry, no policy. Each returns a negative errno. */
#ifndef OCI_SYS_CALLS_H
#define OCI_SYS_CALLS_H

#include "sys/abi.h"
#include "sys/syscall.h"

static inline int sys_close(int fd)
{
	return (int)SYS(__NR_close, fd);
}

static inline int sys_openat(int dirfd, const char *path, int flags, unsigned int mode)
{
	return (int)SYS(__NR_openat, dirfd, path, flags, mode);
}

static inline int sys_openat2(int dirfd, const char *path, uint64_t flags, uint64_t mode,
			      uint64_t resolve)
{
	struct abi_open_how how = { .flags = flags, .mode = mode, .resolve = resolve };

	return (int)SYS(NR_openat2, dirfd, path, &how, sizeof(how));
}

struct statx;

/* Of the descriptor itself. @mask: STATX_* */
static inline int sys_statx(int fd, unsigned int mask, struct statx *ret)
{
	return (int)SYS(__NR_statx, fd, "", ABI_AT_EMPTY_PATH, mask, ret);
}

static inline long sys_read(int fd, void *data, size_t size)
{
	return SYS(__NR_read, fd, data, size);
}

static inline long sys_write(int fd, const void *data, size_t size)
{
	return SYS(__NR_write, fd, data, size);
}

static inline int sys_open_tree(int dirfd, const char *path, unsigned int flags)
{
	return (int)SYS(NR_open_tree, dirfd, path, flags | ABI_OPEN_TREE_CLOEXEC);
}

static inline int sys_move_mount(int from, int to_dirfd, const char *to, unsigned int flags)
{
	return (int)SYS(NR_move_mount, from, "", to_dirfd, to, flags | ABI_MOVE_MOUNT_F_EMPTY_PATH);
}

/* How many it has listed, at most @n. */
static inline long sys_listmount(const struct abi_mnt_id_req *req, uint64_t *ids, size_t n)
{
	return SYS(NR_listmount, req, ids, n, 0);
}

static inline int sys_fsopen(const char *type)
{
	return (int)SYS(NR_fsopen, type, ABI_FSOPEN_CLOEXEC);
}

static inline int sys_fsconfig(int fd, unsigned int command, const char *key, const char *value)
{
	return (int)SYS(NR_fsconfig, fd, command, key, value, 0);
}

static inline int sys_fsconfig_fd(int fd, const char *key, int value)
{
	return (int)SYS(NR_fsconfig, fd, ABI_FSCONFIG_SET_FD, key, 0, value);
}

static inline int sys_fsmount(int fd, unsigned int attributes)
{
	return (int)SYS(NR_fsmount, fd, ABI_FSMOUNT_CLOEXEC, attributes);
}

static inline int sys_mount_setattr(int dirfd, const char *path, unsigned int flags,
				    const struct abi_mount_attr *attr)
{
	return (int)SYS(NR_mount_setattr, dirfd, path, flags, attr, sizeof(*attr));
}

static inline int sys_close_range(unsigned int first, unsigned int last, unsigned int flags)
{
	return (int)SYS(NR_close_range, first, last, flags);
}

static inline int sys_pidfd_open(int pid, unsigned int flags)
{
	return (int)SYS(NR_pidfd_open, pid, flags);
}

static inline int sys_pidfd_send_signal(int pidfd, int sig)
{
	return (int)SYS(NR_pidfd_send_signal, pidfd, sig, 0, 0);
}

static inline int sys_prctl(int option, unsigned long a, unsigned long b, unsigned long c)
{
	return (int)SYS(__NR_prctl, option, a, b, c, 0);
}

#endif
