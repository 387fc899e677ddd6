/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is kept of a container, see record.h. */
#include <errno.h>

#include "base/error.h"
#include "spec/decode.h"
#include "spec/dump.h"
#include "state/record.h"

static const struct name phases[] = {
	{ .name = "creating", .value = RECORD_CREATING },
	{ .name = "created", .value = RECORD_CREATED },
	END,
};

static const struct field cgroup_fields[] = {
	F(record_cgroup, mount, STRING, V1_0_0, NEED("")),
	F(record_cgroup, path, STRING, V1_0_0, NEED("")),
	F(record_cgroup, existing, UINT, V1_0_0, NEED(""), UP_TO(UINT32_MAX)),
	END,
};

OBJECT(record_cgroup, cgroup_fields);

static const struct field resctrl_fields[] = {
	F(record_resctrl, group, STRING, V1_0_0, NEED("")),
	F(record_resctrl, shared, BOOL, V1_0_0),
	F(record_resctrl, made, BOOL, V1_0_0),
	F(record_resctrl, monitored, BOOL, V1_0_0),
	END,
};

OBJECT(record_resctrl, resctrl_fields);

static const struct field record_fields[] = {
	F(record, version, UINT, V1_0_0, NEED(""), UP_TO(UINT32_MAX)),
	F(record, id, STRING, V1_0_0, NEED("")),
	F(record, phase, ENUM, V1_0_0, NEED(""), NAMES(phases)),
	F(record, bundle, STRING, V1_0_0, NEED("")),
	F(record, rootfs, STRING, V1_0_0, NEED("")),
	F(record, created, STRING, V1_0_0, NEED("")),
	F(record, owner, UINT, V1_0_0, NEED(""), UP_TO(UINT32_MAX)),
	F(record, pid, INT, V1_0_0, RANGE(1, INT32_MAX)),
	F(record, pidfd, UINT, V1_0_0),
	F(record, startTime, UINT, V1_0_0),
	F(record, process, BOOL, V1_0_0),
	F(record, keyring, BOOL, V1_0_0),
	F(record, hooks, BOOL, V1_0_0),
	F(record, chroot, BOOL, V1_0_0),
	F(record, unit, STRING, V1_0_0),
	F(record, bus, STRING, V1_0_0),
	F(record, cgroups, OBJECTS, V1_0_0, OF(cgroup_fields_object)),
	F(record, resctrl, OBJECT, V1_0_0, OF(resctrl_fields_object)),
	F(record, annotations, STRING_MAP, V1_0_0),
	END,
};

OBJECT(record, record_fields);

void record_write(struct text *text, const struct record *record)
{
	dump(text, &record_fields_object, record, 0);
	text_putc(text, '\n');
}

int record_read(const char *text, size_t length, struct arena *arena, struct record **ret,
		struct oci_error *err)
{
	struct record *record = arena_alloc(arena, sizeof(*record));
	const struct document document = { "state.json", text, length };
	int r;

	if (!record)
		return fail(err, -ENOMEM, NULL, "cannot read the record");
	r = decode(&document, &record_fields_object, record, arena, err);
	if (r < 0)
		return r;
	if (record->version.value > RECORD_VERSION)
		return fail_plain(err, -EINVAL, NULL,
				  "state.json: written by a newer version of this program");
	*ret = record;
	return 0;
}
