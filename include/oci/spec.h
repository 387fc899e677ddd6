/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef OCI_SPEC_H
#define OCI_SPEC_H

#include <stddef.h>

#include <oci/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * DOC: configurations
 *
 * A struct oci_spec is a config.json that has been read and found legal. It does not change.
 */
struct oci_spec;

/**
 * oci_spec_parse - read a config.json
 * @name:     what messages call the document; NULL for "config.json"
 * @document: the text, UTF-8; borrowed for the time of the call
 * @length:   its length in bytes, at most 64 MiB
 * @ret:      the config, to be given back with oci_spec_free(). Set on success only.
 * @err:      filled in on failure; may be NULL. The message holds all that is wrong with the
 * document, as far as there is room; oci_validate() tells all.
 *
 * Thread-safe.
 *
 * Return: 0; -EINVAL for a document that oci_create() would refuse; -EFBIG; -ENOMEM.
 *
 * Since: 0.1. Source: config.md, config-linux.md.
 */
int oci_spec_parse(const char *name, const char *document, size_t length, struct oci_spec **ret,
		   struct oci_error *err);

/**
 * enum oci_spec_flag - for whom oci_spec_default() is
 * @OCI_SPEC_ROOTLESS: for the caller's effective user and group, which are root inside, by means of
 * a user namespace
 *
 * Since: 0.1
 */
enum oci_spec_flag { OCI_SPEC_ROOTLESS = 1, OCI_SPEC_FORCE_WIDTH_ = 1 << 30 };

/**
 * oci_spec_default - a config to begin with
 * @flags: of enum oci_spec_flag, or-ed
 * @ret:   the config, to be given back with oci_spec_free(). Set on success only.
 * @err:   filled in on failure; may be NULL
 *
 * Thread-safe.
 *
 * Return: 0; -EINVAL for unknown flags; -ENOMEM.
 *
 * Since: 0.1
 */
int oci_spec_default(unsigned int flags, struct oci_spec **ret, struct oci_error *err);

/**
 * oci_spec_dump - a config as JSON
 * @spec:   the config
 * @indent: blanks for each level, up to 8; 0 for all in one line
 * @ret:    the document, without a newline at its end; to be freed with free()
 * @err:    filled in on failure; may be NULL
 *
 * Members come in the order of the standard, and those that are unknown or of other platforms are
 * left out. Equal configs give equal texts, and what is read from the text is the same config.
 * Thread-safe.
 *
 * Return: 0; -EINVAL for an @indent that is too large; -ENOMEM.
 *
 * Since: 0.1
 */
int oci_spec_dump(const struct oci_spec *spec, unsigned int indent, char **ret,
		  struct oci_error *err);

/**
 * oci_spec_free - give a config back
 * @spec: NULL is fine
 *
 * Return: NULL. Since: 0.1
 */
struct oci_spec *oci_spec_free(struct oci_spec *spec);

#ifdef __cplusplus
}
#endif

#endif
