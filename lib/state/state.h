/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The state root and the directory that each container has in it:
 *
 *	<root>/<id>/            mode 0700; flock(2) on it is the container's lock
 *	<root>/<id>/state.json  the record, replaced in one step
 *	<root>/<id>/config.json as it was when the container was created
 *	<root>/<id>/seccomp     its filter, struct sock_filter[], if it has one
 *	<root>/<id>/start       the socket on which init waits for `start`, gone afterwards
 */
#ifndef OCI_STATE_STATE_H
#define OCI_STATE_STATE_H

#include "state/record.h"

struct state {
	int dir;          /* -1 when not open */
	const char *root; /* borrowed */
	const char *id;   /* borrowed */
};

/* For cleanup(): closes the directory, which gives the lock back. */
void state_done(struct state *state);

/* Makes a container's directory and locks it. -EEXIST when the id is in use. The root is made when
 * it is missing. */
int state_create(const char *root, const char *id, struct state *ret,
		 struct oci_error *err) _must_check_;

/* Opens a container's directory; -ENOENT, "does not exist", when there is none. With @lock it waits
 * until no other verb holds the lock. */
int state_open(const char *root, const char *id, bool lock, struct state *ret,
	       struct oci_error *err) _must_check_;

/* Takes the lock of what was opened without. -EWOULDBLOCK when another verb holds it and is not to
 * be waited for; -ENOENT as above. */
int state_lock(const struct state *state, bool wait, struct oci_error *err) _must_check_;

/* Whether another verb holds the lock at this moment. */
bool state_is_busy(const struct state *state);

int state_write(const struct state *state, const struct record *record,
		struct oci_error *err) _must_check_;
/* The same in two steps, as file_prepare() and file_put(). */
int state_prepare(const struct state *state, const struct record *record,
		  struct oci_error *err) _must_check_;
int state_put(const struct state *state, struct oci_error *err) _must_check_;

/* -ENODATA when there is no record: a create that died before it had written its intent. */
int state_read(const struct state *state, struct arena *arena, struct record **ret,
	       struct oci_error *err) _must_check_;

/* What create keeps for later verbs: the config, since the bundle may have changed, or be gone, and
 * what was made of it. */
#define STATE_CONFIG "config.json"
#define STATE_FILTER "seccomp"
int state_keep(const struct state *state, const char *name, const void *data, size_t length,
	       struct oci_error *err) _must_check_;
/* To be freed with free(). */
int state_kept(const struct state *state, const char *name, char **ret, size_t *ret_length,
	       struct oci_error *err) _must_check_;

/* Removes the directory and all that is in it. Works on a full disk. */
int state_remove(const struct state *state, struct oci_error *err) _must_check_;

/* The socket that init waits on until it is started: made, and connected to by who starts it. Both
 * return a descriptor, connect -ECONNREFUSED when nobody waits any more, and without patience
 * -EAGAIN when so many wait for init that it takes no more. A connection that says nothing changes
 * nothing, so it may be made before it is known whether there is anything to start. */
int state_listen(const struct state *state, struct oci_error *err) _must_check_;
int state_connect(const struct state *state, bool patience) _must_check_;

/* Who starts it gives it another name first, and removes it when the program runs. */
int state_take(const struct state *state) _must_check_;
void state_unlisten(const struct state *state);

/* Whether init waits. Under its first name it does, and need not be woken to say so. Who had begun
 * to start it may have died, before the program ran or after; a connection tells, and changes
 * nothing. */
bool state_is_listening(const struct state *state);

#endif
