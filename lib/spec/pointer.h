/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JSON pointers, RFC 6901: "/mounts/3/options". Pure. */
#ifndef OCI_SPEC_POINTER_H
#define OCI_SPEC_POINTER_H

#include "base/arena.h"

/* A name as it stands in a pointer; in @arena. A very long one is cut off, and ends in dots. */
const char *pointer_escape(struct arena *arena, const char *name, size_t length) _must_check_;

/* A pointer, and where to put the offset of the value that it leads to. */
struct place {
	const char *pointer;
	size_t *offset;
};

/* Finds the places of all of @places (whose order is changed) in one reading of @document. For what
 * is not there it is the innermost object or array on the way to it. 0 or -ENOMEM. */
int pointer_locate(const char *document, size_t length, struct place *places,
		   size_t n) _must_check_;

/* One place as line and column, both from 1; the column counts bytes. */
int pointer_place(const char *document, size_t length, const char *pointer, unsigned int *ret_line,
		  unsigned int *ret_column) _must_check_;

#endif
