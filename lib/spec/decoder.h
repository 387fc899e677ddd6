/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the two halves of the decoder share: decode.c knows the structure, decode_value.c values. */
#ifndef OCI_SPEC_DECODER_H
#define OCI_SPEC_DECODER_H

#include "spec/decode.h"
#include "spec/json.h"

enum frame_kind { FRAME_OBJECT, FRAME_LIST, FRAME_MAP, FRAME_SKIP };

/* A name as it was written: in the document, or in the arena if it had escapes. */
struct written {
	const char *text;
	size_t length;
	size_t offset;
};

struct frame {
	enum frame_kind kind;
	const struct object *object; /* FRAME_OBJECT */
	const struct field *field;   /* the member at hand; of FRAME_LIST and FRAME_MAP their own */
	char *target;                /* FRAME_OBJECT: the struct, else the struct list */
	uint64_t seen;               /* FRAME_OBJECT: the rows that had a value */
	enum release since;          /* when the object came, or the one around it */
	size_t room;                 /* FRAME_LIST, FRAME_MAP: elements allocated */
	size_t index;                /* of the element at hand, of any array */
	bool array;                  /* it is one */
	size_t start;                /* where it begins in the document */
	size_t names;                /* where its names begin among those of the decoder */
	struct written name;         /* of the member or entry at hand */
};

struct decoder {
	const struct document *document;
	const struct object *object;
	void *target;
	struct findings *findings;
	bool no_memory;
	unsigned int depth;
	struct frame frames[JSON_DEPTH_MAX + 1];
	/* Names that no table counts: of maps, and of what is passed over. */
	struct written *names;
	size_t n_names, names_room;
};

/* An error in the member or element at hand, at @token; and one in the object or array around it.
 */
void decoder_refuse(struct decoder *decoder, const char *rule, const struct json_token *token,
		    const char *format, ...) _printf_(4, 5);
void decoder_refuse_whole(struct decoder *decoder, const char *rule, const char *missing,
			  const char *message);
/* Something else about the member at hand; the pointer of @finding is filled in. */
void decoder_note(struct decoder *decoder, struct oci_finding finding, size_t offset,
		  const char *format, ...) _printf_(4, 5);

/* The value of @token into @place, of a member or of an element of one. False, with a finding, if
 * it is not of the right kind. */
bool decode_member(struct decoder *decoder, const struct field *field, void *place,
		   const struct json_token *token);
bool decode_element(struct decoder *decoder, const struct field *field, void *place,
		    const struct json_token *token);

/* "expected an array, found true" */
void decode_wrong(struct decoder *decoder, const struct field *field, bool element,
		  const struct json_token *token);

#endif
