/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Starting init, see spawn.h.
 *
 * The child runs on the caller's memory while the calling thread is suspended (CLONE_VFORK); the
 * caller's other threads go on. So the child makes raw system calls on data prepared before, and
 * nothing else: no libc, no errno, no lock, and no handler of a signal. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>

#include "base/error.h"
#include "base/weaken.h"
#include "exec/spawn.h"
#include "sys/calls.h"
#include "sys/clone.h"

#define STACK_SIZE 16384

/* waitid(2), as the kernel has it */
#define WAIT_PIDFD  3
#define WAIT_NOHANG 1
#define WAIT_EXITED 4
#define WAIT_PEEK   0x01000000
#define WAIT_ALL    0x40000000

enum step { STEP_PRESERVE, STEP_DESCRIPTORS, STEP_EXEC };

struct child {
	const struct spawn *spawn;
	char *const *argv;
	int first;          /* where the descriptors go */
	volatile int error; /* shared memory: what went wrong before init ran */
	volatile enum step step;
};

_child_ static int duplicate_above(int fd, int limit)
{
	return (int)SYS(__NR_fcntl, fd, F_DUPFD_CLOEXEC, limit);
}

/* First all out of the way, then each to its place: none lands on one that is still needed. */
_child_ static int place_descriptors(struct child *child, int *image)
{
	const struct spawn *spawn = child->spawn;
	int limit = child->first + (int)spawn->n_fds, moved[SPAWN_INHERITED_MAX], r;

	*image = duplicate_above(spawn->image, limit);
	if (*image < 0)
		return *image;
	for (unsigned int i = 0; i < spawn->n_fds; i++) {
		moved[i] = spawn->fds[i] < 0 ? -1 : duplicate_above(spawn->fds[i], limit);
		if (spawn->fds[i] >= 0 && moved[i] < 0)
			return moved[i];
	}
	for (unsigned int i = 0; i < spawn->n_fds; i++) {
		if (moved[i] < 0) {
			sys_close(child->first + (int)i);
			continue;
		}
		r = (int)SYS(__NR_dup3, moved[i], child->first + (int)i, 0);
		if (r < 0)
			return r;
	}
	if (WEAKENED(CLOSE))
		return 0;
	return sys_close_range((unsigned int)limit, ~0u, ABI_CLOSE_RANGE_CLOEXEC);
}

_child_ static int preserve_descriptors(const struct spawn *spawn)
{
	for (unsigned int i = 0; i < spawn->preserve; i++) {
		int r = (int)SYS(__NR_fcntl, 3 + (int)i, F_SETFD, 0);

		if (r < 0)
			return r;
	}
	return 0;
}

_child_ static void run_child(void *argument)
{
	struct child *child = argument;
	static char *const no_environment[] = { NULL };
	int image = -1, r;

	child->step = STEP_PRESERVE;
	r = preserve_descriptors(child->spawn);
	if (r == 0) {
		child->step = STEP_DESCRIPTORS;
		r = place_descriptors(child, &image);
	}
	if (r == 0) {
		child->step = STEP_EXEC;
		r = (int)SYS(__NR_execveat, image, "", child->argv, no_environment,
			     ABI_AT_EMPTY_PATH);
	}
	child->error = r;
	for (;;)
		SYS(__NR_exit_group, 127);
}

static int child_error(const struct child *child, struct oci_error *err)
{
	switch (child->step) {
	case STEP_PRESERVE:
		return fail(err, child->error, NULL,
			    "cannot preserve file descriptors 3 to %u: not all are open",
			    2 + child->spawn->preserve);
	case STEP_DESCRIPTORS:
		return fail(err, child->error, NULL, "cannot pass descriptors to init");
	case STEP_EXEC:
		break;
	}
	return fail(err, child->error, NULL, "cannot execute init");
}

int spawn_clone(const struct abi_clone_args *args, void (*entry)(void *), void *argument)
{
	const uint64_t all = ~0ULL;
	uint64_t blocked;
	int pid;

	SYS(__NR_rt_sigprocmask, SIG_SETMASK, &all, &blocked, sizeof(all));
	pid = sys_clone_run(args, entry, argument);
	SYS(__NR_rt_sigprocmask, SIG_SETMASK, &blocked, 0, sizeof(blocked));
	return pid;
}

void spawn_reap(int pidfd)
{
	while (SYS(__NR_waitid, WAIT_PIDFD, pidfd, 0, WAIT_EXITED | WAIT_ALL, 0) == -EINTR)
		;
}

void spawn_end(int pid, int pidfd)
{
	int r = sys_pidfd_send_signal(pidfd, SIGKILL);

	/* Where that call is withheld the pid has to do, while it is still our child's. */
	if (r < 0 && r != -ESRCH &&
	    SYS(__NR_waitid, WAIT_PIDFD, pidfd, 0, WAIT_EXITED | WAIT_NOHANG | WAIT_PEEK | WAIT_ALL,
		0) == 0)
		SYS(__NR_kill, pid, SIGKILL);
	spawn_reap(pidfd);
}

int spawn_init(const struct spawn *spawn, int *ret_pid, int *ret_pidfd, struct oci_error *err)
{
	_Alignas(16) char stack[STACK_SIZE];
	char name[] = "init", first[16];
	char *const argv[] = { name, first, NULL };
	struct child child = { .spawn = spawn, .argv = argv, .first = 3 + (int)spawn->preserve };
	int pid, pidfd = -1;
	struct abi_clone_args args = {
		.flags = spawn->flags | ABI_CLONE_VM | ABI_CLONE_VFORK | ABI_CLONE_PIDFD |
			 ABI_CLONE_CLEAR_SIGHAND | (spawn->cgroup >= 0 ? ABI_CLONE_INTO_CGROUP : 0),
		.pidfd = (uintptr_t)&pidfd,
		.exit_signal = SIGCHLD,
		.stack = (uintptr_t)stack,
		.stack_size = sizeof(stack),
		.cgroup = spawn->cgroup >= 0 ? (uint64_t)spawn->cgroup : 0,
	};

	snprintf(first, sizeof(first), "%d", child.first);
	pid = spawn_clone(&args, run_child, &child);
	if (pid < 0)
		return fail(err, pid, NULL, "cannot start init: clone3");
	if (child.error < 0) {
		/* It has ended by itself; nobody but us knows of it. */
		spawn_reap(pidfd);
		sys_close(pidfd);
		return child_error(&child, err);
	}
	*ret_pid = pid;
	*ret_pidfd = pidfd;
	return 0;
}
