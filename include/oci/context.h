/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef OCI_CONTEXT_H
#define OCI_CONTEXT_H

#include <stddef.h>
#include <stdint.h>

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
 * enum oci_trace_kind - whose time it is
 * @OCI_TRACE_PHASE: a part of a call, or all of it
 * @OCI_TRACE_HOST:  an operation of the plan, as oci_plan() shows it, on the host
 * @OCI_TRACE_INIT:  one in the process that becomes the container's program
 *
 * Since: 0.1
 */
enum oci_trace_kind {
	OCI_TRACE_PHASE = 1,
	OCI_TRACE_HOST = 2,
	OCI_TRACE_INIT = 3,
	OCI_TRACE_FORCE_WIDTH_ = 1 << 30 /* the size of this type is ABI */
};

/**
 * struct oci_trace_event - how long something took
 * @kind:  whose time it is
 * @name:  of an operation its name in the plan; of a phase "options", "read" (the config), "check"
 *         (it), "facts" (about the host), "plan", "state" (the container's record), "hook", "undo";
 *         of the whole call "create", "run", "start", "exec" and "update"
 * @text:  what an operation does in words, the id of a container, the path of a hook, or ""
 * @where: JSON pointer of the member of config.json that it comes from, or ""
 * @begin: nanoseconds of CLOCK_REALTIME
 * @end:   the same, not less than @begin
 *
 * Events come as things end, those of init when it has been heard of; so what belongs to something
 * comes before it. In init the first 500 operations have a time, and those behind a seccomp filter
 * have none but the last, of which only the end is known. Strings are borrowed for the time of the
 * call. Members may be added at the end.
 *
 * Since: 0.1
 */
struct oci_trace_event {
	enum oci_trace_kind kind;
	const char *name;
	const char *text;
	const char *where;
	uint64_t begin;
	uint64_t end;
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
 * @trace:      is told how long the parts of oci_create(), oci_run(), oci_start(), oci_exec()
 *              and oci_update() took, and those of oci_plan(), by the thread that made the call;
 * NULL for nobody, which costs nothing
 * @trace_data: handed to @trace as it is
 *
 * Since: 0.1
 */
struct oci_context_options {
	size_t size;
	const char *state_root;
	void (*log)(void *data, enum oci_log_level level, const char *message);
	void *log_data;
	void (*trace)(void *data, const struct oci_trace_event *event);
	void *trace_data;
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
