/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Operations: on which CPUs and memory the program runs, and how much of them it gets. */
#include "init/init.h"

/* More than any kernel has: those that there are, and that the cgroup allows, are what is left. */
#define CPUS_MAX 8192

#define IOPRIO_WHO_PROCESS 1

int do_affinity(struct init *init, const struct op *op)
{
	unsigned char all[CPUS_MAX / 8];

	(void)init;
	(void)op;
	for (unsigned int i = 0; i < sizeof(all); i++)
		all[i] = 0xff;
	return (int)SYS(__NR_sched_setaffinity, 0, sizeof(all), all);
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
