/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The caller and its ids, see users.h. */
#include <errno.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/num.h"
#include "host/file.h"
#include "host/users.h"

/* The inode of the first user namespace: PROC_USER_INIT_INO of <linux/proc_ns.h> */
#define FIRST_USER_NAMESPACE "user:[4026531837]"

/* Lines of three numbers. */
static int read_map(struct arena *arena, const char *path, struct host_ranges *ret)
{
	const char *at = host_file_text(arena, path);
	size_t lines = 1;

	if (!at)
		return -ENOMEM;
	for (const char *c = at; *c; c++)
		lines += *c == '\n';
	ret->item = arena_alloc(arena, lines * sizeof(*ret->item));
	if (!ret->item)
		return -ENOMEM;
	while (*at) {
		uint64_t number[3];
		int n = 0;

		for (; n < 3; n++) {
			at += strspn(at, " \n");
			if (num_parse(at, strspn(at, "0123456789"), UINT32_MAX, &number[n]) < 0)
				return 0;
			at += strspn(at, "0123456789");
		}
		ret->item[ret->n++] = (struct host_range){ number[0], number[1], number[2] };
		at += strspn(at, " \n");
	}
	return 0;
}

/* The field behind the next ':' of a line, or NULL. */
static const char *next_field(const char *field)
{
	field += strcspn(field, ":\n");
	return *field == ':' ? field + 1 : NULL;
}

/* "name:100000:65536", by name or by number: subuid(5). */
static int read_subids(struct arena *arena, const char *path, const char *name, unsigned int id,
		       struct host_ranges *ret)
{
	const char *at = host_file_text(arena, path);
	size_t lines = 1;
	char number[16];

	if (!at)
		return -ENOMEM;
	snprintf(number, sizeof(number), "%u", id);
	for (const char *c = at; *c; c++)
		lines += *c == '\n';
	ret->item = arena_alloc(arena, lines * sizeof(*ret->item));
	if (!ret->item)
		return -ENOMEM;
	for (; *at; at += strcspn(at, "\n"), at += *at == '\n') {
		size_t n = strcspn(at, ":\n");
		const char *first = next_field(at), *size = first ? next_field(first) : NULL;
		uint64_t from, count;
		bool ours = (name && strlen(name) == n && memcmp(at, name, n) == 0) ||
			    (strlen(number) == n && memcmp(at, number, n) == 0);

		if (!ours || !size ||
		    num_parse(first, strspn(first, "0123456789"), UINT32_MAX, &from) < 0 ||
		    num_parse(size, strspn(size, "0123456789"), UINT32_MAX, &count) < 0)
			continue;
		ret->item[ret->n++] = (struct host_range){ 0, from, count };
	}
	return 0;
}

static const char *user_name(struct arena *arena, unsigned int uid)
{
	const char *at = host_file_text(arena, "/etc/passwd");

	for (; at && *at; at += strcspn(at, "\n"), at += *at == '\n') {
		const char *password = next_field(at);
		const char *number = password ? next_field(password) : NULL;
		uint64_t value;

		if (number &&
		    num_parse(number, strspn(number, "0123456789"), UINT32_MAX, &value) == 0 &&
		    value == uid)
			return arena_strndup(arena, at, strcspn(at, ":"));
	}
	return NULL;
}

static const char *find_program(const char *usr, const char *bin)
{
	return host_file_exists(usr) ? usr : host_file_exists(bin) ? bin : NULL;
}

int host_users_gather(struct arena *arena, struct host_users *ret)
{
	struct host_users users = { .uid = geteuid(), .gid = getegid() };
	const char *name = user_name(arena, users.uid);
	int r;

	r = read_map(arena, "/proc/self/uid_map", &users.uid_map);
	if (r == 0)
		r = read_map(arena, "/proc/self/gid_map", &users.gid_map);
	if (r == 0)
		r = read_subids(arena, "/etc/subuid", name, users.uid, &users.subuids);
	if (r == 0)
		r = read_subids(arena, "/etc/subgid", name, users.uid, &users.subgids);
	users.newuidmap = find_program("/usr/bin/newuidmap", "/bin/newuidmap");
	users.newgidmap = find_program("/usr/bin/newgidmap", "/bin/newgidmap");
	if (r == 0)
		*ret = users;
	return r;
}

bool host_is_nested(void)
{
	char ours[64];
	ssize_t n = readlink("/proc/self/ns/user", ours, sizeof(ours));

	return n >= 0 && ((size_t)n != strlen(FIRST_USER_NAMESPACE) ||
			  memcmp(ours, FIRST_USER_NAMESPACE, (size_t)n) != 0);
}

bool host_owns_mounts(void)
{
	cleanup(fd_done) int mounts = -1, owner = -1;
	struct stat ours, theirs;

	if (!host_is_nested() || stat("/proc/self/ns/user", &ours) < 0)
		return true;
	mounts = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
	owner = mounts < 0 ? -1 : ioctl(mounts, NS_GET_USERNS);
	return owner >= 0 && fstat(owner, &theirs) == 0 && theirs.st_ino == ours.st_ino &&
	       theirs.st_dev == ours.st_dev;
}
