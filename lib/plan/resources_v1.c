/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Limits in the files of cgroup v1. See resources.h and cgroups(7). */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/weaken.h"
#include "plan/device_filter.h"
#include "plan/resources.h"

/* Memory and swap together may not have less than memory alone: which of the two goes first
 * depends on where they are. Without a limit of memory there is none of both, unless it is named.
 */
static void limit_memory(const struct limits *limits, const struct spec_memory *memory)
{
	int64_t swap = memory->swap.value;

	if (memory->limit.value == -1 && swap == 0 && limits->update)
		swap = -1;
	if (limits_is_set(&memory->limit))
		limits_may_wait(limits, limits_int(limits, "memory/limit", "memory.limit_in_bytes",
						   memory->limit.value));
	if (swap != 0)
		limits_int(limits, "memory/swap", "memory.memsw.limit_in_bytes", swap);
	if (limits_is_set(&memory->limit))
		limits_again(limits);
	if (limits_is_set(&memory->reservation))
		limits_int(limits, "memory/reservation", "memory.soft_limit_in_bytes",
			   memory->reservation.value);
	if (memory->swappiness.set)
		limits_uint(limits, "memory/swappiness", "memory.swappiness",
			    memory->swappiness.value);
	if (memory->disableOOMKiller)
		limits_uint(limits, "memory/disableOOMKiller", "memory.oom_control", 1);
}

/* The kernel compares quota and period with those of the groups above, and burst with quota. */
static void limit_cpu(const struct limits *limits, const struct spec_cpu *cpu)
{
	if (cpu->shares.value)
		limits_uint(limits, "cpu/shares", "cpu.shares", cpu->shares.value);
	if (cpu->period.value)
		limits_may_wait(limits, limits_uint(limits, "cpu/period", "cpu.cfs_period_us",
						    cpu->period.value));
	if (cpu->burst.set && limits->update)
		limits_may_wait(limits, limits_uint(limits, "cpu/burst", "cpu.cfs_burst_us",
						    cpu->burst.value));
	if (cpu->quota.value)
		limits_int(limits, "cpu/quota", "cpu.cfs_quota_us", cpu->quota.value);
	if (cpu->burst.set && !limits->update)
		limits_uint(limits, "cpu/burst", "cpu.cfs_burst_us", cpu->burst.value);
	if (cpu->period.value || cpu->burst.set)
		limits_again(limits);
	if (cpu->realtimePeriod.value)
		limits_may_wait(limits, limits_uint(limits, "cpu/realtimePeriod",
						    "cpu.rt_period_us", cpu->realtimePeriod.value));
	if (cpu->realtimeRuntime.value)
		limits_int(limits, "cpu/realtimeRuntime", "cpu.rt_runtime_us",
			   cpu->realtimeRuntime.value);
	if (cpu->realtimePeriod.value)
		limits_again(limits);
	if (cpu->idle.set)
		limits_int(limits, "cpu/idle", "cpu.idle", cpu->idle.value);
}

/* --- devices --- */

static void write_device_rule(const struct limits *limits, const char *where,
			      const struct device_rule *rule, char type)
{
	struct arena *arena = limits->arena;
	const char *major = rule->major < 0 ? "*" : arena_printf(arena, "%" PRId64, rule->major);
	const char *minor = rule->minor < 0 ? "*" : arena_printf(arena, "%" PRId64, rule->minor);
	const char *line = type == 'a'
				   ? "a"
				   : arena_printf(arena, "%c %s:%s %s", type, major ? major : "",
						  minor ? minor : "", rule->access);

	limits_text(limits, where, rule->allow ? "devices.allow" : "devices.deny", line);
}

/* To v1 the type "a" means everything, whatever stands behind it. */
static void add_device_rule(const struct limits *limits, const char *where,
			    const struct device_rule *rule)
{
	if (rule->type != 'a' || device_rule_is_whole(rule)) {
		write_device_rule(limits, where, rule, rule->type);
		return;
	}
	write_device_rule(limits, where, rule, 'c');
	write_device_rule(limits, where, rule, 'b');
}

/* Whether the config grants this in the same words, and takes nothing back afterwards. Each rule
 * costs a write. */
static bool is_granted(const struct spec_resources *resources, const struct device_rule *wanted)
{
	bool granted = false;

	list_each(spec, resources->devices) {
		struct device_rule rule = device_rule_of(spec);

		if (!rule.allow)
			granted = false;
		else if (rule.type == wanted->type && rule.major == wanted->major &&
			 rule.minor == wanted->minor && strcmp(rule.access, wanted->access) == 0)
			granted = true;
	}
	return granted;
}

static void limit_devices(const struct limits *limits, const struct spec_resources *resources)
{
	struct device_rule first;
	unsigned int index = 0;

	if (resources->devices.n == 0 || WEAKENED(RULES))
		return;
	first = device_rule_of(&resources->devices.item[0]);
	/* A group of v1 is born with all that its parent has. */
	if (!device_rule_is_whole(&first))
		add_device_rule(limits, "devices", &device_rule_deny_all);
	list_each(spec, resources->devices) {
		struct device_rule rule = device_rule_of(spec);
		char where[32];

		snprintf(where, sizeof(where), "devices/%u", index++);
		add_device_rule(limits, where, &rule);
	}
	for (size_t i = 0; i < n_device_rules_default; i++)
		if (!is_granted(resources, &device_rules_default[i]))
			add_device_rule(limits, "devices", &device_rules_default[i]);
}

/* --- block I/O: the weights are of the BFQ scheduler; they had been of CFQ until Linux 5.0 --- */

static void add_weight(const struct limits *limits, const char *where, const char *file,
		       const char *older, const char *value)
{
	limits_text(limits, where, file, value)->flags |= OP_OR_NEXT;
	limits_text(limits, where, older, value);
}

static void add_throttle(const struct limits *limits, const char *member, const char *file,
			 const struct spec_throttle_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		limits_text(limits, member, file,
			    limits_device(limits, list->item[i].major, list->item[i].minor,
					  "%" PRIu64, list->item[i].rate.value));
}

static void limit_block_io(const struct limits *limits, const struct spec_block_io *io)
{
	if (io->weight.value)
		add_weight(limits, "blockIO/weight", "blkio.bfq.weight", "blkio.weight",
			   arena_printf(limits->arena, "%" PRIu64, io->weight.value));
	if (io->leafWeight.value)
		limits_uint(limits, "blockIO/leafWeight", "blkio.leaf_weight",
			    io->leafWeight.value);
	list_each(device, io->weightDevice) {
		if (device->weight.value)
			add_weight(limits, "blockIO/weightDevice", "blkio.bfq.weight_device",
				   "blkio.weight_device",
				   limits_device(limits, device->major, device->minor, "%" PRIu64,
						 device->weight.value));
		if (device->leafWeight.value)
			limits_text(limits, "blockIO/weightDevice", "blkio.leaf_weight_device",
				    limits_device(limits, device->major, device->minor, "%" PRIu64,
						  device->leafWeight.value));
	}
	add_throttle(limits, "blockIO/throttleReadBpsDevice", "blkio.throttle.read_bps_device",
		     &io->throttleReadBpsDevice);
	add_throttle(limits, "blockIO/throttleWriteBpsDevice", "blkio.throttle.write_bps_device",
		     &io->throttleWriteBpsDevice);
	add_throttle(limits, "blockIO/throttleReadIOPSDevice", "blkio.throttle.read_iops_device",
		     &io->throttleReadIOPSDevice);
	add_throttle(limits, "blockIO/throttleWriteIOPSDevice", "blkio.throttle.write_iops_device",
		     &io->throttleWriteIOPSDevice);
}

/* --- the others --- */

/* HUG-04: what is reserved counts where the kernel can count that, since 5.7. */
static void limit_huge_pages(const struct limits *limits, const struct spec_resources *resources)
{
	list_each(limit, resources->hugepageLimits) {
		const char *file = arena_printf(limits->arena, "hugetlb.%s.rsvd.limit_in_bytes",
						limit->pageSize);
		const char *older =
			arena_printf(limits->arena, "hugetlb.%s.limit_in_bytes", limit->pageSize);

		limits_uint(limits, "hugepageLimits", file, limit->limit.value)->flags |=
			OP_OR_NEXT;
		limits_uint(limits, "hugepageLimits", older, limit->limit.value);
	}
}

static void limit_priorities(const struct limits *limits, const struct spec_network *network)
{
	list_each(entry, network->priorities)
		limits_text(limits, "network/priorities", "net_prio.ifpriomap",
			    arena_printf(limits->arena, "%s %" PRIu64, entry->name,
					 entry->priority.value));
}

void limits_v1(const struct limits *limits, const struct spec_resources *resources)
{
	const struct spec_network *network = resources->network;

	if (resources->memory && limits_has(limits, "memory"))
		limit_memory(limits, resources->memory);
	if (resources->cpu && limits_has(limits, "cpu"))
		limit_cpu(limits, resources->cpu);
	if (resources->cpu && limits_has(limits, "cpuset"))
		limits_cpuset(limits, resources->cpu);
	if (limits_has(limits, "devices"))
		limit_devices(limits, resources);
	if (resources->pids && limits_has(limits, "pids"))
		limits_pids(limits, resources->pids);
	if (resources->blockIO && limits_has(limits, "blkio"))
		limit_block_io(limits, resources->blockIO);
	if (limits_has(limits, "hugetlb"))
		limit_huge_pages(limits, resources);
	if (network && network->classID.value && limits_has(limits, "net_cls"))
		limits_uint(limits, "network/classID", "net_cls.classid", network->classID.value);
	if (network && limits_has(limits, "net_prio"))
		limit_priorities(limits, network);
	if (limits_has(limits, "rdma"))
		limits_rdma(limits, resources);
}
