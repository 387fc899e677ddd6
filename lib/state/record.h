/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is kept of a container between the verbs, and how it is written: JSON, by the same tables
 * that read config.json. Later verbs come with an empty environment and no options, so everything
 * they need is in here. */
#ifndef OCI_STATE_RECORD_H
#define OCI_STATE_RECORD_H

#include <oci/error.h>

#include "base/arena.h"
#include "base/text.h"
#include "spec/field.h"

/* Counts up when a change makes older programs misread a record. */
#define RECORD_VERSION 1

enum record_phase {
	RECORD_CREATING = 1, /* the intent: what may exist by now, and has to be cleaned up */
	RECORD_CREATED,      /* create has finished */
};

struct record_cgroup {
	const char *mount;
	const char *path;
	struct opt_uint existing; /* this many bytes of the path were there before, and stay */
};

struct record_resctrl {
	const char *group; /* class of service, "/" for that of the whole host */
	bool shared;       /* it has the name of a closID */
	bool made;         /* it goes with the container */
	bool monitored;    /* so does mon_groups/<id> in it */
};

struct record {
	struct opt_uint version;
	const char *id;
	int phase; /* enum record_phase */
	const char *bundle;
	const char *rootfs;
	const char *created;   /* RFC 3339 */
	struct opt_uint owner; /* uid */
	struct opt_int pid;
	struct opt_uint pidfd;     /* inode of a pidfd of it: unique, 6.9 */
	struct opt_uint startTime; /* field 22 of /proc/<pid>/stat, for older kernels */
	bool process;              /* the config has a process to start */
	bool keyring;              /* it has a session keyring of its own */
	bool hooks;                /* it has some that run after create */
	bool chroot;               /* its root is not that of its mount namespace */
	const char *unit;          /* of systemd, that makes its cgroups; NULL if we do */
	const char *bus;           /* where systemd is to be reached */
	LIST(struct record_cgroup) cgroups;
	struct record_resctrl *resctrl; /* NULL for none */
	LIST(struct pair) annotations;
};

void record_write(struct text *text, const struct record *record);
int record_read(const char *text, size_t length, struct arena *arena, struct record **ret,
		struct oci_error *err) _must_check_;

#endif
