/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Limits in the files of cgroup v2: those of the config are in terms of v1. See resources.h and
 * Documentation/admin-guide/cgroup-v2.rst of the kernel. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/error.h"
#include "base/weaken.h"
#include "plan/device_filter.h"
#include "plan/resources.h"

static void add_limit(const struct limits *limits, const char *where, const char *file,
		      int64_t value)
{
	if (value < 0)
		limits_text(limits, where, file, "max");
	else
		limits_int(limits, where, file, value);
}

static int check_swap(const struct spec_memory *memory, struct oci_error *err)
{
	if (memory->swap.value <= 0 ||
	    (memory->limit.value > 0 && memory->swap.value >= memory->limit.value))
		return 0;
	return fail_plain(err, -EINVAL, "/linux/resources/memory/swap",
			  "/linux/resources/memory/swap: memory and swap together, so it "
			  "cannot be less than the limit of memory");
}

/* MEM-03: on v1 the kernel refuses such a limit, on v2 it kills for it. */
static void check_usage(const struct limits *limits, const struct spec_memory *memory)
{
	struct op *op;

	if (!limits->update || !memory->checkBeforeUpdate || memory->limit.value <= 0)
		return;
	builder_where(limits->builder, "/linux/resources/memory/limit");
	op = builder_add(limits->builder, PLAN_HOST, OP_CGROUP_USAGE);
	op->slot = limits->slot;
	op->text = builder_string(limits->builder, "memory.current");
	op->a = (uint64_t)memory->limit.value;
}

/* memory.swap counts memory and swap together, memory.swap.max swap alone. Without a limit of
 * memory there is none of both, unless it is named. */
static int limit_memory(const struct limits *limits, const struct spec_memory *memory,
			struct oci_error *err)
{
	int64_t swap = memory->swap.value;
	int r = check_swap(memory, err);

	if (r < 0)
		return r;
	check_usage(limits, memory);
	if (limits_is_set(&memory->limit))
		add_limit(limits, "memory/limit", "memory.max", memory->limit.value);
	if (limits_is_set(&memory->reservation))
		add_limit(limits, "memory/reservation", "memory.low", memory->reservation.value);
	if (swap > 0)
		add_limit(limits, "memory/swap", "memory.swap.max", swap - memory->limit.value);
	else if (swap < 0 || (memory->limit.value < 0 && limits->update))
		add_limit(limits, "memory/swap", "memory.swap.max", -1);
	return 0;
}

/* 1024 to 100, 2 to 1, 262144 to 10000: ceil(10^((l^2 + 125 l) / 612 - 7 / 34)), l = log2(shares).
 * Without libm: 10^x by its series, ample for five digits. */
uint64_t limits_cpu_weight(uint64_t shares)
{
	double l = 0, value = shares < 2 ? 2 : shares > 262144 ? 262144 : (double)shares;
	double exponent, term = 1, sum = 1;

	for (; value >= 2; value /= 2)
		l++;
	for (double bit = 0.5; bit > 1e-9; bit /= 2) {
		value *= value;
		if (value >= 2) {
			value /= 2;
			l += bit;
		}
	}
	exponent = ((l * l + 125 * l) / 612 - 7.0 / 34) * 2.302585092994046;
	for (int i = 1; i < 64; i++) {
		term *= exponent / i;
		sum += term;
	}
	return sum - (double)(uint64_t)sum > 1e-6 ? (uint64_t)sum + 1 : (uint64_t)sum;
}

/* A quota that is replaced leaves the period as it is; a new group has one of 100 ms. */
static void limit_quota(const struct limits *limits, const struct spec_cpu *cpu)
{
	const char *where = cpu->quota.value ? "cpu/quota" : "cpu/period";
	const char *max = cpu->quota.value > 0
				  ? arena_printf(limits->arena, "%" PRId64, cpu->quota.value)
				  : "max";

	if (cpu->period.value)
		max = arena_printf(limits->arena, "%s %" PRIu64, max ? max : "", cpu->period.value);
	if (cpu->quota.value || cpu->period.value)
		limits_text(limits, where, "cpu.max", max);
}

/* A group that is idle has no weight. */
static void limit_cpu(const struct limits *limits, const struct spec_cpu *cpu)
{
	if (cpu->idle.set && cpu->idle.value == 0)
		limits_int(limits, "cpu/idle", "cpu.idle", 0);
	if (cpu->shares.value && cpu->idle.value == 0)
		limits_uint(limits, "cpu/shares", "cpu.weight",
			    limits_cpu_weight(cpu->shares.value));
	if (cpu->burst.set && limits->update)
		limits_may_wait(limits, limits_uint(limits, "cpu/burst", "cpu.max.burst",
						    cpu->burst.value));
	limit_quota(limits, cpu);
	if (cpu->burst.set && !limits->update)
		limits_uint(limits, "cpu/burst", "cpu.max.burst", cpu->burst.value);
	if (cpu->burst.set)
		limits_again(limits);
	if (cpu->idle.value != 0)
		limits_int(limits, "cpu/idle", "cpu.idle", cpu->idle.value);
}

static void limit_devices(const struct limits *limits, const struct spec_resources *resources)
{
	size_t n = resources->devices.n + n_device_rules_default, i = 0;
	struct device_rule *rules = arena_alloc(limits->arena, n * sizeof(*rules));
	cleanup(text_done) struct text program = { 0 };
	struct op *op;

	if (resources->devices.n == 0 || limits->facts->no_devices || WEAKENED(RULES))
		return;
	if (!rules) {
		builder_fail(limits->builder, -ENOMEM);
		return;
	}
	list_each(rule, resources->devices)
		rules[i++] = device_rule_of(rule);
	memcpy(&rules[i], device_rules_default, n_device_rules_default * sizeof(*rules));
	if (!device_filter_compile(rules, n, &program)) {
		builder_fail(limits->builder, program.failed ? -ENOMEM : -E2BIG);
		return;
	}
	builder_where(limits->builder, "/linux/resources/devices");
	op = builder_add(limits->builder, PLAN_HOST, OP_CGROUP_DEVICES);
	op->slot = limits->slot;
	op->a = program.length / 8;
	op->flags = limits->update ? OP_REPLACE : 0;
	op->text = builder_bytes(limits->builder, program.data, program.length);
}

/* --- block I/O: the weights of the BFQ scheduler are those of the config, from 1 to 1000; those of
 * io.cost go from 1 to 10000 --- */

uint64_t limits_io_weight(uint64_t weight)
{
	return 1 + (weight - 10) * 9999 / 990;
}

static void limit_weights(const struct limits *limits, const struct spec_block_io *io)
{
	if (io->weight.value) {
		limits_uint(limits, "blockIO/weight", "io.bfq.weight", io->weight.value)->flags |=
			OP_OR_NEXT;
		limits_uint(limits, "blockIO/weight", "io.weight",
			    limits_io_weight(io->weight.value));
	}
	list_each(device, io->weightDevice) {
		if (!device->weight.value)
			continue;
		limits_text(limits, "blockIO/weightDevice", "io.bfq.weight",
			    limits_device(limits, device->major, device->minor, "%" PRIu64,
					  device->weight.value))
			->flags |= OP_OR_NEXT;
		limits_text(limits, "blockIO/weightDevice", "io.weight",
			    limits_device(limits, device->major, device->minor, "%" PRIu64,
					  limits_io_weight(device->weight.value)));
	}
}

static void add_throttle(const struct limits *limits, const char *member, const char *key,
			 const struct spec_throttle_list *list)
{
	for (size_t i = 0; i < list->n; i++) {
		const struct spec_throttle_device *device = &list->item[i];

		/* To v1 0 is no limit. */
		limits_text(limits, member, "io.max",
			    device->rate.value
				    ? limits_device(limits, device->major, device->minor,
						    "%s=%" PRIu64, key, device->rate.value)
				    : limits_device(limits, device->major, device->minor, "%s=max",
						    key));
	}
}

static void limit_block_io(const struct limits *limits, const struct spec_block_io *io)
{
	limit_weights(limits, io);
	add_throttle(limits, "blockIO/throttleReadBpsDevice", "rbps", &io->throttleReadBpsDevice);
	add_throttle(limits, "blockIO/throttleWriteBpsDevice", "wbps", &io->throttleWriteBpsDevice);
	add_throttle(limits, "blockIO/throttleReadIOPSDevice", "riops",
		     &io->throttleReadIOPSDevice);
	add_throttle(limits, "blockIO/throttleWriteIOPSDevice", "wiops",
		     &io->throttleWriteIOPSDevice);
}

/* --- the others --- */

/* HUG-04: what is reserved counts where the kernel can count that, since 5.7. */
static void limit_huge_pages(const struct limits *limits, const struct spec_resources *resources)
{
	list_each(limit, resources->hugepageLimits) {
		const char *file =
			arena_printf(limits->arena, "hugetlb.%s.rsvd.max", limit->pageSize);
		const char *older = arena_printf(limits->arena, "hugetlb.%s.max", limit->pageSize);

		limits_uint(limits, "hugepageLimits", file, limit->limit.value)->flags |=
			OP_OR_NEXT;
		limits_uint(limits, "hugepageLimits", older, limit->limit.value);
	}
}

/* A file with several lines takes them one by one. */
static void limit_unified(const struct limits *limits, const struct spec_resources *resources)
{
	list_each(entry, resources->unified) {
		const char *where = arena_printf(limits->arena, "unified/%s", entry->key);
		const char *at = entry->value;

		do {
			size_t n = strcspn(at, "\n");

			limits_text(limits, where ? where : "", entry->key,
				    arena_strndup(limits->arena, at, n));
			at += n + (at[n] == '\n');
		} while (*at);
	}
}

int limits_v2(const struct limits *limits, const struct spec_resources *resources,
	      struct oci_error *err)
{
	int r = 0;

	/* Who is not root outside makes no devices, and may not load a filter for them. */
	if (limits->facts->cgroup_layout == CGROUP_V2 && !limits->facts->systemd_user)
		limit_devices(limits, resources);
	if (resources->memory && limits_has(limits, "memory"))
		r = limit_memory(limits, resources->memory, err);
	if (resources->cpu && limits_has(limits, "cpu"))
		limit_cpu(limits, resources->cpu);
	if (resources->cpu && limits_has(limits, "cpuset"))
		limits_cpuset(limits, resources->cpu);
	if (resources->pids && limits_has(limits, "pids"))
		limits_pids(limits, resources->pids);
	if (resources->blockIO && limits_has(limits, "io"))
		limit_block_io(limits, resources->blockIO);
	if (limits_has(limits, "hugetlb"))
		limit_huge_pages(limits, resources);
	if (limits_has(limits, "rdma"))
		limits_rdma(limits, resources);
	limit_unified(limits, resources);
	return r;
}
