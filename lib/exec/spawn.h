/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Starting init: a child that shares the caller's memory for the time of an execveat(2), so that
 * it costs the same in an engine of one gigabyte and in a small program. */
#ifndef OCI_EXEC_SPAWN_H
#define OCI_EXEC_SPAWN_H

#include <oci/error.h>

#include "base/macro.h"
#include "sys/abi.h"

#define SPAWN_INHERITED_MAX 64

/* What runs in a child that shares memory: it never returns from these, and a sanitizer that
 * follows stack frames would take the caller's stack for poisoned ever after. */
#define _child_ __attribute__((no_sanitize("address")))

struct spawn {
	int image;      /* from image_open() */
	uint64_t flags; /* CLONE_NEW* */
	int cgroup;     /* of v2, to be cloned into; -1 for none */
	const int *fds; /* what slots 0 to n_fds-1 are to be; -1 leaves a gap */
	unsigned int n_fds;
	unsigned int preserve; /* descriptors 3 to 3+preserve-1 are handed down as they are */
};

/* sys_clone_run() with all signals blocked, in the child for good: none of the caller's handlers
 * may run in it. */
int spawn_clone(const struct abi_clone_args *args, void (*entry)(void *),
		void *argument) _must_check_;

/* Waits for a child that is about to end, also for one that sends no SIGCHLD. */
void spawn_reap(int pidfd);

/* Kills it, and waits for its end. */
void spawn_end(int pid, int pidfd);

/* Returns 0, the child's pid, and a pidfd that the caller owns. */
int spawn_init(const struct spawn *spawn, int *ret_pid, int *ret_pidfd,
	       struct oci_error *err) _must_check_;

#endif
