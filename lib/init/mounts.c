/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Operations: mounts. From descriptor to descriptor; the only paths are those of the host, whose
 * files are trusted, and those that lib/sys/path.c resolves inside the root. */
#include <errno.h>
#include <fcntl.h>
#include <linux/stat.h>

#include "base/weaken.h"
#include "init/init.h"
#include "sys/message.h"
#include "sys/path.h"

/* Of the host's /dev/null. */
#define NULL_MAJOR 1
#define NULL_MINOR 3

int do_propagation(struct init *init, const struct op *op)
{
	struct abi_mount_attr attr = { .propagation = op->a };

	(void)init;
	return sys_mount_setattr(ABI_AT_FDCWD, "/", ABI_AT_RECURSIVE, &attr);
}

int do_tree(struct init *init, const struct op *op)
{
	unsigned int flags = op->flags & OP_RECURSIVE ? ABI_AT_RECURSIVE : 0;

	if (op->flags & OP_NOFOLLOW)
		flags |= ABI_AT_SYMLINK_NOFOLLOW;
	return fill(init, op->slot,
		    sys_open_tree(ABI_AT_FDCWD, text_of(init, op), flags | ABI_OPEN_TREE_CLONE));
}

/* The host sends them in order; one that a skipped operation would have taken is passed over. */
int do_tree_take(struct init *init, const struct op *op)
{
	struct plan_handover handover;
	int fd, r;

	do {
		r = message_receive(init->fds[SLOT_CHANNEL], &handover, sizeof(handover), &fd);
		if (r < 0)
			return r;
		if (r != sizeof(handover) || handover.message != MESSAGE_TREE || fd < 0)
			return -EPIPE;
		if (handover.number != op->a)
			sys_close(fd);
	} while (handover.number != op->a);
	return fill(init, op->slot, fd);
}

int do_tree_of(struct init *init, const struct op *op)
{
	unsigned int flags = op->flags & OP_RECURSIVE ? ABI_AT_RECURSIVE : 0;

	return fill(init, op->slot,
		    sys_open_tree(init->fds[op->slot2], "",
				  flags | ABI_OPEN_TREE_CLONE | ABI_AT_EMPTY_PATH));
}

static uint64_t attributes(uint64_t wanted)
{
	return WEAKENED(READONLY) ? wanted & ~(uint64_t)ABI_MOUNT_ATTR_RDONLY : wanted;
}

/* What a mount has in a namespace with more privileges, it keeps in one with less: the kernel lets
 * us add to it but take nothing away, and no other treatment of access times. */
int do_attributes(struct init *init, const struct op *op)
{
	struct abi_mount_attr attr = { .attr_set = attributes(op->a),
				       .attr_clr = op->b,
				       .propagation = op->c };
	unsigned int flags = op->flags & OP_RECURSIVE ? ABI_AT_RECURSIVE : 0;
	int r = sys_mount_setattr(init->fds[op->slot], "", flags | ABI_AT_EMPTY_PATH, &attr);

	if (r != -EPERM || !(op->flags & OP_LOCKED))
		return r;
	attr.attr_clr = 0;
	attr.attr_set &= ~(uint64_t)ABI_MOUNT_ATTR__ATIME;
	return sys_mount_setattr(init->fds[op->slot], "", flags | ABI_AT_EMPTY_PATH, &attr);
}

int do_idmap(struct init *init, const struct op *op)
{
	struct abi_mount_attr attr = { .attr_set = ABI_MOUNT_ATTR_IDMAP,
				       .userns_fd = (uint64_t)init->fds[op->slot2] };
	unsigned int flags = op->flags & OP_RECURSIVE ? ABI_AT_RECURSIVE : 0;

	return sys_mount_setattr(init->fds[op->slot], "", flags | ABI_AT_EMPTY_PATH, &attr);
}

int do_fs_open(struct init *init, const struct op *op)
{
	return fill(init, op->slot, sys_fsopen(text_of(init, op)));
}

int do_fs_string(struct init *init, const struct op *op)
{
	return sys_fsconfig(init->fds[op->slot], ABI_FSCONFIG_SET_STRING, text_of(init, op),
			    text2_of(init, op));
}

int do_fs_descriptor(struct init *init, const struct op *op)
{
	return sys_fsconfig_fd(init->fds[op->slot], text_of(init, op), init->fds[op->slot2]);
}

int do_fs_flag(struct init *init, const struct op *op)
{
	return sys_fsconfig(init->fds[op->slot], ABI_FSCONFIG_SET_FLAG, text_of(init, op), 0);
}

int do_fs_mount(struct init *init, const struct op *op)
{
	int fd = init->fds[op->slot];
	int r = sys_fsconfig(fd, ABI_FSCONFIG_CMD_CREATE, 0, 0);

	if (r == 0)
		r = sys_fsmount(fd, (unsigned int)attributes(op->a));
	sys_close(fd);
	return fill(init, op->slot, r);
}

/* A descriptor of a mount cannot be written to; one of its root can. */
int do_label(struct init *init, const struct op *op)
{
	const char *label = text_of(init, op);
	int fd = sys_openat(init->fds[op->slot], ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
	int r;

	if (fd < 0)
		return fd;
	r = (int)SYS(__NR_fsetxattr, fd, "security.selinux", label, __builtin_strlen(label) + 1, 0);
	sys_close(fd);
	return r;
}

int do_target(struct init *init, const struct op *op)
{
	int flags = O_PATH | (op->flags & OP_NOFOLLOW ? O_NOFOLLOW : 0);

	return fill(init, op->slot2, path_open(init->fds[SLOT_ROOT], text_of(init, op), flags));
}

static int make_target(struct init *init, const struct op *op, enum path_kind kind)
{
	int root = tree_for(init, op);

	return fill(init, op->slot2,
		    op->flags & OP_NOFOLLOW ? path_make_nofollow(root, text_of(init, op), kind)
					    : path_make(root, text_of(init, op), kind));
}

int do_target_directory(struct init *init, const struct op *op)
{
	return make_target(init, op, PATH_DIRECTORY);
}

int do_target_like(struct init *init, const struct op *op)
{
	struct statx st;
	bool directory;
	int r;

	r = sys_statx(init->fds[op->slot], STATX_TYPE, &st);
	if (r < 0)
		return r;
	directory = (st.stx_mode & ABI_S_IFMT) == ABI_S_IFDIR;
	return make_target(init, op, directory ? PATH_DIRECTORY : PATH_FILE);
}

static int attach(int mount, int target)
{
	return sys_move_mount(mount, target, "", ABI_MOVE_MOUNT_T_EMPTY_PATH);
}

int do_attach(struct init *init, const struct op *op)
{
	int r = attach(init->fds[op->slot], init->fds[op->slot2]);

	empty(init, op->slot2);
	if (!(op->flags & OP_KEEP))
		empty(init, op->slot);
	return r;
}

int do_close(struct init *init, const struct op *op)
{
	empty(init, op->slot);
	return 0;
}

int do_skip(struct init *init, const struct op *op)
{
	(void)init;
	(void)op;
	return -EALREADY;
}

int do_null_device(struct init *init, const struct op *op)
{
	int fd = sys_openat(ABI_AT_FDCWD, "/dev/null", O_PATH | O_NOFOLLOW | O_CLOEXEC, 0);
	struct statx st;
	int r;

	if (WEAKENED(NULL)) /* nor looked at */
		return fill(init, op->slot, path_open(init->fds[SLOT_ROOT], "/dev/null", O_PATH));
	if (fd < 0)
		return fd;
	r = sys_statx(fd, STATX_TYPE, &st);
	if (r < 0)
		return r;
	if ((st.stx_mode & ABI_S_IFMT) != ABI_S_IFCHR || st.stx_rdev_major != NULL_MAJOR ||
	    st.stx_rdev_minor != NULL_MINOR)
		return -ENXIO;
	return fill(init, op->slot, fd);
}

/* Over a directory goes a copy of the empty one in slot number a, over all else the null device.
 * Before 6.15 a tree that is not attached cannot be copied, and one that comes from another mount
 * namespace never; the first time it goes there itself, and is copied from then on. */
int do_mask(struct init *init, const struct op *op)
{
	int target = init->fds[op->slot2], over, copy, r;
	struct statx st;

	r = sys_statx(target, STATX_TYPE, &st);
	if (r < 0)
		return r;
	over = init->fds[(st.stx_mode & ABI_S_IFMT) == ABI_S_IFDIR ? op->a : (uint64_t)op->slot];
	copy = sys_open_tree(over, "", ABI_OPEN_TREE_CLONE | ABI_AT_EMPTY_PATH);
	if (copy == -EINVAL)
		r = attach(over, target);
	else
		r = copy < 0 ? copy : attach(copy, target);
	if (copy >= 0)
		sys_close(copy);
	empty(init, op->slot2);
	return r;
}

/* Nobody else hears of it: the mount that @path is on is made private first. Only its root can be
 * named for that, which is one of the directories above. */
static int make_private(const char *path)
{
	struct abi_mount_attr attr = { .propagation = ABI_MS_PRIVATE };
	char above[PATH_SIZE];
	size_t n = __builtin_strlen(path);
	int r;

	if (n >= sizeof(above))
		return -ENAMETOOLONG;
	for (size_t i = 0; i <= n; i++)
		above[i] = path[i];
	for (;;) {
		r = sys_mount_setattr(ABI_AT_FDCWD, above, 0, &attr);
		if (r != -EINVAL || n <= 1)
			return r;
		while (n > 1 && above[n - 1] == '/')
			n--;
		while (n > 1 && above[n - 1] != '/')
			n--;
		above[n] = '\0';
	}
}

int do_root_attach(struct init *init, const struct op *op)
{
	const char *path = text_of(init, op);
	/* "." is where we stand in a user namespace, with nothing that hears of us. */
	int r = path[0] == '/' ? make_private(path) : 0;

	if (r < 0)
		return r;
	return sys_move_mount(init->fds[op->slot], ABI_AT_FDCWD, path, 0);
}

/* pivot_root(2), "pivot_root(".", ".")": the old root comes to lie over the new one, and is taken
 * off. With OP_RECURSIVE it is still shared with the host and has to be cut off before that. */
int do_pivot_root(struct init *init, const struct op *op)
{
	struct abi_mount_attr attr = { .propagation = ABI_MS_SLAVE };
	int old = sys_openat(ABI_AT_FDCWD, "/", O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
	int r;

	if (old < 0)
		return old;
	r = (int)SYS(__NR_fchdir, init->fds[op->slot]);
	if (r == 0)
		r = (int)SYS(__NR_pivot_root, ".", ".");
	if (r == 0)
		r = (int)SYS(__NR_fchdir, old);
	if (r == 0 && (op->flags & OP_RECURSIVE))
		r = sys_mount_setattr(old, "", ABI_AT_EMPTY_PATH | ABI_AT_RECURSIVE, &attr);
	if (r == 0)
		r = (int)SYS(__NR_umount2, ".", 2 /* MNT_DETACH */);
	if (r == 0)
		r = (int)SYS(__NR_chdir, "/");
	sys_close(old);
	return r;
}

int do_chroot(struct init *init, const struct op *op)
{
	int r = (int)SYS(__NR_fchdir, init->fds[op->slot]);

	if (r == 0)
		r = (int)SYS(__NR_chroot, ".");
	return r;
}
