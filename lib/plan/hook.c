/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The plan of a hook, see hook.h. It has a session of its own, so that all that it starts can be
 * ended together, and ends itself with the thread that runs it. */
#include "plan/build.h"
#include "plan/concern.h"
#include "plan/hook.h"
#include "sys/abi.h"

#define DEFAULT_ENVIRONMENT "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

static void add_program(struct builder *builder, const struct spec_hook *hook)
{
	const char *path = hook->path, *variable = DEFAULT_ENVIRONMENT;
	const struct spec_strings own = { &path, 1, true }, some = { &variable, 1, true };
	uint32_t name = builder_string(builder, hook->path);
	struct op *op;

	builder_add(builder, PLAN_CHILD, OP_ACK);
	builder_add(builder, PLAN_CHILD, OP_CLOSE_FROM)->a = 3;
	op = builder_add(builder, PLAN_CHILD, OP_EXEC);
	op->text = name;
	op->text2 = plan_program_table(builder, hook->args.n > 0 ? &hook->args : &own,
				       hook->env.set ? &hook->env : &some, hook->path);
}

static void add_child(struct builder *builder, const struct plan_hook_place *place)
{
	struct op *op;

	builder_add(builder, PLAN_CHILD, OP_PDEATHSIG)->a = DEATH_SIGNAL;
	builder_add(builder, PLAN_CHILD, OP_SIGNALS);
	if (place->namespaces) {
		op = builder_add(builder, PLAN_CHILD, OP_SETNS);
		op->slot = HOOK_SLOT_INIT;
		op->a = place->namespaces;
	}
	if (place->namespaces & ABI_CLONE_NEWPID)
		builder_add(builder, PLAN_CHILD, OP_CLONE);
	if (place->namespaces & ABI_CLONE_NEWUSER) {
		op = builder_add(builder, PLAN_CHILD, OP_IDS);
		op->a = place->uid;
		op->b = place->gid;
	}
	builder_add(builder, PLAN_CHILD, OP_PDEATHSIG)->a = DEATH_SIGNAL;
	builder_add(builder, PLAN_CHILD, OP_SESSION);
	if (place->chroot)
		builder_add(builder, PLAN_CHILD, OP_CHROOT)->slot = HOOK_SLOT_ROOT;
	op = builder_add(builder, PLAN_CHILD, OP_CHDIR);
	op->text = builder_string(builder, place->directory);
	op = builder_add(builder, PLAN_CHILD, OP_STDIO);
	op->slot = HOOK_SLOT_INPUT;
	op->slot2 = HOOK_SLOT_OUTPUT;
	op->a = HOOK_SLOT_ERROR;
}

int plan_hook(const struct spec_hook *hook, const struct plan_hook_place *place, struct plan **ret,
	      struct oci_error *err)
{
	cleanup(builder_done) struct builder builder;

	builder_init(&builder);
	for (int slot = HOOK_SLOT_INPUT; slot <= HOOK_SLOT_ROOT; slot++)
		(void)builder_inherited_slot(&builder);
	builder_add(&builder, PLAN_HOST, OP_SPAWN);
	if (place->namespaces & ABI_CLONE_NEWPID)
		plan_host_adopt(&builder);
	builder_add(&builder, PLAN_HOST, OP_STARTED);
	add_child(&builder, place);
	add_program(&builder, hook);
	return builder_finish(&builder, ret, err);
}
