/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From JSON text to the struct that a table describes, see decode.h.
 *
 * The decoder keeps a stack of frames, one per open object or array. The token that arrives is
 * the value of the place that the top frame describes: a member, an element, an entry of a map. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "spec/decoder.h"
#include "spec/pointer.h"
#include "spec/similar.h"

static struct frame *top(struct decoder *decoder)
{
	return &decoder->frames[decoder->depth - 1];
}

static int out_of_memory(struct decoder *decoder)
{
	decoder->no_memory = true;
	return -ENOMEM;
}

/* --- findings --- */

/* Nothing, if the finding would not be kept: there may be very many. */
static const char *pointer(struct decoder *decoder, unsigned int depth, enum oci_severity severity)
{
	struct arena *arena = decoder->findings->arena;
	const char *path = "";

	if (findings_full(decoder->findings, severity))
		return path;
	for (unsigned int i = 0; path && i < depth; i++) {
		const struct frame *frame = &decoder->frames[i];
		const char *name;

		if (frame->array) {
			path = arena_printf(arena, "%s/%zu", path, frame->index);
			continue;
		}
		name = pointer_escape(arena, frame->name.text, frame->name.length);
		path = name ? arena_printf(arena, "%s/%s", path, name) : NULL;
	}
	return path;
}

static const struct oci_finding error = { .aspect = OCI_ASPECT_SCHEMA,
					  .severity = OCI_SEVERITY_ERROR };

void decoder_refuse(struct decoder *decoder, const char *rule, const struct json_token *token,
		    const char *format, ...)
{
	struct oci_finding finding = error;
	va_list ap;

	finding.rule = rule;
	finding.pointer = pointer(decoder, decoder->depth, finding.severity);
	va_start(ap, format);
	findings_vadd(decoder->findings, &finding, json_token_start(decoder->document->text, token),
		      format, ap);
	va_end(ap);
}

void decoder_refuse_whole(struct decoder *decoder, const char *rule, const char *missing,
			  const char *message)
{
	struct findings *findings = decoder->findings;
	struct oci_finding finding = error;
	size_t n = findings->n;

	finding.rule = rule;
	finding.pointer = pointer(decoder, decoder->depth - 1, finding.severity);
	findings_add(findings, &finding, top(decoder)->start, "%s%s%s%s", missing ? "\"" : "",
		     missing ? missing : "", missing ? "\" " : "", message);
	if (findings->n == n || !missing)
		return;
	findings->item[n].about = arena_printf(findings->arena, "%s/%s", finding.pointer, missing);
	if (!findings->item[n].about)
		findings->n--;
}

void decoder_note(struct decoder *decoder, struct oci_finding finding, size_t offset,
		  const char *format, ...)
{
	va_list ap;

	if (!decoder->findings->everything && finding.severity != OCI_SEVERITY_ERROR)
		return;
	finding.pointer = pointer(decoder, decoder->depth, finding.severity);
	va_start(ap, format);
	findings_vadd(decoder->findings, &finding, offset, format, ap);
	va_end(ap);
}

/* --- names --- */

static struct written written(struct decoder *decoder, const struct json_token *token)
{
	const struct document *document = decoder->document;
	struct written name = { token->text, token->length,
				json_token_start(document->text, token) };

	if (token->text >= document->text && token->text <= document->text + document->length)
		return name;
	name.text = arena_strndup(decoder->findings->arena, token->text, token->length);
	if (name.text)
		return name;
	decoder->no_memory = true;
	return (struct written){ .text = "" };
}

/* Kept until the object ends, to find those that are there twice. */
static void keep_name(struct decoder *decoder)
{
	if (decoder->n_names == decoder->names_room) {
		size_t room = decoder->names_room ? decoder->names_room * 2 : 64;
		struct written *names = realloc(decoder->names, room * sizeof(*names));

		if (!names) {
			decoder->no_memory = true;
			return;
		}
		decoder->names = names;
		decoder->names_room = room;
	}
	decoder->names[decoder->n_names++] = top(decoder)->name;
}

static int compare_names(const void *left, const void *right)
{
	const struct written *a = left, *b = right;
	size_t length = a->length < b->length ? a->length : b->length;
	int order = memcmp(a->text, b->text, length);

	if (order != 0)
		return order;
	if (a->length != b->length)
		return a->length < b->length ? -1 : 1;
	return a->offset < b->offset ? -1 : 1;
}

static void find_twice(struct decoder *decoder)
{
	const struct oci_finding twice = { .aspect = OCI_ASPECT_SCHEMA,
					   .severity = OCI_SEVERITY_ERROR,
					   .rule = "GLO-02" };
	struct frame *frame = top(decoder);
	size_t n = decoder->n_names - frame->names;
	struct written *names;

	if (n < 2) {
		decoder->n_names = frame->names;
		return;
	}
	names = decoder->names + frame->names;
	qsort(names, n, sizeof(*names), compare_names);
	for (size_t i = 1; i < n; i++) {
		if (names[i - 1].length != names[i].length ||
		    memcmp(names[i - 1].text, names[i].text, names[i].length) != 0)
			continue;
		frame->name = names[i];
		decoder_note(decoder, twice, names[i].offset, "the member appears twice");
	}
	decoder->n_names = frame->names;
}

static void note_unknown(struct decoder *decoder, const struct frame *frame)
{
	const struct oci_finding unknown = { .aspect = OCI_ASPECT_SCHEMA,
					     .severity = OCI_SEVERITY_WARNING,
					     .rule = "EXT-01" };
	struct similar similar = similar_to(frame->name.text, frame->name.length);

	for (const struct field *field = frame->object->fields; field->name; field++)
		similar_try(&similar, field->name);
	decoder_note(decoder, unknown, frame->name.offset, "the member is unknown" SIMILAR_FORMAT,
		     SIMILAR_HINT(similar.name));
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
			decoder_refuse(decoder, "GLO-02", token, "the member appears twice");
		frame->seen |= 1ULL << i;
		frame->field = &fields[i];
		return;
	}
	keep_name(decoder);
	if (decoder->findings->everything)
		note_unknown(decoder, frame);
}

static void note_release(struct decoder *decoder, const struct field *field)
{
	static const char *const names[] = RELEASE_NAMES;
	const struct oci_finding note = { .aspect = OCI_ASPECT_STANDARD,
					  .severity = OCI_SEVERITY_WARNING,
					  .rule = "EXT-01" };
	struct findings *findings = decoder->findings;
	size_t n = findings->n;

	if (field->removed)
		decoder_note(decoder, note, top(decoder)->name.offset,
			     "the standard no longer has this member, it has no effect");
	else if (field->since > top(decoder)->since)
		decoder_note(decoder, note, top(decoder)->name.offset,
			     "the member came with version %s of the standard, which is newer "
			     "than ociVersion",
			     names[field->since]);
	if (findings->n > n && !field->removed)
		findings->item[n].since = field->since;
}

/* A key of a map is data, and as long as it likes. */
static int add_key(struct decoder *decoder, struct frame *frame, const struct json_token *token);

static int on_name(struct decoder *decoder, const struct json_token *token)
{
	struct frame *frame = top(decoder);

	frame->name = written(decoder, token);
	switch (frame->kind) {
	case FRAME_OBJECT:
		find_member(decoder, frame, token);
		if (frame->field && decoder->findings->everything)
			note_release(decoder, frame->field);
		break;
	case FRAME_MAP:
		keep_name(decoder);
		return add_key(decoder, frame, token);
	case FRAME_LIST:
	case FRAME_SKIP:
		keep_name(decoder);
		break;
	}
	return decoder->no_memory ? -ENOMEM : 0;
}

/* --- lists and maps --- */

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

/* Room for one more element, zeroed; it counts once the list's n is raised. */
static void *next_element(struct decoder *decoder, struct frame *frame)
{
	struct list *list = (struct list *)frame->target;
	size_t size = element_size(frame->field);

	if (list->n == frame->room) {
		void *item = arena_grow(decoder->findings->arena, list->item, list->n, size,
					&frame->room);

		if (!item) {
			decoder->no_memory = true;
			return NULL;
		}
		list->item = item;
	}
	return (char *)list->item + list->n * size;
}

static int add_key(struct decoder *decoder, struct frame *frame, const struct json_token *token)
{
	const struct field *field = frame->field;
	const char *rule = field->key_rule ? field->key_rule : "VAL-01";
	const char **key = next_element(decoder, frame);
	struct similar similar;

	if (!key)
		return -ENOMEM;
	*key = arena_strndup(decoder->findings->arena, token->text, token->length);
	if (!*key)
		return out_of_memory(decoder);
	if (token->length == 0)
		decoder_refuse(decoder, rule, token, "a name must not be empty");
	if (memchr(token->text, '\0', token->length))
		decoder_refuse(decoder, rule, token, "a name with a NUL character");
	if (!field->names || name_value(field->names, token->text, token->length) != 0)
		return 0;
	similar = similar_to(token->text, token->length);
	for (const struct name *name = field->names; name->name; name++)
		similar_try(&similar, name->name);
	decoder_refuse(decoder, rule, token, "the name is unknown" SIMILAR_FORMAT,
		       SIMILAR_HINT(similar.name));
	return 0;
}

static void add_element(struct decoder *decoder, struct frame *frame,
			const struct json_token *token)
{
	void *place = next_element(decoder, frame);

	if (!place)
		return;
	decode_element(decoder, frame->field, place, token);
	((struct list *)frame->target)->n++;
}

/* --- structure --- */

static int push(struct decoder *decoder, enum frame_kind kind, const struct object *object,
		const struct field *field, void *target, const struct json_token *token)
{
	const struct frame *outer = decoder->depth > 0 ? top(decoder) : NULL;
	enum release since = outer ? outer->since : V1_0_0;

	if (outer && outer->kind == FRAME_OBJECT && outer->field && outer->field->since > since)
		since = outer->field->since;
	decoder->frames[decoder->depth++] = (struct frame){
		.kind = kind,
		.since = since,
		.object = object,
		.field = field,
		.target = target,
		.array = token->event == JSON_ARRAY,
		.start = json_token_start(decoder->document->text, token),
		.names = decoder->n_names,
		.name.text = "",
	};
	return 0;
}

static int skip(struct decoder *decoder, const struct json_token *token)
{
	return push(decoder, FRAME_SKIP, NULL, NULL, NULL, token);
}

static int open_list(struct decoder *decoder, enum frame_kind kind, const struct field *field,
		     void *place, const struct json_token *token)
{
	/* Anew, if the member was there before: that is an error already. */
	*(struct list *)place = (struct list){ .set = true };
	return push(decoder, kind, NULL, field, place, token);
}

static bool is_array(enum field_type type)
{
	return type == FIELD_STRINGS || type == FIELD_UINTS || type == FIELD_ENUMS ||
	       type == FIELD_OBJECTS;
}

/* '{' or '[' where the top frame is an object. */
static int open_member(struct decoder *decoder, const struct json_token *token)
{
	struct frame *frame = top(decoder);
	const struct field *field = frame->field;
	bool array = token->event == JSON_ARRAY;
	bool map = field && (field->type == FIELD_STRING_MAP || field->type == FIELD_OBJECT_MAP);
	void *place;

	if (!field || field->removed)
		return skip(decoder, token);
	if (array ? !is_array(field->type) : !map && field->type != FIELD_OBJECT) {
		decode_wrong(decoder, field, false, token);
		return skip(decoder, token);
	}
	if (field->foreign)
		return skip(decoder, token);
	place = frame->target + field->offset;
	if (array)
		return open_list(decoder, FRAME_LIST, field, place, token);
	if (map)
		return open_list(decoder, FRAME_MAP, field, place, token);
	*(void **)place = arena_alloc(decoder->findings->arena, field->object->size);
	if (!*(void **)place)
		return out_of_memory(decoder);
	return push(decoder, FRAME_OBJECT, field->object, NULL, *(void **)place, token);
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
		/* It says so, and leaves something in its place. */
		decode_element(decoder, field, place, token);
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
		decoder_refuse(decoder, "VAL-01", token, "expected an object, found an array");
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
		if (fields[i].need && !(frame->seen & (1ULL << i)))
			decoder_refuse_whole(decoder, fields[i].need, fields[i].name, "is missing");
}

/* The value at hand is complete. */
static void count_element(struct decoder *decoder)
{
	struct frame *frame = decoder->depth > 0 ? top(decoder) : NULL;

	if (frame && frame->array)
		frame->index++;
}

static int on_close(struct decoder *decoder)
{
	struct frame *frame = top(decoder), *outer;

	if (frame->kind == FRAME_OBJECT)
		check_complete(decoder, frame);
	if (frame->kind == FRAME_LIST && frame->field->full &&
	    ((struct list *)frame->target)->n == 0)
		decoder_refuse_whole(decoder, frame->field->rule ? frame->field->rule : "VAL-01",
				     NULL, "must have at least one element");
	find_twice(decoder);
	decoder->depth--;
	if (decoder->depth == 0)
		return 0;
	outer = top(decoder);
	if (outer->kind == FRAME_LIST || outer->kind == FRAME_MAP)
		((struct list *)outer->target)->n++;
	count_element(decoder);
	return decoder->no_memory ? -ENOMEM : 0;
}

static void on_member(struct decoder *decoder, struct frame *frame, const struct json_token *token)
{
	const struct field *field = frame->field;
	union {
		const char *string;
		struct opt_uint number;
	} unused;

	if (!field || field->removed)
		return;
	if (field->foreign)
		decode_member(decoder, field, &unused, token);
	else
		decode_member(decoder, field, frame->target + field->offset, token);
}

static int on_scalar(struct decoder *decoder, const struct json_token *token)
{
	struct frame *frame;

	if (decoder->depth == 0) {
		decoder_refuse(decoder, "VAL-01", token, "expected an object");
		return 0;
	}
	frame = top(decoder);
	if (frame->kind == FRAME_OBJECT)
		on_member(decoder, frame, token);
	else if (frame->kind == FRAME_LIST || frame->kind == FRAME_MAP)
		add_element(decoder, frame, token);
	count_element(decoder);
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

static void find_no_json(struct findings *findings, const struct json_problem *problem)
{
	struct oci_finding finding = error;

	finding.pointer = "";
	finding.rule = strcmp(problem->message, JSON_NOT_UTF8) == 0 ? "GLO-01" : "BND-01";
	findings_add(findings, &finding, problem->offset, "not valid JSON: %s", problem->message);
}

int decode_all(const struct document *document, const struct object *object, void *target,
	       struct findings *findings)
{
	struct json_problem problem;
	struct decoder decoder;
	int r;

	decoder.document = document;
	decoder.object = object;
	decoder.target = target;
	decoder.findings = findings;
	decoder.no_memory = false;
	decoder.depth = 0;
	decoder.names = NULL;
	decoder.n_names = decoder.names_room = 0;
	r = json_parse(document->text, document->length, on_token, &decoder, &problem);
	free(decoder.names);
	if (r == -EINVAL)
		find_no_json(findings, &problem);
	return findings->arena->failed ? -ENOMEM : r;
}

int decode(const struct document *document, const struct object *object, void *target,
	   struct arena *arena, struct oci_error *err)
{
	struct findings findings = { .arena = arena };
	int r = decode_all(document, object, target, &findings);

	if (r == -ENOMEM)
		return fail(err, r, NULL, "%s", document->file);
	return findings_fail(&findings, document, err);
}
