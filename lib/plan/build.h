/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Putting a plan together. The functions never fail at the place of use: what is wrong (memory, too
 * many slots) is remembered and comes out of builder_finish(). */
#ifndef OCI_PLAN_BUILD_H
#define OCI_PLAN_BUILD_H

#include <oci/error.h>

#include "base/text.h"
#include "plan/plan.h"

struct builder {
	struct text columns[2]; /* struct op, by enum plan_column */
	struct text data;       /* strings and tables; offsets are from its beginning */
	uint32_t where;         /* of the operations that are added next */
	int inherited;          /* the next slots to hand out */
	int next[2];
	uint32_t preserve;
	int error; /* the first thing that went wrong: -ENOMEM, or -E2BIG for too many slots */
	struct op nowhere; /* where an operation goes when there is no memory; nobody reads it */
};

void builder_init(struct builder *builder);
void builder_done(struct builder *builder);

/* The member of config.json that the next operations come from; NULL for none. */
void builder_where(struct builder *builder, const char *format, ...) _printf_(2, 3);

/* Adds an operation and returns it to be filled in; the pointer holds until the next one. */
struct op *builder_add(struct builder *builder, enum plan_column column, enum op_kind kind);

/* How many operations a column has, and one of them; the pointer holds until the next is added. */
size_t builder_count(const struct builder *builder, enum plan_column column);
struct op *builder_op(const struct builder *builder, enum plan_column column, size_t index);

/* Has the operation number @index skip all that were added behind it, with these errors. */
void builder_skip(struct builder *builder, enum plan_column column, size_t index,
		  enum op_tolerance tolerance);

/* Copies a string, or any bytes (aligned to 8), and returns the reference for struct op. NULL is a
 * string that there was no memory for. */
uint32_t builder_string(struct builder *builder, const char *string);
uint32_t builder_bytes(struct builder *builder, const void *data, size_t size);

/* Remembers an error; the first one counts. */
void builder_fail(struct builder *builder, int error);

/* A slot that both sides know, and one of a column's own. */
int16_t builder_inherited_slot(struct builder *builder);
int16_t builder_slot(struct builder *builder, enum plan_column column);

/* One block, to be freed with free(). */
int builder_finish(struct builder *builder, struct plan **ret, struct oci_error *err) _must_check_;

#endif
