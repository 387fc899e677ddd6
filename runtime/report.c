/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where errors and warnings go. An error is one line on standard error and, with --log, exactly one
 * object in the log: engines read the whole file as one. So warnings are held back until it is
 * known that there is no error. The same object goes to the descriptor of --error-fd. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "ocirun.h"

static int log_fd = -1, error_fd = -1;
static bool json, debug;
static char *warnings; /* lines, each ended by a newline */

/* The caller's; nobody whom we start gets it. */
static int open_error_fd(const char *digits)
{
	int fd = atoi(digits);

	if (!digits[0] || strlen(digits) > 6 || digits[strspn(digits, "0123456789")])
		return report_text("--error-fd takes the number of a file descriptor");
	if (fcntl(fd, F_GETFD) < 0)
		return report_text("--error-fd %d: file descriptor %d is not open", fd, fd);
	if (fd > STDERR_FILENO)
		fcntl(fd, F_SETFD, FD_CLOEXEC);
	error_fd = fd;
	return 0;
}

int report_open(const struct arguments *arguments)
{
	debug = arguments->debug ||
		(arguments->log_level && strcmp(arguments->log_level, "debug") == 0);
	json = arguments->log_format && strcmp(arguments->log_format, "json") == 0;
	if (arguments->error_fd && open_error_fd(arguments->error_fd))
		return 1;
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

/* logfmt's quotes are the same. What does not fit is cut off. */
void report_quote(char *to, size_t size, const char *text)
{
	const unsigned char *from = (const unsigned char *)text;
	size_t n = 0;

	to[n++] = '"';
	while (*from && n + 9 < size) {
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
	memcpy(to + n, "\"", 2);
}

/* One line, put together piece by piece; the pieces have room in it. */
struct line {
	char text[8192];
	size_t n;
};

static void add(struct line *line, const char *before, const char *value)
{
	size_t left = sizeof(line->text) - line->n;

	line->n += (size_t)snprintf(line->text + line->n, left, "%s", before);
	report_quote(line->text + line->n, 4096, value);
	line->n += strlen(line->text + line->n);
}

static void add_if(struct line *line, const char *before, const char *value)
{
	if (value && value[0])
		add(line, before, value);
}

static void write_line(int fd, struct line *line, const char *end)
{
	line->n += (size_t)snprintf(line->text + line->n, sizeof(line->text) - line->n, "%s", end);
	if (fd >= 0 && write(fd, line->text, line->n) < 0)
		return; /* standard error has it too */
}

static const char *now(char *buffer, size_t size)
{
	struct timespec time;
	struct tm tm;

	clock_gettime(CLOCK_REALTIME, &time);
	gmtime_r(&time.tv_sec, &tm);
	strftime(buffer, size, "%Y-%m-%dT%H:%M:%SZ", &tm);
	return buffer;
}

/* @err is NULL when there is nothing more to say than @message. */
static void write_json(int fd, const char *level, const char *message, const struct oci_error *err)
{
	struct line line = { .n = 0 };
	char when[64];

	add(&line, "{\"level\":", level);
	add(&line, ",\"msg\":", message);
	add(&line, ",\"time\":", now(when, sizeof(when)));
	if (err) {
		line.n += (size_t)snprintf(line.text + line.n, sizeof(line.text) - line.n,
					   ",\"code\":%d", -err->code);
		add_if(&line, ",\"errno\":", strerrorname_np(-err->code));
		add_if(&line, ",\"stage\":", err->stage);
		add_if(&line, ",\"where\":", err->where);
		add_if(&line, ",\"syscall\":", err->call);
		add_if(&line, ",\"hint\":", err->hint);
	}
	write_line(fd, &line, "}\n");
}

static void write_log(const char *level, const char *message, const struct oci_error *err)
{
	struct line line = { .n = 0 };
	char when[64];

	if (log_fd < 0)
		return;
	if (json) {
		write_json(log_fd, level, message, err);
		return;
	}
	line.n = (size_t)snprintf(line.text, sizeof(line.text), "level=%s", level);
	add(&line, " msg=", message);
	add(&line, " time=", now(when, sizeof(when)));
	write_line(log_fd, &line, "\n");
}

/* The first error alone: what comes after it follows from it. */
static int report_error(const char *message, const struct oci_error *err)
{
	fprintf(stderr, "ocirun: %s\n", message);
	write_log("error", message, err);
	if (error_fd >= 0) {
		signal(SIGPIPE, SIG_IGN);
		write_json(error_fd, "error", message, err);
		error_fd = -1;
	}
	return 1;
}

int report_text(const char *format, ...)
{
	char message[2048];
	va_list ap;

	va_start(ap, format);
	vsnprintf(message, sizeof(message), format, ap);
	va_end(ap);
	return report_error(message, NULL);
}

/* What cannot be done without a library that has to be loaded is done by our twin; nothing has been
 * done yet then. */
int report(const struct oci_error *err)
{
	const char *twin = err->code == -ELIBACC ? twin_run() : NULL;

	if (twin)
		return report_text("%s, and there is no \"%s\" to do it", err->message, twin);
	return report_error(err->message, err);
}

void report_log(void *data, enum oci_log_level level, const char *message)
{
	size_t used = warnings ? strlen(warnings) : 0, more = strlen(message);
	char *larger;

	(void)data;
	if (level == OCI_LOG_DEBUG && debug) {
		write_log("debug", message, NULL);
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
		write_log("warning", line, NULL);
		if (log_fd < 0 && isatty(STDERR_FILENO))
			fprintf(stderr, "ocirun: warning: %s\n", line);
	}
	free(warnings);
	warnings = NULL;
}

int print(const char *text)
{
	if (fputs(text, stdout) == EOF || fflush(stdout) == EOF || ferror(stdout))
		return report_text("cannot write to standard output: %s", strerror(errno));
	return 0;
}
