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
	list_each(mount, request->spec->mounts) {
		if (strcmp(mount->destination, "/dev") != 0)
			continue;
		list_each(option, mount->options)
			if (strcmp(*option, "bind") == 0 || strcmp(*option, "rbind") == 0)
				return true;
	}
	return false;
}

static void add_device(struct builder *builder, const char *path, unsigned int mode,
		       uint64_t device, uint64_t uid, uint64_t gid)
{
	struct op *op = builder_add(builder, PLAN_CHILD, OP_DEVICE);

	op->text = builder_string(builder, path);
	op->a = mode;
	op->b = device;
	op->c = uid | gid << 32;
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

void plan_devices(struct builder *builder, const struct plan_request *request)
{
	unsigned int index = 0;
	struct op *op;

	list_each(device, request->spec->linux_->devices) {
		unsigned int mode =
			device->fileMode.set ? (unsigned int)device->fileMode.value : 0666;

		builder_where(builder, "/linux/devices/%u", index++);
		add_device(builder, device->path, file_type(device->type) | (mode & 07777),
			   device->type == 'p' ? 0
					       : makedev((unsigned int)device->major.value,
							 (unsigned int)device->minor.value),
			   device->uid.value, device->gid.value);
	}
	builder_where(builder, NULL);
	if (has_foreign_dev(request))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(default_devices); i++)
		add_device(builder, default_devices[i].path, S_IFCHR | 0666,
			   makedev(default_devices[i].major, default_devices[i].minor), 0, 0);
	for (size_t i = 0; i < ARRAY_SIZE(links); i++) {
		op = builder_add(builder, PLAN_CHILD, OP_SYMLINK);
		op->text = builder_string(builder, links[i].path);
		op->text2 = builder_string(builder, links[i].target);
	}
}
