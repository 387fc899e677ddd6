/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The mount options of the standard, from one table. Pure. */
#ifndef OCI_PLAN_MOUNT_OPTIONS_H
#define OCI_PLAN_MOUNT_OPTIONS_H

#include <oci/error.h>

#include "base/arena.h"
#include "spec/model.h"

/* What becomes of an option that the table knows. */
enum mount_option_kind {
	MOUNT_OPTION_NOTHING = 1, /* the default, or without a meaning for the kernel */
	MOUNT_OPTION_BIND,
	MOUNT_OPTION_REMOUNT,
	MOUNT_OPTION_ATTRIBUTE, /* of this mount */
	MOUNT_OPTION_RECURSIVE, /* of this mount and those below */
	MOUNT_OPTION_PROPAGATION,
	MOUNT_OPTION_IDMAP,      /* how far its mapping of ids goes */
	MOUNT_OPTION_LINKS,      /* what becomes of symbolic links */
	MOUNT_OPTION_COPY_UP,    /* a tmpfs begins with what it covers */
	MOUNT_OPTION_SUPERBLOCK, /* a flag of the file system, given to fsconfig as it is */
};

/* Symbolic links at the two ends of a bind mount: crun's options, which podman uses. */
enum mount_links {
	MOUNT_COPY_SYMLINK = 1,  /* a link is not mounted, but made anew */
	MOUNT_SRC_NOFOLLOW = 2,  /* the link itself is mounted */
	MOUNT_DEST_NOFOLLOW = 4, /* it is mounted over the link */
};

struct mount_option {
	const char *name;
	enum mount_option_kind kind;
	unsigned int set;   /* MOUNT_ATTR_*, MS_* of a propagation, 1 for a recursive bind or idmap,
			       MOUNT_* */
	unsigned int clear; /* MOUNT_ATTR_* */
};

/* All options known, ends in a row without a name. */
extern const struct mount_option mount_options[];

struct mount_plan {
	bool bind, recursive_bind, remount;
	uint64_t set, clear;                     /* of the mount itself */
	uint64_t recursive_set, recursive_clear; /* of all below too */
	unsigned int propagation;                /* MS_*, with MS_REC */
	bool idmap, recursive_idmap, copy_up;
	unsigned int links; /* enum mount_links */
	const char **data;  /* options for the file system, "key" or "key=value" */
	size_t n_data;
};

/* Whether it is a bind mount, by its type or by an option. */
bool mount_is_bind(const struct spec_mount *mount);

/* Whether its file system finds files or devices of the host by name. */
bool mount_opens_files(const struct spec_mount *mount);

/* Reads the options of a mount. */
int mount_options_read(const struct spec_mount *mount, struct arena *arena, struct mount_plan *ret,
		       struct oci_error *err) _must_check_;

#endif
