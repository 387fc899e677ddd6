/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Programs of the host that do a part of the work, such as newuidmap(1). */
#ifndef OCI_EXEC_HELPER_H
#define OCI_EXEC_HELPER_H

#include <oci/error.h>

#include "base/macro.h"

/* Runs argv[0], a path, with no environment and nothing to read, and waits for its end. An error
 * has what it said last on its standard error; @where is the member of the config that asks for it.
 */
int helper_run(const char *const argv[], const char *where, struct oci_error *err) _must_check_;

#endif
