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
	assert_events("[\"\\ud83d\\ude00\\\\ud800\"]",
		      "[@0-1 str(\xf0\x9f\x98\x80\\ud800)@1-22 ]@22-23 ");
	assert_events("[\"a\\\"b\", \"\\u00e9\\n\\/\", \"\\ud83d\\ude00\", \"\", \"\\\\\"]",
		      "[@0-1 str(a\"b)@1-7 str(\xc3\xa9\n/)@9-21 str(\xf0\x9f\x98\x80)@23-37 "
		      "str()@39-41 str(\\)@43-47 ]@47-48 ");
}
END_TEST

/* The first and the last character of each length, and those around the surrogates. */
START_TEST(all_of_utf8)
{
	assert_events("[\"\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf\"]",
		      "[@0-1 str(\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf)@1-14 ]@14-15 ");
	assert_events("[\"\xed\x9f\xbf\xee\x80\x80\xf0\x90\x80\x80\xf4\x8f\xbf\xbf\"]",
		      "[@0-1 str(\xed\x9f\xbf\xee\x80\x80\xf0\x90\x80\x80\xf4\x8f\xbf\xbf)"
		      "@1-17 ]@17-18 ");
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
		{ "", 0, "the document ends too early" },
		{ "   ", 3, "the document ends too early" },
		{ "{\"a\": true", 10, "the document ends too early" },
		{ "{\"a\": tru}", 8, "unexpected word" },
		{ "[1,]", 3, "expected a value" },
		{ "{\"a\": 1,}", 8, "expected a name in quotes" },
		{ "{a: 1}", 1, "unexpected character" },
		{ "[01]", 1, "expected a comma or \"]\"" },
		{ "[1.]", 2, "a digit is missing after the decimal point" },
		{ "[1] x", 4, "something follows the end of the document" },
		{ "{} {}", 3, "something follows the end of the document" },
		{ "[\"\\q\"]", 2, "an escape that JSON does not have" },
		{ "[\"\n\"]", 2, "a control character in a string has to be escaped" },
		{ "[\"\xff\"]", 2, "the text is not valid UTF-8" },
		{ "[\"a\xc0\xaf\"]", 3, "the text is not valid UTF-8" },        /* overlong */
		{ "[\"a\xe0\x80\x80\"]", 3, "the text is not valid UTF-8" },    /* overlong */
		{ "[\"\xf0\x8f\xbf\xbf\"]", 2, "the text is not valid UTF-8" }, /* overlong */
		{ "[\"\xed\xa0\x80\"]", 2, "the text is not valid UTF-8" },     /* a surrogate */
		{ "[\"\xf4\x90\x80\x80\"]", 2, "the text is not valid UTF-8" }, /* beyond 10FFFF */
		{ "[\"\xe2\x82\"]", 2, "the text is not valid UTF-8" },
		{ "// x\n1", 0, "JSON has no comments" },
		{ "NaN", 0, "unexpected character" },
		{ "'a'", 0, "unexpected character" },
		{ "{\"a\" 1}", 5, "expected a colon" },
		{ "{\"a\":1 \"b\":2}", 8, "expected a comma or \"}\"" },
		{ "[1 \"abc\"]", 3, "expected a comma or \"]\"" },
		{ "[1 true]", 3, "expected a comma or \"]\"" },
		{ "{\"a\":1]", 5, "expected a comma or \"}\"" },
		{ "[\"\\ud800\"]", 2, "the text is not valid UTF-8" },
		{ "[\"\\udc00x\"]", 2, "the text is not valid UTF-8" },
		{ "[\"abc", 5, "the document ends too early" },
		{ "[-]", 1, "a digit is missing after the minus sign" },
		{ "{1:2}", 1, "expected a name in quotes" },
		{ "{true:1}", 1, "expected a name in quotes" },
		{ "\xef\xbb\xbf{}", 0, "unexpected character" },
		{ "[1e]", 2, "a digit is missing after the exponent" },
		{ "[\"\\u12g4\"]", 5, "\\u needs four hexadecimal digits" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_problem(rows[i].document, strlen(rows[i].document), rows[i].offset,
			       rows[i].message);
	assert_problem("[1]\0", 4, 3, "something follows the end of the document");
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
	assert_problem(deep, strlen(deep), JSON_DEPTH_MAX, "nested more than 64 levels deep");
}
END_TEST

UNIT_MAIN("json", events_and_places, strings_are_unescaped, all_of_utf8, sink_ends_it, refuses,
	  depth_has_a_limit)
