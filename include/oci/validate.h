/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef OCI_VALIDATE_H
#define OCI_VALIDATE_H

#include <stddef.h>

#include <oci/context.h>
#include <oci/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * DOC: validation
 *
 * A bundle is judged under three aspects. Its *schema*: is it JSON, and has each member its type
 * and its range? The *standard*: does it break a statement of the OCI runtime specification? The
 * *host*: could this machine run it? All that is found is told at once, in the order of the
 * document.
 */

/**
 * enum oci_aspect - under which a finding was made
 * @OCI_ASPECT_SCHEMA:   the shape of the document: config-schema.json of the standard, and that
 *                       names are not repeated
 * @OCI_ASPECT_STANDARD: what the prose of the standard says of configurations and bundles
 * @OCI_ASPECT_HOST:     what this machine and this version of the library can do
 *
 * Since: 0.1
 */
enum oci_aspect {
	OCI_ASPECT_SCHEMA = 1,
	OCI_ASPECT_STANDARD = 2,
	OCI_ASPECT_HOST = 3,
	OCI_ASPECT_FORCE_WIDTH_ = 1 << 30 /* the size of this type is ABI */
};

/**
 * enum oci_severity - how bad a finding is
 * @OCI_SEVERITY_ERROR:     oci_create() refuses it
 * @OCI_SEVERITY_VIOLATION: the standard forbids it to those who write a config, and oci_create()
 *                          takes it all the same
 * @OCI_SEVERITY_WARNING:   allowed, and probably not what was meant
 *
 * Since: 0.1
 */
enum oci_severity {
	OCI_SEVERITY_ERROR = 1,
	OCI_SEVERITY_VIOLATION = 2,
	OCI_SEVERITY_WARNING = 3,
	OCI_SEVERITY_FORCE_WIDTH_ = 1 << 30
};

/**
 * enum oci_verdict - what one aspect comes to
 * @OCI_VERDICT_VALID:   neither an error nor a violation was found
 * @OCI_VERDICT_INVALID: at least one was
 * @OCI_VERDICT_UNKNOWN: could not be looked at, because of an error under an aspect before it, or
 * was not asked for
 *
 * Since: 0.1
 */
enum oci_verdict {
	OCI_VERDICT_VALID = 1,
	OCI_VERDICT_INVALID = 2,
	OCI_VERDICT_UNKNOWN = 3,
	OCI_VERDICT_FORCE_WIDTH_ = 1 << 30
};

/**
 * struct oci_finding - one thing that was found
 * @aspect:   what it counts against
 * @severity: how bad it is
 * @rule:     the statement of the standard it is about: an id of `oci-conform rules` ("NS-08"), or
 *            "" if it is about none
 * @line:     in the document, from 1; 0 when it is not about a place in it
 * @column:   in bytes, from 1; 0 as for @line
 * @pointer:  JSON pointer (RFC 6901) of the member; "" for the whole document
 * @message:  one line: what was expected and what was found. Values of environment variables never
 *            appear.
 *
 * Members may be added at the end.
 *
 * Since: 0.1
 */
struct oci_finding {
	enum oci_aspect aspect;
	enum oci_severity severity;
	const char *rule;
	unsigned int line;
	unsigned int column;
	const char *pointer;
	const char *message;
};

/**
 * enum oci_document - what is validated
 * @OCI_DOCUMENT_CONFIG:    a config.json
 * @OCI_DOCUMENT_PROCESS:   the member "process" alone, as `exec --process` reads it
 * @OCI_DOCUMENT_RESOURCES: the member "linux.resources" alone, as `update --resources` reads it
 *
 * Since: 0.1
 */
enum oci_document {
	OCI_DOCUMENT_CONFIG = 0,
	OCI_DOCUMENT_PROCESS = 1,
	OCI_DOCUMENT_RESOURCES = 2,
	OCI_DOCUMENT_FORCE_WIDTH_ = 1 << 30
};

/**
 * enum oci_validate_flag - how much is looked at
 * @OCI_VALIDATE_NO_HOST: not whether this machine could run it: for a bundle that goes elsewhere
 *
 * Since: 0.1
 */
enum oci_validate_flag { OCI_VALIDATE_NO_HOST = 1, OCI_VALIDATE_FORCE_WIDTH_ = 1 << 30 };

/**
 * struct oci_validate_options - what oci_validate() works on
 * @size:     sizeof(struct oci_validate_options) as the caller knows it
 * @bundle:   directory of the bundle; NULL for the working directory
 * @config:   path of the document; NULL for config.json in the bundle
 * @document: what it is
 * @flags:    of enum oci_validate_flag, or-ed
 *
 * With @config and without @bundle, statements about bundles are left out. The host is looked at
 * for a config only. Strings are borrowed for the time of the call.
 *
 * Since: 0.1
 */
struct oci_validate_options {
	size_t size;
	const char *bundle;
	const char *config;
	enum oci_document document;
	unsigned int flags;
};

/**
 * struct oci_report - what oci_validate() found; it does not change
 *
 * Since: 0.1
 */
struct oci_report;

/**
 * oci_validate - judge a bundle
 * @context: the context
 * @options: NULL for all defaults
 * @ret:     the report, to be given back with oci_report_free(). Set on success only.
 * @err:     filled in on failure; may be NULL
 *
 * Changes nothing. oci_create() makes the same checks, as far as they end in errors. Thread-safe.
 *
 * Return: 0, also when everything is wrong with the bundle; -ENOENT, -EACCES and the like when it
 * could not be read; -EFBIG for a document of more than 64 MiB; -EINVAL for options that are none;
 * -ENOMEM.
 *
 * Since: 0.1. Source: config.md, config-linux.md, bundle.md.
 */
int oci_validate(struct oci_context *context, const struct oci_validate_options *options,
		 struct oci_report **ret, struct oci_error *err);

/**
 * oci_report_verdict - what one aspect comes to
 * @report: the report
 * @aspect: which
 *
 * What is wrong with the schema is wrong under the standard as well: its statement VAL-01 has
 * invalid values refused.
 *
 * Return: the verdict; OCI_VERDICT_UNKNOWN for an aspect that is none.
 *
 * Since: 0.1
 */
enum oci_verdict oci_report_verdict(const struct oci_report *report, enum oci_aspect aspect);

/**
 * oci_report_count - how many findings there are
 * @report: the report
 *
 * At most 1000 errors and violations are kept, and at most 1000 warnings; the verdicts know of all.
 *
 * Since: 0.1
 */
size_t oci_report_count(const struct oci_report *report);

/**
 * oci_report_finding - one of the findings
 * @report: the report, from which it is borrowed
 * @index:  from 0; they are ordered by aspect, then by place
 *
 * Return: NULL when there is no such one.
 *
 * Since: 0.1
 */
const struct oci_finding *oci_report_finding(const struct oci_report *report, size_t index);

/**
 * oci_report_print - the report as a text
 * @report: the report
 * @format: "text" or "json"
 * @ret:    the text, to be freed with free()
 * @err:    filled in on failure; may be NULL
 *
 * Return: 0; -EINVAL for an unknown format; -ENOMEM.
 *
 * Since: 0.1
 */
int oci_report_print(const struct oci_report *report, const char *format, char **ret,
		     struct oci_error *err);

/**
 * oci_report_free - give a report back
 * @report: NULL is fine
 *
 * Return: NULL. Since: 0.1
 */
struct oci_report *oci_report_free(struct oci_report *report);

#ifdef __cplusplus
}
#endif

#endif
