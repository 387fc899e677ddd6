/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Operation: HOME for a program whose environment has none, from the container's own passwd(5). The
 * file is the container's, so nothing in it is trusted beyond becoming that string. */
#include <errno.h>
#include <fcntl.h>
#include <linux/stat.h>

#include "init/init.h"
#include "sys/path.h"

#define LINE_SIZE 1024
/* Name, password, uid, gid, comment, directory. */
#define FIELD_UID  2
#define FIELD_HOME 5

static char home[LINE_SIZE] = "HOME=/";

static int open_passwd(void)
{
	/* The working directory is still the container's root. */
	int fd = path_open(ABI_AT_FDCWD, "etc/passwd", O_RDONLY | O_NONBLOCK | O_NOCTTY);
	struct statx st;
	int r;

	if (fd < 0)
		return fd;
	r = sys_statx(fd, STATX_TYPE, &st);
	if (r == 0 && (st.stx_mode & ABI_S_IFMT) != ABI_S_IFREG)
		r = -EINVAL;
	if (r < 0) {
		sys_close(fd);
		return r;
	}
	return fd;
}

/* The field of that number in a line, and its length. */
static const char *field(const char *line, int number, size_t *ret_length)
{
	size_t n = 0;

	for (; number > 0 && *line; line++)
		number -= *line == ':';
	while (line[n] && line[n] != ':')
		n++;
	*ret_length = n;
	return line;
}

static bool is_uid(const char *text, size_t length, uint64_t uid)
{
	uint64_t value = 0;

	if (length == 0 || length > 10)
		return false;
	for (size_t i = 0; i < length; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		value = value * 10 + (uint64_t)(text[i] - '0');
	}
	return value == uid;
}

static bool take_line(const char *line, uint64_t uid)
{
	size_t length;
	const char *text = field(line, FIELD_UID, &length);

	if (!is_uid(text, length, uid))
		return false;
	text = field(line, FIELD_HOME, &length);
	if (length == 0 || text[0] != '/')
		return true;
	for (size_t i = 0; i < length && i + 6 < sizeof(home); i++) {
		home[5 + i] = text[i];
		home[6 + i] = '\0';
	}
	return true;
}

/* A line that is too long is nobody's. */
static void search(int fd, uint64_t uid)
{
	char chunk[LINE_SIZE], line[LINE_SIZE];
	size_t used = 0;
	long n;

	while ((n = sys_read(fd, chunk, sizeof(chunk))) > 0) {
		for (long i = 0; i < n; i++) {
			if (chunk[i] != '\n') {
				line[used < sizeof(line) - 1 ? used++ : used] = chunk[i];
				continue;
			}
			line[used] = '\0';
			if (used < sizeof(line) - 1 && take_line(line, uid))
				return;
			used = 0;
		}
	}
	line[used] = '\0';
	if (used < sizeof(line) - 1)
		take_line(line, uid);
}

int do_home(struct init *init, const struct op *op)
{
	int fd = open_passwd();

	init->home = home;
	if (fd < 0)
		return 0; /* no passwd: the root directory */
	search(fd, op->a);
	sys_close(fd);
	return 0;
}
