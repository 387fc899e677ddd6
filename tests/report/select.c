/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which facts the caller asked for. Every fact is printed through here, so that the functions which
 * find facts need not know about patterns. */
#define _GNU_SOURCE
#include "report.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define PATTERNS_MAX 256

static char **wanted;
static int wanted_count;
static bool matched[PATTERNS_MAX];
static bool names_only;

int select_init(int count, char **patterns)
{
	if (count > PATTERNS_MAX)
		return -E2BIG;
	wanted = patterns;
	wanted_count = count;
	return 0;
}

void select_names_only(void)
{
	names_only = true;
}

/* "uid" matches uid, not uid_map; "caps" and "caps." match caps.effective; "uid*" matches both;
 * "tree./dev" and "tree./dev/" match tree./dev/null. */
static bool pattern_matches(const char *pattern, const char *name)
{
	size_t size = strlen(pattern);
	char last = size > 0 ? pattern[size - 1] : '\0';

	if (last == '*')
		return !strncmp(pattern, name, size - 1);
	if (strncmp(pattern, name, size) != 0)
		return false;
	return last == '.' || last == '/' || strchr("./", name[size]);
}

bool select_overlaps(int i, const char *names)
{
	const char *pattern = wanted[i];
	char name[64];

	for (; *names; names += strspn(names, " ")) {
		size_t size = strcspn(names, " ");

		snprintf(name, sizeof(name), "%.*s", (int)size, names);
		if (pattern_matches(pattern, name))
			return true;
		if (size > 0 && names[size - 1] == '.' && !strncmp(pattern, name, size))
			return true;
		names += size;
	}
	return false;
}

const char *select_pattern(int i)
{
	return i < wanted_count ? wanted[i] : NULL;
}

bool select_wants_group(const char *names)
{
	for (int i = 0; i < wanted_count; i++) {
		if (select_overlaps(i, names))
			return true;
	}
	return wanted_count == 0;
}

void select_finish(void)
{
	for (int i = 0; i < wanted_count; i++) {
		if (!matched[i])
			out_line_text(wanted[i], "absent");
	}
}

bool fact_wanted(const char *name)
{
	bool found = wanted_count == 0;

	for (int i = 0; i < wanted_count; i++) {
		if (!pattern_matches(wanted[i], name))
			continue;
		matched[i] = true;
		found = true;
	}
	return found;
}

void fact_text(const char *name, const char *text)
{
	if (!fact_wanted(name))
		return;
	if (!names_only) {
		out_line_text(name, text);
		return;
	}
	out_escaped(name);
	out_bytes("\n", 1);
}

void fact(const char *name, const char *format, ...)
{
	char value[16384];
	va_list args;

	va_start(args, format);
	vsnprintf(value, sizeof(value), format, args);
	va_end(args);
	fact_text(name, value);
}

void fact_error(const char *name, int error)
{
	fact(name, "error:%s", errno_name(error));
}

void fact_missing(const char *name, int error)
{
	if (error == ENOENT || error == ENOTDIR)
		fact_text(name, "unavailable");
	else
		fact_error(name, error);
}

void fact_list(const char *name, const struct list *list)
{
	fact_text(name, list_text(list));
}
