/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the four files of bench share: command.c runs one command, measure.c has the workloads and
 * the rounds, report.c the statistics and the output, bench.c the options and main. */

#ifndef BENCH_H
#define BENCH_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

enum { MAX_RUNTIMES = 8, MAX_BUNDLES = 8 };

struct runtime {
	const char *name;
	const char *path;
	char version[64];
	char root[PATH_MAX]; /* its --root, below the state directory */
	const char *id_prefix;
	char id[64]; /* the container of the moment, "" if there is none */
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
	unsigned base; /* index of the runtime that ratios are to */
	const char *base_name, *state_dir, *workloads, *modes, *json, *id_prefix;
	unsigned rounds, warmup, space_ms, seed;
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

/* What the last command with START_CAPTURE wrote, cut to the buffer. */
const char *command_output(char *buffer, size_t size);

/* Gives the runtime a new container id, PREFIX-N. Until container_gone the container may exist, and
 * die deletes it. */
void container_new(struct runtime *rt);
void container_gone(struct runtime *rt);

/* Deletes the container, alive or not. It is no matter if there is none. */
void container_discard(struct runtime *rt);

/* Deletes the containers there are, prints the message and ends the program. */
__attribute__((noreturn, format(printf, 1, 2))) void die(const char *format, ...);

void *allocate(void *old, size_t n, size_t size);
int parse_number(const char *text, unsigned *ret);

/* ---- measure.c ---- */

struct report;

/* Runs the workloads that the options name, and the memory measurement. */
void measure_all(struct options *o, struct report *report);

/* ---- report.c ---- */

/* One line of the result: how a runtime did a command. */
struct row {
	const char *workload, *command, *bundle, *mode, *runtime;
	double median, p10, min, cpu, faults, paired, medians;
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

/* Fills the row's numbers from a runtime's samples and the base's, round by round. */
void summarise(const struct sample *own, const struct sample *base, unsigned rounds,
	       struct row *row);

/* Keep a row for the JSON file and print it, the first of a table under a heading. */
void report_row(struct report *r, const struct row *row, bool first);
void report_memory(struct report *r, const struct memory_row *row, bool first);

/* Prints what is compared, and where. */
void report_begin(const struct options *o);
void report_json(const struct report *r, const struct options *o);
void report_done(struct report *r);

#endif
