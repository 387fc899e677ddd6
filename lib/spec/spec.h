/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A config.json, read and found legal. Pure: text in, values out. */
#ifndef OCI_SPEC_SPEC_H
#define OCI_SPEC_SPEC_H

#include <oci/error.h>
#include <oci/validate.h>

#include "base/arena.h"
#include "spec/finding.h"
#include "spec/model.h"

/* The versions of the standard that we speak: the newer is the one written into what we emit. */
#define SPEC_VERSION     "1.3.0"
#define SPEC_VERSION_MIN "1.0.0"

/* Decodes and checks a document. The result lives in @arena. -EINVAL with all that is wrong with it
 * in @err, -ENOMEM. */
int spec_decode(const struct document *document, struct arena *arena, struct spec **ret,
		struct oci_error *err) _must_check_;
int spec_decode_process(const struct document *document, struct arena *arena,
			struct spec_process **ret, struct oci_error *err) _must_check_;
int spec_decode_resources(const struct document *document, struct arena *arena,
			  struct spec_resources **ret, struct oci_error *err) _must_check_;

/* As these, with everything that there is to say in @findings. A process or resources are in *ret
 * at the place that they have in a config. 0, -ENOMEM, or -EINVAL, also a finding, for what is no
 * JSON. */
int spec_examine(const struct document *document, enum oci_document kind, struct findings *findings,
		 struct spec **ret) _must_check_;

/* The config that `ocirun spec` writes. With @rootless one for that user, who is root inside. */
struct spec_default_user {
	unsigned int uid, gid;
};
int spec_default(struct arena *arena, const struct spec_default_user *rootless, struct spec **ret,
		 struct oci_error *err) _must_check_;

/* Puts @more, which ends in NULL or is NULL, behind the strings of a list. 0 or -ENOMEM. */
int spec_strings_add(struct spec_strings *strings, const char *const *more,
		     struct arena *arena) _must_check_;

/* The hooks of one kind, NULL for none. */
const struct spec_hook_list *spec_hooks_find(const struct spec *spec, enum spec_hook_kind kind);

/* Whether a call can come to SCMP_ACT_NOTIFY. */
bool spec_seccomp_notifies(const struct spec_seccomp *seccomp);

/* The entry of linux.namespaces with this CLONE_NEW* flag, or NULL. */
const struct spec_namespace *spec_namespace_find(const struct spec *spec, int type);

#endif
