/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Could this machine run it? Each thing that a config asks for and the host does not have is a
 * finding that says what is missing. */
#ifndef OCI_INSPECT_ABLE_H
#define OCI_INSPECT_ABLE_H

#include "host/survey.h"
#include "spec/check.h"

/* @bundle: absolute; relative paths of the config begin there. NULL if there is none. */
void able(const struct spec *spec, const char *bundle, const struct survey *survey,
	  struct findings *findings);

/* What able*.c work on. Findings are made with check_refuse() and check_warn() of the checker. */
struct inspection {
	struct checker checker;
	const char *bundle;
	const struct survey *survey;
};

/* able.c: whether one can be made, for the member at @at. */
void able_user_namespace(struct inspection *inspection, const char *at);

/* able_process.c, able_resources.c, able_mounts.c */
void able_process(struct inspection *inspection, const struct spec_process *process);
void able_resources(struct inspection *inspection, const struct spec_resources *resources);
void able_mounts(struct inspection *inspection);

#endif
