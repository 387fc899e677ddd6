/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JSON pointers, see pointer.h. A document that turned out to be wrong is read once more to find
 * the places in it, so that one that is right costs nothing. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "spec/json.h"
#include "spec/pointer.h"

#define NAME_MAX_SHOWN 200

/* One open object or array. */
struct level {
	size_t length; /* of the path that leads to it */
	size_t index;  /* of the next element */
	bool array;
};

struct locator {
	const char *document;
	struct place *places; /* in the order of their pointers */
	size_t n;
	struct text path; /* of the value at hand, before it the way to it */
	struct level levels[JSON_DEPTH_MAX + 1];
	unsigned int depth;
};

static void put_escaped(struct text *text, const char *name, size_t length)
{
	size_t shown = length > NAME_MAX_SHOWN ? NAME_MAX_SHOWN : length;

	while (shown < length && shown > 0 && ((unsigned char)name[shown] & 0xc0) == 0x80)
		shown--;
	for (size_t i = 0; i < shown; i++) {
		if (name[i] == '~')
			text_puts(text, "~0");
		else if (name[i] == '/')
			text_puts(text, "~1");
		else
			text_putc(text, name[i]);
	}
	text_puts(text, shown < length ? "..." : "");
}

const char *pointer_escape(struct arena *arena, const char *name, size_t length)
{
	cleanup(text_done) struct text text = { 0 };

	put_escaped(&text, name, length);
	if (text.failed)
		arena->failed = true;
	return text.failed ? NULL : arena_strdup(arena, text.data);
}

static int by_pointer(const void *left, const void *right)
{
	return strcmp(((const struct place *)left)->pointer,
		      ((const struct place *)right)->pointer);
}

/* Every place whose pointer is the path at hand. */
static void settle(struct locator *locator, size_t offset)
{
	const struct place key = { .pointer = locator->path.data };
	struct place *found =
		bsearch(&key, locator->places, locator->n, sizeof(*locator->places), by_pointer);

	if (!found)
		return;
	while (found > locator->places && strcmp(found[-1].pointer, key.pointer) == 0)
		found--;
	for (; found < locator->places + locator->n && strcmp(found->pointer, key.pointer) == 0;
	     found++)
		*found->offset = offset;
}

static struct level *top(struct locator *locator)
{
	return &locator->levels[locator->depth - 1];
}

static void cut(struct text *text, size_t length)
{
	text->length = length;
	if (text->data)
		text->data[length] = '\0';
}

static void on_value(struct locator *locator, const struct json_token *token)
{
	if (locator->depth > 0 && top(locator)->array) {
		cut(&locator->path, top(locator)->length);
		text_printf(&locator->path, "/%zu", top(locator)->index++);
	}
	if (locator->path.failed)
		return;
	settle(locator, json_token_start(locator->document, token));
	if (token->event == JSON_OBJECT || token->event == JSON_ARRAY)
		locator->levels[locator->depth++] = (struct level){
			.length = locator->path.length,
			.array = token->event == JSON_ARRAY,
		};
}

static int on_token(void *context, const struct json_token *token)
{
	struct locator *locator = context;

	switch (token->event) {
	case JSON_NAME:
		cut(&locator->path, top(locator)->length);
		text_putc(&locator->path, '/');
		put_escaped(&locator->path, token->text, token->length);
		break;
	case JSON_OBJECT_END:
	case JSON_ARRAY_END:
		locator->depth--;
		break;
	case JSON_NULL:
	case JSON_FALSE:
	case JSON_TRUE:
	case JSON_NUMBER:
	case JSON_STRING:
	case JSON_OBJECT:
	case JSON_ARRAY:
		on_value(locator, token);
		break;
	}
	return locator->path.failed ? -ENOMEM : 0;
}

static int read_once(const char *document, size_t length, struct place *places, size_t n)
{
	struct locator locator = { .document = document, .places = places, .n = n };
	struct json_problem problem;
	int r;

	qsort(places, n, sizeof(*places), by_pointer);
	text_puts(&locator.path, "");
	r = locator.path.failed ? -ENOMEM
				: json_parse(document, length, on_token, &locator, &problem);
	text_done(&locator.path);
	return r == -ENOMEM ? r : 0;
}

/* Makes each pointer that led nowhere one name shorter. Returns how many there are. */
static size_t shorten(struct place *places, size_t n, size_t nowhere, struct arena *arena)
{
	size_t left = 0;

	for (size_t i = 0; i < n; i++) {
		const char *pointer = places[i].pointer, *slash = strrchr(pointer, '/');

		if (*places[i].offset != nowhere)
			continue;
		if (!slash) {
			*places[i].offset = 0;
			continue;
		}
		pointer = arena_strndup(arena, pointer, (size_t)(slash - pointer));
		if (pointer)
			places[left++] = (struct place){ pointer, places[i].offset };
	}
	return left;
}

int pointer_locate(const char *document, size_t length, struct place *places, size_t n)
{
	const size_t nowhere = SIZE_MAX;
	struct arena arena = { 0 };
	int r = 0;

	for (size_t i = 0; i < n; i++)
		*places[i].offset = nowhere;
	while (r == 0 && n > 0) {
		r = read_once(document, length, places, n);
		if (r == 0)
			n = shorten(places, n, nowhere, &arena);
		if (arena.failed)
			r = -ENOMEM;
	}
	arena_done(&arena);
	return r;
}

int pointer_place(const char *document, size_t length, const char *pointer, unsigned int *ret_line,
		  unsigned int *ret_column)
{
	size_t offset, start;
	struct place place = { pointer, &offset };
	int r = pointer_locate(document, length, &place, 1);

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
