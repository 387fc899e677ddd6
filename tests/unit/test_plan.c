/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lib/plan: what a builder makes, how a plan reads, and what is refused before anything happens.
 * Whole plans are in tests/golden. */
#include "plan/build.h"
#include "plan/create.h"
#include "plan/intel_rdt.h"
#include "plan/print.h"
#include "unit.h"

/* --- the builder --- */

START_TEST(builder_makes_one_block)
{
	static const uint64_t bytes[2] = { 0x0123456789abcdefULL, 42 };
	struct builder builder;
	struct plan *plan = NULL;
	const struct op *ops;
	struct op *op;

	builder_init(&builder);
	builder.preserve = 3;
	builder_where(&builder, "/mounts/%d", 7);
	op = builder_add(&builder, PLAN_CHILD, OP_TARGET);
	op->text = builder_string(&builder, "odd");
	op->slot2 = builder_slot(&builder, PLAN_CHILD);
	op = builder_add(&builder, PLAN_CHILD, OP_SECCOMP);
	op->text = builder_bytes(&builder, bytes, sizeof(bytes));
	builder_where(&builder, NULL);
	builder_add(&builder, PLAN_HOST, OP_INTENT);
	op = builder_add(&builder, PLAN_HOST, OP_NAMESPACE);
	op->slot = builder_inherited_slot(&builder);
	ck_assert_int_eq(builder_finish(&builder, &plan, NULL), 0);
	builder_done(&builder);
	ck_assert_uint_eq(plan->magic, PLAN_MAGIC);
	ck_assert_uint_eq(plan->n_host, 2);
	ck_assert_uint_eq(plan->n_child, 2);
	ck_assert_uint_eq(plan->preserve, 3);
	ck_assert_uint_eq(plan->inherited, SLOT_INHERITED + 1);
	ops = plan_ops(plan, PLAN_CHILD);
	ck_assert_int_eq(ops[0].kind, OP_TARGET);
	ck_assert_int_eq(ops[0].slot, SLOT_NONE);
	ck_assert_int_eq(ops[0].slot2, SLOT_PRIVATE);
	ck_assert_str_eq(plan_string(plan, ops[0].text), "odd");
	ck_assert_str_eq(plan_string(plan, ops[0].text2), "");
	ck_assert_str_eq(plan_string(plan, ops[0].where), "/mounts/7");
	ck_assert_mem_eq(plan_string(plan, ops[1].text), bytes, sizeof(bytes));
	ck_assert_uint_eq((uintptr_t)plan_string(plan, ops[1].text) % 8, 0);
	ops = plan_ops(plan, PLAN_HOST);
	ck_assert_str_eq(plan_string(plan, ops[0].where), "");
	ck_assert_int_eq(ops[1].slot, SLOT_INHERITED);
	free(plan);
}
END_TEST

START_TEST(builder_runs_out_of_slots)
{
	struct oci_error err = UNTOUCHED;
	struct builder builder;
	struct plan *plan = NULL;

	builder_init(&builder);
	for (int i = SLOT_PRIVATE; i < SLOT_MAX; i++)
		ck_assert_int_eq(builder_slot(&builder, PLAN_HOST), i);
	ck_assert_int_eq(builder_slot(&builder, PLAN_CHILD), SLOT_PRIVATE);
	ck_assert_int_eq(builder_slot(&builder, PLAN_HOST), SLOT_NONE);
	ck_assert_int_eq(builder_finish(&builder, &plan, &err), -E2BIG);
	assert_error(err, -E2BIG, "",
		     "the plan needs more than 96 descriptors: argument list too long");
	ck_assert_ptr_null(plan);
	builder_done(&builder);
}
END_TEST

START_TEST(every_operation_has_a_name)
{
	for (enum op_kind kind = OP_NONE + 1; kind < OP_MAX_; kind++) {
		ck_assert_ptr_nonnull(plan_op_name(kind));
		ck_assert_ptr_nonnull(plan_op_kernel(kind));
		for (enum op_kind other = OP_NONE + 1; other < kind; other++)
			ck_assert_str_ne(plan_op_name(kind), plan_op_name(other));
	}
	ck_assert_int_eq(plan_op_column(OP_INTENT), PLAN_HOST);
	ck_assert_int_eq(plan_op_column(OP_EXEC), PLAN_CHILD);
	ck_assert_str_eq(plan_op_name(OP_PIVOT_ROOT), "pivot_root");
}
END_TEST

START_TEST(prints)
{
	struct builder builder;
	struct plan *plan = NULL;
	struct text text = { 0 };
	struct op *op;

	builder_init(&builder);
	builder_where(&builder, "/a");
	builder_add(&builder, PLAN_HOST, OP_INTENT);
	op = builder_add(&builder, PLAN_CHILD, OP_ATTRIBUTES);
	op->slot = SLOT_ROOT;
	op->a = 3;
	op->flags = OP_RECURSIVE;
	builder_where(&builder, NULL);
	op = builder_add(&builder, PLAN_CHILD, OP_HOSTNAME);
	op->text = builder_string(&builder, "a\"b");
	op->tolerate = TOLERATE_MISSING;
	op->skip = 2;
	ck_assert_int_eq(builder_finish(&builder, &plan, NULL), 0);
	builder_done(&builder);
	plan_print(&text, plan);
	ck_assert_str_eq(text.data,
			 "host:\n"
			 "    0  record the intent  [/a]\n"
			 "child:\n"
			 "    0  mount_setattr, set ro,nosuid, clear 0x0, propagation 0x0 "
			 "(the root), recursively  [/a]\n"
			 "    1  sethostname \"a\"b\", or skip 2\n");
	text_done(&text);
	plan_print_json(&text, plan);
	ck_assert_str_eq(
		text.data,
		"{\n  \"host\": [\n"
		"    {\"op\": \"intent\", \"text\": \"record the intent\", \"where\": \"/a\"}\n"
		"  ],\n  \"child\": [\n"
		"    {\"op\": \"attributes\", \"text\": \"mount_setattr, set ro,nosuid, "
		"clear 0x0, propagation 0x0 (the root)\", \"where\": \"/a\"},\n"
		"    {\"op\": \"hostname\", \"text\": \"sethostname \\\"a\\\"b\\\"\", "
		"\"where\": \"\"}\n"
		"  ]\n}\n");
	text_done(&text);
	free(plan);
}
END_TEST

/* --- whole plans --- */

#define HEAD    "{\"ociVersion\": \"1.2.0\", \"root\": {\"path\": \"rootfs\"}, "
#define USER    "\"user\": {\"uid\": 1, \"gid\": 1}"
#define PROCESS "\"process\": {" USER ", \"args\": [\"sh\"], \"cwd\": \"/\"}"
#define PROCESS_WITH(members) \
	"\"process\": {" USER ", \"args\": [\"sh\"], \"cwd\": \"/\", " members "}"
#define NEW                 "\"namespaces\": [{\"type\": \"mount\"}, {\"type\": \"ipc\"}]"
#define LINUX               "\"linux\": {" NEW "}"
#define LINUX_WITH(members) "\"linux\": {" NEW ", " members "}"
#define RESOURCES(members)  HEAD LINUX_WITH("\"resources\": {" members "}") "}"

static struct host_hierarchy hierarchy_v2 = { "/sys/fs/cgroup", "", true };
static struct host_hierarchy hierarchy_v1 = { "/sys/fs/cgroup/freezer", "freezer", false };

static const struct host_facts host_v2 = {
	.release = { 6, 18 },
	.cgroup_layout = CGROUP_V2,
	.hierarchies = &hierarchy_v2,
	.n_hierarchies = 1,
	.n_groups = 1,
	.permitted = ~0ULL,
	.detached_assembly = true,
};
static const struct host_facts host_v1 = {
	.release = { 6, 18 },
	.cgroup_layout = CGROUP_V1,
	.hierarchies = &hierarchy_v1,
	.n_hierarchies = 1,
	.n_groups = 1,
	.permitted = ~0ULL,
	.detached_assembly = true,
};
static const struct host_facts host_weak = {
	.release = { 6, 18 },
	.cgroup_layout = CGROUP_NONE,
	.detached_assembly = true,
};

static int plan_for(const char *json, const struct host_facts *facts, bool start, struct text *text,
		    struct text *warnings, struct oci_error *err)
{
	struct arena arena = { 0 };
	struct plan *plan = NULL;
	const struct plan_request request = {
		.spec = unit_spec(json, &arena),
		.facts = facts,
		.arena = &arena,
		.id = "box",
		.bundle = "/bundle",
		.warnings = warnings,
		.start = start,
	};
	int r = plan_create(&request, &plan, err);

	if (r == 0 && text)
		plan_print(text, plan);
	ck_assert(r == 0 || !plan);
	free(plan);
	arena_done(&arena);
	return r;
}

static void assert_refused_on(const struct host_facts *facts, const char *json, int code,
			      const char *where, const char *message)
{
	struct oci_error err = UNTOUCHED;

	ck_assert_int_eq(plan_for(json, facts, false, NULL, NULL, &err), code);
	assert_error(err, code, where, message);
}

static void assert_refused(const char *json, int code, const char *where, const char *message)
{
	assert_refused_on(&host_v2, json, code, where, message);
}

/* The plan has a line with @phrase in it. */
static void assert_planned(const struct host_facts *facts, const char *json, const char *phrase)
{
	struct oci_error err = UNTOUCHED;
	struct text text = { 0 };

	ck_assert_msg(plan_for(json, facts, false, &text, NULL, &err) == 0, "%s", err.message);
	ck_assert_msg(strstr(text.data, phrase), "%s is not in:\n%s", phrase, text.data);
	text_done(&text);
}

START_TEST(refuses_a_run_without_a_process)
{
	struct oci_error err = UNTOUCHED;

	ck_assert_int_eq(plan_for(HEAD LINUX "}", &host_v2, true, NULL, NULL, &err), -EINVAL);
	assert_error(err, -EINVAL, "/process", "/process: there is no program to run");
	ck_assert_int_eq(plan_for(HEAD LINUX "}", &host_v2, false, NULL, NULL, NULL), 0);
}
END_TEST

START_TEST(refuses_namespaces)
{
	static const struct host_facts old = { .release = { 6, 14 },
					       .cgroup_layout = CGROUP_NONE,
					       .permitted = ~0ULL };
	const char *message = "/linux/namespaces: a container without a new mount namespace needs "
			      "Linux 6.15";

	assert_refused_on(&old,
			  HEAD PROCESS ", \"linux\": {\"namespaces\": [{\"type\": \"pid\"}]}}",
			  -ENOSYS, "/linux/namespaces", message);
	assert_refused_on(&old,
			  HEAD PROCESS ", \"linux\": {\"namespaces\": [{\"type\": \"mount\", "
				       "\"path\": \"/proc/1/ns/mnt\"}]}}",
			  -ENOSYS, "/linux/namespaces", message);
	assert_planned(&host_v2,
		       HEAD PROCESS ", \"linux\": {\"namespaces\": [{\"type\": \"pid\"}]}}",
		       "chroot");
}
END_TEST

/* A caller without privileges can join a user namespace, but others only together with it. */
START_TEST(refuses_time_without_privileges)
{
	assert_refused_on(
		&host_weak,
		HEAD PROCESS ", \"linux\": {\"namespaces\": [{\"type\": \"mount\"}, "
			     "{\"type\": \"time\"}, {\"type\": \"user\", \"path\": \"/n\"}], "
			     "\"timeOffsets\": {\"boottime\": {\"secs\": 1}}}}",
		-EPERM, "/linux/namespaces",
		"/linux/namespaces: a new time namespace beside those that are joined needs "
		"a caller with CAP_SYS_ADMIN");
}
END_TEST

START_TEST(refuses_sysctls)
{
	assert_refused(HEAD LINUX_WITH("\"sysctl\": {\"vm.swappiness\": \"1\"}") "}", -EINVAL,
		       "/linux/sysctl",
		       "/linux/sysctl: \"vm.swappiness\" is not a setting of a namespace");
	assert_refused(HEAD LINUX_WITH("\"sysctl\": {\"net.ipv4.ip_forward\": \"1\"}") "}", -EINVAL,
		       "/linux/sysctl",
		       "/linux/sysctl: \"net.ipv4.ip_forward\" belongs to a namespace that the "
		       "container shares with the host");
	assert_refused(HEAD LINUX_WITH("\"sysctl\": {\"kernel.shmmaxx\": \"1\"}") "}", -EINVAL,
		       "/linux/sysctl",
		       "/linux/sysctl: \"kernel.shmmaxx\" is not a setting of a namespace");
	assert_refused(
		HEAD LINUX_WITH("\"sysctl\": {\"fs/mqueue/../../vm/swappiness\": \"1\"}") "}",
		-EINVAL, "/linux/sysctl",
		"/linux/sysctl: \"fs/mqueue/../../vm/swappiness\" is not a setting of a "
		"namespace");
	assert_refused(HEAD LINUX_WITH("\"sysctl\": {\"fs/mqueue/..\": \"1\"}") "}", -EINVAL,
		       "/linux/sysctl",
		       "/linux/sysctl: \"fs/mqueue/..\" is not a setting of a namespace");
	assert_planned(&host_v2, HEAD LINUX_WITH("\"sysctl\": {\"kernel.msgmax\": \"1\"}") "}",
		       "write \"1\" to /proc/sys/kernel/msgmax, private procfs");
}
END_TEST

START_TEST(refuses_limits)
{
	assert_refused(RESOURCES("\"memory\": {\"swap\": 50}"), -EINVAL,
		       "/linux/resources/memory/swap",
		       "/linux/resources/memory/swap: memory and swap together, so it cannot be "
		       "less than the limit of memory");
	assert_refused(RESOURCES("\"memory\": {\"swappiness\": 0}"), -EOPNOTSUPP,
		       "/linux/resources",
		       "/linux/resources/memory/swappiness: cgroup v2 has no such setting");
	assert_refused(RESOURCES("\"memory\": {\"disableOOMKiller\": true}"), -EOPNOTSUPP,
		       "/linux/resources",
		       "/linux/resources/memory/disableOOMKiller: cgroup v2 has no such setting");
	assert_refused(RESOURCES("\"cpu\": {\"realtimeRuntime\": 1}"), -EOPNOTSUPP,
		       "/linux/resources",
		       "/linux/resources/cpu/realtimeRuntime: cgroup v2 has no such setting");
	assert_refused(RESOURCES("\"cpu\": {\"realtimePeriod\": 1}"), -EOPNOTSUPP,
		       "/linux/resources",
		       "/linux/resources/cpu/realtimePeriod: cgroup v2 has no such setting");
	assert_refused_on(&host_v1, RESOURCES("\"cpu\": {\"idle\": 1}"), -ENOENT,
			  "/linux/resources",
			  "/linux/resources/cpu: this host has no cgroup controller \"cpu\"");
	assert_refused_on(&host_v1, RESOURCES("\"pids\": {\"limit\": 5}"), -ENOENT,
			  "/linux/resources",
			  "/linux/resources/pids: this host has no cgroup controller \"pids\"");
	assert_refused_on(&host_v1, RESOURCES("\"devices\": [{\"allow\": false}]"), -ENOENT,
			  "/linux/resources",
			  "/linux/resources/devices: this host has no cgroup "
			  "controller \"devices\"");
	assert_refused_on(&host_weak, RESOURCES("\"memory\": {\"limit\": 5}"), -ENOENT,
			  "/linux/resources",
			  "/linux/resources/memory: this host has no cgroup controller \"memory\"");
}
END_TEST

/* What engines write for a limit that nobody asked for. */
START_TEST(takes_no_limits)
{
	static const char *const rows[] = {
		RESOURCES("\"memory\": {\"disableOOMKiller\": false}"),
		RESOURCES("\"cpu\": {\"cpus\": \"\", \"mems\": \"\", \"shares\": 0, \"quota\": 0, "
			  "\"period\": 0}"),
		RESOURCES("\"cpu\": {\"realtimeRuntime\": 0, \"realtimePeriod\": 0}"),
		RESOURCES("\"blockIO\": {\"weight\": 0, \"leafWeight\": 0, \"weightDevice\": []}"),
		RESOURCES("\"network\": {\"classID\": 0, \"priorities\": []}"),
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct oci_error err = UNTOUCHED;

		ck_assert_msg(plan_for(rows[i], &host_v2, false, NULL, NULL, &err) == 0, "%s",
			      err.message);
		ck_assert_msg(plan_for(rows[i], &host_v1, false, NULL, NULL, &err) == 0, "%s",
			      err.message);
	}
}
END_TEST

/* runc's and crun's formula. */
START_TEST(shares_become_a_weight)
{
	static const struct {
		const char *shares, *weight;
	} rows[] = {
		{ "1", "1" },
		{ "2", "1" },
		{ "3", "2" },
		{ "10", "4" },
		{ "512", "59" },
		{ "1024", "100" },
		{ "2048", "174" },
		{ "10240", "639" },
		{ "262144", "10000" },
		{ "262145", "10000" },
		{ "18446744073709551615", "10000" },
	};
	char json[512], phrase[64];

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		snprintf(json, sizeof(json),
			 "%s\"linux\": {%s, \"resources\": {\"cpu\": "
			 "{\"shares\": %s}}}}",
			 HEAD, NEW, rows[i].shares);
		snprintf(phrase, sizeof(phrase), "write \"%s\" to cpu.weight", rows[i].weight);
		assert_planned(&host_v2, json, phrase);
	}
}
END_TEST

START_TEST(warns_about_capabilities)
{
	struct oci_error err = UNTOUCHED;
	struct text warnings = { 0 };
	const char *json = HEAD PROCESS_WITH(
		"\"capabilities\": {\"bounding\": [\"CAP_KILL\", "
		"\"CAP_MOON\", \"kill\"], \"ambient\": [\"CAP_KILL\"]}") ", " LINUX "}";

	ck_assert_int_eq(plan_for(json, &host_weak, false, NULL, &warnings, &err), 0);
	ck_assert_str_eq(
		warnings.data,
		"/process/capabilities/bounding: CAP_KILL cannot be granted: the caller "
		"does not have it\n"
		"/process/capabilities/bounding: CAP_MOON cannot be granted: it is unknown\n"
		"/process/capabilities/bounding: kill cannot be granted: it is unknown\n"
		"/process/capabilities/ambient: CAP_KILL cannot be granted: the caller does "
		"not have it\n");
	text_done(&warnings);
}
END_TEST

START_TEST(filter_needs_a_privilege)
{
#define FILTER "\"seccomp\": {\"defaultAction\": \"SCMP_ACT_ALLOW\"}"
	assert_refused_on(&host_weak, HEAD PROCESS ", " LINUX_WITH(FILTER) "}", -EPERM,
			  "/linux/seccomp",
			  "/linux/seccomp: a filter without /process/noNewPrivileges needs "
			  "CAP_SYS_ADMIN, which the caller does not have");
	assert_planned(&host_weak,
		       HEAD PROCESS_WITH("\"noNewPrivileges\": true") ", " LINUX_WITH(FILTER) "}",
		       "prctl PR_SET_NO_NEW_PRIVS");
	/* Kept until execve(2). */
	assert_planned(&host_v2, HEAD PROCESS ", " LINUX_WITH(FILTER) "}",
		       "capset effective 0x200000, permitted 0x200000, inheritable 0x0");
}
END_TEST

/* --- what EXEC will try --- */

static void assert_paths(const char *arg, const char *env, const char *expected)
{
	struct arena arena = { 0 };
	struct text text = { 0 };
	struct plan *plan = NULL;
	const char *json = arena_printf(&arena,
					"%s\"process\": {%s, \"args\": [\"%s\", \"x y\"], "
					"\"cwd\": \"/\", \"env\": [%s]}, %s}",
					HEAD, USER, arg, env, LINUX);
	const struct plan_request request = {
		.spec = unit_spec(json, &arena),
		.facts = &host_v2,
		.arena = &arena,
		.id = "box",
		.bundle = "/bundle",
	};
	const struct plan_exec *exec;
	const struct op *op;

	ck_assert_int_eq(plan_create(&request, &plan, NULL), 0);
	op = &plan_ops(plan, PLAN_CHILD)[plan->n_child - 1];
	ck_assert_int_eq(op->kind, OP_EXEC);
	exec = (const void *)plan_string(plan, op->text2);
	ck_assert_uint_eq(exec->n_args, 2);
	ck_assert_str_eq(plan_string(plan, exec->offsets[0]), arg);
	ck_assert_str_eq(plan_string(plan, exec->offsets[1]), "x y");
	for (uint32_t i = 0; i < exec->n_paths; i++)
		text_printf(&text, "%s ", plan_string(plan, exec->offsets[2 + exec->n_env + i]));
	ck_assert_str_eq(text.data ? text.data : "", expected);
	text_done(&text);
	free(plan);
	arena_done(&arena);
}

START_TEST(paths_of_the_executable)
{
	assert_paths("/bin/sh", "\"PATH=/a\"", "/bin/sh ");
	assert_paths("./sh", "\"PATH=/a\"", "./sh ");
	assert_paths("sh", "\"A=1\", \"PATH=/a:/b\", \"B=2\"", "/a/sh /b/sh ");
	assert_paths("sh", "\"PATH=:/a:\"", "./sh /a/sh ./sh ");
	assert_paths("sh", "\"PATH=\"", "./sh ");
	assert_paths("sh", "\"XPATH=/a\"",
		     "/usr/local/sbin/sh /usr/local/bin/sh /usr/sbin/sh "
		     "/usr/bin/sh /sbin/sh /bin/sh ");
	assert_paths("", "", "");
}
END_TEST

/* --- exec --- */

static const struct plan_group groups_hybrid[] = { { "/cpuset", "/box", false },
						   { "/unified", "/box", true } };

/* The lines of the plan of an `exec` with these members of /process that have to do with where it
 * runs. */
static void assert_exec(const char *members, const char *expected)
{
	struct arena arena = { 0 };
	struct text text = { 0 }, found = { 0 };
	const struct plan_target target = { .groups = groups_hybrid, .n_groups = 2 };
	const struct plan_request request = {
		.spec = unit_spec(arena_printf(&arena,
					       "%s\"process\": {%s, \"args\": [\"sh\"], "
					       "\"cwd\": \"/\"%s}, %s}",
					       HEAD, USER, members, LINUX),
				  &arena),
		.facts = &host_v2,
		.arena = &arena,
		.id = "box",
		.bundle = "/bundle",
		.start = true,
		.target = &target,
	};
	struct plan *plan = NULL;
	char *line, *rest;

	ck_assert_int_eq(plan_exec(&request, &plan, NULL), 0);
	plan_print(&text, plan);
	for (line = strtok_r(text.data, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		if (strstr(line, "run on") || strstr(line, "cgroup"))
			text_printf(&found, "%s\n", line + strlen("    0  "));
	ck_assert_str_eq(found.data, expected);
	text_done(&text);
	text_done(&found);
	free(plan);
	arena_done(&arena);
}

START_TEST(where_exec_runs)
{
	static const char any[] = "open cgroup /box in /cpuset to be joined -> #4\n"
				  "open cgroup /box in /unified -> #42\n"
				  "clone3 and execveat init, cgroup #42\n"
				  "write 0 to tasks of cgroup /cpuset (#4)\n"
				  "run on any CPU\n";

	assert_exec("", any);
	assert_exec(", \"execCPUAffinity\": {}", any);
	assert_exec(", \"execCPUAffinity\": {\"initial\": \"\", \"final\": \"\"}", any);
	assert_exec(", \"execCPUAffinity\": {\"final\": \"0-2,65\"}",
		    "open cgroup /box in /cpuset to be joined -> #4\n"
		    "open cgroup /box in /unified -> #42\n"
		    "clone3 and execveat init, cgroup #42\n"
		    "write 0 to tasks of cgroup /cpuset (#4)\n"
		    "run on CPU 0-2,65  [/process/execCPUAffinity/final]\n");
	assert_exec(", \"execCPUAffinity\": {\"initial\": \"1\"}",
		    "open cgroup /box in /cpuset to be joined -> #4\n"
		    "open cgroup /box in /unified to be joined -> #5\n"
		    "clone3 and execveat init, cgroup -\n"
		    "run on CPU 1  [/process/execCPUAffinity/initial]\n"
		    "write 0 to tasks of cgroup /cpuset (#4)\n"
		    "write 0 to cgroup.procs of cgroup /unified (#5)\n");
	assert_exec(", \"execCPUAffinity\": {\"initial\": \"1\", \"final\": \"0\"}",
		    "open cgroup /box in /cpuset to be joined -> #4\n"
		    "open cgroup /box in /unified to be joined -> #5\n"
		    "clone3 and execveat init, cgroup -\n"
		    "run on CPU 1  [/process/execCPUAffinity/initial]\n"
		    "write 0 to tasks of cgroup /cpuset (#4)\n"
		    "write 0 to cgroup.procs of cgroup /unified (#5)\n"
		    "run on CPU 0  [/process/execCPUAffinity/final]\n");
}
END_TEST

/* --- schemata of resctrl --- */

/* As the kernel shows them. */
#define FOUND "    MB:0=  20;1= 100\n    L3:0=00f;1=7ff\nL3CODE:0=3\n"

static void assert_differs(const char *wanted, const char *expected)
{
	size_t length = 0;
	const char *line = plan_schemata_differ(wanted, FOUND, &length);

	ck_assert_msg(line, "%s is taken to hold", wanted);
	ck_assert_uint_eq(length, strlen(expected));
	ck_assert_mem_eq(line, expected, length);
}

START_TEST(schemata_that_hold)
{
	static const char *const wanted[] = { "",
					      "\n\n",
					      "L3:0=f",
					      "L3:1=0x7FF;0=0F",
					      " L3 : 0 = f ; 1=7ff ",
					      "MB:0=20\nL3:0=f\n",
					      "L3:0=1\nL3:0=f",
					      "L3CODE:0=3",
					      "MB:1=0100" };
	size_t length;

	for (size_t i = 0; i < ARRAY_SIZE(wanted); i++)
		ck_assert_msg(!plan_schemata_differ(wanted[i], FOUND, &length), "%s", wanted[i]);
}
END_TEST

START_TEST(schemata_that_differ)
{
	assert_differs("L3:0=e", "L3:0=e");
	assert_differs("L3:0=0", "L3:0=0");
	assert_differs("L3:0=0f0", "L3:0=0f0");
	assert_differs("L3:0=f;1=f\nMB:0=20", "L3:0=f;1=f");
	assert_differs("MB:0=20\n  L3:2=1", "L3:2=1");
	assert_differs("L3:0=f\nL3:0=1", "L3:0=f");
	assert_differs("L3DATA:0=3", "L3DATA:0=3");
	assert_differs("L:0=f", "L:0=f");
	assert_differs("L3", "L3");
	assert_differs("L3:", "L3:");
	assert_differs("L3:0", "L3:0");
	assert_differs("L3:0=", "L3:0=");
	assert_differs("L3:=f", "L3:=f");
	assert_differs(":0=f", ":0=f");
	assert_differs("=;:", "=;:");
}
END_TEST

UNIT_MAIN("plan", builder_makes_one_block, builder_runs_out_of_slots, every_operation_has_a_name,
	  prints, refuses_a_run_without_a_process, refuses_namespaces,
	  refuses_time_without_privileges, refuses_sysctls, refuses_limits, takes_no_limits,
	  shares_become_a_weight, warns_about_capabilities, filter_needs_a_privilege,
	  paths_of_the_executable, where_exec_runs, schemata_that_hold, schemata_that_differ)
