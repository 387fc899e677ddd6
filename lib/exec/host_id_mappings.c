/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Mappings of ids: the maps of a container's user namespace, and user namespaces that nobody runs
 * in, the shape in which mount_setattr(2) takes a mapping.
 *
 * Such a namespace is made together with a process. This one shares the caller's memory, so that it
 * costs the same in a large engine, waits for its end on a stack of its own, and is gone before the
 * operation is. It makes raw system calls and nothing else, as the one in spawn.c. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/error.h"
#include "base/fd.h"
#include "exec/helper.h"
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

static int open_process(int pid)
{
	char path[sizeof("/proc/2147483647")];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d", pid);
	fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static int write_maps(int process, const char *uids, const char *gids)
{
	int r = write_map(process, "uid_map", uids);

	return r < 0 ? r : write_map(process, "gid_map", gids);
}

static int take_namespace(int pid, const char *uids, const char *gids)
{
	cleanup(fd_done) int process = open_process(pid);
	int fd, r;

	if (process < 0)
		return process;
	r = write_maps(process, uids, gids);
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
	spawn_end(pid, pidfd);
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

/* With number a, nobody in the namespace may change its groups: the kernel wants that of one who
 * maps no more than its own. */
int host_map(struct host *host, const struct op *op, struct oci_error *err)
{
	cleanup(fd_done) int process = open_process(host->pid);
	int r = process;

	if (r >= 0 && op->a)
		r = file_write(process, "setgroups", "deny");
	if (r >= 0)
		r = write_maps(process, plan_string(host->plan, op->text),
			       plan_string(host->plan, op->text2));
	return r < 0 ? host_fail(host, op, r, err) : 0;
}

/* newuidmap PID INSIDE OUTSIDE SIZE..., with @mappings in one string that is cut up. */
static int run_helper(const char *program, int pid, const char *mappings, const char *where,
		      struct oci_error *err)
{
	cleanup(free_done) char *words = strdup(mappings);
	cleanup(free_done) const char **argv = NULL;
	char number[12], *rest, *word;
	size_t n = 4;

	for (const char *c = mappings; *c; c++)
		n += *c == ' ' || *c == ',';
	argv = calloc(n, sizeof(*argv));
	if (!argv || !words)
		return fail(err, -ENOMEM, where, "%s: cannot run %s", where, program);
	snprintf(number, sizeof(number), "%d", pid);
	n = 0;
	argv[n++] = program;
	argv[n++] = number;
	for (word = strtok_r(words, " ,", &rest); word; word = strtok_r(NULL, " ,", &rest))
		argv[n++] = word;
	return helper_run(argv, where, err);
}

int host_map_by_helper(struct host *host, const struct op *op, struct oci_error *err)
{
	static const char *const programs[][2] = {
		{ "/usr/bin/newuidmap", "/bin/newuidmap" },
		{ "/usr/bin/newgidmap", "/bin/newgidmap" },
	};
	const char *mappings[] = { plan_string(host->plan, op->text),
				   plan_string(host->plan, op->text2) };

	for (size_t i = 0; i < ARRAY_SIZE(mappings); i++) {
		int r = run_helper(programs[i][access(programs[i][0], X_OK) < 0], host->pid,
				   mappings[i], plan_string(host->plan, op->where), err);

		if (r < 0)
			return r;
	}
	return 0;
}
