/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Messages over a local socket that may bring a descriptor: unix(7), SCM_RIGHTS.
 *
 * Freestanding: part of init and of liboci. Every function returns a negative errno on failure. */
#ifndef OCI_SYS_MESSAGE_H
#define OCI_SYS_MESSAGE_H

#include "base/macro.h"

/* The receiver gets a descriptor of its own. No SIGPIPE. */
int message_send(int fd, const void *bytes, size_t n, int descriptor) _must_check_;

/* Returns the length, 0 at the end of the connection, and the descriptor with O_CLOEXEC, -1 for
 * none. */
int message_receive(int fd, void *bytes, size_t n, int *ret_descriptor) _must_check_;

/* Whether a message is there to be received, or comes before it has looked so many times, each of
 * which takes a quarter of a microsecond. What is on its way already is cheaper to wait for awake:
 * to be woken takes 50 us where the processor has gone to sleep. With @yields others may run
 * meanwhile, sched_yield(2). */
bool message_expect(int fd, unsigned int looks, bool yields);

#endif
