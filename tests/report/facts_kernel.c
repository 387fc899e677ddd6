/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Facts about names, namespaces, cgroups and what else the kernel tells in /proc/self. */
#define _GNU_SOURCE
#include "report.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

void facts_uname(void)
{
	struct utsname name;

	if (uname(&name) < 0) {
		fact_error("hostname", errno);
		return;
	}
	fact_text("hostname", name.nodename);
	fact_text("domainname", name.domainname);
	fact_text("uname.machine", name.machine);
	fact_text("uname.release", name.release);
	fact_text("uname.sysname", name.sysname);
	fact_text("uname.version", name.version);
}

/* Without /proc: a pidfd gives out its namespaces since Linux 6.11. */
static int namespace_by_pidfd(unsigned int number, struct stat *ret_stat)
{
	int pidfd = (int)syscall(SYS_pidfd_open, getpid(), 0);
	int error = 0;
	int fd;

	if (pidfd < 0)
		return -errno;
	fd = ioctl(pidfd, _IO(0xff, number), 0);
	if (fd < 0 || fstat(fd, ret_stat) < 0)
		error = -errno;
	if (fd >= 0)
		close(fd);
	close(pidfd);
	return error;
}

void facts_namespaces(void)
{
	/* The values are the numbers of the requests PIDFD_GET_*_NAMESPACE. */
	static const struct name_value spaces[] = {
		{ "cgroup", 1 }, { "ipc", 2 },
		{ "mnt", 3 },    { "net", 4 },
		{ "pid", 5 },    { "pid_for_children", 6 },
		{ "time", 7 },   { "time_for_children", 8 },
		{ "user", 9 },   { "uts", 10 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(spaces); i++) {
		char path[64];
		struct stat st;
		int error = 0;

		snprintf(path, sizeof(path), "/proc/self/ns/%s", spaces[i].name);
		if (stat(path, &st) < 0)
			error = -errno;
		if (error == -ENOENT && namespace_by_pidfd((unsigned int)spaces[i].value, &st) == 0)
			error = 0;
		if (error)
			fact_missing(name_of("ns.%s", spaces[i].name), -error);
		else
			fact(name_of("ns.%s", spaces[i].name), "%llu",
			     (unsigned long long)st.st_ino);
	}
}

/* PREFIX.N=LINE and PREFIX.count */
static void facts_lines(const char *prefix, const char *path)
{
	char *text = read_text(path);
	unsigned int count = 0;
	char *line;

	if (!text) {
		fact_missing(name_of("%s.count", prefix), errno);
		return;
	}
	while ((line = strsep(&text, "\n"))) {
		if (*line)
			fact_text(name_of("%s.%u", prefix, count++), line);
	}
	fact(name_of("%s.count", prefix), "%u", count);
}

void facts_cgroup(void)
{
	facts_lines("cgroup", "/proc/self/cgroup");
}

/* The kernel pads the three numbers with blanks. */
static void facts_map(const char *prefix, const char *path)
{
	char *text = read_text(path);
	unsigned int count = 0, inside, outside, size;
	char *line;

	if (!text) {
		fact_missing(name_of("%s.count", prefix), errno);
		return;
	}
	while ((line = strsep(&text, "\n"))) {
		if (sscanf(line, "%u %u %u", &inside, &outside, &size) == 3)
			fact(name_of("%s.%u", prefix, count++), "%u %u %u", inside, outside, size);
	}
	fact(name_of("%s.count", prefix), "%u", count);
}

void facts_maps(void)
{
	facts_map("uid_map", "/proc/self/uid_map");
	facts_map("gid_map", "/proc/self/gid_map");
}

void facts_timens(void)
{
	char *text = read_text("/proc/self/timens_offsets");
	char *line, clock[32];
	long long seconds;
	long nanoseconds;

	if (!text) {
		fact_missing("timens_offsets.monotonic", errno);
		fact_missing("timens_offsets.boottime", errno);
		return;
	}
	while ((line = strsep(&text, "\n"))) {
		if (sscanf(line, "%31s %lld %ld", clock, &seconds, &nanoseconds) == 3)
			fact(name_of("timens_offsets.%s", clock), "%lld %ld", seconds, nanoseconds);
	}
}

void facts_proc_files(void)
{
	static const struct {
		const char *name;
		const char *path;
	} files[] = {
		{ "oom_score_adj", "/proc/self/oom_score_adj" },
		{ "loginuid", "/proc/self/loginuid" },
		{ "coredump_filter", "/proc/self/coredump_filter" },
		{ "setgroups", "/proc/self/setgroups" },
		{ "label.current", "/proc/self/attr/current" },
		{ "label.exec", "/proc/self/attr/exec" },
		{ "label.apparmor", "/proc/self/attr/apparmor/current" },
		{ "resctrl", "/proc/self/cpu_resctrl_groups" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		char *text;

		if (!fact_wanted(files[i].name))
			continue;
		text = read_text(files[i].path);
		if (!text) {
			fact_missing(files[i].name, errno);
			continue;
		}
		text[strcspn(text, "\n")] = '\0';
		fact_text(files[i].name, text);
	}
}

/* The lines of /proc/self/status that no system call tells. */
void facts_status(void)
{
	static const struct {
		const char *name;
		const char *key;
	} keys[] = {
		{ "seccomp.status", "Seccomp:\t" },
		{ "seccomp.filters", "Seccomp_filters:\t" },
		{ "status.state", "State:\t" },
		{ "status.umask", "Umask:\t" },
		{ "status.threads", "Threads:\t" },
		{ "status.nspid", "NSpid:\t" },
		{ "status.nssid", "NSsid:\t" },
		{ "status.cpus_allowed", "Cpus_allowed_list:\t" },
		{ "status.mems_allowed", "Mems_allowed_list:\t" },
		{ "status.tracer", "TracerPid:\t" },
		{ "status.thp_enabled", "THP_enabled:\t" },
		{ "status.store_bypass", "Speculation_Store_Bypass:\t" },
	};
	char *text = read_text("/proc/self/status");
	int error = errno;

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		char *line = text ? strstr(text, keys[i].key) : NULL;
		char value[256];

		if (!line) {
			fact_missing(keys[i].name, text ? ENOENT : error);
			continue;
		}
		snprintf(value, sizeof(value), "%s", line + strlen(keys[i].key));
		value[strcspn(value, "\n")] = '\0';
		fact_text(keys[i].name, value);
	}
}
