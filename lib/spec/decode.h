/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From JSON text to the struct that a table describes. Strict: a wrong type, a number out of range,
 * an unknown name of an enumeration, a missing or a repeated member is an error that tells file,
 * line, column, JSON pointer, what was expected and what was found. Unknown members are ignored,
 * as the standard demands. */
#ifndef OCI_SPEC_DECODE_H
#define OCI_SPEC_DECODE_H

#include <oci/error.h>

#include "base/arena.h"
#include "spec/field.h"

/* Decodes @document into @target, a zeroed struct of @object->size bytes; whatever it points to
 * lives in @arena. @file is what messages call the document. -EINVAL with all that is wrong
 * counted and the first of it in @err, -ENOMEM. */
int decode(const char *file, const char *document, size_t length, const struct object *object,
	   void *target, struct arena *arena, struct oci_error *err) _must_check_;

#endif
