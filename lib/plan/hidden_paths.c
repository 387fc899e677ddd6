/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* /linux/maskedPaths and /linux/readonlyPaths. Pure.
 *
 * What is not there need not be hidden; any other failure is fatal. A masked file gets the host's
 * /dev/null over it, looked at before use, never the container's own (CVE-2025-31133). */
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "plan/concern.h"
#include "sys/abi.h"

/* An empty, read-only tmpfs that lies over every masked directory. */
static int16_t add_empty(struct builder *builder)
{
	int16_t slot = builder_slot(builder, PLAN_CHILD);
	struct op *op;

	op = builder_add(builder, PLAN_CHILD, OP_FS_OPEN);
	op->slot = slot;
	op->text = builder_string(builder, "tmpfs");
	op = builder_add(builder, PLAN_CHILD, OP_FS_STRING);
	op->slot = slot;
	op->text = builder_string(builder, "source");
	op->text2 = builder_string(builder, "masked");
	op = builder_add(builder, PLAN_CHILD, OP_FS_STRING);
	op->slot = slot;
	op->text = builder_string(builder, "mode");
	op->text2 = builder_string(builder, "0555");
	op = builder_add(builder, PLAN_CHILD, OP_FS_MOUNT);
	op->slot = slot;
	op->a = ABI_MOUNT_ATTR_RDONLY | ABI_MOUNT_ATTR_NOSUID | ABI_MOUNT_ATTR_NODEV |
		ABI_MOUNT_ATTR_NOEXEC;
	return slot;
}

/* Opens @path, or goes on behind the @skip operations that would have used it. */
static void add_target(struct builder *builder, const char *path, int16_t slot, uint8_t skip)
{
	struct op *op = builder_add(builder, PLAN_CHILD, OP_TARGET);

	op->text = builder_string(builder, path);
	op->slot2 = slot;
	op->tolerate = TOLERATE_MISSING;
	op->skip = skip;
}

/* Where the mounts of the host are not to be seen, a copy of its null device. */
static int16_t add_null(struct builder *builder, const struct plan_request *request)
{
	int16_t slot = builder_slot(builder, PLAN_CHILD);

	if (plan_empty_mounts(request))
		plan_device_tree(builder, request, "/dev/null", S_IFCHR, makedev(1, 3), slot);
	else
		builder_add(builder, PLAN_CHILD, OP_NULL_DEVICE)->slot = slot;
	return slot;
}

static void add_masked(struct builder *builder, const struct plan_request *request, int16_t target)
{
	const struct spec_strings *paths = &request->spec->linux_->maskedPaths;
	unsigned int index = 0;
	int16_t null, empty;
	struct op *op;

	builder_where(builder, "/linux/maskedPaths");
	null = add_null(builder, request);
	empty = add_empty(builder);
	list_each(path, *paths) {
		builder_where(builder, "/linux/maskedPaths/%u", index++);
		add_target(builder, *path, target, 1);
		op = builder_add(builder, PLAN_CHILD, OP_MASK);
		op->slot = null;
		op->slot2 = target;
		op->a = (uint64_t)empty;
	}
	builder_where(builder, NULL);
	builder_add(builder, PLAN_CHILD, OP_CLOSE)->slot = null;
	builder_add(builder, PLAN_CHILD, OP_CLOSE)->slot = empty;
}

static void add_readonly(struct builder *builder, const struct spec_strings *paths, int16_t target)
{
	int16_t tree = builder_slot(builder, PLAN_CHILD);
	unsigned int index = 0;
	struct op *op;

	list_each(path, *paths) {
		builder_where(builder, "/linux/readonlyPaths/%u", index++);
		add_target(builder, *path, target, 3);
		op = builder_add(builder, PLAN_CHILD, OP_TREE_OF);
		op->slot = tree;
		op->slot2 = target;
		op->flags = OP_RECURSIVE;
		op = builder_add(builder, PLAN_CHILD, OP_ATTRIBUTES);
		op->slot = tree;
		op->a = ABI_MOUNT_ATTR_RDONLY;
		op->flags = OP_RECURSIVE;
		op = builder_add(builder, PLAN_CHILD, OP_ATTACH);
		op->text = builder_string(builder, *path);
		op->slot = tree;
		op->slot2 = target;
	}
}

void plan_hidden_paths(struct builder *builder, const struct plan_request *request)
{
	const struct spec_linux *linux_ = request->spec->linux_;
	int16_t target;

	if (linux_->maskedPaths.n == 0 && linux_->readonlyPaths.n == 0)
		return;
	target = builder_slot(builder, PLAN_CHILD);
	if (linux_->readonlyPaths.n > 0)
		add_readonly(builder, &linux_->readonlyPaths, target);
	if (linux_->maskedPaths.n > 0)
		add_masked(builder, request, target);
}
