/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is kept of a container, see record.h. */
#include <errno.h>

#include "base/error.h"
#include "spec/decode.h"
#include "spec/dump.h"
#include "state/record.h"

static const struct name phases[] = {
	{ "creating", RECORD_CREATING },
	{ "created", RECORD_CREATED },
	{ NULL, 0 },
};

static const struct field cgroup_fields[] = {
	FIELD_ROW(record_cgroup, mount, STRING, FIELD_REQUIRED, .max = 0),
	FIELD_ROW(record_cgroup, path, STRING, FIELD_REQUIRED, .max = 0),
	FIELD_ROW(record_cgroup, existing, UINT, FIELD_REQUIRED, .max = UINT32_MAX),
	{ .name = NULL },
};

static const struct object cgroup_object = {
	.size = sizeof(struct record_cgroup),
	.fields = cgroup_fields,
};

static const struct field record_fields[] = {
	FIELD_ROW(record, version, UINT, FIELD_REQUIRED, .max = UINT32_MAX),
	FIELD_ROW(record, id, STRING, FIELD_REQUIRED, .max = 0),
	FIELD_ROW(record, phase, ENUM, FIELD_REQUIRED, .names = phases),
	FIELD_ROW(record, bundle, STRING, FIELD_REQUIRED, .max = 0),
	FIELD_ROW(record, rootfs, STRING, FIELD_REQUIRED, .max = 0),
	FIELD_ROW(record, created, STRING, FIELD_REQUIRED, .max = 0),
	FIELD_ROW(record, owner, UINT, FIELD_REQUIRED, .max = UINT32_MAX),
	FIELD_ROW(record, pid, INT, 0, .min = 1, .max = INT32_MAX),
	FIELD_ROW(record, pidfd, UINT, 0, .max = 0),
	FIELD_ROW(record, startTime, UINT, 0, .max = 0),
	FIELD_ROW(record, process, BOOL, 0, .max = 0),
	FIELD_ROW(record, cgroups, OBJECTS, 0, .object = &cgroup_object),
	FIELD_ROW(record, annotations, STRING_MAP, 0, .max = 0),
	{ .name = NULL },
};

static const struct object record_object = {
	.size = sizeof(struct record),
	.fields = record_fields,
};

void record_write(struct text *text, const struct record *record)
{
	dump(text, &record_object, record, 0);
	text_putc(text, '\n');
}

int record_read(const char *text, size_t length, struct arena *arena, struct record **ret,
		struct oci_error *err)
{
	struct record *record = arena_alloc(arena, sizeof(*record));
	int r;

	if (!record)
		return fail(err, -ENOMEM, NULL, "cannot read the record");
	r = decode("state.json", text, length, &record_object, record, arena, err);
	if (r < 0)
		return r;
	if (record->version.value > RECORD_VERSION)
		return fail_plain(err, -EINVAL, NULL,
				  "state.json: written by a newer version of this program");
	*ret = record;
	return 0;
}
