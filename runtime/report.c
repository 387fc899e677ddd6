/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where errors and warnings go. An error is one line on standard error and, with --log, exactly one
 * object in the log: engines read the whole file as one. So warnings are held back until it is
 * known that there is no error. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "ocirun.h"

static int log_fd = -1;
static bool json, debug;
static char *warnings; /* lines, each ended by a newline */

int report_open(const struct arguments *arguments)
{
	debug = arguments->debug ||
		(arguments->log_level && strcmp(arguments->log_level, "debug") == 0);
	json = arguments->log_format && strcmp(arguments->log_format, "json") == 0;
	if (!arguments->log)
		return 0;
	log_fd = open(arguments->log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0644);
	if (log_fd < 0)
		return report_text("cannot open the log \"%s\": %s", arguments->log,
				   strerror(errno));
	return 0;
}

/* Appends @message in quotes, as JSON has them. logfmt's quotes are the same. */
static size_t quote(char *to, size_t size, const char *message)
{
	size_t n = 0;

	for (; *message && n + 8 < size; message++) {
		unsigned char c = (unsigned char)*message;

		if (c == '"' || c == '\\')
			n += (size_t)snprintf(to + n, size - n, "\\%c", c);
		else if (c < 0x20)
			n += (size_t)snprintf(to + n, size - n, "\\u%04x", c);
		else
			to[n++] = (char)c;
	}
	to[n] = '\0';
	return n;
}

static void write_log(const char *level, const char *message)
{
	char quoted[4096], line[4608], when[64];
	struct timespec now;
	struct tm tm;
	int n;

	if (log_fd < 0)
		return;
	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &tm);
	strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", &tm);
	quote(quoted, sizeof(quoted), message);
	n = snprintf(line, sizeof(line),
		     json ? "{\"level\":\"%s\",\"msg\":\"%s\",\"time\":\"%s\"}\n"
			  : "level=%s msg=\"%s\" time=\"%s\"\n",
		     level, quoted, when);
	if (n > 0 && write(log_fd, line, (size_t)n) < 0)
		return; /* standard error has it too */
}

int report_text(const char *format, ...)
{
	char message[2048];
	va_list ap;

	va_start(ap, format);
	vsnprintf(message, sizeof(message), format, ap);
	va_end(ap);
	fprintf(stderr, "ocirun: %s\n", message);
	write_log("error", message);
	return 1;
}

int report(const struct oci_error *err)
{
	return report_text("%s", err->message);
}

void report_log(void *data, enum oci_log_level level, const char *message)
{
	size_t used = warnings ? strlen(warnings) : 0, more = strlen(message);
	char *larger;

	(void)data;
	if (level == OCI_LOG_DEBUG && debug) {
		write_log("debug", message);
		if (log_fd < 0)
			fprintf(stderr, "level=debug msg=\"%s\"\n", message);
	}
	if (level != OCI_LOG_WARNING)
		return;
	larger = realloc(warnings, used + more + 2);
	if (!larger)
		return;
	warnings = larger;
	memcpy(warnings + used, message, more);
	memcpy(warnings + used + more, "\n", 2);
}

void report_warnings(void)
{
	char *rest, *line;

	if (!warnings)
		return;
	for (line = strtok_r(warnings, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		write_log("warning", line);
		if (log_fd < 0 && isatty(STDERR_FILENO))
			fprintf(stderr, "ocirun: warning: %s\n", line);
	}
	free(warnings);
	warnings = NULL;
}

int print(const char *text)
{
	if (fputs(text, stdout) == EOF || fflush(stdout) == EOF)
		return report_text("cannot write to standard output: %s", strerror(errno));
	return 0;
}
