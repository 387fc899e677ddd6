/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Facts about who the process is: numbers, identity, arguments, environment, keyring, children. */
#define _GNU_SOURCE
#include "report.h"

#include <elf.h>
#include <errno.h>
#include <grp.h>
#include <linux/keyctl.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

struct invocation invocation;

static void fact_number(const char *name, long value)
{
	if (value < 0)
		fact_error(name, errno);
	else
		fact(name, "%ld", value);
}

static void fact_comm_and_exe(void)
{
	char comm[17] = "", path[4096];
	ssize_t size;

	if (prctl(PR_GET_NAME, comm) < 0)
		fact_error("comm", errno);
	else
		fact_text("comm", comm);
	size = readlink("/proc/self/exe", path, sizeof(path) - 1);
	if (size < 0) {
		fact_missing("exe", errno);
		return;
	}
	path[size] = '\0';
	fact_text("exe", path);
}

void facts_process(void)
{
	long mask, nice;

	fact_number("pid", syscall(SYS_getpid));
	fact_number("ppid", syscall(SYS_getppid));
	fact_number("pgid", syscall(SYS_getpgid, 0));
	fact_number("sid", syscall(SYS_getsid, 0));
	fact_number("tid", syscall(SYS_gettid));

	mask = syscall(SYS_umask, 077);
	if (mask < 0) {
		fact_error("umask", errno);
	} else {
		syscall(SYS_umask, mask);
		fact("umask", "%04lo", mask);
	}

	mask = syscall(SYS_personality, 0xffffffffUL);
	if (mask < 0)
		fact_error("personality", errno);
	else
		fact("personality", "0x%08lx", mask);

	/* The kernel's own getpriority returns 20 - nice, so as never to be negative. */
	nice = syscall(SYS_getpriority, PRIO_PROCESS, 0);
	if (nice < 0)
		fact_error("nice", errno);
	else
		fact("nice", "%ld", 20 - nice);

	fact_comm_and_exe();
}

static void fact_groups(void)
{
	static gid_t groups[65536];
	struct list list = { 0 };
	long count = syscall(SYS_getgroups, ARRAY_SIZE(groups), groups);

	if (count < 0) {
		fact_error("groups", errno);
		return;
	}
	for (long i = 0; i < count; i++)
		list_add(&list, "%u", groups[i]);
	fact_list("groups", &list);
}

static void fact_three_ids(long result, const char *const names[3], const unsigned int ids[3])
{
	int error = errno;

	for (int i = 0; i < 3; i++) {
		if (result < 0)
			fact_error(names[i], error);
		else
			fact(names[i], "%u", ids[i]);
	}
}

/* An impossible identity changes nothing; the call returns the present one, as a whole int. */
static void fact_fs_id(const char *name, long id)
{
	if (id < 0 && errno != 0)
		fact_error(name, errno);
	else
		fact(name, "%u", (unsigned int)id);
}

void facts_ids(void)
{
	static const char *const uid_names[3] = { "uid", "euid", "suid" };
	static const char *const gid_names[3] = { "gid", "egid", "sgid" };
	unsigned int ids[3];
	long result;

	result = syscall(SYS_getresuid, &ids[0], &ids[1], &ids[2]);
	fact_three_ids(result, uid_names, ids);
	errno = 0;
	fact_fs_id("fsuid", syscall(SYS_setfsuid, -1));
	result = syscall(SYS_getresgid, &ids[0], &ids[1], &ids[2]);
	fact_three_ids(result, gid_names, ids);
	errno = 0;
	fact_fs_id("fsgid", syscall(SYS_setfsgid, -1));
	fact_groups();
}

void facts_children(void)
{
	siginfo_t info;
	char *text;
	unsigned int count = 0;

	if (syscall(SYS_waitid, P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT, NULL) == 0)
		fact_text("children.any", "yes");
	else if (errno == ECHILD)
		fact_text("children.any", "no");
	else
		fact_error("children.any", errno);

	text = read_text("/proc/thread-self/children");
	if (!text) {
		fact_missing("children.count", errno);
		return;
	}
	for (; *text; text++)
		count += *text == ' ';
	fact("children.count", "%u", count);
}

/* KEYCTL_DESCRIBE answers "type;uid;gid;permissions;description". */
void facts_keyring(void)
{
	static const char *const names[] = { "keyring.session.type", "keyring.session.uid",
					     "keyring.session.gid", "keyring.session.perm" };
	char text[512] = "", *rest = text;
	long size, id;

	id = syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 0);
	size = syscall(SYS_keyctl, KEYCTL_DESCRIBE, KEY_SPEC_SESSION_KEYRING, text,
		       sizeof(text) - 1);
	if (size < 0) {
		fact_error("keyring.session", errno);
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		char *field = strsep(&rest, ";");

		fact_text(names[i], field ? field : "");
	}
	fact_text("keyring.session", rest ? rest : "");
	if (id < 0)
		fact_error("keyring.session.id", errno);
	else
		fact("keyring.session.id", "%ld", id);
}

void facts_auxv(void)
{
	const char *file = (const char *)getauxval(AT_EXECFN);

	fact("auxv.secure", "%lu", getauxval(AT_SECURE));
	fact("auxv.pagesz", "%lu", getauxval(AT_PAGESZ));
	fact_text("auxv.execfn", file ? file : "");
}

void facts_arguments(void)
{
	int count = 0;

	while (invocation.argv[count])
		count++;
	fact("argc", "%d", count);
	for (int i = 0; i < count; i++)
		fact_text(name_of("argv.%d", i), invocation.argv[i]);
}

/* Names only: the values are the business of "report env". */
void facts_environment(void)
{
	int count = 0;

	while (invocation.envp[count])
		count++;
	fact("envc", "%d", count);
	for (int i = 0; i < count; i++) {
		char variable[1024];

		snprintf(variable, sizeof(variable), "%s", invocation.envp[i]);
		variable[strcspn(variable, "=")] = '\0';
		fact_text(name_of("env.%d", i), variable);
	}
}
