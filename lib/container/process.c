/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finding a container's init again. A pid alone may belong to somebody else by now; the inode of a
 * pidfd is never used twice (6.9), and before that the start time tells. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "base/fd.h"
#include "base/num.h"
#include "container/container.h"
#include "sys/calls.h"

#define PF_EXITING 4 /* include/linux/sched.h of the kernel */

static bool pidfd_inode(int pidfd, uint64_t *ret)
{
	struct statfs fs;
	struct stat st;

	if (fstatfs(pidfd, &fs) < 0 || (unsigned long)fs.f_type != ABI_PIDFS_MAGIC ||
	    fstat(pidfd, &st) < 0)
		return false;
	*ret = st.st_ino;
	return true;
}

/* proc_pid_stat(5); the second field is a name in parentheses that may hold anything. */
bool process_stat(int pid, int number, uint64_t *ret)
{
	cleanup(free_done) char *text = NULL;
	char path[32];
	const char *field;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	if (file_read(AT_FDCWD, path, 65536, &text, NULL) < 0)
		return false;
	field = strrchr(text, ')');
	for (int i = 2; field && i < number; i++)
		field = strchr(field + 1, ' ');
	return field && num_parse(field + 1, strcspn(field + 1, " \n"), UINT64_MAX, ret) == 0;
}

static bool start_time(int pid, uint64_t *ret)
{
	return process_stat(pid, 22, ret);
}

bool process_is_ending(const struct record *record, int pidfd)
{
	struct pollfd poll_fd = { .fd = pidfd, .events = POLLIN };
	uint64_t flags;

	/* Until it can be read its pid is its own. */
	return !process_stat((int)record->pid.value, 9, &flags) || flags & PF_EXITING ||
	       poll(&poll_fd, 1, 0) > 0;
}

void process_identify(int pid, int pidfd, struct record *record)
{
	record->pid = (struct opt_int){ .value = pid, .set = true };
	record->pidfd.set = pidfd_inode(pidfd, &record->pidfd.value);
	if (!record->pidfd.set)
		record->startTime.set = start_time(pid, &record->startTime.value);
}

static bool is_same(const struct record *record, int pidfd)
{
	uint64_t value;

	if (record->pidfd.set)
		return pidfd_inode(pidfd, &value) && value == record->pidfd.value;
	return record->startTime.set && start_time((int)record->pid.value, &value) &&
	       value == record->startTime.value;
}

/* A pid that nobody has is enough to know that ours has ended, where no pidfd is to be had. */
static bool is_free(int pid)
{
	return kill(pid, 0) < 0 && errno == ESRCH;
}

int process_find(const struct record *record)
{
	cleanup(fd_done) int pidfd = -1;

	if (!record->pid.set)
		return -ESRCH;
	pidfd = sys_pidfd_open((int)record->pid.value, 0);
	if (pidfd == -EINVAL || (pidfd < 0 && is_free((int)record->pid.value)))
		return -ESRCH;
	if (pidfd < 0)
		return pidfd;
	return is_same(record, pidfd) ? TAKE_FD(pidfd) : -ESRCH;
}

int process_open(const struct record *record)
{
	cleanup(fd_done) int pidfd = process_find(record);
	struct pollfd poll_fd = { .fd = pidfd, .events = POLLIN };

	if (pidfd < 0)
		return pidfd;
	/* Readable: it has ended, and only waits to be reaped. */
	return poll(&poll_fd, 1, 0) > 0 ? -ESRCH : TAKE_FD(pidfd);
}
