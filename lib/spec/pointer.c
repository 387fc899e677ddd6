/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JSON pointers, see pointer.h. A document that turned out to be wrong is read once more to find a
 * place in it, so that one that is right costs nothing. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "spec/json.h"
#include "spec/pointer.h"

#define FOUND 1

struct locator {
	const char *document;
	const char *rest;    /* of the pointer: behind what has been matched */
	unsigned int depth;  /* of open objects and arrays */
	unsigned int within; /* of these the innermost that is on the way */
	bool array;          /* the innermost on the way is one */
	bool match;          /* the value that comes is on the way */
	uint64_t index;      /* of the next element of it */
	size_t offset;
};

/* How long the first name of @pointer is, which begins with '/'. */
static size_t name_length(const char *pointer)
{
	return 1 + strcspn(pointer + 1, "/");
}

static bool is_next(const char *pointer, const char *name, size_t length)
{
	const char *end;

	if (pointer[0] != '/')
		return false;
	end = pointer + name_length(pointer);
	for (pointer++; pointer < end && length > 0; pointer++, name++, length--) {
		char c = *pointer;

		if (c == '~')
			c = *++pointer == '1' ? '/' : '~';
		if (c != *name)
			return false;
	}
	return pointer == end && length == 0;
}

static bool matches_index(struct locator *locator)
{
	char index[24];

	snprintf(index, sizeof(index), "%" PRIu64, locator->index++);
	return is_next(locator->rest, index, strlen(index));
}

static int on_value(struct locator *locator, const struct json_token *token)
{
	bool open = token->event == JSON_OBJECT || token->event == JSON_ARRAY;
	bool match = locator->depth == 0;

	if (locator->depth == locator->within && locator->depth > 0)
		match = locator->array ? matches_index(locator) : locator->match;
	locator->match = false;
	if (match) {
		locator->offset = json_token_start(locator->document, token);
		if (locator->depth > 0)
			locator->rest += name_length(locator->rest);
		if (!locator->rest[0])
			return FOUND;
	}
	if (!open)
		return 0;
	locator->depth++;
	if (match) {
		locator->within = locator->depth;
		locator->array = token->event == JSON_ARRAY;
		locator->index = 0;
	}
	return 0;
}

static int on_token(void *context, const struct json_token *token)
{
	struct locator *locator = context;

	switch (token->event) {
	case JSON_NAME:
		locator->match = locator->depth == locator->within &&
				 is_next(locator->rest, token->text, token->length);
		return 0;
	case JSON_OBJECT_END:
	case JSON_ARRAY_END:
		/* The way ended in here. */
		if (locator->depth-- == locator->within)
			return FOUND;
		return 0;
	case JSON_NULL:
	case JSON_FALSE:
	case JSON_TRUE:
	case JSON_NUMBER:
	case JSON_STRING:
	case JSON_OBJECT:
	case JSON_ARRAY:
		break;
	}
	return on_value(locator, token);
}

int pointer_locate(const char *document, size_t length, const char *pointer, size_t *ret_offset)
{
	struct locator locator = { .document = document, .rest = pointer };
	struct json_problem problem;
	int r = json_parse(document, length, on_token, &locator, &problem);

	if (r == -ENOMEM)
		return r;
	*ret_offset = locator.offset;
	return 0;
}

int pointer_place(const char *document, size_t length, const char *pointer, unsigned int *ret_line,
		  unsigned int *ret_column)
{
	size_t offset, start;
	int r = pointer_locate(document, length, pointer, &offset);

	if (r < 0)
		return r;
	*ret_line = 1;
	for (start = 0; start < offset; start++)
		*ret_line += document[start] == '\n';
	while (start > 0 && document[start - 1] != '\n')
		start--;
	*ret_column = (unsigned int)(offset - start) + 1;
	return 0;
}

const char *pointer_escape(struct arena *arena, const char *name)
{
	char *escaped = arena_alloc(arena, 2 * strlen(name) + 1), *to = escaped;

	if (!escaped)
		return NULL;
	for (; *name; name++) {
		if (*name == '~' || *name == '/')
			*to++ = '~';
		*to++ = *name == '~' ? '0' : *name == '/' ? '1' : *name;
	}
	return escaped;
}
