/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a container has used, see stats.h: read file by file, and printed at once in the words of
 * runc. A file that is not there counts as 0, as with runc. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/num.h"
#include "cgroup/stats.h"

#define FILE_MAX    (1 << 20)
#define GROUPS_MAX  32
#define NS_PER_TICK 10000000 /* USER_HZ is 100 */
#define NS_PER_US   1000
#define UNLIMITED   UINT64_MAX

/* The groups of the hierarchies. The name of a file tells which of them has it. */
struct reader {
	int dirs[GROUPS_MAX];
	size_t n;
	struct text *out;
};

/* --- reading --- */

/* The text is to be freed; NULL when no group has such a file. */
static char *read_text(const struct reader *reader, const char *name)
{
	char *text;

	for (size_t i = 0; i < reader->n; i++)
		if (file_read(reader->dirs[i], name, FILE_MAX, &text, NULL) == 0)
			return text;
	return NULL;
}

static uint64_t number_at(const char *text)
{
	uint64_t value;

	if (strncmp(text, "max", 3) == 0)
		return UNLIMITED;
	return num_parse(text, strspn(text, "0123456789"), UINT64_MAX, &value) == 0 ? value : 0;
}

static uint64_t read_number(const struct reader *reader, const char *name)
{
	cleanup(free_done) char *text = read_text(reader, name);

	return text ? number_at(text) : 0;
}

/* From lines "key value". */
static uint64_t value_of(const char *text, const char *key)
{
	size_t length = strlen(key);

	for (; text && *text; text += strcspn(text, "\n"), text += *text == '\n')
		if (strncmp(text, key, length) == 0 && text[length] == ' ')
			return number_at(text + length + 1);
	return 0;
}

/* --- printing --- */

static void print_number(const struct reader *reader, const char *before, uint64_t value)
{
	text_printf(reader->out, "%s%" PRIu64, before, value);
}

/* "some avg10=0.00 avg60=0.00 avg300=0.00 total=0": numbers of JSON as they stand. */
static void print_pressure(const struct reader *reader, const char *file)
{
	cleanup(free_done) char *text = read_text(reader, file);
	char *rest, *line;
	const char *comma = "";

	if (!text || !text[0])
		return;
	text_puts(reader->out, ",\"psi\":{");
	for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		char *at, *word = strtok_r(line, " ", &at);
		const char *inner = "";

		text_printf(reader->out, "%s\"%s\":{", comma, word);
		while ((word = strtok_r(NULL, " ", &at))) {
			size_t n = strcspn(word, "=");

			if (word[n] != '=' || word[n + 1 + strspn(word + n + 1, "0123456789.")])
				continue;
			text_printf(reader->out, "%s\"%.*s\":%s", inner, (int)n, word,
				    word + n + 1);
			inner = ",";
		}
		text_putc(reader->out, '}');
		comma = ",";
	}
	text_putc(reader->out, '}');
}

/* --- cpu --- */

static void print_percpu(const struct reader *reader)
{
	cleanup(free_done) char *text = read_text(reader, "cpuacct.usage_percpu");
	char *rest, *word;
	const char *before = "";

	if (!text)
		return;
	text_puts(reader->out, ",\"percpu\":[");
	for (word = strtok_r(text, " \n", &rest); word; word = strtok_r(NULL, " \n", &rest)) {
		print_number(reader, before, number_at(word));
		before = ",";
	}
	text_putc(reader->out, ']');
}

static void print_throttling(const struct reader *reader, const char *stat, const char *time,
			     uint64_t unit)
{
	print_number(reader, "},\"throttling\":{\"periods\":", value_of(stat, "nr_periods"));
	print_number(reader, ",\"throttledPeriods\":", value_of(stat, "nr_throttled"));
	print_number(reader, ",\"throttledTime\":", value_of(stat, time) * unit);
	text_putc(reader->out, '}');
}

static void print_cpu(const struct reader *reader)
{
	cleanup(free_done) char *stat = read_text(reader, "cpu.stat");
	cleanup(free_done) char *account = read_text(reader, "cpuacct.stat");

	if (account) {
		print_number(reader, "\"cpu\":{\"usage\":{\"total\":",
			     read_number(reader, "cpuacct.usage"));
		print_percpu(reader);
		print_number(reader, ",\"kernel\":", value_of(account, "system") * NS_PER_TICK);
		print_number(reader, ",\"user\":", value_of(account, "user") * NS_PER_TICK);
		print_throttling(reader, stat, "throttled_time", 1);
	} else {
		print_number(reader, "\"cpu\":{\"usage\":{\"total\":",
			     value_of(stat, "usage_usec") * NS_PER_US);
		print_number(reader, ",\"kernel\":", value_of(stat, "system_usec") * NS_PER_US);
		print_number(reader, ",\"user\":", value_of(stat, "user_usec") * NS_PER_US);
		print_throttling(reader, stat, "throttled_usec", NS_PER_US);
	}
	print_pressure(reader, "cpu.pressure");
	text_puts(reader->out, "},\"cpuset\":{}");
}

/* --- memory --- */

struct entry {
	uint64_t limit, usage, max, failures;
};

static void print_entry(const struct reader *reader, const char *name, const struct entry *entry)
{
	text_printf(reader->out, ",\"%s\":{", name);
	print_number(reader, "\"limit\":", entry->limit);
	print_number(reader, ",\"usage\":", entry->usage);
	print_number(reader, ",\"max\":", entry->max);
	print_number(reader, ",\"failcnt\":", entry->failures);
	text_putc(reader->out, '}');
}

static void print_entry_v1(const struct reader *reader, const char *name, const char *prefix)
{
	struct entry entry;
	char file[64];

#define READ(member, suffix)                                  \
	snprintf(file, sizeof(file), "%s%s", prefix, suffix); \
	entry.member = read_number(reader, file)
	READ(limit, "limit_in_bytes");
	READ(usage, "usage_in_bytes");
	READ(max, "max_usage_in_bytes");
	READ(failures, "failcnt");
#undef READ
	print_entry(reader, name, &entry);
}

/* As runc, in terms of v1: swap is memory and swap together. */
static void print_entries_v2(const struct reader *reader)
{
	cleanup(free_done) char *events = read_text(reader, "memory.events");
	const struct entry memory = {
		.limit = read_number(reader, "memory.max"),
		.usage = read_number(reader, "memory.current"),
		.max = read_number(reader, "memory.peak"),
		.failures = value_of(events, "max"),
	};
	struct entry swap = {
		.limit = read_number(reader, "memory.swap.max"),
		.usage = read_number(reader, "memory.swap.current") + memory.usage,
		.max = read_number(reader, "memory.swap.peak"),
	};

	swap.limit = swap.limit == UNLIMITED || memory.limit == UNLIMITED
			     ? UNLIMITED
			     : swap.limit + memory.limit;
	print_entry(reader, "usage", &memory);
	print_entry(reader, "swap", &swap);
	print_entry(reader, "kernel", &(struct entry){ 0 });
	print_entry(reader, "kernelTCP", &(struct entry){ 0 });
}

static void print_raw(const struct reader *reader, char *stat)
{
	const char *before = "";
	char *rest, *line;

	text_puts(reader->out, ",\"raw\":{");
	for (line = strtok_r(stat, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		size_t n = strcspn(line, " ");

		text_printf(reader->out, "%s\"%.*s\":%" PRIu64, before, (int)n, line,
			    number_at(line + n + (line[n] == ' ')));
		before = ",";
	}
	text_putc(reader->out, '}');
}

static void print_memory(const struct reader *reader)
{
	cleanup(free_done) char *stat = read_text(reader, "memory.stat");
	cleanup(free_done) char *current = read_text(reader, "memory.current");

	print_number(reader, ",\"memory\":{\"cache\":", value_of(stat, current ? "file" : "cache"));
	if (current) {
		print_entries_v2(reader);
	} else {
		print_entry_v1(reader, "usage", "memory.");
		print_entry_v1(reader, "swap", "memory.memsw.");
		print_entry_v1(reader, "kernel", "memory.kmem.");
		print_entry_v1(reader, "kernelTCP", "memory.kmem.tcp.");
	}
	if (stat)
		print_raw(reader, stat);
	print_pressure(reader, "memory.pressure");
	text_putc(reader->out, '}');
}

static void print_pids(const struct reader *reader)
{
	uint64_t limit = read_number(reader, "pids.max");

	print_number(reader, ",\"pids\":{\"current\":", read_number(reader, "pids.current"));
	print_number(reader, ",\"limit\":", limit == UNLIMITED ? 0 : limit);
	text_putc(reader->out, '}');
}

/* --- block I/O --- */

static void print_device(const struct reader *reader, const char **before, const char *device,
			 const char *op, uint64_t value)
{
	size_t n = strcspn(device, ":");

	text_printf(reader->out,
		    "%s{\"major\":%" PRIu64 ",\"minor\":%" PRIu64
		    ",\"op\":\"%s\",\"value\":%" PRIu64 "}",
		    *before, number_at(device), number_at(device + n + (device[n] == ':')), op,
		    value);
	*before = ",";
}

/* Lines "254:0 Read 4096", of the first file that has some: that of the scheduler, or of all. */
static void print_block_v1(const struct reader *reader, const char *name)
{
	static const char *const prefixes[] = { "blkio.bfq.", "blkio.", "blkio.throttle." };
	const char *before = "";

	for (size_t i = 0; i < ARRAY_SIZE(prefixes) && !before[0]; i++) {
		cleanup(free_done) char *text = NULL;
		char file[64], *rest, *line;

		snprintf(file, sizeof(file), "%s%s", prefixes[i], name);
		text = read_text(reader, file);
		for (line = text ? strtok_r(text, "\n", &rest) : NULL; line;
		     line = strtok_r(NULL, "\n", &rest)) {
			char *at, *device = strtok_r(line, " ", &at);
			const char *op = strtok_r(NULL, " ", &at),
				   *value = strtok_r(NULL, " ", &at);

			if (device && op && value)
				print_device(reader, &before, device, op, number_at(value));
		}
	}
}

/* Lines "254:0 rbytes=4096 wbytes=0 rios=1 wios=0 dbytes=0 dios=0". */
static void print_block_v2(const struct reader *reader, const char *stat, const char *unit)
{
	static const char *const ops[] = { "Read", "Write", "Discard" };
	cleanup(free_done) char *text = strdup(stat);
	const char *before = "";
	char *rest, *line;

	for (line = text ? strtok_r(text, "\n", &rest) : NULL; line;
	     line = strtok_r(NULL, "\n", &rest)) {
		char *at, *device = strtok_r(line, " ", &at), *word;

		while ((word = strtok_r(NULL, " ", &at)))
			for (size_t i = 0; i < ARRAY_SIZE(ops); i++)
				if (word[0] == (ops[i][0] | 0x20) &&
				    strncmp(word + 1, unit, strlen(unit)) == 0)
					print_device(reader, &before, device, ops[i],
						     number_at(word + 1 + strlen(unit)));
	}
}

static void print_block_io(const struct reader *reader)
{
	static const struct {
		const char *member, *v1, *v2;
	} rows[] = {
		{ "ioServiceBytesRecursive", "io_service_bytes_recursive", "bytes=" },
		{ "ioServicedRecursive", "io_serviced_recursive", "ios=" },
		{ "ioQueueRecursive", "io_queued_recursive", NULL },
		{ "ioServiceTimeRecursive", "io_service_time_recursive", NULL },
		{ "ioWaitTimeRecursive", "io_wait_time_recursive", NULL },
		{ "ioMergedRecursive", "io_merged_recursive", NULL },
		{ "ioTimeRecursive", "time_recursive", NULL },
		{ "sectorsRecursive", "sectors_recursive", NULL },
	};
	cleanup(free_done) char *stat = read_text(reader, "io.stat");
	const char *before = ",\"blkio\":{";

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		text_printf(reader->out, "%s\"%s\":[", before, rows[i].member);
		if (stat && rows[i].v2)
			print_block_v2(reader, stat, rows[i].v2);
		else if (!stat)
			print_block_v1(reader, rows[i].v1);
		text_putc(reader->out, ']');
		before = ",";
	}
	print_pressure(reader, "io.pressure");
	text_putc(reader->out, '}');
}

/* --- huge pages --- */

static void print_size(const struct reader *reader, const char *size, int n, bool v2)
{
	cleanup(free_done) char *events = NULL;
	uint64_t usage, max, failures;
	char file[64];

#define FILE_OF(suffix) (snprintf(file, sizeof(file), "hugetlb.%.*s.%s", n, size, suffix), file)
	usage = read_number(reader, FILE_OF(v2 ? "current" : "usage_in_bytes"));
	max = v2 ? 0 : read_number(reader, FILE_OF("max_usage_in_bytes"));
	events = v2 ? read_text(reader, FILE_OF("events")) : NULL;
	failures = v2 ? value_of(events, "max") : read_number(reader, FILE_OF("failcnt"));
#undef FILE_OF
	text_printf(reader->out, "\"%.*s\":{", n, size);
	print_number(reader, "\"usage\":", usage);
	print_number(reader, ",\"max\":", max);
	print_number(reader, ",\"failcnt\":", failures);
	text_putc(reader->out, '}');
}

/* The sizes are in the names of the files. */
static void print_sizes_of(const struct reader *reader, int dir, const char **before)
{
	int copy = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *stream = copy < 0 ? NULL : fdopendir(copy);
	struct dirent *entry;

	if (!stream) {
		fd_done(&copy);
		return;
	}
	while ((entry = readdir(stream))) {
		const char *size = entry->d_name + strlen("hugetlb.");
		size_t n;

		if (strncmp(entry->d_name, "hugetlb.", strlen("hugetlb.")) != 0)
			continue;
		n = strcspn(size, ".");
		if (strcmp(size + n, ".current") != 0 && strcmp(size + n, ".usage_in_bytes") != 0)
			continue;
		text_puts(reader->out, *before);
		print_size(reader, size, (int)n, size[n + 1] == 'c');
		*before = ",";
	}
	closedir(stream);
}

static void print_huge_pages(const struct reader *reader)
{
	const char *before = "";

	text_puts(reader->out, ",\"hugetlb\":{");
	for (size_t i = 0; i < reader->n; i++)
		print_sizes_of(reader, reader->dirs[i], &before);
	text_putc(reader->out, '}');
}

int cgroup_stats(const struct cgroup *cgroups, size_t n, struct text *out)
{
	struct reader reader = { .out = out };

	for (size_t i = 0; i < n && reader.n < GROUPS_MAX; i++) {
		int dir = cgroup_open(&cgroups[i]);

		if (dir >= 0)
			reader.dirs[reader.n++] = dir;
	}
	text_putc(out, '{');
	print_cpu(&reader);
	print_memory(&reader);
	print_pids(&reader);
	print_block_io(&reader);
	print_huge_pages(&reader);
	text_puts(out, ",\"intel_rdt\":{},\"network_interfaces\":null}");
	for (size_t i = 0; i < reader.n; i++)
		close(reader.dirs[i]);
	return out->failed ? -ENOMEM : 0;
}
