/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Libraries that are loaded when they are needed. A static program has no loader and shall have
 * none: it links without library.c, which nothing but the weak name here refers to. In liboci.a
 * that is the one internal name that others can see. */
#ifndef OCI_CGROUP_LIBRARY_H
#define OCI_CGROUP_LIBRARY_H

#define LIBRARY_SYSTEMD "libsystemd.so.0"

struct library_loader {
	void *(*open)(const char *name);                /* dlopen(3); NULL if it cannot */
	void *(*find)(void *library, const char *name); /* dlsym(3) */
	int (*close)(void *library);
};

/* Its address is NULL where it was not linked. */
extern const struct library_loader oci_library_loader __attribute__((weak));

#endif
