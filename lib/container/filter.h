/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* System call filters that were compiled before: engines send the same profile again and again. */
#ifndef OCI_CONTAINER_FILTER_H
#define OCI_CONTAINER_FILTER_H

#include "base/text.h"
#include "plan/create.h"

struct filter {
	const char *notes; /* the directory */
	struct text key;   /* empty for none */
	char *value;
	struct plan_bytes program; /* { NULL } if none is noted */
};

/* @notes has to live as long. */
void filter_find(struct filter *filter, const char *notes, const struct spec *spec);

/* Notes that of @plan, if none was found. */
void filter_keep(const struct filter *filter, const struct plan *plan);

void filter_done(struct filter *filter);

#endif
