/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The rules about /process. */
#include <sched.h>

#include "spec/check.h"
#include "spec/tables.h"

/* sched(7), sched_setattr(2) */
#define NICE_MIN             (-20)
#define NICE_MAX             19
#define REALTIME_MIN         1
#define REALTIME_MAX         99
#define DEADLINE_RUNTIME_MIN 1024 /* nanoseconds */

static void check_rlimits(struct checker *checker, const struct spec_process *process,
			  const char *at)
{
	uint32_t seen = 0;
	size_t index = 0;

	list_each(rlimit, process->rlimits) {
		if (rlimit->type && (seen & (1U << rlimit->type)))
			check_refuse(checker, "RLM-08",
				     check_at(checker, "%s/rlimits/%zu/type", at, index),
				     "the limit is set twice");
		if (rlimit->soft.set && rlimit->hard.set && rlimit->soft.value > rlimit->hard.value)
			check_refuse(checker, "VAL-01",
				     check_at(checker, "%s/rlimits/%zu/soft", at, index),
				     "larger than the hard limit");
		seen |= 1U << rlimit->type;
		index++;
	}
}

static void check_deadline(struct checker *checker, const struct spec_scheduler *scheduler,
			   const char *at)
{
	uint64_t period =
		scheduler->period.value ? scheduler->period.value : scheduler->deadline.value;

	if (scheduler->runtime.value < DEADLINE_RUNTIME_MIN)
		check_refuse(checker, "VAL-01", at,
			     "SCHED_DEADLINE needs a runtime of at least %d nanoseconds",
			     DEADLINE_RUNTIME_MIN);
	else if (scheduler->runtime.value > scheduler->deadline.value)
		check_refuse(
			checker, "VAL-01", at,
			"SCHED_DEADLINE needs a deadline that is not shorter than the runtime");
	else if (scheduler->deadline.value > period)
		check_refuse(checker, "VAL-01", at,
			     "SCHED_DEADLINE needs a period that is not shorter than the deadline");
}

static void check_scheduler(struct checker *checker, const struct spec_scheduler *scheduler,
			    const char *at)
{
	int policy = scheduler->policy - 1;
	const char *name = name_of(spec_scheduler_policies, scheduler->policy);
	bool realtime = policy == SCHED_FIFO || policy == SCHED_RR;
	int64_t nice = scheduler->nice.value, priority = scheduler->priority.value;

	if (!name)
		return;
	if (policy == SPEC_SCHED_ISO)
		check_refuse(checker, "VAL-01", check_at(checker, "%s/policy", at),
			     "Linux has no SCHED_ISO");
	if (nice < NICE_MIN || nice > NICE_MAX)
		check_refuse(checker, "VAL-01", check_at(checker, "%s/nice", at),
			     "expected a number from %d to %d, found %lld", NICE_MIN, NICE_MAX,
			     (long long)nice);
	if (realtime && (priority < REALTIME_MIN || priority > REALTIME_MAX))
		check_refuse(checker, "VAL-01",
			     scheduler->priority.set ? check_at(checker, "%s/priority", at) : at,
			     "%s needs a priority from %d to %d, found %lld", name, REALTIME_MIN,
			     REALTIME_MAX, (long long)priority);
	if (!realtime && priority != 0)
		check_refuse(checker, "VAL-01", check_at(checker, "%s/priority", at),
			     "%s takes no priority", name);
	if (policy == SPEC_SCHED_DEADLINE)
		check_deadline(checker, scheduler, at);
	else if (scheduler->runtime.value || scheduler->deadline.value || scheduler->period.value)
		check_refuse(checker, "VAL-01", at,
			     "runtime, deadline and period are for SCHED_DEADLINE alone, not %s",
			     name);
}

static void check_affinity(struct checker *checker, const char *list, const char *at,
			   const char *member)
{
	if (list && list[0] && !check_is_list(list))
		check_refuse(checker, "VAL-01", check_at(checker, "%s/%s", at, member),
			     "expected a list like \"0-3,7\", found \"%s\"", list);
}

void check_process(struct checker *checker, const struct spec_process *process, const char *at)
{
	const char *part;

	check_rlimits(checker, process, at);
	if (process->scheduler) {
		part = check_at(checker, "%s/scheduler", at);
		if (part)
			check_scheduler(checker, process->scheduler, part);
	}
	if (process->execCPUAffinity) {
		part = check_at(checker, "%s/execCPUAffinity", at);
		check_affinity(checker, process->execCPUAffinity->initial, part, "initial");
		check_affinity(checker, process->execCPUAffinity->final, part, "final");
	}
}
