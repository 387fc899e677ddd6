/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From the struct that a table describes to JSON text: decode() turned around. */
#ifndef OCI_SPEC_DUMP_H
#define OCI_SPEC_DUMP_H

#include "base/text.h"
#include "spec/field.h"

/* Appends @value as JSON, members in the order of the table, what is absent left out; a bool is
 * left out when it is false and not required. @indent: blanks per level, 0 for one line. */
void dump(struct text *text, const struct object *object, const void *value, unsigned int indent);

#endif
