/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where and when the program runs: /process/scheduler, ioPriority and execCPUAffinity,
 * /linux/personality and memoryPolicy. Pure.
 *
 * All of it is inherited, so none of it is left to chance. What the standard says of none is as the
 * caller has it, except for the CPUs: a caller that is bound to some would bind the container. */
#include <errno.h>
#include <string.h>

#include "base/num.h"
#include "plan/concern.h"
#include "spec/tables.h"
#include "sys/abi.h"

#define IO_CLASS_SHIFT 13
#define NODES_MAX      1024
#define CPUS_MAX       65536 /* as far as a list goes */

static const char *cpus_of(const struct plan_request *request, bool final)
{
	const struct spec_process *process = request->spec->process;
	const struct spec_exec_cpu_affinity *affinity = process->execCPUAffinity;
	const char *list;

	/* Not the first process of a container (CPA-02). */
	if (!request->target || !affinity)
		return NULL;
	list = final ? affinity->final : affinity->initial;
	return list && list[0] ? list : NULL;
}

const char *plan_cpus_before(const struct plan_request *request)
{
	return cpus_of(request, false);
}

static void add_any_cpu(struct builder *builder)
{
	builder_add(builder, PLAN_CHILD, OP_AFFINITY)->text2 = builder_string(builder, "any CPU");
}

static void add_affinity(struct builder *builder, const struct plan_request *request,
			 const char *list)
{
	uint64_t cpus[CPUS_MAX / 64] = { 0 }, first, last;
	const char *name = arena_printf(request->arena, "CPU %s", list);
	struct op *op = builder_add(builder, PLAN_CHILD, OP_AFFINITY);

	while (list && *list) {
		list = num_take_span(list, &first, &last);
		for (; list && first <= last && first < CPUS_MAX; first++) {
			cpus[first / 64] |= 1ULL << first % 64;
			if (op->a < first / 64 + 1)
				op->a = first / 64 + 1;
		}
	}
	op->text = builder_bytes(builder, cpus, op->a * sizeof(*cpus));
	op->text2 = builder_string(builder, name);
}

void plan_affinity_before(struct builder *builder, const struct plan_request *request)
{
	const char *list = plan_cpus_before(request);

	if (!list)
		return;
	builder_where(builder, "/process/execCPUAffinity/initial");
	add_affinity(builder, request, list);
	builder_where(builder, NULL);
}

/* Where it ran before it joined is what the kernel goes on from (CPA-01). */
static void add_final_affinity(struct builder *builder, const struct plan_request *request)
{
	const char *list = cpus_of(request, true);

	builder_where(builder, list ? "/process/execCPUAffinity/final" : NULL);
	if (list)
		add_affinity(builder, request, list);
	else if (!plan_cpus_before(request))
		add_any_cpu(builder);
}

static void add_scheduler(struct builder *builder, const struct spec_scheduler *scheduler)
{
	struct abi_sched_attr attr = {
		.size = sizeof(attr),
		.policy = (uint32_t)scheduler->policy - 1,
		.nice = (int32_t)scheduler->nice.value,
		.priority = (uint32_t)scheduler->priority.value,
		.runtime = scheduler->runtime.value,
		.deadline = scheduler->deadline.value,
		.period = scheduler->period.value,
	};
	struct op *op;

	list_each(flag, scheduler->flags)
		attr.flags |= (unsigned int)*flag;
	builder_where(builder, "/process/scheduler");
	op = builder_add(builder, PLAN_CHILD, OP_SCHEDULER);
	op->text = builder_bytes(builder, &attr, sizeof(attr));
	op->text2 = builder_string(builder, name_of(spec_scheduler_policies, scheduler->policy));
}

static void add_io_priority(struct builder *builder, const struct spec_io_priority *priority)
{
	struct op *op;

	builder_where(builder, "/process/ioPriority");
	op = builder_add(builder, PLAN_CHILD, OP_IO_PRIORITY);
	op->a = (uint64_t)(unsigned int)priority->class << IO_CLASS_SHIFT |
		(uint64_t)priority->priority.value;
}

static void add_memory_policy(struct builder *builder, const struct spec_memory_policy *policy)
{
	uint64_t nodes[NODES_MAX / 64] = { 0 }, first, last;
	const char *list = policy->nodes ? policy->nodes : "";
	struct op *op;

	builder_where(builder, "/linux/memoryPolicy");
	op = builder_add(builder, PLAN_CHILD, OP_MEMORY_POLICY);
	op->a = (unsigned int)policy->mode - 1;
	list_each(flag, policy->flags)
		op->a |= (unsigned int)*flag;
	while (list && *list) {
		list = num_take_span(list, &first, &last);
		for (; list && first <= last && first < NODES_MAX; first++)
			nodes[first / 64] |= 1ULL << first % 64;
		op->b = NODES_MAX;
	}
	op->text = builder_bytes(builder, nodes, sizeof(nodes));
	op->text2 = builder_string(builder, name_of(spec_memory_policy_modes, policy->mode));
}

void plan_scheduling(struct builder *builder, const struct plan_request *request)
{
	const struct spec_process *process = request->spec->process;
	const struct spec_linux *linux_ = request->spec->linux_;
	struct op *op;

	add_final_affinity(builder, request);
	if (linux_->personality) {
		builder_where(builder, "/linux/personality");
		op = builder_add(builder, PLAN_CHILD, OP_PERSONALITY);
		op->a = (unsigned int)linux_->personality->domain - 1;
	}
	if (linux_->memoryPolicy)
		add_memory_policy(builder, linux_->memoryPolicy);
	if (process->ioPriority)
		add_io_priority(builder, process->ioPriority);
	if (process->scheduler)
		add_scheduler(builder, process->scheduler);
	builder_where(builder, NULL);
}
