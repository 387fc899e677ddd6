/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Safety measures that a build can be made without, by -DOCI_WEAKEN=NAME;... or all.
 *
 * An attack that a container runtime survives proves something only if it succeeds against one
 * without the measure. tests/security/README.md says which attack each of these is the control
 * of. All are 0 in every build that is meant to be used; there the compiler drops what hangs on
 * them. */
#ifndef OCI_BASE_WEAKEN_H
#define OCI_BASE_WEAKEN_H

#define WEAKENED(name) (OCI_WEAKEN_##name)

/* Paths are not confined to the root file system. */
#ifndef OCI_WEAKEN_RESOLVE
#define OCI_WEAKEN_RESOLVE 0
#endif
/* tmpcopyup follows symbolic links. */
#ifndef OCI_WEAKEN_COPY
#define OCI_WEAKEN_COPY 0
#endif
/* Whatever is at the place of a device is taken for it. */
#ifndef OCI_WEAKEN_DEVICE
#define OCI_WEAKEN_DEVICE 0
#endif
/* What masks files is the /dev/null of the container. */
#ifndef OCI_WEAKEN_NULL
#define OCI_WEAKEN_NULL 0
#endif
/* Mounts are never read-only. */
#ifndef OCI_WEAKEN_READONLY
#define OCI_WEAKEN_READONLY 0
#endif
/* The rules about devices are not in force. */
#ifndef OCI_WEAKEN_RULES
#define OCI_WEAKEN_RULES 0
#endif
/* Settings are written through the container's own /proc. */
#ifndef OCI_WEAKEN_PROC
#define OCI_WEAKEN_PROC 0
#endif
/* Settings of namespaces that the container shares, and names with "..", are accepted. */
#ifndef OCI_WEAKEN_SETTINGS
#define OCI_WEAKEN_SETTINGS 0
#endif
/* Ids of containers and paths of cgroups may lead elsewhere. */
#ifndef OCI_WEAKEN_NAMES
#define OCI_WEAKEN_NAMES 0
#endif
/* Ids of users may be (uid_t)-1, or have more than 32 bits. */
#ifndef OCI_WEAKEN_IDS
#define OCI_WEAKEN_IDS 0
#endif
/* Descriptors of the caller stay open. */
#ifndef OCI_WEAKEN_CLOSE
#define OCI_WEAKEN_CLOSE 0
#endif
/* The working directory may be outside of the root. */
#ifndef OCI_WEAKEN_CWD
#define OCI_WEAKEN_CWD 0
#endif
/* Init can be traced. */
#ifndef OCI_WEAKEN_DUMPABLE
#define OCI_WEAKEN_DUMPABLE 0
#endif
/* The program that init is can be written to. */
#ifndef OCI_WEAKEN_SEAL
#define OCI_WEAKEN_SEAL 0
#endif
/* The permitted capabilities are inheritable too, and none leaves the bounding set. */
#ifndef OCI_WEAKEN_CAPABILITIES
#define OCI_WEAKEN_CAPABILITIES 0
#endif
/* no_new_privs is not set. */
#ifndef OCI_WEAKEN_PRIVILEGES
#define OCI_WEAKEN_PRIVILEGES 0
#endif
/* The caller's groups, session keyring, session, and signals are kept. */
#ifndef OCI_WEAKEN_INHERITED
#define OCI_WEAKEN_INHERITED 0
#endif

#endif
