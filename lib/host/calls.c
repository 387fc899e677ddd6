/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which system calls are there, see calls.h. */
#include <errno.h>
#include <linux/capability.h>
#include <unistd.h>

#include "base/error.h"
#include "host/calls.h"
#include "host/facts.h"
#include "host/users.h"
#include "sys/syscall.h"

const struct host_call_row host_calls[HOST_CALL_MAX_] = {
	[HOST_CALL_OPENAT2] = { "openat2", "5.6", true },
	[HOST_CALL_CLONE3] = { "clone3", "5.3", true },
	[HOST_CALL_CLOSE_RANGE] = { "close_range", "5.9", true },
	[HOST_CALL_OPEN_TREE] = { "open_tree", "5.2", true },
	[HOST_CALL_MOVE_MOUNT] = { "move_mount", "5.2", true },
	[HOST_CALL_FSOPEN] = { "fsopen", "5.2", true },
	[HOST_CALL_FSCONFIG] = { "fsconfig", "5.2", true },
	[HOST_CALL_FSMOUNT] = { "fsmount", "5.2", true },
	[HOST_CALL_MOUNT_SETATTR] = { "mount_setattr", "5.12", true },
	[HOST_CALL_PIDFD_OPEN] = { "pidfd_open", "5.3", true },
	[HOST_CALL_PIDFD_SEND_SIGNAL] = { "pidfd_send_signal", "5.1", true },
	[HOST_CALL_MEMFD_CREATE] = { "memfd_create", "3.17", true },
	[HOST_CALL_EXECVEAT] = { "execveat", "3.19", true },
	[HOST_CALL_STATX] = { "statx", "4.11", true },
	[HOST_CALL_STATMOUNT] = { "statmount", "6.8", false },
	[HOST_CALL_SECCOMP] = { "seccomp", "3.17", false },
	[HOST_CALL_SET_MEMPOLICY] = { "set_mempolicy", "2.6.6", false },
};

/* Since 5.1 a new call has the same number everywhere. */
static const long numbers[HOST_CALL_MAX_] = {
	[HOST_CALL_OPENAT2] = 437,
	[HOST_CALL_CLONE3] = 435,
	[HOST_CALL_CLOSE_RANGE] = 436,
	[HOST_CALL_OPEN_TREE] = 428,
	[HOST_CALL_MOVE_MOUNT] = 429,
	[HOST_CALL_FSOPEN] = 430,
	[HOST_CALL_FSCONFIG] = 431,
	[HOST_CALL_FSMOUNT] = 432,
	[HOST_CALL_MOUNT_SETATTR] = 442,
	[HOST_CALL_PIDFD_OPEN] = 434,
	[HOST_CALL_PIDFD_SEND_SIGNAL] = 424,
	[HOST_CALL_MEMFD_CREATE] = __NR_memfd_create,
	[HOST_CALL_EXECVEAT] = __NR_execveat,
	[HOST_CALL_STATX] = __NR_statx,
	[HOST_CALL_STATMOUNT] = 457,
	[HOST_CALL_SECCOMP] = __NR_seccomp,
	[HOST_CALL_SET_MEMPOLICY] = __NR_set_mempolicy,
};

/* Called with arguments that no call takes: one that is there says so, and does nothing. */
int host_call_probe(enum host_call call)
{
	if (syscall(numbers[call], -1L, 0L, 0L, 0L, 0L, 0L) >= 0)
		return 0;
	return errno == ENOSYS || errno == EPERM ? -errno : 0;
}

/* Calls that mount look at the caller's privileges before anything else. */
static bool may_mount(void)
{
	return (host_permitted() & 1ULL << CAP_SYS_ADMIN) && host_owns_mounts();
}

const struct host_call_row *host_call_withheld(int error)
{
	if (error != -ENOSYS && (error != -EPERM || !may_mount()))
		return NULL;
	for (enum host_call call = 0; call < HOST_CALL_MAX_; call++)
		if (host_calls[call].needed && host_call_probe(call) == error)
			return &host_calls[call];
	return NULL;
}

int host_call_explain(int code, struct oci_error *err)
{
	const struct host_call_row *call = err ? host_call_withheld(code) : NULL;

	if (!call)
		return code;
	error_call(err, call->name);
	if (code == -ENOSYS)
		error_hint(err, "the kernel has no %s(2), Linux %s brought it", call->name,
			   call->kernel);
	else
		error_hint(err, "%s(2), which Linux %s brought, is forbidden here", call->name,
			   call->kernel);
	return fail_behind(err, "%s", err->hint);
}
