/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From JSON text to the struct that a table describes, see decode.h.
 *
 * The decoder keeps a stack of frames, one per open object or array. The token that arrives is
 * the value of the place that the top frame describes: a member, an element, an entry of a map. */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/num.h"
#include "base/text.h"
#include "spec/decode.h"
#include "spec/json.h"

enum frame_kind { FRAME_OBJECT, FRAME_LIST, FRAME_MAP, FRAME_SKIP };

struct frame {
	enum frame_kind kind;
	const struct object *object; /* FRAME_OBJECT */
	const struct field
		*field; /* the member at hand; FRAME_LIST, FRAME_MAP: the member itself */
	char *target;   /* FRAME_OBJECT: the struct, else the struct list */
	uint64_t seen;  /* FRAME_OBJECT: the rows that had a value */
	size_t room;    /* FRAME_LIST, FRAME_MAP: elements allocated */
	size_t start;   /* where the object begins in the document */
	char name[96];  /* of the member or map key at hand, for messages */
};

struct decoder {
	const char *file;
	const char *document;
	const struct object *object;
	void *target;
	struct arena *arena;
	struct oci_error *err;
	unsigned int findings;
	bool no_memory;
	unsigned int depth;
	struct frame frames[JSON_DEPTH_MAX + 1];
};

static struct frame *top(struct decoder *decoder)
{
	return &decoder->frames[decoder->depth - 1];
}

static void add_escaped(struct text *text, const char *name)
{
	for (; *name; name++) {
		if (*name == '~')
			text_puts(text, "~0");
		else if (*name == '/')
			text_puts(text, "~1");
		else
			text_putc(text, *name);
	}
}

static void add_pointer(struct decoder *decoder, struct text *text, bool whole_object)
{
	unsigned int depth = decoder->depth - (whole_object ? 1 : 0);

	for (unsigned int i = 0; i < depth; i++) {
		const struct frame *frame = &decoder->frames[i];

		text_putc(text, '/');
		if (frame->kind == FRAME_LIST)
			text_printf(text, "%zu", ((const struct list *)frame->target)->n);
		else
			add_escaped(text, frame->name);
	}
}

static int out_of_memory(struct decoder *decoder)
{
	decoder->no_memory = true;
	return -ENOMEM;
}

/* One finding. Decoding goes on, so that all of them are counted. */
static void finding(struct decoder *decoder, size_t offset, bool whole_object, const char *format,
		    ...) _printf_(4, 5);

static void finding(struct decoder *decoder, size_t offset, bool whole_object, const char *format,
		    ...)
{
	cleanup(text_done) struct text pointer = { 0 };
	unsigned int line, column;
	char message[512];
	va_list ap;

	if (decoder->findings++ > 0)
		return;
	va_start(ap, format);
	vsnprintf(message, sizeof(message), format, ap);
	va_end(ap);
	add_pointer(decoder, &pointer, whole_object);
	json_position(decoder->document, offset, &line, &column);
	fail_plain(decoder->err, -EINVAL, pointer.data, "%s:%u:%u: %s%s%s", decoder->file, line,
		   column, pointer.data ? pointer.data : "", pointer.data ? ": " : "", message);
}

static void describe_found(const struct json_token *token, char *buffer, size_t size)
{
	static const char *const kinds[] = {
		[JSON_NULL] = "null",        [JSON_FALSE] = "false",    [JSON_TRUE] = "true",
		[JSON_OBJECT] = "an object", [JSON_ARRAY] = "an array",
	};
	int length = token->length > 60 ? 60 : (int)token->length;
	const char *more = token->length > 60 ? "..." : "";

	if (token->event == JSON_NUMBER)
		snprintf(buffer, size, "%.*s%s", length, token->text, more);
	else if (token->event == JSON_STRING)
		snprintf(buffer, size, "the string \"%.*s%s\"", length, token->text, more);
	else
		snprintf(buffer, size, "%s", kinds[token->event]);
}

static void describe_expected(const struct field *field, bool element, char *buffer, size_t size)
{
	static const char *const kinds[] = {
		[FIELD_BOOL] = "true or false",   [FIELD_STRING] = "a string",
		[FIELD_STRINGS] = "an array",     [FIELD_UINTS] = "an array",
		[FIELD_ENUMS] = "an array",       [FIELD_OBJECT] = "an object",
		[FIELD_OBJECTS] = "an array",     [FIELD_STRING_MAP] = "an object",
		[FIELD_OBJECT_MAP] = "an object",
	};
	enum field_type type = field->type;

	if (element && (type == FIELD_STRINGS || type == FIELD_STRING_MAP))
		snprintf(buffer, size, "a string");
	else if (element && (type == FIELD_OBJECTS || type == FIELD_OBJECT_MAP))
		snprintf(buffer, size, "an object");
	else if (type == FIELD_INT)
		snprintf(buffer, size, "a number from %" PRId64 " to %" PRIu64, field->min,
			 field->max);
	else if (type == FIELD_UINT || (element && type == FIELD_UINTS))
		snprintf(buffer, size, "a number from 0 to %" PRIu64,
			 field->max ? field->max : UINT64_MAX);
	else if (type == FIELD_ENUM || (element && type == FIELD_ENUMS))
		snprintf(buffer, size, "one of the known names");
	else
		snprintf(buffer, size, "%s", kinds[type]);
}

static void wrong(struct decoder *decoder, const struct field *field, bool element,
		  const struct json_token *token)
{
	char expected[96], found[128];

	describe_expected(field, element, expected, sizeof(expected));
	describe_found(token, found, sizeof(found));
	finding(decoder, json_token_start(decoder->document, token), false, "expected %s, found %s",
		expected, found);
}

/* Edit distance of two short names, letters taken without their case; large when far apart. */
static unsigned int distance(const char *a, size_t a_length, const char *b)
{
	size_t b_length = strlen(b);
	unsigned int row[64];

	if (a_length >= ARRAY_SIZE(row) || b_length >= ARRAY_SIZE(row))
		return UINT32_MAX;
	for (size_t j = 0; j <= b_length; j++)
		row[j] = (unsigned int)j;
	for (size_t i = 1; i <= a_length; i++) {
		unsigned int diagonal = row[0];

		row[0] = (unsigned int)i;
		for (size_t j = 1; j <= b_length; j++) {
			unsigned int above = row[j];
			bool same = (a[i - 1] | 0x20) == (b[j - 1] | 0x20);
			unsigned int best = diagonal + !same;

			if (above + 1 < best)
				best = above + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			row[j] = best;
			diagonal = above;
		}
	}
	return row[b_length];
}

static const char *nearest(const struct name *names, const char *text, size_t length)
{
	unsigned int best = length < 6 ? 3 : 4;
	const char *name = NULL;

	for (; names->name; names++) {
		unsigned int d = distance(text, length, names->name);

		if (d < best) {
			best = d;
			name = names->name;
		}
	}
	return name;
}

static int decode_name(struct decoder *decoder, const struct field *field, bool element,
		       const struct json_token *token)
{
	const char *hint;
	int value;

	if (token->event != JSON_STRING) {
		wrong(decoder, field, element, token);
		return 0;
	}
	value = name_value(field->names, token->text, token->length);
	if (value != 0)
		return value;
	hint = nearest(field->names, token->text, token->length);
	finding(decoder, json_token_start(decoder->document, token), false,
		"unknown value \"%.*s\"%s%s%s", token->length > 60 ? 60 : (int)token->length,
		token->text, hint ? ", did you mean \"" : "", hint ? hint : "", hint ? "\"?" : "");
	return 0;
}

static const char *decode_string(struct decoder *decoder, const struct field *field, bool element,
				 const struct json_token *token)
{
	size_t start = json_token_start(decoder->document, token);
	const char *copy;

	if (token->event != JSON_STRING) {
		wrong(decoder, field, element, token);
		return NULL;
	}
	if (memchr(token->text, '\0', token->length))
		finding(decoder, start, false, "a string with a NUL character");
	if ((field->flags & FIELD_ABSOLUTE) && (token->length == 0 || token->text[0] != '/'))
		finding(decoder, start, false, "expected an absolute path, found \"%.*s\"",
			token->length > 200 ? 200 : (int)token->length, token->text);
	else if ((field->flags & FIELD_NOT_EMPTY) && !element && token->length == 0)
		finding(decoder, start, false, "must not be empty");
	copy = arena_strndup(decoder->arena, token->text, token->length);
	if (!copy)
		decoder->no_memory = true;
	return copy;
}

static uint64_t decode_uint(struct decoder *decoder, const struct field *field, bool element,
			    const struct json_token *token)
{
	uint64_t value = 0;

	if (token->event != JSON_NUMBER ||
	    num_parse(token->text, token->length, field->max ? field->max : UINT64_MAX, &value) < 0)
		wrong(decoder, field, element, token);
	return value;
}

static void decode_member(struct decoder *decoder, const struct field *field, void *place,
			  const struct json_token *token)
{
	struct opt_uint *u = place;
	struct opt_int *i = place;

	switch (field->type) {
	case FIELD_BOOL:
		if (token->event != JSON_TRUE && token->event != JSON_FALSE)
			wrong(decoder, field, false, token);
		*(bool *)place = token->event == JSON_TRUE;
		break;
	case FIELD_STRING:
		*(const char **)place = decode_string(decoder, field, false, token);
		break;
	case FIELD_INT:
		if (token->event != JSON_NUMBER ||
		    num_parse_signed(token->text, token->length, field->min, (int64_t)field->max,
				     &i->value) < 0)
			wrong(decoder, field, false, token);
		i->set = true;
		break;
	case FIELD_UINT:
		u->value = decode_uint(decoder, field, false, token);
		u->set = true;
		break;
	case FIELD_ENUM:
		*(int *)place = decode_name(decoder, field, false, token);
		break;
	case FIELD_STRINGS:
	case FIELD_UINTS:
	case FIELD_ENUMS:
	case FIELD_OBJECT:
	case FIELD_OBJECTS:
	case FIELD_STRING_MAP:
	case FIELD_OBJECT_MAP:
		wrong(decoder, field, false, token);
		break;
	}
}

static size_t element_size(const struct field *field)
{
	switch (field->type) {
	case FIELD_STRINGS:
		return sizeof(const char *);
	case FIELD_UINTS:
		return sizeof(uint64_t);
	case FIELD_ENUMS:
		return sizeof(int);
	case FIELD_STRING_MAP:
		return sizeof(struct pair);
	case FIELD_OBJECTS:
	case FIELD_OBJECT_MAP:
		return field->object->size;
	case FIELD_BOOL:
	case FIELD_STRING:
	case FIELD_INT:
	case FIELD_UINT:
	case FIELD_ENUM:
	case FIELD_OBJECT:
		break;
	}
	return 0;
}

/* Room for one more element, zeroed; it counts once commit_element() was called. */
static void *next_element(struct decoder *decoder, struct frame *frame)
{
	struct list *list = (struct list *)frame->target;
	size_t size = element_size(frame->field);

	if (list->n == frame->room) {
		size_t room = frame->room ? frame->room * 2 : 8;
		void *item = arena_alloc(decoder->arena, room * size);

		if (!item) {
			decoder->no_memory = true;
			return NULL;
		}
		if (list->n > 0)
			memcpy(item, list->item, list->n * size);
		list->item = item;
		frame->room = room;
	}
	return (char *)list->item + list->n * size;
}

static void decode_element(struct decoder *decoder, struct frame *frame,
			   const struct json_token *token)
{
	const struct field *field = frame->field;
	void *place = next_element(decoder, frame);
	struct pair *pair = place;

	if (!place)
		return;
	switch (field->type) {
	case FIELD_STRINGS:
		*(const char **)place = decode_string(decoder, field, true, token);
		break;
	case FIELD_UINTS:
		*(uint64_t *)place = decode_uint(decoder, field, true, token);
		break;
	case FIELD_ENUMS:
		*(int *)place = decode_name(decoder, field, true, token);
		break;
	case FIELD_STRING_MAP:
		pair->value = decode_string(decoder, field, true, token);
		break;
	default:
		wrong(decoder, field, true, token);
	}
	((struct list *)frame->target)->n++;
}

static int push(struct decoder *decoder, enum frame_kind kind, const struct object *object,
		const struct field *field, void *target, const struct json_token *token)
{
	struct frame *frame = &decoder->frames[decoder->depth++];

	frame->kind = kind;
	frame->object = object;
	frame->field = field;
	frame->target = target;
	frame->seen = 0;
	frame->room = 0;
	frame->start = json_token_start(decoder->document, token);
	frame->name[0] = '\0';
	return 0;
}

static int skip(struct decoder *decoder, const struct json_token *token)
{
	return push(decoder, FRAME_SKIP, NULL, NULL, NULL, token);
}

static int open_list(struct decoder *decoder, enum frame_kind kind, const struct field *field,
		     void *place, const struct json_token *token)
{
	((struct list *)place)->set = true;
	return push(decoder, kind, NULL, field, place, token);
}

/* '{' or '[' where the top frame is an object. */
static int open_member(struct decoder *decoder, const struct json_token *token)
{
	struct frame *frame = top(decoder);
	const struct field *field = frame->field;
	bool object = token->event == JSON_OBJECT;
	void *place;

	if (!field)
		return skip(decoder, token);
	place = frame->target + field->offset;
	switch (field->type) {
	case FIELD_STRINGS:
	case FIELD_UINTS:
	case FIELD_ENUMS:
	case FIELD_OBJECTS:
		if (object)
			break;
		return open_list(decoder, FRAME_LIST, field, place, token);
	case FIELD_STRING_MAP:
	case FIELD_OBJECT_MAP:
		if (!object)
			break;
		return open_list(decoder, FRAME_MAP, field, place, token);
	case FIELD_OBJECT:
		if (!object)
			break;
		*(void **)place = arena_alloc(decoder->arena, field->object->size);
		if (!*(void **)place)
			return out_of_memory(decoder);
		return push(decoder, FRAME_OBJECT, field->object, NULL, *(void **)place, token);
	case FIELD_BOOL:
	case FIELD_STRING:
	case FIELD_INT:
	case FIELD_UINT:
	case FIELD_ENUM:
		break;
	}
	wrong(decoder, field, false, token);
	return skip(decoder, token);
}

/* '{' or '[' where the top frame is an array or a map. */
static int open_element(struct decoder *decoder, const struct json_token *token)
{
	struct frame *frame = top(decoder);
	const struct field *field = frame->field;
	void *place = next_element(decoder, frame);

	if (!place)
		return -ENOMEM;
	if (token->event != JSON_OBJECT ||
	    (field->type != FIELD_OBJECTS && field->type != FIELD_OBJECT_MAP)) {
		wrong(decoder, field, true, token);
		return skip(decoder, token);
	}
	return push(decoder, FRAME_OBJECT, field->object, NULL, place, token);
}

static int on_open(struct decoder *decoder, const struct json_token *token)
{
	if (decoder->depth == 0) {
		if (token->event == JSON_OBJECT)
			return push(decoder, FRAME_OBJECT, decoder->object, NULL, decoder->target,
				    token);
		finding(decoder, 0, false, "expected an object, found an array");
		return skip(decoder, token);
	}
	switch (top(decoder)->kind) {
	case FRAME_OBJECT:
		return open_member(decoder, token);
	case FRAME_LIST:
	case FRAME_MAP:
		return open_element(decoder, token);
	case FRAME_SKIP:
		break;
	}
	return skip(decoder, token);
}

static void check_complete(struct decoder *decoder, struct frame *frame)
{
	const struct field *fields = frame->object->fields;

	for (unsigned int i = 0; fields[i].name; i++)
		if ((fields[i].flags & FIELD_REQUIRED) && !(frame->seen & (1ULL << i)))
			finding(decoder, frame->start, true, "\"%s\" is missing", fields[i].name);
}

static int compare_keys(const void *left, const void *right)
{
	return strcmp(*(const char *const *)left, *(const char *const *)right);
}

/* A map is data of any length, so its keys are sorted, not compared each with each. */
static int check_keys(struct decoder *decoder, struct frame *frame)
{
	const struct list *list = (const struct list *)(const void *)frame->target;
	size_t size = element_size(frame->field);
	const char **keys = arena_alloc(decoder->arena, (list->n + 1) * sizeof(*keys));

	if (!keys)
		return out_of_memory(decoder);
	for (size_t i = 0; i < list->n; i++)
		keys[i] = *(const char *const *)(const void *)((const char *)list->item + i * size);
	qsort(keys, list->n, sizeof(*keys), compare_keys);
	for (size_t i = 1; i < list->n; i++) {
		if (strcmp(keys[i - 1], keys[i]) != 0)
			continue;
		snprintf(frame->name, sizeof(frame->name), "%s", keys[i]);
		finding(decoder, frame->start, false, "the member appears twice");
	}
	return 0;
}

static int on_close(struct decoder *decoder)
{
	struct frame *frame = top(decoder), *outer;

	if (frame->kind == FRAME_OBJECT)
		check_complete(decoder, frame);
	if (frame->kind == FRAME_LIST && (frame->field->flags & FIELD_NOT_EMPTY) &&
	    ((struct list *)frame->target)->n == 0)
		finding(decoder, frame->start, true, "must have at least one element");
	if (frame->kind == FRAME_MAP && check_keys(decoder, frame) < 0)
		return -ENOMEM;
	decoder->depth--;
	if (decoder->depth == 0)
		return 0;
	outer = top(decoder);
	if (outer->kind == FRAME_LIST || outer->kind == FRAME_MAP)
		((struct list *)outer->target)->n++;
	return decoder->no_memory ? -ENOMEM : 0;
}

static void take_name(struct frame *frame, const struct json_token *token)
{
	size_t length =
		token->length < sizeof(frame->name) ? token->length : sizeof(frame->name) - 1;

	memcpy(frame->name, token->text, length);
	frame->name[length] = '\0';
}

static void find_member(struct decoder *decoder, struct frame *frame,
			const struct json_token *token)
{
	const struct field *fields = frame->object->fields;

	frame->field = NULL;
	for (unsigned int i = 0; fields[i].name; i++) {
		if (strlen(fields[i].name) != token->length ||
		    memcmp(fields[i].name, token->text, token->length) != 0)
			continue;
		if (frame->seen & (1ULL << i))
			finding(decoder, json_token_start(decoder->document, token), false,
				"the member appears twice");
		frame->seen |= 1ULL << i;
		frame->field = &fields[i];
		return;
	}
}

/* A key of a map is data, and as long as it likes; a member's name is for messages. */
static int on_name(struct decoder *decoder, const struct json_token *token)
{
	struct frame *frame = top(decoder);
	const char **key;

	take_name(frame, token);
	if (frame->kind == FRAME_OBJECT)
		find_member(decoder, frame, token);
	if (frame->kind != FRAME_MAP)
		return 0;
	if (token->length == 0)
		finding(decoder, json_token_start(decoder->document, token), true,
			"a name must not be empty");
	if (memchr(token->text, '\0', token->length))
		finding(decoder, json_token_start(decoder->document, token), true,
			"a name with a NUL character");
	key = next_element(decoder, frame);
	if (!key)
		return -ENOMEM;
	*key = arena_strndup(decoder->arena, token->text, token->length);
	return *key ? 0 : out_of_memory(decoder);
}

static int on_scalar(struct decoder *decoder, const struct json_token *token)
{
	struct frame *frame;

	if (decoder->depth == 0) {
		finding(decoder, 0, false, "expected an object");
		return 0;
	}
	frame = top(decoder);
	if (frame->kind == FRAME_OBJECT && frame->field)
		decode_member(decoder, frame->field, frame->target + frame->field->offset, token);
	else if (frame->kind == FRAME_LIST || frame->kind == FRAME_MAP)
		decode_element(decoder, frame, token);
	return decoder->no_memory ? -ENOMEM : 0;
}

static int on_token(void *context, const struct json_token *token)
{
	struct decoder *decoder = context;

	switch (token->event) {
	case JSON_OBJECT:
	case JSON_ARRAY:
		return on_open(decoder, token);
	case JSON_OBJECT_END:
	case JSON_ARRAY_END:
		return on_close(decoder);
	case JSON_NAME:
		return on_name(decoder, token);
	case JSON_NULL:
	case JSON_FALSE:
	case JSON_TRUE:
	case JSON_NUMBER:
	case JSON_STRING:
		break;
	}
	return on_scalar(decoder, token);
}

static int conclude(struct decoder *decoder)
{
	size_t used;

	if (decoder->findings == 0)
		return 0;
	if (decoder->err && decoder->findings > 1) {
		used = strlen(decoder->err->message);
		snprintf(decoder->err->message + used, sizeof(decoder->err->message) - used,
			 " (and %u more)", decoder->findings - 1);
	}
	return -EINVAL;
}

int decode(const char *file, const char *document, size_t length, const struct object *object,
	   void *target, struct arena *arena, struct oci_error *err)
{
	struct decoder decoder;
	struct json_problem problem;
	unsigned int line, column;
	int r;

	decoder.file = file;
	decoder.document = document;
	decoder.object = object;
	decoder.target = target;
	decoder.arena = arena;
	decoder.err = err;
	decoder.findings = 0;
	decoder.no_memory = false;
	decoder.depth = 0;
	r = json_parse(document, length, on_token, &decoder, &problem);
	if (r == -ENOMEM)
		return fail(err, r, NULL, "%s", file);
	if (r < 0) {
		json_position(document, problem.offset, &line, &column);
		return fail_plain(err, -EINVAL, NULL, "%s:%u:%u: not valid JSON: %s", file, line,
				  column, problem.message);
	}
	return conclude(&decoder);
}
