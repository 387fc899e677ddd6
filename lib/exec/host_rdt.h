/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a container leaves in resctrl. */
#ifndef OCI_EXEC_HOST_RDT_H
#define OCI_EXEC_HOST_RDT_H

#include <oci/error.h>

#include "plan/create.h"

/* Removes the monitoring group of container @id, if it has one, and its class of service, if that
 * was made for it. One that is shared stays if anybody is in it. */
int host_rdt_remove(const struct plan_rdt *rdt, const char *id, struct oci_error *err) _must_check_;

#endif
