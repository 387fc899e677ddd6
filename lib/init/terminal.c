/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Operations: the terminal. pty(7), ioctl_tty(2)
 *
 * An image, or a volume that somebody else writes to, may have anything at /dev/pts and /dev/ptmx
 * (CVE-2025-52565). So the directory is held and seen to be a devpts, in which all names are the
 * kernel's; and the program's side is not opened by a name at all. */
#include <asm/ioctls.h>
#include <asm/termbits.h>
#include <asm/termios.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/stat.h>
#include <sys/vfs.h>

#include "init/init.h"
#include "sys/message.h"
#include "sys/path.h"

#define DEVPTS_MAGIC 0x1cd1 /* <linux/magic.h> */

static int open_root(const struct init *init)
{
	if (init->fds[SLOT_ROOT] >= 0)
		return (int)SYS(__NR_fcntl, init->fds[SLOT_ROOT], F_DUPFD_CLOEXEC, 0);
	return sys_openat(ABI_AT_FDCWD, "/", O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
}

static int open_devpts(const struct init *init)
{
	int root = open_root(init), fd;
	struct statfs fs;

	if (root < 0)
		return root;
	fd = path_open(root, "/dev/pts", O_RDONLY | O_DIRECTORY);
	sys_close(root);
	if (fd < 0)
		return fd;
	if (SYS(__NR_fstatfs, fd, &fs) < 0 || fs.f_type != DEVPTS_MAGIC) {
		sys_close(fd);
		return -ENODEV;
	}
	return fd;
}

/* The end that is not the program's. */
static int open_master(const struct init *init)
{
	int devpts = open_devpts(init), fd;

	if (devpts < 0)
		return devpts;
	fd = sys_openat2(devpts, "ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC, 0,
			 ABI_RESOLVE_BENEATH | ABI_RESOLVE_NO_XDEV | ABI_RESOLVE_NO_SYMLINKS);
	sys_close(devpts);
	return fd;
}

/* The program's end. Newlines go out as they are: who wants more sets it. */
static int prepare(int master, const struct op *op)
{
	const struct winsize size = { .ws_row = (uint16_t)op->a, .ws_col = (uint16_t)op->b };
	struct termios termios;
	int unlock = 0, fd;
	long r;

	r = SYS(__NR_ioctl, master, TIOCSPTLCK, &unlock);
	if (r < 0)
		return (int)r;
	fd = (int)SYS(__NR_ioctl, master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return fd;
	r = SYS(__NR_ioctl, fd, TCGETS, &termios);
	termios.c_oflag &= ~(tcflag_t)ONLCR;
	if (r >= 0)
		r = SYS(__NR_ioctl, fd, TCSETS, &termios);
	if (r >= 0 && (op->a || op->b))
		r = SYS(__NR_ioctl, fd, TIOCSWINSZ, &size);
	if (r < 0)
		sys_close(fd);
	return r < 0 ? (int)r : fd;
}

int do_terminal_open(struct init *init, const struct op *op)
{
	const char message = MESSAGE_TERMINAL;
	int master = open_master(init), fd, r;

	if (master < 0)
		return master;
	fd = prepare(master, op);
	r = fd < 0 ? fd : message_send(init->fds[SLOT_CHANNEL], &message, 1, master);
	sys_close(master);
	return r < 0 ? r : fill(init, op->slot, fd);
}

int do_terminal_use(struct init *init, const struct op *op)
{
	long r = 0;

	for (int fd = 0; r >= 0 && fd <= 2; fd++)
		r = SYS(__NR_dup3, init->fds[op->slot], fd, 0);
	empty(init, op->slot);
	return r < 0 ? (int)r : 0;
}

int do_terminal_control(struct init *init, const struct op *op)
{
	(void)init;
	(void)op;
	return (int)SYS(__NR_ioctl, 0, TIOCSCTTY, 0);
}
