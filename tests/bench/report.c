/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Statistics, the text tables and the JSON file.
 *
 * A ratio is "paired": the median of the ratios within each round, which a load that comes and goes
 * moves least. */

#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "bench.h"

static int compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double median(double *values, unsigned n)
{
	qsort(values, n, sizeof(*values), compare_doubles);
	return (values[(n - 1) / 2] + values[n / 2]) / 2;
}

void summarise(const struct sample *own, const struct sample *all, const struct options *o,
	       struct row *row)
{
	unsigned rounds = o->rounds, i, r;
	double *values = allocate(NULL, rounds, sizeof(*values));

	for (r = 0; r < o->n_runtimes; r++) {
		for (i = 0; i < rounds; i++)
			values[i] = own[i].wall / all[r * rounds + i].wall;
		row->paired[r] = median(values, rounds);
	}
	row->cpu = row->faults = 0;
	for (i = 0; i < rounds; i++) {
		row->cpu += own[i].cpu / rounds;
		row->faults += (double)own[i].faults / rounds;
		values[i] = own[i].wall;
	}
	row->median = median(values, rounds);
	row->min = values[0];
	row->p10 = values[(rounds - 1) / 10];
	free(values);
}

/* ---- text ---- */

void report_begin(const struct options *o)
{
	struct utsname names;
	double load = 0;
	unsigned i;

	uname(&names);
	getloadavg(&load, 1);
	printf("kernel %s, %ld CPUs, load %.2f; %u rounds, seed %u, spaced by %u ms\n",
	       names.release, sysconf(_SC_NPROCESSORS_ONLN), load, o->rounds, o->seed, o->space_ms);
	for (i = 0; i < o->n_runtimes; i++)
		printf("%s: %s\n", o->runtimes[i].name, o->runtimes[i].version);
	fflush(stdout);
}

static void print_heading(const struct row *row, const struct options *o)
{
	unsigned i;

	printf("\n%s", row->workload);
	if (strcmp(row->workload, row->command) != 0)
		printf(": %s", row->command);
	printf(", bundle %s, %s (us)\n", row->bundle, row->mode);
	printf("%-14s %9s %9s %9s %9s %8s %9s  : ", "runtime", "median", "p10", "min", "mean cpu",
	       "minflt", "peak KiB");
	for (i = 0; i < o->n_runtimes; i++)
		printf(" %9s", o->runtimes[i].name);
	putchar('\n');
}

void report_row(struct report *r, const struct options *o, const struct row *row, bool first)
{
	unsigned i;

	r->rows = allocate(r->rows, r->n_rows + 1, sizeof(*r->rows));
	r->rows[r->n_rows++] = *row;
	if (first)
		print_heading(row, o);
	printf("%-14s %9.0f %9.0f %9.0f %9.0f %8.0f %9ld    ", row->runtime, row->median, row->p10,
	       row->min, row->cpu, row->faults, row->peak);
	for (i = 0; i < o->n_runtimes; i++)
		printf(" %9.3f", row->paired[i]);
	putchar('\n');
	fflush(stdout);
}

void report_memory(struct report *r, const struct memory_row *row, bool first)
{
	r->memory = allocate(r->memory, r->n_memory + 1, sizeof(*r->memory));
	r->memory[r->n_memory++] = *row;
	if (first)
		printf("\na created container's process, bundle %s (KiB)\n%-14s %9s %9s %13s\n",
		       row->bundle, "runtime", "rss", "pss", "private dirty");
	printf("%-14s %9.0f %9.0f %13.0f\n", row->runtime, row->rss, row->pss, row->private_dirty);
	fflush(stdout);
}

/* ---- JSON ---- */

/* Writes a member, after a comma unless it is the first; without a value its name alone. */
static void put_string(FILE *f, const char *comma, const char *name, const char *value)
{
	fprintf(f, "%s\"%s\": ", comma, name);
	if (!value)
		return;
	fputc('"', f);
	for (; *value; value++) {
		if (*value == '"' || *value == '\\')
			fputc('\\', f);
		fputc((unsigned char)*value < ' ' ? ' ' : *value, f);
	}
	fputc('"', f);
}

static void put_row(FILE *f, const struct row *r, const struct options *o)
{
	unsigned i;

	put_string(f, "", "workload", r->workload);
	put_string(f, ", ", "command", r->command);
	put_string(f, ", ", "bundle", r->bundle);
	put_string(f, ", ", "mode", r->mode);
	put_string(f, ", ", "runtime", r->runtime);
	fprintf(f, ", \"median_us\": %.1f, \"p10_us\": %.1f, \"min_us\": %.1f, \"cpu_us\": %.1f, ",
		r->median, r->p10, r->min, r->cpu);
	fprintf(f, "\"minor_faults\": %.1f, \"peak_rss_kib\": %ld, ", r->faults, r->peak);
	fputs("\"paired\": { ", f);
	for (i = 0; i < o->n_runtimes; i++) {
		put_string(f, i ? ", " : "", o->runtimes[i].name, NULL);
		fprintf(f, "%.4f", r->paired[i]);
	}
	fputs(" }", f);
}

static void put_memory(FILE *f, const struct memory_row *r)
{
	put_string(f, "", "bundle", r->bundle);
	put_string(f, ", ", "runtime", r->runtime);
	fprintf(f, ", \"rss_kib\": %.0f, \"pss_kib\": %.0f, \"private_dirty_kib\": %.0f", r->rss,
		r->pss, r->private_dirty);
}

static void put_settings(FILE *f, const struct options *o)
{
	struct utsname names;
	unsigned i;

	uname(&names);
	put_string(f, "", "kernel", names.release);
	fprintf(f,
		", \"cpus\": %ld, \"rounds\": %u, \"warmup\": %u, \"space_ms\": %u, \"seed\": %u",
		sysconf(_SC_NPROCESSORS_ONLN), o->rounds, o->warmup, o->space_ms, o->seed);
	fputs(",\n  \"versions\": { ", f);
	for (i = 0; i < o->n_runtimes; i++)
		put_string(f, i ? ", " : "", o->runtimes[i].name, o->runtimes[i].version);
	fputs(" }", f);
}

void report_json(const struct report *r, const struct options *o)
{
	FILE *f = fopen(o->json, "we");
	size_t i;

	if (!f)
		die("%s: %m", o->json);
	fputs("{\n  ", f);
	put_settings(f, o);
	fputs(",\n  \"results\": [", f);
	for (i = 0; i < r->n_rows; i++) {
		fputs(i ? ",\n    { " : "\n    { ", f);
		put_row(f, &r->rows[i], o);
		fputs(" }", f);
	}
	fputs("\n  ],\n  \"memory\": [", f);
	for (i = 0; i < r->n_memory; i++) {
		fputs(i ? ",\n    { " : "\n    { ", f);
		put_memory(f, &r->memory[i]);
		fputs(" }", f);
	}
	fputs("\n  ]\n}\n", f);
	if (fclose(f) != 0)
		die("%s: %m", o->json);
}

void report_done(struct report *r)
{
	free(r->rows);
	free(r->memory);
	*r = (struct report){ 0 };
}
