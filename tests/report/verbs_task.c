/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Verbs about the process itself: how it ends, what it consumes, which system calls it may make. */
#define _GNU_SOURCE
#include "report.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int usage_error(const char *what, const char *text)
{
	dprintf(2, "report: %s '%s' is not valid\n", what, text);
	return EXIT_USAGE;
}

int verb_exit(int argc, char **argv)
{
	long status;

	(void)argc;
	if (!num_parse(argv[1], &status))
		return usage_error("status", argv[1]);
	return (int)(status & 0xff);
}

static void leave(int number)
{
	(void)number;
	_exit(EXIT_OK);
}

/* Prints "sleep=ready" once SIGTERM would end it, so that a test can wait for the line. Children of
 * others that end up with us, as process 1, are reaped by the kernel. */
int verb_sleep(int argc, char **argv)
{
	struct sigaction on_term = { .sa_handler = leave };
	struct sigaction on_child = { .sa_handler = SIG_DFL, .sa_flags = SA_NOCLDWAIT };
	sigset_t term;
	int status = EXIT_OK;

	if (argc > 1)
		status = facts_print(argc - 1, argv + 1);
	if (status != EXIT_OK)
		return status;
	sigaction(SIGCHLD, &on_child, NULL);
	if (sigaction(SIGTERM, &on_term, NULL) < 0)
		return verb_result("sleep", errno);
	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	sigprocmask(SIG_UNBLOCK, &term, NULL);

	out_line_text("sleep", "ready");
	if (out_flush())
		return EXIT_OUTPUT;
	for (;;) {
		if (pause() < 0 && errno == EINTR)
			continue;
		if (poll(NULL, 0, -1) < 0 && errno != EINTR)
			return verb_result("sleep", errno);
	}
}

/* A child lives until the last writing end of the pipe is closed, hence not longer than we do. */
static void wait_for_end(const int ends[2])
{
	char byte;

	close(ends[1]);
	while (read(ends[0], &byte, 1) < 0 && errno == EINTR)
		;
	_exit(EXIT_OK);
}

int verb_forkbomb(int argc, char **argv)
{
	int ends[2], error = 0;
	long count, forked;

	(void)argc;
	if (!num_parse(argv[1], &count) || count < 0)
		return usage_error("count", argv[1]);
	if (pipe2(ends, O_CLOEXEC) < 0)
		return verb_result("forkbomb.pipe", errno);
	out_flush();
	for (forked = 0; forked < count; forked++) {
		pid_t pid = fork();

		if (pid == 0)
			wait_for_end(ends);
		if (pid < 0) {
			error = errno;
			break;
		}
	}
	out_line("forkbomb.forked", "%ld", forked);
	out_line_text("forkbomb.error", error ? errno_name(error) : "none");
	out_flush();
	close(ends[1]);
	for (long left = forked; left > 0;) {
		if (waitpid(-1, NULL, 0) > 0)
			left--;
		else if (errno != EINTR)
			break;
	}
	return error ? EXIT_FAILED : EXIT_OK;
}

int verb_alloc(int argc, char **argv)
{
	long bytes, page = sysconf(_SC_PAGESIZE);
	volatile char *memory;

	(void)argc;
	if (!num_parse(argv[1], &bytes) || bytes <= 0)
		return usage_error("size", argv[1]);
	memory = mmap(NULL, (size_t)bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		      0);
	if (memory == MAP_FAILED)
		return verb_result("alloc", errno);
	for (long i = 0; i < bytes; i += page)
		memory[i] = 1;
	return verb_result("alloc", 0);
}

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

int verb_syscall(int argc, char **argv)
{
	static char scratch[4096];
	long number, result, args[6] = { 0 };

	if (!call_parse(argv[1], &number))
		return usage_error("system call", argv[1]);
	for (int i = 2; i < argc; i++) {
		if (!strncmp(argv[i], "s:", 2))
			args[i - 2] = (long)(argv[i] + 2);
		else if (!strcmp(argv[i], "buf"))
			args[i - 2] = (long)scratch;
		else if (!num_parse(argv[i], &args[i - 2]))
			return usage_error("argument", argv[i]);
	}
	trap_install();
	result = syscall(number, args[0], args[1], args[2], args[3], args[4], args[5]);
	if (result == -1)
		return verb_result("syscall", errno);
	out_line("syscall", "%ld", result);
	return EXIT_OK;
}

/* The environment as the kernel handed it over, in its order and with its duplicates. */
int verb_env(int argc, char **argv)
{
	int missing = 0;

	for (char **variable = invocation.envp; argc == 1 && *variable; variable++) {
		out_escaped(*variable);
		out_bytes("\n", 1);
	}
	for (int i = 1; i < argc; i++) {
		size_t size = strlen(argv[i]);
		bool found = false;

		for (char **variable = invocation.envp; *variable; variable++) {
			if (strncmp(*variable, argv[i], size) != 0 || (*variable)[size] != '=')
				continue;
			out_line_text(argv[i], *variable + size + 1);
			found = true;
		}
		missing += !found;
	}
	return missing ? EXIT_FAILED : EXIT_OK;
}

int verb_args(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	facts_arguments();
	return EXIT_OK;
}
