/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* clone3(2) with a child that shares the caller's memory, see clone.h. Assembly, since the child
 * comes out of the system call on another stack and must not return through a C frame. */
#include <errno.h>

#include "sys/calls.h"
#include "sys/clone.h"

#if defined(__x86_64__) && !defined(__ILP32__)
int sys_clone_run(const struct abi_clone_args *args, void (*entry)(void *), void *argument)
{
	register void (*r8)(void *) __asm__("r8") = entry;
	register void *r9 __asm__("r9") = argument;
	long result;

	__asm__ volatile("syscall\n\t"
			 "test %%rax, %%rax\n\t"
			 "jnz 1f\n\t"
			 "xor %%ebp, %%ebp\n\t"
			 "mov %%r9, %%rdi\n\t"
			 "call *%%r8\n\t"
			 "hlt\n"
			 "1:"
			 : "=a"(result)
			 : "a"(NR_clone3), "D"(args), "S"(sizeof(*args)), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return (int)result;
}
#elif defined(__aarch64__)
int sys_clone_run(const struct abi_clone_args *args, void (*entry)(void *), void *argument)
{
	register long x8 __asm__("x8") = NR_clone3;
	register long x0 __asm__("x0") = (long)args;
	register long x1 __asm__("x1") = sizeof(*args);
	register void (*x9)(void *) __asm__("x9") = entry;
	register void *x10 __asm__("x10") = argument;

	__asm__ volatile("svc #0\n\t"
			 "cbnz x0, 1f\n\t"
			 "mov x29, xzr\n\t"
			 "mov x0, x10\n\t"
			 "blr x9\n\t"
			 "brk #0\n"
			 "1:"
			 : "+r"(x0)
			 : "r"(x8), "r"(x1), "r"(x9), "r"(x10)
			 : "memory", "cc");
	return (int)x0;
}
#elif defined(__riscv) && __riscv_xlen == 64
int sys_clone_run(const struct abi_clone_args *args, void (*entry)(void *), void *argument)
{
	register long a7 __asm__("a7") = NR_clone3;
	register long a0 __asm__("a0") = (long)args;
	register long a1 __asm__("a1") = sizeof(*args);
	register void (*t3)(void *) __asm__("t3") = entry;
	register void *t4 __asm__("t4") = argument;

	__asm__ volatile("ecall\n\t"
			 "bnez a0, 1f\n\t"
			 "mv a0, t4\n\t"
			 "jalr t3\n\t"
			 "ebreak\n"
			 "1:"
			 : "+r"(a0)
			 : "r"(a7), "r"(a1), "r"(t3), "r"(t4)
			 : "memory");
	return (int)a0;
}
#else
int sys_clone_run(const struct abi_clone_args *args, void (*entry)(void *), void *argument)
{
	(void)args;
	(void)entry;
	(void)argument;
	return -ENOSYS;
}
#endif
