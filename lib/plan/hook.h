/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The plan of a hook: a program that is run beside the container, or in it, and waited for. Pure.
 */
#ifndef OCI_PLAN_HOOK_H
#define OCI_PLAN_HOOK_H

#include <oci/error.h>

#include "plan/plan.h"
#include "spec/model.h"

/* What the owner of the plan puts into its slots before it is run. */
enum plan_hook_slot {
	HOOK_SLOT_INPUT = SLOT_INHERITED, /* the state, to be read */
	HOOK_SLOT_OUTPUT,                 /* for what it says to nobody */
	HOOK_SLOT_ERROR,
	HOOK_SLOT_INIT, /* pidfd of the container's init, if it runs there */
	HOOK_SLOT_ROOT, /* its root, if that is not the one of its mount namespace */
};

/* Where a hook runs. */
struct plan_hook_place {
	const char *directory; /* where it begins */
	uint64_t namespaces;   /* CLONE_NEW* to be joined, 0 for a hook of the host */
	uint64_t uid, gid;     /* with a user namespace: who it is in there */
	bool chroot;
};

/* Who init is in the container's user namespace until it becomes the program: an id that is mapped,
 * preferably 0. */
void plan_mapped_ids(const struct spec *spec, uint64_t *ret_uid, uint64_t *ret_gid);

int plan_hook(const struct spec_hook *hook, const struct plan_hook_place *place, struct plan **ret,
	      struct oci_error *err) _must_check_;

#endif
