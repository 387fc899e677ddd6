/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Hearing that a container has no memory left. */
#ifndef OCI_CGROUP_OOM_H
#define OCI_CGROUP_OOM_H

#include "cgroup/cgroup.h"

struct cgroup_oom {
	int fd; /* to be polled for @events; -1 when nobody tells */
	short events;
	int control;   /* v1: what the eventfd in @fd is about */
	uint64_t seen; /* v2: how often it had happened */
};

/* -ENOMEM and the like; that there is nobody to tell is none. */
int cgroup_oom_open(const struct cgroup *cgroups, size_t n, struct cgroup_oom *ret) _must_check_;
void cgroup_oom_done(struct cgroup_oom *oom);

/* When @fd is ready: whether it has happened again. */
bool cgroup_oom_happened(struct cgroup_oom *oom);

#endif
