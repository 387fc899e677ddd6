/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Init: the child's interpreter. A program without libc that maps a plan, runs the child's column,
 * and becomes the container's program. It decides nothing, allocates nothing, prints nothing and
 * cleans up nothing: when an operation fails it notes which and why in the report, and exits; the
 * kernel does the rest.
 *
 * The files beside this one hold the operations, by subject. Each is
 *
 *	int do_<name>(struct init *init, const struct op *op);
 *
 * and returns 0 or a negative errno. */
#ifndef OCI_INIT_INIT_H
#define OCI_INIT_INIT_H

#include "plan/plan.h"
#include "sys/calls.h"

struct init {
	const struct plan *plan;
	struct plan_report *report;
	int fds[SLOT_MAX]; /* by slot, -1 for none */
	int starter;       /* whom ACK goes to: the channel, or the connection of `start` */
	char *home;        /* "HOME=..." for an environment without it, or NULL */
	char **argv;       /* made ready before the seccomp filter is on */
	char **envp;
};

static inline const char *text_of(const struct init *init, const struct op *op)
{
	return plan_string(init->plan, op->text);
}

static inline const char *text2_of(const struct init *init, const struct op *op)
{
	return plan_string(init->plan, op->text2);
}

/* Puts a fresh descriptor into a slot, or passes an error on. */
static inline int fill(struct init *init, int16_t slot, int fd)
{
	if (fd < 0)
		return fd;
	init->fds[slot] = fd;
	return 0;
}

static inline void empty(struct init *init, int16_t slot)
{
	sys_close(init->fds[slot]);
	init->fds[slot] = -1;
}

/* The tree that an operation resolves its path in: the slot in number c, 0 for the root. */
static inline int tree_for(const struct init *init, const struct op *op)
{
	return init->fds[op->c ? op->c : SLOT_ROOT];
}

/* With OP_DUMPABLE: makes our files in /proc our own, or root's again. */
void be_dumpable(const struct op *op, bool dumpable);

/* One message of one byte, 0 at the end of the connection. */
int receive_byte(int fd);

/* Copies the arguments' addresses to where execve(2) wants them. */
int prepare_program(struct init *init, const struct op *exec);

#define OP_HOST(name)
#define OP_CHILD(name)                        int do_##name(struct init *init, const struct op *op);
#define OP(column, NAME, name, kernel, print) OP_##column(name)
#include "plan/ops.def"
#undef OP
#undef OP_HOST
#undef OP_CHILD

#endif
