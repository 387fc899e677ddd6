/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* plan_cgroup_path(): where a container's groups are. */
#include "plan/create.h"
#include "unit.h"

static const struct host_facts root = { 0 };

static int path_of(const char *config, struct arena *arena, const char **ret, struct oci_error *err)
{
	struct spec_linux linux_ = { .cgroupsPath = config };
	const struct spec spec = { .linux_ = &linux_ };
	const struct plan_request request = {
		.spec = &spec, .facts = &root, .arena = arena, .id = "box"
	};

	return plan_cgroup_path(&request, ret, err);
}

START_TEST(taken)
{
	static const struct {
		const char *config, *path;
	} rows[] = {
		{ NULL, "/ocirun/box" },    { "", "/ocirun/box" },
		{ "/a/b", "/a/b" },         { "a/b", "/a/b" },
		{ "///a", "/a" },           { "/a/...", "/a/..." },
		{ "/a/..b/c", "/a/..b/c" }, { "/a..", "/a.." },
		{ "/.hidden", "/.hidden" }, { "/system.slice/x.scope", "/system.slice/x.scope" },
	};
	struct arena arena = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct oci_error err = UNTOUCHED;
		const char *path = NULL;

		ck_assert_int_eq(path_of(rows[i].config, &arena, &path, &err), 0);
		ck_assert_str_eq(path, rows[i].path);
		assert_untouched(err);
	}
	arena_done(&arena);
}
END_TEST

START_TEST(refused)
{
	static const char *const rows[] = { "..",  "/..",     "/a/../b", "a/..", "/",
					    "///", "../../x", "/./.",    ".",    "/../a" };
	struct arena arena = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct oci_error err = UNTOUCHED;
		const char *path = "untouched";
		char message[128];

		snprintf(message, sizeof(message),
			 "/linux/cgroupsPath: \"%s\" does not name a cgroup", rows[i]);
		ck_assert_int_eq(path_of(rows[i], &arena, &path, &err), -EINVAL);
		assert_error(err, -EINVAL, "/linux/cgroupsPath", message);
		ck_assert_str_eq(path, "untouched");
	}
	arena_done(&arena);
}
END_TEST

START_TEST(without_linux)
{
	const struct spec spec = { 0 };
	struct arena arena = { 0 };
	const struct plan_request request = {
		.spec = &spec, .facts = &root, .arena = &arena, .id = "a.b"
	};
	const char *path = NULL;

	ck_assert_int_eq(plan_cgroup_path(&request, &path, NULL), 0);
	ck_assert_str_eq(path, "/ocirun/a.b");
	arena_done(&arena);
}
END_TEST

/* Limits need a group in which nobody is, not even the caller. */
START_TEST(delegated)
{
	struct spec_pids pids = { .limit = { 5, true } };
	struct spec_resources limits = { .pids = &pids };
	static const struct host_facts own = { .delegated = "/user/a.scope",
					       .delegated_above = "/user" },
				       alone = { .delegated = "/" };
	static const struct {
		const struct host_facts *facts;
		const char *config;
		bool limited;
		const char *path;
	} rows[] = {
		{ &own, NULL, false, "/user/a.scope/ocirun/box" },
		{ &own, NULL, true, "/user/ocirun/box" },
		{ &own, "x/y", false, "/user/a.scope/x/y" },
		{ &own, "/x/y", false, "/x/y" },
		{ &alone, NULL, false, "/ocirun/box" },
		{ &alone, "x", true, "/x" },
	};
	struct arena arena = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct spec_linux linux_ = { .cgroupsPath = rows[i].config,
					     .resources = rows[i].limited ? &limits : NULL };
		const struct spec spec = { .linux_ = &linux_ };
		const struct plan_request request = {
			.spec = &spec, .facts = rows[i].facts, .arena = &arena, .id = "box"
		};
		const char *path = NULL;

		ck_assert_int_eq(plan_cgroup_path(&request, &path, NULL), 0);
		ck_assert_str_eq(path, rows[i].path);
	}
	arena_done(&arena);
}
END_TEST

UNIT_MAIN("cgroup_path", taken, refused, without_linux, delegated)
