/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The kernel's door: SYS(number, ...) enters the kernel and returns its result, a negative errno
 * on failure. It touches no errno, no thread-local storage and no libc, so that it may be used in
 * a child that shares its memory with a threaded engine, and in the freestanding init.
 *
 * x86_64, aarch64 and riscv64 are inline; other machines go through libc's syscall(), init is
 * then linked with a static libc. */
#ifndef OCI_SYS_SYSCALL_H
#define OCI_SYS_SYSCALL_H

#include <asm/unistd.h>

#include "base/macro.h"

#define SYS_WIDEN(x)      ((long)(x))
#define SYS_0(n)          sys_call(n, 0, 0, 0, 0, 0, 0)
#define SYS_1(n, a)       sys_call(n, SYS_WIDEN(a), 0, 0, 0, 0, 0)
#define SYS_2(n, a, b)    sys_call(n, SYS_WIDEN(a), SYS_WIDEN(b), 0, 0, 0, 0)
#define SYS_3(n, a, b, c) sys_call(n, SYS_WIDEN(a), SYS_WIDEN(b), SYS_WIDEN(c), 0, 0, 0)
#define SYS_4(n, a, b, c, d) \
	sys_call(n, SYS_WIDEN(a), SYS_WIDEN(b), SYS_WIDEN(c), SYS_WIDEN(d), 0, 0)
#define SYS_5(n, a, b, c, d, e) \
	sys_call(n, SYS_WIDEN(a), SYS_WIDEN(b), SYS_WIDEN(c), SYS_WIDEN(d), SYS_WIDEN(e), 0)
#define SYS_6(n, a, b, c, d, e, f)                                                        \
	sys_call(n, SYS_WIDEN(a), SYS_WIDEN(b), SYS_WIDEN(c), SYS_WIDEN(d), SYS_WIDEN(e), \
		 SYS_WIDEN(f))
#define SYS_PICK(n, a, b, c, d, e, f, name, ...) name
#define SYS(...) \
	SYS_PICK(__VA_ARGS__, SYS_6, SYS_5, SYS_4, SYS_3, SYS_2, SYS_1, SYS_0, )(__VA_ARGS__)

#if defined(__x86_64__) && !defined(__ILP32__)
static inline long sys_call(long n, long a, long b, long c, long d, long e, long f)
{
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(n), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return result;
}
#elif defined(__aarch64__)
static inline long sys_call(long n, long a, long b, long c, long d, long e, long f)
{
	register long x8 __asm__("x8") = n;
	register long x0 __asm__("x0") = a;
	register long x1 __asm__("x1") = b;
	register long x2 __asm__("x2") = c;
	register long x3 __asm__("x3") = d;
	register long x4 __asm__("x4") = e;
	register long x5 __asm__("x5") = f;

	__asm__ volatile("svc #0"
			 : "+r"(x0)
			 : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
			 : "memory", "cc");
	return x0;
}
#elif defined(__riscv) && __riscv_xlen == 64
static inline long sys_call(long n, long a, long b, long c, long d, long e, long f)
{
	register long a7 __asm__("a7") = n;
	register long a0 __asm__("a0") = a;
	register long a1 __asm__("a1") = b;
	register long a2 __asm__("a2") = c;
	register long a3 __asm__("a3") = d;
	register long a4 __asm__("a4") = e;
	register long a5 __asm__("a5") = f;

	__asm__ volatile("ecall"
			 : "+r"(a0)
			 : "r"(a7), "r"(a1), "r"(a2), "r"(a3), "r"(a4), "r"(a5)
			 : "memory");
	return a0;
}
#else
#define SYS_GENERIC 1
#include <errno.h>
#include <unistd.h>
static inline long sys_call(long n, long a, long b, long c, long d, long e, long f)
{
	int saved = errno;
	long result = syscall(n, a, b, c, d, e, f);

	if (result == -1)
		result = -errno;
	errno = saved;
	return result;
}
#endif

#endif
