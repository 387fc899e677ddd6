/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The mount options of the standard (config.md, "Linux mount options"), see mount_options.h. */
#include <errno.h>
#include <string.h>

#include "base/error.h"
#include "plan/mount_options.h"
#include "sys/abi.h"

const struct mount_option mount_options[] = {
	{ "defaults", MOUNT_OPTION_NOTHING, 0, 0 },
	{ "silent", MOUNT_OPTION_NOTHING, 0, 0 },
	{ "loud", MOUNT_OPTION_NOTHING, 0, 0 },
	{ "iversion", MOUNT_OPTION_NOTHING, 0, 0 },
	{ "noiversion", MOUNT_OPTION_NOTHING, 0, 0 },
	{ "acl", MOUNT_OPTION_NOTHING, 0, 0 },
	{ "noacl", MOUNT_OPTION_NOTHING, 0, 0 },
	{ "bind", MOUNT_OPTION_BIND, 0, 0 },
	{ "rbind", MOUNT_OPTION_BIND, 1, 0 },
	{ "remount", MOUNT_OPTION_REMOUNT, 0, 0 },
	{ "ro", MOUNT_OPTION_ATTRIBUTE, ABI_MOUNT_ATTR_RDONLY, 0 },
	{ "rw", MOUNT_OPTION_ATTRIBUTE, 0, ABI_MOUNT_ATTR_RDONLY },
	{ "nosuid", MOUNT_OPTION_ATTRIBUTE, ABI_MOUNT_ATTR_NOSUID, 0 },
	{ "suid", MOUNT_OPTION_ATTRIBUTE, 0, ABI_MOUNT_ATTR_NOSUID },
	{ "nodev", MOUNT_OPTION_ATTRIBUTE, ABI_MOUNT_ATTR_NODEV, 0 },
	{ "dev", MOUNT_OPTION_ATTRIBUTE, 0, ABI_MOUNT_ATTR_NODEV },
	{ "noexec", MOUNT_OPTION_ATTRIBUTE, ABI_MOUNT_ATTR_NOEXEC, 0 },
	{ "exec", MOUNT_OPTION_ATTRIBUTE, 0, ABI_MOUNT_ATTR_NOEXEC },
	{ "noatime", MOUNT_OPTION_ATTRIBUTE, ABI_MOUNT_ATTR_NOATIME, ABI_MOUNT_ATTR__ATIME },
	{ "atime", MOUNT_OPTION_ATTRIBUTE, 0, ABI_MOUNT_ATTR__ATIME },
	{ "relatime", MOUNT_OPTION_ATTRIBUTE, ABI_MOUNT_ATTR_RELATIME, ABI_MOUNT_ATTR__ATIME },
	{ "norelatime", MOUNT_OPTION_ATTRIBUTE, 0, ABI_MOUNT_ATTR__ATIME },
	{ "strictatime", MOUNT_OPTION_ATTRIBUTE, ABI_MOUNT_ATTR_STRICTATIME,
	  ABI_MOUNT_ATTR__ATIME },
	{ "nostrictatime", MOUNT_OPTION_ATTRIBUTE, 0, ABI_MOUNT_ATTR__ATIME },
	{ "nodiratime", MOUNT_OPTION_ATTRIBUTE, ABI_MOUNT_ATTR_NODIRATIME, 0 },
	{ "diratime", MOUNT_OPTION_ATTRIBUTE, 0, ABI_MOUNT_ATTR_NODIRATIME },
	{ "nosymfollow", MOUNT_OPTION_ATTRIBUTE, ABI_MOUNT_ATTR_NOSYMFOLLOW, 0 },
	{ "symfollow", MOUNT_OPTION_ATTRIBUTE, 0, ABI_MOUNT_ATTR_NOSYMFOLLOW },
	{ "rro", MOUNT_OPTION_RECURSIVE, ABI_MOUNT_ATTR_RDONLY, 0 },
	{ "rrw", MOUNT_OPTION_RECURSIVE, 0, ABI_MOUNT_ATTR_RDONLY },
	{ "rnosuid", MOUNT_OPTION_RECURSIVE, ABI_MOUNT_ATTR_NOSUID, 0 },
	{ "rsuid", MOUNT_OPTION_RECURSIVE, 0, ABI_MOUNT_ATTR_NOSUID },
	{ "rnodev", MOUNT_OPTION_RECURSIVE, ABI_MOUNT_ATTR_NODEV, 0 },
	{ "rdev", MOUNT_OPTION_RECURSIVE, 0, ABI_MOUNT_ATTR_NODEV },
	{ "rnoexec", MOUNT_OPTION_RECURSIVE, ABI_MOUNT_ATTR_NOEXEC, 0 },
	{ "rexec", MOUNT_OPTION_RECURSIVE, 0, ABI_MOUNT_ATTR_NOEXEC },
	{ "rnoatime", MOUNT_OPTION_RECURSIVE, ABI_MOUNT_ATTR_NOATIME, ABI_MOUNT_ATTR__ATIME },
	{ "ratime", MOUNT_OPTION_RECURSIVE, 0, ABI_MOUNT_ATTR__ATIME },
	{ "rrelatime", MOUNT_OPTION_RECURSIVE, ABI_MOUNT_ATTR_RELATIME, ABI_MOUNT_ATTR__ATIME },
	{ "rnorelatime", MOUNT_OPTION_RECURSIVE, 0, ABI_MOUNT_ATTR__ATIME },
	{ "rstrictatime", MOUNT_OPTION_RECURSIVE, ABI_MOUNT_ATTR_STRICTATIME,
	  ABI_MOUNT_ATTR__ATIME },
	{ "rnostrictatime", MOUNT_OPTION_RECURSIVE, 0, ABI_MOUNT_ATTR__ATIME },
	{ "rnodiratime", MOUNT_OPTION_RECURSIVE, ABI_MOUNT_ATTR_NODIRATIME, 0 },
	{ "rdiratime", MOUNT_OPTION_RECURSIVE, 0, ABI_MOUNT_ATTR_NODIRATIME },
	{ "rnosymfollow", MOUNT_OPTION_RECURSIVE, ABI_MOUNT_ATTR_NOSYMFOLLOW, 0 },
	{ "rsymfollow", MOUNT_OPTION_RECURSIVE, 0, ABI_MOUNT_ATTR_NOSYMFOLLOW },
	{ "shared", MOUNT_OPTION_PROPAGATION, ABI_MS_SHARED, 0 },
	{ "rshared", MOUNT_OPTION_PROPAGATION, ABI_MS_SHARED | ABI_MS_REC, 0 },
	{ "slave", MOUNT_OPTION_PROPAGATION, ABI_MS_SLAVE, 0 },
	{ "rslave", MOUNT_OPTION_PROPAGATION, ABI_MS_SLAVE | ABI_MS_REC, 0 },
	{ "private", MOUNT_OPTION_PROPAGATION, ABI_MS_PRIVATE, 0 },
	{ "rprivate", MOUNT_OPTION_PROPAGATION, ABI_MS_PRIVATE | ABI_MS_REC, 0 },
	{ "unbindable", MOUNT_OPTION_PROPAGATION, ABI_MS_UNBINDABLE, 0 },
	{ "runbindable", MOUNT_OPTION_PROPAGATION, ABI_MS_UNBINDABLE | ABI_MS_REC, 0 },
	{ "sync", MOUNT_OPTION_SUPERBLOCK, 0, 0 },
	{ "async", MOUNT_OPTION_SUPERBLOCK, 0, 0 },
	{ "dirsync", MOUNT_OPTION_SUPERBLOCK, 0, 0 },
	{ "lazytime", MOUNT_OPTION_SUPERBLOCK, 0, 0 },
	{ "nolazytime", MOUNT_OPTION_SUPERBLOCK, 0, 0 },
	{ "mand", MOUNT_OPTION_SUPERBLOCK, 0, 0 },
	{ "nomand", MOUNT_OPTION_SUPERBLOCK, 0, 0 },
	{ "idmap", MOUNT_OPTION_IDMAP, 0, 0 },
	{ "ridmap", MOUNT_OPTION_IDMAP, 1, 0 },
	{ "tmpcopyup", MOUNT_OPTION_COPY_UP, 0, 0 },
	{ "copy-symlink", MOUNT_OPTION_LINKS, MOUNT_COPY_SYMLINK, 0 },
	{ "src-nofollow", MOUNT_OPTION_LINKS, MOUNT_SRC_NOFOLLOW, 0 },
	{ "dest-nofollow", MOUNT_OPTION_LINKS, MOUNT_DEST_NOFOLLOW, 0 },
	{ NULL, 0, 0, 0 },
};

static const struct mount_option *find(const char *name)
{
	for (const struct mount_option *option = mount_options; option->name; option++)
		if (strcmp(option->name, name) == 0)
			return option;
	return NULL;
}

/* A later option wins over an earlier one: what it sets is no longer cleared and vice versa. */
static void change(uint64_t *set, uint64_t *clear, const struct mount_option *option)
{
	*set = (*set & ~(uint64_t)option->clear) | option->set;
	*clear = (*clear & ~(uint64_t)option->set) | option->clear;
}

/* What an earlier option says of the mount itself is over: this one is of the mount too. */
static void change_recursively(struct mount_plan *plan, const struct mount_option *option)
{
	uint64_t same = option->set | option->clear;

	plan->set &= ~same;
	plan->clear &= ~same;
	change(&plan->recursive_set, &plan->recursive_clear, option);
}

static void apply(struct mount_plan *plan, const struct mount_option *option)
{
	switch (option->kind) {
	case MOUNT_OPTION_BIND:
		plan->bind = true;
		plan->recursive_bind = option->set != 0;
		break;
	case MOUNT_OPTION_REMOUNT:
		plan->remount = true;
		break;
	case MOUNT_OPTION_ATTRIBUTE:
		change(&plan->set, &plan->clear, option);
		break;
	case MOUNT_OPTION_RECURSIVE:
		change_recursively(plan, option);
		break;
	case MOUNT_OPTION_PROPAGATION:
		plan->propagation = option->set;
		break;
	case MOUNT_OPTION_IDMAP:
		plan->idmap = true;
		plan->recursive_idmap = option->set != 0;
		break;
	case MOUNT_OPTION_LINKS:
		plan->links |= option->set;
		break;
	case MOUNT_OPTION_COPY_UP:
		plan->copy_up = true;
		break;
	case MOUNT_OPTION_SUPERBLOCK:
		plan->data[plan->n_data++] = option->name;
		break;
	case MOUNT_OPTION_NOTHING:
		break;
	}
}

bool mount_is_bind(const struct spec_mount *mount)
{
	if (mount->type && strcmp(mount->type, "bind") == 0)
		return true;
	list_each(name, mount->options) {
		const struct mount_option *option = find(*name);

		if (option && option->kind == MOUNT_OPTION_BIND)
			return true;
	}
	return false;
}

bool mount_opens_files(const struct spec_mount *mount)
{
	static const char *const made_of_nothing[] = {
		"proc", "sysfs", "tmpfs", "devpts", "mqueue", "cgroup", "cgroup2",
	};

	if (mount_is_bind(mount))
		return false;
	for (size_t i = 0; mount->type && i < ARRAY_SIZE(made_of_nothing); i++)
		if (strcmp(mount->type, made_of_nothing[i]) == 0)
			return false;
	return true;
}

int mount_options_read(const struct spec_mount *mount, struct arena *arena, struct mount_plan *ret,
		       struct oci_error *err)
{
	struct mount_plan plan = { 0 };

	plan.data = arena_alloc(arena, (mount->options.n + 1) * sizeof(*plan.data));
	if (!plan.data)
		return fail(err, -ENOMEM, NULL, "cannot read the mount options");
	list_each(name, mount->options) {
		const struct mount_option *option = find(*name);

		if (!(*name)[0])
			continue; /* podman writes it */
		if (!option)
			plan.data[plan.n_data++] = *name;
		else
			apply(&plan, option);
	}
	plan.bind = plan.bind || mount_is_bind(mount);
	*ret = plan;
	return 0;
}
