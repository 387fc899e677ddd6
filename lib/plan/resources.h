/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* /linux/resources: from limits to what is written to which file of a cgroup. Pure. */
#ifndef OCI_PLAN_RESOURCES_H
#define OCI_PLAN_RESOURCES_H

#include "base/arena.h"
#include "host/facts.h"
#include "plan/build.h"
#include "spec/spec.h"

/* Where limits go: the container's group in one hierarchy. */
struct limits {
	struct builder *builder;
	struct arena *arena;
	const struct host_facts *facts;
	const struct host_hierarchy *hierarchy;
	int16_t slot;
	bool update; /* there are processes in it, and limits that these replace */
};

/* Whether they can be said in the terms of this host: no controller is missing, and none is of a
 * kind that v2 does not have. None is ever dropped in silence. */
int limits_check(const struct host_facts *facts, const struct spec_resources *resources,
		 struct oci_error *err) _must_check_;

/* The controllers that they need, "memory pids ". */
const char *limits_controllers(const struct spec_resources *resources, struct arena *arena);

/* Those of the list that the hierarchy has. */
const char *limits_own_controllers(const struct limits *limits, const char *list);

/* Writes what belongs to the hierarchy. */
int limits_write(const struct limits *limits, const struct spec_resources *resources,
		 struct oci_error *err) _must_check_;

/* cgroups.c: the group's controllers. */
void plan_cgroups_enable(const struct limits *limits, const char *path,
			 const struct spec_resources *resources);

/* --- of resources_v1.c and resources_v2.c --- */

void limits_v1(const struct limits *limits, const struct spec_resources *resources);
int limits_v2(const struct limits *limits, const struct spec_resources *resources,
	      struct oci_error *err) _must_check_;

/* Whether this is the hierarchy to write such limits in. */
bool limits_has(const struct limits *limits, const char *controller);

/* One write, for the member @where below /linux/resources. The operation holds until the next. */
struct op *limits_text(const struct limits *limits, const char *where, const char *file,
		       const char *value);
struct op *limits_int(const struct limits *limits, const char *where, const char *file,
		      int64_t value);
struct op *limits_uint(const struct limits *limits, const char *where, const char *file,
		       uint64_t value);

/* "major:minor" and what follows. */
const char *limits_device(const struct limits *limits, struct opt_int major, struct opt_int minor,
			  const char *format, ...) _printf_(4, 5);

/* For a value that another one, written behind it, may have to make room for first: then
 * limits_again() stands behind that. */
void limits_may_wait(const struct limits *limits, struct op *op);
void limits_again(const struct limits *limits);

/* cpu.shares as cpu.weight, and a weight of BFQ as one of io.cost. */
uint64_t limits_cpu_weight(uint64_t shares);
uint64_t limits_io_weight(uint64_t weight);

/* What v1 and v2 have in common. */
void limits_cpuset(const struct limits *limits, const struct spec_cpu *cpu);
void limits_pids(const struct limits *limits, const struct spec_pids *pids);
void limits_rdma(const struct limits *limits, const struct spec_resources *resources);

/* As runc: 0 is no limit of nothing, but no limit. */
bool limits_is_set(const struct opt_int *limit);

#endif
