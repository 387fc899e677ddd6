/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How long operations took, see op_trace.h. */
#include "base/text.h"
#include "exec/op_trace.h"
#include "plan/print.h"

static void tell(const struct trace *trace, const struct plan *plan, const struct op *op,
		 uint64_t begin, uint64_t end)
{
	cleanup(text_done) struct text phrase = { 0 };
	enum op_kind kind = (enum op_kind)op->kind;
	struct oci_trace_event event = {
		.kind = plan_op_column(kind) == PLAN_CHILD ? OCI_TRACE_INIT : OCI_TRACE_HOST,
		.name = plan_op_name(kind),
		.where = plan_string(plan, op->where),
		.begin = begin,
		.end = end < begin ? begin : end,
	};

	plan_print_op(&phrase, plan, op, true);
	event.text = phrase.data ? phrase.data : "";
	trace->tell(trace->data, &event);
}

void op_trace(const struct trace *trace, const struct plan *plan, const struct op *op,
	      uint64_t begin)
{
	if (trace->tell)
		tell(trace, plan, op, begin, trace_now(trace));
}

/* Operations that were skipped have no time, and neither has one behind a seccomp filter, which may
 * forbid to ask for it: that is EXEC, whose moment is the end. */
void op_trace_child(const struct trace *trace, const struct plan *plan,
		    const struct plan_report *report, uint64_t since)
{
	const struct op *ops = plan_ops(plan, PLAN_CHILD);
	uint32_t last = (uint32_t)report->op, n = PLAN_TIMES_MAX, i, next;
	uint64_t now = trace_now(trace);

	if (!trace->tell || report->op < 0 || last >= plan->n_child)
		return;
	n = last < n ? last + 1 : n;
	for (i = 0; i < n; i = next) {
		next = i + 1;
		while (next < n && report->times[next] == 0)
			next++;
		if (report->times[i] >= since && report->times[i] > 0)
			tell(trace, plan, &ops[i], report->times[i],
			     next < n                ? report->times[next]
			     : last < PLAN_TIMES_MAX ? now
						     : report->times[i]);
	}
	if (ops[last].kind == OP_EXEC && (last >= n || report->times[last] == 0))
		tell(trace, plan, &ops[last], now, now);
}
