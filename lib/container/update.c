/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* update: other limits for a container that is there. All of them, or none. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/fd.h"
#include "base/num.h"
#include "cgroup/systemd.h"
#include "container/bundle.h"
#include "container/container.h"
#include "exec/host.h"
#include "host/calls.h"
#include "plan/create.h"
#include "plan/unit.h"
#include "state/id.h"

struct updating {
	struct arena arena;
	struct state state;
	struct record *record;
	struct document document;
	struct spec spec;
	struct spec_linux linux_;
	struct spec_intel_rdt rdt;
	struct host_facts facts;
	struct plan_target target;
	struct plan *plan;
};

static void updating_done(struct updating *updating)
{
	free(updating->plan);
	state_done(&updating->state);
	arena_done(&updating->arena);
}

static int find(struct updating *updating, const struct oci_context *context, const char *id,
		struct oci_error *err)
{
	int r = id_check(id, err), status;

	if (r == 0)
		r = state_open(context->state_root, id, true, &updating->state, err);
	if (r == 0)
		r = state_read(&updating->state, &updating->arena, &updating->record, err);
	if (r < 0)
		return r;
	r = updating->record->unit ? systemd_check(err) : 0;
	if (r < 0)
		return r;
	status = status_find(&updating->state, updating->record, true, err);
	if (status == STATUS_STOPPED)
		return fail_plain(err, -ESRCH, NULL,
				  "cannot update container \"%s\": container not running", id);
	return status < 0 ? status : 0;
}

static int find_groups(struct updating *updating)
{
	size_t n = updating->record->cgroups.n;
	struct plan_group *groups = arena_alloc(&updating->arena, (n + 1) * sizeof(*groups));

	if (!groups)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		groups[i] = (struct plan_group){ .mount = updating->record->cgroups.item[i].mount,
						 .path = updating->record->cgroups.item[i].path };
	updating->target.groups = groups;
	updating->target.n_groups = (unsigned int)n;
	updating->target.rdt = container_rdt(updating->record);
	return 0;
}

/* A container without groups has none that could be changed. */
static int gather_facts(struct updating *updating, struct oci_error *err)
{
	struct host_facts *facts = &updating->facts;
	int r = host_facts_gather(&updating->arena, facts, err);

	if (r < 0)
		return r;
	facts->resctrl = updating->linux_.intelRdt && host_has_resctrl();
	facts->n_groups = facts->n_hierarchies;
	facts->no_groups = NULL;
	facts->systemd_user = updating->record->unit && host_has_own_systemd();
	if (updating->target.n_groups == 0) {
		facts->n_groups = 0;
		facts->no_devices = false;
		facts->no_groups = "the container has no cgroups of its own";
	}
	if (facts->cgroup_layout == CGROUP_HYBRID)
		r = host_find_v2_controllers(facts, &updating->arena);
	return r < 0 ? fail(err, r, NULL, "cannot look at the host") : 0;
}

/* v2 has quota and period in one file: "max 100000". A period alone leaves the quota as it is; to
 * systemd neither says anything without the other. */
static int complete_quota(struct updating *updating)
{
	struct spec_cpu *cpu = updating->linux_.resources->cpu;
	cleanup(free_done) struct cgroup *cgroups = NULL;
	cleanup(free_done) char *text = NULL;
	cleanup(fd_done) int dir = -1;
	uint64_t quota, period;
	const char *blank;

	if (updating->facts.cgroup_layout != CGROUP_V2 || updating->target.n_groups == 0 || !cpu ||
	    !cpu->period.value == !cpu->quota.value)
		return 0;
	cgroups = container_cgroups(updating->record);
	if (!cgroups)
		return -ENOMEM;
	dir = cgroup_open(&cgroups[0]);
	if (dir < 0 || file_read(dir, "cpu.max", 64, &text, NULL) < 0)
		return 0;
	blank = text + strcspn(text, " ");
	if (cpu->period.value && num_parse(text, (size_t)(blank - text), INT64_MAX, &quota) == 0)
		cpu->quota = (struct opt_int){ (int64_t)quota, true };
	else if (cpu->quota.value && *blank &&
		 num_parse(blank + 1, strcspn(blank + 1, "\n"), INT64_MAX, &period) == 0)
		cpu->period = (struct opt_uint){ period, true };
	return 0;
}

/* Where it is in the caller's document, which has no /linux/resources around it. */
static void place(const struct updating *updating, struct oci_error *err)
{
	static const char prefix[] = "/linux/resources";
	const size_t n = sizeof(prefix) - 1;

	if (!err || strncmp(err->message, prefix, n) != 0)
		return;
	memmove(err->message, err->message + n, strlen(err->message + n) + 1);
	if (strncmp(err->where, prefix, n) == 0)
		memmove(err->where, err->where + n, strlen(err->where + n) + 1);
	if (updating->document.file)
		bundle_place(&updating->document, "", err);
}

static int prepare(struct updating *updating, const struct oci_context *context, const char *id,
		   const struct oci_update_options *options, struct oci_error *err)
{
	struct plan_request request = {
		.spec = &updating->spec,
		.facts = &updating->facts,
		.arena = &updating->arena,
		.id = id,
		.target = &updating->target,
	};
	int r = find(updating, context, id, err);

	if (r < 0)
		return r;
	updating->document = (struct document){ options->name ? options->name : "resources",
						options->resources, options->length };
	r = spec_decode_resources(&updating->document, &updating->arena,
				  &updating->linux_.resources, err);
	if (r < 0)
		return r;
	updating->spec.linux_ = &updating->linux_;
	if (options->l3_cache_schema || options->mem_bw_schema) {
		updating->rdt.l3CacheSchema = options->l3_cache_schema;
		updating->rdt.memBwSchema = options->mem_bw_schema;
		updating->linux_.intelRdt = &updating->rdt;
	}
	r = find_groups(updating);
	if (r == 0)
		r = gather_facts(updating, err);
	if (r == 0)
		r = complete_quota(updating);
	if (r == -ENOMEM)
		return fail(err, r, NULL, "cannot update container \"%s\"", id);
	return r < 0 ? r : plan_update(&request, &updating->plan, err);
}

/* What systemd is not told it would set back. */
static int tell_systemd(struct updating *updating, struct oci_error *err)
{
	cleanup(systemd_close) struct systemd *systemd = NULL;
	struct unit_properties properties = { .arena = &updating->arena };
	const struct record *record = updating->record;
	int r;

	unit_limits(&properties, updating->linux_.resources,
		    updating->facts.cgroup_layout == CGROUP_V2);
	if (updating->arena.failed)
		return fail(err, -ENOMEM, NULL, "cannot update container \"%s\"", record->id);
	if (properties.n == 0)
		return 0;
	r = systemd_open(record->bus ? record->bus : "", &systemd, err);
	for (size_t i = 0; r == 0 && i < properties.n; i++)
		r = systemd_add(systemd, properties.item[i].name, properties.item[i].value, err);
	return r < 0 ? r : systemd_change(systemd, record->unit, err);
}

/* What systemd is told it writes, in whole per cents, and so the files are written once more. */
static int write_limits(struct updating *updating, struct oci_context *context,
			struct oci_error *err)
{
	struct host host;
	int r;

	host_init(&host, updating->plan, NULL, NULL, -1, &context->trace);
	host.keep_old = true;
	host.notes = context_notes(context, &updating->arena);
	r = host_run(&host, err);
	if (r == 0 && updating->record->unit) {
		r = tell_systemd(updating, err);
		if (r == 0)
			r = host_run(&host, err);
	}
	if (r < 0)
		host_restore_limits(&host);
	host_done(&host);
	return r;
}

static int update(struct oci_context *context, const char *id,
		  const struct oci_update_options *options, struct oci_error *err)
{
	cleanup(updating_done) struct updating updating = { .state = { .dir = -1 } };
	struct oci_update_options known = { 0 };
	uint64_t time;
	int r;

	if (!options || options->size == 0)
		return fail_plain(err, -EINVAL, NULL, "the size of the update options is 0");
	memcpy(&known, options, options->size < sizeof(known) ? options->size : sizeof(known));
	time = trace_now(&context->trace);
	r = prepare(&updating, context, id, &known, err);
	r = phase_end(context, "plan", &time, r, err);
	if (r == 0)
		r = write_limits(&updating, context, err);
	if (r < 0)
		place(&updating, err);
	return r;
}

_public_ int oci_update(struct oci_context *context, const char *id,
			const struct oci_update_options *options, struct oci_error *err)
{
	uint64_t begin = trace_now(&context->trace);
	int r = update(context, id, options, err);

	trace_end(&context->trace, "update", id, "", begin);
	return host_call_explain(r, err);
}
