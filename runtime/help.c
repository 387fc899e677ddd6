/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ocirun help: from the tables. */
#include <stdio.h>
#include <string.h>

#include "ocirun.h"

void command_print_help(const struct command *command)
{
	printf("usage: ocirun [global options] %s%s%s%s\n\n%s\n", command->name,
	       command->options ? " [options]" : "", command->names[0] ? " " : "", command->names,
	       command->help);
	if (command->options)
		printf("\noptions:\n");
	options_help(command->options);
}

static void print_overview(void)
{
	printf("usage: ocirun [global options] command [options] [arguments]\n\n"
	       "Create and run OCI containers.\n\ncommands:\n");
	for (const struct command *const *command = commands; *command; command++)
		printf("  %-10s %s\n", (*command)->name, (*command)->help);
	printf("\nglobal options:\n");
	options_help(global_options);
}

static int run(const struct arguments *arguments, struct oci_context *context)
{
	const char *name = arguments->n_names > 0 ? arguments->names[0] : NULL;

	(void)context;
	if (!name) {
		print_overview();
		return print("");
	}
	for (const struct command *const *command = commands; *command; command++) {
		if (strcmp((*command)->name, name) != 0)
			continue;
		command_print_help(*command);
		return print("");
	}
	return report_text("unknown command \"%s\", see ocirun --help", name);
}

const struct command command_help = {
	.name = "help",
	.names = "[COMMAND]",
	.max = 1,
	.help = "print how a command is used",
	.run = run,
	.no_context = true,
};
