/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The one resolver, see path.h.
 *
 * Creating a missing path is where the field's runtimes were attacked (CVE-2024-45310,
 * CVE-2019-18837): the path is resolved once to see what exists and again to create the rest, and
 * in between somebody swaps a directory for a link. Here the part that exists is held as a
 * descriptor, and each missing component is made by mkdirat(2) in the directory held so far and
 * then opened with RESOLVE_BENEATH|RESOLVE_NO_SYMLINKS: nothing is ever looked up twice. */
#include <errno.h>
#include <fcntl.h>

#include "base/weaken.h"
#include "sys/calls.h"
#include "sys/path.h"

/* openat2 answers EAGAIN when a rename or mount raced with a ".." in the path. Under a rename
 * attack from many cores 32 tries fail in some percent of the cases, 128 in a tenth of one. */
#define TRIES 512
/* As many symbolic links as the kernel follows in one path. */
#define LINKS_MAX 40

#define DIRECTORY_MODE 0755
#define FILE_MODE      0644
#define FILE_NEW       (WEAKENED(RESOLVE) ? 0 : O_EXCL | O_NOFOLLOW)

#define RESOLVE_INSIDE (ABI_RESOLVE_IN_ROOT | ABI_RESOLVE_NO_MAGICLINKS)
#define RESOLVE_CHILD  (ABI_RESOLVE_BENEATH | ABI_RESOLVE_NO_SYMLINKS | ABI_RESOLVE_NO_MAGICLINKS)

/* A path as it would be without us: below the root, for as long as no link is in the way. */
static const char *unconfined(const char *path, int *flags, uint64_t *resolve)
{
	*flags &= ~O_NOFOLLOW;
	*resolve = 0;
	while (*path == '/')
		path++;
	return *path ? path : ".";
}

static int try_open(int dirfd, const char *path, int flags, unsigned int mode, uint64_t resolve)
{
	int fd = -EAGAIN;

	if (WEAKENED(RESOLVE))
		path = unconfined(path, &flags, &resolve);
	for (int i = 0; i < TRIES && (fd == -EAGAIN || fd == -EINTR); i++)
		fd = sys_openat2(dirfd, path, (uint64_t)(unsigned int)flags | O_CLOEXEC, mode,
				 resolve);
	return fd;
}

int path_open(int root, const char *path, int flags)
{
	if (!path[0])
		path = ".";
	return try_open(root, path, flags, 0, RESOLVE_INSIDE);
}

static size_t length_of(const char *s)
{
	size_t n = 0;

	while (s[n])
		n++;
	return n;
}

/* A path on its way: what is left to walk, in a buffer of its own since links are spliced in. */
struct walk {
	int root;
	int fd; /* the directory reached so far */
	unsigned int links;
	char done[PATH_SIZE]; /* how it was reached, for ".." and for the kernel's second opinion */
	char left[PATH_SIZE];
};

static int copy(char *to, const char *from)
{
	size_t n = length_of(from);

	if (n >= PATH_SIZE)
		return -ENAMETOOLONG;
	for (size_t i = 0; i <= n; i++)
		to[i] = from[i];
	return 0;
}

/* Appends "/@name" to @path. */
static int append(char *path, const char *name)
{
	size_t used = length_of(path), more = length_of(name);

	if (used + more + 2 > PATH_SIZE)
		return -ENAMETOOLONG;
	path[used] = '/';
	for (size_t i = 0; i <= more; i++)
		path[used + 1 + i] = name[i];
	return 0;
}

/* Takes the first component off @left. Returns its length, 0 at the end. */
static size_t take_component(char *left, char *component)
{
	size_t start = 0, n = 0;

	while (left[start] == '/')
		start++;
	while (left[start + n] && left[start + n] != '/') {
		component[n] = left[start + n];
		n++;
	}
	component[n] = '\0';
	for (size_t i = start + n, j = 0;; i++, j++) {
		left[j] = left[i];
		if (!left[i])
			break;
	}
	return n;
}

static bool is_empty(const char *left)
{
	while (*left == '/')
		left++;
	return !*left;
}

/* Replaces the directory reached so far. */
static void reach(struct walk *walk, int fd)
{
	if (walk->fd >= 0 && walk->fd != walk->root)
		sys_close(walk->fd);
	walk->fd = fd;
}

static int restart(struct walk *walk, bool at_root)
{
	int fd;

	if (at_root)
		walk->done[0] = '\0';
	fd = path_open(walk->root, walk->done[0] ? walk->done : "/", O_PATH | O_DIRECTORY);
	if (fd < 0)
		return fd;
	reach(walk, fd);
	return 0;
}

/* ".." of the directory reached so far: resolved by the kernel from the root, never by climbing. */
static int step_up(struct walk *walk)
{
	size_t n = length_of(walk->done);

	while (n > 0 && walk->done[n - 1] != '/')
		n--;
	walk->done[n > 0 ? n - 1 : 0] = '\0';
	return restart(walk, false);
}

/* @name is a symbolic link: what it says goes before what is left. */
static int step_link(struct walk *walk, const char *name)
{
	char target[PATH_SIZE];
	bool absolute;
	long n;
	int r;

	if (++walk->links > LINKS_MAX)
		return -ELOOP;
	n = SYS(__NR_readlinkat, walk->fd, name, target, sizeof(target) - 1);
	if (n < 0)
		return (int)n;
	if (n == PATH_SIZE - 1)
		return -ENAMETOOLONG;
	target[n] = '\0';
	absolute = target[0] == '/';
	r = append(target, walk->left);
	if (r < 0)
		return r;
	r = copy(walk->left, target);
	if (r < 0)
		return r;
	return absolute ? restart(walk, true) : 0;
}

/* Makes @name when it is missing. Whoever made it first, the open that follows looks at it. */
static int make(int dirfd, const char *name, enum path_kind kind)
{
	int fd, r;

	if (kind == PATH_DIRECTORY) {
		r = (int)SYS(__NR_mkdirat, dirfd, name, DIRECTORY_MODE);
		return r == -EEXIST ? 0 : r;
	}
	fd = sys_openat(dirfd, name, O_WRONLY | O_CREAT | FILE_NEW | O_CLOEXEC, FILE_MODE);
	if (fd == -EEXIST)
		return 0;
	if (fd < 0)
		return fd;
	sys_close(fd);
	return 0;
}

static int open_child(int dirfd, const char *name, int flags, enum path_kind kind)
{
	return try_open(dirfd, name, flags | (kind == PATH_DIRECTORY ? O_DIRECTORY : 0), 0,
			RESOLVE_CHILD);
}

/* Opens the component @name, which is made when it is missing. */
static int open_or_make(int dirfd, const char *name, int flags, enum path_kind kind)
{
	int fd = open_child(dirfd, name, flags, kind), r;

	if (fd != -ENOENT)
		return fd;
	r = make(dirfd, name, kind);
	return r < 0 ? r : open_child(dirfd, name, flags, kind);
}

/* One component forward. @kind is what the component has to be. */
static int step(struct walk *walk, const char *name, enum path_kind kind)
{
	int fd;

	if (name[0] == '.' && !name[1])
		return 0;
	if (name[0] == '.' && name[1] == '.' && !name[2])
		return step_up(walk);
	fd = open_or_make(walk->fd, name, O_PATH, kind);
	if (fd == -ELOOP)
		return step_link(walk, name);
	if (fd < 0)
		return fd;
	reach(walk, fd);
	return append(walk->done, name);
}

static int walk_to_end(struct walk *walk, enum path_kind kind)
{
	char name[PATH_SIZE];
	int r = 0;

	while (r == 0 && take_component(walk->left, name) > 0)
		r = step(walk, name, is_empty(walk->left) ? kind : PATH_DIRECTORY);
	if (r < 0) {
		reach(walk, -1);
		return r;
	}
	return walk->fd;
}

/* Splits @path, whose last component is a plain name; @name is at most as long. */
static int split(const char *path, char parent[PATH_SIZE], char name[PATH_SIZE])
{
	size_t end, start;
	int r;

	r = copy(parent, path);
	if (r < 0)
		return r;
	end = length_of(parent);
	while (end > 0 && parent[end - 1] == '/')
		end--;
	start = end;
	while (start > 0 && parent[start - 1] != '/')
		start--;
	if (start == end)
		return -EINVAL;
	parent[end] = '\0';
	if (parent[start] == '.' &&
	    (!parent[start + 1] || (parent[start + 1] == '.' && !parent[start + 2])))
		return -EINVAL;
	r = copy(name, parent + start);
	parent[start] = '\0';
	return r;
}

/* Only the last component is missing, as nearly always; not so for a dangling link. */
static int make_last(int root, const char *path, enum path_kind kind)
{
	char parent[PATH_SIZE], name[PATH_SIZE];
	int r = split(path, parent, name), dir, fd;

	if (r < 0)
		return r;
	dir = path_open(root, parent, O_PATH | O_DIRECTORY);
	if (dir < 0)
		return dir;
	fd = make(dir, name, kind);
	if (fd == 0)
		fd = open_child(dir, name, O_PATH, kind);
	sys_close(dir);
	return fd;
}

int path_make(int root, const char *path, enum path_kind kind)
{
	struct walk walk;
	int fd, r;

	fd = path_open(root, path, O_PATH);
	if (fd != -ENOENT)
		return fd;
	fd = make_last(root, path, kind);
	if (fd >= 0)
		return fd;
	walk.root = root;
	walk.fd = -1;
	walk.links = 0;
	r = copy(walk.left, path);
	if (r == 0)
		r = restart(&walk, true);
	if (r < 0)
		return r;
	return walk_to_end(&walk, kind);
}

int path_parent(int root, const char *path, char name[PATH_SIZE])
{
	char parent[PATH_SIZE];
	int r = split(path, parent, name);

	return r < 0 ? r : path_make(root, parent, PATH_DIRECTORY);
}

int path_make_nofollow(int root, const char *path, enum path_kind kind)
{
	char name[PATH_SIZE];
	int parent = path_parent(root, path, name), fd;

	if (parent < 0)
		return parent;
	fd = open_or_make(parent, name, O_PATH | O_NOFOLLOW, kind);
	sys_close(parent);
	return fd;
}
