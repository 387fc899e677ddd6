/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* features and doctor: what this runtime understands, and what this host has. */
#include <errno.h>
#include <string.h>

#include <oci/host.h>

#include "base/error.h"
#include "base/text.h"
#include "inspect/doctor.h"
#include "inspect/features.h"

_public_ int oci_features(struct oci_context *context, char **ret, struct oci_error *err)
{
	cleanup(arena_done) struct arena arena = { 0 };
	cleanup(text_done) struct text text = { 0 };
	struct survey survey;
	int r = survey_take(&arena, &survey, err);

	(void)context;
	if (r < 0)
		return r;
	r = features_print(&text, &survey);
	if (r == 0)
		r = text_take(&text, ret);
	return r < 0 ? fail(err, r, NULL, "cannot write the features") : 0;
}

_public_ int oci_doctor(struct oci_context *context, const char *format, char **ret,
			unsigned int *ret_missing, struct oci_error *err)
{
	cleanup(arena_done) struct arena arena = { 0 };
	cleanup(text_done) struct text text = { 0 };
	struct doctor_report report = { 0 };
	struct survey survey;
	unsigned int missing = 0;
	bool json = strcmp(format, "json") == 0;
	int r;

	(void)context;
	if (!json && strcmp(format, "text") != 0)
		return fail_plain(err, -EINVAL, NULL, "unknown format \"%s\"", format);
	r = survey_take(&arena, &survey, err);
	if (r < 0)
		return r;
	r = doctor_examine(&survey, &report);
	if (r == 0 && json)
		doctor_print_json(&text, &report);
	else if (r == 0)
		doctor_print(&text, &report);
	if (r == 0)
		r = text_take(&text, ret);
	if (r < 0)
		return fail(err, r, NULL, "cannot write what was found");
	list_each(line, report.checks)
		missing += line->state == DOCTOR_MISSING;
	if (ret_missing)
		*ret_missing = missing;
	return 0;
}
