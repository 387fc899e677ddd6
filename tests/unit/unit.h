/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What every unit test program is made of: one program per module, one test case in it, run by
 * libcheck. Nothing here needs root. */
#ifndef TESTS_UNIT_H
#define TESTS_UNIT_H

#include <check.h>
#undef fail /* an old name of libcheck's; ours is in base/error.h */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <oci/error.h>

#include "base/arena.h"
#include "base/text.h"
#include "spec/spec.h"

/* The end of each file: UNIT_MAIN("num", parses, refuses) */
#define UNIT_MAIN(name, ...)                                     \
	int main(void)                                           \
	{                                                        \
		const TTest *const tests[] = { __VA_ARGS__ };    \
		return unit_run(name, tests, ARRAY_SIZE(tests)); \
	}

static inline int unit_run(const char *name, const TTest *const *tests, size_t n)
{
	Suite *suite = suite_create(name);
	TCase *tcase = tcase_create(name);
	SRunner *runner;
	int failed;

	for (size_t i = 0; i < n; i++)
		tcase_add_test(tcase, tests[i]);
	tcase_set_timeout(tcase, 120);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* A fixed error, to see whether a function left it alone. */
#define UNTOUCHED                                                       \
	{                                                               \
		.code = 1, .where = "untouched", .message = "untouched" \
	}

#define assert_untouched(err) ck_assert_str_eq((err).message, "untouched")

/* Code, place and the whole message of an error. */
#define assert_error(err, code_, where_, message_)         \
	do {                                               \
		ck_assert_str_eq((err).message, message_); \
		ck_assert_str_eq((err).where, where_);     \
		ck_assert_int_eq((err).code, code_);       \
	} while (0)

/* @json decoded as a config; the test ends when that fails. */
static inline struct spec *unit_spec(const char *json, struct arena *arena)
{
	struct oci_error err = UNTOUCHED;
	struct spec *spec = NULL;
	int r = spec_decode(&(struct document){ "config.json", json, strlen(json) }, arena, &spec,
			    &err);

	ck_assert_msg(r == 0, "%s", err.message);
	return spec;
}

#endif
