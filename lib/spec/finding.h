/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What was found wrong with a document: collected while it is decoded and checked, so that all of
 * it can be told at once. Pure. */
#ifndef OCI_SPEC_FINDING_H
#define OCI_SPEC_FINDING_H

#include <stdarg.h>

#include <oci/error.h>
#include <oci/validate.h>

#include "base/arena.h"
#include "base/text.h"
#include "spec/field.h"

/* A text, and what messages call it. */
struct document {
	const char *file;
	const char *text;
	size_t length;
};

/* So many errors and violations are kept, and so many warnings; the rest is counted. */
#define FINDINGS_MAX 1000

/* For an offset: the place is found by the pointer, or there is none. */
#define FINDING_NOWHERE SIZE_MAX

struct finding {
	struct oci_finding is;
	const char *about; /* the pointer, but for a member that is missing: where it would be */
	size_t offset;
	size_t number;      /* as they were made, then as they were sorted */
	enum release since; /* it only holds for a config that claims to be older than this */
};

struct findings {
	struct arena *arena; /* where they live */
	bool everything;     /* violations and warnings too, not errors alone */
	struct finding *item;
	size_t n, room;
	size_t warnings; /* among them */
	/* All that were made, also those that were not kept. */
	size_t errors;
	size_t faults[OCI_ASPECT_HOST + 1]; /* errors and violations, by aspect */
};

/* One finding. Its pointer has to live as long as the arena; NULL is one that there was no memory
 * for. Without @everything anything but an error is dropped. */
void findings_add(struct findings *findings, const struct oci_finding *finding, size_t offset,
		  const char *format, ...) _printf_(4, 5);
void findings_vadd(struct findings *findings, const struct oci_finding *finding, size_t offset,
		   const char *format, va_list ap) __attribute__((format(printf, 4, 0)));

/* Whether another finding of this severity would not be kept, so that it need not be made ready. */
bool findings_full(const struct findings *findings, enum oci_severity severity);

/* Whether the shape of the member at @pointer, of something in it, or of what it is in, was found
 * wrong: then nothing can be said of its value. Never for the whole document. */
bool findings_touch(const struct findings *findings, const char *pointer);

/* Drops those that do not hold for a config of @release. */
void findings_drop_since(struct findings *findings, enum release release);

/* Finds line and column of each in the document, and puts them in the order of their places. */
int findings_sort(struct findings *findings, const struct document *document) _must_check_;

/* All errors as one: "file:line:column: pointer: message; ...", as many as have room. Returns 0 if
 * there are none, else -EINVAL, or -ENOMEM. */
int findings_fail(struct findings *findings, const struct document *document,
		  struct oci_error *err) _must_check_;

/* "config.json:3:7: /process/cwd: message", with what of it there is, in one line. */
void findings_print(struct text *text, const char *file, const struct oci_finding *finding);

#endif
