/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The listener of a seccomp filter, on its way to who answers. */
#ifndef OCI_CONTAINER_LISTENER_H
#define OCI_CONTAINER_LISTENER_H

#include "spec/spec.h"
#include "state/record.h"

/* Sends @listener to listenerPath, with the Container Process State of the standard:
 * config-linux.md, "Seccomp". @pid is the process that has the filter, @record that of its
 * container, which is in
 * @status. */
int listener_send(const struct spec *spec, const struct record *record, const char *status, int pid,
		  int listener, struct oci_error *err) _must_check_;

#endif
