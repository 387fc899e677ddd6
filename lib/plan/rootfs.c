/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The root file system: from /root and /linux/rootfsPropagation to operations. Pure.
 *
 * The tree is cloned, furnished and only then attached, over the old "/" of a private mount
 * namespace: until that moment nothing that happens on the host can reach it, and a crash leaves
 * nothing. Kernels before 6.15 cannot mount onto a tree that is not attached, and no kernel onto
 * one that was opened in another mount namespace; then it is attached first.
 *
 * From 7.1 on a mount namespace can begin empty, so that a start costs the same whatever the host
 * has mounted. What comes from the host is opened there; below the root is nothing but a directory
 * that nobody can change, and there is no old root to get rid of. Before, it can begin as a copy of
 * one that has hardly any mounts, and where the host has many it does.
 *
 * In a mount namespace that the container does not make, but shares with the host or another
 * container, the tree is never attached: whoever else is there must not get the container's mounts.
 * It is the process' root all the same, and there is no way up from its top. */
#include <errno.h>

#include "base/error.h"
#include "plan/concern.h"
#include "plan/mount_options.h"
#include "sys/abi.h"

bool plan_makes_mounts(const struct spec *spec)
{
	return plan_new_namespaces(spec) & ABI_CLONE_NEWNS;
}

/* Not where hooks or a file system look for files in the host's tree; and in a user namespace that
 * is not the first, the kernel gives a procfs only to who sees one already. */
static bool needs_mounts(const struct spec *spec)
{
	if (!plan_makes_mounts(spec) || plan_has_early_hooks(spec) || plan_user_namespace(spec))
		return true;
	list_each(mount, spec->mounts)
		if (mount_opens_files(mount))
			return true;
	return false;
}

/* What it costs to go there is what twenty mounts cost that are copied and taken off, and every
 * tree that the host has to open costs what five do. */
unsigned int plan_many_mounts(const struct spec *spec)
{
	unsigned int many = 32;

	if (needs_mounts(spec))
		return 0;
	list_each(mount, spec->mounts)
		if (mount_is_bind(mount))
			many += 5;
	return many;
}

/* Without the pivot what is below the root can come to light, and is to be the caller's. */
static bool begins_bare(const struct plan_request *request)
{
	return request->facts->bare_mounts && !request->no_pivot;
}

bool plan_empty_mounts(const struct plan_request *request)
{
	return (request->facts->empty_mounts || begins_bare(request)) && !request->facts->nested &&
	       plan_is_privileged(request->facts) && !needs_mounts(request->spec);
}

unsigned int plan_propagation(const struct spec *spec)
{
	unsigned int propagation = (unsigned int)spec->linux_->rootfsPropagation;

	/* What is unbindable could not be cloned; it becomes so at the end. */
	propagation &= ABI_MS_SHARED | ABI_MS_PRIVATE;
	return propagation ? propagation : ABI_MS_SLAVE;
}

static void add_tree(struct builder *builder, const struct plan_request *request,
		     unsigned int propagation)
{
	struct op *op;

	if (plan_makes_mounts(request->spec) && !plan_empty_mounts(request)) {
		builder_where(builder, "/linux/rootfsPropagation");
		op = builder_add(builder, PLAN_CHILD, OP_PROPAGATION);
		op->a = plan_propagation(request->spec);
	}
	builder_where(builder, "/root/path");
	plan_tree(builder, request,
		  &(struct plan_tree){
			  .path = plan_host_path(request, request->spec->root->path),
			  .flags = OP_RECURSIVE,
			  .slot = SLOT_ROOT,
			  .mappings = SLOT_NONE,
		  });
	if (propagation & ABI_MS_SHARED) {
		/* pivot_root(2) refuses a shared root; it becomes shared afterwards. */
		op = builder_add(builder, PLAN_CHILD, OP_ATTRIBUTES);
		op->slot = SLOT_ROOT;
		op->c = ABI_MS_SLAVE;
	}
}

static void add_enter(struct builder *builder, const struct plan_request *request,
		      unsigned int propagation)
{
	bool pivots = plan_makes_mounts(request->spec) && !request->no_pivot &&
		      (!plan_empty_mounts(request) || begins_bare(request));
	struct op *op;

	builder_where(builder, "/root/path");
	op = builder_add(builder, PLAN_CHILD, pivots ? OP_PIVOT_ROOT : OP_CHROOT);
	op->slot = SLOT_ROOT;
	if (propagation & ABI_MS_SHARED)
		op->flags = OP_RECURSIVE; /* cut the old root off before it is unmounted */
	if (propagation) {
		builder_where(builder, "/linux/rootfsPropagation");
		op = builder_add(builder, PLAN_CHILD, OP_ATTRIBUTES);
		op->slot = SLOT_ROOT;
		op->c = propagation & ~(unsigned int)ABI_MS_REC;
		op->flags = propagation & ABI_MS_REC ? OP_RECURSIVE : 0;
	}
	builder_add(builder, PLAN_CHILD, OP_CLOSE)->slot = SLOT_ROOT;
}

/* Hooks look for the root where the config has it, and what they mount there is to be in it. The
 * ids of a user namespace need not reach that place: there init has gone before it entered. */
static bool waits_at_root(const struct plan_request *request)
{
	return plan_has_early_hooks(request->spec) && plan_user_namespace(request->spec);
}

void plan_go_to_root(struct builder *builder, const struct plan_request *request)
{
	struct op *op;

	if (!waits_at_root(request))
		return;
	builder_where(builder, "/root/path");
	op = builder_add(builder, PLAN_CHILD, OP_CHDIR);
	op->text = builder_string(builder, plan_host_path(request, request->spec->root->path));
	builder_where(builder, NULL);
}

static void add_attach(struct builder *builder, const struct plan_request *request)
{
	const char *path = "/";
	struct op *op;

	if (waits_at_root(request))
		path = ".";
	else if (plan_has_early_hooks(request->spec))
		path = plan_host_path(request, request->spec->root->path);
	builder_where(builder, "/root/path");
	op = builder_add(builder, PLAN_CHILD, OP_ROOT_ATTACH);
	op->slot = SLOT_ROOT;
	op->text = builder_string(builder, path);
}

/* As runc: a working directory that the image lacks is made. */
static void add_cwd(struct builder *builder, const char *cwd)
{
	int16_t slot = builder_slot(builder, PLAN_CHILD);
	struct op *op;

	builder_where(builder, "/process/cwd");
	op = builder_add(builder, PLAN_CHILD, OP_TARGET_DIRECTORY);
	op->text = builder_string(builder, cwd);
	op->slot2 = slot;
	builder_add(builder, PLAN_CHILD, OP_CLOSE)->slot = slot;
}

int plan_rootfs(struct builder *builder, const struct plan_request *request, struct oci_error *err)
{
	unsigned int propagation = (unsigned int)request->spec->linux_->rootfsPropagation;
	bool detached = plan_detached(request);
	int r;

	add_tree(builder, request, propagation);
	if (!detached)
		add_attach(builder, request);
	r = plan_mounts(builder, request, false, err);
	if (r == 0)
		r = plan_proc(builder, request, err);
	if (r < 0)
		return r;
	plan_devices(builder, request);
	plan_terminal_open(builder, request);
	plan_terminal_console(builder, request);
	plan_hidden_paths(builder, request);
	if (request->spec->process)
		add_cwd(builder, request->spec->process->cwd);
	if (request->spec->root->readonly) {
		struct op *op;

		builder_where(builder, "/root/readonly");
		op = builder_add(builder, PLAN_CHILD, OP_ATTRIBUTES);
		op->slot = SLOT_ROOT;
		op->a = ABI_MOUNT_ATTR_RDONLY;
	}
	if (detached && plan_makes_mounts(request->spec))
		add_attach(builder, request);
	r = plan_mounts(builder, request, true, err);
	if (r < 0)
		return r;
	plan_hooks_barrier(builder, request);
	add_enter(builder, request, propagation);
	return 0;
}
