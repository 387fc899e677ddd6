/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Configurations by themselves: read, made up, and written. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include <oci/spec.h>

#include "base/error.h"
#include "spec/dump.h"
#include "spec/json.h"
#include "spec/spec.h"
#include "spec/tables.h"

#define INDENT_MAX 8

struct oci_spec {
	struct arena arena;
	struct spec *spec;
};

_public_ struct oci_spec *oci_spec_free(struct oci_spec *spec)
{
	if (spec)
		arena_done(&spec->arena);
	free(spec);
	return NULL;
}

static int allocate(struct oci_spec **ret, struct oci_error *err)
{
	*ret = calloc(1, sizeof(**ret));
	return *ret ? 0 : fail(err, -ENOMEM, NULL, "cannot read a config");
}

_public_ int oci_spec_parse(const char *name, const char *document, size_t length,
			    struct oci_spec **ret, struct oci_error *err)
{
	const struct document text = { name ? name : "config.json", document, length };
	struct oci_spec *spec;
	int r;

	if (length > JSON_SIZE_MAX)
		return fail_plain(err, -EFBIG, NULL, "%s: " JSON_TOO_LARGE, text.file);
	r = allocate(&spec, err);
	if (r < 0)
		return r;
	r = spec_decode(&text, &spec->arena, &spec->spec, err);
	if (r < 0)
		oci_spec_free(spec);
	else
		*ret = spec;
	return r;
}

_public_ int oci_spec_default(unsigned int flags, struct oci_spec **ret, struct oci_error *err)
{
	const struct spec_default_user user = { geteuid(), getegid() };
	struct oci_spec *spec;
	int r;

	if (flags & ~(unsigned int)OCI_SPEC_ROOTLESS)
		return fail_plain(err, -EINVAL, NULL, "unknown flags 0x%x", flags);
	r = allocate(&spec, err);
	if (r < 0)
		return r;
	r = spec_default(&spec->arena, flags & OCI_SPEC_ROOTLESS ? &user : NULL, &spec->spec, err);
	if (r < 0)
		oci_spec_free(spec);
	else
		*ret = spec;
	return r;
}

_public_ int oci_spec_dump(const struct oci_spec *spec, unsigned int indent, char **ret,
			   struct oci_error *err)
{
	struct text text = { 0 };

	if (indent > INDENT_MAX)
		return fail_plain(err, -EINVAL, NULL, "an indent of %u is too large", indent);
	dump(&text, &spec_object, spec->spec, indent);
	return text_take(&text, ret) < 0 ? fail(err, -ENOMEM, NULL, "cannot write a config") : 0;
}
