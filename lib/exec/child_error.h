/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What went wrong with an operation, in words: on the host, or as init noted it in its report. */
#ifndef OCI_EXEC_CHILD_ERROR_H
#define OCI_EXEC_CHILD_ERROR_H

#include <oci/error.h>

#include "plan/plan.h"

/* Returns @error. */
int op_error(const struct plan *plan, const struct op *op, int error, struct oci_error *err);

/* 0 if the report holds no error. */
int child_error_if_any(const struct plan *plan, const struct plan_report *report,
		       struct oci_error *err) _must_check_;

/* For an init that went away: its report, or else what ended it, from the pidfd. */
int child_error(const struct plan *plan, const struct plan_report *report, int pidfd,
		struct oci_error *err) _must_check_;

#endif
