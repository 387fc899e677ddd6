/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Small files of the host that may or may not be there. */
#ifndef OCI_HOST_FILE_H
#define OCI_HOST_FILE_H

#include "base/arena.h"

/* The text without its last newlines; "" when there is no such file or it cannot be read, NULL when
 * memory ran out. */
const char *host_file_text(struct arena *arena, const char *path);

bool host_file_exists(const char *path);

#endif
