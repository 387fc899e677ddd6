/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The programs' malloc(3), here under names of its own beside that of libc. */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

void *our_malloc(size_t size);
void *our_calloc(size_t n, size_t size);
void *our_realloc(void *memory, size_t size);
void our_free(void *memory);

#define malloc  our_malloc
#define calloc  our_calloc
#define realloc our_realloc
#define free    our_free
#include "../../cmake/musl/malloc.c"
#undef malloc
#undef calloc
#undef realloc
#undef free

#include "unit.h"

#define N_BLOCKS 600
#define N_STEPS  30000

struct block {
	unsigned char *data;
	size_t size;
	unsigned char value;
};

static unsigned int next_random(unsigned int *state)
{
	*state = *state * 1103515245u + 12345u;
	return *state >> 8;
}

/* Small ones mostly, some near the border to the large ones, some large. */
static size_t random_size(unsigned int *state)
{
	static const size_t most[] = { 40, 300, 5000, 40000, 200000 };

	return next_random(state) % most[next_random(state) % ARRAY_SIZE(most)];
}

static void fill(struct block *block, unsigned int *state)
{
	block->value = (unsigned char)next_random(state);
	if (block->size > 0)
		memset(block->data, block->value, block->size);
}

/* All of it where it is short, else its ends. */
static bool holds(const struct block *block, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (i == 64 && size > 128)
			i = size - 64;
		if (block->data[i] != block->value)
			return false;
	}
	return true;
}

static bool is_zero(const struct block *block)
{
	for (size_t i = 0; i < block->size; i++)
		if (block->data[i] != 0)
			return false;
	return true;
}

static void replace(struct block *block, unsigned int *state)
{
	size_t size = random_size(state), kept = size < block->size ? size : block->size;
	void *data;

	switch (next_random(state) % 4) {
	case 0:
		data = our_realloc(block->data, size);
		ck_assert_ptr_nonnull(data);
		block->data = data;
		ck_assert(holds(block, kept));
		block->size = size;
		break;
	case 1:
		our_free(block->data);
		block->size = size;
		block->data = our_calloc(size / 8, 8);
		block->size = size / 8 * 8;
		ck_assert(is_zero(block));
		break;
	default:
		our_free(block->data);
		block->size = size;
		block->data = our_malloc(size);
	}
	ck_assert_ptr_nonnull(block->data);
	ck_assert_uint_eq((uintptr_t)block->data % 16, 0);
	fill(block, state);
}

/* Blocks do not overlap, and keep what is in them whatever happens to others. */
static void *churn(void *data)
{
	unsigned int *state = data;
	struct block blocks[N_BLOCKS] = { 0 };

	for (size_t i = 0; i < N_STEPS; i++) {
		struct block *block = &blocks[next_random(state) % N_BLOCKS];

		ck_assert(holds(block, block->size));
		replace(block, state);
	}
	for (size_t i = 0; i < N_BLOCKS; i++) {
		ck_assert(holds(&blocks[i], blocks[i].size));
		our_free(blocks[i].data);
	}
	return NULL;
}

START_TEST(contents)
{
	unsigned int state = 1;

	churn(&state);
}
END_TEST

START_TEST(threads)
{
	unsigned int states[] = { 2, 3, 4 };
	pthread_t thread[ARRAY_SIZE(states)];

	for (size_t i = 0; i < ARRAY_SIZE(states); i++)
		ck_assert_int_eq(pthread_create(&thread[i], NULL, churn, &states[i]), 0);
	for (size_t i = 0; i < ARRAY_SIZE(states); i++)
		ck_assert_int_eq(pthread_join(thread[i], NULL), 0);
}
END_TEST

/* Every size has a place, which is large enough and not much larger. */
START_TEST(sizes)
{
	size_t last = 0;

	for (size_t size = 0; size <= LARGE; size++) {
		size_t cut_size = size, class = class_of(&cut_size), again = cut_size;

		ck_assert_uint_lt(class, N_CLASSES);
		ck_assert_uint_ge(class, last);
		ck_assert_uint_ge(cut_size, size);
		ck_assert(cut_size <= LARGE && cut_size % 16 == 0);
		ck_assert(cut_size <= size + size / 4 + 16);
		ck_assert_uint_eq(class_of(&again), class);
		ck_assert_uint_eq(again, cut_size);
		last = class;
	}
}
END_TEST

START_TEST(refusals)
{
	static const size_t huge[] = { SIZE_MAX, SIZE_MAX - 8, PTRDIFF_MAX, (size_t)1 << 62 };
	void *kept = our_malloc(10);

	for (size_t i = 0; i < ARRAY_SIZE(huge); i++) {
		errno = 0;
		ck_assert_ptr_null(our_malloc(huge[i]));
		ck_assert_int_eq(errno, ENOMEM);
		errno = 0;
		ck_assert_ptr_null(our_realloc(kept, huge[i]));
		ck_assert_int_eq(errno, ENOMEM);
	}
	errno = 0;
	ck_assert_ptr_null(our_calloc(SIZE_MAX / 8 + 2, 8));
	ck_assert_int_eq(errno, ENOMEM);
	our_free(kept);
	our_free(NULL);
}
END_TEST

static int end_of(void (*work)(void *memory))
{
	char *memory = our_malloc(100);
	int status;
	pid_t pid = fork();

	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		work(memory);
		_exit(0);
	}
	our_free(memory);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static void free_twice(void *memory)
{
	our_free(memory);
	our_free(memory);
}

static void free_inside(void *memory)
{
	our_free((char *)memory + 16);
}

START_TEST(misuse)
{
	ck_assert_int_eq(end_of(our_free), 0);
	ck_assert_int_eq(end_of(free_twice), SIGABRT);
	ck_assert_int_eq(end_of(free_inside), SIGABRT);
}
END_TEST

UNIT_MAIN("malloc", contents, threads, sizes, refusals, misuse)
