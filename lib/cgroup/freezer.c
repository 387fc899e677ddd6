/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Freezing the processes of cgroups, see cgroup.h. On v2 the group says when it is done; the
 * freezer of v1 has to be asked again and again, and may never come to it while processes are
 * being made: then it has to let them go for a moment. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"
#include "base/fd.h"
#include "cgroup/cgroup.h"

#define PATIENCE_MS        10000 /* for a process that hangs in the kernel */
#define ROUND_MS           5
#define ROUNDS_TILL_BREATH 20

/* The group of the v1 freezer, NULL where there is none. */
static const struct cgroup *find_v1(const struct cgroup *cgroups, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strstr(cgroups[i].mount, "freezer"))
			return &cgroups[i];
	return NULL;
}

/* Which of the groups can be frozen: that of the v1 freezer or, where there is none, of v2. */
static int open_freezer(const struct cgroup *cgroups, size_t n, bool *ret_v2)
{
	const struct cgroup *v1 = find_v1(cgroups, n);

	*ret_v2 = !v1;
	if (v1)
		return cgroup_open(v1);
	for (size_t i = 0; i < n; i++) {
		cleanup(fd_done) int dir = cgroup_open(&cgroups[i]);

		if (dir < 0 || faccessat(dir, "cgroup.freeze", F_OK, 0) < 0)
			continue;
		return TAKE_FD(dir);
	}
	return -EOPNOTSUPP;
}

static int is_state(int dir, const char *name)
{
	char text[64];
	int r = file_read_short(dir, "freezer.state", text, sizeof(text));

	return r < 0 ? r : strcmp(text, name) == 0;
}

static int freeze_v1(int dir)
{
	const struct timespec round = { .tv_nsec = ROUND_MS * 1000000 };

	for (int i = 0; i < PATIENCE_MS / ROUND_MS; i++) {
		int r;

		if (i > 0)
			nanosleep(&round, NULL);
		if (i > 0 && i % ROUNDS_TILL_BREATH == 0)
			(void)!file_write(dir, "freezer.state", "THAWED");
		r = file_write(dir, "freezer.state", "FROZEN");
		if (r == 0)
			r = is_state(dir, "FROZEN\n");
		if (r != 0)
			return r < 0 ? r : 0;
	}
	return -ETIMEDOUT;
}

int cgroup_await_event(int dir, const char *line, int timeout)
{
	cleanup(fd_done) int events = openat(dir, "cgroup.events", O_RDONLY | O_CLOEXEC);
	struct pollfd poll_fd = { .fd = events, .events = POLLPRI };
	int r;

	if (events < 0)
		return -errno;
	for (;;) {
		char text[256];
		ssize_t n = pread(events, text, sizeof(text) - 1, 0);

		if (n < 0)
			return -errno;
		text[n] = '\0';
		if (strstr(text, line))
			return 0;
		r = poll(&poll_fd, 1, timeout);
		if (r < 0 && errno != EINTR)
			return -errno;
		if (r == 0)
			return -ETIMEDOUT;
	}
}

static int freeze_v2(int dir)
{
	int r = file_write(dir, "cgroup.freeze", "1");

	return r < 0 ? r : cgroup_await_event(dir, "frozen 1\n", PATIENCE_MS);
}

static int thaw(int dir, bool v2)
{
	return v2 ? file_write(dir, "cgroup.freeze", "0")
		  : file_write(dir, "freezer.state", "THAWED");
}

int cgroup_freeze(const struct cgroup *cgroups, size_t n, struct oci_error *err)
{
	bool v2 = false;
	cleanup(fd_done) int dir = open_freezer(cgroups, n, &v2);
	int r = dir < 0 ? dir : v2 ? freeze_v2(dir) : freeze_v1(dir);

	if (r < 0 && dir >= 0)
		(void)!thaw(dir, v2);
	return r < 0 ? fail(err, r, NULL, "cannot freeze its cgroup") : 0;
}

int cgroup_thaw(const struct cgroup *cgroups, size_t n, struct oci_error *err)
{
	bool v2 = false;
	cleanup(fd_done) int dir = open_freezer(cgroups, n, &v2);
	int r = dir < 0 ? dir : thaw(dir, v2);

	/* What is not there is not frozen. */
	if (r < 0 && r != -ENOENT && r != -ENODEV && r != -EOPNOTSUPP)
		return fail(err, r, NULL, "cannot thaw its cgroup");
	return 0;
}

/* -ENOENT if there is no such file, or group. */
static int read_file(const struct cgroup *cgroup, const char *name, char *text, size_t size)
{
	char path[PATH_MAX];
	int r = path_print(path, "%s%s/%s", cgroup->mount, cgroup->path, name);

	return r < 0 ? r : file_read_short(AT_FDCWD, path, text, size);
}

int cgroup_is_frozen(const struct cgroup *cgroups, size_t n)
{
	const struct cgroup *v1 = find_v1(cgroups, n);
	char text[64];

	if (v1)
		return read_file(v1, "freezer.state", text, sizeof(text)) == 0 &&
		       strcmp(text, "THAWED\n") != 0;
	for (size_t i = 0; i < n; i++)
		if (read_file(&cgroups[i], "cgroup.freeze", text, sizeof(text)) == 0)
			return text[0] == '1';
	return 0;
}
