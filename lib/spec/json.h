/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JSON as a stream of events. json.c is the only file that knows which parser is behind it. */
#ifndef OCI_SPEC_JSON_H
#define OCI_SPEC_JSON_H

#include "base/macro.h"

/* How deep objects and arrays may be nested, and how large a document may be. */
#define JSON_DEPTH_MAX 64
#define JSON_SIZE_MAX  ((size_t)64 * 1024 * 1024)
#define JSON_TOO_LARGE "larger than 64 MiB"

enum json_event {
	JSON_NULL,
	JSON_FALSE,
	JSON_TRUE,
	JSON_NUMBER, /* text: as written */
	JSON_STRING, /* text: unescaped, valid UTF-8, may hold NUL */
	JSON_OBJECT,
	JSON_NAME, /* of a member */
	JSON_OBJECT_END,
	JSON_ARRAY,
	JSON_ARRAY_END,
};

struct json_token {
	enum json_event event;
	const char *text;
	size_t length;
	size_t end; /* offset in the document behind the token */
};

/* What is said of text that is not Unicode. */
#define JSON_NOT_UTF8 "the text is not valid UTF-8"

struct json_problem {
	size_t offset;
	char message[160];
};

/* Feeds every token of @document to @sink, in order, until it returns something other than 0,
 * which is then returned. -EINVAL and @problem for a document that is not JSON, -ENOMEM. */
int json_parse(const char *document, size_t length,
	       int (*sink)(void *context, const struct json_token *token), void *context,
	       struct json_problem *problem) _must_check_;

/* Where @token begins. */
size_t json_token_start(const char *document, const struct json_token *token);

#endif
