/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Security modules, see lsm.h. */
#include <fcntl.h>
#include <string.h>

#include "base/fd.h"
#include "host/file.h"
#include "host/lsm.h"

bool host_has_apparmor(void)
{
	cleanup(free_done) char *text = NULL;

	return file_read(AT_FDCWD, "/sys/module/apparmor/parameters/enabled", 16, &text, NULL) ==
		       0 &&
	       text[0] == 'Y';
}

bool host_has_selinux(void)
{
	return host_file_exists("/sys/fs/selinux/enforce");
}
