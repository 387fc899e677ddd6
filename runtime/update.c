/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ocirun update: other limits. Those of options become the document that a file would hold. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "ocirun.h"

#define DOCUMENT_MAX (1 << 20)

#define LIMIT(name, member, value, help) VALUE(name, 0, update.member, value, help)

static const struct option options[] = {
	VALUE("resources", 'r', update.resources, "FILE",
	      "what linux.resources of a config would hold; - for standard input"),
	LIMIT("blkio-weight", blkio_weight, "N", "weight of block I/O, 10 to 1000"),
	LIMIT("cpu-period", cpu_period, "US", "period of the CPU quota, in microseconds"),
	LIMIT("cpu-quota", cpu_quota, "US", "CPU time in a period; -1 for no limit"),
	LIMIT("cpu-burst", cpu_burst, "US", "CPU time that may be saved up"),
	LIMIT("cpu-share", cpu_share, "N", "CPU shares, 1024 for a usual one"),
	LIMIT("cpu-rt-period", cpu_rt_period, "US", "period of the realtime limit"),
	LIMIT("cpu-rt-runtime", cpu_rt_runtime, "US", "realtime CPU time in a period"),
	LIMIT("cpu-idle", cpu_idle, "N", "1 for CPU time that nobody else wants"),
	LIMIT("cpuset-cpus", cpuset_cpus, "LIST", "CPUs to use, 0-3,7"),
	LIMIT("cpuset-mems", cpuset_mems, "LIST", "memory nodes to use, 0-1"),
	LIMIT("kernel-memory", kernel_memory, "BYTES", "taken, and ignored"),
	LIMIT("kernel-memory-tcp", kernel_memory_tcp, "BYTES", "taken, and ignored"),
	LIMIT("memory", memory, "BYTES", "limit of memory, also 512m or 2g; -1 for none"),
	LIMIT("memory-reservation", memory_reservation, "BYTES", "what it keeps in need"),
	LIMIT("memory-swap", memory_swap, "BYTES", "limit of memory and swap together"),
	LIMIT("pids-limit", pids_limit, "N", "limit of processes; -1 for none"),
	LIMIT("l3-cache-schema", l3_cache_schema, "SCHEMA", "what it has of the cache, L3:0=ff"),
	LIMIT("mem-bw-schema", mem_bw_schema, "SCHEMA", "what it has of the bandwidth, MB:0=50"),
	{ NULL, 0, 0, 0, NULL, NULL },
};

enum kind { NUMBER, SIZE, TEXT };

/* Where the options belong in the document; objects stand together. */
static const struct {
	const char *option, *object, *member;
	enum kind kind;
} rows[] = {
	{ "blkio-weight", "blockIO", "weight", NUMBER },
	{ "cpu-period", "cpu", "period", NUMBER },
	{ "cpu-quota", "cpu", "quota", NUMBER },
	{ "cpu-burst", "cpu", "burst", NUMBER },
	{ "cpu-share", "cpu", "shares", NUMBER },
	{ "cpu-rt-period", "cpu", "realtimePeriod", NUMBER },
	{ "cpu-rt-runtime", "cpu", "realtimeRuntime", NUMBER },
	{ "cpu-idle", "cpu", "idle", NUMBER },
	{ "cpuset-cpus", "cpu", "cpus", TEXT },
	{ "cpuset-mems", "cpu", "mems", TEXT },
	{ "memory", "memory", "limit", SIZE },
	{ "memory-reservation", "memory", "reservation", SIZE },
	{ "memory-swap", "memory", "swap", SIZE },
	{ "kernel-memory", "memory", "kernel", SIZE },
	{ "kernel-memory-tcp", "memory", "kernelTCP", SIZE },
	{ "pids-limit", "pids", "limit", NUMBER },
};

static const char *value_of(const struct arguments *arguments, const char *name)
{
	for (const struct option *option = options; option->name; option++)
		if (strcmp(option->name, name) == 0)
			return *(const char *const *)(const void *)((const char *)arguments +
								    option->offset);
	return NULL;
}

/* "512m", "2GiB": powers of 1024, as engines have them. */
static int read_number(const char *text, bool unit, long long *ret)
{
	static const char units[] = "bkmgtp";
	const char *found;
	char *end;

	errno = 0;
	*ret = strtoll(text, &end, 10);
	if (errno || end == text || !strchr("-0123456789", text[0]))
		return -1;
	if (!*end)
		return 0;
	found = unit ? strchr(units, *end | 0x20) : NULL;
	if (!found || (strcmp(end + 1, "") != 0 && strcasecmp(end + 1, "b") != 0 &&
		       strcasecmp(end + 1, "ib") != 0))
		return -1;
	for (; found > units; found--)
		if (__builtin_mul_overflow(*ret, 1024, ret))
			return -1;
	return 0;
}

/* Lists of CPUs are all that is text: nothing in them needs to be quoted. */
static int print_member(FILE *out, const char *name, const char *member, enum kind kind,
			const char *text)
{
	long long number;

	if (kind == TEXT && text[strspn(text, "0123456789,-")])
		return report_text("--%s: expected a list like 0-3,7, found \"%s\"", name, text);
	if (kind == TEXT)
		return fprintf(out, "\"%s\":\"%s\"", member, text) < 0;
	if (read_number(text, kind == SIZE, &number) < 0)
		return report_text("--%s: expected a number%s, found \"%s\"", name,
				   kind == SIZE ? " of bytes" : "", text);
	return fprintf(out, "\"%s\":%lld", member, number) < 0;
}

static int print_document(const struct arguments *arguments, FILE *out)
{
	const char *object = "";

	fputc('{', out);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *text = value_of(arguments, rows[i].option);

		if (!text)
			continue;
		if (strcmp(object, rows[i].object) == 0)
			fputc(',', out);
		else
			fprintf(out, "%s\"%s\":{", object[0] ? "}," : "", rows[i].object);
		object = rows[i].object;
		if (print_member(out, rows[i].option, rows[i].member, rows[i].kind, text))
			return 1;
	}
	fputs(object[0] ? "}}" : "}", out);
	return 0;
}

static int read_document(const char *path, FILE *out)
{
	FILE *in = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
	char block[4096];
	size_t n, total = 0;

	if (!in)
		return report_text("--resources: cannot open \"%s\": %s", path, strerror(errno));
	while ((n = fread(block, 1, sizeof(block), in)) > 0 && total <= DOCUMENT_MAX) {
		fwrite(block, 1, n, out);
		total += n;
	}
	n = (size_t)ferror(in);
	if (in != stdin)
		fclose(in);
	if (n)
		return report_text("--resources: cannot read \"%s\"", path);
	if (total > DOCUMENT_MAX)
		return report_text("--resources: \"%s\" has more than %d bytes", path,
				   DOCUMENT_MAX);
	return 0;
}

static int make_document(const struct arguments *arguments, FILE *out)
{
	const char *path = arguments->update.resources;

	for (size_t i = 0; path && i < sizeof(rows) / sizeof(rows[0]); i++)
		if (value_of(arguments, rows[i].option))
			return report_text("--%s has no effect beside --resources", rows[i].option);
	return path ? read_document(path, out) : print_document(arguments, out);
}

static int run(const struct arguments *arguments, struct oci_context *context)
{
	const char *path = arguments->update.resources;
	struct oci_update_options update = {
		.size = sizeof(update),
		.l3_cache_schema = arguments->update.l3_cache_schema,
		.mem_bw_schema = arguments->update.mem_bw_schema,
	};
	struct oci_error err;
	char *text = NULL;
	FILE *out = open_memstream(&text, &update.length);
	int status = out ? make_document(arguments, out) : report_text("no memory");

	if (out && fclose(out) != 0 && status == 0)
		status = report_text("no memory");
	update.resources = text;
	update.name = path && strcmp(path, "-") != 0 ? path : NULL;
	if (path && strcmp(path, "-") == 0)
		twin_give_back(text, update.length);
	if (status == 0 && oci_update(context, arguments->names[0], &update, &err) < 0)
		status = report(&err);
	free(text);
	return status;
}

const struct command command_update = {
	.name = "update",
	.names = "ID",
	.min = 1,
	.max = 1,
	.help = "change the limits of a container",
	.options = options,
	.run = run,
};
