/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* oci-conform bundle: which statements about configs and bundles a bundle meets. oci_validate()
 * looks; here its findings are counted by statement. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <oci/oci.h>
#include <yajl/yajl_gen.h>

#include "conform.h"

/* Two statements that are broken by the same thing; findings bear the id of the second. */
static const struct {
	const char *id;
	const char *reported_as;
} twins[] = {
	{ "CPU-01", "CPU-02" }, /* a burst above the quota, a quota below the burst */
	{ "ANN-05", "ANN-06" }, /* a reserved key that the standard does not describe */
};

/* What can only be told from elsewhere. */
static const struct {
	const char *id;
	const char *reason;
	bool if_found; /* the finding is no more than the question; without it the statement holds
			*/
} elsewhere[] = {
	{ "HUG-02", "it depends on the host, see ocirun validate", false },
	{ "PRC-01", "it depends on whether it is to be started", true },
	{ "SEC-03", "it depends on who listens there", false },
	{ "ANN-U", "what a key is used for shows only in how it came about", false },
};

struct check {
	struct oci_report *report; /* NULL when there is no config.json */
	const char *missing;       /* then why */
	bool readable;             /* it is JSON */
	size_t hold, broken, untold;
	bool mandatory_broken;
};

/* The statements that a bundle can meet or break: those about configs, and those by which a runtime
 * has to refuse one. */
static bool concerns(const struct rule *rule)
{
	return rule->who == RULE_CONFIG || (rule->who == RULE_RUNTIME && rule->how & RULE_V) ||
	       strcmp(rule->id, "VAL-01") == 0;
}

static const char *reported_as(const struct rule *rule)
{
	for (size_t i = 0; i < sizeof(twins) / sizeof(twins[0]); i++)
		if (strcmp(twins[i].id, rule->id) == 0)
			return twins[i].reported_as;
	return rule->id;
}

/* Whether the finding is about @rule. Errors that are about no statement of their own are about
 * VAL-01: runtimes refuse what is invalid. */
static bool is_about(const struct oci_finding *finding, const struct rule *rule)
{
	if (strcmp(finding->rule, reported_as(rule)) == 0)
		return true;
	if (finding->severity != OCI_SEVERITY_ERROR || strcmp(rule->id, "VAL-01") != 0)
		return false;
	for (size_t i = 0; i < n_rules; i++)
		if (concerns(&rules[i]) && strcmp(finding->rule, reported_as(&rules[i])) == 0)
			return false;
	return true;
}

/* The next finding about @rule from @index on, or NULL. */
static const struct oci_finding *find(const struct check *check, const struct rule *rule,
				      size_t *index)
{
	const struct oci_finding *finding;

	while (check->report && (finding = oci_report_finding(check->report, (*index)++)))
		if (is_about(finding, rule))
			return finding;
	return NULL;
}

static const char *untold_reason(const struct check *check, const struct rule *rule, bool found)
{
	bool about_the_file = strcmp(rule->id, "BND-01") == 0;

	for (size_t i = 0; i < sizeof(elsewhere) / sizeof(elsewhere[0]); i++)
		if (found == elsewhere[i].if_found &&
		    strncmp(elsewhere[i].id, rule->id, strlen(elsewhere[i].id)) == 0)
			return elsewhere[i].reason;
	if (found)
		return NULL;
	if (!check->report && !about_the_file)
		return "there is no config.json";
	if (check->report && !check->readable && !about_the_file && strcmp(rule->id, "GLO-01") != 0)
		return "config.json cannot be read";
	return NULL;
}

/* What has come of @rule; and if nothing, why. */
static enum result judge(struct check *check, const struct rule *rule, const char **ret_reason)
{
	size_t index = 0;
	bool found =
		find(check, rule, &index) || (!check->report && strcmp(rule->id, "BND-01") == 0);

	*ret_reason = untold_reason(check, rule, found);
	if (*ret_reason) {
		check->untold++;
		return UNTOLD;
	}
	if (!found) {
		check->hold++;
		return HOLDS;
	}
	check->broken++;
	check->mandatory_broken = check->mandatory_broken || rule_is_mandatory(rule);
	return BROKEN;
}

/* --- TAP, testanything.org --- */

static void tap_findings(const struct check *check, const struct rule *rule)
{
	const struct oci_finding *finding;
	size_t index = 0;

	if (!check->report)
		printf("# %s\n", check->missing);
	while ((finding = find(check, rule, &index))) {
		printf("# config.json");
		if (finding->line > 0)
			printf(":%u:%u", finding->line, finding->column);
		printf(": ");
		/* A name may be anything, and this is a comment of one line. */
		for (const char *c = finding->pointer; *c; c++)
			putchar((unsigned char)*c < 0x20 || *c == 0x7f ? '?' : *c);
		printf("%s%s\n", finding->pointer[0] ? ": " : "", finding->message);
	}
}

static void tap_line(struct check *check, const struct rule *rule, size_t number)
{
	const char *reason;
	enum result result = judge(check, rule, &reason);

	printf("%sok %zu - %s %s: %s", result == BROKEN ? "not " : "", number, rule->id,
	       rule_level_name(rule->level), rule->statement);
	if (result == UNTOLD)
		printf(" # SKIP %s", reason);
	else if (result == BROKEN && !rule_is_mandatory(rule))
		printf(" # TODO a recommendation");
	putchar('\n');
	if (result == BROKEN)
		tap_findings(check, rule);
}

static int print_tap(struct check *check)
{
	size_t number = 0, n = 0;

	for (size_t i = 0; i < n_rules; i++)
		n += concerns(&rules[i]);
	printf("TAP version 13\n1..%zu\n", n);
	for (size_t i = 0; i < n_rules; i++)
		if (concerns(&rules[i]))
			tap_line(check, &rules[i], ++number);
	printf("# %zu of %zu statements hold, %zu broken, %zu cannot be told from a bundle\n",
	       check->hold, n, check->broken, check->untold);
	return fflush(stdout) == 0 ? CONFORMS : NOT_LOOKED_AT;
}

/* --- JSON --- */

static void json_findings(yajl_gen gen, const struct check *check, const struct rule *rule)
{
	const struct oci_finding *finding;
	size_t index = 0;

	json_name(gen, "findings");
	yajl_gen_array_open(gen);
	while ((finding = find(check, rule, &index))) {
		yajl_gen_map_open(gen);
		json_string(gen, "pointer", finding->pointer);
		if (finding->line > 0) {
			json_number(gen, "line", finding->line);
			json_number(gen, "column", finding->column);
		}
		json_string(gen, "message", finding->message);
		yajl_gen_map_close(gen);
	}
	yajl_gen_array_close(gen);
}

static int print_json(struct check *check, const char *path)
{
	static const char *const names[] = {
		[HOLDS] = "holds", [BROKEN] = "broken", [UNTOLD] = "untold"
	};
	yajl_gen gen = json_begin();

	yajl_gen_map_open(gen);
	json_string(gen, "bundle", path);
	json_name(gen, "statements");
	yajl_gen_array_open(gen);
	for (size_t i = 0; i < n_rules; i++) {
		enum result result;
		const char *reason;

		if (!concerns(&rules[i]))
			continue;
		result = judge(check, &rules[i], &reason);
		yajl_gen_map_open(gen);
		json_rule(gen, &rules[i]);
		json_string(gen, "result", names[result]);
		if (result == UNTOLD)
			json_string(gen, "reason", reason);
		if (result == BROKEN)
			json_findings(gen, check, &rules[i]);
		yajl_gen_map_close(gen);
	}
	yajl_gen_array_close(gen);
	json_number(gen, "hold", check->hold);
	json_number(gen, "broken", check->broken);
	json_number(gen, "untold", check->untold);
	json_number(gen, "of", check->hold + check->broken + check->untold);
	yajl_gen_map_close(gen);
	return json_end(gen);
}

static bool is_json(const struct oci_report *report)
{
	const struct oci_finding *finding;

	for (size_t i = 0; (finding = oci_report_finding(report, i)); i++)
		if (strncmp(finding->message, "not valid JSON", 14) == 0)
			return false;
	return true;
}

static int look(struct check *check, const char *path, struct oci_error *err)
{
	const struct oci_validate_options options = { .size = sizeof(options),
						      .bundle = path,
						      .flags = OCI_VALIDATE_NO_HOST };
	struct oci_context *context;
	int r = oci_context_new(NULL, &context, err);

	if (r < 0)
		return r;
	r = oci_validate(context, &options, &check->report, err);
	oci_context_free(context);
	if (r == 0)
		check->readable = is_json(check->report);
	return r;
}

int check_bundle(const char *path, bool json)
{
	struct check check = { 0 };
	struct oci_error err;
	int r = look(&check, path, &err), status;
	const char *file = strrchr(err.where, '/');

	/* A bundle without a config breaks a statement; what cannot be opened is not looked at. */
	if (r < 0 && (r != -ENOENT || !file || strcmp(file, "/config.json") != 0)) {
		fprintf(stderr, "oci-conform: %s\n", err.message);
		return NOT_LOOKED_AT;
	}
	check.missing = r < 0 ? err.message : NULL;
	status = json ? print_json(&check, path) : print_tap(&check);
	oci_report_free(check.report);
	if (status == CONFORMS && check.mandatory_broken)
		return DOES_NOT;
	return status;
}
