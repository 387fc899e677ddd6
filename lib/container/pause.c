/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* pause and resume: the container's cgroup is frozen, and thawed. */
#include <errno.h>

#include "base/error.h"
#include "base/fd.h"
#include "container/container.h"
#include "host/calls.h"
#include "state/id.h"

struct pausing {
	struct arena arena;
	struct state state;
	struct record *record;
	struct cgroup *cgroups;
	int status;
};

static void pausing_done(struct pausing *pausing)
{
	free_done(&pausing->cgroups);
	state_done(&pausing->state);
	arena_done(&pausing->arena);
}

static int find(struct pausing *pausing, const struct oci_context *context, const char *id,
		struct oci_error *err)
{
	int r = id_check(id, err);

	if (r == 0)
		r = state_open(context->state_root, id, true, &pausing->state, err);
	if (r == 0)
		r = state_read(&pausing->state, &pausing->arena, &pausing->record, err);
	if (r < 0)
		return r;
	pausing->status = status_find(&pausing->state, pausing->record, true, err);
	if (pausing->status < 0)
		return pausing->status;
	pausing->cgroups = container_cgroups(pausing->record);
	return pausing->cgroups ? 0 : fail(err, -ENOMEM, NULL, "container \"%s\"", id);
}

static int pause_container(struct oci_context *context, const char *id, struct oci_error *err)
{
	cleanup(pausing_done) struct pausing pausing = { .state = { .dir = -1 } };
	int r = find(&pausing, context, id, err);

	if (r < 0)
		return r;
	if (pausing.status != STATUS_RUNNING && pausing.status != STATUS_CREATED)
		return fail_plain(err, pausing.status == STATUS_PAUSED ? -EALREADY : -ESRCH, NULL,
				  "cannot pause container \"%s\", it is %s: container not running",
				  id, status_name((enum status)pausing.status));
	r = cgroup_freeze(pausing.cgroups, pausing.record->cgroups.n, err);
	return r < 0 ? fail_within(err, "cannot pause container \"%s\"", id) : 0;
}

static int resume(struct oci_context *context, const char *id, struct oci_error *err)
{
	cleanup(pausing_done) struct pausing pausing = { .state = { .dir = -1 } };
	int r = find(&pausing, context, id, err);

	if (r < 0)
		return r;
	if (pausing.status != STATUS_PAUSED)
		return fail_plain(err, -EINVAL, NULL,
				  "cannot resume container \"%s\", it is %s: container not paused",
				  id, status_name((enum status)pausing.status));
	r = cgroup_thaw(pausing.cgroups, pausing.record->cgroups.n, err);
	return r < 0 ? fail_within(err, "cannot resume container \"%s\"", id) : 0;
}

_public_ int oci_pause(struct oci_context *context, const char *id, struct oci_error *err)
{
	return host_call_explain(pause_container(context, id, err), err);
}

_public_ int oci_resume(struct oci_context *context, const char *id, struct oci_error *err)
{
	return host_call_explain(resume(context, id, err), err);
}
