/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Facts about what the process may do: capabilities, securebits, prctl attributes, limits. */
#define _GNU_SOURCE
#include "report.h"

#include <errno.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* In the order of their numbers. */
static const char *const cap_names[] = {
	"CAP_CHOWN",
	"CAP_DAC_OVERRIDE",
	"CAP_DAC_READ_SEARCH",
	"CAP_FOWNER",
	"CAP_FSETID",
	"CAP_KILL",
	"CAP_SETGID",
	"CAP_SETUID",
	"CAP_SETPCAP",
	"CAP_LINUX_IMMUTABLE",
	"CAP_NET_BIND_SERVICE",
	"CAP_NET_BROADCAST",
	"CAP_NET_ADMIN",
	"CAP_NET_RAW",
	"CAP_IPC_LOCK",
	"CAP_IPC_OWNER",
	"CAP_SYS_MODULE",
	"CAP_SYS_RAWIO",
	"CAP_SYS_CHROOT",
	"CAP_SYS_PTRACE",
	"CAP_SYS_PACCT",
	"CAP_SYS_ADMIN",
	"CAP_SYS_BOOT",
	"CAP_SYS_NICE",
	"CAP_SYS_RESOURCE",
	"CAP_SYS_TIME",
	"CAP_SYS_TTY_CONFIG",
	"CAP_MKNOD",
	"CAP_LEASE",
	"CAP_AUDIT_WRITE",
	"CAP_AUDIT_CONTROL",
	"CAP_SETFCAP",
	"CAP_MAC_OVERRIDE",
	"CAP_MAC_ADMIN",
	"CAP_SYSLOG",
	"CAP_WAKE_ALARM",
	"CAP_BLOCK_SUSPEND",
	"CAP_AUDIT_READ",
	"CAP_PERFMON",
	"CAP_BPF",
	"CAP_CHECKPOINT_RESTORE",
};

static void fact_cap_set(const char *name, uint64_t set)
{
	struct list list = { 0 };

	fact(name, "%016llx", (unsigned long long)set);
	for (unsigned int i = 0; i < 64; i++) {
		if (!(set >> i & 1))
			continue;
		if (i < ARRAY_SIZE(cap_names))
			list_add(&list, "%s", cap_names[i]);
		else
			list_add(&list, "CAP_%u", i);
	}
	fact_list(name_of("%s.names", name), &list);
}

/* The bounding and the ambient set can only be asked for capability by capability; the first that
 * the kernel does not know ends them. */
static void fact_cap_bits(const char *name, int option, unsigned long action)
{
	uint64_t set = 0;
	unsigned long i;

	for (i = 0; i < 64; i++) {
		long has = action ? syscall(SYS_prctl, option, action, i, 0, 0)
				  : syscall(SYS_prctl, option, i, 0, 0, 0);

		if (has < 0 && i == 0) {
			fact_error(name, errno);
			return;
		}
		if (has < 0)
			break;
		set |= (uint64_t)(has > 0) << i;
	}
	fact_cap_set(name, set);
	if (!action)
		fact("caps.last", "%lu", i - 1);
}

void facts_caps(void)
{
	static const char *const names[] = { "caps.effective", "caps.permitted",
					     "caps.inheritable" };
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { 0 };
	long result = syscall(SYS_capget, &header, data);
	int error = errno;
	uint64_t sets[3] = { data[0].effective | (uint64_t)data[1].effective << 32,
			     data[0].permitted | (uint64_t)data[1].permitted << 32,
			     data[0].inheritable | (uint64_t)data[1].inheritable << 32 };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (result < 0)
			fact_error(names[i], error);
		else
			fact_cap_set(names[i], sets[i]);
	}
	fact_cap_bits("caps.bounding", PR_CAPBSET_READ, 0);
	fact_cap_bits("caps.ambient", PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET);
}

void facts_securebits(void)
{
	static const struct name_value names[] = {
		{ "noroot", SECBIT_NOROOT },
		{ "noroot_locked", SECBIT_NOROOT_LOCKED },
		{ "no_setuid_fixup", SECBIT_NO_SETUID_FIXUP },
		{ "no_setuid_fixup_locked", SECBIT_NO_SETUID_FIXUP_LOCKED },
		{ "keep_caps", SECBIT_KEEP_CAPS },
		{ "keep_caps_locked", SECBIT_KEEP_CAPS_LOCKED },
		{ "no_cap_ambient_raise", SECBIT_NO_CAP_AMBIENT_RAISE },
		{ "no_cap_ambient_raise_locked", SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED },
	};
	struct list list = { 0 };
	long bits = syscall(SYS_prctl, PR_GET_SECUREBITS, 0, 0, 0, 0);

	if (bits < 0) {
		fact_error("securebits", errno);
		return;
	}
	fact("securebits", "0x%02lx", bits);
	list_flags(&list, names, ARRAY_SIZE(names), (unsigned long)bits);
	fact_list("securebits.names", &list);
}

/* Where the value comes from, and how it is printed. */
enum attribute_kind { RESULT, POINTER, SIGNAL };

void facts_prctl(void)
{
	static const struct {
		const char *name;
		int option;
		unsigned long argument;
		enum attribute_kind kind;
	} attributes[] = {
		{ "no_new_privs", PR_GET_NO_NEW_PRIVS, 0, RESULT },
		{ "seccomp.mode", PR_GET_SECCOMP, 0, RESULT },
		{ "dumpable", PR_GET_DUMPABLE, 0, RESULT },
		{ "keepcaps", PR_GET_KEEPCAPS, 0, RESULT },
		{ "pdeathsig", PR_GET_PDEATHSIG, 0, SIGNAL },
		{ "child_subreaper", PR_GET_CHILD_SUBREAPER, 0, POINTER },
		{ "thp_disable", PR_GET_THP_DISABLE, 0, RESULT },
		{ "timerslack", PR_GET_TIMERSLACK, 0, RESULT },
		{ "mdwe", 66 /* PR_GET_MDWE */, 0, RESULT },
		{ "io_flusher", PR_GET_IO_FLUSHER, 0, RESULT },
		{ "speculation.store_bypass", PR_GET_SPECULATION_CTRL, 0, RESULT },
		{ "speculation.indirect_branch", PR_GET_SPECULATION_CTRL, 1, RESULT },
	};

	for (size_t i = 0; i < ARRAY_SIZE(attributes); i++) {
		bool pointer = attributes[i].kind != RESULT;
		int value = 0;
		long result;

		if (!fact_wanted(attributes[i].name))
			continue;
		result = syscall(SYS_prctl, attributes[i].option,
				 pointer ? (unsigned long)&value : attributes[i].argument, 0, 0, 0);
		if (result < 0)
			fact_error(attributes[i].name, errno);
		else if (attributes[i].kind == SIGNAL)
			fact_text(attributes[i].name, signal_name(value));
		else
			fact(attributes[i].name, "%ld", pointer ? value : result);
	}
}

void facts_landlock(void)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, 1 /* version */);

	if (abi < 0)
		fact_error("landlock.abi", errno);
	else
		fact("landlock.abi", "%ld", abi);
}

static const char *limit_text(char *text, size_t size, uint64_t limit)
{
	if (limit == UINT64_MAX)
		snprintf(text, size, "unlimited");
	else
		snprintf(text, size, "%llu", (unsigned long long)limit);
	return text;
}

void facts_rlimits(void)
{
	static const struct name_value limits[] = {
		{ "as", RLIMIT_AS },
		{ "core", RLIMIT_CORE },
		{ "cpu", RLIMIT_CPU },
		{ "data", RLIMIT_DATA },
		{ "fsize", RLIMIT_FSIZE },
		{ "locks", RLIMIT_LOCKS },
		{ "memlock", RLIMIT_MEMLOCK },
		{ "msgqueue", RLIMIT_MSGQUEUE },
		{ "nice", RLIMIT_NICE },
		{ "nofile", RLIMIT_NOFILE },
		{ "nproc", RLIMIT_NPROC },
		{ "rss", RLIMIT_RSS },
		{ "rtprio", RLIMIT_RTPRIO },
		{ "rttime", RLIMIT_RTTIME },
		{ "sigpending", RLIMIT_SIGPENDING },
		{ "stack", RLIMIT_STACK },
	};
	char soft[24], hard[24];

	for (size_t i = 0; i < ARRAY_SIZE(limits); i++) {
		const char *name = name_of("rlimit.%s", limits[i].name);
		uint64_t limit[2];

		if (syscall(SYS_prlimit64, 0, limits[i].value, NULL, limit) < 0)
			fact_error(name, errno);
		else
			fact(name, "%s:%s", limit_text(soft, sizeof(soft), limit[0]),
			     limit_text(hard, sizeof(hard), limit[1]));
	}
}
