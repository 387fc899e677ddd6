/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From /linux/resources/devices to an eBPF program of type CGROUP_DEVICE, which cgroup v2 has in
 * place of the devices controller. Pure. */
#ifndef OCI_PLAN_DEVICE_FILTER_H
#define OCI_PLAN_DEVICE_FILTER_H

#include "base/text.h"
#include "spec/model.h"

/* One rule as the kernel's v1 files take it; -1 stands for all numbers. */
struct device_rule {
	bool allow;
	char type; /* a, b or c */
	int64_t major, minor;
	const char *access; /* of r, w and m */
};

/* What every container may use, whatever its rules say: the default devices, terminals, and
 * mknod of any. Behind the rules of the config. */
extern const struct device_rule device_rules_default[];
extern const size_t n_device_rules_default;

/* A rule of the config, with what it leaves out filled in. */
struct device_rule device_rule_of(const struct spec_device_rule *rule);

/* Every device, every access. */
extern const struct device_rule device_rule_deny_all;
bool device_rule_is_whole(const struct device_rule *rule);

/* Struct bpf_insn after struct bpf_insn into @program, which is empty. The last rule that matches
 * decides; without one access is refused. False if there is no memory, or the program is longer
 * than a jump. */
bool device_filter_compile(const struct device_rule *rules, size_t n, struct text *program);

#endif
