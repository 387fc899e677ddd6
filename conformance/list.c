/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* oci-conform rules: the table. */
#include <stdio.h>

#include <yajl/yajl_gen.h>

#include "conform.h"

static int list_json(void)
{
	yajl_gen gen = json_begin();

	yajl_gen_array_open(gen);
	for (size_t i = 0; i < n_rules; i++) {
		yajl_gen_map_open(gen);
		json_rule(gen, &rules[i]);
		yajl_gen_map_close(gen);
	}
	yajl_gen_array_close(gen);
	return json_end(gen);
}

int list_rules(bool json)
{
	if (json)
		return list_json();
	for (size_t i = 0; i < n_rules; i++)
		printf("%-18s %-15s %-8s %-6s %s\n", rules[i].id, rule_level_name(rules[i].level),
		       rule_who_name(rules[i].who), rules[i].since, rules[i].statement);
	return fflush(stdout) == 0 ? CONFORMS : NOT_LOOKED_AT;
}
