/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lib/spec/tables.h against the standard's own list of properties (tests/data/properties), and
 * every property by itself: values that are taken, and values that are not, with the whole message.
 *
 * The configs are made here, from the tables: the least that a property needs around it. */
#include <fcntl.h>
#include <inttypes.h>

#include "base/fd.h"
#include "spec/decode.h"
#include "spec/dump.h"
#include "spec/tables.h"
#include "unit.h"

#define PATH_MAX_DEPTH 12

/* One property: the members on the way to it. */
struct way {
	const struct field *fields[PATH_MAX_DEPTH];
	const struct object *objects[PATH_MAX_DEPTH];
	size_t depth;
};

typedef void visitor(const struct way *way, void *context);

static void walk(const struct object *object, struct way *way, visitor *visit, void *context)
{
	for (const struct field *field = object->fields; field->name; field++) {
		way->fields[way->depth] = field;
		way->objects[way->depth++] = object;
		visit(way, context);
		if (field->object)
			walk(field->object, way, visit, context);
		way->depth--;
	}
}

static bool is_list(const struct field *field)
{
	return field->type == FIELD_STRINGS || field->type == FIELD_UINTS ||
	       field->type == FIELD_ENUMS || field->type == FIELD_OBJECTS;
}

static bool is_map(const struct field *field)
{
	return field->type == FIELD_STRING_MAP || field->type == FIELD_OBJECT_MAP;
}

/* --- the list --- */

struct list_of_paths {
	struct text text;
	size_t n;
};

static void print_way(struct text *text, const struct way *way)
{
	for (size_t i = 0; i < way->depth; i++) {
		const struct field *field = way->fields[i];

		text_printf(text, "%s%s", i ? "." : "", field->name);
		if (i + 1 == way->depth)
			break;
		if (field->type == FIELD_OBJECTS)
			text_puts(text, "[]");
		if (field->type == FIELD_OBJECT_MAP && !field->names)
			text_puts(text, ".*");
	}
}

static enum release since_of(const struct way *way)
{
	enum release since = V1_0_0;

	for (size_t i = 0; i < way->depth; i++)
		if (way->fields[i]->since > since)
			since = way->fields[i]->since;
	return since;
}

static void print_path(const struct way *way, void *context)
{
	static const char *const releases[] = RELEASE_NAMES;
	const struct field *field = way->fields[way->depth - 1];
	struct list_of_paths *list = context;

	/* Of other platforms only those that stand in Linux's own objects are on the list. */
	if (field->removed || (field->foreign && way->depth == 1))
		return;
	text_printf(&list->text, "%s ", releases[since_of(way)]);
	print_way(&list->text, way);
	text_putc(&list->text, '\n');
	for (const struct name *name = field->names; name && name->name; name++) {
		enum release since = since_of(way) > name->since ? since_of(way) : name->since;

		text_printf(&list->text, "%s ", releases[since]);
		print_way(&list->text, way);
		text_printf(&list->text, "%s%s\n",
			    field->type == FIELD_OBJECT_MAP ? "."
			    : is_list(field)                ? "[]="
							    : "=",
			    name->name);
	}
}

static bool has_line(const char *text, const char *line, size_t length)
{
	for (const char *at = text; (at = strstr(at, line)); at++)
		if ((at == text || at[-1] == '\n') && (at[length] == '\n' || !at[length]))
			return true;
	return false;
}

/* Every line of @left is in @right, but for those that begin with one of @exceptions. */
static void assert_contained(const char *left, const char *right, const char *const *exceptions,
			     const char *what)
{
	for (const char *line = left; *line; line += strcspn(line, "\n") + 1) {
		size_t length = strcspn(line, "\n");
		char copy[256];
		bool excepted = line[0] == '#';

		ck_assert_uint_lt(length, sizeof(copy));
		memcpy(copy, line, length);
		copy[length] = '\0';
		for (const char *const *exception = exceptions; *exception; exception++)
			excepted = excepted || strstr(copy, *exception);
		if (!excepted && !has_line(right, copy, length))
			ck_abort_msg("%s: %s", what, copy);
	}
}

START_TEST(all_properties_of_the_standard)
{
	static const char *const ours[] = {
		/* Lists that the schema leaves open. */
		"rlimits[].type=",
		"devices[].type=",
		/* What engines write; the schema has the plain forms. */
		"rootfsPropagation=r",
		/* As a default action they came one release later than in a rule. */
		"defaultAction=SCMP_ACT_",
		/* A map of clocks to us, an object to the schema. */
		"timeOffsets.secs",
		"timeOffsets.nanosecs",
		NULL,
	};
	static const char *const theirs[] = {
		"defaultAction=SCMP_ACT_",
		"timeOffsets.boottime.",
		"timeOffsets.monotonic.",
		NULL,
	};
	struct list_of_paths list = { 0 };
	struct way way = { 0 };
	char *properties = NULL;

	ck_assert_int_eq(file_read(AT_FDCWD, TEST_DATA "/properties", 1 << 20, &properties, NULL),
			 0);
	walk(&spec_object, &way, print_path, &list);
	assert_contained(properties, list.text.data, theirs, "we do not have");
	assert_contained(list.text.data, properties, ours, "the standard does not have");
	text_done(&list.text);
	free(properties);
}
END_TEST

/* --- values --- */

static void put_good(struct text *text, const struct field *field);

/* An object with what it needs, and @field with the value @value. */
static void put_object(struct text *text, const struct object *object, const struct field *with,
		       const char *value)
{
	bool first = true;

	text_putc(text, '{');
	for (const struct field *field = object->fields; field->name; field++) {
		if (field != with && !field->need)
			continue;
		text_printf(text, "%s\"%s\":", first ? "" : ",", field->name);
		first = false;
		if (field == with)
			text_puts(text, value);
		else
			put_good(text, field);
	}
	text_putc(text, '}');
}

static const char *string_for(const struct field *field)
{
	return field->absolute ? "\"/a\"" : "\"a\"";
}

static void put_good(struct text *text, const struct field *field)
{
	switch (field->type) {
	case FIELD_BOOL:
		text_puts(text, "true");
		break;
	case FIELD_STRING:
		text_puts(text, string_for(field));
		break;
	case FIELD_INT:
		text_printf(text, "%" PRId64, field->min);
		break;
	case FIELD_UINT:
		text_printf(text, "%" PRIu64, field->max);
		break;
	case FIELD_ENUM:
		text_printf(text, "\"%s\"", field->names->name);
		break;
	case FIELD_STRINGS:
		text_printf(text, "[%s]", field->names ? "\"SCMP_ARCH_X86\"" : string_for(field));
		break;
	case FIELD_UINTS:
		text_printf(text, "[0,%" PRIu64 "]", field->max);
		break;
	case FIELD_ENUMS:
		text_printf(text, "[\"%s\"]", field->names->name);
		break;
	case FIELD_OBJECT:
		if (field->object)
			put_object(text, field->object, NULL, NULL);
		else
			text_puts(text, "{\"x\":1}");
		break;
	case FIELD_OBJECTS:
		text_putc(text, '[');
		if (field->object)
			put_object(text, field->object, NULL, NULL);
		text_putc(text, ']');
		break;
	case FIELD_STRING_MAP:
		text_puts(text, "{\"k\":\"v\"}");
		break;
	case FIELD_OBJECT_MAP:
		text_printf(text, "{\"%s\":", field->names ? field->names->name : "k");
		put_object(text, field->object, NULL, NULL);
		text_putc(text, '}');
		break;
	}
}

/* The config in which the last member of @way has @value, and the pointer of that member. */
static void put_config(struct text *text, struct text *pointer, const struct way *way,
		       const char *value)
{
	struct text inner = { 0 };

	text_puts(&inner, value);
	for (size_t i = way->depth; i-- > 0;) {
		struct text outer = { 0 };

		put_object(&outer, way->objects[i], way->fields[i], inner.data);
		text_done(&inner);
		inner = outer;
		if (i > 0 && (is_list(way->fields[i - 1]) || is_map(way->fields[i - 1]))) {
			const struct field *around = way->fields[i - 1];
			const char *key = around->names ? around->names->name : "k";
			struct text wrapped = { 0 };

			if (is_list(around))
				text_printf(&wrapped, "[%s]", inner.data);
			else
				text_printf(&wrapped, "{\"%s\":%s}", key, inner.data);
			text_done(&inner);
			inner = wrapped;
		}
	}
	text_puts(text, inner.data);
	text_done(&inner);
	for (size_t i = 0; i < way->depth; i++) {
		text_printf(pointer, "/%s", way->fields[i]->name);
		if (i + 1 < way->depth && is_list(way->fields[i]))
			text_puts(pointer, "/0");
		else if (i + 1 < way->depth && is_map(way->fields[i]))
			text_printf(pointer, "/%s",
				    way->fields[i]->names ? way->fields[i]->names->name : "k");
	}
}

/* What the decoder says of it, without its place: the place is where the pointer is. */
static void assert_said(const struct way *way, const char *value, const char *below,
			const char *message)
{
	struct text text = { 0 }, pointer = { 0 };
	struct arena arena = { 0 };
	struct findings findings = { .arena = &arena };
	struct spec spec = { 0 };
	const struct oci_finding *finding;
	struct document document = { .file = "c" };

	put_config(&text, &pointer, way, value);
	document.text = text.data;
	document.length = text.length;
	ck_assert_int_eq(decode_all(&document, &spec_object, &spec, &findings), 0);
	ck_assert_int_eq(findings_sort(&findings, &document), 0);
	if (!message) {
		if (findings.n > 0)
			ck_abort_msg("%s: %s", text.data, findings.item[0].is.message);
	} else {
		if (findings.n != 1)
			ck_abort_msg("%s: %zu findings, expected %s", text.data, findings.n,
				     message);
		finding = &findings.item[0].is;
		text_puts(&pointer, below);
		ck_assert_str_eq(finding->message, message);
		ck_assert_str_eq(finding->pointer, pointer.data);
		ck_assert_int_eq(finding->aspect, OCI_ASPECT_SCHEMA);
		ck_assert_str_ne(finding->rule, "");
		ck_assert_uint_eq(finding->line, 1);
	}
	text_done(&text);
	text_done(&pointer);
	arena_done(&arena);
}

/* Each is refused, as something that is not what is expected. */
static void assert_kinds(const struct way *way, const char *expected, const char *skipped)
{
	static const struct {
		const char *kind; /* as in @skipped */
		const char *value;
		const char *found;
	} rows[] = {
		{ "null", "null", "null" },
		{ "bool", "false", "false" },
		{ "bool", "true", "true" },
		{ "number", "7", "7" },
		{ "number", "1.5", "1.5" },
		{ "number", "1e2", "1e2" },
		{ "string", "\"1\"", "the string \"1\"" },
		{ "array", "[]", "an array" },
		{ "object", "{}", "an object" },
	};
	const struct field *field = way->fields[way->depth - 1];
	char message[256];

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *found = rows[i].found;

		if (strcmp(rows[i].kind, skipped) == 0 &&
		    (strcmp(skipped, "number") != 0 || strcmp(rows[i].value, "7") == 0))
			continue;
		if (field->secret && strcmp(rows[i].kind, "number") == 0)
			found = "a number";
		if (field->secret && strcmp(rows[i].kind, "string") == 0)
			found = "a string";
		snprintf(message, sizeof(message), "expected %s, found %s", expected, found);
		assert_said(way, rows[i].value, "", message);
	}
}

static void assert_number(const struct way *way, const char *low, uint64_t high, bool element)
{
	char expected[128], value[80], message[256], bad[64];

	snprintf(expected, sizeof(expected), "a number from %s to %" PRIu64, low, high);
	snprintf(bad, sizeof(bad), "%" PRIu64 "%s", high == UINT64_MAX ? high : high + 1,
		 high == UINT64_MAX ? "0" : "");
	snprintf(value, sizeof(value), element ? "[0,%s]" : "%s", bad);
	snprintf(message, sizeof(message), "expected %s, found %s", expected, bad);
	assert_said(way, value, element ? "/1" : "", message);
	if (!element)
		assert_kinds(way, expected, "number");
	snprintf(value, sizeof(value), element ? "[%" PRIu64 "]" : "%" PRIu64, high);
	assert_said(way, value, "", NULL);
}

static void assert_names(const struct way *way, bool element)
{
	const struct field *field = way->fields[way->depth - 1];
	char value[128];

	for (const struct name *name = field->names; name->name; name++) {
		snprintf(value, sizeof(value), element ? "[\"%s\"]" : "\"%s\"", name->name);
		assert_said(way, value, "", NULL);
	}
	assert_said(way, element ? "[\"no such name at all\"]" : "\"no such name at all\"",
		    element ? "/0" : "", "unknown value \"no such name at all\"");
	assert_said(way, element ? "[\"\"]" : "\"\"", element ? "/0" : "", "unknown value \"\"");
}

static void assert_property(const struct way *way, void *context)
{
	const struct field *field = way->fields[way->depth - 1];
	struct text good = { 0 };
	char low[32];

	if (field->foreign || field->removed)
		return;
	++*(size_t *)context;
	put_good(&good, field);
	assert_said(way, good.data, "", NULL);
	text_done(&good);
	switch (field->type) {
	case FIELD_BOOL:
		assert_said(way, "false", "", NULL);
		assert_kinds(way, "true or false", "bool");
		break;
	case FIELD_STRING:
		assert_kinds(way, "a string", "string");
		assert_said(way, "\"/\\u0000\"", "", "a string with a NUL character");
		if (field->absolute)
			assert_said(way, "\"a/b\"", "", "expected an absolute path, found \"a/b\"");
		if (field->full)
			assert_said(way, "\"\"", "", "must not be empty");
		break;
	case FIELD_INT:
		snprintf(low, sizeof(low), "%" PRId64, field->min);
		assert_number(way, low, field->max, false);
		break;
	case FIELD_UINT:
		assert_number(way, "0", field->max, false);
		assert_said(way, "0", "", NULL);
		break;
	case FIELD_ENUM:
		assert_kinds(way, "a string", "string");
		assert_names(way, false);
		break;
	case FIELD_STRINGS:
		assert_kinds(way, "an array of strings", "array");
		if (!field->names)
			assert_said(way, "[\"/a\",7]", "/1",
				    field->secret ? "expected a string, found a number"
						  : "expected a string, found 7");
		if (field->absolute)
			assert_said(way, "[\"/\",\"a\"]", "/1",
				    "expected an absolute path, found \"a\"");
		if (field->full)
			assert_said(way, "[]", "", "must have at least one element");
		if (field->names)
			assert_names(way, true);
		break;
	case FIELD_UINTS:
		assert_kinds(way, "an array of numbers", "array");
		assert_number(way, "0", field->max, true);
		break;
	case FIELD_ENUMS:
		assert_kinds(way, "an array of strings", "array");
		assert_names(way, true);
		break;
	case FIELD_OBJECT:
		assert_kinds(way, "an object", "object");
		break;
	case FIELD_OBJECTS:
		assert_kinds(way, "an array of objects", "array");
		assert_said(way, "[]", "", NULL);
		assert_said(way, "[7]", "/0", "expected an object, found 7");
		break;
	case FIELD_STRING_MAP:
		assert_kinds(way, "an object", "object");
		assert_said(way, "{}", "", NULL);
		assert_said(way, "{\"k\":7}", "/k", "expected a string, found 7");
		assert_said(way, "{\"\":\"v\"}", "/", "a name must not be empty");
		break;
	case FIELD_OBJECT_MAP:
		assert_kinds(way, "an object", "object");
		assert_said(way, "{}", "", NULL);
		break;
	}
}

START_TEST(each_property_by_itself)
{
	struct way way = { 0 };
	size_t n = 0;

	walk(&spec_object, &way, assert_property, &n);
	/* Two of 221 are of other platforms; a map of clocks replaces six rows of an object by
	 * three. */
	ck_assert_uint_ge(n, 210);
}
END_TEST

/* Each member that has to be there, taken away. */
static void assert_needed(const struct way *way, void *context)
{
	const struct field *field = way->fields[way->depth - 1];
	struct way around = *way;
	struct text object = { 0 };
	char needle[64], message[96];
	char *at, *end;

	(void)context;
	if (!field->need || field->foreign)
		return;
	put_object(&object, way->objects[way->depth - 1], NULL, NULL);
	/* Renamed, so that everything else stays as it is. */
	snprintf(needle, sizeof(needle), "\"%s\":", field->name);
	at = strstr(object.data, needle);
	end = at + strlen(needle) - 2;
	end[-1] = '!';
	snprintf(message, sizeof(message), "\"%s\" is missing", field->name);
	around.depth--;
	if (around.depth == 0) {
		struct arena arena = { 0 };
		struct oci_error err;
		struct spec spec = { 0 };
		const struct document document = { "c", object.data, object.length };

		ck_assert_int_eq(decode(&document, &spec_object, &spec, &arena, &err), -EINVAL);
		ck_assert_str_eq(err.message + strlen("c:1:1: "), message);
		arena_done(&arena);
	} else {
		const struct field *outer = around.fields[around.depth - 1];
		const char *key = outer->names ? outer->names->name : "k";
		char below[64] = "";
		struct text value = { 0 };

		if (is_list(outer)) {
			text_printf(&value, "[%s]", object.data);
			snprintf(below, sizeof(below), "/0");
		} else if (is_map(outer)) {
			text_printf(&value, "{\"%s\":%s}", key, object.data);
			snprintf(below, sizeof(below), "/%s", key);
		} else {
			text_puts(&value, object.data);
		}
		assert_said(&around, value.data, below, message);
		text_done(&value);
	}
	text_done(&object);
}

START_TEST(each_required_member)
{
	struct way way = { 0 };

	walk(&spec_object, &way, assert_needed, NULL);
}
END_TEST

/* Read, written, read, written: the same text. One property at a time, and all of them at once. */
static void assert_round_trip(const char *text)
{
	struct text written[2] = { { 0 }, { 0 } };
	struct arena arena = { 0 };

	for (int i = 0; i < 2; i++) {
		const char *from = i == 0 ? text : written[0].data;
		struct spec spec = { 0 };
		struct oci_error err;
		int r = decode(&(struct document){ "c", from, strlen(from) }, &spec_object, &spec,
			       &arena, &err);

		ck_assert_msg(r == 0, "%s: %s", from, err.message);
		dump(&written[i], &spec_object, &spec, 0);
	}
	ck_assert_str_eq(written[0].data, written[1].data);
	for (int i = 0; i < 2; i++)
		text_done(&written[i]);
	arena_done(&arena);
}

static void round_trip(const struct way *way, void *context)
{
	const struct field *field = way->fields[way->depth - 1];
	struct text good = { 0 }, text = { 0 }, pointer = { 0 };

	(void)context;
	put_good(&good, field);
	put_config(&text, &pointer, way, good.data);
	assert_round_trip(text.data);
	/* Nothing is lost on the way. */
	if (!field->foreign && !field->removed) {
		struct arena arena = { 0 };
		struct spec spec = { 0 };
		struct text written = { 0 };

		ck_assert_int_eq(decode(&(struct document){ "c", text.data, text.length },
					&spec_object, &spec, &arena, NULL),
				 0);
		dump(&written, &spec_object, &spec, 0);
		ck_assert_str_eq(written.data, text.data);
		text_done(&written);
		arena_done(&arena);
	}
	text_done(&good);
	text_done(&text);
	text_done(&pointer);
}

START_TEST(each_property_there_and_back)
{
	struct way way = { 0 };

	walk(&spec_object, &way, round_trip, NULL);
}
END_TEST

UNIT_MAIN("tables", all_properties_of_the_standard, each_property_by_itself, each_required_member,
	  each_property_there_and_back)
