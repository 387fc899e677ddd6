/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a host offers a runtime, see doctor.h. One function for each thing; each adds its lines. */
#include <errno.h>
#include <linux/capability.h>
#include <stdarg.h>
#include <string.h>

#include "inspect/doctor.h"
#include "plan/support.h"
#include "spec/capability.h"
#include "spec/dump.h"
#include "spec/tables.h"
#include "sys/abi.h"

/* Linux that we ask for at least, and the one from which roots are assembled detached. */
#define OLDEST_MAJOR 5
#define OLDEST_MINOR 14

#define LINES_MAX 64

struct doctor {
	const struct survey *survey;
	struct doctor_line *lines;
	size_t n;
};

static const struct name states[] = {
	{ .name = "ok", .value = DOCTOR_OK },
	{ .name = "limited", .value = DOCTOR_LIMITED },
	{ .name = "missing", .value = DOCTOR_MISSING },
	END,
};

/* @remedy is left out when all is well. */
static void add(struct doctor *doctor, enum doctor_state state, const char *name,
		const char *remedy, const char *format, ...) _printf_(5, 6);

static void add(struct doctor *doctor, enum doctor_state state, const char *name,
		const char *remedy, const char *format, ...)
{
	struct doctor_line line = { state, name, NULL, state == DOCTOR_OK ? NULL : remedy };
	va_list ap;

	va_start(ap, format);
	line.found = arena_vprintf(doctor->survey->arena, format, ap);
	va_end(ap);
	if (line.found && doctor->n < LINES_MAX)
		doctor->lines[doctor->n++] = line;
}

/* --- the kernel --- */

static void kernel(struct doctor *doctor)
{
	const struct survey *survey = doctor->survey;
	unsigned int major = survey->facts.release[0], minor = survey->facts.release[1];
	bool old = major < OLDEST_MAJOR || (major == OLDEST_MAJOR && minor < OLDEST_MINOR);

	add(doctor, old ? DOCTOR_MISSING : DOCTOR_OK, "kernel", "run Linux 5.14 or newer",
	    "Linux %s", survey->release);
	for (int i = 0; i < HOST_CALL_MAX_; i++) {
		const struct host_call_row *call = &host_calls[i];

		if (survey->calls[i] == 0)
			continue;
		add(doctor, call->needed ? DOCTOR_MISSING : DOCTOR_LIMITED, "system call",
		    survey->calls[i] == -ENOSYS
			    ? "a newer kernel, or one built with it"
			    : "run as root, or allow it in the seccomp filter that is around us",
		    survey->calls[i] == -ENOSYS ? "%s is not there, Linux %s brought it"
						: "%s is forbidden here (Linux %s has it)",
		    call->name, call->kernel);
	}
	add(doctor, survey->facts.detached_assembly ? DOCTOR_OK : DOCTOR_LIMITED, "root assembly",
	    "run Linux 6.15 or newer",
	    survey->facts.detached_assembly
		    ? "the root is put together before it is attached anywhere"
		    : "the root is put together in the private mount namespace of the container");
	add(doctor, survey->memfd_noexec == 2 ? DOCTOR_MISSING : DOCTOR_OK, "executable memfd",
	    "sysctl vm.memfd_noexec=1", "vm.memfd_noexec is %d%s", survey->memfd_noexec,
	    survey->memfd_noexec == 2 ? ", which forbids our init" : "");
}

/* --- privileges --- */

static void capabilities(struct doctor *doctor)
{
	static const struct {
		int number;
		const char *for_what;
	} wanted[] = {
		{ CAP_SYS_ADMIN, "mounts and namespaces" },
		{ CAP_SYS_RESOURCE, "raising hard limits, lowering oom_score_adj" },
		{ CAP_MKNOD, "device nodes" },
		{ CAP_NET_ADMIN, "bringing up loopback, moving network devices" },
		{ CAP_SETUID, "other users" },
		{ CAP_SETGID, "other groups" },
		{ CAP_SETPCAP, "the bounding set" },
		{ CAP_CHOWN, "owners of device nodes" },
		{ CAP_DAC_OVERRIDE, "files of others" },
		{ CAP_KILL, "signals to other users" },
		{ CAP_SYS_CHROOT, "entering the root" },
	};
	const struct survey *survey = doctor->survey;
	const char *missing = "";

	for (size_t i = 0; i < ARRAY_SIZE(wanted); i++) {
		char buffer[CAPABILITY_NAME_SIZE];
		const char *name = capability_name(wanted[i].number, buffer);

		if (survey->facts.permitted & 1ULL << wanted[i].number || !missing || !name)
			continue;
		missing = arena_printf(survey->arena, "%s%s%s (%s)", missing,
				       missing[0] ? ", " : "", name, wanted[i].for_what);
	}
	if (missing && !missing[0])
		add(doctor, DOCTOR_OK, "capabilities", NULL, "all that is needed");
	else
		add(doctor, survey->users.uid == 0 ? DOCTOR_LIMITED : DOCTOR_MISSING,
		    "capabilities",
		    survey->users.uid == 0
			    ? "give the service or container around us these capabilities"
			    : "run as root: containers of other users are not supported yet",
		    "uid %u is without %s", survey->users.uid, missing ? missing : "");
}

/* --- namespaces --- */

static void namespaces(struct doctor *doctor)
{
	const struct survey *survey = doctor->survey;

	for (const struct name *row = spec_namespace_names; row->name; row++)
		if (!survey_has_namespace(row->value))
			add(doctor,
			    row->value == (int)ABI_CLONE_NEWNS ? DOCTOR_MISSING : DOCTOR_LIMITED,
			    "namespaces", "a kernel built with it", "no %s namespaces", row->name);
	if (survey->user_namespaces == 0)
		add(doctor, DOCTOR_LIMITED, "user namespaces",
		    "sysctl user.max_user_namespaces=65536", "user.max_user_namespaces is 0");
	else if (survey->user_namespaces_restricted)
		add(doctor, DOCTOR_LIMITED, "user namespaces",
		    "sysctl kernel.unprivileged_userns_clone=1, "
		    "kernel.apparmor_restrict_unprivileged_userns=0",
		    "for root alone");
	else
		add(doctor, DOCTOR_OK, "user namespaces", NULL, "up to %llu",
		    (unsigned long long)survey->user_namespaces);
}

static uint64_t sum(const struct host_ranges *ranges)
{
	uint64_t total = 0;

	for (size_t i = 0; i < ranges->n; i++)
		total += ranges->item[i].size;
	return total;
}

static void ids(struct doctor *doctor)
{
	const struct survey *survey = doctor->survey;
	uint64_t uids = sum(&survey->users.subuids), gids = sum(&survey->users.subgids);
	bool some = uids > 0 && gids > 0;

	add(doctor, some || survey->users.uid == 0 ? DOCTOR_OK : DOCTOR_LIMITED, "subordinate ids",
	    "usermod --add-subuids 100000-165535 --add-subgids 100000-165535 USER",
	    "%llu users and %llu groups for uid %u%s", (unsigned long long)uids,
	    (unsigned long long)gids, survey->users.uid,
	    survey->users.uid == 0 ? ", who needs none" : "");
	add(doctor, survey->users.newuidmap && survey->users.newgidmap ? DOCTOR_OK : DOCTOR_LIMITED,
	    "newuidmap, newgidmap", "install the package uidmap",
	    survey->users.newuidmap && survey->users.newgidmap
		    ? "installed"
		    : "not installed: users other than root can map their own id alone");
}

/* --- cgroups --- */

static const char *hierarchies(const struct survey *survey)
{
	const char *text = "";

	for (unsigned int i = 0; text && i < survey->facts.n_hierarchies; i++) {
		const struct host_hierarchy *hierarchy = &survey->facts.hierarchies[i];

		if (!hierarchy->v2)
			text = arena_printf(survey->arena, "%s%s%s", text, text[0] ? " " : "",
					    hierarchy->controllers);
	}
	if (text && survey->controllers[0])
		text = arena_printf(survey->arena, "%s%s%s", text, text[0] ? " " : "",
				    survey->controllers);
	return text ? text : "";
}

static void cgroups(struct doctor *doctor)
{
	static const char *const layouts[] = { [CGROUP_NONE] = "none",
					       [CGROUP_V1] = "v1",
					       [CGROUP_HYBRID] = "hybrid: v1, and v2 beside it",
					       [CGROUP_V2] = "v2" };
	static const char *const wanted[] = { "memory", "cpu", "pids", "cpuset", "devices" };
	const struct survey *survey = doctor->survey;
	enum cgroup_layout layout = survey->facts.cgroup_layout;

	add(doctor, layout == CGROUP_NONE ? DOCTOR_LIMITED : DOCTOR_OK, "cgroups",
	    "mount -t cgroup2 cgroup2 /sys/fs/cgroup", "%s%s%s", layouts[layout],
	    layout == CGROUP_NONE ? ": no limits, no accounting" : ", controllers: ",
	    layout == CGROUP_NONE ? "" : hierarchies(survey));
	for (size_t i = 0; layout != CGROUP_NONE && i < ARRAY_SIZE(wanted); i++)
		if (!survey_has_controller(survey, wanted[i]))
			add(doctor, DOCTOR_LIMITED, "cgroup controller",
			    "a kernel with it; on some machines cgroup_enable=NAME on its command "
			    "line",
			    "no %s: such limits are errors", wanted[i]);
	if (layout == CGROUP_NONE)
		return;
	add(doctor, survey->delegated ? DOCTOR_OK : DOCTOR_LIMITED, "cgroup delegation",
	    "have systemd delegate: Delegate=yes for user@.service; or run as root",
	    survey->delegated ? "cgroups can be made" : "no cgroups can be made by uid %u",
	    survey->users.uid);
	add(doctor, survey->swap_limits ? DOCTOR_OK : DOCTOR_LIMITED, "swap limits",
	    "boot with swapaccount=1",
	    survey->swap_limits ? "accounted" : "not accounted: memory.swap is an error");
	add(doctor, survey->huge_pages[0] ? DOCTOR_OK : DOCTOR_LIMITED, "huge pages",
	    "a kernel built with CONFIG_HUGETLBFS", "%s",
	    survey->huge_pages[0] ? survey->huge_pages : "none");
}

/* --- security --- */

static void lsms(struct doctor *doctor)
{
	const struct survey *survey = doctor->survey;

	add(doctor, DOCTOR_OK, "security modules", NULL, "%s",
	    survey->lsms[0] ? survey->lsms : "not known: no securityfs");
	add(doctor, survey->apparmor ? DOCTOR_OK : DOCTOR_LIMITED, "AppArmor",
	    "a host that enables it (apparmor=1), if configs name profiles",
	    survey->apparmor ? "enabled" : "not enabled: profiles are errors");
	add(doctor, survey->selinux ? DOCTOR_OK : DOCTOR_LIMITED, "SELinux",
	    "a host that enables it, if configs have labels",
	    survey->selinux ? "enabled" : "not enabled: labels are errors");
}

static void seccomp(struct doctor *doctor)
{
	static const struct {
		unsigned int action;
		const char *name;
	} actions[] = {
		{ HOST_ACTION_KILL_PROCESS, "KILL_PROCESS" },
		{ HOST_ACTION_TRAP, "TRAP" },
		{ HOST_ACTION_ERRNO, "ERRNO" },
		{ HOST_ACTION_TRACE, "TRACE" },
		{ HOST_ACTION_LOG, "LOG" },
		{ HOST_ACTION_NOTIFY, "NOTIFY" },
	};
	const struct survey *survey = doctor->survey;
	const char *missing = "";

	if (survey->calls[HOST_CALL_SECCOMP] < 0)
		return; /* said as a system call that is missing */
	for (size_t i = 0; missing && i < ARRAY_SIZE(actions); i++)
		if (!(survey->actions & actions[i].action))
			missing = arena_printf(survey->arena, "%s %s", missing, actions[i].name);
	for (const struct name *flag = spec_seccomp_flags; missing && flag->name; flag++)
		if (!(survey->flags & (unsigned int)flag->value))
			missing = arena_printf(survey->arena, "%s %s", missing, flag->name);
	add(doctor, missing && !missing[0] ? DOCTOR_OK : DOCTOR_LIMITED, "seccomp",
	    "a newer kernel: actions up to 5.0, flags up to 5.19", "%s%s",
	    missing && !missing[0] ? "all actions and flags" : "without", missing ? missing : "");
}

/* --- the system around us --- */

static void surroundings(struct doctor *doctor)
{
	const struct survey *survey = doctor->survey;
	bool bus = survey->users.uid == 0 ? survey->system_bus : survey->user_bus;

	add(doctor, survey->proc_visible ? DOCTOR_OK : DOCTOR_LIMITED, "/proc",
	    "mount a whole procfs on /proc, with nothing mounted below it",
	    survey->proc_visible ? "whole"
				 : "parts of it are covered: no new one in a user namespace");
	add(doctor, survey->systemd && bus ? DOCTOR_OK : DOCTOR_LIMITED, "systemd",
	    "install and run dbus and systemd, if engines ask for --systemd-cgroup", "%s%s",
	    survey->systemd ? "running" : "not running",
	    bus                      ? ""
	    : survey->users.uid == 0 ? ", no system bus"
				     : ", no user bus");
	add(doctor, survey->state_on_tmpfs ? DOCTOR_OK : DOCTOR_LIMITED, "/run",
	    "mount a tmpfs on /run",
	    survey->state_on_tmpfs ? "a tmpfs"
				   : "not a tmpfs: records of containers survive a reboot");
	add(doctor, survey->resctrl ? DOCTOR_OK : DOCTOR_LIMITED, "resctrl",
	    "mount -t resctrl resctrl /sys/fs/resctrl, on processors that have it",
	    survey->resctrl ? "mounted" : "not mounted: linux.intelRdt is an error");
}

int doctor_examine(const struct survey *survey, struct doctor_report *ret)
{
	struct doctor doctor = { .survey = survey };

	doctor.lines = arena_alloc(survey->arena, LINES_MAX * sizeof(*doctor.lines));
	if (!doctor.lines)
		return -ENOMEM;
	kernel(&doctor);
	capabilities(&doctor);
	namespaces(&doctor);
	ids(&doctor);
	cgroups(&doctor);
	lsms(&doctor);
	seccomp(&doctor);
	surroundings(&doctor);
	if (survey->arena->failed)
		return -ENOMEM;
	ret->checks.item = doctor.lines;
	ret->checks.n = doctor.n;
	ret->checks.set = true;
	return 0;
}

void doctor_print(struct text *text, const struct doctor_report *report)
{
	list_each(line, report->checks) {
		text_printf(text, "%-8s %-21s %s\n", name_of(states, line->state), line->name,
			    line->found);
		if (line->remedy)
			text_printf(text, "%-8s %-21s -> %s\n", "", "", line->remedy);
	}
}

static const struct field line_rows[] = {
	F(doctor_line, name, STRING, V1_0_0),
	F(doctor_line, state, ENUM, V1_0_0, NAMES(states)),
	F(doctor_line, found, STRING, V1_0_0),
	F(doctor_line, remedy, STRING, V1_0_0),
	END,
};
OBJECT(doctor_line, line_rows);

static const struct field report_rows[] = {
	F(doctor_report, checks, OBJECTS, V1_0_0, OF(line_rows_object)),
	END,
};
OBJECT(doctor_report, report_rows);

void doctor_print_json(struct text *text, const struct doctor_report *report)
{
	dump(text, &report_rows_object, report, 2);
	text_putc(text, '\n');
}
