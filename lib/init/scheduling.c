/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Operations: on which CPUs and memory the program runs, and how much of them it gets. */
#include <errno.h>

#include "init/init.h"

/* More than any kernel has: those that there are, and that the cgroup allows, are what is left. */
#define CPUS_MAX 8192

#define IOPRIO_WHO_PROCESS 1

/* The kernel leaves out what it does not have or the cgroup does not allow, and says nothing as
 * long as something is left. */
static int check_cpus(const uint64_t *wanted, uint64_t n)
{
	uint64_t cpus[CPUS_MAX / 64];
	long size = SYS(__NR_sched_getaffinity, 0, sizeof(cpus), cpus);

	if (size < 0)
		return (int)size;
	for (uint64_t i = 0; i < n; i++)
		if (wanted[i] & ~(i < (uint64_t)size / 8 ? cpus[i] : 0))
			return -EINVAL;
	return 0;
}

static int run_on_any(void)
{
	uint64_t all[CPUS_MAX / 64];

	for (unsigned int i = 0; i < CPUS_MAX / 64; i++)
		all[i] = UINT64_MAX;
	return (int)SYS(__NR_sched_setaffinity, 0, sizeof(all), all);
}

/* Number a says how many words the list has. */
int do_affinity(struct init *init, const struct op *op)
{
	const uint64_t *cpus = (const uint64_t *)(const void *)text_of(init, op);
	int r;

	if (op->a == 0)
		return run_on_any();
	r = (int)SYS(__NR_sched_setaffinity, 0, op->a * sizeof(*cpus), cpus);
	return r < 0 ? r : check_cpus(cpus, op->a);
}

int do_personality(struct init *init, const struct op *op)
{
	(void)init;
	return (int)SYS(__NR_personality, op->a);
}

int do_memory_policy(struct init *init, const struct op *op)
{
	return (int)SYS(__NR_set_mempolicy, op->a, op->b ? text_of(init, op) : NULL, op->b);
}

int do_io_priority(struct init *init, const struct op *op)
{
	(void)init;
	return (int)SYS(__NR_ioprio_set, IOPRIO_WHO_PROCESS, 0, op->a);
}

int do_scheduler(struct init *init, const struct op *op)
{
	return (int)SYS(__NR_sched_setattr, 0, text_of(init, op), 0);
}
