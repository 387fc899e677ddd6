/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Hooks: config.md, "POSIX-platform Hooks". */
#ifndef OCI_CONTAINER_HOOKS_H
#define OCI_CONTAINER_HOOKS_H

#include "container/container.h"
#include "spec/spec.h"

struct hooks {
	struct oci_context *context;
	const struct spec *spec;
	const struct record *record;
	int pid, pidfd; /* of init, for all but the poststop hooks */
};

/* Runs all hooks of a kind, up to the first that fails. */
int hooks_run(const struct hooks *hooks, enum spec_hook_kind kind,
	      struct oci_error *err) _must_check_;

/* All poststop hooks; what fails is a warning. */
void hooks_run_poststop(const struct hooks *hooks);

#endif
