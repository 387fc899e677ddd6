/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* validate: all that is wrong with a bundle, at once. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <oci/validate.h>

#include "base/error.h"
#include "base/fd.h"
#include "container/bundle.h"
#include "container/container.h"
#include "inspect/able.h"
#include "plan/create.h"
#include "spec/dump.h"

struct oci_report {
	struct arena arena;
	const char *file;
	struct findings findings;
	enum oci_verdict verdicts[OCI_ASPECT_HOST + 1];
};

/* A validation on its way. */
struct validation {
	struct oci_validate_options options;
	const char *bundle; /* NULL when there is only a document */
	struct document document;
	struct spec *spec;
	struct oci_report *report;
};

static void validation_done(struct validation *validation)
{
	document_done(&validation->document);
	oci_report_free(validation->report);
}

static int take_options(const struct oci_validate_options *options,
			struct oci_validate_options *ret, struct oci_error *err)
{
	struct oci_validate_options known = { 0 };

	if (options && options->size == 0)
		return fail_plain(err, -EINVAL, NULL, "the size of the validate options is 0");
	if (options)
		memcpy(&known, options,
		       options->size < sizeof(known) ? options->size : sizeof(known));
	if (known.flags & ~(unsigned int)OCI_VALIDATE_NO_HOST)
		return fail_plain(err, -EINVAL, NULL, "unknown flags 0x%x", known.flags);
	if (known.document > OCI_DOCUMENT_RESOURCES)
		return fail_plain(err, -EINVAL, NULL, "unknown document %d", (int)known.document);
	*ret = known;
	return 0;
}

/* --- the bundle --- */

static void find_standard(struct findings *findings, enum oci_severity severity, const char *rule,
			  const char *pointer, const char *message)
{
	const struct oci_finding finding = { .aspect = OCI_ASPECT_STANDARD,
					     .severity = severity,
					     .rule = rule,
					     .pointer = pointer };

	findings_add(findings, &finding, FINDING_NOWHERE, "%s", message);
}

/* What an error says behind "/root/path: ". */
static const char *without_pointer(const struct oci_error *err)
{
	size_t length = bundle_member(err);

	return length > 0 ? err->message + length + strlen(": ") : err->message;
}

static bool is_inside(const char *path, const char *directory)
{
	char real[PATH_MAX];
	size_t length = strlen(directory);

	return realpath(path, real) && strncmp(real, directory, length) == 0 &&
	       (real[length] == '/' || strcmp(directory, "/") == 0);
}

static void check_bundle(struct validation *validation)
{
	struct findings *findings = &validation->report->findings;
	const struct spec *spec = validation->spec;
	const char *rootfs;
	struct oci_error err;

	if (strcmp(validation->document.file, "config.json") != 0)
		find_standard(findings, OCI_SEVERITY_WARNING, "BND-02", "",
			      "the config of a bundle is called config.json");
	if (!spec->root || !spec->root->path)
		return;
	if (bundle_rootfs(findings->arena, validation->bundle, spec, &rootfs, &err) < 0)
		find_standard(findings, OCI_SEVERITY_ERROR, "ROOT-04", "/root/path",
			      without_pointer(&err));
	else if (!is_inside(rootfs, validation->bundle))
		find_standard(findings, OCI_SEVERITY_WARNING, "BND-03", "/root/path",
			      "the root is not in the directory of the bundle");
}

/* --- the host --- */

static bool is_known(const struct findings *findings, const char *pointer)
{
	for (size_t i = 0; pointer && i < findings->n; i++)
		if (findings->item[i].is.aspect == OCI_ASPECT_HOST &&
		    strcmp(findings->item[i].about, pointer) == 0)
			return true;
	return false;
}

/* What can be planned is what is supported, and what only the planning of the whole finds. */
static void check_plan(struct validation *validation, const struct survey *survey)
{
	struct findings *findings = &validation->report->findings;
	const struct plan_request request = {
		.takes_terminal = true, /* what becomes of it is the verb's matter */
		.spec = validation->spec,
		.facts = &survey->facts,
		.arena = findings->arena,
		.id = "ID",
		.bundle = validation->bundle ? validation->bundle : "/",
		.start = validation->spec->process != NULL,
	};
	struct oci_finding finding = { .aspect = OCI_ASPECT_HOST,
				       .severity = OCI_SEVERITY_ERROR,
				       .rule = "" };
	cleanup(free_done) struct plan *plan = NULL;
	struct oci_error err;

	if (plan_create(&request, &plan, &err) == 0)
		return;
	finding.pointer =
		arena_printf(findings->arena, "%.*s", (int)bundle_member(&err), err.message);
	if (!is_known(findings, finding.pointer))
		findings_add(findings, &finding, FINDING_NOWHERE, "%s", without_pointer(&err));
}

static int check_host(struct validation *validation, struct oci_error *err)
{
	struct findings *findings = &validation->report->findings;
	struct survey survey;
	int r = survey_take(findings->arena, &survey, err);

	if (r < 0)
		return r;
	able(validation->spec, validation->bundle, &survey, findings);
	check_plan(validation, &survey);
	return 0;
}

/* --- the report --- */

/* By aspect; within one, as they were sorted. */
static int compare(const void *left, const void *right)
{
	const struct finding *a = left, *b = right;

	if (a->is.aspect != b->is.aspect)
		return a->is.aspect < b->is.aspect ? -1 : 1;
	return a->number < b->number ? -1 : 1;
}

static void judge(struct oci_report *report, bool host)
{
	const size_t *faults = report->findings.faults;
	bool schema = faults[OCI_ASPECT_SCHEMA] > 0;
	bool standard = schema || faults[OCI_ASPECT_STANDARD] > 0;

	report->verdicts[OCI_ASPECT_SCHEMA] = schema ? OCI_VERDICT_INVALID : OCI_VERDICT_VALID;
	report->verdicts[OCI_ASPECT_STANDARD] = standard ? OCI_VERDICT_INVALID : OCI_VERDICT_VALID;
	if (!host)
		report->verdicts[OCI_ASPECT_HOST] = OCI_VERDICT_UNKNOWN;
	else if (faults[OCI_ASPECT_HOST] > 0)
		report->verdicts[OCI_ASPECT_HOST] = OCI_VERDICT_INVALID;
	else
		report->verdicts[OCI_ASPECT_HOST] = OCI_VERDICT_VALID;
}

static int examine(struct validation *validation, struct oci_error *err)
{
	struct oci_report *report = validation->report;
	struct findings *findings = &report->findings;
	enum oci_document kind = validation->options.document;
	bool host =
		kind == OCI_DOCUMENT_CONFIG && !(validation->options.flags & OCI_VALIDATE_NO_HOST);
	int r;

	r = spec_examine(&validation->document, kind, findings, &validation->spec);
	if (r == 0 && validation->bundle && kind == OCI_DOCUMENT_CONFIG)
		check_bundle(validation);
	host = host && findings->errors == 0;
	if (r == -ENOMEM)
		return fail(err, r, NULL, "%s", report->file);
	if (host && check_host(validation, err) < 0)
		return err ? err->code : -ENOMEM;
	r = findings_sort(findings, &validation->document);
	if (r == 0 && report->arena.failed)
		r = -ENOMEM;
	if (r < 0)
		return fail(err, r, NULL, "%s", report->file);
	if (findings->n > 0)
		qsort(findings->item, findings->n, sizeof(*findings->item), compare);
	judge(report, host);
	return 0;
}

static int prepare(struct validation *validation, const struct oci_validate_options *options,
		   struct oci_error *err)
{
	struct oci_report *report = calloc(1, sizeof(*report));
	int r;

	if (!report)
		return fail(err, -ENOMEM, NULL, "cannot validate");
	validation->report = report;
	report->findings = (struct findings){ .arena = &report->arena, .everything = true };
	r = take_options(options, &validation->options, err);
	if (r == 0 && (validation->options.bundle || !validation->options.config))
		r = bundle_find(&report->arena, validation->options.bundle, &validation->bundle,
				err);
	if (r == 0)
		r = bundle_read(&report->arena, validation->bundle, validation->options.config,
				&validation->document, err);
	if (r == 0)
		report->file = validation->document.file;
	return r;
}

_public_ int oci_validate(struct oci_context *context, const struct oci_validate_options *options,
			  struct oci_report **ret, struct oci_error *err)
{
	cleanup(validation_done) struct validation validation = { 0 };
	int r = prepare(&validation, options, err);

	(void)context;
	if (r == 0)
		r = examine(&validation, err);
	if (r == 0)
		*ret = TAKE_PTR(validation.report);
	return r;
}

_public_ struct oci_report *oci_report_free(struct oci_report *report)
{
	if (report)
		arena_done(&report->arena);
	free(report);
	return NULL;
}

_public_ enum oci_verdict oci_report_verdict(const struct oci_report *report,
					     enum oci_aspect aspect)
{
	if (aspect < OCI_ASPECT_SCHEMA || aspect > OCI_ASPECT_HOST)
		return OCI_VERDICT_UNKNOWN;
	return report->verdicts[aspect];
}

_public_ size_t oci_report_count(const struct oci_report *report)
{
	return report->findings.n;
}

_public_ const struct oci_finding *oci_report_finding(const struct oci_report *report, size_t index)
{
	return index < report->findings.n ? &report->findings.item[index].is : NULL;
}

/* --- printing --- */

static const struct name aspects[] = {
	{ .name = "schema", .value = OCI_ASPECT_SCHEMA },
	{ .name = "standard", .value = OCI_ASPECT_STANDARD },
	{ .name = "host", .value = OCI_ASPECT_HOST },
	END,
};

static const struct name severities[] = {
	{ .name = "error", .value = OCI_SEVERITY_ERROR },
	{ .name = "violation", .value = OCI_SEVERITY_VIOLATION },
	{ .name = "warning", .value = OCI_SEVERITY_WARNING },
	END,
};

static const struct name verdicts[] = {
	{ .name = "valid", .value = OCI_VERDICT_VALID },
	{ .name = "invalid", .value = OCI_VERDICT_INVALID },
	{ .name = "unknown", .value = OCI_VERDICT_UNKNOWN },
	END,
};

static void print_text(struct text *text, const struct oci_report *report)
{
	size_t i = 0;

	for (const struct name *aspect = aspects; aspect->name; aspect++) {
		enum oci_verdict verdict = report->verdicts[aspect->value];

		text_printf(text, "%s: %s\n", aspect->name,
			    verdict == OCI_VERDICT_UNKNOWN ? "not looked at"
							   : name_of(verdicts, (int)verdict));
		for (; i < report->findings.n; i++) {
			const struct oci_finding *finding = &report->findings.item[i].is;

			if ((int)finding->aspect != aspect->value)
				break;
			text_puts(text, "  ");
			if (finding->severity != OCI_SEVERITY_ERROR)
				text_printf(text,
					    "%s: ", name_of(severities, (int)finding->severity));
			findings_print(text, report->file, finding);
			if (finding->rule[0])
				text_printf(text, " [%s]", finding->rule);
			text_putc(text, '\n');
		}
	}
}

/* The report as JSON, by tables. */
struct finding_document {
	int severity;
	const char *rule;
	struct opt_uint line, column;
	const char *pointer, *message;
};

struct aspect_document {
	int verdict;
	LIST(struct finding_document) findings;
};

struct report_document {
	const char *file;
	struct aspect_document *schema, *standard, *host;
};

static const struct field finding_rows[] = {
	F(finding_document, severity, ENUM, V1_0_0, NAMES(severities)),
	F(finding_document, rule, STRING, V1_0_0),
	F(finding_document, line, UINT, V1_0_0),
	F(finding_document, column, UINT, V1_0_0),
	F(finding_document, pointer, STRING, V1_0_0),
	F(finding_document, message, STRING, V1_0_0),
	END,
};
OBJECT(finding_document, finding_rows);

static const struct field aspect_rows[] = {
	F(aspect_document, verdict, ENUM, V1_0_0, NAMES(verdicts)),
	F(aspect_document, findings, OBJECTS, V1_0_0, OF(finding_rows_object)),
	END,
};
OBJECT(aspect_document, aspect_rows);

static const struct field report_rows[] = {
	F(report_document, file, STRING, V1_0_0),
	F(report_document, schema, OBJECT, V1_0_0, OF(aspect_rows_object)),
	F(report_document, standard, OBJECT, V1_0_0, OF(aspect_rows_object)),
	F(report_document, host, OBJECT, V1_0_0, OF(aspect_rows_object)),
	END,
};
OBJECT(report_document, report_rows);

static int print_json(struct text *text, const struct oci_report *report)
{
	cleanup(free_done) struct finding_document *findings =
		calloc(report->findings.n + 1, sizeof(*findings));
	struct aspect_document documents[OCI_ASPECT_HOST + 1] = { 0 };
	const struct report_document document = { report->file, &documents[OCI_ASPECT_SCHEMA],
						  &documents[OCI_ASPECT_STANDARD],
						  &documents[OCI_ASPECT_HOST] };
	size_t i = 0;

	if (!findings)
		return -ENOMEM;
	for (int aspect = OCI_ASPECT_SCHEMA; aspect <= OCI_ASPECT_HOST; aspect++) {
		documents[aspect].verdict = (int)report->verdicts[aspect];
		documents[aspect].findings.item = &findings[i];
		documents[aspect].findings.set = true;
		for (; i < report->findings.n; i++) {
			const struct oci_finding *finding = &report->findings.item[i].is;

			if ((int)finding->aspect != aspect)
				break;
			findings[i] = (struct finding_document){
				.severity = (int)finding->severity,
				.rule = finding->rule[0] ? finding->rule : NULL,
				.line = { finding->line, finding->line > 0 },
				.column = { finding->column, finding->line > 0 },
				.pointer = finding->pointer,
				.message = finding->message,
			};
			documents[aspect].findings.n++;
		}
	}
	dump(text, &report_rows_object, &document, 2);
	text_putc(text, '\n');
	return 0;
}

_public_ int oci_report_print(const struct oci_report *report, const char *format, char **ret,
			      struct oci_error *err)
{
	cleanup(text_done) struct text text = { 0 };
	int r = 0;

	if (strcmp(format, "json") == 0)
		r = print_json(&text, report);
	else if (strcmp(format, "text") == 0)
		print_text(&text, report);
	else
		return fail_plain(err, -EINVAL, NULL, "unknown format \"%s\"", format);
	if (r == 0)
		r = text_take(&text, ret);
	return r < 0 ? fail(err, r, NULL, "cannot write the report") : 0;
}
