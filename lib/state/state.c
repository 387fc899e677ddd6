/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The state root and the directory that each container has in it, see state.h. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/error.h"
#include "base/fd.h"
#include "state/state.h"

#define RECORD          "state.json"
#define SOCKET          "start"
#define SOCKET_TAKEN    "starting" /* somebody has begun to start the container */
#define RECORD_SIZE_MAX ((size_t)16 * 1024 * 1024)
#define KEPT_SIZE_MAX   ((size_t)64 << 20)

void state_done(struct state *state)
{
	fd_done(&state->dir);
}

static int make_root(const char *root)
{
	char path[4096];
	size_t length = strlen(root);

	if (mkdir(root, 0700) == 0 || errno == EEXIST)
		return 0;
	if (errno != ENOENT)
		return -errno;
	if (length >= sizeof(path))
		return -ENAMETOOLONG;
	for (size_t i = 1; i <= length; i++) {
		if (root[i] != '/' && root[i] != '\0')
			continue;
		memcpy(path, root, i);
		path[i] = '\0';
		if (mkdir(path, 0700) < 0 && errno != EEXIST)
			return -errno;
	}
	return 0;
}

static int open_root(const char *root)
{
	int fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

static int open_directory(int at, const char *path)
{
	int fd = openat(at, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

static int lock(int fd, int how)
{
	int r;

	do
		r = flock(fd, LOCK_EX | how);
	while (r < 0 && errno == EINTR);
	return r < 0 ? -errno : 0;
}

static bool was_removed(int fd)
{
	struct stat st;

	return fstat(fd, &st) < 0 || st.st_nlink == 0;
}

int state_create(const char *root, const char *id, struct state *ret, struct oci_error *err)
{
	cleanup(fd_done) int top = -1, dir = -1;
	int r;

	top = open_root(root);
	if (top == -ENOENT) {
		r = make_root(root);
		top = r < 0 ? r : open_root(root);
	}
	if (top < 0)
		return fail(err, top, root, "cannot open the state root \"%s\"", root);
	if (mkdirat(top, id, 0700) < 0) {
		if (errno == EEXIST)
			return fail_plain(err, -EEXIST, NULL,
					  "container with given ID already exists: \"%s\"", id);
		return fail(err, -errno, root, "cannot make the directory \"%s/%s\"", root, id);
	}
	dir = open_directory(top, id);
	r = dir < 0 ? dir : lock(dir, 0);
	/* A `delete --force` that came in between took it for the rest of a crash. */
	if (r == 0 && was_removed(dir))
		r = -ENOENT;
	if (r < 0)
		return fail(err, r, root, "cannot lock the directory \"%s/%s\"", root, id);
	*ret = (struct state){ .dir = TAKE_FD(dir), .root = root, .id = id };
	return 0;
}

static int not_there(const char *id, struct oci_error *err)
{
	return fail_plain(err, -ENOENT, NULL,
			  "container \"%s\" does not exist: container does not exist", id);
}

int state_lock(const struct state *state, bool wait, struct oci_error *err)
{
	int r = lock(state->dir, wait ? 0 : LOCK_NB);

	if (r < 0)
		return fail(err, r, state->root, "cannot lock the directory \"%s/%s\"", state->root,
			    state->id);
	return was_removed(state->dir) ? not_there(state->id, err) : 0;
}

int state_open(const char *root, const char *id, bool want_lock, struct state *ret,
	       struct oci_error *err)
{
	struct state state = { .dir = -1, .root = root, .id = id };
	char path[PATH_MAX];
	int r = path_print(path, "%s/%s", root, id);

	if (r == 0)
		r = state.dir = open_directory(AT_FDCWD, path);
	if (r == -ENOENT)
		return not_there(id, err);
	if (r < 0)
		return fail(err, r, root, "cannot open the directory \"%s/%s\"", root, id);
	r = want_lock ? state_lock(&state, true, err) : 0;
	if (r < 0)
		state_done(&state);
	else
		*ret = state;
	return r;
}

bool state_is_busy(const struct state *state)
{
	if (flock(state->dir, LOCK_SH | LOCK_NB) < 0)
		return errno == EWOULDBLOCK;
	flock(state->dir, LOCK_UN);
	return false;
}

static int unwritten(const struct state *state, int r, struct oci_error *err)
{
	return r < 0 ? fail(err, r, state->root, "cannot write the record \"%s/%s/" RECORD "\"",
			    state->root, state->id)
		     : 0;
}

int state_prepare(const struct state *state, const struct record *record, struct oci_error *err)
{
	cleanup(text_done) struct text text = { 0 };
	int r;

	record_write(&text, record);
	r = text.failed ? -ENOMEM : file_prepare(state->dir, RECORD, text.data, text.length, 0600);
	return unwritten(state, r, err);
}

int state_put(const struct state *state, struct oci_error *err)
{
	return unwritten(state, file_put(state->dir, RECORD), err);
}

int state_write(const struct state *state, const struct record *record, struct oci_error *err)
{
	int r = state_prepare(state, record, err);

	return r < 0 ? r : state_put(state, err);
}

int state_read(const struct state *state, struct arena *arena, struct record **ret,
	       struct oci_error *err)
{
	cleanup(free_done) char *text = NULL;
	size_t length;
	int r;

	r = file_read(state->dir, RECORD, RECORD_SIZE_MAX, &text, &length);
	if (r == -ENOENT)
		return fail_plain(err, -ENODATA, NULL,
				  "container \"%s\" has no record: its creation was interrupted",
				  state->id);
	if (r < 0)
		return fail(err, r, state->root, "cannot read the record \"%s/%s/" RECORD "\"",
			    state->root, state->id);
	return record_read(text, length, arena, ret, err);
}

/* Nobody looks for it before the record names the container, so it need not come in one step. */
int state_keep(const struct state *state, const char *name, const void *data, size_t length,
	       struct oci_error *err)
{
	int r = file_create(state->dir, name, data, length);

	if (r < 0)
		return fail(err, r, state->root, "cannot write \"%s/%s/%s\"", state->root,
			    state->id, name);
	return 0;
}

int state_kept(const struct state *state, const char *name, char **ret, size_t *ret_length,
	       struct oci_error *err)
{
	int r = file_read(state->dir, name, KEPT_SIZE_MAX, ret, ret_length);

	if (r < 0)
		return fail(err, r, state->root, "cannot read \"%s/%s/%s\"", state->root, state->id,
			    name);
	return 0;
}

static void remove_all_in(int dir)
{
	int copy = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *stream = copy < 0 ? NULL : fdopendir(copy);
	struct dirent *entry;

	while (stream && (entry = readdir(stream)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			unlinkat(dir, entry->d_name, 0);
	if (stream)
		closedir(stream);
	else
		fd_done(&copy);
}

static int remove_directory(const char *path)
{
	return rmdir(path) < 0 ? -errno : 0;
}

/* What there may be besides is the temporary file of a process that was killed. */
int state_remove(const struct state *state, struct oci_error *err)
{
	static const char *const usual[] = { RECORD, STATE_CONFIG, STATE_FILTER, SOCKET,
					     SOCKET_TAKEN };
	char path[PATH_MAX];
	int r = path_print(path, "%s/%s", state->root, state->id);

	for (size_t i = 0; i < ARRAY_SIZE(usual); i++)
		unlinkat(state->dir, usual[i], 0);
	if (r == 0)
		r = remove_directory(path);
	if (r == -ENOTEMPTY) {
		remove_all_in(state->dir);
		r = remove_directory(path);
	}
	if (r < 0 && r != -ENOENT)
		return fail(err, r, state->root, "cannot remove the directory \"%s/%s\"",
			    state->root, state->id);
	return 0;
}

/* A path to the socket that fits: 108 bytes are all that an address has. */
static int address_of(const struct state *state, const char *name, struct sockaddr_un *ret)
{
	int n;

	*ret = (struct sockaddr_un){ .sun_family = AF_UNIX };
	n = snprintf(ret->sun_path, sizeof(ret->sun_path), "%s/%s/%s", state->root, state->id,
		     name);
	if (n > 0 && (size_t)n < sizeof(ret->sun_path))
		return 0;
	n = snprintf(ret->sun_path, sizeof(ret->sun_path), "/proc/self/fd/%d/%s", state->dir, name);
	return n > 0 && (size_t)n < sizeof(ret->sun_path) ? 0 : -ENAMETOOLONG;
}

int state_listen(const struct state *state, struct oci_error *err)
{
	cleanup(fd_done) int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	struct sockaddr_un address;
	int r = fd < 0 ? -errno : address_of(state, SOCKET, &address);

	if (r == 0 && bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		r = -errno;
	if (r == 0 && listen(fd, 16) < 0)
		r = -errno;
	if (r < 0)
		return fail(err, r, state->root, "cannot make the socket \"%s/%s/" SOCKET "\"",
			    state->root, state->id);
	return TAKE_FD(fd);
}

/* Without patience, -EAGAIN when others wait for the answer already. */
static int connect_to(const struct state *state, const char *name, bool patience)
{
	cleanup(fd_done) int fd = -1;
	struct sockaddr_un address;
	int r = address_of(state, name, &address);

	if (r < 0)
		return r;
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | (patience ? 0 : SOCK_NONBLOCK), 0);
	if (fd < 0)
		return -errno;
	do
		r = connect(fd, (struct sockaddr *)&address, sizeof(address));
	while (r < 0 && errno == EINTR);
	return r < 0 ? -errno : TAKE_FD(fd);
}

bool state_is_listening(const struct state *state)
{
	cleanup(fd_done) int fd = -1;

	if (faccessat(state->dir, SOCKET, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		return true;
	if (faccessat(state->dir, SOCKET_TAKEN, F_OK, AT_SYMLINK_NOFOLLOW) < 0)
		return false;
	fd = connect_to(state, SOCKET_TAKEN, false);
	return fd >= 0 || fd == -EAGAIN;
}

/* Under the first name that it has; a listener can be given the other one in between. */
int state_connect(const struct state *state, bool patience)
{
	cleanup(fd_done) int fd = connect_to(state, SOCKET, patience);

	if (fd == -ENOENT)
		fd = connect_to(state, SOCKET_TAKEN, patience);
	if (fd >= 0 && !patience && fcntl(fd, F_SETFL, 0) < 0)
		return -errno;
	return TAKE_FD(fd);
}

int state_take(const struct state *state)
{
	return renameat(state->dir, SOCKET, state->dir, SOCKET_TAKEN) < 0 && errno != ENOENT
		       ? -errno
		       : 0;
}

void state_unlisten(const struct state *state)
{
	unlinkat(state->dir, SOCKET_TAKEN, 0);
}
