/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ocirun is static, and what needs a library that has to be loaded is done by its twin, the same
 * program linked dynamically, which lies at a fixed place beside it. Arguments, descriptors,
 * environment, signals and everything else stay as they are. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ocirun.h"

static char **words;

/* Options are permuted when they are taken. */
void twin_remember(char **argv, int argc)
{
	words = calloc((size_t)argc + 1, sizeof(*words));
	if (words)
		memcpy(words, argv, (size_t)argc * sizeof(*words));
}

static const char *input;
static size_t input_length;

void twin_give_back(const char *text, size_t length)
{
	input = text;
	input_length = length;
}

static bool restore_input(void)
{
	int fd = memfd_create("standard input", MFD_CLOEXEC);
	bool done = fd >= 0 && write(fd, input, input_length) == (ssize_t)input_length &&
		    lseek(fd, 0, SEEK_SET) == 0 && dup2(fd, STDIN_FILENO) == STDIN_FILENO;

	if (fd >= 0)
		close(fd);
	return done;
}

const char *twin_run(void)
{
	static char path[4096];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - sizeof("/" TWIN));
	char *slash;

	if (!words || n <= 0 || (size_t)n >= sizeof(path) - sizeof("/" TWIN))
		return NULL;
	path[n] = '\0';
	slash = strrchr(path, '/');
	if (strcmp(slash + 1, "ocirun-dl") == 0)
		return NULL; /* we are */
	memcpy(slash + 1, TWIN, sizeof(TWIN));
	if (!input || restore_input())
		execv(path, words);
	return path;
}
