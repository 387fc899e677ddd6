/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The Features Structure, see features.h: a struct, its table, and where each member comes from. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "inspect/features.h"
#include "plan/mount_options.h"
#include "plan/seccomp_names.h"
#include "plan/support.h"
#include "spec/capability.h"
#include "spec/dump.h"
#include "spec/spec.h"
#include "spec/tables.h"

struct names {
	const char **item;
	size_t n;
	bool set;
};

struct enabled {
	bool enabled;
};

struct cgroup_features {
	bool v1, v2, systemd, systemdUser, rdma;
};

struct seccomp_features {
	bool enabled;
	struct names actions, operators, archs, knownFlags, supportedFlags;
};

struct rdt_features {
	bool enabled, schemata, monitoring;
};

struct policy_features {
	struct names modes, flags;
};

struct mount_features {
	struct enabled *idmap;
};

struct linux_features {
	struct names namespaces, capabilities;
	struct cgroup_features *cgroup;
	struct seccomp_features *seccomp;
	struct enabled *apparmor, *selinux;
	struct rdt_features *intelRdt;
	struct policy_features *memoryPolicy;
	struct mount_features *mountExtensions;
	struct enabled *netDevices;
};

struct features {
	const char *ociVersionMin, *ociVersionMax;
	struct names hooks, mountOptions;
	struct linux_features *linux_;
	LIST(struct pair) annotations;
	struct names potentiallyUnsafeConfigAnnotations;
};

/* A bool that is false is said as well: absent would be "unknown". */
#define SAID NEED("")

static const struct field enabled[] = {
	F(enabled, enabled, BOOL, V1_1_0, SAID),
	END,
};
OBJECT(enabled, enabled);

static const struct field cgroup[] = {
	F(cgroup_features, v1, BOOL, V1_1_0, SAID),
	F(cgroup_features, v2, BOOL, V1_1_0, SAID),
	F(cgroup_features, systemd, BOOL, V1_1_0, SAID),
	F(cgroup_features, systemdUser, BOOL, V1_1_0, SAID),
	F(cgroup_features, rdma, BOOL, V1_1_0, SAID),
	END,
};
OBJECT(cgroup_features, cgroup);

static const struct field seccomp[] = {
	F(seccomp_features, enabled, BOOL, V1_1_0, SAID),
	F(seccomp_features, actions, STRINGS, V1_1_0),
	F(seccomp_features, operators, STRINGS, V1_1_0),
	F(seccomp_features, archs, STRINGS, V1_1_0),
	F(seccomp_features, knownFlags, STRINGS, V1_1_0),
	F(seccomp_features, supportedFlags, STRINGS, V1_1_0),
	END,
};
OBJECT(seccomp_features, seccomp);

static const struct field rdt[] = {
	F(rdt_features, enabled, BOOL, V1_1_0, SAID),
	F(rdt_features, schemata, BOOL, V1_3_0, SAID),
	F(rdt_features, monitoring, BOOL, V1_3_0, SAID),
	END,
};
OBJECT(rdt_features, rdt);

static const struct field policy[] = {
	F(policy_features, modes, STRINGS, V1_3_0),
	F(policy_features, flags, STRINGS, V1_3_0),
	END,
};
OBJECT(policy_features, policy);

static const struct field mounts[] = {
	F(mount_features, idmap, OBJECT, V1_2_0, OF(enabled_object)),
	END,
};
OBJECT(mount_features, mounts);

static const struct field linux_fields[] = {
	F(linux_features, namespaces, STRINGS, V1_1_0),
	F(linux_features, capabilities, STRINGS, V1_1_0),
	F(linux_features, cgroup, OBJECT, V1_1_0, OF(cgroup_object)),
	F(linux_features, seccomp, OBJECT, V1_1_0, OF(seccomp_object)),
	F(linux_features, apparmor, OBJECT, V1_1_0, OF(enabled_object)),
	F(linux_features, selinux, OBJECT, V1_1_0, OF(enabled_object)),
	F(linux_features, intelRdt, OBJECT, V1_1_0, OF(rdt_object)),
	F(linux_features, memoryPolicy, OBJECT, V1_3_0, OF(policy_object)),
	F(linux_features, mountExtensions, OBJECT, V1_2_0, OF(mounts_object)),
	F(linux_features, netDevices, OBJECT, V1_3_0, OF(enabled_object)),
	END,
};
OBJECT(linux_features, linux_fields);

static const struct field features[] = {
	F(features, ociVersionMin, STRING, V1_1_0),
	F(features, ociVersionMax, STRING, V1_1_0),
	F(features, hooks, STRINGS, V1_1_0),
	F(features, mountOptions, STRINGS, V1_1_0),
	FIELD(features, "linux", linux_, OBJECT, V1_1_0, OF(linux_fields_object)),
	F(features, annotations, STRING_MAP, V1_1_0),
	F(features, potentiallyUnsafeConfigAnnotations, STRINGS, V1_2_0),
	END,
};
OBJECT(features, features);

/* --- lists --- */

static void add(struct arena *arena, struct names *names, const char *name)
{
	const char **item;

	names->set = true;
	if (names->n % 16 == 0) {
		item = arena_alloc(arena, (names->n + 16) * sizeof(*item));
		if (!item)
			return;
		if (names->n > 0)
			memcpy(item, names->item, names->n * sizeof(*item));
		names->item = item;
	}
	names->item[names->n++] = name;
}

/* The names of a table whose values are among @values, as bits or, with @numbered, as 1 << value.
 */
static struct names names_of(struct arena *arena, const struct name *table, uint64_t values,
			     bool numbered)
{
	struct names names = { .set = true };

	for (; table->name; table++)
		if (values & (numbered ? 1ULL << table->value : (unsigned int)table->value))
			add(arena, &names, table->name);
	return names;
}

static struct names all_names_of(struct arena *arena, const struct name *table)
{
	struct names names = { .set = true };

	for (; table->name; table++)
		add(arena, &names, table->name);
	return names;
}

static int compare(const void *left, const void *right)
{
	return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static struct names list_mount_options(struct arena *arena)
{
	struct names names = { .set = true };

	for (const struct mount_option *option = mount_options; option->name; option++)
		add(arena, &names, option->name);
	qsort(names.item, names.n, sizeof(*names.item), compare);
	return names;
}

static struct names list_capabilities(struct arena *arena)
{
	struct names names = { .set = true };

	for (int i = 0; i < CAPABILITIES_MAX; i++) {
		char buffer[CAPABILITY_NAME_SIZE];
		const char *name = capability_name(i, buffer);

		if (!name)
			continue;
		add(arena, &names, arena_strdup(arena, name));
	}
	return names;
}

static struct names list_hooks(struct arena *arena)
{
	struct names names = { .set = true };

	for (unsigned int i = 0; spec_hooks_object.fields[i].name; i++)
		if (plan_support.hooks & 1U << i)
			add(arena, &names, spec_hooks_object.fields[i].name);
	return names;
}

int features_print(struct text *text, const struct survey *survey)
{
	struct arena *arena = survey->arena;
	struct enabled apparmor = { plan_support.apparmor }, selinux = { plan_support.selinux };
	struct enabled idmap = { plan_support.idmap }, devices = { plan_support.net_devices };
	struct cgroup_features cgroups = {
		.v1 = plan_support.cgroup_v1,
		.v2 = plan_support.cgroup_v2,
		.systemd = plan_support.systemd,
		.systemdUser = plan_support.systemd_user,
		.rdma = plan_support.rdma,
	};
	struct seccomp_features filters = {
		.enabled = true,
		.actions = names_of(arena, spec_seccomp_actions, plan_support.actions, true),
		.operators = all_names_of(arena, spec_seccomp_ops),
		.archs = all_names_of(arena, spec_seccomp_archs),
		.knownFlags = all_names_of(arena, spec_seccomp_flags),
		.supportedFlags = names_of(arena, spec_seccomp_flags, survey->flags, false),
	};
	struct rdt_features intel_rdt = { plan_support.intel_rdt, plan_support.intel_rdt_schemata,
					  plan_support.intel_rdt_monitoring };
	struct policy_features policies = {
		.modes = names_of(arena, spec_memory_policy_modes,
				  plan_support.memory_policy ? UINT64_MAX : 0, true),
		.flags = names_of(arena, spec_memory_policy_flags,
				  plan_support.memory_policy ? UINT64_MAX : 0, false),
	};
	struct mount_features extensions = { .idmap = &idmap };
	struct linux_features linux_ = {
		.namespaces = names_of(arena, spec_namespace_names, plan_support.namespaces, false),
		.capabilities = list_capabilities(arena),
		.cgroup = &cgroups,
		.seccomp = &filters,
		.apparmor = &apparmor,
		.selinux = &selinux,
		.intelRdt = &intel_rdt,
		.memoryPolicy = &policies,
		.mountExtensions = &extensions,
		.netDevices = &devices,
	};
	struct pair annotations[] = {
		{ "io.github.seccomp.libseccomp.version", seccomp_library_version(survey->arena) },
	};
	const char *unsafe[] = { PLAN_KEEP_GROUPS };
	const struct features document = {
		.ociVersionMin = SPEC_VERSION_MIN,
		.ociVersionMax = SPEC_VERSION,
		.hooks = list_hooks(arena),
		.mountOptions = list_mount_options(arena),
		.linux_ = &linux_,
		.annotations = { annotations, ARRAY_SIZE(annotations), true },
		.potentiallyUnsafeConfigAnnotations = { unsafe, ARRAY_SIZE(unsafe), true },
	};

	if (arena->failed)
		return -ENOMEM;
	dump(text, &features_object, &document, 2);
	return text->failed ? -ENOMEM : 0;
}
