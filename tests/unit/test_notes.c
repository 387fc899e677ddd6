/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lib/base/notes.h and build_id.h */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/build_id.h"
#include "base/fd.h"
#include "base/notes.h"
#include "unit.h"

static char directory[] = "/tmp/notes.XXXXXX";
static char notes[64];

static struct note note_of(const char *key)
{
	return (struct note){ notes, "kind", key, strlen(key) };
}

static void assert_noted(const char *key, const char *expected)
{
	struct note note = note_of(key);
	char *value = NULL;
	size_t length = 0;

	ck_assert_int_eq(note_find(&note, &value, &length), expected ? 0 : -ENOENT);
	if (expected) {
		ck_assert_uint_eq(length, strlen(expected));
		ck_assert_mem_eq(value, expected, length);
	}
	free(value);
}

static void keep(const char *key, const char *value)
{
	struct note note = note_of(key);

	note_keep(&note, value, strlen(value));
}

START_TEST(found_again)
{
	struct note nowhere = { .kind = "kind", .key = "a", .key_length = 1 };
	struct stat st;
	char *value;
	size_t length;

	note_keep(&nowhere, "x", 1);
	ck_assert_int_eq(note_find(&nowhere, &value, &length), -ENOENT);
	assert_noted("a", NULL);
	keep("a", "one");
	ck_assert_int_eq(stat(notes, &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0700);
	assert_noted("a", "one");
	keep("a", "");
	assert_noted("a", "");
	keep("", "nothing");
	assert_noted("", "nothing");
	keep("a key of more than eight bytes", "two");
	assert_noted("a key of more than eight bytes", "two");
	assert_noted("a key of more than eight byteS", NULL);
	assert_noted("a key of more than eight", NULL);
	assert_noted("b", NULL);
}
END_TEST

/* Whoever has the same name as another takes its place: no more than 256 files of a kind. */
START_TEST(few_files)
{
	char key[16], last[256][16] = { { 0 } }, name[NOTE_NAME_SIZE];
	unsigned int used = 0;

	for (int i = 0; i < 2000; i++) {
		struct note note = note_of(key);

		snprintf(key, sizeof(key), "%d", i);
		note.key_length = strlen(key);
		note_name(&note, name);
		ck_assert(strncmp(name, "kind-", 5) == 0 && strlen(name) == 7);
		used += last[strtoul(name + 5, NULL, 16)][0] == '\0';
		strcpy(last[strtoul(name + 5, NULL, 16)], key);
		keep(key, key);
	}
	ck_assert_uint_gt(used, 200);
	for (size_t i = 0; i < ARRAY_SIZE(last); i++)
		if (last[i][0])
			assert_noted(last[i], last[i]);
}
END_TEST

/* Short, torn, and of somebody else: not ours. */
START_TEST(what_is_no_note)
{
	static const char *const texts[] = { "", "abc", "\x03", "\x04\0\0" };
	struct note note = note_of("torn");
	char name[NOTE_NAME_SIZE], path[128];

	note_name(&note, name);
	snprintf(path, sizeof(path), "%s/%s", notes, name);
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		ck_assert_int_eq(file_replace(AT_FDCWD, path, texts[i], strlen(texts[i]), 0600), 0);
		assert_noted("torn", NULL);
	}
	keep("torn", "whole");
	assert_noted("torn", "whole");
	ck_assert_int_eq(truncate(path, 6), 0);
	assert_noted("torn", NULL);
}
END_TEST

START_TEST(where_others_write)
{
	keep("mine", "value");
	ck_assert_int_eq(chmod(notes, 0722), 0);
	assert_noted("mine", NULL);
	keep("mine", "other");
	ck_assert_int_eq(chmod(notes, 0700), 0);
	assert_noted("mine", "value");
	if (geteuid() == 0) {
		ck_assert_int_eq(chown(notes, 1, 0), 0);
		assert_noted("mine", NULL);
		ck_assert_int_eq(chown(notes, 0, 0), 0);
	}
}
END_TEST

START_TEST(this_build)
{
	size_t length = 0;
	const void *id = build_id(&length);

	if (id)
		ck_assert_uint_ge(length, 8);
	ck_assert_ptr_eq(build_id(&length), id);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = { found_again, few_files, what_is_no_note, where_others_write,
				       this_build };
	char command[128];
	int status;

	if (!mkdtemp(directory))
		return EXIT_FAILURE;
	snprintf(notes, sizeof(notes), "%s/notes", directory);
	status = unit_run("notes", tests, ARRAY_SIZE(tests));
	snprintf(command, sizeof(command), "rm -r %s", directory);
	return system(command) == 0 ? status : EXIT_FAILURE;
}
