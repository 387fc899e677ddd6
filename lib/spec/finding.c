/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What was found wrong with a document, see finding.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "spec/finding.h"
#include "spec/pointer.h"

static struct finding *next_item(struct findings *findings)
{
	if (findings->n == findings->room) {
		struct finding *item = arena_grow(findings->arena, findings->item, findings->n,
						  sizeof(*item), &findings->room);

		if (!item)
			return NULL;
		findings->item = item;
	}
	return &findings->item[findings->n];
}

bool findings_full(const struct findings *findings, enum oci_severity severity)
{
	if (severity == OCI_SEVERITY_WARNING)
		return findings->warnings >= FINDINGS_MAX;
	return findings->n - findings->warnings >= FINDINGS_MAX;
}

/* One line, whatever texts were put into it. */
static const char *flatten(char *message)
{
	for (char *c = message; c && *c; c++)
		if (((unsigned char)*c < 0x20 && *c != '\t') || *c == 0x7f)
			*c = '?';
	return message;
}

void findings_vadd(struct findings *findings, const struct oci_finding *finding, size_t offset,
		   const char *format, va_list ap)
{
	bool warning = finding->severity == OCI_SEVERITY_WARNING;
	struct finding *item;

	if (!findings->everything && finding->severity != OCI_SEVERITY_ERROR)
		return;
	findings->errors += finding->severity == OCI_SEVERITY_ERROR;
	findings->faults[finding->aspect] += !warning;
	if (findings_full(findings, finding->severity))
		return;
	item = next_item(findings);
	if (item) {
		*item = (struct finding){ .is = *finding,
					  .about = finding->pointer,
					  .offset = offset,
					  .number = findings->n };
		item->is.message = flatten(arena_vprintf(findings->arena, format, ap));
	}
	if (!item || !item->is.message || !item->is.pointer)
		return;
	findings->n++;
	findings->warnings += warning;
}

void findings_add(struct findings *findings, const struct oci_finding *finding, size_t offset,
		  const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	findings_vadd(findings, finding, offset, format, ap);
	va_end(ap);
}

/* Whether @inner is @outer, or a member of what it points to. */
static bool is_within(const char *inner, const char *outer)
{
	size_t length = strlen(outer);

	return strncmp(inner, outer, length) == 0 &&
	       (inner[length] == '\0' || inner[length] == '/');
}

bool findings_touch(const struct findings *findings, const char *pointer)
{
	for (size_t i = 0; pointer && pointer[0] && i < findings->n; i++) {
		const struct finding *finding = &findings->item[i];

		if (finding->is.aspect == OCI_ASPECT_SCHEMA &&
		    finding->is.severity == OCI_SEVERITY_ERROR &&
		    (is_within(finding->about, pointer) || is_within(pointer, finding->about)))
			return true;
	}
	return false;
}

void findings_drop_since(struct findings *findings, enum release release)
{
	size_t kept = 0;

	for (size_t i = 0; i < findings->n; i++)
		if (findings->item[i].since == V1_0_0 || findings->item[i].since > release)
			findings->item[kept++] = findings->item[i];
	findings->warnings -= findings->n - kept; /* they all are */
	findings->n = kept;
}

static int by_place(const void *left, const void *right)
{
	const struct finding *a = left, *b = right;

	if (a->offset != b->offset)
		return a->offset < b->offset ? -1 : 1;
	return a->number < b->number ? -1 : 1;
}

/* Line and column of findings that are in the order of their offsets: each byte of the document is
 * looked at once. */
static void count_lines(struct findings *findings, const char *document)
{
	unsigned int line = 1, column = 1;
	size_t at = 0;

	for (size_t i = 0; i < findings->n; i++) {
		struct finding *item = &findings->item[i];

		item->number = i;
		if (item->offset == FINDING_NOWHERE)
			continue;
		for (; at < item->offset; at++) {
			column++;
			if (document[at] == '\n') {
				line++;
				column = 1;
			}
		}
		item->is.line = line;
		item->is.column = column;
	}
}

/* The places that the checks do not know, all in one reading of the document. */
static int locate(struct findings *findings, const struct document *document)
{
	struct place *places = arena_alloc(findings->arena, (findings->n + 1) * sizeof(*places));
	size_t n = 0;

	if (!places)
		return -ENOMEM;
	for (size_t i = 0; i < findings->n; i++) {
		struct finding *item = &findings->item[i];

		if (item->offset == FINDING_NOWHERE && item->is.pointer[0])
			places[n++] = (struct place){ item->is.pointer, &item->offset };
	}
	return n > 0 ? pointer_locate(document->text, document->length, places, n) : 0;
}

int findings_sort(struct findings *findings, const struct document *document)
{
	int r;

	if (findings->arena->failed)
		return -ENOMEM;
	r = locate(findings, document);
	if (r < 0)
		return r;
	if (findings->n > 0)
		qsort(findings->item, findings->n, sizeof(*findings->item), by_place);
	count_lines(findings, document->text);
	return 0;
}

void findings_print(struct text *text, const char *file, const struct oci_finding *finding)
{
	size_t pointer;

	text_puts(text, file);
	if (finding->line > 0)
		text_printf(text, ":%u:%u", finding->line, finding->column);
	text_puts(text, ": ");
	pointer = text->length;
	if (finding->pointer[0])
		text_printf(text, "%s: ", finding->pointer);
	/* A name may be anything. */
	if (!text->failed)
		flatten(text->data + pointer);
	text_puts(text, finding->message);
}

/* The end of a message that has one, see similar.h. */
static void hint_of(const char *message, struct oci_error *err)
{
	const char *hint = strstr(message, "did you mean ");

	if (hint)
		error_hint(err, "%s", hint);
}

int findings_fail(struct findings *findings, const struct document *document, struct oci_error *err)
{
	cleanup(text_done) struct text text = { 0 };
	static const char more[] = "; and 18446744073709551615 more";
	size_t told = 0;
	int r;

	if (findings->errors == 0 && !findings->arena->failed)
		return 0;
	r = findings_sort(findings, document);
	if (r < 0)
		return fail(err, r, NULL, "%s", document->file);
	for (; told < findings->n; told++) {
		size_t before = text.length;

		text_puts(&text, told > 0 ? "; " : "");
		findings_print(&text, document->file, &findings->item[told].is);
		if (text.failed)
			return fail(err, -ENOMEM, NULL, "%s", document->file);
		if (told > 0 && text.length + sizeof(more) > sizeof(err->message)) {
			text.length = before;
			break;
		}
	}
	if (told < findings->errors)
		r = fail_plain(err, -EINVAL, findings->item[0].is.pointer, "%.*s; and %zu more",
			       (int)text.length, text.data, findings->errors - told);
	else
		r = fail_plain(err, -EINVAL, findings->item[0].is.pointer, "%s", text.data);
	hint_of(findings->item[0].is.message, err);
	return r;
}
