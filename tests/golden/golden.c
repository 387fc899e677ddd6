/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* golden CONFIG HOST [--run] [--no-pivot] [--no-keyring] [--json]: the plan for a config on a host
 * that is made up, as text. CONFIG is a file, or "default" for what `ocirun spec` writes. The same
 * input gives the same text on every machine. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fd.h"
#include "plan/create.h"
#include "plan/print.h"
#include "spec/spec.h"

#define ALL_CAPABILITIES ((1ULL << 41) - 1) /* up to CAP_CHECKPOINT_RESTORE */

#define V1(mount_, controllers_)                                                            \
	{                                                                                   \
		.mount = "/sys/fs/cgroup/" mount_, .controllers = controllers_, .v2 = false \
	}
#define V1_HIERARCHIES                                                      \
	V1("pids", "pids"), V1("memory", "memory"), V1("cpuset", "cpuset"), \
		V1("cpu,cpuacct", "cpu,cpuacct"), V1("devices", "devices"), \
		V1("freezer", "freezer"), V1("systemd", "name=systemd")

static struct host_hierarchy v1[] = { V1_HIERARCHIES };
static struct host_hierarchy hybrid[] = {
	V1_HIERARCHIES,
	{ .mount = "/sys/fs/cgroup/unified", .controllers = "", .v2 = true },
};
static struct host_hierarchy v2[] = {
	{ .mount = "/sys/fs/cgroup", .controllers = "", .v2 = true },
};

/* Facts that many hosts have. */
#define ON_V2                                                                           \
	.cgroup_layout = CGROUP_V2, .hierarchies = v2, .n_hierarchies = ARRAY_SIZE(v2), \
	.n_groups = ARRAY_SIZE(v2)
#define BY_ROOT .owns_mounts = true, .permitted = ALL_CAPABILITIES

static struct host_range subuids[] = { { .outside = 100000, .size = 3 },
				       { .outside = 300000, .size = 65536 } };

static const struct {
	const char *name;
	struct host_facts facts;
} hosts[] = {
	{ "v1-old",
	  { .release = { 5, 14 },
	    .cgroup_layout = CGROUP_V1,
	    .hierarchies = v1,
	    .n_hierarchies = ARRAY_SIZE(v1),
	    .n_groups = ARRAY_SIZE(v1),
	    BY_ROOT } },
	{ "hybrid",
	  { .release = { 6, 18 },
	    .cgroup_layout = CGROUP_HYBRID,
	    .hierarchies = hybrid,
	    .n_hierarchies = ARRAY_SIZE(hybrid),
	    .n_groups = ARRAY_SIZE(hybrid),
	    BY_ROOT,
	    .detached_assembly = true } },
	{ "v2",
	  { .release = { 6, 18 }, ON_V2, BY_ROOT, .resctrl = true, .detached_assembly = true } },
	{ "v2-new",
	  { .release = { 7, 1 },
	    ON_V2,
	    BY_ROOT,
	    .procfs_of_any = true,
	    .detached_assembly = true,
	    .empty_mounts = true } },
	{ "v2-many",
	  { .release = { 6, 18 },
	    ON_V2,
	    BY_ROOT,
	    .procfs_of_any = true,
	    .detached_assembly = true,
	    .bare_mounts = "/proc/25/ns/mnt" } },
	{ "v2-old", { .release = { 5, 14 }, ON_V2, BY_ROOT } },
	{ "rootless",
	  { .release = { 6, 18 },
	    .cgroup_layout = CGROUP_V2,
	    .hierarchies = v2,
	    .n_hierarchies = ARRAY_SIZE(v2),
	    .users = { .uid = 1000,
		       .gid = 100,
		       .subuids = { subuids, ARRAY_SIZE(subuids) },
		       .subgids = { subuids, 1 },
		       .newuidmap = "/usr/bin/newuidmap",
		       .newgidmap = "/usr/bin/newgidmap" },
	    .no_groups = "a caller without CAP_SYS_ADMIN makes no cgroups",
	    .no_devices = true,
	    .detached_assembly = true } },
	{ "rootless-delegated",
	  { .release = { 6, 18 },
	    ON_V2,
	    .delegated = "/user.slice/app.slice/engine.service",
	    .delegated_above = "/user.slice/app.slice",
	    .users = { .uid = 1000, .gid = 100 },
	    .no_devices = true,
	    .detached_assembly = true } },
	{ "rootless-alone",
	  { .release = { 6, 18 },
	    .cgroup_layout = CGROUP_NONE,
	    .users = { .uid = 1000, .gid = 100 },
	    .detached_assembly = true } },
	{ "systemd",
	  { .release = { 6, 18 },
	    ON_V2,
	    .systemd_root = "/",
	    BY_ROOT,
	    .detached_assembly = true } },
	{ "systemd-hybrid",
	  { .release = { 6, 18 },
	    .cgroup_layout = CGROUP_HYBRID,
	    .hierarchies = hybrid,
	    .n_hierarchies = ARRAY_SIZE(hybrid),
	    .n_groups = ARRAY_SIZE(hybrid),
	    .systemd_root = "/",
	    BY_ROOT,
	    .detached_assembly = true } },
	{ "systemd-user",
	  { .release = { 6, 18 },
	    ON_V2,
	    .systemd_root = "/user.slice/user-1000.slice/user@1000.service",
	    .systemd_user = true,
	    .users = { .uid = 1000,
		       .gid = 100,
		       .subuids = { subuids, ARRAY_SIZE(subuids) },
		       .subgids = { subuids, 1 },
		       .newuidmap = "/usr/bin/newuidmap",
		       .newgidmap = "/usr/bin/newgidmap" },
	    .detached_assembly = true } },
	{ "none",
	  { .release = { 6, 18 },
	    .cgroup_layout = CGROUP_NONE,
	    BY_ROOT,
	    .detached_assembly = true } },
};

static const struct host_facts *find_host(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(hosts); i++)
		if (strcmp(hosts[i].name, name) == 0)
			return &hosts[i].facts;
	return NULL;
}

static int load(const char *file, struct arena *arena, struct spec **ret, struct oci_error *err)
{
	cleanup(free_done) char *text = NULL;
	int r;

	if (strcmp(file, "default") == 0)
		return spec_default(arena, NULL, ret, err);
	r = file_read(AT_FDCWD, file, 1 << 20, &text, NULL);
	if (r < 0 || !text) {
		snprintf(err->message, sizeof(err->message), "cannot read %s", file);
		return -1;
	}
	return spec_decode(&(struct document){ "config.json", text, strlen(text) }, arena, ret,
			   err);
}

static bool read_options(struct plan_request *request, char **options, bool *json)
{
	for (; *options; options++) {
		if (strcmp(*options, "--run") == 0)
			request->start = true;
		else if (strcmp(*options, "--no-pivot") == 0)
			request->no_pivot = true;
		else if (strcmp(*options, "--no-keyring") == 0)
			request->no_new_keyring = true;
		else if (strcmp(*options, "--json") == 0)
			*json = true;
		else
			return false;
	}
	return true;
}

/* An error is a result too. */
static void print(const struct plan_request *request, bool json)
{
	cleanup(free_done) struct plan *plan = NULL;
	cleanup(text_done) struct text text = { 0 };
	struct oci_error err = { 0 };

	if (plan_create(request, &plan, &err) < 0)
		text_printf(&text, "error: %s\n", err.message);
	else if (json)
		plan_print_json(&text, plan);
	else
		plan_print(&text, plan);
	if (request->warnings->length > 0)
		printf("warnings:\n%s", request->warnings->data);
	fputs(text.data, stdout);
}

int main(int argc, char **argv)
{
	cleanup(arena_done) struct arena arena = { 0 };
	cleanup(text_done) struct text warnings = { 0 };
	struct plan_request request = {
		.facts = argc > 2 ? find_host(argv[2]) : NULL,
		.arena = &arena,
		.id = "box",
		.bundle = "/bundle",
		.pid_file = "/run/box.pid",
		.warnings = &warnings,
	};
	struct oci_error err = { 0 };
	struct spec *spec;
	bool json = false;

	if (!request.facts || !read_options(&request, argv + 3, &json)) {
		fprintf(stderr,
			"usage: golden CONFIG HOST [--run] [--no-pivot] [--no-keyring] [--json]\n");
		return 2;
	}
	if (request.facts->systemd_root)
		request.manager = PLAN_CGROUP_SYSTEMD;
	if (load(argv[1], &arena, &spec, &err) < 0) {
		fprintf(stderr, "golden: %s\n", err.message);
		return 1;
	}
	if (plan_complete(spec, request.facts, &arena) < 0)
		return 1;
	request.spec = spec;
	print(&request, json);
	return 0;
}
