/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What plans can be made of: the parts of the standard that are implemented. `features` says so,
 * and what is not in here is refused. */
#ifndef OCI_PLAN_SUPPORT_H
#define OCI_PLAN_SUPPORT_H

#include "base/macro.h"

struct plan_support {
	uint64_t namespaces;  /* CLONE_NEW* */
	unsigned int hooks;   /* rows of spec_hooks_object: 1 << index */
	unsigned int actions; /* of seccomp: 1 << enum spec_seccomp_action */
	bool cgroup_v1, cgroup_v2, systemd, systemd_user, rdma;
	bool apparmor, selinux;
	bool intel_rdt, intel_rdt_schemata, intel_rdt_monitoring;
	bool memory_policy;
	bool idmap;
	bool net_devices;
};

/* The annotations that change what is done. */
#define PLAN_KEEP_GROUPS "run.oci.keep_original_groups"

extern const struct plan_support plan_support;

#endif
