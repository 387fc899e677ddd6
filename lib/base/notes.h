/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Notes: what was found out once and is worth finding again. Each is a file, named after its kind
 * and eight bits of a hash of its key, so that they stay few; it holds the key too, and counts for
 * no other. One that is lost, or cannot be written, costs the next one time and nothing else. */
#ifndef OCI_BASE_NOTES_H
#define OCI_BASE_NOTES_H

#include "base/macro.h"

struct note {
	const char *directory; /* NULL for none; made when it is missing; the caller's alone */
	const char *kind;      /* part of a file name */
	const void *key;
	size_t key_length;
};

/* The value, to be freed with free(). -ENOENT when nothing is noted. */
int note_find(const struct note *note, char **ret, size_t *ret_length) _must_check_;

void note_keep(const struct note *note, const void *value, size_t length);

/* The name of the file, without the directory. */
#define NOTE_NAME_SIZE 64
void note_name(const struct note *note, char name[NOTE_NAME_SIZE]);

#endif
