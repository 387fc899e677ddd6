/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which build this is, for what must not be taken from another. */
#ifndef OCI_BASE_BUILD_ID_H
#define OCI_BASE_BUILD_ID_H

#include "base/macro.h"

/* The NT_GNU_BUILD_ID that the linker has given the program, or the library, that this is in,
 * elf(5). NULL if it has none. */
const void *build_id(size_t *ret_length);

#endif
