/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names of containers, see id.h. */
#include <errno.h>
#include <string.h>

#include "base/error.h"
#include "base/weaken.h"
#include "state/id.h"

#define FIRST "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+"

int id_check(const char *id, struct oci_error *err)
{
	size_t length = id ? strlen(id) : 0;

	if (length == 0)
		return fail_plain(err, -EINVAL, NULL, "container ID must not be empty");
	if (length > ID_LENGTH_MAX)
		return fail_plain(err, -EINVAL, NULL,
				  "invalid container ID: it has %zu characters, %d are allowed",
				  length, ID_LENGTH_MAX);
	if (WEAKENED(NAMES))
		return 0;
	if (!strchr(FIRST, id[0]) || id[strspn(id, FIRST "-.")] != '\0')
		return fail_plain(
			err, -EINVAL, NULL,
			"invalid container ID \"%s\": only letters, digits and _ + - . are "
			"allowed, and it begins with a letter, a digit, _ or +",
			id);
	return 0;
}
