/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who the program is: from /process/user, capabilities and noNewPrivileges to operations. Pure.
 *
 * The order is the kernel's (capabilities(7)): the bounding set while CAP_SETPCAP is there, ids
 * while CAP_SETUID is there, with the permitted set kept over the change; then the sets
 * themselves, ambient last, since it is limited by permitted and inheritable. Without
 * no_new_privs a seccomp filter needs CAP_SYS_ADMIN, so that stays until execve(2) computes
 * permitted and effective anew. */
#include <errno.h>
#include <linux/capability.h>
#include <string.h>

#include "base/error.h"
#include "plan/concern.h"
#include "plan/support.h"
#include "spec/capability.h"

struct sets {
	uint64_t bounding, effective, inheritable, permitted, ambient;
};

/* The standard: what cannot be granted is a warning, not an error. */
/* Whoever is in a user namespace of its own begins with all of them. */
static uint64_t grantable(const struct plan_request *request)
{
	return plan_user_namespace(request->spec) ? (2ULL << CAP_LAST_CAP) - 1
						  : request->facts->permitted;
}

static uint64_t read_set(const struct plan_request *request, const struct spec_strings *names,
			 const char *set)
{
	uint64_t bits = 0;

	list_each(name, *names) {
		int number = capability_number(*name);
		uint64_t bit = number < 0 ? 0 : 1ULL << number;

		if (bit & grantable(request))
			bits |= bit;
		else
			plan_warn(request, "/process/capabilities/%s: %s cannot be granted: %s",
				  set, *name,
				  bit ? "the caller does not have it" : "it is unknown");
	}
	return bits;
}

static struct sets read_sets(const struct plan_request *request)
{
	const struct spec_capabilities *capabilities = request->spec->process->capabilities;
	struct sets sets = { 0 };

	if (!capabilities)
		return sets;
	sets.bounding = read_set(request, &capabilities->bounding, "bounding");
	sets.effective = read_set(request, &capabilities->effective, "effective");
	sets.inheritable = read_set(request, &capabilities->inheritable, "inheritable");
	sets.permitted = read_set(request, &capabilities->permitted, "permitted");
	sets.ambient = read_set(request, &capabilities->ambient, "ambient");
	/* The kernel refuses effective beyond permitted, ambient beyond permitted and inheritable.
	 */
	sets.effective &= sets.permitted;
	sets.ambient &= sets.permitted & sets.inheritable;
	return sets;
}

static void add_groups(struct builder *builder, const struct plan_request *request,
		       const struct spec_user *user)
{
	struct op *op;

	builder_where(builder, "/process/user/additionalGids");
	op = builder_add(builder, PLAN_CHILD, OP_GROUPS);
	op->a = user->additionalGids.n;
	/* One that is joined, or the caller's, may have them denied. */
	if (user->additionalGids.n == 0 && plan_is_nested(request))
		op->tolerate = TOLERATE_REFUSED;
	op->text = builder_bytes(builder, NULL, 0);
	list_each(group, user->additionalGids) {
		uint32_t gid = (uint32_t)*group;

		text_add(&builder->data, (const char *)&gid, sizeof(gid));
	}
}

/* As with crun: whoever is let in somewhere by a group of its own hands that on to a container to
 * which it could not give it (podman run --group-add keep-groups). */
static bool keeps_groups(const struct spec *spec)
{
	list_each(annotation, spec->annotations)
		if (strcmp(annotation->key, PLAN_KEEP_GROUPS) == 0)
			return strcmp(annotation->value, "0") != 0;
	return false;
}

static void add_ids(struct builder *builder, const struct spec_user *user)
{
	struct op *op;

	builder_where(builder, "/process/user");
	op = builder_add(builder, PLAN_CHILD, OP_IDS);
	op->a = user->uid.value;
	op->b = user->gid.value;
}

int plan_credentials(struct builder *builder, const struct plan_request *request,
		     struct oci_error *err)
{
	const struct spec_process *process = request->spec->process;
	struct sets sets = read_sets(request);
	bool seccomp = request->spec->linux_->seccomp && !process->noNewPrivileges;
	uint64_t kept = seccomp ? 1ULL << CAP_SYS_ADMIN : 0;
	struct op *op;

	if (kept & ~grantable(request))
		return fail_plain(err, -EPERM, "/linux/seccomp",
				  "/linux/seccomp: a filter without /process/noNewPrivileges needs "
				  "CAP_SYS_ADMIN, which the caller does not have");
	builder_where(builder, "/process/capabilities/bounding");
	op = builder_add(builder, PLAN_CHILD, OP_BOUNDING);
	op->a = sets.bounding;
	if (process->user->uid.value != 0)
		builder_add(builder, PLAN_CHILD, OP_KEEP_CAPS);
	if (plan_may_set_groups(request) && !keeps_groups(request->spec))
		add_groups(builder, request, process->user);
	add_ids(builder, process->user);
	builder_where(builder, "/process/capabilities");
	op = builder_add(builder, PLAN_CHILD, OP_CAPABILITIES);
	op->a = sets.effective | kept;
	op->b = sets.permitted | kept;
	op->c = sets.inheritable;
	builder_where(builder, "/process/capabilities/ambient");
	op = builder_add(builder, PLAN_CHILD, OP_AMBIENT);
	op->a = sets.ambient;
	if (process->noNewPrivileges) {
		builder_where(builder, "/process/noNewPrivileges");
		builder_add(builder, PLAN_CHILD, OP_NO_NEW_PRIVS);
	}
	return 0;
}
