/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The host's interpreter: runs the host's column of a plan. What belongs to a container's record it
 * asks its caller to do. */
#ifndef OCI_EXEC_HOST_H
#define OCI_EXEC_HOST_H

#include <oci/error.h>

#include "base/trace.h"
#include "plan/plan.h"

struct host;

/* What the owner of the record does when the plan says so. Each returns 0 (listen: a descriptor) or
 * a negative errno with @err filled in. */
struct host_calls {
	int (*intent)(void *context, struct oci_error *err);
	/* A cgroup was made; the first @existing bytes of its path were there before. */
	void (*cgroup_made)(void *context, const char *mount, const char *path, size_t existing);
	/* In resctrl the container's class of service was made, or its monitoring group. */
	void (*rdt_made)(void *context, bool monitoring);
	int (*listen)(void *context, struct oci_error *err);
	/* A property of the unit of systemd that comes next, and the unit, with process @pid. */
	int (*unit_property)(void *context, const char *name, const char *value,
			     struct oci_error *err);
	int (*scope)(void *context, int pid, struct oci_error *err);
	/* Process @pid belongs into a unit that is there. */
	int (*unit_attach)(void *context, const char *unit, const char *subgroup, int pid,
			   struct oci_error *err);
	/* Init is process @pid; its record is made ready, and then takes the place of the intent.
	 */
	int (*prepare)(void *context, int pid, int pidfd, struct oci_error *err);
	int (*record)(void *context, struct oci_error *err);
	/* @kind: enum spec_hook_kind */
	int (*hooks)(void *context, int kind, int pid, int pidfd, struct oci_error *err);
	/* The seccomp filter of process @pid is on; @listener is borrowed. */
	int (*listener)(void *context, int pid, int listener, struct oci_error *err);
};

struct host {
	const struct plan *plan;
	const struct host_calls *calls;
	void *context;
	const struct trace *trace; /* borrowed */
	int image;                 /* from image_open(), borrowed */
	const char *notes;         /* directory of what is worth finding again; NULL for none */
	int target, target_pidfd;  /* init of the container that `exec` enters; borrowed */
	int fds[SLOT_MAX];
	int channel; /* our end */
	struct plan_report *report;
	int pid, pidfd; /* of init; pidfd is -1 until it is spawned */
	bool pid_file;  /* has been written */
	int terminal;   /* the other side of the program's, for the caller to take; -1 for none */
	int network, network_inside; /* sockets of rtnetlink(7): ours, and one that init opened */
	struct host_device *devices; /* that have been moved, or begun to be */
	struct host_limit *old;      /* with keep_old: what limits were, the last one first */
	bool keep_old;
	const struct op *waiting[4]; /* OP_MAY_WAIT */
	unsigned int n_waiting;
	struct { /* the cgroup file written last, kept open for more of the same */
		int16_t slot;
		const char *name;
		int fd;
	} file;
};

void host_init(struct host *host, const struct plan *plan, const struct host_calls *calls,
	       void *context, int image, const struct trace *trace);
/* Closes everything but leaves init alone. */
void host_done(struct host *host);

/* Runs all of the host's operations. On an error init may be running: host->pidfd tells, and the
 * caller ends it. */
int host_run(struct host *host, struct oci_error *err) _must_check_;

/* After a failure: ends init, and takes back what the operations wrote to @pid_file. */
void host_undo(const struct host *host, const char *pid_file);

/* With keep_old, after a failure: puts back the limits that were replaced, as far as the kernel
 * tells them in the words in which it takes them. */
void host_restore_limits(struct host *host);

/* Tells init, which is parked, to run its program, and waits until it has. Of @host there need to
 * be
 * @channel, @pid, @calls, @context and @trace. -ECONNRESET without a message when init vanished. */
int host_start(const struct host *host, struct oci_error *err) _must_check_;

#endif
