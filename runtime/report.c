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

/* How many bytes the UTF-8 character at @text has; 0 if it is none. */
static int utf8_length(const unsigned char *text)
{
	int n = text[0] < 0x80                      ? 1
		: text[0] >= 0xc2 && text[0] < 0xe0 ? 2
		: (text[0] & 0xf0) == 0xe0          ? 3
		: text[0] >= 0xf0 && text[0] < 0xf5 ? 4
						    : 0;

	for (int i = 1; i < n; i++)
		if ((text[i] & 0xc0) != 0x80)
			return 0;
	/* Overlong forms, surrogates, and what is beyond U+10FFFF. */
	if ((text[0] == 0xe0 && text[1] < 0xa0) || (text[0] == 0xed && text[1] > 0x9f) ||
	    (text[0] == 0xf0 && text[1] < 0x90) || (text[0] == 0xf4 && text[1] > 0x8f))
		return 0;
	return n;
}

/* Copies @message as it stands between quotes in JSON. logfmt's quotes are the same. */
static void quote(char *to, size_t size, const char *message)
{
	const unsigned char *from = (const unsigned char *)message;
	size_t n = 0;

	while (*from && n + 8 < size) {
		int length = utf8_length(from);

		if (*from == '"' || *from == '\\')
			n += (size_t)snprintf(to + n, size - n, "\\%c", *from);
		else if (*from < 0x20)
			n += (size_t)snprintf(to + n, size - n, "\\u%04x", *from);
		else if (length == 0)
			to[n++] = '?';
		else
			n += (size_t)snprintf(to + n, size - n, "%.*s", length, (const char *)from);
		from += length > 0 ? length : 1;
	}
	to[n] = '\0';
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
