/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of oci-conform share. Of liboci it knows what <oci/...> says. */
#ifndef CONFORMANCE_CONFORM_H
#define CONFORMANCE_CONFORM_H

#include "rules.h"

/* Exit statuses of oci-conform. */
#define CONFORMS      0
#define DOES_NOT      1
#define NOT_LOOKED_AT 2

/* What has come of one statement. */
enum result {
	HOLDS,
	BROKEN,
	UNTOLD, /* cannot be told from the bundle */
};

/* The commands. @json: JSON in place of text (rules) or TAP (bundle). */
int list_rules(bool json);
int check_bundle(const char *path, bool json);

/* json.c: a document, written as it comes, by yajl. */
struct yajl_gen_t;
struct yajl_gen_t *json_begin(void);
void json_name(struct yajl_gen_t *gen, const char *name);
void json_string(struct yajl_gen_t *gen, const char *name, const char *value);
void json_number(struct yajl_gen_t *gen, const char *name, unsigned long value);
void json_rule(struct yajl_gen_t *gen, const struct rule *rule);
/* Prints and frees it. Returns CONFORMS, or NOT_LOOKED_AT when it could not be written. */
int json_end(struct yajl_gen_t *gen);

#endif
