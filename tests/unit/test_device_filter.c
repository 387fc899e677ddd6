/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lib/plan/device_filter.h: the eBPF programs are interpreted, and have to say what a plain walk
 * over the rules says. */
#include <linux/bpf.h>

#include "plan/device_filter.h"
#include "unit.h"

struct request {
	char type; /* b or c */
	uint32_t major, minor;
	int32_t access; /* BPF_DEVCG_ACC_* */
};

/* --- eBPF, as far as the compiler uses it --- */

static uint64_t alu(const struct bpf_insn *insn, uint64_t left, uint64_t right)
{
	uint64_t result;

	switch (BPF_OP(insn->code)) {
	case BPF_MOV:
		result = right;
		break;
	case BPF_AND:
		result = left & right;
		break;
	case BPF_OR:
		result = left | right;
		break;
	case BPF_LSH:
		result = left << right;
		break;
	default:
		ck_abort_msg("operation %#x", insn->code);
	}
	return BPF_CLASS(insn->code) == BPF_ALU ? (uint32_t)result : result;
}

static bool taken(const struct bpf_insn *insn, uint64_t left, uint64_t right)
{
	if (BPF_OP(insn->code) == BPF_JEQ)
		return left == right;
	if (BPF_OP(insn->code) == BPF_JSET)
		return left & right;
	if (BPF_OP(insn->code) == BPF_JA)
		return true;
	if (BPF_OP(insn->code) != BPF_JNE)
		ck_abort_msg("jump %#x", insn->code);
	return left != right;
}

static uint64_t run(const struct text *program, const struct request *request)
{
	const struct bpf_insn *insns = (const void *)program->data;
	size_t n = program->length / sizeof(*insns);
	const struct bpf_cgroup_dev_ctx context = {
		.access_type = (uint32_t)request->access << 16 |
			       (request->type == 'b' ? BPF_DEVCG_DEV_BLOCK : BPF_DEVCG_DEV_CHAR),
		.major = request->major,
		.minor = request->minor,
	};
	uint64_t r[11] = { 0 };

	for (size_t i = 0; i < n; i++) {
		const struct bpf_insn *insn = &insns[i];
		uint64_t right = BPF_SRC(insn->code) == BPF_X ? r[insn->src_reg]
							      : (uint64_t)(int64_t)insn->imm;
		uint32_t word;

		switch (BPF_CLASS(insn->code)) {
		case BPF_LDX:
			if (insn->code != (BPF_LDX | BPF_W | BPF_MEM) ||
			    insn->src_reg != BPF_REG_1 || insn->off > (int)sizeof(context) - 4)
				ck_abort_msg("a load from elsewhere");
			memcpy(&word, (const char *)&context + insn->off, sizeof(word));
			r[insn->dst_reg] = word;
			break;
		case BPF_ALU:
		case BPF_ALU64:
			r[insn->dst_reg] = alu(insn, r[insn->dst_reg], right);
			break;
		case BPF_JMP32:
			/* 5.1: the lower halves are compared. */
			if (taken(insn, (uint32_t)r[insn->dst_reg], (uint32_t)right))
				i += (size_t)insn->off;
			break;
		case BPF_JMP:
			if (BPF_OP(insn->code) == BPF_EXIT)
				return r[0];
			if (taken(insn, r[insn->dst_reg], right))
				i += (size_t)insn->off;
			break;
		default:
			ck_abort_msg("instruction %#x", insn->code);
		}
	}
	ck_abort_msg("the program ends without an exit");
}

/* --- the rules themselves --- */

static int32_t bits(const char *access)
{
	return (strchr(access, 'r') ? BPF_DEVCG_ACC_READ : 0) |
	       (strchr(access, 'w') ? BPF_DEVCG_ACC_WRITE : 0) |
	       (strchr(access, 'm') ? BPF_DEVCG_ACC_MKNOD : 0);
}

static bool concerns(const struct device_rule *rule, const struct request *request)
{
	int32_t access = bits(rule->access);

	if (rule->type != 'a' && rule->type != request->type)
		return false;
	if (rule->major >= 0 && rule->major != request->major)
		return false;
	if (rule->minor >= 0 && rule->minor != request->minor)
		return false;
	return rule->allow ? !(request->access & ~access) : request->access & access;
}

static bool expected(const struct device_rule *rules, size_t n, const struct request *request)
{
	while (n-- > 0)
		if (concerns(&rules[n], request))
			return rules[n].allow;
	return false;
}

/* The verifier refuses what no branch leads to. */
static void assert_reached(const struct text *program)
{
	const struct bpf_insn *insns = (const void *)program->data;
	size_t n = program->length / sizeof(*insns);
	bool *reached = calloc(n + 1, sizeof(*reached));

	reached[0] = true;
	for (size_t i = 0; i < n; i++) {
		bool jumps = BPF_CLASS(insns[i].code) == BPF_JMP ||
			     BPF_CLASS(insns[i].code) == BPF_JMP32;
		bool ends = jumps && BPF_OP(insns[i].code) == BPF_EXIT;

		ck_assert_msg(reached[i], "nothing leads to instruction %zu", i);
		if (jumps && !ends) {
			ck_assert(insns[i].off >= 0 && i + 1 + (size_t)insns[i].off < n);
			reached[i + 1 + (size_t)insns[i].off] = true;
		}
		if (!ends && !(jumps && BPF_OP(insns[i].code) == BPF_JA))
			reached[i + 1] = true;
	}
	ck_assert(!reached[n]);
	free(reached);
}

static void assert_rules(const struct device_rule *rules, size_t n)
{
	/* What the kernel's dev_t has room for. */
	static const uint32_t majors[] = { 0, 1, 2, 3, 5, 8, 136, 4095 },
			      minors[] = { 0, 1, 2, 3, 5, 8, 4095, 0xfffff };
	struct text program = { 0 };

	ck_assert(device_filter_compile(rules, n, &program));
	assert_reached(&program);
	for (size_t i = 0; i < ARRAY_SIZE(majors) * ARRAY_SIZE(minors) * 16; i++) {
		struct request request = {
			.type = i % 2 ? 'b' : 'c',
			.access = (int32_t)(i / 2 % 8),
			.major = majors[i / 16 % ARRAY_SIZE(majors)],
			.minor = minors[i / 16 / ARRAY_SIZE(majors)],
		};

		if (run(&program, &request) != expected(rules, n, &request))
			ck_abort_msg("%c %u:%u access %d", request.type, request.major,
				     request.minor, request.access);
	}
	text_done(&program);
}

START_TEST(no_rules_refuse_all)
{
	assert_rules(NULL, 0);
}
END_TEST

START_TEST(each_kind_of_rule)
{
	static const char *const accesses[] = { "r", "w", "m", "rw", "rm", "wm", "rwm", "mwr" };
	static const char types[] = { 'a', 'b', 'c' };
	static const int64_t numbers[] = { -1, 0, 5, 4095, 4294967295 };

	for (size_t i = 0; i < 2 * 3 * 8 * 5 * 5; i++) {
		const struct device_rule rules[] = {
			{ i % 2 == 0, 'a', -1, -1, "rwm" },
			{ i % 2, types[i / 2 % 3], numbers[i / 48 % 5], numbers[i / 240],
			  accesses[i / 6 % 8] },
		};

		assert_rules(rules, 2);
		assert_rules(rules + 1, 1);
	}
}
END_TEST

START_TEST(last_rule_decides)
{
	static const struct device_rule rules[] = {
		{ false, 'a', -1, -1, "rwm" }, { true, 'c', 1, -1, "rwm" },
		{ false, 'c', 1, 3, "w" },     { true, 'c', 1, 3, "m" },
		{ true, 'b', 8, -1, "r" },     { false, 'b', -1, 2, "r" },
		{ true, 'b', 8, 2, "rw" },
	};

	assert_rules(rules, ARRAY_SIZE(rules));
}
END_TEST

/* Every list of up to four of these: they cover each other, or not, in all orders. */
START_TEST(lists_of_rules)
{
	static const struct device_rule some[] = {
		{ false, 'a', -1, -1, "rwm" }, { true, 'a', -1, -1, "rwm" },
		{ true, 'a', -1, -1, "r" },    { true, 'c', -1, -1, "m" },
		{ true, 'c', 1, 3, "rwm" },    { false, 'c', 1, -1, "w" },
		{ true, 'b', 1, 3, "rw" },     { false, 'b', -1, 3, "rm" },
		{ true, 'c', 4096, 3, "rwm" },
	};
	const size_t base = ARRAY_SIZE(some);
	struct device_rule rules[4];

	for (size_t n = 1, lists = base; n <= ARRAY_SIZE(rules); n++, lists *= base)
		for (size_t list = 0; list < lists; list++) {
			for (size_t i = 0, rest = list; i < n; i++, rest /= base)
				rules[i] = some[rest % base];
			assert_rules(rules, n);
		}
}
END_TEST

/* The kernel's verifier takes its time for each branch. */
START_TEST(engines_lists_are_short)
{
	struct device_rule rules[64] = { { false, 'a', -1, -1, "rwm" } };
	const size_t n = n_device_rules_default;
	struct text program = { 0 };

	memcpy(rules + 1, device_rules_default, n * sizeof(*rules));
	memcpy(rules + 1 + n, device_rules_default, n * sizeof(*rules));
	assert_rules(rules, 1 + 2 * n);
	ck_assert(device_filter_compile(rules, 1 + 2 * n, &program));
	ck_assert_uint_le(program.length / sizeof(struct bpf_insn), 28);
	text_done(&program);
}
END_TEST

static bool compiles(size_t n)
{
	struct device_rule *rules = calloc(n, sizeof(*rules));
	struct text program = { 0 };
	bool done;

	for (size_t i = 0; i < n; i++)
		rules[i] = (struct device_rule){ true, 'c', 1, (int64_t)i, "r" };
	done = device_filter_compile(rules, n, &program);
	ck_assert(!program.failed);
	text_done(&program);
	free(rules);
	return done;
}

START_TEST(no_longer_than_a_jump)
{
	ck_assert(compiles(10000));
	ck_assert(!compiles(20000));
}
END_TEST

START_TEST(default_devices_stay)
{
	struct device_rule rules[64] = { { false, 'a', -1, -1, "rwm" } };
	struct text program = { 0 };
	const struct request null = { 'c', 1, 3, 7 }, memory = { 'c', 1, 1, 2 },
			     make = { 'b', 8, 0, 1 }, disk = { 'b', 8, 0, 2 },
			     pts = { 'c', 136, 9, 6 };

	memcpy(rules + 1, device_rules_default, n_device_rules_default * sizeof(*rules));
	assert_rules(rules, n_device_rules_default + 1);
	ck_assert(device_filter_compile(rules, n_device_rules_default + 1, &program));
	ck_assert_uint_eq(run(&program, &null), 1);
	ck_assert_uint_eq(run(&program, &pts), 1);
	ck_assert_uint_eq(run(&program, &make), 1);
	ck_assert_uint_eq(run(&program, &memory), 0);
	ck_assert_uint_eq(run(&program, &disk), 0);
	text_done(&program);
}
END_TEST

START_TEST(rule_of_config)
{
	const struct spec_device_rule empty = { 0 };
	const struct spec_device_rule full = { .allow = true,
					       .type = 'b',
					       .major = { 8, true },
					       .minor = { -1, true },
					       .access = "rm" };
	struct device_rule rule = device_rule_of(&empty);

	ck_assert(!rule.allow && rule.type == 'a' && rule.major == -1 && rule.minor == -1);
	ck_assert_str_eq(rule.access, "rwm");
	rule = device_rule_of(&full);
	ck_assert(rule.allow && rule.type == 'b' && rule.major == 8 && rule.minor == -1);
	ck_assert_str_eq(rule.access, "rm");
}
END_TEST

UNIT_MAIN("device_filter", no_rules_refuse_all, each_kind_of_rule, last_rule_decides,
	  lists_of_rules, engines_lists_are_short, no_longer_than_a_jump, default_devices_stay,
	  rule_of_config)
