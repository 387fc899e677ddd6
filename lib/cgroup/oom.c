/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Hearing that a container has no memory left, see oom.h: v2 counts in memory.events, v1 has an
 * eventfd(2) rung. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/num.h"
#include "cgroup/oom.h"

/* The line "oom 3" of memory.events. */
static uint64_t count(int events)
{
	char text[512];
	ssize_t n = pread(events, text, sizeof(text) - 1, 0);
	const char *line;
	uint64_t value;

	if (n < 0)
		return 0;
	text[n] = '\0';
	line = strstr(text, "\noom ");
	if (!line)
		return 0;
	line += strlen("\noom ");
	return num_parse(line, strspn(line, "0123456789"), UINT64_MAX, &value) == 0 ? value : 0;
}

static int open_v1(int dir, struct cgroup_oom *oom)
{
	char text[32];
	int r;

	oom->control = openat(dir, "memory.oom_control", O_RDONLY | O_CLOEXEC);
	if (oom->control < 0)
		return -errno;
	oom->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	oom->events = POLLIN;
	snprintf(text, sizeof(text), "%d %d", oom->fd, oom->control);
	r = oom->fd < 0 ? -errno : file_write(dir, "cgroup.event_control", text);
	if (r < 0)
		cgroup_oom_done(oom);
	return r;
}

static int open_v2(int dir, struct cgroup_oom *oom)
{
	oom->fd = openat(dir, "memory.events", O_RDONLY | O_CLOEXEC);
	if (oom->fd < 0)
		return -errno;
	oom->events = POLLPRI;
	oom->seen = count(oom->fd);
	return 0;
}

int cgroup_oom_open(const struct cgroup *cgroups, size_t n, struct cgroup_oom *ret)
{
	*ret = (struct cgroup_oom){ .fd = -1, .control = -1 };
	for (size_t i = 0; i < n; i++) {
		cleanup(fd_done) int dir = cgroup_open(&cgroups[i]);
		int r = dir < 0 ? dir : open_v2(dir, ret);

		if (r == -ENOENT && dir >= 0)
			r = open_v1(dir, ret);
		if (r == 0)
			return 0;
		if (r != -ENOENT)
			return r;
	}
	return 0;
}

void cgroup_oom_done(struct cgroup_oom *oom)
{
	fd_done(&oom->fd);
	fd_done(&oom->control);
}

/* On v1 the end of the group rings, too. */
bool cgroup_oom_happened(struct cgroup_oom *oom)
{
	uint64_t now;

	if (oom->control >= 0)
		return read(oom->fd, &now, sizeof(now)) == sizeof(now) && now > 0 &&
		       pread(oom->control, &now, 1, 0) > 0;
	now = count(oom->fd);
	if (now <= oom->seen)
		return false;
	oom->seen = now;
	return true;
}
