/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names of architectures and of system calls, to numbers. libseccomp knows them, and a table of
 * ours what it is too old for. Pure. */
#ifndef OCI_PLAN_SECCOMP_NAMES_H
#define OCI_PLAN_SECCOMP_NAMES_H

#include "base/arena.h"

/* Machines where the calls of sockets and of System V IPC came through socketcall(2) and ipc(2) at
 * first. */
enum seccomp_multiplexer {
	MULTIPLEXER_NONE,
	MULTIPLEXER_X86,
	MULTIPLEXER_S390,
	MULTIPLEXER_PPC,
	MULTIPLEXER_MIPS,
	MULTIPLEXER_M68K,
	MULTIPLEXER_SH,
	MULTIPLEXER_MAX_
};

struct seccomp_arch {
	const char *name; /* "SCMP_ARCH_X86_64" */
	uint32_t token;   /* libseccomp's, which is AUDIT_ARCH_* but for x32 */
	uint32_t audit;   /* AUDIT_ARCH_* */
	uint32_t base;    /* where its numbers begin */
	bool wide;        /* arguments have 64 bits */
	bool big_endian;
	enum seccomp_multiplexer multiplexer;
};

/* NULL for a name that is unknown. */
const struct seccomp_arch *seccomp_arch_find(const char *name);
/* The one that this program was built for. */
const struct seccomp_arch *seccomp_arch_own(void);

/* A system call on one architecture: its number, negative when it has none of its own. Where it
 * comes through a multiplexer too, the number of that one, and the value of its first argument that
 * stands for the call; the latter is 0 when there is none. */
struct seccomp_call {
	int number;
	int through;
	unsigned int selector;
};
struct seccomp_call seccomp_call_find(const struct seccomp_arch *arch, const char *name);
/* Whether any machine has a call of this name, be it not this one. */
bool seccomp_call_is_known(const struct seccomp_arch *arch, const char *name);

/* "2.5.4": libseccomp's, in @arena. */
const char *seccomp_library_version(struct arena *arena) _must_check_;

#define SECCOMP_X32_BIT 0x40000000u

#endif
