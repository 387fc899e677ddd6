/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Could this machine keep the limits: each needs a cgroup controller. */
#include <string.h>

#include "inspect/able.h"

static void need(struct inspection *inspection, bool asked, const char *controller,
		 const char *member)
{
	if (asked && !survey_has_controller(inspection->survey, controller))
		check_refuse(&inspection->checker, "",
			     check_at(&inspection->checker, "/linux/resources/%s", member),
			     inspection->survey->facts.cgroup_layout == CGROUP_NONE
				     ? "this host has no cgroups, and so no controller \"%s\""
				     : "this host has no cgroup controller \"%s\"",
			     controller);
}

static bool limits_memory(const struct spec_memory *memory)
{
	return memory && (memory->limit.set || memory->swap.set || memory->reservation.set ||
			  memory->swappiness.set || memory->disableOOMKiller);
}

static bool limits_cpu(const struct spec_cpu *cpu)
{
	return cpu &&
	       (cpu->shares.value || cpu->quota.value || cpu->period.value || cpu->burst.set ||
		cpu->idle.set || cpu->realtimePeriod.value || cpu->realtimeRuntime.value);
}

static bool limits_io(const struct spec_block_io *io)
{
	return io && (io->weight.value || io->leafWeight.value || io->weightDevice.n ||
		      io->throttleReadBpsDevice.n || io->throttleWriteBpsDevice.n ||
		      io->throttleReadIOPSDevice.n || io->throttleWriteIOPSDevice.n);
}

static void able_cpuset(struct inspection *inspection, const struct spec_cpu *cpu)
{
	int missing = survey_not_in_list(cpu->cpus, inspection->survey->cpus);

	if (missing >= 0)
		check_refuse(&inspection->checker, "", "/linux/resources/cpu/cpus",
			     "there is no processor %d", missing);
	missing = survey_not_in_list(cpu->mems, inspection->survey->nodes);
	if (missing >= 0)
		check_refuse(&inspection->checker, "", "/linux/resources/cpu/mems",
			     "there is no memory node %d", missing);
}

/* The key begins with the controller: "memory.high". */
static void able_unified(struct inspection *inspection, const struct spec_resources *resources)
{
	list_each(entry, resources->unified) {
		const char *at =
			check_at_key(&inspection->checker, "/linux/resources/unified", entry->key);
		const char *name = arena_strndup(inspection->checker.findings->arena, entry->key,
						 strcspn(entry->key, "."));

		if (inspection->survey->facts.cgroup_layout != CGROUP_V2)
			check_refuse(&inspection->checker, "UNI-03", at,
				     "this host has no unified cgroup v2");
		else if (name && strcmp(name, "cgroup") != 0 &&
			 !survey_has_word(inspection->survey->controllers, name))
			check_refuse(&inspection->checker, "UNI-03", at,
				     "this host has no cgroup controller \"%s\"", name);
	}
}

void able_resources(struct inspection *inspection, const struct spec_resources *resources)
{
	const struct survey *survey = inspection->survey;
	const struct spec_cpu *cpu = resources->cpu;
	const struct spec_network *network = resources->network;
	const struct spec_memory *memory = resources->memory;
	bool v2 = survey->facts.cgroup_layout == CGROUP_V2;
	size_t index = 0;

	need(inspection, resources->devices.n > 0, "devices", "devices");
	need(inspection, limits_memory(memory), "memory", "memory");
	need(inspection, limits_cpu(cpu), "cpu", "cpu");
	need(inspection, cpu && ((cpu->cpus && cpu->cpus[0]) || (cpu->mems && cpu->mems[0])),
	     "cpuset", "cpu");
	need(inspection, resources->pids && resources->pids->limit.set, "pids", "pids");
	need(inspection, limits_io(resources->blockIO), v2 ? "io" : "blkio", "blockIO");
	need(inspection, resources->hugepageLimits.n > 0, "hugetlb", "hugepageLimits");
	need(inspection, network && network->classID.value, "net_cls", "network/classID");
	need(inspection, network && network->priorities.n > 0, "net_prio", "network/priorities");
	need(inspection, resources->rdma.n > 0, "rdma", "rdma");
	if (memory && memory->swap.set && memory->swap.value != 0 && !survey->swap_limits &&
	    survey_has_controller(survey, "memory"))
		check_refuse(&inspection->checker, "", "/linux/resources/memory/swap",
			     "the kernel does not account swap (boot with swapaccount=1)");
	if (cpu)
		able_cpuset(inspection, cpu);
	list_each(limit, resources->hugepageLimits) {
		if (!survey_has_word(survey->huge_pages, limit->pageSize))
			check_refuse(&inspection->checker, "HUG-02",
				     check_at(&inspection->checker,
					      "/linux/resources/hugepageLimits/%zu/pageSize",
					      index),
				     "this host has no huge pages of %s", limit->pageSize);
		index++;
	}
	able_unified(inspection, resources);
}
