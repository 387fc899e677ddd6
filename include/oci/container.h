/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef OCI_CONTAINER_H
#define OCI_CONTAINER_H

#include <stddef.h>
#include <stdint.h>

#include <oci/context.h>
#include <oci/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * DOC: containers
 *
 * The operations of the OCI runtime specification (runtime.md, "Operations"). A container is named
 * by its id: 1 to 255 letters, digits and _ + - . of which the first is a letter, a digit, _ or +.
 * It is unique within a state root.
 *
 * Errors common to all: -EINVAL for an id that is none, -ENOENT for a container that does not
 * exist, -ENOMEM, and what the file system that holds the state root answers.
 */

/**
 * enum oci_create_flag - how a container is created
 * @OCI_CREATE_NO_PIVOT:       chroot(2) instead of pivot_root(2); for a root on an initramfs
 * @OCI_CREATE_NO_NEW_KEYRING: keep the caller's session keyring; see keyrings(7)
 *
 * Since: 0.1
 */
enum oci_create_flag {
	OCI_CREATE_NO_PIVOT = 1,
	OCI_CREATE_NO_NEW_KEYRING = 2,
	OCI_CREATE_FORCE_WIDTH_ = 1 << 30
};

/**
 * struct oci_create_options - what oci_create(), oci_run() and oci_plan() work on
 * @size:           sizeof(struct oci_create_options) as the caller knows it
 * @bundle:         directory of the bundle; NULL for the working directory
 * @config:         path of the configuration; NULL for config.json in the bundle
 * @pid_file:       where to write init's pid, digits only, in one step; NULL for nowhere
 * @console_socket: AF_UNIX stream socket that is sent the terminal of the process, if it has one:
 * one message with one descriptor; NULL for none
 * @preserve_fds:   so many descriptors from 3 on are handed to the program; all must be open
 * @flags:          of enum oci_create_flag, or-ed
 * @env:            "NAME=value" behind the environment that the config gives the process, ends in
 * NULL; NULL for none
 * @pidfd_socket:   AF_UNIX stream socket that is sent a pidfd of init before the container is
 * created: one message with one descriptor; NULL for none
 * @ret_terminal:   without @console_socket: where the terminal of the process is put, or -1 if it
 * has none; to be closed by the caller. NULL for a caller that takes none: then a process with a
 * terminal needs @console_socket. Set on success only.
 * @cgroup_manager: who makes the cgroups: "cgroupfs", or NULL, for the library; "systemd" for
 * systemd, by a scope that linux.cgroupsPath names as "slice:prefix:name"; "disabled" for nobody,
 * so that the container stays in those of the caller, and limits are an error
 * @notify_socket:  value of the caller's NOTIFY_SOCKET, see sd_notify(3); NULL for none. The socket
 * is mounted at /run/notify/notify.sock, where NOTIFY_SOCKET of the program says, unless the config
 * has that variable. A service manager takes a message by the cgroup of its sender: it has to be
 * below that of the service (Delegate=, and NotifyAccess=all), which that of a scope is not: with
 * the manager "systemd" a caller gives a socket of its own, and passes messages on. What cannot be
 * reached from inside is a warning.
 * @system_bus:     D-Bus address at which the manager "systemd" is reached by a caller who is root
 * on this machine; NULL for "unix:path=/run/dbus/system_bus_socket"
 * @user_bus:       that of the instance of a user, for others; NULL for
 * "unix:path=/run/user/<uid>/bus"
 *
 * The manager "systemd" loads libsystemd.so.0. Each request to systemd has ten seconds, and its end
 * another ten. Properties of the scope are what linux.resources and annotations
 * "org.systemd.property.NAME" say, the latter in the text format of GVariant.
 *
 * The program's standard input, output and error are the caller's descriptors 0, 1 and 2. All
 * strings are borrowed for the time of the call.
 *
 * Since: 0.1
 */
struct oci_create_options {
	size_t size;
	const char *bundle;
	const char *config;
	const char *pid_file;
	const char *console_socket;
	unsigned int preserve_fds;
	unsigned int flags;
	const char *const *env;
	const char *pidfd_socket;
	int *ret_terminal;
	const char *cgroup_manager;
	const char *notify_socket;
	const char *system_bus;
	const char *user_bus;
};

/**
 * oci_create - create a container, without running its program
 * @context:   the context
 * @id:        its id, not in use
 * @options:   see there
 * @ret_pidfd: a pidfd of the container's init, to be closed by the caller; may be NULL. Set on
 *             success only.
 * @err:       filled in on failure; may be NULL
 *
 * On failure nothing is left on the host. The program is looked for and, if it cannot be found or
 * executed, that is an error here already. Thread-safe; other threads are not stalled.
 *
 * Return: 0; -EEXIST for an id in use; -EINVAL for a config that is not legal; -EOPNOTSUPP for
 * something in it that is not supported; -ENOENT, -EACCES and others from the kernel, for what
 * @err->where names. With the manager "systemd" also -ELIBACC in a static program, which cannot
 * load libsystemd; -ENOPKG without that; -ETIMEDOUT and others when systemd cannot be reached;
 * -EEXIST for a unit that exists.
 *
 * Since: 0.1. Source: runtime.md, "Create".
 */
int oci_create(struct oci_context *context, const char *id,
	       const struct oci_create_options *options, int *ret_pidfd, struct oci_error *err);

/**
 * oci_start - run the program of a created container
 * @context: the context
 * @id:      its id
 * @err:     filled in on failure; may be NULL
 *
 * Returns when execve(2) has succeeded or failed. Thread-safe.
 *
 * Return: 0; -EBUSY when it was started before; -ESRCH when it has stopped; -EINVAL when its config
 * has no process; else why the program could not be executed.
 *
 * Since: 0.1. Source: runtime.md, "Start".
 */
int oci_start(struct oci_context *context, const char *id, struct oci_error *err);

/**
 * oci_run - create a container and run its program at once
 *
 * As oci_create() and then oci_start(), with less work. On failure nothing is left. When
 * @options->preserve_fds and the like have to be the same, parameters and errors are theirs.
 * @context:   the context
 * @id:        its id, not in use
 * @options:   see there
 * @ret_pidfd: a pidfd of the program, for oci_wait(); may be NULL
 * @err:       filled in on failure; may be NULL
 *
 * Return: 0 or a negative errno. Thread-safe.
 *
 * Since: 0.1
 */
int oci_run(struct oci_context *context, const char *id, const struct oci_create_options *options,
	    int *ret_pidfd, struct oci_error *err);

/**
 * enum oci_exec_flag - how another program is run in a container
 * @OCI_EXEC_TTY:           it gets a terminal of its own; see pty(7)
 * @OCI_EXEC_NO_NEW_PRIVS:  set no_new_privs, also if the config does not; see prctl(2)
 * @OCI_EXEC_IGNORE_PAUSED: run it in a paused container; it begins when that is resumed
 *
 * Since: 0.1
 */
enum oci_exec_flag {
	OCI_EXEC_TTY = 1,
	OCI_EXEC_NO_NEW_PRIVS = 2,
	OCI_EXEC_IGNORE_PAUSED = 4,
	OCI_EXEC_FORCE_WIDTH_ = 1 << 30
};

/**
 * struct oci_exec_options - what oci_exec() runs
 * @size:            sizeof(struct oci_exec_options) as the caller knows it
 * @process:         path of a file with the process as in a config, "process"; then @args to
 *                   @apparmor are not looked at, and of the container's config execCPUAffinity
 *                   alone, if the file has none. NULL for the process of that config with these
 *                   changes:
 * @args:            program and arguments, ends in NULL
 * @cwd:             working directory, absolute; NULL for that of the config
 * @env:             "NAME=value" added to the environment or replacing what is in it, ends in NULL;
 *                   NULL for none
 * @user:            "UID" or "UID:GID", numbers from 0 to 4294967294; NULL for that of the config
 * @additional_gids: supplementary groups beside those of the config, ends in NULL; NULL for none
 * @capabilities:    names, added to the bounding, effective and permitted set, ends in NULL; NULL
 *                   for none
 * @process_label:   SELinux label; NULL for that of the config
 * @apparmor:        AppArmor profile; NULL for that of the config
 * @cgroup:          a cgroup below the container's own, which is there: "name", or for cgroup v1
 *                   "controllers:name"; NULL for the container's own
 * @pid_file:        where to write the pid, digits only, in one step; NULL for nowhere
 * @console_socket:  AF_UNIX stream socket that is sent the terminal: one message with one
 * descriptor; NULL for none
 * @preserve_fds:    so many descriptors from 3 on are handed to the program; all must be open
 * @flags:           of enum oci_exec_flag, or-ed
 * @pidfd_socket:    as in struct oci_create_options
 * @ret_terminal:    as in struct oci_create_options
 *
 * All strings are borrowed for the time of the call.
 *
 * Since: 0.1
 */
struct oci_exec_options {
	size_t size;
	const char *process;
	const char *const *args;
	const char *cwd;
	const char *const *env;
	const char *user;
	const char *const *additional_gids;
	const char *const *capabilities;
	const char *process_label;
	const char *apparmor;
	const char *cgroup;
	const char *pid_file;
	const char *console_socket;
	unsigned int preserve_fds;
	unsigned int flags;
	const char *pidfd_socket;
	int *ret_terminal;
};

/**
 * oci_exec - run another program in a container
 * @context:   the context
 * @id:        its id; it is created or running
 * @options:   see there
 * @ret_pidfd: a pidfd of the program, for oci_wait(), to be closed by the caller; may be NULL
 * @err:       filled in on failure; may be NULL
 *
 * It gets the namespaces, the cgroup, the resctrl groups, the seccomp filter and the session
 * keyring of the container, and of what config.json gave its first program all that @options does
 * not say otherwise. Returns when execve(2) has succeeded or failed; the program is a child of the
 * calling process. On failure nothing is left. Thread-safe; it waits for no other verb.
 *
 * Return: 0; -ESRCH, "container not running", when it has stopped; -EINVAL for an option that is
 * not legal; else why the program could not be executed.
 *
 * Since: 0.1
 */
int oci_exec(struct oci_context *context, const char *id, const struct oci_exec_options *options,
	     int *ret_pidfd, struct oci_error *err);

/**
 * oci_wait - wait for the end of a container's program
 * @pidfd:      from oci_run() or oci_create()
 * @ret_status: the exit status, 0 to 255, or 128 + n when signal n ended it
 * @err:        filled in on failure; may be NULL
 *
 * Reaps the child if nobody else did. Thread-safe; two threads may wait for the same pidfd.
 *
 * Return: 0; -ECHILD when somebody else reaped it and the kernel (before 6.15) has forgotten.
 *
 * Since: 0.1. Source: pidfd_open(2), PIDFD_GET_INFO.
 */
int oci_wait(int pidfd, int *ret_status, struct oci_error *err);

/**
 * enum oci_exit_known - what is known of the end of a container's program
 * @OCI_EXIT_STATUS:      how it ended
 * @OCI_EXIT_OOM_KILLS:   how often the kernel killed for want of memory
 * @OCI_EXIT_MEMORY_PEAK: the most memory that was in use
 *
 * Since: 0.1
 */
enum oci_exit_known {
	OCI_EXIT_STATUS = 1,
	OCI_EXIT_OOM_KILLS = 2,
	OCI_EXIT_MEMORY_PEAK = 4,
	OCI_EXIT_FORCE_WIDTH_ = 1 << 30
};

/**
 * struct oci_exit - how a container's program ended
 * @size:        sizeof(struct oci_exit), set by the caller; members beyond it are not written
 * @known:       of enum oci_exit_known, or-ed; what is not in it is 0 below
 * @status:      the exit status, 0 to 255, or 128 + n when signal n ended it
 * @signal:      the signal that ended it, 0 if none did
 * @oom_kills:   how many processes in its memory cgroup the kernel killed for want of memory
 * @memory_peak: the most memory that the cgroup had in use at a time, in bytes
 *
 * The last two are of the whole life of the cgroup, also where that was there before the container.
 *
 * Since: 0.1
 */
struct oci_exit {
	size_t size;
	unsigned int known;
	int status;
	int signal;
	uint64_t oom_kills;
	uint64_t memory_peak;
};

/**
 * oci_wait_container - wait for the end of a container's program, whoever's child it is
 * @context: the context
 * @id:      its id
 * @ret:     how it ended; @ret->size is set before
 * @err:     filled in on failure; may be NULL
 *
 * Returns at once for a container that has stopped. How the program ended is known if it is a child
 * of the caller (it is reaped), if nobody has reaped it yet, and on Linux 6.15 and newer if it ran
 * when the call was made. That it is not known is no error. Waits by pidfd, takes no lock, and
 * leaves the container as it is. Thread-safe.
 *
 * Return: 0; -ESRCH for a container that is not created yet or never was; -EINVAL for a @ret->size
 * of 0.
 *
 * Since: 0.1. Source: pidfd_open(2), PIDFD_GET_INFO; cgroup-v2.rst, "memory.events", "memory.peak".
 */
int oci_wait_container(struct oci_context *context, const char *id, struct oci_exit *ret,
		       struct oci_error *err);

/**
 * enum oci_kill_flag - whom a signal goes to
 * @OCI_KILL_ALL: every process in the container's cgroup, also when its init has ended; of a
 *                container without a cgroup its init alone
 *
 * Since: 0.1
 */
enum oci_kill_flag { OCI_KILL_ALL = 1, OCI_KILL_FORCE_WIDTH_ = 1 << 30 };

/**
 * oci_kill - send a signal to a container's init
 * @context: the context
 * @id:      its id
 * @signal:  the number, 0 to 64; 0 only looks
 * @flags:   of enum oci_kill_flag, or-ed
 * @err:     filled in on failure; may be NULL
 *
 * Thread-safe. It waits for no other verb.
 *
 * Return: 0; -ESRCH, "container not running", when it is neither created nor running and
 * OCI_KILL_ALL is not given; -EINVAL.
 *
 * Since: 0.1. Source: runtime.md, "Kill".
 */
int oci_kill(struct oci_context *context, const char *id, int signal, unsigned int flags,
	     struct oci_error *err);

/**
 * oci_pids - the processes of a container
 * @context: the context
 * @id:      its id
 * @ret:     their pids as the caller sees them, in no order; to be freed with free()
 * @ret_n:   how many
 * @err:     filled in on failure; may be NULL
 *
 * All that are in its cgroup and below, also those that exec brought in; of a container without a
 * cgroup its first process alone. None when it has stopped. Thread-safe; it waits for no other
 * verb.
 *
 * Return: 0 or a negative errno.
 *
 * Since: 0.1
 */
int oci_pids(struct oci_context *context, const char *id, int **ret, size_t *ret_n,
	     struct oci_error *err);

/**
 * oci_pause - stop all processes of a container where they are
 * @context: the context
 * @id:      its id; it is created or running
 * @err:     filled in on failure; may be NULL
 *
 * By the freezer of its cgroup; returns when they have stopped. On failure they run. Thread-safe.
 *
 * Return: 0; -ESRCH, "container not running", when it has stopped; -EALREADY when it is paused;
 * -EOPNOTSUPP when it has no cgroup that can be frozen; -ETIMEDOUT when some process did not stop
 * within ten seconds.
 *
 * Since: 0.1. Source: cgroups(7), "freezer"; "cgroup.freeze" of cgroup v2, Linux 5.2.
 */
int oci_pause(struct oci_context *context, const char *id, struct oci_error *err);

/**
 * oci_resume - let a paused container go on
 * @context: the context
 * @id:      its id
 * @err:     filled in on failure; may be NULL
 *
 * Thread-safe.
 *
 * Return: 0; -EINVAL, "container not paused", when it is not paused.
 *
 * Since: 0.1
 */
int oci_resume(struct oci_context *context, const char *id, struct oci_error *err);

/**
 * struct oci_update_options - the limits of oci_update()
 * @size:      sizeof(struct oci_update_options) as the caller knows it
 * @resources: what stands in linux.resources of a config: config-linux.md, "Control groups"
 * @length:    its length in bytes
 * @name:      what errors call the document; NULL for "resources"
 * @l3_cache_schema: and what linux.intelRdt.l3CacheSchema would hold; NULL for none
 * @mem_bw_schema:   the same for memBwSchema
 *
 * All are borrowed for the time of the call.
 *
 * Since: 0.1
 */
struct oci_update_options {
	size_t size;
	const char *resources;
	size_t length;
	const char *name;
	const char *l3_cache_schema;
	const char *mem_bw_schema;
};

/**
 * oci_update - change the limits of a container
 * @context: the context
 * @id:      its id; it is created, running or paused
 * @options: see there
 * @err:     filled in on failure; may be NULL
 *
 * What the document does not name stays as it is. When one of the limits cannot be set those that
 * were set before it get their old values again. Thread-safe.
 *
 * Return: 0; -ESRCH, "container not running", when it has stopped; -EINVAL for what is not legal;
 * -ENOENT, -EOPNOTSUPP or -EPERM for a limit that this host, or this container, does not have; else
 * what the kernel says. Where systemd made the cgroups what oci_create() says of it holds here,
 * too.
 *
 * Since: 0.1
 */
int oci_update(struct oci_context *context, const char *id,
	       const struct oci_update_options *options, struct oci_error *err);

/**
 * oci_stats - what a container has used
 * @context: the context
 * @id:      its id; it is created, running or paused
 * @ret:     one line of JSON without a newline, to be freed with free(). Set on success only.
 * @err:     filled in on failure; may be NULL
 *
 * {"type":"stats","id":ID,"data":{...}} with the members that `runc events --stats` has: cpu in
 * nanoseconds, memory and blkio in bytes, pids, hugetlb. What the host does not count is 0.
 * Thread-safe; waits for no other verb.
 *
 * Return: 0; -ESRCH, "container not running", when it has stopped; -EOPNOTSUPP when it has no
 * cgroups.
 *
 * Since: 0.1. Source: cgroups(7); cgroup-v2.rst of the kernel.
 */
int oci_stats(struct oci_context *context, const char *id, char **ret, struct oci_error *err);

/**
 * struct oci_events_options - whom oci_events() tells what
 * @size:     sizeof(struct oci_events_options) as the caller knows it
 * @interval: milliseconds between two statistics; 0 for none
 * @event:    called with each event: what oci_stats() returns, or {"type":"oom","id":ID} when a
 *            process met the limit of memory. The string is valid until it returns. Anything but 0
 * ends oci_events(); a negative errno is what that returns.
 * @data:     its first argument
 *
 * Since: 0.1
 */
struct oci_events_options {
	size_t size;
	unsigned int interval;
	int (*event)(void *data, const char *json);
	void *data;
};

/**
 * oci_events - hear of a container until it ends
 * @context: the context
 * @id:      its id; it is created, running or paused
 * @options: see there
 * @err:     filled in on failure; may be NULL
 *
 * Thread-safe; holds no lock.
 *
 * Return: 0 when the container has ended, or the callback has had enough; else as oci_stats(), or
 * what the callback returned.
 *
 * Since: 0.1
 */
int oci_events(struct oci_context *context, const char *id,
	       const struct oci_events_options *options, struct oci_error *err);

/**
 * enum oci_delete_flag - how a container is deleted
 * @OCI_DELETE_FORCE: kill it if it is running; a container that does not exist is no error
 *
 * Since: 0.1
 */
enum oci_delete_flag { OCI_DELETE_FORCE = 1, OCI_DELETE_FORCE_WIDTH_ = 1 << 30 };

/**
 * oci_delete - remove what oci_create() made
 * @context: the context
 * @id:      its id
 * @flags:   of enum oci_delete_flag, or-ed
 * @err:     filled in on failure; may be NULL
 *
 * A created container is killed and deleted. What an interrupted oci_create() left is cleaned up
 * as well. Can be repeated after a failure. Thread-safe.
 *
 * Return: 0; -EBUSY when it is running and OCI_DELETE_FORCE is not given; -ELIBACC in a static
 * program for one that systemd made cgroups for.
 *
 * Since: 0.1. Source: runtime.md, "Delete".
 */
int oci_delete(struct oci_context *context, const char *id, unsigned int flags,
	       struct oci_error *err);

/**
 * oci_plan - what oci_create() or oci_run() would do
 * @context: the context
 * @id:      an id; it need not be free
 * @options: see there
 * @format:  "text" or "json"
 * @ret:     the text, to be freed with free()
 * @err:     filled in on failure; may be NULL
 *
 * Reads the bundle and looks at the host, and changes nothing. The text is for people; it may
 * change with every version. Thread-safe.
 *
 * Return: 0 or the error that oci_create() would find before it does anything.
 *
 * Since: 0.1
 */
int oci_plan(struct oci_context *context, const char *id, const struct oci_create_options *options,
	     const char *format, char **ret, struct oci_error *err);

#ifdef __cplusplus
}
#endif

#endif
