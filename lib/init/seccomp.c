/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Operation: the system call filter. seccomp(2), seccomp_unotify(2)
 *
 * A filter that notifies somebody has a listener, which has to leave the process before anybody can
 * answer; and the filter is on by then, maybe for sendmsg(2) itself. So a second thread, which the
 * filter does not hold, hands it over, while the first waits without a system call. It is gone
 * with execve(2). */
#include <errno.h>
#include <linux/filter.h>
#include <linux/mman.h>
#include <linux/seccomp.h>

#include "init/init.h"
#include "sys/clone.h"
#include "sys/message.h"

#define STACK_SIZE 16384

struct handover {
	const struct init *init;
	int listener; /* -1 as long as there is none */
	int outcome;  /* 0, 1 when it has been handed over, or a negative errno */
};

static void set(int *place, int value)
{
	__atomic_store_n(place, value, __ATOMIC_RELEASE);
}

static int get(const int *place)
{
	return __atomic_load_n(place, __ATOMIC_ACQUIRE);
}

static void relax(void)
{
#if defined(__x86_64__)
	__asm__ volatile("pause");
#elif defined(__aarch64__)
	__asm__ volatile("yield");
#endif
}

static int hand_over(int starter, int listener)
{
	const char message = MESSAGE_LISTENER;
	int r = message_send(starter, &message, 1, listener);

	if (r == 0)
		r = receive_byte(starter);
	return r == MESSAGE_RELEASE ? 1 : r < 0 ? r : -EPIPE;
}

static void second_thread(void *argument)
{
	struct handover *handover = argument;

	while (get(&handover->listener) < 0)
		SYS(__NR_sched_yield);
	set(&handover->outcome, hand_over(handover->init->starter, handover->listener));
	for (;;)
		SYS(__NR_exit, 0);
}

static int start_thread(struct handover *handover)
{
	long stack = SYS(__NR_mmap, 0, STACK_SIZE, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
	const struct abi_clone_args args = {
		.flags = ABI_CLONE_VM | ABI_CLONE_FS | ABI_CLONE_FILES | ABI_CLONE_SIGHAND |
			 ABI_CLONE_THREAD,
		.stack = (uint64_t)stack,
		.stack_size = STACK_SIZE,
	};
	int r;

	if (stack < 0 && stack > -4096)
		return (int)stack;
	r = sys_clone_run(&args, second_thread, handover);
	return r < 0 ? r : 0;
}

static int load(const struct init *init, const struct op *op)
{
	const struct sock_fprog program = {
		.len = (unsigned short)op->a,
		.filter = (struct sock_filter *)(void *)(uintptr_t)text_of(init, op),
	};

	return (int)SYS(__NR_seccomp, SECCOMP_SET_MODE_FILTER, op->b, &program);
}

int do_seccomp(struct init *init, const struct op *op)
{
	static struct handover handover = { .listener = -1 };
	int r;

	if (!(op->b & SECCOMP_FILTER_FLAG_NEW_LISTENER))
		return load(init, op);
	handover.init = init;
	r = start_thread(&handover);
	if (r < 0)
		return r;
	r = load(init, op);
	if (r < 0)
		return r;
	set(&handover.listener, r);
	while ((r = get(&handover.outcome)) == 0)
		relax();
	return r < 0 ? r : 0;
}
