/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The plan of `exec`: another program in a container that is there. Pure.
 *
 *   host                                child
 *   take init's pidfd, open cgroups
 *   spawn ------------------------->    run on the first CPUs, join cgroups
 *  (have systemd move it <--------->    barrier 3, where we may not)
 *                                       all namespaces, by one setns(2) on init's pidfd
 *                                       limits, executable, credentials
 *  (adopt <------------------------>    clone, into the pid namespace)
 *   await barrier 1 <---------------    barrier 1
 *   join resctrl groups, pid file
 *   release barrier 1 ------------->    close, filter, execute
 *   await started
 *
 * It comes into the pid namespace last, when it has given up what the program may not: a process of
 * the container with CAP_SYS_PTRACE can trace whatever it sees (CVE-2016-9962). What is left then
 * is CAP_SYS_ADMIN, where a seccomp filter is to be loaded without no_new_privs.
 *
 * The process gets what the first one got: whatever its own description does not say comes from the
 * config. */
#include "base/weaken.h"
#include "plan/concern.h"
#include "sys/abi.h"

/* A process that is cloned into the group of v2 cannot run anywhere before. */
static int16_t add_groups(struct builder *builder, const struct plan_request *request)
{
	const struct plan_target *target = request->target;
	bool clones = !plan_cpus_before(request);
	int16_t v2 = SLOT_NONE;
	struct op *op;

	for (unsigned int i = 0; !target->unit && i < target->n_groups; i++) {
		const struct plan_group *group = &target->groups[i];

		if (!group->v2 || !clones) {
			plan_cgroup_tasks(builder, group->mount, group->path, group->v2);
			continue;
		}
		v2 = builder_slot(builder, PLAN_HOST);
		op = builder_add(builder, PLAN_HOST, OP_CGROUP_OPEN);
		op->text = builder_string(builder, group->mount);
		op->text2 = builder_string(builder, group->path);
		op->slot = v2;
	}
	return v2;
}

/* The child takes them in the order in which the host opened them. */
static void add_joining(struct builder *builder)
{
	for (size_t i = 0; i < builder_count(builder, PLAN_HOST); i++) {
		const struct op *tasks = builder_op(builder, PLAN_HOST, i);
		struct op *op;

		if (tasks->kind != OP_CGROUP_TASKS)
			continue;
		op = builder_add(builder, PLAN_CHILD, OP_CGROUP_JOIN);
		op->text2 = builder_string(builder, tasks->a ? "cgroup.procs" : "tasks");
		op->slot = tasks->slot2;
		op->text = tasks->text;
	}
}

struct slots {
	int16_t init, root;
};

static void add_attaching(struct builder *builder, const struct plan_target *target)
{
	struct op *op = builder_add(builder, PLAN_HOST, OP_UNIT_ATTACH);

	op->text = builder_string(builder, target->unit);
	op->text2 = builder_string(builder, target->subgroup);
	builder_add(builder, PLAN_HOST, OP_AWAIT)->a = BARRIER_SCOPE;
	builder_add(builder, PLAN_HOST, OP_RELEASE)->a = BARRIER_SCOPE;
}

static void add_host(struct builder *builder, const struct plan_request *request,
		     const struct slots *slots)
{
	const struct plan_target *target = request->target;
	int16_t group = add_groups(builder, request);

	builder_add(builder, PLAN_HOST, OP_INIT_OPEN)->slot = slots->init;
	if (target->chroot)
		builder_add(builder, PLAN_HOST, OP_ROOT_OPEN)->slot = slots->root;
	plan_terminal_connect(builder, request);
	builder_add(builder, PLAN_HOST, OP_SPAWN)->slot = group;
	if (target->unit)
		add_attaching(builder, target);
	if (WEAKENED(DUMPABLE))
		plan_host_adopt(builder);
}

static void add_entering(struct builder *builder, const struct plan_request *request,
			 const struct slots *slots)
{
	const struct plan_target *target = request->target;
	struct op *op;

	builder_add(builder, PLAN_CHILD, OP_PDEATHSIG)->a = DEATH_SIGNAL;
	builder_add(builder, PLAN_CHILD, OP_SIGNALS);
	plan_own_files(builder, request);
	plan_affinity_before(builder, request);
	add_joining(builder);
	if (target->unit)
		builder_add(builder, PLAN_CHILD, OP_BARRIER)->a = BARRIER_SCOPE;
	if (target->namespaces) {
		op = builder_add(builder, PLAN_CHILD, OP_SETNS);
		op->slot = slots->init;
		op->a = target->namespaces;
	} else {
		builder_add(builder, PLAN_CHILD, OP_CLOSE)->slot = slots->init;
	}
	if (WEAKENED(DUMPABLE))
		builder_add(builder, PLAN_CHILD, OP_CLONE);
	if (target->namespaces & ABI_CLONE_NEWUSER)
		plan_users_become(builder, request);
	builder_add(builder, PLAN_CHILD, OP_PDEATHSIG)->a = DEATH_SIGNAL;
	plan_keyring(builder, request);
	if (target->chroot) {
		builder_add(builder, PLAN_CHILD, OP_CHROOT)->slot = slots->root;
		builder_add(builder, PLAN_CHILD, OP_CLOSE)->slot = slots->root;
	}
	plan_terminal_open(builder, request);
}

int plan_exec(const struct plan_request *request, struct plan **ret, struct oci_error *err)
{
	cleanup(builder_done) struct builder builder;
	struct slots slots;
	int r = plan_process_check(request, err);

	builder_init(&builder);
	builder.preserve = request->preserve_fds;
	if (r < 0)
		return r;
	slots.init = builder_inherited_slot(&builder);
	slots.root = request->target->chroot ? builder_inherited_slot(&builder) : SLOT_NONE;
	add_host(&builder, request, &slots);
	add_entering(&builder, request, &slots);
	r = plan_process_all(&builder, request, err);
	if (r < 0)
		return r;
	plan_host_end(&builder, request);
	return builder_finish(&builder, ret, err);
}
