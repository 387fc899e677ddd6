/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JSON as a stream of events, by yajl's SAX parser. Numbers are taken raw: yajl's own conversion
 * stops at int64, and rlimits go up to 18446744073709551615. yajl has no limit of depth, so it is
 * counted here. */
#include <errno.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <yajl/yajl_parse.h>

#include "base/arena.h"
#include "spec/json.h"

struct parse {
	yajl_handle handle;
	struct arena arena;
	jmp_buf no_memory;
	int (*sink)(void *context, const struct json_token *token);
	void *context;
	size_t length; /* of the document */
	bool at_end;   /* all of it has been handed over */
	unsigned int depth;
	bool too_deep;
	int result;
};

/* yajl does not look whether it got memory. So running out of it leaves yajl altogether. What it
 * gives back is kept until the end: it asks for little, and for more by doubling. */
struct piece {
	size_t size;
	_Alignas(16) char data[];
};

static void *take_memory(void *context, size_t size)
{
	struct parse *parse = context;
	struct piece *piece = NULL;

	if (size < SIZE_MAX - sizeof(*piece))
		piece = arena_alloc(&parse->arena, sizeof(*piece) + size);
	if (!piece)
		longjmp(parse->no_memory, 1);
	piece->size = size;
	return piece->data;
}

static void *resize_memory(void *parse, void *data, size_t size)
{
	const struct piece *old = data ? CONTAINER_OF(data, struct piece, data) : NULL;
	void *larger;

	if (old && size <= old->size)
		return data;
	larger = take_memory(parse, size);
	if (old)
		memcpy(larger, data, old->size);
	return larger;
}

static void free_memory(void *parse, void *data)
{
	(void)parse;
	(void)data;
}

static int emit(struct parse *parse, enum json_event event, const void *text, size_t length)
{
	struct json_token token = {
		.event = event,
		.text = text,
		.length = length,
		.end = parse->at_end ? parse->length : yajl_get_bytes_consumed(parse->handle),
	};

	parse->result = parse->sink(parse->context, &token);
	return parse->result == 0;
}

static int enter(struct parse *parse, enum json_event event)
{
	if (++parse->depth > JSON_DEPTH_MAX) {
		parse->too_deep = true;
		return 0;
	}
	return emit(parse, event, NULL, 0);
}

static int leave(struct parse *parse, enum json_event event)
{
	parse->depth--;
	return emit(parse, event, NULL, 0);
}

static int on_null(void *parse)
{
	return emit(parse, JSON_NULL, NULL, 0);
}

static int on_boolean(void *parse, int value)
{
	return emit(parse, value ? JSON_TRUE : JSON_FALSE, NULL, 0);
}

static int on_number(void *parse, const char *text, size_t length)
{
	return emit(parse, JSON_NUMBER, text, length);
}

static int on_string(void *parse, const unsigned char *text, size_t length)
{
	return emit(parse, JSON_STRING, text, length);
}

static int on_name(void *parse, const unsigned char *text, size_t length)
{
	return emit(parse, JSON_NAME, text, length);
}

static int on_object(void *parse)
{
	return enter(parse, JSON_OBJECT);
}

static int on_object_end(void *parse)
{
	return leave(parse, JSON_OBJECT_END);
}

static int on_array(void *parse)
{
	return enter(parse, JSON_ARRAY);
}

static int on_array_end(void *parse)
{
	return leave(parse, JSON_ARRAY_END);
}

static const yajl_callbacks callbacks = {
	.yajl_null = on_null,
	.yajl_boolean = on_boolean,
	.yajl_number = on_number,
	.yajl_string = on_string,
	.yajl_start_map = on_object,
	.yajl_map_key = on_name,
	.yajl_end_map = on_object_end,
	.yajl_start_array = on_array,
	.yajl_end_array = on_array_end,
};

/* What yajl says, by a part of it, and how we say it. */
static const struct {
	const char *theirs;
	const char *ours;
} sayings[] = {
	{ "premature EOF", "the document ends too early" },
	{ "trailing garbage", "something follows the end of the document" },
	{ "unallowed token", "expected a value" },
	{ "invalid object key", "expected a name in quotes" },
	{ "separated by a colon", "expected a colon" },
	{ "inside map, I expect", "expected a comma or \"}\"" },
	{ "after array element", "expected a comma or \"]\"" },
	{ "UTF8", JSON_NOT_UTF8 },
	{ "occurs before a character", "an escape that JSON does not have" },
	{ "character inside string", "a control character in a string has to be escaped" },
	{ "non-hex", "\\u needs four hexadecimal digits" },
	{ "comment", "JSON has no comments" },
	{ "invalid char in json text", "unexpected character" },
	{ "invalid string in json text", "unexpected word" },
	{ "after the minus sign", "a digit is missing after the minus sign" },
	{ "after the decimal point", "a digit is missing after the decimal point" },
	{ "after the exponent", "a digit is missing after the exponent" },
};

static void take_message(struct parse *parse, struct json_problem *problem)
{
	const char *text = (char *)yajl_get_error(parse->handle, 0, NULL, 0);

	for (size_t i = 0; text && i < ARRAY_SIZE(sayings); i++)
		if (strstr(text, sayings[i].theirs)) {
			snprintf(problem->message, sizeof(problem->message), "%s", sayings[i].ours);
			return;
		}
	snprintf(problem->message, sizeof(problem->message), "%.*s",
		 text ? (int)strcspn(text, "\n") : 0, text ? text : "");
}

/* yajl stops behind what it does not like: back to where that begins. */
static size_t blamed(const char *document, size_t offset, const char *message)
{
	static const char word[] = "0123456789+-.abcdefghijklmnopqrstuvwxyz"
				   "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
	size_t start = offset;

	/* This one it has not taken yet. */
	if (offset == 0 || strncmp(message, "a control", 9) == 0)
		return offset;
	if (strncmp(message, "expected", 8) == 0 && document[offset - 1] == '"') {
		const struct json_token token = { .event = JSON_STRING, .end = offset };

		return json_token_start(document, &token);
	}
	while (start > 0 && strchr(word, document[start - 1]) && document[start - 1])
		start--;
	return strncmp(message, "expected", 8) == 0 && start < offset ? start : offset - 1;
}

static void report(struct parse *parse, const char *document, struct json_problem *problem)
{
	size_t offset = parse->at_end ? parse->length : yajl_get_bytes_consumed(parse->handle);

	if (offset > parse->length)
		offset = parse->length;
	problem->offset = offset;
	if (parse->too_deep)
		snprintf(problem->message, sizeof(problem->message),
			 "nested more than %d levels deep", JSON_DEPTH_MAX);
	else
		take_message(parse, problem);
	if (!parse->at_end)
		problem->offset = blamed(document, offset, problem->message);
}

static unsigned int hex(const char *text, size_t length)
{
	unsigned int value = 0;

	if (length < 6 || text[0] != '\\' || text[1] != 'u')
		return 0;
	for (int i = 2; i < 6; i++) {
		char c = text[i] | 0x20;

		value = value * 16 + (unsigned int)(c <= '9' ? text[i] - '0' : c - 'a' + 10);
	}
	return value;
}

/* Of the two escapes that make up a character beyond U+FFFF one without the other: not Unicode, and
 * yajl makes a question mark of it. Returns where it stands, or @length. */
static size_t half_character(const char *document, size_t length)
{
	const char *end = document + length, *at = document;

	while ((at = memchr(at, '\\', (size_t)(end - at))) && at + 1 < end) {
		unsigned int first = hex(at, (size_t)(end - at));

		if (first < 0xd800 || first > 0xdfff) {
			at += 2;
			continue;
		}
		if (first > 0xdbff || (hex(at + 6, (size_t)(end - at - 6)) & 0xfc00) != 0xdc00)
			return (size_t)(at - document);
		at += 12;
	}
	return length;
}

/* How many bytes the character at @at has; 0 if it is none: RFC 3629 knows no longer form than
 * needed, no half of a surrogate pair, and nothing beyond U+10FFFF. */
static size_t character(const unsigned char *at, size_t left)
{
	size_t n = at[0] < 0xc2 ? 0 : at[0] < 0xe0 ? 2 : at[0] < 0xf0 ? 3 : at[0] < 0xf5 ? 4 : 0;

	if (n == 0 || left < n)
		return 0;
	for (size_t i = 1; i < n; i++)
		if ((at[i] & 0xc0) != 0x80)
			return 0;
	if ((at[0] == 0xe0 && at[1] < 0xa0) || (at[0] == 0xed && at[1] > 0x9f) ||
	    (at[0] == 0xf0 && at[1] < 0x90) || (at[0] == 0xf4 && at[1] > 0x8f))
		return 0;
	return n;
}

/* yajl looks at the patterns of the bytes alone. Returns where the first is that is not UTF-8, or
 * @length. */
static size_t not_utf8(const char *document, size_t length)
{
	const unsigned char *text = (const unsigned char *)document;

	for (size_t i = 0; i < length;) {
		size_t n = text[i] < 0x80 ? 1 : character(text + i, length - i);

		if (n == 0)
			return i;
		i += n;
	}
	return length;
}

static int run(struct parse *parse, const char *document, size_t length,
	       struct json_problem *problem)
{
	yajl_alloc_funcs functions = { take_memory, resize_memory, free_memory, parse };
	yajl_status status;

	if (setjmp(parse->no_memory) != 0)
		return -ENOMEM;
	parse->handle = yajl_alloc(&callbacks, &functions, parse);
	status = yajl_parse(parse->handle, (const unsigned char *)document, length);
	if (status == yajl_status_ok) {
		/* What goes wrong now, goes wrong at the end. */
		parse->at_end = true;
		status = yajl_complete_parse(parse->handle);
	}
	if (parse->result != 0)
		return parse->result;
	if (status != yajl_status_ok) {
		report(parse, document, problem);
		/* It tells where a character breaks off, not where it begins. */
		if (strcmp(problem->message, JSON_NOT_UTF8) == 0)
			problem->offset = not_utf8(document, length);
		return -EINVAL;
	}
	problem->offset = not_utf8(document, length);
	if (problem->offset == length)
		problem->offset = half_character(document, length);
	if (problem->offset == length)
		return 0;
	snprintf(problem->message, sizeof(problem->message), "%s", JSON_NOT_UTF8);
	return -EINVAL;
}

int json_parse(const char *document, size_t length,
	       int (*sink)(void *context, const struct json_token *token), void *context,
	       struct json_problem *problem)
{
	struct parse parse = { .sink = sink, .context = context, .length = length };
	int r = run(&parse, document, length, problem);

	arena_done(&parse.arena);
	return r;
}

size_t json_token_start(const char *document, const struct json_token *token)
{
	size_t start = token->end;

	switch (token->event) {
	case JSON_NULL:
	case JSON_TRUE:
		return start - 4;
	case JSON_FALSE:
		return start - 5;
	case JSON_NUMBER:
		return start - token->length;
	case JSON_OBJECT:
	case JSON_ARRAY:
	case JSON_OBJECT_END:
	case JSON_ARRAY_END:
		return start - 1;
	case JSON_STRING:
	case JSON_NAME:
		break;
	}
	/* Back to the opening quote: one that an even number of backslashes stands before. */
	for (start--; start > 0;) {
		size_t backslashes = 0;

		start--;
		if (document[start] != '"')
			continue;
		while (backslashes < start && document[start - 1 - backslashes] == '\\')
			backslashes++;
		if (backslashes % 2 == 0)
			break;
	}
	return start;
}
