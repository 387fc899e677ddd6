/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef OCI_CONTEXT_H
#define OCI_CONTEXT_H

#include <stddef.h>

#include <oci/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * DOC: context
 *
 * Everything hangs on a struct oci_context: where containers are recorded, and who is told of
 * warnings. There is no global state. A context may be used by several threads at the same time.
 * Verbs on one container exclude each other by a lock on its record, across processes too.
 *
 * What a call does not touch in the calling process: signal handlers and masks, umask, working
 * directory, environment, subreaper, other children, other descriptors. A container's init is a
 * child of the process that created it, which gets SIGCHLD at its end.
 */
struct oci_context;

/**
 * enum oci_log_level - how important a message is
 * @OCI_LOG_WARNING: something asked for could not be had, and was not mandatory
 * @OCI_LOG_DEBUG:   for those who look for a fault
 *
 * Errors are not logged: they are returned.
 *
 * Since: 0.1
 */
enum oci_log_level {
	OCI_LOG_WARNING = 1,
	OCI_LOG_DEBUG = 2,
	OCI_LOG_FORCE_WIDTH_ = 1 << 30 /* the size of this type is ABI */
};

/**
 * struct oci_context_options - how a context is made
 * @size:       sizeof(struct oci_context_options) as the caller knows it; members beyond it are
 *              taken as zero, so that programs built with an older header go on working
 * @state_root: absolute path of the directory that holds the records; it is made when missing.
 *              NULL for "/run/ocirun". It should be on a tmpfs. Copied.
 * @log:        is told of warnings, by the thread that made the call; NULL for nobody. The message
 *              is one line without a newline, borrowed for the time of the call.
 * @log_data:   handed to @log as it is
 *
 * Since: 0.1
 */
struct oci_context_options {
	size_t size;
	const char *state_root;
	void (*log)(void *data, enum oci_log_level level, const char *message);
	void *log_data;
};

/**
 * oci_context_new - make a context
 * @options: NULL for all defaults
 * @ret:     the context, to be given back with oci_context_free(). Set on success only.
 * @err:     filled in on failure; may be NULL
 *
 * Touches nothing on the host. Thread-safe.
 *
 * Return: 0; -EINVAL for a @state_root that is not absolute or an @options->size of 0; -ENOMEM.
 *
 * Since: 0.1
 */
int oci_context_new(const struct oci_context_options *options, struct oci_context **ret,
		    struct oci_error *err);

/**
 * oci_context_free - give a context back
 * @context: NULL is fine
 *
 * Containers are not touched. No other thread may be using the context.
 *
 * Return: NULL, for assigning it to the variable that held the context.
 *
 * Since: 0.1
 */
struct oci_context *oci_context_free(struct oci_context *context);

#ifdef __cplusplus
}
#endif

#endif
