/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The system call filter: from /linux/seccomp to an operation. Pure. */
#include <linux/seccomp.h>

#include "plan/concern.h"
#include "plan/seccomp_compile.h"

struct plan_bytes plan_filter_of(const struct plan *plan)
{
	const struct op *ops = plan_ops(plan, PLAN_CHILD);

	for (uint32_t i = plan->n_child; i-- > 0;)
		if (ops[i].kind == OP_SECCOMP)
			return (struct plan_bytes){ plan_string(plan, ops[i].text),
						    ops[i].a * sizeof(struct sock_filter) };
	return (struct plan_bytes){ 0 };
}

static int compile(const struct spec_seccomp *seccomp, struct text *program, struct plan_bytes *ret,
		   struct oci_error *err)
{
	int r = seccomp_compile(seccomp, program, err);

	*ret = (struct plan_bytes){ program->data, program->length };
	return r;
}

/* Loading is the last thing before execve(2), which is all that a filter then has to allow. */
int plan_seccomp(struct builder *builder, const struct plan_request *request, struct oci_error *err)
{
	const struct spec_seccomp *seccomp = request->spec->linux_->seccomp;
	cleanup(text_done) struct text program = { 0 };
	struct plan_bytes filter = { 0 };
	uint64_t flags = 0;
	struct op *op;
	int r = 0;

	if (!seccomp)
		return 0;
	if (request->target && request->target->filter.data)
		filter = request->target->filter;
	else
		r = compile(seccomp, &program, &filter, err);
	if (r < 0)
		return r;
	list_each(flag, seccomp->flags)
		flags |= (unsigned int)*flag;
	/* As runc and crun: whoever names no flags gets no slower branches. */
	if (!seccomp->flags.set)
		flags = SECCOMP_FILTER_FLAG_SPEC_ALLOW;
	/* It would end the thread that hands the listener over; and the program begins alone. */
	if (spec_seccomp_notifies(seccomp))
		flags = (flags | SECCOMP_FILTER_FLAG_NEW_LISTENER) &
			~(uint64_t)SECCOMP_FILTER_FLAG_TSYNC;
	else
		flags &= ~(uint64_t)SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;
	builder_where(builder, "/linux/seccomp");
	op = builder_add(builder, PLAN_CHILD, OP_SECCOMP);
	op->a = filter.length / sizeof(struct sock_filter);
	op->b = flags;
	op->text = builder_bytes(builder, filter.data, filter.length);
	builder_where(builder, NULL);
	return 0;
}
