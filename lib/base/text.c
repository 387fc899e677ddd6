/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A growing piece of text, see text.h. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

void text_done(struct text *text)
{
	free(text->data);
	*text = (struct text){ 0 };
}

static bool grow(struct text *text, size_t more)
{
	size_t need, size;
	char *data;

	if (__builtin_add_overflow(text->length, more, &need) ||
	    __builtin_add_overflow(need, 1, &need))
		text->failed = true;
	if (text->failed)
		return false;
	if (need <= text->size)
		return true;
	size = text->size ? text->size * 2 : 256;
	if (size < need)
		size = need;
	data = realloc(text->data, size);
	if (!data) {
		text->failed = true;
		return false;
	}
	text->data = data;
	text->size = size;
	return true;
}

void text_add(struct text *text, const char *data, size_t length)
{
	if (!grow(text, length))
		return;
	if (length > 0)
		memcpy(text->data + text->length, data, length);
	text->length += length;
	text->data[text->length] = '\0';
}

void text_puts(struct text *text, const char *string)
{
	text_add(text, string, strlen(string));
}

void text_putc(struct text *text, char c)
{
	text_add(text, &c, 1);
}

void text_printf(struct text *text, const char *format, ...)
{
	va_list ap, again;
	int length;

	va_start(ap, format);
	va_copy(again, ap);
	length = vsnprintf(NULL, 0, format, ap);
	if (length >= 0 && grow(text, (size_t)length)) {
		vsnprintf(text->data + text->length, (size_t)length + 1, format, again);
		text->length += (size_t)length;
	}
	va_end(again);
	va_end(ap);
}

void text_json(struct text *text, const char *string)
{
	const char *start = string;

	text_putc(text, '"');
	for (; *string; string++) {
		unsigned char c = (unsigned char)*string;

		if (c >= 0x20 && c != '"' && c != '\\')
			continue;
		text_add(text, start, (size_t)(string - start));
		start = string + 1;
		switch (c) {
		case '"':
		case '\\':
			text_putc(text, '\\');
			text_putc(text, (char)c);
			break;
		case '\n':
			text_puts(text, "\\n");
			break;
		case '\t':
			text_puts(text, "\\t");
			break;
		default:
			text_printf(text, "\\u%04x", c);
		}
	}
	text_add(text, start, (size_t)(string - start));
	text_putc(text, '"');
}

int text_take(struct text *text, char **ret)
{
	if (!text->data)
		text_add(text, "", 0);
	if (text->failed) {
		text_done(text);
		return -ENOMEM;
	}
	*ret = TAKE_PTR(text->data);
	*text = (struct text){ 0 };
	return 0;
}
