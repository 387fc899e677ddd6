/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Memory for things that live and die together, see arena.h. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

/* The first block, and the largest: each is twice the one before. */
#define BLOCK_FIRST ((size_t)1024)
#define BLOCK_LAST  ((size_t)16 * 1024)

struct arena_block {
	struct arena_block *next;
	size_t used;
	size_t size;
	_Alignas(16) char data[];
};

void arena_done(struct arena *arena)
{
	struct arena_block *next;

	for (struct arena_block *block = arena->blocks; block; block = next) {
		next = block->next;
		free(block);
	}
	arena->blocks = NULL;
}

void *arena_alloc(struct arena *arena, size_t size)
{
	struct arena_block *block = arena->blocks;
	void *memory;

	if (size > SIZE_MAX / 2) {
		arena->failed = true;
		return NULL;
	}
	size = (size + 15) & ~(size_t)15;
	if (!block || block->size - block->used < size) {
		size_t room = block ? block->size * 2 : BLOCK_FIRST;

		if (room > BLOCK_LAST)
			room = BLOCK_LAST;
		if (size > room / 4)
			room = size;

		block = calloc(1, sizeof(*block) + room);
		if (!block) {
			arena->failed = true;
			return NULL;
		}
		block->size = room;
		/* A block of its own for something large goes behind the one in use. */
		if (room == size && arena->blocks) {
			block->next = arena->blocks->next;
			arena->blocks->next = block;
		} else {
			block->next = arena->blocks;
			arena->blocks = block;
		}
	}
	memory = block->data + block->used;
	block->used += size;
	return memory;
}

char *arena_strndup(struct arena *arena, const char *string, size_t length)
{
	char *copy = arena_alloc(arena, length + 1);

	if (copy)
		memcpy(copy, string, length);
	return copy;
}

void *arena_grow(struct arena *arena, const void *things, size_t n, size_t size, size_t *room)
{
	size_t more = *room ? *room * 2 : 8;
	void *memory = arena_alloc(arena, more * size);

	if (!memory)
		return NULL;
	if (n > 0)
		memcpy(memory, things, n * size);
	*room = more;
	return memory;
}

char *arena_strdup(struct arena *arena, const char *string)
{
	return arena_strndup(arena, string, strlen(string));
}

char *arena_vprintf(struct arena *arena, const char *format, va_list ap)
{
	char *string = NULL;
	va_list again;
	int length;

	va_copy(again, ap);
	length = vsnprintf(NULL, 0, format, ap);
	if (length >= 0)
		string = arena_alloc(arena, (size_t)length + 1);
	if (string)
		vsnprintf(string, (size_t)length + 1, format, again);
	va_end(again);
	return string;
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
	va_list ap;
	char *string;

	va_start(ap, format);
	string = arena_vprintf(arena, format, ap);
	va_end(ap);
	return string;
}
