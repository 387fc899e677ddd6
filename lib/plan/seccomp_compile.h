/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From /linux/seccomp to a classic BPF program. Pure. */
#ifndef OCI_PLAN_SECCOMP_COMPILE_H
#define OCI_PLAN_SECCOMP_COMPILE_H

#include <linux/filter.h>
#include <oci/error.h>

#include "base/text.h"
#include "spec/model.h"

/* Appends the program, struct sock_filter after struct sock_filter. -EINVAL for an architecture
 * that is unknown, -E2BIG for more than the kernel takes. */
int seccomp_compile(const struct spec_seccomp *seccomp, struct text *program,
		    struct oci_error *err) _must_check_;

/* Appends bytes that are the same only for what seccomp_compile() makes the same of, if it is that
 * of one build. */
void seccomp_key(const struct spec_seccomp *seccomp, struct text *key);

/* Whether a filter lets a call of its own architecture pass whatever its arguments are: what the
 * kernel, too, finds out when it takes a filter (seccomp_cache_prepare(), 5.11). */
bool seccomp_lets_pass(const struct sock_filter *filter, size_t n, int number);

#endif
