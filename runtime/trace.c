/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* --trace: how long everything took, in the Trace Event Format of Chrome, which Perfetto and others
 * show. What ocirun does and what init does are two threads. Times are microseconds since midnight
 * (UTC): readers take them for floating point numbers, which have no room for more, and traces of
 * several commands can be laid side by side. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "ocirun.h"

#define DAY (24 * 60 * 60 * UINT64_C(1000000000))

static FILE *file;
static uint64_t midnight;

int trace_open(const struct arguments *arguments)
{
	if (!arguments->trace)
		return 0;
	midnight = (uint64_t)time(NULL) * UINT64_C(1000000000) / DAY * DAY;
	file = fopen(arguments->trace, "we");
	if (!file)
		return report_text("cannot open the trace \"%s\": %s", arguments->trace,
				   strerror(errno));
	fprintf(file,
		"{\"displayTimeUnit\":\"ns\",\"traceEvents\":[\n"
		"{\"ph\":\"M\",\"name\":\"process_name\",\"pid\":%d,\"args\":"
		"{\"name\":\"ocirun\"}},\n"
		"{\"ph\":\"M\",\"name\":\"thread_name\",\"pid\":%d,\"tid\":1,\"args\":"
		"{\"name\":\"host\"}},\n"
		"{\"ph\":\"M\",\"name\":\"thread_name\",\"pid\":%d,\"tid\":2,\"args\":"
		"{\"name\":\"init\"}}",
		getpid(), getpid(), getpid());
	return 0;
}

static void print_time(const char *name, uint64_t nanoseconds)
{
	fprintf(file, ",\"%s\":%" PRIu64 ".%03" PRIu64, name, nanoseconds / 1000,
		nanoseconds % 1000);
}

void trace_tell(void *data, const struct oci_trace_event *event)
{
	static const char *const kinds[] = {
		[OCI_TRACE_PHASE] = "phase",
		[OCI_TRACE_HOST] = "host",
		[OCI_TRACE_INIT] = "init",
	};
	char text[2048], where[1024];

	(void)data;
	report_quote(text, sizeof(text), event->text);
	report_quote(where, sizeof(where), event->where);
	fprintf(file, ",\n{\"ph\":\"X\",\"name\":\"%s\",\"cat\":\"%s\",\"pid\":%d,\"tid\":%d",
		event->name, kinds[event->kind], getpid(), event->kind == OCI_TRACE_INIT ? 2 : 1);
	print_time("ts", event->begin - midnight);
	print_time("dur", event->end - event->begin);
	fprintf(file, ",\"args\":{\"text\":%s,\"where\":%s}}", text, where);
}

int trace_close(void)
{
	bool failed;

	if (!file)
		return 0;
	fprintf(file, "\n]}\n");
	failed = ferror(file);
	if (fclose(file) == EOF || failed)
		return report_text("cannot write the trace: %s", strerror(errno));
	return 0;
}
