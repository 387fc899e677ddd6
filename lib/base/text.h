/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A growing piece of text. Failure to grow is remembered, so that a caller who adds many pieces
 * looks once, at the end. */
#ifndef OCI_BASE_TEXT_H
#define OCI_BASE_TEXT_H

#include "base/macro.h"

struct text {
	char *data; /* NUL terminated once something was added */
	size_t length;
	size_t size;
	bool failed;
};

void text_done(struct text *text);
void text_add(struct text *text, const char *data, size_t length);
void text_puts(struct text *text, const char *string);
void text_putc(struct text *text, char c);
void text_printf(struct text *text, const char *format, ...) _printf_(2, 3);

/* Appends @string as a JSON string with its quotes; invalid UTF-8 is passed through. */
void text_json(struct text *text, const char *string);

/* Hands the text out to be freed with free(), or returns -ENOMEM. */
int text_take(struct text *text, char **ret) _must_check_;

#endif
