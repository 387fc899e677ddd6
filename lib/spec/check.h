/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The rules of the standard that span members, or look into a text: config.md, config-linux.md. The
 * decoder has looked at each member by itself. Pure.
 *
 * What create has to refuse is in check*.c, what it only has to know when somebody asks in
 * advise*.c. */
#ifndef OCI_SPEC_CHECK_H
#define OCI_SPEC_CHECK_H

#include "spec/finding.h"
#include "spec/model.h"

struct checker {
	const struct spec *spec;
	struct findings *findings;
	enum oci_aspect aspect; /* of what is found */
};

/* A JSON pointer, in the arena of the findings; NULL when memory ran out. */
const char *check_at(struct checker *checker, const char *format, ...) _printf_(2, 3);
/* The one of an entry of a map. */
const char *check_at_key(struct checker *checker, const char *map, const char *key);

/* A statement that the member at @pointer breaks. Where the shape of it was found wrong already,
 * there is nothing more to be said. */
void check_refuse(struct checker *checker, const char *rule, const char *pointer,
		  const char *format, ...) _printf_(4, 5);
void check_violation(struct checker *checker, const char *rule, const char *pointer,
		     const char *format, ...) _printf_(4, 5);
void check_warn(struct checker *checker, const char *rule, const char *pointer, const char *format,
		...) _printf_(4, 5);

/* Whether the decoder has understood what is at @pointer, so that its absence is one. */
bool check_sound(const struct checker *checker, const char *pointer);

/* "0-3,7": a list as cpuset(7) has it, not empty, each range going up. */
bool check_is_list(const char *text);
/* Not empty, and no more than one component: no '/', not "." and not "..". */
bool check_is_component(const char *text);

bool check_has_option(const struct spec_mount *mount, const char *name);
bool check_is_bind(const struct spec_mount *mount);

/* check.c, check_linux.c, check_process.c, check_resources.c, check_seccomp.c. @at is the pointer
 * of the part. */
void check_config(struct checker *checker);
void check_linux(struct checker *checker, const struct spec_linux *linux_);
void check_mappings(struct checker *checker, const struct spec_id_mappings *mappings,
		    const char *at);
void check_process(struct checker *checker, const struct spec_process *process, const char *at);
void check_resources(struct checker *checker, const struct spec_resources *resources,
		     const char *at);
void check_seccomp(struct checker *checker, const struct spec_seccomp *seccomp);

/* advise.c, advise_annotations.c, advise_linux.c, advise_process.c */
void advise_config(struct checker *checker);
void advise_annotations(struct checker *checker);
void advise_linux(struct checker *checker, const struct spec_linux *linux_);
void advise_process(struct checker *checker, const struct spec_process *process, const char *at);
void advise_resources(struct checker *checker, const struct spec_resources *resources,
		      const char *at);

#endif
