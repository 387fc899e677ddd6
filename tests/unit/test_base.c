/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lib/base: numbers, text, arena, errors, files. */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/fd.h"
#include "base/num.h"
#include "unit.h"

/* --- num --- */

static int parse(const char *text, uint64_t max, uint64_t *ret)
{
	return num_parse(text, strlen(text), max, ret);
}

static int parse_signed(const char *text, int64_t min, int64_t max, int64_t *ret)
{
	return num_parse_signed(text, strlen(text), min, max, ret);
}

START_TEST(num_takes_spans)
{
	static const struct {
		const char *list, *left;
		uint64_t first, last;
	} rows[] = {
		{ "0", "", 0, 0 },    { "0-3", "", 0, 3 },           { "0-3,7", "7", 0, 3 },
		{ "5,6", "6", 5, 5 }, { "65535", "", 65535, 65535 },
	};
	static const char *const wrong[] = { "",    ",",    "0,",  "3-2", "-1",    "1-",
					     "1-x", "1 ,2", "0x1", "1\n", "65536", "1-65536" };
	uint64_t first, last;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *left = num_take_span(rows[i].list, &first, &last);

		ck_assert_ptr_nonnull(left);
		ck_assert_str_eq(left, rows[i].left);
		ck_assert_uint_eq(first, rows[i].first);
		ck_assert_uint_eq(last, rows[i].last);
	}
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
		ck_assert_msg(!num_take_span(wrong[i], &first, &last), "%s", wrong[i]);
}
END_TEST

START_TEST(num_parses)
{
	uint64_t value = 7;

	ck_assert_int_eq(parse("0", 0, &value), 0);
	ck_assert_uint_eq(value, 0);
	ck_assert_int_eq(parse("4294967295", UINT32_MAX, &value), 0);
	ck_assert_uint_eq(value, UINT32_MAX);
	ck_assert_int_eq(parse("18446744073709551615", UINT64_MAX, &value), 0);
	ck_assert_uint_eq(value, UINT64_MAX);
	ck_assert_int_eq(parse("007", 10, &value), 0);
	ck_assert_uint_eq(value, 7);
	ck_assert_int_eq(num_parse("123456", 3, 1000, &value), 0);
	ck_assert_uint_eq(value, 123);
}
END_TEST

START_TEST(num_refuses)
{
	static const char *const bad[] = { "",    "+1",  "-1",  " 1",  "1 ",    "0x10",    "1.0",
					   "1e3", "one", "1\n", "\t1", "1,000", "\xd9\xa1" };
	static const char *const large[] = { "18446744073709551616", "99999999999999999999",
					     "184467440737095516150", "11" };
	uint64_t value = 7;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		ck_assert_msg(parse(bad[i], UINT64_MAX, &value) == -EINVAL, "%s", bad[i]);
	for (size_t i = 0; i < ARRAY_SIZE(large); i++)
		ck_assert_msg(parse(large[i], 10, &value) == -ERANGE, "%s", large[i]);
	/* Not a number is told before too large a number. */
	ck_assert_int_eq(parse("99999999999999999999x", UINT64_MAX, &value), -EINVAL);
	ck_assert_uint_eq(value, 7);
}
END_TEST

START_TEST(num_parses_signed)
{
	int64_t value = 7;

	ck_assert_int_eq(parse_signed("-9223372036854775808", INT64_MIN, INT64_MAX, &value), 0);
	ck_assert_int_eq(value, INT64_MIN);
	ck_assert_int_eq(parse_signed("9223372036854775807", INT64_MIN, INT64_MAX, &value), 0);
	ck_assert_int_eq(value, INT64_MAX);
	ck_assert_int_eq(parse_signed("-0", -1, 1, &value), 0);
	ck_assert_int_eq(value, 0);
	ck_assert_int_eq(parse_signed("-1000", -1000, 1000, &value), 0);
	ck_assert_int_eq(value, -1000);
	value = 7;
	ck_assert_int_eq(parse_signed("-9223372036854775809", INT64_MIN, INT64_MAX, &value),
			 -ERANGE);
	ck_assert_int_eq(parse_signed("9223372036854775808", INT64_MIN, INT64_MAX, &value),
			 -ERANGE);
	ck_assert_int_eq(parse_signed("-1001", -1000, 1000, &value), -ERANGE);
	ck_assert_int_eq(parse_signed("1001", -1000, 1000, &value), -ERANGE);
	ck_assert_int_eq(parse_signed("-", INT64_MIN, INT64_MAX, &value), -EINVAL);
	ck_assert_int_eq(parse_signed("--1", INT64_MIN, INT64_MAX, &value), -EINVAL);
	ck_assert_int_eq(parse_signed("+1", INT64_MIN, INT64_MAX, &value), -EINVAL);
	ck_assert_int_eq(parse_signed("", INT64_MIN, INT64_MAX, &value), -EINVAL);
	ck_assert_int_eq(value, 7);
}
END_TEST

/* --- text --- */

START_TEST(text_grows)
{
	struct text text = { 0 };
	char *taken = NULL;

	for (unsigned int i = 0; i < 10000; i++)
		text_printf(&text, "%u,", i % 10);
	text_puts(&text, "end");
	text_putc(&text, '.');
	text_add(&text, "abc", 2);
	ck_assert_uint_eq(text.length, 20006);
	ck_assert_str_eq(text.data + 20000, "end.ab");
	ck_assert_int_eq(text_take(&text, &taken), 0);
	ck_assert_ptr_null(text.data);
	ck_assert_uint_eq(strlen(taken), 20006);
	free(taken);
}
END_TEST

START_TEST(text_takes_nothing_as_empty)
{
	struct text text = { 0 };
	char *taken = NULL;

	ck_assert_int_eq(text_take(&text, &taken), 0);
	ck_assert_str_eq(taken, "");
	free(taken);
}
END_TEST

/* What does not fit into memory is told once, at the end. */
START_TEST(text_remembers_failure)
{
	struct text text = { 0 };
	char *taken = NULL;

	text_puts(&text, "x");
	text.failed = true;
	text_puts(&text, "y");
	text_printf(&text, "%d", 1);
	ck_assert_str_eq(text.data, "x");
	ck_assert_int_eq(text_take(&text, &taken), -ENOMEM);
	ck_assert_ptr_null(taken);
	ck_assert_ptr_null(text.data);
}
END_TEST

/* A length that wraps around is a failure like any other. */
START_TEST(text_does_not_wrap)
{
	struct text text = { 0 };

	text_puts(&text, "abc");
	text_add(&text, "", SIZE_MAX - 2);
	ck_assert(text.failed);
	text_done(&text);
}
END_TEST

START_TEST(text_escapes_json)
{
	struct text text = { 0 };

	text_json(&text, "a\"b\\c\n\t\r\x01\x1f/\x7f\xc3\xa9");
	ck_assert_str_eq(text.data, "\"a\\\"b\\\\c\\n\\t\\u000d\\u0001\\u001f/\x7f\xc3\xa9\"");
	text_done(&text);
	text_json(&text, "");
	ck_assert_str_eq(text.data, "\"\"");
	text_done(&text);
	ck_assert_ptr_null(text.data);
}
END_TEST

/* --- arena --- */

START_TEST(arena_gives_zeroed_memory)
{
	struct arena arena = { 0 };
	char *last = NULL;

	for (size_t size = 1; size < 70000; size = size * 2 + 1) {
		char *memory = arena_alloc(&arena, size);

		ck_assert_ptr_nonnull(memory);
		ck_assert_uint_eq((uintptr_t)memory % 16, 0);
		for (size_t i = 0; i < size; i++)
			ck_assert_int_eq(memory[i], 0);
		memset(memory, 0xff, size);
		ck_assert_ptr_ne(memory, last);
		last = memory;
	}
	ck_assert_ptr_null(arena_alloc(&arena, SIZE_MAX));
	ck_assert_ptr_null(arena_alloc(&arena, SIZE_MAX - 8));
	arena_done(&arena);
	ck_assert_ptr_null(arena.blocks);
	arena_done(&arena);
}
END_TEST

START_TEST(arena_copies_strings)
{
	struct arena arena = { 0 };
	char *large;

	ck_assert_str_eq(arena_strdup(&arena, "hello"), "hello");
	ck_assert_str_eq(arena_strndup(&arena, "hello", 3), "hel");
	ck_assert_str_eq(arena_strdup(&arena, ""), "");
	ck_assert_str_eq(arena_printf(&arena, "%s-%d", "a", -5), "a--5");
	large = arena_printf(&arena, "%*d", 100000, 1);
	ck_assert_uint_eq(strlen(large), 100000);
	/* A large piece takes no room from the small ones. */
	ck_assert_str_eq(arena_strdup(&arena, "after"), "after");
	arena_done(&arena);
}
END_TEST

/* --- error --- */

START_TEST(error_names_reason)
{
	struct oci_error err = UNTOUCHED;

	ck_assert_int_eq(fail(&err, -ENOENT, "/a/path", "cannot open \"%s\"", "x"), -ENOENT);
	assert_error(err, -ENOENT, "/a/path", "cannot open \"x\": no such file or directory");
	ck_assert_int_eq(fail(&err, -EIO, NULL, "disk"), -EIO);
	assert_error(err, -EIO, "", "disk: input/output error");
	ck_assert_int_eq(fail(&err, -98765, NULL, "what"), -98765);
	assert_error(err, -98765, "", "what: unknown error");
	ck_assert_int_eq(fail_plain(&err, -EINVAL, "/m", "all %d", 1), -EINVAL);
	assert_error(err, -EINVAL, "/m", "all 1");
	ck_assert_int_eq(fail_within(&err, "within %s", "this"), -EINVAL);
	assert_error(err, -EINVAL, "/m", "within this: all 1");
	ck_assert_int_eq(fail(NULL, -EPERM, "/x", "no %s", "error"), -EPERM);
	ck_assert_int_eq(fail_plain(NULL, -EPERM, "/x", "no %s", "error"), -EPERM);
	ck_assert_int_lt(fail_within(NULL, "no error"), 0);
	ck_assert_int_eq(fail_behind(&err, "behind %s\n", "that"), -EINVAL);
	assert_error(err, -EINVAL, "/m", "within this: all 1: behind that?");
	ck_assert_int_lt(fail_behind(NULL, "no error"), 0);
}
END_TEST

START_TEST(error_says_more)
{
	struct oci_error err;

	memset(&err, 'x', sizeof(err));
	fail(&err, -EIO, NULL, "disk");
	ck_assert_str_eq(err.stage, "");
	ck_assert_str_eq(err.call, "");
	ck_assert_str_eq(err.hint, "");
	error_call(&err, "openat2");
	error_hint(&err, "buy %s\n", "one");
	ck_assert_int_eq(error_stage(&err, -EIO, "plan"), -EIO);
	ck_assert_int_eq(error_stage(&err, -EIO, "host"), -EIO);
	assert_error(err, -EIO, "", "disk: input/output error");
	ck_assert_str_eq(err.stage, "plan");
	ck_assert_str_eq(err.call, "openat2");
	ck_assert_str_eq(err.hint, "buy one?");
	fail_within(&err, "within");
	ck_assert_str_eq(err.hint, "buy one?");
	fail_plain(&err, -EIO, NULL, "again");
	ck_assert_str_eq(err.stage, "");
	ck_assert_int_eq(error_stage(&err, 3, "plan"), 3);
	ck_assert_str_eq(err.stage, "");
	ck_assert_int_eq(error_stage(NULL, -EIO, "plan"), -EIO);
	error_call(NULL, "x");
	error_hint(NULL, "x");
}
END_TEST

START_TEST(error_cuts_what_does_not_fit)
{
	struct oci_error err = UNTOUCHED;
	char name[2000];

	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	fail(&err, -EPERM, name, "%s", name);
	ck_assert_uint_eq(strlen(err.where), sizeof(err.where) - 1);
	ck_assert_uint_eq(strlen(err.message), sizeof(err.message) - 1);
	fail_within(&err, "%s", name);
	ck_assert_uint_eq(strlen(err.message), sizeof(err.message) - 1);
	fail_behind(&err, "%s", name);
	ck_assert_uint_eq(strlen(err.message), sizeof(err.message) - 1);
	ck_assert_int_eq(err.code, -EPERM);
}
END_TEST

START_TEST(error_reason_is_lower_case)
{
	char buffer[128];

	ck_assert_str_eq(error_reason(EACCES, buffer, sizeof(buffer)), "permission denied");
	ck_assert_str_eq(error_reason(-EACCES, buffer, sizeof(buffer)), "permission denied");
	/* A name of letters that are all large stays as it is. */
	ck_assert_str_eq(error_reason(-ENOTBLK, buffer, sizeof(buffer)), "block device required");
	ck_assert_str_eq(error_reason(-EMULTIHOP, buffer, sizeof(buffer)), "multihop attempted");
	ck_assert_str_eq(error_reason(-EDOTDOT, buffer, sizeof(buffer)), "RFS specific error");
}
END_TEST

/* --- files --- */

struct place {
	char path[64];
	int fd;
};

static struct place place_make(void)
{
	struct place place = { .path = "/tmp/unit-base-XXXXXX" };

	ck_assert_ptr_nonnull(mkdtemp(place.path));
	place.fd = open(place.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ck_assert_int_ge(place.fd, 0);
	return place;
}

static void place_done(struct place *place)
{
	unlinkat(place->fd, "file", 0);
	fd_done(&place->fd);
	ck_assert_int_eq(rmdir(place->path), 0);
}

START_TEST(file_is_replaced_in_one_step)
{
	struct place place = place_make();
	mode_t mask = umask(0077);
	char *text = NULL;
	size_t length = 0;
	struct stat st;

	ck_assert_int_eq(file_replace(place.fd, "file", "one", 3, 0644), 0);
	ck_assert_int_eq(fstatat(place.fd, "file", &st, 0), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0644);
	ck_assert_int_eq(file_replace(place.fd, "file", "second\0half", 11, 0600), 0);
	ck_assert_int_eq(file_read(place.fd, "file", 11, &text, &length), 0);
	ck_assert_uint_eq(length, 11);
	ck_assert_mem_eq(text, "second\0half", 12);
	free(text);
	ck_assert_int_eq(file_read(place.fd, "file", 10, &text, NULL), -EFBIG);
	umask(mask);
	place_done(&place); /* fails when a temporary file is left */
}
END_TEST

static void assert_text(const struct place *place, const char *name, const char *expected)
{
	char text[8];

	ck_assert_int_eq(file_read_short(place->fd, name, text, sizeof(text)), 0);
	ck_assert_str_eq(text, expected);
}

START_TEST(file_is_prepared_and_put)
{
	struct place place = place_make();

	ck_assert_int_eq(file_prepare(place.fd, "file", "one", 3, 0600), 0);
	ck_assert_int_eq(faccessat(place.fd, "file", F_OK, 0), -1);
	ck_assert_int_eq(file_put(place.fd, "file"), 0);
	assert_text(&place, "file", "one");
	/* The last one counts. */
	ck_assert_int_eq(file_prepare(place.fd, "file", "longer", 6, 0600), 0);
	ck_assert_int_eq(file_prepare(place.fd, "file", "two", 3, 0600), 0);
	assert_text(&place, "file", "one");
	ck_assert_int_eq(file_put(place.fd, "file"), 0);
	assert_text(&place, "file", "two");
	ck_assert_int_eq(file_put(place.fd, "file"), -ENOENT);
	assert_text(&place, "file", "two");
	ck_assert_int_eq(mkdirat(place.fd, "d", 0700), 0);
	ck_assert_int_eq(file_prepare(place.fd, "d", "x", 1, 0600), 0);
	ck_assert_int_eq(file_put(place.fd, "d"), -EISDIR);
	ck_assert_int_eq(unlinkat(place.fd, "d", AT_REMOVEDIR), 0);
	place_done(&place); /* fails when a temporary file is left */
}
END_TEST

START_TEST(file_replace_fails_without_a_trace)
{
	struct place place = place_make();

	ck_assert_int_eq(file_replace(place.fd, "missing/file", "x", 1, 0600), -ENOENT);
	ck_assert_int_eq(mkdirat(place.fd, "d", 0700), 0);
	ck_assert_int_eq(file_replace(place.fd, "d", "x", 1, 0600), -EISDIR);
	ck_assert_int_eq(unlinkat(place.fd, "d", AT_REMOVEDIR), 0);
	place_done(&place);
}
END_TEST

START_TEST(file_is_read_to_its_end)
{
	struct place place = place_make();
	char *large = calloc(1, 100001), *text = NULL;
	size_t length = 0;

	memset(large, 'a', 100000);
	ck_assert_int_eq(file_replace(place.fd, "file", large, 100000, 0600), 0);
	ck_assert_int_eq(file_read(place.fd, "file", 100000, &text, &length), 0);
	ck_assert_uint_eq(length, 100000);
	ck_assert_str_eq(text, large);
	free(text);
	ck_assert_int_eq(file_read(place.fd, "file", 99999, &text, &length), -EFBIG);
	ck_assert_int_eq(file_replace(place.fd, "file", "", 0, 0600), 0);
	ck_assert_int_eq(file_read(place.fd, "file", 0, &text, &length), 0);
	ck_assert_str_eq(text, "");
	ck_assert_uint_eq(length, 0);
	free(text);
	/* Files of the kernel say that they are empty. */
	ck_assert_int_eq(file_read(AT_FDCWD, "/proc/self/status", 1 << 20, &text, &length), 0);
	ck_assert_uint_gt(length, 100);
	free(text);
	ck_assert_int_eq(file_read(place.fd, "missing", 10, &text, NULL), -ENOENT);
	ck_assert_int_eq(file_read(place.fd, ".", 10, &text, NULL), -EISDIR);
	free(large);
	place_done(&place);
}
END_TEST

START_TEST(file_write_needs_the_file)
{
	struct place place = place_make();
	char *text = NULL;

	ck_assert_int_eq(file_write(place.fd, "file", "x"), -ENOENT);
	ck_assert_int_eq(file_replace(place.fd, "file", "abc", 3, 0600), 0);
	ck_assert_int_eq(file_write(place.fd, "file", "x"), 0);
	ck_assert_int_eq(file_read(place.fd, "file", 10, &text, NULL), 0);
	ck_assert_str_eq(text, "xbc"); /* neither truncated nor made */
	free(text);
	ck_assert_int_eq(file_write(AT_FDCWD, "/dev/full", "x"), -ENOSPC);
	place_done(&place);
}
END_TEST

START_TEST(file_is_created_once)
{
	struct place place = place_make();
	char text[8];

	ck_assert_int_eq(file_create(place.fd, "file", "0123456", 7), 0);
	ck_assert_int_eq(file_create(place.fd, "file", "other", 5), -EEXIST);
	ck_assert_int_eq(file_create(place.fd, "none/file", "other", 5), -ENOENT);
	ck_assert_int_eq(file_read_short(place.fd, "file", text, sizeof(text)), 0);
	ck_assert_str_eq(text, "0123456");
	/* There is to be room for the end. */
	ck_assert_int_eq(file_read_short(place.fd, "file", text, 7), -EFBIG);
	ck_assert_int_eq(file_read_short(place.fd, "none", text, sizeof(text)), -ENOENT);
	place_done(&place);
}
END_TEST

START_TEST(path_fits_or_is_refused)
{
	char path[PATH_MAX];

	ck_assert_int_eq(path_print(path, "%s/%d", "/a", 5), 0);
	ck_assert_str_eq(path, "/a/5");
	ck_assert_int_eq(path_print(path, "%0*d", PATH_MAX - 1, 0), 0);
	ck_assert_uint_eq(strlen(path), PATH_MAX - 1);
	ck_assert_int_eq(path_print(path, "%0*d", PATH_MAX, 0), -ENAMETOOLONG);
}
END_TEST

START_TEST(fd_done_keeps_errno)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	errno = EXDEV;
	fd_done(&fd);
	ck_assert_int_eq(fd, -1);
	ck_assert_int_eq(errno, EXDEV);
	fd_done(&fd);
	ck_assert_int_eq(errno, EXDEV);
}
END_TEST

UNIT_MAIN("base", num_takes_spans, num_parses, num_refuses, num_parses_signed, text_grows,
	  text_takes_nothing_as_empty, text_remembers_failure, text_does_not_wrap,
	  text_escapes_json, arena_gives_zeroed_memory, arena_copies_strings, error_names_reason,
	  error_says_more, error_cuts_what_does_not_fit, error_reason_is_lower_case,
	  file_is_replaced_in_one_step, file_is_prepared_and_put,
	  file_replace_fails_without_a_trace, file_is_read_to_its_end, file_write_needs_the_file,
	  file_is_created_once, path_fits_or_is_refused, fd_done_keeps_errno)
