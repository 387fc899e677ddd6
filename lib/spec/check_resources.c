/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The rules about /linux/resources. */
#include <stdlib.h>
#include <string.h>

#include "spec/check.h"

/* config-linux.md, "Block IO": 10 to 1000, and engines write 0 for none. */
#define WEIGHT_MIN 10
#define WEIGHT_MAX 1000

static void check_devices(struct checker *checker, const struct spec_resources *resources,
			  const char *at)
{
	size_t index = 0;

	list_each(rule, resources->devices) {
		const char *access = rule->access;

		if (access && access[0] && access[strspn(access, "rwm")])
			check_refuse(checker, "VAL-01",
				     check_at(checker, "%s/devices/%zu/access", at, index),
				     "expected letters out of \"rwm\", found \"%s\"", access);
		index++;
	}
}

static void check_memory(struct checker *checker, const struct spec_memory *memory, const char *at)
{
	if (memory->limit.value > 0 && memory->swap.value > 0 &&
	    memory->swap.value < memory->limit.value)
		check_refuse(checker, "VAL-01", check_at(checker, "%s/memory/swap", at),
			     "memory and swap together cannot be less than the memory limit");
}

static void check_cpu_list(struct checker *checker, const char *list, const char *at,
			   const char *member)
{
	if (list && list[0] && !check_is_list(list))
		check_refuse(checker, "VAL-01", check_at(checker, "%s/cpu/%s", at, member),
			     "expected a list like \"0-3,7\", found \"%s\"", list);
}

static void check_cpu(struct checker *checker, const struct spec_cpu *cpu, const char *at)
{
	if (cpu->quota.value > 0 && cpu->burst.value > (uint64_t)cpu->quota.value)
		check_refuse(checker, "CPU-02", check_at(checker, "%s/cpu/burst", at),
			     "larger than the quota");
	check_cpu_list(checker, cpu->cpus, at, "cpus");
	check_cpu_list(checker, cpu->mems, at, "mems");
}

static void check_weight(struct checker *checker, struct opt_uint weight, const char *at,
			 const char *member)
{
	if (weight.value != 0 && (weight.value < WEIGHT_MIN || weight.value > WEIGHT_MAX))
		check_refuse(checker, "VAL-01", check_at(checker, "%s/%s", at, member),
			     "expected a number from %d to %d, found %llu", WEIGHT_MIN, WEIGHT_MAX,
			     (unsigned long long)weight.value);
}

static void check_block_io(struct checker *checker, const struct spec_block_io *io, const char *at)
{
	const char *part = check_at(checker, "%s/blockIO", at);
	size_t index = 0;

	check_weight(checker, io->weight, part, "weight");
	check_weight(checker, io->leafWeight, part, "leafWeight");
	list_each(device, io->weightDevice) {
		const char *place;

		if (!device->weight.set && !device->leafWeight.set)
			check_refuse(checker, "BIO-02",
				     check_at(checker, "%s/weightDevice/%zu", part, index),
				     "neither weight nor leafWeight is set");
		if (device->weight.set || device->leafWeight.set) {
			place = check_at(checker, "%s/weightDevice/%zu", part, index);
			check_weight(checker, device->weight, place, "weight");
			check_weight(checker, device->leafWeight, place, "leafWeight");
		}
		index++;
	}
}

/* "2MB": a number without leading zeros and a unit. */
static bool is_page_size(const char *text)
{
	size_t n = strspn(text, "0123456789");

	return n > 0 && text[0] != '0' && text[n] && strchr("KMG", text[n]) &&
	       strcmp(text + n + 1, "B") == 0;
}

static int by_page_size(const void *left, const void *right)
{
	const struct spec_hugepage_limit *const *a = left, *const *b = right;
	int r = strcmp((*a)->pageSize, (*b)->pageSize);

	if (r != 0)
		return r;
	return *a < *b ? -1 : 1;
}

static void check_page_sizes(struct checker *checker, const struct spec_hugepage_limit *limits,
			     size_t n_limits, const char *at)
{
	const struct spec_hugepage_limit **sorted =
		arena_alloc(checker->findings->arena, (n_limits + 1) * sizeof(*sorted));
	size_t n = 0;

	for (size_t i = 0; sorted && i < n_limits; i++)
		if (limits[i].pageSize)
			sorted[n++] = &limits[i];
	if (n > 0)
		qsort(sorted, n, sizeof(*sorted), by_page_size);
	for (size_t i = 1; i < n; i++)
		if (strcmp(sorted[i]->pageSize, sorted[i - 1]->pageSize) == 0)
			check_refuse(checker, "VAL-01",
				     check_at(checker, "%s/hugepageLimits/%td/pageSize", at,
					      sorted[i] - limits),
				     "the limit is set twice");
}

static void check_hugepages(struct checker *checker, const struct spec_resources *resources,
			    const char *at)
{
	size_t index = 0;

	list_each(limit, resources->hugepageLimits) {
		if (limit->pageSize && !is_page_size(limit->pageSize))
			check_refuse(checker, "HUG-01",
				     check_at(checker, "%s/hugepageLimits/%zu/pageSize", at, index),
				     "expected a size like \"64KB\", \"2MB\" or \"1GB\", found "
				     "\"%s\"",
				     limit->pageSize);
		index++;
	}
	check_page_sizes(checker, resources->hugepageLimits.item, resources->hugepageLimits.n, at);
}

static void check_rdma(struct checker *checker, const struct spec_resources *resources,
		       const char *at)
{
	list_each(rdma, resources->rdma)
		if (!rdma->hcaHandles.set && !rdma->hcaObjects.set)
			check_refuse(
				checker, "RDM-01",
				check_at_key(checker, check_at(checker, "%s/rdma", at), rdma->key),
				"neither hcaHandles nor hcaObjects is set");
}

/* The key becomes the name of a file in the cgroup. */
static void check_unified(struct checker *checker, const struct spec_resources *resources,
			  const char *at)
{
	list_each(entry, resources->unified)
		if (!check_is_component(entry->key) || !strchr(entry->key, '.') ||
		    entry->key[strspn(entry->key, "abcdefghijklmnopqrstuvwxyz"
						  "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-")])
			check_refuse(checker, "VAL-01",
				     check_at_key(checker, check_at(checker, "%s/unified", at),
						  entry->key),
				     "not the name of a cgroup file like \"memory.high\"");
}

void check_resources(struct checker *checker, const struct spec_resources *resources,
		     const char *at)
{
	check_devices(checker, resources, at);
	if (resources->memory)
		check_memory(checker, resources->memory, at);
	if (resources->cpu)
		check_cpu(checker, resources->cpu, at);
	if (resources->blockIO)
		check_block_io(checker, resources->blockIO, at);
	check_hugepages(checker, resources, at);
	check_rdma(checker, resources, at);
	check_unified(checker, resources, at);
}
