/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Control groups: from /linux/cgroupsPath and /linux/resources to operations. Pure.
 *
 * All limits are written before the first process is inside. On v1 init, which has one thread,
 * goes in by itself: "0" written to `tasks` takes microseconds, where a pid written to
 * cgroup.procs by somebody else waits for an RCU grace period, ten milliseconds and more. On v2
 * it is cloned into the group. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/error.h"
#include "base/weaken.h"
#include "plan/concern.h"
#include "plan/device_filter.h"
#include "sys/abi.h"

#define DEFAULT_PARENT "/ocirun/"

/* One container's group in one hierarchy. */
struct group {
	struct builder *builder;
	const struct plan_request *request;
	const struct host_hierarchy *hierarchy;
	int16_t slot;
};

/* The kernel's limits, with room for the mount point and the names of files. */
#define PATH_LENGTH_MAX 3072
#define NAME_LENGTH_MAX 255

/* 0 for a path that names a group below the root of a hierarchy. */
static int look_at_path(const char *path)
{
	bool names_something = false;

	if (strlen(path) > PATH_LENGTH_MAX)
		return -ENAMETOOLONG;
	for (const char *c = path; *c;) {
		size_t n = strcspn(c, "/");

		if (n == 2 && c[0] == '.' && c[1] == '.' && !WEAKENED(NAMES))
			return -EINVAL;
		if (n > NAME_LENGTH_MAX)
			return -ENAMETOOLONG;
		names_something = names_something || (n > 0 && (n > 1 || c[0] != '.'));
		c += n;
		c += *c == '/';
	}
	return names_something ? 0 : -EINVAL;
}

/* "/a/b" for "a//./b/". */
static char *normalised(struct arena *arena, const char *path)
{
	char *result = arena_alloc(arena, strlen(path) + 2), *end = result;

	while (result && *path) {
		size_t n = strcspn(path, "/");

		if (n > 0 && !(n == 1 && path[0] == '.')) {
			*end++ = '/';
			memcpy(end, path, n);
			end += n;
		}
		path += n;
		path += *path == '/';
	}
	return result;
}

int plan_cgroup_path(const struct plan_request *request, const char **ret, struct oci_error *err)
{
	const char *path = request->spec->linux_ ? request->spec->linux_->cgroupsPath : NULL;
	char *result;
	int r = path && path[0] ? look_at_path(path) : 0;

	if (r == -EINVAL)
		return fail_plain(err, r, "/linux/cgroupsPath",
				  "/linux/cgroupsPath: \"%s\" does not name a cgroup", path);
	if (r < 0)
		return fail(err, r, "/linux/cgroupsPath",
			    "/linux/cgroupsPath: \"%.200s\" does not name a cgroup", path);
	if (!path || !path[0])
		result = arena_printf(request->arena, DEFAULT_PARENT "%s", request->id);
	else
		result = normalised(request->arena, path);
	if (!result)
		return fail(err, -ENOMEM, NULL, "cannot make the plan");
	*ret = result;
	return 0;
}

static void add_write(const struct group *group, const char *file, const char *value)
{
	struct op *op = builder_add(group->builder, PLAN_HOST, OP_CGROUP_WRITE);

	op->slot = group->slot;
	op->text = builder_string(group->builder, file);
	op->text2 = builder_string(group->builder, value);
}

static void add_int(const struct group *group, const char *where, const char *file, int64_t value)
{
	builder_where(group->builder, "/linux/resources/%s", where);
	add_write(group, file, arena_printf(group->request->arena, "%" PRId64, value));
}

static void add_uint(const struct group *group, const char *where, const char *file, uint64_t value)
{
	builder_where(group->builder, "/linux/resources/%s", where);
	add_write(group, file, arena_printf(group->request->arena, "%" PRIu64, value));
}

/* --- v1 --- */

/* As runc: 0 is no limit of nothing, but no limit. */
static bool is_limited(const struct opt_int *limit)
{
	return limit->set && limit->value != 0;
}

static void limit_memory_v1(const struct group *group, const struct spec_memory *memory)
{
	if (is_limited(&memory->limit))
		add_int(group, "memory/limit", "memory.limit_in_bytes", memory->limit.value);
	if (is_limited(&memory->swap))
		add_int(group, "memory/swap", "memory.memsw.limit_in_bytes", memory->swap.value);
	if (is_limited(&memory->reservation))
		add_int(group, "memory/reservation", "memory.soft_limit_in_bytes",
			memory->reservation.value);
	if (memory->swappiness.set)
		add_uint(group, "memory/swappiness", "memory.swappiness", memory->swappiness.value);
	if (memory->disableOOMKiller)
		add_uint(group, "memory/disableOOMKiller", "memory.oom_control", 1);
}

static void limit_cpu_v1(const struct group *group, const struct spec_cpu *cpu)
{
	if (cpu->shares.set && cpu->shares.value)
		add_uint(group, "cpu/shares", "cpu.shares", cpu->shares.value);
	if (cpu->period.set && cpu->period.value)
		add_uint(group, "cpu/period", "cpu.cfs_period_us", cpu->period.value);
	if (cpu->quota.set && cpu->quota.value)
		add_int(group, "cpu/quota", "cpu.cfs_quota_us", cpu->quota.value);
	if (cpu->burst.set)
		add_uint(group, "cpu/burst", "cpu.cfs_burst_us", cpu->burst.value);
	if (cpu->realtimePeriod.set && cpu->realtimePeriod.value)
		add_uint(group, "cpu/realtimePeriod", "cpu.rt_period_us",
			 cpu->realtimePeriod.value);
	if (cpu->realtimeRuntime.set && cpu->realtimeRuntime.value)
		add_int(group, "cpu/realtimeRuntime", "cpu.rt_runtime_us",
			cpu->realtimeRuntime.value);
	if (cpu->idle.set)
		add_int(group, "cpu/idle", "cpu.idle", cpu->idle.value);
}

static void limit_cpuset(const struct group *group, const struct spec_cpu *cpu)
{
	if (cpu->cpus && cpu->cpus[0]) {
		builder_where(group->builder, "/linux/resources/cpu/cpus");
		add_write(group, "cpuset.cpus", cpu->cpus);
	}
	if (cpu->mems && cpu->mems[0]) {
		builder_where(group->builder, "/linux/resources/cpu/mems");
		add_write(group, "cpuset.mems", cpu->mems);
	}
}

static void write_device_rule(const struct group *group, const struct device_rule *rule, char type)
{
	struct arena *arena = group->request->arena;
	const char *major = rule->major < 0 ? "*" : arena_printf(arena, "%" PRId64, rule->major);
	const char *minor = rule->minor < 0 ? "*" : arena_printf(arena, "%" PRId64, rule->minor);
	const char *line = type == 'a'
				   ? "a"
				   : arena_printf(arena, "%c %s:%s %s", type, major ? major : "",
						  minor ? minor : "", rule->access);

	add_write(group, rule->allow ? "devices.allow" : "devices.deny", line);
}

/* To v1 the type "a" means everything, whatever stands behind it. */
static void add_device_rule(const struct group *group, const struct device_rule *rule)
{
	if (rule->type != 'a' || device_rule_is_whole(rule)) {
		write_device_rule(group, rule, rule->type);
		return;
	}
	write_device_rule(group, rule, 'c');
	write_device_rule(group, rule, 'b');
}

/* Whether the config grants this in the same words, and takes nothing back afterwards. Each rule
 * costs a write. */
static bool is_granted(const struct spec_resources *resources, const struct device_rule *wanted)
{
	bool granted = false;

	list_each(spec, resources->devices) {
		struct device_rule rule = device_rule_of(spec);

		if (!rule.allow)
			granted = false;
		else if (rule.type == wanted->type && rule.major == wanted->major &&
			 rule.minor == wanted->minor && strcmp(rule.access, wanted->access) == 0)
			granted = true;
	}
	return granted;
}

static void limit_devices_v1(const struct group *group, const struct spec_resources *resources)
{
	struct device_rule first;
	unsigned int index = 0;

	if (resources->devices.n == 0 || WEAKENED(RULES))
		return;
	first = device_rule_of(&resources->devices.item[0]);
	if (!device_rule_is_whole(&first)) {
		/* A group of v1 is born with all that its parent has. */
		builder_where(group->builder, "/linux/resources/devices");
		add_device_rule(group, &device_rule_deny_all);
	}
	list_each(spec, resources->devices) {
		struct device_rule rule = device_rule_of(spec);

		builder_where(group->builder, "/linux/resources/devices/%u", index++);
		add_device_rule(group, &rule);
	}
	builder_where(group->builder, "/linux/resources/devices");
	for (size_t i = 0; i < n_device_rules_default; i++)
		if (!is_granted(resources, &device_rules_default[i]))
			add_device_rule(group, &device_rules_default[i]);
}

static void limit_pids(const struct group *group, const struct spec_pids *pids)
{
	builder_where(group->builder, "/linux/resources/pids/limit");
	if (!pids->limit.set)
		return;
	add_write(group, "pids.max",
		  pids->limit.value < 0
			  ? "max"
			  : arena_printf(group->request->arena, "%" PRId64, pids->limit.value));
}

static void limit_v1(const struct group *group, const struct spec_resources *resources)
{
	const struct host_hierarchy *hierarchy = group->hierarchy;

	if (resources->memory && host_hierarchy_has(hierarchy, "memory"))
		limit_memory_v1(group, resources->memory);
	if (resources->cpu && host_hierarchy_has(hierarchy, "cpu"))
		limit_cpu_v1(group, resources->cpu);
	if (resources->cpu && host_hierarchy_has(hierarchy, "cpuset"))
		limit_cpuset(group, resources->cpu);
	if (host_hierarchy_has(hierarchy, "devices"))
		limit_devices_v1(group, resources);
	if (resources->pids && host_hierarchy_has(hierarchy, "pids"))
		limit_pids(group, resources->pids);
}

/* --- v2 --- */

static void add_limit_v2(const struct group *group, const char *where, const char *file,
			 int64_t value)
{
	builder_where(group->builder, "/linux/resources/%s", where);
	add_write(group, file,
		  value < 0 ? "max" : arena_printf(group->request->arena, "%" PRId64, value));
}

/* memory.swap counts memory and swap together, memory.swap.max swap alone. */
static int limit_memory_v2(const struct group *group, const struct spec_memory *memory,
			   struct oci_error *err)
{
	int64_t swap = memory->swap.value;

	if (is_limited(&memory->limit))
		add_limit_v2(group, "memory/limit", "memory.max", memory->limit.value);
	if (is_limited(&memory->reservation))
		add_limit_v2(group, "memory/reservation", "memory.low", memory->reservation.value);
	if (!is_limited(&memory->swap))
		return 0;
	if (swap > 0 &&
	    (!memory->limit.set || memory->limit.value < 0 || swap < memory->limit.value))
		return fail_plain(err, -EINVAL, "/linux/resources/memory/swap",
				  "/linux/resources/memory/swap: memory and swap together, so it "
				  "cannot be less than the limit of memory");
	if (swap > 0)
		swap -= memory->limit.value;
	add_limit_v2(group, "memory/swap", "memory.swap.max", swap);
	return 0;
}

/* 1024 to 100, 2 to 1, 262144 to 10000: ceil(10^((l^2 + 125 l) / 612 - 7 / 34)), l = log2(shares).
 * Without libm: 10^x by its series, ample for five digits. */
static uint64_t weight_of(uint64_t shares)
{
	double l = 0, value = shares < 2 ? 2 : shares > 262144 ? 262144 : (double)shares;
	double exponent, term = 1, sum = 1;

	for (; value >= 2; value /= 2)
		l++;
	for (double bit = 0.5; bit > 1e-9; bit /= 2) {
		value *= value;
		if (value >= 2) {
			value /= 2;
			l += bit;
		}
	}
	exponent = ((l * l + 125 * l) / 612 - 7.0 / 34) * 2.302585092994046;
	for (int i = 1; i < 64; i++) {
		term *= exponent / i;
		sum += term;
	}
	return sum - (double)(uint64_t)sum > 1e-6 ? (uint64_t)sum + 1 : (uint64_t)sum;
}

static void limit_cpu_v2(const struct group *group, const struct spec_cpu *cpu)
{
	struct arena *arena = group->request->arena;
	bool quota = cpu->quota.set && cpu->quota.value;
	bool period = cpu->period.set && cpu->period.value;

	if (cpu->shares.set && cpu->shares.value)
		add_uint(group, "cpu/shares", "cpu.weight", weight_of(cpu->shares.value));
	if (quota || period) {
		const char *max = quota && cpu->quota.value > 0
					  ? arena_printf(arena, "%" PRId64, cpu->quota.value)
					  : "max";

		builder_where(group->builder, "/linux/resources/cpu/%s",
			      quota ? "quota" : "period");
		add_write(group, "cpu.max",
			  arena_printf(arena, "%s %" PRIu64, max ? max : "",
				       period ? cpu->period.value : 100000));
	}
	if (cpu->burst.set)
		add_uint(group, "cpu/burst", "cpu.max.burst", cpu->burst.value);
	if (cpu->idle.set)
		add_int(group, "cpu/idle", "cpu.idle", cpu->idle.value);
	limit_cpuset(group, cpu);
}

static void limit_devices_v2(const struct group *group, const struct spec_resources *resources)
{
	size_t n = resources->devices.n + n_device_rules_default, i = 0;
	struct device_rule *rules = arena_alloc(group->request->arena, n * sizeof(*rules));
	cleanup(text_done) struct text program = { 0 };
	struct op *op;

	if (resources->devices.n == 0 || WEAKENED(RULES))
		return;
	if (!rules) {
		builder_fail(group->builder, -ENOMEM);
		return;
	}
	list_each(rule, resources->devices)
		rules[i++] = device_rule_of(rule);
	memcpy(&rules[i], device_rules_default, n_device_rules_default * sizeof(*rules));
	device_filter_compile(rules, n, &program);
	builder_where(group->builder, "/linux/resources/devices");
	op = builder_add(group->builder, PLAN_HOST, OP_CGROUP_DEVICES);
	op->slot = group->slot;
	op->a = program.length / 8;
	op->text = builder_bytes(group->builder, program.data, program.length);
}

static int limit_v2(const struct group *group, const struct spec_resources *resources,
		    struct oci_error *err)
{
	int r = 0;

	limit_devices_v2(group, resources);
	if (resources->memory)
		r = limit_memory_v2(group, resources->memory, err);
	if (resources->cpu)
		limit_cpu_v2(group, resources->cpu);
	if (resources->pids)
		limit_pids(group, resources->pids);
	return r;
}

/* The controllers without which a limit of the config could not be written, "memory pids ". */
static const char *controllers_of(const struct spec_resources *resources, struct arena *arena)
{
	const struct spec_memory *memory = resources->memory;
	const struct spec_cpu *cpu = resources->cpu;
	bool set = cpu && ((cpu->cpus && cpu->cpus[0]) || (cpu->mems && cpu->mems[0]));

	return arena_printf(
		arena, "%s%s%s%s",
		memory && (memory->limit.set || memory->swap.set || memory->reservation.set)
			? "memory "
			: "",
		cpu && (cpu->shares.value || cpu->quota.value || cpu->period.value ||
			cpu->burst.set || cpu->idle.set)
			? "cpu "
			: "",
		set ? "cpuset " : "", resources->pids && resources->pids->limit.set ? "pids " : "");
}

/* --- the groups --- */

/* What no part above has a row for. Never dropped in silence. */
static int check_supported(const struct spec_resources *resources, struct oci_error *err)
{
	const struct spec_block_io *io = resources->blockIO;
	bool block = io && (io->weight.value || io->leafWeight.value || io->weightDevice.n ||
			    io->throttleReadBpsDevice.n || io->throttleWriteBpsDevice.n ||
			    io->throttleReadIOPSDevice.n || io->throttleWriteIOPSDevice.n);
	const char *member = NULL;

	if (block)
		member = "blockIO";
	else if (resources->hugepageLimits.n)
		member = "hugepageLimits";
	else if (resources->network &&
		 (resources->network->classID.value || resources->network->priorities.n))
		member = "network";
	else if (resources->rdma.n)
		member = "rdma";
	else if (resources->unified.n)
		member = "unified";
	if (!member)
		return 0;
	return fail_plain(err, -EOPNOTSUPP, "/linux/resources",
			  "/linux/resources/%s: not supported yet", member);
}

/* UNI-04: what v1 had and v2 has not, and cannot be said in its terms. */
static int check_v2(const struct spec_resources *resources, struct oci_error *err)
{
	const struct spec_memory *memory = resources->memory;
	const struct spec_cpu *cpu = resources->cpu;
	const char *member = NULL;

	if (memory && memory->swappiness.set)
		member = "memory/swappiness";
	else if (memory && memory->disableOOMKiller)
		member = "memory/disableOOMKiller";
	else if (cpu && cpu->realtimeRuntime.value)
		member = "cpu/realtimeRuntime";
	else if (cpu && cpu->realtimePeriod.value)
		member = "cpu/realtimePeriod";
	if (!member)
		return 0;
	return fail_plain(err, -EOPNOTSUPP, "/linux/resources",
			  "/linux/resources/%s: cgroup v2 has no such setting", member);
}

/* A limit for which no hierarchy has the controller must not be dropped either. */
static int check_controllers(const struct plan_request *request,
			     const struct spec_resources *resources, struct oci_error *err)
{
	const struct spec_cpu *cpu = resources->cpu;
	const struct {
		const char *controller;
		bool needed;
	} rows[] = {
		{ "memory", resources->memory &&
				    (resources->memory->limit.set || resources->memory->swap.set ||
				     resources->memory->reservation.set ||
				     resources->memory->swappiness.set ||
				     resources->memory->disableOOMKiller) },
		{ "cpu", cpu && (cpu->shares.value || cpu->quota.value || cpu->period.value ||
				 cpu->burst.value || cpu->idle.value ||
				 cpu->realtimeRuntime.value || cpu->realtimePeriod.value) },
		{ "cpuset", cpu && ((cpu->cpus && cpu->cpus[0]) || (cpu->mems && cpu->mems[0])) },
		{ "pids", resources->pids && resources->pids->limit.set &&
				  resources->pids->limit.value > 0 },
		/* In a user namespace nobody makes devices; engines list the default ones anyway.
		 */
		{ "devices", resources->devices.n > 0 && plan_is_privileged(request->facts) },
	};

	if (request->facts->n_groups > 0 && request->facts->cgroup_layout == CGROUP_V2)
		return check_v2(resources, err);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		bool found = !rows[i].needed;

		for (unsigned int h = 0; h < request->facts->n_groups; h++)
			found = found || host_hierarchy_has(&request->facts->hierarchies[h],
							    rows[i].controller);
		if (!found && request->facts->n_hierarchies > request->facts->n_groups)
			return fail_plain(err, -EPERM, "/linux/resources",
					  "/linux/resources/%s: a caller without CAP_SYS_ADMIN "
					  "makes no cgroups",
					  rows[i].controller);
		if (!found)
			return fail_plain(err, -ENOENT, "/linux/resources",
					  "/linux/resources/%s: this host has no cgroup controller "
					  "\"%s\"",
					  rows[i].controller, rows[i].controller);
	}
	return 0;
}

static int make_group(struct group *group, const char *path, struct oci_error *err)
{
	const struct spec_resources *resources = group->request->spec->linux_->resources;
	const struct host_hierarchy *hierarchy = group->hierarchy;
	bool only_v2 = group->request->facts->cgroup_layout == CGROUP_V2;
	struct op *op;

	builder_where(group->builder, "/linux/cgroupsPath");
	if (only_v2) {
		op = builder_add(group->builder, PLAN_HOST, OP_CGROUP_CONTROLLERS);
		op->text = builder_string(group->builder, path);
		if (resources) {
			builder_where(group->builder, "/linux/resources");
			op->where = group->builder->where;
			op->text2 = builder_string(
				group->builder, controllers_of(resources, group->request->arena));
			builder_where(group->builder, "/linux/cgroupsPath");
		}
	}
	op = builder_add(group->builder, PLAN_HOST, OP_CGROUP_MAKE);
	op->slot = group->slot;
	op->text = builder_string(group->builder, hierarchy->mount);
	op->text2 = builder_string(group->builder, path);
	if (host_hierarchy_has(hierarchy, "cpuset")) {
		op = builder_add(group->builder, PLAN_HOST, OP_CGROUP_CPUSET);
		op->text = builder_string(group->builder, hierarchy->mount);
		op->text2 = builder_string(group->builder, path);
	}
	if (resources && only_v2)
		return limit_v2(group, resources, err);
	if (resources && !hierarchy->v2)
		limit_v1(group, resources);
	return 0;
}

int plan_cgroups_make(struct builder *builder, const struct plan_request *request,
		      struct oci_error *err)
{
	const struct spec_resources *resources = request->spec->linux_->resources;
	const struct host_facts *facts = request->facts;
	const char *path;
	int r;

	r = plan_cgroup_path(request, &path, err);
	if (r == 0 && resources)
		r = check_supported(resources, err);
	if (r == 0 && resources)
		r = check_controllers(request, resources, err);
	for (unsigned int i = 0; r == 0 && i < facts->n_groups; i++) {
		struct group group = {
			.builder = builder,
			.request = request,
			.hierarchy = &facts->hierarchies[i],
			.slot = builder_slot(builder, PLAN_HOST),
		};
		struct op *op;

		r = make_group(&group, path, err);
		if (r < 0 || group.hierarchy->v2)
			continue;
		builder_where(builder, "/linux/cgroupsPath");
		op = builder_add(builder, PLAN_HOST, OP_CGROUP_TASKS);
		op->slot = group.slot;
		op->slot2 = builder_inherited_slot(builder);
	}
	builder_where(builder, NULL);
	return r;
}

int16_t plan_cgroup_v2_slot(const struct plan_request *request)
{
	for (unsigned int i = 0; i < request->facts->n_groups; i++)
		if (request->facts->hierarchies[i].v2)
			return (int16_t)(SLOT_PRIVATE + (int)i);
	return SLOT_NONE;
}

void plan_cgroups_join(struct builder *builder, const struct plan_request *request)
{
	int16_t slot = SLOT_INHERITED;

	builder_where(builder, "/linux/cgroupsPath");
	for (unsigned int i = 0; i < request->facts->n_groups; i++) {
		struct op *op;

		if (request->facts->hierarchies[i].v2)
			continue;
		op = builder_add(builder, PLAN_CHILD, OP_CGROUP_JOIN);
		op->slot = slot++;
		op->text = builder_string(builder, request->facts->hierarchies[i].controllers);
	}
	builder_where(builder, NULL);
}
