/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Debian's static libraries are compiled for glibc, with _FORTIFY_SOURCE. These are the functions
 * by which that shows, for a program that links them with musl. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* As glibc: what would not fit ends the program. */
static int print(char *text, size_t size, size_t room, const char *format, va_list ap)
{
	int n = room < size ? -1 : vsnprintf(text, size, format, ap);

	if (n < 0)
		abort();
	return n;
}

int __snprintf_chk(char *text, size_t size, int flag, size_t room, const char *format, ...);
int __snprintf_chk(char *text, size_t size, int flag, size_t room, const char *format, ...)
{
	va_list ap;
	int n;

	(void)flag;
	va_start(ap, format);
	n = print(text, size, room, format, ap);
	va_end(ap);
	return n;
}

int __sprintf_chk(char *text, int flag, size_t room, const char *format, ...);
int __sprintf_chk(char *text, int flag, size_t room, const char *format, ...)
{
	va_list ap;
	int n;

	(void)flag;
	va_start(ap, format);
	n = print(text, room, room, format, ap);
	va_end(ap);
	if ((size_t)n >= room)
		abort();
	return n;
}

int __fprintf_chk(FILE *file, int flag, const char *format, ...);
int __fprintf_chk(FILE *file, int flag, const char *format, ...)
{
	va_list ap;
	int n;

	(void)flag;
	va_start(ap, format);
	n = vfprintf(file, format, ap);
	va_end(ap);
	return n;
}

int __asprintf_chk(char **text, int flag, const char *format, ...);
int __asprintf_chk(char **text, int flag, const char *format, ...)
{
	va_list ap;
	int n;

	(void)flag;
	va_start(ap, format);
	n = vasprintf(text, format, ap);
	va_end(ap);
	return n;
}

void *__memcpy_chk(void *to, const void *from, size_t n, size_t room);
void *__memcpy_chk(void *to, const void *from, size_t n, size_t room)
{
	if (room < n)
		abort();
	return memcpy(to, from, n);
}
