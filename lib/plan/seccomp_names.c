/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names of architectures and of system calls, see seccomp_names.h. */
#include <seccomp.h>
#include <string.h>

#include "plan/seccomp_names.h"

/* elf-em.h and audit.h: machine | 64 bit 0x80000000 | little endian 0x40000000. */
static const struct seccomp_arch archs[] = {
	{ "SCMP_ARCH_X86_64", SCMP_ARCH_X86_64, 0xc000003e, true, false },
	{ "SCMP_ARCH_X86", SCMP_ARCH_X86, 0x40000003, false, false },
	{ "SCMP_ARCH_X32", SCMP_ARCH_X32, 0xc000003e, false, false },
	{ "SCMP_ARCH_ARM", SCMP_ARCH_ARM, 0x40000028, false, false },
	{ "SCMP_ARCH_AARCH64", SCMP_ARCH_AARCH64, 0xc00000b7, true, false },
	{ "SCMP_ARCH_MIPS", SCMP_ARCH_MIPS, 0x00000008, false, true },
	{ "SCMP_ARCH_MIPS64", SCMP_ARCH_MIPS64, 0x80000008, true, true },
	{ "SCMP_ARCH_MIPS64N32", SCMP_ARCH_MIPS64N32, 0xa0000008, false, true },
	{ "SCMP_ARCH_MIPSEL", SCMP_ARCH_MIPSEL, 0x40000008, false, false },
	{ "SCMP_ARCH_MIPSEL64", SCMP_ARCH_MIPSEL64, 0xc0000008, true, false },
	{ "SCMP_ARCH_MIPSEL64N32", SCMP_ARCH_MIPSEL64N32, 0xe0000008, false, false },
	{ "SCMP_ARCH_PPC", SCMP_ARCH_PPC, 0x00000014, false, true },
	{ "SCMP_ARCH_PPC64", SCMP_ARCH_PPC64, 0x80000015, true, true },
	{ "SCMP_ARCH_PPC64LE", SCMP_ARCH_PPC64LE, 0xc0000015, true, false },
	{ "SCMP_ARCH_S390", SCMP_ARCH_S390, 0x00000016, false, true },
	{ "SCMP_ARCH_S390X", SCMP_ARCH_S390X, 0x80000016, true, true },
	{ "SCMP_ARCH_PARISC", SCMP_ARCH_PARISC, 0x0000000f, false, true },
	{ "SCMP_ARCH_PARISC64", SCMP_ARCH_PARISC64, 0x8000000f, true, true },
	{ "SCMP_ARCH_RISCV64", SCMP_ARCH_RISCV64, 0xc00000f3, true, false },
	/* libseccomp 2.6; where it does not know the token no name resolves. */
	{ "SCMP_ARCH_LOONGARCH64", 0xc0000102, 0xc0000102, true, false },
	{ "SCMP_ARCH_M68K", 0x00000004, 0x00000004, false, true },
	{ "SCMP_ARCH_SH", 0x4000002a, 0x4000002a, false, false },
	{ "SCMP_ARCH_SHEB", 0x0000002a, 0x0000002a, false, true },
};

/* Newer than libseccomp 2.5.4: from 424 on a call has the same number on every machine. */
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

/* On 32-bit x86 libseccomp gives pseudo numbers for these: -100 less the selector of socketcall(2)
 * (linux/net.h), -200 less that of ipc(2) (linux/ipc.h). Most are calls of their own as well since
 * 4.3 and 5.1: arch/x86/entry/syscalls/syscall_32.tbl. */
#define PSEUDO_SOCKETCALL (-100)
#define PSEUDO_IPC        (-200)
#define PSEUDO_MAX        24
#define X86_SOCKETCALL    102
#define X86_IPC           117
static const struct {
	const char *name;
	int number;
} x86[] = {
	{ "socket", 359 },     { "bind", 361 },        { "connect", 362 },
	{ "listen", 363 },     { "getsockname", 367 }, { "getpeername", 368 },
	{ "socketpair", 360 }, { "sendto", 369 },      { "recvfrom", 371 },
	{ "shutdown", 373 },   { "setsockopt", 366 },  { "getsockopt", 365 },
	{ "sendmsg", 370 },    { "recvmsg", 372 },     { "accept4", 364 },
	{ "recvmmsg", 337 },   { "sendmmsg", 345 },    { "semget", 393 },
	{ "semctl", 394 },     { "shmget", 395 },      { "shmctl", 396 },
	{ "shmat", 397 },      { "shmdt", 398 },       { "msgget", 399 },
	{ "msgsnd", 400 },     { "msgrcv", 401 },      { "msgctl", 402 },
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
			return arch->token == SCMP_ARCH_X32
				       ? (int)((unsigned int)newer[i].number | SECCOMP_X32_BIT)
				       : newer[i].number;
	return newer_x86_64(arch, name);
}

static struct seccomp_call x86_call(int pseudo, const char *name)
{
	struct seccomp_call call = { .number = -1 };

	if (pseudo < PSEUDO_SOCKETCALL && pseudo >= PSEUDO_SOCKETCALL - PSEUDO_MAX) {
		call.through = X86_SOCKETCALL;
		call.selector = (unsigned int)(PSEUDO_SOCKETCALL - pseudo);
	} else if (pseudo < PSEUDO_IPC && pseudo >= PSEUDO_IPC - PSEUDO_MAX) {
		call.through = X86_IPC;
		call.selector = (unsigned int)(PSEUDO_IPC - pseudo);
	}
	for (size_t i = 0; i < ARRAY_SIZE(x86); i++)
		if (strcmp(x86[i].name, name) == 0)
			call.number = x86[i].number;
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
	else if (arch->token == SCMP_ARCH_X86)
		call = x86_call(call.number, name);
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
