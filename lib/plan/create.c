/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The plan of `create` and of `run`: the concerns, in the order of a container's start. Pure.
 *
 *   host                                child
 *   record the intent
 *   make cgroups, write limits; the same in resctrl
 *   open namespaces, listen
 *   spawn ------------------------->    join cgroups, enter namespaces
 *  (start a scope, write limits <-->    barrier 3, with systemd: join cgroups, wait)
 *  (adopt, write the id maps <----->    clone, where there is a user namespace)
 *  (open trees for it ------------->    take them)
 *                                       assemble the root
 *  (await barrier 2, hooks, release <-> barrier 2, where there are such hooks)
 *                                       pivot
 *                                       limits, executable, credentials
 *  (adopt <------------------------>    clone, into a pid namespace that is joined)
 *   await barrier 1 <---------------    barrier 1
 *   join resctrl groups, record the container, pid file
 *   release barrier 1 ------------->
 *   await parked <------------------    park: wait for start     (not with `run`)
 *   await started                       close, filter, execute   (the host only with `run`)
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/error.h"
#include "plan/concern.h"
#include "spec/tables.h"
#include "sys/abi.h"

void plan_warn(const struct plan_request *request, const char *format, ...)
{
	char line[512];
	va_list ap;

	if (!request->warnings)
		return;
	va_start(ap, format);
	vsnprintf(line, sizeof(line), format, ap);
	va_end(ap);
	text_printf(request->warnings, "%s\n", line);
}

int plan_process_check(const struct plan_request *request, struct oci_error *err)
{
	const struct spec *spec = request->spec;
	int r;

	if (request->start && !spec->process)
		return fail_plain(err, -EINVAL, "/process", "/process: there is no program to run");
	r = plan_terminal_check(request, err);
	return r < 0 ? r : plan_labels_check(request, err);
}

static int check(const struct plan_request *request, struct oci_error *err)
{
	int r = plan_process_check(request, err);
	if (r < 0)
		return r;
	r = plan_rdt_check(request, err);
	return r < 0 ? r : plan_namespaces_check(request, err);
}

static int add_host_before(struct builder *builder, const struct plan_request *request,
			   struct oci_error *err)
{
	struct op *op;
	int r;

	builder_add(builder, PLAN_HOST, OP_INTENT);
	r = plan_cgroups_make(builder, request, err);
	if (r < 0)
		return r;
	plan_rdt_make(builder, request);
	plan_namespaces_open(builder, request);
	plan_id_mappings_make(builder, request);
	builder_where(builder, NULL);
	if (!request->start)
		builder_add(builder, PLAN_HOST, OP_LISTEN)->slot = SLOT_START;
	plan_terminal_connect(builder, request);
	op = builder_add(builder, PLAN_HOST, OP_SPAWN);
	op->slot = plan_cgroup_v2_slot(request);
	op->a = plan_spawn_flags(request);
	r = plan_cgroups_scope(builder, request, err);
	plan_namespaces_adopt(builder, request);
	return r;
}

void plan_host_adopt(struct builder *builder)
{
	builder_add(builder, PLAN_HOST, OP_ADOPT);
	builder_add(builder, PLAN_HOST, OP_RELEASE);
}

void plan_host_hooks(struct builder *builder, const struct plan_request *request,
		     enum spec_hook_kind kind)
{
	struct op *op;

	if (!spec_hooks_find(request->spec, kind) || request->target)
		return;
	builder_where(builder, "/hooks/%s", spec_hooks_object.fields[kind].name);
	op = builder_add(builder, PLAN_HOST, OP_HOOKS);
	op->text = builder_string(builder, spec_hooks_object.fields[kind].name);
	op->a = kind;
	builder_where(builder, NULL);
}

bool plan_has_early_hooks(const struct spec *spec)
{
	return spec_hooks_find(spec, SPEC_HOOK_PRESTART) ||
	       spec_hooks_find(spec, SPEC_HOOK_CREATE_RUNTIME) ||
	       spec_hooks_find(spec, SPEC_HOOK_CREATE_CONTAINER);
}

void plan_hooks_barrier(struct builder *builder, const struct plan_request *request)
{
	if (!plan_has_early_hooks(request->spec))
		return;
	builder_where(builder, "/hooks");
	builder_add(builder, PLAN_CHILD, OP_BARRIER)->a = BARRIER_HOOKS;
	builder_where(builder, NULL);
}

static void add_early_hooks(struct builder *builder, const struct plan_request *request)
{
	if (request->target || !plan_has_early_hooks(request->spec))
		return;
	builder_add(builder, PLAN_HOST, OP_AWAIT)->a = BARRIER_HOOKS;
	plan_host_hooks(builder, request, SPEC_HOOK_PRESTART);
	plan_host_hooks(builder, request, SPEC_HOOK_CREATE_RUNTIME);
	plan_host_hooks(builder, request, SPEC_HOOK_CREATE_CONTAINER);
	builder_add(builder, PLAN_HOST, OP_RELEASE)->a = BARRIER_HOOKS;
}

void plan_host_end(struct builder *builder, const struct plan_request *request)
{
	struct op *op;

	plan_terminal_await(builder, request);
	add_early_hooks(builder, request);
	if (plan_clones_late(request))
		plan_host_adopt(builder);
	builder_where(builder, NULL);
	/* While init has to do. */
	if (!request->target)
		builder_add(builder, PLAN_HOST, OP_PREPARE);
	builder_add(builder, PLAN_HOST, OP_AWAIT)->a = BARRIER_READY;
	plan_rdt_join(builder, request);
	if (!request->target)
		builder_add(builder, PLAN_HOST, OP_RECORD);
	if (request->pid_file) {
		op = builder_add(builder, PLAN_HOST, OP_PID_FILE);
		op->text = builder_string(builder, request->pid_file);
	}
	if (request->pidfd_socket) {
		op = builder_add(builder, PLAN_HOST, OP_PIDFD_SEND);
		op->text = builder_string(builder, request->pidfd_socket);
	}
	if (request->start)
		plan_host_hooks(builder, request, SPEC_HOOK_START_CONTAINER);
	builder_add(builder, PLAN_HOST, OP_RELEASE)->a = BARRIER_READY;
	builder_add(builder, PLAN_HOST, request->start ? OP_STARTED : OP_PARKED);
	if (request->start)
		plan_host_hooks(builder, request, SPEC_HOOK_POSTSTART);
}

static void add_child_begin(struct builder *builder, const struct plan_request *request)
{
	builder_add(builder, PLAN_CHILD, OP_PDEATHSIG)->a = DEATH_SIGNAL;
	builder_add(builder, PLAN_CHILD, OP_SIGNALS);
	plan_own_files(builder, request);
	plan_cgroups_join(builder, request);
	plan_namespaces_enter(builder, request);
	builder_where(builder, NULL);
	/* A new process, and every change of credentials, begins without. */
	builder_add(builder, PLAN_CHILD, OP_PDEATHSIG)->a = DEATH_SIGNAL;
	plan_namespaces_dress(builder, request);
	builder_where(builder, NULL);
}

/* Waiting, with nothing left to prepare but what a seccomp filter might forbid afterwards: it is
 * loaded before, unless it forbids to wait for `start`, or to tell about an error. Then it is the
 * last thing before execve(2), which is all that it has to allow. A container without a process can
 * be created, and has nothing to start. */
static int add_child_end(struct builder *builder, const struct plan_request *request,
			 const struct plan_program *program, struct oci_error *err)
{
	struct plan_filter filter;
	struct op *op;
	bool early;
	int r = plan_filter(builder, request, &filter, err);

	if (r < 0)
		return r;
	early = filter.lenient && !request->start;
	builder_where(builder, NULL);
	plan_namespaces_enter_late(builder, request);
	builder_add(builder, PLAN_CHILD, OP_SESSION);
	plan_terminal_control(builder, request);
	/* Every change of credentials has cleared it. */
	builder_add(builder, PLAN_CHILD, OP_PDEATHSIG)->a = DEATH_SIGNAL;
	builder_add(builder, PLAN_CHILD, OP_BARRIER)->a = BARRIER_READY;
	builder_add(builder, PLAN_CHILD, OP_PDEATHSIG)->a = 0;
	if (early)
		plan_seccomp(builder, &filter);
	if (request->start)
		builder_add(builder, PLAN_CHILD, OP_ACK);
	else
		builder_add(builder, PLAN_CHILD, OP_PARK)->slot = SLOT_START;
	builder_add(builder, PLAN_CHILD, OP_CLOSE_FROM)->a = 3 + request->preserve_fds;
	if (!early)
		plan_seccomp(builder, &filter);
	builder_where(builder, "/process/args/0");
	op = builder_add(builder, PLAN_CHILD, OP_EXEC);
	op->text = program->name;
	op->text2 = program->table;
	return 0;
}

int plan_process_all(struct builder *builder, const struct plan_request *request,
		     struct oci_error *err)
{
	struct plan_program program = { 0 };
	int r = 0;

	if (request->spec->process) {
		plan_process(builder, request);
		plan_scheduling(builder, request);
		r = plan_credentials(builder, request, err);
	}
	if (r == 0)
		program = plan_program(builder, request);
	if (r < 0)
		return r;
	return add_child_end(builder, request, &program, err);
}

static int add_child(struct builder *builder, const struct plan_request *request,
		     struct oci_error *err)
{
	int r;

	add_child_begin(builder, request);
	r = plan_rootfs(builder, request, err);
	return r < 0 ? r : plan_process_all(builder, request, err);
}

int plan_create(const struct plan_request *request, struct plan **ret, struct oci_error *err)
{
	cleanup(builder_done) struct builder builder;
	int r;

	builder_init(&builder);
	builder.preserve = request->preserve_fds;
	r = check(request, err);
	if (r == 0)
		r = add_host_before(&builder, request, err);
	if (r == 0)
		r = add_child(&builder, request, err);
	if (r < 0)
		return r;
	plan_host_end(&builder, request);
	return builder_finish(&builder, ret, err);
}
