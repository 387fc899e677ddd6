/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A bundle: where it is, its config, its root. For the verbs that begin with one. */
#ifndef OCI_CONTAINER_BUNDLE_H
#define OCI_CONTAINER_BUNDLE_H

#include "spec/spec.h"

/* Its absolute path, in @arena. NULL is the working directory. */
int bundle_find(struct arena *arena, const char *path, const char **ret,
		struct oci_error *err) _must_check_;

/* Its config, to be given back with document_done(). @config: another file, or NULL. */
int bundle_read(struct arena *arena, const char *bundle, const char *config, struct document *ret,
		struct oci_error *err) _must_check_;
void document_done(struct document *document);

/* How long the JSON pointer is that the message of an error begins with, with ": " behind it; 0 if
 * there is none. The message may name a member of what err->where does: "/mounts/3/source: ...". */
size_t bundle_member(const struct oci_error *err);

/* Puts "config.json:3:7: " before an error whose message begins with the JSON pointer that it is
 * about. @root: where in a config the document would be, "" for one that is the config. */
void bundle_place(const struct document *document, const char *root, struct oci_error *err);

/* The absolute path of its root, which is a directory: ROOT-04. */
int bundle_rootfs(struct arena *arena, const char *bundle, const struct spec *spec,
		  const char **ret, struct oci_error *err) _must_check_;

#endif
