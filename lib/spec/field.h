/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How a JSON object is described: one table per object of the standard, one row per member. The
 * same rows drive the decoder and the dumper. A member's C type follows from its row's type:
 *
 *   BOOL                bool
 *   STRING              const char *, NULL when absent
 *   INT, UINT           struct opt_int, struct opt_uint
 *   ENUM                int, 0 when absent (no name has the value 0)
 *   STRINGS, UINTS, ENUMS  struct list of const char *, uint64_t, int
 *   OBJECT              pointer to its struct, NULL when absent
 *   OBJECTS             struct list of the structs
 *   STRING_MAP          struct list of struct pair
 *   OBJECT_MAP          struct list of structs whose first member is const char *key
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

struct name {
	const char *name;
	int value;
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

enum {
	FIELD_REQUIRED = 1, /* its absence is an error */
	FIELD_ABSOLUTE = 2, /* a string, or each of the strings, begins with '/' */
	FIELD_NOT_EMPTY =
		4, /* a string with at least one byte, an array with at least one element */
};

struct object;

struct field {
	const char *name;
	enum field_type type;
	unsigned int flags;
	size_t offset;
	int64_t min;                 /* INT */
	uint64_t max;                /* INT, UINT, UINTS; 0 for none */
	const struct name *names;    /* ENUM, ENUMS; ends in a row without a name */
	const struct object *object; /* OBJECT, OBJECTS, OBJECT_MAP */
};

/* One row; members that the type needs besides come last. */
#define FIELD_ROW(s, m, t, fl, ...)                                                          \
	{                                                                                    \
		.name = #m, .type = FIELD_##t, .flags = fl, .offset = offsetof(struct s, m), \
		__VA_ARGS__                                                                  \
	}

struct object {
	size_t size;
	const struct field *fields; /* ends in a row without a name; at most 64 */
};

/* The value of a name, or 0. */
int name_value(const struct name *names, const char *text, size_t length);
/* The name of a value, or NULL. */
const char *name_of(const struct name *names, int value);

#endif
