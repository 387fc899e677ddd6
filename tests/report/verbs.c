/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of the verbs, and what all of them share. */
#define _GNU_SOURCE
#include "report.h"

#include <stdio.h>
#include <string.h>

static int verb_help(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	verbs_usage();
	return EXIT_OK;
}

static int verb_names(int argc, char **argv)
{
	select_names_only();
	return facts_print(argc - 1, argv + 1);
}

static const struct verb verbs[] = {
	{ "alloc", verb_alloc, 1, 1, "BYTES[K|M|G]" },
	{ "args", verb_args, 0, -1, "[ANYTHING...]" },
	{ "cat", verb_cat, 0, 0, "" },
	{ "fill", verb_fill, 1, 1, "BYTES" },
	{ "env", verb_env, 0, -1, "[NAME...]" },
	{ "exit", verb_exit, 1, 1, "STATUS" },
	{ "forkbomb", verb_forkbomb, 1, 1, "COUNT" },
	{ "help", verb_help, 0, 0, "" },
	{ "kill", verb_kill, 1, 1, "SIGNAL" },
	{ "int80", verb_int80, 1, -1, "NUMBER|NAME [NUMBER|s:TEXT|buf...] [+ ...]" },
	{ "ls", verb_ls, 1, 1, "PATH" },
	{ "mknod", verb_mknod, 4, 4, "c|b|p|s|f MAJOR MINOR PATH" },
	{ "names", verb_names, 0, -1, "[NAME...]" },
	{ "notify", verb_notify, 1, 1, "TEXT" },
	{ "open", verb_open, 1, 2, "PATH [r|w|rw|path|dir|creat|exec]" },
	{ "read", verb_read, 1, 1, "PATH" },
	{ "readlink", verb_readlink, 1, 1, "PATH" },
	{ "sleep", verb_sleep, 0, -1, "[FACT...]" },
	{ "stat", verb_stat, 1, 1, "PATH" },
	{ "syscall", verb_syscall, 1, -1, "NUMBER|NAME [NUMBER|s:TEXT|buf...] [+ ...]" },
	{ "thread", verb_thread, 1, -1, "NUMBER|NAME [NUMBER|s:TEXT|buf...] [+ ...]" },
	{ "write", verb_write, 2, 2, "PATH TEXT" },
};

const struct verb *verb_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++) {
		if (!strcmp(verbs[i].name, name))
			return &verbs[i];
	}
	return NULL;
}

int verb_run(const struct verb *verb, int argc, char **argv)
{
	int args = argc - 1;

	if (args >= verb->min_args && (verb->max_args < 0 || args <= verb->max_args))
		return verb->run(argc, argv);
	dprintf(2, "report: usage: report %s %s\n", verb->name, verb->usage);
	return EXIT_USAGE;
}

void verbs_usage(void)
{
	static const char head[] = "usage: report [-o FILE|-a FILE] [FACT...]\n"
				   "       report [-o FILE|-a FILE] VERB [ARGUMENT...]\n"
				   "verbs:\n";

	out_bytes(head, sizeof(head) - 1);
	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++) {
		const char *line = name_of("  %s%s%s\n", verbs[i].name, *verbs[i].usage ? " " : "",
					   verbs[i].usage);

		out_bytes(line, strlen(line));
	}
}

int verb_result(const char *name, int error)
{
	out_line_text(name, error ? errno_name(error) : "ok");
	return error ? EXIT_FAILED : EXIT_OK;
}
