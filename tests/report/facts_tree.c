/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Facts that are asked for by path: every file below a directory, and what is in one file. Without
 * a path there are none, so that "all facts" never means all files of an image. */
#define _GNU_SOURCE
#include "report.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* What the kernel makes up is not listed. */
static bool is_listed(const char *path)
{
	static const unsigned long pseudo[] = { PROC_SUPER_MAGIC, SYSFS_MAGIC, CGROUP_SUPER_MAGIC,
						CGROUP2_SUPER_MAGIC };
	struct statfs fs;

	if (statfs(path, &fs) < 0)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(pseudo); i++) {
		if ((unsigned long)fs.f_type == pseudo[i])
			return false;
	}
	return true;
}

/* TYPE MODE UID:GID, then MAJOR:MINOR of a device and the target of a link. */
static void fact_file(const char *path, const struct stat *st)
{
	char more[PATH_MAX + 8] = "";
	ssize_t size;

	if (S_ISCHR(st->st_mode) || S_ISBLK(st->st_mode))
		snprintf(more, sizeof(more), " %u:%u", major(st->st_rdev), minor(st->st_rdev));
	if (S_ISLNK(st->st_mode)) {
		snprintf(more, sizeof(more), " -> ");
		size = readlink(path, more + 4, PATH_MAX);
		more[4 + (size > 0 ? size : 0)] = '\0';
	}
	fact(name_of("tree.%s", path), "%s %04o %u:%u%s", type_name(st->st_mode),
	     st->st_mode & 07777, st->st_uid, st->st_gid, more);
}

static int is_entry(const struct dirent *entry)
{
	return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

/* @path ends in a slash, and has room for PATH_MAX bytes. */
static void walk(char *path)
{
	size_t length = strlen(path);
	struct dirent **entries;
	int count = is_listed(path) ? scandir(path, &entries, is_entry, alphasort) : 0;

	if (count < 0)
		fact_error(name_of("tree.%s", path), errno);
	for (int i = 0; i < count; i++) {
		const char *name = entries[i]->d_name;
		struct stat st;

		if (length + strlen(name) + 2 > PATH_MAX)
			continue;
		strcpy(path + length, name);
		if (lstat(path, &st) < 0) {
			fact_error(name_of("tree.%s", path), errno);
			continue;
		}
		fact_file(path, &st);
		if (S_ISDIR(st.st_mode))
			walk(strcat(path, "/"));
		free(entries[i]);
	}
	if (count > 0)
		free(entries);
	path[length] = '\0';
}

void facts_tree(void)
{
	const char *pattern;

	for (int i = 0; (pattern = select_pattern(i)); i++) {
		char path[PATH_MAX];

		if (strncmp(pattern, "tree./", 6) != 0 || strlen(pattern) > PATH_MAX)
			continue;
		strcpy(path, pattern + 5);
		if (path[strlen(path) - 1] != '/')
			strcat(path, "/");
		walk(path);
	}
}

void facts_content(void)
{
	const char *pattern, *text;

	for (int i = 0; (pattern = select_pattern(i)); i++) {
		if (strncmp(pattern, "file./", 6) != 0)
			continue;
		text = read_text(pattern + 5);
		if (text)
			fact_text(pattern, text);
		else
			fact_missing(pattern, errno);
	}
}
