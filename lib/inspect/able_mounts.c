/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Could this machine make the mounts: file systems, sources, options. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "inspect/able.h"
#include "plan/mount_options.h"
#include "spec/similar.h"

static void able_source(struct inspection *inspection, const struct spec_mount *mount, size_t index)
{
	const char *path = mount->source;
	char reason[128];
	bool link;

	if (path && path[0] != '/') {
		if (!inspection->bundle)
			return;
		path = arena_printf(inspection->checker.findings->arena, "%s/%s",
				    inspection->bundle, path);
	}
	link = check_has_option(mount, "copy-symlink") || check_has_option(mount, "src-nofollow");
	if (path && faccessat(AT_FDCWD, path, F_OK, link ? AT_SYMLINK_NOFOLLOW : 0) < 0)
		check_refuse(&inspection->checker, "",
			     check_at(&inspection->checker, "/mounts/%zu/source", index),
			     "cannot find \"%s\": %s", path,
			     error_reason(errno, reason, sizeof(reason)));
}

/* A module may be loaded when it is asked for. */
static void able_type(struct inspection *inspection, const struct spec_mount *mount, size_t index)
{
	const char *type = mount->type;

	if (!type || survey_has_word(inspection->survey->filesystems, type))
		return;
	check_warn(&inspection->checker, "",
		   check_at(&inspection->checker, "/mounts/%zu/type", index),
		   "the kernel has no file system \"%s\", unless a module brings it", type);
}

static void able_options(struct inspection *inspection, const struct spec_mount *mount,
			 size_t index, bool bind)
{
	size_t n = 0;

	list_each(name, mount->options) {
		const char *at =
			check_at(&inspection->checker, "/mounts/%zu/options/%zu", index, n++);
		struct similar similar = similar_to(*name, strlen(*name));
		bool known = !(*name)[0] || strchr(*name, '=');

		for (const struct mount_option *option = mount_options; option->name; option++) {
			known = known || strcmp(option->name, *name) == 0;
			similar_try(&similar, option->name);
		}
		if (known)
			continue;
		if (bind)
			check_warn(&inspection->checker, "", at,
				   "a bind mount has no option \"%s\"" SIMILAR_FORMAT, *name,
				   SIMILAR_HINT(similar.name));
		else if (similar.name && similar.distance <= 2)
			check_warn(&inspection->checker, "", at,
				   "\"%s\" goes to the file system as it is, did you mean \"%s\"?",
				   *name, similar.name);
	}
}

/* The kernel takes a mapping in the shape of a user namespace. */
static void able_ids(struct inspection *inspection, const struct spec_mount *mount, size_t index)
{
	if (mount->uidMappings.n > 0)
		able_user_namespace(inspection, check_at(&inspection->checker,
							 "/mounts/%zu/uidMappings", index));
}

void able_mounts(struct inspection *inspection)
{
	size_t index = 0;

	list_each(mount, inspection->checker.spec->mounts) {
		bool bind = check_is_bind(mount), remount = check_has_option(mount, "remount");

		if (bind && !remount)
			able_source(inspection, mount, index);
		else if (!remount)
			able_type(inspection, mount, index);
		able_options(inspection, mount, index, bind);
		able_ids(inspection, mount, index);
		index++;
	}
}
