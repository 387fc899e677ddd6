/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The init program as a sealed memfd, see image.h. */
#include <errno.h>
#include <fcntl.h>
#include <linux/memfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/error.h"
#include "base/fd.h"
#include "base/weaken.h"
#include "exec/image.h"

#ifndef MFD_EXEC
#define MFD_EXEC 0x0010U /* 6.3 */
#endif
#ifndef F_SEAL_EXEC
#define F_SEAL_EXEC 0x0020 /* 6.3 */
#endif

extern const char init_image[], init_image_end[];

int image_open(struct oci_error *err)
{
	const size_t size = (size_t)(init_image_end - init_image);
	const int seals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
	cleanup(fd_done) int fd =
		memfd_create("ocirun-init", MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_EXEC);

	if (fd < 0 && errno == EINVAL) /* < 6.3, where every memfd may be executed */
		fd = memfd_create("ocirun-init", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd < 0)
		return fail(err, -errno, NULL, "cannot make a memfd for init%s",
			    errno == EACCES ? " (vm.memfd_noexec is 2)" : "");
	if (write(fd, init_image, size) != (ssize_t)size)
		return fail(err, -EIO, NULL, "cannot write init to its memfd");
	if (WEAKENED(SEAL))
		return TAKE_FD(fd);
	if (fcntl(fd, F_ADD_SEALS, seals | F_SEAL_EXEC) < 0 && fcntl(fd, F_ADD_SEALS, seals) < 0)
		return fail(err, -errno, NULL, "cannot seal the memfd of init");
	return TAKE_FD(fd);
}
