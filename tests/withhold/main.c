/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* withhold CALL... ERRNO PROGRAM [ARGUMENT...]: runs a program on a kernel without these system
 * calls. A seccomp filter answers them with ENOSYS, as an older kernel does, or with EPERM, as the
 * profile of a container engine may do; it holds for all that the program starts, too.
 *
 * The filter asks for no privileges to be given up (no_new_privs), which the program would pass on
 * to what it runs; so it takes CAP_SYS_ADMIN to load it. */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define CALLS_MAX     16

/* Since 5.1 a call has the same number everywhere; headers of the C library may be older. */
static const struct {
	const char *name;
	unsigned int number;
} calls[] = {
	{ "bpf", SYS_bpf },
	{ "chroot", SYS_chroot },
	{ "clone3", 435 },
	{ "close_range", 436 },
	{ "execveat", SYS_execveat },
	{ "fsconfig", 431 },
	{ "fsmount", 432 },
	{ "fsopen", 430 },
	{ "keyctl", SYS_keyctl },
	{ "listmount", 458 },
	{ "memfd_create", SYS_memfd_create },
	{ "mount_setattr", 442 },
	{ "move_mount", 429 },
	{ "open_tree", 428 },
	{ "openat2", 437 },
	{ "pidfd_getfd", 438 },
	{ "pidfd_open", 434 },
	{ "pidfd_send_signal", 424 },
	{ "pivot_root", SYS_pivot_root },
	{ "seccomp", SYS_seccomp },
	{ "setns", SYS_setns },
	{ "statmount", 457 },
	{ "statx", SYS_statx },
	{ "unshare", SYS_unshare },
	{ "waitid", SYS_waitid },
};

static const struct {
	const char *name;
	unsigned int number;
} errors[] = { { "ENOSYS", ENOSYS }, { "EPERM", EPERM } };

static int find_call(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(calls); i++)
		if (strcmp(calls[i].name, name) == 0)
			return (int)calls[i].number;
	return -1;
}

static int find_error(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(errors); i++)
		if (strcmp(errors[i].name, name) == 0)
			return (int)errors[i].number;
	return -1;
}

/* Compares the number with each, and answers with the error if it is one of them. */
static int load(const unsigned int *numbers, size_t n, unsigned int error)
{
	struct sock_filter code[CALLS_MAX + 3];
	struct sock_fprog program = { .filter = code };
	size_t at = 0;

	code[at++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
						  offsetof(struct seccomp_data, nr));
	for (size_t i = 0; i < n; i++)
		code[at++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, numbers[i],
							  (unsigned char)(n - i), 0);
	code[at++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	code[at++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error);
	program.len = (unsigned short)at;
	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);
}

int main(int argc, char **argv)
{
	unsigned int numbers[CALLS_MAX];
	size_t n = 0;
	int at = 1, error = -1;

	for (; at < argc; at++) {
		int number = find_call(argv[at]);

		if (number < 0 || n == CALLS_MAX)
			break;
		numbers[n++] = (unsigned int)number;
	}
	if (at < argc)
		error = find_error(argv[at++]);
	if (error < 0 || n == 0 || at >= argc) {
		fprintf(stderr, "usage: withhold CALL... ENOSYS|EPERM PROGRAM [ARGUMENT...]\n");
		return 2;
	}
	if (load(numbers, n, (unsigned int)error) < 0) {
		perror("withhold: seccomp");
		return 2;
	}
	execv(argv[at], argv + at);
	perror(argv[at]);
	return 2;
}
