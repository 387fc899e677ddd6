/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A container's cgroups after they were made: finding, ending and removing what is in them. */
#ifndef OCI_CGROUP_CGROUP_H
#define OCI_CGROUP_CGROUP_H

#include <oci/error.h>

#include "base/macro.h"

/* One container's group in one hierarchy. */
struct cgroup {
	const char *mount;
	const char *path;
	size_t existing; /* so many bytes of the path are not ours to remove */
};

/* A descriptor of its directory, or a negative errno. */
int cgroup_open(const struct cgroup *cgroup) _must_check_;

/* v2: waits until cgroup.events of the group has that line, "populated 0\n"; -ETIMEDOUT when
 * nothing has happened for @timeout milliseconds. */
int cgroup_await_event(int dir, const char *line, int timeout) _must_check_;

/* What the memory controller has counted, in whichever hierarchy it is. */
struct cgroup_memory {
	bool knows_peak, knows_oom_kills;
	uint64_t limit; /* bytes; 0 for none, or when nobody knows */
	uint64_t peak;  /* bytes */
	uint64_t oom_kills;
};
void cgroup_memory(const struct cgroup *cgroups, size_t n, struct cgroup_memory *ret);

/* Kills every process in the groups and below, and waits until they are gone. */
int cgroup_kill(const struct cgroup *cgroups, size_t n, struct oci_error *err) _must_check_;

/* Sends a signal to every process that is in the groups or below at this moment; SIGKILL also to
 * those that they make meanwhile. Waits for nobody's end. */
int cgroup_signal(const struct cgroup *cgroups, size_t n, int signal,
		  struct oci_error *err) _must_check_;

/* The processes that are in the groups and below at this moment; *ret is freed with free(). */
int cgroup_pids(const struct cgroup *cgroups, size_t n, int **ret, size_t *ret_n,
		struct oci_error *err) _must_check_;

/* Stops every process in the groups and below, until they are thawed; returns when they have
 * stopped. On failure nobody is. -EOPNOTSUPP when none of the groups can be frozen. */
int cgroup_freeze(const struct cgroup *cgroups, size_t n, struct oci_error *err) _must_check_;

/* Whether they are frozen, or about to be. */
int cgroup_is_frozen(const struct cgroup *cgroups, size_t n);

/* Lets them run again. On v1 a frozen process does not even die of SIGKILL. */
int cgroup_thaw(const struct cgroup *cgroups, size_t n, struct oci_error *err) _must_check_;

/* Removes the groups with all below them, processes first. What is gone already is no error. */
int cgroup_remove(const struct cgroup *cgroups, size_t n, struct oci_error *err) _must_check_;

#endif
