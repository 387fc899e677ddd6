/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Limits: which controllers they need, and what v1 and v2 have in common. See resources.h. */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "plan/create.h"
#include "plan/resources.h"

bool limits_is_set(const struct opt_int *limit)
{
	return limit->set && limit->value != 0;
}

/* --- what they need --- */

static bool needs_memory(const struct spec_memory *memory)
{
	return memory && (memory->limit.set || memory->swap.set || memory->reservation.set ||
			  memory->swappiness.set || memory->disableOOMKiller);
}

static bool needs_cpu(const struct spec_cpu *cpu)
{
	return cpu &&
	       (cpu->shares.value || cpu->quota.value || cpu->period.value || cpu->burst.value ||
		cpu->idle.value || cpu->realtimeRuntime.value || cpu->realtimePeriod.value);
}

static bool needs_cpuset(const struct spec_cpu *cpu)
{
	return cpu && ((cpu->cpus && cpu->cpus[0]) || (cpu->mems && cpu->mems[0]));
}

static bool needs_block_io(const struct spec_block_io *io)
{
	return io && (io->weight.value || io->leafWeight.value || io->weightDevice.n ||
		      io->throttleReadBpsDevice.n || io->throttleWriteBpsDevice.n ||
		      io->throttleReadIOPSDevice.n || io->throttleWriteIOPSDevice.n);
}

/* By names of v1, with those of v2 where they differ, and the members that are for them. */
struct need {
	const char *v1, *v2; /* NULL: v2 has no such controller */
	const char *member;
	bool needed;
};

#define NEEDS 9

static void find_needs(const struct spec_resources *resources, struct need needs[NEEDS])
{
	const struct spec_network *network = resources->network;
	const struct need found[NEEDS] = {
		{ "memory", "memory", "memory", needs_memory(resources->memory) },
		{ "cpu", "cpu", "cpu", needs_cpu(resources->cpu) },
		{ "cpuset", "cpuset", "cpu", needs_cpuset(resources->cpu) },
		{ "pids", "pids", "pids", resources->pids && resources->pids->limit.value > 0 },
		{ "blkio", "io", "blockIO", needs_block_io(resources->blockIO) },
		{ "hugetlb", "hugetlb", "hugepageLimits", resources->hugepageLimits.n > 0 },
		{ "rdma", "rdma", "rdma", resources->rdma.n > 0 },
		{ "net_cls", NULL, "network/classID", network && network->classID.value },
		{ "net_prio", NULL, "network/priorities", network && network->priorities.n > 0 },
	};

	memcpy(needs, found, sizeof(found));
}

/* A file of v2 is named by its controller; those of all groups by "cgroup". */
static int unified_controller(const char *key)
{
	int n = (int)strcspn(key, ".");

	return n == 6 && strncmp(key, "cgroup", 6) == 0 ? 0 : n;
}

const char *limits_controllers(const struct spec_resources *resources, struct arena *arena)
{
	const char *list = "";
	struct need needs[NEEDS];

	find_needs(resources, needs);
	for (size_t i = 0; list && i < NEEDS; i++)
		if (needs[i].needed && needs[i].v2)
			list = arena_printf(arena, "%s%s ", list, needs[i].v2);
	list_each(entry, resources->unified) {
		int n = unified_controller(entry->key);

		if (list && n > 0)
			list = arena_printf(arena, "%s%.*s ", list, n, entry->key);
	}
	return list;
}

const char *limits_own_controllers(const struct limits *limits, const char *list)
{
	const char *own = "";

	while (own && list && *list) {
		const char *name = arena_strndup(limits->arena, list, strcspn(list, " "));

		if (name && host_hierarchy_has(limits->hierarchy, name))
			own = arena_printf(limits->arena, "%s%s ", own, name);
		list = strchr(list, ' ') + 1;
	}
	return own;
}

/* --- whether they can be had --- */

/* UNI-04: what v1 had and v2 has not, and cannot be said in its terms. */
static int check_v2(const struct spec_resources *resources, struct oci_error *err)
{
	const struct spec_memory *memory = resources->memory;
	const struct spec_cpu *cpu = resources->cpu;
	const struct spec_network *network = resources->network;
	const struct {
		const char *member;
		bool set;
	} rows[] = {
		{ "memory/swappiness", memory && memory->swappiness.set },
		{ "memory/disableOOMKiller", memory && memory->disableOOMKiller },
		{ "cpu/realtimeRuntime", cpu && cpu->realtimeRuntime.value },
		{ "cpu/realtimePeriod", cpu && cpu->realtimePeriod.value },
		{ "blockIO/leafWeight",
		  resources->blockIO && resources->blockIO->leafWeight.value },
		{ "network/classID", network && network->classID.value },
		{ "network/priorities", network && network->priorities.n },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].set)
			return fail_plain(err, -EOPNOTSUPP, "/linux/resources",
					  "/linux/resources/%s: cgroup v2 has no such setting",
					  rows[i].member);
	return 0;
}

static bool is_there(const struct host_facts *facts, const struct need *need)
{
	for (unsigned int i = 0; i < facts->n_groups; i++) {
		const struct host_hierarchy *hierarchy = &facts->hierarchies[i];
		const char *name = hierarchy->v2 ? need->v2 : need->v1;

		if (name && host_hierarchy_has(hierarchy, name))
			return true;
	}
	return false;
}

static bool has_v2(const struct host_facts *facts)
{
	for (unsigned int i = 0; i < facts->n_groups; i++)
		if (facts->hierarchies[i].v2)
			return true;
	return false;
}

static int without(const struct host_facts *facts, const char *member, const char *controller,
		   struct oci_error *err)
{
	if (facts->no_groups)
		return fail_plain(err, -EPERM, "/linux/resources", "/linux/resources/%s: %s",
				  member, facts->no_groups);
	return fail_plain(err, -ENOENT, "/linux/resources",
			  "/linux/resources/%s: this host has no cgroup controller \"%s\"", member,
			  controller);
}

static int check_unified(const struct host_facts *facts, const struct spec_resources *resources,
			 struct oci_error *err)
{
	if (resources->unified.n == 0 || has_v2(facts))
		return 0;
	if (facts->no_groups)
		return without(facts, "unified", "", err);
	return fail_plain(err, -ENOENT, "/linux/resources/unified",
			  "/linux/resources/unified: this host has no cgroup v2");
}

int limits_check(const struct host_facts *facts, const struct spec_resources *resources,
		 struct oci_error *err)
{
	static const struct need devices = { .v1 = "devices" };
	struct need needs[NEEDS];
	int r = check_unified(facts, resources, err);

	if (r < 0)
		return r;
	if (facts->n_groups > 0 && facts->cgroup_layout == CGROUP_V2)
		return check_v2(resources, err);
	find_needs(resources, needs);
	for (size_t i = 0; i < NEEDS; i++)
		if (needs[i].needed && !is_there(facts, &needs[i]))
			return without(facts, needs[i].member, needs[i].v1, err);
	/* Engines list the default devices also for callers in whose user namespace nobody makes
	 * any. */
	if (resources->devices.n > 0 && !facts->no_devices && !is_there(facts, &devices))
		return without(facts, "devices", "devices", err);
	return 0;
}

/* --- writing them --- */

bool limits_has(const struct limits *limits, const char *controller)
{
	return limits->facts->cgroup_layout == CGROUP_V2 ||
	       host_hierarchy_has(limits->hierarchy, controller);
}

struct op *limits_text(const struct limits *limits, const char *where, const char *file,
		       const char *value)
{
	struct op *op;

	builder_where(limits->builder, "/linux/resources/%s", where);
	op = builder_add(limits->builder, PLAN_HOST, OP_CGROUP_WRITE);
	op->slot = limits->slot;
	op->text = builder_string(limits->builder, file);
	op->text2 = builder_string(limits->builder, value);
	return op;
}

struct op *limits_int(const struct limits *limits, const char *where, const char *file,
		      int64_t value)
{
	return limits_text(limits, where, file, arena_printf(limits->arena, "%" PRId64, value));
}

struct op *limits_uint(const struct limits *limits, const char *where, const char *file,
		       uint64_t value)
{
	return limits_text(limits, where, file, arena_printf(limits->arena, "%" PRIu64, value));
}

const char *limits_device(const struct limits *limits, struct opt_int major, struct opt_int minor,
			  const char *format, ...)
{
	char rest[64];
	va_list ap;

	va_start(ap, format);
	vsnprintf(rest, sizeof(rest), format, ap);
	va_end(ap);
	return arena_printf(limits->arena, "%" PRId64 ":%" PRId64 " %s", major.value, minor.value,
			    rest);
}

void limits_may_wait(const struct limits *limits, struct op *op)
{
	if (limits->update)
		op->flags |= OP_MAY_WAIT;
}

void limits_again(const struct limits *limits)
{
	if (limits->update)
		builder_add(limits->builder, PLAN_HOST, OP_CGROUP_AGAIN);
}

void limits_cpuset(const struct limits *limits, const struct spec_cpu *cpu)
{
	if (cpu->cpus && cpu->cpus[0])
		limits_text(limits, "cpu/cpus", "cpuset.cpus", cpu->cpus);
	if (cpu->mems && cpu->mems[0])
		limits_text(limits, "cpu/mems", "cpuset.mems", cpu->mems);
}

void limits_pids(const struct limits *limits, const struct spec_pids *pids)
{
	if (!pids->limit.set)
		return;
	if (pids->limit.value < 0)
		limits_text(limits, "pids/limit", "pids.max", "max");
	else
		limits_int(limits, "pids/limit", "pids.max", pids->limit.value);
}

void limits_rdma(const struct limits *limits, const struct spec_resources *resources)
{
	list_each(rdma, resources->rdma) {
		const char *line = rdma->key;

		if (rdma->hcaHandles.set)
			line = arena_printf(limits->arena, "%s hca_handle=%" PRIu64, line,
					    rdma->hcaHandles.value);
		if (rdma->hcaObjects.set)
			line = arena_printf(limits->arena, "%s hca_object=%" PRIu64, line,
					    rdma->hcaObjects.value);
		limits_text(limits, "rdma", "rdma.max", line);
	}
}

int limits_write(const struct limits *limits, const struct spec_resources *resources,
		 struct oci_error *err)
{
	if (limits->hierarchy->v2)
		return limits_v2(limits, resources, err);
	limits_v1(limits, resources);
	return 0;
}
