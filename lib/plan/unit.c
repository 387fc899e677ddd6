/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names and properties of the unit of a container, see unit.h. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/error.h"
#include "base/num.h"
#include "plan/resources.h"
#include "plan/unit.h"
#include "plan/variant.h"

#define WHERE "/linux/cgroupsPath"

#define LETTERS  "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define IN_NAMES LETTERS "0123456789:_.-@\\" /* systemd.unit(5) */

#define NAME_LENGTH_MAX 255

bool unit_owns(const struct host_hierarchy *hierarchy)
{
	return hierarchy->v2 || strcmp(hierarchy->controllers, "name=systemd") == 0;
}

/* --- names --- */

/* "cri-containerd" and "a+b" are "cri-containerd-a\x2bb.scope". */
static const char *scope_name(struct arena *arena, const char *prefix, const char *name)
{
	const char *plain = arena_printf(arena, "%s%s%s.scope", prefix, prefix[0] ? "-" : "", name);
	char *escaped = plain ? arena_alloc(arena, 4 * strlen(plain) + 1) : NULL, *end = escaped;
	static const char digits[] = "0123456789abcdef";

	if (!escaped)
		return NULL;
	for (; *plain; plain++) {
		if (strchr(IN_NAMES, *plain)) {
			*end++ = *plain;
			continue;
		}
		memcpy(end, "\\x", 2);
		end[2] = digits[(unsigned char)*plain >> 4];
		end[3] = digits[(unsigned char)*plain & 15];
		end += 4;
	}
	return escaped;
}

/* "a-b.slice" is in "a.slice"; "-.slice" is the root of them all. */
static int check_slice(const char *slice)
{
	size_t length = strlen(slice), suffix = strlen(".slice");

	if (length <= suffix || strcmp(slice + length - suffix, ".slice") != 0 ||
	    length > NAME_LENGTH_MAX || strspn(slice, IN_NAMES) != length)
		return -EINVAL;
	length -= suffix;
	if (length == 1 && slice[0] == '-')
		return 0;
	return slice[0] == '-' || slice[length - 1] == '-' || strstr(slice, "--") ? -EINVAL : 0;
}

/* "/a.slice/a-b.slice" */
static const char *slice_path(struct arena *arena, const char *slice)
{
	const char *path = "";

	if (slice[0] == '-')
		return path;
	for (const char *dash = strchr(slice, '-'); path && dash; dash = strchr(dash + 1, '-'))
		path = arena_printf(arena, "%s/%.*s.slice", path, (int)(dash - slice), slice);
	return path ? arena_printf(arena, "%s/%s", path, slice) : NULL;
}

/* systemd puts a "_" before the name of a group that the kernel could have a file for. */
static bool is_escaped(const char *name)
{
	static const char *const controllers[] = {
		"cgroup.", "cpu.",     "cpuacct.", "cpuset.", "io.", "blkio.",
		"memory.", "devices.", "pids.",    "bpf-",    "_",   ".",
	};

	for (size_t i = 0; i < ARRAY_SIZE(controllers); i++)
		if (strncmp(name, controllers[i], strlen(controllers[i])) == 0)
			return true;
	return false;
}

static int take_apart(const struct plan_request *request, const char *text, const char **ret_slice,
		      const char **ret_prefix, const char **ret_name, struct oci_error *err)
{
	const char *first = strchr(text, ':'), *second = first ? strchr(first + 1, ':') : NULL;

	if (!second || !second[1] || strchr(text, '/') || strchr(second + 1, ':'))
		return fail_plain(err, -EINVAL, WHERE,
				  WHERE ": \"%s\" is not of the form \"slice:prefix:name\", which "
					"the cgroup manager \"systemd\" needs",
				  text);
	if (first != text)
		*ret_slice = arena_strndup(request->arena, text, (size_t)(first - text));
	*ret_prefix = arena_strndup(request->arena, first + 1, (size_t)(second - first - 1));
	*ret_name = second + 1;
	return 0;
}

int unit_find(const struct plan_request *request, struct unit *ret, struct oci_error *err)
{
	const char *text = request->spec->linux_ ? request->spec->linux_->cgroupsPath : NULL;
	const char *slice = request->facts->systemd_user ? "user.slice" : "system.slice";
	const char *prefix = "ocirun", *name = request->id, *within, *root;
	int r = 0;

	if (text && text[0])
		r = take_apart(request, text, &slice, &prefix, &name, err);
	if (r < 0)
		return r;
	if (slice && check_slice(slice) < 0)
		return fail_plain(err, -EINVAL, WHERE, WHERE ": \"%s\" is not the name of a slice",
				  slice);
	ret->name = prefix ? scope_name(request->arena, prefix, name) : NULL;
	within = slice ? slice_path(request->arena, slice) : NULL;
	if (!ret->name || !within)
		return fail(err, -ENOMEM, NULL, "cannot make the plan");
	if (strlen(ret->name) > NAME_LENGTH_MAX)
		return fail_plain(err, -ENAMETOOLONG, WHERE,
				  WHERE ": the name of the unit \"%.80s...\" is too long",
				  ret->name);
	ret->slice = slice;
	root = request->facts->systemd_root ? request->facts->systemd_root : "";
	ret->path = arena_printf(request->arena, "%s%s/%s%s", strcmp(root, "/") == 0 ? "" : root,
				 within, is_escaped(ret->name) ? "_" : "", ret->name);
	return ret->path ? 0 : fail(err, -ENOMEM, NULL, "cannot make the plan");
}

/* --- properties --- */

static void add(struct unit_properties *properties, const char *where, const char *name,
		const char *value)
{
	if (properties->n == properties->room) {
		struct unit_property *item =
			arena_grow(properties->arena, properties->item, properties->n,
				   sizeof(*item), &properties->room);

		if (!item)
			return;
		properties->item = item;
	}
	properties->item[properties->n++] =
		(struct unit_property){ name, value ? value : "", where };
}

static void add_uint(struct unit_properties *properties, const char *where, const char *name,
		     uint64_t value)
{
	add(properties, where, name, arena_printf(properties->arena, "uint64 %" PRIu64, value));
}

static void add_quoted(struct unit_properties *properties, const char *where, const char *name,
		       const char *value)
{
	add(properties, where, name, value ? variant_quote(value, properties->arena) : NULL);
}

/* Of limits: below zero there is none. */
static void add_limit(struct unit_properties *properties, const char *where, const char *name,
		      int64_t value)
{
	add_uint(properties, where, name, value < 0 ? UINT64_MAX : (uint64_t)value);
}

/* systemd counts in whole per cents, so up to the next. */
static void add_quota(struct unit_properties *properties, const char *where, int64_t quota,
		      uint64_t period)
{
	const uint64_t second = 1000000, percent = second / 100;
	uint64_t per_second = UINT64_MAX;

	if (quota > 0 && !__builtin_mul_overflow((uint64_t)quota, second, &per_second)) {
		per_second = per_second / (period ? period : 100000);
		per_second = (per_second + percent - 1) / percent * percent;
	}
	add_uint(properties, where, "CPUQuotaPerSecUSec", per_second);
	if (period)
		add_uint(properties, where, "CPUQuotaPeriodUSec", period);
}

/* "0-3,7" as the bytes of a mask. A list that is none the kernel will refuse. */
static void add_mask(struct unit_properties *properties, const char *where, const char *name,
		     const char *list)
{
	enum { BITS = 65536 };
	uint8_t *mask = arena_alloc(properties->arena, BITS / 8);
	const char *value = "@ay [", *comma = "";
	uint64_t first, last, n = 0;

	while (mask && *list) {
		list = num_take_span(list, &first, &last);
		if (!list)
			return;
		for (uint64_t bit = first; bit <= last && bit < BITS; bit++)
			mask[bit / 8] |= (uint8_t)(1u << bit % 8);
		n = last / 8 >= n ? last / 8 + 1 : n;
	}
	for (uint64_t i = 0; mask && value && i < n && i < BITS / 8; i++, comma = ", ")
		value = arena_printf(properties->arena, "%s%s%u", value, comma, mask[i]);
	if (mask && value)
		add(properties, where, name, arena_printf(properties->arena, "%s]", value));
}

static void add_memory(struct unit_properties *properties, const struct spec_memory *memory,
		       bool v2)
{
	if (limits_is_set(&memory->limit))
		add_limit(properties, "/linux/resources/memory/limit", "MemoryMax",
			  memory->limit.value);
	if (!v2)
		return;
	if (limits_is_set(&memory->reservation))
		add_limit(properties, "/linux/resources/memory/reservation", "MemoryLow",
			  memory->reservation.value);
	if (memory->swap.value > 0 && memory->limit.value <= memory->swap.value)
		add_limit(properties, "/linux/resources/memory/swap", "MemorySwapMax",
			  memory->swap.value - memory->limit.value);
	else if (memory->swap.value < 0)
		add_limit(properties, "/linux/resources/memory/swap", "MemorySwapMax", -1);
}

static void add_cpu(struct unit_properties *properties, const struct spec_cpu *cpu, bool v2)
{
	if (cpu->shares.value && v2 && cpu->idle.value == 0)
		add_uint(properties, "/linux/resources/cpu/shares", "CPUWeight",
			 limits_cpu_weight(cpu->shares.value));
	else if (cpu->shares.value && !v2)
		add_uint(properties, "/linux/resources/cpu/shares", "CPUShares", cpu->shares.value);
	if (cpu->quota.value)
		add_quota(properties, "/linux/resources/cpu/quota", cpu->quota.value,
			  cpu->period.value);
	if (!v2)
		return;
	if (cpu->cpus && cpu->cpus[0])
		add_mask(properties, "/linux/resources/cpu/cpus", "AllowedCPUs", cpu->cpus);
	if (cpu->mems && cpu->mems[0])
		add_mask(properties, "/linux/resources/cpu/mems", "AllowedMemoryNodes", cpu->mems);
}

/* The files of v2 that have one number, or "max", and a property of the same meaning. */
static void add_unified(struct unit_properties *properties, const struct pair *entry)
{
	static const struct {
		const char *file, *property;
	} rows[] = {
		{ "memory.min", "MemoryMin" },   { "memory.low", "MemoryLow" },
		{ "memory.high", "MemoryHigh" }, { "memory.max", "MemoryMax" },
		{ "pids.max", "TasksMax" },      { "memory.swap.max", "MemorySwapMax" },
		{ "cpu.weight", "CPUWeight" },
	};
	const char *where =
		arena_printf(properties->arena, "/linux/resources/unified/%s", entry->key);
	uint64_t value = UINT64_MAX;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (strcmp(rows[i].file, entry->key) == 0 &&
		    (strcmp(entry->value, "max") == 0 ||
		     num_parse(entry->value, strlen(entry->value), UINT64_MAX, &value) == 0))
			add_uint(properties, where, rows[i].property, value);
	if (strcmp(entry->key, "cpuset.cpus") == 0)
		add_mask(properties, where, "AllowedCPUs", entry->value);
	if (strcmp(entry->key, "cpuset.mems") == 0)
		add_mask(properties, where, "AllowedMemoryNodes", entry->value);
}

void unit_limits(struct unit_properties *properties, const struct spec_resources *resources,
		 bool v2)
{
	if (resources->memory)
		add_memory(properties, resources->memory, v2);
	if (resources->cpu)
		add_cpu(properties, resources->cpu, v2);
	if (resources->pids && limits_is_set(&resources->pids->limit))
		add_limit(properties, "/linux/resources/pids/limit", "TasksMax",
			  resources->pids->limit.value);
	if (resources->blockIO && resources->blockIO->weight.value && v2)
		add_uint(properties, "/linux/resources/blockIO/weight", "IOWeight",
			 limits_io_weight(resources->blockIO->weight.value));
	list_each(entry, resources->unified)
		add_unified(properties, entry);
}

/* --- annotations --- */

#define PREFIX "org.systemd.property."

/* "TimeoutStopSec", in seconds, is "TimeoutStopUSec" in microseconds: "5", "1.5", "uint32 5". */
static int add_seconds(struct unit_properties *properties, const char *where, const char *name,
		       const char *text)
{
	static const char digits[] = "0123456789";
	uint64_t seconds, fraction = 0, value, unit = 1000000;
	const char *number = strrchr(text, ' ') ? strrchr(text, ' ') + 1 : text;
	size_t n = strspn(number, digits), decimals = 0;

	if (number[n] == '.') {
		decimals = strspn(number + n + 1, digits);
		if (decimals == 0 || decimals > 6 ||
		    num_parse(number + n + 1, decimals, UINT64_MAX, &fraction) < 0)
			return -EINVAL;
		for (size_t i = decimals; i < 6; i++)
			fraction *= 10;
		decimals++;
	}
	if (number[n + decimals] || num_parse(number, n, UINT64_MAX, &seconds) < 0 ||
	    __builtin_mul_overflow(seconds, unit, &value) ||
	    __builtin_add_overflow(value, fraction, &value))
		return -EINVAL;
	name = arena_printf(properties->arena, "%.*sUSec", (int)(strlen(name) - 3), name);
	add_uint(properties, where, name ? name : "", value);
	return 0;
}

static bool ends_with(const char *text, const char *end)
{
	size_t length = strlen(text), n = strlen(end);

	return length > n && strcmp(text + length - n, end) == 0;
}

static int add_annotation(struct unit_properties *properties, const struct pair *annotation,
			  struct oci_error *err)
{
	const char *name = annotation->key + strlen(PREFIX), *text = annotation->value;
	const char *where = arena_printf(properties->arena, "/annotations/%s", annotation->key);
	struct variant variant;
	int r;

	if (!where)
		return 0;
	if (!name[0] || strspn(name, LETTERS) != strlen(name))
		return fail_plain(err, -EINVAL, where, "%s: not the name of a property", where);
	if (ends_with(name, "Sec") && !ends_with(name, "USec")) {
		r = add_seconds(properties, where, name, text);
		return r == 0 ? 0
			      : fail_plain(err, r, where, "%s: expected seconds, found \"%s\"",
					   where, text);
	}
	r = variant_parse(text, properties->arena, &variant);
	if (r == -EINVAL)
		return fail_plain(err, r, where,
				  "%s: expected a value as 'text', true, 5, uint64 5 or "
				  "['a', 'b'], found \"%s\"",
				  where, text);
	if (r == -ERANGE)
		return fail_plain(err, r, where, "%s: \"%s\" does not fit its type", where, text);
	add(properties, where, name, text);
	return 0;
}

/* --- all of it --- */

int unit_describe(const struct plan_request *request, const struct unit *unit,
		  struct unit_properties *ret, struct oci_error *err)
{
	static const char *const switches[] = { "Delegate", "CPUAccounting", "MemoryAccounting",
						"IOAccounting", "TasksAccounting" };
	struct unit_properties list = { .arena = request->arena };
	bool v2 = request->facts->cgroup_layout == CGROUP_V2;

	add_quoted(&list, WHERE, "Description",
		   arena_printf(request->arena, "container %s", request->id));
	add_quoted(&list, WHERE, "Slice", unit->slice);
	/* The engine ends its containers, not the shutdown before it; and a scope that has failed
	 * does not keep its name. */
	add(&list, WHERE, "DefaultDependencies", "false");
	add(&list, WHERE, "CollectMode", "'inactive-or-failed'");
	for (size_t i = 0; i < ARRAY_SIZE(switches); i++)
		add(&list, WHERE, switches[i], "true");
	/* Else it is a share of what the machine has. */
	add_uint(&list, WHERE, "TasksMax", UINT64_MAX);
	if (request->spec->linux_->resources)
		unit_limits(&list, request->spec->linux_->resources, v2);
	list_each(annotation, request->spec->annotations) {
		int r = 0;

		if (strncmp(annotation->key, PREFIX, strlen(PREFIX)) == 0)
			r = add_annotation(&list, annotation, err);
		if (r < 0)
			return r;
	}
	if (request->arena->failed)
		return fail(err, -ENOMEM, NULL, "cannot make the plan");
	*ret = list;
	return 0;
}
