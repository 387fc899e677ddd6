/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The unit of systemd that a container is: a scope, of which the processes are not systemd's. Pure.
 *
 * systemd makes the group of a scope and keeps its limits: what it is not told it sets back to its
 * own idea at the next opportunity. So limits are written twice, as properties of the unit and, by
 * the same operations as without systemd, to the files of the group, which know more. */
#ifndef OCI_PLAN_UNIT_H
#define OCI_PLAN_UNIT_H

#include "plan/create.h"

struct unit {
	const char *name;  /* "crio-1234.scope" */
	const char *slice; /* "kubepods-burstable.slice" */
	const char *path;  /* of its group below each hierarchy */
};

/* A property as org.freedesktop.systemd1 has it; the value is in the format of variant.h. */
struct unit_property {
	const char *name, *value;
	const char *where; /* JSON pointer */
};

struct unit_properties {
	struct arena *arena; /* remembers that memory ran out */
	struct unit_property *item;
	size_t n, room;
};

/* The unit that linux.cgroupsPath, "slice:prefix:name", asks for. -EINVAL, -ENOMEM. */
int unit_find(const struct plan_request *request, struct unit *ret,
	      struct oci_error *err) _must_check_;

/* All properties but the processes. -EINVAL for an annotation that is none. */
int unit_describe(const struct plan_request *request, const struct unit *unit,
		  struct unit_properties *ret, struct oci_error *err) _must_check_;

/* What of the limits systemd has properties for; those of /linux/resources that are not set are
 * left out. */
void unit_limits(struct unit_properties *properties, const struct spec_resources *resources,
		 bool v2);

/* Whether systemd makes the container's group in a hierarchy, and not we: those in which it counts
 * processes, v2 and, beside v1, its own. */
bool unit_owns(const struct host_hierarchy *hierarchy);

#endif
