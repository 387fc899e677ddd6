/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What this machine offers, found out by looking only. Plans are made from these facts, so that a
 * test can hand in any machine. */
#ifndef OCI_HOST_FACTS_H
#define OCI_HOST_FACTS_H

#include <oci/error.h>

#include "base/arena.h"
#include "host/users.h"

/* One mounted cgroup hierarchy. */
struct host_hierarchy {
	const char *mount;       /* "/sys/fs/cgroup/memory" */
	const char *controllers; /* "cpu,cpuacct", "name=systemd"; of v2 beside v1 by
				    host_find_v2_controllers(), else "" */
	bool v2;
};

enum cgroup_layout { CGROUP_NONE, CGROUP_V1, CGROUP_HYBRID, CGROUP_V2 };

struct host_facts {
	unsigned int release[2]; /* 6.18 */
	enum cgroup_layout cgroup_layout;
	struct host_hierarchy *hierarchies;
	unsigned int n_hierarchies;
	unsigned int n_groups; /* how many of them we make groups in: all or none */
	const char *no_groups; /* why there are none though there could be, else NULL */
	/* Only for a caller who may not make groups everywhere: its own group, and the one above,
	 * if it may make some there. In its own it is itself, so nothing can be limited there. */
	const char *delegated, *delegated_above;
	/* Only with the manager "systemd": the group of its instance that makes them, "/", and
	 * whether that is a user's. */
	const char *systemd_root;
	bool systemd_user;
	bool no_devices;    /* it is in a user namespace, where nobody makes devices */
	uint64_t permitted; /* the caller's permitted capabilities */
	bool nested;        /* see users.h; only looked at by create */
	bool owns_mounts;   /* see users.h; only looked at where a user namespace is asked for */
	bool apparmor, selinux;  /* only looked at where a label is asked for */
	bool resctrl;            /* only looked at where intelRdt is asked for */
	struct host_users users; /* only for a caller without CAP_SYS_ADMIN */
	bool procfs_of_any;      /* a procfs can show a pid namespace that one is not in: 6.18 */
	bool detached_assembly;  /* mounts can be put onto a tree that is not attached yet: 6.15 */
	bool empty_mounts; /* a mount namespace can begin without the mounts of the host: 7.1 */
	/* Before: the path of one to begin with that has hardly any, NULL for none; see
	 * mounts.h; only looked at by create, where there are many. */
	const char *bare_mounts;
};

/* Looks at the machine; strings live in @arena. */
int host_facts_gather(struct arena *arena, struct host_facts *ret,
		      struct oci_error *err) _must_check_;

/* Beside v1, the v2 hierarchy may have some of the controllers: which, for who asks for them. */
int host_find_v2_controllers(struct host_facts *facts, struct arena *arena) _must_check_;

#define HOST_RESCTRL "/sys/fs/resctrl"

/* Whether resctrl is mounted there: its control of the caches and of the memory's bandwidth. */
bool host_has_resctrl(void);

/* Root on this machine has the system's instance of systemd, everybody else one of his own. */
bool host_has_own_systemd(void);

/* Whether a cgroup file system of v2 is mounted there. */
bool host_is_cgroup2(const char *mount);

/* The caller's permitted capabilities. */
uint64_t host_permitted(void);

/* Whether a list as in /proc/self/cgroup ("cpu,cpuacct") holds @controller. */
bool host_hierarchy_has(const struct host_hierarchy *hierarchy, const char *controller);

#endif
