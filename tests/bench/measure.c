/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The rounds in which the runtimes do the workloads. In a round every runtime runs once, in an
 * order shuffled anew, so that what disturbs the machine disturbs all of them. */

#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"

enum { MEMORY_ROUNDS = 5 };

/* ---- the rounds ---- */

/* All samples of one workload, bundle and mode. */
struct grid {
	struct options *options;
	const struct workload *workload;
	struct turn turn;
	unsigned n_commands;
	struct sample *samples; /* command, runtime, round */
	long peak[MAX_COMMANDS][MAX_RUNTIMES];
};

static struct sample *grid_at(const struct grid *g, unsigned command, unsigned runtime)
{
	const struct options *o = g->options;

	return &g->samples[((size_t)command * o->n_runtimes + runtime) * o->rounds];
}

/* xorshift64*; the same seed gives the same orders. */
static unsigned random_below(uint64_t *state, unsigned n)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return (unsigned)((*state * 0x2545f4914f6cdd1dULL) >> 33) % n;
}

static void shuffle(uint64_t *state, unsigned *order, unsigned n)
{
	unsigned i, j, kept;

	for (i = 0; i < n; i++)
		order[i] = i;
	for (i = n; i > 1; i--) {
		j = random_below(state, i);
		kept = order[i - 1];
		order[i - 1] = order[j];
		order[j] = kept;
	}
}

/* One runtime's turn in a round; rounds below zero are for warming up, and for peak RSS. */
static void take_turn(struct grid *g, unsigned runtime, int round)
{
	struct sample got[MAX_COMMANDS];
	unsigned c;

	g->turn.how = round < 0 ? START_FORK : START_SPAWN;
	g->workload->once(&g->options->runtimes[runtime], &g->turn, got);
	for (c = 0; c < g->n_commands; c++) {
		if (round >= 0)
			grid_at(g, c, runtime)[round] = got[c];
		else if (got[c].peak > g->peak[c][runtime])
			g->peak[c][runtime] = got[c].peak;
	}
}

static void play_rounds(struct grid *g)
{
	const struct options *o = g->options;
	uint64_t state = o->seed;
	unsigned order[MAX_RUNTIMES], i;
	int round;

	for (round = -(int)o->warmup; round < (int)o->rounds; round++) {
		shuffle(&state, order, o->n_runtimes);
		for (i = 0; i < o->n_runtimes; i++)
			take_turn(g, order[i], round);
	}
}

static void report_command(const struct grid *g, unsigned command, struct report *report)
{
	const struct options *o = g->options;
	unsigned i;

	for (i = 0; i < o->n_runtimes; i++) {
		struct row row = {
			.workload = g->workload->name,
			.command = g->workload->commands[command],
			.bundle = g->turn.bundle->name,
			.mode = g->turn.spaced ? "spaced" : "back-to-back",
			.runtime = o->runtimes[i].name,
			.peak = g->peak[command][i],
		};

		summarise(grid_at(g, command, i), grid_at(g, command, 0), o, &row);
		report_row(report, o, &row, i == 0);
	}
}

static void need_wait_dir(const struct bundle *b)
{
	if (!b->wait_dir)
		die("bundle %s: a second folder is needed: --bundle %s=DIR,WAITDIR", b->name,
		    b->name);
}

static void measure(struct grid *g, struct report *report)
{
	const struct workload *w = g->workload;
	struct options *o = g->options;
	unsigned i;

	g->turn.how = START_SPAWN;
	if (w->waits)
		need_wait_dir(g->turn.bundle);
	while (w->commands[g->n_commands])
		g->n_commands++;
	g->samples = allocate(NULL, (size_t)g->n_commands * o->n_runtimes * o->rounds,
			      sizeof(*g->samples));

	for (i = 0; w->begin && i < o->n_runtimes; i++)
		w->begin(&o->runtimes[i], &g->turn);
	play_rounds(g);
	for (i = 0; w->end && i < o->n_runtimes; i++)
		w->end(&o->runtimes[i]);

	for (i = 0; i < g->n_commands; i++)
		report_command(g, i, report);
	free(g->samples);
}

/* ---- memory of a created container ---- */

struct memory {
	double rss[MEMORY_ROUNDS], pss[MEMORY_ROUNDS], private_dirty[MEMORY_ROUNDS];
};

static unsigned read_pid(const char *path)
{
	char text[32] = "";
	FILE *f = fopen(path, "re");
	unsigned pid;

	if (!f || !fgets(text, sizeof(text), f))
		die("%s: cannot read the pid: %m", path);
	fclose(f);
	text[strcspn(text, "\n")] = '\0';
	if (parse_number(text, &pid) < 0)
		die("%s: \"%s\" is no pid", path, text);
	return pid;
}

static void read_memory(unsigned pid, struct memory *m, unsigned round)
{
	char path[64], line[256];
	long kib;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%u/smaps_rollup", pid);
	f = fopen(path, "re");
	if (!f)
		die("%s: %m", path);
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, "Rss: %ld", &kib) == 1)
			m->rss[round] = (double)kib;
		else if (sscanf(line, "Pss: %ld", &kib) == 1)
			m->pss[round] = (double)kib;
		else if (sscanf(line, "Private_Dirty: %ld", &kib) == 1)
			m->private_dirty[round] = (double)kib;
	}
	fclose(f);
}

static struct memory_row measure_memory(struct runtime *rt, const struct bundle *b,
					const char *pid_file)
{
	struct memory m = { 0 };
	unsigned i;

	for (i = 0; i < MEMORY_ROUNDS; i++) {
		container_new(rt);
		command(rt, START_SPAWN, NULL, "--root", rt->root, "create", "--bundle",
			b->wait_dir, "--pid-file", pid_file, rt->id, NULL);
		usleep(20000); /* create may return before its init has come to rest */
		read_memory(read_pid(pid_file), &m, i);
		command(rt, START_SPAWN, NULL, "--root", rt->root, "delete", "--force", rt->id,
			NULL);
		container_gone(rt);
		unlink(pid_file);
	}
	return (struct memory_row){
		.bundle = b->name,
		.runtime = rt->name,
		.rss = median(m.rss, MEMORY_ROUNDS),
		.pss = median(m.pss, MEMORY_ROUNDS),
		.private_dirty = median(m.private_dirty, MEMORY_ROUNDS),
	};
}

static void measure_all_memory(struct options *o, struct report *report)
{
	char pid_file[PATH_MAX];
	unsigned b, r;

	snprintf(pid_file, sizeof(pid_file), "%s/bench.pid", o->state_dir);
	for (b = 0; b < o->n_bundles; b++) {
		need_wait_dir(&o->bundles[b]);
		for (r = 0; r < o->n_runtimes; r++) {
			struct memory_row row =
				measure_memory(&o->runtimes[r], &o->bundles[b], pid_file);

			report_memory(report, &row, r == 0);
		}
	}
}

/* Whether a name is in a list of names with commas between them. */
static bool listed(const char *list, const char *name)
{
	size_t length = strlen(name);
	const char *end;

	for (; *list; list = *end ? end + 1 : end) {
		end = strchrnul(list, ',');
		if ((size_t)(end - list) == length && strncmp(list, name, length) == 0)
			return true;
	}
	return false;
}

static void measure_workload(struct options *o, const struct workload *w, struct report *report)
{
	static const char *const modes[] = { "back-to-back", "spaced" };
	unsigned b, spaced;

	for (b = 0; b < o->n_bundles; b++) {
		for (spaced = 0; spaced < ARRAY_SIZE(modes); spaced++) {
			struct grid g = {
				.options = o,
				.workload = w,
				.turn = { .options = o,
					  .bundle = &o->bundles[b],
					  .spaced = spaced },
			};

			if (listed(o->modes, modes[spaced]))
				measure(&g, report);
		}
	}
}

void measure_all(struct options *o, struct report *report)
{
	unsigned i;

	for (i = 0; workloads[i].name; i++)
		if (listed(o->workloads, workloads[i].name))
			measure_workload(o, &workloads[i], report);
	if (o->rss)
		measure_all_memory(o, report);
}
