/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What plans can be made of, see support.h. */
#include "plan/support.h"
#include "spec/model.h"
#include "sys/abi.h"

const struct plan_support plan_support = {
	.namespaces = ABI_CLONE_NEWPID | ABI_CLONE_NEWNET | ABI_CLONE_NEWNS | ABI_CLONE_NEWIPC |
		      ABI_CLONE_NEWUTS | ABI_CLONE_NEWCGROUP | ABI_CLONE_NEWTIME |
		      ABI_CLONE_NEWUSER,
	.actions = 1U << SPEC_ACT_KILL | 1U << SPEC_ACT_KILL_PROCESS | 1U << SPEC_ACT_KILL_THREAD |
		   1U << SPEC_ACT_TRAP | 1U << SPEC_ACT_ERRNO | 1U << SPEC_ACT_TRACE |
		   1U << SPEC_ACT_ALLOW | 1U << SPEC_ACT_LOG | 1U << SPEC_ACT_NOTIFY,
	.hooks = (1U << SPEC_HOOK_MAX_) - 1,
	.apparmor = true,
	.selinux = true,
	.intel_rdt = true,
	.intel_rdt_schemata = true,
	.intel_rdt_monitoring = true,
	.idmap = true,
	.net_devices = true,
	.memory_policy = true,
	.cgroup_v1 = true,
	.cgroup_v2 = true,
	.systemd = true,
	.systemd_user = true,
};
