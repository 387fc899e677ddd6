/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The statements of the standard as a table: rules.def says what its columns are. */
#ifndef CONFORMANCE_RULES_H
#define CONFORMANCE_RULES_H

#include <stdbool.h>
#include <stddef.h>

enum rule_level {
	RULE_MUST,
	RULE_MUST_NOT,
	RULE_REQUIRED,
	RULE_SHOULD,
	RULE_SHOULD_NOT,
	RULE_NOT_RECOMMENDED,
	RULE_MAY,
	RULE_DECLARED,
	RULE_LOWER_MUST,
	RULE_LOWER_SHOULD,
};

enum rule_who { RULE_CONFIG, RULE_RUNTIME, RULE_DOCUMENT };

/* How a statement is checked, or-ed. */
enum rule_how {
	RULE_NONE = 0,
	RULE_V = 1,  /* by looking at the bundle */
	RULE_L = 2,  /* by a lifecycle through the command line */
	RULE_I = 4,  /* from inside a container */
	RULE_H = 8,  /* from the host */
	RULE_U = 16, /* by a unit test with injected faults */
	RULE_R = 32, /* from the host, with resctrl */
};

struct rule {
	const char *id;
	enum rule_level level;
	enum rule_who who;
	const char *section;
	const char *since;
	unsigned int how;
	const char *statement;
};

extern const struct rule rules[];
extern const size_t n_rules;

/* "MUST NOT" */
const char *rule_level_name(enum rule_level level);
const char *rule_who_name(enum rule_who who);
/* Whether the level binds: MUST, MUST NOT, REQUIRED. */
bool rule_is_mandatory(const struct rule *rule);
/* The words for @how, one after the other; NULL at the end. */
const char *rule_how_name(unsigned int how, unsigned int index);

#endif
