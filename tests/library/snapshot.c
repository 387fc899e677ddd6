/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a process is, see snapshot.h. Whatever can be asked without changing it is asked; umask(2)
 * cannot, so it is read from proc(5). */
#define _GNU_SOURCE
#include "snapshot.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/keyctl.h>
#include <locale.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

extern char **environ;

static int is_number(const struct dirent *entry)
{
	return entry->d_name[0] >= '0' && entry->d_name[0] <= '9';
}

/* Calls @visit for each number in a directory of proc(5), in ascending order. The descriptor that
 * it is read with is closed by then. */
static void each_number(const char *directory, void (*visit)(FILE *out, const char *name),
			FILE *out)
{
	struct dirent **entries;
	int n = scandir(directory, &entries, is_number, versionsort);

	for (int i = 0; i < n; i++) {
		visit(out, entries[i]->d_name);
		free(entries[i]);
	}
	if (n >= 0)
		free(entries);
}

static void signals(FILE *out)
{
	for (int i = 1; i < NSIG; i++) {
		struct sigaction action;

		if (sigaction(i, NULL, &action) < 0)
			continue;
		fprintf(out, "signal %d: handler %p flags %x mask", i, (void *)action.sa_handler,
			(unsigned int)action.sa_flags);
		for (int j = 1; j < NSIG; j++)
			if (sigismember(&action.sa_mask, j) > 0)
				fprintf(out, " %d", j);
		fprintf(out, "\n");
	}
}

static void file(FILE *out, const char *path)
{
	FILE *in = fopen(path, "re");
	char line[4096];

	while (in && fgets(line, sizeof(line), in))
		fprintf(out, "%s: %s", path, line);
	if (in)
		fclose(in);
}

static void link_of(FILE *out, const char *path)
{
	char target[4096];
	ssize_t n = readlink(path, target, sizeof(target));

	if (n >= 0)
		fprintf(out, "%s -> %.*s\n", path, (int)n, target);
}

/* The members of status that say what a process is, not what it did so far. */
static void status(FILE *out, const char *path)
{
	static const char *const members[] = {
		"Name:",         "Umask:",           "Tgid:",
		"PPid:",         "TracerPid:",       "Uid:",
		"Gid:",          "Groups:",          "NStgid:",
		"SigBlk:",       "SigIgn:",          "SigCgt:",
		"CapInh:",       "CapPrm:",          "CapEff:",
		"CapBnd:",       "CapAmb:",          "NoNewPrivs:",
		"Seccomp:",      "Seccomp_filters:", "Speculation_Store_Bypass:",
		"Cpus_allowed:", "Mems_allowed:",    "THP_enabled:",
		"Threads:",
	};
	FILE *in = fopen(path, "re");
	char line[4096];

	while (in && fgets(line, sizeof(line), in))
		for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
			if (strncmp(line, members[i], strlen(members[i])) == 0)
				fprintf(out, "%s: %s", path, line);
	if (in)
		fclose(in);
}

static void thread(FILE *out, const char *name)
{
	struct sched_param param;
	char path[300];
	int tid = atoi(name);

	snprintf(path, sizeof(path), "/proc/self/task/%s/status", name);
	status(out, path);
	if (sched_getparam(tid, &param) == 0)
		fprintf(out, "thread %d: policy %d priority %d nice %d\n", tid,
			sched_getscheduler(tid), param.sched_priority,
			getpriority(PRIO_PROCESS, (id_t)tid));
}

static void descriptor(FILE *out, const char *name)
{
	int fd = atoi(name), flags = fcntl(fd, F_GETFD);
	char path[300];

	if (flags < 0)
		return; /* the one that the directory was read with */
	snprintf(path, sizeof(path), "/proc/self/fd/%s", name);
	link_of(out, path);
	fprintf(out, "fd %d: flags %x status %x\n", fd, (unsigned int)flags,
		(unsigned int)fcntl(fd, F_GETFL));
}

static void directory(FILE *out)
{
	char path[4096];
	struct stat st;

	fprintf(out, "cwd: %s\n", getcwd(path, sizeof(path)) ? path : "none");
	if (stat(".", &st) == 0)
		fprintf(out, "cwd: inode %lu of %lx\n", (unsigned long)st.st_ino,
			(unsigned long)st.st_dev);
}

static void environment(FILE *out)
{
	fprintf(out, "environ: %p\n", (void *)environ);
	for (char **entry = environ; *entry; entry++)
		fprintf(out, "environ: %p %s\n", (void *)*entry, *entry);
}

static void properties(FILE *out)
{
	static const char *const namespaces[] = { "cgroup", "ipc",
						  "mnt",    "net",
						  "pid",    "pid_for_children",
						  "time",   "time_for_children",
						  "user",   "uts" };
	int subreaper = -1;
	char path[64];

	prctl(PR_GET_CHILD_SUBREAPER, &subreaper);
	fprintf(out, "subreaper: %d\n", subreaper);
	fprintf(out, "dumpable: %d\n", prctl(PR_GET_DUMPABLE));
	fprintf(out, "group: %d session: %d\n", getpgid(0), getsid(0));
	fprintf(out, "personality: %x\n", (unsigned int)personality(0xffffffff));
	fprintf(out, "locale: %s\n", setlocale(LC_ALL, NULL));
	for (size_t i = 0; i < sizeof(namespaces) / sizeof(namespaces[0]); i++) {
		snprintf(path, sizeof(path), "/proc/self/ns/%s", namespaces[i]);
		link_of(out, path);
	}
}

static void timers(FILE *out)
{
	struct itimerval value = { 0 };

	for (int which = ITIMER_REAL; which <= ITIMER_PROF; which++) {
		getitimer(which, &value);
		fprintf(out, "timer %d: %s, every %ld\n", which,
			value.it_value.tv_sec || value.it_value.tv_usec ? "set" : "not set",
			value.it_interval.tv_sec);
	}
}

char *snapshot_process(void)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	signals(out);
	status(out, "/proc/self/status");
	file(out, "/proc/self/limits");
	file(out, "/proc/self/cgroup");
	file(out, "/proc/self/mountinfo");
	file(out, "/proc/self/oom_score_adj");
	file(out, "/proc/self/coredump_filter");
	file(out, "/proc/self/timerslack_ns");
	file(out, "/proc/self/timers");
	link_of(out, "/proc/self/root");
	link_of(out, "/proc/self/exe");
	directory(out);
	environment(out);
	properties(out);
	timers(out);
	each_number("/proc/self/task", thread, out);
	each_number("/proc/self/fd", descriptor, out);
	fclose(out);
	return text;
}

char *snapshot_thread(void)
{
	sigset_t mask;
	char *text = NULL, name[16] = "";
	size_t size;
	FILE *out = open_memstream(&text, &size);
	int death = 0;

	if (!out)
		return NULL;
	pthread_sigmask(SIG_SETMASK, NULL, &mask);
	for (int i = 1; i < NSIG; i++)
		if (sigismember(&mask, i) > 0)
			fprintf(out, "blocked: %d\n", i);
	prctl(PR_GET_NAME, name);
	prctl(PR_GET_PDEATHSIG, &death);
	fprintf(out, "name: %s\n", name);
	fprintf(out, "pdeathsig: %d\n", death);
	fprintf(out, "keepcaps: %d\n", prctl(PR_GET_KEEPCAPS));
	fprintf(out, "securebits: %d\n", prctl(PR_GET_SECUREBITS));
	fprintf(out, "timerslack: %d\n", prctl(PR_GET_TIMERSLACK));
	fprintf(out, "session keyring: %ld\n",
		syscall(__NR_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 0));
	fprintf(out, "io priority: %ld\n", syscall(__NR_ioprio_get, 1, 0));
	link_of(out, "/proc/thread-self/ns/mnt");
	link_of(out, "/proc/thread-self/ns/pid_for_children");
	link_of(out, "/proc/thread-self/cwd");
	fclose(out);
	return text;
}

static int has_line(const char *text, const char *line, size_t length)
{
	for (const char *at = text; *at; at += strcspn(at, "\n"), at += *at == '\n')
		if (strcspn(at, "\n") == length && memcmp(at, line, length) == 0)
			return 1;
	return 0;
}

static int only_in(const char *what, const char *sign, const char *text, const char *other)
{
	int n = 0;

	for (const char *at = text; *at; at += strcspn(at, "\n"), at += *at == '\n') {
		size_t length = strcspn(at, "\n");

		if (has_line(other, at, length))
			continue;
		fprintf(stderr, "%s: %s %.*s\n", what, sign, (int)length, at);
		n++;
	}
	return n;
}

int snapshot_compare(const char *what, const char *before, const char *after)
{
	if (strcmp(before, after) == 0)
		return 0;
	return only_in(what, "before:", before, after) + only_in(what, "now:   ", after, before);
}

static int parent_of(const char *pid)
{
	char path[300], line[1024];
	const char *end;
	FILE *in;
	int parent = -1;

	snprintf(path, sizeof(path), "/proc/%s/stat", pid);
	in = fopen(path, "re");
	if (!in)
		return -1;
	end = fgets(line, sizeof(line), in) ? strrchr(line, ')') : NULL;
	if (end)
		sscanf(end, ") %*c %d", &parent);
	fclose(in);
	return parent;
}

int snapshot_children(int *pids, int max)
{
	struct dirent **entries;
	int n = scandir("/proc", &entries, is_number, versionsort), found = 0;

	for (int i = 0; i < n; i++) {
		if (parent_of(entries[i]->d_name) == getpid()) {
			if (found < max)
				pids[found] = atoi(entries[i]->d_name);
			found++;
		}
		free(entries[i]);
	}
	if (n >= 0)
		free(entries);
	return found;
}
