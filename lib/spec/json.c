/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JSON as a stream of events, by yajl's SAX parser. Numbers are taken raw: yajl's own conversion
 * stops at int64, and rlimits go up to 18446744073709551615. yajl has no limit of depth, so it is
 * counted here. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <yajl/yajl_parse.h>

#include "spec/json.h"

struct parse {
	yajl_handle handle;
	int (*sink)(void *context, const struct json_token *token);
	void *context;
	unsigned int depth;
	bool too_deep;
	int result;
};

static int emit(struct parse *parse, enum json_event event, const void *text, size_t length)
{
	struct json_token token = {
		.event = event,
		.text = text,
		.length = length,
		.end = yajl_get_bytes_consumed(parse->handle),
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

/* "lexical error: invalid char in json text.\n" without its dot and newline. */
static void take_message(yajl_handle handle, struct json_problem *problem)
{
	unsigned char *text = yajl_get_error(handle, 0, NULL, 0);
	size_t length;

	snprintf(problem->message, sizeof(problem->message), "%s",
		 text ? (const char *)text : "not JSON");
	yajl_free_error(handle, text);
	length = strlen(problem->message);
	while (length > 0 && strchr(".\n ", problem->message[length - 1]))
		problem->message[--length] = '\0';
}

static void report(struct parse *parse, size_t offset, struct json_problem *problem)
{
	problem->offset = offset;
	if (parse->too_deep)
		snprintf(problem->message, sizeof(problem->message),
			 "nested more than %d levels deep", JSON_DEPTH_MAX);
	else
		take_message(parse->handle, problem);
}

int json_parse(const char *document, size_t length,
	       int (*sink)(void *context, const struct json_token *token), void *context,
	       struct json_problem *problem)
{
	struct parse parse = { .sink = sink, .context = context };
	yajl_status status;
	size_t offset;
	int r = 0;

	parse.handle = yajl_alloc(&callbacks, NULL, &parse);
	if (!parse.handle)
		return -ENOMEM;
	status = yajl_parse(parse.handle, (const unsigned char *)document, length);
	offset = yajl_get_bytes_consumed(parse.handle);
	if (status == yajl_status_ok) {
		/* What goes wrong now, goes wrong at the end. */
		status = yajl_complete_parse(parse.handle);
		offset = length;
	}
	if (parse.result != 0) {
		r = parse.result;
	} else if (status != yajl_status_ok) {
		report(&parse, offset < length ? offset : length, problem);
		r = -EINVAL;
	}
	yajl_free(parse.handle);
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

void json_position(const char *document, size_t offset, unsigned int *ret_line,
		   unsigned int *ret_column)
{
	unsigned int line = 1, column = 1;

	for (size_t i = 0; i < offset; i++) {
		column++;
		if (document[i] == '\n') {
			line++;
			column = 1;
		}
	}
	*ret_line = line;
	*ret_column = column;
}
