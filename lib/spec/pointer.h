/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JSON pointers, RFC 6901: "/mounts/3/options". Pure. */
#ifndef OCI_SPEC_POINTER_H
#define OCI_SPEC_POINTER_H

#include "base/arena.h"

/* A name as it stands in a pointer; in @arena. */
const char *pointer_escape(struct arena *arena, const char *name) _must_check_;

/* Where in @document the value begins that @pointer leads to; if it is not there, the innermost
 * object or array on the way to it. 0 or -ENOMEM. */
int pointer_locate(const char *document, size_t length, const char *pointer,
		   size_t *ret_offset) _must_check_;

/* The same place as line and column, both from 1; the column counts bytes. */
int pointer_place(const char *document, size_t length, const char *pointer, unsigned int *ret_line,
		  unsigned int *ret_column) _must_check_;

#endif
