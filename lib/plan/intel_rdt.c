/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* /linux/intelRdt: how much of the caches and of the memory's bandwidth the container gets, and
 * whether its use of them is counted. Pure.
 *
 * resctrl has a directory for each class of service. One with the name of a closID is shared by all
 * that name it: who comes first makes it, the others look whether it is what they want, and it
 * stays (RDT-16 to RDT-22). Making and looking are under the lock that the kernel's documentation
 * has for this, so that nobody sees a class without its schemata.
 *
 * What a class has is written member by member, because the kernel does not take a resource twice
 * in one write, and the later one is meant to win. */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "base/error.h"
#include "plan/concern.h"
#include "plan/intel_rdt.h"

static const struct spec_intel_rdt *rdt_of(const struct plan_request *request)
{
	return request->spec->linux_->intelRdt;
}

static bool is_set(const char *text)
{
	return text && text[0];
}

static bool has_schemata(const struct spec_intel_rdt *rdt)
{
	return is_set(rdt->l3CacheSchema) || is_set(rdt->memBwSchema) || rdt->schemata.n > 0;
}

struct plan_rdt plan_rdt_find(const struct spec *spec, const char *id)
{
	const struct spec_intel_rdt *rdt = spec->linux_->intelRdt;

	if (!rdt)
		return (struct plan_rdt){ 0 };
	return (struct plan_rdt){
		.group = is_set(rdt->closID) ? rdt->closID : id,
		.shared = is_set(rdt->closID),
		.makes = !is_set(rdt->closID) || has_schemata(rdt),
		.monitors = rdt->enableMonitoring,
	};
}

int plan_rdt_check(const struct plan_request *request, struct oci_error *err)
{
	if (!rdt_of(request) || request->facts->resctrl)
		return 0;
	return fail_plain(err, -ENODEV, "/linux/intelRdt",
			  "/linux/intelRdt: no resctrl file system is mounted on " HOST_RESCTRL);
}

static struct op *add(struct builder *builder, enum op_kind kind, const char *group)
{
	struct op *op = builder_add(builder, PLAN_HOST, kind);

	op->text = builder_string(builder, group);
	return op;
}

/* The interpreter ends each with a newline; the kernel takes no empty line. */
static const char *without_newline(const struct plan_request *request, const char *schema)
{
	size_t length = strlen(schema);

	while (length > 0 && schema[length - 1] == '\n')
		length--;
	return arena_printf(request->arena, "%.*s", (int)length, schema);
}

/* What is written, in this order: RDT-11, RDT-14. */
static void add_schemata(struct builder *builder, const struct plan_request *request,
			 const char *group)
{
	const struct spec_intel_rdt *rdt = rdt_of(request);
	const struct {
		const char *name, *schema;
	} members[] = { { "l3CacheSchema", rdt->l3CacheSchema },
			{ "memBwSchema", rdt->memBwSchema } };
	size_t index = 0;

	for (size_t i = 0; i < ARRAY_SIZE(members); i++) {
		if (!is_set(members[i].schema))
			continue;
		builder_where(builder, "/linux/intelRdt/%s", members[i].name);
		add(builder, OP_RDT_SCHEMA, group)->text2 =
			builder_string(builder, without_newline(request, members[i].schema));
	}
	list_each(line, rdt->schemata) {
		builder_where(builder, "/linux/intelRdt/schemata/%zu", index++);
		add(builder, OP_RDT_SCHEMA, group)->text2 = builder_string(builder, *line);
	}
}

/* All of them, one below the other. */
static const char *joined(const struct plan_request *request)
{
	const struct spec_intel_rdt *rdt = rdt_of(request);
	const char *text = arena_printf(request->arena, "%s\n%s",
					is_set(rdt->l3CacheSchema) ? rdt->l3CacheSchema : "",
					is_set(rdt->memBwSchema) ? rdt->memBwSchema : "");

	list_each(line, rdt->schemata)
		text = arena_printf(request->arena, "%s\n%s", text ? text : "", *line);
	return text;
}

static void add_class(struct builder *builder, const struct plan_request *request,
		      const struct plan_rdt *place)
{
	size_t match = builder_count(builder, PLAN_HOST);

	if (place->shared)
		builder_where(builder, "/linux/intelRdt/closID");
	if (!place->makes) {
		add(builder, OP_RDT_FIND, place->group);
		return;
	}
	if (place->shared)
		add(builder, OP_RDT_MATCH, place->group)->text2 =
			builder_string(builder, joined(request));
	add(builder, OP_RDT_MAKE, place->group);
	add_schemata(builder, request, place->group);
	if (place->shared)
		builder_skip(builder, PLAN_HOST, match, TOLERATE_DONE);
}

void plan_rdt_update(struct builder *builder, const struct plan_request *request)
{
	int16_t lock;

	if (!rdt_of(request))
		return;
	lock = builder_slot(builder, PLAN_HOST);
	builder_where(builder, "/linux/intelRdt");
	builder_add(builder, PLAN_HOST, OP_RDT_LOCK)->slot = lock;
	add_schemata(builder, request, request->target->rdt.group);
	builder_add(builder, PLAN_HOST, OP_RDT_UNLOCK)->slot = lock;
}

static const char *monitoring_group(const struct plan_request *request, const char *group)
{
	const char *slash = strcmp(group, "/") == 0 ? "" : "/";

	return arena_printf(request->arena, "%s%smon_groups/%s", group, slash, request->id);
}

void plan_rdt_make(struct builder *builder, const struct plan_request *request)
{
	struct plan_rdt place = plan_rdt_find(request->spec, request->id);
	int16_t lock;

	if (!place.group)
		return;
	lock = builder_slot(builder, PLAN_HOST);
	builder_where(builder, "/linux/intelRdt");
	builder_add(builder, PLAN_HOST, OP_RDT_LOCK)->slot = lock;
	add_class(builder, request, &place);
	if (place.monitors) {
		builder_where(builder, "/linux/intelRdt/enableMonitoring");
		add(builder, OP_RDT_MONITOR, monitoring_group(request, place.group));
	}
	builder_where(builder, "/linux/intelRdt");
	builder_add(builder, PLAN_HOST, OP_RDT_UNLOCK)->slot = lock;
	builder_where(builder, NULL);
}

/* The kernel lets into a monitoring group only what is in its class. */
void plan_rdt_join(struct builder *builder, const struct plan_request *request)
{
	struct plan_rdt place =
		request->target ? request->target->rdt : plan_rdt_find(request->spec, request->id);

	if (!place.group)
		return;
	builder_where(builder, "/linux/intelRdt");
	add(builder, OP_RDT_JOIN, place.group);
	if (place.monitors)
		add(builder, OP_RDT_JOIN, monitoring_group(request, place.group));
	builder_where(builder, NULL);
}

/* --- schemata as the kernel writes them --- */

struct span {
	const char *text;
	size_t length;
};

/* Up to one of @ends, without the blanks around it; *at goes behind it. */
static struct span take(const char **at, const char *end, const char *ends)
{
	const char *from = *at, *to;

	while (*at < end && !strchr(ends, **at))
		(*at)++;
	to = *at;
	if (*at < end)
		(*at)++;
	while (from < to && *from == ' ')
		from++;
	while (from < to && to[-1] == ' ')
		to--;
	return (struct span){ from, (size_t)(to - from) };
}

static bool is_same(struct span a, struct span b)
{
	return a.length == b.length && strncasecmp(a.text, b.text, a.length) == 0;
}

/* Masks are hexadecimal, percentages decimal: equal without what may stand in front of either. */
static struct span significant(struct span number)
{
	if (number.length > 2 && strncasecmp(number.text, "0x", 2) == 0)
		number = (struct span){ number.text + 2, number.length - 2 };
	while (number.length > 1 && number.text[0] == '0')
		number = (struct span){ number.text + 1, number.length - 1 };
	return number;
}

/* "L3:0=ff;1=f": the resource, then domains with their values. */
struct assignment {
	struct span resource, domain, value;
};

/* Calls @found for each, until it is true. A line that is not of that kind has no domain. */
static bool each_assignment(const char *schemata,
			    bool (*found)(const struct assignment *assignment, void *context),
			    void *context)
{
	while (*schemata) {
		struct span line = { schemata, strcspn(schemata, "\n") };
		const char *at = line.text, *end = line.text + line.length;
		struct assignment assignment = { .resource = take(&at, end, ":") };

		schemata = end + (*end == '\n');
		if (assignment.resource.length == 0 && at == end)
			continue;
		do {
			struct span one = take(&at, end, ";");
			const char *from = one.text;

			assignment.domain = take(&from, one.text + one.length, "=");
			assignment.value = take(&from, one.text + one.length, "");
			if (found(&assignment, context))
				return true;
		} while (at < end);
	}
	return false;
}

struct search {
	struct assignment wanted;
	struct span value; /* of the last one for the same domain */
};

static bool look(const struct assignment *assignment, void *context)
{
	struct search *search = context;

	if (is_same(assignment->resource, search->wanted.resource) &&
	    is_same(assignment->domain, search->wanted.domain))
		search->value = assignment->value;
	return false;
}

static struct span value_in(const char *schemata, const struct assignment *wanted)
{
	struct search search = { .wanted = *wanted };

	(void)each_assignment(schemata, look, &search);
	return search.value;
}

struct comparison {
	const char *wanted, *found;
	struct assignment differs;
};

static bool differs(const struct assignment *assignment, void *context)
{
	struct comparison *comparison = context;
	struct span found = value_in(comparison->found, assignment);

	comparison->differs = *assignment;
	return !found.text ||
	       !is_same(significant(value_in(comparison->wanted, assignment)), significant(found));
}

const char *plan_schemata_differ(const char *wanted, const char *found, size_t *ret_length)
{
	struct comparison comparison = { .wanted = wanted, .found = found };
	const char *line;

	if (!each_assignment(wanted, differs, &comparison))
		return NULL;
	line = comparison.differs.resource.text;
	*ret_length = strcspn(line, "\n");
	return line;
}
