/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names for the kernel's numbers, lists of them, and the reading of small files. */
#define _GNU_SOURCE
#include "report.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LONG_BITS (8 * sizeof(unsigned long))

static const struct name_value types[] = {
	{ "file", S_IFREG }, { "dir", S_IFDIR },  { "char", S_IFCHR },    { "block", S_IFBLK },
	{ "fifo", S_IFIFO }, { "link", S_IFLNK }, { "socket", S_IFSOCK }, { "anon", 0 },
};

static const struct name_value filesystems[] = {
	{ "bpf", BPF_FS_MAGIC },
	{ "btrfs", BTRFS_SUPER_MAGIC },
	{ "cgroup", CGROUP_SUPER_MAGIC },
	{ "cgroup2", CGROUP2_SUPER_MAGIC },
	{ "debugfs", DEBUGFS_MAGIC },
	{ "devpts", DEVPTS_SUPER_MAGIC },
	{ "ext4", EXT4_SUPER_MAGIC },
	{ "fuse", 0x65735546 },
	{ "mqueue", 0x19800202 },
	{ "nfs", NFS_SUPER_MAGIC },
	{ "nsfs", NSFS_MAGIC },
	{ "overlay", OVERLAYFS_SUPER_MAGIC },
	{ "pipefs", PIPEFS_MAGIC },
	{ "proc", PROC_SUPER_MAGIC },
	{ "ramfs", RAMFS_MAGIC },
	{ "securityfs", SECURITYFS_MAGIC },
	{ "squashfs", SQUASHFS_MAGIC },
	{ "sysfs", SYSFS_MAGIC },
	{ "tmpfs", TMPFS_MAGIC },
	{ "tracefs", TRACEFS_MAGIC },
	{ "xfs", 0x58465342 },
	{ "9p", V9FS_MAGIC },
};

/* statfs(2), f_flags; 0x20 says only that the field is valid. */
static const struct name_value mount_flags[] = {
	{ "ro", 0x1 },          { "nosuid", 0x2 },
	{ "nodev", 0x4 },       { "noexec", 0x8 },
	{ "sync", 0x10 },       { "mandlock", 0x40 },
	{ "noatime", 0x400 },   { "nodiratime", 0x800 },
	{ "relatime", 0x1000 }, { "nosymfollow", 0x2000 },
};

void list_add(struct list *list, const char *format, ...)
{
	char item[256];
	va_list args;
	int size;

	va_start(args, format);
	size = vsnprintf(item, sizeof(item), format, args);
	va_end(args);
	if (size < 0 || list->used + sizeof(item) + 8 > sizeof(list->text))
		return;
	list->used += (size_t)snprintf(list->text + list->used, sizeof(list->text) - list->used,
				       "%s%s", list->used > 0 ? "," : "", item);
}

const char *list_text(const struct list *list)
{
	return list->used > 0 ? list->text : "none";
}

void list_flags(struct list *list, const struct name_value *names, size_t count,
		unsigned long value)
{
	for (size_t i = 0; i < count; i++) {
		if ((value & names[i].value) != names[i].value)
			continue;
		list_add(list, "%s", names[i].name);
		value &= ~names[i].value;
	}
	if (value)
		list_add(list, "0x%lx", value);
}

void list_mount_flags(struct list *list, unsigned long flags)
{
	list_flags(list, mount_flags, ARRAY_SIZE(mount_flags), flags & ~0x20UL);
}

static bool bit_is_set(const unsigned long *mask, size_t bits, size_t bit)
{
	return bit < bits && (mask[bit / LONG_BITS] >> (bit % LONG_BITS) & 1);
}

void list_ranges(struct list *list, const unsigned long *mask, size_t bits)
{
	for (size_t first = 0; first < bits; first++) {
		size_t last = first;

		if (!bit_is_set(mask, bits, first))
			continue;
		while (bit_is_set(mask, bits, last + 1))
			last++;
		if (last > first)
			list_add(list, "%zu-%zu", first, last);
		else
			list_add(list, "%zu", first);
		first = last;
	}
}

const char *name_of(const char *format, ...)
{
	static char name[512];
	va_list args;

	va_start(args, format);
	vsnprintf(name, sizeof(name), format, args);
	va_end(args);
	return name;
}

const char *value_name(const struct name_value *names, size_t count, unsigned long value)
{
	static char unknown[32];

	for (size_t i = 0; i < count; i++) {
		if (names[i].value == value)
			return names[i].name;
	}
	snprintf(unknown, sizeof(unknown), "0x%lx", value);
	return unknown;
}

const char *errno_name(int error)
{
	static char unknown[32];
	const char *name = strerrorname_np(error);

	if (error == ERRNO_TRAPPED)
		return "SIGSYS";
	if (name)
		return name;
	snprintf(unknown, sizeof(unknown), "errno:%d", error);
	return unknown;
}

const char *signal_name(int number)
{
	static char name[32];
	const char *known = sigabbrev_np(number);

	if (number == 0)
		return "none";
	if (known)
		snprintf(name, sizeof(name), "SIG%s", known);
	else
		snprintf(name, sizeof(name), "SIG%d", number);
	return name;
}

const char *type_name(mode_t mode)
{
	return value_name(types, ARRAY_SIZE(types), mode & S_IFMT);
}

const char *fs_name(unsigned long magic)
{
	return value_name(filesystems, ARRAY_SIZE(filesystems), magic & 0xffffffff);
}

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return 16;
}

/* Wraps instead of failing: a system call's argument may be any 64 bits. */
bool num_parse(const char *text, long *ret_value)
{
	static const char suffixes[] = "KMG";
	bool negative = *text == '-';
	unsigned long value = 0;
	int base = 10;
	const char *digits, *suffix;

	text += negative;
	if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
		base = 16;
		text += 2;
	} else if (text[0] == '0' && text[1]) {
		base = 8;
	}
	for (digits = text; digit_of(*text) < base; text++)
		value = value * (unsigned long)base + (unsigned long)digit_of(*text);
	if (text == digits)
		return false;
	suffix = *text ? strchr(suffixes, *text) : NULL;
	if (suffix) {
		value <<= 10 * (suffix - suffixes + 1);
		text++;
	}
	if (*text)
		return false;
	*ret_value = (long)(negative ? -value : value);
	return true;
}

int signal_parse(const char *text)
{
	long number;

	if (num_parse(text, &number))
		return number > 0 && number <= 64 ? (int)number : 0;
	if (!strncmp(text, "SIG", 3))
		text += 3;
	for (int i = 1; i <= 31; i++) {
		const char *known = sigabbrev_np(i);

		if (known && !strcmp(known, text))
			return i;
	}
	return 0;
}

char *read_text(const char *path)
{
	static char text[262144];
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	size_t used = 0;
	ssize_t n = 0;
	int error;

	if (fd < 0)
		return NULL;
	do {
		n = read(fd, text + used, sizeof(text) - 1 - used);
		used += n > 0 ? (size_t)n : 0;
	} while (n > 0 || (n < 0 && errno == EINTR));
	error = n < 0 ? errno : 0;
	close(fd);
	errno = error;
	text[used] = '\0';
	return error ? NULL : text;
}
