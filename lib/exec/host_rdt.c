/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The host's operations on resctrl, see Documentation/filesystems/resctrl.rst of the kernel. A
 * group is a directory, which comes with its files and goes with them. Names in it are checked
 * ones, and it has no symbolic links. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/fd.h"
#include "base/text.h"
#include "exec/host_ops.h"
#include "exec/host_rdt.h"
#include "host/facts.h"
#include "plan/intel_rdt.h"

#define GROUP_MODE   0755
#define SCHEMATA_MAX (1 << 20)

static int open_group(const char *group)
{
	char path[PATH_MAX];
	int r = path_print(path, HOST_RESCTRL "/%s", group), fd;

	if (r < 0)
		return r;
	fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static int make_group(const char *group)
{
	cleanup(fd_done) int root = open_group("");

	if (root < 0)
		return root;
	return mkdirat(root, group, GROUP_MODE) < 0 ? -errno : 0;
}

static int write_in_group(const char *group, const char *name, const char *text)
{
	cleanup(fd_done) int fd = open_group(group);

	return fd < 0 ? fd : file_write(fd, name, text);
}

/* So that what others make, which follow the same custom, is seen whole or not at all. */
int host_rdt_lock(struct host *host, const struct op *op, struct oci_error *err)
{
	int fd = open(HOST_RESCTRL, O_RDONLY | O_DIRECTORY | O_CLOEXEC), r;

	if (fd < 0)
		return host_fail(host, op, -errno, err);
	host->fds[op->slot] = fd;
	do
		r = flock(fd, LOCK_EX);
	while (r < 0 && errno == EINTR);
	return r < 0 ? host_fail(host, op, -errno, err) : 0;
}

int host_rdt_unlock(struct host *host, const struct op *op, struct oci_error *err)
{
	(void)err;
	fd_done(&host->fds[op->slot]);
	return 0;
}

int host_rdt_find(struct host *host, const struct op *op, struct oci_error *err)
{
	cleanup(fd_done) int fd = open_group(plan_string(host->plan, op->text));

	if (fd < 0)
		return host_fail(host, op, fd, err);
	return faccessat(fd, "tasks", F_OK, 0) < 0 ? host_fail(host, op, -errno, err) : 0;
}

/* If it is there, what would make it is left out. */
int host_rdt_match(struct host *host, const struct op *op, struct oci_error *err)
{
	const char *where = plan_string(host->plan, op->where);
	const char *group = plan_string(host->plan, op->text), *line;
	cleanup(fd_done) int fd = open_group(group);
	cleanup(free_done) char *schemata = NULL;
	size_t length;
	int r;

	if (fd == -ENOENT)
		return 0;
	r = fd < 0 ? fd : file_read(fd, "schemata", SCHEMATA_MAX, &schemata, NULL);
	if (r < 0)
		return host_fail(host, op, r, err);
	line = plan_schemata_differ(plan_string(host->plan, op->text2), schemata, &length);
	if (!line)
		return op->skip;
	return fail_plain(err, -EEXIST, where, "%s: resctrl group \"%s\" is there without \"%.*s\"",
			  where, group, (int)length, line);
}

int host_rdt_make(struct host *host, const struct op *op, struct oci_error *err)
{
	int r = make_group(plan_string(host->plan, op->text));

	if (r < 0)
		return host_fail(host, op, r, err);
	host->calls->rdt_made(host->context, false);
	return 0;
}

int host_rdt_monitor(struct host *host, const struct op *op, struct oci_error *err)
{
	const char *group = plan_string(host->plan, op->text);
	int r = make_group(group + strspn(group, "/"));

	if (r < 0)
		return host_fail(host, op, r, err);
	host->calls->rdt_made(host->context, true);
	return 0;
}

/* What the kernel has against the text that it was given last. */
static void add_reason(struct text *message)
{
	cleanup(free_done) char *reason = NULL;
	cleanup(fd_done) int root = open_group("");

	if (root < 0 || file_read(root, "info/last_cmd_status", 4096, &reason, NULL) < 0 ||
	    strncmp(reason, "ok", 2) == 0)
		return;
	text_printf(message, " (%.*s)", (int)strcspn(reason, "\n"), reason);
}

int host_rdt_schema(struct host *host, const struct op *op, struct oci_error *err)
{
	const char *schema = plan_string(host->plan, op->text2);
	const char *where = plan_string(host->plan, op->where);
	const char *group = plan_string(host->plan, op->text);
	cleanup(text_done) struct text line = { 0 }, reason = { 0 };
	int r;

	text_printf(&line, "%s\n", schema);
	r = line.failed ? -ENOMEM : write_in_group(group, "schemata", line.data);
	if (r == 0)
		return 0;
	if (r == -EINVAL)
		add_reason(&reason);
	return fail(err, r, where, "%s: write \"%s\" to schemata of resctrl group \"%s\"%s", where,
		    schema, group, reason.data ? reason.data : "");
}

int host_rdt_join(struct host *host, const struct op *op, struct oci_error *err)
{
	char pid[16];
	int r;

	snprintf(pid, sizeof(pid), "%d\n", host->pid);
	r = write_in_group(plan_string(host->plan, op->text), "tasks", pid);
	return r < 0 ? host_fail(host, op, r, err) : 0;
}

/* --- after the container --- */

static bool is_empty(int group)
{
	cleanup(fd_done) int fd = openat(group, "tasks", O_RDONLY | O_CLOEXEC);
	char byte;

	return fd >= 0 && read(fd, &byte, 1) == 0;
}

/* What is gone already is no error. */
static int remove_directory(int parent, const char *name)
{
	if (unlinkat(parent, name, AT_REMOVEDIR) < 0 && errno != ENOENT)
		return -errno;
	return 0;
}

static int remove_class(const struct plan_rdt *rdt, int group)
{
	cleanup(fd_done) int root = open_group("");

	if (root < 0)
		return root;
	if (rdt->shared && !is_empty(group))
		return 0;
	return remove_directory(root, rdt->group);
}

int host_rdt_remove(const struct plan_rdt *rdt, const char *id, struct oci_error *err)
{
	cleanup(fd_done) int group = -1, monitoring = -1;
	int r = 0;

	if (!rdt->makes && !rdt->monitors)
		return 0;
	group = open_group(rdt->group);
	if (group == -ENOENT)
		return 0;
	if (group < 0)
		return fail(err, group, NULL, "cannot remove resctrl group \"%s\"", rdt->group);
	if (rdt->monitors) {
		monitoring = openat(group, "mon_groups", O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (monitoring >= 0)
			r = remove_directory(monitoring, id);
	}
	if (r == 0 && rdt->makes)
		r = remove_class(rdt, group);
	return r < 0 ? fail(err, r, NULL, "cannot remove resctrl group \"%s\"", rdt->group) : 0;
}
