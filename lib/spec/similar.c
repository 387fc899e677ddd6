/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* "did you mean", see similar.h. */
#include <string.h>

#include "spec/similar.h"

#define LENGTH_MAX 63
#define PREFIX_MIN 3

/* How many letters have to be changed, added, left out, or swapped with their neighbour. The case
 * of letters, and "-" for "_", do not count. */
static unsigned int distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
	unsigned int rows[3][LENGTH_MAX + 1], *before = rows[0], *above = rows[1], *row = rows[2];

	for (size_t j = 0; j <= b_length; j++)
		row[j] = (unsigned int)j;
	for (size_t i = 1; i <= a_length; i++) {
		unsigned int *oldest = before;

		before = above;
		above = row;
		row = oldest;
		row[0] = (unsigned int)i;
		for (size_t j = 1; j <= b_length; j++) {
			unsigned int best = above[j - 1] + (a[i - 1] != b[j - 1]);

			if (above[j] + 1 < best)
				best = above[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    before[j - 2] + 1 < best)
				best = before[j - 2] + 1;
			row[j] = best;
		}
	}
	return row[b_length];
}

static void fold(char *to, const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		char c = text[i];

		to[i] = c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c == '-' ? '_' : c;
	}
}

struct similar similar_to(const char *text, size_t length)
{
	return (struct similar){ .text = text, .length = length, .distance = UINT32_MAX };
}

/* How many letters may be wrong: a third of those behind the part that both have in common and that
 * ends in "_", but not more than four. */
static unsigned int allowed(const char *a, size_t length, const char *b, size_t b_length)
{
	size_t common = 0, rest;

	for (size_t i = 0; i < length && i < b_length && a[i] == b[i]; i++)
		if (a[i] == '_')
			common = i + 1;
	rest = length - common;
	return rest < 4 ? 1 : rest > 12 ? 4 : (unsigned int)(rest / 3);
}

void similar_try(struct similar *similar, const char *name)
{
	char a[LENGTH_MAX], b[LENGTH_MAX];
	size_t length = strlen(name);
	unsigned int found;

	if (similar->length == 0 || similar->length > LENGTH_MAX || length > LENGTH_MAX)
		return;
	fold(a, similar->text, similar->length);
	fold(b, name, length);
	found = distance(a, similar->length, b, length);
	/* The beginning of a name stands for it: "net". */
	if (found > 1 && similar->length >= PREFIX_MIN && similar->length < length &&
	    memcmp(a, b, similar->length) == 0)
		found = 1;
	if (found > allowed(a, similar->length, b, length) || found >= similar->distance)
		return;
	similar->distance = found;
	similar->name = name;
}
