/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Small files of the host, see file.h. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/fd.h"
#include "host/file.h"

#define FILE_MAX (4u << 20)

const char *host_file_text(struct arena *arena, const char *path)
{
	cleanup(free_done) char *text = NULL;
	size_t length;
	int r = file_read(AT_FDCWD, path, FILE_MAX, &text, &length);

	if (r == -ENOMEM)
		arena->failed = true;
	if (r < 0)
		return "";
	while (length > 0 && text[length - 1] == '\n')
		length--;
	return arena_strndup(arena, text, length);
}

bool host_file_exists(const char *path)
{
	return access(path, F_OK) == 0;
}
