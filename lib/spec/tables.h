/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The objects of config.json as tables, see field.h for how to read them. */
#ifndef OCI_SPEC_TABLES_H
#define OCI_SPEC_TABLES_H

#include "spec/field.h"

/* A whole config, and the parts that are documents of their own: what `exec --process` and
 * `update --resources` read. */
extern const struct object spec_object, spec_process_object, spec_resources_object;
extern const struct object spec_hooks_object;

/* "pid", "network", ...: the CLONE_NEW* flag. */
extern const struct name spec_namespace_names[];
extern const struct name spec_propagation_names[];
extern const struct name spec_rlimit_names[];
extern const struct name spec_scheduler_policies[];
extern const struct name spec_seccomp_actions[], spec_seccomp_ops[], spec_seccomp_archs[],
	spec_seccomp_flags[];
extern const struct name spec_memory_policy_modes[], spec_memory_policy_flags[];

#endif
