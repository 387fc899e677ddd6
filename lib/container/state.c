/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* state and list: snapshots of what the record and the kernel say. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/fd.h"
#include "container/container.h"
#include "host/calls.h"
#include "spec/dump.h"
#include "spec/spec.h"
#include "state/id.h"

struct oci_state {
	struct arena arena;
	struct record *record;
	enum status status;
};

/* The document of the standard, as a table. */
struct state_document {
	const char *ociVersion;
	const char *id;
	struct opt_int pid;
	const char *status;
	const char *bundle;
	const char *rootfs;
	const char *created;
	LIST(struct pair) annotations;
	const char *owner;
};

#define ROW(member, type) F(state_document, member, type, V1_0_0)

static const struct field document_fields[] = {
	ROW(ociVersion, STRING), ROW(id, STRING),
	ROW(pid, INT),           ROW(status, STRING),
	ROW(bundle, STRING),     ROW(rootfs, STRING),
	ROW(created, STRING),    ROW(annotations, STRING_MAP),
	ROW(owner, STRING),      { .name = NULL },
};

static const struct object document_object = {
	.size = sizeof(struct state_document),
	.fields = document_fields,
};

/* A create that has not written its record yet, or died before it could. */
static int record_of_nothing(const char *id, struct arena *arena, struct record **ret)
{
	struct record *record = arena_alloc(arena, sizeof(*record));
	char *copy = arena_strdup(arena, id);

	if (!record || !copy)
		return -ENOMEM;
	*record = (struct record){ .id = copy,
				   .phase = RECORD_CREATING,
				   .bundle = "/",
				   .rootfs = "/",
				   .created = "1970-01-01T00:00:00Z" };
	*ret = record;
	return 0;
}

_public_ int oci_state(struct oci_context *context, const char *id, struct oci_state **ret,
		       struct oci_error *err)
{
	cleanup(state_done) struct state state = { .dir = -1 };
	struct oci_state *snapshot;
	int r;

	r = id_check(id, err);
	if (r == 0)
		r = state_open(context->state_root, id, false, &state, err);
	if (r < 0)
		return r;
	snapshot = calloc(1, sizeof(*snapshot));
	if (!snapshot)
		return fail(err, -ENOMEM, NULL, "cannot read the state");
	r = state_read(&state, &snapshot->arena, &snapshot->record, err);
	if (r == -ENODATA)
		r = record_of_nothing(id, &snapshot->arena, &snapshot->record);
	if (r == 0)
		r = status_find(&state, snapshot->record, false, err);
	if (r < 0) {
		oci_state_free(snapshot);
		return host_call_explain(r, err);
	}
	snapshot->status = (enum status)r;
	*ret = snapshot;
	return 0;
}

_public_ struct oci_state *oci_state_free(struct oci_state *state)
{
	if (!state)
		return NULL;
	arena_done(&state->arena);
	free(state);
	return NULL;
}

_public_ const char *oci_state_id(const struct oci_state *state)
{
	return state->record->id;
}

_public_ const char *oci_state_status(const struct oci_state *state)
{
	return status_name(state->status);
}

_public_ int oci_state_pid(const struct oci_state *state)
{
	if (state->status == STATUS_CREATING || state->status == STATUS_STOPPED)
		return 0;
	return (int)state->record->pid.value;
}

_public_ const char *oci_state_bundle(const struct oci_state *state)
{
	return state->record->bundle;
}

_public_ const char *oci_state_created(const struct oci_state *state)
{
	return state->record->created;
}

_public_ unsigned int oci_state_owner(const struct oci_state *state)
{
	return (unsigned int)state->record->owner.value;
}

_public_ int oci_state_json(const struct oci_state *state, const char *owner, char **ret,
			    struct oci_error *err)
{
	const struct record *record = state->record;
	const struct state_document document = {
		.ociVersion = SPEC_VERSION,
		.id = record->id,
		.pid = { oci_state_pid(state), oci_state_pid(state) > 0 },
		.status = oci_state_status(state),
		.bundle = record->bundle,
		.rootfs = record->rootfs,
		.created = record->created,
		.annotations = { record->annotations.item, record->annotations.n,
				 record->annotations.n > 0 },
		.owner = owner,
	};
	struct text text = { 0 };
	int r;

	dump(&text, &document_object, &document, 2);
	r = text_take(&text, ret);
	return r < 0 ? fail(err, r, NULL, "cannot write the state") : 0;
}

/* --- list --- */

struct snapshots {
	struct oci_state **item;
	size_t n, room;
};

static void snapshots_done(struct snapshots *snapshots)
{
	oci_list_free(snapshots->item, snapshots->n);
}

static int add_snapshot(struct snapshots *snapshots, struct oci_context *context, const char *id,
			struct oci_error *err)
{
	int r;

	if (snapshots->n == snapshots->room) {
		size_t room = snapshots->room ? snapshots->room * 2 : 16;
		void *item = realloc(snapshots->item, room * sizeof(*snapshots->item));

		if (!item)
			return fail(err, -ENOMEM, NULL, "cannot list the containers");
		snapshots->item = item;
		snapshots->room = room;
	}
	r = oci_state(context, id, &snapshots->item[snapshots->n], err);
	if (r == 0)
		snapshots->n++;
	return r == -ENOENT ? 0 : r; /* deleted meanwhile */
}

static int compare(const void *left, const void *right)
{
	const struct oci_state *const *a = left, *const *b = right;

	return strcmp((*a)->record->id, (*b)->record->id);
}

_public_ int oci_list(struct oci_context *context, struct oci_state ***ret, size_t *ret_n,
		      struct oci_error *err)
{
	cleanup(snapshots_done) struct snapshots snapshots = { 0 };
	DIR *stream = opendir(context->state_root);
	struct dirent *entry;
	int r = 0;

	if (!stream && errno != ENOENT)
		return fail(err, -errno, context->state_root, "cannot read the state root \"%s\"",
			    context->state_root);
	while (r == 0 && stream && (entry = readdir(stream)))
		if (id_check(entry->d_name, NULL) == 0 &&
		    (entry->d_type == DT_DIR || entry->d_type == DT_UNKNOWN))
			r = add_snapshot(&snapshots, context, entry->d_name, err);
	if (stream)
		closedir(stream);
	if (r < 0)
		return r;
	if (snapshots.n > 1)
		qsort(snapshots.item, snapshots.n, sizeof(*snapshots.item), compare);
	*ret_n = snapshots.n;
	*ret = TAKE_PTR(snapshots.item);
	snapshots.n = 0;
	return 0;
}

_public_ void oci_list_free(struct oci_state **list, size_t n)
{
	for (size_t i = 0; list && i < n; i++)
		oci_state_free(list[i]);
	free(list);
}
