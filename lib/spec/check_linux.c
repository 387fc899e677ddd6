/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The rules about /linux, but for resources and seccomp. */
#include <string.h>

#include "spec/check.h"
#include "spec/spec.h"
#include "spec/tables.h"
#include "sys/abi.h"

#define MAPPINGS_MAX  340 /* user_namespaces(7) */
#define INTERFACE_MAX 15  /* IFNAMSIZ less its NUL */
#define L3_PREFIX     "L3:"
#define MEMORY_PREFIX "MB:"

static void check_namespaces(struct checker *checker, const struct spec_linux *linux_)
{
	unsigned int seen = 0;
	size_t index = 0;

	list_each(namespace, linux_->namespaces) {
		if (seen & (unsigned int)namespace->type)
			check_refuse(checker, "NS-08",
				     check_at(checker, "/linux/namespaces/%zu/type", index),
				     "the namespace \"%s\" is listed twice",
				     name_of(spec_namespace_names, namespace->type));
		seen |= (unsigned int)namespace->type;
		index++;
	}
}

/* --- id mappings --- */

static bool overlap(struct opt_uint a, uint64_t a_size, struct opt_uint b, uint64_t b_size)
{
	return a.value < b.value + b_size && b.value < a.value + a_size;
}

/* Whether the mapping is known: not one that could not be read. */
static bool is_whole(const struct spec_id_mapping *mapping)
{
	return mapping->containerID.set && mapping->hostID.set && mapping->size.set;
}

/* What user_namespaces(7) has the kernel refuse. */
static void check_mapping(struct checker *checker, const struct spec_id_mappings *mappings,
			  size_t index, const char *at)
{
	const struct spec_id_mapping *mapping = &mappings->item[index];
	const char *place = check_at(checker, "%s/%zu", at, index);

	if (!is_whole(mapping))
		return;
	if (mapping->size.value == 0)
		check_refuse(checker, "VAL-01", place, "a mapping of no ids");
	if (mapping->containerID.value + mapping->size.value > UINT32_MAX ||
	    mapping->hostID.value + mapping->size.value > UINT32_MAX)
		check_refuse(checker, "VAL-01", place, "the mapping goes beyond id 4294967294");
	for (size_t i = 0; i < index; i++) {
		const struct spec_id_mapping *other = &mappings->item[i];

		if (!is_whole(other) || (!overlap(mapping->containerID, mapping->size.value,
						  other->containerID, other->size.value) &&
					 !overlap(mapping->hostID, mapping->size.value,
						  other->hostID, other->size.value)))
			continue;
		check_refuse(checker, "VAL-01", place, "the mapping overlaps with %s/%zu", at, i);
		break;
	}
}

void check_mappings(struct checker *checker, const struct spec_id_mappings *mappings,
		    const char *at)
{
	if (mappings->n > MAPPINGS_MAX) {
		check_refuse(checker, "VAL-01", at,
			     "%zu mappings, the kernel takes no more than %d", mappings->n,
			     MAPPINGS_MAX);
		return;
	}
	for (size_t i = 0; i < mappings->n; i++)
		check_mapping(checker, mappings, i, at);
}

static void check_all_mappings(struct checker *checker, const struct spec_linux *linux_)
{
	const char *uids = "/linux/uidMappings", *gids = "/linux/gidMappings";
	bool known = check_sound(checker, "/linux/namespaces");

	check_mappings(checker, &linux_->uidMappings, uids);
	check_mappings(checker, &linux_->gidMappings, gids);
	if ((linux_->uidMappings.n > 0) != (linux_->gidMappings.n > 0) &&
	    check_sound(checker, uids) && check_sound(checker, gids))
		check_refuse(checker, "VAL-01", linux_->uidMappings.n > 0 ? uids : gids,
			     "uidMappings and gidMappings go together");
	if (known && (linux_->uidMappings.n > 0 || linux_->gidMappings.n > 0) &&
	    !spec_namespace_find(checker->spec, (int)ABI_CLONE_NEWUSER))
		check_refuse(checker, "VAL-01", linux_->uidMappings.n > 0 ? uids : gids,
			     "mappings without a user namespace");
}

static void check_time(struct checker *checker, const struct spec_linux *linux_)
{
	const struct spec_namespace *time =
		spec_namespace_find(checker->spec, (int)ABI_CLONE_NEWTIME);

	if (linux_->timeOffsets.n == 0 || !check_sound(checker, "/linux/namespaces"))
		return;
	if (!time)
		check_refuse(checker, "VAL-01", "/linux/timeOffsets",
			     "offsets without a time namespace");
	else if (time->path)
		check_refuse(checker, "VAL-01", "/linux/timeOffsets",
			     "offsets for a time namespace that is joined: it has its own");
}

static void check_devices(struct checker *checker, const struct spec_linux *linux_)
{
	size_t index = 0;

	list_each(device, linux_->devices) {
		if (device->type && device->type != 'p' &&
		    (!device->major.set || !device->minor.set))
			check_refuse(checker, "DEV-05",
				     check_at(checker, "/linux/devices/%zu", index),
				     "major and minor are missing");
		index++;
	}
}

/* dev_valid_name() of the kernel. */
static bool is_interface(const char *name)
{
	return check_is_component(name) && strlen(name) <= INTERFACE_MAX &&
	       !strpbrk(name, ": \t\n\v\f\r");
}

static void check_net_devices(struct checker *checker, const struct spec_linux *linux_)
{
	list_each(device, linux_->netDevices) {
		const char *at = check_at_key(checker, "/linux/netDevices", device->key);

		if (!is_interface(device->key))
			check_refuse(checker, "VAL-01", at, "not the name of a network device");
		if (device->name && device->name[0] && !is_interface(device->name))
			check_refuse(checker, "VAL-01", check_at(checker, "%s/name", at ? at : ""),
				     "not the name of a network device: \"%s\"", device->name);
	}
	if (linux_->netDevices.n > 0 && check_sound(checker, "/linux/namespaces") &&
	    !spec_namespace_find(checker->spec, (int)ABI_CLONE_NEWNET))
		check_refuse(checker, "VAL-01", "/linux/netDevices",
			     "set without a network namespace");
}

/* --- intelRdt, memoryPolicy, personality --- */

static void check_schemata(struct checker *checker, const struct spec_intel_rdt *rdt)
{
	size_t index = 0;

	list_each(line, rdt->schemata) {
		if (strchr(*line, '\n'))
			check_refuse(checker, "RDT-09",
				     check_at(checker, "/linux/intelRdt/schemata/%zu", index),
				     "a line with a newline in it");
		index++;
	}
}

static void check_intel_rdt(struct checker *checker, const struct spec_intel_rdt *rdt)
{
	const char *memory = rdt->memBwSchema;

	if (rdt->closID && rdt->closID[0] && strcmp(rdt->closID, "/") != 0 &&
	    !check_is_component(rdt->closID))
		check_refuse(checker, "VAL-01", "/linux/intelRdt/closID",
			     "expected \"/\" or the name of a directory, found \"%s\"",
			     rdt->closID);
	if (memory && memory[0] && strncmp(memory, MEMORY_PREFIX, strlen(MEMORY_PREFIX)) != 0)
		check_refuse(checker, "RDT-07", "/linux/intelRdt/memBwSchema",
			     "expected \"%s\" in front, found \"%s\"", MEMORY_PREFIX, memory);
	if (memory && strchr(memory, '\n'))
		check_refuse(checker, "RDT-08", "/linux/intelRdt/memBwSchema",
			     "a schema with a newline in it");
	check_schemata(checker, rdt);
}

static bool needs_nodes(int mode)
{
	return mode == SPEC_MPOL_BIND || mode == SPEC_MPOL_INTERLEAVE ||
	       mode == SPEC_MPOL_PREFERRED_MANY || mode == SPEC_MPOL_WEIGHTED_INTERLEAVE;
}

static bool takes_nodes(int mode)
{
	return needs_nodes(mode) || mode == SPEC_MPOL_PREFERRED;
}

/* What set_mempolicy(2) answers with EINVAL. */
static void check_memory_policy(struct checker *checker, const struct spec_memory_policy *policy)
{
	const char *name = name_of(spec_memory_policy_modes, policy->mode);
	const char *at = "/linux/memoryPolicy";
	bool nodes = policy->nodes && policy->nodes[0];
	bool known = check_sound(checker, "/linux/memoryPolicy/nodes");
	int mode = policy->mode - 1, flags = 0;

	if (!name)
		return;
	list_each(flag, policy->flags)
		flags |= *flag;
	if (nodes && !check_is_list(policy->nodes))
		check_refuse(checker, "VAL-01", "/linux/memoryPolicy/nodes",
			     "expected a list like \"0-3,7\", found \"%s\"", policy->nodes);
	if (!nodes && known && needs_nodes(mode))
		check_refuse(checker, "VAL-01", at, "%s needs nodes", name);
	if (nodes && !takes_nodes(mode))
		check_refuse(checker, "VAL-01", "/linux/memoryPolicy/nodes", "%s takes no nodes",
			     name);
	if (FLAGS_SET(flags, SPEC_MPOL_F_STATIC_NODES | SPEC_MPOL_F_RELATIVE_NODES))
		check_refuse(checker, "VAL-01", "/linux/memoryPolicy/flags",
			     "MPOL_F_STATIC_NODES and MPOL_F_RELATIVE_NODES exclude each other");
	if (!nodes && known && (flags & (SPEC_MPOL_F_STATIC_NODES | SPEC_MPOL_F_RELATIVE_NODES)))
		check_refuse(checker, "VAL-01", "/linux/memoryPolicy/flags",
			     "MPOL_F_STATIC_NODES and MPOL_F_RELATIVE_NODES need nodes");
	if ((flags & SPEC_MPOL_F_NUMA_BALANCING) && mode != SPEC_MPOL_BIND &&
	    mode != SPEC_MPOL_PREFERRED_MANY)
		check_refuse(checker, "VAL-01", "/linux/memoryPolicy/flags",
			     "MPOL_F_NUMA_BALANCING goes with MPOL_BIND and MPOL_PREFERRED_MANY "
			     "alone, not %s",
			     name);
}

void check_linux(struct checker *checker, const struct spec_linux *linux_)
{
	check_namespaces(checker, linux_);
	check_all_mappings(checker, linux_);
	check_time(checker, linux_);
	check_devices(checker, linux_);
	check_net_devices(checker, linux_);
	if (linux_->resources)
		check_resources(checker, linux_->resources, "/linux/resources");
	if (linux_->seccomp)
		check_seccomp(checker, linux_->seccomp);
	if (linux_->intelRdt)
		check_intel_rdt(checker, linux_->intelRdt);
	if (linux_->memoryPolicy)
		check_memory_policy(checker, linux_->memoryPolicy);
	if (linux_->personality && linux_->personality->flags.n > 0)
		check_refuse(checker, "VAL-01", "/linux/personality/flags",
			     "the standard has no flags");
}
