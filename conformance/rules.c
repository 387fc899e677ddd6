/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The statements of the standard, see rules.h. */
#include "rules.h"

#define V    RULE_V
#define L    RULE_L
#define I    RULE_I
#define H    RULE_H
#define U    RULE_U
#define R    RULE_R
#define NONE RULE_NONE

#define RULE(id_, level_, who_, section_, since_, how_, statement_) \
	{                                                           \
		.id = id_,                                          \
		.level = RULE_##level_,                             \
		.who = RULE_##who_,                                 \
		.section = section_,                                \
		.since = since_,                                    \
		.how = how_,                                        \
		.statement = statement_,                            \
	},
const struct rule rules[] = {
#include "rules.def"
};
#undef RULE

const size_t n_rules = sizeof(rules) / sizeof(rules[0]);

const char *rule_level_name(enum rule_level level)
{
	static const char *const names[] = {
		[RULE_MUST] = "MUST",
		[RULE_MUST_NOT] = "MUST NOT",
		[RULE_REQUIRED] = "REQUIRED",
		[RULE_SHOULD] = "SHOULD",
		[RULE_SHOULD_NOT] = "SHOULD NOT",
		[RULE_NOT_RECOMMENDED] = "NOT RECOMMENDED",
		[RULE_MAY] = "MAY",
		[RULE_DECLARED] = "declared",
		[RULE_LOWER_MUST] = "must",
		[RULE_LOWER_SHOULD] = "should",
	};

	return names[level];
}

const char *rule_who_name(enum rule_who who)
{
	static const char *const names[] = {
		[RULE_CONFIG] = "config",
		[RULE_RUNTIME] = "runtime",
		[RULE_DOCUMENT] = "document",
	};

	return names[who];
}

bool rule_is_mandatory(const struct rule *rule)
{
	return rule->level == RULE_MUST || rule->level == RULE_MUST_NOT ||
	       rule->level == RULE_REQUIRED;
}

const char *rule_how_name(unsigned int how, unsigned int index)
{
	static const char *const names[] = { "bundle", "lifecycle",      "inside",
					     "host",   "injected fault", "resctrl" };

	for (unsigned int i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (how & 1U << i && index-- == 0)
			return names[i];
	return NULL;
}
