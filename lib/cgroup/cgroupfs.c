/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Cgroups through their file system, v1 and v2, see cgroup.h.
 *
 * Waiting is for events, not for time: a pidfd becomes readable when its process has ended. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/fd.h"
#include "base/num.h"
#include "cgroup/cgroup.h"
#include "sys/calls.h"

/* How long a killed process may take to be gone, and how often the list of them is read again while
 * it fills up faster than it is emptied. */
#define DEATH_TIMEOUT_MS 10000
#define ROUNDS           1000

int cgroup_open(const struct cgroup *cgroup)
{
	char path[PATH_MAX];
	int r = path_print(path, "%s%s", cgroup->mount, cgroup->path), fd;

	if (r < 0)
		return r;
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/* Calls @visit for each directory in @dir. */
static int each_child(int dir, int (*visit)(int parent, const char *name, const void *data),
		      const void *data)
{
	int copy = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), r = 0;
	DIR *stream = copy < 0 ? NULL : fdopendir(copy);
	struct dirent *entry;

	if (!stream) {
		r = -errno;
		fd_done(&copy);
		return r;
	}
	while (r == 0 && (entry = readdir(stream)))
		if (entry->d_type == DT_DIR && entry->d_name[0] != '.')
			r = visit(dir, entry->d_name, data);
	closedir(stream);
	return r;
}

/* Walks the processes of one group. The number may be somebody else's by the time the pidfd is
 * open, so the group is asked once more. */
static bool is_member(int dir, int pid)
{
	cleanup(free_done) char *procs = NULL;
	char *rest, *line;
	uint64_t member;

	if (file_read(dir, "cgroup.procs", 16 << 20, &procs, NULL) < 0)
		return false;
	for (line = strtok_r(procs, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		if (num_parse(line, strlen(line), INT32_MAX, &member) == 0 &&
		    member == (uint64_t)pid)
			return true;
	return false;
}

static int signal_one(int dir, int pid, int signal, bool wait)
{
	cleanup(fd_done) int pidfd = sys_pidfd_open(pid, 0);
	struct pollfd poll_fd = { .fd = pidfd, .events = POLLIN };
	int r;

	if (pidfd < 0)
		return pidfd == -ESRCH ? 0 : pidfd;
	if (!is_member(dir, pid))
		return 0;
	r = sys_pidfd_send_signal(pidfd, signal);
	if (r < 0 || !wait)
		return r == -ESRCH ? 0 : r;
	do
		r = poll(&poll_fd, 1, DEATH_TIMEOUT_MS);
	while (r < 0 && errno == EINTR);
	return r < 0 ? -errno : r == 0 ? -ETIMEDOUT : 0;
}

/* What each_child() hands on. */
struct order {
	int signal;
	bool wait;
};

/* Whether there is nobody left to signal. Who was killed may take its time to go, but makes no more
 * processes; so without waiting all is done when the list is as it was the last time. */
static bool is_settled(const struct order *order, const char *procs, const char *before)
{
	return !procs[0] || (!order->wait && before && strcmp(procs, before) == 0);
}

static int signal_members(int dir, const struct order *order, char **before, bool *ret_settled)
{
	cleanup(free_done) char *procs = NULL;
	char *rest, *line;
	int r;

	r = file_read(dir, "cgroup.procs", 16 << 20, &procs, NULL);
	if (r < 0)
		return r == -ENODEV ? 0 : r;
	*ret_settled = is_settled(order, procs, *before);
	if (*ret_settled)
		return 0;
	free(*before);
	*before = strdup(procs);
	if (!*before)
		return -ENOMEM;
	for (line = strtok_r(procs, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		uint64_t pid;

		/* 0: a process that our pid namespace does not see. */
		if (num_parse(line, strlen(line), INT32_MAX, &pid) < 0 || pid == 0)
			return -ESRCH;
		r = signal_one(dir, (int)pid, order->signal, order->wait);
		if (r < 0)
			return r;
	}
	return 0;
}

static int signal_child(int parent, const char *name, const void *order);

/* Once; or, when they are to end, again and again until nobody is left. */
static int signal_tree(int dir, const struct order *order)
{
	cleanup(free_done) char *before = NULL;
	bool settled = false;
	int r = 0;

	for (int i = 0; r == 0 && !settled && i < (order->signal == SIGKILL ? ROUNDS : 1); i++)
		r = signal_members(dir, order, &before, &settled);
	if (r == 0 && order->signal == SIGKILL && !settled)
		r = -EBUSY;
	return r < 0 ? r : each_child(dir, signal_child, order);
}

static int signal_child(int parent, const char *name, const void *order)
{
	cleanup(fd_done) int dir = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (dir < 0)
		return errno == ENOENT ? 0 : -errno;
	return signal_tree(dir, order);
}

struct pids {
	int *item;
	size_t n, room;
};

static int add_pid(struct pids *pids, const char *text)
{
	uint64_t pid;

	if (num_parse(text, strlen(text), INT32_MAX, &pid) < 0 || pid == 0)
		return 0; /* one that our pid namespace does not see */
	if (pids->n == pids->room) {
		size_t room = pids->room ? pids->room * 2 : 64;
		int *item = realloc(pids->item, room * sizeof(*item));

		if (!item)
			return -ENOMEM;
		pids->item = item;
		pids->room = room;
	}
	pids->item[pids->n++] = (int)pid;
	return 0;
}

static int list_child(int parent, const char *name, const void *pids);

static int list_tree(int dir, struct pids *pids)
{
	cleanup(free_done) char *procs = NULL;
	char *rest, *line;
	int r = file_read(dir, "cgroup.procs", 16 << 20, &procs, NULL);

	if (r < 0)
		return r == -ENODEV || r == -EOPNOTSUPP ? 0 : r;
	for (line = strtok_r(procs, "\n", &rest); r >= 0 && line;
	     line = strtok_r(NULL, "\n", &rest))
		r = add_pid(pids, line);
	return r < 0 ? r : each_child(dir, list_child, pids);
}

static int list_child(int parent, const char *name, const void *pids)
{
	cleanup(fd_done) int dir = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (dir < 0)
		return errno == ENOENT ? 0 : -errno;
	return list_tree(dir, (struct pids *)(uintptr_t)pids);
}

int cgroup_pids(const struct cgroup *cgroups, size_t n, int **ret, size_t *ret_n,
		struct oci_error *err)
{
	struct pids pids = { 0 };
	int r = 0;

	for (size_t i = 0; i < n; i++) {
		cleanup(fd_done) int dir = cgroup_open(&cgroups[i]);

		if (dir == -ENOENT)
			continue;
		r = dir < 0 ? dir : list_tree(dir, &pids);
		if (r < 0)
			(void)fail(err, r, cgroups[i].path, "cannot read cgroup %s%s",
				   cgroups[i].mount, cgroups[i].path);
		break;
	}
	if (r < 0) {
		free(pids.item);
		return r;
	}
	*ret = pids.item;
	*ret_n = pids.n;
	return 0;
}

/* v2 from 5.14 on: one write ends all, also what is being forked at this moment. */
static int kill_v2(int dir)
{
	int r = file_write(dir, "cgroup.kill", "1");

	return r < 0 ? r : cgroup_await_event(dir, "populated 0\n", DEATH_TIMEOUT_MS);
}

static int kill_group(const struct cgroup *cgroup, struct oci_error *err)
{
	static const struct order order = { .signal = SIGKILL, .wait = true };
	cleanup(fd_done) int dir = cgroup_open(cgroup);
	int r;

	if (dir == -ENOENT)
		return 0;
	r = dir < 0 ? dir : kill_v2(dir);
	if (r == -ENOENT) /* v1, or before 5.14 */
		r = signal_tree(dir, &order);
	if (r < 0)
		return fail(err, r, cgroup->path, "cannot kill the processes in cgroup %s%s",
			    cgroup->mount, cgroup->path);
	return 0;
}

/* On v1: processes that are being frozen make no others, and die when they are let go. */
static void kill_at_once(const struct cgroup *cgroup)
{
	static const struct order order = { .signal = SIGKILL };
	cleanup(fd_done) int dir = cgroup_open(cgroup);

	if (dir < 0 || file_write(dir, "freezer.state", "FROZEN") < 0)
		return;
	(void)!signal_tree(dir, &order);
}

int cgroup_kill(const struct cgroup *cgroups, size_t n, struct oci_error *err)
{
	int r;

	for (size_t i = 0; i < n; i++)
		if (strstr(cgroups[i].mount, "freezer"))
			kill_at_once(&cgroups[i]);
	r = cgroup_thaw(cgroups, n, err);
	for (size_t i = 0; r == 0 && i < n; i++)
		r = kill_group(&cgroups[i], err);
	return r;
}

static int signal_group(int dir, const struct order *order)
{
	int r = order->signal == SIGKILL ? file_write(dir, "cgroup.kill", "1") : -ENOENT;

	return r == -ENOENT ? signal_tree(dir, order) : r; /* v1, or before 5.14 */
}

int cgroup_signal(const struct cgroup *cgroups, size_t n, int signal, struct oci_error *err)
{
	const struct order order = { .signal = signal };

	/* One hierarchy is enough: all processes are in each. */
	for (size_t i = 0; i < n; i++) {
		cleanup(fd_done) int dir = cgroup_open(&cgroups[i]);
		int r;

		if (dir == -ENOENT)
			continue;
		r = dir < 0 ? dir : signal_group(dir, &order);
		if (r < 0)
			return fail(err, r, cgroups[i].path, "cannot signal cgroup %s%s",
				    cgroups[i].mount, cgroups[i].path);
		break;
	}
	return 0;
}

static int remove_tree(int parent, const char *name, const void *nothing)
{
	cleanup(fd_done) int dir = -1;
	int r;

	/* ENOTDIR: something else has that name, and no group could be made. */
	if (unlinkat(parent, name, AT_REMOVEDIR) == 0 || errno == ENOENT || errno == ENOTDIR)
		return 0;
	if (errno != EBUSY && errno != ENOTEMPTY)
		return -errno;
	dir = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return errno == ENOENT ? 0 : -errno;
	r = each_child(dir, remove_tree, nothing);
	if (r < 0)
		return r;
	return unlinkat(parent, name, AT_REMOVEDIR) < 0 && errno != ENOENT ? -errno : 0;
}

/* Parents that were made for this group go when nobody else is in them. */
static void remove_parents(char *path, size_t existing)
{
	char *slash;

	while ((slash = strrchr(path, '/')) && (size_t)(slash - path) > existing) {
		*slash = '\0';
		if (rmdir(path) < 0 && errno != ENOENT)
			return;
	}
}

static int remove_group(const struct cgroup *cgroup, struct oci_error *err)
{
	char path[PATH_MAX];
	int r;

	if (cgroup->existing >= strlen(cgroup->path))
		return 0;
	r = path_print(path, "%s%s", cgroup->mount, cgroup->path);
	if (r == 0)
		r = remove_tree(AT_FDCWD, path, NULL);
	if (r < 0)
		return fail(err, r, cgroup->path, "cannot remove cgroup %s%s", cgroup->mount,
			    cgroup->path);
	remove_parents(path, strlen(cgroup->mount) + cgroup->existing);
	return 0;
}

int cgroup_remove(const struct cgroup *cgroups, size_t n, struct oci_error *err)
{
	bool killed = false;
	int result = 0;

	for (size_t i = 0; i < n; i++) {
		struct oci_error *place = result < 0 ? NULL : err;
		int r = remove_group(&cgroups[i], place);

		if (r == -EBUSY && !killed) {
			killed = true;
			r = cgroup_kill(cgroups, n, place);
			if (r == 0)
				r = remove_group(&cgroups[i], place);
		}
		if (r < 0 && result == 0)
			result = r;
	}
	return result;
}
