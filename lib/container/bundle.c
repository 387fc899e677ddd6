/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A bundle: where it is, its config, its root. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/fd.h"
#include "container/bundle.h"
#include "container/container.h"
#include "spec/json.h"
#include "spec/pointer.h"

int bundle_find(struct arena *arena, const char *path, const char **ret, struct oci_error *err)
{
	char absolute[PATH_MAX];

	if (!path)
		path = ".";
	if (!realpath(path, absolute))
		return fail(err, -errno, path, "cannot open the bundle \"%s\"", path);
	*ret = arena_strdup(arena, absolute);
	return *ret ? 0 : fail(err, -ENOMEM, NULL, "cannot read the bundle");
}

int bundle_read(struct arena *arena, const char *bundle, const char *config, struct document *ret,
		struct oci_error *err)
{
	const char *path = config ? config : arena_printf(arena, "%s/config.json", bundle);
	cleanup(free_done) char *text = NULL;
	const char *name;
	int r;

	if (!path)
		return fail(err, -ENOMEM, NULL, "cannot read config.json");
	r = file_read(AT_FDCWD, path, JSON_SIZE_MAX, &text, &ret->length);
	if (r == -EFBIG)
		return fail_plain(err, r, path, "\"%s\": " JSON_TOO_LARGE, path);
	if (r < 0)
		return fail(err, r, path, "cannot read \"%s\"", path);
	name = strrchr(path, '/');
	ret->file = arena_strdup(arena, name ? name + 1 : path);
	if (!ret->file)
		return fail(err, -ENOMEM, NULL, "cannot read \"%s\"", path);
	ret->text = TAKE_PTR(text);
	return 0;
}

int container_config(const struct state *state, struct arena *arena, struct document *ret_document,
		     struct spec **ret, struct oci_error *err)
{
	char *text;
	int r = state_kept(state, STATE_CONFIG, &text, &ret_document->length, err);

	if (r < 0)
		return r;
	ret_document->file = "config.json";
	ret_document->text = text;
	return spec_decode(ret_document, arena, ret, err);
}

void document_done(struct document *document)
{
	free((char *)document->text);
	document->text = NULL;
}

size_t bundle_member(const struct oci_error *err)
{
	size_t length = strlen(err->where);
	const char *end;

	if (err->where[0] != '/' || strncmp(err->message, err->where, length) != 0 ||
	    !err->message[length] || !strchr(":/", err->message[length]))
		return 0;
	end = strstr(err->message + length, ": ");
	return end ? (size_t)(end - err->message) : 0;
}

void bundle_place(const struct document *document, const char *root, struct oci_error *err)
{
	size_t length = err ? bundle_member(err) : 0;
	char pointer[sizeof(err->message)];
	unsigned int line, column;

	if (length < strlen(root) || length == 0)
		return;
	length -= strlen(root);
	memcpy(pointer, err->message + strlen(root), length);
	pointer[length] = '\0';
	if (pointer_place(document->text, document->length, pointer, &line, &column) == 0)
		(void)fail_within(err, "%s:%u:%u", document->file, line, column);
}

int bundle_rootfs(struct arena *arena, const char *bundle, const struct spec *spec,
		  const char **ret, struct oci_error *err)
{
	const char *path = spec->root->path;
	struct stat st;

	if (path[0] != '/')
		path = arena_printf(arena, "%s/%s", bundle, path);
	if (!path)
		return fail(err, -ENOMEM, NULL, "cannot find the root");
	if (stat(path, &st) < 0)
		return fail(err, -errno, "/root/path", "/root/path: cannot find \"%s\"", path);
	if (!S_ISDIR(st.st_mode))
		return fail(err, -ENOTDIR, "/root/path", "/root/path: \"%s\"", path);
	*ret = path;
	return 0;
}
