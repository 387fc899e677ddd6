/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* "did you mean": the one of several names that is closest to what was written. Pure. */
#ifndef OCI_SPEC_SIMILAR_H
#define OCI_SPEC_SIMILAR_H

#include "base/macro.h"

/* The search for a name like @text. */
struct similar {
	const char *text;
	size_t length;
	const char *name; /* the closest so far, NULL when none is close */
	unsigned int distance;
};

struct similar similar_to(const char *text, size_t length);
void similar_try(struct similar *similar, const char *name);

/* How a message ends that knows a similar name, which may be NULL: its format, and the arguments.
 */
#define SIMILAR_FORMAT "%s%s%s"
#define SIMILAR_HINT(name) \
	(name) ? ", did you mean \"" : "", (name) ? (name) : "", (name) ? "\"?" : ""

#endif
