/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The rules about /linux/seccomp. */
#include "spec/check.h"
#include "spec/spec.h"

#define ERRNO_MAX 4095 /* include/linux/err.h */

static bool has_errno(int action)
{
	return action == SPEC_ACT_ERRNO || action == SPEC_ACT_TRACE;
}

/* SECCOMP_RET_DATA has 16 bits, and a tracer gets them all. Of an errno the kernel takes no more
 * than MAX_ERRNO. */
static void check_errno(struct checker *checker, int action, struct opt_uint number,
			const char *pointer)
{
	if (action == SPEC_ACT_ERRNO && number.value > ERRNO_MAX)
		check_refuse(checker, "VAL-01", pointer,
			     "expected a number from 0 to %d, found %llu", ERRNO_MAX,
			     (unsigned long long)number.value);
}

void check_seccomp(struct checker *checker, const struct spec_seccomp *seccomp)
{
	size_t index = 0;

	check_errno(checker, seccomp->defaultAction, seccomp->defaultErrnoRet,
		    "/linux/seccomp/defaultErrnoRet");

	if (seccomp->defaultErrnoRet.set && seccomp->defaultAction &&
	    !has_errno(seccomp->defaultAction))
		check_refuse(checker, "SEC-02", "/linux/seccomp/defaultErrnoRet",
			     "the default action carries no errno");
	if (seccomp->listenerMetadata && seccomp->listenerMetadata[0] && !seccomp->listenerPath &&
	    check_sound(checker, "/linux/seccomp/listenerPath"))
		check_refuse(checker, "SEC-10", "/linux/seccomp/listenerMetadata",
			     "set without listenerPath");
	if (spec_seccomp_notifies(seccomp) && !seccomp->listenerPath &&
	    check_sound(checker, "/linux/seccomp/listenerPath"))
		check_refuse(checker, "", "/linux/seccomp",
			     "SCMP_ACT_NOTIFY without listenerPath: nobody would answer");
	list_each(rule, seccomp->syscalls) {
		if (rule->errnoRet.value > ERRNO_MAX)
			check_errno(
				checker, rule->action, rule->errnoRet,
				check_at(checker, "/linux/seccomp/syscalls/%zu/errnoRet", index));
		if (rule->errnoRet.set && rule->action && !has_errno(rule->action))
			check_refuse(
				checker, "SEC-14",
				check_at(checker, "/linux/seccomp/syscalls/%zu/errnoRet", index),
				"the action carries no errno");
		index++;
	}
}
