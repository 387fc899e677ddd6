/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names of architectures and of system calls, see seccomp_names.h. */
#include <seccomp.h>
#include <string.h>

#include "plan/seccomp_names.h"

/* elf-em.h and audit.h: machine | 64 bit 0x80000000 | little endian 0x40000000. */
static const struct seccomp_arch archs[] = {
	{ "SCMP_ARCH_X86_64", SCMP_ARCH_X86_64, 0xc000003e, 0, true, false },
	{ "SCMP_ARCH_X86", SCMP_ARCH_X86, 0x40000003, 0, false, false, MULTIPLEXER_X86 },
	{ "SCMP_ARCH_X32", SCMP_ARCH_X32, 0xc000003e, SECCOMP_X32_BIT, false, false },
	{ "SCMP_ARCH_ARM", SCMP_ARCH_ARM, 0x40000028, 0, false, false },
	{ "SCMP_ARCH_AARCH64", SCMP_ARCH_AARCH64, 0xc00000b7, 0, true, false },
	{ "SCMP_ARCH_MIPS", SCMP_ARCH_MIPS, 0x00000008, 4000, false, true, MULTIPLEXER_MIPS },
	{ "SCMP_ARCH_MIPS64", SCMP_ARCH_MIPS64, 0x80000008, 5000, true, true },
	{ "SCMP_ARCH_MIPS64N32", SCMP_ARCH_MIPS64N32, 0xa0000008, 6000, false, true },
	{ "SCMP_ARCH_MIPSEL", SCMP_ARCH_MIPSEL, 0x40000008, 4000, false, false, MULTIPLEXER_MIPS },
	{ "SCMP_ARCH_MIPSEL64", SCMP_ARCH_MIPSEL64, 0xc0000008, 5000, true, false },
	{ "SCMP_ARCH_MIPSEL64N32", SCMP_ARCH_MIPSEL64N32, 0xe0000008, 6000, false, false },
	{ "SCMP_ARCH_PPC", SCMP_ARCH_PPC, 0x00000014, 0, false, true, MULTIPLEXER_PPC },
	{ "SCMP_ARCH_PPC64", SCMP_ARCH_PPC64, 0x80000015, 0, true, true, MULTIPLEXER_PPC },
	{ "SCMP_ARCH_PPC64LE", SCMP_ARCH_PPC64LE, 0xc0000015, 0, true, false, MULTIPLEXER_PPC },
	{ "SCMP_ARCH_S390", SCMP_ARCH_S390, 0x00000016, 0, false, true, MULTIPLEXER_S390 },
	{ "SCMP_ARCH_S390X", SCMP_ARCH_S390X, 0x80000016, 0, true, true, MULTIPLEXER_S390 },
	{ "SCMP_ARCH_PARISC", SCMP_ARCH_PARISC, 0x0000000f, 0, false, true },
	{ "SCMP_ARCH_PARISC64", SCMP_ARCH_PARISC64, 0x8000000f, 0, true, true },
	{ "SCMP_ARCH_RISCV64", SCMP_ARCH_RISCV64, 0xc00000f3, 0, true, false },
	/* libseccomp 2.6; where it does not know the token no name resolves. */
	{ "SCMP_ARCH_LOONGARCH64", 0xc0000102, 0xc0000102, 0, true, false },
	{ "SCMP_ARCH_M68K", 0x00000004, 0x00000004, 0, false, true, MULTIPLEXER_M68K },
	{ "SCMP_ARCH_SH", 0x4000002a, 0x4000002a, 0, false, false, MULTIPLEXER_SH },
	{ "SCMP_ARCH_SHEB", 0x0000002a, 0x0000002a, 0, false, true, MULTIPLEXER_SH },
};

/* Newer than libseccomp 2.5.4: from 424 on a call has the same number on every machine, behind
 * where those of the machine begin. */
static const struct {
	const char *name;
	int number;
} newer[] = {
	{ "cachestat", 451 },         { "fchmodat2", 452 },
	{ "map_shadow_stack", 453 },  { "futex_wake", 454 },
	{ "futex_wait", 455 },        { "futex_requeue", 456 },
	{ "statmount", 457 },         { "listmount", 458 },
	{ "lsm_get_self_attr", 459 }, { "lsm_set_self_attr", 460 },
	{ "lsm_list_modules", 461 },  { "mseal", 462 },
	{ "setxattrat", 463 },        { "getxattrat", 464 },
	{ "listxattrat", 465 },       { "removexattrat", 466 },
	{ "open_tree_attr", 467 },    { "file_getattr", 468 },
	{ "file_setattr", 469 },      { "set_mempolicy_home_node", 450 },
};

/* What comes through a multiplexer has a pseudo number with libseccomp: -100 less the selector of
 * socketcall(2) (linux/net.h), -200 less that of ipc(2) (linux/ipc.h). Most are calls of their own
 * as well, by now: 0 for those that are not. syscall.tbl of each machine. */
#define PSEUDO_SOCKETCALL (-100)
#define PSEUDO_IPC        (-200)
#define PSEUDO_MAX        24
#define SOCKETCALL        102
#define IPC               117
/* clang-format off */
static const struct {
	const char *name;
	unsigned short numbers[MULTIPLEXER_MAX_ - 1];
} sockets[] = {
	/*                 x86  s390   ppc  mips  m68k    sh */
	{ "socket",      { 359,  359,  326,  183,  356,  340 } },
	{ "bind",        { 361,  361,  327,  169,  358,  341 } },
	{ "connect",     { 362,  362,  328,  170,  359,  342 } },
	{ "listen",      { 363,  363,  329,  174,  360,  343 } },
	{ "accept",      {   0,    0,  330,  168,    0,  344 } },
	{ "getsockname", { 367,  367,  331,  172,  364,  345 } },
	{ "getpeername", { 368,  368,  332,  171,  365,  346 } },
	{ "socketpair",  { 360,  360,  333,  184,  357,  347 } },
	{ "send",        {   0,    0,  334,  178,    0,  348 } },
	{ "recv",        {   0,    0,  336,  175,    0,  350 } },
	{ "sendto",      { 369,  369,  335,  180,  366,  349 } },
	{ "recvfrom",    { 371,  371,  337,  176,  368,  351 } },
	{ "shutdown",    { 373,  373,  338,  182,  370,  352 } },
	{ "setsockopt",  { 366,  366,  339,  181,  363,  353 } },
	{ "getsockopt",  { 365,  365,  340,  173,  362,  354 } },
	{ "sendmsg",     { 370,  370,  341,  179,  367,  355 } },
	{ "recvmsg",     { 372,  372,  342,  177,  369,  356 } },
	{ "accept4",     { 364,  364,  344,  334,  361,  358 } },
	{ "recvmmsg",    { 337,  357,  343,  335,  371,  357 } },
	{ "sendmmsg",    { 345,  358,  349,  343,  372,  363 } },
};
/* clang-format on */
/* Of System V IPC the same everywhere, since 5.1; semtimedop(2) where a long has 64 bits. */
static const struct {
	const char *name;
	unsigned short number;
} ipc[] = {
	{ "semtimedop", 392 }, { "semget", 393 }, { "semctl", 394 }, { "shmget", 395 },
	{ "shmctl", 396 },     { "shmat", 397 },  { "shmdt", 398 },  { "msgget", 399 },
	{ "msgsnd", 400 },     { "msgrcv", 401 }, { "msgctl", 402 },
};

const struct seccomp_arch *seccomp_arch_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(archs); i++)
		if (strcmp(archs[i].name, name) == 0)
			return &archs[i];
	return NULL;
}

const struct seccomp_arch *seccomp_arch_own(void)
{
	uint32_t token = seccomp_arch_native();

	for (size_t i = 0; i < ARRAY_SIZE(archs); i++)
		if (archs[i].token == token)
			return &archs[i];
	return NULL;
}

/* Of x86_64 alone: 6.11 and 6.18. */
static int newer_x86_64(const struct seccomp_arch *arch, const char *name)
{
	if (arch->token != SCMP_ARCH_X86_64)
		return -1;
	return strcmp(name, "uretprobe") == 0 ? 335 : strcmp(name, "uprobe") == 0 ? 336 : -1;
}

static int newer_number(const struct seccomp_arch *arch, const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(newer); i++)
		if (strcmp(newer[i].name, name) == 0)
			return (int)arch->base + newer[i].number;
	return newer_x86_64(arch, name);
}

/* 0 for none. */
static int own_number(const struct seccomp_arch *arch, const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(sockets); i++)
		if (strcmp(sockets[i].name, name) == 0)
			return sockets[i].numbers[arch->multiplexer - 1];
	for (size_t i = arch->wide ? 0 : 1; i < ARRAY_SIZE(ipc); i++)
		if (strcmp(ipc[i].name, name) == 0)
			return ipc[i].number;
	return 0;
}

static struct seccomp_call multiplexed(const struct seccomp_arch *arch, int pseudo,
				       const char *name)
{
	struct seccomp_call call = { .number = -1 };
	int own = own_number(arch, name);

	if (pseudo < PSEUDO_SOCKETCALL && pseudo >= PSEUDO_SOCKETCALL - PSEUDO_MAX) {
		call.through = (int)arch->base + SOCKETCALL;
		call.selector = (unsigned int)(PSEUDO_SOCKETCALL - pseudo);
	} else if (pseudo < PSEUDO_IPC && pseudo >= PSEUDO_IPC - PSEUDO_MAX) {
		call.through = (int)arch->base + IPC;
		call.selector = (unsigned int)(PSEUDO_IPC - pseudo);
	}
	if (own > 0)
		call.number = (int)arch->base + own;
	return call;
}

struct seccomp_call seccomp_call_find(const struct seccomp_arch *arch, const char *name)
{
	struct seccomp_call call = {
		.number = seccomp_syscall_resolve_name_arch(arch->token, name),
	};

	if (call.number >= 0)
		return call;
	if (call.number == __NR_SCMP_ERROR)
		call.number = newer_number(arch, name);
	else if (arch->multiplexer)
		call = multiplexed(arch, call.number, name);
	return call;
}

bool seccomp_call_is_known(const struct seccomp_arch *arch, const char *name)
{
	return seccomp_syscall_resolve_name_arch(arch->token, name) != __NR_SCMP_ERROR ||
	       newer_number(arch, name) >= 0;
}

const char *seccomp_library_version(struct arena *arena)
{
	const struct scmp_version *version = seccomp_version();

	return arena_printf(arena, "%u.%u.%u", version->major, version->minor, version->micro);
}
