/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Notes, see notes.h. A file is the length of the key, in the machine's own order, the key and the
 * value. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/notes.h"
#include "base/text.h"

#define NOTE_MAX ((size_t)1 << 20)

void note_name(const struct note *note, char name[NOTE_NAME_SIZE])
{
	const char *key = note->key;
	uint64_t hash = note->key_length, word;

	for (size_t rest = note->key_length; rest > 0; rest -= rest < 8 ? rest : 8) {
		word = 0;
		memcpy(&word, key + (note->key_length - rest), rest < 8 ? rest : 8);
		hash = (hash ^ word) * 0x9e3779b97f4a7c15ULL;
		hash ^= hash >> 29;
	}
	snprintf(name, NOTE_NAME_SIZE, "%s-%02x", note->kind, (unsigned int)(hash >> 56));
}

/* Where somebody else can write, nothing is believed. */
static int open_directory(const struct note *note)
{
	cleanup(fd_done) int fd = -1;
	struct stat st;

	if (note->directory)
		fd = open(note->directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0 || st.st_uid != geteuid() || st.st_mode & 022)
		return -ENOENT;
	return TAKE_FD(fd);
}

int note_find(const struct note *note, char **ret, size_t *ret_length)
{
	cleanup(fd_done) int dir = open_directory(note);
	cleanup(free_done) char *text = NULL;
	char name[NOTE_NAME_SIZE];
	size_t length, begin;
	uint32_t key_length;

	if (dir < 0)
		return dir;
	note_name(note, name);
	if (file_read(dir, name, NOTE_MAX, &text, &length) < 0 || length < sizeof(key_length))
		return -ENOENT;
	memcpy(&key_length, text, sizeof(key_length));
	begin = sizeof(key_length) + note->key_length;
	if (key_length != note->key_length || length < begin ||
	    memcmp(text + sizeof(key_length), note->key, note->key_length) != 0)
		return -ENOENT;
	memmove(text, text + begin, length - begin);
	*ret = TAKE_PTR(text);
	*ret_length = length - begin;
	return 0;
}

void note_keep(const struct note *note, const void *value, size_t length)
{
	cleanup(fd_done) int dir = open_directory(note);
	cleanup(text_done) struct text text = { 0 };
	uint32_t key_length = (uint32_t)note->key_length;
	char name[NOTE_NAME_SIZE];

	if (dir < 0 && note->directory && mkdir(note->directory, 0700) == 0)
		dir = open_directory(note);
	text_add(&text, (const char *)&key_length, sizeof(key_length));
	text_add(&text, note->key, note->key_length);
	text_add(&text, value, length);
	if (dir < 0 || text.failed || text.length > NOTE_MAX)
		return;
	note_name(note, name);
	(void)!file_replace(dir, name, text.data, text.length, 0600);
}
