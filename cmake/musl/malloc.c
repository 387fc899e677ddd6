/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* malloc(3) for programs that live for milliseconds. That of musl takes memory for each size from
 * the kernel by itself, gives it back as soon as it can, and pays for each page with a fault: four
 * fifths of the faults of a container's start, 75 system calls. Here blocks are cut from regions
 * whose pages are there at once, by sizes of which there are four between a power of two and the
 * next, and what is freed waits for the next of its size. Large blocks are mapped. */
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define UNIT         ((size_t)16)
#define REGION_FIRST ((size_t)16 << 10) /* all that most commands need; two do for small runs */
#define REGION_LAST  ((size_t)64 << 10)
#define LARGE        ((size_t)32 << 10) /* above, a block is a mapping of its own */
#define N_CLASSES    40

/* Before each block. What is not in use, or never was a block, ends the program in free(). */
#define IN_USE   0x6b636f6c62206e69u
#define NOT_USED 0x6c6220656572662eu

struct head {
	size_t size; /* of what follows; of a large one, with this */
	uint64_t state;
};

struct unused {
	struct head head;
	struct unused *next;
};

_Static_assert(sizeof(struct head) == UNIT, "blocks are aligned as malloc(3) promises");
_Static_assert(UNIT + LARGE <= REGION_LAST, "every block that is cut fits into a region");

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct unused *unused[N_CLASSES];
static char *region;
static size_t region_left, region_next = REGION_FIRST;

/* The size that is cut for @size bytes, and its place among the sizes. */
static size_t class_of(size_t *size)
{
	size_t units = *size / UNIT + (*size % UNIT > 0);
	unsigned int shift = 0;

	if (units == 0)
		units = 1;
	while (units > 8) {
		units = units / 2 + units % 2;
		shift++;
	}
	*size = (units << shift) * UNIT;
	return shift * 4 + units - 1;
}

static void *map(size_t size, int flags)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | flags,
			    -1, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

/* The rest of a region that is too small for the next block is left. */
static struct head *cut(size_t size)
{
	struct head *head;

	if (region_left < size) {
		char *memory;

		while (region_next < size)
			region_next *= 2;
		memory = map(region_next, MAP_POPULATE);
		if (!memory)
			return NULL;
		region_left = region_next;
		if (region && region_next < REGION_LAST)
			region_next *= 2;
		region = memory;
	}
	head = (struct head *)(void *)region;
	region += size;
	region_left -= size;
	return head;
}

/* @zero says whether the memory is new, and therefore zero. */
static void *take(size_t size, bool *zero)
{
	struct head *head = NULL;

	*zero = true;
	if (size > LARGE) {
		if (size <= PTRDIFF_MAX - UNIT) {
			size += UNIT;
			head = map(size, 0);
		}
	} else {
		size_t class = class_of(&size);

		pthread_mutex_lock(&lock);
		if (unused[class]) {
			head = &unused[class]->head;
			unused[class] = unused[class]->next;
			*zero = false;
		} else {
			head = cut(size + UNIT);
		}
		pthread_mutex_unlock(&lock);
	}
	if (!head) {
		errno = ENOMEM;
		return NULL;
	}
	*head = (struct head){ .size = size, .state = IN_USE };
	return head + 1;
}

static struct head *head_of(void *memory)
{
	struct head *head = (struct head *)memory - 1;

	if (head->state != IN_USE)
		abort();
	return head;
}

void *malloc(size_t size)
{
	bool zero;

	return take(size, &zero);
}

void *calloc(size_t n, size_t size)
{
	size_t all;
	bool zero;
	void *memory;

	if (__builtin_mul_overflow(n, size, &all)) {
		errno = ENOMEM;
		return NULL;
	}
	memory = take(all, &zero);
	if (memory && !zero)
		memset(memory, 0, all);
	return memory;
}

void free(void *memory)
{
	struct head *head;

	if (!memory)
		return;
	head = head_of(memory);
	if (head->size > LARGE) {
		int error = errno;

		munmap(head, head->size);
		errno = error;
	} else {
		size_t size = head->size, class = class_of(&size);
		struct unused *block = (struct unused *)(void *)head;

		pthread_mutex_lock(&lock);
		head->state = NOT_USED;
		block->next = unused[class];
		unused[class] = block;
		pthread_mutex_unlock(&lock);
	}
}

void *realloc(void *memory, size_t size)
{
	size_t room;
	void *larger;

	if (!memory)
		return malloc(size);
	room = head_of(memory)->size;
	if (room > LARGE)
		room -= UNIT;
	if (size <= room)
		return memory;
	larger = malloc(size);
	if (!larger)
		return NULL;
	memcpy(larger, memory, room);
	free(memory);
	return larger;
}
