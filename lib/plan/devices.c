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

/* Where devices are made: the directory of the last one is kept open for the next. */
struct place {
	struct builder *builder;
	const struct plan_request *request;
	int16_t source, target; /* slots for what is bound */
	int16_t directory;
	const char *path; /* of that, NULL while it is closed */
	size_t length;
};

static void leave(struct place *place)
{
	if (place->path)
		builder_add(place->builder, PLAN_CHILD, OP_CLOSE)->slot = place->directory;
	place->path = NULL;
}

/* The slot of the directory of @path, which is opened, and made, if it is not the last one's;
 * SLOT_NONE for a path that does not end in a plain name. */
static int16_t enter(struct place *place, const char *path)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : "";
	size_t length = (size_t)(name - path);
	struct op *op;

	if (!name[0] || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return SLOT_NONE;
	if (place->path && place->length == length && strncmp(place->path, path, length) == 0)
		return place->directory;
	leave(place);
	op = builder_add(place->builder, PLAN_CHILD, OP_TARGET_DIRECTORY);
	op->text =
		builder_string(place->builder, arena_strndup(place->request->arena, path, length));
	op->slot2 = place->directory;
	place->path = path;
	place->length = length;
	return place->directory;
}

static void add_made(struct place *place, const struct device *device)
{
	int16_t directory = enter(place, device->path);
	struct op *op = builder_add(place->builder, PLAN_CHILD, OP_DEVICE);

	op->text = builder_string(place->builder, device->path);
	op->slot = directory;
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
static void add_bound(const struct place *place, const struct device *device)
{
	struct builder *builder = place->builder;
	uint32_t path = builder_string(builder, device->path);
	struct op *op;

	plan_device_tree(builder, place->request, device->path, device->mode & S_IFMT,
			 device->number, place->source);
	op = builder_add(builder, PLAN_CHILD, OP_TARGET_LIKE);
	op->text = path;
	op->slot = place->source;
	op->slot2 = place->target;
	op = builder_add(builder, PLAN_CHILD, OP_ATTACH);
	op->text = path;
	op->slot = place->source;
	op->slot2 = place->target;
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
static void add_device(struct place *place, const struct device *device)
{
	if (plan_is_nested(place->request) && (device->mode & S_IFMT) != S_IFIFO)
		add_bound(place, device);
	else
		add_made(place, device);
}

static void add_link(struct place *place, const char *path, const char *target)
{
	int16_t directory = enter(place, path);
	struct op *op = builder_add(place->builder, PLAN_CHILD, OP_SYMLINK);

	op->text = builder_string(place->builder, path);
	op->text2 = builder_string(place->builder, target);
	op->slot = directory;
}

static void add_default(struct place *place)
{
	for (size_t i = 0; i < ARRAY_SIZE(default_devices); i++) {
		const struct device device = {
			.path = default_devices[i].path,
			.mode = S_IFCHR | 0666,
			.number = makedev(default_devices[i].major, default_devices[i].minor),
		};

		if (!is_listed(place->request, device.path))
			add_device(place, &device);
	}
	for (size_t i = 0; i < ARRAY_SIZE(links); i++)
		add_link(place, links[i].path, links[i].target);
}

void plan_devices(struct builder *builder, const struct plan_request *request)
{
	struct place place = {
		.builder = builder,
		.request = request,
		.source = builder_slot(builder, PLAN_CHILD),
		.target = builder_slot(builder, PLAN_CHILD),
		.directory = builder_slot(builder, PLAN_CHILD),
	};
	unsigned int index = 0;

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
		add_device(&place, &device);
	}
	builder_where(builder, NULL);
	if (!has_foreign_dev(request))
		add_default(&place);
	leave(&place);
}
