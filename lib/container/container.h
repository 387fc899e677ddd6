/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the verbs share: the context, and finding out how a container is. */
#ifndef OCI_CONTAINER_CONTAINER_H
#define OCI_CONTAINER_CONTAINER_H

#include <oci/oci.h>

#include "base/arena.h"
#include "base/trace.h"
#include "cgroup/cgroup.h"
#include "plan/create.h"
#include "spec/spec.h"
#include "state/state.h"

#define DEFAULT_STATE_ROOT "/run/ocirun"

struct oci_context {
	char *state_root;
	void (*log)(void *data, enum oci_log_level level, const char *message);
	void *log_data;
	struct trace trace;
	int image; /* the memfd of init once it is needed, -1 before; set atomically */
};

/* Where the host's interpreter keeps notes; below the state root, where no container is called so.
 */
const char *context_notes(const struct oci_context *context, struct arena *arena);

void context_log(const struct oci_context *context, enum oci_log_level level, const char *message);

/* One message for each line; @lines is cut up, and may be NULL. */
void context_log_lines(const struct oci_context *context, enum oci_log_level level, char *lines);

/* A part of a verb, which began at *@time, ends now with the result @r, which is returned: its time
 * is told to who traces, and an error is one of that stage. The next part begins. */
int phase_end(const struct oci_context *context, const char *name, uint64_t *time, int r,
	      struct oci_error *err);

/* Whether descriptors 3 to 2+@n are open. To be asked before we open anything: what gets one of
 * these numbers later would be handed down. */
int check_preserved(unsigned int n, struct oci_error *err) _must_check_;

/* The init program, made once for each context. Borrowed. */
int context_image(struct oci_context *context, struct oci_error *err) _must_check_;

/* A pidfd of the container's init, or -ESRCH when it has ended or never began. Not somebody else
 * who has its pid by now. */
int process_open(const struct record *record) _must_check_;
/* The same, of one that has ended as well, as long as nobody has reaped it. */
int process_find(const struct record *record) _must_check_;

/* A number of /proc/<pid>/stat, by its place in proc(5). */
bool process_stat(int pid, int number, uint64_t *ret);

/* Whether it has ended or is about to: the init of a pid namespace first waits for all the others.
 */
bool process_is_ending(const struct record *record, int pidfd);

/* Notes in @record what process_open() will compare. */
void process_identify(int pid, int pidfd, struct record *record);

enum status { STATUS_CREATING, STATUS_CREATED, STATUS_RUNNING, STATUS_PAUSED, STATUS_STOPPED };

const char *status_name(enum status status);

/* An enum status. With @locked the caller holds the lock, so that nobody can be creating it.
 * Whether it runs may not be known: then it is an error, and never STATUS_STOPPED. */
int status_find(const struct state *state, const struct record *record, bool locked,
		struct oci_error *err) _must_check_;

/* After init was killed, or could not be executed: adds to @err what the memory controller says, if
 * there is a limit. Returns @code. */
int container_blame_memory(const struct record *record, int code, struct oci_error *err);

/* Whether its processes are frozen, or about to be. */
bool container_is_paused(const struct record *record);

/* The state of the standard, in one line; without a pid if that is 0. */
void container_state(struct text *text, const struct record *record, const char *status, int pid);

/* The groups of a record as lib/cgroup/ wants them, to be freed; NULL when memory ran out. */
struct cgroup *container_cgroups(const struct record *record) _must_check_;

/* Where the container is in resctrl, and what of it goes with the container. */
struct plan_rdt container_rdt(const struct record *record);

/* The config that the container was created with; @ret_document is to be given back with
 * document_done(), and holds all strings of the spec. */
int container_config(const struct state *state, struct arena *arena, struct document *ret_document,
		     struct spec **ret, struct oci_error *err) _must_check_;

/* Kills whatever is left of a container and removes its cgroups and its record. @record may be
 * NULL. The caller holds the lock. */
int container_destroy(const struct oci_context *context, const struct state *state,
		      const struct record *record, struct oci_error *err) _must_check_;

#endif
