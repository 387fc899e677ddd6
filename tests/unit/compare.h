/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Our filter of a profile against libseccomp's: both are interpreted, and have to agree about every
 * system call that they are asked, on every architecture that both know. What differs on purpose:
 * - numbers beyond all that a profile names have to give ENOSYS where the default action is ERRNO;
 * - of the calls that are newer than the libseccomp at hand nothing is asked. */
#ifndef TESTS_UNIT_COMPARE_H
#define TESTS_UNIT_COMPARE_H

#include "base/text.h"
#include "spec/model.h"

/* How many system calls are asked, at least: of a profile as engines send them, and of each small
 * one. With sanitizers each is ten times as dear. */
#if defined(__SANITIZE_ADDRESS__)
#define TUPLES_MANY 100000
#define TUPLES_FEW  25000
#else
#define TUPLES_MANY 1000000
#define TUPLES_FEW  250000
#endif

/* Appends what they do not agree about to @message. A profile that one of the two refuses, or a
 * filter that the kernel would, ends the test. */
void compare_profile(const char *name, const struct spec_seccomp *seccomp, unsigned int tuples,
		     struct text *message);

/* Whether the libseccomp at hand knows an architecture. */
bool compare_knows(const char *arch);

#endif
