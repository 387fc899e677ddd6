/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* docs/config.md: every member of config.json, from the tables that read it. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "spec/spec.h"
#include "spec/tables.h"

static const char *const releases[] = RELEASE_NAMES;

static const char *kind_of(const struct field *field)
{
	static const char *const kinds[] = {
		[FIELD_BOOL] = "bool",
		[FIELD_STRING] = "string",
		[FIELD_INT] = "number",
		[FIELD_UINT] = "number",
		[FIELD_ENUM] = "string, one of those below",
		[FIELD_STRINGS] = "array of strings",
		[FIELD_UINTS] = "array of numbers",
		[FIELD_ENUMS] = "array of strings out of those below",
		[FIELD_OBJECT] = "object",
		[FIELD_OBJECTS] = "array of objects",
		[FIELD_STRING_MAP] = "map of strings",
		[FIELD_OBJECT_MAP] = "map of objects",
	};

	if (field->type == FIELD_STRINGS && field->names)
		return kinds[FIELD_ENUMS];
	return kinds[field->type];
}

static void print_range(const struct field *field)
{
	if (field->type == FIELD_INT)
		printf(", %" PRId64 " to %" PRIu64, field->min, field->max);
	else if (field->type == FIELD_UINT || field->type == FIELD_UINTS)
		printf(", 0 to %" PRIu64, field->max);
	if (field->absolute)
		printf(", absolute path%s", field->type == FIELD_STRINGS ? "s" : "");
	if (field->full)
		printf(", not empty");
}

static void print_rules(const struct field *field)
{
	const char *const rules[] = { field->rule, field->element_rule, field->key_rule };
	const char *before = "";

	for (size_t i = 0; i < ARRAY_SIZE(rules); i++)
		if (rules[i] && (!field->need || strcmp(rules[i], field->need) != 0)) {
			printf("%s%s", before, rules[i]);
			before = ", ";
		}
}

static void print_row(const struct field *field)
{
	printf("| `%s` | ", field->name);
	if (field->foreign)
		printf("%s, of other platforms: ignored", kind_of(field));
	else if (field->removed)
		printf("no longer in the standard: ignored");
	else
		printf("%s", kind_of(field));
	if (!field->foreign && !field->removed)
		print_range(field);
	printf(" | %s | ", field->need ? field->need : "");
	print_rules(field);
	printf(" | %s |\n", releases[field->since]);
}

static void print_names(const struct field *field)
{
	if (!field->names)
		return;
	printf("\n`%s`:", field->name);
	for (const struct name *name = field->names; name->name; name++) {
		printf("%s `%s`", name == field->names ? "" : ",", name->name);
		if (name->since > field->since)
			printf(" (%s)", releases[name->since]);
	}
	printf("\n");
}

static void print_object(const struct object *object, const char *path)
{
	char inner[256];

	printf("\n## %s\n\n", path[0] ? path : "config.json");
	printf("| member | type | needed | values | since |\n|---|---|---|---|---|\n");
	for (const struct field *field = object->fields; field->name; field++)
		print_row(field);
	for (const struct field *field = object->fields; field->name; field++)
		print_names(field);
	for (const struct field *field = object->fields; field->name; field++) {
		if (!field->object)
			continue;
		snprintf(inner, sizeof(inner), "%s%s%s%s", path, path[0] ? "." : "", field->name,
			 field->type == FIELD_OBJECTS      ? "[]"
			 : field->type == FIELD_OBJECT_MAP ? ".*"
							   : "");
		print_object(field->object, inner);
	}
}

int main(void)
{
	printf("# Members of config.json\n"
	       "\n"
	       "Every member of runtime-spec %s that concerns Linux, as it is read here. This page "
	       "is "
	       "printed by\nthe tables in `lib/spec/tables.c`, which also decode, check and write "
	       "a "
	       "config; a test compares them.\n"
	       "\n"
	       "*needed* and *values* name the statements of the standard (`oci-conform rules`) "
	       "that want "
	       "the member there,\nand that a value of the wrong kind breaks; where none is named "
	       "for "
	       "values it is VAL-01. *since* is the\nrelease of the standard. Rules that span "
	       "members are "
	       "in `lib/spec/check*.c`.\n",
	       SPEC_VERSION);
	print_object(&spec_object, "");
	return EXIT_SUCCESS;
}
