/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The verb that dies of a signal.
 *
 * The kernel shields process 1 of a pid namespace (SIGNAL_UNKILLABLE): a signal without a handler
 * that comes from inside is dropped, SIGKILL included. What is left are ways by which the kernel
 * itself sends the signal (force_sig_info_to_task() in kernel/signal.c lifts the shield): SIGSEGV,
 * SIGBUS, SIGILL, SIGFPE, SIGTRAP  a fault of the processor SIGSYS a seccomp filter that kills;
 * sets no_new_privs first SIGKILL                                   the hard limit of RLIMIT_CPU
 * For any other signal process 1 prints "kill=ignored" and exits with status 1. So does any process
 * whose seccomp profile forbids the way. */
#define _GNU_SOURCE
#include "report.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static volatile char *volatile nowhere;

/* Without a system call, so that a profile cannot be in the way. */
static void fault_segv(void)
{
	*nowhere = 1;
}

/* A page behind the end of its file. */
static void fault_bus(void)
{
	int fd = memfd_create("empty", MFD_CLOEXEC);
	volatile char *page = mmap(NULL, 1, PROT_READ, MAP_SHARED, fd, 0);

	if (page != MAP_FAILED)
		(void)*page;
}

static void fault_ill(void)
{
#if defined(__x86_64__)
	__asm__ volatile("ud2");
#elif defined(__aarch64__)
	__asm__ volatile(".inst 0");
#endif
}

/* aarch64 divides by zero without a fault. */
static void fault_fpe(void)
{
#if defined(__x86_64__)
	__asm__ volatile("xorl %%ecx, %%ecx\n\t"
			 "xorl %%edx, %%edx\n\t"
			 "divl %%ecx"
			 :
			 :
			 : "eax", "ecx", "edx", "cc");
#endif
}

static void fault_trap(void)
{
#if defined(__x86_64__)
	__asm__ volatile("int3");
#elif defined(__aarch64__)
	__asm__ volatile("brk #0");
#endif
}

static void fault_sys(void)
{
	struct sock_filter all = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
	struct sock_fprog program = { .len = 1, .filter = &all };

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == 0)
		getpid();
}

/* The limit is looked at when the clock ticks, so some time has to be spent. */
static void exhaust_cpu(void)
{
	struct rlimit limit = { 1, 1 };
	struct timespec used = { 0 };

	if (setrlimit(RLIMIT_CPU, &limit) < 0)
		return;
	while (used.tv_sec < 3)
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
}

static const struct {
	int number;
	void (*die)(void);
} ways[] = {
	{ SIGSEGV, fault_segv },  { SIGBUS, fault_bus },   { SIGILL, fault_ill },
	{ SIGFPE, fault_fpe },    { SIGTRAP, fault_trap }, { SIGSYS, fault_sys },
	{ SIGKILL, exhaust_cpu },
};

/* The plain way first; whoever is still here afterwards was shielded, or the signal is one that
 * does not end a process. */
int verb_kill(int argc, char **argv)
{
	int number = signal_parse(argv[1]);
	struct sigaction reset = { .sa_handler = SIG_DFL };
	struct rlimit no_core = { 0, 0 };
	sigset_t set;

	(void)argc;
	if (number == 0) {
		dprintf(2, "report: signal '%s' is not valid\n", argv[1]);
		return EXIT_USAGE;
	}
	out_flush();
	setrlimit(RLIMIT_CORE, &no_core);
	sigaction(number, &reset, NULL);
	sigemptyset(&set);
	sigaddset(&set, number);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	kill(getpid(), number);
	for (size_t i = 0; i < ARRAY_SIZE(ways); i++) {
		if (ways[i].number == number)
			ways[i].die();
	}
	out_line_text("kill", "ignored");
	return EXIT_FAILED;
}
