/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Loading libraries, see library.h, and saying which: an ELF note for those who make packages, as
 * https://uapi-group.org/specifications/specs/elf_dlopen_metadata has it. */
#include <dlfcn.h>

#include "base/macro.h"
#include "cgroup/library.h"

#define NOTE                                                                     \
	"[{\"feature\":\"systemd\",\"description\":\"cgroups made by systemd\"," \
	"\"priority\":\"suggested\",\"soname\":[\"" LIBRARY_SYSTEMD "\"]}]"

static const struct {
	uint32_t name_size, size, type;
	char name[4];
	_Alignas(4) char text[sizeof(NOTE)];
} note __attribute__((used, aligned(4), section(".note.dlopen"))) = { sizeof("FDO"), sizeof(NOTE),
								      0x407c0c0a, "FDO", NOTE };

static void *load(const char *name)
{
	return dlopen(name, RTLD_NOW | RTLD_LOCAL);
}

static void *find(void *library, const char *name)
{
	return dlsym(library, name);
}

const struct library_loader oci_library_loader = { load, find, dlclose };
