/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which build this is, see build_id.h. */
#include <elf.h>
#include <link.h>
#include <string.h>

#include "base/build_id.h"

/* The linker's: where our own file begins in memory. */
extern const ElfW(Ehdr) __ehdr_start __attribute__((visibility("hidden")));

static size_t padded(size_t size)
{
	return (size + 3) & ~(size_t)3;
}

static const void *find(const char *notes, size_t size, size_t *ret_length)
{
	for (size_t at = 0; at + sizeof(ElfW(Nhdr)) <= size;) {
		const ElfW(Nhdr) *note = (const void *)(notes + at);
		const char *name = (const char *)(note + 1);

		if (note->n_type == NT_GNU_BUILD_ID && note->n_namesz == sizeof(ELF_NOTE_GNU) &&
		    memcmp(name, ELF_NOTE_GNU, sizeof(ELF_NOTE_GNU)) == 0) {
			*ret_length = note->n_descsz;
			return name + padded(note->n_namesz);
		}
		at += sizeof(*note) + padded(note->n_namesz) + padded(note->n_descsz);
	}
	return NULL;
}

const void *build_id(size_t *ret_length)
{
	const char *file = (const char *)&__ehdr_start;
	const ElfW(Phdr) *segments = (const void *)(file + __ehdr_start.e_phoff);
	const void *id = NULL;

	for (size_t i = 0; i < __ehdr_start.e_phnum && !id; i++) {
		const ElfW(Phdr) *segment = &segments[i];
		/* A program that can be anywhere, or a library, has addresses from its beginning.
		 */
		const char *notes = __ehdr_start.e_type == ET_DYN ? file + segment->p_vaddr
								  : (const char *)segment->p_vaddr;

		if (segment->p_type == PT_NOTE)
			id = find(notes, segment->p_memsz, ret_length);
	}
	return id;
}
