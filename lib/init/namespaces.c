/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Operations: cgroups, namespaces and what belongs to them. */
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/keyctl.h>
#include <linux/sockios.h>
#include <sys/socket.h>

#include "base/weaken.h"
#include "init/init.h"

/* Who may see the session keyring: its possessor all, its owner view, read and search. The default
 * lacks search, so that a program that changed its user would find nothing in it. */
#define KEYRING_PERMISSIONS 0x3f0b0000

int do_cgroup_join(struct init *init, const struct op *op)
{
	/* "0" is the writer itself, whatever pid namespace it is in. */
	long n = sys_write(init->fds[op->slot], "0", 1);

	empty(init, op->slot);
	return n < 0 ? (int)n : 0;
}

int do_setns(struct init *init, const struct op *op)
{
	int r = (int)SYS(__NR_setns, init->fds[op->slot], op->a);

	if (!(op->flags & OP_KEEP))
		empty(init, op->slot);
	return r;
}

int do_unshare(struct init *init, const struct op *op)
{
	(void)init;
	return (int)SYS(__NR_unshare, op->a);
}

/* In a file of our own in the host's /proc, which is all there is as yet. */
static int write_own(const char *path, const char *value)
{
	int fd = sys_openat(ABI_AT_FDCWD, path, O_WRONLY | O_CLOEXEC, 0);
	long n;

	if (fd < 0)
		return fd;
	n = sys_write(fd, value, __builtin_strlen(value));
	sys_close(fd);
	return n < 0 ? (int)n : 0;
}

int do_own_write(struct init *init, const struct op *op)
{
	int r;

	be_dumpable(op, true);
	r = write_own(text_of(init, op), text2_of(init, op));
	be_dumpable(op, false);
	return r;
}

/* unshare(2) makes one for children to come; its offsets can be set until somebody is in it. Then
 * we go in ourselves, alone as we are. time_namespaces(7) */
int do_time(struct init *init, const struct op *op)
{
	int r = (int)SYS(__NR_unshare, ABI_CLONE_NEWTIME), fd;

	if (r == 0 && text_of(init, op)[0]) {
		be_dumpable(op, true);
		r = write_own("/proc/self/timens_offsets", text_of(init, op));
		be_dumpable(op, false);
	}
	if (r < 0)
		return r;
	fd = sys_openat(ABI_AT_FDCWD, "/proc/self/ns/time_for_children", O_RDONLY | O_CLOEXEC, 0);
	if (fd < 0)
		return fd;
	r = (int)SYS(__NR_setns, fd, ABI_CLONE_NEWTIME);
	sys_close(fd);
	return r;
}

int do_hostname(struct init *init, const struct op *op)
{
	const char *name = text_of(init, op);

	return (int)SYS(__NR_sethostname, name, __builtin_strlen(name));
}

int do_domainname(struct init *init, const struct op *op)
{
	const char *name = text_of(init, op);

	return (int)SYS(__NR_setdomainname, name, __builtin_strlen(name));
}

int do_loopback(struct init *init, const struct op *op)
{
	struct ifreq request = { .ifr_name = "lo" };
	int fd = (int)SYS(__NR_socket, AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int r;

	(void)init;
	(void)op;
	if (fd < 0)
		return fd;
	request.ifr_flags = IFF_UP;
	r = (int)SYS(__NR_ioctl, fd, SIOCSIFFLAGS, &request);
	sys_close(fd);
	return r;
}

int do_keyring(struct init *init, const struct op *op)
{
	long key;

	if (WEAKENED(INHERITED))
		return 0;
	key = SYS(__NR_keyctl, KEYCTL_JOIN_SESSION_KEYRING, text_of(init, op));
	if (key < 0)
		return (int)key;
	return (int)SYS(__NR_keyctl, KEYCTL_SETPERM, key, KEYRING_PERMISSIONS);
}
