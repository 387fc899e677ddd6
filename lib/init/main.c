/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where init begins, and the loop over the operations. See init.h.
 *
 * The host starts us with the descriptors of slots 0 to n-1 at consecutive numbers; the first of
 * them is our one argument. Slot 0 is the memfd with the report and the plan. */
#include <errno.h>
#include <linux/prctl.h>
#include <linux/mman.h>

#include "base/weaken.h"
#include "init/init.h"

static int (*const interpreter[OP_MAX_])(struct init *, const struct op *) = {
#define OP_HOST(NAME, name)
#define OP_CHILD(NAME, name)                  [OP_##NAME] = do_##name,
#define OP(column, NAME, name, kernel, print) OP_##column(NAME, name)
#include "plan/ops.def"
#undef OP
#undef OP_HOST
#undef OP_CHILD
};

static struct init init = { .starter = -1 };

/* exit_group(2) may be what the seccomp filter forbids; a trap cannot be. */
static void __attribute__((noreturn)) leave(int status)
{
	for (;;) {
		SYS(__NR_exit_group, status);
		SYS(__NR_exit, status);
		__builtin_trap();
	}
}

static bool tolerated(const struct op *op, int error)
{
	switch (op->tolerate) {
	case TOLERATE_MISSING:
		return error == -ENOENT || error == -ENOTDIR;
	case TOLERATE_REFUSED:
		return error == -EACCES || error == -EPERM;
	case TOLERATE_UNKNOWN:
		return error == -ENOSYS || error == -EOPNOTSUPP;
	case TOLERATE_DONE:
		return error == -EALREADY;
	}
	return false;
}

/* By a clock that no time namespace shifts. */
static void note_time(uint32_t op)
{
	struct {
		long seconds, nanoseconds;
	} now;

	if (op < PLAN_TIMES_MAX && SYS(__NR_clock_gettime, 0 /* CLOCK_REALTIME */, &now) == 0)
		init.report->times[op] =
			(uint64_t)now.seconds * 1000000000 + (uint64_t)now.nanoseconds;
}

static void run(void)
{
	const struct op *ops = plan_ops(init.plan, PLAN_CHILD);

	for (uint32_t i = 0; i < init.plan->n_child; i++) {
		int r;

		init.report->op = (int32_t)i;
		if (init.report->traced)
			note_time(i);
		/* A filter may forbid to ask. */
		if (ops[i].kind == OP_SECCOMP && !(ops[i].flags & OP_LENIENT))
			init.report->traced = false;
		r = interpreter[ops[i].kind](&init, &ops[i]);
		if (r >= 0)
			continue;
		if (!tolerated(&ops[i], r)) {
			init.report->error = r;
			return;
		}
		i += ops[i].skip;
	}
}

static int number(const char *text)
{
	int value = 0;

	for (; *text >= '0' && *text <= '9'; text++)
		value = value * 10 + (*text - '0');
	return value;
}

static bool is_error(long address)
{
	return address < 0 && address > -4096;
}

static bool map(int fd)
{
	long page = SYS(__NR_mmap, 0, PLAN_REPORT_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	long size = SYS(__NR_lseek, fd, 0, 2 /* SEEK_END */);
	long plan;

	if (is_error(page) || size <= PLAN_REPORT_SIZE)
		return false;
	plan = SYS(__NR_mmap, 0, size - PLAN_REPORT_SIZE, PROT_READ, MAP_PRIVATE, fd,
		   PLAN_REPORT_SIZE);
	if (is_error(plan))
		return false;
	init.report = (struct plan_report *)page;
	init.plan = (const struct plan *)plan;
	return init.plan->magic == PLAN_MAGIC;
}

void __attribute__((noreturn, used)) init_main(const long *stack);

void init_main(const long *stack)
{
	const char *const *argv = (const char *const *)(stack + 1);
	int first;

	if (stack[0] < 2)
		leave(127);
	first = number(argv[1]);
	/* Nobody in the container may look into us, or trace us: our descriptors are the host's. */
	sys_prctl(PR_SET_DUMPABLE, WEAKENED(DUMPABLE), 0, 0);
	sys_prctl(PR_SET_NAME, (unsigned long)"ocirun-init", 0, 0);
	SYS(__NR_umask, 0);
	if (!map(first))
		leave(127);
	for (int i = 0; i < SLOT_MAX; i++)
		init.fds[i] = i < (int)init.plan->inherited ? first + i : -1;
	init.starter = init.fds[SLOT_CHANNEL];
	run();
	leave(1);
}

#if defined(__x86_64__)
__asm__(".globl _start\n"
	"_start:\n\t"
	"xor %ebp, %ebp\n\t"
	"mov %rsp, %rdi\n\t"
	"and $-16, %rsp\n\t"
	"call init_main\n\t"
	"hlt\n");
#elif defined(__aarch64__)
__asm__(".globl _start\n"
	"_start:\n\t"
	"mov x29, xzr\n\t"
	"mov x30, xzr\n\t"
	"mov x0, sp\n\t"
	"bl init_main\n\t"
	"brk #0\n");
#elif defined(__riscv)
__asm__(".globl _start\n"
	"_start:\n\t"
	".option push\n\t"
	".option norelax\n\t"
	"lla gp, __global_pointer$\n\t"
	".option pop\n\t"
	"mv a0, sp\n\t"
	"andi sp, sp, -16\n\t"
	"jal init_main\n\t"
	"ebreak\n");
#else
#include <unistd.h>
/* With a libc: its start-up calls main(), and the stack is found again behind argv. */
int main(int argc, char **argv)
{
	(void)argc;
	init_main((const long *)(void *)argv - 1);
}
#endif
