/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is worth saying of /linux. */
#include <stdlib.h>
#include <string.h>

#include "spec/check.h"
#include "spec/spec.h"
#include "spec/tables.h"
#include "sys/abi.h"

/* kernel/sched/core.c: min_bw_runtime and max_bw_quota_period_us */
#define QUOTA_MIN  1000
#define PERIOD_MIN 1000
#define PERIOD_MAX 1000000

#define FILE_MODE_MAX 0777

static void advise_memory(struct checker *checker, const struct spec_memory *memory, const char *at)
{
	if (memory->kernel.set)
		check_warn(checker, "MEM-01", check_at(checker, "%s/memory/kernel", at),
			   "deprecated, it has no effect");
	if (memory->kernelTCP.set)
		check_warn(checker, "MEM-02", check_at(checker, "%s/memory/kernelTCP", at),
			   "deprecated, it has no effect");
	if (memory->limit.value > 0 && memory->reservation.value > memory->limit.value)
		check_warn(checker, "", check_at(checker, "%s/memory/reservation", at),
			   "larger than the limit, it has no effect");
}

static void advise_cpu(struct checker *checker, const struct spec_cpu *cpu, const char *at)
{
	if (cpu->quota.value > 0 && cpu->quota.value < QUOTA_MIN)
		check_warn(checker, "", check_at(checker, "%s/cpu/quota", at),
			   "the kernel takes no quota below %d microseconds", QUOTA_MIN);
	if (cpu->period.value > 0 &&
	    (cpu->period.value < PERIOD_MIN || cpu->period.value > PERIOD_MAX))
		check_warn(checker, "", check_at(checker, "%s/cpu/period", at),
			   "the kernel takes periods from %d to %d microseconds", PERIOD_MIN,
			   PERIOD_MAX);
}

void advise_resources(struct checker *checker, const struct spec_resources *resources,
		      const char *at)
{
	if (resources->memory)
		advise_memory(checker, resources->memory, at);
	if (resources->cpu)
		advise_cpu(checker, resources->cpu, at);
	if (resources->pids && !resources->pids->limit.set && check_sound(checker, at))
		check_warn(checker, "", check_at(checker, "%s/pids", at),
			   "the JSON schema of the standard wants \"limit\" here");
}

/* 0 for the same device node; 'c' and 'u' are two names for one. */
static int compare_devices(const struct spec_device *a, const struct spec_device *b)
{
	bool block = a->type == 'b', other_block = b->type == 'b';

	if (block != other_block)
		return block ? 1 : -1;
	if (a->major.value != b->major.value)
		return a->major.value < b->major.value ? -1 : 1;
	if (a->minor.value != b->minor.value)
		return a->minor.value < b->minor.value ? -1 : 1;
	return 0;
}

static int by_device(const void *left, const void *right)
{
	const struct spec_device *const *a = left, *const *b = right;
	int r = compare_devices(*a, *b);

	if (r != 0)
		return r;
	return *a < *b ? -1 : 1;
}

static void advise_same_devices(struct checker *checker, const struct spec_device *devices,
				size_t n_devices)
{
	const struct spec_device **sorted =
		arena_alloc(checker->findings->arena, (n_devices + 1) * sizeof(*sorted));
	size_t n = 0;

	for (size_t i = 0; sorted && i < n_devices; i++)
		if (devices[i].type && devices[i].type != 'p' && devices[i].major.set &&
		    devices[i].minor.set)
			sorted[n++] = &devices[i];
	if (n > 0)
		qsort(sorted, n, sizeof(*sorted), by_device);
	for (size_t i = 1; i < n; i++)
		if (compare_devices(sorted[i], sorted[i - 1]) == 0)
			check_warn(checker, "DEV-06",
				   check_at(checker, "/linux/devices/%td", sorted[i] - devices),
				   "the same device as /linux/devices/%td",
				   sorted[i - 1] - devices);
}

static void advise_devices(struct checker *checker, const struct spec_linux *linux_)
{
	size_t index = 0;

	list_each(device, linux_->devices) {
		if (device->fileMode.value > FILE_MODE_MAX)
			check_warn(checker, "",
				   check_at(checker, "/linux/devices/%zu/fileMode", index),
				   "the JSON schema of the standard takes permissions alone, up to "
				   "%d (octal 0777)",
				   FILE_MODE_MAX);
		index++;
	}
	advise_same_devices(checker, linux_->devices.item, linux_->devices.n);
}

static void advise_arguments(struct checker *checker, const struct spec_seccomp_rule *rule,
			     size_t index)
{
	unsigned int seen = 0;
	size_t n = 0;

	list_each(arg, rule->args) {
		const char *at =
			check_at(checker, "/linux/seccomp/syscalls/%zu/args/%zu", index, n++);

		if (seen & 1U << arg->index.value)
			check_warn(checker, "", at,
				   "argument %u is tested twice: one of the conditions is enough "
				   "then, not all of them",
				   (unsigned int)arg->index.value);
		seen |= 1U << arg->index.value;
		if (arg->op != SPEC_CMP_MASKED_EQ && arg->valueTwo.value != 0)
			check_warn(checker, "", at, "valueTwo is for SCMP_CMP_MASKED_EQ alone");
		if (arg->op == SPEC_CMP_MASKED_EQ && (arg->valueTwo.value & ~arg->value.value))
			check_warn(checker, "", at,
				   "can never hold: valueTwo has bits that the mask in \"value\" "
				   "takes away");
	}
}

static void advise_seccomp(struct checker *checker, const struct spec_seccomp *seccomp)
{
	bool known = check_sound(checker, "/linux/seccomp/defaultAction") &&
		     check_sound(checker, "/linux/seccomp/syscalls");
	size_t index = 0;

	list_each(rule, seccomp->syscalls)
		advise_arguments(checker, rule, index++);
	if (seccomp->listenerPath && !spec_seccomp_notifies(seccomp) && known)
		check_warn(checker, "SEC-08", "/linux/seccomp/listenerPath",
			   "has no effect: no action is SCMP_ACT_NOTIFY");
}

static void advise_intel_rdt(struct checker *checker, const struct spec_intel_rdt *rdt)
{
	const char *cache = rdt->l3CacheSchema;

	if (cache && strncmp(cache, "L3:", 3) != 0)
		check_warn(checker, "RDT-05", "/linux/intelRdt/l3CacheSchema",
			   "expected \"L3:\" in front, found \"%s\"", cache);
	if (cache && strchr(cache, '\n'))
		check_warn(checker, "RDT-06", "/linux/intelRdt/l3CacheSchema",
			   "a schema with a newline in it");
}

void advise_linux(struct checker *checker, const struct spec_linux *linux_)
{
	const char *propagation = name_of(spec_propagation_names, linux_->rootfsPropagation);

	advise_devices(checker, linux_);
	if (linux_->rootfsPropagation & ABI_MS_REC && propagation)
		check_warn(checker, "", "/linux/rootfsPropagation",
			   "the JSON schema of the standard has \"%s\" alone", propagation + 1);
	if (linux_->resources)
		advise_resources(checker, linux_->resources, "/linux/resources");
	if (linux_->seccomp)
		advise_seccomp(checker, linux_->seccomp);
	if (linux_->intelRdt)
		advise_intel_rdt(checker, linux_->intelRdt);
}
