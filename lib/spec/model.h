/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* config.json as C values: runtime-spec 1.3.0, the members that concern Linux. Names are those of
 * the standard. What is absent is NULL, not set, or an empty list; see field.h. All strings and
 * arrays live in the arena that the spec was decoded into. */
#ifndef OCI_SPEC_MODEL_H
#define OCI_SPEC_MODEL_H

#include "spec/field.h"

struct spec_strings {
	const char **item;
	size_t n;
	bool set;
};

struct spec_map {
	struct pair *item;
	size_t n;
	bool set;
};

struct spec_id_mapping {
	struct opt_uint containerID;
	struct opt_uint hostID;
	struct opt_uint size;
};

struct spec_id_mappings {
	struct spec_id_mapping *item;
	size_t n;
	bool set;
};

struct spec_root {
	const char *path;
	bool readonly;
};

struct spec_mount {
	const char *destination;
	const char *source;
	const char *type;
	struct spec_strings options;
	struct spec_id_mappings uidMappings;
	struct spec_id_mappings gidMappings;
};

struct spec_box {
	struct opt_uint height;
	struct opt_uint width;
};

struct spec_user {
	struct opt_uint uid;
	struct opt_uint gid;
	struct opt_uint umask;
	LIST(uint64_t) additionalGids;
};

struct spec_capabilities {
	struct spec_strings bounding;
	struct spec_strings effective;
	struct spec_strings inheritable;
	struct spec_strings permitted;
	struct spec_strings ambient;
};

struct spec_rlimit {
	int type; /* RLIMIT_*, plus one */
	struct opt_uint soft;
	struct opt_uint hard;
};

/* Policies that <sched.h> does not have: ISO was never part of Linux, DEADLINE came with 3.14. */
enum { SPEC_SCHED_ISO = 4, SPEC_SCHED_DEADLINE = 6 };

struct spec_scheduler {
	int policy; /* SCHED_*, plus one */
	struct opt_int nice;
	struct opt_int priority;
	LIST(int) flags; /* SCHED_FLAG_* */
	struct opt_uint runtime;
	struct opt_uint deadline;
	struct opt_uint period;
};

struct spec_io_priority {
	int class; /* IOPRIO_CLASS_* */
	struct opt_int priority;
};

struct spec_exec_cpu_affinity {
	const char *initial;
	const char *final;
};

struct spec_process {
	bool terminal;
	struct spec_box *consoleSize;
	struct spec_user *user;
	struct spec_strings args;
	struct spec_strings env;
	const char *cwd;
	struct spec_capabilities *capabilities;
	LIST(struct spec_rlimit) rlimits;
	bool noNewPrivileges;
	const char *apparmorProfile;
	struct opt_int oomScoreAdj;
	const char *selinuxLabel;
	struct spec_scheduler *scheduler;
	struct spec_io_priority *ioPriority;
	struct spec_exec_cpu_affinity *execCPUAffinity;
};

struct spec_hook {
	const char *path;
	struct spec_strings args;
	struct spec_strings env;
	struct opt_int timeout; /* seconds */
};

struct spec_hook_list {
	struct spec_hook *item;
	size_t n;
	bool set;
};

/* The kinds, in the order of spec_hooks_object's rows. */
enum spec_hook_kind {
	SPEC_HOOK_PRESTART,
	SPEC_HOOK_CREATE_RUNTIME,
	SPEC_HOOK_CREATE_CONTAINER,
	SPEC_HOOK_START_CONTAINER,
	SPEC_HOOK_POSTSTART,
	SPEC_HOOK_POSTSTOP,
	SPEC_HOOK_MAX_,
};

struct spec_hooks {
	struct spec_hook_list prestart;
	struct spec_hook_list createRuntime;
	struct spec_hook_list createContainer;
	struct spec_hook_list startContainer;
	struct spec_hook_list poststart;
	struct spec_hook_list poststop;
};

struct spec_namespace {
	int type; /* CLONE_NEW* */
	const char *path;
};

struct spec_device {
	int type; /* the letter: c, b, u or p */
	const char *path;
	struct opt_int major;
	struct opt_int minor;
	struct opt_uint fileMode;
	struct opt_uint uid;
	struct opt_uint gid;
};

struct spec_net_device {
	const char *key; /* its name on the host */
	const char *name;
};

struct spec_device_rule {
	bool allow;
	int type; /* the letter: a, c or b */
	struct opt_int major;
	struct opt_int minor;
	const char *access;
};

struct spec_memory {
	struct opt_int limit;
	struct opt_int reservation;
	struct opt_int swap;
	struct opt_int kernel;
	struct opt_int kernelTCP;
	struct opt_uint swappiness;
	bool disableOOMKiller;
	bool useHierarchy;
	bool checkBeforeUpdate;
};

struct spec_cpu {
	struct opt_uint shares;
	struct opt_int quota;
	struct opt_uint burst;
	struct opt_uint period;
	struct opt_int realtimeRuntime;
	struct opt_uint realtimePeriod;
	const char *cpus;
	const char *mems;
	struct opt_int idle;
};

struct spec_weight_device {
	struct opt_int major;
	struct opt_int minor;
	struct opt_uint weight;
	struct opt_uint leafWeight;
};

struct spec_throttle_device {
	struct opt_int major;
	struct opt_int minor;
	struct opt_uint rate;
};

struct spec_throttle_list {
	struct spec_throttle_device *item;
	size_t n;
	bool set;
};

struct spec_block_io {
	struct opt_uint weight;
	struct opt_uint leafWeight;
	LIST(struct spec_weight_device) weightDevice;
	struct spec_throttle_list throttleReadBpsDevice;
	struct spec_throttle_list throttleWriteBpsDevice;
	struct spec_throttle_list throttleReadIOPSDevice;
	struct spec_throttle_list throttleWriteIOPSDevice;
};

struct spec_hugepage_limit {
	const char *pageSize;
	struct opt_uint limit;
};

struct spec_interface_priority {
	const char *name;
	struct opt_uint priority;
};

struct spec_network {
	struct opt_uint classID;
	LIST(struct spec_interface_priority) priorities;
};

struct spec_pids {
	struct opt_int limit;
};

struct spec_rdma {
	const char *key; /* the device */
	struct opt_uint hcaHandles;
	struct opt_uint hcaObjects;
};

struct spec_resources {
	LIST(struct spec_device_rule) devices;
	struct spec_memory *memory;
	struct spec_cpu *cpu;
	struct spec_block_io *blockIO;
	LIST(struct spec_hugepage_limit) hugepageLimits;
	struct spec_network *network;
	struct spec_pids *pids;
	LIST(struct spec_rdma) rdma;
	struct spec_map unified;
};

struct spec_seccomp_arg {
	struct opt_uint index;
	struct opt_uint value;
	struct opt_uint valueTwo;
	int op; /* enum spec_seccomp_op */
};

struct spec_seccomp_rule {
	struct spec_strings names;
	int action; /* enum spec_seccomp_action */
	struct opt_uint errnoRet;
	LIST(struct spec_seccomp_arg) args;
};

enum spec_seccomp_op {
	SPEC_CMP_NE = 1,
	SPEC_CMP_LT,
	SPEC_CMP_LE,
	SPEC_CMP_EQ,
	SPEC_CMP_GE,
	SPEC_CMP_GT,
	SPEC_CMP_MASKED_EQ,
};

enum spec_seccomp_action {
	SPEC_ACT_KILL = 1, /* the thread, as libseccomp's SCMP_ACT_KILL */
	SPEC_ACT_KILL_PROCESS,
	SPEC_ACT_KILL_THREAD,
	SPEC_ACT_TRAP,
	SPEC_ACT_ERRNO,
	SPEC_ACT_TRACE,
	SPEC_ACT_ALLOW,
	SPEC_ACT_LOG,
	SPEC_ACT_NOTIFY,
};

struct spec_seccomp {
	int defaultAction;
	struct opt_uint defaultErrnoRet;
	struct spec_strings architectures; /* of spec_seccomp_archs */
	LIST(int) flags;                   /* SECCOMP_FILTER_FLAG_* */
	const char *listenerPath;
	const char *listenerMetadata;
	LIST(struct spec_seccomp_rule) syscalls;
};

struct spec_intel_rdt {
	const char *closID;
	struct spec_strings schemata;
	const char *l3CacheSchema;
	const char *memBwSchema;
	bool enableMonitoring;
};

struct spec_personality {
	int domain; /* PER_*, plus one */
	struct spec_strings flags;
};

/* include/uapi/linux/mempolicy.h */
enum {
	SPEC_MPOL_DEFAULT,
	SPEC_MPOL_PREFERRED,
	SPEC_MPOL_BIND,
	SPEC_MPOL_INTERLEAVE,
	SPEC_MPOL_LOCAL,
	SPEC_MPOL_PREFERRED_MANY,
	SPEC_MPOL_WEIGHTED_INTERLEAVE,
	SPEC_MPOL_F_STATIC_NODES = 1 << 15,
	SPEC_MPOL_F_RELATIVE_NODES = 1 << 14,
	SPEC_MPOL_F_NUMA_BALANCING = 1 << 13,
};

struct spec_memory_policy {
	int mode; /* MPOL_*, plus one */
	const char *nodes;
	LIST(int) flags; /* MPOL_F_* */
};

struct spec_time_offset {
	const char *key; /* monotonic or boottime */
	struct opt_int secs;
	struct opt_uint nanosecs;
};

struct spec_linux {
	struct spec_id_mappings uidMappings;
	struct spec_id_mappings gidMappings;
	LIST(struct spec_time_offset) timeOffsets;
	struct spec_map sysctl;
	struct spec_resources *resources;
	const char *cgroupsPath;
	LIST(struct spec_namespace) namespaces;
	LIST(struct spec_device) devices;
	LIST(struct spec_net_device) netDevices;
	struct spec_seccomp *seccomp;
	int rootfsPropagation; /* MS_SHARED, MS_SLAVE, MS_PRIVATE or MS_UNBINDABLE, maybe MS_REC */
	struct spec_strings maskedPaths;
	struct spec_strings readonlyPaths;
	const char *mountLabel;
	struct spec_intel_rdt *intelRdt;
	struct spec_personality *personality;
	struct spec_memory_policy *memoryPolicy;
};

struct spec {
	const char *ociVersion;
	struct spec_root *root;
	LIST(struct spec_mount) mounts;
	struct spec_process *process;
	const char *hostname;
	const char *domainname;
	struct spec_hooks *hooks;
	struct spec_map annotations;
	struct spec_linux *linux_; /* "linux" is a macro of gnu11 */
};

#endif
