/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Verbs about files: what can be reached, what it is, and which error answers. */
#define _GNU_SOURCE
#include "report.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define READ_MAX    (1 << 20)
#define ENTRIES_MAX 8192

static const struct name_value open_modes[] = {
	{ "r", O_RDONLY },
	{ "w", O_WRONLY },
	{ "rw", O_RDWR },
	{ "path", O_PATH | O_NOFOLLOW },
	{ "dir", O_RDONLY | O_DIRECTORY },
	{ "creat", O_WRONLY | O_CREAT },
};

static int bad_argument(const char *what, const char *text)
{
	dprintf(2, "report: %s '%s' is not valid\n", what, text);
	return EXIT_USAGE;
}

/* Never waits: neither for the other end of a fifo nor for a carrier. */
int verb_open(int argc, char **argv)
{
	const char *mode = argc > 2 ? argv[2] : "r";

	if (!strcmp(mode, "exec"))
		return verb_result("open", access(argv[1], X_OK) < 0 ? errno : 0);
	for (size_t i = 0; i < ARRAY_SIZE(open_modes); i++) {
		int flags = (int)open_modes[i].value | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;

		if (!strcmp(open_modes[i].name, mode))
			return verb_result("open", open(argv[1], flags, 0644) < 0 ? errno : 0);
	}
	return bad_argument("mode", mode);
}

/* The bytes as they are, at most limit of them (0: all); 0 or an error. */
static int copy(int fd, size_t limit)
{
	struct pollfd readable = { .fd = fd, .events = POLLIN };
	char bytes[8192];
	size_t copied = 0;

	while (limit == 0 || copied < limit) {
		ssize_t size = read(fd, bytes, sizeof(bytes));

		if (size == 0)
			break;
		if (size > 0) {
			out_bytes(bytes, (size_t)size);
			copied += (size_t)size;
		} else if (errno == EAGAIN && limit == 0) {
			out_flush();
			poll(&readable, 1, -1);
		} else if (errno != EINTR) {
			return errno;
		}
		if (limit == 0 && out_flush())
			return EPIPE;
	}
	return 0;
}

int verb_read(int argc, char **argv)
{
	int fd = open(argv[1], O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	int error;

	(void)argc;
	if (fd < 0)
		return verb_result("read", errno);
	error = copy(fd, READ_MAX);
	return error ? verb_result("read", error) : EXIT_OK;
}

/* So many bytes of nothing in particular, in lines that a terminal lets through as they are. */
int verb_fill(int argc, char **argv)
{
	long left = atol(argv[1]);
	char bytes[4096];

	(void)argc;
	memset(bytes, 'x', sizeof(bytes));
	while (left > 0) {
		ssize_t n = write(STDOUT_FILENO, bytes,
				  left < (long)sizeof(bytes) ? (size_t)left : sizeof(bytes));

		if (n < 0 && errno != EINTR)
			return verb_result("fill", errno);
		left -= n > 0 ? n : 0;
	}
	return EXIT_OK;
}

int verb_cat(int argc, char **argv)
{
	int error = copy(STDIN_FILENO, 0);

	(void)argc;
	(void)argv;
	return error ? verb_result("cat", error) : EXIT_OK;
}

/* O_CREAT comes second: fs.protected_regular refuses it on files that could be opened without. */
int verb_write(int argc, char **argv)
{
	const int flags = O_WRONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | O_TRUNC;
	const char *text = argv[2];
	size_t size = strlen(text);
	int fd = open(argv[1], flags);

	(void)argc;
	if (fd < 0 && errno == ENOENT)
		fd = open(argv[1], flags | O_CREAT, 0644);
	if (fd < 0)
		return verb_result("write", errno);
	do {
		ssize_t n = write(fd, text, size);

		if (n < 0 && errno != EINTR)
			return verb_result("write", errno);
		text += n > 0 ? n : 0;
		size -= n > 0 ? (size_t)n : 0;
	} while (size > 0);
	return verb_result("write", close(fd) < 0 ? errno : 0);
}

int verb_mknod(int argc, char **argv)
{
	static const struct name_value letters[] = {
		{ "c", S_IFCHR }, { "u", S_IFCHR },  { "b", S_IFBLK },
		{ "p", S_IFIFO }, { "s", S_IFSOCK }, { "f", S_IFREG },
	};
	long number[2];

	(void)argc;
	for (int i = 0; i < 2; i++) {
		if (!num_parse(argv[2 + i], &number[i]))
			return bad_argument("device number", argv[2 + i]);
	}
	for (size_t i = 0; i < ARRAY_SIZE(letters); i++) {
		dev_t device = makedev((unsigned int)number[0], (unsigned int)number[1]);

		if (strcmp(letters[i].name, argv[1]) != 0)
			continue;
		if (mknod(argv[4], (mode_t)letters[i].value | 0600, device) < 0)
			return verb_result("mknod", errno);
		return verb_result("mknod", 0);
	}
	return bad_argument("type", argv[1]);
}

static void print_stat(const struct stat *st)
{
	out_line_text("type", type_name(st->st_mode));
	out_line("mode", "%04o", st->st_mode & 07777);
	out_line("uid", "%u", st->st_uid);
	out_line("gid", "%u", st->st_gid);
	out_line("rdev", "%u:%u", major(st->st_rdev), minor(st->st_rdev));
	out_line("dev", "%u:%u", major(st->st_dev), minor(st->st_dev));
	out_line("ino", "%llu", (unsigned long long)st->st_ino);
	out_line("nlink", "%llu", (unsigned long long)st->st_nlink);
	out_line("size", "%lld", (long long)st->st_size);
	out_line("mtime", "%lld", (long long)st->st_mtim.tv_sec);
}

static void print_file_system(int fd)
{
	struct list flags = { 0 };
	struct statfs fs;

	if (fstatfs(fd, &fs) < 0) {
		out_line("fs.magic", "error:%s", errno_name(errno));
		return;
	}
	list_mount_flags(&flags, (unsigned long)fs.f_flags);
	out_line("fs.magic", "0x%lx", (unsigned long)fs.f_type & 0xffffffff);
	out_line_text("fs.name", fs_name((unsigned long)fs.f_type));
	out_line_text("fs.flags", list_text(&flags));
	out_line("fs.size", "%llu",
		 (unsigned long long)fs.f_blocks * (unsigned long long)fs.f_bsize);
}

/* Is not followed if it is a link, and needs no permission on the file itself. */
int verb_stat(int argc, char **argv)
{
	int fd = open(argv[1], O_PATH | O_NOFOLLOW | O_CLOEXEC);
	struct statx more = { 0 };
	struct stat st;

	(void)argc;
	if (fd < 0 || fstat(fd, &st) < 0)
		return verb_result("stat", errno);
	print_stat(&st);
	print_file_system(fd);
	if (statx(fd, "", AT_EMPTY_PATH | AT_NO_AUTOMOUNT, STATX_BASIC_STATS, &more) < 0 ||
	    !(more.stx_attributes_mask & STATX_ATTR_MOUNT_ROOT))
		out_line_text("mountpoint", "unknown");
	else
		out_line_text("mountpoint",
			      more.stx_attributes & STATX_ATTR_MOUNT_ROOT ? "yes" : "no");
	return EXIT_OK;
}

int verb_readlink(int argc, char **argv)
{
	char target[4097];
	ssize_t size = readlink(argv[1], target, sizeof(target) - 1);

	(void)argc;
	if (size < 0)
		return verb_result("readlink", errno);
	target[size] = '\0';
	out_line_text("readlink", target);
	return EXIT_OK;
}

/* What getdents64 gives out; glibc has no name for it without allocating. */
struct entry {
	uint64_t ino;
	int64_t offset;
	uint16_t size;
	uint8_t type;
	char name[];
};

/* The entries point into this: one read of the kernel after the other, as long as there is room. */
static _Alignas(struct entry) char arena[1 << 20];
static const struct entry *entries[ENTRIES_MAX];

static int by_name(const void *a, const void *b)
{
	const struct entry *const *left = a, *const *right = b;

	return strcmp((*left)->name, (*right)->name);
}

/* The number of entries, or a negative error; -EFBIG if there are too many. */
static long read_entries(int fd)
{
	size_t used = 0;
	long count = 0;

	for (;;) {
		size_t end;
		long size = syscall(SYS_getdents64, fd, arena + used, sizeof(arena) - used);

		if (size < 0)
			return errno == EINVAL && used > 0 ? -EFBIG : -errno;
		if (size == 0)
			return count;
		end = used + (size_t)size;
		while (used < end) {
			const struct entry *entry = (const struct entry *)(arena + used);

			used += entry->size;
			if (!strcmp(entry->name, ".") || !strcmp(entry->name, ".."))
				continue;
			if (count == ENTRIES_MAX)
				return -EFBIG;
			entries[count++] = entry;
		}
	}
}

int verb_ls(int argc, char **argv)
{
	int fd = open(argv[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	long count;

	(void)argc;
	if (fd < 0)
		return verb_result("ls", errno);
	count = read_entries(fd);
	if (count < 0)
		return verb_result("ls", (int)-count);
	qsort(entries, (size_t)count, sizeof(entries[0]), by_name);
	for (long i = 0; i < count; i++) {
		mode_t mode = (mode_t)DTTOIF(entries[i]->type);
		struct stat st;

		if (entries[i]->type == DT_UNKNOWN &&
		    fstatat(fd, entries[i]->name, &st, AT_SYMLINK_NOFOLLOW) == 0)
			mode = st.st_mode;
		out_line_text(entries[i]->name, type_name(mode));
	}
	return EXIT_OK;
}
