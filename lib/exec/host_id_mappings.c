/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A user namespace that nobody runs in: the shape in which mount_setattr(2) takes a mapping of ids.
 *
 * A namespace is made together with a process. This one shares the caller's memory, so that it
 * costs the same in a large engine, waits for its end on a stack of its own, and is gone before the
 * operation is. It makes raw system calls and nothing else, as the one in spawn.c. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>

#include "base/error.h"
#include "base/fd.h"
#include "exec/host_ops.h"
#include "exec/spawn.h"
#include "sys/calls.h"

#define STACK_SIZE 8192

/* Until it is killed: by us, or because the thread that made it has ended. */
_child_ static void wait_for_the_end(void *argument)
{
	const int *parent = argument;

	SYS(__NR_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	if (SYS(__NR_getppid) == *parent)
		for (;;)
			SYS(__NR_ppoll, 0, 0, 0, 0, 0);
	for (;;)
		SYS(__NR_exit, 0);
}

/* Both files take all lines with one write(2). */
static int write_map(int process, const char *name, const char *mappings)
{
	cleanup(free_done) char *lines = strdup(mappings);

	if (!lines)
		return -ENOMEM;
	for (char *c = lines; *c; c++)
		if (*c == ',')
			*c = '\n';
	return file_write(process, name, lines);
}

static int take_namespace(int pid, const char *uids, const char *gids)
{
	cleanup(fd_done) int process = -1;
	char path[sizeof("/proc/2147483647")];
	int fd, r;

	snprintf(path, sizeof(path), "/proc/%d", pid);
	process = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (process < 0)
		return -errno;
	r = write_map(process, "uid_map", uids);
	if (r == 0)
		r = write_map(process, "gid_map", gids);
	if (r < 0)
		return r;
	fd = openat(process, "ns/user", O_RDONLY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static int make_namespace(const char *uids, const char *gids)
{
	_Alignas(16) char stack[STACK_SIZE];
	int parent = (int)SYS(__NR_getpid), pid, pidfd = -1, fd;
	const struct abi_clone_args args = {
		.flags = ABI_CLONE_NEWUSER | ABI_CLONE_VM | ABI_CLONE_PIDFD |
			 ABI_CLONE_CLEAR_SIGHAND,
		.pidfd = (uintptr_t)&pidfd,
		.stack = (uintptr_t)stack,
		.stack_size = sizeof(stack),
	};

	pid = spawn_clone(&args, wait_for_the_end, &parent);
	if (pid < 0)
		return pid;
	fd = take_namespace(pid, uids, gids);
	sys_pidfd_send_signal(pidfd, SIGKILL);
	spawn_reap(pidfd);
	sys_close(pidfd);
	return fd;
}

int host_id_mappings(struct host *host, const struct op *op, struct oci_error *err)
{
	int fd = make_namespace(plan_string(host->plan, op->text),
				plan_string(host->plan, op->text2));

	if (fd < 0)
		return host_fail(host, op, fd, err);
	host->fds[op->slot] = fd;
	return 0;
}
