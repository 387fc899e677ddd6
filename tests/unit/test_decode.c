/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lib/spec/decode.h: what becomes of each type of member, and every way in which one can be wrong.
 * A table of its own for the mechanics, config.json's tables for what they promise. */
#include "spec/decode.h"
#include "spec/tables.h"
#include "unit.h"

struct inner {
	const char *name;
	struct opt_uint n;
};

struct keyed {
	const char *key;
	struct opt_int value;
};

struct outer {
	bool flag;
	const char *string;
	const char *path;
	struct opt_int i;
	struct opt_uint u;
	int kind;
	LIST(const char *) strings;
	LIST(uint64_t) uints;
	LIST(int) kinds;
	struct inner *object;
	LIST(struct inner) objects;
	LIST(struct pair) map;
	LIST(struct keyed) object_map;
};

static const struct field inner_fields[] = {
	{ .name = "name",
	  .type = FIELD_STRING,
	  .need = "",
	  .offset = offsetof(struct inner, name) },
	{ .name = "n", .type = FIELD_UINT, .offset = offsetof(struct inner, n), .max = 9 },
	{ .name = NULL },
};
static const struct object inner_object = { sizeof(struct inner), inner_fields };

static const struct field keyed_fields[] = {
	{ .name = "value",
	  .type = FIELD_INT,
	  .offset = offsetof(struct keyed, value),
	  .min = -5,
	  .max = 5 },
	{ .name = NULL },
};
static const struct object keyed_object = { sizeof(struct keyed), keyed_fields };

static const struct name kind_names[] = {
	{ .name = "KIND_APPLE", .value = 1 },
	{ .name = "KIND_PEAR", .value = 2 },
	{ .name = "KIND_QUINCE", .value = 3 },
	{ .name = NULL },
};

#define ROW(member, kind_, ...)                                                                   \
	{                                                                                         \
		.name = #member, .type = FIELD_##kind_, .offset = offsetof(struct outer, member), \
		__VA_ARGS__                                                                       \
	}
static const struct field outer_fields[] = {
	ROW(flag, BOOL),
	ROW(string, STRING, .full = true),
	ROW(path, STRING, .absolute = true),
	ROW(i, INT, .min = -1000, .max = 1000),
	ROW(u, UINT, .max = 0),
	ROW(kind, ENUM, .names = kind_names),
	ROW(strings, STRINGS, .full = true),
	ROW(uints, UINTS, .max = 100),
	ROW(kinds, ENUMS, .names = kind_names),
	ROW(object, OBJECT, .object = &inner_object),
	ROW(objects, OBJECTS, .object = &inner_object),
	ROW(map, STRING_MAP),
	ROW(object_map, OBJECT_MAP, .object = &keyed_object),
	{ .name = NULL },
};
static const struct object outer_object = { sizeof(struct outer), outer_fields };

static struct outer take(const char *document, struct arena *arena)
{
	struct outer outer = { 0 };
	struct oci_error err = UNTOUCHED;
	int r = decode(&(struct document){ "f", document, strlen(document) }, &outer_object, &outer,
		       arena, &err);

	ck_assert_msg(r == 0, "%s", err.message);
	assert_untouched(err);
	return outer;
}

START_TEST(takes_every_type)
{
	struct arena arena = { 0 };
	struct outer outer = take(
		"{\"flag\": true, \"string\": \"s\\u00e9\", \"path\": \"/p\", \"i\": -1000, "
		"\"u\": 18446744073709551615, \"kind\": \"KIND_PEAR\", \"strings\": [\"a\", \"\"], "
		"\"uints\": [0, 100], \"kinds\": [\"KIND_APPLE\", \"KIND_QUINCE\"], "
		"\"object\": {\"name\": \"in\", \"n\": 9}, \"objects\": [{\"name\": \"o1\"}, "
		"{\"n\": 1, \"name\": \"o2\"}], \"map\": {\"k\": \"v\", \"k2\": \"\"}, "
		"\"object_map\": {\"x\": {\"value\": -5}, \"y\": {}}}",
		&arena);

	ck_assert(outer.flag);
	ck_assert_str_eq(outer.string, "s\xc3\xa9");
	ck_assert_str_eq(outer.path, "/p");
	ck_assert(outer.i.set && outer.i.value == -1000);
	ck_assert(outer.u.set && outer.u.value == UINT64_MAX);
	ck_assert_int_eq(outer.kind, 2);
	ck_assert(outer.strings.set && outer.strings.n == 2);
	ck_assert_str_eq(outer.strings.item[0], "a");
	ck_assert_str_eq(outer.strings.item[1], "");
	ck_assert(outer.uints.n == 2 && outer.uints.item[1] == 100);
	ck_assert(outer.kinds.n == 2 && outer.kinds.item[0] == 1 && outer.kinds.item[1] == 3);
	ck_assert_str_eq(outer.object->name, "in");
	ck_assert_uint_eq(outer.object->n.value, 9);
	ck_assert_uint_eq(outer.objects.n, 2);
	ck_assert_str_eq(outer.objects.item[0].name, "o1");
	ck_assert(!outer.objects.item[0].n.set);
	ck_assert_str_eq(outer.objects.item[1].name, "o2");
	ck_assert_uint_eq(outer.map.n, 2);
	ck_assert_str_eq(outer.map.item[1].key, "k2");
	ck_assert_str_eq(outer.map.item[1].value, "");
	ck_assert_uint_eq(outer.object_map.n, 2);
	ck_assert_str_eq(outer.object_map.item[0].key, "x");
	ck_assert_int_eq(outer.object_map.item[0].value.value, -5);
	ck_assert_str_eq(outer.object_map.item[1].key, "y");
	ck_assert(!outer.object_map.item[1].value.set);
	arena_done(&arena);
}
END_TEST

START_TEST(absent_is_not_empty)
{
	struct arena arena = { 0 };
	struct outer outer = take("{}", &arena);

	ck_assert(!outer.flag && !outer.string && !outer.i.set && !outer.u.set && !outer.kind);
	ck_assert(!outer.uints.set && !outer.object && !outer.map.set);
	outer = take("{\"uints\": [], \"map\": {}, \"object_map\": {}, \"objects\": []}", &arena);
	ck_assert(outer.uints.set && outer.uints.n == 0);
	ck_assert(outer.map.set && outer.map.n == 0);
	ck_assert(outer.object_map.set && outer.objects.set);
	arena_done(&arena);
}
END_TEST

START_TEST(unknown_members_are_passed_over)
{
	struct arena arena = { 0 };
	struct outer outer =
		take("{\"x\": {\"i\": {}, \"deep\": [[{\"a\": 1}], null]}, \"y\": [1, \"2\"], "
		     "\"i\": 5, \"Flag\": 1, \"object\": {\"z\": [], \"name\": \"n\"}}",
		     &arena);

	ck_assert_int_eq(outer.i.value, 5);
	ck_assert(!outer.flag);
	ck_assert_str_eq(outer.object->name, "n");
	arena_done(&arena);
}
END_TEST

START_TEST(long_lists_are_kept)
{
	struct arena arena = { 0 };
	struct text text = { 0 };
	struct outer outer;

	text_puts(&text, "{\"strings\": [");
	for (unsigned int i = 0; i < 5000; i++)
		text_printf(&text, "%s\"%u\"", i ? "," : "", i);
	text_puts(&text, "], \"object_map\": {");
	for (unsigned int i = 0; i < 100; i++)
		text_printf(&text, "%s\"key %u\": {\"value\": 1}", i ? "," : "", i);
	text_puts(&text, "}}");
	outer = take(text.data, &arena);
	ck_assert_uint_eq(outer.strings.n, 5000);
	ck_assert_str_eq(outer.strings.item[4999], "4999");
	ck_assert_str_eq(outer.object_map.item[99].key, "key 99");
	text_done(&text);
	arena_done(&arena);
}
END_TEST

/* --- what is wrong --- */

static void assert_refused(const struct object *object, size_t size, const char *document,
			   size_t length, const char *where, const char *message)
{
	struct arena arena = { 0 };
	struct oci_error err = UNTOUCHED;
	const struct document text = { "f", document, length };
	void *target = calloc(1, size);

	ck_assert_msg(decode(&text, object, target, &arena, &err) == -EINVAL, "%s", document);
	assert_error(err, -EINVAL, where, message);
	/* The caller need not want to know. */
	memset(target, 0, size);
	ck_assert_int_eq(decode(&text, object, target, &arena, NULL), -EINVAL);
	free(target);
	arena_done(&arena);
}

struct refusal {
	const char *document;
	const char *where;
	const char *message;
};

static void assert_all_refused(const struct refusal *rows, size_t n)
{
	for (size_t i = 0; i < n; i++)
		assert_refused(&outer_object, sizeof(struct outer), rows[i].document,
			       strlen(rows[i].document), rows[i].where, rows[i].message);
}

START_TEST(refuses_wrong_types)
{
	static const struct refusal rows[] = {
		{ "{\"flag\": 1}", "/flag", "f:1:10: /flag: expected true or false, found 1" },
		{ "{\"flag\": \"true\"}", "/flag",
		  "f:1:10: /flag: expected true or false, found the string \"true\"" },
		{ "{\"flag\": null}", "/flag",
		  "f:1:10: /flag: expected true or false, found null" },
		{ "{\"string\": []}", "/string",
		  "f:1:12: /string: expected a string, found an array" },
		{ "{\"string\": null}", "/string",
		  "f:1:12: /string: expected a string, found null" },
		{ "{\"i\": \"5\"}", "/i",
		  "f:1:7: /i: expected a number from -1000 to 1000, found the string \"5\"" },
		{ "{\"u\": {}}", "/u",
		  "f:1:7: /u: expected a number from 0 to 18446744073709551615, "
		  "found an object" },
		{ "{\"u\": false}", "/u",
		  "f:1:7: /u: expected a number from 0 to "
		  "18446744073709551615, found false" },
		{ "{\"kind\": 1}", "/kind", "f:1:10: /kind: expected a string, found 1" },
		{ "{\"strings\": \"a\"}", "/strings",
		  "f:1:13: /strings: expected an array of strings, found the string \"a\"" },
		{ "{\"strings\": {}}", "/strings",
		  "f:1:13: /strings: expected an array of strings, found an object" },
		{ "{\"strings\": [\"a\", 1]}", "/strings/1",
		  "f:1:19: /strings/1: expected a string, found 1" },
		{ "{\"strings\": [[\"a\"]]}", "/strings/0",
		  "f:1:14: /strings/0: expected a string, found an array" },
		{ "{\"uints\": [1, -1]}", "/uints/1",
		  "f:1:15: /uints/1: expected a number from 0 to 100, found -1" },
		{ "{\"kinds\": [{}]}", "/kinds/0",
		  "f:1:12: /kinds/0: expected a string, found an object" },
		{ "{\"object\": []}", "/object",
		  "f:1:12: /object: expected an object, found an array" },
		{ "{\"object\": true}", "/object",
		  "f:1:12: /object: expected an object, found true" },
		{ "{\"objects\": {}}", "/objects",
		  "f:1:13: /objects: expected an array of objects, found an object" },
		{ "{\"objects\": [{\"name\": \"a\"}, []]}", "/objects/1",
		  "f:1:29: /objects/1: expected an object, found an array" },
		{ "{\"map\": [\"a\"]}", "/map", "f:1:9: /map: expected an object, found an array" },
		{ "{\"map\": {\"k\": 1}}", "/map/k", "f:1:15: /map/k: expected a string, found 1" },
		{ "{\"map\": {\"k\": {}}}", "/map/k",
		  "f:1:15: /map/k: expected a string, found an object" },
		{ "{\"object_map\": {\"k\": \"v\"}}", "/object_map/k",
		  "f:1:22: /object_map/k: expected an object, found the string \"v\"" },
		{ "{\"object_map\": []}", "/object_map",
		  "f:1:16: /object_map: expected an object, found an array" },
		{ "[]", "", "f:1:1: expected an object, found an array" },
		{ "5 ", "", "f:1:1: expected an object" },
		{ "null", "", "f:1:1: expected an object" },
	};

	assert_all_refused(rows, ARRAY_SIZE(rows));
}
END_TEST

START_TEST(refuses_wrong_values)
{
	static const struct refusal rows[] = {
		{ "{\"i\": 1001}", "/i",
		  "f:1:7: /i: expected a number from -1000 to 1000, found 1001" },
		{ "{\"i\": 1.0}", "/i",
		  "f:1:7: /i: expected a number from -1000 to 1000, found 1.0" },
		{ "{\"i\": 1e2}", "/i",
		  "f:1:7: /i: expected a number from -1000 to 1000, found 1e2" },
		{ "{\"u\": -0}", "/u",
		  "f:1:7: /u: expected a number from 0 to 18446744073709551615, found -0" },
		{ "{\"u\": 18446744073709551616}", "/u",
		  "f:1:7: /u: expected a number from 0 to 18446744073709551615, found "
		  "18446744073709551616" },
		{ "{\"object\": {\"name\": \"a\", \"n\": 10}}", "/object/n",
		  "f:1:31: /object/n: expected a number from 0 to 9, found 10" },
		{ "{\"object_map\": {\"k\": {\"value\": 6}}}", "/object_map/k/value",
		  "f:1:32: /object_map/k/value: expected a number from -5 to 5, found 6" },
		{ "{\"kind\": \"KIND_PAER\"}", "/kind",
		  "f:1:10: /kind: unknown value \"KIND_PAER\", did you mean \"KIND_PEAR\"?" },
		{ "{\"kind\": \"kind_apple\"}", "/kind",
		  "f:1:10: /kind: unknown value \"kind_apple\", did you mean \"KIND_APPLE\"?" },
		{ "{\"kind\": \"\"}", "/kind", "f:1:10: /kind: unknown value \"\"" },
		{ "{\"kinds\": [\"KIND_PEAR\", \"elephant\"]}", "/kinds/1",
		  "f:1:25: /kinds/1: unknown value \"elephant\"" },
		{ "{\"path\": \"p/q\"}", "/path",
		  "f:1:10: /path: expected an absolute path, found \"p/q\"" },
		{ "{\"path\": \"\"}", "/path",
		  "f:1:10: /path: expected an absolute path, found \"\"" },
		{ "{\"string\": \"\"}", "/string", "f:1:12: /string: must not be empty" },
		{ "{\"string\": \"a\\u0000b\"}", "/string",
		  "f:1:12: /string: a string with a NUL character" },
		{ "{\"strings\": []}", "/strings",
		  "f:1:13: /strings: must have at least one element" },
		{ "{\"map\": {\"\": \"v\"}}", "/map/", "f:1:10: /map/: a name must not be empty" },
		{ "{\"flag\": true,\n\t\"flag\": true}", "/flag",
		  "f:2:2: /flag: the member appears twice" },
		{ "{\"object\": {\"n\": 1}}", "/object", "f:1:12: /object: \"name\" is missing" },
		{ "{\"objects\": [{\"name\": \"a\"}, {}]}", "/objects/1",
		  "f:1:29: /objects/1: \"name\" is missing" },
	};

	assert_all_refused(rows, ARRAY_SIZE(rows));
}
END_TEST

START_TEST(pointers_are_escaped)
{
	static const struct refusal rows[] = {
		{ "{\"map\": {\"a/b~c\": 1}}", "/map/a~1b~0c",
		  "f:1:19: /map/a~1b~0c: expected a string, found 1" },
	};

	assert_all_refused(rows, ARRAY_SIZE(rows));
}
END_TEST

START_TEST(tells_all_that_is_wrong)
{
	static const struct refusal rows[] = {
		{ "{\"flag\": 1,\n  \"i\": \"x\",\n  \"object\": {},\n  \"objects\": [{\"n\": "
		  "10}]}",
		  "/flag",
		  "f:1:10: /flag: expected true or false, found 1; "
		  "f:2:8: /i: expected a number from -1000 to 1000, found the string \"x\"; "
		  "f:3:13: /object: \"name\" is missing; f:4:15: /objects/0: \"name\" is missing; "
		  "f:4:21: /objects/0/n: expected a number from 0 to 9, found 10" },
		/* What was there before the text stopped to be JSON is told too. */
		{ "{\"flag\": 1, \"i\": }", "/flag",
		  "f:1:10: /flag: expected true or false, found 1; "
		  "f:1:18: not valid JSON: expected a value" },
	};

	assert_all_refused(rows, ARRAY_SIZE(rows));
}
END_TEST

/* As many as an error has room for, and how many there are besides. */
START_TEST(counts_what_it_cannot_tell)
{
	cleanup(text_done) struct text text = { 0 };
	struct arena arena = { 0 };
	struct outer outer = { 0 };
	struct oci_error err = UNTOUCHED;
	const char *more;
	size_t told = 1;

	text_puts(&text, "{\"uints\": [");
	for (int i = 0; i < 5000; i++)
		text_printf(&text, "%s-1", i ? "," : "");
	text_puts(&text, "]}");
	ck_assert_int_eq(decode(&(struct document){ "f", text.data, text.length }, &outer_object,
				&outer, &arena, &err),
			 -EINVAL);
	ck_assert_str_eq(err.where, "/uints/0");
	for (const char *c = err.message; (c = strstr(c, "; f:")); c++)
		told++;
	more = strstr(err.message, "; and ");
	ck_assert_ptr_nonnull(more);
	ck_assert_uint_eq(told + strtoul(more + 6, NULL, 10), 5000);
	ck_assert_str_eq(more + strlen(more) - 5, " more");
	arena_done(&arena);
}
END_TEST

/* Elements that are wrong keep their places; what was wrong is as if it were absent. */
START_TEST(goes_on_behind_what_is_wrong)
{
	struct arena arena = { 0 };
	struct findings findings = { .arena = &arena };
	struct outer outer = { 0 };
	const char *text =
		"{\"i\": \"x\", \"strings\": [\"a\", 1, \"b\", {}, []], \"u\": 7, \"flag\": 0, "
		"\"kind\": \"KIND_PLUM\", \"string\": 1}";

	ck_assert_int_eq(decode_all(&(struct document){ "f", text, strlen(text) }, &outer_object,
				    &outer, &findings),
			 0);
	ck_assert_uint_eq(findings.errors, 7);
	ck_assert(!outer.i.set && !outer.flag && !outer.kind && !outer.string);
	ck_assert_uint_eq(outer.strings.n, 5);
	ck_assert_str_eq(outer.strings.item[2], "b");
	for (size_t i = 1; i < 5; i++)
		ck_assert(i == 2 || !outer.strings.item[i][0]);
	ck_assert_uint_eq(outer.u.value, 7);
	arena_done(&arena);
}
END_TEST

START_TEST(quotes_are_cut)
{
	char document[1024], long_value[201], expected[1024];

	memset(long_value, 'x', 200);
	long_value[200] = '\0';
	snprintf(document, sizeof(document), "{\"i\": \"%s\"}", long_value);
	snprintf(expected, sizeof(expected),
		 "f:1:7: /i: expected a number from -1000 to 1000, found the string \"%.60s...\"",
		 long_value);
	assert_refused(&outer_object, sizeof(struct outer), document, strlen(document), "/i",
		       expected);
}
END_TEST

START_TEST(refuses_what_is_not_json)
{
	static const struct refusal rows[] = {
		{ "{\"flag\": true", "", "f:1:14: not valid JSON: the document ends too early" },
		{ "{\"flag\": true\n} x", "",
		  "f:2:3: not valid JSON: something follows the end of the document" },
		{ "", "", "f:1:1: not valid JSON: the document ends too early" },
	};

	assert_all_refused(rows, ARRAY_SIZE(rows));
}
END_TEST

/* A name that is there twice has no meaning, wherever it is: parsers differ in which one they take.
 */
START_TEST(refuses_a_name_twice)
{
	static const struct refusal rows[] = {
		{ "{\"map\": {\"k\": \"1\", \"k\": \"2\"}}", "/map/k",
		  "f:1:20: /map/k: the member appears twice" },
		{ "{\"map\": {\"k\": \"1\", \"a\": \"2\", \"\\u006b\": \"2\"}}", "/map/k",
		  "f:1:30: /map/k: the member appears twice" },
		{ "{\"strings\": [\"1\", \"2\", \"3\", \"4\", \"5\"], \"strings\": [\"1\", \"2\", "
		  "\"3\", \"4\", \"5\", \"6\", \"7\", \"8\", \"9\", \"10\"]}",
		  "/strings", "f:1:40: /strings: the member appears twice" },
		{ "{\"x\": 1, \"y\": 2, \"x\": 1}", "/x", "f:1:18: /x: the member appears twice" },
		{ "{\"x\": [{\"a\": {\"b\": {}, \"c\": [], \"b\": 0}}]}", "/x/0/a/b",
		  "f:1:33: /x/0/a/b: the member appears twice" },
		{ "{\"object\": {\"name\": \"n\", \"z\": 1, \"z\": 2}}", "/object/z",
		  "f:1:34: /object/z: the member appears twice" },
		{ "{\"object_map\": {\"k\": {}, \"k\": {}}}", "/object_map/k",
		  "f:1:26: /object_map/k: the member appears twice" },
		{ "{\"x\": {\"a\": 1}, \"y\": {\"a\": 1, \"b\": {\"a\": 1}}, \"a\": 1, \"a\": 1}",
		  "/a", "f:1:55: /a: the member appears twice" },
	};

	assert_all_refused(rows, ARRAY_SIZE(rows));
}
END_TEST

/* What stands in the environment is nobody's business. */
START_TEST(secrets_are_not_shown)
{
	struct arena arena = { 0 };
	struct oci_error err = UNTOUCHED;
	struct spec_process *process = NULL;
	const char *text =
		"{\"cwd\": \"/\", \"args\": [\"a\"], \"user\": {\"uid\": 0, \"gid\": 0},\n"
		"\"env\": [\"A=1\", 4711, \"TOKEN=geheim\\u0000\", [\"PIN=4711\"]]}";

	ck_assert_int_eq(spec_decode_process(&(struct document){ "p", text, strlen(text) }, &arena,
					     &process, &err),
			 -EINVAL);
	assert_error(err, -EINVAL, "/env/1",
		     "p:2:16: /env/1: expected a string, found a number; "
		     "p:2:22: /env/2: a string with a NUL character; "
		     "p:2:44: /env/3: expected a string, found an array");
	arena_done(&arena);
}
END_TEST

START_TEST(shows_whole_characters)
{
	static const struct refusal rows[] = {
		/* 59 letters, and one of two bytes that would be cut after the first. */
		{ "{\"kind\": "
		  "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\\u00e9x\"}",
		  "/kind",
		  "f:1:10: /kind: unknown value "
		  "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"" },
	};

	assert_all_refused(rows, ARRAY_SIZE(rows));
}
END_TEST

/* Else it would be cut off in silence: "k\0a" is not "k". */
START_TEST(refuses_a_key_with_nul)
{
	static const struct refusal rows[] = {
		{ "{\"map\": {\"k\\u0000a\": \"1\"}}", "/map/k",
		  "f:1:10: /map/k: a name with a NUL character" },
	};

	assert_all_refused(rows, ARRAY_SIZE(rows));
}
END_TEST

/* --- what config.json's tables promise --- */

static void assert_config_refused(const char *members, const char *where, const char *message)
{
	char document[1024];
	int n = snprintf(document, sizeof(document),
			 "{\"ociVersion\": \"1.0.0\", \"root\": {\"path\": \"r\"},\n%s}", members);

	assert_refused(&spec_object, sizeof(struct spec), document, (size_t)n, where, message);
}

START_TEST(config_fails_closed)
{
	assert_config_refused(
		"\"process\": {\"user\": {\"uid\": \"1000\", \"gid\": 0}, \"args\": [\"a\"], "
		"\"cwd\": \"/\"}",
		"/process/user/uid",
		"f:2:29: /process/user/uid: expected a number from 0 to 4294967294, "
		"found the string \"1000\"");
	assert_config_refused("\"process\": {\"user\": {\"uid\": 4294967295, \"gid\": 0}, "
			      "\"args\": [\"a\"], \"cwd\": \"/\"}",
			      "/process/user/uid",
			      "f:2:29: /process/user/uid: expected a number from 0 to 4294967294, "
			      "found 4294967295");
	assert_config_refused(
		"\"process\": {\"user\": {\"uid\": 1}, \"args\": [\"a\"], \"cwd\": \"/\"}",
		"/process/user", "f:2:21: /process/user: \"gid\" is missing");
	assert_config_refused("\"process\": {\"user\": {\"uid\": 1, \"gid\": 1}, \"args\": [], "
			      "\"cwd\": \"a\"}",
			      "/process/args",
			      "f:2:51: /process/args: must have at least one element; "
			      "f:2:62: /process/cwd: expected an absolute path, found \"a\"");
	assert_config_refused(
		"\"linux\": {\"namespaces\": {\"type\": \"pid\"}}", "/linux/namespaces",
		"f:2:25: /linux/namespaces: expected an array of objects, found an object");
	assert_config_refused("\"linux\": {\"namespaces\": [{\"type\": \"net\"}]}",
			      "/linux/namespaces/0/type",
			      "f:2:35: /linux/namespaces/0/type: unknown value \"net\", did you "
			      "mean \"network\"?");
	assert_config_refused("\"linux\": {\"seccomp\": []}", "/linux/seccomp",
			      "f:2:22: /linux/seccomp: expected an object, found an array");
	assert_config_refused("\"linux\": {\"seccomp\": {\"defaultAction\": \"SCMP_ACT_ALOW\"}}",
			      "/linux/seccomp/defaultAction",
			      "f:2:40: /linux/seccomp/defaultAction: unknown value "
			      "\"SCMP_ACT_ALOW\", did you mean \"SCMP_ACT_ALLOW\"?");
	assert_config_refused("\"linux\": {\"maskedPaths\": [\"proc/kcore\"]}",
			      "/linux/maskedPaths/0",
			      "f:2:27: /linux/maskedPaths/0: expected an absolute path, found "
			      "\"proc/kcore\"");
	assert_config_refused("\"process\": null", "/process",
			      "f:2:12: /process: expected an object, found null");
}
END_TEST

UNIT_MAIN("decode", takes_every_type, absent_is_not_empty, unknown_members_are_passed_over,
	  long_lists_are_kept, refuses_wrong_types, refuses_wrong_values, pointers_are_escaped,
	  tells_all_that_is_wrong, counts_what_it_cannot_tell, goes_on_behind_what_is_wrong,
	  quotes_are_cut, refuses_what_is_not_json, refuses_a_name_twice, refuses_a_key_with_nul,
	  secrets_are_not_shown, shows_whole_characters, config_fails_closed)
