/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The concerns of a plan, one file each: from spec, facts and options to operations. Pure. Each
 * function appends to the builder; the order in which create.c calls them is the order of the
 * container's start. */
#ifndef OCI_PLAN_CONCERN_H
#define OCI_PLAN_CONCERN_H

#include "base/arena.h"
#include "host/facts.h"
#include "plan/build.h"
#include "plan/create.h"
#include "spec/spec.h"

/* A bind source or the root: a path of the host, absolute; relative ones begin at the bundle. */
const char *plan_host_path(const struct plan_request *request, const char *path);

/* Something that the standard wants said and that stops nothing. */
void plan_warn(const struct plan_request *request, const char *format, ...) _printf_(2, 3);

/* SIGKILL: what init gets when the one that creates it dies. */
#define DEATH_SIGNAL 9

enum plan_barrier {
	BARRIER_READY = 1, /* all is done but to run the program */
	BARRIER_HOOKS,     /* the root is there, and not yet entered */
	BARRIER_SCOPE,     /* nothing is done yet */
};

/* create.c: what does not depend on whether the container is new. What is wrong with /process; the
 * first operations of a process; who it is and what it may; and the end, from the barrier on. */
int plan_process_check(const struct plan_request *request, struct oci_error *err) _must_check_;
int plan_process_all(struct builder *builder, const struct plan_request *request,
		     struct oci_error *err) _must_check_;
void plan_host_adopt(struct builder *builder);
/* Hooks of a kind, if there are any; whether there are some that expect the root at its own path.
 */
void plan_host_hooks(struct builder *builder, const struct plan_request *request,
		     enum spec_hook_kind kind);
bool plan_has_early_hooks(const struct spec *spec);
/* Waits for the early hooks. */
void plan_hooks_barrier(struct builder *builder, const struct plan_request *request);
void plan_host_end(struct builder *builder, const struct plan_request *request);

/* namespaces.c: which are new; joining those with a path; names, loopback, keyring. */
uint64_t plan_new_namespaces(const struct spec *spec);
int plan_namespaces_check(const struct plan_request *request, struct oci_error *err) _must_check_;
void plan_namespaces_open(struct builder *builder, const struct plan_request *request);
/* What init is started with, CLONE_NEW*. */
uint64_t plan_spawn_flags(const struct plan_request *request);
/* In a user namespace, and in a pid namespace that is joined, init makes the process that goes on
 * there, and the host adopts it. In the latter there are others, who may trace what they see
 * (CVE-2016-9962), so it comes last: when there is nothing in it that the program does not have.
 * Before Linux 6.18 no procfs of that namespace could be mounted before. */
bool plan_clones_late(const struct plan_request *request);
void plan_namespaces_enter_late(struct builder *builder, const struct plan_request *request);
/* The slot of the pid namespace that is to be shown by a procfs, SLOT_NONE for our own. */
int16_t plan_pid_namespace_slot(const struct builder *builder, const struct plan_request *request);
/* Also where the network devices come. */
void plan_namespaces_adopt(struct builder *builder, const struct plan_request *request);
void plan_namespaces_enter(struct builder *builder, const struct plan_request *request);
void plan_keyring(struct builder *builder, const struct plan_request *request);
void plan_namespaces_dress(struct builder *builder, const struct plan_request *request);

/* cgroups.c: making them with their limits, and going in. They come first of all that takes slots,
 * so that the host's first private slots are the groups, in the order of the hierarchies. */
int plan_cgroups_make(struct builder *builder, const struct plan_request *request,
		      struct oci_error *err) _must_check_;
/* The slot of the v2 group, which SPAWN clones into, or SLOT_NONE. */
int16_t plan_cgroup_v2_slot(const struct plan_request *request);
/* Once init is there: systemd's part, if it is the manager. */
int plan_cgroups_scope(struct builder *builder, const struct plan_request *request,
		       struct oci_error *err) _must_check_;
/* The file by which the child joins a group, in a slot that it inherits. */
void plan_cgroup_tasks(struct builder *builder, const char *mount, const char *path, bool v2);
void plan_cgroups_join(struct builder *builder, const struct plan_request *request);

/* intel_rdt.c: the class of service and the monitoring group; and going in, when it is known who.
 */
int plan_rdt_check(const struct plan_request *request, struct oci_error *err) _must_check_;
void plan_rdt_make(struct builder *builder, const struct plan_request *request);
/* Other schemata for the group of the target. */
void plan_rdt_update(struct builder *builder, const struct plan_request *request);
void plan_rdt_join(struct builder *builder, const struct plan_request *request);

/* rootfs.c: whether the mount namespace begins without the mounts of the host. */
bool plan_empty_mounts(const struct plan_request *request);

/* users.c: the user namespace. Its maps are written by the host, while init waits; then init takes
 * an id that they have. */
const struct spec_namespace *plan_user_namespace(const struct spec *spec);
/* Whether the program will be in a user namespace below the machine's own: the container's, or that
 * of a caller who is root there (podman without privileges). Devices, and what is locked or belongs
 * to the machine's own namespaces, are out of reach. */
bool plan_is_nested(const struct plan_request *request);
bool plan_may_set_groups(const struct plan_request *request);
int plan_users_check(const struct plan_request *request, struct oci_error *err) _must_check_;
void plan_users_map(struct builder *builder, const struct plan_request *request);
void plan_users_become(struct builder *builder, const struct plan_request *request);

/* A copy of a tree of the host's mounts, in the child's slot @slot, with the ids of the mount
 * mapped if @mappings is not SLOT_NONE. Init opens it itself, or, where its user namespace would
 * keep it from that, the host does and hands it over. */
struct plan_tree {
	const char *path;
	unsigned int flags; /* enum op_flag */
	int16_t slot;
	int16_t mappings;
	bool recursive_mappings;
};
void plan_tree(struct builder *builder, const struct plan_request *request,
	       const struct plan_tree *tree);
/* The same of a device, which is looked at before it is used. */
void plan_device_tree(struct builder *builder, const struct plan_request *request, const char *path,
		      unsigned int type, uint64_t number, int16_t slot);
/* Whether the root can be put together before it is attached anywhere: not when the trees were
 * opened in another mount namespace. */
bool plan_detached(const struct plan_request *request);

/* id_mappings.c: a namespace for each mapping of ids that mounts have, in the shape that
 * mount_setattr(2) takes; the slot of the one for @mount, SLOT_NONE if it has no mappings; and to
 * map the ids of the mount in @slot, with all mounts below it or not. */
const char *plan_mappings_text(const struct plan_request *request,
			       const struct spec_id_mappings *mappings);
void plan_id_mappings_make(struct builder *builder, const struct plan_request *request);
int16_t plan_id_mappings_find(struct builder *builder, const struct plan_request *request,
			      const struct spec_mount *mount);
void plan_id_map(struct builder *builder, int16_t slot, int16_t mappings, bool recursive);

/* rootfs.c, mounts.c, devices.c, hidden_paths.c: the container's files. */
/* How mounts of the host, MS_*, become before any of them is copied. */
unsigned int plan_propagation(const struct spec *spec);
/* Before init enters a user namespace. */
void plan_go_to_root(struct builder *builder, const struct plan_request *request);
int plan_rootfs(struct builder *builder, const struct plan_request *request,
		struct oci_error *err) _must_check_;
/* Changes of what is mounted already (the option "remount") need the tree to be attached, so they
 * are planned by a second call, with @remounts. */
int plan_mounts(struct builder *builder, const struct plan_request *request, bool remounts,
		struct oci_error *err) _must_check_;
/* cgroup_mount.c */
void plan_cgroup_mount(struct builder *builder, const struct plan_request *request,
		       const struct spec_mount *mount, uint64_t attributes);
void plan_devices(struct builder *builder, const struct plan_request *request);
void plan_hidden_paths(struct builder *builder, const struct plan_request *request);

/* terminal.c: for each step whether there is one. In the order of use: before init is spawned; in
 * its mount namespace, with the root at hand; on /dev/console; what the host waits for; as standard
 * input, output and error; as the controlling one of the session. */
int plan_terminal_check(const struct plan_request *request, struct oci_error *err) _must_check_;
void plan_terminal_connect(struct builder *builder, const struct plan_request *request);
void plan_terminal_open(struct builder *builder, const struct plan_request *request);
void plan_terminal_console(struct builder *builder, const struct plan_request *request);
void plan_terminal_await(struct builder *builder, const struct plan_request *request);
void plan_terminal_use(struct builder *builder, const struct plan_request *request);
void plan_terminal_control(struct builder *builder, const struct plan_request *request);

/* notify.c: the socket of the service manager that is mounted on PLAN_NOTIFY_TARGET, NULL for none;
 * and the environment of the program, which says where it is. */
#define PLAN_NOTIFY_TARGET "/run/notify/notify.sock"
const char *plan_notify_source(const struct plan_request *request);
struct spec_strings plan_environment(struct builder *builder, const struct plan_request *request);

/* proc.c, process.c, credentials.c, seccomp.c: the program. */
/* The CLONE_NEW* of the namespace that a sysctl belongs to, 0 for one of the whole host. */
uint64_t plan_sysctl_namespace(const char *key);

/* Turns "net.ipv4.ip_forward" or "net/ipv4/conf/eth0.1/forwarding" into a path below /proc/sys, in
 * place: which of the two separators comes first is the one, as sysctl(8) has it. */
void plan_sysctl_path(char *key);
/* Engines write "" for no label. */
bool plan_is_label(const char *label);
int plan_labels_check(const struct plan_request *request, struct oci_error *err) _must_check_;
void plan_own_files(struct builder *builder, const struct plan_request *request);
int plan_proc(struct builder *builder, const struct plan_request *request,
	      struct oci_error *err) _must_check_;
/* scheduling.c. What `exec` runs on before it joins the cgroups: NULL for no matter where. */
const char *plan_cpus_before(const struct plan_request *request);
void plan_affinity_before(struct builder *builder, const struct plan_request *request);
void plan_scheduling(struct builder *builder, const struct plan_request *request);
void plan_process(struct builder *builder, const struct plan_request *request);
int plan_credentials(struct builder *builder, const struct plan_request *request,
		     struct oci_error *err) _must_check_;
/* The system call filter, which is in the plan's data then. */
struct plan_filter {
	uint32_t text; /* where, struct sock_filter[] */
	size_t n;      /* 0: there is none */
	uint64_t flags;
	bool lenient; /* lets pass what init calls when it waits, and fails */
};

int plan_filter(struct builder *builder, const struct plan_request *request,
		struct plan_filter *ret, struct oci_error *err) _must_check_;
void plan_seccomp(struct builder *builder, const struct plan_filter *filter);
/* What EXEC refers to; @file is looked for in PATH of @env, unless it has a slash. */
uint32_t plan_program_table(struct builder *builder, const struct spec_strings *args,
			    const struct spec_strings *env, const char *file);
/* What EXEC needs: the name for messages, and the table of arguments, environment and paths. */
struct plan_program {
	uint32_t name;
	uint32_t table;
};
struct plan_program plan_program(struct builder *builder, const struct plan_request *request);

#endif
