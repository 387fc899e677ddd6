/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef OCI_VERSION_H
#define OCI_VERSION_H

#ifdef __cplusplus
extern "C" {
#endif

/**
 * oci_version - the version of this library
 *
 * Return: "0.1.0" and the like. Borrowed, valid for ever. Thread-safe.
 *
 * Since: 0.1
 */
const char *oci_version(void);

/**
 * oci_spec_version - the newest version of the OCI runtime specification that is understood
 *
 * It is also the ociVersion of every document that the library emits.
 *
 * Return: "1.3.0" and the like. Borrowed, valid for ever. Thread-safe.
 *
 * Since: 0.1
 */
const char *oci_spec_version(void);

#ifdef __cplusplus
}
#endif

#endif
