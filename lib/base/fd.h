/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* File descriptors and whole files. Names are relative to a directory that the caller holds. */
#ifndef OCI_BASE_FD_H
#define OCI_BASE_FD_H

#include <limits.h>

#include "base/macro.h"

/* For cleanup(): closes what is open and sets it to -1; errno is kept. */
void fd_done(int *fd);
void free_done(void *pointer_to_pointer);

/* Reads a file to its end. The text has a NUL behind its last byte and is freed with free().
 * -EFBIG when it has more than @max bytes. @ret_length may be NULL. */
int file_read(int dirfd, const char *name, size_t max, char **ret_text,
	      size_t *ret_length) _must_check_;

/* Reads what one read(2) gives of a file of the kernel, which has less than @size bytes to say. The
 * text has a NUL behind its last byte. */
int file_read_short(int dirfd, const char *name, char *text, size_t size) _must_check_;

/* Writes @text with one write(2) to an existing file: what files of the kernel need. */
int file_write(int dirfd, const char *name, const char *text) _must_check_;

/* Creates @name, which must not be there. Not in one step: for what nobody looks for yet. */
int file_create(int dirfd, const char *name, const void *data, size_t length) _must_check_;

/* Creates or replaces @name in one step: readers see the old or the new text, never half of it.
 * The temporary file is gone whatever happens. @mode is the new file's, whatever the umask. */
int file_replace(int dirfd, const char *name, const char *text, size_t length,
		 unsigned int mode) _must_check_;

/* The same in two steps, by the same thread: all that can be done before, in the temporary file,
 * and the change itself. Who does not come to the second step leaves that file. */
int file_prepare(int dirfd, const char *name, const char *text, size_t length,
		 unsigned int mode) _must_check_;
int file_put(int dirfd, const char *name) _must_check_;

/* Prints a path. -ENAMETOOLONG when it does not fit. */
int path_print(char path[PATH_MAX], const char *format, ...) _must_check_ _printf_(2, 3);

/* A stream connected to the local socket at @path, however long that is: unix(7). */
int socket_connect(const char *path) _must_check_;

#endif
