/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The plan of `create` and of `run`. */
#ifndef OCI_PLAN_CREATE_H
#define OCI_PLAN_CREATE_H

#include <oci/error.h>

#include "base/arena.h"
#include "base/text.h"
#include "host/facts.h"
#include "plan/plan.h"
#include "spec/model.h"

/* Whether the caller has CAP_SYS_ADMIN. */
bool plan_is_privileged(const struct host_facts *facts);

/* Adds what the plan wants to find: an empty /linux if there is none, and for a caller without
 * privileges a user namespace with mappings. -ENOMEM. */
int plan_complete(struct spec *spec, const struct host_facts *facts,
		  struct arena *arena) _must_check_;

/* Where a container is in resctrl. */
struct plan_rdt {
	const char *group; /* its class of service, "/" for that of the whole host; NULL for none */
	bool shared;       /* it is named by a closID and belongs to nobody */
	bool makes;        /* create makes it, if it is not there */
	bool monitors;     /* and mon_groups/<id> in it */
};

struct plan_rdt plan_rdt_find(const struct spec *spec, const char *id);

struct plan_bytes {
	const void *data;
	size_t length;
};

/* The system call filter of a plan, struct sock_filter[]; { NULL } if it has none. */
struct plan_bytes plan_filter_of(const struct plan *plan);

/* What was kept of one, for a request; { NULL } if it cannot be one. */
struct plan_bytes plan_filter_kept(const char *data, size_t length);

/* What a program is put into: the plan of `exec`. */
struct plan_group {
	const char *mount, *path; /* of the cgroup, which is there */
	bool v2;
};

struct plan_target {
	uint64_t namespaces; /* CLONE_NEW*: those of the container that are not the caller's */
	bool chroot;         /* its root is not that of its mount namespace */
	const struct plan_group *groups;
	unsigned int n_groups;
	struct plan_rdt rdt;
	const char *unit;     /* NULL, or the one into which systemd puts it: we may not */
	const char *subgroup; /* of that, "" or "/name" */
};

/* Who makes the cgroups. */
enum plan_cgroup_manager {
	PLAN_CGROUP_FS,       /* we do, in the cgroup file systems */
	PLAN_CGROUP_SYSTEMD,  /* systemd does, by a scope */
	PLAN_CGROUP_DISABLED, /* nobody: the container stays in the caller's */
};

struct plan_request {
	const struct spec *spec;
	const struct host_facts *facts;
	struct arena *arena; /* for what has to outlive a function while planning */
	const char *id;
	const char *bundle;         /* absolute */
	const char *pid_file;       /* NULL for none */
	const char *console_socket; /* where a terminal is sent; NULL for nowhere */
	const char *pidfd_socket;   /* where a pidfd is sent; NULL for nowhere */
	bool takes_terminal;        /* the caller takes it itself */
	const char *notify_socket;  /* a socket, by its path or "@name"; NULL for none */
	unsigned int preserve_fds;
	struct text *warnings; /* one line each; NULL to drop them */
	enum plan_cgroup_manager manager;
	bool start; /* run the program at once, instead of waiting for `start` */
	bool no_pivot;
	bool no_new_keyring;
	struct plan_bytes filter; /* of system calls, compiled before; { NULL } to compile it */
	const struct plan_target *target; /* `exec` and `update` only */
};

/* Decides everything: on success *ret is to be freed with free(). What the config asks for and
 * cannot be had is an error here, before any side effect. */
int plan_create(const struct plan_request *request, struct plan **ret,
		struct oci_error *err) _must_check_;

/* As plan_create(), for another program in a container that is there. /process of the spec is that
 * program; of the rest of it only what every process of the container gets is looked at. */
int plan_exec(const struct plan_request *request, struct plan **ret,
	      struct oci_error *err) _must_check_;

/* Other limits, those in /linux/resources of the spec, for the groups of the target. */
int plan_update(const struct plan_request *request, struct plan **ret,
		struct oci_error *err) _must_check_;

/* Whether a container with this spec has a mount namespace of its own. */
bool plan_makes_mounts(const struct spec *spec);

/* From how many mounts of the host on it is worth the while to begin as a copy of a mount namespace
 * that has hardly any; 0 for never. */
unsigned int plan_many_mounts(const struct spec *spec);

/* Where the container's cgroup is below each hierarchy, "/ocirun/<id>" if the config is silent.
 * -EINVAL for a linux.cgroupsPath that leads elsewhere. In the request's arena. */
int plan_cgroup_path(const struct plan_request *request, const char **ret,
		     struct oci_error *err) _must_check_;

#endif
