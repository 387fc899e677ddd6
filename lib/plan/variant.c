/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The text format of GVariant, see variant.h. */
#include <errno.h>
#include <string.h>

#include "base/num.h"
#include "plan/variant.h"

static const struct kind {
	char type;
	const char *name;
	int64_t min;
	uint64_t max; /* 0: it is no number */
} kinds[] = {
	{ 'b', "boolean", 0, 0 },
	{ 'y', "byte", 0, UINT8_MAX },
	{ 'n', "int16", INT16_MIN, INT16_MAX },
	{ 'q', "uint16", 0, UINT16_MAX },
	{ 'i', "int32", INT32_MIN, INT32_MAX },
	{ 'u', "uint32", 0, UINT32_MAX },
	{ 'x', "int64", INT64_MIN, INT64_MAX },
	{ 't', "uint64", 0, UINT64_MAX },
	{ 's', "string", 0, 0 },
	{ 'o', "objectpath", 0, 0 },
	{ 'g', "signature", 0, 0 },
};

/* What is left to read, and what it is for. */
struct reader {
	const char *at;
	struct arena *arena;
	struct variant variant; /* its type is 0 until it is known */
	size_t room;
};

static void skip_blanks(struct reader *reader)
{
	reader->at += strspn(reader->at, " \t\n");
}

static const struct kind *kind_of(char type)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (kinds[i].type == type)
			return &kinds[i];
	return NULL;
}

/* All items are of one type, whichever of them says so. */
static int take_type(struct reader *reader, char type)
{
	if (reader->variant.type && reader->variant.type != type)
		return -EINVAL;
	reader->variant.type = type;
	return 0;
}

static size_t word_length(const char *text)
{
	return strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789");
}

/* "uint64 " in front of a value. */
static int take_keyword(struct reader *reader)
{
	size_t n = word_length(reader->at);

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (strlen(kinds[i].name) != n || strncmp(reader->at, kinds[i].name, n) != 0)
			continue;
		reader->at += n;
		skip_blanks(reader);
		return take_type(reader, kinds[i].type);
	}
	return 0;
}

static int read_number(struct reader *reader, struct variant_item *item)
{
	size_t n = strspn(reader->at, "-0123456789");
	const struct kind *kind;
	uint64_t value;
	int r;

	if (n == 0)
		return -EINVAL;
	if (!reader->variant.type)
		reader->variant.type = 'i';
	kind = kind_of(reader->variant.type);
	if (kind->max == 0)
		return -EINVAL;
	if (reader->at[0] == '-') {
		r = num_parse_signed(reader->at, n, kind->min, 0, &item->number);
	} else {
		r = num_parse(reader->at, n, kind->max, &value);
		item->number = r == 0 ? (int64_t)value : 0;
	}
	reader->at += n;
	return r;
}

static int read_bool(struct reader *reader, struct variant_item *item)
{
	size_t n = word_length(reader->at);

	item->number = n == 4 && strncmp(reader->at, "true", n) == 0;
	if (!item->number && !(n == 5 && strncmp(reader->at, "false", n) == 0))
		return -EINVAL;
	reader->at += n;
	return take_type(reader, 'b');
}

static char unescaped(char c)
{
	return c == 'n' ? '\n' : c == 't' ? '\t' : strchr("\\'\"", c) ? c : '\0';
}

static int read_text(struct reader *reader, struct variant_item *item)
{
	char quote = *reader->at++, *text = arena_alloc(reader->arena, strlen(reader->at) + 1);
	size_t n = 0;

	if (!text)
		return -ENOMEM;
	while (*reader->at && *reader->at != quote) {
		char c = *reader->at++;

		if (c == '\\') {
			c = *reader->at ? unescaped(*reader->at++) : '\0';
			if (!c)
				return -EINVAL;
		}
		text[n++] = c;
	}
	if (*reader->at != quote)
		return -EINVAL;
	reader->at++;
	item->text = text;
	return reader->variant.type && strchr("sog", reader->variant.type) ? 0
									   : take_type(reader, 's');
}

static int read_item(struct reader *reader)
{
	struct variant *variant = &reader->variant;
	struct variant_item item = { 0 };
	int r;

	if (variant->n == reader->room) {
		struct variant_item *items = arena_grow(reader->arena, variant->items, variant->n,
							sizeof(item), &reader->room);

		if (!items)
			return -ENOMEM;
		variant->items = items;
	}
	r = take_keyword(reader);
	if (r < 0)
		return r;
	if (*reader->at == '\'' || *reader->at == '"')
		r = read_text(reader, &item);
	else if (*reader->at == 't' || *reader->at == 'f')
		r = read_bool(reader, &item);
	else
		r = read_number(reader, &item);
	if (r < 0)
		return r;
	variant->items[variant->n++] = item;
	skip_blanks(reader);
	return 0;
}

static int read_array(struct reader *reader)
{
	reader->variant.array = true;
	reader->at++;
	skip_blanks(reader);
	while (*reader->at != ']') {
		int r = read_item(reader);

		if (r < 0)
			return r;
		if (*reader->at == ']')
			break;
		if (*reader->at++ != ',')
			return -EINVAL;
		skip_blanks(reader);
	}
	reader->at++;
	skip_blanks(reader);
	return reader->variant.type ? 0 : -EINVAL; /* [] of what? */
}

/* "@as ", a signature in front of a value. */
static int read_signature(struct reader *reader, bool *ret_array)
{
	reader->at++;
	*ret_array = *reader->at == 'a';
	reader->at += *ret_array;
	if (!*reader->at || !kind_of(*reader->at))
		return -EINVAL;
	reader->variant.type = *reader->at++;
	skip_blanks(reader);
	return 0;
}

int variant_parse(const char *text, struct arena *arena, struct variant *ret)
{
	struct reader reader = { .at = text, .arena = arena };
	bool is_signed, array = false;
	int r = 0;

	skip_blanks(&reader);
	is_signed = *reader.at == '@';
	if (is_signed)
		r = read_signature(&reader, &array);
	if (r == 0)
		r = *reader.at == '[' ? read_array(&reader) : read_item(&reader);
	if (r < 0)
		return r;
	if (*reader.at || (is_signed && array != reader.variant.array))
		return -EINVAL;
	*ret = reader.variant;
	return 0;
}

const char *variant_quote(const char *text, struct arena *arena)
{
	char *quoted = arena_alloc(arena, 2 * strlen(text) + 3), *end = quoted;

	if (!quoted)
		return NULL;
	*end++ = '\'';
	for (; *text; text++) {
		if (*text == '\'' || *text == '\\')
			*end++ = '\\';
		*end++ = *text;
	}
	*end = '\'';
	return quoted;
}
