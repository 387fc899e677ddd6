/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A plan: every operation that brings a container up, as data.
 *
 * It is one block of memory without pointers and without fd numbers. References inside are offsets
 * from its beginning, files are named by slots: small numbers that each interpreter maps to its
 * own descriptors. So a plan can be printed, compared, and mapped by init as it is.
 *
 * There are two columns, the host's operations and the child's. Numbered barriers join them: the
 * child reaches one and waits, the host awaits it, does what has to come in between, releases it.
 *
 * Freestanding: included by init. */
#ifndef OCI_PLAN_PLAN_H
#define OCI_PLAN_PLAN_H

#include "base/macro.h"

enum plan_column { PLAN_HOST, PLAN_CHILD };

enum op_kind {
	OP_NONE,
#define OP(column, NAME, name, kernel, print) OP_##NAME,
#include "plan/ops.def"
#undef OP
	OP_MAX_
};

/* Which errors of an operation make the interpreter go on @skip operations further down. */
enum op_tolerance {
	TOLERATE_NOTHING,
	TOLERATE_MISSING, /* ENOENT, ENOTDIR: it is not there */
	TOLERATE_REFUSED, /* EACCES, EPERM: we may not */
	TOLERATE_UNKNOWN, /* ENOSYS, EOPNOTSUPP: the kernel does not have it */
	TOLERATE_DONE,    /* EALREADY: the operation has done what those were for */
};

enum op_flag {
	OP_RECURSIVE = 1,     /* TREE, ATTRIBUTES: with the mounts below */
	OP_KEEP = 2,          /* ATTACH: %1 stays open */
	OP_NOFOLLOW = 4,      /* TREE*, TARGET*: what is named may be a symbolic link */
	OP_RECURSIVE_MAP = 8, /* TREE_SEND: the ids of the mounts below are mapped, too */
	OP_LOCKED = 16,       /* ATTRIBUTES: what the kernel keeps as it is stays so */
	OP_DUMPABLE = 32,     /* CLONE, TIME, OWN_WRITE: the process' files in /proc are its own for
				 the time of the operation */
	OP_OR_NEXT = 64,      /* CGROUP_WRITE: where there is no such file the next operation does
				 it, and else is left out */
	OP_MAY_WAIT = 128, /* CGROUP_WRITE: what the kernel does not take yet CGROUP_AGAIN writes */
	OP_REPLACE = 256,  /* CGROUP_DEVICES: in place of the filter that is there */
	OP_LENIENT = 512,  /* SECCOMP: the filter lets pass what init has still to call */
};

struct op {
	uint16_t kind;    /* enum op_kind */
	uint8_t tolerate; /* enum op_tolerance */
	uint8_t skip;     /* how many operations belong to this one and are left out with it */
	int16_t slot;     /* %1 */
	int16_t slot2;    /* %2 */
	uint32_t flags;   /* enum op_flag */
	uint32_t text;    /* %s: offset of a string, or of what the operation says */
	uint32_t text2;   /* %t */
	uint32_t where;   /* JSON pointer of the member of config.json it came from, or "" */
	uint64_t a, b, c;
};

#define PLAN_MAGIC 0x6e616c70u /* "plan" */

/* MESSAGE_ADOPT */
struct plan_adopt {
	char message;
	int32_t pid; /* as the host sees it */
};

/* MESSAGE_TREE, with the mount */
struct plan_handover {
	char message;
	uint32_t number; /* as TREE_SEND and TREE_TAKE have it */
};

struct plan {
	uint32_t magic;
	uint32_t size; /* of all, in bytes */
	uint32_t host; /* offset of the host's operations */
	uint32_t n_host;
	uint32_t child;
	uint32_t n_child;
	uint32_t inherited; /* slots 0 to inherited - 1 are handed to the child */
	uint32_t preserve;  /* descriptors from 3 on that the program of the container gets */
};

/* What EXEC and EXECUTABLE refer to: followed by the offsets of the arguments, of the environment
 * and of the paths to try. */
struct plan_exec {
	uint32_t n_args;
	uint32_t n_env;
	uint32_t n_paths;
	uint32_t offsets[];
};

enum plan_slot {
	SLOT_NONE = -1,
	SLOT_PLAN,      /* the memfd that holds report and plan */
	SLOT_CHANNEL,   /* SOCK_SEQPACKET between host and child */
	SLOT_START,     /* the socket that start connects to; not in a plan that starts at once */
	SLOT_INHERITED, /* the first that a plan hands out for something to inherit */
	SLOT_INHERITED_MAX = 40,
	SLOT_ROOT = SLOT_INHERITED_MAX, /* the root file system, a detached tree */
	SLOT_TERMINAL,                  /* the program's side of its terminal */
	SLOT_PRIVATE,                   /* the first that each column hands out for itself */
	SLOT_MAX = 96,
};

/* The first page of the memfd, shared by both sides: where the child is, and what went wrong. It is
 * written by plain stores, since a strict seccomp filter leaves no other way to say it. */
#define PLAN_REPORT_SIZE 4096 /* the plan begins behind it */
#define PLAN_TIMES_MAX   500
struct plan_report {
	int32_t op;      /* index of the child's operation at hand */
	int32_t error;   /* negative errno of that operation, 0 as long as all is well */
	int32_t step;    /* which part of it, where it has several */
	uint32_t traced; /* whether the times are wanted */
	uint64_t times[PLAN_TIMES_MAX]; /* when the first operations began, ns of CLOCK_REALTIME */
};
_Static_assert(sizeof(struct plan_report) <= PLAN_REPORT_SIZE, "the report is one page");

/* Messages on the channel and on the start socket: one byte. */
enum plan_message {
	MESSAGE_ADOPT = 'c',    /* child: has made another; then its pid, with a pidfd */
	MESSAGE_NETWORK = 'n',  /* child: a socket of rtnetlink(7) in its network namespace */
	MESSAGE_TERMINAL = 'y', /* child: the other side of the program's terminal */
	MESSAGE_BARRIER = 'b',  /* child: reached; then one byte, its number */
	MESSAGE_RELEASE = 'r',  /* host: go on */
	MESSAGE_TREE = 't',     /* host: a mount; struct plan_handover */
	MESSAGE_PARKED = 'p',   /* child: nothing of the host is needed any more */
	MESSAGE_GO = 'g',       /* starter: run the program */
	MESSAGE_GO_TIMED = 'G', /* the same, and note the times of what is left */
	MESSAGE_ACK = 'a',      /* child: nothing left but to execute it; carries the memfd */
	MESSAGE_LISTENER =
		's', /* child, then: the listener of its seccomp filter; waits for RELEASE */
};

static inline const struct op *plan_ops(const struct plan *plan, enum plan_column column)
{
	uint32_t offset = column == PLAN_HOST ? plan->host : plan->child;

	return (const struct op *)(const void *)((const char *)plan + offset);
}

static inline const char *plan_string(const struct plan *plan, uint32_t offset)
{
	return (const char *)plan + offset;
}

#endif
