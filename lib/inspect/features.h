/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The Features Structure of the standard: features.md, features-linux.md. */
#ifndef OCI_INSPECT_FEATURES_H
#define OCI_INSPECT_FEATURES_H

#include "base/text.h"
#include "host/survey.h"

/* Appends the document. From the tables that decode a config, what plans support, and what of
 * seccomp the kernel has. -ENOMEM. */
int features_print(struct text *text, const struct survey *survey) _must_check_;

#endif
