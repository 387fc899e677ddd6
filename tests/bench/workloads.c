/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The workloads: what is run, and what of it is timed.
 *
 * "Spaced" sleeps before each timed command. Containers are started seconds apart in real life, and
 * some costs show only then: the first write to a cgroup.procs after a pause waits for an RCU grace
 * period, the next ones do not. */

#define _GNU_SOURCE
#include <string.h>
#include <unistd.h>

#include "bench.h"

enum { STOP_TRIES = 5000 /* a millisecond and a state command each */ };

static void rest(const struct turn *t)
{
	if (t->spaced)
		usleep(t->options->space_ms * 1000);
}

/* `VERB ID` after a rest. */
static void verb(struct runtime *rt, const struct turn *t, const char *name, struct sample *ret)
{
	rest(t);
	command(rt, t->how, ret, "--root", rt->root, name, rt->id, NULL);
}

static void create(struct runtime *rt, const struct turn *t, struct sample *ret)
{
	rest(t);
	command(rt, t->how, ret, "--root", rt->root, "create", "--bundle", t->bundle->wait_dir,
		rt->id, NULL);
}

static bool is_stopped(const struct runtime *rt)
{
	char text[16384];
	const char *status;

	command(rt, START_CAPTURE, NULL, "--root", rt->root, "state", rt->id, NULL);
	status = strstr(command_output(text, sizeof(text)), "\"status\"");
	if (!status)
		die("%s state: no status in: %s", rt->name, text);
	status += strlen("\"status\"");
	status += strspn(status, " \t\n:");
	return strncmp(status, "\"stopped\"", strlen("\"stopped\"")) == 0;
}

static void wait_until_stopped(const struct runtime *rt)
{
	unsigned i;

	for (i = 0; i < STOP_TRIES; i++) {
		if (is_stopped(rt))
			return;
		usleep(1000);
	}
	die("%s: container %s was killed and does not stop", rt->name, rt->id);
}

static void run_once(struct runtime *rt, const struct turn *t, struct sample *ret)
{
	container_new(rt);
	rest(t);
	command(rt, t->how, ret, "--root", rt->root, "run", "--bundle", t->bundle->dir, rt->id,
		NULL);
	container_gone(rt);
}

static void lifecycle_once(struct runtime *rt, const struct turn *t, struct sample *ret)
{
	struct sample *total = &ret[5];
	unsigned i;

	container_new(rt);
	create(rt, t, &ret[0]);
	verb(rt, t, "start", &ret[1]);
	verb(rt, t, "state", &ret[2]);
	rest(t);
	command(rt, t->how, &ret[3], "--root", rt->root, "kill", rt->id, "KILL", NULL);
	wait_until_stopped(rt);
	verb(rt, t, "delete", &ret[4]);
	container_gone(rt);

	*total = (struct sample){ 0 };
	for (i = 0; i < 5; i++) {
		total->wall += ret[i].wall;
		total->cpu += ret[i].cpu;
		total->faults += ret[i].faults;
		total->peak = ret[i].peak > total->peak ? ret[i].peak : total->peak;
	}
}

static void running_begin(struct runtime *rt, const struct turn *t)
{
	container_new(rt);
	create(rt, t, NULL);
	verb(rt, t, "start", NULL);
}

static void exec_once(struct runtime *rt, const struct turn *t, struct sample *ret)
{
	rest(t);
	command(rt, t->how, ret, "--root", rt->root, "exec", rt->id, "/bin/true", NULL);
}

static void force_once(struct runtime *rt, const struct turn *t, struct sample *ret)
{
	running_begin(rt, t);
	rest(t);
	command(rt, t->how, ret, "--root", rt->root, "delete", "--force", rt->id, NULL);
	container_gone(rt);
}

static void state_begin(struct runtime *rt, const struct turn *t)
{
	container_new(rt);
	create(rt, t, NULL);
}

static void state_once(struct runtime *rt, const struct turn *t, struct sample *ret)
{
	verb(rt, t, "state", ret);
}

static void create_many(struct runtime *rt, const struct turn *t, struct sample *ret)
{
	container_new(rt);
	rt->many = t->options->count;
	command_many(rt, t->options->parallel, ret, "--root", rt->root, "create", "--bundle",
		     t->bundle->wait_dir, NULL);
}

static void list_begin(struct runtime *rt, const struct turn *t)
{
	create_many(rt, t, NULL);
}

static void list_once(struct runtime *rt, const struct turn *t, struct sample *ret)
{
	rest(t);
	command(rt, t->how, ret, "--root", rt->root, "list", NULL);
}

static void list_end(struct runtime *rt)
{
	command_many(rt, MAX_PARALLEL, NULL, "--root", rt->root, "delete", "--force", NULL);
	container_gone(rt);
}

static void many_once(struct runtime *rt, const struct turn *t, struct sample *ret)
{
	rest(t);
	create_many(rt, t, &ret[0]);
	rest(t);
	command_many(rt, t->options->parallel, &ret[1], "--root", rt->root, "delete", "--force",
		     NULL);
	container_gone(rt);
}

const struct workload workloads[] = {
	{
		.name = "run",
		.commands = { "run" },
		.once = run_once,
	},
	{
		.name = "lifecycle",
		.commands = { "create", "start", "state", "kill", "delete", "total" },
		.waits = true,
		.once = lifecycle_once,
	},
	{
		.name = "exec",
		.commands = { "exec" },
		.waits = true,
		.begin = running_begin,
		.once = exec_once,
		.end = container_discard,
	},
	{
		.name = "force",
		.commands = { "delete --force" },
		.waits = true,
		.once = force_once,
	},
	{
		.name = "state",
		.commands = { "state" },
		.waits = true,
		.begin = state_begin,
		.once = state_once,
		.end = container_discard,
	},
	{
		.name = "list",
		.commands = { "list" },
		.waits = true,
		.begin = list_begin,
		.once = list_once,
		.end = list_end,
	},
	{
		.name = "many",
		.commands = { "create, each", "delete --force, each" },
		.waits = true,
		.once = many_once,
	},
	{ 0 },
};
