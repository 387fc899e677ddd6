/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Classic BPF as seccomp(2) has it, see bpf.h. bpf_check_classic() of net/core/filter.c and
 * seccomp_check_filter() of kernel/seccomp.c: jumps go forward and stay inside, the last
 * instruction returns, loads are aligned words of struct seccomp_data. Only the instructions that
 * a compiler of filters has a use for are known. */
#include <string.h>

#include "bpf.h"

static const char *jump_refused(const struct sock_filter *insn, size_t room)
{
	if (insn->code == (BPF_JMP | BPF_JA))
		return insn->k < room ? NULL : "a jump leads out of the program";
	return insn->jt < room && insn->jf < room ? NULL : "a branch leads out of the program";
}

static const char *insn_refused(const struct sock_filter *insn, size_t room)
{
	switch (insn->code) {
	case BPF_LD | BPF_W | BPF_ABS:
		if (insn->k % 4 || insn->k >= sizeof(struct seccomp_data))
			return "a load outside of struct seccomp_data";
		return NULL;
	case BPF_ALU | BPF_AND | BPF_K:
	case BPF_RET | BPF_K:
		return NULL;
	case BPF_JMP | BPF_JA:
	case BPF_JMP | BPF_JEQ | BPF_K:
	case BPF_JMP | BPF_JGT | BPF_K:
	case BPF_JMP | BPF_JGE | BPF_K:
	case BPF_JMP | BPF_JSET | BPF_K:
		return jump_refused(insn, room);
	}
	return "an instruction that is not known";
}

const char *bpf_refused(const struct sock_filter *program, size_t n)
{
	if (n == 0 || n > BPF_MAXINSNS)
		return "no program, or too long a one";
	for (size_t i = 0; i < n; i++) {
		const char *reason = insn_refused(&program[i], n - i - 1);

		if (reason)
			return reason;
	}
	if (program[n - 1].code != (BPF_RET | BPF_K))
		return "the last instruction does not return";
	return NULL;
}

uint32_t bpf_run(const struct sock_filter *program, const struct seccomp_data *data,
		 struct bpf_cost *cost)
{
	struct bpf_cost ignored = { 0 };
	uint32_t a = 0;

	cost = cost ? cost : &ignored;
	for (const struct sock_filter *insn = program;; insn++) {
		bool taken = false;

		cost->instructions++;
		switch (insn->code) {
		case BPF_LD | BPF_W | BPF_ABS:
			memcpy(&a, (const char *)data + insn->k, sizeof(a));
			continue;
		case BPF_ALU | BPF_AND | BPF_K:
			a &= insn->k;
			continue;
		case BPF_RET | BPF_K:
			return insn->k;
		case BPF_JMP | BPF_JA:
			insn += insn->k;
			continue;
		case BPF_JMP | BPF_JEQ | BPF_K:
			taken = a == insn->k;
			break;
		case BPF_JMP | BPF_JGT | BPF_K:
			taken = a > insn->k;
			break;
		case BPF_JMP | BPF_JGE | BPF_K:
			taken = a >= insn->k;
			break;
		case BPF_JMP | BPF_JSET | BPF_K:
			taken = a & insn->k;
			break;
		}
		cost->comparisons++;
		insn += taken ? insn->jt : insn->jf;
	}
}
