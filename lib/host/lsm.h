/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Security modules of the kernel that confine by labels. */
#ifndef OCI_HOST_LSM_H
#define OCI_HOST_LSM_H

#include "base/macro.h"

/* Whether it is switched on: profiles can be loaded, labels are looked at. */
bool host_has_apparmor(void);
bool host_has_selinux(void);

#endif
