/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Namespaces that are there already, by their path. */
#ifndef OCI_HOST_NAMESPACE_H
#define OCI_HOST_NAMESPACE_H

#include "base/macro.h"

/* Opens the namespace at @path, and tells its type, as in CLONE_NEW*. -ENOTTY when it is none; then
 * it was not opened either, so that neither a FIFO nor a device can hold up or notice anything. */
int namespace_open(const char *path, int *ret_fd, int *ret_type) _must_check_;

/* The namespaces, CLONE_NEW*, that a process is in and the caller is not; where there is no /proc
 * @pidfd tells, since Linux 6.11. -ESRCH when there is no such process, -EACCES when the caller may
 * not look. */
int namespaces_apart(int pid, int pidfd, uint64_t *ret) _must_check_;

#endif
