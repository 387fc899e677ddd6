/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ocirun ps: the processes of a container, as numbers, or as ps(1) shows them. */
#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ocirun.h"

extern char **environ;

static const struct option options[] = {
	VALUE("format", 'f', format, "FORMAT", "table, or json for an array of pids"),
	{ NULL, 0, 0, 0, NULL, NULL },
};

static int print_json(const int *pids, size_t n)
{
	putchar('[');
	for (size_t i = 0; i < n; i++)
		printf("%s%d", i ? "," : "", pids[i]);
	return print("]\n");
}

/* Which word of a line is called PID; -1 for none. */
static int pid_column(const char *header)
{
	int column = 0;

	for (header += strspn(header, " "); *header && *header != '\n'; column++) {
		size_t n = strcspn(header, " \n");

		if (n == 3 && memcmp(header, "PID", 3) == 0)
			return column;
		header += n;
		header += strspn(header, " ");
	}
	return -1;
}

static bool is_about(const char *line, int column, const int *pids, size_t n)
{
	line += strspn(line, " ");
	while (column-- > 0) {
		line += strcspn(line, " \n");
		line += strspn(line, " ");
	}
	for (size_t i = 0; i < n; i++)
		if (atoi(line) == pids[i])
			return true;
	return false;
}

static int filter(FILE *from, const int *pids, size_t n)
{
	char *line = NULL;
	size_t room = 0;
	int column;

	if (getline(&line, &room, from) < 0 || (column = pid_column(line)) < 0) {
		free(line);
		return report_text("ps shows no column PID");
	}
	fputs(line, stdout);
	while (getline(&line, &room, from) >= 0)
		if (is_about(line, column, pids, n))
			fputs(line, stdout);
	free(line);
	return print("");
}

/* ps(1) with the arguments that stand behind the id, -ef if there are none. */
static int print_table(const struct arguments *arguments, const int *pids, size_t n)
{
	char name[] = "ps", usual[] = "-ef";
	char **argv = calloc((size_t)arguments->n_names + 3, sizeof(*argv));
	posix_spawn_file_actions_t actions;
	int ends[2], status = 1, r;
	pid_t pid;
	FILE *from;

	if (!argv || pipe(ends) < 0)
		return report_text("cannot run ps: %s", strerror(errno));
	argv[0] = name;
	argv[1] = usual;
	for (int i = 1; i < arguments->n_names; i++)
		argv[i] = arguments->names[i];
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
	posix_spawn_file_actions_addclose(&actions, ends[0]);
	posix_spawn_file_actions_addclose(&actions, ends[1]);
	r = posix_spawnp(&pid, name, &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	free(argv);
	close(ends[1]);
	from = fdopen(ends[0], "r");
	if (r != 0 || !from)
		return report_text("cannot run ps: %s", strerror(r));
	status = filter(from, pids, n);
	fclose(from);
	waitpid(pid, NULL, 0);
	return status;
}

static int run(const struct arguments *arguments, struct oci_context *context)
{
	const char *format = arguments->format ? arguments->format : "table";
	bool json = strcmp(format, "json") == 0;
	struct oci_error err;
	int *pids, status;
	size_t n;

	if (!json && strcmp(format, "table") != 0)
		return report_text("unknown format \"%s\", expected table or json", format);
	if (oci_pids(context, arguments->names[0], &pids, &n, &err) < 0)
		return report(&err);
	status = json ? print_json(pids, n) : print_table(arguments, pids, n);
	free(pids);
	return status;
}

const struct command command_ps = {
	.name = "ps",
	.names = "ID [PS OPTION...]",
	.min = 1,
	.max = 1 << 20,
	.help = "show the processes of a container, as ps(1) does",
	.options = options,
	.run = run,
	.verbatim = true,
};
