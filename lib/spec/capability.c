/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names of capabilities, see capability.h. libcap writes them in lower case. */
#include <ctype.h>
#include <string.h>
#include <sys/capability.h>

#include "spec/capability.h"

const char *capability_name(int number, char buffer[CAPABILITY_NAME_SIZE])
{
	char *text = cap_to_name(number);
	/* A number without a name comes back as digits. */
	bool named = text && strncmp(text, "cap_", 4) == 0;
	size_t i;

	for (i = 0; named && text[i] && i < CAPABILITY_NAME_SIZE - 1; i++)
		buffer[i] = (char)toupper((unsigned char)text[i]);
	buffer[i] = '\0';
	cap_free(text);
	return named ? buffer : NULL;
}

int capability_number(const char *name)
{
	char lower[64];
	cap_value_t value;
	size_t i;

	for (i = 0; name[i] && i < sizeof(lower) - 1; i++)
		lower[i] = (char)tolower((unsigned char)name[i]);
	lower[i] = '\0';
	if (name[i] || strncmp(lower, "cap_", 4) != 0 || cap_from_name(lower, &value) < 0)
		return -1;
	return value >= 0 && value < CAPABILITIES_MAX ? value : -1;
}
