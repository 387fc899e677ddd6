/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What libseccomp makes of a profile when it is asked as runc and crun ask it. */
#ifndef TESTS_UNIT_REFERENCE_H
#define TESTS_UNIT_REFERENCE_H

#include "base/text.h"
#include "spec/model.h"

/* SCMP_ACT_* of a rule, or of the default. */
uint32_t reference_action(int action, const struct opt_uint *errno_ret);

/* Appends the filter to @program, struct sock_filter after struct sock_filter. It is for the
 * architectures of one byte order only, as libseccomp has it: those that the profile lists and the
 * one at hand; where there is none, nothing is appended. Returns what libseccomp returned: 0 or a
 * negative errno, -EEXIST where it cannot bring two rules together. */
int reference_compile(const struct spec_seccomp *seccomp, bool big_endian, struct text *program);

#endif
