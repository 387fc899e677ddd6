/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How a JSON object is described: one table per object of the standard, one row per member. The
 * same rows drive the decoder and the dumper. A member's C type follows from its row's type:
 *
 *   BOOL                bool
 *   STRING              const char *, NULL when absent
 *   INT, UINT           struct opt_int, struct opt_uint
 *   ENUM                int, 0 when absent (no name has the value 0)
 *   STRINGS, UINTS, ENUMS  struct list of const char *, uint64_t, int
 *                       (STRINGS with .names: each has to be one of them)
 *   OBJECT              pointer to its struct, NULL when absent
 *   OBJECTS             struct list of the structs
 *   STRING_MAP          struct list of struct pair
 *   OBJECT_MAP          struct list of structs whose first member is const char *key
 *                       (with .names: the key has to be one of them)
 *
 * A foreign member concerns other platforms; it has no C value, and what is in it is passed over.
 */
#ifndef OCI_SPEC_FIELD_H
#define OCI_SPEC_FIELD_H

#include "base/macro.h"

struct opt_int {
	int64_t value;
	bool set;
};

struct opt_uint {
	uint64_t value;
	bool set;
};

/* The layout of every LIST(); @set tells an empty array from an absent one. */
struct list {
	void *item;
	size_t n;
	bool set;
};

#define LIST(type)          \
	struct {            \
		type *item; \
		size_t n;   \
		bool set;   \
	}

#define list_each(element, list)                                \
	for (__typeof__((list).item + 0) element = (list).item; \
	     element && element < (list).item + (list).n; element++)

struct pair {
	const char *key;
	const char *value;
};

/* The releases of the standard, for when a member or a value came. */
enum release {
	V1_0_0,
	V1_0_1,
	V1_0_2,
	V1_1_0,
	V1_2_0,
	V1_2_1,
	V1_3_0,
};
#define RELEASE_NAMES                                                         \
	{                                                                     \
		"1.0.0", "1.0.1", "1.0.2", "1.1.0", "1.2.0", "1.2.1", "1.3.0" \
	}

struct name {
	const char *name;
	int value;
	enum release since;
};

enum field_type {
	FIELD_BOOL,
	FIELD_STRING,
	FIELD_INT,
	FIELD_UINT,
	FIELD_ENUM,
	FIELD_STRINGS,
	FIELD_UINTS,
	FIELD_ENUMS,
	FIELD_OBJECT,
	FIELD_OBJECTS,
	FIELD_STRING_MAP,
	FIELD_OBJECT_MAP,
};

struct object;

struct field {
	const char *name;
	enum field_type type;
	enum release since;
	bool absolute; /* a string, or each of the strings, begins with '/' */
	bool full;     /* a string with at least one byte, an array with at least one element */
	bool foreign;  /* of another platform */
	bool removed;  /* the standard does not have it any more; no C value either */
	bool secret;   /* its value is not to be shown */
	size_t offset;
	const char *need; /* the statement that wants the member there; NULL if it may be absent */
	/* The statements that a value of the wrong kind breaks, an element of it, or a key of a
	 * map; NULL for VAL-01. */
	const char *rule, *element_rule, *key_rule;
	int64_t min;                 /* INT */
	uint64_t max;                /* INT, UINT, UINTS; 0 for none */
	const struct name *names;    /* ends in a row without a name */
	const struct object *object; /* OBJECT, OBJECTS, OBJECT_MAP */
};

/* What the parts of a row are called in a table. */
#define NEED(statement)    .need = statement
#define RULE(statement)    .rule = statement
#define ELEMENT(statement) .element_rule = statement
#define KEY(statement)     .key_rule = statement
#define ABSOLUTE           .absolute = true
#define FULL               .full = true
#define SECRET             .secret = true
#define RANGE(low, high)   .min = (low), .max = (high)
#define UP_TO(high)        .max = (high)
#define NAMES(table)       .names = table
#define OF(table)          .object = &(table)

#define FIELD(s, n, m, t, v, ...)                                                          \
	{                                                                                  \
		.name = n, .type = FIELD_##t, .since = v, .offset = offsetof(struct s, m), \
		__VA_ARGS__                                                                \
	}
#define F(s, m, t, v, ...) FIELD(s, #m, m, t, v, __VA_ARGS__)
#define FOREIGN(n, t, v)                                                  \
	{                                                                 \
		.name = n, .type = FIELD_##t, .since = v, .foreign = true \
	}
#define REMOVED(n, t, v)                                                  \
	{                                                                 \
		.name = n, .type = FIELD_##t, .since = v, .removed = true \
	}

/* The last row of fields, and of names. */
#define END                  \
	{                    \
		.name = NULL \
	}

struct object {
	size_t size;
	const struct field *fields; /* ends in END; at most 64 */
};

/* The object that is described by the table @rows: rows_object. */
#define OBJECT(s, rows) \
	static const struct object rows##_object = { .size = sizeof(struct s), .fields = rows }

/* The value of a name, or 0. */
int name_value(const struct name *names, const char *text, size_t length);
/* The name of a value, or NULL. */
const char *name_of(const struct name *names, int value);

#endif
