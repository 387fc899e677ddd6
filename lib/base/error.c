/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The one place where messages are put together. strerrordesc_np() is used because strerror()
 * speaks the language of the engine that links us, and engines match English words. */
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"

const char *error_reason(int code, char *buffer, size_t size)
{
	const char *text = strerrordesc_np(code < 0 ? -code : code);

	snprintf(buffer, size, "%s", text ? text : "unknown error");
	if (isupper((unsigned char)buffer[0]) && islower((unsigned char)buffer[1]))
		buffer[0] = (char)tolower((unsigned char)buffer[0]);
	return buffer;
}

/* One line, whatever names were put into it. */
static void flatten(char *message)
{
	for (; *message; message++)
		if (((unsigned char)*message < 0x20 && *message != '\t') || *message == 0x7f)
			*message = '?';
}

/* Leaves @reserve bytes for what comes behind the text; what is too long ends in dots. */
static void put(struct oci_error *err, int code, const char *where, size_t reserve,
		const char *format, va_list ap) __attribute__((format(printf, 5, 0)));

static void put(struct oci_error *err, int code, const char *where, size_t reserve,
		const char *format, va_list ap)
{
	size_t size = sizeof(err->message) - reserve;

	err->code = code;
	err->stage[0] = err->call[0] = err->hint[0] = '\0';
	snprintf(err->where, sizeof(err->where), "%s", where ? where : "");
	if ((size_t)vsnprintf(err->message, size, format, ap) >= size)
		memcpy(err->message + size - 4, "...", 4);
	flatten(err->message);
}

int fail(struct oci_error *err, int code, const char *where, const char *format, ...)
{
	char reason[128];
	size_t used;
	va_list ap;

	if (!err)
		return code;
	error_reason(code, reason, sizeof(reason));
	va_start(ap, format);
	put(err, code, where, strlen(reason) + 2, format, ap);
	va_end(ap);
	used = strlen(err->message);
	snprintf(err->message + used, sizeof(err->message) - used, ": %s", reason);
	return code;
}

int fail_plain(struct oci_error *err, int code, const char *where, const char *format, ...)
{
	va_list ap;

	if (!err)
		return code;
	va_start(ap, format);
	put(err, code, where, 0, format, ap);
	va_end(ap);
	return code;
}

int fail_within(struct oci_error *err, const char *format, ...)
{
	char inner[sizeof(err->message)];
	size_t used;
	va_list ap;

	if (!err)
		return -EINVAL;
	memcpy(inner, err->message, sizeof(inner));
	va_start(ap, format);
	vsnprintf(err->message, sizeof(err->message), format, ap);
	va_end(ap);
	used = strlen(err->message);
	snprintf(err->message + used, sizeof(err->message) - used, ": %s", inner);
	return err->code;
}

int fail_behind(struct oci_error *err, const char *format, ...)
{
	size_t used;
	va_list ap;

	if (!err)
		return -EINVAL;
	used = strlen(err->message);
	used += (size_t)snprintf(err->message + used, sizeof(err->message) - used, ": ");
	if (used >= sizeof(err->message))
		return err->code;
	va_start(ap, format);
	vsnprintf(err->message + used, sizeof(err->message) - used, format, ap);
	va_end(ap);
	flatten(err->message);
	return err->code;
}

int error_stage(struct oci_error *err, int code, const char *stage)
{
	if (err && code < 0 && !err->stage[0])
		snprintf(err->stage, sizeof(err->stage), "%s", stage);
	return code;
}

void error_call(struct oci_error *err, const char *call)
{
	if (err)
		snprintf(err->call, sizeof(err->call), "%s", call);
}

void error_hint(struct oci_error *err, const char *format, ...)
{
	va_list ap;

	if (!err)
		return;
	va_start(ap, format);
	vsnprintf(err->hint, sizeof(err->hint), format, ap);
	va_end(ap);
	flatten(err->hint);
}
