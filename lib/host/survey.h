/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* All that can be asked of a machine about running containers: for `validate`, `features` and
 * `doctor`. Far more than a start needs (facts.h), so it may take a millisecond. Looks only. */
#ifndef OCI_HOST_SURVEY_H
#define OCI_HOST_SURVEY_H

#include "host/calls.h"
#include "host/facts.h"
#include "host/users.h"

/* Actions of seccomp(2) that the kernel has. */
enum {
	HOST_ACTION_KILL_THREAD = 1,
	HOST_ACTION_KILL_PROCESS = 2,
	HOST_ACTION_TRAP = 4,
	HOST_ACTION_ERRNO = 8,
	HOST_ACTION_TRACE = 16,
	HOST_ACTION_ALLOW = 32,
	HOST_ACTION_LOG = 64,
	HOST_ACTION_NOTIFY = 128,
};

struct survey {
	struct arena *arena;
	struct host_facts facts;
	const char *release;       /* "6.18.44" */
	int calls[HOST_CALL_MAX_]; /* 0, or why it cannot be used: -ENOSYS, -EPERM */
	struct host_users users;
	uint64_t bounding; /* capabilities */
	uint64_t rlimits[16][2];

	/* "" where there are none or nothing can be read */
	const char *controllers; /* of cgroup v2, with blanks between */
	const char *filesystems; /* /proc/filesystems */
	const char *lsms;        /* "capability,apparmor" */
	const char *profiles;    /* of AppArmor, a line each; NULL when they cannot be read */
	const char *huge_pages;  /* "2MB 1GB " */
	const char *cpus;        /* that may be used, "0-7" */
	const char *nodes;
	unsigned int actions; /* HOST_ACTION_* */
	unsigned int flags;   /* SECCOMP_FILTER_FLAG_* */

	bool apparmor, selinux;
	bool resctrl;      /* mounted */
	bool swap_limits;  /* cgroups account swap */
	bool delegated;    /* cgroups can be made where we stand, or we are root */
	bool proc_visible; /* /proc is mounted and nothing of it is covered: else no new one in a
			      user namespace */
	bool state_on_tmpfs;
	bool systemd, system_bus, user_bus;
	bool user_namespaces_restricted; /* by AppArmor or by Debian's switch, but for root */
	uint64_t user_namespaces;        /* how many may be made */
	int memfd_noexec;                /* vm.memfd_noexec, 0 where there is none */
};

int survey_take(struct arena *arena, struct survey *ret, struct oci_error *err) _must_check_;

/* Whether the host has a cgroup controller, of v1 or v2. */
bool survey_has_controller(const struct survey *survey, const char *name);
/* Whether a text of words has one of them; words end at blanks, commas and newlines. */
bool survey_has_word(const char *words, const char *word);
/* "0-3,7" against "0-7": the first number of @wanted that is not in @available, or -1. */
int survey_not_in_list(const char *wanted, const char *available);
/* Whether a namespace of this type (CLONE_NEW*) can be had. */
bool survey_has_namespace(int type);

#endif
