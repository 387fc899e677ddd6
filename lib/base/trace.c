/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Telling how long things took, see trace.h. */
#include <time.h>

#include "base/trace.h"

uint64_t trace_now(const struct trace *trace)
{
	struct timespec now;

	if (!trace->tell)
		return 0;
	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

void trace_end(const struct trace *trace, const char *name, const char *text, const char *where,
	       uint64_t begin)
{
	const struct oci_trace_event event = {
		.kind = OCI_TRACE_PHASE,
		.name = name,
		.text = text,
		.where = where,
		.begin = begin,
		.end = trace_now(trace),
	};

	if (trace->tell)
		trace->tell(trace->data, &event);
}
