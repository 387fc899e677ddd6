/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The system call filter: from /linux/seccomp to an operation. Pure. */
#include <linux/seccomp.h>

#include "plan/concern.h"
#include "plan/seccomp_compile.h"
#include "sys/syscall.h"

struct plan_bytes plan_filter_of(const struct plan *plan)
{
	const struct op *ops = plan_ops(plan, PLAN_CHILD);

	for (uint32_t i = plan->n_child; i-- > 0;)
		if (ops[i].kind == OP_SECCOMP)
			return (struct plan_bytes){ plan_string(plan, ops[i].text),
						    ops[i].a * sizeof(struct sock_filter) };
	return (struct plan_bytes){ 0 };
}

struct plan_bytes plan_filter_kept(const char *data, size_t length)
{
	if (length == 0 || length % sizeof(struct sock_filter) != 0)
		return (struct plan_bytes){ 0 };
	return (struct plan_bytes){ data, length };
}

static int compile(const struct spec_seccomp *seccomp, struct text *program, struct plan_bytes *ret,
		   struct oci_error *err)
{
	int r = seccomp_compile(seccomp, program, err);

	*ret = (struct plan_bytes){ program->data, program->length };
	return r;
}

/* What init calls from PARK on, and to end when something fails. */
static const int calls_of_init[] = {
	__NR_madvise,  __NR_sendto, __NR_close,         __NR_accept4,
	__NR_recvfrom, __NR_mmap,   __NR_sendmsg,       __NR_close_range,
	__NR_execve,   __NR_exit,   __NR_clock_gettime, __NR_exit_group,
};

static bool is_lenient(const struct plan_bytes *filter)
{
	for (size_t i = 0; i < ARRAY_SIZE(calls_of_init); i++)
		if (!seccomp_lets_pass(filter->data, filter->length / sizeof(struct sock_filter),
				       calls_of_init[i]))
			return false;
	return true;
}

int plan_filter(struct builder *builder, const struct plan_request *request,
		struct plan_filter *ret, struct oci_error *err)
{
	const struct spec_seccomp *seccomp = request->spec->linux_->seccomp;
	cleanup(text_done) struct text program = { 0 };
	struct plan_bytes filter = { 0 };
	uint64_t flags = 0;
	int r = 0;

	*ret = (struct plan_filter){ 0 };
	if (!seccomp)
		return 0;
	if (request->filter.data)
		filter = request->filter;
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
	ret->n = filter.length / sizeof(struct sock_filter);
	ret->flags = flags;
	ret->lenient = !(flags & SECCOMP_FILTER_FLAG_NEW_LISTENER) && is_lenient(&filter);
	ret->text = builder_bytes(builder, filter.data, filter.length);
	return 0;
}

void plan_seccomp(struct builder *builder, const struct plan_filter *filter)
{
	struct op *op;

	if (filter->n == 0)
		return;
	builder_where(builder, "/linux/seccomp");
	op = builder_add(builder, PLAN_CHILD, OP_SECCOMP);
	op->a = filter->n;
	op->b = filter->flags;
	op->flags = filter->lenient ? OP_LENIENT : 0;
	op->text = filter->text;
	builder_where(builder, NULL);
}
