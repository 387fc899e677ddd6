/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ocirun validate: all that is wrong with a bundle. */
#include <stdlib.h>
#include <string.h>

#include "ocirun.h"

#define INVALID       1
#define NOT_LOOKED_AT 2

static const struct option options[] = {
	VALUE("bundle", 'b', bundle, "DIR", "the bundle, instead of the working directory"),
	VALUE("config", 'f', config, "FILE", "a config by itself, or instead of the bundle's"),
	VALUE("format", 0, format, "FORMAT", "text or json"),
	VALUE("document", 0, document, "KIND", "what FILE is: config, process or resources"),
	FLAG("no-host", 0, no_host, "not whether this machine could run it"),
	{ NULL, 0, 0, 0, NULL, NULL },
};

static int document_of(const char *name, enum oci_document *ret)
{
	static const char *const names[] = {
		[OCI_DOCUMENT_CONFIG] = "config",
		[OCI_DOCUMENT_PROCESS] = "process",
		[OCI_DOCUMENT_RESOURCES] = "resources",
	};

	*ret = OCI_DOCUMENT_CONFIG;
	if (!name)
		return 0;
	for (unsigned int i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i], name) == 0) {
			*ret = (enum oci_document)i;
			return 0;
		}
	return report_text("unknown document \"%s\", expected config, process or resources", name);
}

static bool is_valid(const struct oci_report *found)
{
	return oci_report_verdict(found, OCI_ASPECT_SCHEMA) != OCI_VERDICT_INVALID &&
	       oci_report_verdict(found, OCI_ASPECT_STANDARD) != OCI_VERDICT_INVALID &&
	       oci_report_verdict(found, OCI_ASPECT_HOST) != OCI_VERDICT_INVALID;
}

static int run(const struct arguments *arguments, struct oci_context *context)
{
	const char *format = arguments->format ? arguments->format : "text";
	struct oci_validate_options validate = {
		.size = sizeof(validate),
		.bundle = arguments->bundle,
		.config = arguments->config,
		.flags = arguments->no_host ? OCI_VALIDATE_NO_HOST : 0,
	};
	struct oci_report *found;
	struct oci_error err;
	char *text;
	int status;

	if (document_of(arguments->document, &validate.document))
		return NOT_LOOKED_AT;
	if (oci_validate(context, &validate, &found, &err) < 0) {
		report(&err);
		return NOT_LOOKED_AT;
	}
	if (oci_report_print(found, format, &text, &err) < 0) {
		report(&err);
		oci_report_free(found);
		return NOT_LOOKED_AT;
	}
	status = print(text);
	if (status == 0 && !is_valid(found))
		status = INVALID;
	free(text);
	oci_report_free(found);
	return status;
}

const struct command command_validate = {
	.name = "validate",
	.names = "",
	.help = "tell all that is wrong with a bundle",
	.options = options,
	.run = run,
};
