/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* plan/variant.c and plan/unit.c: values of D-Bus as text, and what the unit of a container is
 * called and has. */
#include "plan/unit.h"
#include "plan/variant.h"
#include "unit.h"

START_TEST(values)
{
	static const struct {
		const char *text;
		char type;
		int64_t number;
		const char *string;
	} rows[] = {
		{ "true", 'b', 1 },
		{ "false", 'b', 0 },
		{ "boolean true", 'b', 1 },
		{ "0", 'i', 0 },
		{ " 5 ", 'i', 5 },
		{ "-5", 'i', -5 },
		{ "2147483647", 'i', INT32_MAX },
		{ "-2147483648", 'i', INT32_MIN },
		{ "byte 255", 'y', 255 },
		{ "int16 -7", 'n', -7 },
		{ "uint16 7", 'q', 7 },
		{ "uint32 4294967295", 'u', UINT32_MAX },
		{ "int64 -9223372036854775808", 'x', INT64_MIN },
		{ "uint64 18446744073709551615", 't', -1 },
		{ "@t 5", 't', 5 },
		{ "''", 's', 0, "" },
		{ "'a b'", 's', 0, "a b" },
		{ "\"it's\"", 's', 0, "it's" },
		{ "'\\'\\\\\\n\\t\\\"'", 's', 0, "'\\\n\t\"" },
		{ "string 'x'", 's', 0, "x" },
		{ "objectpath '/a'", 'o', 0, "/a" },
		{ "@o '/a'", 'o', 0, "/a" },
	};
	struct arena arena = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct variant value = { 0 };

		ck_assert_msg(variant_parse(rows[i].text, &arena, &value) == 0, "%s", rows[i].text);
		ck_assert_msg(value.type == rows[i].type && !value.array && value.n == 1, "%s: %c",
			      rows[i].text, value.type);
		ck_assert_int_eq(value.items[0].number, rows[i].number);
		if (rows[i].string)
			ck_assert_str_eq(value.items[0].text, rows[i].string);
	}
	arena_done(&arena);
}
END_TEST

START_TEST(arrays)
{
	static const struct {
		const char *text;
		char type;
		size_t n;
	} rows[] = {
		{ "['a']", 's', 1 },
		{ "['a', \"b\",'c' ]", 's', 3 },
		{ "[ 1, 2 ]", 'i', 2 },
		{ "[byte 1, 2, byte 3]", 'y', 3 },
		{ "[true, false]", 'b', 2 },
		{ "@as []", 's', 0 },
		{ "@ay [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]", 'y', 10 },
		{ "@ao ['/a', '/b']", 'o', 2 },
	};
	struct arena arena = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct variant value = { 0 };

		ck_assert_msg(variant_parse(rows[i].text, &arena, &value) == 0, "%s", rows[i].text);
		ck_assert_msg(value.array && value.type == rows[i].type && value.n == rows[i].n,
			      "%s: %zu of %c", rows[i].text, value.n, value.type);
	}
	arena_done(&arena);
}
END_TEST

START_TEST(no_values)
{
	static const struct {
		const char *text;
		int error;
	} rows[] = {
		{ "", -EINVAL },
		{ " ", -EINVAL },
		{ "x", -EINVAL },
		{ "tru", -EINVAL },
		{ "trues", -EINVAL },
		{ "'a", -EINVAL },
		{ "'a\\", -EINVAL },
		{ "'\\x'", -EINVAL },
		{ "'a' 'b'", -EINVAL },
		{ "5 5", -EINVAL },
		{ "5x", -EINVAL },
		{ "--5", -EINVAL },
		{ "-", -EINVAL },
		{ "uint64", -EINVAL },
		{ "uint64 'a'", -EINVAL },
		{ "string 5", -EINVAL },
		{ "boolean 1", -EINVAL },
		{ "uint64 uint64 5", -EINVAL },
		{ "[]", -EINVAL },
		{ "[1", -EINVAL },
		{ "[1,", -EINVAL },
		{ "[1 2]", -EINVAL },
		{ "[1, 'a']", -EINVAL },
		{ "[[1]]", -EINVAL },
		{ "['a'", -EINVAL },
		{ "@as 'a'", -EINVAL },
		{ "@s ['a']", -EINVAL },
		{ "@", -EINVAL },
		{ "@a", -EINVAL },
		{ "@v 1", -EINVAL },
		{ "(1, 2)", -EINVAL },
		{ "{'a': 1}", -EINVAL },
		{ "<1>", -EINVAL },
		{ "1.5", -EINVAL },
		{ "2147483648", -ERANGE },
		{ "byte 256", -ERANGE },
		{ "[byte 1, 256]", -ERANGE },
		{ "uint64 18446744073709551616", -ERANGE },
	};
	struct arena arena = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct variant value = { .type = '?' };
		int r = variant_parse(rows[i].text, &arena, &value);

		ck_assert_msg(r == rows[i].error, "%s: %d", rows[i].text, r);
		ck_assert_int_eq(value.type, '?');
	}
	arena_done(&arena);
}
END_TEST

START_TEST(quoted)
{
	static const char *const rows[] = { "", "a", "it's", "\\", "a\\x2bb", "\"" };
	struct arena arena = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct variant value = { 0 };

		ck_assert_int_eq(variant_parse(variant_quote(rows[i], &arena), &arena, &value), 0);
		ck_assert_str_eq(value.items[0].text, rows[i]);
	}
	arena_done(&arena);
}
END_TEST

static int find(const char *path, const struct host_facts *facts, struct arena *arena,
		struct unit *ret, struct oci_error *err)
{
	struct spec_linux linux_ = { .cgroupsPath = path };
	const struct spec spec = { .linux_ = &linux_ };
	const struct plan_request request = {
		.spec = &spec,
		.facts = facts,
		.arena = arena,
		.id = "box",
		.manager = PLAN_CGROUP_SYSTEMD,
	};

	return unit_find(&request, ret, err);
}

START_TEST(names)
{
	static const struct {
		const char *config, *slice, *name, *path;
	} rows[] = {
		{ NULL, "system.slice", "ocirun-box.scope", "/system.slice/ocirun-box.scope" },
		{ "", "system.slice", "ocirun-box.scope", "/system.slice/ocirun-box.scope" },
		{ "user.slice:libpod:1", "user.slice", "libpod-1.scope",
		  "/user.slice/libpod-1.scope" },
		{ ":crio:1", "system.slice", "crio-1.scope", "/system.slice/crio-1.scope" },
		{ "machine.slice::x", "machine.slice", "x.scope", "/machine.slice/x.scope" },
		{ "-.slice:a:b", "-.slice", "a-b.scope", "/a-b.scope" },
		{ "a-b.slice:p:n", "a-b.slice", "p-n.scope", "/a.slice/a-b.slice/p-n.scope" },
		{ "a-b-c.slice:p:n", "a-b-c.slice", "p-n.scope",
		  "/a.slice/a-b.slice/a-b-c.slice/p-n.scope" },
		{ "a.slice:p:n+m", "a.slice", "p-n\\x2bm.scope", "/a.slice/p-n\\x2bm.scope" },
		{ "a.slice:p:n m", "a.slice", "p-n\\x20m.scope", "/a.slice/p-n\\x20m.scope" },
		{ "a.slice::_x", "a.slice", "_x.scope", "/a.slice/__x.scope" },
		{ "a.slice::.x", "a.slice", ".x.scope", "/a.slice/_.x.scope" },
		{ "a.slice::cgroup.x", "a.slice", "cgroup.x.scope", "/a.slice/_cgroup.x.scope" },
		{ "a.slice::memory.x", "a.slice", "memory.x.scope", "/a.slice/_memory.x.scope" },
		{ "a.slice:memory:x", "a.slice", "memory-x.scope", "/a.slice/memory-x.scope" },
	};
	static const struct host_facts facts = { .systemd_root = "/" };
	struct arena arena = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct oci_error err = UNTOUCHED;
		struct unit unit = { 0 };

		ck_assert_int_eq(find(rows[i].config, &facts, &arena, &unit, &err), 0);
		ck_assert_str_eq(unit.slice, rows[i].slice);
		ck_assert_str_eq(unit.name, rows[i].name);
		ck_assert_str_eq(unit.path, rows[i].path);
		assert_untouched(err);
	}
	arena_done(&arena);
}
END_TEST

START_TEST(of_a_user)
{
	static const struct host_facts facts = { .systemd_root = "/u/user@5.service",
						 .systemd_user = true };
	struct arena arena = { 0 };
	struct unit unit = { 0 };

	ck_assert_int_eq(find(NULL, &facts, &arena, &unit, NULL), 0);
	ck_assert_str_eq(unit.path, "/u/user@5.service/user.slice/ocirun-box.scope");
	arena_done(&arena);
}
END_TEST

START_TEST(no_names)
{
	static const char *const paths[] = { "a",       "/a/b",    "a:b",           "a.slice:b:",
					     "a:b:c:d", "a/b:c:d", "a.slice:b:c/d", "::" };
	static const char *const slices[] = { "a",        ".slice",   "a.scope",    "-a.slice",
					      "a-.slice", "--.slice", "a--b.slice", "a b.slice" };
	static const struct host_facts facts = { .systemd_root = "/" };
	struct arena arena = { 0 };
	char text[400], message[400];
	struct unit unit;

	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		struct oci_error err = UNTOUCHED;

		snprintf(message, sizeof(message),
			 "/linux/cgroupsPath: \"%s\" is not of the form \"slice:prefix:name\", "
			 "which "
			 "the cgroup manager \"systemd\" needs",
			 paths[i]);
		ck_assert_int_eq(find(paths[i], &facts, &arena, &unit, &err), -EINVAL);
		assert_error(err, -EINVAL, "/linux/cgroupsPath", message);
	}
	for (size_t i = 0; i < ARRAY_SIZE(slices); i++) {
		struct oci_error err = UNTOUCHED;

		snprintf(text, sizeof(text), "%s:p:n", slices[i]);
		snprintf(message, sizeof(message),
			 "/linux/cgroupsPath: \"%s\" is not the name of a slice", slices[i]);
		ck_assert_int_eq(find(text, &facts, &arena, &unit, &err), -EINVAL);
		assert_error(err, -EINVAL, "/linux/cgroupsPath", message);
	}
	snprintf(text, sizeof(text), "a.slice:p:%0300d", 0);
	ck_assert_int_eq(find(text, &facts, &arena, &unit, NULL), -ENAMETOOLONG);
	arena_done(&arena);
}
END_TEST

static const char *value_of(const struct unit_properties *properties, const char *name)
{
	for (size_t i = 0; i < properties->n; i++)
		if (strcmp(properties->item[i].name, name) == 0)
			return properties->item[i].value;
	return "-";
}

START_TEST(limits)
{
	static const struct {
		const char *resources, *name, *v1, *v2;
	} rows[] = {
		{ "\"memory\":{\"limit\":4096}", "MemoryMax", "uint64 4096", "uint64 4096" },
		{ "\"memory\":{\"limit\":-1}", "MemoryMax", "uint64 18446744073709551615",
		  "uint64 18446744073709551615" },
		{ "\"memory\":{\"limit\":0}", "MemoryMax", "-", "-" },
		{ "\"memory\":{\"reservation\":5}", "MemoryLow", "-", "uint64 5" },
		{ "\"memory\":{\"limit\":5,\"swap\":8}", "MemorySwapMax", "-", "uint64 3" },
		{ "\"memory\":{\"limit\":5,\"swap\":-1}", "MemorySwapMax", "-",
		  "uint64 18446744073709551615" },
		{ "\"cpu\":{\"shares\":1024}", "CPUWeight", "-", "uint64 100" },
		{ "\"cpu\":{\"shares\":1024}", "CPUShares", "uint64 1024", "-" },
		{ "\"cpu\":{\"quota\":50000}", "CPUQuotaPerSecUSec", "uint64 500000",
		  "uint64 500000" },
		{ "\"cpu\":{\"quota\":50001}", "CPUQuotaPerSecUSec", "uint64 510000",
		  "uint64 510000" },
		{ "\"cpu\":{\"quota\":50000,\"period\":25000}", "CPUQuotaPerSecUSec",
		  "uint64 2000000", "uint64 2000000" },
		{ "\"cpu\":{\"quota\":50000,\"period\":25000}", "CPUQuotaPeriodUSec",
		  "uint64 25000", "uint64 25000" },
		{ "\"cpu\":{\"quota\":-1}", "CPUQuotaPerSecUSec", "uint64 18446744073709551615",
		  "uint64 18446744073709551615" },
		{ "\"cpu\":{\"period\":25000}", "CPUQuotaPeriodUSec", "-", "-" },
		{ "\"cpu\":{\"cpus\":\"0-2,9\"}", "AllowedCPUs", "-", "@ay [7, 2]" },
		{ "\"cpu\":{\"mems\":\"0\"}", "AllowedMemoryNodes", "-", "@ay [1]" },
		{ "\"pids\":{\"limit\":7}", "TasksMax", "uint64 7", "uint64 7" },
		{ "\"pids\":{\"limit\":-1}", "TasksMax", "uint64 18446744073709551615",
		  "uint64 18446744073709551615" },
		{ "\"pids\":{\"limit\":0}", "TasksMax", "-", "-" },
		{ "\"blockIO\":{\"weight\":10}", "IOWeight", "-", "uint64 1" },
		{ "\"unified\":{\"memory.high\":\"9\"}", "MemoryHigh", "uint64 9", "uint64 9" },
		{ "\"unified\":{\"pids.max\":\"max\"}", "TasksMax", "uint64 18446744073709551615",
		  "uint64 18446744073709551615" },
		{ "\"unified\":{\"io.max\":\"1\"}", "IOWeight", "-", "-" },
	};
	struct arena arena = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct unit_properties v1 = { .arena = &arena }, v2 = { .arena = &arena };
		char config[256];
		const struct spec *spec;

		snprintf(config, sizeof(config),
			 "{\"ociVersion\":\"1.2.0\",\"root\":{\"path\":\"r\"},"
			 "\"linux\":{\"resources\":{%s}}}",
			 rows[i].resources);
		spec = unit_spec(config, &arena);
		unit_limits(&v1, spec->linux_->resources, false);
		unit_limits(&v2, spec->linux_->resources, true);
		ck_assert_msg(strcmp(value_of(&v1, rows[i].name), rows[i].v1) == 0, "%s: %s",
			      rows[i].resources, value_of(&v1, rows[i].name));
		ck_assert_msg(strcmp(value_of(&v2, rows[i].name), rows[i].v2) == 0, "%s: %s",
			      rows[i].resources, value_of(&v2, rows[i].name));
	}
	arena_done(&arena);
}
END_TEST

UNIT_MAIN("unit", values, arrays, no_values, quoted, names, of_a_user, no_names, limits)
