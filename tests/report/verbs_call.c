/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The verbs that make system calls: as anyone does, each in a thread of its own, and as a 32-bit
 * program does. */
#define _GNU_SOURCE
#include "report.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define ARGS_MAX 6
#define ENDED    (-5000) /* the thread is gone; beyond any errno */

struct call {
	long number, args[ARGS_MAX], result;
};

/* Calls that profiles are tested with, so that tests need not know the architecture's numbers; only
 * such as every architecture has. */
#define CALL(name)                \
	{                         \
#name, SYS_##name \
	}
static const struct name_value calls[] = {
	CALL(acct),
	CALL(add_key),
	CALL(bpf),
	CALL(chroot),
	CALL(clone3),
	CALL(delete_module),
	CALL(faccessat),
	CALL(fchmodat),
	CALL(fchownat),
	CALL(finit_module),
	CALL(fsopen),
	CALL(getcwd),
	CALL(getpid),
	CALL(getppid),
	CALL(getuid),
	CALL(io_uring_setup),
	CALL(kcmp),
	CALL(kexec_load),
	CALL(keyctl),
	CALL(kill),
	CALL(linkat),
	CALL(mkdirat),
	CALL(mknodat),
	CALL(mount),
	CALL(mount_setattr),
	CALL(move_mount),
	CALL(name_to_handle_at),
	CALL(open_by_handle_at),
	CALL(open_tree),
	CALL(openat),
	CALL(openat2),
	CALL(perf_event_open),
	CALL(personality),
	CALL(pidfd_open),
	CALL(pivot_root),
	CALL(prctl),
	CALL(prlimit64),
	CALL(process_vm_readv),
	CALL(ptrace),
	CALL(quotactl),
	CALL(reboot),
	CALL(renameat2),
	CALL(request_key),
	CALL(sched_setaffinity),
	CALL(sched_yield),
	CALL(seccomp),
	CALL(setdomainname),
	CALL(setgid),
	CALL(setgroups),
	CALL(sethostname),
	CALL(setns),
	CALL(settimeofday),
	CALL(setuid),
	CALL(setxattr),
	CALL(socket),
	CALL(socketpair),
	CALL(swapon),
	CALL(symlinkat),
	CALL(syslog),
	CALL(umask),
	CALL(umount2),
	CALL(uname),
	CALL(unlinkat),
	CALL(unshare),
	CALL(userfaultfd),
	CALL(vhangup),
};

static bool call_parse(const char *text, long *ret_number)
{
	for (size_t i = 0; i < ARRAY_SIZE(calls); i++) {
		if (strcmp(calls[i].name, text) != 0)
			continue;
		*ret_number = (long)calls[i].value;
		return true;
	}
	return num_parse(text, ret_number);
}

static long plain(struct call *call)
{
	const long *args = call->args;
	long result = syscall(call->number, args[0], args[1], args[2], args[3], args[4], args[5]);

	return result == -1 ? -errno : result;
}

static void *in_thread(void *argument)
{
	struct call *call = argument;

	call->result = plain(call);
	return NULL;
}

static long threaded(struct call *call)
{
	pthread_t thread;
	int error;

	call->result = ENDED;
	error = pthread_create(&thread, NULL, in_thread, call);
	if (error == 0)
		error = pthread_join(thread, NULL);
	return error ? -error : call->result;
}

/* The sixth argument is where the stack frame is, and not looked at. */
static long as_32_bits(struct call *call)
{
#if defined(__x86_64__)
	const long *args = call->args;
	int result;

	__asm__ volatile("int $0x80"
			 : "=a"(result)
			 : "a"((int)call->number), "b"((int)args[0]), "c"((int)args[1]),
			   "d"((int)args[2]), "S"((int)args[3]), "D"((int)args[4])
			 : "r8", "r9", "r10", "r11", "memory");
	return result;
#else
	(void)call;
	return -ENOSYS;
#endif
}

/* The call up to the next "+" or the end; how many words it has, or 0. */
static int parse(int argc, char **argv, struct call *call)
{
	static char scratch[4096];
	int i;

	*call = (struct call){ 0 };
	if (!call_parse(argv[0], &call->number)) {
		dprintf(2, "report: system call '%s' is not valid\n", argv[0]);
		return 0;
	}
	for (i = 1; i < argc && strcmp(argv[i], "+") != 0; i++) {
		long *arg = &call->args[i - 1];

		if (i <= ARGS_MAX && !strncmp(argv[i], "s:", 2)) {
			*arg = (long)(argv[i] + 2);
		} else if (i <= ARGS_MAX && !strcmp(argv[i], "buf")) {
			*arg = (long)scratch;
		} else if (i > ARGS_MAX || !num_parse(argv[i], arg)) {
			dprintf(2, "report: argument '%s' is not valid\n", argv[i]);
			return 0;
		}
	}
	return i;
}

static int each(int argc, char **argv, long (*make)(struct call *call))
{
	struct call call;
	int status = EXIT_OK;

	trap_install();
	for (int i = 1, n; i < argc; i += n + 1) {
		long result;

		n = parse(argc - i, argv + i, &call);
		if (n == 0)
			return EXIT_USAGE;
		result = make(&call);
		if (result <= -4096)
			out_line_text(argv[0], "ended");
		else if (result < 0)
			status = verb_result(argv[0], (int)-result);
		else
			out_line(argv[0], "%ld", result);
	}
	return status;
}

int verb_syscall(int argc, char **argv)
{
	return each(argc, argv, plain);
}

int verb_thread(int argc, char **argv)
{
	return each(argc, argv, threaded);
}

int verb_int80(int argc, char **argv)
{
	return each(argc, argv, as_32_bits);
}
