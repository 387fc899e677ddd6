/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Could this machine run it? Each thing that a config asks for and the host does not have is a
 * finding that says what is missing. */
#ifndef OCI_INSPECT_ABLE_H
#define OCI_INSPECT_ABLE_H

#include "host/survey.h"
#include "spec/finding.h"
#include "spec/model.h"

/* @bundle: absolute; relative paths of the config begin there. NULL if there is none. */
void able(const struct spec *spec, const char *bundle, const struct survey *survey,
	  struct findings *findings);

/* One finding about the host, for able*.c. */
struct inspection {
	const struct spec *spec;
	const char *bundle;
	const struct survey *survey;
	struct findings *findings;
};
const char *able_at(struct inspection *inspection, const char *format, ...) _printf_(2, 3);
const char *able_at_key(struct inspection *inspection, const char *map, const char *key);
void able_refuse(struct inspection *inspection, const char *pointer, const char *format, ...)
	_printf_(3, 4);
void able_warn(struct inspection *inspection, const char *pointer, const char *format, ...)
	_printf_(3, 4);

/* able_process.c, able_resources.c, able_mounts.c */
void able_process(struct inspection *inspection, const struct spec_process *process);
void able_resources(struct inspection *inspection, const struct spec_resources *resources);
void able_mounts(struct inspection *inspection);

#endif
