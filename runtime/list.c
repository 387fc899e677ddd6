/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ocirun list: all containers of the state root. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ocirun.h"

#define COLUMNS 6

static const struct option options[] = {
	VALUE("format", 'f', format, "FORMAT", "table or json"),
	FLAG("quiet", 'q', quiet, "ids only"),
	{ NULL, 0, 0, 0, NULL, NULL },
};

static const char *const header[COLUMNS] = { "ID", "PID", "STATUS", "BUNDLE", "CREATED", "OWNER" };

struct row {
	const char *cells[COLUMNS];
	char pid[16];
	char owner[64];
};

static void fill(struct row *row, const struct oci_state *state)
{
	snprintf(row->pid, sizeof(row->pid), "%d", oci_state_pid(state));
	row->cells[0] = oci_state_id(state);
	row->cells[1] = row->pid;
	row->cells[2] = oci_state_status(state);
	row->cells[3] = oci_state_bundle(state);
	row->cells[4] = oci_state_created(state);
	row->cells[5] = user_name(oci_state_owner(state), row->owner, sizeof(row->owner));
}

/* As runc: columns as wide as their widest cell, at least nine, and three blanks more. */
static void print_row(const char *const *cells, const size_t *widths)
{
	for (int i = 0; i < COLUMNS; i++)
		printf("%-*s%s", i < COLUMNS - 1 ? (int)widths[i] : 0, cells[i],
		       i < COLUMNS - 1 ? "   " : "\n");
}

static int print_table(struct oci_state **list, size_t n)
{
	struct row *rows = calloc(n + 1, sizeof(*rows));
	size_t widths[COLUMNS];

	if (!rows)
		return report_text("out of memory");
	for (int i = 0; i < COLUMNS; i++)
		widths[i] = 9;
	for (size_t i = 0; i < n; i++) {
		fill(&rows[i], list[i]);
		for (int c = 0; c < COLUMNS; c++)
			if (strlen(rows[i].cells[c]) > widths[c])
				widths[c] = strlen(rows[i].cells[c]);
	}
	print_row(header, widths);
	for (size_t i = 0; i < n; i++)
		print_row(rows[i].cells, widths);
	free(rows);
	return print("");
}

static int print_json(struct oci_state **list, size_t n)
{
	struct oci_error err;

	printf("[");
	for (size_t i = 0; i < n; i++) {
		char buffer[64], *text;

		if (oci_state_json(list[i],
				   user_name(oci_state_owner(list[i]), buffer, sizeof(buffer)),
				   &text, &err) < 0)
			return report(&err);
		printf("%s%s", i ? "," : "", text);
		free(text);
	}
	return print("]\n");
}

static int print_ids(struct oci_state **list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		puts(oci_state_id(list[i]));
	return print("");
}

static int run(const struct arguments *arguments, struct oci_context *context)
{
	const char *format = arguments->format ? arguments->format : "table";
	struct oci_state **list;
	struct oci_error err;
	size_t n;
	int status;

	if (strcmp(format, "table") != 0 && strcmp(format, "json") != 0)
		return report_text("unknown format \"%s\", expected table or json", format);
	if (oci_list(context, &list, &n, &err) < 0)
		return report(&err);
	if (arguments->quiet)
		status = print_ids(list, n);
	else if (strcmp(format, "json") == 0)
		status = print_json(list, n);
	else
		status = print_table(list, n);
	oci_list_free(list, n);
	return status;
}

const struct command command_list = {
	.name = "list",
	.names = "",
	.help = "list all containers",
	.options = options,
	.run = run,
};
