/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* events: what a container uses, once or again and again, and that it has no memory left. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <time.h>

#include "base/error.h"
#include "base/fd.h"
#include "cgroup/oom.h"
#include "cgroup/stats.h"
#include "container/container.h"
#include "host/calls.h"
#include "state/id.h"

struct watching {
	struct arena arena;
	struct state state;
	struct record *record;
	struct cgroup *cgroups;
	int pidfd;
	struct cgroup_oom oom;
};

static void watching_done(struct watching *watching)
{
	cgroup_oom_done(&watching->oom);
	fd_done(&watching->pidfd);
	free_done(&watching->cgroups);
	state_done(&watching->state);
	arena_done(&watching->arena);
}

static int find(struct watching *watching, const struct oci_context *context, const char *id,
		struct oci_error *err)
{
	int r = id_check(id, err);

	if (r == 0)
		r = state_open(context->state_root, id, false, &watching->state, err);
	if (r == 0)
		r = state_read(&watching->state, &watching->arena, &watching->record, err);
	if (r < 0)
		return r;
	watching->pidfd = process_open(watching->record);
	if (watching->pidfd < 0)
		return fail_plain(err, watching->pidfd, NULL,
				  "container \"%s\" has no statistics: container not running", id);
	if (watching->record->cgroups.n == 0)
		return fail_plain(
			err, -EOPNOTSUPP, NULL,
			"container \"%s\" has no statistics: it has no cgroups of its own", id);
	watching->cgroups = container_cgroups(watching->record);
	return watching->cgroups ? 0 : fail(err, -ENOMEM, NULL, "container \"%s\"", id);
}

/* {"type":"stats","id":"...","data":{...}} */
static int write_event(const struct watching *watching, const char *type, struct text *text)
{
	text_printf(text, "{\"type\":\"%s\",\"id\":", type);
	text_json(text, watching->record->id);
	if (type[0] == 's') {
		text_puts(text, ",\"data\":");
		if (cgroup_stats(watching->cgroups, watching->record->cgroups.n, text) < 0)
			return -ENOMEM;
	}
	text_putc(text, '}');
	return text->failed ? -ENOMEM : 0;
}

static int get_stats(struct oci_context *context, const char *id, char **ret, struct oci_error *err)
{
	cleanup(watching_done) struct watching watching = { .state = { .dir = -1 },
							    .pidfd = -1,
							    .oom = { .fd = -1, .control = -1 } };
	struct text text = { 0 };
	int r = find(&watching, context, id, err);

	if (r < 0)
		return r;
	r = write_event(&watching, "stats", &text);
	if (r == 0)
		r = text_take(&text, ret);
	text_done(&text);
	return r < 0 ? fail(err, r, NULL, "container \"%s\"", id) : 0;
}

static uint64_t now_ms(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000 + (uint64_t)time.tv_nsec / 1000000;
}

static int tell(const struct watching *watching, const char *type,
		const struct oci_events_options *options)
{
	cleanup(text_done) struct text text = { 0 };
	int r = write_event(watching, type, &text);

	return r < 0 ? r : options->event(options->data, text.data);
}

/* Until the container ends, or the caller has enough. */
static int watch(struct watching *watching, const struct oci_events_options *options)
{
	struct pollfd fds[] = {
		{ .fd = watching->pidfd, .events = POLLIN },
		{ .fd = watching->oom.fd, .events = watching->oom.events },
	};
	uint64_t next = now_ms() + options->interval;

	for (;;) {
		uint64_t now = now_ms();
		int timeout = !options->interval ? -1 : next > now ? (int)(next - now) : 0;
		int r = poll(fds, 2, timeout);

		if (r < 0 && errno != EINTR)
			return -errno;
		r = 0;
		if (fds[1].revents && cgroup_oom_happened(&watching->oom))
			r = tell(watching, "oom", options);
		if (r == 0 && fds[0].revents)
			return 0;
		if (r == 0 && options->interval && now_ms() >= next) {
			next += options->interval;
			r = tell(watching, "stats", options);
		}
		if (r != 0)
			return r < 0 ? r : 0;
	}
}

static int get_events(struct oci_context *context, const char *id,
		      const struct oci_events_options *options, struct oci_error *err)
{
	cleanup(watching_done) struct watching watching = { .state = { .dir = -1 },
							    .pidfd = -1,
							    .oom = { .fd = -1, .control = -1 } };
	int r;

	if (!options || options->size < sizeof(*options) || !options->event)
		return fail_plain(err, -EINVAL, NULL, "there is nobody to tell of events");
	r = find(&watching, context, id, err);
	if (r < 0)
		return r;
	r = cgroup_oom_open(watching.cgroups, watching.record->cgroups.n, &watching.oom);
	if (r == 0)
		r = watch(&watching, options);
	return r < 0 ? fail(err, r, NULL, "cannot watch container \"%s\"", id) : 0;
}

_public_ int oci_stats(struct oci_context *context, const char *id, char **ret,
		       struct oci_error *err)
{
	return host_call_explain(get_stats(context, id, ret, err), err);
}

_public_ int oci_events(struct oci_context *context, const char *id,
			const struct oci_events_options *options, struct oci_error *err)
{
	return host_call_explain(get_events(context, id, options, err), err);
}
