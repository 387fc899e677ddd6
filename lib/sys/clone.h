/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* clone3(2) with a child that shares the caller's memory: it gets a stack of its own and never
 * returns into the caller's frames. */
#ifndef OCI_SYS_CLONE_H
#define OCI_SYS_CLONE_H

#include "sys/abi.h"

/* Runs @entry(@argument) in a new process on the stack named in @args; @entry must not return.
 * Returns the child's pid, or a negative errno. -ENOSYS on a machine without an implementation. */
int sys_clone_run(const struct abi_clone_args *args, void (*entry)(void *), void *argument);

#endif
