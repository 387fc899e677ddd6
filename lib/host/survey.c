/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What can be asked of a machine, see survey.h. What cannot be read is taken as not there. */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/error.h"
#include "base/fd.h"
#include "base/num.h"
#include "host/file.h"
#include "host/lsm.h"
#include "host/survey.h"
#include "sys/abi.h"
#include "sys/syscall.h"

/* --- reading --- */

static uint64_t read_number(struct arena *arena, const char *path, uint64_t otherwise)
{
	const char *text = host_file_text(arena, path);
	uint64_t value;

	if (!text || num_parse(text, strlen(text), UINT64_MAX, &value) < 0)
		return otherwise;
	return value;
}

static bool is_on(const char *path, long magic)
{
	struct statfs fs;

	return statfs(path, &fs) == 0 && (long)fs.f_type == magic;
}

bool survey_has_word(const char *words, const char *word)
{
	size_t length = strlen(word);

	while (words && *words) {
		size_t n = strcspn(words, " ,\t\n");

		if (n == length && memcmp(words, word, n) == 0)
			return true;
		words += n;
		words += *words != '\0';
	}
	return false;
}

static bool is_in_list(const char *list, uint64_t number)
{
	uint64_t first, last;

	while (list && *list) {
		list = num_take_span(list, &first, &last);
		if (list && number >= first && number <= last)
			return true;
	}
	return false;
}

int survey_not_in_list(const char *wanted, const char *available)
{
	uint64_t first, last;

	while (wanted && *wanted) {
		wanted = num_take_span(wanted, &first, &last);
		for (; wanted && first <= last; first++)
			if (!is_in_list(available, first))
				return (int)first;
	}
	return -1;
}

/* --- the kernel --- */

static void ask_kernel(struct survey *survey)
{
	struct rlimit limit;

	for (int i = 0; i < HOST_CALL_MAX_; i++)
		survey->calls[i] = host_call_probe((enum host_call)i);
	for (int i = 0; i < 64; i++)
		if (prctl(PR_CAPBSET_READ, i, 0, 0, 0) == 1)
			survey->bounding |= 1ULL << i;
	for (size_t i = 0; i < ARRAY_SIZE(survey->rlimits); i++)
		if (getrlimit((int)i, &limit) == 0) {
			survey->rlimits[i][0] = limit.rlim_cur;
			survey->rlimits[i][1] = limit.rlim_max;
		}
	survey->memfd_noexec = (int)read_number(survey->arena, "/proc/sys/vm/memfd_noexec", 0);
}

/* seccomp(2): the action is asked for; a flag that is known gets as far as the filter, which is
 * none at all. */
static void ask_seccomp(struct survey *survey)
{
	static const uint32_t actions[][2] = {
		{ HOST_ACTION_KILL_THREAD, SECCOMP_RET_KILL_THREAD },
		{ HOST_ACTION_KILL_PROCESS, SECCOMP_RET_KILL_PROCESS },
		{ HOST_ACTION_TRAP, SECCOMP_RET_TRAP },
		{ HOST_ACTION_ERRNO, SECCOMP_RET_ERRNO },
		{ HOST_ACTION_TRACE, SECCOMP_RET_TRACE },
		{ HOST_ACTION_ALLOW, SECCOMP_RET_ALLOW },
		{ HOST_ACTION_LOG, SECCOMP_RET_LOG },
		{ HOST_ACTION_NOTIFY, SECCOMP_RET_USER_NOTIF },
	};

	for (size_t i = 0; i < ARRAY_SIZE(actions); i++)
		if (SYS(__NR_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &actions[i][1]) == 0)
			survey->actions |= actions[i][0];
	for (unsigned int flag = 1; flag <= 32; flag <<= 1) {
		unsigned int with = flag == 32 ? flag | SECCOMP_FILTER_FLAG_NEW_LISTENER : flag;

		if (SYS(__NR_seccomp, SECCOMP_SET_MODE_FILTER, with, NULL) == -EFAULT)
			survey->flags |= flag;
	}
}

bool survey_has_namespace(int type)
{
	static const struct {
		int type;
		const char *path;
	} rows[] = {
		{ (int)ABI_CLONE_NEWPID, "/proc/self/ns/pid" },
		{ (int)ABI_CLONE_NEWNET, "/proc/self/ns/net" },
		{ (int)ABI_CLONE_NEWNS, "/proc/self/ns/mnt" },
		{ (int)ABI_CLONE_NEWIPC, "/proc/self/ns/ipc" },
		{ (int)ABI_CLONE_NEWUTS, "/proc/self/ns/uts" },
		{ (int)ABI_CLONE_NEWUSER, "/proc/self/ns/user" },
		{ (int)ABI_CLONE_NEWCGROUP, "/proc/self/ns/cgroup" },
		{ (int)ABI_CLONE_NEWTIME, "/proc/self/ns/time" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].type == type)
			return host_file_exists(rows[i].path);
	return false;
}

/* --- cgroups --- */

bool survey_has_controller(const struct survey *survey, const char *name)
{
	for (unsigned int i = 0; i < survey->facts.n_hierarchies; i++)
		if (host_hierarchy_has(&survey->facts.hierarchies[i], name))
			return true;
	/* v2 has what v1 calls cpuacct in cpu, and devices by eBPF. */
	if (survey->facts.cgroup_layout == CGROUP_V2 &&
	    (strcmp(name, "devices") == 0 || strcmp(name, "freezer") == 0))
		return true;
	return survey_has_word(survey->controllers, name);
}

static void ask_cgroups(struct survey *survey)
{
	survey->controllers = "";
	for (unsigned int i = 0; i < survey->facts.n_hierarchies; i++) {
		const struct host_hierarchy *hierarchy = &survey->facts.hierarchies[i];
		const char *path = arena_printf(survey->arena, "%s/%s", hierarchy->mount,
						hierarchy->v2 ? "cgroup.controllers"
							      : "memory.memsw.limit_in_bytes");

		if (!path)
			continue;
		if (hierarchy->v2)
			survey->controllers = host_file_text(survey->arena, path);
		else if (host_hierarchy_has(hierarchy, "memory"))
			survey->swap_limits = host_file_exists(path);
		if (hierarchy->v2 || !survey->delegated)
			survey->delegated = access(hierarchy->mount, W_OK) == 0;
	}
	if (survey->facts.cgroup_layout == CGROUP_V2)
		survey->swap_limits = survey_has_word(survey->controllers, "memory");
}

/* --- ids --- */

static int ask_users(struct survey *survey)
{
	struct arena *arena = survey->arena;
	int r = host_users_gather(arena, &survey->users);

	survey->user_namespaces = read_number(arena, "/proc/sys/user/max_user_namespaces", 0);
	survey->user_namespaces_restricted =
		read_number(arena, "/proc/sys/kernel/unprivileged_userns_clone", 1) == 0 ||
		read_number(arena, "/proc/sys/kernel/apparmor_restrict_unprivileged_userns", 0) ==
			1;
	return r;
}

/* --- the rest --- */

static void ask_lsms(struct survey *survey)
{
	struct arena *arena = survey->arena;
	survey->lsms = host_file_text(arena, "/sys/kernel/security/lsm");
	survey->apparmor = host_has_apparmor();
	survey->selinux = host_has_selinux();
	if (host_file_exists("/sys/kernel/security/apparmor/profiles"))
		survey->profiles = host_file_text(arena, "/sys/kernel/security/apparmor/profiles");
}

static const char *read_huge_pages(struct arena *arena)
{
	static const char *const sizes[] = { "64KB", "1MB",   "2MB", "8MB", "16MB",
					     "32MB", "512MB", "1GB", "2GB", "16GB" };
	static const unsigned int kilobytes[] = { 64,    1024,   2048,    8192,    16384,
						  32768, 524288, 1048576, 2097152, 16777216 };
	const char *found = "";

	for (size_t i = 0; found && i < ARRAY_SIZE(sizes); i++) {
		const char *path = arena_printf(arena, "/sys/kernel/mm/hugepages/hugepages-%ukB",
						kilobytes[i]);

		if (path && host_file_exists(path))
			found = arena_printf(arena, "%s%s ", found, sizes[i]);
	}
	return found;
}

/* A mount below /proc covers something: the kernel then refuses a procfs to a user namespace that
 * could see more in it. */
static bool proc_is_visible(struct arena *arena)
{
	const char *mounts = host_file_text(arena, "/proc/self/mountinfo");
	bool visible = is_on("/proc", PROC_SUPER_MAGIC);

	for (const char *at = mounts; at && (at = strstr(at, " /proc/")); at++) {
		const char *end = strchr(at, '\n');
		const char *type = strstr(at, " - ");

		/* An automount point over binfmt_misc is on an empty directory. */
		if (type && (!end || type < end) && strncmp(type, " - autofs", 9) != 0 &&
		    strncmp(type, " - binfmt_misc", 14) != 0)
			visible = false;
	}
	return visible;
}

static void ask_system(struct survey *survey)
{
	struct arena *arena = survey->arena;
	const char *bus = arena_printf(arena, "/run/user/%u/bus", survey->users.uid);

	survey->filesystems = host_file_text(arena, "/proc/filesystems");
	survey->huge_pages = read_huge_pages(arena);
	survey->cpus = host_file_text(arena, "/sys/devices/system/cpu/possible");
	survey->nodes = host_file_text(arena, "/sys/devices/system/node/possible");
	survey->resctrl = survey->facts.resctrl = host_has_resctrl();
	survey->systemd = host_file_exists("/run/systemd/system");
	survey->system_bus = host_file_exists("/run/dbus/system_bus_socket");
	survey->user_bus = bus && host_file_exists(bus);
	survey->proc_visible = proc_is_visible(arena);
	survey->state_on_tmpfs = is_on("/run", TMPFS_MAGIC);
}

int survey_take(struct arena *arena, struct survey *ret, struct oci_error *err)
{
	struct survey survey = { .arena = arena };
	struct utsname uts;
	int r = host_facts_gather(arena, &survey.facts, err);

	if (r < 0)
		return r;
	if (uname(&uts) < 0)
		return fail(err, -errno, NULL, "uname");
	survey.release = arena_strdup(arena, uts.release);
	ask_kernel(&survey);
	ask_seccomp(&survey);
	ask_cgroups(&survey);
	ask_lsms(&survey);
	r = ask_users(&survey);
	ask_system(&survey);
	if (r < 0 || arena->failed)
		return fail(err, -ENOMEM, NULL, "cannot look at the host");
	*ret = survey;
	return 0;
}
