/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Versions of the standard, see version.h. */
#include <string.h>

#include "base/num.h"
#include "spec/version.h"

#define DIGITS  "0123456789"
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-"

/* One number: digits, no leading zero. Returns what follows it. */
static const char *take_number(const char *text, uint64_t *ret)
{
	size_t n = strspn(text, DIGITS);

	if (n == 0 || (n > 1 && text[0] == '0') || num_parse(text, n, UINT32_MAX, ret) < 0)
		return NULL;
	return text + n;
}

/* "rc.1": parts between dots, none of them empty. A number has no leading zero before the build. */
static const char *take_parts(const char *text, bool build)
{
	for (;;) {
		size_t n = strspn(text, DIGITS LETTERS);

		if (n == 0 || (!build && n > 1 && text[0] == '0' && strspn(text, DIGITS) == n))
			return NULL;
		text += n;
		if (*text != '.')
			return text;
		text++;
	}
}

bool version_parse(const char *text, struct version *ret)
{
	for (int i = 0; i < 3; i++) {
		if (i > 0 && *text++ != '.')
			return false;
		text = take_number(text, &ret->number[i]);
		if (!text)
			return false;
	}
	if (*text == '-')
		text = take_parts(text + 1, false);
	if (text && *text == '+')
		text = take_parts(text + 1, true);
	return text && *text == '\0';
}

enum release version_release(const struct version *version)
{
	static const char *const names[] = RELEASE_NAMES;
	enum release release = V1_0_0;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		struct version other = { 0 };
		bool newer = false;

		if (!version_parse(names[i], &other))
			continue;
		for (int n = 2; n >= 0; n--)
			if (other.number[n] != version->number[n])
				newer = other.number[n] > version->number[n];
		if (!newer)
			release = (enum release)i;
	}
	return release;
}
