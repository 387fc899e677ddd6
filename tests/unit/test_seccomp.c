/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Our filters against libseccomp's: both are interpreted, and have to agree about every system
 * call that they are asked. What differs on purpose: numbers beyond all that a profile names have
 * to give ENOSYS where the default action is ERRNO, and system calls that are newer than the
 * libseccomp at hand are left out. */
#include <fcntl.h>
#include <seccomp.h>

#include "base/fd.h"
#include "bpf.h"
#include "plan/seccomp_compile.h"
#include "plan/seccomp_names.h"
#include "reference.h"
#include "unit.h"

#define AUDIT_X86_64 0xc000003eu
#define AUDIT_I386   0x40000003u
#define AUDIT_ARM    0x40000028u

#define NUMBERS    1101 /* of each architecture all from 0 on */
#define NEWER_MAX  64
#define VALUES_MAX 2048
#define TUPLES_MIN 100000
#define SHOWN      4 /* differences that a message tells */

struct profile {
	const char *name;
	const char *seccomp;
};

/* One of the numberings that a filter tells apart. */
struct numbering {
	const char *arch; /* of libseccomp, NULL for one that no profile lists */
	uint32_t audit;
	uint32_t base;
};

static const struct numbering numberings[] = {
	{ "SCMP_ARCH_X86_64", AUDIT_X86_64, 0 },
	{ "SCMP_ARCH_X86", AUDIT_I386, 0 },
	{ "SCMP_ARCH_X32", AUDIT_X86_64, SECCOMP_X32_BIT },
	{ NULL, AUDIT_ARM, 0 },
};

/* Numbers at the edges of what an unsigned, a signed and an x32 number can be. */
static const uint32_t edges[] = {
	0x3ffffffe, 0x3fffffff, 0x40000000, 0x40000001, 0x40000fff, 0x7ffffffe, 0x7fffffff,
	0x80000000, 0x80000001, 0xbfffffff, 0xc0000000, 0xfffffffe, 0xffffffff,
};

struct comparison {
	const struct spec_seccomp *seccomp;
	struct text ours, theirs;
	uint32_t highest[ARRAY_SIZE(numberings)];
	uint32_t newer[ARRAY_SIZE(numberings)][NEWER_MAX];
	size_t n_newer[ARRAY_SIZE(numberings)];
	uint64_t values[VALUES_MAX];
	size_t n_values;
	uint64_t seed;
	unsigned int tuples, differences;
	struct text message;
};

/* --- tuples --- */

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
	for (unsigned int i = 0; i < 26; i++) /* selectors of socketcall(2) and ipc(2) */
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
	uint64_t random = next_random(comparison);

	if (random % 8 == 0)
		return next_random(comparison);
	return comparison->values[(random >> 8) % comparison->n_values];
}

/* --- what differs on purpose --- */

static int number_of(const struct seccomp_arch *arch, const char *name)
{
	return seccomp_call_find(arch, name).number;
}

static uint32_t highest_of(const struct spec_seccomp *seccomp, const struct seccomp_arch *arch)
{
	int highest = -1;

	list_each(rule, seccomp->syscalls)
		list_each(name, rule->names)
			if (number_of(arch, *name) > highest)
				highest = number_of(arch, *name);
	return highest < 0 ? UINT32_MAX : (uint32_t)highest;
}

static void collect_newer(struct comparison *comparison, size_t i, const struct seccomp_arch *arch)
{
	list_each(rule, comparison->seccomp->syscalls) {
		list_each(name, rule->names) {
			int number = number_of(arch, *name);

			if (number < 0 || seccomp_syscall_resolve_name(*name) != __NR_SCMP_ERROR)
				continue;
			ck_assert_uint_lt(comparison->n_newer[i], NEWER_MAX);
			comparison->newer[i][comparison->n_newer[i]++] = (uint32_t)number;
		}
	}
}

static bool lists(const struct spec_seccomp *seccomp, const struct numbering *numbering)
{
	if (numbering->audit == AUDIT_X86_64 && numbering->base == 0)
		return true;
	list_each(name, seccomp->architectures)
		if (numbering->arch && strcmp(*name, numbering->arch) == 0)
			return true;
	return false;
}

static void collect_exceptions(struct comparison *comparison)
{
	for (size_t i = 0; i < ARRAY_SIZE(numberings); i++) {
		const struct seccomp_arch *arch;

		comparison->highest[i] = UINT32_MAX;
		if (!lists(comparison->seccomp, &numberings[i]))
			continue;
		arch = seccomp_arch_find(numberings[i].arch);
		if (comparison->seccomp->defaultAction == SPEC_ACT_ERRNO)
			comparison->highest[i] = highest_of(comparison->seccomp, arch);
		collect_newer(comparison, i, arch);
	}
}

static size_t numbering_of(uint32_t audit, uint32_t number)
{
	if (audit == AUDIT_X86_64)
		return number >= SECCOMP_X32_BIT ? 2 : 0;
	return audit == AUDIT_I386 ? 1 : 3;
}

static bool is_newer(const struct comparison *comparison, size_t numbering, uint32_t number)
{
	for (size_t i = 0; i < comparison->n_newer[numbering]; i++)
		if (comparison->newer[numbering][i] == number)
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

static void compare_one(struct comparison *comparison, uint32_t audit, uint32_t number)
{
	struct seccomp_data data = { .nr = (int)number, .arch = audit };
	size_t numbering = numbering_of(audit, number);
	uint32_t ours, expected;

	if (is_newer(comparison, numbering, number))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(data.args); i++)
		data.args[i] = pick_value(comparison);
	ours = bpf_run((void *)comparison->ours.data, &data, NULL);
	expected = bpf_run((void *)comparison->theirs.data, &data, NULL);
	if (number > comparison->highest[numbering])
		expected = SECCOMP_RET_ERRNO | ENOSYS;
	comparison->tuples++;
	if (ours != expected)
		tell_difference(comparison, &data, ours, expected);
}

/* The numbers that conditions are about, where most can go wrong. */
static void compare_conditional(struct comparison *comparison, const struct numbering *numbering)
{
	const struct seccomp_arch *arch = seccomp_arch_find(numbering->arch);

	list_each(rule, comparison->seccomp->syscalls) {
		if (rule->args.n == 0)
			continue;
		list_each(name, rule->names)
			for (unsigned int i = 0; i < 2000; i++)
				compare_one(comparison, numbering->audit,
					    (uint32_t)number_of(arch, *name));
	}
}

static void compare_all(struct comparison *comparison)
{
	for (size_t i = 0; i < ARRAY_SIZE(numberings); i++) {
		const struct numbering *numbering = &numberings[i];

		for (uint32_t number = 0; number < NUMBERS; number++)
			for (unsigned int j = 0; j < 8; j++)
				compare_one(comparison, numbering->audit, numbering->base + number);
		for (size_t j = 0; j < ARRAY_SIZE(edges); j++)
			compare_one(comparison, numbering->audit, edges[j]);
		if (numbering->arch)
			compare_conditional(comparison, numbering);
	}
	for (unsigned int i = 0; i < 8000; i++) /* socketcall and ipc */
		compare_one(comparison, AUDIT_I386, i % 2 ? 102 : 117);
	while (comparison->tuples < TUPLES_MIN) {
		const struct numbering *numbering =
			&numberings[next_random(comparison) % ARRAY_SIZE(numberings)];

		compare_one(comparison, numbering->audit,
			    numbering->base + (uint32_t)(next_random(comparison) % 512));
	}
}

static const char *refused(const struct text *program)
{
	return bpf_refused((void *)program->data, program->length / sizeof(struct sock_filter));
}

/* The seccomp object of a profile, in a config with nothing else. */
static const struct spec_seccomp *decode_profile(const char *seccomp, struct arena *arena)
{
	const char *config =
		arena_printf(arena,
			     "{\"ociVersion\": \"1.2.0\", \"root\": {\"path\": \"r\"}, "
			     "\"linux\": {\"seccomp\": %s}}",
			     seccomp);

	return unit_spec(config, arena)->linux_->seccomp;
}

/* Appends what is wrong to @message. */
static void compare_profile(const char *name, const struct spec_seccomp *seccomp,
			    struct text *message)
{
	struct comparison *comparison = calloc(1, sizeof(*comparison));
	struct oci_error err = UNTOUCHED;

	ck_assert_ptr_nonnull(comparison);
	comparison->seccomp = seccomp;
	comparison->seed = 0x9e3779b97f4a7c15ULL;
	ck_assert_msg(seccomp_compile(seccomp, &comparison->ours, &err) == 0, "%s: %s", name,
		      err.message);
	ck_assert_msg(!refused(&comparison->ours), "%s: %s", name, refused(&comparison->ours));
	ck_assert_msg(reference_compile(seccomp, &comparison->theirs) == 0,
		      "%s: libseccomp refuses it", name);
	ck_assert_msg(!refused(&comparison->theirs), "%s: %s", name, refused(&comparison->theirs));
	collect_values(comparison);
	collect_exceptions(comparison);
	compare_all(comparison);
	ck_assert_uint_ge(comparison->tuples, TUPLES_MIN);
	if (comparison->differences)
		text_printf(message, "\n  %s: %u of %u tuples differ:%s", name,
			    comparison->differences, comparison->tuples, comparison->message.data);
	text_done(&comparison->ours);
	text_done(&comparison->theirs);
	text_done(&comparison->message);
	free(comparison);
}

/* --- the profiles: JSON with ' for " --- */

#define ALL                                                       \
	"'architectures': ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86', " \
	"'SCMP_ARCH_X32']"
#define PROFILE(action, rules) \
	"{'defaultAction': 'SCMP_ACT_" action "', " ALL ", 'syscalls': [" rules "]}"
#define ALLOW(rules)      PROFILE("ALLOW", rules)
#define ERRNO(rules)      PROFILE("ERRNO", rules)
#define KILL(rules)       PROFILE("KILL_PROCESS", rules)
#define ON(action, names) "{'names': [" names "], 'action': 'SCMP_ACT_" action "'}"
#define RULE_ERRNO(action, errno_ret, names) \
	"{'names': [" names "], 'action': 'SCMP_ACT_" action "', 'errnoRet': " errno_ret "}"
#define IF(action, names, args) \
	"{'names': [" names "], 'action': 'SCMP_ACT_" action "', 'args': [" args "]}"
#define ARG(index, op, value) "{'index': " index ", 'op': 'SCMP_CMP_" op "', 'value': " value "}"
#define MASKED(index, mask, value) \
	"{'index': " index ", 'op': 'SCMP_CMP_MASKED_EQ', 'value': " mask ", 'valueTwo': " value "}"
#define IOCTL(action, args) IF(action, "'ioctl'", args)

/* Sentences of JSON, not expressions. */
/* clang-format off */
/* 0x123456789, 0xdeadbeef, 1 << 63 */
#define EACH_VALUE(op) \
	{ op " of 33 bits", KILL(IOCTL("TRAP", ARG("1", op, "4886718345"))) }, \
	{ op " of 32 bits", KILL(IOCTL("TRAP", ARG("1", op, "3735928559"))) }, \
	{ op " of 64 bits", KILL(IOCTL("TRAP", ARG("5", op, "9223372036854775808"))) }, \
	{ op " of the largest", KILL(IOCTL("TRAP", ARG("0", op, "18446744073709551615"))) }, \
	{ op " of zero", KILL(IOCTL("TRAP", ARG("3", op, "0"))) }

#define SOCKETS \
	"'socket', 'bind', 'connect', 'listen', 'accept', 'getsockname', 'getpeername', " \
	"'socketpair', 'send', 'recv', 'sendto', 'recvfrom', 'shutdown', 'setsockopt', " \
	"'getsockopt', 'sendmsg', 'recvmsg', 'accept4', 'recvmmsg', 'sendmmsg'"
#define IPC \
	"'semop', 'semget', 'semctl', 'semtimedop', 'msgsnd', 'msgrcv', 'msgget', 'msgctl', " \
	"'shmat', 'shmdt', 'shmget', 'shmctl'"

static const struct profile plain[] = {
	{ "no rules", "{'defaultAction': 'SCMP_ACT_ALLOW', " ALL "}" },
	{ "denied calls", ALLOW(ON("ERRNO", "'mount', 'umount2', 'ptrace', 'kexec_load', 'read', "
					      "'name_that_nobody_knows', 'swapon', '_llseek'")) },
	{ "allowed calls", ERRNO(ON("ALLOW", "'read', 'write', 'openat2', 'fcntl64', 'ioctl'")) },
	{ "allowed calls, else killed", KILL(ON("ALLOW", "'read', 'write', 'openat2'")) },
	{ "two rules for a call, the first decides",
	  KILL(ON("ALLOW", "'ioctl'") ", " ON("TRAP", "'ioctl', 'read'")) },
	{ "every action", "{'defaultAction': 'SCMP_ACT_LOG', " ALL ", "
			  "'listenerPath': '/l', 'syscalls': ["
			  ON("KILL", "'mount'") ", " ON("KILL_PROCESS", "'umount2'") ", "
			  ON("KILL_THREAD", "'reboot'") ", " ON("TRAP", "'swapon'") ", "
			  ON("TRACE", "'swapoff'") ", " ON("ALLOW", "'ptrace'") ", "
			  ON("LOG", "'syslog'") ", " ON("ERRNO", "'acct'") ", "
			  ON("NOTIFY", "'mknod'") "]}" },
	{ "errno of rules", ALLOW(ON("ERRNO", "'mount'") ", "
				  RULE_ERRNO("ERRNO", "13", "'umount2'") ", "
				  RULE_ERRNO("ERRNO", "0", "'reboot'") ", "
				  RULE_ERRNO("ERRNO", "4094", "'swapon'") ", "
				  RULE_ERRNO("TRACE", "77", "'swapoff'")) },
	{ "errno of the default", "{'defaultAction': 'SCMP_ACT_ERRNO', 'defaultErrnoRet': 38, " ALL
				  ", 'syscalls': [" ON("ERRNO", "'mount'") ", "
				  RULE_ERRNO("ERRNO", "38", "'read'") ", "
				  ON("ALLOW", "'openat2'") "]}" },
	{ "trace by default", "{'defaultAction': 'SCMP_ACT_TRACE', 'defaultErrnoRet': 3, " ALL
			      ", 'syscalls': [" ON("ALLOW", "'read'") "]}" },
	{ "sockets", ALLOW(ON("TRAP", SOCKETS)) },
	{ "sockets of two kinds",
	  KILL(ON("TRAP", "'socket', 'recvmmsg'") ", " ON("ALLOW", "'bind', 'accept'")) },
	{ "sockets, then socketcall", KILL(ON("TRAP", SOCKETS) ", "
	ON("ALLOW", "'socketcall'")) },
	{ "socketcall, then sockets", KILL(ON("ALLOW", "'socketcall'") ", "
	"" ON("TRAP", SOCKETS)) },
	{ "System V IPC", ALLOW(ON("TRAP", IPC)) },
	{ "System V IPC, then ipc", KILL(ON("TRAP", IPC) ", " ON("ALLOW", "'ipc'")) },
};

static const struct profile architectures[] = {
	{ "no architectures", "{'defaultAction': 'SCMP_ACT_ERRNO', 'syscalls': ["
			      ON("ALLOW", "'read', 'write', 'openat2'") "]}" },
	{ "empty architectures", "{'defaultAction': 'SCMP_ACT_ALLOW', 'architectures': [], "
				 "'syscalls': [" ON("ERRNO", "'read'") "]}" },
	{ "x86_64 alone", "{'defaultAction': 'SCMP_ACT_KILL_PROCESS', 'architectures': "
			  "['SCMP_ARCH_X86_64'], 'syscalls': [" ON("ALLOW", "'read'") "]}" },
	{ "x86 alone", "{'defaultAction': 'SCMP_ACT_KILL_PROCESS', 'architectures': "
		       "['SCMP_ARCH_X86'], 'syscalls': [" ON("ALLOW", "'read'") "]}" },
	{ "x32 alone", "{'defaultAction': 'SCMP_ACT_KILL_PROCESS', 'architectures': "
		       "['SCMP_ARCH_X32'], 'syscalls': ["
		       ON("ALLOW", "'read', 'ioctl', 'rt_sigaction'") "]}" },
	{ "arm too", "{'defaultAction': 'SCMP_ACT_KILL_PROCESS', 'architectures': "
		     "['SCMP_ARCH_ARM', 'SCMP_ARCH_X86_64'], 'syscalls': ["
		     ON("ALLOW", "'read', 'ioctl', 'socket'") "]}" },
};

static const struct profile conditions[] = {
	EACH_VALUE("NE"), EACH_VALUE("LT"), EACH_VALUE("LE"), EACH_VALUE("EQ"), EACH_VALUE("GE"),
	EACH_VALUE("GT"),
	{ "masked", KILL(IF("TRAP", "'clone'", MASKED("0", "2114060288", "0"))) },
	{ "masked, 64 bits",
	  KILL(IOCTL("TRAP", MASKED("1", "18364758544493064720", "1302686086808736272"))) },
	{ "masked, upper half only", KILL(IOCTL("TRAP", MASKED("1",
	"18446744069414584320", "0"))) },
	{ "masked by nothing", KILL(IOCTL("TRAP", MASKED("1", "0", "0"))) },
	{ "a value beyond its mask", KILL(IOCTL("TRAP", MASKED("1", "240", "255"))) },
	{ "each argument", KILL(IF("TRACE", "'mmap', 'prctl'",
				   ARG("5", "EQ", "0") ", " ARG("0", "NE", "0") ", "
				   ARG("1", "LE", "4") ", " ARG("2", "GT", "1") ", "
				   MASKED("3", "1", "1") ", " ARG("4", "LT", "4294967296"))) },
	{ "an argument twice", KILL(IOCTL("ALLOW", ARG("1", "EQ", "5") ", " ARG("1", "EQ", "7") ", "
						   ARG("2", "GT", "9"))) },
	{ "two values, two actions",
	  KILL(IOCTL("TRAP", ARG("1", "EQ", "5")) ", " IOCTL("ALLOW", ARG("1", "EQ", "6"))) },
	{ "below and above",
	  KILL(IOCTL("ALLOW", ARG("2", "LT", "8192")) ", " IOCTL("ALLOW",
	  ARG("2", "GE", "16384"))) },
	{ "equal and not equal",
	  KILL(IOCTL("ALLOW", ARG("0", "NE", "5")) ", " IOCTL("TRAP", ARG("0", "EQ", "5"))) },
	{ "two arguments, or another",
	  KILL(IOCTL("ALLOW", ARG("0", "EQ", "5") ", " ARG("1", "EQ", "1")) ", "
	       IOCTL("ALLOW", ARG("2", "EQ", "3"))) },
	{ "the shorter rule first",
	  KILL(IOCTL("ALLOW", ARG("1", "EQ", "5")) ", "
	       IOCTL("ALLOW", ARG("1", "EQ", "5") ", " ARG("2", "EQ", "7"))) },
	{ "without conditions first",
	  KILL(ON("ALLOW", "'ioctl'") ", " IOCTL("TRAP", ARG("1", "EQ", "5"))) },
	{ "without conditions last",
	  KILL(IOCTL("TRAP", ARG("1", "EQ", "5")) ", " ON("ALLOW", "'ioctl'")) },
	{ "without conditions last and once more",
	  KILL(IOCTL("TRAP", ARG("1", "EQ", "5")) ", " ON("ALLOW", "'ioctl'") ", "
	       ON("LOG", "'ioctl'")) },
	{ "with the default's action",
	  ERRNO(IOCTL("ERRNO", ARG("1", "EQ", "5")) ", " ON("ALLOW", "'ioctl', 'read'")) },
	{ "sockets", KILL(IF("ALLOW", "'socket'", ARG("0", "NE", "40")) ", "
			  IF("ALLOW", "'connect', 'send'", ARG("2", "EQ", "16"))) },
	{ "System V IPC", KILL(IF("ALLOW", "'shmget', 'semop'", ARG("0", "EQ", "1")) ", "
			       IF("ALLOW", "'msgget'", ARG("1", "GE", "16"))) },
};
/* clang-format on */

static const struct spec_seccomp *decode_quoted(const char *quoted, struct arena *arena)
{
	char *seccomp = arena_strdup(arena, quoted);

	for (char *c = seccomp; *c; c++)
		if (*c == '\'')
			*c = '"';
	return decode_profile(seccomp, arena);
}

static void compare_profiles(const struct profile *profiles, size_t n)
{
	struct arena arena = { 0 };
	struct text message = { 0 };

	for (size_t i = 0; i < n; i++)
		compare_profile(profiles[i].name, decode_quoted(profiles[i].seccomp, &arena),
				&message);
	arena_done(&arena);
	ck_assert_msg(message.length == 0, "%s", message.data);
}

START_TEST(agrees_about_calls)
{
	compare_profiles(plain, ARRAY_SIZE(plain));
}
END_TEST

START_TEST(agrees_about_architectures)
{
	compare_profiles(architectures, ARRAY_SIZE(architectures));
}
END_TEST

START_TEST(agrees_about_conditions)
{
	compare_profiles(conditions, ARRAY_SIZE(conditions));
}
END_TEST

/* --- an engine's profile --- */

static const struct spec_seccomp *engine_default(struct arena *arena)
{
	char *text = NULL;
	const struct spec_seccomp *seccomp;

	ck_assert_int_eq(
		file_read(AT_FDCWD, TEST_DATA "/engine-default/config.json", 1 << 20, &text, NULL),
		0);
	seccomp = unit_spec(text, arena)->linux_->seccomp;
	free(text);
	return seccomp;
}

START_TEST(agrees_about_engine_default)
{
	struct arena arena = { 0 };
	struct text message = { 0 };

	compare_profile("engine-default", engine_default(&arena), &message);
	arena_done(&arena);
	ck_assert_msg(message.length == 0, "%s", message.data);
}
END_TEST

/* Each comparison is paid at every system call, and for every number once more when the kernel
 * takes the filter. */
START_TEST(engine_default_is_small)
{
	const struct seccomp_arch *arch = seccomp_arch_find("SCMP_ARCH_X86_64");
	struct arena arena = { 0 };
	struct text program = { 0 };
	const struct spec_seccomp *seccomp = engine_default(&arena);
	unsigned int calls = 0;

	ck_assert_int_eq(seccomp_compile(seccomp, &program, NULL), 0);
	ck_assert_uint_le(program.length / sizeof(struct sock_filter), 1000);
	list_each(name, seccomp->syscalls.item[0].names) {
		int number = number_of(arch, *name);
		struct seccomp_data data = { .arch = AUDIT_X86_64, .nr = number };
		struct bpf_cost cost = { 0 };

		if (number < 0)
			continue;
		ck_assert_uint_eq(bpf_run((void *)program.data, &data, &cost), SECCOMP_RET_ALLOW);
		ck_assert_msg(cost.comparisons <= 16, "%s: %u comparisons", *name,
			      cost.comparisons);
		calls++;
	}
	ck_assert_uint_gt(calls, 300);
	text_done(&program);
	arena_done(&arena);
}
END_TEST

/* --- where libseccomp gives no answer, or one that depends on its inner order --- */

static uint32_t answer(const char *quoted, uint64_t arg0, uint64_t arg1, uint64_t arg2)
{
	struct seccomp_data data = { .arch = AUDIT_X86_64, .nr = 16, .args = { arg0, arg1, arg2 } };
	struct arena arena = { 0 };
	struct text program = { 0 };
	struct oci_error err = UNTOUCHED;
	uint32_t outcome;

	ck_assert_int_eq(seccomp_compile(decode_quoted(quoted, &arena), &program, &err), 0);
	assert_untouched(err);
	ck_assert_msg(!refused(&program), "%s", refused(&program));
	outcome = bpf_run((void *)program.data, &data, NULL);
	text_done(&program);
	arena_done(&arena);
	return outcome;
}

START_TEST(first_rule_that_holds_decides)
{
	const char *same =
		KILL(IOCTL("TRAP", ARG("1", "EQ", "5")) ", " IOCTL("ALLOW", ARG("1", "EQ", "5")));
	const char *longer =
		KILL(IOCTL("TRAP", ARG("1", "EQ", "5") ", " ARG("2", "EQ", "7")) ", " IOCTL(
			"ALLOW", ARG("1", "EQ", "5")));

	ck_assert_uint_eq(answer(same, 0, 5, 0), SECCOMP_RET_TRAP);
	ck_assert_uint_eq(answer(longer, 0, 5, 7), SECCOMP_RET_TRAP);
	ck_assert_uint_eq(answer(longer, 0, 5, 8), SECCOMP_RET_ALLOW);
	ck_assert_uint_eq(answer(longer, 0, 6, 7), SECCOMP_RET_KILL_PROCESS);
}
END_TEST

/* libseccomp 2.5.4 allows (4, 1) here, which neither rule does. */
START_TEST(conditions_of_two_rules_do_not_mix)
{
	const char *rules =
		KILL(IOCTL("ALLOW", ARG("0", "GE", "5") ", " ARG("1", "EQ", "1")) ", " IOCTL(
			"ALLOW", ARG("0", "GE", "3") ", " ARG("1", "EQ", "2")));

	ck_assert_uint_eq(answer(rules, 4, 1, 0), SECCOMP_RET_KILL_PROCESS);
	ck_assert_uint_eq(answer(rules, 4, 2, 0), SECCOMP_RET_ALLOW);
	ck_assert_uint_eq(answer(rules, 5, 1, 0), SECCOMP_RET_ALLOW);
	ck_assert_uint_eq(answer(rules, 5, 2, 0), SECCOMP_RET_ALLOW);
	ck_assert_uint_eq(answer(rules, 2, 2, 0), SECCOMP_RET_KILL_PROCESS);
}
END_TEST

UNIT_MAIN("seccomp", agrees_about_calls, agrees_about_architectures, agrees_about_conditions,
	  agrees_about_engine_default, engine_default_is_small, first_rule_that_holds_decides,
	  conditions_of_two_rules_do_not_mix)
