/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names of containers. They become names of files, so what they may be is looked at first. */
#ifndef OCI_STATE_ID_H
#define OCI_STATE_ID_H

#include <oci/error.h>

#include "base/macro.h"

#define ID_LENGTH_MAX 255 /* a file name; _ses.<id> and cgroup names have to hold it as well */

/* Letters, digits and _ + - . only, the first a letter, digit, _ or +; -EINVAL else. */
int id_check(const char *id, struct oci_error *err) _must_check_;

#endif
