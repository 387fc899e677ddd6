/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Facts about descriptors, terminals, the two directories of a process, and its mounts. */
#define _GNU_SOURCE
#include "report.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <termios.h>
#include <unistd.h>

#define DESCRIPTORS_MAX 4096

static const char *access_name(int flags)
{
	static const char *const names[] = { "r", "w", "rw", "none" };

	return flags & O_PATH ? "path" : names[flags & O_ACCMODE];
}

/* fd.N=TYPE ACCESS RDEV FLAGS */
static void fact_descriptor(int fd, int fd_flags)
{
	static const struct name_value names[] = {
		{ "append", O_APPEND },
		{ "nonblock", O_NONBLOCK },
	};
	const char *name = name_of("fd.%d", fd);
	int flags = fcntl(fd, F_GETFL);
	struct list list = { 0 };
	char rdev[32] = "-";
	struct stat st;

	if (fstat(fd, &st) < 0) {
		fact_error(name, errno);
		return;
	}
	if (S_ISCHR(st.st_mode) || S_ISBLK(st.st_mode))
		snprintf(rdev, sizeof(rdev), "%u:%u", major(st.st_rdev), minor(st.st_rdev));
	if (fd_flags & FD_CLOEXEC)
		list_add(&list, "cloexec");
	list_flags(&list, names, ARRAY_SIZE(names), (unsigned long)flags & (O_APPEND | O_NONBLOCK));
	fact(name, "%s %s %s %s", type_name(st.st_mode), flags < 0 ? "unknown" : access_name(flags),
	     rdev, list_text(&list));
}

static void fact_link(int fd)
{
	const char *name = name_of("fdlink.%d", fd);
	char path[64], target[4096];
	ssize_t size;

	if (!fact_wanted(name))
		return;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	size = readlink(path, target, sizeof(target) - 1);
	if (size < 0) {
		fact_missing(name, errno);
		return;
	}
	target[size] = '\0';
	fact_text(name, target);
}

void facts_descriptors(void)
{
	unsigned int count = 0;

	for (int fd = 0; fd < DESCRIPTORS_MAX; fd++) {
		int flags = out_owns(fd) ? -1 : fcntl(fd, F_GETFD);

		if (flags < 0 && (out_owns(fd) || errno == EBADF))
			continue;
		if (flags < 0) {
			fact_error("fd.count", errno);
			return;
		}
		count++;
		fact_descriptor(fd, flags);
		fact_link(fd);
	}
	fact("fd.count", "%u", count);
}

/* The terminal controls us if it names a session; only ours can be asked. */
static void fact_terminal(int fd, const struct termios *modes)
{
	struct winsize size = { 0 };
	struct stat st;
	pid_t sid, pgrp;

	if (fstat(fd, &st) == 0)
		fact(name_of("tty.%d.rdev", fd), "%u:%u", major(st.st_rdev), minor(st.st_rdev));
	if (ioctl(fd, TIOCGWINSZ, &size) == 0) {
		fact(name_of("tty.%d.rows", fd), "%u", size.ws_row);
		fact(name_of("tty.%d.cols", fd), "%u", size.ws_col);
	}
	fact_text(name_of("tty.%d.onlcr", fd), modes->c_oflag & ONLCR ? "yes" : "no");
	fact_text(name_of("tty.%d.echo", fd), modes->c_lflag & ECHO ? "yes" : "no");
	if (ioctl(fd, TIOCGSID, &sid) < 0) {
		fact_text(name_of("tty.%d.controlling", fd), "no");
		return;
	}
	fact_text(name_of("tty.%d.controlling", fd), "yes");
	fact(name_of("tty.%d.sid", fd), "%d", sid);
	if (ioctl(fd, TIOCGPGRP, &pgrp) == 0)
		fact(name_of("tty.%d.pgrp", fd), "%d", pgrp);
}

void facts_terminals(void)
{
	for (int fd = 0; fd <= 2; fd++) {
		struct termios modes = { 0 };

		if (tcgetattr(fd, &modes) == 0) {
			fact_text(name_of("tty.%d", fd), "yes");
			fact_terminal(fd, &modes);
		} else if (errno == EBADF) {
			fact_text(name_of("tty.%d", fd), "closed");
		} else if (errno == ENOTTY || errno == EINVAL) {
			fact_text(name_of("tty.%d", fd), "no");
		} else {
			fact_error(name_of("tty.%d", fd), errno);
		}
	}
}

static void fact_place(const char *prefix, const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0) {
		fact_error(name_of("%s.dev", prefix), errno);
		return;
	}
	fact(name_of("%s.dev", prefix), "%u:%u", major(st.st_dev), minor(st.st_dev));
	fact(name_of("%s.ino", prefix), "%llu", (unsigned long long)st.st_ino);
	fact(name_of("%s.mode", prefix), "%04o", st.st_mode & 07777);
}

void facts_directories(void)
{
	struct list flags = { 0 };
	struct statfs fs;
	char path[4097];

	if (syscall(SYS_getcwd, path, sizeof(path)) < 0)
		fact_error("cwd", errno);
	else
		fact_text("cwd", path);
	fact_place("cwd", ".");
	fact_place("root", "/");
	if (statfs("/", &fs) < 0) {
		fact_error("root.readonly", errno);
		return;
	}
	list_mount_flags(&flags, (unsigned long)fs.f_flags);
	fact_text("root.readonly", fs.f_flags & 1 ? "yes" : "no");
	fact_text("root.fs", fs_name((unsigned long)fs.f_type));
	fact_list("root.flags", &flags);
}

/* mountinfo: ID PARENT MAJOR:MINOR ROOT TARGET OPTIONS [TAG...] - TYPE SOURCE SUPEROPTIONS.
 * The kernel's octal escapes stay; out.c doubles their backslash. */
static void fact_mount(unsigned int number, char *line)
{
	struct list tags = { 0 };
	char *field[6], *tail[3], *tag;

	for (size_t i = 0; i < ARRAY_SIZE(field); i++) {
		field[i] = strsep(&line, " ");
		if (!field[i])
			return;
	}
	while ((tag = strsep(&line, " ")) && strcmp(tag, "-") != 0)
		list_add(&tags, "%s", tag);
	for (size_t i = 0; i < ARRAY_SIZE(tail); i++) {
		tail[i] = strsep(&line, " ");
		if (!tail[i] || !*tail[i])
			tail[i] = "-";
	}
	fact(name_of("mountid.%u", number), "%s %s", field[0], field[1]);
	fact(name_of("mount.%u", number), "%s %s %s %s %s %s %s", field[4], tail[0], tail[1],
	     field[5], tail[2], tags.used > 0 ? tags.text : "private", field[3]);
}

void facts_mounts(void)
{
	char *text = read_text("/proc/self/mountinfo");
	unsigned int count = 0;
	char *line;

	if (!text) {
		fact_missing("mount.count", errno);
		return;
	}
	while ((line = strsep(&text, "\n"))) {
		if (*line)
			fact_mount(count++, line);
	}
	fact("mount.count", "%u", count);
}
