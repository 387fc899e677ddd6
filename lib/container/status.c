/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How a container is: runtime.md, "State". */
#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "base/error.h"
#include "base/fd.h"
#include "container/container.h"

const char *status_name(enum status status)
{
	static const char *const names[] = {
		[STATUS_CREATING] = "creating", [STATUS_CREATED] = "created",
		[STATUS_RUNNING] = "running",   [STATUS_PAUSED] = "paused",
		[STATUS_STOPPED] = "stopped",
	};

	return names[status];
}

bool container_is_paused(const struct record *record)
{
	cleanup(free_done) struct cgroup *cgroups = container_cgroups(record);

	return cgroups && cgroup_is_frozen(cgroups, record->cgroups.n);
}

int container_blame_memory(const struct record *record, int code, struct oci_error *err)
{
	cleanup(free_done) struct cgroup *cgroups = NULL;
	struct cgroup_memory memory;

	if (code != -ECHILD && code != -ENOMEM && code != -ECONNRESET)
		return code;
	cgroups = container_cgroups(record);
	if (!cgroups)
		return code;
	cgroup_memory(cgroups, record->cgroups.n, &memory);
	if (memory.limit == 0)
		return code;
	(void)fail_behind(err, "memory limit %llu bytes, peak %llu, out-of-memory kills %llu",
			  (unsigned long long)memory.limit, (unsigned long long)memory.peak,
			  (unsigned long long)memory.oom_kills);
	if (memory.oom_kills > 0 || code == -ENOMEM)
		error_hint(err, "the memory limit is too small");
	return code;
}

int status_find(const struct state *state, const struct record *record, bool locked,
		struct oci_error *err)
{
	struct pollfd poll_fd = { .events = POLLIN };
	cleanup(fd_done) int pidfd = -1;
	enum status status;

	if (record->phase == RECORD_CREATING)
		return !locked && state_is_busy(state) ? STATUS_CREATING : STATUS_STOPPED;
	pidfd = process_find(record);
	if (pidfd == -ESRCH)
		return STATUS_STOPPED;
	if (pidfd < 0)
		return fail(err, pidfd, NULL, "cannot tell whether container \"%s\" runs",
			    record->id);
	if (container_is_paused(record))
		status = STATUS_PAUSED;
	else
		status = state_is_listening(state) ? STATUS_CREATED : STATUS_RUNNING;
	/* It may have ended while we looked at the socket. */
	poll_fd.fd = pidfd;
	return poll(&poll_fd, 1, 0) > 0 ? STATUS_STOPPED : status;
}

void container_state(struct text *text, const struct record *record, const char *status, int pid)
{
	const char *comma = "";

	text_puts(text, "{\"ociVersion\":\"" SPEC_VERSION "\",\"id\":");
	text_json(text, record->id);
	text_printf(text, ",\"status\":\"%s\"", status);
	if (pid)
		text_printf(text, ",\"pid\":%d", pid);
	text_puts(text, ",\"bundle\":");
	text_json(text, record->bundle);
	text_puts(text, ",\"annotations\":{");
	list_each(annotation, record->annotations) {
		text_puts(text, comma);
		text_json(text, annotation->key);
		text_putc(text, ':');
		text_json(text, annotation->value);
		comma = ",";
	}
	text_puts(text, "}}");
}
