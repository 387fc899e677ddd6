/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See compare.h. Most system calls that are asked are near a decision: a number that the profile
 * names or its neighbour, with arguments that all conditions of a rule hold for, or all but one. */
#include <seccomp.h>

#include "bpf.h"
#include "compare.h"
#include "plan/seccomp_compile.h"
#include "plan/seccomp_names.h"
#include "reference.h"
#include "spec/tables.h"
#include "unit.h"

#define NUMBERS       1101 /* of each architecture all from its first on */
#define NUMBERINGS    32
#define NEWER_MAX     64
#define VALUES_MAX    2048
#define SELECTORS     26   /* of socketcall(2) and ipc(2) */
#define SHOWN         4    /* differences that a message tells */
#define MESSAGE_MAX   2000 /* libcheck takes 4 KiB */
#define AUDIT_UNKNOWN 0x12345678u

/* What a rule has to say about a number. */
struct target {
	uint32_t number;
	unsigned int selector;
	const struct spec_seccomp_rule *rule;
};

/* The numbers of one architecture. */
struct numbering {
	const struct seccomp_arch *arch;
	bool listed;
	uint32_t highest; /* beyond it a call gives ENOSYS */
	uint32_t newer[NEWER_MAX];
	size_t n_newer;
	struct target *targets;
	size_t n_targets;
};

struct comparison {
	const struct spec_seccomp *seccomp;
	struct text ours, theirs[2]; /* libseccomp's has architectures of one byte order */
	struct numbering numberings[NUMBERINGS];
	size_t n_numberings;
	uint64_t values[VALUES_MAX];
	size_t n_values;
	uint64_t seed;
	unsigned int tuples, differences;
	struct arena arena;
	struct text message;
};

/* Numbers at the edges of what an unsigned, a signed and an x32 number can be. */
static const uint32_t edges[] = {
	0x3ffffffe, 0x3fffffff, 0x40000000, 0x40000001, 0x40000fff, 0x7ffffffe, 0x7fffffff,
	0x80000000, 0x80000001, 0xbfffffff, 0xc0000000, 0xfffffffe, 0xffffffff,
};

bool compare_knows(const char *arch)
{
	return seccomp_syscall_resolve_name_arch(seccomp_arch_find(arch)->token, "read") !=
	       __NR_SCMP_ERROR;
}

/* --- arguments --- */

/* xorshift64*: the same tuples at each run. */
static uint64_t next_random(struct comparison *comparison)
{
	uint64_t x = comparison->seed;

	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	comparison->seed = x;
	return x * 0x2545f4914f6cdd1dULL;
}

/* From 0 to @n - 1. */
static size_t draw(struct comparison *comparison, size_t n)
{
	return (size_t)(next_random(comparison) >> 33) % n;
}

static void add_value(struct comparison *comparison, uint64_t value)
{
	if (comparison->n_values < VALUES_MAX)
		comparison->values[comparison->n_values++] = value;
}

/* What a comparison with @constant can be wrong about. */
static void add_values_around(struct comparison *comparison, uint64_t constant)
{
	static const uint64_t high[] = { 1, 0x7fffffff, 0x80000000, 0xffffffff };

	add_value(comparison, constant);
	add_value(comparison, constant - 1);
	add_value(comparison, constant + 1);
	add_value(comparison, constant << 32);
	add_value(comparison, constant >> 32);
	add_value(comparison, ~constant);
	for (size_t i = 0; i < ARRAY_SIZE(high); i++) {
		add_value(comparison, constant ^ high[i] << 32);
		add_value(comparison, (constant + 1) ^ high[i] << 32);
	}
}

static void collect_values(struct comparison *comparison)
{
	add_values_around(comparison, 0);
	for (unsigned int i = 0; i < SELECTORS; i++)
		add_value(comparison, i);
	list_each(rule, comparison->seccomp->syscalls) {
		list_each(arg, rule->args) {
			add_values_around(comparison, arg->value.value);
			add_values_around(comparison, arg->valueTwo.value);
			add_value(comparison, arg->value.value | arg->valueTwo.value);
		}
	}
}

static uint64_t pick_value(struct comparison *comparison)
{
	return draw(comparison, 8) ? comparison->values[draw(comparison, comparison->n_values)]
				   : next_random(comparison);
}

/* One that a condition holds for, at its boundary where there is one. */
static uint64_t satisfy(struct comparison *comparison, const struct spec_seccomp_arg *arg)
{
	switch (arg->op) {
	case SPEC_CMP_NE:
	case SPEC_CMP_GT:
		return arg->value.value + 1;
	case SPEC_CMP_LT:
		return arg->value.value - 1;
	case SPEC_CMP_MASKED_EQ:
		return (arg->valueTwo.value & arg->value.value) |
		       (next_random(comparison) & ~arg->value.value);
	default:
		return arg->value.value;
	}
}

/* What is next to the value of a condition, or differs from it in a half or a bit. */
static uint64_t spoil(struct comparison *comparison, uint64_t value)
{
	switch (draw(comparison, 4)) {
	case 0:
		return value + 1;
	case 1:
		return value - 1;
	case 2:
		return value ^ 1ULL << draw(comparison, 64);
	default:
		return pick_value(comparison);
	}
}

static void pick_arguments(struct comparison *comparison, const struct target *target,
			   uint64_t args[6])
{
	bool near = target && draw(comparison, 4) > 0;

	for (size_t i = 0; i < 6; i++)
		args[i] = pick_value(comparison);
	if (!near)
		return;
	list_each(arg, target->rule->args)
		args[arg->index.value] = satisfy(comparison, arg);
	if (target->selector)
		args[0] = target->selector;
	if (target->rule->args.n > 0 && draw(comparison, 2)) {
		size_t which = draw(comparison, target->rule->args.n);
		uint64_t *value = &args[target->rule->args.item[which].index.value];

		*value = spoil(comparison, *value);
	}
}

/* --- numbers --- */

static void add_target(struct numbering *numbering, const struct spec_seccomp_rule *rule,
		       int number, unsigned int selector)
{
	if (number >= 0)
		numbering->targets[numbering->n_targets++] = (struct target){
			.number = (uint32_t)number,
			.selector = selector,
			.rule = rule,
		};
}

static void collect_numbers(struct comparison *comparison, struct numbering *numbering)
{
	int highest = -1;
	size_t n = 0;

	list_each(rule, comparison->seccomp->syscalls)
		n += rule->names.n * 2;
	numbering->targets = arena_alloc(&comparison->arena, (n + 1) * sizeof(struct target));
	ck_assert_ptr_nonnull(numbering->targets);
	list_each(rule, comparison->seccomp->syscalls) {
		list_each(name, rule->names) {
			struct seccomp_call call = seccomp_call_find(numbering->arch, *name);

			highest = call.number > highest ? call.number : highest;
			if (seccomp_syscall_resolve_name(*name) != __NR_SCMP_ERROR) {
				add_target(numbering, rule, call.number, 0);
				if (call.selector)
					add_target(numbering, rule, call.through, call.selector);
			} else if (call.number >= 0) {
				ck_assert_uint_lt(numbering->n_newer, NEWER_MAX);
				numbering->newer[numbering->n_newer++] = (uint32_t)call.number;
			}
		}
	}
	if (highest >= 0 && comparison->seccomp->defaultAction == SPEC_ACT_ERRNO)
		numbering->highest = (uint32_t)highest;
}

static bool lists(const struct spec_seccomp *seccomp, const struct seccomp_arch *arch)
{
	if (arch == seccomp_arch_own())
		return true;
	list_each(name, seccomp->architectures)
		if (strcmp(*name, arch->name) == 0)
			return true;
	return false;
}

static void collect_numberings(struct comparison *comparison)
{
	for (const struct name *name = spec_seccomp_archs; name->name; name++) {
		struct numbering *numbering = &comparison->numberings[comparison->n_numberings];

		if (!compare_knows(name->name))
			continue;
		ck_assert_uint_lt(++comparison->n_numberings, NUMBERINGS);
		numbering->arch = seccomp_arch_find(name->name);
		numbering->listed = lists(comparison->seccomp, numbering->arch);
		numbering->highest = UINT32_MAX;
		if (numbering->listed)
			collect_numbers(comparison, numbering);
	}
}

/* Those of x32 are x86_64's to the kernel, above a bit. */
static const struct numbering *numbering_of(const struct comparison *comparison, uint32_t audit,
					    uint32_t number)
{
	bool x32 = audit == SCMP_ARCH_X86_64 && number >= SECCOMP_X32_BIT;

	for (size_t i = 0; i < comparison->n_numberings; i++) {
		const struct numbering *numbering = &comparison->numberings[i];

		if (numbering->arch->audit == audit &&
		    x32 == (numbering->arch->token == SCMP_ARCH_X32))
			return numbering;
	}
	return NULL;
}

static bool is_newer(const struct numbering *numbering, uint32_t number)
{
	for (size_t i = 0; i < numbering->n_newer; i++)
		if (numbering->newer[i] == number)
			return true;
	return false;
}

/* --- comparing --- */

static void tell_difference(struct comparison *comparison, const struct seccomp_data *data,
			    uint32_t ours, uint32_t expected)
{
	if (comparison->differences++ >= SHOWN)
		return;
	text_printf(&comparison->message, "\n    arch %08x nr %#x (", data->arch,
		    (unsigned int)data->nr);
	for (size_t i = 0; i < ARRAY_SIZE(data->args); i++)
		text_printf(&comparison->message, "%s%#llx", i ? ", " : "",
			    (unsigned long long)data->args[i]);
	text_printf(&comparison->message, "): ours %08x, libseccomp's %08x", ours, expected);
}

/* A filter reads arguments as two words, and the machine of another byte order has them the other
 * way round. */
static uint64_t as_stored(uint64_t value, bool big_endian)
{
	bool own = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__;

	return big_endian == own ? value : value << 32 | value >> 32;
}

static void compare_one(struct comparison *comparison, uint32_t audit, uint32_t number,
			const struct target *target)
{
	struct seccomp_data data = { .nr = (int)number, .arch = audit };
	const struct numbering *numbering = numbering_of(comparison, audit, number);
	bool big_endian = numbering && numbering->arch->big_endian;
	uint32_t ours, expected = SECCOMP_RET_KILL_THREAD;

	if (numbering && is_newer(numbering, number))
		return;
	pick_arguments(comparison, target, (uint64_t *)data.args);
	for (size_t i = 0; i < ARRAY_SIZE(data.args); i++)
		data.args[i] = as_stored(data.args[i], big_endian);
	ours = bpf_run((void *)comparison->ours.data, &data, NULL);
	if (comparison->theirs[big_endian].length > 0)
		expected = bpf_run((void *)comparison->theirs[big_endian].data, &data, NULL);
	if (numbering && number > numbering->highest)
		expected = SECCOMP_RET_ERRNO | ENOSYS;
	comparison->tuples++;
	if (ours != expected)
		tell_difference(comparison, &data, ours, expected);
}

/* All numbers, and those that conditions are about many times. */
static void compare_numbering(struct comparison *comparison, const struct numbering *numbering)
{
	const struct seccomp_arch *arch = numbering->arch;

	for (size_t i = 0; i < ARRAY_SIZE(edges); i++)
		compare_one(comparison, arch->audit, edges[i], NULL);
	for (uint32_t number = 0; number < NUMBERS; number++)
		for (unsigned int i = 0; i < (numbering->listed ? 4 : 1); i++)
			compare_one(comparison, arch->audit, arch->base + number, NULL);
	for (size_t i = 0; i < numbering->n_targets; i++) {
		const struct target *target = &numbering->targets[i];
		bool simple = target->rule->args.n == 0 && !target->selector;

		for (unsigned int j = 0; j < (simple ? 4 : 400); j++)
			compare_one(comparison, arch->audit, target->number, target);
	}
}

/* One anywhere near a decision. */
static void compare_any(struct comparison *comparison)
{
	size_t i = draw(comparison, comparison->n_numberings);
	const struct numbering *numbering = &comparison->numberings[i];
	uint32_t number = numbering->arch->base + (uint32_t)draw(comparison, 512);
	const struct target *target = NULL;

	if (numbering->n_targets > 0 && draw(comparison, 4)) {
		target = &numbering->targets[draw(comparison, numbering->n_targets)];
		number = target->number;
		if (draw(comparison, 4) == 0)
			number += draw(comparison, 2) ? 1 : -1u;
	}
	compare_one(comparison, numbering->arch->audit, number, target);
}

static void assert_accepted(const char *name, const struct text *program)
{
	const char *reason =
		bpf_refused((void *)program->data, program->length / sizeof(struct sock_filter));

	ck_assert_msg(!reason, "%s: %s", name, reason);
}

static void compile(struct comparison *comparison, const char *name)
{
	struct oci_error err = UNTOUCHED;

	ck_assert_msg(seccomp_compile(comparison->seccomp, &comparison->ours, &err) == 0, "%s: %s",
		      name, err.message);
	assert_accepted(name, &comparison->ours);
	for (int i = 0; i < 2; i++) {
		ck_assert_msg(reference_compile(comparison->seccomp, i, &comparison->theirs[i]) ==
				      0,
			      "%s: libseccomp refuses it", name);
		if (comparison->theirs[i].length > 0)
			assert_accepted(name, &comparison->theirs[i]);
	}
}

void compare_profile(const char *name, const struct spec_seccomp *seccomp, unsigned int tuples,
		     struct text *message)
{
	struct comparison *comparison = calloc(1, sizeof(*comparison));

	ck_assert_ptr_nonnull(comparison);
	comparison->seccomp = seccomp;
	comparison->seed = 0x9e3779b97f4a7c15ULL;
	compile(comparison, name);
	collect_values(comparison);
	collect_numberings(comparison);
	for (size_t i = 0; i < comparison->n_numberings; i++)
		compare_numbering(comparison, &comparison->numberings[i]);
	for (uint32_t number = 0; number < NUMBERS; number++)
		compare_one(comparison, AUDIT_UNKNOWN, number, NULL);
	while (comparison->tuples < tuples)
		compare_any(comparison);
	if (comparison->differences && message->length < MESSAGE_MAX)
		text_printf(message, "\n  %s: %u of %u tuples differ:%s", name,
			    comparison->differences, comparison->tuples, comparison->message.data);
	text_done(&comparison->ours);
	text_done(&comparison->theirs[0]);
	text_done(&comparison->theirs[1]);
	text_done(&comparison->message);
	arena_done(&comparison->arena);
	free(comparison);
}
