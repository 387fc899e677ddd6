/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A value of D-Bus as text, in the text format of GVariant: how annotations write the properties of
 * a unit, and how a plan holds them. Of that format what such properties have:
 *
 *   true   5   -5   'text'   "text"   uint64 5   ['a', 'b']   [byte 1, 2]   @as []
 *
 * A number without a type is an int32. Pure. */
#ifndef OCI_PLAN_VARIANT_H
#define OCI_PLAN_VARIANT_H

#include "base/arena.h"

struct variant_item {
	int64_t number; /* an unsigned one has the same bits; true is 1 */
	const char *text;
};

struct variant {
	char type; /* as a signature of D-Bus has it: one of bynqiuxtsog */
	bool array;
	struct variant_item *items;
	size_t n; /* 1 of what is no array */
};

/* -EINVAL for what is no such value, -ERANGE for a number that its type does not hold, -ENOMEM. */
int variant_parse(const char *text, struct arena *arena, struct variant *ret) _must_check_;

/* The text as such a value, in quotes; NULL without memory. */
const char *variant_quote(const char *text, struct arena *arena) _must_check_;

#endif
