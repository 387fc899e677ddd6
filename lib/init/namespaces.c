/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Operations: cgroups, namespaces and what belongs to them. */
#include <errno.h>
#include <linux/if.h>
#include <linux/keyctl.h>
#include <linux/sockios.h>
#include <sys/socket.h>

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

	empty(init, op->slot);
	return r;
}

int do_unshare(struct init *init, const struct op *op)
{
	(void)init;
	return (int)SYS(__NR_unshare, op->a);
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
	long key = SYS(__NR_keyctl, KEYCTL_JOIN_SESSION_KEYRING, text_of(init, op));

	if (key < 0)
		return (int)key;
	return (int)SYS(__NR_keyctl, KEYCTL_SETPERM, key, KEYRING_PERMISSIONS);
}
