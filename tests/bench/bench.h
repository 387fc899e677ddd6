/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of bench share: command.c runs commands, workloads.c says which, measure.c has the
 * rounds, report.c the statistics and the output, bench.c the options and main. */

#ifndef BENCH_H
#define BENCH_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

enum { MAX_RUNTIMES = 8, MAX_BUNDLES = 8, MAX_PARALLEL = 256 };

struct runtime {
	const char *name;
	const char *path;
	char version[64];
	char root[PATH_MAX]; /* its --root, below the state directory */
	const char *id_prefix;
	char id[64];   /* the container of the moment, "" if there is none */
	unsigned many; /* how many there are, if they are called ID.0, ID.1 and so on */
};

struct bundle {
	const char *name;
	const char *dir;      /* its process ends at once */
	const char *wait_dir; /* the same with a process that waits to be killed, or NULL */
};

struct options {
	struct runtime runtimes[MAX_RUNTIMES];
	struct bundle bundles[MAX_BUNDLES];
	unsigned n_runtimes, n_bundles;
	const char *state_dir, *workloads, *modes, *json, *id_prefix;
	unsigned rounds, warmup, space_ms, seed;
	unsigned count, parallel; /* of the workloads list and many */
	bool rss;
};

/* ---- command.c ---- */

struct sample {
	double wall; /* us */
	double cpu;  /* us, user and system */
	long faults; /* minor */
	long peak;   /* KiB, trustworthy if started by fork */
};

enum start {
	START_SPAWN = 0,
	START_FORK = 1 << 0,    /* for peak RSS, see command.c */
	START_CAPTURE = 1 << 1, /* keep stdout for command_output */
};

/* Opens the children's standard files, catches signals, takes in orphans. */
void command_prepare(void);

/* Runs `RUNTIME ARG...` to its end, the arguments ending in NULL; ret may be NULL. Anything but
 * success is the end of the benchmark. */
__attribute__((sentinel)) void command(const struct runtime *rt, unsigned how, struct sample *ret,
				       ...);

/* Runs `RUNTIME ARG... ID.N` for all of the runtime's many containers, so many at a time; ret gets
 * what one took. */
__attribute__((sentinel)) void command_many(const struct runtime *rt, unsigned parallel,
					    struct sample *ret, ...);

/* What the last command with START_CAPTURE wrote, cut to the buffer. */
const char *command_output(char *buffer, size_t size);

/* Gives the runtime a new container id, PREFIX-N. Until container_gone the container may exist, and
 * die deletes it. */
void container_new(struct runtime *rt);
void container_gone(struct runtime *rt);

/* Deletes the container or the many, alive or not. It is no matter if there is none. */
void container_discard(struct runtime *rt);

/* Deletes the containers there are, prints the message and ends the program. */
__attribute__((noreturn, format(printf, 1, 2))) void die(const char *format, ...);

void *allocate(void *old, size_t n, size_t size);
int parse_number(const char *text, unsigned *ret);

/* ---- workloads.c ---- */

enum { MAX_COMMANDS = 6 /* of a workload */ };

/* How a workload is done this time. */
struct turn {
	const struct options *options;
	const struct bundle *bundle;
	unsigned how;
	bool spaced;
};

struct workload {
	const char *name;
	const char *commands[MAX_COMMANDS + 1]; /* one sample each */
	bool waits;                             /* needs the bundle with the waiting process */
	void (*begin)(struct runtime *rt, const struct turn *t);
	void (*once)(struct runtime *rt, const struct turn *t, struct sample *ret);
	void (*end)(struct runtime *rt);
};

/* The last one has no name. */
extern const struct workload workloads[];

/* ---- measure.c ---- */

struct report;

/* Runs the workloads that the options name, and the memory measurement. */
void measure_all(struct options *o, struct report *report);

/* ---- report.c ---- */

/* One line of the result: how a runtime did a command. */
struct row {
	const char *workload, *command, *bundle, *mode, *runtime;
	double median, p10, min, cpu, faults;
	double paired[MAX_RUNTIMES]; /* to each of the runtimes */
	long peak;
};

/* The memory of a created container's process, in KiB. */
struct memory_row {
	const char *bundle, *runtime;
	double rss, pss, private_dirty;
};

struct report {
	struct row *rows;
	size_t n_rows;
	struct memory_row *memory;
	size_t n_memory;
};

/* Sorts the n > 0 values. */
double median(double *values, unsigned n);

/* Fills the row's numbers from a runtime's samples and those of all runtimes, which lie one behind
 * the other, round by round. */
void summarise(const struct sample *own, const struct sample *all, const struct options *o,
	       struct row *row);

/* Keep a row for the JSON file and print it, the first of a table under a heading. */
void report_row(struct report *r, const struct options *o, const struct row *row, bool first);
void report_memory(struct report *r, const struct memory_row *row, bool first);

/* Prints what is compared, and where. */
void report_begin(const struct options *o);
void report_json(const struct report *r, const struct options *o);
void report_done(struct report *r);

#endif
