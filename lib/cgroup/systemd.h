/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* systemd, which starts, changes and stops the units that containers are; over D-Bus, by
 * libsystemd's sd-bus, which is loaded when it is needed.
 *
 * Nothing waits longer than the deadline of SYSTEMD_TIMEOUT seconds, once for each: to be
 * connected, an answer, the end of a job. */
#ifndef OCI_CGROUP_SYSTEMD_H
#define OCI_CGROUP_SYSTEMD_H

#include <oci/error.h>

#include "base/arena.h"

#define SYSTEMD_TIMEOUT 10

/* A connection, for one thread. */
struct systemd;

/* 0, or -ELIBACC in a static program, which cannot load libraries. */
int systemd_check(struct oci_error *err) _must_check_;

/* Connects to the bus at @address: dbus(7), "unix:path=/run/dbus/system_bus_socket". -ENOPKG
 * without libsystemd. */
int systemd_open(const char *address, struct systemd **ret, struct oci_error *err) _must_check_;

/* For cleanup(). */
void systemd_close(struct systemd **systemd);

/* The group in which the instance of systemd makes all others. */
int systemd_control_group(struct systemd *systemd, struct arena *arena, const char **ret,
			  struct oci_error *err) _must_check_;

/* For the next start or change of a unit; the value as in plan/variant.h. */
int systemd_add(struct systemd *systemd, const char *name, const char *value,
		struct oci_error *err) _must_check_;

/* A transient unit with one process; returns when it has been started. -EEXIST when there is one
 * of that name, which then is not touched. After another error it may come to be. */
int systemd_start(struct systemd *systemd, const char *unit, int pid,
		  struct oci_error *err) _must_check_;

/* Puts a process into a unit that is there, or into @subgroup, "/name", of its group. */
int systemd_attach(struct systemd *systemd, const char *unit, const char *subgroup, int pid,
		   struct oci_error *err) _must_check_;

/* Changes the properties that were added, until the unit ends. */
int systemd_change(struct systemd *systemd, const char *unit, struct oci_error *err) _must_check_;

/* Returns when the unit has ended; if there is none that is no error. */
int systemd_stop(struct systemd *systemd, const char *unit, struct oci_error *err) _must_check_;

#endif
