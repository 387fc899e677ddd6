/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Operations: devices, links, and writing to a private procfs. */
#include <errno.h>
#include <fcntl.h>
#include <linux/stat.h>

#include "base/weaken.h"
#include "init/init.h"
#include "sys/path.h"

/* Something is there already: it has to be the very device (config-linux.md, "Devices"). */
static int check_device(int parent, const char *name, const struct op *op)
{
	unsigned int type = (unsigned int)op->a & ABI_S_IFMT;
	struct statx st;
	int r;

	if (WEAKENED(DEVICE))
		return 0;
	r = (int)SYS(__NR_statx, parent, name, ABI_AT_SYMLINK_NOFOLLOW, STATX_TYPE, &st);
	if (r < 0)
		return r;
	if ((st.stx_mode & ABI_S_IFMT) != type)
		return -EEXIST;
	if (type != ABI_S_IFCHR && type != ABI_S_IFBLK)
		return 0;
	return abi_device(st.stx_rdev_major, st.stx_rdev_minor) == op->b ? 0 : -EEXIST;
}

static const char *last_component(const char *path)
{
	const char *last = path;

	for (const char *c = path; *c; c++)
		if (*c == '/')
			last = c + 1;
	return last;
}

/* The directory of what the operation names, by @ret_name: that in its slot, or one that is looked
 * up in @tree; @buffer is for the name then. */
static int open_parent(const struct init *init, const struct op *op, int tree,
		       char buffer[PATH_SIZE], const char **ret_name)
{
	*ret_name = buffer;
	if (op->slot == SLOT_NONE)
		return path_parent(tree, text_of(init, op), buffer);
	*ret_name = last_component(text_of(init, op));
	return init->fds[op->slot];
}

static void close_parent(const struct op *op, int parent)
{
	if (op->slot == SLOT_NONE)
		sys_close(parent);
}

int do_device(struct init *init, const struct op *op)
{
	uint32_t uid = (uint32_t)op->c, gid = (uint32_t)(op->c >> 32);
	char buffer[PATH_SIZE];
	const char *name;
	int parent, r;

	parent = open_parent(init, op, init->fds[SLOT_ROOT], buffer, &name);
	if (parent < 0)
		return parent;
	r = (int)SYS(__NR_mknodat, parent, name, op->a, (unsigned int)op->b);
	if (r == -EEXIST)
		r = check_device(parent, name, op);
	else if (r == 0 && (uid || gid))
		r = (int)SYS(__NR_fchownat, parent, name, uid, gid, ABI_AT_SYMLINK_NOFOLLOW);
	close_parent(op, parent);
	return r;
}

int do_device_is(struct init *init, const struct op *op)
{
	struct statx st;
	int r = sys_statx(init->fds[op->slot], STATX_TYPE, &st);

	if (r < 0)
		return r;
	return (st.stx_mode & ABI_S_IFMT) == op->a &&
			       abi_device(st.stx_rdev_major, st.stx_rdev_minor) == op->b
		       ? 0
		       : -ENXIO;
}

/* What an image has at this place stays. */
int do_symlink(struct init *init, const struct op *op)
{
	char buffer[PATH_SIZE];
	const char *name;
	int parent, r;

	parent = open_parent(init, op, tree_for(init, op), buffer, &name);
	if (parent < 0)
		return parent;
	r = (int)SYS(__NR_symlinkat, text2_of(init, op), parent, name);
	close_parent(op, parent);
	return r == -EEXIST ? 0 : r;
}

/* Whether @name is a symbolic link that says @target. */
static bool is_link_to(int dirfd, const char *name, const char *target)
{
	char found[PATH_SIZE];
	long n = SYS(__NR_readlinkat, dirfd, name, found, sizeof(found) - 1);

	for (long i = 0; i < n; i++)
		if (found[i] != target[i])
			return false;
	return n >= 0 && !target[n];
}

/* If the source is a symbolic link; else it is left to the mount. One that is there already may
 * stay when it says the same. */
int do_copy_symlink(struct init *init, const struct op *op)
{
	char target[PATH_SIZE], name[PATH_SIZE];
	long n = SYS(__NR_readlinkat, init->fds[op->slot], "", target, sizeof(target) - 1);
	int parent, r;

	if (n < 0) /* ENOENT: readlinkat(2) on a descriptor of anything else */
		return n == -ENOENT || n == -EINVAL ? 0 : (int)n;
	empty(init, op->slot);
	target[n] = '\0';
	parent = path_parent(init->fds[SLOT_ROOT], text2_of(init, op), name);
	if (parent < 0)
		return parent;
	r = (int)SYS(__NR_symlinkat, target, parent, name);
	if (r == -EEXIST && is_link_to(parent, name, target))
		r = 0;
	sys_close(parent);
	return r < 0 ? r : -EALREADY;
}

int do_proc(struct init *init, const struct op *op)
{
	int fd = sys_fsopen("proc"), r = 0;

	if (fd < 0)
		return fd;
	if (op->a)
		r = sys_fsconfig(fd, ABI_FSCONFIG_SET_STRING, "subset", "pid");
	if (r == 0)
		r = sys_fsconfig(fd, ABI_FSCONFIG_CMD_CREATE, 0, 0);
	if (r == 0)
		r = sys_fsmount(fd, ABI_MOUNT_ATTR_NOSUID | ABI_MOUNT_ATTR_NODEV |
					    ABI_MOUNT_ATTR_NOEXEC);
	sys_close(fd);
	return fill(init, op->slot, r);
}

static int open_setting(const struct init *init, const struct op *op)
{
	if (WEAKENED(PROC))
		return path_open(path_open(init->fds[SLOT_ROOT], "/proc", O_PATH),
				 text_of(init, op), O_WRONLY);
	return sys_openat2(init->fds[op->slot], text_of(init, op), O_WRONLY | O_CLOEXEC, 0,
			   ABI_RESOLVE_BENEATH | ABI_RESOLVE_NO_XDEV | ABI_RESOLVE_NO_MAGICLINKS);
}

int do_proc_write(struct init *init, const struct op *op)
{
	const char *value = text2_of(init, op);
	int fd = open_setting(init, op);
	long n;

	if (fd < 0)
		return fd;
	n = sys_write(fd, value, __builtin_strlen(value));
	sys_close(fd);
	return n < 0 ? (int)n : 0;
}
