/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Runs one command and measures it. A command's time is from posix_spawn to wait4; CPU time and
 * faults are those wait4 reports: of the command and of the descendants it waited for.
 *
 * Peak RSS needs a start of its own. A process takes over the high-water mark of the memory it left
 * at exec, which after posix_spawn is this program's. Started by fork it is the few pages that fork
 * copies. So peak RSS is taken from commands started by fork, time from the others. */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"

enum { MAX_ARGS = 16 };

static int null_fd, out_fd, err_fd;
static posix_spawn_file_actions_t quiet, capture;
static posix_spawnattr_t own_group; /* so that ^C reaches us only: half a create is hard to undo */
static struct runtime *live[MAX_RUNTIMES]; /* runtimes that have a container */
static volatile sig_atomic_t interrupted;

static void on_signal(int number)
{
	(void)number;
	interrupted = interrupted ? 2 : 1;
}

static void add_stdio(posix_spawn_file_actions_t *actions, int out)
{
	posix_spawn_file_actions_init(actions);
	posix_spawn_file_actions_adddup2(actions, null_fd, 0);
	posix_spawn_file_actions_adddup2(actions, out, 1);
	posix_spawn_file_actions_adddup2(actions, err_fd, 2);
}

void command_prepare(void)
{
	struct sigaction action = { .sa_handler = on_signal }; /* without SA_RESTART */

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	/* Left to an init that does not reap, a dead container would stay a zombie. */
	prctl(PR_SET_CHILD_SUBREAPER, 1);

	null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	out_fd = memfd_create("stdout", MFD_CLOEXEC);
	err_fd = memfd_create("stderr", MFD_CLOEXEC);
	if (null_fd < 3 || out_fd < 3 || err_fd < 3)
		die("cannot open the children's standard files (are 0, 1 and 2 open?): %m");
	add_stdio(&quiet, null_fd);
	add_stdio(&capture, out_fd);
	posix_spawnattr_init(&own_group);
	posix_spawnattr_setflags(&own_group, POSIX_SPAWN_SETPGROUP);
}

static double now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static double timeval_us(struct timeval t)
{
	return (double)t.tv_sec * 1e6 + (double)t.tv_usec;
}

static pid_t start_by_fork(char *const argv[], int out)
{
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	if (setpgid(0, 0) == 0 && dup2(null_fd, 0) >= 0 && dup2(out, 1) >= 0 &&
	    dup2(err_fd, 2) >= 0)
		execve(argv[0], argv, environ);
	_exit(127);
}

static pid_t start_command(char *const argv[], unsigned how)
{
	bool captured = how & START_CAPTURE;
	pid_t pid;

	if (how & START_FORK)
		return start_by_fork(argv, captured ? out_fd : null_fd);
	errno = posix_spawn(&pid, argv[0], captured ? &capture : &quiet, &own_group, argv, environ);
	return errno ? -1 : pid;
}

/* Empties a file that a child has written to. */
static void rewind_fd(int fd)
{
	if (ftruncate(fd, 0) < 0 || lseek(fd, 0, SEEK_SET) < 0)
		die("cannot empty an output file: %m");
}

/* Orphans come to us: the containers' processes, once they are dead. */
static void reap_orphans(void)
{
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
}

/* Returns the wait status, or -errno if the command could not be started. */
static int run_command(char *const argv[], unsigned how, struct sample *ret)
{
	struct rusage usage;
	double begin, wall;
	int status;
	pid_t pid;

	reap_orphans();
	rewind_fd(err_fd);
	if (how & START_CAPTURE)
		rewind_fd(out_fd);

	begin = now_us();
	pid = start_command(argv, how);
	if (pid < 0)
		return -errno;
	while (wait4(pid, &status, 0, &usage) < 0) {
		if (errno != EINTR)
			die("cannot wait for process %d: %m", pid);
		if (interrupted > 1)
			kill(pid, SIGKILL); /* asked for twice */
	}
	wall = now_us() - begin;

	if (ret)
		*ret = (struct sample){
			.wall = wall,
			.cpu = timeval_us(usage.ru_utime) + timeval_us(usage.ru_stime),
			.faults = usage.ru_minflt,
			.peak = usage.ru_maxrss,
		};
	return status;
}

static const char *read_back(int fd, char *buffer, size_t size)
{
	ssize_t n = pread(fd, buffer, size - 1, 0);

	buffer[n < 0 ? 0 : n] = '\0';
	return buffer;
}

const char *command_output(char *buffer, size_t size)
{
	return read_back(out_fd, buffer, size);
}

__attribute__((noreturn)) static void command_failed(char *const argv[], int status)
{
	char line[PATH_MAX] = "", text[4096], how[64];
	size_t used = 0;
	unsigned i;

	for (i = 0; argv[i] && used < sizeof(line); i++)
		used += (size_t)snprintf(line + used, sizeof(line) - used, "%s ", argv[i]);
	if (status < 0)
		snprintf(how, sizeof(how), "cannot start: %s", strerror(-status));
	else if (WIFSIGNALED(status))
		snprintf(how, sizeof(how), "killed by signal %d", WTERMSIG(status));
	else
		snprintf(how, sizeof(how), "exit status %d", WEXITSTATUS(status));
	die("%s: %s\n%s", line, how, read_back(err_fd, text, sizeof(text)));
}

void command(const struct runtime *rt, unsigned how, struct sample *ret, ...)
{
	char *argv[MAX_ARGS] = { (char *)rt->path };
	unsigned n = 1;
	va_list args;
	int status;

	va_start(args, ret);
	while (n < MAX_ARGS - 1 && (argv[n] = va_arg(args, char *)))
		n++;
	va_end(args);

	status = run_command(argv, how, ret);
	if (interrupted)
		die("interrupted");
	if (status != 0)
		command_failed(argv, status);
}

/* The name of one of the many. */
static void name_one(const struct runtime *rt, unsigned i, char *name, size_t size)
{
	snprintf(name, size, "%s.%u", rt->id, i);
}

/* Waits for one of the commands; whoever else ends meanwhile is an orphan. */
static unsigned wait_one(const pid_t *pids, unsigned n, char *const argv[], struct rusage *usage)
{
	int status = 0;
	unsigned i;
	pid_t pid;

	for (;;) {
		pid = wait4(-1, &status, 0, usage);
		if (pid < 0 && errno != EINTR)
			die("cannot wait: %m");
		for (i = 0; i < n; i++) {
			if (pids[i] != pid)
				continue;
			if (status != 0)
				command_failed(argv, status);
			return i;
		}
	}
}

static void add_usage(struct sample *sum, const struct rusage *usage)
{
	sum->cpu += timeval_us(usage->ru_utime) + timeval_us(usage->ru_stime);
	sum->faults += usage->ru_minflt;
	if (usage->ru_maxrss > sum->peak)
		sum->peak = usage->ru_maxrss;
}

void command_many(const struct runtime *rt, unsigned parallel, struct sample *ret, ...)
{
	char *argv[MAX_ARGS] = { (char *)rt->path }, name[96];
	pid_t pids[MAX_PARALLEL] = { 0 };
	unsigned i, slot, n = 1, count = rt->many;
	struct sample sum = { 0 };
	struct rusage usage;
	double begin;
	va_list args;

	va_start(args, ret);
	while (n < MAX_ARGS - 2 && (argv[n] = va_arg(args, char *)))
		n++;
	va_end(args);
	argv[n] = name;
	argv[n + 1] = NULL;

	reap_orphans();
	rewind_fd(err_fd);
	begin = now_us();
	for (i = 0; i < count + parallel && !interrupted; i++) {
		slot = i % parallel;
		if (i >= parallel && i - parallel < count) {
			slot = wait_one(pids, parallel, argv, &usage);
			pids[slot] = 0;
			add_usage(&sum, &usage);
		}
		if (i >= count)
			continue;
		name_one(rt, i, name, sizeof(name));
		pids[slot] = start_command(argv, START_SPAWN);
		if (pids[slot] < 0)
			command_failed(argv, -errno);
	}
	sum.wall = now_us() - begin;
	if (interrupted)
		die("interrupted");
	if (ret)
		*ret = (struct sample){ sum.wall / count, sum.cpu / count, sum.faults / (long)count,
					sum.peak };
}

void container_new(struct runtime *rt)
{
	static unsigned last;
	unsigned i;

	snprintf(rt->id, sizeof(rt->id), "%s-%u", rt->id_prefix, ++last);
	for (i = 0; i < MAX_RUNTIMES && live[i]; i++)
		;
	if (i < MAX_RUNTIMES)
		live[i] = rt;
}

void container_gone(struct runtime *rt)
{
	unsigned i;

	rt->id[0] = '\0';
	rt->many = 0;
	for (i = 0; i < MAX_RUNTIMES; i++)
		if (live[i] == rt)
			live[i] = NULL;
}

void container_discard(struct runtime *rt)
{
	char name[96],
		*argv[] = { (char *)rt->path, "--root", rt->root, "delete", "--force", name, NULL };
	unsigned i;

	snprintf(name, sizeof(name), "%s", rt->id);
	for (i = 0; i < rt->many || i == 0; i++) {
		if (rt->many)
			name_one(rt, i, name, sizeof(name));
		(void)run_command(argv, START_SPAWN, NULL);
	}
	container_gone(rt);
}

void die(const char *format, ...)
{
	va_list args;
	unsigned i;

	fflush(stdout);
	fputs("bench: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);

	interrupted = 0;
	for (i = 0; i < MAX_RUNTIMES; i++) {
		struct runtime *rt = live[i];

		live[i] = NULL; /* should this die too, it is not tried again */
		if (rt)
			container_discard(rt);
	}
	exit(1);
}

void *allocate(void *old, size_t n, size_t size)
{
	void *p = reallocarray(old, n, size);

	if (!p)
		die("out of memory");
	return p;
}

int parse_number(const char *text, unsigned *ret)
{
	unsigned value = 0;

	if (!*text)
		return -EINVAL;
	for (; *text >= '0' && *text <= '9'; text++)
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, (unsigned)(*text - '0'), &value))
			return -ERANGE;
	if (*text)
		return -EINVAL;
	*ret = value;
	return 0;
}
