/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* <oci/spec.h>, <oci/validate.h> and <oci/host.h> as a program that links liboci.so sees them:
 *results, errors, what is owned by whom, and several threads at once. Needs no root.
 *
 *	library_documents DIRECTORY    an empty directory to make bundles in */
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <oci/oci.h>

#define THREADS 8
#define ROUNDS  50

static const char *directory;
static struct oci_context *context;

static void insist(bool condition, const char *what, int line)
{
	if (condition)
		return;
	fprintf(stderr, "line %d: %s\n", line, what);
	exit(EXIT_FAILURE);
}
#define INSIST(condition) insist(condition, #condition, __LINE__)

static void make_bundle(const char *name, const char *config, char path[4096])
{
	char file[4200];
	FILE *out;

	snprintf(path, 4096, "%s/%s", directory, name);
	snprintf(file, sizeof(file), "%s/rootfs", path);
	INSIST(mkdir(path, 0755) == 0 && mkdir(file, 0755) == 0);
	snprintf(file, sizeof(file), "%s/config.json", path);
	out = fopen(file, "w");
	INSIST(out && fputs(config, out) >= 0 && fclose(out) == 0);
}

/* --- configs --- */

static const char good[] =
	"{\"linux\": {\"x\": 1}, \"windows\": {}, \"root\": {\"path\": \"rootfs\"},\n"
	"\"ociVersion\": \"1.0.2\"}";

static void parse_and_dump(void)
{
	struct oci_spec *spec = NULL, *again = NULL;
	struct oci_error err = { .message = "untouched" };
	char *text, *second;

	INSIST(oci_spec_parse(NULL, good, strlen(good), &spec, &err) == 0);
	INSIST(oci_spec_dump(spec, 0, &text, &err) == 0);
	INSIST(strcmp(text,
		      "{\"ociVersion\":\"1.0.2\",\"root\":{\"path\":\"rootfs\"},\"linux\":{}}") ==
	       0);
	INSIST(oci_spec_parse("again", text, strlen(text), &again, &err) == 0);
	INSIST(oci_spec_dump(again, 0, &second, NULL) == 0);
	INSIST(strcmp(text, second) == 0);
	INSIST(strcmp(err.message, "untouched") == 0);
	INSIST(oci_spec_dump(spec, 9, &text, &err) == -EINVAL);
	INSIST(strcmp(err.message, "an indent of 9 is too large") == 0);
	free(text);
	free(second);
	INSIST(!oci_spec_free(spec));
	INSIST(!oci_spec_free(again));
	INSIST(!oci_spec_free(NULL));
}

static void refuse(void)
{
	static const char wrong[] =
		"{\"ociVersion\": \"1.0.2\", \"root\": {\"path\": 7}, \"hostname\": \"x\"}";
	struct oci_spec *spec = (struct oci_spec *)&context;
	struct oci_error err;

	INSIST(oci_spec_parse("web.json", wrong, strlen(wrong), &spec, &err) == -EINVAL);
	INSIST(spec == (struct oci_spec *)&context);
	INSIST(err.code == -EINVAL);
	INSIST(strcmp(err.where, "/root/path") == 0);
	INSIST(strcmp(err.message, "web.json:1:42: /root/path: expected a string, found 7; "
				   "web.json:1:58: /hostname: set without a uts namespace") == 0);
	INSIST(oci_spec_parse(NULL, wrong, strlen(wrong), &spec, NULL) == -EINVAL);
	INSIST(oci_spec_parse(NULL, "", ((size_t)64 << 20) + 1, &spec, &err) == -EFBIG);
	INSIST(strcmp(err.message, "config.json: larger than 64 MiB") == 0);
}

static void defaults(void)
{
	struct oci_spec *spec;
	struct oci_error err;
	char *text;

	for (unsigned int flags = 0; flags <= OCI_SPEC_ROOTLESS; flags++) {
		INSIST(oci_spec_default(flags, &spec, &err) == 0);
		INSIST(oci_spec_dump(spec, 2, &text, &err) == 0);
		INSIST((strstr(text, "uidMappings") != NULL) == (flags == OCI_SPEC_ROOTLESS));
		free(text);
		oci_spec_free(spec);
	}
	INSIST(oci_spec_default(2, &spec, &err) == -EINVAL);
	INSIST(strcmp(err.message, "unknown flags 0x2") == 0);
}

/* --- validation --- */

static void judge(void)
{
	char bundle[4096];
	struct oci_validate_options options = { .size = sizeof(options),
						.flags = OCI_VALIDATE_NO_HOST };
	const struct oci_finding *finding;
	struct oci_report *report;
	struct oci_error err;
	char *text;

	make_bundle(
		"wrong",
		"{\"ociVersion\": \"1.0.2\", \"root\": {\"path\": \"rootfs\"},\n \"hostname\": 7,\n"
		" \"linux\": {\"namespaces\": [{\"type\": \"pid\"}, {\"type\": \"pid\"}]}}",
		bundle);
	options.bundle = bundle;
	INSIST(oci_validate(context, &options, &report, &err) == 0);
	INSIST(oci_report_verdict(report, OCI_ASPECT_SCHEMA) == OCI_VERDICT_INVALID);
	INSIST(oci_report_verdict(report, OCI_ASPECT_STANDARD) == OCI_VERDICT_INVALID);
	INSIST(oci_report_verdict(report, OCI_ASPECT_HOST) == OCI_VERDICT_UNKNOWN);
	INSIST(oci_report_verdict(report, (enum oci_aspect)4) == OCI_VERDICT_UNKNOWN);
	INSIST(oci_report_count(report) == 3);
	INSIST(!oci_report_finding(report, 3));
	finding = oci_report_finding(report, 0);
	INSIST(finding->aspect == OCI_ASPECT_SCHEMA && finding->severity == OCI_SEVERITY_ERROR);
	INSIST(strcmp(finding->rule, "VAL-01") == 0);
	INSIST(finding->line == 2 && finding->column == 14);
	INSIST(strcmp(finding->pointer, "/hostname") == 0);
	INSIST(strcmp(finding->message, "expected a string, found 7") == 0);
	finding = oci_report_finding(report, 1);
	INSIST(finding->aspect == OCI_ASPECT_STANDARD && strcmp(finding->rule, "NS-08") == 0);
	INSIST(finding->line == 3);
	finding = oci_report_finding(report, 2);
	INSIST(finding->severity == OCI_SEVERITY_WARNING && strcmp(finding->rule, "PRC-01") == 0);
	INSIST(finding->line == 0 && finding->column == 0 && !finding->pointer[0]);
	INSIST(oci_report_print(report, "xml", &text, &err) == -EINVAL);
	INSIST(oci_report_print(report, "text", &text, NULL) == 0);
	INSIST(strncmp(text, "schema: invalid\n", 16) == 0);
	free(text);
	INSIST(!oci_report_free(report));
	INSIST(!oci_report_free(NULL));
	/* An older program's struct is shorter. */
	options.size = offsetof(struct oci_validate_options, config);
	options.config = "/none";
	INSIST(oci_validate(context, &options, &report, &err) == 0);
	oci_report_free(report);
	options.size = 0;
	INSIST(oci_validate(context, &options, &report, &err) == -EINVAL);
	INSIST(strcmp(err.message, "the size of the validate options is 0") == 0);
	options.size = sizeof(options);
	INSIST(oci_validate(context, &options, &report, &err) == -ENOENT);
	INSIST(strcmp(err.where, "/none") == 0);
	options.config = NULL;
	options.flags = 8;
	INSIST(oci_validate(context, &options, &report, &err) == -EINVAL);
	options.flags = 0;
	options.document = (enum oci_document)3;
	INSIST(oci_validate(context, &options, &report, &err) == -EINVAL);
}

/* --- threads --- */

static char expected[65536], shared_bundle[4096];

static char *look(void)
{
	const struct oci_validate_options options = { .size = sizeof(options),
						      .bundle = shared_bundle };
	struct oci_report *report;
	char *text;

	INSIST(oci_validate(context, &options, &report, NULL) == 0);
	INSIST(oci_report_print(report, "json", &text, NULL) == 0);
	oci_report_free(report);
	return text;
}

static void *work(void *unused)
{
	(void)unused;
	for (int i = 0; i < ROUNDS; i++) {
		char *text = look(), *features, *found;

		INSIST(strcmp(text, expected) == 0);
		free(text);
		INSIST(oci_features(context, &features, NULL) == 0);
		INSIST(oci_doctor(context, "text", &found, NULL, NULL) == 0);
		free(features);
		free(found);
	}
	return NULL;
}

static void threads(void)
{
	pthread_t ids[THREADS];
	char *text;

	make_bundle(
		"shared",
		"{\"ociVersion\": \"1.2.0\", \"root\": {\"path\": \"rootfs\"}, \"process\": "
		"{\"user\": "
		"{\"uid\": 0, \"gid\": 0}, \"cwd\": \"/\", \"args\": [\"a\"], \"capabilities\": "
		"{\"bounding\": [\"CAP_CHWON\"]}}, \"linux\": {\"namespaces\": [{\"type\": "
		"\"mount\"}]}}",
		shared_bundle);
	text = look();
	snprintf(expected, sizeof(expected), "%s", text);
	free(text);
	INSIST(strstr(expected, "CAP_CHOWN"));
	for (int i = 0; i < THREADS; i++)
		INSIST(pthread_create(&ids[i], NULL, work, NULL) == 0);
	for (int i = 0; i < THREADS; i++)
		INSIST(pthread_join(ids[i], NULL) == 0);
}

int main(int argc, char **argv)
{
	struct oci_error err;
	unsigned int missing = 77;
	char *text;

	INSIST(argc == 2);
	directory = argv[1];
	INSIST(oci_context_new(NULL, &context, &err) == 0);
	parse_and_dump();
	refuse();
	defaults();
	judge();
	threads();
	INSIST(oci_doctor(context, "json", &text, &missing, &err) == 0 && missing != 77);
	free(text);
	INSIST(oci_doctor(context, "xml", &text, NULL, &err) == -EINVAL);
	oci_context_free(context);
	return EXIT_SUCCESS;
}
