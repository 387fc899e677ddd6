/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Classic BPF as seccomp(2) has it: a checker as strict as the kernel's, and an interpreter. */
#ifndef TESTS_UNIT_BPF_H
#define TESTS_UNIT_BPF_H

#include <linux/filter.h>
#include <linux/seccomp.h>

#include "base/macro.h"

/* What a run took. */
struct bpf_cost {
	unsigned int instructions;
	unsigned int comparisons;
};

/* NULL, or why seccomp(2) would refuse the program. */
const char *bpf_refused(const struct sock_filter *program, size_t n);

/* Runs a program that bpf_refused() has nothing against; @cost may be NULL. */
uint32_t bpf_run(const struct sock_filter *program, const struct seccomp_data *data,
		 struct bpf_cost *cost);

#endif
