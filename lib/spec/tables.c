/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The objects of config.json as tables: runtime-spec 1.3.0, config.md and config-linux.md. What
 * spans members is in check.c. */
#include <sched.h>
#include <sys/resource.h>

#include "spec/model.h"
#include "spec/tables.h"
#include "sys/abi.h"

#define ID_MAX 4294967294ULL /* 4294967295 is (uid_t)-1, "leave as it is" to setresuid(2) */

#define ERRNO_MAX 4095ULL /* beyond it the kernel takes no error: include/linux/err.h */

/* One row: F(struct, member, TYPE, flags), and one macro for each type that needs more. */
#define F(s, m, t, fl)           FIELD_ROW(s, m, t, fl, .max = 0)
#define F_INT(s, m, lo, hi)      FIELD_ROW(s, m, INT, 0, .min = (lo), .max = (hi))
#define F_UINT(s, m, hi)         FIELD_ROW(s, m, UINT, 0, .max = (hi))
#define F_NEED_INT(s, m, lo, hi) FIELD_ROW(s, m, INT, FIELD_REQUIRED, .min = (lo), .max = (hi))
#define F_NEED_UINT(s, m, hi)    FIELD_ROW(s, m, UINT, FIELD_REQUIRED, .max = (hi))
#define F_ENUM(s, m, fl, n)      FIELD_ROW(s, m, ENUM, fl, .names = n)
#define F_ENUMS(s, m, n)         FIELD_ROW(s, m, ENUMS, 0, .names = n)
#define F_OBJECT(s, m, fl, o)    FIELD_ROW(s, m, OBJECT, fl, .object = &(o))
#define F_OBJECTS(s, m, o)       FIELD_ROW(s, m, OBJECTS, 0, .object = &(o))
#define F_OBJECT_MAP(s, m, o)    FIELD_ROW(s, m, OBJECT_MAP, 0, .object = &(o))
#define END                  \
	{                    \
		.name = NULL \
	}

#define OBJECT(s, rows) \
	static const struct object rows##_object = { .size = sizeof(struct s), .fields = rows }

#define NEED FIELD_REQUIRED
#define ABS  FIELD_ABSOLUTE
#define FULL FIELD_NOT_EMPTY

static const struct field id_mapping[] = {
	F_NEED_UINT(spec_id_mapping, containerID, ID_MAX),
	F_NEED_UINT(spec_id_mapping, hostID, ID_MAX),
	F_NEED_UINT(spec_id_mapping, size, UINT32_MAX),
	END,
};
OBJECT(spec_id_mapping, id_mapping);

static const struct field root[] = {
	F(spec_root, path, STRING, NEED | FULL),
	F(spec_root, readonly, BOOL, 0),
	END,
};
OBJECT(spec_root, root);

static const struct field mount[] = {
	F(spec_mount, destination, STRING, NEED | FULL),
	F(spec_mount, source, STRING, 0),
	F(spec_mount, type, STRING, 0),
	F(spec_mount, options, STRINGS, 0),
	F_OBJECTS(spec_mount, uidMappings, id_mapping_object),
	F_OBJECTS(spec_mount, gidMappings, id_mapping_object),
	END,
};
OBJECT(spec_mount, mount);

static const struct field box[] = {
	F_NEED_UINT(spec_box, height, UINT16_MAX),
	F_NEED_UINT(spec_box, width, UINT16_MAX),
	END,
};
OBJECT(spec_box, box);

static const struct field user[] = {
	F_NEED_UINT(spec_user, uid, ID_MAX),
	F_NEED_UINT(spec_user, gid, ID_MAX),
	F_UINT(spec_user, umask, 0777),
	FIELD_ROW(spec_user, additionalGids, UINTS, 0, .max = ID_MAX),
	END,
};
OBJECT(spec_user, user);

static const struct field capabilities[] = {
	F(spec_capabilities, bounding, STRINGS, 0),    F(spec_capabilities, effective, STRINGS, 0),
	F(spec_capabilities, inheritable, STRINGS, 0), F(spec_capabilities, permitted, STRINGS, 0),
	F(spec_capabilities, ambient, STRINGS, 0),     END,
};
OBJECT(spec_capabilities, capabilities);

/* The kernel's number plus one. */
static const struct name rlimit_types[] = {
	{ "RLIMIT_CPU", RLIMIT_CPU + 1 },
	{ "RLIMIT_FSIZE", RLIMIT_FSIZE + 1 },
	{ "RLIMIT_DATA", RLIMIT_DATA + 1 },
	{ "RLIMIT_STACK", RLIMIT_STACK + 1 },
	{ "RLIMIT_CORE", RLIMIT_CORE + 1 },
	{ "RLIMIT_RSS", RLIMIT_RSS + 1 },
	{ "RLIMIT_NPROC", RLIMIT_NPROC + 1 },
	{ "RLIMIT_NOFILE", RLIMIT_NOFILE + 1 },
	{ "RLIMIT_MEMLOCK", RLIMIT_MEMLOCK + 1 },
	{ "RLIMIT_AS", RLIMIT_AS + 1 },
	{ "RLIMIT_LOCKS", RLIMIT_LOCKS + 1 },
	{ "RLIMIT_SIGPENDING", RLIMIT_SIGPENDING + 1 },
	{ "RLIMIT_MSGQUEUE", RLIMIT_MSGQUEUE + 1 },
	{ "RLIMIT_NICE", RLIMIT_NICE + 1 },
	{ "RLIMIT_RTPRIO", RLIMIT_RTPRIO + 1 },
	{ "RLIMIT_RTTIME", RLIMIT_RTTIME + 1 },
	{ NULL, 0 },
};

static const struct field rlimit[] = {
	F_ENUM(spec_rlimit, type, NEED, rlimit_types),
	F_NEED_UINT(spec_rlimit, soft, UINT64_MAX),
	F_NEED_UINT(spec_rlimit, hard, UINT64_MAX),
	END,
};
OBJECT(spec_rlimit, rlimit);

static const struct name scheduler_policies[] = {
	{ "SCHED_OTHER", SCHED_OTHER + 1 },
	{ "SCHED_FIFO", SCHED_FIFO + 1 },
	{ "SCHED_RR", SCHED_RR + 1 },
	{ "SCHED_BATCH", SCHED_BATCH + 1 },
	{ "SCHED_ISO", 4 + 1 },
	{ "SCHED_IDLE", SCHED_IDLE + 1 },
	{ "SCHED_DEADLINE", 6 + 1 },
	{ NULL, 0 },
};

/* include/uapi/linux/sched.h */
static const struct name scheduler_flags[] = {
	{ "SCHED_FLAG_RESET_ON_FORK", 0x01 },  { "SCHED_FLAG_RECLAIM", 0x02 },
	{ "SCHED_FLAG_DL_OVERRUN", 0x04 },     { "SCHED_FLAG_KEEP_POLICY", 0x08 },
	{ "SCHED_FLAG_KEEP_PARAMS", 0x10 },    { "SCHED_FLAG_UTIL_CLAMP_MIN", 0x20 },
	{ "SCHED_FLAG_UTIL_CLAMP_MAX", 0x40 }, { NULL, 0 },
};

static const struct field scheduler[] = {
	F_ENUM(spec_scheduler, policy, NEED, scheduler_policies),
	F_INT(spec_scheduler, nice, INT32_MIN, INT32_MAX),
	F_INT(spec_scheduler, priority, INT32_MIN, INT32_MAX),
	F_ENUMS(spec_scheduler, flags, scheduler_flags),
	F_UINT(spec_scheduler, runtime, UINT64_MAX),
	F_UINT(spec_scheduler, deadline, UINT64_MAX),
	F_UINT(spec_scheduler, period, UINT64_MAX),
	END,
};
OBJECT(spec_scheduler, scheduler);

static const struct name io_priority_classes[] = {
	{ "IOPRIO_CLASS_RT", 1 },
	{ "IOPRIO_CLASS_BE", 2 },
	{ "IOPRIO_CLASS_IDLE", 3 },
	{ NULL, 0 },
};

static const struct field io_priority[] = {
	F_ENUM(spec_io_priority, class, NEED, io_priority_classes),
	F_NEED_INT(spec_io_priority, priority, 0, 7),
	END,
};
OBJECT(spec_io_priority, io_priority);

static const struct field exec_cpu_affinity[] = {
	F(spec_exec_cpu_affinity, initial, STRING, 0),
	F(spec_exec_cpu_affinity, final, STRING, 0),
	END,
};
OBJECT(spec_exec_cpu_affinity, exec_cpu_affinity);

static const struct field process[] = {
	F(spec_process, terminal, BOOL, 0),
	F_OBJECT(spec_process, consoleSize, 0, box_object),
	F_OBJECT(spec_process, user, NEED, user_object),
	F(spec_process, args, STRINGS, NEED | FULL),
	F(spec_process, env, STRINGS, 0),
	F(spec_process, cwd, STRING, NEED | ABS),
	F_OBJECT(spec_process, capabilities, 0, capabilities_object),
	F_OBJECTS(spec_process, rlimits, rlimit_object),
	F(spec_process, noNewPrivileges, BOOL, 0),
	F(spec_process, apparmorProfile, STRING, 0),
	F_INT(spec_process, oomScoreAdj, -1000, 1000),
	F(spec_process, selinuxLabel, STRING, 0),
	F_OBJECT(spec_process, scheduler, 0, scheduler_object),
	F_OBJECT(spec_process, ioPriority, 0, io_priority_object),
	F_OBJECT(spec_process, execCPUAffinity, 0, exec_cpu_affinity_object),
	END,
};
OBJECT(spec_process, process);

static const struct field hook[] = {
	F(spec_hook, path, STRING, NEED | ABS),
	F(spec_hook, args, STRINGS, 0),
	F(spec_hook, env, STRINGS, 0),
	F_INT(spec_hook, timeout, 1, INT32_MAX),
	END,
};
OBJECT(spec_hook, hook);

static const struct field hooks[] = {
	F_OBJECTS(spec_hooks, prestart, hook_object),
	F_OBJECTS(spec_hooks, createRuntime, hook_object),
	F_OBJECTS(spec_hooks, createContainer, hook_object),
	F_OBJECTS(spec_hooks, startContainer, hook_object),
	F_OBJECTS(spec_hooks, poststart, hook_object),
	F_OBJECTS(spec_hooks, poststop, hook_object),
	END,
};
OBJECT(spec_hooks, hooks);

const struct name spec_namespace_names[] = {
	{ "pid", (int)ABI_CLONE_NEWPID },
	{ "network", (int)ABI_CLONE_NEWNET },
	{ "mount", (int)ABI_CLONE_NEWNS },
	{ "ipc", (int)ABI_CLONE_NEWIPC },
	{ "uts", (int)ABI_CLONE_NEWUTS },
	{ "user", (int)ABI_CLONE_NEWUSER },
	{ "cgroup", (int)ABI_CLONE_NEWCGROUP },
	{ "time", (int)ABI_CLONE_NEWTIME },
	{ NULL, 0 },
};

static const struct field namespace[] = {
	F_ENUM(spec_namespace, type, NEED, spec_namespace_names),
	F(spec_namespace, path, STRING, ABS),
	END,
};
OBJECT(spec_namespace, namespace);

static const struct name device_types[] = {
	{ "c", 'c' }, { "b", 'b' }, { "u", 'u' }, { "p", 'p' }, { NULL, 0 },
};

static const struct field device[] = {
	F_ENUM(spec_device, type, NEED, device_types),
	F(spec_device, path, STRING, NEED | ABS),
	F_INT(spec_device, major, 0, UINT32_MAX),
	F_INT(spec_device, minor, 0, UINT32_MAX),
	F_UINT(spec_device, fileMode, UINT32_MAX),
	F_UINT(spec_device, uid, ID_MAX),
	F_UINT(spec_device, gid, ID_MAX),
	END,
};
OBJECT(spec_device, device);

static const struct field net_device[] = {
	F(spec_net_device, name, STRING, 0),
	END,
};
OBJECT(spec_net_device, net_device);

static const struct name device_rule_types[] = {
	{ "a", 'a' },
	{ "c", 'c' },
	{ "b", 'b' },
	{ NULL, 0 },
};

static const struct field device_rule[] = {
	F(spec_device_rule, allow, BOOL, NEED),
	F_ENUM(spec_device_rule, type, 0, device_rule_types),
	F_INT(spec_device_rule, major, -1, UINT32_MAX),
	F_INT(spec_device_rule, minor, -1, UINT32_MAX),
	F(spec_device_rule, access, STRING, 0),
	END,
};
OBJECT(spec_device_rule, device_rule);

static const struct field memory[] = {
	F_INT(spec_memory, limit, -1, INT64_MAX),
	F_INT(spec_memory, reservation, -1, INT64_MAX),
	F_INT(spec_memory, swap, -1, INT64_MAX),
	F_INT(spec_memory, kernel, -1, INT64_MAX),
	F_INT(spec_memory, kernelTCP, -1, INT64_MAX),
	F_UINT(spec_memory, swappiness, 100),
	F(spec_memory, disableOOMKiller, BOOL, 0),
	F(spec_memory, useHierarchy, BOOL, 0),
	F(spec_memory, checkBeforeUpdate, BOOL, 0),
	END,
};
OBJECT(spec_memory, memory);

static const struct field cpu[] = {
	F_UINT(spec_cpu, shares, UINT64_MAX),
	F_INT(spec_cpu, quota, -1, INT64_MAX),
	F_UINT(spec_cpu, burst, UINT64_MAX),
	F_UINT(spec_cpu, period, UINT64_MAX),
	F_INT(spec_cpu, realtimeRuntime, -1, INT64_MAX),
	F_UINT(spec_cpu, realtimePeriod, UINT64_MAX),
	F(spec_cpu, cpus, STRING, 0),
	F(spec_cpu, mems, STRING, 0),
	F_INT(spec_cpu, idle, 0, 1),
	END,
};
OBJECT(spec_cpu, cpu);

static const struct field weight_device[] = {
	F_NEED_INT(spec_weight_device, major, 0, UINT32_MAX),
	F_NEED_INT(spec_weight_device, minor, 0, UINT32_MAX),
	F_UINT(spec_weight_device, weight, UINT16_MAX),
	F_UINT(spec_weight_device, leafWeight, UINT16_MAX),
	END,
};
OBJECT(spec_weight_device, weight_device);

static const struct field throttle_device[] = {
	F_NEED_INT(spec_throttle_device, major, 0, UINT32_MAX),
	F_NEED_INT(spec_throttle_device, minor, 0, UINT32_MAX),
	F_NEED_UINT(spec_throttle_device, rate, UINT64_MAX),
	END,
};
OBJECT(spec_throttle_device, throttle_device);

static const struct field block_io[] = {
	F_UINT(spec_block_io, weight, UINT16_MAX),
	F_UINT(spec_block_io, leafWeight, UINT16_MAX),
	F_OBJECTS(spec_block_io, weightDevice, weight_device_object),
	F_OBJECTS(spec_block_io, throttleReadBpsDevice, throttle_device_object),
	F_OBJECTS(spec_block_io, throttleWriteBpsDevice, throttle_device_object),
	F_OBJECTS(spec_block_io, throttleReadIOPSDevice, throttle_device_object),
	F_OBJECTS(spec_block_io, throttleWriteIOPSDevice, throttle_device_object),
	END,
};
OBJECT(spec_block_io, block_io);

static const struct field hugepage_limit[] = {
	F(spec_hugepage_limit, pageSize, STRING, NEED | FULL),
	F_NEED_UINT(spec_hugepage_limit, limit, UINT64_MAX),
	END,
};
OBJECT(spec_hugepage_limit, hugepage_limit);

static const struct field interface_priority[] = {
	F(spec_interface_priority, name, STRING, NEED | FULL),
	F_NEED_UINT(spec_interface_priority, priority, UINT32_MAX),
	END,
};
OBJECT(spec_interface_priority, interface_priority);

static const struct field network[] = {
	F_UINT(spec_network, classID, UINT32_MAX),
	F_OBJECTS(spec_network, priorities, interface_priority_object),
	END,
};
OBJECT(spec_network, network);

static const struct field pids[] = {
	F_INT(spec_pids, limit, INT64_MIN, INT64_MAX),
	END,
};
OBJECT(spec_pids, pids);

static const struct field rdma[] = {
	F_UINT(spec_rdma, hcaHandles, UINT32_MAX),
	F_UINT(spec_rdma, hcaObjects, UINT32_MAX),
	END,
};
OBJECT(spec_rdma, rdma);

static const struct field resources[] = {
	F_OBJECTS(spec_resources, devices, device_rule_object),
	F_OBJECT(spec_resources, memory, 0, memory_object),
	F_OBJECT(spec_resources, cpu, 0, cpu_object),
	F_OBJECT(spec_resources, blockIO, 0, block_io_object),
	F_OBJECTS(spec_resources, hugepageLimits, hugepage_limit_object),
	F_OBJECT(spec_resources, network, 0, network_object),
	F_OBJECT(spec_resources, pids, 0, pids_object),
	F_OBJECT_MAP(spec_resources, rdma, rdma_object),
	F(spec_resources, unified, STRING_MAP, 0),
	END,
};
OBJECT(spec_resources, resources);

static const struct name seccomp_ops[] = {
	{ "SCMP_CMP_NE", SPEC_CMP_NE },
	{ "SCMP_CMP_LT", SPEC_CMP_LT },
	{ "SCMP_CMP_LE", SPEC_CMP_LE },
	{ "SCMP_CMP_EQ", SPEC_CMP_EQ },
	{ "SCMP_CMP_GE", SPEC_CMP_GE },
	{ "SCMP_CMP_GT", SPEC_CMP_GT },
	{ "SCMP_CMP_MASKED_EQ", SPEC_CMP_MASKED_EQ },
	{ NULL, 0 },
};

static const struct name seccomp_actions[] = {
	{ "SCMP_ACT_KILL", SPEC_ACT_KILL },
	{ "SCMP_ACT_KILL_PROCESS", SPEC_ACT_KILL_PROCESS },
	{ "SCMP_ACT_KILL_THREAD", SPEC_ACT_KILL_THREAD },
	{ "SCMP_ACT_TRAP", SPEC_ACT_TRAP },
	{ "SCMP_ACT_ERRNO", SPEC_ACT_ERRNO },
	{ "SCMP_ACT_TRACE", SPEC_ACT_TRACE },
	{ "SCMP_ACT_ALLOW", SPEC_ACT_ALLOW },
	{ "SCMP_ACT_LOG", SPEC_ACT_LOG },
	{ "SCMP_ACT_NOTIFY", SPEC_ACT_NOTIFY },
	{ NULL, 0 },
};

/* include/uapi/linux/seccomp.h */
static const struct name seccomp_flags[] = {
	{ "SECCOMP_FILTER_FLAG_TSYNC", 1 },
	{ "SECCOMP_FILTER_FLAG_LOG", 2 },
	{ "SECCOMP_FILTER_FLAG_SPEC_ALLOW", 4 },
	{ "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV", 32 },
	{ NULL, 0 },
};

static const struct field seccomp_arg[] = {
	F_NEED_UINT(spec_seccomp_arg, index, 5),
	F_NEED_UINT(spec_seccomp_arg, value, UINT64_MAX),
	F_UINT(spec_seccomp_arg, valueTwo, UINT64_MAX),
	F_ENUM(spec_seccomp_arg, op, NEED, seccomp_ops),
	END,
};
OBJECT(spec_seccomp_arg, seccomp_arg);

static const struct field seccomp_rule[] = {
	F(spec_seccomp_rule, names, STRINGS, NEED | FULL),
	F_ENUM(spec_seccomp_rule, action, NEED, seccomp_actions),
	F_UINT(spec_seccomp_rule, errnoRet, ERRNO_MAX),
	F_OBJECTS(spec_seccomp_rule, args, seccomp_arg_object),
	END,
};
OBJECT(spec_seccomp_rule, seccomp_rule);

static const struct field seccomp[] = {
	F_ENUM(spec_seccomp, defaultAction, NEED, seccomp_actions),
	F_UINT(spec_seccomp, defaultErrnoRet, ERRNO_MAX),
	F(spec_seccomp, architectures, STRINGS, 0),
	F_ENUMS(spec_seccomp, flags, seccomp_flags),
	F(spec_seccomp, listenerPath, STRING, 0),
	F(spec_seccomp, listenerMetadata, STRING, 0),
	F_OBJECTS(spec_seccomp, syscalls, seccomp_rule_object),
	END,
};
OBJECT(spec_seccomp, seccomp);

static const struct field intel_rdt[] = {
	F(spec_intel_rdt, closID, STRING, 0),         F(spec_intel_rdt, schemata, STRINGS, 0),
	F(spec_intel_rdt, l3CacheSchema, STRING, 0),  F(spec_intel_rdt, memBwSchema, STRING, 0),
	F(spec_intel_rdt, enableMonitoring, BOOL, 0), END,
};
OBJECT(spec_intel_rdt, intel_rdt);

static const struct name personality_domains[] = {
	{ "LINUX", 0 + 1 },
	{ "LINUX32", 8 + 1 },
	{ NULL, 0 },
};

static const struct field personality[] = {
	F_ENUM(spec_personality, domain, NEED, personality_domains),
	F(spec_personality, flags, STRINGS, 0),
	END,
};
OBJECT(spec_personality, personality);

/* include/uapi/linux/mempolicy.h; WEIGHTED_INTERLEAVE came with 6.9 */
static const struct name memory_policy_modes[] = {
	{ "MPOL_DEFAULT", 0 + 1 },
	{ "MPOL_PREFERRED", 1 + 1 },
	{ "MPOL_BIND", 2 + 1 },
	{ "MPOL_INTERLEAVE", 3 + 1 },
	{ "MPOL_LOCAL", 4 + 1 },
	{ "MPOL_PREFERRED_MANY", 5 + 1 },
	{ "MPOL_WEIGHTED_INTERLEAVE", 6 + 1 },
	{ NULL, 0 },
};

static const struct name memory_policy_flags[] = {
	{ "MPOL_F_STATIC_NODES", 1 << 15 },
	{ "MPOL_F_RELATIVE_NODES", 1 << 14 },
	{ "MPOL_F_NUMA_BALANCING", 1 << 13 },
	{ NULL, 0 },
};

static const struct field memory_policy[] = {
	F_ENUM(spec_memory_policy, mode, NEED, memory_policy_modes),
	F(spec_memory_policy, nodes, STRING, 0),
	F_ENUMS(spec_memory_policy, flags, memory_policy_flags),
	END,
};
OBJECT(spec_memory_policy, memory_policy);

static const struct field time_offset[] = {
	F_INT(spec_time_offset, secs, INT64_MIN, INT64_MAX),
	F_UINT(spec_time_offset, nanosecs, 999999999),
	END,
};
OBJECT(spec_time_offset, time_offset);

/* The standard has the plain forms, engines write the recursive ones as well. */
static const struct name propagations[] = {
	{ "shared", ABI_MS_SHARED },
	{ "slave", ABI_MS_SLAVE },
	{ "private", ABI_MS_PRIVATE },
	{ "unbindable", ABI_MS_UNBINDABLE },
	{ "rshared", ABI_MS_SHARED | ABI_MS_REC },
	{ "rslave", ABI_MS_SLAVE | ABI_MS_REC },
	{ "rprivate", ABI_MS_PRIVATE | ABI_MS_REC },
	{ "runbindable", ABI_MS_UNBINDABLE | ABI_MS_REC },
	{ NULL, 0 },
};

static const struct field linux_fields[] = {
	F_OBJECTS(spec_linux, uidMappings, id_mapping_object),
	F_OBJECTS(spec_linux, gidMappings, id_mapping_object),
	F_OBJECT_MAP(spec_linux, timeOffsets, time_offset_object),
	F(spec_linux, sysctl, STRING_MAP, 0),
	F_OBJECT(spec_linux, resources, 0, resources_object),
	F(spec_linux, cgroupsPath, STRING, 0),
	F_OBJECTS(spec_linux, namespaces, namespace_object),
	F_OBJECTS(spec_linux, devices, device_object),
	F_OBJECT_MAP(spec_linux, netDevices, net_device_object),
	F_OBJECT(spec_linux, seccomp, 0, seccomp_object),
	F_ENUM(spec_linux, rootfsPropagation, 0, propagations),
	F(spec_linux, maskedPaths, STRINGS, ABS),
	F(spec_linux, readonlyPaths, STRINGS, ABS),
	F(spec_linux, mountLabel, STRING, 0),
	F_OBJECT(spec_linux, intelRdt, 0, intel_rdt_object),
	F_OBJECT(spec_linux, personality, 0, personality_object),
	F_OBJECT(spec_linux, memoryPolicy, 0, memory_policy_object),
	END,
};
OBJECT(spec_linux, linux_fields);

static const struct field config[] = {
	F(spec, ociVersion, STRING, NEED),
	F_OBJECT(spec, root, NEED, root_object),
	F_OBJECTS(spec, mounts, mount_object),
	F_OBJECT(spec, process, 0, process_object),
	F(spec, hostname, STRING, 0),
	F(spec, domainname, STRING, 0),
	F_OBJECT(spec, hooks, 0, hooks_object),
	F(spec, annotations, STRING_MAP, 0),
	{ .name = "linux",
	  .type = FIELD_OBJECT,
	  .offset = offsetof(struct spec, linux_),
	  .object = &linux_fields_object },
	END,
};

const struct object spec_object = { .size = sizeof(struct spec), .fields = config };
