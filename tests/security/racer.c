/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* racer: the attackers that have to be fast, and the watcher of the canaries. Linked statically, as
 * some of it runs inside a container.
 *
 *   racer swap COUNTER A B [A B]...  exchanges A and B again and again, a thread for each pair
 *   racer mount COUNTER FROM DIR     binds FROM over DIR and takes it off, again and again, in a
 *                                    mount namespace of its own; what is shared gets to the others
 *   racer peek COUNTER               tries to look into every other process there is
 *   racer watch DIR                  notes whatever happens to the files below DIR
 *
 * Each prints "ready" when it has begun, and ends with its standard input. COUNTER is a file of 8
 * bytes in which the number of swaps, mounts, or looks is kept. peek and watch print one line for
 * each thing they have seen. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fanotify.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAIRS_MAX 8
#define EVENTS                                                                               \
	(FAN_CREATE | FAN_DELETE | FAN_MOVED_FROM | FAN_MOVED_TO | FAN_ATTRIB | FAN_MODIFY | \
	 FAN_OPEN | FAN_ONDIR | FAN_EVENT_ON_CHILD)
#define EVENTS_INOTIFY \
	(IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ATTRIB | IN_MODIFY | IN_OPEN)

static atomic_bool stopped;
static _Atomic uint64_t *counter;

static void die(const char *what)
{
	fprintf(stderr, "racer: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void open_counter(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		die(path);
	counter = mmap(NULL, sizeof(*counter), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (counter == MAP_FAILED)
		die("mmap");
	close(fd);
}

static void ready(void)
{
	puts("ready");
	fflush(stdout);
}

static void wait_for_end(void)
{
	char byte;
	ssize_t n;

	do
		n = read(0, &byte, 1);
	while (n > 0 || (n < 0 && errno == EINTR));
	atomic_store(&stopped, true);
}

static void *swap(void *argument)
{
	char **pair = argument;

	while (!atomic_load(&stopped)) {
		if (renameat2(AT_FDCWD, pair[0], AT_FDCWD, pair[1], RENAME_EXCHANGE) < 0)
			die("renameat2");
		atomic_fetch_add(counter, 1);
	}
	return NULL;
}

/* Twice, since what takes long is the taking off: so it is there half of the time. */
static void *cover(void *argument)
{
	char **directory = argument;

	while (!atomic_load(&stopped)) {
		for (int i = 0; i < 2; i++)
			if (mount(directory[0], directory[1], NULL, MS_BIND, NULL) < 0)
				die("mount");
		for (int i = 0; i < 2; i++)
			if (umount2(directory[1], MNT_DETACH) < 0)
				die("umount2");
		atomic_fetch_add(counter, 1);
	}
	return NULL;
}

/* What is at the end of a magic link, or why that cannot be read. */
static const char *look(const char *pid, const char *name)
{
	static char path[NAME_MAX + 64], target[PATH_MAX];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%s/%s", pid, name);
	n = readlink(path, target, sizeof(target) - 1);
	if (n < 0)
		return NULL;
	target[n] = '\0';
	return target;
}

/* CapPrm of a process, all if it cannot be read. */
static unsigned long long capabilities_of(const char *pid)
{
	char path[NAME_MAX + 64], line[256];
	unsigned long long found = ~0ULL;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%s/status", pid);
	file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file))
		if (strncmp(line, "CapPrm:", 7) == 0)
			found = strtoull(line + 7, NULL, 16);
	if (file)
		fclose(file);
	return found;
}

/* A directory or a file of somebody else. Sockets, pipes and what has no name are ways to talk. */
static bool holds_files(const char *pid)
{
	char path[NAME_MAX + 64];
	struct dirent *entry;
	bool holds = false;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%s/fd", pid);
	dir = opendir(path);
	while (dir && (entry = readdir(dir))) {
		char file[sizeof(path) + NAME_MAX + 2];
		struct stat st;

		snprintf(file, sizeof(file), "%s/%s", path, entry->d_name);
		if (entry->d_name[0] != '.' && stat(file, &st) == 0)
			holds = holds || S_ISDIR(st.st_mode) ||
				(S_ISREG(st.st_mode) && st.st_nlink);
	}
	if (dir)
		closedir(dir);
	return holds;
}

/* Tracing a process is no gain where it may no more than the tracer itself, and stands in the files
 * of a container. */
static bool may_no_more(const char *pid)
{
	char path[NAME_MAX + 64];

	snprintf(path, sizeof(path), "/proc/%s/root/bin/report", pid);
	return access(path, F_OK) == 0 && !holds_files(pid) &&
	       (capabilities_of(pid) & ~capabilities_of("self")) == 0;
}

/* The programs of the two containers: they are what the attacker knows. Also what has ended. */
static bool is_known(const char *pid)
{
	const char *exe = look(pid, "exe");

	if (!exe)
		return errno != EACCES && errno != EPERM;
	return strcmp(exe, "/bin/report") == 0 || strcmp(exe, "/bin/racer") == 0;
}

static bool is_harmless(const char *pid)
{
	return is_known(pid) || may_no_more(pid);
}

static void found(const char *pid, const char *what)
{
	char path[NAME_MAX + 64], comm[64] = "?\n";
	int fd;

	if (is_harmless(pid))
		return;
	snprintf(path, sizeof(path), "/proc/%s/comm", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		ssize_t n = read(fd, comm, sizeof(comm) - 1);

		comm[n > 0 ? n : 0] = '\0';
		close(fd);
	}
	comm[strcspn(comm, "\n")] = '\0';
	printf("%s of %s (%s)\n", what, comm, pid);
	fflush(stdout);
}

static void try_to_open(const char *pid, const char *name)
{
	char path[NAME_MAX + 64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%s/%s", pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return;
	close(fd);
	found(pid, name);
}

static void try_descriptors(const char *pid)
{
	char path[NAME_MAX + 64];
	struct dirent *entry;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%s/fd", pid);
	dir = opendir(path);
	if (!dir)
		return;
	while ((entry = readdir(dir))) {
		char name[NAME_MAX + 8];

		if (entry->d_name[0] == '.')
			continue;
		snprintf(name, sizeof(name), "fd/%s", entry->d_name);
		if (look(pid, name))
			found(pid, name);
	}
	closedir(dir);
}

static void try_trace(const char *pid)
{
	int status = 1, child = fork();

	/* What a tracer has traced goes on when the tracer ends. */
	if (child == 0)
		_exit(ptrace(PTRACE_SEIZE, atoi(pid), 0, 0) < 0);
	if (child > 0 && waitpid(child, &status, 0) == child && status == 0)
		found(pid, "a trace");
}

static void look_into(const char *pid)
{
	if (atoi(pid) == getpid() || is_known(pid))
		return;
	atomic_fetch_add(counter, 1);
	if (may_no_more(pid))
		return;
	try_to_open(pid, "mem");
	try_to_open(pid, "root");
	try_to_open(pid, "cwd");
	try_to_open(pid, "environ");
	try_descriptors(pid);
	try_trace(pid);
}

static void *peek(void *argument)
{
	(void)argument;
	while (!atomic_load(&stopped)) {
		DIR *dir = opendir("/proc");
		struct dirent *entry;

		if (!dir)
			die("/proc");
		while ((entry = readdir(dir))) {
			if (entry->d_name[0] >= '0' && entry->d_name[0] <= '9')
				look_into(entry->d_name);
		}
		closedir(dir);
	}
	return NULL;
}

static int watcher = -1;
static bool is_inotify;

static int watch_directory(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	int r;

	(void)st;
	(void)ftw;
	if (type != FTW_D)
		return 0;
	if (is_inotify)
		r = inotify_add_watch(watcher, path, EVENTS_INOTIFY);
	else
		r = fanotify_mark(watcher, FAN_MARK_ADD | FAN_MARK_ONLYDIR, EVENTS, AT_FDCWD, path);
	if (r < 0)
		die(path);
	return 0;
}

static void open_watcher(void)
{
	watcher = fanotify_init(FAN_CLASS_NOTIF | FAN_CLOEXEC | FAN_NONBLOCK |
					FAN_REPORT_DFID_NAME | FAN_UNLIMITED_QUEUE,
				O_RDONLY);
	if (watcher >= 0)
		return;
	is_inotify = true; /* not for everybody before 5.13, and not in every container */
	watcher = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (watcher < 0)
		die("inotify_init1");
}

/* The name is behind the handle of the directory that it is in. */
static const char *name_of_event(const struct fanotify_event_metadata *event)
{
	const struct fanotify_event_info_fid *info = (const void *)(event + 1);
	const struct file_handle *handle = (const void *)info->handle;

	if (event->event_len <= sizeof(*event) ||
	    info->hdr.info_type != FAN_EVENT_INFO_TYPE_DFID_NAME)
		return "?";
	return (const char *)handle->f_handle + handle->handle_bytes;
}

static void print_events(char *buffer, ssize_t n)
{
	struct fanotify_event_metadata *event = (void *)buffer;

	for (ssize_t at = 0; is_inotify && at < n;) {
		const struct inotify_event *one = (const void *)(buffer + at);

		printf("event 0x%x %s\n", one->mask, one->len ? one->name : ".");
		at += (ssize_t)(sizeof(*one) + one->len);
	}
	for (; !is_inotify && FAN_EVENT_OK(event, n); event = FAN_EVENT_NEXT(event, n))
		printf("event 0x%llx %s\n", (unsigned long long)event->mask, name_of_event(event));
}

static int watch(const char *path)
{
	static _Alignas(struct fanotify_event_metadata) char buffer[65536];
	ssize_t n;

	open_watcher();
	if (nftw(path, watch_directory, 16, FTW_PHYS | FTW_MOUNT) != 0)
		die(path);
	while (read(watcher, buffer, sizeof(buffer)) > 0)
		; /* we have opened the directories ourselves */
	ready();
	wait_for_end();
	while ((n = read(watcher, buffer, sizeof(buffer))) > 0)
		print_events(buffer, n);
	if (n < 0 && errno != EAGAIN)
		die("read");
	return 0;
}

static int race(void *(*attack)(void *), char **arguments, int threads, int step)
{
	pthread_t thread[PAIRS_MAX];

	for (int i = 0; i < threads; i++)
		if (pthread_create(&thread[i], NULL, attack, arguments + i * step) != 0)
			die("pthread_create");
	ready();
	wait_for_end();
	for (int i = 0; i < threads; i++)
		pthread_join(thread[i], NULL);
	return 0;
}

int main(int argc, char **argv)
{
	const char *mode = argc > 2 ? argv[1] : "";

	if (strcmp(mode, "watch") == 0)
		return watch(argv[2]);
	if (argc > 2)
		open_counter(argv[2]);
	if (strcmp(mode, "swap") == 0 && argc > 4 && argc <= 3 + 2 * PAIRS_MAX)
		return race(swap, argv + 3, (argc - 3) / 2, 2);
	if (strcmp(mode, "mount") == 0 && argc == 5) {
		if (unshare(CLONE_NEWNS) < 0)
			die("unshare");
		return race(cover, argv + 3, 1, 1);
	}
	if (strcmp(mode, "peek") == 0)
		return race(peek, argv + 3, 1, 0);
	fprintf(stderr, "usage: racer swap|mount|peek COUNTER [PATH]... or racer watch DIR\n");
	return 2;
}
