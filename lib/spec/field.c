/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Look-ups in name tables, see field.h. */
#include <string.h>

#include "spec/field.h"

int name_value(const struct name *names, const char *text, size_t length)
{
	for (; names->name; names++)
		if (strlen(names->name) == length && memcmp(names->name, text, length) == 0)
			return names->value;
	return 0;
}

const char *name_of(const struct name *names, int value)
{
	for (; names->name; names++)
		if (names->value == value)
			return names->name;
	return NULL;
}
