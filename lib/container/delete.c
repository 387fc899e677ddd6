/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* delete, and the undoing of a create that failed: the same steps, from what the record says. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/fd.h"
#include "cgroup/systemd.h"
#include "container/bundle.h"
#include "container/container.h"
#include "container/hooks.h"
#include "exec/host_rdt.h"
#include "host/calls.h"
#include "state/id.h"
#include "sys/calls.h"

/* A killed process that is not gone by then hangs in the kernel. */
#define DEATH_TIMEOUT_MS 60000

static int kill_init(const struct record *record, const struct cgroup *cgroups,
		     struct oci_error *err)
{
	cleanup(fd_done) int pidfd = process_open(record);
	struct pollfd poll_fd = { .fd = pidfd, .events = POLLIN };
	int r;

	r = pidfd < 0 ? pidfd : sys_pidfd_send_signal(pidfd, SIGKILL);
	if (r == -ESRCH)
		return 0;
	if (r < 0)
		return fail(err, r, NULL, "cannot kill container \"%s\"", record->id);
	r = cgroup_thaw(cgroups, record->cgroups.n, err);
	if (r < 0)
		return r;
	do
		r = poll(&poll_fd, 1, DEATH_TIMEOUT_MS);
	while (r < 0 && errno == EINTR);
	if (r == 0)
		return fail(err, -ETIMEDOUT, NULL, "container \"%s\" was killed and does not end",
			    record->id);
	return 0;
}

struct cgroup *container_cgroups(const struct record *record)
{
	struct cgroup *cgroups = calloc(record->cgroups.n + 1, sizeof(*cgroups));
	size_t n = 0;

	if (!cgroups)
		return NULL;
	list_each(cgroup, record->cgroups)
		cgroups[n++] = (struct cgroup){ cgroup->mount, cgroup->path,
						(size_t)cgroup->existing.value };
	return cgroups;
}

struct plan_rdt container_rdt(const struct record *record)
{
	const struct record_resctrl *resctrl = record->resctrl;

	if (!resctrl)
		return (struct plan_rdt){ 0 };
	return (struct plan_rdt){
		.group = resctrl->group,
		.shared = resctrl->shared,
		.makes = resctrl->made,
		.monitors = resctrl->monitored,
	};
}

/* systemd forgets a unit without processes by itself. It is asked all the same, so that the name is
 * free when we return; but what is gone is gone, whether it answers or not. */
static void stop_unit(const struct oci_context *context, const struct record *record)
{
	cleanup(systemd_close) struct systemd *systemd = NULL;
	struct oci_error err;
	int r;

	/* A create that was interrupted may not have come to make it. */
	list_each(cgroup, record->cgroups)
		if (cgroup->existing.value == strlen(cgroup->path))
			return;
	r = systemd_open(record->bus ? record->bus : "", &systemd, &err);

	if (r == 0)
		r = systemd_stop(systemd, record->unit, &err);
	if (r < 0)
		context_log(context, OCI_LOG_WARNING, err.message);
}

int container_destroy(const struct oci_context *context, const struct state *state,
		      const struct record *record, struct oci_error *err)
{
	cleanup(free_done) struct cgroup *cgroups = NULL;
	struct plan_rdt rdt;
	int r;

	if (!record)
		return state_remove(state, err);
	rdt = container_rdt(record);
	cgroups = container_cgroups(record);
	if (!cgroups)
		return fail(err, -ENOMEM, NULL, "cannot delete container \"%s\"", record->id);
	r = kill_init(record, cgroups, err);
	if (r == 0)
		r = cgroup_remove(cgroups, record->cgroups.n, err);
	if (r == 0)
		r = host_rdt_remove(&rdt, record->id, err);
	if (r < 0)
		return r;
	if (record->unit)
		stop_unit(context, record);
	return state_remove(state, err);
}

static int check_deletable(const struct state *state, const struct record *record,
			   struct oci_error *err)
{
	int status = status_find(state, record, true, err);

	if (status < 0)
		return status;
	/* Engines delete what they created and never started; the standard would have it an error.
	 */
	if (status == STATUS_STOPPED || status == STATUS_CREATED)
		return 0;
	return fail_plain(err, -EBUSY, NULL,
			  "cannot delete container \"%s\" that is not stopped: %s", state->id,
			  status_name((enum status)status));
}

/* `start` holds the lock until init answers, which one that is frozen or stopped never does. */
static int lock_by_force(struct oci_context *context, const struct state *state,
			 struct oci_error *err)
{
	int r = state_lock(state, false, err);

	if (r != -EWOULDBLOCK)
		return r;
	(void)oci_kill(context, state->id, SIGKILL, 0, NULL);
	return state_lock(state, true, err);
}

/* The hooks come when nothing else is left of the container, so what they are is read before. */
static int destroy_with_hooks(struct oci_context *context, const struct state *state,
			      const struct record *record, struct arena *arena,
			      struct oci_error *err)
{
	cleanup(document_done) struct document config = { 0 };
	struct hooks hooks = { .context = context, .record = record, .pidfd = -1 };
	struct oci_error unread;
	struct spec *spec = NULL;
	int r;

	if (container_config(state, arena, &config, &spec, &unread) < 0)
		context_log(context, OCI_LOG_WARNING, unread.message);
	hooks.spec = spec;
	r = container_destroy(context, state, record, err);
	if (r == 0 && spec)
		hooks_run_poststop(&hooks);
	return r;
}

static int delete_container(struct oci_context *context, const char *id, unsigned int flags,
			    struct oci_error *err)
{
	cleanup(arena_done) struct arena arena = { 0 };
	cleanup(state_done) struct state state = { .dir = -1 };
	bool force = flags & OCI_DELETE_FORCE;
	struct record *record = NULL;
	int r;

	r = id_check(id, err);
	if (r < 0)
		return r;
	r = state_open(context->state_root, id, !force, &state, err);
	if (r == 0 && force)
		r = lock_by_force(context, &state, err);
	if (r == -ENOENT && force)
		return 0;
	if (r < 0)
		return r;
	/* Without a record nothing was made yet but the directory. */
	r = state_read(&state, &arena, &record, err);
	if (r < 0 && r != -ENODATA)
		return r;
	r = record && record->unit ? systemd_check(err) : 0;
	if (r < 0)
		return r;
	r = record && !force ? check_deletable(&state, record, err) : 0;
	if (r < 0)
		return r;
	return record && record->hooks ? destroy_with_hooks(context, &state, record, &arena, err)
				       : container_destroy(context, &state, record, err);
}

_public_ int oci_delete(struct oci_context *context, const char *id, unsigned int flags,
			struct oci_error *err)
{
	return host_call_explain(delete_container(context, id, flags, err), err);
}
