/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef OCI_STATE_H
#define OCI_STATE_H

#include <stddef.h>

#include <oci/context.h>
#include <oci/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * DOC: state
 *
 * A struct oci_state is a snapshot of what is known of one container (runtime.md, "State"). It does
 * not change; another oci_state() tells what has become of the container since.
 */
struct oci_state;

/**
 * oci_state - look at a container
 * @context: the context
 * @id:      its id
 * @ret:     the snapshot, to be given back with oci_state_free(). Set on success only.
 * @err:     filled in on failure; may be NULL
 *
 * Takes no lock and waits for nobody. Thread-safe.
 *
 * Return: 0; -ENOENT when it does not exist.
 *
 * Since: 0.1. Source: runtime.md, "Query State".
 */
int oci_state(struct oci_context *context, const char *id, struct oci_state **ret,
	      struct oci_error *err);

/**
 * oci_state_free - give a snapshot back
 * @state: NULL is fine
 *
 * Return: NULL. Since: 0.1
 */
struct oci_state *oci_state_free(struct oci_state *state);

/**
 * oci_state_id - the container's id
 * @state: the snapshot, from which the string is borrowed
 *
 * Since: 0.1
 */
const char *oci_state_id(const struct oci_state *state);

/**
 * oci_state_status - "creating", "created", "running", "paused" or "stopped"
 * @state: the snapshot
 *
 * Since: 0.1
 */
const char *oci_state_status(const struct oci_state *state);

/**
 * oci_state_pid - the pid of the container's init as the caller sees it
 * @state: the snapshot
 *
 * Return: 0 when there is none: it has stopped, or is not there yet.
 *
 * Since: 0.1
 */
int oci_state_pid(const struct oci_state *state);

/**
 * oci_state_bundle - absolute path of the bundle
 * @state: the snapshot, from which the string is borrowed
 *
 * Since: 0.1
 */
const char *oci_state_bundle(const struct oci_state *state);

/**
 * oci_state_created - when it was created, RFC 3339 with nanoseconds, UTC
 * @state: the snapshot, from which the string is borrowed
 *
 * Since: 0.1
 */
const char *oci_state_created(const struct oci_state *state);

/**
 * oci_state_owner - the uid of the user who created it
 * @state: the snapshot
 *
 * Since: 0.1
 */
unsigned int oci_state_owner(const struct oci_state *state);

/**
 * oci_state_json - the snapshot as the standard writes it
 * @state: the snapshot
 * @owner: the name to write for the owner; NULL leaves the member out
 * @ret:   the document, indented by two blanks, without a newline at its end; to be freed with
 *         free()
 * @err:   filled in on failure; may be NULL
 *
 * Members: ociVersion, id, pid (only when there is one), status, bundle, rootfs, created,
 * annotations (only when there are any), owner.
 *
 * Return: 0 or -ENOMEM.
 *
 * Since: 0.1
 */
int oci_state_json(const struct oci_state *state, const char *owner, char **ret,
		   struct oci_error *err);

/**
 * oci_list - look at all containers of the state root
 * @context: the context
 * @ret:     an array of snapshots, in the order of their ids, to be given back with
 *           oci_list_free(). Set on success only.
 * @ret_n:   how many
 * @err:     filled in on failure; may be NULL
 *
 * A container that is deleted meanwhile is left out. Thread-safe.
 *
 * Return: 0, also when there is no state root yet.
 *
 * Since: 0.1
 */
int oci_list(struct oci_context *context, struct oci_state ***ret, size_t *ret_n,
	     struct oci_error *err);

/**
 * oci_list_free - give a list back with all of its snapshots
 * @list: NULL is fine
 * @n:    how many
 *
 * Since: 0.1
 */
void oci_list_free(struct oci_state **list, size_t n);

#ifdef __cplusplus
}
#endif

#endif
