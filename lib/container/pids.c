/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ps: which processes are in a container. */
#include <errno.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/fd.h"
#include "container/container.h"
#include "host/calls.h"
#include "state/id.h"

/* Without a cgroup, as for a caller without privileges, its init is all that we know of. */
static int only_init(const struct record *record, int **ret, size_t *ret_n, struct oci_error *err)
{
	cleanup(fd_done) int pidfd = process_open(record);

	if (pidfd < 0 && pidfd != -ESRCH)
		return fail(err, pidfd, NULL, "cannot look at container \"%s\"", record->id);
	*ret_n = 0;
	*ret = malloc(sizeof(**ret));
	if (!*ret)
		return fail(err, -ENOMEM, NULL, "cannot look at container \"%s\"", record->id);
	if (pidfd >= 0)
		(*ret)[(*ret_n)++] = (int)record->pid.value;
	return 0;
}

static int list_pids(const struct record *record, int **ret, size_t *ret_n, struct oci_error *err)
{
	cleanup(free_done) struct cgroup *cgroups = NULL;

	if (record->cgroups.n == 0)
		return only_init(record, ret, ret_n, err);
	cgroups = container_cgroups(record);
	if (!cgroups)
		return fail(err, -ENOMEM, NULL, "cannot look at container \"%s\"", record->id);
	return cgroup_pids(cgroups, record->cgroups.n, ret, ret_n, err);
}

_public_ int oci_pids(struct oci_context *context, const char *id, int **ret, size_t *ret_n,
		      struct oci_error *err)
{
	cleanup(arena_done) struct arena arena = { 0 };
	cleanup(state_done) struct state state = { .dir = -1 };
	struct record *record;
	int r = id_check(id, err);

	if (r == 0)
		r = state_open(context->state_root, id, false, &state, err);
	if (r == 0)
		r = state_read(&state, &arena, &record, err);
	if (r == 0)
		r = list_pids(record, ret, ret_n, err);
	return host_call_explain(r, err);
}
