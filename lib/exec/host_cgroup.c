/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The host's operations on cgroups. Their names come from the host and from a checked path; a
 * cgroup file system has no symbolic links. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/fd.h"
#include "base/num.h"
#include "exec/host_ops.h"

#define CGROUP_MODE 0755

/* Makes the directories that are missing of @path, of which the first @mounted bytes are there.
 * Returns how many bytes were. */
static ssize_t make_directories(char *path, size_t mounted)
{
	size_t length = strlen(path), existing = mounted;

	if (mkdir(path, CGROUP_MODE) == 0)
		return strrchr(path, '/') - path;
	if (errno == EEXIST)
		return (ssize_t)length;
	if (errno != ENOENT)
		return -errno;
	for (size_t end = mounted + 1; end <= length; end++) {
		if (path[end] != '/' && path[end] != '\0')
			continue;
		path[end] = '\0';
		if (mkdir(path, CGROUP_MODE) < 0) {
			if (errno != EEXIST)
				return -errno;
			existing = end;
		}
		if (end < length)
			path[end] = '/';
	}
	return (ssize_t)existing;
}

/* A group that was there before may not have anybody in it. */
static int check_empty(int group)
{
	cleanup(fd_done) int fd = openat(group, "cgroup.procs", O_RDONLY | O_CLOEXEC);
	char byte;
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = read(fd, &byte, 1);
	if (n < 0)
		return -errno;
	return n == 0 ? 0 : -EBUSY;
}

int host_cgroup_make(struct host *host, const struct op *op, struct oci_error *err)
{
	const char *mount = plan_string(host->plan, op->text);
	const char *group = plan_string(host->plan, op->text2);
	size_t mounted = strlen(mount);
	char path[PATH_MAX];
	int r = path_print(path, "%s%s", mount, group), fd;
	ssize_t there = r < 0 ? r : make_directories(path, mounted);

	if (there < 0)
		return host_fail(host, op, (int)there, err);
	host->calls->cgroup_made(host->context, mount, group, (size_t)there - mounted);
	if (op->slot == SLOT_NONE && (size_t)there < strlen(path))
		return 0;
	fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return host_fail(host, op, -errno, err);
	r = (size_t)there == strlen(path) ? check_empty(fd) : 0;
	if (op->slot == SLOT_NONE)
		close(fd);
	else
		host->fds[op->slot] = fd;
	return r < 0 ? host_fail(host, op, r, err) : 0;
}

static bool contains_word(const char *words, const char *word, size_t length)
{
	while (*words) {
		size_t n = strcspn(words, " \n");

		if (n == length && memcmp(words, word, n) == 0)
			return true;
		words += n;
		words += *words != '\0';
	}
	return false;
}

static bool contains_words(const char *words, const char *some)
{
	size_t n;

	for (; *some && *some != '\n'; some += n + (some[n] == ' ')) {
		n = strcspn(some, " \n");
		if (!contains_word(words, some, n))
			return false;
	}
	return true;
}

static int enable_one(int dirfd, const char *name, size_t length)
{
	char text[64];

	snprintf(text, sizeof(text), "+%.*s", (int)length, name);
	return file_write(dirfd, "cgroup.subtree_control", text);
}

/* Switches on for the children of one directory what @required names ("memory pids "), which must
 * be had, or @all that there is. One at a time, so that the kernel's answer is about one of them.
 */
static int enable(int dirfd, const char *required, bool all)
{
	char there[1024], on[1024];
	const char *name;
	int r;

	r = file_read_short(dirfd, "cgroup.controllers", there, sizeof(there));
	if (r == 0)
		r = file_read_short(dirfd, "cgroup.subtree_control", on, sizeof(on));
	if (r < 0)
		return r;
	if (!contains_words(there, required))
		return -ENOENT;
	for (name = there; *name && *name != '\n'; name += strcspn(name, " \n") + 1) {
		size_t length = strcspn(name, " \n");

		bool needed = contains_word(required, name, length);

		if (contains_word(on, name, length) || !(all || needed))
			continue;
		r = enable_one(dirfd, name, length);
		if (r < 0 && needed)
			return r;
	}
	return 0;
}

/* Whether the parent of the group, at @path in the mount, has switched on already what is asked
 * for: what it has comes to it from those above. */
static bool is_enabled(const char *mount, const char *path, const char *required, bool all)
{
	char there[1024], on[1024], name[PATH_MAX];

	if (path_print(name, "%s%.*s/cgroup.subtree_control", mount,
		       (int)(strrchr(path, '/') - path), path) < 0 ||
	    file_read_short(AT_FDCWD, name, on, sizeof(on)) < 0 ||
	    path_print(name, "%s/cgroup.controllers", mount) < 0 ||
	    file_read_short(AT_FDCWD, name, there, sizeof(there)) < 0)
		return false;
	return contains_words(on, required) && (!all || contains_words(on, there));
}

int host_cgroup_controllers(struct host *host, const struct op *op, struct oci_error *err)
{
	const char *path = plan_string(host->plan, op->text);
	const char *controllers = plan_string(host->plan, op->text2);
	cleanup(free_done) char *mount = strndup(path, op->a);
	cleanup(fd_done) int dir = -1;
	int r;

	path += op->a;
	if (!mount)
		return host_fail(host, op, -ENOMEM, err);
	if (is_enabled(mount, path, controllers, op->b))
		return 0;
	dir = open(mount, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return host_fail(host, op, -errno, err);
	for (;;) {
		char name[256];
		size_t n;
		int next;

		path += strspn(path, "/");
		n = strcspn(path, "/");
		r = enable(dir, controllers, op->b);
		if (r < 0)
			return host_fail(host, op, r, err);
		if (!path[n])
			return 0; /* the group itself has no children */
		snprintf(name, sizeof(name), "%.*s", (int)n, path);
		if (mkdirat(dir, name, CGROUP_MODE) < 0 && errno != EEXIST)
			return host_fail(host, op, -errno, err);
		next = openat(dir, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (next < 0)
			return host_fail(host, op, -errno, err);
		close(dir);
		dir = next;
		path += n;
	}
}

#define CPUSET_SIZE 16384 /* of a list of processors, or of memory nodes */

/* cpuset of v1: a new group has no processors, and nobody can enter it, until it is given its
 * parent's, which may have to be given its own first. @value is what it has then. */
static int fill_cpuset(const char *path, size_t length, size_t mounted, const char *file,
		       char value[CPUSET_SIZE])
{
	char name[PATH_MAX];
	int r = path_print(name, "%.*s/%s", (int)length, path, file);
	size_t parent = length;

	if (r == 0)
		r = file_read_short(AT_FDCWD, name, value, CPUSET_SIZE);
	if (r < 0 || value[0] != '\n' || length <= mounted)
		return r;
	while (path[--parent] != '/')
		;
	r = fill_cpuset(path, parent, mounted, file, value);
	return r < 0 ? r : file_write(AT_FDCWD, name, value);
}

int host_cgroup_cpuset(struct host *host, const struct op *op, struct oci_error *err)
{
	const char *mount = plan_string(host->plan, op->text);
	char path[PATH_MAX], value[CPUSET_SIZE];
	int r = path_print(path, "%s%s", mount, plan_string(host->plan, op->text2));
	size_t length = r < 0 ? 0 : strlen(path);

	while (length > 0 && path[length - 1] == '/')
		length--;
	if (r == 0)
		r = fill_cpuset(path, length, strlen(mount), "cpuset.cpus", value);
	if (r == 0)
		r = fill_cpuset(path, length, strlen(mount), "cpuset.mems", value);
	return r < 0 ? host_fail(host, op, r, err) : 0;
}

/* The rules of the devices controller go to one file, one write(2) each. */
static int write_limit(struct host *host, const struct op *op)
{
	const char *name = plan_string(host->plan, op->text);
	const char *value = plan_string(host->plan, op->text2);
	ssize_t n;

	if (host->file.fd < 0 || host->file.slot != op->slot ||
	    strcmp(host->file.name, name) != 0) {
		fd_done(&host->file.fd);
		host->file.fd = openat(host->fds[op->slot], name, O_WRONLY | O_CLOEXEC);
		host->file.slot = op->slot;
		host->file.name = name;
	}
	if (host->file.fd < 0)
		return -errno;
	do
		n = pwrite(host->file.fd, value, strlen(value), 0);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : 0;
}

/* What a limit was before it was replaced. */
struct host_limit {
	struct host_limit *next;
	const struct op *op;
	char text[];
};

/* Files with several lines, as that of the devices, tell it in other words. */
static void remember(struct host *host, const struct op *op)
{
	cleanup(free_done) char *text = NULL;
	struct host_limit *limit;
	size_t length;

	if (!host->keep_old || file_read(host->fds[op->slot], plan_string(host->plan, op->text),
					 4096, &text, &length) < 0)
		return;
	if (length == 0 || strchr(text, '\n') != text + length - 1)
		return;
	limit = malloc(sizeof(*limit) + length + 1);
	if (!limit)
		return;
	limit->op = op;
	memcpy(limit->text, text, length + 1);
	limit->next = host->old;
	host->old = limit;
}

/* Twice, since one may have to make room for another. */
void host_restore_limits(struct host *host)
{
	for (int i = 0; i < 2; i++)
		for (const struct host_limit *limit = host->old; limit; limit = limit->next)
			(void)!file_write(host->fds[limit->op->slot],
					  plan_string(host->plan, limit->op->text), limit->text);
}

void host_limits_done(struct host *host)
{
	while (host->old) {
		struct host_limit *next = host->old->next;

		free(host->old);
		host->old = next;
	}
}

int host_cgroup_write(struct host *host, const struct op *op, struct oci_error *err)
{
	int r;

	remember(host, op);
	r = write_limit(host, op);
	if (op->flags & OP_OR_NEXT && (r == 0 || r == -ENOENT))
		return r == 0 ? 1 : 0;
	if (op->flags & OP_MAY_WAIT && (r == -EINVAL || r == -EBUSY) &&
	    host->n_waiting < ARRAY_SIZE(host->waiting)) {
		host->waiting[host->n_waiting++] = op;
		return 0;
	}
	return r < 0 ? host_fail(host, op, r, err) : 0;
}

int host_cgroup_again(struct host *host, const struct op *op, struct oci_error *err)
{
	(void)op;
	while (host->n_waiting > 0) {
		const struct op *waiting = host->waiting[--host->n_waiting];
		int r = write_limit(host, waiting);

		if (r < 0)
			return host_fail(host, waiting, r, err);
	}
	return 0;
}

int host_cgroup_usage(struct host *host, const struct op *op, struct oci_error *err)
{
	const char *where = plan_string(host->plan, op->where);
	cleanup(free_done) char *text = NULL;
	uint64_t usage;
	int r = file_read(host->fds[op->slot], plan_string(host->plan, op->text), 64, &text, NULL);

	if (r == 0)
		r = num_parse(text, strspn(text, "0123456789"), UINT64_MAX, &usage);
	if (r < 0)
		return host_fail(host, op, r, err);
	if (usage > op->a)
		return fail_plain(err, -EBUSY, where,
				  "%s: %llu bytes are less than the %llu in use", where,
				  (unsigned long long)op->a, (unsigned long long)usage);
	return 0;
}

/* A file of the group that the operation names, or with "" the group itself. */
static int open_group(const struct host *host, const struct op *op, const char *file, int flags)
{
	char path[PATH_MAX];
	int r = path_print(path, "%s%s%s", plan_string(host->plan, op->text),
			   plan_string(host->plan, op->text2), file),
	    fd;

	if (r < 0)
		return r;
	fd = open(path, flags | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int host_cgroup_open(struct host *host, const struct op *op, struct oci_error *err)
{
	int fd = open_group(host, op, "", O_PATH | O_DIRECTORY);

	if (fd < 0)
		return host_fail(host, op, fd, err);
	fd_done(&host->fds[op->slot]); /* an update may be written twice */
	host->fds[op->slot] = fd;
	return 0;
}

int host_cgroup_tasks(struct host *host, const struct op *op, struct oci_error *err)
{
	int fd = open_group(host, op, op->a ? "/cgroup.procs" : "/tasks", O_WRONLY);

	if (fd < 0)
		return host_fail(host, op, fd, err);
	host->fds[op->slot2] = fd;
	return 0;
}
