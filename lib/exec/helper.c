/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Running programs of the host, see helper.h. The child shares the caller's memory until it becomes
 * the program, as the one in spawn.c. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "base/fd.h"
#include "exec/helper.h"
#include "exec/spawn.h"
#include "sys/calls.h"

#define STACK_SIZE 8192

struct helper {
	const char *const *argv;
	int null, output;
	volatile int error; /* shared memory: why the program did not run */
};

_child_ static void run_child(void *argument)
{
	struct helper *helper = argument;
	static const char *const environment[] = { "PATH=/usr/sbin:/usr/bin:/sbin:/bin", NULL };
	int r;

	r = (int)SYS(__NR_dup3, helper->null, 0, 0);
	if (r >= 0)
		r = (int)SYS(__NR_dup3, helper->output, 1, 0);
	if (r >= 0)
		r = (int)SYS(__NR_dup3, helper->output, 2, 0);
	if (r >= 0)
		r = sys_close_range(3, ~0u, ABI_CLOSE_RANGE_CLOEXEC);
	if (r >= 0)
		r = (int)SYS(__NR_execve, helper->argv[0], helper->argv, environment);
	helper->error = r;
	for (;;)
		SYS(__NR_exit_group, 127);
}

/* The last line that it wrote, without its newline. */
static void read_last_line(int fd, char *line, size_t size)
{
	size_t length = 0;
	char byte;

	line[0] = '\0';
	while (read(fd, &byte, 1) == 1) {
		if (byte == '\n') {
			line[length] = '\0';
			length = 0;
		} else if (length < size - 1) {
			line[length++] = byte;
			line[length] = '\0';
		}
	}
}

/* The caller may be faster and take its status: then what it was for tells. */
static int status_of(int pidfd)
{
	siginfo_t info = { 0 };

	while (waitid((idtype_t)3 /* P_PIDFD */, (id_t)pidfd, &info, WEXITED | __WALL) < 0)
		if (errno != EINTR)
			return 0;
	return info.si_code == CLD_EXITED ? info.si_status : 128 + info.si_status;
}

static int run(struct helper *helper, int output, const char *where, struct oci_error *err)
{
	_Alignas(16) char stack[STACK_SIZE];
	cleanup(fd_done) int pidfd = -1;
	const struct abi_clone_args args = {
		.flags = ABI_CLONE_VM | ABI_CLONE_VFORK | ABI_CLONE_PIDFD | ABI_CLONE_CLEAR_SIGHAND,
		.pidfd = (uintptr_t)&pidfd,
		.stack = (uintptr_t)stack,
		.stack_size = sizeof(stack),
	};
	int pid = spawn_clone(&args, run_child, helper), status;
	char line[256];

	fd_done(&helper->output);
	if (pid < 0)
		return fail(err, pid, where, "%s: cannot start %s: clone3", where, helper->argv[0]);
	read_last_line(output, line, sizeof(line));
	status = status_of(pidfd);
	if (helper->error < 0)
		return fail(err, helper->error, where, "%s: cannot execute %s", where,
			    helper->argv[0]);
	if (status != 0)
		return fail_plain(err, -EPERM, where, "%s: %s failed with status %d%s%s", where,
				  helper->argv[0], status, line[0] ? ": " : "", line);
	return 0;
}

int helper_run(const char *const argv[], const char *where, struct oci_error *err)
{
	cleanup(fd_done) int null = open("/dev/null", O_RDONLY | O_CLOEXEC), output = -1;
	struct helper helper = { .argv = argv, .null = null, .output = -1 };
	int ends[2], r;

	if (null < 0 || pipe2(ends, O_CLOEXEC) < 0)
		return fail(err, -errno, where, "%s: cannot start %s", where, argv[0]);
	output = ends[0];
	helper.output = ends[1];
	r = run(&helper, output, where, err);
	fd_done(&helper.output);
	return r;
}
