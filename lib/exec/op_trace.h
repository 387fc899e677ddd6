/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How long the operations of a plan took, for those who trace. */
#ifndef OCI_EXEC_OP_TRACE_H
#define OCI_EXEC_OP_TRACE_H

#include "base/trace.h"
#include "plan/plan.h"

/* One of the host's, which ends now. */
void op_trace(const struct trace *trace, const struct plan *plan, const struct op *op,
	      uint64_t begin);

/* Those of init that began since @since, by the times in its report. The last of them ends now. */
void op_trace_child(const struct trace *trace, const struct plan *plan,
		    const struct plan_report *report, uint64_t since);

#endif
