/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From the struct that a table describes to JSON text, see dump.h. */
#include <inttypes.h>

#include "spec/dump.h"

struct dumper {
	struct text *text;
	unsigned int indent;
	unsigned int depth;
	bool first; /* nothing stands yet between the innermost brackets */
};

static void newline(struct dumper *dumper)
{
	if (dumper->indent == 0)
		return;
	text_putc(dumper->text, '\n');
	for (unsigned int i = 0; i < dumper->depth * dumper->indent; i++)
		text_putc(dumper->text, ' ');
}

static void begin(struct dumper *dumper, char bracket)
{
	text_putc(dumper->text, bracket);
	dumper->depth++;
	dumper->first = true;
}

static void end(struct dumper *dumper, char bracket)
{
	dumper->depth--;
	if (!dumper->first)
		newline(dumper);
	text_putc(dumper->text, bracket);
	dumper->first = false;
}

static void next(struct dumper *dumper, const char *name)
{
	if (!dumper->first)
		text_putc(dumper->text, ',');
	dumper->first = false;
	newline(dumper);
	if (!name)
		return;
	text_json(dumper->text, name);
	text_puts(dumper->text, dumper->indent ? ": " : ":");
}

static void put_object(struct dumper *dumper, const struct object *object, const void *value);

static bool is_absent(const struct field *field, const void *place)
{
	switch (field->type) {
	case FIELD_BOOL:
		return !*(const bool *)place && !field->need;
	case FIELD_STRING:
	case FIELD_OBJECT:
		return !*(const void *const *)place;
	case FIELD_INT:
		return !((const struct opt_int *)place)->set;
	case FIELD_UINT:
		return !((const struct opt_uint *)place)->set;
	case FIELD_ENUM:
		return *(const int *)place == 0;
	case FIELD_STRINGS:
	case FIELD_UINTS:
	case FIELD_ENUMS:
	case FIELD_OBJECTS:
	case FIELD_STRING_MAP:
	case FIELD_OBJECT_MAP:
		break;
	}
	return !((const struct list *)place)->set;
}

static void put_list(struct dumper *dumper, const struct field *field, const struct list *list)
{
	bool map = field->type == FIELD_STRING_MAP || field->type == FIELD_OBJECT_MAP;

	begin(dumper, map ? '{' : '[');
	for (size_t i = 0; i < list->n; i++) {
		const char *const *strings = list->item;
		const struct pair *pairs = list->item;
		const char *object;

		switch (field->type) {
		case FIELD_STRINGS:
			next(dumper, NULL);
			text_json(dumper->text, strings[i]);
			break;
		case FIELD_UINTS:
			next(dumper, NULL);
			text_printf(dumper->text, "%" PRIu64, ((const uint64_t *)list->item)[i]);
			break;
		case FIELD_ENUMS:
			next(dumper, NULL);
			text_json(dumper->text,
				  name_of(field->names, ((const int *)list->item)[i]));
			break;
		case FIELD_STRING_MAP:
			next(dumper, pairs[i].key);
			text_json(dumper->text, pairs[i].value);
			break;
		default:
			object = (const char *)list->item + i * field->object->size;
			next(dumper, map ? *(const char *const *)(const void *)object : NULL);
			put_object(dumper, field->object, object);
		}
	}
	end(dumper, map ? '}' : ']');
}

static void put_value(struct dumper *dumper, const struct field *field, const void *place)
{
	switch (field->type) {
	case FIELD_BOOL:
		text_puts(dumper->text, *(const bool *)place ? "true" : "false");
		break;
	case FIELD_STRING:
		text_json(dumper->text, *(const char *const *)place);
		break;
	case FIELD_INT:
		text_printf(dumper->text, "%" PRId64, ((const struct opt_int *)place)->value);
		break;
	case FIELD_UINT:
		text_printf(dumper->text, "%" PRIu64, ((const struct opt_uint *)place)->value);
		break;
	case FIELD_ENUM:
		text_json(dumper->text, name_of(field->names, *(const int *)place));
		break;
	case FIELD_OBJECT:
		put_object(dumper, field->object, *(const void *const *)place);
		break;
	case FIELD_STRINGS:
	case FIELD_UINTS:
	case FIELD_ENUMS:
	case FIELD_OBJECTS:
	case FIELD_STRING_MAP:
	case FIELD_OBJECT_MAP:
		put_list(dumper, field, place);
		break;
	}
}

static void put_object(struct dumper *dumper, const struct object *object, const void *value)
{
	begin(dumper, '{');
	for (const struct field *field = object->fields; field->name; field++) {
		const void *place = (const char *)value + field->offset;

		if (field->foreign || field->removed || is_absent(field, place))
			continue;
		next(dumper, field->name);
		put_value(dumper, field, place);
	}
	end(dumper, '}');
}

void dump(struct text *text, const struct object *object, const void *value, unsigned int indent)
{
	struct dumper dumper = { .text = text, .indent = indent, .first = true };

	put_object(&dumper, object, value);
}
