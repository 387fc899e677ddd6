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

int op_error(const struct plan *plan, const struct op *op, int error, struct oci_error *err)
{
	const char *where = plan_string(plan, op->where), *reason = reason_of(plan, op, error);
	const char *kernel = plan_op_kernel((enum op_kind)op->kind);
	cleanup(text_done) struct text phrase = { 0 };

	if (where[0])
		text_printf(&phrase, "%s: ", where);
	plan_print_op(&phrase, plan, op, false);
	if (phrase.failed)
		return fail(err, error, where, "%s", where);
	if (reason)
		return fail_plain(err, error, where, "%s: %s", phrase.data, reason);
	/* Where one call is to blame it is named at the end, see host/calls.h. */
	if (error == -ENOSYS && kernel[0] && !host_call_withheld(error))
		return fail(err, error, where, "%s needs Linux %s", phrase.data, kernel);
	return fail(err, error, where, "%s", phrase.data);
}

int child_error_if_any(const struct plan *plan, const struct plan_report *report,
		       struct oci_error *err)
{
	const struct op *op;
	int error = report->error;

	if (error >= 0)
		return 0;
	if (report->op < 0 || (uint32_t)report->op >= plan->n_child)
		return fail(err, error, NULL, "init failed");
	op = plan_ops(plan, PLAN_CHILD) + report->op;
	if (op->kind == OP_EXECUTABLE || op->kind == OP_EXEC)
		return executable_error(plan, op, error, err);
	return op_error(plan, op, error, err);
}

int child_error(const struct plan *plan, const struct plan_report *report, int pidfd,
		struct oci_error *err)
{
	siginfo_t info = { 0 };
	int r;

	r = child_error_if_any(plan, report, err);
	if (r < 0)
		return r;
	if (waitid((idtype_t)3 /* P_PIDFD */, (id_t)pidfd, &info, WEXITED | WNOWAIT) < 0)
		return fail_plain(err, -ECHILD, NULL, "init ended before the container was ready");
	if (info.si_code == CLD_KILLED || info.si_code == CLD_DUMPED)
		return fail_plain(err, -ECHILD, NULL,
				  "init was killed by signal %d before the container was ready%s",
				  info.si_status,
				  info.si_status == SIGKILL ? " (is the memory limit too small?)"
							    : "");
	return fail_plain(err, -ECHILD, NULL,
			  "init ended with status %d before the container was ready",
			  info.si_status);
}
