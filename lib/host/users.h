/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The caller, and the ids that it can give to a user namespace: user_namespaces(7), subuid(5). */
#ifndef OCI_HOST_USERS_H
#define OCI_HOST_USERS_H

#include "base/arena.h"

/* A range of ids: of /proc/self/uid_map, or of /etc/subuid (there inside is 0). */
struct host_range {
	uint64_t inside, outside, size;
};

struct host_ranges {
	struct host_range *item;
	size_t n;
};

struct host_users {
	unsigned int uid, gid;               /* effective */
	struct host_ranges uid_map, gid_map; /* of our own user namespace */
	struct host_ranges subuids, subgids;
	const char *newuidmap, *newgidmap; /* the programs' paths, NULL for none */
};

/* Looks it up, without name services: whoever links us does not want modules loaded. 0 or -ENOMEM;
 * what cannot be read is empty. */
int host_users_gather(struct arena *arena, struct host_users *ret) _must_check_;

/* Whether the caller is in another user namespace than the first, the machine's own. */
bool host_is_nested(void);

/* Whether a caller with CAP_SYS_ADMIN has it for its mount namespace too, and so may copy mounts
 * without entering another namespace. One who made a user namespace, but no mount namespace in it,
 * may not. */
bool host_owns_mounts(void);

#endif
