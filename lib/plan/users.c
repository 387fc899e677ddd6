/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The user namespace: whom it maps, who writes its maps, and who opens for it what its ids may not.
 * Pure.
 *
 * A caller without CAP_SYS_ADMIN can do nothing outside of a user namespace of its own, so it gets
 * one even if the config has none, with its own id and the subordinate ones that it was given. */
#include <errno.h>
#include <linux/capability.h>
#include <string.h>

#include "base/error.h"
#include "plan/concern.h"
#include "plan/hook.h"
#include "sys/abi.h"

bool plan_is_privileged(const struct host_facts *facts)
{
	return facts->permitted & (1ULL << CAP_SYS_ADMIN);
}

const struct spec_namespace *plan_user_namespace(const struct spec *spec)
{
	return spec->linux_ ? spec_namespace_find(spec, (int)ABI_CLONE_NEWUSER) : NULL;
}

bool plan_is_nested(const struct plan_request *request)
{
	return plan_user_namespace(request->spec) || request->facts->nested;
}

/* --- the mappings of a caller without privileges --- */

static void add_mapping(struct spec_id_mappings *mappings, uint64_t inside, uint64_t outside,
			uint64_t size)
{
	mappings->item[mappings->n++] = (struct spec_id_mapping){
		.containerID = { inside, true },
		.hostID = { outside, true },
		.size = { size, true },
	};
}

/* The caller is @self inside; the others, from 0 up, are the subordinate ids. */
static int map_automatically(struct spec_id_mappings *ret, uint64_t self, uint64_t own,
			     const struct host_ranges *subordinate, struct arena *arena)
{
	uint64_t next = 0;

	ret->item = arena_alloc(arena, (subordinate->n + 2) * sizeof(*ret->item));
	if (!ret->item)
		return -ENOMEM;
	add_mapping(ret, self, own, 1);
	for (size_t i = 0; i < subordinate->n; i++) {
		uint64_t from = subordinate->item[i].outside, left = subordinate->item[i].size;

		while (left > 0) {
			uint64_t size = next < self && self - next < left ? self - next : left;

			if (next == self) {
				next++;
				continue;
			}
			add_mapping(ret, next, from, size);
			next += size;
			from += size;
			left -= size;
		}
	}
	return 0;
}

static int add_namespace(struct spec_linux *linux_, struct arena *arena)
{
	size_t n = linux_->namespaces.n;
	struct spec_namespace *item = arena_alloc(arena, (n + 1) * sizeof(*item));

	if (!item)
		return -ENOMEM;
	if (n > 0)
		memcpy(item, linux_->namespaces.item, n * sizeof(*item));
	item[n] = (struct spec_namespace){ .type = (int)ABI_CLONE_NEWUSER };
	linux_->namespaces.item = item;
	linux_->namespaces.n = n + 1;
	return 0;
}

int plan_complete(struct spec *spec, const struct host_facts *facts, struct arena *arena)
{
	const struct spec_user *user = spec->process ? spec->process->user : NULL;
	const struct host_users *users = &facts->users;
	static const struct host_ranges none;
	bool helper = users->newuidmap && users->newgidmap && users->subuids.n > 0 &&
		      users->subgids.n > 0;
	struct spec_linux *linux_;
	int r = 0;

	if (!spec->linux_)
		spec->linux_ = arena_alloc(arena, sizeof(*spec->linux_));
	linux_ = spec->linux_;
	if (!linux_)
		return -ENOMEM;
	if (plan_is_privileged(facts))
		return 0;
	if (!plan_user_namespace(spec))
		r = add_namespace(linux_, arena);
	if (r < 0 || plan_user_namespace(spec)->path || linux_->uidMappings.n > 0)
		return r;
	r = map_automatically(&linux_->uidMappings, user ? user->uid.value : 0, users->uid,
			      helper ? &users->subuids : &none, arena);
	if (r == 0)
		r = map_automatically(&linux_->gidMappings, user ? user->gid.value : 0, users->gid,
				      helper ? &users->subgids : &none, arena);
	return r;
}

/* --- the maps --- */

/* An id that is mapped, preferably 0: who init is until it becomes the program. In a namespace that
 * is joined we cannot know; there the mappings of a config need not be those of the namespace. */
static uint64_t mapped_id(const struct spec_namespace *namespace,
			  const struct spec_id_mappings *mappings)
{
	list_each(mapping, *mappings)
		if (mapping->containerID.value == 0)
			return 0;
	return namespace->path || mappings->n == 0 ? 0 : mappings->item[0].containerID.value;
}

/* user_namespaces(7): who has CAP_SETUID writes what it likes, others their own id alone, and any
 * more by newuidmap(1). */
static bool needs_helper(const struct spec_id_mappings *mappings, unsigned int own)
{
	return mappings->n != 1 || mappings->item[0].size.value != 1 ||
	       mappings->item[0].hostID.value != own;
}

static bool uses_helper(const struct plan_request *request)
{
	const struct spec_linux *linux_ = request->spec->linux_;
	const struct host_users *users = &request->facts->users;

	return !plan_is_privileged(request->facts) &&
	       (needs_helper(&linux_->uidMappings, users->uid) ||
		needs_helper(&linux_->gidMappings, users->gid));
}

bool plan_may_set_groups(const struct plan_request *request)
{
	const struct spec_namespace *namespace = plan_user_namespace(request->spec);

	return !namespace || namespace->path || plan_is_privileged(request->facts) ||
	       uses_helper(request);
}

int plan_users_check(const struct plan_request *request, struct oci_error *err)
{
	const struct spec *spec = request->spec;
	const struct spec_namespace *namespace = plan_user_namespace(spec);
	const struct host_users *users = &request->facts->users;

	if (!namespace)
		return 0;
	if (!spec_namespace_find(spec, (int)ABI_CLONE_NEWNS))
		return fail_plain(
			err, -EINVAL, "/linux/namespaces",
			"/linux/namespaces: a user namespace needs a mount namespace, too");
	if (!namespace->path && spec->linux_->uidMappings.n == 0)
		return fail_plain(err, -EINVAL, "/linux/uidMappings",
				  "/linux/uidMappings: a new user namespace needs mappings");
	if (!namespace->path && uses_helper(request) && (!users->newuidmap || !users->newgidmap))
		return fail_plain(
			err, -EPERM, "/linux/uidMappings",
			"/linux/uidMappings: a caller without CAP_SYS_ADMIN can map more "
			"than its own id only by newuidmap(1) and newgidmap(1), which are "
			"not installed");
	if (!plan_may_set_groups(request) && spec->process &&
	    spec->process->user->additionalGids.n > 0)
		return fail_plain(
			err, -EPERM, "/process/user/additionalGids",
			"/process/user/additionalGids: a user namespace with the caller's "
			"own id alone has no supplementary groups");
	return 0;
}

void plan_users_map(struct builder *builder, const struct plan_request *request)
{
	const struct spec_namespace *namespace = plan_user_namespace(request->spec);
	const struct spec_linux *linux_ = request->spec->linux_;
	struct op *op;

	if (!namespace || namespace->path)
		return;
	builder_where(builder, "/linux/uidMappings");
	op = builder_add(builder, PLAN_HOST, uses_helper(request) ? OP_MAP_BY_HELPER : OP_MAP);
	op->text = builder_string(builder, plan_mappings_text(request, &linux_->uidMappings));
	op->text2 = builder_string(builder, plan_mappings_text(request, &linux_->gidMappings));
	op->a = !plan_may_set_groups(request);
	builder_where(builder, NULL);
}

void plan_mapped_ids(const struct spec *spec, uint64_t *ret_uid, uint64_t *ret_gid)
{
	const struct spec_namespace *namespace = plan_user_namespace(spec);

	*ret_uid = namespace ? mapped_id(namespace, &spec->linux_->uidMappings) : 0;
	*ret_gid = namespace ? mapped_id(namespace, &spec->linux_->gidMappings) : 0;
}

void plan_users_become(struct builder *builder, const struct plan_request *request)
{
	struct op *op;

	if (!plan_user_namespace(request->spec))
		return;
	builder_where(builder, "/linux/uidMappings");
	op = builder_add(builder, PLAN_CHILD, OP_IDS);
	plan_mapped_ids(request->spec, &op->a, &op->b);
	builder_where(builder, NULL);
}

/* --- what the ids inside may not open --- */

static bool host_opens(const struct plan_request *request)
{
	if (plan_empty_mounts(request))
		return true;
	return plan_user_namespace(request->spec) && plan_makes_mounts(request->spec) &&
	       request->facts->owns_mounts && plan_is_privileged(request->facts);
}

bool plan_detached(const struct plan_request *request)
{
	return request->facts->detached_assembly && !host_opens(request);
}

void plan_tree(struct builder *builder, const struct plan_request *request,
	       const struct plan_tree *tree)
{
	bool by_host = host_opens(request);
	uint32_t path = builder_string(builder, tree->path);
	uint64_t number = builder_count(builder, PLAN_HOST);
	struct op *op;

	if (by_host) {
		op = builder_add(builder, PLAN_HOST, OP_TREE_SEND);
		op->text = path;
		op->slot = tree->mappings;
		op->flags = tree->flags | (tree->recursive_mappings ? OP_RECURSIVE_MAP : 0);
		op->a = number;
	}
	op = builder_add(builder, PLAN_CHILD, by_host ? OP_TREE_TAKE : OP_TREE);
	op->text = path;
	op->slot = tree->slot;
	if (by_host)
		op->a = number;
	else
		op->flags = tree->flags;
	if (by_host || !plan_makes_mounts(request->spec)) {
		/* It is as the host has it, as a rule shared: what is mounted in it must not come
		 * out where it was taken from. */
		op = builder_add(builder, PLAN_CHILD, OP_ATTRIBUTES);
		op->slot = tree->slot;
		op->c = plan_propagation(request->spec);
		op->flags = OP_RECURSIVE;
	}
	if (!by_host)
		plan_id_map(builder, tree->slot, tree->mappings, tree->recursive_mappings);
}
