/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Our filters against libseccomp's, see compare.h, and what they have to be where that gives no
 * answer. */
#include <fcntl.h>
#include <seccomp.h>

#include "base/fd.h"
#include "bpf.h"
#include "compare.h"
#include "plan/seccomp_compile.h"
#include "plan/seccomp_names.h"
#include "unit.h"

#define AUDIT_X86_64 0xc000003eu

struct profile {
	const char *name;
	const char *seccomp;
};

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

/* --- the profiles: JSON with ' for " --- */

/* All that libseccomp 2.5.4 knows: of both byte orders, with 32 and 64 bits, with and without
 * socketcall(2). */
#define ALL                                                                                 \
	"'architectures': ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86', 'SCMP_ARCH_X32', "          \
	"'SCMP_ARCH_ARM', 'SCMP_ARCH_AARCH64', 'SCMP_ARCH_MIPS', 'SCMP_ARCH_MIPS64', "      \
	"'SCMP_ARCH_MIPS64N32', 'SCMP_ARCH_MIPSEL', 'SCMP_ARCH_MIPSEL64', "                 \
	"'SCMP_ARCH_MIPSEL64N32', 'SCMP_ARCH_PPC', 'SCMP_ARCH_PPC64', 'SCMP_ARCH_PPC64LE'," \
	" 'SCMP_ARCH_S390', 'SCMP_ARCH_S390X', 'SCMP_ARCH_PARISC', 'SCMP_ARCH_PARISC64', "  \
	"'SCMP_ARCH_RISCV64']"
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
	{ "a call refused as the default does, the newest of all",
	  ERRNO(ON("ALLOW", "'read'") ", " ON("ERRNO", "'faccessat2', 'openat2'")) },
	{ "nothing but what the default does", ERRNO(ON("ERRNO", "'read', 'openat2'")) },
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

#define BASIC \
	"'read', 'write', 'openat', 'close', 'mmap', 'mprotect', 'munmap', 'brk', 'fcntl', " \
	"'fcntl64', 'futex', 'futex_time64', 'execve', 'exit', 'exit_group', 'rt_sigaction', " \
	"'rt_sigreturn', 'wait4', 'waitid', 'ppoll_time64', 'statx', 'fstatat64', 'newfstatat', " \
	"'stat64', 'ugetrlimit', 'mmap2', '_llseek', 'clock_gettime64', 'openat2', 'faccessat2'"

static const struct profile engines[] = {
	{ "podman", "{'defaultAction': 'SCMP_ACT_ERRNO', 'defaultErrnoRet': 38, " ALL
		    ", 'syscalls': ["
		    RULE_ERRNO("ERRNO", "1", "'bdflush', 'io_pgetevents', 'kexec_load', 'mount', "
					     "'umount2', 'swapon', 'sysfs', 'uselib', 'vm86', "
					     "'landlock_restrict_self', 'memfd_secret'") ", "
		    ON("ALLOW", BASIC ", 'bind', 'connect', 'recvmmsg', 'semop', 'shmat'") ", "
		    IF("ALLOW", "'personality'", ARG("0", "EQ", "0")) ", "
		    IF("ALLOW", "'personality'", ARG("0", "EQ", "8")) ", "
		    IF("ALLOW", "'personality'", ARG("0", "EQ", "131072")) ", "
		    IF("ALLOW", "'personality'", ARG("0", "EQ", "131080")) ", "
		    IF("ALLOW", "'personality'", ARG("0", "EQ", "4294967295")) ", "
		    IF("ALLOW", "'prctl'", ARG("0", "NE", "15")) ", "
		    RULE_ERRNO("ERRNO", "95", "'pciconfig_read'") ", "
		    IF("LOG", "'ioctl'", ARG("1", "EQ", "21522") ", " ARG("0", "LE", "2")) ", "
		    IF("ALLOW", "'clone'", MASKED("0", "2114060288", "0") ", "
					   MASKED("2", "18446744069414584320", "0")) "]}" },
	{ "a sandbox that kills", KILL(
		    ON("ALLOW", BASIC) ", "
		    IF("ALLOW", "'ioctl'", ARG("1", "GE", "21505") ", "
					   ARG("1", "LE", "21599")) ", "
		    IF("TRACE", "'mremap'", ARG("3", "GT", "4294967296") ", "
					    ARG("4", "NE", "0")) ", "
		    IF("TRAP", "'madvise'", ARG("2", "GE", "100")) ", "
		    IF("LOG", "'madvise'", ARG("2", "LT", "4")) ", "
		    IF("ALLOW", "'prlimit64'", MASKED("2", "18446744073709551615", "0") ", "
					       ARG("0", "EQ", "0")) ", "
		    IF("KILL_THREAD", "'setsockopt'", ARG("1", "EQ", "1") ", "
						      ARG("2", "EQ", "33"))) },
	{ "what is dangerous refused", ALLOW(
		    ON("ERRNO", "'kexec_load', 'kexec_file_load', 'init_module', 'finit_module', "
				"'delete_module', 'iopl', 'ioperm', 'swapon', 'swapoff', 'reboot', "
				"'open_by_handle_at', 'perf_event_open', 'bpf', 'userfaultfd', "
				"'socketcall'") ", "
		    RULE_ERRNO("ERRNO", "38", "'clone3', 'io_uring_setup', 'set_mempolicy'") ", "
		    IF("ERRNO", "'socket'", ARG("0", "EQ", "16") ", " ARG("2", "EQ", "9")) ", "
		    IF("KILL_PROCESS", "'ioctl'", ARG("1", "EQ", "21522")) ", "
		    IF("ERRNO", "'unshare', 'setns'", MASKED("1", "268435456", "268435456")) ", "
		    IF("TRAP", "'mprotect'", MASKED("2", "6", "6"))) },
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
				TUPLES_FEW, &message);
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

/* A filter for all architectures at once would be longer than the kernel takes. */
static const char *const families[] = {
	"'SCMP_ARCH_X86', 'SCMP_ARCH_X32'",
	"'SCMP_ARCH_AARCH64', 'SCMP_ARCH_ARM'",
	"'SCMP_ARCH_MIPS', 'SCMP_ARCH_MIPS64', 'SCMP_ARCH_MIPS64N32'",
	"'SCMP_ARCH_MIPSEL', 'SCMP_ARCH_MIPSEL64', 'SCMP_ARCH_MIPSEL64N32'",
	"'SCMP_ARCH_PPC', 'SCMP_ARCH_PPC64', 'SCMP_ARCH_PPC64LE'",
	"'SCMP_ARCH_S390', 'SCMP_ARCH_S390X'",
	"'SCMP_ARCH_PARISC', 'SCMP_ARCH_PARISC64'",
	"'SCMP_ARCH_RISCV64'",
	/* libseccomp 2.6 */
	"'SCMP_ARCH_LOONGARCH64', 'SCMP_ARCH_SH'",
	"'SCMP_ARCH_M68K', 'SCMP_ARCH_SHEB'",
};

static void compare_families(const char *name, const struct spec_seccomp *seccomp,
			     struct arena *arena, struct text *message)
{
	for (size_t i = 0; i < ARRAY_SIZE(families); i++) {
		struct spec_seccomp copy = *seccomp;

		copy.architectures =
			decode_quoted(arena_printf(arena,
						   "{'defaultAction': 'SCMP_ACT_ALLOW', "
						   "'architectures': ['SCMP_ARCH_X86_64', %s]}",
						   families[i]),
				      arena)
				->architectures;
		if (!compare_knows(copy.architectures.item[1]))
			continue;
		compare_profile(arena_printf(arena, "%s, %s", name, families[i]), &copy, TUPLES_FEW,
				message);
	}
}

/* As it is, and with other defaults: those of a sandbox that kills, and of podman, where what is
 * not known does not exist. */
START_TEST(agrees_about_engine_default)
{
	struct arena arena = { 0 };
	struct text message = { 0 };
	const struct spec_seccomp *seccomp = engine_default(&arena);
	struct spec_seccomp killing = *seccomp, absent = *seccomp;

	killing.defaultAction = SPEC_ACT_KILL_PROCESS;
	absent.defaultErrnoRet.value = ENOSYS;
	compare_profile("engine-default", seccomp, TUPLES_MANY, &message);
	compare_profile("engine-default that kills", &killing, TUPLES_MANY, &message);
	compare_profile("engine-default with ENOSYS", &absent, TUPLES_MANY, &message);
	compare_families("engine-default", seccomp, &arena, &message);
	arena_done(&arena);
	ck_assert_msg(message.length == 0, "%s", message.data);
}
END_TEST

/* Calls that are refused by name, conditions on two arguments, on one with other values, and on
 * bits: what the profiles of docker, podman and systemd-nspawn have. */
START_TEST(agrees_about_engines)
{
	struct arena arena = { 0 };
	struct text message = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(engines); i++)
		compare_families(engines[i].name, decode_quoted(engines[i].seccomp, &arena), &arena,
				 &message);
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
	ck_assert_uint_le(program.length / sizeof(struct sock_filter), 400);
	list_each(name, seccomp->syscalls.item[0].names) {
		int number = seccomp_call_find(arch, *name).number;
		struct seccomp_data data = { .arch = AUDIT_X86_64, .nr = number };
		struct bpf_cost cost = { 0 };

		if (number < 0)
			continue;
		ck_assert_uint_eq(bpf_run((void *)program.data, &data, &cost), SECCOMP_RET_ALLOW);
		ck_assert_msg(cost.comparisons <= 12, "%s: %u comparisons", *name,
			      cost.comparisons);
		calls++;
	}
	ck_assert_uint_gt(calls, 300);
	text_done(&program);
	arena_done(&arena);
}
END_TEST

/* Whether all calls with a number are allowed, as far as some arguments tell. */
static bool all_pass(const struct text *program, int number)
{
	static const uint64_t values[] = { 0, 1, 5, 8, 40, 0x20008, 0x7e020000, 1ull << 33, ~0ull };
	struct seccomp_data data = { .arch = AUDIT_X86_64, .nr = number };

	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		for (size_t j = 0; j < ARRAY_SIZE(data.args); j++)
			data.args[j] = values[(i + j * j) % ARRAY_SIZE(values)];
		if (bpf_run((void *)program->data, &data, NULL) != SECCOMP_RET_ALLOW)
			return false;
	}
	return true;
}

START_TEST(knows_what_always_passes)
{
	struct arena arena = { 0 };
	struct text program = { 0 };
	unsigned int passing = 0;

	ck_assert_int_eq(seccomp_compile(engine_default(&arena), &program, NULL), 0);
	for (int number = -1; number < 600; number++) {
		bool passes = seccomp_lets_pass(
			(void *)program.data, program.length / sizeof(struct sock_filter), number);

		ck_assert_msg(!passes || all_pass(&program, number), "%d", number);
		passing += passes;
	}
	ck_assert_uint_gt(passing, 300);
	ck_assert(!seccomp_lets_pass((void *)program.data, 0, 0));
	text_done(&program);
	arena_done(&arena);
}
END_TEST

static char *key_of(const char *quoted)
{
	struct arena arena = { 0 };
	struct text key = { 0 };
	char *printed;
	size_t n = 0;

	seccomp_key(decode_quoted(quoted, &arena), &key);
	printed = calloc(2, key.length + 1);
	for (size_t i = 0; i < key.length; i++)
		n += (size_t)snprintf(printed + n, 3, "%02x", (unsigned char)key.data[i]);
	text_done(&key);
	arena_done(&arena);
	return printed;
}

/* Whatever makes another filter makes another key, and only that. */
START_TEST(keys_tell_filters_apart)
{
	static const char *const others[] = {
		KILL(ON("ALLOW", "'read'")),
		ALLOW(ON("ALLOW", "'read'")),
		ERRNO(ON("ALLOW", "'read'")),
		"{'defaultAction': 'SCMP_ACT_ERRNO', 'defaultErrnoRet': 7, " ALL
		", 'syscalls': [" ON("ALLOW", "'read'") "]}",
		"{'defaultAction': 'SCMP_ACT_KILL_PROCESS', 'syscalls': [" ON("ALLOW",
									      "'read'") "]}",
		KILL(ON("ALLOW", "'write'")),
		KILL(ON("ALLOW", "'read', 'write'")),
		KILL(ON("ALLOW", "'read'") ", " ON("ALLOW", "'write'")),
		KILL(ON("TRAP", "'read'")),
		KILL(RULE_ERRNO("ERRNO", "5", "'read'")),
		KILL(RULE_ERRNO("ERRNO", "6", "'read'")),
		KILL(IOCTL("ALLOW", ARG("1", "EQ", "5"))),
		KILL(IOCTL("ALLOW", ARG("2", "EQ", "5"))),
		KILL(IOCTL("ALLOW", ARG("1", "NE", "5"))),
		KILL(IOCTL("ALLOW", ARG("1", "EQ", "6"))),
		KILL(IOCTL("ALLOW", MASKED("1", "5", "1"))),
		KILL(IOCTL("ALLOW", MASKED("1", "5", "4"))),
	};
	char *keys[ARRAY_SIZE(others)];

	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		char *again = key_of(others[i]);

		keys[i] = key_of(others[i]);
		ck_assert_str_eq(keys[i], again);
		free(again);
		for (size_t j = 0; j < i; j++)
			ck_assert_msg(strcmp(keys[i], keys[j]) != 0, "%s", others[i]);
	}
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		free(keys[i]);
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

/* --- errors --- */

/* So many values of ioctl(2) in a row that the last comparisons are out of reach of the first. */
static int compile_ioctls(size_t n, struct text *program, struct oci_error *err)
{
	struct arena arena = { 0 };
	struct text rules = { 0 };
	int r;

	for (size_t i = 0; i < n; i++)
		text_printf(&rules, "%s" IOCTL("ALLOW", ARG("1", "EQ", "%zu")), i ? ", " : "", i);
	ck_assert(!rules.failed);
	r = seccomp_compile(
		decode_quoted(
			arena_printf(&arena,
				     "{'defaultAction': 'SCMP_ACT_KILL_PROCESS', 'syscalls': [%s]}",
				     rules.data),
			&arena),
		program, err);
	text_done(&rules);
	arena_done(&arena);
	return r;
}

START_TEST(long_profiles_hold_together)
{
	struct text program = { 0 };
	struct oci_error err = UNTOUCHED;
	struct seccomp_data data = { .nr = 16, .arch = AUDIT_X86_64 };

	ck_assert_int_eq(compile_ioctls(900, &program, &err), 0);
	ck_assert_msg(!refused(&program), "%s", refused(&program));
	for (size_t i = 0; i < 1000; i++) {
		data.args[1] = i;
		ck_assert_uint_eq(bpf_run((void *)program.data, &data, NULL),
				  i < 900 ? SECCOMP_RET_ALLOW : SECCOMP_RET_KILL_PROCESS);
	}
	text_done(&program);
}
END_TEST

START_TEST(refuses_what_the_kernel_would)
{
	struct text program = { 0 };
	struct oci_error err = UNTOUCHED;

	ck_assert_int_eq(compile_ioctls(1100, &program, &err), -E2BIG);
	ck_assert_str_eq(err.where, "/linux/seccomp");
	ck_assert_msg(strstr(err.message, "the kernel takes 4096: list fewer architectures or "
					  "conditions"),
		      "%s", err.message);
	text_done(&program);
}
END_TEST

UNIT_MAIN("seccomp", agrees_about_calls, agrees_about_architectures, agrees_about_conditions,
	  agrees_about_engine_default, agrees_about_engines, engine_default_is_small,
	  knows_what_always_passes, keys_tell_filters_apart, first_rule_that_holds_decides,
	  conditions_of_two_rules_do_not_mix, long_profiles_hold_together,
	  refuses_what_the_kernel_would)
