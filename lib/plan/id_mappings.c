/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The ids of mounts, mapped: MNT-08, MNT-09, IDM-01 to RID-06. Pure.
 *
 * The kernel takes a mapping in the shape of a user namespace, mount_setattr(2). The host makes one
 * for each mapping and hands it down; mounts with the same mapping share it. */
#include <errno.h>
#include <string.h>

#include "base/error.h"
#include "plan/concern.h"

/* As in the files of /proc, with a comma for each newline: "0 1000 1,1 100000 65536" */
const char *plan_mappings_text(const struct plan_request *request,
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

/* The mappings of a mount: its own, or with the option "idmap" those of the container. */
struct mappings {
	const char *uids, *gids;
	bool any;
};

static struct mappings mappings_of(const struct plan_request *request,
				   const struct spec_mount *mount)
{
	const struct spec_linux *linux_ = request->spec->linux_;
	const struct spec_id_mappings *uids = &mount->uidMappings, *gids = &mount->gidMappings;
	bool asked = false;

	list_each(option, mount->options)
		asked = asked || strcmp(*option, "idmap") == 0 || strcmp(*option, "ridmap") == 0;
	if (asked && uids->n == 0) {
		uids = &linux_->uidMappings;
		gids = &linux_->gidMappings;
	}
	if (uids->n == 0 || gids->n == 0)
		return (struct mappings){ 0 };
	return (struct mappings){ plan_mappings_text(request, uids),
				  plan_mappings_text(request, gids), true };
}

/* The slot of the namespace with these mappings, or SLOT_NONE if there is none yet. */
static int16_t find(const struct builder *builder, const struct mappings *mappings)
{
	if (builder->data.failed || !mappings->uids || !mappings->gids)
		return SLOT_NONE;
	for (size_t i = 0; i < builder_count(builder, PLAN_HOST); i++) {
		const struct op *op = builder_op(builder, PLAN_HOST, i);

		if (op->kind == OP_ID_MAPPINGS &&
		    strcmp(builder->data.data + op->text, mappings->uids) == 0 &&
		    strcmp(builder->data.data + op->text2, mappings->gids) == 0)
			return op->slot;
	}
	return SLOT_NONE;
}

void plan_id_mappings_make(struct builder *builder, const struct plan_request *request)
{
	unsigned int index = 0;

	list_each(mount, request->spec->mounts) {
		struct mappings mappings = mappings_of(request, mount);
		struct op *op;

		builder_where(builder, "/mounts/%u/uidMappings", index++);
		if (!mappings.any || find(builder, &mappings) != SLOT_NONE)
			continue;
		op = builder_add(builder, PLAN_HOST, OP_ID_MAPPINGS);
		op->slot = builder_inherited_slot(builder);
		op->text = builder_string(builder, mappings.uids);
		op->text2 = builder_string(builder, mappings.gids);
	}
}

int16_t plan_id_mappings_find(struct builder *builder, const struct plan_request *request,
			      const struct spec_mount *mount)
{
	struct mappings mappings = mappings_of(request, mount);
	int16_t slot = mappings.any ? find(builder, &mappings) : SLOT_NONE;

	if (mappings.any && slot == SLOT_NONE)
		builder_fail(builder, -ENOMEM);
	return slot;
}

void plan_id_map(struct builder *builder, int16_t slot, int16_t mappings, bool recursive)
{
	struct op *op;

	if (mappings == SLOT_NONE)
		return;
	op = builder_add(builder, PLAN_CHILD, OP_IDMAP);
	op->slot = slot;
	op->slot2 = mappings;
	op->flags = recursive ? OP_RECURSIVE : 0;
}
