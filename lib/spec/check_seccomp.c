/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The rules about /linux/seccomp. */
#include "spec/check.h"

static bool has_errno(int action)
{
	return action == SPEC_ACT_ERRNO || action == SPEC_ACT_TRACE;
}

void check_seccomp(struct checker *checker, const struct spec_seccomp *seccomp)
{
	size_t index = 0;

	if (seccomp->defaultErrnoRet.set && seccomp->defaultAction &&
	    !has_errno(seccomp->defaultAction))
		check_refuse(checker, "SEC-02", "/linux/seccomp/defaultErrnoRet",
			     "the default action carries no errno");
	if (seccomp->listenerMetadata && !seccomp->listenerPath)
		check_refuse(checker, "SEC-10", "/linux/seccomp/listenerMetadata",
			     "set without listenerPath");
	list_each(rule, seccomp->syscalls) {
		if (rule->errnoRet.set && rule->action && !has_errno(rule->action))
			check_refuse(
				checker, "SEC-14",
				check_at(checker, "/linux/seccomp/syscalls/%zu/errnoRet", index),
				"the action carries no errno");
		index++;
	}
}
