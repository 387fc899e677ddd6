/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lib/plan/mount_options.h: every option of the standard, and how they add up. */
#include "plan/mount_options.h"
#include "sys/abi.h"
#include "unit.h"

#define OPTIONS_MAX 16

/* "ro,bind" read as the options of a mount of @type. */
static int read_options(const char *list, const char *type, struct arena *arena,
			struct mount_plan *ret, struct oci_error *err)
{
	const char *names[OPTIONS_MAX];
	struct spec_mount mount = { .destination = "/d",
				    .type = type,
				    .options = { .item = names } };
	char *rest, *copy = arena_strdup(arena, list);

	for (char *name = strtok_r(copy, ",", &rest); name; name = strtok_r(NULL, ",", &rest))
		names[mount.options.n++] = name;
	return mount_options_read(&mount, arena, ret, err);
}

static struct mount_plan taken(const char *list, struct arena *arena)
{
	struct mount_plan plan = { 0 };
	struct oci_error err = UNTOUCHED;

	ck_assert_msg(read_options(list, "tmpfs", arena, &plan, &err) == 0, "%s", err.message);
	assert_untouched(err);
	return plan;
}

static void assert_attributes(const char *list, uint64_t set, uint64_t clear,
			      uint64_t recursive_set, uint64_t recursive_clear)
{
	struct arena arena = { 0 };
	struct mount_plan plan = taken(list, &arena);

	ck_assert_msg(plan.set == set, "%s sets %#lx", list, (unsigned long)plan.set);
	ck_assert_msg(plan.clear == clear, "%s clears %#lx", list, (unsigned long)plan.clear);
	ck_assert_msg(plan.recursive_set == recursive_set, "%s: %#lx", list,
		      (unsigned long)plan.recursive_set);
	ck_assert_msg(plan.recursive_clear == recursive_clear, "%s: %#lx", list,
		      (unsigned long)plan.recursive_clear);
	ck_assert_uint_eq(plan.n_data, 0);
	arena_done(&arena);
}

START_TEST(attributes)
{
	const uint64_t atime = ABI_MOUNT_ATTR__ATIME;
	static const struct {
		const char *on, *off;
		uint64_t attribute;
	} flags[] = {
		{ "ro", "rw", ABI_MOUNT_ATTR_RDONLY },
		{ "nosuid", "suid", ABI_MOUNT_ATTR_NOSUID },
		{ "nodev", "dev", ABI_MOUNT_ATTR_NODEV },
		{ "noexec", "exec", ABI_MOUNT_ATTR_NOEXEC },
		{ "nodiratime", "diratime", ABI_MOUNT_ATTR_NODIRATIME },
		{ "nosymfollow", "symfollow", ABI_MOUNT_ATTR_NOSYMFOLLOW },
	};
	char list[64];

	for (size_t i = 0; i < ARRAY_SIZE(flags); i++) {
		assert_attributes(flags[i].on, flags[i].attribute, 0, 0, 0);
		assert_attributes(flags[i].off, 0, flags[i].attribute, 0, 0);
		snprintf(list, sizeof(list), "r%s", flags[i].on);
		assert_attributes(list, 0, 0, flags[i].attribute, 0);
		snprintf(list, sizeof(list), "r%s", flags[i].off);
		assert_attributes(list, 0, 0, 0, flags[i].attribute);
		snprintf(list, sizeof(list), "%s,%s", flags[i].on, flags[i].off);
		assert_attributes(list, 0, flags[i].attribute, 0, 0);
		snprintf(list, sizeof(list), "%s,%s", flags[i].off, flags[i].on);
		assert_attributes(list, flags[i].attribute, 0, 0, 0);
	}
	assert_attributes("noatime", ABI_MOUNT_ATTR_NOATIME, atime, 0, 0);
	assert_attributes("strictatime", ABI_MOUNT_ATTR_STRICTATIME, atime, 0, 0);
	assert_attributes("relatime", 0, atime, 0, 0);
	assert_attributes("rnoatime", 0, 0, ABI_MOUNT_ATTR_NOATIME, atime);
	assert_attributes("rstrictatime", 0, 0, ABI_MOUNT_ATTR_STRICTATIME, atime);
	assert_attributes("rrelatime", 0, 0, 0, atime);
	assert_attributes("defaults,silent,loud,iversion,noiversion,acl,noacl", 0, 0, 0, 0);
}
END_TEST

/* The access time is one field: the last option about it decides, the others are gone. */
START_TEST(last_access_time_wins)
{
	struct arena arena = { 0 };
	struct mount_plan plan = taken("noatime,strictatime", &arena);

	ck_assert_uint_eq(plan.set, ABI_MOUNT_ATTR_STRICTATIME);
	plan = taken("strictatime,noatime", &arena);
	ck_assert_uint_eq(plan.set, ABI_MOUNT_ATTR_NOATIME);
	plan = taken("noatime,relatime", &arena);
	ck_assert_uint_eq(plan.set, 0);
	ck_assert_uint_eq(plan.clear, ABI_MOUNT_ATTR__ATIME);
	plan = taken("noatime,ro", &arena);
	ck_assert_uint_eq(plan.set, ABI_MOUNT_ATTR_NOATIME | ABI_MOUNT_ATTR_RDONLY);
	arena_done(&arena);
}
END_TEST

/* About the mount itself the last of "rw" and "rro" decides, as between "rw" and "ro". */
START_TEST(last_of_both_kinds_wins)
{
	const uint64_t both = ABI_MOUNT_ATTR_RDONLY | ABI_MOUNT_ATTR_NOEXEC;

	assert_attributes("rw,rro,exec,rnoexec", 0, 0, both, 0);
	assert_attributes("rro,rw,rnoexec,exec", 0, both, both, 0);
	assert_attributes("ro,rrw", 0, 0, 0, ABI_MOUNT_ATTR_RDONLY);
	assert_attributes("strictatime,rnoatime", 0, 0, ABI_MOUNT_ATTR_NOATIME,
			  ABI_MOUNT_ATTR__ATIME);
}
END_TEST

START_TEST(propagation)
{
	static const struct {
		const char *name;
		unsigned int propagation;
	} rows[] = {
		{ "shared", ABI_MS_SHARED },
		{ "rshared", ABI_MS_SHARED | ABI_MS_REC },
		{ "slave", ABI_MS_SLAVE },
		{ "rslave", ABI_MS_SLAVE | ABI_MS_REC },
		{ "private", ABI_MS_PRIVATE },
		{ "rprivate", ABI_MS_PRIVATE | ABI_MS_REC },
		{ "unbindable", ABI_MS_UNBINDABLE },
		{ "runbindable", ABI_MS_UNBINDABLE | ABI_MS_REC },
		{ "shared,rslave", ABI_MS_SLAVE | ABI_MS_REC },
	};
	struct arena arena = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		ck_assert_msg(taken(rows[i].name, &arena).propagation == rows[i].propagation, "%s",
			      rows[i].name);
	arena_done(&arena);
}
END_TEST

START_TEST(binds)
{
	struct arena arena = { 0 };
	struct mount_plan plan = taken("bind", &arena);

	ck_assert(plan.bind && !plan.recursive_bind && !plan.remount);
	plan = taken("rbind,remount", &arena);
	ck_assert(plan.bind && plan.recursive_bind && plan.remount);
	plan = taken("", &arena);
	ck_assert(!plan.bind && !plan.remount);
	ck_assert_int_eq(read_options("ro", "bind", &arena, &plan, NULL), 0);
	ck_assert(plan.bind && !plan.recursive_bind);
	ck_assert_int_eq(read_options("rbind", "bind", &arena, &plan, NULL), 0);
	ck_assert(plan.bind && plan.recursive_bind);
	ck_assert_int_eq(read_options("", NULL, &arena, &plan, NULL), 0);
	ck_assert(!plan.bind);
	arena_done(&arena);
}
END_TEST

START_TEST(data_is_for_the_file_system)
{
	struct arena arena = { 0 };
	struct mount_plan plan = taken("size=64k,ro,sync,unknown,lazytime,Ro,mode=", &arena);
	static const char *const data[] = {
		"size=64k", "sync", "unknown", "lazytime", "Ro", "mode="
	};

	ck_assert_uint_eq(plan.n_data, ARRAY_SIZE(data));
	for (size_t i = 0; i < ARRAY_SIZE(data); i++)
		ck_assert_str_eq(plan.data[i], data[i]);
	ck_assert_uint_eq(plan.set, ABI_MOUNT_ATTR_RDONLY);
	arena_done(&arena);
}
END_TEST

START_TEST(how_far_ids_are_mapped)
{
	struct arena arena = { 0 };
	struct mount_plan plan;

	ck_assert_int_eq(read_options("ro", "tmpfs", &arena, &plan, NULL), 0);
	ck_assert(!plan.idmap && !plan.recursive_idmap);
	ck_assert_int_eq(read_options("ridmap,ro,idmap", "tmpfs", &arena, &plan, NULL), 0);
	ck_assert(plan.idmap && !plan.recursive_idmap);
	ck_assert_int_eq(read_options("ridmap", "tmpfs", &arena, &plan, NULL), 0);
	ck_assert(plan.idmap && plan.recursive_idmap);
	ck_assert_uint_eq(plan.n_data, 0);
	arena_done(&arena);
}
END_TEST

/* The table itself: no name twice, each of a known kind, and what sets nothing clears something. */
START_TEST(table_is_sound)
{
	for (const struct mount_option *a = mount_options; a->name; a++) {
		for (const struct mount_option *b = a + 1; b->name; b++)
			ck_assert_str_ne(a->name, b->name);
		ck_assert_int_ge(a->kind, MOUNT_OPTION_NOTHING);
		ck_assert_int_le(a->kind, MOUNT_OPTION_SUPERBLOCK);
		if (a->kind == MOUNT_OPTION_ATTRIBUTE || a->kind == MOUNT_OPTION_RECURSIVE)
			ck_assert_msg(a->set || a->clear, "%s", a->name);
	}
}
END_TEST

UNIT_MAIN("mount_options", attributes, last_access_time_wins, last_of_both_kinds_wins, propagation,
	  binds, data_is_for_the_file_system, how_far_ids_are_mapped, table_is_sound)
