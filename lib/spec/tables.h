/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The objects of config.json as tables, see field.h for how to read them. */
#ifndef OCI_SPEC_TABLES_H
#define OCI_SPEC_TABLES_H

#include "spec/field.h"

extern const struct object spec_object;

/* "pid", "network", ...: the CLONE_NEW* flag. */
extern const struct name spec_namespace_names[];

#endif
