/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* wait: the end of a program, and how it came. */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>

#include <oci/container.h>

#include "base/error.h"

/* include/uapi/linux/pidfd.h, 6.13; PIDFD_INFO_EXIT and exit_code 6.15 */
struct pidfd_info {
	uint64_t mask;
	uint64_t cgroupid;
	uint32_t ids[11];
	int32_t exit_code;
};
#define PIDFD_INFO_EXIT (1ULL << 3)
#define PIDFD_GET_INFO  _IOWR(0xFF, 11, struct pidfd_info)

static int status_of(int code, int value)
{
	return code == CLD_EXITED ? value : 128 + value;
}

/* Somebody else reaped it; the pidfd still knows. */
static int ask_pidfd(int pidfd, int *ret_status, struct oci_error *err)
{
	struct pidfd_info info = { .mask = PIDFD_INFO_EXIT };

	if (ioctl(pidfd, PIDFD_GET_INFO, &info) < 0 || !(info.mask & PIDFD_INFO_EXIT))
		return fail_plain(err, -ECHILD, NULL,
				  "the exit status is unknown: another process has reaped it");
	*ret_status = WIFSIGNALED(info.exit_code) ? 128 + WTERMSIG(info.exit_code)
						  : WEXITSTATUS(info.exit_code);
	return 0;
}

_public_ int oci_wait(int pidfd, int *ret_status, struct oci_error *err)
{
	struct pollfd poll_fd = { .fd = pidfd, .events = POLLIN };
	siginfo_t info;
	int r;

	do {
		memset(&info, 0, sizeof(info));
		r = waitid((idtype_t)3 /* P_PIDFD */, (id_t)pidfd, &info, WEXITED);
	} while (r < 0 && errno == EINTR);
	if (r == 0) {
		*ret_status = status_of(info.si_code, info.si_status);
		return 0;
	}
	if (errno != ECHILD)
		return fail(err, -errno, NULL, "cannot wait");
	do
		r = poll(&poll_fd, 1, -1);
	while (r < 0 && errno == EINTR);
	return ask_pidfd(pidfd, ret_status, err);
}
