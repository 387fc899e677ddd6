/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Memory for things that live and die together: the values of one config, the parts of one plan.
 * One arena_done() frees them all. Memory comes zeroed. */
#ifndef OCI_BASE_ARENA_H
#define OCI_BASE_ARENA_H

#include <stdarg.h>

#include "base/macro.h"

struct arena_block;

struct arena {
	struct arena_block *blocks;
	bool failed; /* memory ran out at least once: for whoever makes many things and looks once
		      */
};

void arena_done(struct arena *arena);

/* NULL when memory ran out. */
void *arena_alloc(struct arena *arena, size_t size) _must_check_;
/* More room for @n things of @size bytes, which are copied: twice of *@room, which is raised, or
 * 8. NULL without memory; then all is as it was. */
void *arena_grow(struct arena *arena, const void *things, size_t n, size_t size,
		 size_t *room) _must_check_;
char *arena_strdup(struct arena *arena, const char *string) _must_check_;
char *arena_strndup(struct arena *arena, const char *string, size_t length) _must_check_;
char *arena_printf(struct arena *arena, const char *format, ...) _must_check_ _printf_(2, 3);
char *arena_vprintf(struct arena *arena, const char *format, va_list ap) _must_check_
	__attribute__((format(printf, 2, 0)));

#endif
