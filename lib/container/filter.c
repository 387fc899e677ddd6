/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* System call filters that were compiled before, see filter.h. What is noted is good for the build
 * that made it: another may know more names, or have had a fault. */
#include <stdlib.h>

#include "base/build_id.h"
#include "base/notes.h"
#include "container/filter.h"
#include "plan/seccomp_compile.h"

static struct note note_of(const struct filter *filter)
{
	return (struct note){ .directory = filter->notes,
			      .kind = "seccomp",
			      .key = filter->key.data,
			      .key_length = filter->key.length };
}

void filter_find(struct filter *filter, const char *notes, const struct spec *spec)
{
	const struct spec_seccomp *seccomp = spec->linux_ ? spec->linux_->seccomp : NULL;
	size_t length;
	const void *build = build_id(&length);
	struct note note;

	if (!seccomp || !build || !notes)
		return;
	filter->notes = notes;
	text_add(&filter->key, build, length);
	seccomp_key(seccomp, &filter->key);
	if (filter->key.failed)
		return;
	note = note_of(filter);
	if (note_find(&note, &filter->value, &length) == 0)
		filter->program = plan_filter_kept(filter->value, length);
}

void filter_keep(const struct filter *filter, const struct plan *plan)
{
	struct plan_bytes program = plan_filter_of(plan);
	struct note note = note_of(filter);

	if (filter->key.length > 0 && !filter->key.failed && !filter->program.data && program.data)
		note_keep(&note, program.data, program.length);
}

void filter_done(struct filter *filter)
{
	text_done(&filter->key);
	free(filter->value);
}
