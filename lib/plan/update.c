/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The plan of `update`: other limits for a container that is there. Pure. */
#include <errno.h>
#include <string.h>

#include "base/error.h"
#include "plan/concern.h"
#include "plan/resources.h"

static const struct host_hierarchy *hierarchy_of(const struct host_facts *facts, const char *mount)
{
	for (unsigned int i = 0; i < facts->n_hierarchies; i++)
		if (strcmp(facts->hierarchies[i].mount, mount) == 0)
			return &facts->hierarchies[i];
	return NULL;
}

static int update_group(struct builder *builder, const struct plan_request *request,
			const struct plan_group *group, struct oci_error *err)
{
	const struct limits limits = {
		.builder = builder,
		.arena = request->arena,
		.facts = request->facts,
		.hierarchy = hierarchy_of(request->facts, group->mount),
		.slot = builder_slot(builder, PLAN_HOST),
		.update = true,
	};
	const struct spec_resources *resources = request->spec->linux_->resources;
	struct op *op;

	if (!limits.hierarchy)
		return fail_plain(err, -ENOENT, group->mount, "no cgroups are mounted at \"%s\"",
				  group->mount);
	if (limits.hierarchy->v2)
		plan_cgroups_enable(&limits, group->path, resources);
	builder_where(builder, NULL);
	op = builder_add(builder, PLAN_HOST, OP_CGROUP_OPEN);
	op->text = builder_string(builder, group->mount);
	op->text2 = builder_string(builder, group->path);
	op->slot = limits.slot;
	return limits_write(&limits, resources, err);
}

static int check_rdt(const struct plan_request *request, struct oci_error *err)
{
	if (!request->spec->linux_->intelRdt)
		return 0;
	if (!request->target->rdt.group)
		return fail_plain(err, -ENOENT, "/linux/intelRdt",
				  "/linux/intelRdt: the container has no group in resctrl");
	return plan_rdt_check(request, err);
}

int plan_update(const struct plan_request *request, struct plan **ret, struct oci_error *err)
{
	const struct plan_target *target = request->target;
	cleanup(builder_done) struct builder builder;
	int r;

	builder_init(&builder);
	r = limits_check(request->facts, request->spec->linux_->resources, err);
	for (unsigned int i = 0; r == 0 && i < target->n_groups; i++)
		r = update_group(&builder, request, &target->groups[i], err);
	if (r == 0)
		r = check_rdt(request, err);
	if (r < 0)
		return r;
	plan_rdt_update(&builder, request);
	return builder_finish(&builder, ret, err);
}
