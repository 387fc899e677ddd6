/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A mount of type "cgroup": what it is depends on the host. Pure.
 *
 * v2: a cgroup2 file system. v1 and hybrid: a tmpfs with one directory for each hierarchy, and
 * links for controllers that share one. In a new cgroup namespace each hierarchy is mounted
 * afresh and begins at the container's own group; without one, that group is bound. */
#include <string.h>

#include "plan/concern.h"
#include "sys/abi.h"

struct tree {
	struct builder *builder;
	const struct plan_request *request;
	const char *destination;
	uint64_t attributes;
	int16_t tmpfs, mount, target;
	bool namespaced;
};

static struct op *add(const struct tree *tree, enum op_kind kind, int16_t slot, const char *text,
		      const char *text2)
{
	struct op *op = builder_add(tree->builder, PLAN_CHILD, kind);

	op->slot = slot;
	op->text = builder_string(tree->builder, text);
	op->text2 = builder_string(tree->builder, text2);
	return op;
}

/* @within: the slot of the tree that @path is in, 0 for the root. */
static void add_at(const struct tree *tree, int16_t slot, const char *path, int16_t within)
{
	struct op *op = add(tree, OP_TARGET_DIRECTORY, slot, path, "");

	op->slot2 = tree->target;
	op->c = (uint64_t)within;
	add(tree, OP_ATTACH, slot, path, "")->slot2 = tree->target;
}

/* "cpu,cpuacct" as one option each; "name=systemd" as it is. */
static void add_controllers(const struct tree *tree, const char *controllers)
{
	struct op *op;

	if (strncmp(controllers, "name=", 5) == 0) {
		add(tree, OP_FS_FLAG, tree->mount, "none", "");
		add(tree, OP_FS_STRING, tree->mount, "name", controllers + 5);
		return;
	}
	while (*controllers) {
		size_t n = strcspn(controllers, ",");

		op = add(tree, OP_FS_FLAG, tree->mount, "", "");
		op->text = builder_string(tree->builder,
					  arena_strndup(tree->request->arena, controllers, n));
		controllers += n;
		controllers += *controllers == ',';
	}
}

static void add_fresh(const struct tree *tree, const struct host_hierarchy *hierarchy)
{
	add(tree, OP_FS_OPEN, tree->mount, hierarchy->v2 ? "cgroup2" : "cgroup", "");
	add(tree, OP_FS_STRING, tree->mount, "source", "cgroup");
	if (!hierarchy->v2)
		add_controllers(tree, hierarchy->controllers);
	add(tree, OP_FS_MOUNT, tree->mount, "", "")->a = tree->attributes;
}

static void add_bound(const struct tree *tree, const struct host_hierarchy *hierarchy)
{
	const char *path;
	struct op *op;

	/* The path was looked at when the groups were planned. Who makes none shows them all. */
	if (tree->request->facts->n_groups == 0 || plan_cgroup_path(tree->request, &path, NULL) < 0)
		path = "";
	plan_tree(
		tree->builder, tree->request,
		&(struct plan_tree){
			.path = arena_printf(tree->request->arena, "%s%s", hierarchy->mount, path),
			.slot = tree->mount,
			.mappings = SLOT_NONE,
		});
	op = add(tree, OP_ATTRIBUTES, tree->mount, "", "");
	op->a = tree->attributes;
	op->c = ABI_MS_PRIVATE;
}

static void add_hierarchy(const struct tree *tree, const struct host_hierarchy *hierarchy)
{
	const char *name = strrchr(hierarchy->mount, '/') + 1;
	const char *controllers = hierarchy->controllers;

	if (tree->namespaced)
		add_fresh(tree, hierarchy);
	else
		add_bound(tree, hierarchy);
	add_at(tree, tree->mount, name, tree->tmpfs);
	if (!strchr(controllers, ','))
		return;
	while (*controllers) {
		size_t n = strcspn(controllers, ",");
		const char *link = arena_strndup(tree->request->arena, controllers, n);

		if (strlen(name) != n || strncmp(name, controllers, n) != 0)
			add(tree, OP_SYMLINK, SLOT_NONE, link, name)->c = (uint64_t)tree->tmpfs;
		controllers += n;
		controllers += *controllers == ',';
	}
}

/* Before 6.15: attached first, and kept open to be furnished. */
static void add_early(const struct tree *tree)
{
	struct op *op = add(tree, OP_TARGET_DIRECTORY, tree->tmpfs, tree->destination, "");

	op->slot2 = tree->target;
	op = add(tree, OP_ATTACH, tree->tmpfs, tree->destination, "");
	op->slot2 = tree->target;
	op->flags = OP_KEEP;
}

/* Put together apart from the root, since only the top of a tree that is not attached can become
 * read-only once it is furnished. */
static void add_v1(const struct tree *tree)
{
	const struct host_facts *facts = tree->request->facts;

	add(tree, OP_FS_OPEN, tree->tmpfs, "tmpfs", "");
	add(tree, OP_FS_STRING, tree->tmpfs, "source", "tmpfs");
	add(tree, OP_FS_STRING, tree->tmpfs, "mode", "755");
	add(tree, OP_FS_MOUNT, tree->tmpfs, "", "")->a =
		tree->attributes & ~(uint64_t)ABI_MOUNT_ATTR_RDONLY;
	if (!facts->detached_assembly)
		add_early(tree);
	for (unsigned int i = 0; i < facts->n_hierarchies; i++)
		add_hierarchy(tree, &facts->hierarchies[i]);
	if (tree->attributes & ABI_MOUNT_ATTR_RDONLY)
		add(tree, OP_ATTRIBUTES, tree->tmpfs, "", "")->a = ABI_MOUNT_ATTR_RDONLY;
	if (facts->detached_assembly)
		add_at(tree, tree->tmpfs, tree->destination, 0);
	else
		add(tree, OP_CLOSE, tree->tmpfs, "", "");
}

void plan_cgroup_mount(struct builder *builder, const struct plan_request *request,
		       const struct spec_mount *mount, uint64_t attributes)
{
	const struct spec_namespace *namespace =
		spec_namespace_find(request->spec, (int)ABI_CLONE_NEWCGROUP);
	struct tree tree = {
		.builder = builder,
		.request = request,
		.destination = mount->destination,
		.attributes = attributes,
		.tmpfs = builder_slot(builder, PLAN_CHILD),
		.mount = builder_slot(builder, PLAN_CHILD),
		.target = builder_slot(builder, PLAN_CHILD),
		.namespaced =
			namespace && (!namespace->path || !plan_user_namespace(request->spec)),
	};

	if (request->facts->cgroup_layout == CGROUP_NONE)
		return;
	if (request->facts->cgroup_layout != CGROUP_V2) {
		add_v1(&tree);
		return;
	}
	if (tree.namespaced)
		add_fresh(&tree, &request->facts->hierarchies[0]);
	else
		add_bound(&tree, &request->facts->hierarchies[0]);
	add_at(&tree, tree.mount, mount->destination, 0);
}
