/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the processes of a container's cgroups have used. */
#ifndef OCI_CGROUP_STATS_H
#define OCI_CGROUP_STATS_H

#include "base/text.h"
#include "cgroup/cgroup.h"

/* Appends an object of JSON, in one line, with the members that runc has in its events of the type
 * "stats". -ENOMEM. */
int cgroup_stats(const struct cgroup *cgroups, size_t n, struct text *out) _must_check_;

#endif
