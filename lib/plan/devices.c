/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Devices: the default ones of the standard (config-linux.md, "Default Devices"), those of
 * /linux/devices, and the links in /dev. Pure. */
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "plan/concern.h"
#include "plan/mount_options.h"

static const struct {
	const char *path;
	unsigned int major, minor;
} default_devices[] = {
	{ "/dev/null", 1, 3 },   { "/dev/zero", 1, 5 },    { "/dev/full", 1, 7 },
	{ "/dev/random", 1, 8 }, { "/dev/urandom", 1, 9 }, { "/dev/tty", 5, 0 },
};

static const struct {
	const char *path;
	const char *target;
} links[] = {
	{ "/dev/fd", "/proc/self/fd" },       { "/dev/stdin", "/proc/self/fd/0" },
	{ "/dev/stdout", "/proc/self/fd/1" }, { "/dev/stderr", "/proc/self/fd/2" },
	{ "/dev/core", "/proc/kcore" },       { "/dev/ptmx", "pts/ptmx" },
};

/* A /dev that is bound from elsewhere is furnished already, and not ours to add to. */
static bool has_foreign_dev(const struct plan_request *request)
{
	list_each(mount, request->spec->mounts)
		if (strcmp(mount->destination, "/dev") == 0 && mount_is_bind(mount))
			return true;
	return false;
}

struct device {
	const char *path;
	unsigned int mode;
	uint64_t number;
	uint64_t uid, gid;
};

static void add_made(struct builder *builder, const struct device *device)
{
	struct op *op = builder_add(builder, PLAN_CHILD, OP_DEVICE);

	op->text = builder_string(builder, device->path);
	op->a = device->mode;
	op->b = device->number;
	op->c = device->uid | device->gid << 32;
}

void plan_device_tree(struct builder *builder, const struct plan_request *request, const char *path,
		      unsigned int type, uint64_t number, int16_t slot)
{
	struct op *op;

	plan_tree(builder, request,
		  &(struct plan_tree){ .path = path, .slot = slot, .mappings = SLOT_NONE });
	op = builder_add(builder, PLAN_CHILD, OP_DEVICE_IS);
	op->text = builder_string(builder, path);
	op->slot = slot;
	op->a = type;
	op->b = number;
}

/* The host's own, with the mode and the owner that it has there. */
static void add_bound(struct builder *builder, const struct plan_request *request,
		      const struct device *device, int16_t slot, int16_t target)
{
	uint32_t path = builder_string(builder, device->path);
	struct op *op;

	plan_device_tree(builder, request, device->path, device->mode & S_IFMT, device->number,
			 slot);
	op = builder_add(builder, PLAN_CHILD, OP_TARGET_LIKE);
	op->text = path;
	op->slot = slot;
	op->slot2 = target;
	op = builder_add(builder, PLAN_CHILD, OP_ATTACH);
	op->text = path;
	op->slot = slot;
	op->slot2 = target;
}

static unsigned int file_type(int letter)
{
	switch (letter) {
	case 'b':
		return S_IFBLK;
	case 'p':
		return S_IFIFO;
	default:
		return S_IFCHR;
	}
}

static bool is_listed(const struct plan_request *request, const char *path)
{
	list_each(device, request->spec->linux_->devices)
		if (strcmp(device->path, path) == 0)
			return true;
	return false;
}

/* In a user namespace nobody may make device nodes. */
static void add_device(struct builder *builder, const struct plan_request *request,
		       const struct device *device, int16_t slot, int16_t target)
{
	if (plan_is_nested(request) && (device->mode & S_IFMT) != S_IFIFO)
		add_bound(builder, request, device, slot, target);
	else
		add_made(builder, device);
}

void plan_devices(struct builder *builder, const struct plan_request *request)
{
	int16_t slot = builder_slot(builder, PLAN_CHILD);
	int16_t target = builder_slot(builder, PLAN_CHILD);
	unsigned int index = 0;
	struct op *op;

	list_each(listed, request->spec->linux_->devices) {
		unsigned int mode =
			listed->fileMode.set ? (unsigned int)listed->fileMode.value : 0666;
		struct device device = {
			.path = listed->path,
			.mode = file_type(listed->type) | (mode & 07777),
			.number = listed->type == 'p' ? 0
						      : makedev((unsigned int)listed->major.value,
								(unsigned int)listed->minor.value),
			.uid = listed->uid.value,
			.gid = listed->gid.value,
		};

		builder_where(builder, "/linux/devices/%u", index++);
		add_device(builder, request, &device, slot, target);
	}
	builder_where(builder, NULL);
	if (has_foreign_dev(request))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(default_devices); i++) {
		const struct device device = {
			.path = default_devices[i].path,
			.mode = S_IFCHR | 0666,
			.number = makedev(default_devices[i].major, default_devices[i].minor),
		};

		if (!is_listed(request, device.path))
			add_device(builder, request, &device, slot, target);
	}
	for (size_t i = 0; i < ARRAY_SIZE(links); i++) {
		op = builder_add(builder, PLAN_CHILD, OP_SYMLINK);
		op->text = builder_string(builder, links[i].path);
		op->text2 = builder_string(builder, links[i].target);
	}
}
