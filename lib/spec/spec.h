/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A config.json, read and found legal. Pure: text in, values out. */
#ifndef OCI_SPEC_SPEC_H
#define OCI_SPEC_SPEC_H

#include <oci/error.h>

#include "base/arena.h"
#include "spec/model.h"

/* The version of the standard that we speak: the one written into what we emit. */
#define SPEC_VERSION "1.3.0"

/* Decodes and checks a config. The result lives in @arena. @file is its name in messages. */
int spec_decode(const char *file, const char *document, size_t length, struct arena *arena,
		struct spec **ret, struct oci_error *err) _must_check_;

/* What the standard forbids across members. decode() has looked at each member by itself. */
int spec_check(const char *file, const struct spec *spec, struct oci_error *err) _must_check_;

/* The config that `ocirun spec` writes. */
const char *spec_default(void);

/* The entry of linux.namespaces with this CLONE_NEW* flag, or NULL. */
const struct spec_namespace *spec_namespace_find(const struct spec *spec, int type);

#endif
