/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A plan for people to read. */
#ifndef OCI_PLAN_PRINT_H
#define OCI_PLAN_PRINT_H

#include "base/text.h"
#include "plan/plan.h"

/* "mount", "child" and so on: the name of an operation. */
const char *plan_op_name(enum op_kind kind);
/* The kernel release that brought what the operation needs, "" for any that we support. */
const char *plan_op_kernel(enum op_kind kind);
enum plan_column plan_op_column(enum op_kind kind);

/* Appends one operation as a phrase: "open_tree "/srv"", and with @slots " -> #41". */
void plan_print_op(struct text *text, const struct plan *plan, const struct op *op, bool slots);

/* Appends the whole plan, one operation a line, each with the member it came from. */
void plan_print(struct text *text, const struct plan *plan);

/* The same as one JSON document: {"host":[{"op","text","where"}],"child":[...]}. */
void plan_print_json(struct text *text, const struct plan *plan);

#endif
