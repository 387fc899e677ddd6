/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Compares the speed and the memory of OCI runtimes: options and main. The first command of a
 * runtime that fails ends everything with its message; the containers are deleted first. */

#define _GNU_SOURCE
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench.h"

static const char usage[] =
	"usage: bench --runtime NAME=PATH... --bundle NAME=DIR[,WAITDIR]... --state-dir DIR\n"
	"             [--rounds N] [--warmup N] [--space-ms MS] [--seed N]\n"
	"             [--workload run,lifecycle,exec,force,state,list,many|none]\n"
	"             [--mode back-to-back,spaced] [--count N] [--parallel N]\n"
	"             [--rss] [--json FILE] [--id-prefix PREFIX]\n"
	"WAITDIR is the same bundle with a process that waits to be killed: all workloads but\n"
	"run use it, and --rss, which measures the memory of a created container besides.\n"
	"list and many have --count containers, made --parallel at a time. Containers are\n"
	"called PREFIX-N.\n";

enum option_key {
	KEY_UNKNOWN = '?', /* getopt's */
	KEY_RUNTIME = 256,
	KEY_BUNDLE,
	KEY_STATE_DIR,
	KEY_ROUNDS,
	KEY_WARMUP,
	KEY_SPACE_MS,
	KEY_SEED,
	KEY_COUNT,
	KEY_PARALLEL,
	KEY_WORKLOAD,
	KEY_MODE,
	KEY_RSS,
	KEY_JSON,
	KEY_ID_PREFIX,
	KEY_HELP,
};

static const struct option long_options[] = {
	{ "runtime", required_argument, NULL, KEY_RUNTIME },
	{ "bundle", required_argument, NULL, KEY_BUNDLE },
	{ "state-dir", required_argument, NULL, KEY_STATE_DIR },
	{ "rounds", required_argument, NULL, KEY_ROUNDS },
	{ "warmup", required_argument, NULL, KEY_WARMUP },
	{ "space-ms", required_argument, NULL, KEY_SPACE_MS },
	{ "seed", required_argument, NULL, KEY_SEED },
	{ "count", required_argument, NULL, KEY_COUNT },
	{ "parallel", required_argument, NULL, KEY_PARALLEL },
	{ "workload", required_argument, NULL, KEY_WORKLOAD },
	{ "mode", required_argument, NULL, KEY_MODE },
	{ "rss", no_argument, NULL, KEY_RSS },
	{ "json", required_argument, NULL, KEY_JSON },
	{ "id-prefix", required_argument, NULL, KEY_ID_PREFIX },
	{ "help", no_argument, NULL, KEY_HELP },
	{ 0 },
};

static const char *const known_workloads[] = { "run",  "lifecycle", "exec", "force", "state",
					       "list", "many",      "none", NULL };
static const char *const known_modes[] = { "back-to-back", "spaced", NULL };

__attribute__((noreturn)) static void exit_usage(int status)
{
	fputs(usage, status ? stderr : stdout);
	exit(status);
}

/* Cuts NAME=VALUE in two and returns the value. */
static char *cut(const char *option, char *text)
{
	char *value = strchr(text, '=');

	if (!value || value == text || !value[1])
		die("%s: \"%s\" is not NAME=VALUE", option, text);
	*value = '\0';
	return value + 1;
}

static void add_runtime(struct options *o, char *text)
{
	struct runtime *rt = &o->runtimes[o->n_runtimes];

	if (o->n_runtimes == MAX_RUNTIMES)
		die("more than %d runtimes", MAX_RUNTIMES);
	rt->path = cut("--runtime", text);
	rt->name = text;
	o->n_runtimes++;
}

static void add_bundle(struct options *o, char *text)
{
	struct bundle *b = &o->bundles[o->n_bundles];
	char *comma;

	if (o->n_bundles == MAX_BUNDLES)
		die("more than %d bundles", MAX_BUNDLES);
	b->dir = cut("--bundle", text);
	b->name = text;
	comma = strchr(b->dir, ',');
	if (comma) {
		*comma = '\0';
		b->wait_dir = comma + 1;
	}
	o->n_bundles++;
}

static unsigned number_option(const char *text, unsigned min, unsigned max)
{
	unsigned value;

	if (parse_number(text, &value) < 0 || value < min || value > max)
		die("\"%s\" is not a number from %u to %u", text, min, max);
	return value;
}

/* Returns a list of names with commas between them, all of which are known. */
static const char *list_option(const char *list, const char *const *known)
{
	const char *name, *end;
	unsigned i;

	for (name = list; *name; name = *end ? end + 1 : end) {
		end = strchrnul(name, ',');
		for (i = 0; known[i]; i++)
			if (strlen(known[i]) == (size_t)(end - name) &&
			    strncmp(name, known[i], (size_t)(end - name)) == 0)
				break;
		if (!known[i])
			die("\"%.*s\" is unknown; see bench --help", (int)(end - name), name);
	}
	return list;
}

static void apply_option(struct options *o, int key, char *value)
{
	switch (key) {
	case KEY_RUNTIME:
		add_runtime(o, value);
		break;
	case KEY_BUNDLE:
		add_bundle(o, value);
		break;
	case KEY_STATE_DIR:
		o->state_dir = value;
		break;
	case KEY_ROUNDS:
		o->rounds = number_option(value, 1, 1000000);
		break;
	case KEY_WARMUP:
		o->warmup = number_option(value, 1, 1000);
		break;
	case KEY_SPACE_MS:
		o->space_ms = number_option(value, 1, 10000);
		break;
	case KEY_SEED:
		o->seed = number_option(value, 1, UINT_MAX);
		break;
	case KEY_COUNT:
		o->count = number_option(value, 1, 100000);
		break;
	case KEY_PARALLEL:
		o->parallel = number_option(value, 1, MAX_PARALLEL);
		break;
	case KEY_WORKLOAD:
		o->workloads = list_option(value, known_workloads);
		break;
	case KEY_MODE:
		o->modes = list_option(value, known_modes);
		break;
	case KEY_RSS:
		o->rss = true;
		break;
	case KEY_JSON:
		o->json = value;
		break;
	case KEY_ID_PREFIX:
		o->id_prefix = value;
		break;
	default:
		exit_usage(key == KEY_HELP ? 0 : 2);
	}
}

static void parse_options(struct options *o, int argc, char **argv)
{
	int key;

	while ((key = getopt_long(argc, argv, "", long_options, NULL)) >= 0)
		apply_option(o, key, optarg);
	if (optind < argc || o->n_runtimes == 0 || o->n_bundles == 0 || !o->state_dir)
		exit_usage(2);
}

static void make_dir(const char *path)
{
	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		die("%s: %m", path);
}

/* Makes the runtime's folder for state and asks for its version. */
static void prepare_runtime(struct runtime *rt, const struct options *o)
{
	int n = snprintf(rt->root, sizeof(rt->root), "%s/%s", o->state_dir, rt->name);

	if (n >= (int)sizeof(rt->root))
		die("%s: the path is too long", o->state_dir);
	rt->id_prefix = o->id_prefix;
	make_dir(rt->root);
	command(rt, START_CAPTURE, NULL, "--version", NULL);
	command_output(rt->version, sizeof(rt->version));
	rt->version[strcspn(rt->version, "\n")] = '\0';
}

int main(int argc, char **argv)
{
	static struct options o = {
		.workloads = "run,lifecycle,exec,force,state",
		.modes = "back-to-back,spaced",
		.rounds = 100,
		.warmup = 3,
		.space_ms = 80,
		.seed = 1,
		.count = 1000,
		.parallel = 64,
	};
	char id_prefix[32];
	struct report report = { 0 };
	unsigned i;

	snprintf(id_prefix, sizeof(id_prefix), "bench-%d", getpid());
	o.id_prefix = id_prefix;
	command_prepare();
	parse_options(&o, argc, argv);
	make_dir(o.state_dir);
	for (i = 0; i < o.n_runtimes; i++)
		prepare_runtime(&o.runtimes[i], &o);

	report_begin(&o);
	measure_all(&o, &report);
	if (o.json)
		report_json(&report, &o);
	report_done(&report);
	return 0;
}
