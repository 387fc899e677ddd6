/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Filling the caller's struct oci_error. Every function that can fail for a reason of the world
 * takes one as its last parameter and returns the negative errno that it put there. */
#ifndef OCI_BASE_ERROR_H
#define OCI_BASE_ERROR_H

#include <oci/error.h>

#include "base/macro.h"

/* Puts code, where and one line of text into @err (which may be NULL) and returns @code.
 * @where is a JSON pointer or a path, NULL if there is none. The reason that belongs to @code is
 * appended to the text: write "cannot open \"x\"", not "cannot open \"x\": No such file". */
int fail(struct oci_error *err, int code, const char *where, const char *format, ...)
	_printf_(4, 5);

/* As fail(), for a text that already says all: no reason is appended. */
int fail_plain(struct oci_error *err, int code, const char *where, const char *format, ...)
	_printf_(4, 5);

/* Puts "@format: " before the text that is already in @err. Returns its code. */
int fail_within(struct oci_error *err, const char *format, ...) _printf_(2, 3);

/* Puts ": @format" behind the text that is already in @err. Returns its code. */
int fail_behind(struct oci_error *err, const char *format, ...) _printf_(2, 3);

/* More about the error that is in @err, for machines. The stage that was named first counts; it
 * returns @code, and does nothing unless that is negative. */
int error_stage(struct oci_error *err, int code, const char *stage);
void error_call(struct oci_error *err, const char *call);
void error_hint(struct oci_error *err, const char *format, ...) _printf_(2, 3);

/* The kernel's words for an errno (positive or negative), lower case, never localised. */
const char *error_reason(int code, char *buffer, size_t size);

#endif
