/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lib/sys/path.h: names stay inside the root, whatever links say. */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "sys/path.h"
#include "unit.h"

/* A directory with a root in it and things beside the root that nobody may reach. */
struct place {
	char path[64];
	int top;
	int root;
};

static struct place place_make(void)
{
	struct place place = { .path = "/tmp/unit-path-XXXXXX" };

	umask(0022);
	ck_assert_ptr_nonnull(mkdtemp(place.path));
	place.top = open(place.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ck_assert_int_eq(mkdirat(place.top, "root", 0755), 0);
	ck_assert_int_eq(mkdirat(place.top, "outside", 0755), 0);
	place.root = openat(place.top, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);
	ck_assert_int_ge(place.root, 0);
	return place;
}

static void place_done(struct place *place)
{
	char command[128];

	fd_done(&place->root);
	fd_done(&place->top);
	snprintf(command, sizeof(command), "rm -rf %s", place->path);
	ck_assert_int_eq(system(command), 0);
}

/* Where @fd is below the place's directory. */
static void assert_at(const struct place *place, int fd, const char *expected)
{
	char link[64], target[PATH_SIZE];
	ssize_t n;

	ck_assert_int_ge(fd, 0);
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, target, sizeof(target) - 1);
	ck_assert_int_gt(n, 0);
	target[n] = '\0';
	ck_assert_str_eq(target + strlen(place->path), expected);
	ck_assert_int_eq(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	close(fd);
}

static void assert_makes(const struct place *place, const char *path, enum path_kind kind,
			 const char *expected)
{
	struct stat st;
	int fd = path_make(place->root, path, kind);

	ck_assert_msg(fd >= 0, "%s: %d", path, fd);
	ck_assert_int_eq(fstat(fd, &st), 0);
	ck_assert_uint_eq(st.st_mode & S_IFMT, kind == PATH_DIRECTORY ? S_IFDIR : S_IFREG);
	assert_at(place, fd, expected);
}

static void make_link(const struct place *place, const char *target, const char *name)
{
	ck_assert_int_eq(symlinkat(target, place->root, name), 0);
}

START_TEST(makes_what_is_missing)
{
	struct place place = place_make();
	struct stat st;

	assert_makes(&place, "/a/b/c", PATH_DIRECTORY, "/root/a/b/c");
	ck_assert_int_eq(fstatat(place.root, "a/b", &st, 0), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0755);
	assert_makes(&place, "a//b/./d/", PATH_DIRECTORY, "/root/a/b/d");
	assert_makes(&place, "/a/file", PATH_FILE, "/root/a/file");
	ck_assert_int_eq(fstatat(place.root, "a/file", &st, 0), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0644); /* no execute bits on a file */
	ck_assert_uint_eq(st.st_size, 0);
	assert_makes(&place, "/a/b/c", PATH_DIRECTORY, "/root/a/b/c");
	assert_makes(&place, "/", PATH_DIRECTORY, "/root");
	assert_makes(&place, "", PATH_DIRECTORY, "/root");
	assert_makes(&place, "/new/../other/x", PATH_FILE, "/root/other/x");
	place_done(&place);
}
END_TEST

START_TEST(stays_inside)
{
	struct place place = place_make();

	assert_makes(&place, "../../outside/x", PATH_DIRECTORY, "/root/outside/x");
	assert_makes(&place, "/../../up", PATH_DIRECTORY, "/root/up");
	make_link(&place, "/", "slash");
	make_link(&place, "../outside", "sibling");
	make_link(&place, "/tmp", "absolute");
	make_link(&place, "../../../../../../etc", "climb");
	assert_makes(&place, "slash/a", PATH_DIRECTORY, "/root/a");
	assert_makes(&place, "sibling/b", PATH_FILE, "/root/outside/b");
	assert_makes(&place, "absolute/c", PATH_DIRECTORY, "/root/tmp/c");
	assert_makes(&place, "climb/passwd", PATH_FILE, "/root/etc/passwd");
	ck_assert_int_eq(faccessat(place.top, "outside/b", F_OK, 0), -1);
	assert_at(&place, path_open(place.root, "climb/passwd", O_PATH), "/root/etc/passwd");
	assert_at(&place, path_open(place.root, "../..", O_PATH), "/root");
	assert_at(&place, path_open(place.root, "", O_PATH), "/root");
	ck_assert_int_eq(path_open(place.root, "/etc/shadow", O_PATH), -ENOENT);
	place_done(&place);
}
END_TEST

START_TEST(dangling_links_are_followed)
{
	struct place place = place_make();

	make_link(&place, "b", "a");
	make_link(&place, "/deep/er/c", "b");
	make_link(&place, "rel/x", "sub");
	assert_makes(&place, "a/d", PATH_DIRECTORY, "/root/deep/er/c/d");
	assert_makes(&place, "sub", PATH_FILE, "/root/rel/x");
	make_link(&place, "../../../gone/y", "up");
	assert_makes(&place, "up", PATH_DIRECTORY, "/root/gone/y");
	place_done(&place);
}
END_TEST

START_TEST(refuses)
{
	struct place place = place_make();
	char long_name[300] = "", long_path[PATH_SIZE + 10];

	make_link(&place, "loop2", "loop");
	make_link(&place, "loop", "loop2");
	ck_assert_int_eq(path_open(place.root, "loop", O_PATH), -ELOOP);
	ck_assert_int_eq(path_make(place.root, "loop/x", PATH_DIRECTORY), -ELOOP);
	assert_makes(&place, "file", PATH_FILE, "/root/file");
	ck_assert_int_eq(path_make(place.root, "file/x", PATH_DIRECTORY), -ENOTDIR);
	memset(long_name, 'n', sizeof(long_name) - 1);
	ck_assert_int_eq(path_make(place.root, long_name, PATH_DIRECTORY), -ENAMETOOLONG);
	memset(long_path, '/', sizeof(long_path));
	long_path[sizeof(long_path) - 1] = '\0';
	ck_assert_int_eq(path_make(place.root, long_path, PATH_DIRECTORY), -ENAMETOOLONG);
	ck_assert_int_eq(path_open(-1, "x", O_PATH), -EBADF);
	ck_assert_int_eq(path_make(-1, "x", PATH_DIRECTORY), -EBADF);
	place_done(&place);
}
END_TEST

/* /proc/self/root and its like lead anywhere, so they are never followed. */
START_TEST(magic_links_are_refused)
{
	int proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);

	ck_assert_int_eq(path_open(proc, "self/root", O_PATH), -ELOOP);
	ck_assert_int_eq(path_open(proc, "self/cwd/x", O_PATH), -ELOOP);
	ck_assert_int_eq(path_make(proc, "self/root/tmp/x", PATH_DIRECTORY), -ELOOP);
	close(proc);
}
END_TEST

static void assert_parent(const struct place *place, const char *path, const char *parent,
			  const char *last)
{
	char name[PATH_SIZE] = "";

	assert_at(place, path_parent(place->root, path, name), parent);
	ck_assert_str_eq(name, last);
}

START_TEST(parent_and_name)
{
	static const char *const bad[] = { "", "/", "//", ".", "..", "/a/.", "/a/..", "/a/../" };
	struct place place = place_make();
	char name[PATH_SIZE];

	assert_parent(&place, "/dev/null", "/root/dev", "null");
	assert_parent(&place, "name", "/root", "name");
	assert_parent(&place, "/x//y/z///", "/root/x/y", "z");
	make_link(&place, "../outside", "link");
	assert_parent(&place, "/link", "/root", "link"); /* the last one is not followed */
	assert_parent(&place, "/link/x", "/root/outside", "x");
	assert_parent(&place, "/a/...", "/root/a", "...");
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		ck_assert_int_eq(path_parent(place.root, bad[i], name), -EINVAL);
	place_done(&place);
}
END_TEST

START_TEST(last_link_is_not_followed)
{
	struct place place = place_make();
	struct stat st;
	int fd;

	make_link(&place, "nowhere", "link");
	fd = path_make_nofollow(place.root, "/./link", PATH_FILE);
	ck_assert_int_eq(fstat(fd, &st), 0);
	ck_assert_uint_eq(st.st_mode & S_IFMT, S_IFLNK);
	assert_at(&place, fd, "/root/link");
	ck_assert_int_eq(faccessat(place.root, "nowhere", F_OK, 0), -1);
	make_link(&place, "/a", "way"); /* on the way there it is */
	assert_at(&place, path_make_nofollow(place.root, "way/b/c", PATH_DIRECTORY), "/root/a/b/c");
	assert_at(&place, path_make_nofollow(place.root, "a/file", PATH_FILE), "/root/a/file");
	assert_at(&place, path_make_nofollow(place.root, "a/file", PATH_FILE), "/root/a/file");
	ck_assert_int_eq(path_make_nofollow(place.root, "/", PATH_DIRECTORY), -EINVAL);
	ck_assert_int_eq(path_make_nofollow(place.root, "a/..", PATH_DIRECTORY), -EINVAL);
	ck_assert_int_eq(path_make_nofollow(place.root, "a/file/x", PATH_FILE), -ENOTDIR);
	place_done(&place);
}
END_TEST

/* Deep paths do not use up descriptors. */
START_TEST(no_descriptor_is_lost)
{
	struct place place = place_make();
	int before = dup(0), after;
	char name[PATH_SIZE];

	close(before);
	make_link(&place, "/one/two", "jump");
	close(path_make(place.root, "a/b/c/../d/e/f", PATH_DIRECTORY));
	close(path_make(place.root, "jump/three/file", PATH_FILE));
	close(path_parent(place.root, "x/y/z", name));
	ck_assert_int_lt(path_make(place.root, "jump/three/file/x", PATH_FILE), 0);
	after = dup(0);
	ck_assert_int_eq(before, after);
	close(after);
	place_done(&place);
}
END_TEST

UNIT_MAIN("path", makes_what_is_missing, stays_inside, dangling_links_are_followed, refuses,
	  magic_links_are_refused, parent_and_name, last_link_is_not_followed,
	  no_descriptor_is_lost)
