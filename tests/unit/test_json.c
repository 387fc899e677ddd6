/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lib/spec/json.h: the events of a document, where they are, and what is not JSON. */
#include "spec/json.h"
#include "unit.h"

struct trace {
	const char *document;
	struct text text;
	int stop_at; /* the sink's answer to the first number */
};

static int sink(void *context, const struct json_token *token)
{
	static const char *const names[] = {
		[JSON_NULL] = "null",   [JSON_FALSE] = "false",  [JSON_TRUE] = "true",
		[JSON_NUMBER] = "num",  [JSON_STRING] = "str",   [JSON_OBJECT] = "{",
		[JSON_NAME] = "name",   [JSON_OBJECT_END] = "}", [JSON_ARRAY] = "[",
		[JSON_ARRAY_END] = "]",
	};
	struct trace *trace = context;

	text_printf(&trace->text, "%s", names[token->event]);
	if (token->text)
		text_printf(&trace->text, "(%.*s)", (int)token->length, token->text);
	text_printf(&trace->text, "@%zu-%zu ", json_token_start(trace->document, token),
		    token->end);
	return token->event == JSON_NUMBER ? trace->stop_at : 0;
}

static void assert_events(const char *document, const char *events)
{
	struct trace trace = { .document = document };
	struct json_problem problem;

	ck_assert_int_eq(json_parse(document, strlen(document), sink, &trace, &problem), 0);
	ck_assert_str_eq(trace.text.data, events);
	text_done(&trace.text);
}

START_TEST(events_and_places)
{
	assert_events("{\"a\": [1, -2.5e3, true , false,null], \"b\" :{}}",
		      "{@0-1 name(a)@1-4 [@6-7 num(1)@7-8 num(-2.5e3)@10-16 true@18-22 "
		      "false@25-30 null@31-35 ]@35-36 name(b)@38-41 {@43-44 }@44-45 }@45-46 ");
	assert_events(" \"text\" ", "str(text)@1-7 ");
	assert_events("18446744073709551616 ", "num(18446744073709551616)@0-20 ");
}
END_TEST

START_TEST(strings_are_unescaped)
{
	assert_events("[\"a\\\"b\", \"\\u00e9\\n\\/\", \"\\ud83d\\ude00\", \"\", \"\\\\\"]",
		      "[@0-1 str(a\"b)@1-7 str(\xc3\xa9\n/)@9-21 str(\xf0\x9f\x98\x80)@23-37 "
		      "str()@39-41 str(\\)@43-47 ]@47-48 ");
}
END_TEST

START_TEST(sink_ends_it)
{
	struct trace trace = { .document = "[1,2]", .stop_at = -E2BIG };
	struct json_problem problem;

	ck_assert_int_eq(json_parse(trace.document, 5, sink, &trace, &problem), -E2BIG);
	ck_assert_str_eq(trace.text.data, "[@0-1 num(1)@1-2 ");
	text_done(&trace.text);
}
END_TEST

static void assert_problem(const char *document, size_t length, size_t offset, const char *message)
{
	struct trace trace = { .document = document };
	struct json_problem problem = { 0 };
	int r = json_parse(document, length, sink, &trace, &problem);

	ck_assert_msg(r == -EINVAL, "%s: %d", document, r);
	ck_assert_str_eq(problem.message, message);
	ck_assert_msg(problem.offset == offset, "%s: at %zu", document, problem.offset);
	text_done(&trace.text);
}

START_TEST(refuses)
{
	static const struct {
		const char *document;
		size_t offset;
		const char *message;
	} rows[] = {
		{ "", 0, "parse error: premature EOF" },
		{ "{", 1, "parse error: premature EOF" },
		{ "{\"a\": true", 10, "parse error: premature EOF" },
		{ "{\"a\": tru}", 9, "lexical error: invalid string in json text" },
		{ "[1,]", 4, "parse error: unallowed token at this point in JSON text" },
		{ "{\"a\": 1,}", 9, "parse error: invalid object key (must be a string)" },
		{ "{a: 1}", 2, "lexical error: invalid char in json text" },
		{ "[01]", 3, "parse error: after array element, I expect ',' or ']'" },
		{ "[1.]", 3,
		  "lexical error: malformed number, a digit is required after the "
		  "decimal point" },
		{ "[1] x", 5, "parse error: trailing garbage" },
		{ "{} {}", 4, "parse error: trailing garbage" },
		{ "[\"\\q\"]", 3,
		  "lexical error: inside a string, '\\' occurs before a character "
		  "which it may not" },
		{ "[\"\n\"]", 2, "lexical error: invalid character inside string" },
		{ "[\"\xff\"]", 3, "lexical error: invalid bytes in UTF8 string" },
		{ "// x\n1", 0,
		  "lexical error: probable comment found in input text, comments are "
		  "not enabled" },
		{ "NaN", 1, "lexical error: invalid char in json text" },
		{ "'a'", 1, "lexical error: invalid char in json text" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_problem(rows[i].document, strlen(rows[i].document), rows[i].offset,
			       rows[i].message);
	assert_problem("[1]\0", 4, 4, "parse error: trailing garbage");
}
END_TEST

START_TEST(depth_has_a_limit)
{
	char deep[2 * JSON_DEPTH_MAX + 3] = "";
	struct trace trace = { .document = deep };
	struct json_problem problem;

	memset(deep, '[', JSON_DEPTH_MAX);
	memset(deep + JSON_DEPTH_MAX, ']', JSON_DEPTH_MAX);
	ck_assert_int_eq(json_parse(deep, strlen(deep), sink, &trace, &problem), 0);
	text_done(&trace.text);
	memset(deep, '[', JSON_DEPTH_MAX + 1);
	memset(deep + JSON_DEPTH_MAX + 1, ']', JSON_DEPTH_MAX + 1);
	assert_problem(deep, strlen(deep), JSON_DEPTH_MAX + 1, "nested more than 64 levels deep");
}
END_TEST

START_TEST(positions_are_counted_from_one)
{
	const char *document = "{\n \"a\"\n}";
	unsigned int line, column;

	json_position(document, 0, &line, &column);
	ck_assert_uint_eq(line, 1);
	ck_assert_uint_eq(column, 1);
	json_position(document, 3, &line, &column);
	ck_assert_uint_eq(line, 2);
	ck_assert_uint_eq(column, 2);
	json_position(document, 7, &line, &column);
	ck_assert_uint_eq(line, 3);
	ck_assert_uint_eq(column, 1);
}
END_TEST

UNIT_MAIN("json", events_and_places, strings_are_unescaped, sink_ends_it, refuses,
	  depth_has_a_limit, positions_are_counted_from_one)
