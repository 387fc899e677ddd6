/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The init program, as a file that can be executed and that nobody can change. */
#ifndef OCI_EXEC_IMAGE_H
#define OCI_EXEC_IMAGE_H

#include <oci/error.h>

#include "base/macro.h"

/* A sealed memfd that holds init. What /proc/<pid>/exe of a container leads to is this and never
 * the program that called us (CVE-2019-5736). Returns the descriptor. */
int image_open(struct oci_error *err) _must_check_;

#endif
