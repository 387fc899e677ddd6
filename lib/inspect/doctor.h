/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a host offers a runtime, thing by thing, with the reason and the remedy. Pure. */
#ifndef OCI_INSPECT_DOCTOR_H
#define OCI_INSPECT_DOCTOR_H

#include "base/text.h"
#include "host/survey.h"
#include "spec/field.h"

enum doctor_state {
	DOCTOR_OK = 1,
	DOCTOR_LIMITED, /* some containers will not run, or not as well */
	DOCTOR_MISSING, /* no container will */
};

struct doctor_line {
	int state; /* enum doctor_state */
	const char *name;
	const char *found;
	const char *remedy; /* NULL if there is nothing to be done */
};

struct doctor_report {
	LIST(struct doctor_line) checks;
};

/* In the survey's arena. -ENOMEM. */
int doctor_examine(const struct survey *survey, struct doctor_report *ret) _must_check_;

void doctor_print(struct text *text, const struct doctor_report *report);
void doctor_print_json(struct text *text, const struct doctor_report *report);

#endif
