/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Options by table: --name value, --name=value, -n value, and -name as Go programs have it. An
 * option may be repeated; the last one counts. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ocirun.h"

static const struct option help_option = FLAG("help", 'h', help, "print this help");

static bool matches(const struct option *option, const char *name, size_t length)
{
	if (length == 1 && option->letter)
		return name[0] == option->letter;
	return strlen(option->name) == length && memcmp(option->name, name, length) == 0;
}

static const struct option *find(const struct option *options, const char *name, size_t length)
{
	for (; options && options->name; options++)
		if (matches(options, name, length))
			return options;
	return matches(&help_option, name, length) ? &help_option : NULL;
}

/* --flag=true and --flag=false, as Go programs write them. */
static int set_flag(bool *flag, const char *word, const char *value)
{
	if (!value || strcmp(value, "true") == 0 || strcmp(value, "1") == 0)
		*flag = true;
	else if (strcmp(value, "false") == 0 || strcmp(value, "0") == 0)
		*flag = false;
	else
		return report_text("option %s takes true or false", word);
	return 0;
}

static void add_word(struct words *words, const char *word)
{
	const char **item = realloc(words->item, (words->n + 2) * sizeof(*item));

	if (!item)
		abort();
	item[words->n++] = word;
	item[words->n] = NULL;
	words->item = item;
}

/* Returns how many words the option took, or -1. */
static int parse_one(const struct option *options, char **argv, int argc,
		     struct arguments *arguments)
{
	const char *name = argv[0] + strspn(argv[0], "-"), *equals = strchr(name, '=');
	size_t length = equals ? (size_t)(equals - name) : strlen(name);
	const struct option *option = find(options, name, length);
	char *place;

	if (!option) {
		report_text("unknown option %s", argv[0]);
		return -1;
	}
	place = (char *)arguments + option->offset;
	if (option->kind == OPTION_FLAG)
		return set_flag((bool *)(void *)place, argv[0], equals ? equals + 1 : NULL) ? -1
											    : 1;
	if (!equals && argc < 2) {
		report_text("option %s requires an argument", argv[0]);
		return -1;
	}
	if (option->kind == OPTION_LIST)
		add_word((struct words *)(void *)place, equals ? equals + 1 : argv[1]);
	else
		*(const char **)(void *)place = equals ? equals + 1 : argv[1];
	return equals ? 1 : 2;
}

int options_parse(const struct option *options, char **argv, int argc, bool stop,
		  struct arguments *arguments)
{
	int i = 0, used;

	arguments->names = argv;
	arguments->n_names = 0;
	while (i < argc) {
		if (strcmp(argv[i], "--") == 0) {
			for (i++; i < argc; i++)
				argv[arguments->n_names++] = argv[i];
		} else if (argv[i][0] != '-' || !argv[i][1]) {
			if (stop)
				return i;
			argv[arguments->n_names++] = argv[i++];
		} else {
			used = parse_one(options, argv + i, argc - i, arguments);
			if (used < 0)
				return -1;
			i += used;
		}
	}
	return i;
}

void options_help(const struct option *options)
{
	for (; options && options->name; options++) {
		char left[64];

		snprintf(left, sizeof(left), "%s%c%s--%s%s%s", options->letter ? "-" : " ",
			 options->letter ? options->letter : ' ', options->letter ? ", " : "  ",
			 options->name, options->value ? " " : "",
			 options->value ? options->value : "");
		printf("  %-28s %s\n", left, options->help);
	}
}
