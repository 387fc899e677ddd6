/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What went wrong with an operation, see child_error.h. The words for a program that cannot be
 * executed are the ones that engines look for to tell exit codes 126 and 127 apart. */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "base/error.h"
#include "exec/child_error.h"
#include "host/calls.h"
#include "plan/print.h"
#include "sys/abi.h"

static int executable_error(const struct plan *plan, const struct op *op, int error,
			    struct oci_error *err)
{
	const char *name = plan_string(plan, op->text);
	const char *where = plan_string(plan, op->where);

	if (error == -ENOENT && !strchr(name, '/'))
		return fail(err, error, where, "exec: \"%s\": executable file not found in $PATH",
			    name);
	if (error == -EISDIR)
		return fail(err, -EACCES, where, "exec: \"%s\": is a directory", name);
	if (error == -ENOENT && op->kind == OP_EXECUTABLE)
		return fail(err, error, where, "exec: \"%s\": stat %s", name, name);
	return fail(err, error, where, "exec: \"%s\"", name);
}

/* Where the kernel's one error for many things means one of them. */
static const char *reason_of(const struct plan *plan, const struct op *op, int error)
{
	static const struct {
		enum op_kind kind;
		int error;
		const char *reason;
		const char *text; /* of the operation, NULL for any */
	} reasons[] = {
		{ OP_OWN_WRITE, -ENOENT, "the profile is not loaded",
		  "/proc/self/attr/apparmor/exec" },
		{ OP_OWN_WRITE, -EINVAL, "the policy does not know the label",
		  "/proc/self/attr/exec" },
		{ OP_CLONE, -ENOMEM, "it is dead, its init has ended" },
		{ OP_CLONE, -ENOSPC, "there are too many of them (user.max_*_namespaces)" },
		{ OP_UNSHARE, -ENOSPC, "there are too many of them (user.max_*_namespaces)" },
		{ OP_IDMAP, -EINVAL, "its file system cannot" },
		{ OP_TREE_SEND, -EOPNOTSUPP, "its file system cannot map ids" },
		{ OP_AFFINITY, -EINVAL, "there is no such CPU, or the cgroup does not allow it" },
		{ OP_RDT_FIND, -ENOENT, "there is none, and no schemata to make it with" },
		{ OP_RDT_MATCH, -ENOENT, "that is something else" },
		{ OP_RDT_MAKE, -EEXIST, "it is there already" },
		{ OP_RDT_MAKE, -ENOSPC, "the processor has no more of them" },
		{ OP_RDT_MONITOR, -EEXIST, "it is there already" },
		{ OP_RDT_MONITOR, -ENOENT, "the processor does not monitor" },
		{ OP_RDT_MONITOR, -ENOSPC, "the processor has no more of them" },
		{ OP_SETNS, -EINVAL, "it is not the caller's own, nor one below that" },
	};

	if (op->kind == OP_SETNS && op->a != ABI_CLONE_NEWPID)
		return NULL;
	for (size_t i = 0; i < ARRAY_SIZE(reasons); i++)
		if (reasons[i].kind == op->kind && reasons[i].error == error &&
		    (!reasons[i].text || strcmp(reasons[i].text, plan_string(plan, op->text)) == 0))
			return reasons[i].reason;
	return NULL;
}

/* Operations that make one system call, so that its error is theirs. */
static const char *const calls[OP_MAX_] = {
	[OP_PDEATHSIG] = "prctl",
	[OP_SESSION] = "setsid",
	[OP_CGROUP_JOIN] = "write",
	[OP_SETNS] = "setns",
	[OP_CLONE] = "clone3",
	[OP_UNSHARE] = "unshare",
	[OP_KEYRING] = "keyctl",
	[OP_HOSTNAME] = "sethostname",
	[OP_DOMAINNAME] = "setdomainname",
	[OP_PROPAGATION] = "mount_setattr",
	[OP_TREE] = "open_tree",
	[OP_TREE_OF] = "open_tree",
	[OP_ATTRIBUTES] = "mount_setattr",
	[OP_IDMAP] = "mount_setattr",
	[OP_FS_OPEN] = "fsopen",
	[OP_FS_STRING] = "fsconfig",
	[OP_FS_DESCRIPTOR] = "fsconfig",
	[OP_FS_FLAG] = "fsconfig",
	[OP_ATTACH] = "move_mount",
	[OP_RLIMIT] = "prlimit64",
	[OP_AFFINITY] = "sched_setaffinity",
	[OP_PERSONALITY] = "personality",
	[OP_MEMORY_POLICY] = "set_mempolicy",
	[OP_IO_PRIORITY] = "ioprio_set",
	[OP_SCHEDULER] = "sched_setattr",
	[OP_CHDIR] = "chdir",
	[OP_BOUNDING] = "prctl",
	[OP_GROUPS] = "setgroups",
	[OP_CAPABILITIES] = "capset",
	[OP_AMBIENT] = "prctl",
	[OP_NO_NEW_PRIVS] = "prctl",
	[OP_CLOSE_FROM] = "close_range",
	[OP_EXEC] = "execve",
	[OP_CGROUP_DEVICES] = "bpf",
};

static int describe(const struct plan *plan, const struct op *op, int error, struct oci_error *err)
{
	const char *where = plan_string(plan, op->where), *reason = reason_of(plan, op, error);
	const char *kernel = plan_op_kernel((enum op_kind)op->kind);
	cleanup(text_done) struct text phrase = { 0 };

	if (where[0])
		text_printf(&phrase, "%s: ", where);
	plan_print_op(&phrase, plan, op, false);
	if (phrase.failed)
		return fail(err, error, where, "%s", where);
	if (reason) {
		(void)fail_plain(err, error, where, "%s: %s", phrase.data, reason);
		error_hint(err, "%s", reason);
		return error;
	}
	/* Where one call is to blame it is named at the end, see host/calls.h. */
	if (error == -ENOSYS && kernel[0] && !host_call_withheld(error)) {
		(void)fail(err, error, where, "%s needs Linux %s", phrase.data, kernel);
		error_hint(err, "needs Linux %s", kernel);
		return error;
	}
	return fail(err, error, where, "%s", phrase.data);
}

int op_error(const struct plan *plan, const struct op *op, int error, struct oci_error *err)
{
	enum op_kind kind = (enum op_kind)op->kind;
	bool child = plan_op_column(kind) == PLAN_CHILD;
	int r = child && (kind == OP_EXECUTABLE || kind == OP_EXEC)
			? executable_error(plan, op, error, err)
			: describe(plan, op, error, err);

	error_call(err, calls[kind] ? calls[kind] : "");
	return error_stage(err, r, child ? "init" : "host");
}

int child_error_if_any(const struct plan *plan, const struct plan_report *report,
		       struct oci_error *err)
{
	int error = report->error;

	if (error >= 0)
		return 0;
	if (report->op < 0 || (uint32_t)report->op >= plan->n_child)
		return fail(err, error, NULL, "init failed");
	return op_error(plan, plan_ops(plan, PLAN_CHILD) + report->op, error, err);
}

static int ended(int pidfd, struct oci_error *err)
{
	siginfo_t info = { 0 };

	if (waitid((idtype_t)3 /* P_PIDFD */, (id_t)pidfd, &info, WEXITED | WNOWAIT) < 0)
		return fail_plain(err, -ECHILD, NULL, "init ended before the container was ready");
	if (info.si_code != CLD_KILLED && info.si_code != CLD_DUMPED)
		return fail_plain(err, -ECHILD, NULL,
				  "init ended with status %d before the container was ready",
				  info.si_status);
	return fail_plain(err, -ECHILD, NULL,
			  "init was killed by signal %d before the container was ready",
			  info.si_status);
}

int child_error(const struct plan *plan, const struct plan_report *report, int pidfd,
		struct oci_error *err)
{
	int r = child_error_if_any(plan, report, err);

	return r < 0 ? r : error_stage(err, ended(pidfd, err), "init");
}
