/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An engine of some size that uses liboci: what create, start and delete --force cost in it, and
 * how long its other threads are held up meanwhile.
 *
 * Each thread writes now and then to a page of its part of the memory, one that was given back
 * before, so that the kernel has to put a new one there: it needs what a copy of the address space
 * would hold. The longest write is the stall. With a real-time priority no program of the container
 * can take the processor from it, where that is allowed. A quiet time of the same length, without
 * containers, is measured first: what happens then is the machine's.
 *
 *	bench_engine STATE_ROOT BUNDLE ID_PREFIX MIB THREADS CYCLES
 *
 * Prints one line of JSON. */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <oci/oci.h>

enum {
	PAGE = 4096,
	MIB = 1 << 20,
	BETWEEN_WRITES = 5000000, /* ns, for each thread */
};

struct writer {
	pthread_t thread;
	char *memory;
	size_t pages;
};

static atomic_bool leave;
static _Atomic double worst; /* us */

static double now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static __attribute__((noreturn)) void die(const char *what, const char *message)
{
	fprintf(stderr, "bench_engine: %s: %s\n", what, message);
	exit(1);
}

static void note_stall(double us)
{
	double seen = atomic_load(&worst);

	while (us > seen && !atomic_compare_exchange_weak(&worst, &seen, us))
		;
}

static void *write_memory(void *argument)
{
	struct timespec pause = { .tv_nsec = BETWEEN_WRITES };
	struct sched_param priority = { .sched_priority = 1 };
	struct writer *w = argument;
	double begin;

	(void)pthread_setschedparam(pthread_self(), SCHED_FIFO, &priority);
	for (size_t i = 0; !atomic_load(&leave); i = (i + 1) % w->pages) {
		char *page = w->memory + i * PAGE;

		nanosleep(&pause, NULL);
		begin = now_us();
		madvise(page, PAGE, MADV_DONTNEED);
		*(volatile char *)page = 1;
		note_stall(now_us() - begin);
	}
	return NULL;
}

static void check(int r, const char *verb, const struct oci_error *err)
{
	if (r < 0)
		die(verb, err->message);
}

/* One container; what it cost until delete has returned. */
static double cycle(struct oci_context *context, const struct oci_create_options *options,
		    const char *id)
{
	struct oci_error err = { 0 };
	double begin = now_us();
	int pidfd = -1, status;

	check(oci_create(context, id, options, &pidfd, &err), "create", &err);
	check(oci_start(context, id, &err), "start", &err);
	check(oci_delete(context, id, OCI_DELETE_FORCE, &err), "delete", &err);
	begin = now_us() - begin;
	check(oci_wait(pidfd, &status, &err), "wait", &err);
	close(pidfd);
	return begin;
}

static struct writer *start_writers(char *memory, size_t size, unsigned n)
{
	struct writer *writers = calloc(n, sizeof(*writers));

	for (unsigned i = 0; writers && i < n; i++) {
		writers[i].pages = size / n / PAGE;
		writers[i].memory = memory + i * (size / n / PAGE) * PAGE;
		if (pthread_create(&writers[i].thread, NULL, write_memory, &writers[i]) != 0)
			die("thread", "cannot be made");
	}
	return writers;
}

int main(int argc, char **argv)
{
	struct oci_context_options context_options = { .size = sizeof(context_options) };
	struct oci_create_options options = { .size = sizeof(options) };
	struct oci_context *context = NULL;
	struct oci_error err = { 0 };
	struct writer *writers;
	unsigned threads, cycles;
	double *times, begin, quiet;
	size_t size;
	char *memory, id[128];

	if (argc != 7)
		die("usage", "STATE_ROOT BUNDLE ID_PREFIX MIB THREADS CYCLES");
	context_options.state_root = argv[1];
	options.bundle = argv[2];
	size = (size_t)atoi(argv[4]) * MIB;
	threads = (unsigned)atoi(argv[5]);
	cycles = (unsigned)atoi(argv[6]);
	times = calloc(cycles + 1, sizeof(*times));
	memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED || !times || threads == 0 || cycles == 0)
		die("memory", strerror(errno));
	madvise(memory, size, MADV_NOHUGEPAGE);
	memset(memory, 1, size);
	check(oci_context_new(&context_options, &context, &err), "context", &err);
	writers = start_writers(memory, size, threads);

	snprintf(id, sizeof(id), "%s-first", argv[3]);
	quiet = cycle(context, &options, id) * cycles;
	atomic_store(&worst, 0);
	usleep((useconds_t)quiet);
	quiet = atomic_exchange(&worst, 0);
	for (unsigned i = 0; i < cycles; i++) {
		snprintf(id, sizeof(id), "%s-%u", argv[3], i);
		times[i] = cycle(context, &options, id);
	}
	begin = atomic_load(&worst);

	printf("{ \"stall_us\": %.1f, \"quiet_stall_us\": %.1f, \"times_us\": [", begin, quiet);
	for (unsigned i = 0; i < cycles; i++)
		printf("%s %.1f", i ? "," : "", times[i]);
	printf(" ] }\n");
	atomic_store(&leave, true);
	for (unsigned i = 0; i < threads; i++)
		pthread_join(writers[i].thread, NULL);
	oci_context_free(context);
	return 0;
}
