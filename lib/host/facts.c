/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What this machine offers, see facts.h.
 *
 * The cgroup hierarchies are found through /proc/self/cgroup and their customary places, not
 * through mountinfo: a host with two thousand mounts makes that file cost a millisecond. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/error.h"
#include "base/fd.h"
#include "base/num.h"
#include "base/text.h"
#include "host/facts.h"
#include "host/file.h"
#include "sys/syscall.h"

#define CGROUP_ROOT "/sys/fs/cgroup"

static bool has_magic(const char *path, long magic)
{
	struct statfs fs;

	return statfs(path, &fs) == 0 && (long)fs.f_type == magic;
}

/* Who is root in a user namespace alone does not see files of the machine's root as his. */
bool host_has_own_systemd(void)
{
	struct stat machine;

	if (stat("/run/systemd/system", &machine) < 0)
		return geteuid() != 0;
	return machine.st_uid != geteuid();
}

bool host_is_cgroup2(const char *mount)
{
	return has_magic(mount, CGROUP2_SUPER_MAGIC);
}

/* By what is in it: nothing else that could be there has such a file. */
bool host_has_resctrl(void)
{
	return faccessat(AT_FDCWD, HOST_RESCTRL "/tasks", F_OK, 0) == 0;
}

bool host_hierarchy_has(const struct host_hierarchy *hierarchy, const char *controller)
{
	size_t length = strlen(controller);
	const char *at = hierarchy->controllers;

	while (*at) {
		size_t n = strcspn(at, ",");

		if (n == length && memcmp(at, controller, n) == 0)
			return true;
		at += n;
		at += *at == ',';
	}
	return false;
}

/* Where a v1 hierarchy is mounted: by the name of its controllers, of the first of them, or by its
 * name= alone. NULL when it is at none of these places. */
static const char *find_v1(struct arena *arena, const char *controllers)
{
	const char *names = strncmp(controllers, "name=", 5) == 0 ? controllers + 5 : controllers;
	const char *path;

	path = arena_printf(arena, CGROUP_ROOT "/%s", names);
	if (path && has_magic(path, CGROUP_SUPER_MAGIC))
		return path;
	path = arena_printf(arena, CGROUP_ROOT "/%.*s", (int)strcspn(names, ","), names);
	return path && has_magic(path, CGROUP_SUPER_MAGIC) ? path : NULL;
}

static void add(struct host_facts *facts, const char *mount, const char *controllers, bool v2)
{
	facts->hierarchies[facts->n_hierarchies++] = (struct host_hierarchy){
		.mount = mount,
		.controllers = controllers,
		.v2 = v2,
	};
}

/* One line of /proc/self/cgroup: "4:memory:/where/we/are". */
static int add_line(struct arena *arena, struct host_facts *facts, char *line)
{
	char *controllers = strchr(line, ':'), *end;
	const char *mount;

	end = controllers ? strchr(controllers + 1, ':') : NULL;
	if (!end)
		return 0;
	*end = '\0';
	controllers++;
	if (!controllers[0]) {
		if (host_is_cgroup2(CGROUP_ROOT "/unified"))
			add(facts, CGROUP_ROOT "/unified", "", true);
		return 0;
	}
	mount = find_v1(arena, controllers);
	controllers = arena_strdup(arena, controllers);
	if (!controllers)
		return -ENOMEM;
	if (mount)
		add(facts, mount, controllers, false);
	return 0;
}

/* Without /proc: as it would be there, with the names of what is mounted. */
static int list_mounts(char **ret)
{
	DIR *stream = opendir(CGROUP_ROOT);
	struct text text = { 0 };
	struct dirent *entry;

	text_puts(&text, "0::/\n");
	while (stream && (entry = readdir(stream)))
		if (entry->d_type == DT_DIR && entry->d_name[0] != '.')
			text_printf(&text, "1:%s%s:/\n",
				    strcmp(entry->d_name, "systemd") == 0 ? "name=" : "",
				    entry->d_name);
	if (stream)
		closedir(stream);
	return text_take(&text, ret);
}

static int gather_v1(struct arena *arena, struct host_facts *facts)
{
	cleanup(free_done) char *text = NULL;
	size_t lines = 0;
	char *rest, *line;
	bool v1 = false, v2 = false;
	int r;

	r = file_read(AT_FDCWD, "/proc/self/cgroup", 1 << 20, &text, NULL);
	if (r == -ENOENT)
		r = list_mounts(&text);
	if (r < 0)
		return r;
	for (const char *c = text; *c; c++)
		lines += *c == '\n';
	facts->hierarchies = arena_alloc(arena, (lines + 1) * sizeof(*facts->hierarchies));
	if (!facts->hierarchies)
		return -ENOMEM;
	for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		r = add_line(arena, facts, line);
		if (r < 0)
			return r;
	}
	for (unsigned int i = 0; i < facts->n_hierarchies; i++) {
		v1 = v1 || !facts->hierarchies[i].v2;
		v2 = v2 || facts->hierarchies[i].v2;
	}
	if (v1)
		facts->cgroup_layout = v2 ? CGROUP_HYBRID : CGROUP_V1;
	else
		facts->n_hierarchies = 0;
	return 0;
}

static int gather_cgroups(struct arena *arena, struct host_facts *facts)
{
	struct statfs fs;

	facts->cgroup_layout = CGROUP_NONE;
	if (statfs(CGROUP_ROOT, &fs) < 0)
		return 0;
	if ((long)fs.f_type != CGROUP2_SUPER_MAGIC)
		return gather_v1(arena, facts);
	facts->hierarchies = arena_alloc(arena, sizeof(*facts->hierarchies));
	if (!facts->hierarchies)
		return -ENOMEM;
	facts->cgroup_layout = CGROUP_V2;
	add(facts, CGROUP_ROOT, "", true);
	return 0;
}

int host_find_v2_controllers(struct host_facts *facts, struct arena *arena)
{
	for (unsigned int i = 0; i < facts->n_hierarchies; i++) {
		struct host_hierarchy *hierarchy = &facts->hierarchies[i];
		const char *path = arena_printf(arena, "%s/cgroup.controllers", hierarchy->mount);
		char *text;

		if (!hierarchy->v2 || !path)
			continue;
		text = arena_strdup(arena, host_file_text(arena, path));
		for (char *c = text; c && *c; c++)
			*c = *c == ' ' ? ',' : *c;
		hierarchy->controllers = text;
	}
	return arena->failed ? -ENOMEM : 0;
}

static bool is_writable(const char *path)
{
	return path && faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) == 0;
}

/* Also one of a container that was given all ids is not the first. */
static bool is_first_user_namespace(struct arena *arena)
{
	const char *map = host_file_text(arena, "/proc/self/uid_map");

	return map && strstr(map, " 4294967295") && strspn(map, " 0") == strlen(map) - 10;
}

/* cgroup v2: "0::/where/we/are". What has been delegated to us are directories of our own. */
static int find_delegated(struct arena *arena, struct host_facts *facts)
{
	const char *text = host_file_text(arena, "/proc/self/cgroup"), *path, *slash;

	path = text ? strstr(text, "0::/") : NULL;
	if (!path)
		return text ? 0 : -ENOMEM;
	path = arena_strndup(arena, path + 3, strcspn(path + 3, "\n"));
	slash = path ? strrchr(path, '/') : NULL;
	if (slash && is_writable(arena_printf(arena, CGROUP_ROOT "%s/cgroup.procs", path)))
		facts->delegated = path;
	if (slash && slash > path)
		path = arena_strndup(arena, path, (size_t)(slash - path));
	if (slash && is_writable(arena_printf(arena, CGROUP_ROOT "%s/cgroup.procs", path)))
		facts->delegated_above = path;
	return arena->failed ? -ENOMEM : 0;
}

/* All of them for root; for others, and root of a user namespace, what has been delegated. */
static int choose_groups(struct arena *arena, struct host_facts *facts)
{
	bool admin = facts->permitted & (1ULL << CAP_SYS_ADMIN);
	int r = 0;

	if (facts->n_hierarchies == 0)
		return 0;
	if (admin && is_writable(facts->hierarchies[0].mount)) {
		facts->n_groups = facts->n_hierarchies;
		return 0;
	}
	facts->no_devices = !admin || !is_first_user_namespace(arena);
	if (facts->cgroup_layout == CGROUP_V2)
		r = find_delegated(arena, facts);
	if (facts->delegated)
		facts->n_groups = facts->n_hierarchies;
	else
		facts->no_groups = admin ? "the caller may not make cgroups"
					 : "a caller without CAP_SYS_ADMIN makes no cgroups";
	return r;
}

/* By the system call: libcap's own start-up makes a dozen of them. */
uint64_t host_permitted(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { 0 };

	if (SYS(__NR_capget, &header, data) < 0)
		return 0;
	return data[0].permitted | (uint64_t)data[1].permitted << 32;
}

/* "6.18.44-anything" */
static bool parse_release(const char *text, unsigned int ret[2])
{
	size_t n = strspn(text, "0123456789");
	uint64_t major, minor;

	if (text[n] != '.' || num_parse(text, n, 65535, &major) < 0)
		return false;
	text += n + 1;
	if (num_parse(text, strspn(text, "0123456789"), 65535, &minor) < 0)
		return false;
	ret[0] = (unsigned int)major;
	ret[1] = (unsigned int)minor;
	return true;
}

static bool is_at_least(const struct host_facts *facts, unsigned int major, unsigned int minor)
{
	return facts->release[0] > major ||
	       (facts->release[0] == major && facts->release[1] >= minor);
}

int host_facts_gather(struct arena *arena, struct host_facts *ret, struct oci_error *err)
{
	struct host_facts facts = { 0 };
	struct utsname uts;
	int r;

	if (uname(&uts) < 0)
		return fail(err, -errno, NULL, "uname");
	if (!parse_release(uts.release, facts.release))
		return fail_plain(err, -ENOSYS, NULL, "cannot read the kernel release \"%s\"",
				  uts.release);
	facts.detached_assembly = is_at_least(&facts, 6, 15);
	facts.empty_mounts = is_at_least(&facts, 7, 1);
	facts.procfs_of_any = is_at_least(&facts, 6, 18);
	facts.permitted = host_permitted();
	r = gather_cgroups(arena, &facts);
	if (r < 0)
		return fail(err, r, "/proc/self/cgroup", "cannot find the cgroup hierarchies");
	if (r == 0)
		r = choose_groups(arena, &facts);
	if (r < 0)
		return fail(err, r, NULL, "cannot find the caller's cgroup");
	*ret = facts;
	return 0;
}
