/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From /linux/seccomp to a classic BPF program.
 *
 * libseccomp writes one comparison per system call, a thousand in a row for an engine's profile;
 * the kernel then walks three hundred of them for each call number when the filter is installed
 * (it tests them all, to cache those that are always allowed), which takes longer than anything
 * else in a container's start. Here the numbers of each architecture are cut into ranges with the
 * same outcome and found by binary search: about ten steps.
 *
 * What it means is as libseccomp and runc have it:
 * - a rule whose action is the default's is left out;
 * - a rule without conditions decides for its system call, whatever others say about it;
 * - else the first rule whose conditions all hold decides; a rule that names an argument twice
 *   counts as one rule for each condition;
 * - another architecture, and x32 when it is not listed, is killed;
 * - with a default of ERRNO, numbers beyond the highest that the profile names give ENOSYS, so
 *   that programs fall back from calls that the profile's author could not know. */
#include <errno.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "plan/seccomp_compile.h"
#include "plan/seccomp_names.h"

#define SECCOMP_ARGS_MAX 6

/* One rule for one number. */
struct entry {
	const struct spec_seccomp_rule *rule;
	uint32_t number;
	unsigned int selector; /* if not 0, what argument 0 has to be, whatever the rule says */
};

/* From @first on, up to the next range. @n entries decide, none for the plain @outcome. */
struct range {
	uint32_t first;
	uint32_t outcome;
	const struct entry *entries;
	size_t n;
};

/* Where an outcome was returned last. */
struct shared {
	bool used;
	uint32_t outcome;
	size_t index;
};

struct compiler {
	const struct spec_seccomp *seccomp;
	const struct seccomp_arch *arch;
	struct text *program;
	struct shared shared[8];
	size_t n_shared;
	struct entry *entries, *sorting; /* of one architecture, and room to sort them */
	size_t n_entries;
	struct range *ranges;
	size_t n_ranges;
	int64_t highest; /* of the numbers that the profile names, -1 for none */
	uint32_t fallback;
};

static uint32_t outcome_of(int action, const struct opt_uint *errno_ret)
{
	uint32_t data = errno_ret->set ? (uint32_t)errno_ret->value & SECCOMP_RET_DATA : EPERM;

	switch (action) {
	case SPEC_ACT_KILL:
	case SPEC_ACT_KILL_THREAD:
		return SECCOMP_RET_KILL_THREAD;
	case SPEC_ACT_KILL_PROCESS:
		return SECCOMP_RET_KILL_PROCESS;
	case SPEC_ACT_TRAP:
		return SECCOMP_RET_TRAP;
	case SPEC_ACT_ERRNO:
		return SECCOMP_RET_ERRNO | data;
	case SPEC_ACT_TRACE:
		return SECCOMP_RET_TRACE | data;
	case SPEC_ACT_LOG:
		return SECCOMP_RET_LOG;
	case SPEC_ACT_NOTIFY:
		return SECCOMP_RET_USER_NOTIF;
	case SPEC_ACT_ALLOW:
		return SECCOMP_RET_ALLOW;
	default:
		return SECCOMP_RET_KILL_PROCESS;
	}
}

/* --- code ---
 *
 * A jump leads forward only, and a comparison by 255 instructions at most. So the program grows
 * from its end: where a comparison leads is there before it, and an outcome in reach is taken
 * again. An instruction is named by how many come behind it; text_add() puts them in that order,
 * and they are turned around at the end. */

#define REACH 250 /* some less than 255: what is made in between must not get in the way */

static size_t here(const struct compiler *compiler)
{
	return compiler->program->length / sizeof(struct sock_filter);
}

static struct sock_filter *at(struct compiler *compiler, size_t index)
{
	return (struct sock_filter *)(void *)compiler->program->data + index;
}

static size_t emit(struct compiler *compiler, uint16_t code, uint32_t k, uint8_t jt, uint8_t jf)
{
	struct sock_filter insn = { .code = code, .jt = jt, .jf = jf, .k = k };
	size_t index = here(compiler);

	text_add(compiler->program, (const char *)&insn, sizeof(insn));
	return index;
}

/* What follows is what was emitted last. */
static size_t emit_load(struct compiler *compiler, size_t offset)
{
	return emit(compiler, BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset, 0, 0);
}

static size_t emit_return(struct compiler *compiler, uint32_t outcome)
{
	struct shared *shared =
		&compiler->shared[compiler->n_shared % ARRAY_SIZE(compiler->shared)];

	for (size_t i = 0; i < ARRAY_SIZE(compiler->shared); i++) {
		const struct shared *other = &compiler->shared[i];

		if (other->used && other->outcome == outcome) {
			if (here(compiler) - other->index < REACH)
				return other->index;
			shared = &compiler->shared[i];
		}
	}
	if (!shared->used || shared->outcome != outcome)
		compiler->n_shared++;
	*shared = (struct shared){ true, outcome, here(compiler) };
	return emit(compiler, BPF_RET | BPF_K, outcome, 0, 0);
}

/* Something that a comparison can jump to, and that comes to @target. */
static size_t in_reach(struct compiler *compiler, size_t target)
{
	size_t distance = here(compiler) - target;

	if (distance < REACH || compiler->program->failed)
		return target;
	if (at(compiler, target)->code == (BPF_RET | BPF_K))
		return emit_return(compiler, at(compiler, target)->k);
	return emit(compiler, BPF_JMP | BPF_JA, (uint32_t)distance - 1, 0, 0);
}

/* Falls through to @target when that was emitted last. */
static void emit_jump(struct compiler *compiler, size_t target)
{
	if (target + 1 < here(compiler))
		emit(compiler, BPF_JMP | BPF_JA, (uint32_t)(here(compiler) - target - 1), 0, 0);
}

static size_t emit_test(struct compiler *compiler, uint16_t test, uint32_t k, size_t yes, size_t no)
{
	size_t next;

	yes = in_reach(compiler, yes);
	no = in_reach(compiler, no);
	next = here(compiler) - 1;
	return emit(compiler, BPF_JMP | test | BPF_K, k, (uint8_t)(next - yes),
		    (uint8_t)(next - no));
}

static size_t word(const struct compiler *compiler, unsigned int index, bool high)
{
	bool second = high != compiler->arch->big_endian;

	return offsetof(struct seccomp_data, args) + index * 8 + (second ? 4 : 0);
}

/* The upper half decides, or leaves it to the @low one: NE, LT, LE, EQ, GE and GT. */
static void emit_high(struct compiler *compiler, int op, uint32_t value, size_t low, size_t yes,
		      size_t no)
{
	switch (op) {
	case SPEC_CMP_NE:
		emit_test(compiler, BPF_JEQ, value, low, yes);
		break;
	case SPEC_CMP_LT:
	case SPEC_CMP_LE:
		emit_test(compiler, BPF_JGT, value, no,
			  emit_test(compiler, BPF_JEQ, value, low, yes));
		break;
	case SPEC_CMP_GT:
	case SPEC_CMP_GE:
		emit_test(compiler, BPF_JGT, value, yes,
			  emit_test(compiler, BPF_JEQ, value, low, no));
		break;
	default:
		emit_test(compiler, BPF_JEQ, value, low, no);
	}
}

static void emit_low(struct compiler *compiler, int op, uint32_t value, size_t yes, size_t no)
{
	switch (op) {
	case SPEC_CMP_NE:
		emit_test(compiler, BPF_JEQ, value, no, yes);
		break;
	case SPEC_CMP_LT:
		emit_test(compiler, BPF_JGE, value, no, yes);
		break;
	case SPEC_CMP_LE:
		emit_test(compiler, BPF_JGT, value, no, yes);
		break;
	case SPEC_CMP_GT:
		emit_test(compiler, BPF_JGT, value, yes, no);
		break;
	case SPEC_CMP_GE:
		emit_test(compiler, BPF_JGE, value, yes, no);
		break;
	default:
		emit_test(compiler, BPF_JEQ, value, yes, no);
	}
}

/* MASKED_EQ: value is the mask, valueTwo what has to be left; its bits outside the mask do not
 * count. */
static size_t emit_masked(struct compiler *compiler, const struct spec_seccomp_arg *arg, bool high,
			  size_t yes, size_t no)
{
	unsigned int shift = high ? 32 : 0;

	emit_test(compiler, BPF_JEQ, (uint32_t)((arg->valueTwo.value & arg->value.value) >> shift),
		  yes, no);
	emit(compiler, BPF_ALU | BPF_AND | BPF_K, (uint32_t)(arg->value.value >> shift), 0, 0);
	return emit_load(compiler, word(compiler, (unsigned int)arg->index.value, high));
}

static size_t emit_condition(struct compiler *compiler, const struct spec_seccomp_arg *arg,
			     size_t yes, size_t no)
{
	unsigned int index = (unsigned int)arg->index.value;
	size_t low;

	if (arg->op == SPEC_CMP_MASKED_EQ) {
		low = emit_masked(compiler, arg, false, yes, no);
		return compiler->arch->wide ? emit_masked(compiler, arg, true, low, no) : low;
	}
	emit_low(compiler, arg->op, (uint32_t)arg->value.value, yes, no);
	low = emit_load(compiler, word(compiler, index, false));
	if (!compiler->arch->wide)
		return low;
	emit_high(compiler, arg->op, (uint32_t)(arg->value.value >> 32), low, yes, no);
	return emit_load(compiler, word(compiler, index, true));
}

/* If all conditions hold, @outcome, else @next. */
static size_t emit_rule(struct compiler *compiler, const struct spec_seccomp_arg *args, size_t n,
			uint32_t outcome, size_t next)
{
	size_t start = emit_return(compiler, outcome);

	for (size_t i = n; i > 0; i--)
		start = emit_condition(compiler, &args[i - 1], start, next);
	return start;
}

static bool names_argument_twice(const struct spec_seccomp_rule *rule)
{
	unsigned int seen = 0;

	list_each(arg, rule->args) {
		if (seen & (1u << arg->index.value))
			return true;
		seen |= 1u << arg->index.value;
	}
	return false;
}

/* The conditions of one rule, with the selector of a multiplexed call in place of those on
 * argument 0. @only is the one condition to take, NULL for all. */
static size_t emit_selected(struct compiler *compiler, const struct entry *entry,
			    const struct spec_seccomp_arg *only, uint32_t outcome, size_t next)
{
	struct spec_seccomp_arg args[SECCOMP_ARGS_MAX + 1];
	size_t n = 0;

	args[n++] = (struct spec_seccomp_arg){
		.value = { .value = entry->selector, .set = true },
		.op = SPEC_CMP_EQ,
	};
	list_each(arg, entry->rule->args)
		if (arg->index.value != 0 && (!only || arg == only) && n < ARRAY_SIZE(args))
			args[n++] = *arg;
	return emit_rule(compiler, args, n, outcome, next);
}

static size_t emit_entry(struct compiler *compiler, const struct entry *entry, size_t next)
{
	const struct spec_seccomp_rule *rule = entry->rule;
	uint32_t outcome = outcome_of(rule->action, &rule->errnoRet);

	if (!names_argument_twice(rule))
		return entry->selector
			       ? emit_selected(compiler, entry, NULL, outcome, next)
			       : emit_rule(compiler, rule->args.item, rule->args.n, outcome, next);
	for (size_t i = rule->args.n; i > 0; i--) {
		const struct spec_seccomp_arg *arg = &rule->args.item[i - 1];

		next = entry->selector ? emit_selected(compiler, entry, arg, outcome, next)
				       : emit_rule(compiler, arg, 1, outcome, next);
	}
	return next;
}

static size_t emit_range(struct compiler *compiler, const struct range *range)
{
	size_t start = emit_return(compiler, range->outcome);

	for (size_t i = range->n; i > 0; i--)
		start = emit_entry(compiler, &range->entries[i - 1], start);
	return start;
}

/* Binary search over ranges @low to @high - 1. */
static size_t emit_search(struct compiler *compiler, size_t low, size_t high)
{
	size_t middle = low + (high - low) / 2, upper;

	if (high - low == 1)
		return emit_range(compiler, &compiler->ranges[low]);
	upper = emit_search(compiler, middle, high);
	return emit_test(compiler, BPF_JGE, compiler->ranges[middle].first, upper,
			 emit_search(compiler, low, middle));
}

/* --- ranges --- */

/* Sorts by number, and leaves those with the same number in their order: by counting, eleven bits
 * at a time. */
#define DIGIT_BITS 11
#define DIGITS     (1u << DIGIT_BITS)

static void sort_by_digit(const struct entry *from, struct entry *to, size_t n, unsigned int shift)
{
	uint32_t at[DIGITS] = { 0 }, sum = 0;

	for (size_t i = 0; i < n; i++)
		at[from[i].number >> shift & (DIGITS - 1)]++;
	for (size_t i = 0; i < DIGITS; i++) {
		uint32_t count = at[i];

		at[i] = sum;
		sum += count;
	}
	for (size_t i = 0; i < n; i++)
		to[at[from[i].number >> shift & (DIGITS - 1)]++] = from[i];
}

static void sort_entries(struct compiler *compiler)
{
	size_t n = compiler->n_entries;
	uint32_t varying = 0;

	for (size_t i = 1; i < n; i++)
		varying |= compiler->entries[i].number ^ compiler->entries[0].number;
	for (unsigned int shift = 0; shift < 32; shift += DIGIT_BITS) {
		struct entry *sorted = compiler->sorting;

		if (!(varying >> shift & (DIGITS - 1)))
			continue;
		sort_by_digit(compiler->entries, sorted, n, shift);
		compiler->sorting = compiler->entries;
		compiler->entries = sorted;
	}
}

static void add_entry(struct compiler *compiler, const struct spec_seccomp_rule *rule,
		      int64_t number, unsigned int selector)
{
	if (number < 0)
		return;
	compiler->entries[compiler->n_entries] = (struct entry){
		.number = (uint32_t)number,
		.rule = rule,
		.selector = selector,
	};
	compiler->n_entries++;
}

static void collect_entries(struct compiler *compiler)
{
	compiler->n_entries = 0;
	compiler->highest = -1;
	list_each(rule, compiler->seccomp->syscalls) {
		bool same = outcome_of(rule->action, &rule->errnoRet) == compiler->fallback;

		list_each(name, rule->names) {
			struct seccomp_call call = seccomp_call_find(compiler->arch, *name);

			if (call.number > compiler->highest)
				compiler->highest = call.number;
			if (same)
				continue;
			add_entry(compiler, rule, call.number, 0);
			if (call.selector)
				add_entry(compiler, rule, call.through, call.selector);
		}
	}
	sort_entries(compiler);
}

static void add_range(struct compiler *compiler, const struct range *range)
{
	const struct range *last;

	/* A range that begins where the last one does leaves nothing of it. */
	if (compiler->n_ranges > 0 &&
	    compiler->ranges[compiler->n_ranges - 1].first == range->first)
		compiler->n_ranges--;
	last = &compiler->ranges[compiler->n_ranges - 1];
	if (compiler->n_ranges > 0 && last->n == 0 && range->n == 0 &&
	    last->outcome == range->outcome)
		return;
	compiler->ranges[compiler->n_ranges++] = *range;
}

/* What the entries of one number come to. */
static struct range decide(const struct compiler *compiler, const struct entry *entries, size_t n)
{
	struct range range = {
		.first = entries->number,
		.outcome = compiler->fallback,
		.entries = entries,
		.n = n,
	};

	for (size_t i = 0; i < n; i++) {
		const struct spec_seccomp_rule *rule = entries[i].rule;

		if (rule->args.n > 0 || entries[i].selector)
			continue;
		range.outcome = outcome_of(rule->action, &rule->errnoRet);
		range.n = 0;
		break;
	}
	return range;
}

static void collect_ranges(struct compiler *compiler, uint32_t base)
{
	struct range fallback = { .first = base, .outcome = compiler->fallback };
	size_t i = 0;

	compiler->n_ranges = 0;
	add_range(compiler, &fallback);
	while (i < compiler->n_entries) {
		const struct entry *entry = &compiler->entries[i];
		struct range range;
		size_t n = 1;

		while (i + n < compiler->n_entries && entry[n].number == entry->number)
			n++;
		range = decide(compiler, entry, n);
		add_range(compiler, &range);
		fallback.first = entry->number + 1;
		add_range(compiler, &fallback);
		i += n;
	}
	if (compiler->highest >= 0 && compiler->seccomp->defaultAction == SPEC_ACT_ERRNO) {
		fallback.first = (uint32_t)compiler->highest + 1;
		fallback.outcome = SECCOMP_RET_ERRNO | ENOSYS;
		add_range(compiler, &fallback);
	}
}

/* Returns where the search for a number begins. */
static size_t emit_arch(struct compiler *compiler, const struct seccomp_arch *arch, uint32_t base)
{
	compiler->arch = arch;
	collect_entries(compiler);
	collect_ranges(compiler, base);
	return emit_search(compiler, 0, compiler->n_ranges);
}

/* --- the program --- */

/* A tracer that has a call skipped sets its number to -1, which looks like one of x32. */
static size_t emit_no_x32(struct compiler *compiler)
{
	size_t killed = emit_return(compiler, SECCOMP_RET_KILL_THREAD);

	return emit_test(compiler, BPF_JEQ, ~0u, emit_return(compiler, compiler->fallback), killed);
}

/* One architecture as the kernel tells them apart: "is it this one?", and its numbers; else @next.
 * On x86_64 the x32 numbers live in the same one, above a bit. */
static size_t emit_block(struct compiler *compiler, const struct seccomp_arch *arch,
			 const struct seccomp_arch *x32, size_t next)
{
	bool split = strcmp(arch->name, "SCMP_ARCH_X86_64") == 0;
	size_t above = 0, numbers;

	if (split)
		above = x32 ? emit_arch(compiler, x32, SECCOMP_X32_BIT) : emit_no_x32(compiler);
	numbers = emit_arch(compiler, arch, 0);
	if (split)
		emit_test(compiler, BPF_JGE, SECCOMP_X32_BIT, above, numbers);
	else
		emit_jump(compiler, numbers);
	numbers = emit_load(compiler, offsetof(struct seccomp_data, nr));
	return emit_test(compiler, BPF_JEQ, arch->audit, numbers, next);
}

static bool lists(const struct spec_seccomp *seccomp, const char *name)
{
	list_each(arch, seccomp->architectures)
		if (strcmp(*arch, name) == 0)
			return true;
	return false;
}

static void turn_around(struct compiler *compiler)
{
	for (size_t i = 0, j = here(compiler); i + 1 < j; i++) {
		struct sock_filter insn = *at(compiler, i);

		*at(compiler, i) = *at(compiler, --j);
		*at(compiler, j) = insn;
	}
}

/* The own architecture is asked for first. */
static void emit_blocks(struct compiler *compiler)
{
	const struct spec_seccomp *seccomp = compiler->seccomp;
	const struct seccomp_arch *own = seccomp_arch_own();
	const struct seccomp_arch *x32 =
		lists(seccomp, "SCMP_ARCH_X32") ? seccomp_arch_find("SCMP_ARCH_X32") : NULL;
	size_t start = emit_return(compiler, SECCOMP_RET_KILL_THREAD);

	for (size_t i = seccomp->architectures.n; i > 0; i--) {
		const struct seccomp_arch *arch =
			seccomp_arch_find(seccomp->architectures.item[i - 1]);

		if (arch != own && arch != x32)
			start = emit_block(compiler, arch, x32, start);
	}
	if (own)
		emit_block(compiler, own, x32, start);
	emit_load(compiler, offsetof(struct seccomp_data, arch));
	turn_around(compiler);
}

/* A name can be two entries: a call of its own, and one through a multiplexer. Each entry begins a
 * range, and one behind it. */
static bool make_room(struct compiler *compiler)
{
	size_t n = 0;

	list_each(rule, compiler->seccomp->syscalls)
		n += rule->names.n * 2;
	compiler->entries = calloc(n + 1, sizeof(*compiler->entries));
	compiler->sorting = calloc(n + 1, sizeof(*compiler->sorting));
	compiler->ranges = calloc(n * 2 + 2, sizeof(*compiler->ranges));
	return compiler->entries && compiler->sorting && compiler->ranges;
}

int seccomp_compile(const struct spec_seccomp *seccomp, struct text *program, struct oci_error *err)
{
	struct compiler compiler = { .seccomp = seccomp, .program = program };

	compiler.fallback = outcome_of(seccomp->defaultAction, &seccomp->defaultErrnoRet);
	if (make_room(&compiler))
		emit_blocks(&compiler);
	else
		program->failed = true;
	free(compiler.entries);
	free(compiler.sorting);
	free(compiler.ranges);
	if (program->failed)
		return fail(err, -ENOMEM, "/linux/seccomp",
			    "/linux/seccomp: cannot make the filter");
	if (here(&compiler) > BPF_MAXINSNS)
		return fail_plain(err, -E2BIG, "/linux/seccomp",
				  "/linux/seccomp: the filter has %zu instructions, the kernel "
				  "takes %d: list fewer architectures or "
				  "conditions",
				  here(&compiler), BPF_MAXINSNS);
	return 0;
}

static void add_number(struct text *key, uint64_t number)
{
	text_add(key, (const char *)&number, sizeof(number));
}

static void add_strings(struct text *key, const struct spec_strings *strings)
{
	add_number(key, strings->n);
	list_each(string, *strings)
		text_add(key, *string, strlen(*string) + 1);
}

void seccomp_key(const struct spec_seccomp *seccomp, struct text *key)
{
	add_number(key, outcome_of(seccomp->defaultAction, &seccomp->defaultErrnoRet));
	add_number(key, seccomp->defaultAction == SPEC_ACT_ERRNO);
	add_strings(key, &seccomp->architectures);
	add_number(key, seccomp->syscalls.n);
	list_each(rule, seccomp->syscalls) {
		add_number(key, outcome_of(rule->action, &rule->errnoRet));
		add_strings(key, &rule->names);
		add_number(key, rule->args.n);
		list_each(arg, rule->args) {
			add_number(key, arg->index.value);
			add_number(key, (uint64_t)arg->op);
			add_number(key, arg->value.value);
			add_number(key, arg->valueTwo.value);
		}
	}
}

bool seccomp_lets_pass(const struct sock_filter *filter, size_t n, int number)
{
	const struct seccomp_arch *own = seccomp_arch_own();
	uint32_t value = 0;

	for (size_t i = 0; own && i < n; i++) {
		const struct sock_filter *insn = &filter[i];
		bool holds;

		switch (insn->code) {
		case BPF_LD | BPF_W | BPF_ABS:
			if (insn->k != offsetof(struct seccomp_data, nr) &&
			    insn->k != offsetof(struct seccomp_data, arch))
				return false;
			value = insn->k == offsetof(struct seccomp_data, nr) ? (uint32_t)number
									     : own->audit;
			continue;
		case BPF_RET | BPF_K:
			return insn->k == SECCOMP_RET_ALLOW;
		case BPF_JMP | BPF_JA:
			i += insn->k;
			continue;
		case BPF_JMP | BPF_JEQ | BPF_K:
			holds = value == insn->k;
			break;
		case BPF_JMP | BPF_JGE | BPF_K:
			holds = value >= insn->k;
			break;
		case BPF_JMP | BPF_JGT | BPF_K:
			holds = value > insn->k;
			break;
		default:
			return false;
		}
		i += holds ? insn->jt : insn->jf;
	}
	return false;
}
