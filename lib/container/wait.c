/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* wait: the end of a program, and how it came. Its parent learns that by reaping it. Others can see
 * it as long as nobody has reaped it, and from a pidfd that they had before (Linux 6.15). */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/error.h"
#include "base/fd.h"
#include "base/num.h"
#include "container/container.h"
#include "host/calls.h"
#include "state/id.h"
#include "sys/calls.h"

/* include/uapi/linux/pidfd.h, 6.13; PIDFD_INFO_EXIT and exit_code 6.15 */
struct pidfd_info {
	uint64_t mask;
	uint64_t cgroupid;
	uint32_t ids[11];
	int32_t exit_code;
};
#define PIDFD_INFO_EXIT (1ULL << 3)
#define PIDFD_GET_INFO  _IOWR(0xFF, 11, struct pidfd_info)

/* Somebody has reaped it; the pidfd still knows. */
static bool ask_pidfd(int pidfd, int *ret)
{
	struct pidfd_info info = { .mask = PIDFD_INFO_EXIT };

	if (ioctl(pidfd, PIDFD_GET_INFO, &info) < 0 || !(info.mask & PIDFD_INFO_EXIT))
		return false;
	*ret = info.exit_code;
	return true;
}

static bool pid_of(int pidfd, uint64_t *ret)
{
	static const char key[] = "Pid:\t";
	cleanup(free_done) char *text = NULL;
	char path[sizeof("/proc/self/fdinfo/2147483647")];
	const char *line;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", pidfd);
	if (file_read(AT_FDCWD, path, 4096, &text, NULL) < 0)
		return false;
	line = strstr(text, key);
	if (!line)
		return false;
	line += strlen(key);
	return num_parse(line, strcspn(line, "\n"), INT32_MAX, ret) == 0 && *ret > 0;
}

/* It has ended and nobody has reaped it. To those who may not look into it the status is 0, and so
 * whether one may is asked first: both ask the same of ptrace(2). */
static bool ask_remains(int pidfd, int *ret)
{
	char path[sizeof("/proc/2147483647/ns/user")];
	uint64_t pid, code;
	struct stat st;

	if (!pid_of(pidfd, &pid))
		return false;
	snprintf(path, sizeof(path), "/proc/%d/ns/user", (int)pid);
	if (stat(path, &st) < 0 || !process_stat((int)pid, 52, &code))
		return false;
	*ret = (int)code;
	/* Was it still there, so that the number was its own? */
	return sys_pidfd_send_signal(pidfd, 0) == 0;
}

/* Waits for the end. *ret is what wait(2) calls the status; -ECHILD when nobody knows it. */
static int await_end(int pidfd, int *ret)
{
	struct pollfd poll_fd = { .fd = pidfd, .events = POLLIN };
	siginfo_t info;
	int r;

	do {
		memset(&info, 0, sizeof(info));
		r = waitid((idtype_t)3 /* P_PIDFD */, (id_t)pidfd, &info, WEXITED);
	} while (r < 0 && errno == EINTR);
	if (r == 0) {
		*ret = info.si_code == CLD_EXITED ? info.si_status << 8 : info.si_status;
		return 0;
	}
	if (errno != ECHILD)
		return -errno;
	do
		r = poll(&poll_fd, 1, -1);
	while (r < 0 && errno == EINTR);
	if (r < 0)
		return -errno;
	/* It may be reaped between the two questions. */
	return ask_pidfd(pidfd, ret) || ask_remains(pidfd, ret) || ask_pidfd(pidfd, ret) ? 0
											 : -ECHILD;
}

static int status_of(int code)
{
	return WIFSIGNALED(code) ? 128 + WTERMSIG(code) : WEXITSTATUS(code);
}

_public_ int oci_wait(int pidfd, int *ret_status, struct oci_error *err)
{
	int code, r = await_end(pidfd, &code);

	if (r == -ECHILD)
		return fail_plain(err, r, NULL,
				  "the exit status is unknown: another process has reaped it");
	if (r < 0)
		return fail(err, r, NULL, "cannot wait");
	*ret_status = status_of(code);
	return 0;
}

static int wait_for(const struct record *record, struct oci_exit *ret, struct oci_error *err)
{
	cleanup(fd_done) int pidfd = process_find(record);
	int code, r;

	if (!record->pid.set)
		return fail_plain(err, -ESRCH, NULL,
				  "cannot wait for container \"%s\": it is not created",
				  record->id);
	r = pidfd < 0 ? pidfd : await_end(pidfd, &code);
	if (r == -ESRCH || r == -ECHILD)
		return 0;
	if (r < 0)
		return fail(err, r, NULL, "cannot wait for container \"%s\"", record->id);
	ret->known |= OCI_EXIT_STATUS;
	ret->status = status_of(code);
	ret->signal = WIFSIGNALED(code) ? WTERMSIG(code) : 0;
	return 0;
}

/* Whoever deletes the container meanwhile removes what is looked for. */
static int look_at_memory(const struct record *record, struct oci_exit *ret, struct oci_error *err)
{
	cleanup(free_done) struct cgroup *cgroups = container_cgroups(record);
	struct cgroup_memory memory;

	if (!cgroups)
		return fail(err, -ENOMEM, NULL, "cannot wait for container \"%s\"", record->id);
	cgroup_memory(cgroups, record->cgroups.n, &memory);
	ret->known |= memory.knows_oom_kills ? OCI_EXIT_OOM_KILLS : 0u;
	ret->known |= memory.knows_peak ? OCI_EXIT_MEMORY_PEAK : 0u;
	ret->oom_kills = memory.oom_kills;
	ret->memory_peak = memory.peak;
	return 0;
}

_public_ int oci_wait_container(struct oci_context *context, const char *id, struct oci_exit *ret,
				struct oci_error *err)
{
	cleanup(arena_done) struct arena arena = { 0 };
	cleanup(state_done) struct state state = { .dir = -1 };
	struct oci_exit exit = { .size = ret->size };
	struct record *record;
	int r;

	if (ret->size == 0)
		return fail_plain(err, -EINVAL, NULL, "the size of the exit is 0");
	r = id_check(id, err);
	if (r == 0)
		r = state_open(context->state_root, id, false, &state, err);
	if (r == 0)
		r = state_read(&state, &arena, &record, err);
	if (r == 0)
		r = wait_for(record, &exit, err);
	if (r == 0)
		r = look_at_memory(record, &exit, err);
	if (r == 0)
		memcpy(ret, &exit, ret->size < sizeof(exit) ? ret->size : sizeof(exit));
	return host_call_explain(r, err);
}
