/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Schemata of resctrl, "L3:0=ff;1=f" a line: what a class of service has of each resource. Pure. */
#ifndef OCI_PLAN_INTEL_RDT_H
#define OCI_PLAN_INTEL_RDT_H

#include "base/macro.h"

/* The first line of @wanted that does not hold in @found, what the kernel says that a class has;
 * its *ret_length bytes are in @wanted. NULL if all hold. What @wanted does not mention may be as
 * it is, and of what it mentions twice the last counts. */
const char *plan_schemata_differ(const char *wanted, const char *found, size_t *ret_length);

#endif
