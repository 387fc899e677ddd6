/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The one resolver. Whoever names something inside a container's root filesystem does it here and
 * gets a descriptor: names are resolved by openat2(2) as if @root were "/", symbolic links too,
 * magic links never. There is no fallback for kernels without openat2 (5.6).
 *
 * Freestanding: part of init and of liboci. Every function returns a negative errno on failure. */
#ifndef OCI_SYS_PATH_H
#define OCI_SYS_PATH_H

#include "base/macro.h"

enum path_kind { PATH_DIRECTORY, PATH_FILE };

/* Longest path that is handled, its NUL included: the kernel's own limit. */
#define PATH_SIZE 4096

/* Opens what is at @path below @root; O_CLOEXEC is added. @flags as in openat2(2). */
int path_open(int root, const char *path, int flags) _must_check_;

/* Opens @path (O_PATH) and makes what is missing: directories that all may enter, and with
 * PATH_FILE an empty file that all may read at the end. A dangling symbolic link is followed inside
 * the root, as if the missing part had been there. Returns the descriptor. */
int path_make(int root, const char *path, enum path_kind kind) _must_check_;

/* As path_make(), but the last component itself, also when it is a symbolic link. -EINVAL when
 * there is none, as in "/" and "..". */
int path_make_nofollow(int root, const char *path, enum path_kind kind) _must_check_;

/* Opens the directory that holds the last component of @path, making it when it is missing, and
 * copies that component to @name. Symbolic links in the last component are not followed. */
int path_parent(int root, const char *path, char name[PATH_SIZE]) _must_check_;

#endif
