/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From /linux/resources/devices to an eBPF program, see device_filter.h.
 *
 * The program gets struct bpf_cgroup_dev_ctx {access_type, major, minor}; access_type has the
 * type in its lower and the wanted access in its upper half. The rules are looked at from the
 * last to the first, so that the first match is the one that decides. */
#include <linux/bpf.h>
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

enum { R_TYPE = 2, R_ACCESS, R_MAJOR, R_MINOR, R_WANTED };

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

/* A match for an allow rule means: all that is wanted is in it; for a deny rule: any of it is. */
static void emit_rule(struct text *program, const struct device_rule *rule)
{
	int32_t access = access_bits(rule->access);
	int16_t left = 2; /* instructions of the return */
	int16_t tests = (int16_t)((rule->type != 'a') + (rule->major >= 0) + (rule->minor >= 0));

	left = (int16_t)(left + tests + 3);
	if (rule->type != 'a')
		emit(program, BPF_JMP | BPF_JNE | BPF_K, R_TYPE, 0, (int16_t)(--left),
		     rule->type == 'b' ? BPF_DEVCG_DEV_BLOCK : BPF_DEVCG_DEV_CHAR);
	if (rule->major >= 0)
		emit(program, BPF_JMP32 | BPF_JNE | BPF_K, R_MAJOR, 0, (int16_t)(--left),
		     (int32_t)rule->major);
	if (rule->minor >= 0)
		emit(program, BPF_JMP32 | BPF_JNE | BPF_K, R_MINOR, 0, (int16_t)(--left),
		     (int32_t)rule->minor);
	emit(program, BPF_ALU | BPF_MOV | BPF_X, R_WANTED, R_ACCESS, 0, 0);
	emit(program, BPF_ALU | BPF_AND | BPF_K, R_WANTED, 0, 0, rule->allow ? ~access : access);
	emit(program, BPF_JMP | (rule->allow ? BPF_JNE : BPF_JEQ) | BPF_K, R_WANTED, 0, 2, 0);
	emit_return(program, rule->allow);
}

void device_filter_compile(const struct device_rule *rules, size_t n, struct text *program)
{
	emit_load(program, R_ACCESS, offsetof(struct bpf_cgroup_dev_ctx, access_type));
	emit(program, BPF_ALU | BPF_MOV | BPF_X, R_TYPE, R_ACCESS, 0, 0);
	emit(program, BPF_ALU | BPF_AND | BPF_K, R_TYPE, 0, 0, 0xffff);
	emit(program, BPF_ALU | BPF_RSH | BPF_K, R_ACCESS, 0, 0, 16);
	emit_load(program, R_MAJOR, offsetof(struct bpf_cgroup_dev_ctx, major));
	emit_load(program, R_MINOR, offsetof(struct bpf_cgroup_dev_ctx, minor));
	while (n-- > 0)
		emit_rule(program, &rules[n]);
	emit_return(program, false);
}
