/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Telling the caller of the library how long things took. When nobody listens it costs nothing. */
#ifndef OCI_BASE_TRACE_H
#define OCI_BASE_TRACE_H

#include <oci/context.h>

#include "base/macro.h"

struct trace {
	void (*tell)(void *data, const struct oci_trace_event *event); /* NULL: nobody listens */
	void *data;
};

/* Nanoseconds of CLOCK_REALTIME: a clock that no time namespace shifts. 0 when nobody listens. */
uint64_t trace_now(const struct trace *trace);

/* Something that began at @begin ends now. */
void trace_end(const struct trace *trace, const char *name, const char *text, const char *where,
	       uint64_t begin);

#endif
