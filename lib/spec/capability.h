/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names of capabilities, as libcap knows them. Pure. */
#ifndef OCI_SPEC_CAPABILITY_H
#define OCI_SPEC_CAPABILITY_H

#include "base/macro.h"

/* More than the kernel has, and what a set can hold. */
#define CAPABILITIES_MAX 64

#define CAPABILITY_NAME_SIZE 32

/* "CAP_CHOWN", in @buffer; NULL for a number that has no name. */
const char *capability_name(int number, char buffer[CAPABILITY_NAME_SIZE]);

/* The number of "CAP_CHOWN", or -1. The case does not count, as with runc. */
int capability_number(const char *name);

#endif
