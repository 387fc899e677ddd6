/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From a JSON token to a C value, and what is said when it is not of the right kind. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "spec/decoder.h"
#include "spec/similar.h"

#define SHOWN_MAX 60

/* How much of a text is shown: no character is cut in two. */
static int shown(const char *text, size_t length, size_t max)
{
	if (length <= max)
		return (int)length;
	while (max > 0 && ((unsigned char)text[max] & 0xc0) == 0x80)
		max--;
	return (int)max;
}

static void describe_found(const struct field *field, const struct json_token *token, char *buffer,
			   size_t size)
{
	static const char *const kinds[] = {
		[JSON_NULL] = "null",       [JSON_FALSE] = "false",     [JSON_TRUE] = "true",
		[JSON_NUMBER] = "a number", [JSON_STRING] = "a string", [JSON_OBJECT] = "an object",
		[JSON_ARRAY] = "an array",
	};
	int length = shown(token->text, token->length, SHOWN_MAX);
	const char *more = (size_t)length < token->length ? "..." : "";

	if (token->event == JSON_NUMBER && !field->secret)
		snprintf(buffer, size, "%.*s%s", length, token->text, more);
	else if (token->event == JSON_STRING && !field->secret)
		snprintf(buffer, size, "the string \"%.*s%s\"", length, token->text, more);
	else
		snprintf(buffer, size, "%s", kinds[token->event]);
}

static void describe_expected(const struct field *field, bool element, char *buffer, size_t size)
{
	static const char *const kinds[] = {
		[FIELD_BOOL] = "true or false",
		[FIELD_STRING] = "a string",
		[FIELD_ENUM] = "a string",
		[FIELD_STRINGS] = "an array of strings",
		[FIELD_UINTS] = "an array of numbers",
		[FIELD_ENUMS] = "an array of strings",
		[FIELD_OBJECT] = "an object",
		[FIELD_OBJECTS] = "an array of objects",
		[FIELD_STRING_MAP] = "an object",
		[FIELD_OBJECT_MAP] = "an object",
	};
	enum field_type type = field->type;

	if (element && (type == FIELD_STRINGS || type == FIELD_STRING_MAP || type == FIELD_ENUMS))
		snprintf(buffer, size, "a string");
	else if (element && (type == FIELD_OBJECTS || type == FIELD_OBJECT_MAP))
		snprintf(buffer, size, "an object");
	else if (type == FIELD_INT)
		snprintf(buffer, size, "a number from %" PRId64 " to %" PRIu64, field->min,
			 field->max);
	else if (type == FIELD_UINT || (element && type == FIELD_UINTS))
		snprintf(buffer, size, "a number from 0 to %" PRIu64,
			 field->max ? field->max : UINT64_MAX);
	else
		snprintf(buffer, size, "%s", kinds[type]);
}

static const char *rule_of(const struct field *field, bool element)
{
	const char *rule = element ? field->element_rule : field->rule;

	return rule ? rule : "VAL-01";
}

void decode_wrong(struct decoder *decoder, const struct field *field, bool element,
		  const struct json_token *token)
{
	const struct oci_finding foreign = { .aspect = OCI_ASPECT_SCHEMA,
					     .severity = OCI_SEVERITY_VIOLATION,
					     .rule = "VAL-01" };
	char expected[96], found[128];

	describe_expected(field, element, expected, sizeof(expected));
	describe_found(field, token, found, sizeof(found));
	if (field->foreign)
		decoder_note(decoder, foreign, json_token_start(decoder->document->text, token),
			     "expected %s, found %s", expected, found);
	else
		decoder_refuse(decoder, rule_of(field, element), token, "expected %s, found %s",
			       expected, found);
}

static bool is_name(struct decoder *decoder, const struct field *field, bool element,
		    const struct json_token *token, int *ret)
{
	struct similar similar;
	int length;

	*ret = name_value(field->names, token->text, token->length);
	if (*ret != 0)
		return true;
	similar = similar_to(token->text, token->length);
	for (const struct name *name = field->names; name->name; name++)
		similar_try(&similar, name->name);
	length = shown(token->text, token->length, SHOWN_MAX);
	decoder_refuse(decoder, rule_of(field, element), token,
		       "unknown value \"%.*s\"" SIMILAR_FORMAT, length, token->text,
		       SIMILAR_HINT(similar.name));
	return false;
}

static bool decode_name(struct decoder *decoder, const struct field *field, bool element,
			const struct json_token *token, int *ret)
{
	if (token->event == JSON_STRING)
		return is_name(decoder, field, element, token, ret);
	decode_wrong(decoder, field, element, token);
	return false;
}

static bool is_string(struct decoder *decoder, const struct field *field, bool element,
		      const struct json_token *token)
{
	const char *rule = rule_of(field, element);
	int value;

	if (memchr(token->text, '\0', token->length)) {
		decoder_refuse(decoder, rule, token, "a string with a NUL character");
		return false;
	}
	if (field->absolute && (token->length == 0 || token->text[0] != '/')) {
		decoder_refuse(decoder, rule, token, "expected an absolute path, found \"%.*s\"",
			       shown(token->text, token->length, 200), token->text);
		return false;
	}
	if (field->full && !element && token->length == 0) {
		decoder_refuse(decoder, rule, token, "must not be empty");
		return false;
	}
	return !field->names || field->type != FIELD_STRINGS ||
	       is_name(decoder, field, element, token, &value);
}

static bool decode_string(struct decoder *decoder, const struct field *field, bool element,
			  const struct json_token *token, const char **ret)
{
	bool sound = false;

	if (token->event != JSON_STRING)
		decode_wrong(decoder, field, element, token);
	else
		sound = is_string(decoder, field, element, token);
	*ret = NULL;
	if (!sound && !element)
		return false;
	/* An element that is wrong keeps its place, so that the others keep their numbers. */
	*ret = arena_strndup(decoder->findings->arena, sound ? token->text : "",
			     sound ? token->length : 0);
	if (!*ret)
		decoder->no_memory = true;
	return sound;
}

static bool decode_uint(struct decoder *decoder, const struct field *field, bool element,
			const struct json_token *token, uint64_t *ret)
{
	*ret = 0;
	if (token->event == JSON_NUMBER &&
	    num_parse(token->text, token->length, field->max ? field->max : UINT64_MAX, ret) == 0)
		return true;
	decode_wrong(decoder, field, element, token);
	return false;
}

static bool decode_int(struct decoder *decoder, const struct field *field,
		       const struct json_token *token, int64_t *ret)
{
	if (token->event == JSON_NUMBER &&
	    num_parse_signed(token->text, token->length, field->min, (int64_t)field->max, ret) == 0)
		return true;
	decode_wrong(decoder, field, false, token);
	return false;
}

bool decode_member(struct decoder *decoder, const struct field *field, void *place,
		   const struct json_token *token)
{
	struct opt_uint *u = place;
	struct opt_int *i = place;

	switch (field->type) {
	case FIELD_BOOL:
		*(bool *)place = token->event == JSON_TRUE;
		if (token->event == JSON_TRUE || token->event == JSON_FALSE)
			return true;
		break;
	case FIELD_STRING:
		return decode_string(decoder, field, false, token, place);
	case FIELD_INT:
		i->set = decode_int(decoder, field, token, &i->value);
		return i->set;
	case FIELD_UINT:
		u->set = decode_uint(decoder, field, false, token, &u->value);
		return u->set;
	case FIELD_ENUM:
		return decode_name(decoder, field, false, token, place);
	case FIELD_STRINGS:
	case FIELD_UINTS:
	case FIELD_ENUMS:
	case FIELD_OBJECT:
	case FIELD_OBJECTS:
	case FIELD_STRING_MAP:
	case FIELD_OBJECT_MAP:
		break;
	}
	decode_wrong(decoder, field, false, token);
	return false;
}

bool decode_element(struct decoder *decoder, const struct field *field, void *place,
		    const struct json_token *token)
{
	switch (field->type) {
	case FIELD_STRINGS:
		return decode_string(decoder, field, true, token, place);
	case FIELD_UINTS:
		return decode_uint(decoder, field, true, token, place);
	case FIELD_ENUMS:
		return decode_name(decoder, field, true, token, place);
	case FIELD_STRING_MAP:
		return decode_string(decoder, field, true, token, &((struct pair *)place)->value);
	case FIELD_BOOL:
	case FIELD_STRING:
	case FIELD_INT:
	case FIELD_UINT:
	case FIELD_ENUM:
	case FIELD_OBJECT:
	case FIELD_OBJECTS:
	case FIELD_OBJECT_MAP:
		break;
	}
	decode_wrong(decoder, field, true, token);
	return false;
}
