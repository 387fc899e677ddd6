/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From /linux/resources/devices to an eBPF program, see device_filter.h.
 *
 * The program gets struct bpf_cgroup_dev_ctx {access_type, major, minor}; access_type has the
 * type in its lower and the wanted access in its upper half. The rules are looked at from the
 * last to the first, so that the first match is the one that decides.
 *
 * The kernel's verifier follows every branch, and takes a millisecond for 180 instructions in plain
 * order, 0.1 for 30. So a rule is one comparison where it can be: both numbers are compared at
 * once, rules of one type share its test, and what another rule decides before is left out. */
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>

#include "plan/device_filter.h"

const struct device_rule device_rules_default[] = {
	{ true, 'c', -1, -1, "m" }, { true, 'b', -1, -1, "m" },    { true, 'c', 1, 3, "rwm" },
	{ true, 'c', 1, 5, "rwm" }, { true, 'c', 1, 7, "rwm" },    { true, 'c', 1, 8, "rwm" },
	{ true, 'c', 1, 9, "rwm" }, { true, 'c', 5, 0, "rwm" },    { true, 'c', 5, 1, "rwm" },
	{ true, 'c', 5, 2, "rwm" }, { true, 'c', 136, -1, "rwm" },
};
const size_t n_device_rules_default = ARRAY_SIZE(device_rules_default);

const struct device_rule device_rule_deny_all = { false, 'a', -1, -1, "rwm" };

bool device_rule_is_whole(const struct device_rule *rule)
{
	return rule->type == 'a' && rule->major < 0 && rule->minor < 0 &&
	       strchr(rule->access, 'r') && strchr(rule->access, 'w') && strchr(rule->access, 'm');
}

struct device_rule device_rule_of(const struct spec_device_rule *rule)
{
	return (struct device_rule){
		.allow = rule->allow,
		.type = rule->type ? (char)rule->type : 'a',
		.major = rule->major.set ? rule->major.value : -1,
		.minor = rule->minor.set ? rule->minor.value : -1,
		.access = rule->access && rule->access[0] ? rule->access : "rwm",
	};
}

/* The kernel's dev_t, linux/kdev_t.h: a greater number is that of no device. */
#define MAJOR_MAX  0xfff
#define MINOR_MAX  0xfffff
#define MINOR_BITS 20

#define ALL_ACCESS (BPF_DEVCG_ACC_MKNOD | BPF_DEVCG_ACC_READ | BPF_DEVCG_ACC_WRITE)

enum { R_WANTED = 2, R_TYPE, R_MAJOR, R_MINOR, R_NUMBERS };

/* Where a jump leads, until it is known. */
enum { TO_NEXT = -1, TO_REST = -2, TO_ALLOW = -3, TO_DENY = -4 };

static void emit(struct text *program, uint8_t code, uint8_t dst, uint8_t src, int16_t off,
		 int32_t imm)
{
	struct bpf_insn insn = {
		.code = code, .dst_reg = dst & 15, .src_reg = src & 15, .off = off, .imm = imm
	};

	text_add(program, (const char *)&insn, sizeof(insn));
}

static void emit_load(struct text *program, uint8_t dst, size_t offset)
{
	emit(program, BPF_LDX | BPF_W | BPF_MEM, dst, BPF_REG_1, (int16_t)offset, 0);
}

static void emit_return(struct text *program, bool allow)
{
	emit(program, BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, allow);
	emit(program, BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
}

static size_t here(const struct text *program)
{
	return program->length / sizeof(struct bpf_insn);
}

/* Jumps from @start on to @target lead here. */
static bool land(struct text *program, size_t start, int target)
{
	struct bpf_insn *insns = (void *)program->data;
	bool any = false;

	for (size_t i = start; i < here(program); i++) {
		if (BPF_CLASS(insns[i].code) != BPF_JMP && BPF_CLASS(insns[i].code) != BPF_JMP32)
			continue;
		if (BPF_OP(insns[i].code) == BPF_EXIT || insns[i].off != target)
			continue;
		insns[i].off = (int16_t)(here(program) - i - 1);
		any = true;
	}
	return any;
}

static int32_t access_bits(const char *access)
{
	int32_t bits = 0;

	if (strchr(access, 'm'))
		bits |= BPF_DEVCG_ACC_MKNOD;
	if (strchr(access, 'r'))
		bits |= BPF_DEVCG_ACC_READ;
	if (strchr(access, 'w'))
		bits |= BPF_DEVCG_ACC_WRITE;
	return bits;
}

static bool is_possible(const struct device_rule *rule)
{
	return rule->major <= MAJOR_MAX && rule->minor <= MINOR_MAX;
}

/* Whether nothing is left to @rule where @other was looked at before. A match for an allow rule
 * means: all that is wanted is in it; for a deny rule: any of it is. */
static bool covers(const struct device_rule *other, const struct device_rule *rule)
{
	int32_t access = access_bits(rule->access), others = access_bits(other->access);

	if ((other->type != 'a' && other->type != rule->type) ||
	    (other->major >= 0 && other->major != rule->major) ||
	    (other->minor >= 0 && other->minor != rule->minor))
		return false;
	if (other->allow && others == ALL_ACCESS)
		return true;
	return other->allow == rule->allow && (access & ~others) == 0;
}

/* A comparison with what the rule says of the numbers, false if it says nothing. */
static bool emit_numbers(struct text *program, const struct device_rule *rule, uint8_t test,
			 int16_t target)
{
	uint8_t code = BPF_JMP32 | BPF_K | test;

	if (rule->major >= 0 && rule->minor >= 0)
		emit(program, code, R_NUMBERS, 0, target,
		     (int32_t)(rule->major << MINOR_BITS | rule->minor));
	else if (rule->major >= 0)
		emit(program, code, R_MAJOR, 0, target, (int32_t)rule->major);
	else if (rule->minor >= 0)
		emit(program, code, R_MINOR, 0, target, (int32_t)rule->minor);
	return rule->major >= 0 || rule->minor >= 0;
}

/* The type has been looked at. */
static void emit_rule(struct text *program, const struct device_rule *rule)
{
	int32_t access = access_bits(rule->access);
	size_t start = here(program);

	if (!rule->allow) {
		emit_numbers(program, rule, BPF_JNE, TO_NEXT);
		emit(program, BPF_JMP | BPF_JSET | BPF_K, R_WANTED, 0, TO_DENY, access << 16);
	} else {
		if (access != ALL_ACCESS)
			emit(program, BPF_JMP | BPF_JSET | BPF_K, R_WANTED, 0, TO_NEXT,
			     (ALL_ACCESS & ~access) << 16);
		if (!emit_numbers(program, rule, BPF_JEQ, TO_ALLOW))
			emit(program, BPF_JMP | BPF_JA, 0, 0, TO_ALLOW, 0);
	}
	land(program, start, TO_NEXT);
}

/* Those that decide, in the order in which they are looked at. */
static size_t choose(const struct device_rule *rules, size_t n, const struct device_rule **chosen)
{
	size_t n_chosen = 0;

	while (n-- > 0) {
		bool covered = !is_possible(&rules[n]);

		for (size_t i = 0; i < n_chosen && !covered; i++)
			covered = covers(chosen[i], &rules[n]);
		if (!covered)
			chosen[n_chosen++] = &rules[n];
	}
	return n_chosen;
}

static void emit_registers(struct text *program)
{
	emit_load(program, R_WANTED, offsetof(struct bpf_cgroup_dev_ctx, access_type));
	emit(program, BPF_ALU | BPF_MOV | BPF_X, R_TYPE, R_WANTED, 0, 0);
	emit(program, BPF_ALU | BPF_AND | BPF_K, R_TYPE, 0, 0, 0xffff);
	emit_load(program, R_MAJOR, offsetof(struct bpf_cgroup_dev_ctx, major));
	emit_load(program, R_MINOR, offsetof(struct bpf_cgroup_dev_ctx, minor));
	emit(program, BPF_ALU | BPF_MOV | BPF_X, R_NUMBERS, R_MAJOR, 0, 0);
	emit(program, BPF_ALU | BPF_LSH | BPF_K, R_NUMBERS, 0, 0, MINOR_BITS);
	emit(program, BPF_ALU | BPF_OR | BPF_X, R_NUMBERS, R_MINOR, 0, 0);
}

/* Rules of one type that follow each other share its test. */
static void emit_rules(struct text *program, const struct device_rule *const *chosen, size_t n)
{
	for (size_t i = 0; i < n;) {
		char type = chosen[i]->type;
		size_t start = here(program);

		if (type != 'a')
			emit(program, BPF_JMP | BPF_JNE | BPF_K, R_TYPE, 0, TO_REST,
			     type == 'b' ? BPF_DEVCG_DEV_BLOCK : BPF_DEVCG_DEV_CHAR);
		for (; i < n && chosen[i]->type == type; i++)
			emit_rule(program, chosen[i]);
		land(program, start, TO_REST);
	}
}

/* What no rule decides is refused. The first rules, which are looked at last, need no comparison
 * where they say what is said without them. */
bool device_filter_compile(const struct device_rule *rules, size_t n, struct text *program)
{
	const struct device_rule **chosen = calloc(n + 1, sizeof(*chosen));
	bool is_open;

	if (!chosen) {
		program->failed = true;
		return false;
	}
	n = choose(rules, n, chosen);
	is_open = n > 0 && device_rule_is_whole(chosen[n - 1]) && chosen[n - 1]->allow;
	while (n > 0 && chosen[n - 1]->allow == is_open)
		n--;

	emit_registers(program);
	emit_rules(program, chosen, n);
	land(program, 0, is_open ? TO_ALLOW : TO_DENY);
	emit_return(program, is_open);
	if (land(program, 0, is_open ? TO_DENY : TO_ALLOW))
		emit_return(program, !is_open);
	free(chosen);
	return !program->failed && here(program) <= INT16_MAX;
}
