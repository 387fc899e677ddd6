/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef OCI_ERROR_H
#define OCI_ERROR_H

/**
 * DOC: errors
 *
 * Functions of liboci return 0 or a positive value on success and a negative errno on failure.
 * The last parameter of a function that can fail is a struct oci_error that the caller owns. It
 * is of fixed size, holds no pointers, needs no initialisation and no release, and may be NULL.
 * On success it is left untouched.
 *
 * The library prints nothing, logs nothing by itself and never ends the process.
 */

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct oci_error - what went wrong, and where
 * @code:    the negative errno that the function returned as well
 * @where:   the JSON pointer of the member of config.json that is to blame (it begins with '/'),
 *           or a path of the host, or "" if there is neither
 * @message: one line of text without a newline at its end: lower case, names the object, ends in
 *           the kernel's reason where there is one. Values of environment variables never appear.
 * @stage:   the part of the call that failed: a phase of struct oci_trace_event, or "host" or
 *           "init" for an operation of the plan
 * @call:    the system call that failed, without "()"
 * @hint:    what may be done about it, or what the kernel's error means here; part of @message too
 *
 * What is not known is "". The strings are always NUL terminated and cut off when they do not fit.
 *
 * Since: 0.1
 */
struct oci_error {
	int code;
	char where[256];
	char message[1024];
	char stage[16];
	char call[32];
	char hint[256];
};

#ifdef __cplusplus
}
#endif

#endif
