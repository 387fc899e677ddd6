/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A document, read and judged, see spec.h. */
#include <errno.h>

#include "base/error.h"
#include "spec/check.h"
#include "spec/decode.h"
#include "spec/spec.h"
#include "spec/tables.h"
#include "spec/version.h"

/* Each kind of document: what it is decoded by, and where its rules believe it to be. */
static int examine_config(const struct document *document, struct checker *checker,
			  struct spec *spec)
{
	struct findings *findings = checker->findings;
	struct version version;
	int r = decode_all(document, &spec_object, spec, findings);

	if (spec->ociVersion && version_parse(spec->ociVersion, &version))
		findings_drop_since(findings, version_release(&version));
	else
		findings_drop_since(findings, V1_3_0);
	if (r < 0)
		return r;
	check_config(checker);
	if (findings->everything)
		advise_config(checker);
	return 0;
}

static int examine_process(const struct document *document, struct checker *checker,
			   struct spec *spec)
{
	int r = decode_all(document, &spec_process_object, spec->process, checker->findings);

	if (r < 0)
		return r;
	findings_drop_since(checker->findings, V1_3_0);
	check_process(checker, spec->process, "");
	if (checker->findings->everything)
		advise_process(checker, spec->process, "");
	return 0;
}

static int examine_resources(const struct document *document, struct checker *checker,
			     struct spec *spec)
{
	struct spec_resources *resources = spec->linux_->resources;
	int r = decode_all(document, &spec_resources_object, resources, checker->findings);

	if (r < 0)
		return r;
	findings_drop_since(checker->findings, V1_3_0);
	check_resources(checker, resources, "");
	if (checker->findings->everything)
		advise_resources(checker, resources, "");
	return 0;
}

static int prepare(enum oci_document kind, struct arena *arena, struct spec **ret)
{
	struct spec *spec = arena_alloc(arena, sizeof(*spec));

	if (!spec)
		return -ENOMEM;
	*ret = spec;
	if (kind == OCI_DOCUMENT_PROCESS) {
		spec->process = arena_alloc(arena, sizeof(*spec->process));
		return spec->process ? 0 : -ENOMEM;
	}
	if (kind != OCI_DOCUMENT_RESOURCES)
		return 0;
	spec->linux_ = arena_alloc(arena, sizeof(*spec->linux_));
	if (!spec->linux_)
		return -ENOMEM;
	spec->linux_->resources = arena_alloc(arena, sizeof(*spec->linux_->resources));
	return spec->linux_->resources ? 0 : -ENOMEM;
}

int spec_examine(const struct document *document, enum oci_document kind, struct findings *findings,
		 struct spec **ret)
{
	struct spec *spec;
	struct checker checker = { .findings = findings, .aspect = OCI_ASPECT_STANDARD };
	int r = prepare(kind, findings->arena, &spec);

	if (r < 0)
		return r;
	checker.spec = spec;
	if (kind == OCI_DOCUMENT_PROCESS)
		r = examine_process(document, &checker, spec);
	else if (kind == OCI_DOCUMENT_RESOURCES)
		r = examine_resources(document, &checker, spec);
	else
		r = examine_config(document, &checker, spec);
	if (findings->arena->failed)
		r = -ENOMEM;
	*ret = spec;
	return r;
}

static int read_document(const struct document *document, enum oci_document kind,
			 struct arena *arena, struct spec **ret, struct oci_error *err)
{
	struct findings findings = { .arena = arena };
	struct spec *spec;
	int r = spec_examine(document, kind, &findings, &spec);

	if (r == -ENOMEM)
		return fail(err, r, NULL, "%s", document->file);
	r = findings_fail(&findings, document, err);
	if (r < 0)
		return r;
	*ret = spec;
	return 0;
}

int spec_decode(const struct document *document, struct arena *arena, struct spec **ret,
		struct oci_error *err)
{
	return read_document(document, OCI_DOCUMENT_CONFIG, arena, ret, err);
}

int spec_decode_process(const struct document *document, struct arena *arena,
			struct spec_process **ret, struct oci_error *err)
{
	struct spec *spec;
	int r = read_document(document, OCI_DOCUMENT_PROCESS, arena, &spec, err);

	if (r == 0)
		*ret = spec->process;
	return r;
}

int spec_decode_resources(const struct document *document, struct arena *arena,
			  struct spec_resources **ret, struct oci_error *err)
{
	struct spec *spec;
	int r = read_document(document, OCI_DOCUMENT_RESOURCES, arena, &spec, err);

	if (r == 0)
		*ret = spec->linux_->resources;
	return r;
}
