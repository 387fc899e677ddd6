/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Facts about signals, by the raw system calls: glibc hides 32 and 33. */
#define _GNU_SOURCE
#include "report.h"

#include <errno.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SIGNALS_MAX 64

static void fact_set(const char *name, long result, uint64_t set)
{
	struct list list = { 0 };

	if (result < 0) {
		fact_error(name, errno);
		return;
	}
	for (int i = 1; i <= SIGNALS_MAX; i++) {
		if (set >> (i - 1) & 1)
			list_add(&list, "%s", signal_name(i));
	}
	fact_list(name, &list);
}

void facts_signals(void)
{
	uint64_t set = 0, ignored = 0, caught = 0;
	long result;

	result = syscall(SYS_rt_sigprocmask, SIG_BLOCK, NULL, &set, sizeof(set));
	fact_set("signals.blocked", result, set);
	set = 0;
	result = syscall(SYS_rt_sigpending, &set, sizeof(set));
	fact_set("signals.pending", result, set);

	for (int i = 1; i <= SIGNALS_MAX; i++) {
		struct kernel_action action = { 0 };

		result = syscall(SYS_rt_sigaction, i, NULL, &action, sizeof(uint64_t));
		if (result < 0)
			break;
		if (i == SIGSYS && trap_former())
			action = *trap_former();
		if (action.handler == (uintptr_t)SIG_IGN)
			ignored |= UINT64_C(1) << (i - 1);
		else if (action.handler != (uintptr_t)SIG_DFL)
			caught |= UINT64_C(1) << (i - 1);
	}
	fact_set("signals.ignored", result, ignored);
	fact_set("signals.caught", result, caught);
}
