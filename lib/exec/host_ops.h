/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The host's operations, one function each, declared from ops.def. */
#ifndef OCI_EXEC_HOST_OPS_H
#define OCI_EXEC_HOST_OPS_H

#include "exec/host.h"

#define OP_HOST(name) \
	int host_##name(struct host *host, const struct op *op, struct oci_error *err) _must_check_;
#define OP_CHILD(name)
#define OP(column, NAME, name, kernel, print) OP_##column(name)
#include "plan/ops.def"
#undef OP
#undef OP_HOST
#undef OP_CHILD

/* Forgets the network devices that were moved. With @undo they go back to where they were. */
void host_network_done(struct host *host, bool undo);

/* Forgets the limits that were replaced. */
void host_limits_done(struct host *host);

/* What init has reported, or how it ended. */
int host_child_failed(struct host *host, struct oci_error *err);

/* "<where>: <operation>: <reason>" */
int host_fail(const struct host *host, const struct op *op, int code, struct oci_error *err);

#endif
