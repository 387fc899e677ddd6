/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* System calls that we use or could use, the release that brought each, and whether this kernel, or
 * a seccomp filter around us, withholds it. */
#ifndef OCI_HOST_CALLS_H
#define OCI_HOST_CALLS_H

#include <oci/error.h>

#include "base/macro.h"

enum host_call {
	HOST_CALL_OPENAT2,
	HOST_CALL_CLONE3,
	HOST_CALL_CLOSE_RANGE,
	HOST_CALL_OPEN_TREE,
	HOST_CALL_MOVE_MOUNT,
	HOST_CALL_FSOPEN,
	HOST_CALL_FSCONFIG,
	HOST_CALL_FSMOUNT,
	HOST_CALL_MOUNT_SETATTR,
	HOST_CALL_PIDFD_OPEN,
	HOST_CALL_PIDFD_SEND_SIGNAL,
	HOST_CALL_MEMFD_CREATE,
	HOST_CALL_EXECVEAT,
	HOST_CALL_STATX,
	HOST_CALL_STATMOUNT,
	HOST_CALL_SECCOMP,
	HOST_CALL_SET_MEMPOLICY,
	HOST_CALL_MAX_,
};

struct host_call_row {
	const char *name;
	const char *kernel; /* "5.6" */
	bool needed;        /* without it nothing runs */
};
extern const struct host_call_row host_calls[HOST_CALL_MAX_];

/* 0, or why the call cannot be used: -ENOSYS, -EPERM. Does nothing but ask. */
int host_call_probe(enum host_call call);

/* A call that we need and that answers @error, -ENOSYS or -EPERM, whatever it is asked; NULL if
 * there is none, or if somebody without privileges would be told the same. */
const struct host_call_row *host_call_withheld(int error);

/* Puts the withheld call, if there is one, behind the message of an error that may come from it,
 * and returns @code. For the end of a verb, so that all that happened on the way is covered. */
int host_call_explain(int code, struct oci_error *err);

#endif
