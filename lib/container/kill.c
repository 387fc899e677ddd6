/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* kill: a signal to a container's init, through a pidfd. */
#include <errno.h>
#include <signal.h>

#include "base/error.h"
#include "base/fd.h"
#include "container/container.h"
#include "host/calls.h"
#include "state/id.h"
#include "sys/calls.h"

#define SIGNAL_MAX 64

static int thaw(const struct record *record, struct oci_error *err)
{
	cleanup(free_done) struct cgroup *cgroups = container_cgroups(record);

	if (!cgroups)
		return fail(err, -ENOMEM, NULL, "kill container \"%s\"", record->id);
	return cgroup_thaw(cgroups, record->cgroups.n, err);
}

/* Waits for nobody: process 1 of a pid namespace ends when those that exec brought in have been
 * reaped, maybe by our caller. */
static int kill_all(const struct record *record, int signal, struct oci_error *err)
{
	cleanup(free_done) struct cgroup *cgroups = container_cgroups(record);
	int r;

	if (!cgroups)
		return fail(err, -ENOMEM, NULL, "kill container \"%s\"", record->id);
	r = cgroup_signal(cgroups, record->cgroups.n, signal, err);
	return r == 0 && signal == SIGKILL ? cgroup_thaw(cgroups, record->cgroups.n, err) : r;
}

static int kill_container(struct oci_context *context, const char *id, int signal,
			  unsigned int flags, struct oci_error *err)
{
	cleanup(arena_done) struct arena arena = { 0 };
	cleanup(state_done) struct state state = { .dir = -1 };
	cleanup(fd_done) int pidfd = -1;
	struct record *record;
	int r;

	if (signal < 0 || signal > SIGNAL_MAX)
		return fail_plain(err, -EINVAL, NULL, "unknown signal %d", signal);
	r = id_check(id, err);
	if (r == 0)
		r = state_open(context->state_root, id, false, &state, err);
	if (r == 0)
		r = state_read(&state, &arena, &record, err);
	if (r < 0)
		return r;
	if ((flags & OCI_KILL_ALL) && record->cgroups.n > 0)
		return kill_all(record, signal, err);
	pidfd = process_open(record);
	r = pidfd < 0 ? pidfd : sys_pidfd_send_signal(pidfd, signal);
	if (r == -ESRCH && (flags & OCI_KILL_ALL))
		return 0;
	if (r == -ESRCH)
		return fail(err, r, NULL, "kill container \"%s\": container not running", id);
	if (r < 0)
		return fail(err, r, NULL, "kill container \"%s\"", id);
	return signal == SIGKILL ? thaw(record, err) : 0;
}

_public_ int oci_kill(struct oci_context *context, const char *id, int signal, unsigned int flags,
		      struct oci_error *err)
{
	return host_call_explain(kill_container(context, id, signal, flags, err), err);
}
