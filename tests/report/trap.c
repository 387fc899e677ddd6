/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Turns a trap by seccomp (SCMP_ACT_TRAP) into an error of the system call, so that a strict
 * profile costs one fact and not the whole report. A profile that kills cannot be survived. */
#define _GNU_SOURCE
#include "report.h"

#include <signal.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

static struct kernel_action former;
static bool installed;

static void on_trap(int number, siginfo_t *info, void *context)
{
	ucontext_t *registers = context;

	(void)number;
	(void)info;
#if defined(__x86_64__)
	registers->uc_mcontext.gregs[REG_RAX] = -ERRNO_TRAPPED;
#elif defined(__aarch64__)
	registers->uc_mcontext.regs[0] = (unsigned long long)-ERRNO_TRAPPED;
#else
	(void)registers;
#endif
}

void trap_install(void)
{
	struct sigaction action = { .sa_sigaction = on_trap, .sa_flags = SA_SIGINFO };

	if (installed || syscall(SYS_rt_sigaction, SIGSYS, NULL, &former, sizeof(uint64_t)) < 0)
		return;
	installed = sigaction(SIGSYS, &action, NULL) == 0;
}

const struct kernel_action *trap_former(void)
{
	return installed ? &former : NULL;
}
