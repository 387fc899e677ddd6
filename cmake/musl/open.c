/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* open(2) as the kernel has it. That of musl sets FD_CLOEXEC once more, for kernels before 2.6.23.
 */
#include <fcntl.h>
#include <stdarg.h>

int open(const char *path, int flags, ...)
{
	unsigned int mode = 0;
	va_list ap;

	if (flags & O_CREAT || (flags & O_TMPFILE) == O_TMPFILE) {
		va_start(ap, flags);
		mode = va_arg(ap, unsigned int);
		va_end(ap);
	}
	return openat(AT_FDCWD, path, flags, mode);
}
