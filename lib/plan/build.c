/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Putting a plan together, see build.h. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "plan/build.h"

void builder_init(struct builder *builder)
{
	*builder = (struct builder){ .inherited = SLOT_INHERITED,
				     .next = { SLOT_PRIVATE, SLOT_PRIVATE } };
	text_putc(&builder->data, '\0'); /* offset 0 is the empty string */
}

void builder_done(struct builder *builder)
{
	text_done(&builder->columns[PLAN_HOST]);
	text_done(&builder->columns[PLAN_CHILD]);
	text_done(&builder->data);
}

void builder_where(struct builder *builder, const char *format, ...)
{
	char where[512];
	va_list ap;

	if (!format) {
		builder->where = 0;
		return;
	}
	va_start(ap, format);
	vsnprintf(where, sizeof(where), format, ap);
	va_end(ap);
	builder->where = builder_string(builder, where);
}

struct op *builder_add(struct builder *builder, enum plan_column column, enum op_kind kind)
{
	const struct op op = {
		.kind = (uint16_t)kind,
		.slot = SLOT_NONE,
		.slot2 = SLOT_NONE,
		.where = builder->where,
	};
	struct text *ops = &builder->columns[column];

	text_add(ops, (const char *)&op, sizeof(op));
	if (ops->failed)
		return &builder->nowhere;
	return (struct op *)(void *)(ops->data + ops->length - sizeof(op));
}

size_t builder_count(const struct builder *builder, enum plan_column column)
{
	return builder->columns[column].length / sizeof(struct op);
}

struct op *builder_op(const struct builder *builder, enum plan_column column, size_t index)
{
	return (struct op *)(void *)builder->columns[column].data + index;
}

void builder_skip(struct builder *builder, enum plan_column column, size_t index,
		  enum op_tolerance tolerance)
{
	struct op *op = builder_op(builder, column, index);
	size_t n = builder_count(builder, column) - index - 1;

	if (builder->columns[column].failed)
		return;
	if (n > UINT8_MAX)
		builder_fail(builder, -EOVERFLOW);
	op->tolerate = (uint8_t)tolerance;
	op->skip = (uint8_t)n;
}

void builder_fail(struct builder *builder, int error)
{
	if (builder->error == 0)
		builder->error = error;
}

uint32_t builder_bytes(struct builder *builder, const void *data, size_t size)
{
	size_t offset;

	while (builder->data.length % 8 != 0)
		text_putc(&builder->data, '\0');
	offset = builder->data.length;
	text_add(&builder->data, data, size);
	return (uint32_t)offset;
}

uint32_t builder_string(struct builder *builder, const char *string)
{
	size_t offset = builder->data.length;

	if (!string)
		builder_fail(builder, -ENOMEM);
	if (!string || !string[0])
		return 0;
	text_add(&builder->data, string, strlen(string) + 1);
	return (uint32_t)offset;
}

int16_t builder_inherited_slot(struct builder *builder)
{
	if (builder->inherited >= SLOT_INHERITED_MAX) {
		builder_fail(builder, -E2BIG);
		return SLOT_NONE;
	}
	return (int16_t)builder->inherited++;
}

int16_t builder_slot(struct builder *builder, enum plan_column column)
{
	if (builder->next[column] >= SLOT_MAX) {
		builder_fail(builder, -E2BIG);
		return SLOT_NONE;
	}
	return (int16_t)builder->next[column]++;
}

/* Strings were numbered from the beginning of the data; from now on from that of the plan. The
 * tables of EXEC hold references themselves. */
static void relocate(struct plan *plan, struct op *op, uint32_t base)
{
	struct plan_exec *exec;

	op->text += base;
	op->text2 += base;
	op->where += base;
	if (op->kind != OP_EXEC)
		return;
	exec = (struct plan_exec *)(void *)((char *)plan + op->text2);
	for (uint32_t i = 0; i < exec->n_args + exec->n_env + exec->n_paths; i++)
		exec->offsets[i] += base;
}

int builder_finish(struct builder *builder, struct plan **ret, struct oci_error *err)
{
	const struct text *host = &builder->columns[PLAN_HOST];
	const struct text *child = &builder->columns[PLAN_CHILD];
	size_t size = sizeof(struct plan) + host->length + child->length + builder->data.length;
	struct plan *plan;
	uint32_t base;

	if (host->failed || child->failed || builder->data.failed)
		builder_fail(builder, -ENOMEM);
	if (builder->error == -E2BIG)
		return fail(err, -E2BIG, NULL, "the plan needs more than %d descriptors", SLOT_MAX);
	if (builder->error < 0)
		return fail(err, builder->error, NULL, "cannot make the plan");
	if (size > INT32_MAX)
		return fail(err, -E2BIG, NULL, "cannot make the plan");
	plan = malloc(size);
	if (!plan)
		return fail(err, -ENOMEM, NULL, "cannot make the plan");
	*plan = (struct plan){
		.magic = PLAN_MAGIC,
		.size = (uint32_t)size,
		.host = sizeof(*plan),
		.n_host = (uint32_t)(host->length / sizeof(struct op)),
		.child = (uint32_t)(sizeof(*plan) + host->length),
		.n_child = (uint32_t)(child->length / sizeof(struct op)),
		.inherited = (uint32_t)builder->inherited,
		.preserve = builder->preserve,
	};
	base = (uint32_t)(sizeof(*plan) + host->length + child->length);
	if (host->length > 0)
		memcpy((char *)plan + plan->host, host->data, host->length);
	if (child->length > 0)
		memcpy((char *)plan + plan->child, child->data, child->length);
	memcpy((char *)plan + base, builder->data.data, builder->data.length);
	for (uint32_t i = 0; i < plan->n_host + plan->n_child; i++)
		relocate(plan, (struct op *)(void *)((char *)plan + plan->host) + i, base);
	*ret = plan;
	return 0;
}
