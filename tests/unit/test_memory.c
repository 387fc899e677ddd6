/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What happens when memory runs out, at the first allocation, at the second, and so on: an error of
 * its own, never a crash, and nothing is left behind. The linker leads the library's calls through
 * here; yajl's come through lib/spec/json.c. */
#include <fcntl.h>

#include <oci/oci.h>

#include "base/fd.h"
#include "unit.h"

#define CONFIG TEST_DATA "/engine-default/config.json"

static size_t countdown; /* allocations until one fails; 0 for none */
static long living;

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *memory, size_t size);
void __real_free(void *memory);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *memory, size_t size);
void __wrap_free(void *memory);
char *__wrap_strdup(const char *string);

static bool fails(void)
{
	return countdown > 0 && --countdown == 0;
}

static void *counted(void *memory)
{
	living += memory != NULL;
	return memory;
}

void *__wrap_malloc(size_t size)
{
	return fails() ? NULL : counted(__real_malloc(size));
}

void *__wrap_calloc(size_t n, size_t size)
{
	return fails() ? NULL : counted(__real_calloc(n, size));
}

void *__wrap_realloc(void *memory, size_t size)
{
	if (fails())
		return NULL;
	return memory ? __real_realloc(memory, size) : counted(__real_realloc(memory, size));
}

char *__wrap_strdup(const char *string)
{
	size_t size = strlen(string) + 1;
	char *copy = __wrap_malloc(size);

	return copy ? memcpy(copy, string, size) : NULL;
}

void __wrap_free(void *memory)
{
	living -= memory != NULL;
	__real_free(memory);
}

/* --- */

static char *text;
static size_t length;

/* Runs @work with the k-th allocation failing, for every k. It has to answer -ENOMEM, or nothing
 * has failed. */
static void assert_survives(int (*work)(struct oci_error *err), int result)
{
	for (size_t k = 1;; k++) {
		struct oci_error err = UNTOUCHED;
		long before = living, left;
		bool failed;
		int r;

		countdown = k;
		r = work(&err);
		failed = countdown == 0;
		countdown = 0;
		left = living - before; /* libcheck allocates too */
		if (!failed) {
			ck_assert_msg(r == result, "%d: %s", r, err.message);
			ck_assert_uint_gt(k, 3);
			break;
		}
		ck_assert_msg(r == -ENOMEM, "allocation %zu: %d: %s", k, r, err.message);
		ck_assert_int_eq(err.code, -ENOMEM);
		ck_assert_msg(strstr(err.message, "cannot allocate memory"), "%s", err.message);
		ck_assert_msg(left == 0, "allocation %zu: %ld left", k, left);
	}
}

static int read_config(struct oci_error *err)
{
	struct arena arena = { 0 };
	struct spec *spec;
	int r = spec_decode(&(struct document){ "c", text, length }, &arena, &spec, err);

	arena_done(&arena);
	return r;
}

static int read_wrong_config(struct oci_error *err)
{
	static const char wrong[] = "{\"ociVersion\": \"\\u0031\", \"root\": {}, \"x\": {\"y\": 1, "
				    "\"y\": 2}, \"mounts\": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], "
				    "\"process\": {\"env\": [\"a\\u00e9\"], \"cwd\": 1}}";
	struct arena arena = { 0 };
	struct spec *spec;
	int r = spec_decode(&(struct document){ "c", wrong, sizeof(wrong) - 1 }, &arena, &spec,
			    err);

	arena_done(&arena);
	return r;
}

static int there_and_back(struct oci_error *err)
{
	struct oci_spec *spec;
	char *written;
	int r = oci_spec_parse("c", text, length, &spec, err);

	if (r < 0)
		return r;
	r = oci_spec_dump(spec, 2, &written, err);
	oci_spec_free(spec);
	if (r == 0)
		free(written);
	return r;
}

static int rootless_default(struct oci_error *err)
{
	struct oci_spec *spec;
	int r = oci_spec_default(OCI_SPEC_ROOTLESS, &spec, err);

	if (r == 0)
		oci_spec_free(spec);
	return r;
}

static int judge(struct oci_context *context, unsigned int flags, struct oci_error *err)
{
	const struct oci_validate_options options = { .size = sizeof(options),
						      .bundle = TEST_DATA "/engine-default",
						      .flags = flags };
	static const char *const formats[] = { "text", "json" };
	struct oci_report *report;
	int r = oci_validate(context, &options, &report, err);

	if (r < 0)
		return r;
	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(formats); i++) {
		char *printed;

		r = oci_report_print(report, formats[i], &printed, err);
		if (r == 0)
			free(printed);
	}
	oci_report_free(report);
	return r;
}

static int with_context(int (*work)(struct oci_context *context, struct oci_error *err),
			struct oci_error *err)
{
	struct oci_context *context;
	int r = oci_context_new(NULL, &context, err);

	if (r < 0)
		return r;
	r = work(context, err);
	oci_context_free(context);
	return r;
}

static int judge_bundle(struct oci_context *context, struct oci_error *err)
{
	return judge(context, OCI_VALIDATE_NO_HOST, err);
}

static int judge_bundle_and_host(struct oci_context *context, struct oci_error *err)
{
	return judge(context, 0, err);
}

static int write_features(struct oci_context *context, struct oci_error *err)
{
	char *written;
	int r = oci_features(context, &written, err);

	if (r == 0)
		free(written);
	return r;
}

static int examine_host(struct oci_context *context, struct oci_error *err)
{
	char *written;
	int r = oci_doctor(context, "text", &written, NULL, err);

	if (r == 0)
		free(written);
	return r;
}

static int validate(struct oci_error *err)
{
	return with_context(judge_bundle, err);
}

static int validate_with_host(struct oci_error *err)
{
	return with_context(judge_bundle_and_host, err);
}

static int features(struct oci_error *err)
{
	return with_context(write_features, err);
}

static int doctor(struct oci_error *err)
{
	return with_context(examine_host, err);
}

START_TEST(configs)
{
	assert_survives(read_config, 0);
	assert_survives(read_wrong_config, -EINVAL);
	assert_survives(there_and_back, 0);
	assert_survives(rootless_default, 0);
}
END_TEST

START_TEST(reports)
{
	assert_survives(validate, 0);
	assert_survives(validate_with_host, 0);
	assert_survives(features, 0);
	assert_survives(doctor, 0);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = { configs, reports };
	int status;

	if (file_read(AT_FDCWD, CONFIG, 1 << 20, &text, &length) < 0)
		return EXIT_FAILURE;
	status = unit_run("memory", tests, ARRAY_SIZE(tests));
	free(text);
	return status;
}
