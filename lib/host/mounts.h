/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The mounts of the caller's namespace: whether they are many, and a namespace with hardly any, for
 * others to begin as a copy of. That is the one of the kernel thread kdevtmpfs, which makes it when
 * the machine starts, with a devtmpfs on the first root and nothing else, private, and keeps it
 * (drivers/base/devtmpfs.c). It can be seen from the first pid namespace alone. */
#ifndef OCI_HOST_MOUNTS_H
#define OCI_HOST_MOUNTS_H

#include "base/macro.h"

/* Whether there are at least so many; false before Linux 6.8, which could only tell by a text of
 * all of them. */
bool host_has_mounts(unsigned int least);

struct bare_mounts {
	char path[sizeof("/proc/4294967295/ns/mnt")]; /* "" for none that the caller may enter */
	const char *notes;                            /* the directory */
	uint32_t pid;                                 /* of kdevtmpfs, 0: the kernel has none */
	bool found_out;                               /* by a search, which is worth a note */
};

/* Where kdevtmpfs is, by @notes (base/notes.h, may be NULL, has to live as long), and otherwise by
 * a search through /proc. */
void bare_mounts_find(struct bare_mounts *bare, const char *notes);

/* Notes what a search has found out. */
void bare_mounts_keep(const struct bare_mounts *bare);

#endif
