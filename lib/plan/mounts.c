/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Mounts: from /mounts/N to operations. Pure.
 *
 * Each is made detached, gets its attributes, and is then put onto its target, so that there is no
 * moment at which it is more writable than asked. */
#include <errno.h>
#include <string.h>

#include "base/error.h"
#include "base/num.h"
#include "plan/concern.h"
#include "plan/mount_options.h"
#include "sys/abi.h"

/* The two descriptors that each mount needs for a moment. */
struct slots {
	int16_t mount;
	int16_t target;
};

const char *plan_host_path(const struct plan_request *request, const char *path)
{
	if (path[0] == '/')
		return path;
	return arena_printf(request->arena, "%s/%s", request->bundle, path);
}

static void add_attributes(struct builder *builder, const struct plan_request *request,
			   int16_t slot, uint64_t set, uint64_t clear, uint64_t propagation,
			   bool recursive)
{
	struct op *op;

	if (!set && !clear && !propagation)
		return;
	op = builder_add(builder, PLAN_CHILD, OP_ATTRIBUTES);
	op->slot = slot;
	op->a = set;
	op->b = clear & ~set;
	op->c = propagation;
	op->flags =
		(recursive ? OP_RECURSIVE : 0) | (clear && plan_is_nested(request) ? OP_LOCKED : 0);
	/* mount_setattr(2): the access time is one field; to set it, all of it is cleared. */
	if (clear & ABI_MOUNT_ATTR__ATIME)
		op->b |= ABI_MOUNT_ATTR__ATIME;
}

static void add_propagation(struct builder *builder, const struct plan_request *request,
			    int16_t slot, unsigned int propagation)
{
	add_attributes(builder, request, slot, 0, 0, propagation & ~(unsigned int)ABI_MS_REC,
		       propagation & ABI_MS_REC);
}

static void add_changes(struct builder *builder, const struct plan_request *request, int16_t slot,
			const struct mount_plan *plan)
{
	add_attributes(builder, request, slot, plan->recursive_set, plan->recursive_clear, 0, true);
	add_attributes(builder, request, slot, plan->set, plan->clear, 0, false);
	add_propagation(builder, request, slot, plan->propagation);
}

static void add_target(struct builder *builder, enum op_kind kind, const char *path,
		       unsigned int links, const struct slots *slots)
{
	struct op *op = builder_add(builder, PLAN_CHILD, kind);

	op->text = builder_string(builder, path);
	op->slot = slots->mount;
	op->slot2 = slots->target;
	op->flags = links & MOUNT_DEST_NOFOLLOW ? OP_NOFOLLOW : 0;
}

static void add_attach(struct builder *builder, const char *path, const struct slots *slots)
{
	struct op *op = builder_add(builder, PLAN_CHILD, OP_ATTACH);

	op->text = builder_string(builder, path);
	op->slot = slots->mount;
	op->slot2 = slots->target;
}

static void add_bind(struct builder *builder, const struct plan_request *request,
		     const struct spec_mount *mount, const struct mount_plan *plan,
		     const struct slots *slots)
{
	const struct plan_tree tree = {
		.path = plan_host_path(request, mount->source),
		.flags =
			(plan->recursive_bind ? OP_RECURSIVE : 0) |
			(plan->links & (MOUNT_SRC_NOFOLLOW | MOUNT_COPY_SYMLINK) ? OP_NOFOLLOW : 0),
		.slot = slots->mount,
		.mappings = plan_id_mappings_find(builder, request, mount),
		.recursive_mappings = plan->recursive_idmap,
	};
	size_t link;

	plan_tree(builder, request, &tree);
	link = builder_count(builder, PLAN_CHILD);
	if (plan->links & MOUNT_COPY_SYMLINK) {
		struct op *op = builder_add(builder, PLAN_CHILD, OP_COPY_SYMLINK);

		op->slot = slots->mount;
		op->text = builder_string(builder, tree.path);
		op->text2 = builder_string(builder, mount->destination);
	}
	add_changes(builder, request, slots->mount, plan);
	add_target(builder, OP_TARGET_LIKE, mount->destination, plan->links, slots);
	add_attach(builder, mount->destination, slots);
	if (plan->links & MOUNT_COPY_SYMLINK)
		builder_skip(builder, PLAN_CHILD, link, TOLERATE_DONE);
}

/* Of a mount that has none below it. */
static uint64_t new_attributes(const struct mount_plan *plan)
{
	return plan->set | (plan->recursive_set & ~plan->clear);
}

/* A read-only tmpfs (a /dev) has to take the mount points and devices of what follows first. */
static bool is_readonly_later(const struct spec_mount *mount, const struct mount_plan *plan)
{
	return !plan->bind && !plan->remount && strcmp(mount->type, "tmpfs") == 0 &&
	       (new_attributes(plan) & ABI_MOUNT_ATTR_RDONLY);
}

static void add_remount(struct builder *builder, const struct plan_request *request,
			const struct spec_mount *mount, const struct mount_plan *plan,
			const struct slots *slots)
{
	struct op *op;

	add_target(builder, OP_TARGET, mount->destination, plan->links, slots);
	add_changes(builder, request, slots->target, plan);
	op = builder_add(builder, PLAN_CHILD, OP_CLOSE);
	op->slot = slots->target;
}

/* Engines give every devpts the group of terminals, which a user namespace may not have. */
static bool is_group_of_nobody(const struct plan_request *request, const struct spec_mount *mount,
			       const char *option)
{
	uint64_t gid;

	if (!plan_user_namespace(request->spec) || strcmp(mount->type, "devpts") != 0 ||
	    strncmp(option, "gid=", 4) != 0 ||
	    num_parse(option + 4, strlen(option + 4), UINT32_MAX, &gid) < 0)
		return false;
	list_each(mapping, request->spec->linux_->gidMappings)
		if (gid >= mapping->containerID.value &&
		    gid - mapping->containerID.value < mapping->size.value)
			return false;
	return true;
}

static void add_data(struct builder *builder, const struct plan_request *request,
		     const struct spec_mount *mount, const struct mount_plan *plan, int16_t slot)
{
	for (size_t i = 0; i < plan->n_data; i++) {
		const char *equals = strchr(plan->data[i], '=');
		struct op *op;
		const char *key;

		if (is_group_of_nobody(request, mount, plan->data[i]))
			continue;
		/* devpts knows "newinstance" and has done nothing else since 4.7. */
		op = builder_add(builder, PLAN_CHILD, equals ? OP_FS_STRING : OP_FS_FLAG);
		op->slot = slot;
		if (!equals) {
			op->text = builder_string(builder, plan->data[i]);
			continue;
		}
		key = arena_strndup(request->arena, plan->data[i],
				    (size_t)(equals - plan->data[i]));
		op->text = builder_string(builder, key);
		op->text2 = builder_string(builder, equals + 1);
	}
}

/* What a tmpfs takes over from the directory that it covers, if there is one: as runc and crun have
 * it, the mode when the options do not give one. */
static void add_inheritance(struct builder *builder, const struct spec_mount *mount,
			    const struct mount_plan *plan, const struct slots *slots)
{
	bool mode = strcmp(mount->type, "tmpfs") == 0;
	size_t first = builder_count(builder, PLAN_CHILD);
	struct op *op;

	for (size_t i = 0; i < plan->n_data; i++)
		mode = mode && strncmp(plan->data[i], "mode=", strlen("mode=")) != 0;
	if (!mode && !plan->copy_up)
		return;
	add_target(builder, OP_TARGET, mount->destination, plan->links, slots);
	if (mode) {
		op = builder_add(builder, PLAN_CHILD, OP_TMPFS_MODE);
		op->slot = slots->mount;
		op->slot2 = slots->target;
	}
	if (plan->copy_up) {
		op = builder_add(builder, PLAN_CHILD, OP_COPY_UP);
		op->slot = slots->mount;
		op->slot2 = slots->target;
	}
	builder_add(builder, PLAN_CHILD, OP_CLOSE)->slot = slots->target;
	builder_skip(builder, PLAN_CHILD, first, TOLERATE_MISSING);
}

/* File systems that show a namespace. In a user namespace the kernel lets only those be mounted
 * whose namespace belongs to it; engines rely on getting the host's instead. */
static const struct {
	const char *type;
	const char *path;
} shown_by_host[] = {
	{ "proc", "/proc" },
	{ "sysfs", "/sys" },
	{ "mqueue", "/dev/mqueue" },
};

/* The kernel's own. An image in which they are links is up to something (CVE-2019-19921), and what
 * looks for them would not find them where it thinks. */
static bool is_own(const struct spec_mount *mount)
{
	return strcmp(mount->type, "proc") == 0 || strcmp(mount->type, "sysfs") == 0;
}

/* How a file system gets /linux/mountLabel: those of the kernel itself have labels already, and
 * that of message queues does not know the option. */
static enum {
	LABEL_NOTHING,
	LABEL_OPTION,
	LABEL_ATTRIBUTE
} labelled_by(const struct spec_mount *mount)
{
	if (is_own(mount))
		return LABEL_NOTHING;
	return strcmp(mount->type, "mqueue") == 0 ? LABEL_ATTRIBUTE : LABEL_OPTION;
}

/* When one of the operations from @first on is refused: the host's own, no more writable than was
 * asked for, nor anything below it. */
static void add_other_way(struct builder *builder, const struct plan_request *request,
			  const struct spec_mount *mount, const struct mount_plan *plan,
			  const struct slots *slots, size_t first)
{
	const char *path = NULL;
	size_t end;
	struct op *op;

	for (size_t i = 0; i < ARRAY_SIZE(shown_by_host); i++)
		if (strcmp(mount->type, shown_by_host[i].type) == 0)
			path = shown_by_host[i].path;
	if (!path || !plan_is_nested(request))
		return;
	end = builder_count(builder, PLAN_CHILD);
	builder_add(builder, PLAN_CHILD, OP_SKIP);
	for (size_t i = first; i < end; i++)
		builder_skip(builder, PLAN_CHILD, i, TOLERATE_REFUSED);
	op = builder_add(builder, PLAN_CHILD, OP_TREE);
	op->text = builder_string(builder, path);
	op->slot = slots->mount;
	op->flags = OP_RECURSIVE;
	add_attributes(builder, request, slots->mount, new_attributes(plan), 0, ABI_MS_SLAVE, true);
	builder_skip(builder, PLAN_CHILD, end, TOLERATE_DONE);
}

static void add_file_system(struct builder *builder, const struct plan_request *request,
			    const struct spec_mount *mount, const struct mount_plan *plan,
			    const struct slots *slots)
{
	const char *label = request->spec->linux_->mountLabel;
	int16_t pids;
	size_t first = builder_count(builder, PLAN_CHILD);
	struct op *op = builder_add(builder, PLAN_CHILD, OP_FS_OPEN);

	op->slot = slots->mount;
	op->text = builder_string(builder, mount->type);
	if (mount->source && mount->source[0]) {
		op = builder_add(builder, PLAN_CHILD, OP_FS_STRING);
		op->slot = slots->mount;
		op->text = builder_string(builder, "source");
		op->text2 = builder_string(builder, mount->source);
	}
	pids = plan_pid_namespace_slot(builder, request);
	if (strcmp(mount->type, "proc") == 0 && pids != SLOT_NONE) {
		op = builder_add(builder, PLAN_CHILD, OP_FS_DESCRIPTOR);
		op->slot = slots->mount;
		op->slot2 = pids;
		op->text = builder_string(builder, "pidns");
	}
	add_data(builder, request, mount, plan, slots->mount);
	if (labelled_by(mount) == LABEL_OPTION && plan_is_label(label)) {
		op = builder_add(builder, PLAN_CHILD, OP_FS_STRING);
		op->slot = slots->mount;
		op->text = builder_string(builder, "context");
		op->text2 = builder_string(builder, label);
	}
	op = builder_add(builder, PLAN_CHILD, OP_FS_MOUNT);
	op->slot = slots->mount;
	op->a = new_attributes(plan);
	if (is_readonly_later(mount, plan))
		op->a &= ~(uint64_t)ABI_MOUNT_ATTR_RDONLY;
	if (labelled_by(mount) == LABEL_ATTRIBUTE && plan_is_label(label)) {
		op = builder_add(builder, PLAN_CHILD, OP_LABEL);
		op->slot = slots->mount;
		op->text = builder_string(builder, label);
	}
	add_other_way(builder, request, mount, plan, slots, first);
	add_inheritance(builder, mount, plan, slots);
	plan_id_map(builder, slots->mount, plan_id_mappings_find(builder, request, mount), false);
	add_propagation(builder, request, slots->mount,
			plan->propagation & ~(unsigned int)ABI_MS_REC);
	add_target(builder, OP_TARGET_DIRECTORY, mount->destination,
		   plan->links | (is_own(mount) ? MOUNT_DEST_NOFOLLOW : 0), slots);
	add_attach(builder, mount->destination, slots);
}

static bool is_cgroup(const struct spec_mount *mount)
{
	return mount->type && strcmp(mount->type, "cgroup") == 0;
}

/* Of a tree that is never attached only the top can change. */
static int check_change(const struct plan_request *request, const struct spec_mount *mount,
			unsigned int index, const struct mount_plan *plan, struct oci_error *err)
{
	if (plan_makes_mounts(request->spec) || (!plan->remount && !is_readonly_later(mount, plan)))
		return 0;
	return fail_plain(err, -EINVAL, "/mounts",
			  "/mounts/%u/options: a %s needs a new mount namespace", index,
			  plan->remount ? "remount" : "read-only tmpfs");
}

static int check_copy_up(const struct spec_mount *mount, unsigned int index,
			 const struct mount_plan *plan, struct oci_error *err)
{
	if (!plan->copy_up || (!plan->bind && !plan->remount && !is_cgroup(mount)))
		return 0;
	return fail_plain(err, -EINVAL, "/mounts",
			  "/mounts/%u/options: \"tmpcopyup\" is for a new tmpfs", index);
}

static int check_idmap(const struct spec_mount *mount, unsigned int index,
		       const struct mount_plan *plan, struct oci_error *err)
{
	if (mount->uidMappings.n == 0 && !plan->idmap)
		return 0;
	if (plan->remount)
		return fail_plain(
			err, -EINVAL, "/mounts",
			"/mounts/%u/uidMappings: the ids of a mount that is there already "
			"cannot be mapped",
			index);
	if (!plan->bind && is_cgroup(mount))
		return fail_plain(err, -EINVAL, "/mounts",
				  "/mounts/%u/uidMappings: the ids of cgroups cannot be mapped",
				  index);
	return 0;
}

static int add_mount(struct builder *builder, const struct plan_request *request,
		     const struct spec_mount *mount, unsigned int index, bool remounts,
		     const struct slots *slots, struct oci_error *err)
{
	struct mount_plan plan;
	int r;

	r = mount_options_read(mount, request->arena, &plan, err);
	if (r < 0)
		return r;
	r = check_change(request, mount, index, &plan, err);
	if (r == 0)
		r = check_copy_up(mount, index, &plan, err);
	if (r == 0)
		r = check_idmap(mount, index, &plan, err);
	if (r < 0)
		return r;
	builder_where(builder, "/mounts/%u", index);
	if (remounts && is_readonly_later(mount, &plan)) {
		plan = (struct mount_plan){ .set = ABI_MOUNT_ATTR_RDONLY };
		add_remount(builder, request, mount, &plan, slots);
	}
	if (plan.remount != remounts)
		return 0;
	if (plan.remount)
		add_remount(builder, request, mount, &plan, slots);
	else if (plan.bind)
		add_bind(builder, request, mount, &plan, slots);
	else if (is_cgroup(mount))
		plan_cgroup_mount(builder, request, mount, new_attributes(&plan));
	else
		add_file_system(builder, request, mount, &plan, slots);
	return 0;
}

/* Read-only, so that nobody inside changes who may write to it; messages are no writing. */
static void add_notify_socket(struct builder *builder, const struct plan_request *request,
			      const struct slots *slots)
{
	static const struct mount_plan plan = {
		.bind = true,
		.set = ABI_MOUNT_ATTR_RDONLY | ABI_MOUNT_ATTR_NOSUID | ABI_MOUNT_ATTR_NODEV |
		       ABI_MOUNT_ATTR_NOEXEC,
		.propagation = ABI_MS_PRIVATE,
	};
	const struct spec_mount mount = {
		.source = plan_notify_source(request),
		.destination = PLAN_NOTIFY_TARGET,
	};

	builder_where(builder, NULL);
	if (mount.source)
		add_bind(builder, request, &mount, &plan, slots);
}

int plan_mounts(struct builder *builder, const struct plan_request *request, bool remounts,
		struct oci_error *err)
{
	const struct slots slots = {
		.mount = builder_slot(builder, PLAN_CHILD),
		.target = builder_slot(builder, PLAN_CHILD),
	};
	unsigned int index = 0;
	int r;

	list_each(mount, request->spec->mounts) {
		r = add_mount(builder, request, mount, index++, remounts, &slots, err);
		if (r < 0)
			return r;
	}
	if (!remounts)
		add_notify_socket(builder, request, &slots);
	return 0;
}
