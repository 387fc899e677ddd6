/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* start: tell init, which waits on its socket, to run the program, and hear how it went. */
#include <errno.h>

#include "base/error.h"
#include "base/fd.h"
#include "container/bundle.h"
#include "container/container.h"
#include "container/hooks.h"
#include "container/listener.h"
#include "exec/host.h"
#include "host/calls.h"
#include "state/id.h"
#include "sys/message.h"

static int check_startable(const struct state *state, const struct record *record,
			   struct oci_error *err)
{
	int status = status_find(state, record, true, err);

	if (status < 0)
		return status;
	switch ((enum status)status) {
	case STATUS_CREATED:
		break;
	case STATUS_PAUSED:
		return fail_plain(err, -EBUSY, NULL, "cannot start a paused container: \"%s\"",
				  state->id);
	case STATUS_RUNNING:
		return fail_plain(err, -EBUSY, NULL,
				  "cannot start an already running container: \"%s\"", state->id);
	case STATUS_CREATING:
	case STATUS_STOPPED:
		return fail_plain(err, -ESRCH, NULL,
				  "cannot start a container that has stopped: \"%s\"", state->id);
	}
	if (!record->process)
		return fail_plain(err, -EINVAL, "/process",
				  "cannot start container \"%s\": its config has no process",
				  state->id);
	return 0;
}

/* Init answers to who connects, unless it has ended, runs its program already, or is frozen. */
static bool is_waiting(const struct record *record, int connection)
{
	return record->phase == RECORD_CREATED && record->process && connection >= 0 &&
	       message_expect(connection, 400, true);
}

struct starting {
	const struct state *state;
	const struct record *record;
};

static int on_listener(void *context, int pid, int listener, struct oci_error *err)
{
	const struct starting *starting = context;
	cleanup(document_done) struct document config = { 0 };
	cleanup(arena_done) struct arena arena = { 0 };
	struct spec *spec;
	int r = container_config(starting->state, &arena, &config, &spec, err);

	return r < 0 ? r : listener_send(spec, starting->record, "created", pid, listener, err);
}

static const struct host_calls calls = { .listener = on_listener };

/* @fd is that of a connection with init, or negative while there is none. */
static int connect_to_init(const struct state *state, int *fd)
{
	int r = state_take(state);

	if (r == 0 && *fd < 0)
		*fd = state_connect(state, true);
	return r < 0 ? r : *fd;
}

static int go(const struct oci_context *context, const struct state *state,
	      const struct record *record, int *connection, struct oci_error *err)
{
	struct starting starting = { state, record };
	int fd = connect_to_init(state, connection);
	const struct host host = {
		.calls = &calls,
		.context = &starting,
		.channel = fd,
		.pid = (int)record->pid.value,
		.trace = &context->trace,
	};
	int r;

	if (fd < 0)
		return fail(err, fd, NULL, "cannot reach init of container \"%s\"", state->id);
	r = host_start(&host, err);
	if (r == -ECONNRESET) {
		(void)fail_plain(err, r, NULL,
				 "init of container \"%s\" ended before it ran the program",
				 state->id);
		return container_blame_memory(record, r, err);
	}
	state_unlisten(state);
	return r;
}

/* A hook that fails is the end of the container: runtime.md, "Lifecycle". */
static int start_with_hooks(struct oci_context *context, const struct state *state,
			    const struct record *record, int *connection, struct arena *arena,
			    struct oci_error *err)
{
	cleanup(document_done) struct document config = { 0 };
	cleanup(fd_done) int pidfd = process_open(record);
	struct hooks hooks = {
		.context = context,
		.record = record,
		.pid = (int)record->pid.value,
		.pidfd = pidfd,
	};
	struct spec *spec;
	int r = container_config(state, arena, &config, &spec, err);

	if (r < 0)
		return r;
	hooks.spec = spec;
	r = hooks_run(&hooks, SPEC_HOOK_START_CONTAINER, err);
	if (r == 0) {
		r = go(context, state, record, connection, err);
		if (r < 0)
			return r;
		r = hooks_run(&hooks, SPEC_HOOK_POSTSTART, err);
	}
	if (r == 0)
		return 0;
	if (container_destroy(context, state, record, NULL) == 0)
		hooks_run_poststop(&hooks);
	return r;
}

static int start(struct oci_context *context, const char *id, struct oci_error *err)
{
	cleanup(arena_done) struct arena arena = { 0 };
	cleanup(state_done) struct state state = { .dir = -1 };
	cleanup(fd_done) int connection = -1;
	struct record *record;
	uint64_t time = trace_now(&context->trace);
	int r;

	r = id_check(id, err);
	if (r == 0)
		r = state_open(context->state_root, id, true, &state, err);
	/* Init wakes, and gets ready, while we read about it. */
	if (r == 0)
		connection = state_connect(&state, false);
	if (r == 0)
		r = state_read(&state, &arena, &record, err);
	if (r == 0 && !is_waiting(record, connection))
		r = check_startable(&state, record, err);
	r = phase_end(context, "state", &time, r, err);
	if (r < 0)
		return r;
	return record->hooks ? start_with_hooks(context, &state, record, &connection, &arena, err)
			     : go(context, &state, record, &connection, err);
}

_public_ int oci_start(struct oci_context *context, const char *id, struct oci_error *err)
{
	uint64_t begin = trace_now(&context->trace);
	int r = start(context, id, err);

	trace_end(&context->trace, "start", id, "", begin);
	return host_call_explain(r, err);
}
