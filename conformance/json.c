/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writing JSON, by yajl's generator. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <yajl/yajl_gen.h>

#include "conform.h"

static void put(yajl_gen gen, const char *text)
{
	yajl_gen_string(gen, (const unsigned char *)text, strlen(text));
}

yajl_gen json_begin(void)
{
	yajl_gen gen = yajl_gen_alloc(NULL);

	if (!gen) {
		fprintf(stderr, "oci-conform: out of memory\n");
		exit(NOT_LOOKED_AT);
	}
	yajl_gen_config(gen, yajl_gen_beautify, 1);
	yajl_gen_config(gen, yajl_gen_indent_string, "  ");
	return gen;
}

void json_name(yajl_gen gen, const char *name)
{
	put(gen, name);
}

void json_string(yajl_gen gen, const char *name, const char *value)
{
	put(gen, name);
	put(gen, value);
}

void json_number(yajl_gen gen, const char *name, unsigned long value)
{
	put(gen, name);
	yajl_gen_integer(gen, (long long)value);
}

void json_rule(yajl_gen gen, const struct rule *rule)
{
	const char *how;

	json_string(gen, "id", rule->id);
	json_string(gen, "level", rule_level_name(rule->level));
	json_string(gen, "who", rule_who_name(rule->who));
	json_string(gen, "section", rule->section);
	json_string(gen, "since", rule->since);
	put(gen, "how");
	yajl_gen_array_open(gen);
	for (unsigned int i = 0; (how = rule_how_name(rule->how, i)); i++)
		put(gen, how);
	yajl_gen_array_close(gen);
	json_string(gen, "statement", rule->statement);
}

int json_end(yajl_gen gen)
{
	const unsigned char *text;
	size_t length;
	bool written = yajl_gen_get_buf(gen, &text, &length) == yajl_gen_status_ok &&
		       fwrite(text, 1, length, stdout) == length && fflush(stdout) == 0;

	yajl_gen_free(gen);
	if (written)
		return CONFORMS;
	fprintf(stderr, "oci-conform: cannot write to standard output\n");
	return NOT_LOOKED_AT;
}
