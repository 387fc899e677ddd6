/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The ids of mounts, mapped: MNT-08, MNT-09, IDM-01 to RID-06. Pure.
 *
 * The kernel takes a mapping in the shape of a user namespace, mount_setattr(2). The host makes one
 * for each mapping and hands it down; mounts with the same mapping share it. */
#include <errno.h>
#include <string.h>

#include "base/error.h"
#include "plan/concern.h"

/* "0 1000 1,1 100000 65536" */
static const char *text_of(const struct plan_request *request,
			   const struct spec_id_mappings *mappings)
{
	struct text text = { 0 };
	const char *ret;

	list_each(mapping, *mappings)
		text_printf(&text, "%s%llu %llu %llu", text.length > 0 ? "," : "",
			    (unsigned long long)mapping->containerID.value,
			    (unsigned long long)mapping->hostID.value,
			    (unsigned long long)mapping->size.value);
	ret = text.failed ? NULL : arena_strdup(request->arena, text.data);
	text_done(&text);
	return ret;
}

static bool is_mapped(const struct spec_mount *mount)
{
	return mount->uidMappings.n > 0 && mount->gidMappings.n > 0;
}

/* The slot of the namespace with these mappings, or SLOT_NONE if there is none yet. */
static int16_t find(const struct builder *builder, const char *uids, const char *gids)
{
	if (builder->data.failed || !uids || !gids)
		return SLOT_NONE;
	for (size_t i = 0; i < builder_count(builder, PLAN_HOST); i++) {
		const struct op *op = builder_op(builder, PLAN_HOST, i);

		if (op->kind == OP_ID_MAPPINGS &&
		    strcmp(builder->data.data + op->text, uids) == 0 &&
		    strcmp(builder->data.data + op->text2, gids) == 0)
			return op->slot;
	}
	return SLOT_NONE;
}

void plan_id_mappings_make(struct builder *builder, const struct plan_request *request)
{
	unsigned int index = 0;

	list_each(mount, request->spec->mounts) {
		const char *uids, *gids;
		struct op *op;

		builder_where(builder, "/mounts/%u/uidMappings", index++);
		if (!is_mapped(mount))
			continue;
		uids = text_of(request, &mount->uidMappings);
		gids = text_of(request, &mount->gidMappings);
		if (find(builder, uids, gids) != SLOT_NONE)
			continue;
		op = builder_add(builder, PLAN_HOST, OP_ID_MAPPINGS);
		op->slot = builder_inherited_slot(builder);
		op->text = builder_string(builder, uids);
		op->text2 = builder_string(builder, gids);
	}
}

void plan_id_mappings_use(struct builder *builder, const struct plan_request *request,
			  const struct spec_mount *mount, int16_t slot, bool recursive)
{
	struct op *op;

	if (!is_mapped(mount))
		return;
	op = builder_add(builder, PLAN_CHILD, OP_IDMAP);
	op->slot = slot;
	op->slot2 = find(builder, text_of(request, &mount->uidMappings),
			 text_of(request, &mount->gidMappings));
	op->flags = recursive ? OP_RECURSIVE : 0;
	if (op->slot2 == SLOT_NONE)
		builder_fail(builder, -ENOMEM);
}
