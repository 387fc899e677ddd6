/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Numbers from text: the whole text or nothing, no sign where none belongs, no wrap-around. */
#ifndef OCI_BASE_NUM_H
#define OCI_BASE_NUM_H

#include "base/macro.h"

/* Decimal digits only, no leading '+', blank or base prefix. -EINVAL if @text (of @length bytes)
 * is anything else, -ERANGE if the value is larger than @max. */
int num_parse(const char *text, size_t length, uint64_t max, uint64_t *ret) _must_check_;

/* As num_parse(), with an optional '-' in front. */
int num_parse_signed(const char *text, size_t length, int64_t min, int64_t max,
		     int64_t *ret) _must_check_;

/* Takes the first span, "4" or "0-3", off a list as of CPUs or memory nodes, "0-3,7", and returns
 * what is left of it: "" at its end, NULL for what is no such list or has numbers above 65535. */
const char *num_take_span(const char *list, uint64_t *ret_first, uint64_t *ret_last) _must_check_;

#endif
