/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is worth saying of a config that is taken as it is: advice of the standard, and what
 * probably was not meant. */
#include <stdlib.h>
#include <string.h>

#include "spec/check.h"
#include "spec/spec.h"
#include "sys/abi.h"

static void advise_root(struct checker *checker, const struct spec_root *root)
{
	const char *path = root->path, *name;

	if (!path)
		return;
	name = strrchr(path, '/');
	if (strcmp(name ? name + 1 : path, "rootfs") != 0)
		check_warn(checker, "ROOT-03", "/root/path",
			   "by convention it is called \"rootfs\"");
}

static void advise_mount(struct checker *checker, const struct spec_mount *mount, size_t index)
{
	bool idmap = check_has_option(mount, "idmap") || check_has_option(mount, "ridmap");
	static const char *const opposites[][2] = {
		{ "ro", "rw" },         { "nosuid", "suid" }, { "nodev", "dev" },
		{ "noexec", "exec" },   { "sync", "async" },  { "rro", "rrw" },
		{ "noatime", "atime" }, { "bind", "rbind" },
	};

	if (mount->destination && mount->destination[0] != '/')
		check_warn(checker, "MNT-03", check_at(checker, "/mounts/%zu/destination", index),
			   "not an absolute path, it is taken relative to \"/\"");
	if (mount->uidMappings.n > 0 && !idmap)
		check_warn(checker, "MNT-10", check_at(checker, "/mounts/%zu/uidMappings", index),
			   "without one of the options \"idmap\" and \"ridmap\"");
	if (mount->gidMappings.n > 0 && !idmap)
		check_warn(checker, "MNT-11", check_at(checker, "/mounts/%zu/gidMappings", index),
			   "without one of the options \"idmap\" and \"ridmap\"");
	for (size_t i = 0; i < ARRAY_SIZE(opposites); i++)
		if (check_has_option(mount, opposites[i][0]) &&
		    check_has_option(mount, opposites[i][1]))
			check_warn(checker, "", check_at(checker, "/mounts/%zu/options", index),
				   "both \"%s\" and \"%s\": the last one counts", opposites[i][0],
				   opposites[i][1]);
}

struct destination {
	const char *path;
	size_t index;
};

static int by_path(const void *left, const void *right)
{
	const struct destination *a = left, *b = right;
	int order = strcmp(a->path, b->path);

	return order ? order : a->index < b->index ? -1 : 1;
}

/* Two mounts at one place: the later hides the earlier. */
static void advise_mounts(struct checker *checker)
{
	const struct spec_mount *mounts = checker->spec->mounts.item;
	size_t n = checker->spec->mounts.n, found = 0;
	struct destination *destinations =
		arena_alloc(checker->findings->arena, (n + 1) * sizeof(*destinations));

	if (!destinations)
		return;
	for (size_t i = 0; i < n; i++) {
		advise_mount(checker, &mounts[i], i);
		if (mounts[i].destination && !check_has_option(&mounts[i], "remount"))
			destinations[found++] = (struct destination){ mounts[i].destination, i };
	}
	qsort(destinations, found, sizeof(*destinations), by_path);
	for (size_t i = 1; i < found; i++)
		if (strcmp(destinations[i - 1].path, destinations[i].path) == 0)
			check_warn(
				checker, "",
				check_at(checker, "/mounts/%zu/destination", destinations[i].index),
				"hides what /mounts/%zu mounts there", destinations[i - 1].index);
}

void advise_config(struct checker *checker)
{
	const struct spec *spec = checker->spec;

	if (spec->root)
		advise_root(checker, spec->root);
	advise_mounts(checker);
	if (spec->process)
		advise_process(checker, spec->process, "/process");
	else if (check_sound(checker, "/process"))
		check_warn(checker, "PRC-01", "",
			   "without \"process\" it can be created, not started");
	if (spec->hooks && spec->hooks->prestart.n > 0)
		check_warn(checker, "", "/hooks/prestart",
			   "deprecated: createRuntime, createContainer and startContainer took "
			   "its place");
	advise_annotations(checker);
	if (spec->linux_)
		advise_linux(checker, spec->linux_);
}
