/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Versions of the standard. Pure. */
#ifndef OCI_SPEC_VERSION_H
#define OCI_SPEC_VERSION_H

#include "spec/field.h"

struct version {
	uint64_t number[3]; /* major, minor, patch */
};

/* SemVer 2.0.0: three numbers, then perhaps -pre.release and +build. */
bool version_parse(const char *text, struct version *ret);

/* The newest release that is not newer. */
enum release version_release(const struct version *version);

#endif
