/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* All of liboci. */
#ifndef OCI_OCI_H
#define OCI_OCI_H

#include <oci/container.h>
#include <oci/context.h>
#include <oci/error.h>
#include <oci/host.h>
#include <oci/spec.h>
#include <oci/state.h>
#include <oci/validate.h>
#include <oci/version.h>

#endif
