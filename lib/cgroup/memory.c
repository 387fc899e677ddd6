/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the memory controller tells of a container, see cgroup.h. */
#include <string.h>

#include "base/fd.h"
#include "base/num.h"
#include "cgroup/cgroup.h"

/* The names of v2 and of v1: cgroup-v2.rst, and cgroup-v1/memory.rst. */
static const char *const peaks[] = { "memory.peak", "memory.max_usage_in_bytes" };
static const char *const limits[] = { "memory.max", "memory.limit_in_bytes" };
static const char *const events[] = { "memory.events", "memory.oom_control" };

/* What v1 says instead of "max": the largest number of pages. */
#define UNLIMITED (1ULL << 62)

static bool read_bytes(int dir, const char *name, uint64_t *ret)
{
	cleanup(free_done) char *text = NULL;

	return file_read(dir, name, 4096, &text, NULL) == 0 &&
	       num_parse(text, strcspn(text, "\n"), UINT64_MAX, ret) == 0;
}

/* The line "oom_kill 1" among others. */
static bool read_oom_kills(int dir, const char *name, uint64_t *ret)
{
	static const char key[] = "oom_kill ";
	cleanup(free_done) char *text = NULL;
	char *rest, *line;

	if (file_read(dir, name, 4096, &text, NULL) < 0)
		return false;
	for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		if (strncmp(line, key, strlen(key)) == 0)
			return num_parse(line + strlen(key), strlen(line + strlen(key)), UINT64_MAX,
					 ret) == 0;
	return false;
}

void cgroup_memory(const struct cgroup *cgroups, size_t n, struct cgroup_memory *ret)
{
	*ret = (struct cgroup_memory){ 0 };
	for (size_t i = 0; i < n; i++) {
		cleanup(fd_done) int dir = cgroup_open(&cgroups[i]);

		for (size_t v = 0; dir >= 0 && v < ARRAY_SIZE(peaks); v++) {
			if (!ret->knows_peak)
				ret->knows_peak = read_bytes(dir, peaks[v], &ret->peak);
			if (ret->limit == 0 && read_bytes(dir, limits[v], &ret->limit) &&
			    ret->limit >= UNLIMITED)
				ret->limit = 0;
			if (!ret->knows_oom_kills)
				ret->knows_oom_kills =
					read_oom_kills(dir, events[v], &ret->oom_kills);
		}
	}
}
