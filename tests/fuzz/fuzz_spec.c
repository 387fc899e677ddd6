/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A document from anywhere: config.json, process.json, resources.json (KIND says which). Whatever
 * it is, it is judged without harm; what is taken is the same after it was written and read again;
 * and an error is one, whether or not warnings were asked for too. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "spec/dump.h"
#include "spec/spec.h"
#include "spec/tables.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void insist(bool condition)
{
	if (!condition)
		abort();
}

static size_t examine(const struct document *document, bool everything, struct arena *arena,
		      struct spec **ret)
{
	struct findings findings = { .arena = arena, .everything = everything };
	struct text text = { 0 };
	int r = spec_examine(document, KIND, &findings, ret);

	insist(r == 0 || (r == -EINVAL && findings.errors > 0));
	insist(findings_sort(&findings, document) == 0);
	for (size_t i = 0; i < findings.n; i++) {
		const struct finding *finding = &findings.item[i];

		insist(finding->offset == FINDING_NOWHERE || finding->offset <= document->length);
		insist(everything || finding->is.severity == OCI_SEVERITY_ERROR);
		findings_print(&text, document->file, &finding->is);
		insist(!strchr(text.data, '\n'));
	}
	text_done(&text);
	return findings.errors;
}

static const struct object *object_of(const struct spec *spec, const void **ret)
{
	*ret = spec;
	if (KIND == OCI_DOCUMENT_PROCESS)
		*ret = spec->process;
	if (KIND == OCI_DOCUMENT_RESOURCES)
		*ret = spec->linux_->resources;
	return KIND == OCI_DOCUMENT_PROCESS     ? &spec_process_object
	       : KIND == OCI_DOCUMENT_RESOURCES ? &spec_resources_object
						: &spec_object;
}

static void write_again(const struct spec *spec, struct text *text)
{
	const void *value;
	const struct object *object = object_of(spec, &value);

	dump(text, object, value, 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct document document = { "f", (const char *)data, size };
	struct text once = { 0 }, twice = { 0 };
	struct arena arena = { 0 };
	struct spec *spec;
	size_t errors = examine(&document, true, &arena, &spec);

	insist(examine(&document, false, &arena, &spec) == errors);
	if (errors == 0) {
		write_again(spec, &once);
		insist(examine(&(struct document){ "f", once.data, once.length }, false, &arena,
			       &spec) == 0);
		write_again(spec, &twice);
		insist(strcmp(once.data, twice.data) == 0);
	}
	text_done(&once);
	text_done(&twice);
	arena_done(&arena);
	return 0;
}
