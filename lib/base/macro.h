/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Attributes and small macros that every other file may use. Header only, so that the
 * freestanding code of lib/sys and lib/init can include it too. */
#ifndef OCI_BASE_MACRO_H
#define OCI_BASE_MACRO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define _public_            __attribute__((visibility("default")))
#define _must_check_        __attribute__((warn_unused_result))
#define _printf_(fmt, args) __attribute__((format(printf, fmt, args)))
#define cleanup(fn)         __attribute__((cleanup(fn)))

#define ARRAY_SIZE(a)                   (sizeof(a) / sizeof((a)[0]))
#define FLAGS_SET(value, flags)         (((value) & (flags)) == (flags))
#define CONTAINER_OF(ptr, type, member) ((type *)((char *)(ptr)-offsetof(type, member)))

/* Hand a resource over to somebody else: the variable keeps nothing to clean up. */
#define TAKE_PTR(ptr)                           \
	({                                      \
		__typeof__(ptr) taken_ = (ptr); \
		(ptr) = NULL;                   \
		taken_;                         \
	})
#define TAKE_FD(fd)                \
	({                         \
		int taken_ = (fd); \
		(fd) = -1;         \
		taken_;            \
	})

#endif
