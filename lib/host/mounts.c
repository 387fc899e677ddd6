/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The mounts of the caller's namespace, see mounts.h. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/notes.h"
#include "base/num.h"
#include "host/mounts.h"
#include "sys/calls.h"

#define NAME       "kdevtmpfs"
#define PF_KTHREAD 0x00200000

bool host_has_mounts(unsigned int least)
{
	uint64_t ids[256];
	struct abi_mnt_id_req req = { .size = sizeof(req), .mnt_id = ABI_LSMT_ROOT };

	for (;;) {
		size_t asked = least < ARRAY_SIZE(ids) ? least : ARRAY_SIZE(ids);
		long n = sys_listmount(&req, ids, asked);

		if (n < (long)asked)
			return false;
		least -= (unsigned int)asked;
		if (least == 0)
			return true;
		req.param = ids[asked - 1];
	}
}

/* Another kernel may have been built without it. */
static struct note note_of(const char *notes, struct utsname *uts)
{
	uname(uts);
	return (struct note){ .directory = notes,
			      .kind = NAME,
			      .key = uts->release,
			      .key_length = strlen(uts->release) };
}

static int read_about(uint32_t pid, const char *file, char *text, size_t size)
{
	char path[sizeof("/proc/4294967295/") + 8];

	snprintf(path, sizeof(path), "/proc/%u/%s", pid, file);
	return file_read_short(AT_FDCWD, path, text, size);
}

static bool is_called(uint32_t pid, const char *name_line)
{
	char text[32];

	return read_about(pid, "comm", text, sizeof(text)) == 0 && strcmp(text, name_line) == 0;
}

/* "25 (kdevtmpfs) S 2 0 0 0 -1 2130240 ...", proc_pid_stat(5). Everybody can be called so, and
 * anything, brackets too; the flag is the kernel's. */
static bool is_kdevtmpfs(uint32_t pid)
{
	char text[512], expected[sizeof("4294967295 (" NAME ")")];
	uint64_t flags;
	const char *at;

	snprintf(expected, sizeof(expected), "%u (" NAME ")", pid);
	if (read_about(pid, "stat", text, sizeof(text)) < 0)
		return false;
	at = strrchr(text, ')');
	if (!at || (size_t)(at + 1 - text) != strlen(expected) ||
	    memcmp(text, expected, strlen(expected)) != 0)
		return false;
	for (int field = 3; at && field <= 9; field++)
		at = strchr(at + 1, ' ');
	return at && num_parse(at + 1, strcspn(at + 1, " "), UINT32_MAX, &flags) == 0 &&
	       flags & PF_KTHREAD;
}

/* Threads of the kernel have low numbers, and come first in /proc. */
static uint32_t search(void)
{
	DIR *stream = opendir("/proc");
	struct dirent *entry;
	uint32_t found = 0;

	while (stream && found == 0 && (entry = readdir(stream))) {
		uint64_t pid;

		if (num_parse(entry->d_name, strlen(entry->d_name), INT32_MAX, &pid) == 0 &&
		    is_called((uint32_t)pid, NAME "\n") && is_kdevtmpfs((uint32_t)pid))
			found = (uint32_t)pid;
	}
	if (stream)
		closedir(stream);
	return found;
}

static bool read_note(struct bare_mounts *bare)
{
	cleanup(free_done) char *value = NULL;
	struct utsname uts = { 0 };
	struct note note = note_of(bare->notes, &uts);
	size_t length;

	if (note_find(&note, &value, &length) < 0 || length != sizeof(bare->pid))
		return false;
	memcpy(&bare->pid, value, sizeof(bare->pid));
	return bare->pid == 0 || is_kdevtmpfs(bare->pid);
}

void bare_mounts_find(struct bare_mounts *bare, const char *notes)
{
	char link[64];

	*bare = (struct bare_mounts){ .notes = notes };
	if (!read_note(bare)) {
		bare->pid = 0;
		bare->found_out = is_called(2, "kthreadd\n");
		if (bare->found_out)
			bare->pid = search();
	}
	if (bare->pid == 0)
		return;
	snprintf(bare->path, sizeof(bare->path), "/proc/%u/ns/mnt", bare->pid);
	/* As to open it, this is for who may trace the thread. */
	if (readlink(bare->path, link, sizeof(link)) < 0)
		bare->path[0] = '\0';
}

void bare_mounts_keep(const struct bare_mounts *bare)
{
	struct utsname uts = { 0 };
	struct note note;

	if (!bare->found_out)
		return;
	note = note_of(bare->notes, &uts);
	note_keep(&note, &bare->pid, sizeof(bare->pid));
}
