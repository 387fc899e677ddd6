/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names of capabilities, as libcap knows them. Pure. */
#ifndef OCI_SPEC_CAPABILITY_H
#define OCI_SPEC_CAPABILITY_H

#include "base/arena.h"

/* More than the kernel has, and what a set can hold. */
#define CAPABILITIES_MAX 64

/* "CAP_CHOWN", in @arena; NULL for a number that has no name, or when memory ran out. */
const char *capability_name(struct arena *arena, int number) _must_check_;

/* The number of "CAP_CHOWN", or -1. The case does not count, as with runc. */
int capability_number(const char *name);

#endif
