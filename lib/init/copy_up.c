/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Operations: a tmpfs that begins as what it covers, with its mode (TMPFS_MODE) or with all that is
 * in it (COPY_UP, the option "tmpcopyup").
 *
 * The tree belongs to the image, and others may be changing it. So each name is taken from a
 * directory that is held, one component at a time, and no symbolic link is followed: what is copied
 * is what was looked at. The copy is made before anyone can reach the tmpfs. */
#include <errno.h>
#include <fcntl.h>
#include <linux/stat.h>

#include "base/weaken.h"
#include "init/init.h"

/* Of directories in one another; each takes two descriptors and some stack. */
#define DEPTH_MAX 128
/* XATTR_LIST_MAX and XATTR_SIZE_MAX, include/uapi/linux/limits.h */
#define XATTR_MAX 65536
/* As much as one sendfile(2) takes. */
#define CHUNK_SIZE 0x40000000
#define TARGET_MAX 4096
#define MODE_BITS  07777

/* getdents64(2) */
struct entry {
	uint64_t ino;
	int64_t offset;
	uint16_t length;
	uint8_t type;
	char name[];
};

static int open_entry(int dir, const char *name, int flags)
{
	if (WEAKENED(COPY))
		return sys_openat2(dir, name, (uint64_t)(unsigned int)flags | O_CLOEXEC, 0, 0);
	return sys_openat2(dir, name, (uint64_t)(unsigned int)flags | O_NOFOLLOW | O_CLOEXEC, 0,
			   ABI_RESOLVE_BENEATH | ABI_RESOLVE_NO_SYMLINKS |
				   ABI_RESOLVE_NO_MAGICLINKS);
}

/* A file system may have no room for an attribute, or be no place for it. */
static bool is_no_attribute(long error)
{
	return error == -EOPNOTSUPP || error == -EPERM || error == -ENODATA;
}

/* These two need much of the stack, and not while others are on it. */
static int copy_attributes(int from, int to) __attribute__((noinline));
static int copy_link(int link, const char *name, int to, const struct statx *st)
	__attribute__((noinline));

static int copy_attributes(int from, int to)
{
	char names[XATTR_MAX], value[XATTR_MAX];
	long n = SYS(__NR_flistxattr, from, names, sizeof(names));

	if (n < 0)
		return is_no_attribute(n) ? 0 : (int)n;
	for (const char *name = names; name < names + n; name += __builtin_strlen(name) + 1) {
		long size = SYS(__NR_fgetxattr, from, name, value, sizeof(value)), r = size;

		if (size >= 0)
			r = SYS(__NR_fsetxattr, to, name, value, size, 0);
		if (r < 0 && !is_no_attribute(r))
			return (int)r;
	}
	return 0;
}

static int set_owner(int fd, const struct statx *st)
{
	return (int)SYS(__NR_fchownat, fd, "", st->stx_uid, st->stx_gid, ABI_AT_EMPTY_PATH);
}

static int set_times(int fd, const struct statx *st)
{
	const int64_t times[2][2] = {
		{ st->stx_atime.tv_sec, st->stx_atime.tv_nsec },
		{ st->stx_mtime.tv_sec, st->stx_mtime.tv_nsec },
	};

	return (int)SYS(__NR_utimensat, fd, "", times, ABI_AT_EMPTY_PATH);
}

/* All but the contents, of a file or directory. A change of the owner takes bits of the mode and
 * capabilities away, so it comes first. */
static int copy_properties(int from, int to, const struct statx *st)
{
	int r = set_owner(to, st);

	if (r == 0)
		r = (int)SYS(__NR_fchmod, to, st->stx_mode & MODE_BITS);
	if (r == 0)
		r = copy_attributes(from, to);
	return r < 0 ? r : set_times(to, st);
}

static int copy_contents(int from, int to)
{
	long n;

	do
		n = SYS(__NR_sendfile, to, from, 0, CHUNK_SIZE);
	while (n > 0 || n == -EINTR);
	return (int)n;
}

static int copy_opened(int from, int to, const struct statx *looked)
{
	struct statx st;
	int r = sys_statx(from, STATX_BASIC_STATS, &st);

	if (r < 0)
		return r;
	/* Somebody put something else there. */
	if (st.stx_ino != looked->stx_ino || st.stx_dev_major != looked->stx_dev_major ||
	    st.stx_dev_minor != looked->stx_dev_minor)
		return -EAGAIN;
	r = copy_contents(from, to);
	return r < 0 ? r : copy_properties(from, to, &st);
}

static int copy_file(int from, const char *name, int to, const struct statx *st)
{
	int in = open_entry(from, name, O_RDONLY | O_NONBLOCK | O_NOCTTY), out, r;

	if (in < 0)
		return in;
	out = sys_openat(to, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	r = out < 0 ? out : copy_opened(in, out, st);
	if (out >= 0)
		sys_close(out);
	sys_close(in);
	return r;
}

/* Owner and times of what has no contents. */
static int finish_node(int to, const char *name, const struct statx *st)
{
	int fd = open_entry(to, name, O_PATH), r;

	if (fd < 0)
		return fd;
	r = set_owner(fd, st);
	if (r == 0)
		r = set_times(fd, st);
	sys_close(fd);
	return r;
}

static int copy_link(int link, const char *name, int to, const struct statx *st)
{
	char target[TARGET_MAX];
	long n = SYS(__NR_readlinkat, link, "", target, sizeof(target) - 1);
	int r;

	if (n < 0)
		return (int)n;
	target[n] = '\0';
	r = (int)SYS(__NR_symlinkat, target, to, name);
	return r < 0 ? r : finish_node(to, name, st);
}

/* Devices that the cgroup forbids to make are left out. */
static int copy_node(const char *name, int to, const struct statx *st)
{
	int r = (int)SYS(__NR_mknodat, to, name, st->stx_mode,
			 (unsigned int)abi_device(st->stx_rdev_major, st->stx_rdev_minor));

	if (r == -EPERM)
		return 0;
	return r < 0 ? r : finish_node(to, name, st);
}

static int copy_directory(int from, int to, unsigned int depth);

static int copy_below(int from, const char *name, int to, const struct statx *st,
		      unsigned int depth)
{
	int in = sys_openat(from, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0), out = -1;
	int r = in < 0 ? in : (int)SYS(__NR_mkdirat, to, name, 0700);

	if (r == 0)
		out = r = open_entry(to, name, O_RDONLY | O_DIRECTORY);
	if (r >= 0)
		r = copy_directory(in, out, depth + 1);
	if (r == 0)
		r = copy_properties(in, out, st);
	if (out >= 0)
		sys_close(out);
	if (in >= 0)
		sys_close(in);
	return r;
}

static int copy_entry(int from, const char *name, int to, unsigned int depth)
{
	int fd = open_entry(from, name, O_PATH);
	struct statx st;
	int r;

	if (fd < 0)
		return fd == -ENOENT ? 0 : fd;
	r = sys_statx(fd, STATX_BASIC_STATS, &st);
	if (r == 0)
		switch (st.stx_mode & ABI_S_IFMT) {
		case ABI_S_IFDIR:
			r = copy_below(fd, name, to, &st, depth);
			break;
		case ABI_S_IFREG:
			r = copy_file(from, name, to, &st);
			break;
		case ABI_S_IFLNK:
			r = copy_link(fd, name, to, &st);
			break;
		default:
			r = copy_node(name, to, &st);
		}
	sys_close(fd);
	return r;
}

static bool is_dot(const char *name)
{
	return name[0] == '.' && (!name[1] || (name[1] == '.' && !name[2]));
}

static int copy_directory(int from, int to, unsigned int depth)
{
	_Alignas(struct entry) char entries[2048];
	long n;

	if (depth > DEPTH_MAX)
		return -ELOOP;
	while ((n = SYS(__NR_getdents64, from, entries, sizeof(entries))) > 0)
		for (long at = 0; at < n;) {
			const struct entry *entry = (const void *)(entries + at);
			int r = is_dot(entry->name) ? 0 : copy_entry(from, entry->name, to, depth);

			if (r < 0)
				return r;
			at += entry->length;
		}
	return (int)n;
}

int do_tmpfs_mode(struct init *init, const struct op *op)
{
	struct statx st;
	int r = sys_statx(init->fds[op->slot2], STATX_BASIC_STATS, &st);

	if (r < 0)
		return r;
	return (int)SYS(__NR_fchmodat, init->fds[op->slot], ".", st.stx_mode & MODE_BITS);
}

int do_copy_up(struct init *init, const struct op *op)
{
	int in = sys_openat(init->fds[op->slot2], ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
	int out, r;

	if (in < 0)
		return in;
	out = sys_openat(init->fds[op->slot], ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
	r = out < 0 ? out : copy_directory(in, out, 0);
	if (out >= 0)
		sys_close(out);
	sys_close(in);
	return r;
}
