/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Control groups: from /linux/cgroupsPath and /linux/resources to operations. Pure.
 *
 * All limits are written before the first process is inside. On v1 init, which has one thread,
 * goes in by itself: "0" written to `tasks` takes microseconds, where a pid written to
 * cgroup.procs by somebody else waits for an RCU grace period, ten milliseconds and more. On v2
 * it is cloned into the group.
 *
 * systemd makes no group without a process: then init waits at a barrier, in it and before its
 * first namespace, until the limits are there. */
#include <errno.h>
#include <string.h>

#include "base/error.h"
#include "base/weaken.h"
#include "plan/concern.h"
#include "plan/resources.h"
#include "plan/unit.h"
#include "sys/abi.h"

#define DEFAULT_PARENT "/ocirun/"

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
	char *result = path ? arena_alloc(arena, strlen(path) + 2) : NULL, *end = result;

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

/* Where what is not absolute begins. A caller who has its own group delegated stays in it, so that
 * the container ends with the service that it belongs to; with limits it has to be beside. */
static const char *base_of(const struct plan_request *request)
{
	const struct host_facts *facts = request->facts;
	const struct spec_resources *resources =
		request->spec->linux_ ? request->spec->linux_->resources : NULL;

	if (!facts->delegated)
		return "";
	if (resources && facts->delegated_above && limits_controllers(resources, request->arena)[0])
		return facts->delegated_above;
	return facts->delegated[1] ? facts->delegated : "";
}

int plan_cgroup_path(const struct plan_request *request, const char **ret, struct oci_error *err)
{
	const char *path = request->spec->linux_ ? request->spec->linux_->cgroupsPath : NULL;
	const char *base = base_of(request);
	char *result;
	int r;

	if (request->manager == PLAN_CGROUP_SYSTEMD) {
		struct unit unit;

		r = unit_find(request, &unit, err);
		if (r == 0)
			*ret = unit.path;
		return r;
	}
	r = path && path[0] ? look_at_path(path) : 0;
	if (r == -EINVAL)
		return fail_plain(err, r, "/linux/cgroupsPath",
				  "/linux/cgroupsPath: \"%s\" does not name a cgroup", path);
	if (r < 0)
		return fail(err, r, "/linux/cgroupsPath",
			    "/linux/cgroupsPath: \"%.200s\" does not name a cgroup", path);
	if (!path || !path[0])
		result = arena_printf(request->arena, "%s" DEFAULT_PARENT "%s", base, request->id);
	else if (path[0] != '/' && base[0])
		result = normalised(request->arena,
				    arena_printf(request->arena, "%s/%s", base, path));
	else
		result = normalised(request->arena, path);
	if (!result)
		return fail(err, -ENOMEM, NULL, "cannot make the plan");
	*ret = result;
	return 0;
}

/* v2 wants its controllers enabled from the root down: all of them, as every engine expects; but
 * beside v1, and in what has been delegated, those that are needed. */
void plan_cgroups_enable(const struct limits *limits, const char *path,
			 const struct spec_resources *resources)
{
	const struct host_facts *facts = limits->facts;
	bool all = facts->cgroup_layout == CGROUP_V2 && !facts->delegated;
	const char *needed = resources ? limits_controllers(resources, limits->arena) : "";
	struct op *op;

	if (needed && facts->cgroup_layout != CGROUP_V2)
		needed = limits_own_controllers(limits, needed);
	if (!needed || (!needed[0] && !all))
		return;
	builder_where(limits->builder, needed[0] ? "/linux/resources" : "/linux/cgroupsPath");
	op = builder_add(limits->builder, PLAN_HOST, OP_CGROUP_CONTROLLERS);
	op->text = builder_string(limits->builder, arena_printf(limits->arena, "%s%s",
								limits->hierarchy->mount, path));
	op->text2 = builder_string(limits->builder, needed);
	op->a = strlen(limits->hierarchy->mount);
	op->b = all;
}

static void make_group(const struct limits *limits, const char *path,
		       const struct spec_resources *resources)
{
	const struct host_hierarchy *hierarchy = limits->hierarchy;
	struct builder *builder = limits->builder;
	struct op *op;

	if (hierarchy->v2)
		plan_cgroups_enable(limits, path, resources);
	builder_where(builder, "/linux/cgroupsPath");
	op = builder_add(builder, PLAN_HOST, OP_CGROUP_MAKE);
	op->slot = limits->slot;
	op->text = builder_string(builder, hierarchy->mount);
	op->text2 = builder_string(builder, path);
	if (host_hierarchy_has(hierarchy, "cpuset") && !hierarchy->v2) {
		op = builder_add(builder, PLAN_HOST, OP_CGROUP_CPUSET);
		op->text = builder_string(builder, hierarchy->mount);
		op->text2 = builder_string(builder, path);
	}
}

void plan_cgroup_tasks(struct builder *builder, const char *mount, const char *path, bool v2)
{
	int16_t slot = builder_inherited_slot(builder);
	struct op *op = builder_add(builder, PLAN_HOST, OP_CGROUP_TASKS);

	op->text = builder_string(builder, mount);
	op->text2 = builder_string(builder, path);
	op->slot2 = slot;
	op->a = v2;
}

/* The group of hierarchy number @i. */
static struct limits limits_of(struct builder *builder, const struct plan_request *request,
			       unsigned int i)
{
	return (struct limits){
		.builder = builder,
		.arena = request->arena,
		.facts = request->facts,
		.hierarchy = &request->facts->hierarchies[i],
		.slot = (int16_t)(SLOT_PRIVATE + (int)i),
	};
}

/* There is nothing to write into the group in this slot. */
static void leave_closed(struct builder *builder, int16_t slot)
{
	for (size_t i = builder_count(builder, PLAN_HOST); i > 0; i--) {
		struct op *op = builder_op(builder, PLAN_HOST, i - 1);

		if (op->kind == OP_CGROUP_MAKE && op->slot == slot)
			op->slot = SLOT_NONE;
	}
}

static bool is_systemds(const struct plan_request *request, unsigned int i)
{
	return request->manager == PLAN_CGROUP_SYSTEMD &&
	       unit_owns(&request->facts->hierarchies[i]);
}

int plan_cgroups_make(struct builder *builder, const struct plan_request *request,
		      struct oci_error *err)
{
	const struct spec_resources *resources = request->spec->linux_->resources;
	const struct host_facts *facts = request->facts;
	bool later = request->manager == PLAN_CGROUP_SYSTEMD; /* limits are written */
	const char *path;
	size_t made;
	int r;

	r = plan_cgroup_path(request, &path, err);
	if (r == 0 && resources)
		r = limits_check(facts, resources, err);
	if (resources && resources->devices.n && request->manager == PLAN_CGROUP_DISABLED)
		plan_warn(request, "/linux/resources/devices: without cgroups any device that can "
				   "be made can be used");
	for (unsigned int i = 0; r == 0 && i < facts->n_groups; i++) {
		const struct limits limits = limits_of(builder, request, i);

		(void)builder_slot(builder, PLAN_HOST);
		if (is_systemds(request, i))
			continue;
		make_group(&limits, path, resources);
		made = builder_count(builder, PLAN_HOST);
		if (resources && !later)
			r = limits_write(&limits, resources, err);
		if (r < 0 || limits.hierarchy->v2)
			continue;
		if (!later && builder_count(builder, PLAN_HOST) == made)
			leave_closed(builder, limits.slot);
		builder_where(builder, "/linux/cgroupsPath");
		plan_cgroup_tasks(builder, limits.hierarchy->mount, path, false);
	}
	builder_where(builder, NULL);
	return r;
}

/* What systemd has made, and with it may have set back. */
static void open_unit_group(const struct limits *limits, const char *path,
			    const struct spec_resources *resources)
{
	struct op *op;

	builder_where(limits->builder, "/linux/cgroupsPath");
	op = builder_add(limits->builder, PLAN_HOST, OP_CGROUP_OPEN);
	op->text = builder_string(limits->builder, limits->hierarchy->mount);
	op->text2 = builder_string(limits->builder, path);
	op->slot = limits->slot;
	if (limits->hierarchy->v2)
		plan_cgroups_enable(limits, path, resources);
}

int plan_cgroups_scope(struct builder *builder, const struct plan_request *request,
		       struct oci_error *err)
{
	const struct spec_resources *resources = request->spec->linux_->resources;
	struct unit_properties properties = { 0 };
	struct unit unit = { 0 };
	struct op *op;
	int r;

	if (request->manager != PLAN_CGROUP_SYSTEMD)
		return 0;
	r = unit_find(request, &unit, err);
	if (r == 0)
		r = unit_describe(request, &unit, &properties, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < properties.n; i++) {
		builder_where(builder, "%s", properties.item[i].where);
		op = builder_add(builder, PLAN_HOST, OP_UNIT_PROPERTY);
		op->text = builder_string(builder, properties.item[i].name);
		op->text2 = builder_string(builder, properties.item[i].value);
	}
	builder_where(builder, "/linux/cgroupsPath");
	builder_add(builder, PLAN_HOST, OP_SCOPE)->text = builder_string(builder, unit.name);
	for (unsigned int i = 0; r == 0 && i < request->facts->n_groups; i++) {
		const struct limits limits = limits_of(builder, request, i);

		if (is_systemds(request, i))
			open_unit_group(&limits, unit.path, resources);
		if (resources)
			r = limits_write(&limits, resources, err);
	}
	builder_where(builder, NULL);
	builder_add(builder, PLAN_HOST, OP_AWAIT)->a = BARRIER_SCOPE;
	builder_add(builder, PLAN_HOST, OP_RELEASE)->a = BARRIER_SCOPE;
	return r;
}

int16_t plan_cgroup_v2_slot(const struct plan_request *request)
{
	for (unsigned int i = 0; i < request->facts->n_groups; i++)
		if (request->facts->hierarchies[i].v2 && !is_systemds(request, i))
			return (int16_t)(SLOT_PRIVATE + (int)i);
	return SLOT_NONE;
}

void plan_cgroups_join(struct builder *builder, const struct plan_request *request)
{
	int16_t slot = SLOT_INHERITED;

	builder_where(builder, "/linux/cgroupsPath");
	for (unsigned int i = 0; i < request->facts->n_groups; i++) {
		struct op *op;

		if (request->facts->hierarchies[i].v2 || is_systemds(request, i))
			continue;
		op = builder_add(builder, PLAN_CHILD, OP_CGROUP_JOIN);
		op->slot = slot++;
		op->text2 = builder_string(builder, "tasks");
		op->text = builder_string(builder, request->facts->hierarchies[i].controllers);
	}
	builder_where(builder, NULL);
	if (request->manager == PLAN_CGROUP_SYSTEMD)
		builder_add(builder, PLAN_CHILD, OP_BARRIER)->a = BARRIER_SCOPE;
}
