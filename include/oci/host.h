/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef OCI_HOST_H
#define OCI_HOST_H

#include <oci/context.h>
#include <oci/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * oci_features - what this runtime understands
 * @context: the context
 * @ret:     the Features Structure of the standard as JSON, indented by two blanks, without a
 * newline at its end; to be freed with free()
 * @err:     filled in on failure; may be NULL
 *
 * What is not implemented is not in it. Whether the kernel has it is asked for the flags and
 * actions of seccomp alone; for the rest see oci_doctor(). Thread-safe.
 *
 * Return: 0 or -ENOMEM.
 *
 * Since: 0.1. Source: features.md, features-linux.md.
 */
int oci_features(struct oci_context *context, char **ret, struct oci_error *err);

/**
 * oci_doctor - what this host offers a runtime
 * @context: the context
 * @format:  "text" or "json"
 * @ret:     the text, to be freed with free()
 * @ret_missing: how many things are missing without which containers do not run at all; may be NULL
 * @err:     filled in on failure; may be NULL
 *
 * One line for each thing: whether it is there, why not, and what to do about it. Changes nothing.
 * The text is for people; it may change with every version. Thread-safe.
 *
 * Return: 0; -EINVAL for an unknown format; -ENOMEM.
 *
 * Since: 0.1
 */
int oci_doctor(struct oci_context *context, const char *format, char **ret,
	       unsigned int *ret_missing, struct oci_error *err);

#ifdef __cplusplus
}
#endif

#endif
