/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Facts about the processor's and the memory's use, named as in the OCI specification. */
#define _GNU_SOURCE
#include "report.h"

#include <errno.h>
#include <linux/mempolicy.h>
#include <sched.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define CPUS_MAX  8192
#define NODES_MAX 1024
#define LONG_BITS (8 * sizeof(unsigned long))

/* The first version of struct sched_attr; linux/sched/types.h clashes with sched.h. */
struct scheduler {
	uint32_t size;
	uint32_t policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime;
	uint64_t deadline;
	uint64_t period;
};

static const struct name_value policies[] = {
	{ "SCHED_OTHER", 0 }, { "SCHED_FIFO", 1 },     { "SCHED_RR", 2 },  { "SCHED_BATCH", 3 },
	{ "SCHED_IDLE", 5 },  { "SCHED_DEADLINE", 6 }, { "SCHED_EXT", 7 },
};

static const struct name_value policy_flags[] = {
	{ "SCHED_FLAG_RESET_ON_FORK", 0x01 },  { "SCHED_FLAG_RECLAIM", 0x02 },
	{ "SCHED_FLAG_DL_OVERRUN", 0x04 },     { "SCHED_FLAG_KEEP_POLICY", 0x08 },
	{ "SCHED_FLAG_KEEP_PARAMS", 0x10 },    { "SCHED_FLAG_UTIL_CLAMP_MIN", 0x20 },
	{ "SCHED_FLAG_UTIL_CLAMP_MAX", 0x40 },
};

void facts_scheduler(void)
{
	struct scheduler s = { 0 };
	struct list flags = { 0 };

	if (syscall(SYS_sched_getattr, 0, &s, sizeof(s), 0) < 0) {
		fact_error("sched.policy", errno);
		return;
	}
	list_flags(&flags, policy_flags, ARRAY_SIZE(policy_flags), s.flags);
	fact_text("sched.policy", value_name(policies, ARRAY_SIZE(policies), s.policy));
	fact_list("sched.flags", &flags);
	fact("sched.nice", "%d", s.nice);
	fact("sched.priority", "%u", s.priority);
	fact("sched.runtime", "%llu", (unsigned long long)s.runtime);
	fact("sched.deadline", "%llu", (unsigned long long)s.deadline);
	fact("sched.period", "%llu", (unsigned long long)s.period);
}

void facts_affinity(void)
{
	unsigned long mask[CPUS_MAX / LONG_BITS] = { 0 };
	struct list list = { 0 };

	if (syscall(SYS_sched_getaffinity, 0, sizeof(mask), mask) < 0) {
		fact_error("affinity", errno);
		return;
	}
	list_ranges(&list, mask, CPUS_MAX);
	fact_list("affinity", &list);
}

void facts_ioprio(void)
{
	static const struct name_value classes[] = {
		{ "IOPRIO_CLASS_NONE", 0 },
		{ "IOPRIO_CLASS_RT", 1 },
		{ "IOPRIO_CLASS_BE", 2 },
		{ "IOPRIO_CLASS_IDLE", 3 },
	};
	long value = syscall(SYS_ioprio_get, 1 /* IOPRIO_WHO_PROCESS */, 0);

	if (value < 0)
		fact_error("ioprio", errno);
	else
		fact("ioprio", "%s:%ld",
		     value_name(classes, ARRAY_SIZE(classes), (unsigned long)value >> 13),
		     value & 0x1fff);
}

void facts_mempolicy(void)
{
	static const struct name_value modes[] = {
		{ "MPOL_DEFAULT", 0 },
		{ "MPOL_PREFERRED", 1 },
		{ "MPOL_BIND", 2 },
		{ "MPOL_INTERLEAVE", 3 },
		{ "MPOL_LOCAL", 4 },
		{ "MPOL_PREFERRED_MANY", 5 },
		{ "MPOL_WEIGHTED_INTERLEAVE", 6 },
	};
	static const struct name_value flag_names[] = {
		{ "MPOL_F_NUMA_BALANCING", 1 << 13 },
		{ "MPOL_F_RELATIVE_NODES", 1 << 14 },
		{ "MPOL_F_STATIC_NODES", 1 << 15 },
	};
	unsigned long mask[NODES_MAX / LONG_BITS] = { 0 };
	struct list nodes = { 0 }, flags = { 0 };
	int mode = 0;

	if (syscall(SYS_get_mempolicy, &mode, mask, NODES_MAX, NULL, 0) < 0) {
		fact_error("mempolicy", errno);
		return;
	}
	list_ranges(&nodes, mask, NODES_MAX);
	list_flags(&flags, flag_names, ARRAY_SIZE(flag_names), (unsigned long)mode & 0xe000);
	fact_text("mempolicy", value_name(modes, ARRAY_SIZE(modes), (unsigned long)mode & 0x1fff));
	fact_list("mempolicy.nodes", &nodes);
	fact_list("mempolicy.flags", &flags);
}

void facts_clocks(void)
{
	static const struct name_value clocks[] = {
		{ "clock.boottime", CLOCK_BOOTTIME },
		{ "clock.monotonic", CLOCK_MONOTONIC },
		{ "clock.realtime", CLOCK_REALTIME },
	};

	for (size_t i = 0; i < ARRAY_SIZE(clocks); i++) {
		struct timespec now = { 0 };

		if (syscall(SYS_clock_gettime, clocks[i].value, &now) < 0)
			fact_error(clocks[i].name, errno);
		else
			fact(clocks[i].name, "%lld.%09ld", (long long)now.tv_sec, now.tv_nsec);
	}
}
