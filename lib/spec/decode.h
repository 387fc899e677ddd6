/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From JSON text to the struct that a table describes. Strict: a wrong type, a number out of range,
 * an unknown name of an enumeration, a missing member, or one that is there twice, is an error.
 * Unknown members are ignored, as the standard demands. Pure. */
#ifndef OCI_SPEC_DECODE_H
#define OCI_SPEC_DECODE_H

#include <oci/error.h>

#include "base/arena.h"
#include "spec/field.h"
#include "spec/finding.h"

/* Decodes into @target, a zeroed struct of @object->size bytes; whatever it points to lives in the
 * arena of @findings. What is wrong is added there, and the member is left as if it were absent.
 * 0, also when there were findings; -ENOMEM; -EINVAL for a text that is no JSON, which is a finding
 * too. With @findings->everything unknown members are named, and those that came after the first
 * release of the standard. */
int decode_all(const struct document *document, const struct object *object, void *target,
	       struct findings *findings) _must_check_;

/* As decode_all(), for documents that are right or wrong: -EINVAL with all findings in @err. */
int decode(const struct document *document, const struct object *object, void *target,
	   struct arena *arena, struct oci_error *err) _must_check_;

#endif
