/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Verbs about the process itself: how it ends, what it consumes. */
#define _GNU_SOURCE
#include "report.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
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
