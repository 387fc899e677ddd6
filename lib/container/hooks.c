/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Hooks, see hooks.h. Each is run by a plan of its own: on the host, or in the namespaces of the
 * container as they are at that moment. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/error.h"
#include "base/fd.h"
#include "base/num.h"
#include "container/hooks.h"
#include "exec/host.h"
#include "exec/supervise.h"
#include "host/namespace.h"
#include "plan/hook.h"
#include "spec/tables.h"
#include "sys/calls.h"

/* When which kind runs, and where. */
static const struct {
	const char *status;
	bool inside;
} kinds[SPEC_HOOK_MAX_] = {
	[SPEC_HOOK_PRESTART] = { "creating", false },
	[SPEC_HOOK_CREATE_RUNTIME] = { "creating", false },
	[SPEC_HOOK_CREATE_CONTAINER] = { "creating", true },
	[SPEC_HOOK_START_CONTAINER] = { "created", true },
	[SPEC_HOOK_POSTSTART] = { "running", false },
	[SPEC_HOOK_POSTSTOP] = { "stopped", false },
};

/* The pid of init as it is seen in its own pid namespace: the last of its line NSpid. */
static int inner_pid(int pid)
{
	cleanup(free_done) char *text = NULL;
	char path[sizeof("/proc/2147483647/status")];
	const char *line, *last;
	uint64_t value;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	if (file_read(AT_FDCWD, path, 1 << 16, &text, NULL) < 0)
		return pid;
	line = strstr(text, "\nNSpid:");
	if (!line)
		return pid;
	line += strlen("\nNSpid:");
	last = line + strcspn(line, "\n");
	while (last > line && last[-1] >= '0' && last[-1] <= '9')
		last--;
	return num_parse(last, strspn(last, "0123456789"), INT32_MAX, &value) == 0 ? (int)value
										   : pid;
}

static int state_file(const struct hooks *hooks, enum spec_hook_kind kind)
{
	cleanup(text_done) struct text text = { 0 };
	cleanup(fd_done) int fd = memfd_create("state", MFD_CLOEXEC);
	int pid = 0;

	if (kind != SPEC_HOOK_POSTSTOP)
		pid = kinds[kind].inside ? inner_pid(hooks->pid) : hooks->pid;
	container_state(&text, hooks->record, kinds[kind].status, pid);
	if (fd < 0 || text.failed)
		return fd < 0 ? -errno : -ENOMEM;
	if (write(fd, text.data, text.length) != (ssize_t)text.length || lseek(fd, 0, SEEK_SET) < 0)
		return -ENOSPC;
	return TAKE_FD(fd);
}

/* What the descriptors of a hook are. Returns our end of its standard error. */
static int fill_slots(struct host *host, const struct hooks *hooks, enum spec_hook_kind kind,
		      bool chroot)
{
	char path[sizeof("/proc/2147483647/root")];
	int ends[2];

	host->fds[HOOK_SLOT_INPUT] = state_file(hooks, kind);
	if (host->fds[HOOK_SLOT_INPUT] < 0)
		return host->fds[HOOK_SLOT_INPUT];
	host->fds[HOOK_SLOT_OUTPUT] = open("/dev/null", O_WRONLY | O_CLOEXEC);
	if (host->fds[HOOK_SLOT_OUTPUT] < 0 || pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	host->fds[HOOK_SLOT_ERROR] = ends[1];
	if (!kinds[kind].inside)
		return ends[0];
	host->fds[HOOK_SLOT_INIT] = fcntl(hooks->pidfd, F_DUPFD_CLOEXEC, 0);
	snprintf(path, sizeof(path), "/proc/%d/root", hooks->pid);
	if (chroot)
		host->fds[HOOK_SLOT_ROOT] = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return ends[0];
}

static int judge(const struct supervision *supervision, const char *what, const char *where,
		 struct oci_error *err)
{
	const char *tail = supervision->tail;
	char end[64];

	if (supervision->timed_out)
		snprintf(end, sizeof(end), "timed out after %d s", supervision->timeout);
	else if (supervision->status == 0)
		return 0;
	else if (supervision->status > 0)
		snprintf(end, sizeof(end), "exit status %d after %u ms", supervision->status,
			 supervision->duration);
	else
		snprintf(end, sizeof(end), "killed by signal %d after %u ms", supervision->signal,
			 supervision->duration);
	return fail_plain(err, -ECANCELED, where, "%s: %s%s%s", what, end,
			  tail[0] ? ", stderr: " : "", tail);
}

/* A hook is told of as a whole. */
static const struct trace untraced;

static int run_one(const struct hooks *hooks, enum spec_hook_kind kind,
		   const struct spec_hook *hook, const char *what, const char *where,
		   struct oci_error *err)
{
	struct supervision supervision = { .timeout = (int)hook->timeout.value };
	bool entered = kind == SPEC_HOOK_START_CONTAINER;
	struct plan_hook_place place = {
		.directory = kinds[kind].inside ? "/" : hooks->record->bundle,
		.chroot = entered && hooks->record->chroot,
	};
	cleanup(free_done) struct plan *plan = NULL;
	cleanup(fd_done) int output = -1;
	struct host host;
	int image = context_image(hooks->context, err), r;

	r = image;
	if (r >= 0 && kinds[kind].inside) {
		r = namespaces_apart(hooks->pid, hooks->pidfd, &place.namespaces);
		if (r < 0)
			return fail(err, r, where, "%s", what);
		plan_mapped_ids(hooks->spec, &place.uid, &place.gid);
	}
	if (r >= 0)
		r = plan_hook(hook, &place, &plan, err);
	if (r < 0)
		return r;
	host_init(&host, plan, NULL, NULL, image, &untraced);
	output = fill_slots(&host, hooks, kind, place.chroot);
	r = output < 0 ? fail(err, output, where, "%s", what) : host_run(&host, err);
	fd_done(&host.fds[HOOK_SLOT_ERROR]);
	if (r < 0) {
		host_undo(&host, NULL);
		r = output < 0 ? r : fail_within(err, "%s", what);
	} else {
		supervise(host.pid, host.pidfd, output, &supervision);
		r = judge(&supervision, what, where, err);
	}
	host_done(&host);
	return r;
}

static int run_numbered(const struct hooks *hooks, enum spec_hook_kind kind,
			const struct spec_hook *hook, size_t index, struct oci_error *err)
{
	const char *name = spec_hooks_object.fields[kind].name;
	const struct trace *trace = &hooks->context->trace;
	uint64_t begin = trace_now(trace);
	char what[512], where[64];
	int r;

	snprintf(where, sizeof(where), "/hooks/%s/%zu", name, index);
	snprintf(what, sizeof(what), "error running %s hook #%zu \"%s\"", name, index, hook->path);
	r = run_one(hooks, kind, hook, what, where, err);
	trace_end(trace, "hook", hook->path, where, begin);
	return error_stage(err, r, "hook");
}

int hooks_run(const struct hooks *hooks, enum spec_hook_kind kind, struct oci_error *err)
{
	const struct spec_hook_list *list = spec_hooks_find(hooks->spec, kind);

	for (size_t i = 0; list && i < list->n; i++) {
		int r = run_numbered(hooks, kind, &list->item[i], i, err);

		if (r < 0)
			return r;
	}
	return 0;
}

void hooks_run_poststop(const struct hooks *hooks)
{
	const struct spec_hook_list *list = spec_hooks_find(hooks->spec, SPEC_HOOK_POSTSTOP);
	struct oci_error err;

	for (size_t i = 0; list && i < list->n; i++)
		if (run_numbered(hooks, SPEC_HOOK_POSTSTOP, &list->item[i], i, &err) < 0)
			context_log(hooks->context, OCI_LOG_WARNING, err.message);
}
