/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The objects of config.json as tables: config.md and config-linux.md of runtime-spec 1.3.0, and
 * the later change by which memoryPolicy.nodes may be empty. What spans members is in check*.c. */
#include <sched.h>
#include <sys/resource.h>

#include "base/weaken.h"
#include "spec/model.h"
#include "spec/tables.h"
#include "sys/abi.h"

/* 4294967295 is (uid_t)-1, "leave as it is" to setresuid(2). */
#define ID_MAX (WEAKENED(IDS) ? UINT64_MAX : 4294967294ULL)

static const struct field id_mapping[] = {
	F(spec_id_mapping, containerID, UINT, V1_0_0, NEED("UGM-01"), UP_TO(ID_MAX)),
	F(spec_id_mapping, hostID, UINT, V1_0_0, NEED("UGM-02"), UP_TO(ID_MAX)),
	F(spec_id_mapping, size, UINT, V1_0_0, NEED("UGM-03"), UP_TO(UINT32_MAX)),
	END,
};
OBJECT(spec_id_mapping, id_mapping);

static const struct field root[] = {
	F(spec_root, path, STRING, V1_0_0, NEED("ROOT-02"), FULL),
	F(spec_root, readonly, BOOL, V1_0_0),
	END,
};
OBJECT(spec_root, root);

static const struct field mount[] = {
	F(spec_mount, destination, STRING, V1_0_0, NEED("MNT-02"), FULL),
	F(spec_mount, source, STRING, V1_0_0),
	F(spec_mount, type, STRING, V1_0_0),
	F(spec_mount, options, STRINGS, V1_0_0),
	F(spec_mount, uidMappings, OBJECTS, V1_1_0, OF(id_mapping_object)),
	F(spec_mount, gidMappings, OBJECTS, V1_1_0, OF(id_mapping_object)),
	END,
};
OBJECT(spec_mount, mount);

static const struct field box[] = {
	F(spec_box, height, UINT, V1_0_0, NEED("PRC-03"), UP_TO(UINT16_MAX)),
	F(spec_box, width, UINT, V1_0_0, NEED("PRC-04"), UP_TO(UINT16_MAX)),
	END,
};
OBJECT(spec_box, box);

static const struct field user[] = {
	F(spec_user, uid, UINT, V1_0_0, NEED("USR-01"), UP_TO(ID_MAX)),
	F(spec_user, gid, UINT, V1_0_0, NEED("USR-02"), UP_TO(ID_MAX)),
	F(spec_user, umask, UINT, V1_0_2, UP_TO(0777)),
	F(spec_user, additionalGids, UINTS, V1_0_0, UP_TO(ID_MAX)),
	FOREIGN("username", STRING, V1_0_0),
	END,
};
OBJECT(spec_user, user);

static const struct field capabilities[] = {
	F(spec_capabilities, bounding, STRINGS, V1_0_0),
	F(spec_capabilities, effective, STRINGS, V1_0_0),
	F(spec_capabilities, inheritable, STRINGS, V1_0_0),
	F(spec_capabilities, permitted, STRINGS, V1_0_0),
	F(spec_capabilities, ambient, STRINGS, V1_0_0),
	END,
};
OBJECT(spec_capabilities, capabilities);

/* The kernel's number plus one. */
const struct name spec_rlimit_names[] = {
	{ "RLIMIT_CPU", RLIMIT_CPU + 1, V1_0_0 },
	{ "RLIMIT_FSIZE", RLIMIT_FSIZE + 1, V1_0_0 },
	{ "RLIMIT_DATA", RLIMIT_DATA + 1, V1_0_0 },
	{ "RLIMIT_STACK", RLIMIT_STACK + 1, V1_0_0 },
	{ "RLIMIT_CORE", RLIMIT_CORE + 1, V1_0_0 },
	{ "RLIMIT_RSS", RLIMIT_RSS + 1, V1_0_0 },
	{ "RLIMIT_NPROC", RLIMIT_NPROC + 1, V1_0_0 },
	{ "RLIMIT_NOFILE", RLIMIT_NOFILE + 1, V1_0_0 },
	{ "RLIMIT_MEMLOCK", RLIMIT_MEMLOCK + 1, V1_0_0 },
	{ "RLIMIT_AS", RLIMIT_AS + 1, V1_0_0 },
	{ "RLIMIT_LOCKS", RLIMIT_LOCKS + 1, V1_0_0 },
	{ "RLIMIT_SIGPENDING", RLIMIT_SIGPENDING + 1, V1_0_0 },
	{ "RLIMIT_MSGQUEUE", RLIMIT_MSGQUEUE + 1, V1_0_0 },
	{ "RLIMIT_NICE", RLIMIT_NICE + 1, V1_0_0 },
	{ "RLIMIT_RTPRIO", RLIMIT_RTPRIO + 1, V1_0_0 },
	{ "RLIMIT_RTTIME", RLIMIT_RTTIME + 1, V1_0_0 },
	END,
};

static const struct field rlimit[] = {
	F(spec_rlimit, type, ENUM, V1_0_0, NEED("RLM-01"), RULE("RLM-02"),
	  NAMES(spec_rlimit_names)),
	F(spec_rlimit, soft, UINT, V1_0_0, NEED("RLM-04"), UP_TO(UINT64_MAX)),
	F(spec_rlimit, hard, UINT, V1_0_0, NEED("RLM-06"), UP_TO(UINT64_MAX)),
	END,
};
OBJECT(spec_rlimit, rlimit);

const struct name spec_scheduler_policies[] = {
	{ "SCHED_OTHER", SCHED_OTHER + 1, V1_1_0 },
	{ "SCHED_FIFO", SCHED_FIFO + 1, V1_1_0 },
	{ "SCHED_RR", SCHED_RR + 1, V1_1_0 },
	{ "SCHED_BATCH", SCHED_BATCH + 1, V1_1_0 },
	{ "SCHED_ISO", SPEC_SCHED_ISO + 1, V1_1_0 },
	{ "SCHED_IDLE", SCHED_IDLE + 1, V1_1_0 },
	{ "SCHED_DEADLINE", SPEC_SCHED_DEADLINE + 1, V1_1_0 },
	END,
};

/* include/uapi/linux/sched.h */
static const struct name scheduler_flags[] = {
	{ "SCHED_FLAG_RESET_ON_FORK", 0x01, V1_1_0 },
	{ "SCHED_FLAG_RECLAIM", 0x02, V1_1_0 },
	{ "SCHED_FLAG_DL_OVERRUN", 0x04, V1_1_0 },
	{ "SCHED_FLAG_KEEP_POLICY", 0x08, V1_1_0 },
	{ "SCHED_FLAG_KEEP_PARAMS", 0x10, V1_1_0 },
	{ "SCHED_FLAG_UTIL_CLAMP_MIN", 0x20, V1_1_0 },
	{ "SCHED_FLAG_UTIL_CLAMP_MAX", 0x40, V1_1_0 },
	END,
};

static const struct field scheduler[] = {
	F(spec_scheduler, policy, ENUM, V1_1_0, NEED("SCH-01"), NAMES(spec_scheduler_policies)),
	F(spec_scheduler, nice, INT, V1_1_0, RANGE(INT32_MIN, INT32_MAX)),
	F(spec_scheduler, priority, INT, V1_1_0, RANGE(INT32_MIN, INT32_MAX)),
	F(spec_scheduler, flags, ENUMS, V1_1_0, NAMES(scheduler_flags)),
	F(spec_scheduler, runtime, UINT, V1_1_0, UP_TO(UINT64_MAX)),
	F(spec_scheduler, deadline, UINT, V1_1_0, UP_TO(UINT64_MAX)),
	F(spec_scheduler, period, UINT, V1_1_0, UP_TO(UINT64_MAX)),
	END,
};
OBJECT(spec_scheduler, scheduler);

static const struct name io_priority_classes[] = {
	{ "IOPRIO_CLASS_RT", 1, V1_1_0 },
	{ "IOPRIO_CLASS_BE", 2, V1_1_0 },
	{ "IOPRIO_CLASS_IDLE", 3, V1_1_0 },
	END,
};

static const struct field io_priority[] = {
	F(spec_io_priority, class, ENUM, V1_1_0, NEED("IOP-01"), NAMES(io_priority_classes)),
	F(spec_io_priority, priority, INT, V1_1_0, NEED("IOP-02"), RULE("IOP-03"), RANGE(0, 7)),
	END,
};
OBJECT(spec_io_priority, io_priority);

static const struct field exec_cpu_affinity[] = {
	F(spec_exec_cpu_affinity, initial, STRING, V1_2_1),
	F(spec_exec_cpu_affinity, final, STRING, V1_2_1),
	END,
};
OBJECT(spec_exec_cpu_affinity, exec_cpu_affinity);

static const struct field process[] = {
	F(spec_process, terminal, BOOL, V1_0_0),
	F(spec_process, consoleSize, OBJECT, V1_0_0, OF(box_object)),
	F(spec_process, user, OBJECT, V1_0_0, NEED("USR-01"), OF(user_object)),
	F(spec_process, args, STRINGS, V1_0_0, NEED("PRC-07"), RULE("PRC-07"), FULL),
	FOREIGN("commandLine", STRING, V1_0_2),
	F(spec_process, env, STRINGS, V1_0_0, SECRET),
	F(spec_process, cwd, STRING, V1_0_0, NEED("PRC-05"), RULE("PRC-06"), ABSOLUTE),
	F(spec_process, capabilities, OBJECT, V1_0_0, OF(capabilities_object)),
	F(spec_process, rlimits, OBJECTS, V1_0_0, OF(rlimit_object)),
	F(spec_process, noNewPrivileges, BOOL, V1_0_0),
	F(spec_process, apparmorProfile, STRING, V1_0_0),
	F(spec_process, oomScoreAdj, INT, V1_0_0, RANGE(-1000, 1000)),
	F(spec_process, selinuxLabel, STRING, V1_0_0),
	F(spec_process, scheduler, OBJECT, V1_1_0, OF(scheduler_object)),
	F(spec_process, ioPriority, OBJECT, V1_1_0, OF(io_priority_object)),
	F(spec_process, execCPUAffinity, OBJECT, V1_2_1, OF(exec_cpu_affinity_object)),
	END,
};

const struct object spec_process_object = { .size = sizeof(struct spec_process),
					    .fields = process };

static const struct field hook[] = {
	F(spec_hook, path, STRING, V1_0_0, NEED("HOK-01"), RULE("HOK-02"), ABSOLUTE),
	F(spec_hook, args, STRINGS, V1_0_0),
	F(spec_hook, env, STRINGS, V1_0_0, SECRET),
	F(spec_hook, timeout, INT, V1_0_0, RULE("HOK-03"), RANGE(1, INT32_MAX)),
	END,
};
OBJECT(spec_hook, hook);

static const struct field hooks[] = {
	F(spec_hooks, prestart, OBJECTS, V1_0_0, OF(hook_object)),
	F(spec_hooks, createRuntime, OBJECTS, V1_0_2, OF(hook_object)),
	F(spec_hooks, createContainer, OBJECTS, V1_0_2, OF(hook_object)),
	F(spec_hooks, startContainer, OBJECTS, V1_0_2, OF(hook_object)),
	F(spec_hooks, poststart, OBJECTS, V1_0_0, OF(hook_object)),
	F(spec_hooks, poststop, OBJECTS, V1_0_0, OF(hook_object)),
	END,
};
const struct object spec_hooks_object = { .size = sizeof(struct spec_hooks), .fields = hooks };

const struct name spec_namespace_names[] = {
	{ "pid", (int)ABI_CLONE_NEWPID, V1_0_0 },
	{ "network", (int)ABI_CLONE_NEWNET, V1_0_0 },
	{ "mount", (int)ABI_CLONE_NEWNS, V1_0_0 },
	{ "ipc", (int)ABI_CLONE_NEWIPC, V1_0_0 },
	{ "uts", (int)ABI_CLONE_NEWUTS, V1_0_0 },
	{ "user", (int)ABI_CLONE_NEWUSER, V1_0_0 },
	{ "cgroup", (int)ABI_CLONE_NEWCGROUP, V1_0_0 },
	{ "time", (int)ABI_CLONE_NEWTIME, V1_1_0 },
	END,
};

static const struct field namespace[] = {
	F(spec_namespace, type, ENUM, V1_0_0, NEED("NS-01"), NAMES(spec_namespace_names)),
	F(spec_namespace, path, STRING, V1_0_0, RULE("NS-03"), ABSOLUTE),
	END,
};
OBJECT(spec_namespace, namespace);

static const struct name device_types[] = {
	{ "c", 'c', V1_0_0 }, { "b", 'b', V1_0_0 }, { "u", 'u', V1_0_0 }, { "p", 'p', V1_0_0 }, END,
};

static const struct field device[] = {
	F(spec_device, type, ENUM, V1_0_0, NEED("DEV-02"), NAMES(device_types)),
	F(spec_device, path, STRING, V1_0_0, NEED("DEV-03"), ABSOLUTE),
	F(spec_device, major, INT, V1_0_0, RANGE(0, UINT32_MAX)),
	F(spec_device, minor, INT, V1_0_0, RANGE(0, UINT32_MAX)),
	F(spec_device, fileMode, UINT, V1_0_0, UP_TO(UINT32_MAX)),
	F(spec_device, uid, UINT, V1_0_0, UP_TO(ID_MAX)),
	F(spec_device, gid, UINT, V1_0_0, UP_TO(ID_MAX)),
	END,
};
OBJECT(spec_device, device);

static const struct field net_device[] = {
	F(spec_net_device, name, STRING, V1_3_0),
	END,
};
OBJECT(spec_net_device, net_device);

static const struct name device_rule_types[] = {
	{ "a", 'a', V1_0_0 },
	{ "c", 'c', V1_0_0 },
	{ "b", 'b', V1_0_0 },
	END,
};

static const struct field device_rule[] = {
	F(spec_device_rule, allow, BOOL, V1_0_0, NEED("DAL-02")),
	F(spec_device_rule, type, ENUM, V1_0_0, NAMES(device_rule_types)),
	F(spec_device_rule, major, INT, V1_0_0, RANGE(-1, UINT32_MAX)),
	F(spec_device_rule, minor, INT, V1_0_0, RANGE(-1, UINT32_MAX)),
	F(spec_device_rule, access, STRING, V1_0_0),
	END,
};
OBJECT(spec_device_rule, device_rule);

static const struct field memory[] = {
	F(spec_memory, limit, INT, V1_0_0, RANGE(-1, INT64_MAX)),
	F(spec_memory, reservation, INT, V1_0_0, RANGE(-1, INT64_MAX)),
	F(spec_memory, swap, INT, V1_0_0, RANGE(-1, INT64_MAX)),
	F(spec_memory, kernel, INT, V1_0_0, RANGE(-1, INT64_MAX)),
	F(spec_memory, kernelTCP, INT, V1_0_0, RANGE(-1, INT64_MAX)),
	F(spec_memory, swappiness, UINT, V1_0_0, UP_TO(100)),
	F(spec_memory, disableOOMKiller, BOOL, V1_0_0),
	F(spec_memory, useHierarchy, BOOL, V1_0_2),
	F(spec_memory, checkBeforeUpdate, BOOL, V1_1_0),
	END,
};
OBJECT(spec_memory, memory);

static const struct field cpu[] = {
	F(spec_cpu, shares, UINT, V1_0_0, UP_TO(UINT64_MAX)),
	F(spec_cpu, quota, INT, V1_0_0, RANGE(-1, INT64_MAX)),
	F(spec_cpu, burst, UINT, V1_1_0, UP_TO(UINT64_MAX)),
	F(spec_cpu, period, UINT, V1_0_0, UP_TO(UINT64_MAX)),
	F(spec_cpu, realtimeRuntime, INT, V1_0_0, RANGE(-1, INT64_MAX)),
	F(spec_cpu, realtimePeriod, UINT, V1_0_0, UP_TO(UINT64_MAX)),
	F(spec_cpu, cpus, STRING, V1_0_0),
	F(spec_cpu, mems, STRING, V1_0_0),
	F(spec_cpu, idle, INT, V1_1_0, RANGE(0, 1)),
	END,
};
OBJECT(spec_cpu, cpu);

static const struct field weight_device[] = {
	F(spec_weight_device, major, INT, V1_0_0, NEED("BIO-01"), RANGE(0, UINT32_MAX)),
	F(spec_weight_device, minor, INT, V1_0_0, NEED("BIO-01"), RANGE(0, UINT32_MAX)),
	F(spec_weight_device, weight, UINT, V1_0_0, UP_TO(UINT16_MAX)),
	F(spec_weight_device, leafWeight, UINT, V1_0_0, UP_TO(UINT16_MAX)),
	END,
};
OBJECT(spec_weight_device, weight_device);

static const struct field bps_device[] = {
	F(spec_throttle_device, major, INT, V1_0_0, NEED("BIO-03"), RANGE(0, UINT32_MAX)),
	F(spec_throttle_device, minor, INT, V1_0_0, NEED("BIO-03"), RANGE(0, UINT32_MAX)),
	F(spec_throttle_device, rate, UINT, V1_0_0, NEED("BIO-04"), UP_TO(UINT64_MAX)),
	END,
};
OBJECT(spec_throttle_device, bps_device);

static const struct field iops_device[] = {
	F(spec_throttle_device, major, INT, V1_0_1, NEED("BIO-05"), RANGE(0, UINT32_MAX)),
	F(spec_throttle_device, minor, INT, V1_0_1, NEED("BIO-05"), RANGE(0, UINT32_MAX)),
	F(spec_throttle_device, rate, UINT, V1_0_1, NEED("BIO-06"), UP_TO(UINT64_MAX)),
	END,
};
OBJECT(spec_throttle_device, iops_device);

static const struct field block_io[] = {
	F(spec_block_io, weight, UINT, V1_0_0, UP_TO(UINT16_MAX)),
	F(spec_block_io, leafWeight, UINT, V1_0_0, UP_TO(UINT16_MAX)),
	F(spec_block_io, weightDevice, OBJECTS, V1_0_0, OF(weight_device_object)),
	F(spec_block_io, throttleReadBpsDevice, OBJECTS, V1_0_0, OF(bps_device_object)),
	F(spec_block_io, throttleWriteBpsDevice, OBJECTS, V1_0_0, OF(bps_device_object)),
	F(spec_block_io, throttleReadIOPSDevice, OBJECTS, V1_0_1, OF(iops_device_object)),
	F(spec_block_io, throttleWriteIOPSDevice, OBJECTS, V1_0_1, OF(iops_device_object)),
	REMOVED("throttleReadIopsDevice", OBJECTS, V1_0_0),
	REMOVED("throttleWriteIopsDevice", OBJECTS, V1_0_0),
	END,
};
OBJECT(spec_block_io, block_io);

static const struct field hugepage_limit[] = {
	F(spec_hugepage_limit, pageSize, STRING, V1_0_0, NEED("HUG-01"), RULE("HUG-01"), FULL),
	F(spec_hugepage_limit, limit, UINT, V1_0_0, NEED("HUG-03"), UP_TO(UINT64_MAX)),
	END,
};
OBJECT(spec_hugepage_limit, hugepage_limit);

static const struct field interface_priority[] = {
	F(spec_interface_priority, name, STRING, V1_0_0, NEED("NET-01"), FULL),
	F(spec_interface_priority, priority, UINT, V1_0_0, NEED("NET-02"), UP_TO(UINT32_MAX)),
	END,
};
OBJECT(spec_interface_priority, interface_priority);

static const struct field network[] = {
	F(spec_network, classID, UINT, V1_0_0, UP_TO(UINT32_MAX)),
	F(spec_network, priorities, OBJECTS, V1_0_0, OF(interface_priority_object)),
	END,
};
OBJECT(spec_network, network);

static const struct field pids[] = {
	F(spec_pids, limit, INT, V1_0_0, RANGE(INT64_MIN, INT64_MAX)),
	END,
};
OBJECT(spec_pids, pids);

static const struct field rdma[] = {
	F(spec_rdma, hcaHandles, UINT, V1_0_2, UP_TO(UINT32_MAX)),
	F(spec_rdma, hcaObjects, UINT, V1_0_2, UP_TO(UINT32_MAX)),
	END,
};
OBJECT(spec_rdma, rdma);

static const struct field resources[] = {
	F(spec_resources, devices, OBJECTS, V1_0_0, OF(device_rule_object)),
	F(spec_resources, memory, OBJECT, V1_0_0, OF(memory_object)),
	F(spec_resources, cpu, OBJECT, V1_0_0, OF(cpu_object)),
	F(spec_resources, blockIO, OBJECT, V1_0_0, OF(block_io_object)),
	F(spec_resources, hugepageLimits, OBJECTS, V1_0_0, OF(hugepage_limit_object)),
	F(spec_resources, network, OBJECT, V1_0_0, OF(network_object)),
	F(spec_resources, pids, OBJECT, V1_0_0, OF(pids_object)),
	F(spec_resources, rdma, OBJECT_MAP, V1_0_2, OF(rdma_object)),
	F(spec_resources, unified, STRING_MAP, V1_1_0),
	END,
};
const struct object spec_resources_object = { .size = sizeof(struct spec_resources),
					      .fields = resources };

const struct name spec_seccomp_ops[] = {
	{ "SCMP_CMP_NE", SPEC_CMP_NE, V1_0_0 },
	{ "SCMP_CMP_LT", SPEC_CMP_LT, V1_0_0 },
	{ "SCMP_CMP_LE", SPEC_CMP_LE, V1_0_0 },
	{ "SCMP_CMP_EQ", SPEC_CMP_EQ, V1_0_0 },
	{ "SCMP_CMP_GE", SPEC_CMP_GE, V1_0_0 },
	{ "SCMP_CMP_GT", SPEC_CMP_GT, V1_0_0 },
	{ "SCMP_CMP_MASKED_EQ", SPEC_CMP_MASKED_EQ, V1_0_0 },
	END,
};

/* Some came later as a default action than as one of a rule; the earlier release counts. */
const struct name spec_seccomp_actions[] = {
	{ "SCMP_ACT_KILL", SPEC_ACT_KILL, V1_0_0 },
	{ "SCMP_ACT_KILL_PROCESS", SPEC_ACT_KILL_PROCESS, V1_1_0 },
	{ "SCMP_ACT_KILL_THREAD", SPEC_ACT_KILL_THREAD, V1_1_0 },
	{ "SCMP_ACT_TRAP", SPEC_ACT_TRAP, V1_0_0 },
	{ "SCMP_ACT_ERRNO", SPEC_ACT_ERRNO, V1_0_0 },
	{ "SCMP_ACT_TRACE", SPEC_ACT_TRACE, V1_0_0 },
	{ "SCMP_ACT_ALLOW", SPEC_ACT_ALLOW, V1_0_0 },
	{ "SCMP_ACT_LOG", SPEC_ACT_LOG, V1_0_2 },
	{ "SCMP_ACT_NOTIFY", SPEC_ACT_NOTIFY, V1_1_0 },
	END,
};

/* include/uapi/linux/seccomp.h */
const struct name spec_seccomp_flags[] = {
	{ "SECCOMP_FILTER_FLAG_TSYNC", 1, V1_0_2 },
	{ "SECCOMP_FILTER_FLAG_LOG", 2, V1_0_2 },
	{ "SECCOMP_FILTER_FLAG_SPEC_ALLOW", 4, V1_0_2 },
	{ "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV", 32, V1_1_0 },
	END,
};

/* What they are to the kernel is for plan/seccomp_names.c. */
const struct name spec_seccomp_archs[] = {
	{ "SCMP_ARCH_X86", 1, V1_0_0 },          { "SCMP_ARCH_X86_64", 2, V1_0_0 },
	{ "SCMP_ARCH_X32", 3, V1_0_0 },          { "SCMP_ARCH_ARM", 4, V1_0_0 },
	{ "SCMP_ARCH_AARCH64", 5, V1_0_0 },      { "SCMP_ARCH_MIPS", 6, V1_0_0 },
	{ "SCMP_ARCH_MIPS64", 7, V1_0_0 },       { "SCMP_ARCH_MIPS64N32", 8, V1_0_0 },
	{ "SCMP_ARCH_MIPSEL", 9, V1_0_0 },       { "SCMP_ARCH_MIPSEL64", 10, V1_0_0 },
	{ "SCMP_ARCH_MIPSEL64N32", 11, V1_0_0 }, { "SCMP_ARCH_PPC", 12, V1_0_0 },
	{ "SCMP_ARCH_PPC64", 13, V1_0_0 },       { "SCMP_ARCH_PPC64LE", 14, V1_0_0 },
	{ "SCMP_ARCH_S390", 15, V1_0_0 },        { "SCMP_ARCH_S390X", 16, V1_0_0 },
	{ "SCMP_ARCH_PARISC", 17, V1_0_0 },      { "SCMP_ARCH_PARISC64", 18, V1_0_0 },
	{ "SCMP_ARCH_RISCV64", 19, V1_1_0 },     { "SCMP_ARCH_LOONGARCH64", 20, V1_2_1 },
	{ "SCMP_ARCH_M68K", 21, V1_2_1 },        { "SCMP_ARCH_SH", 22, V1_2_1 },
	{ "SCMP_ARCH_SHEB", 23, V1_2_1 },        END,
};

static const struct field seccomp_arg[] = {
	F(spec_seccomp_arg, index, UINT, V1_0_0, NEED("SEC-15"), UP_TO(5)),
	F(spec_seccomp_arg, value, UINT, V1_0_0, NEED("SEC-16"), UP_TO(UINT64_MAX)),
	F(spec_seccomp_arg, valueTwo, UINT, V1_0_0, UP_TO(UINT64_MAX)),
	F(spec_seccomp_arg, op, ENUM, V1_0_0, NEED("SEC-17"), NAMES(spec_seccomp_ops)),
	END,
};
OBJECT(spec_seccomp_arg, seccomp_arg);

static const struct field seccomp_rule[] = {
	F(spec_seccomp_rule, names, STRINGS, V1_0_0, NEED("SEC-11"), RULE("SEC-12"), FULL),
	F(spec_seccomp_rule, action, ENUM, V1_0_0, NEED("SEC-13"), NAMES(spec_seccomp_actions)),
	F(spec_seccomp_rule, errnoRet, UINT, V1_1_0, UP_TO(UINT16_MAX)),
	F(spec_seccomp_rule, args, OBJECTS, V1_0_0, OF(seccomp_arg_object)),
	END,
};
OBJECT(spec_seccomp_rule, seccomp_rule);

static const struct field seccomp[] = {
	F(spec_seccomp, defaultAction, ENUM, V1_0_0, NEED("SEC-01"), NAMES(spec_seccomp_actions)),
	F(spec_seccomp, defaultErrnoRet, UINT, V1_1_0, UP_TO(UINT16_MAX)),
	F(spec_seccomp, architectures, STRINGS, V1_0_0, NAMES(spec_seccomp_archs)),
	F(spec_seccomp, flags, ENUMS, V1_0_2, NAMES(spec_seccomp_flags)),
	F(spec_seccomp, listenerPath, STRING, V1_1_0),
	F(spec_seccomp, listenerMetadata, STRING, V1_1_0),
	F(spec_seccomp, syscalls, OBJECTS, V1_0_0, OF(seccomp_rule_object)),
	END,
};
OBJECT(spec_seccomp, seccomp);

static const struct field intel_rdt[] = {
	F(spec_intel_rdt, closID, STRING, V1_0_2),
	F(spec_intel_rdt, schemata, STRINGS, V1_3_0),
	F(spec_intel_rdt, l3CacheSchema, STRING, V1_0_1),
	F(spec_intel_rdt, memBwSchema, STRING, V1_0_2),
	F(spec_intel_rdt, enableMonitoring, BOOL, V1_3_0),
	REMOVED("enableCMT", BOOL, V1_1_0),
	REMOVED("enableMBM", BOOL, V1_1_0),
	END,
};
OBJECT(spec_intel_rdt, intel_rdt);

static const struct name personality_domains[] = {
	{ "LINUX", 0 + 1, V1_0_2 },
	{ "LINUX32", 8 + 1, V1_0_2 },
	END,
};

static const struct field personality[] = {
	F(spec_personality, domain, ENUM, V1_0_2, NEED("PER-01"), NAMES(personality_domains)),
	F(spec_personality, flags, STRINGS, V1_0_2),
	END,
};
OBJECT(spec_personality, personality);

/* include/uapi/linux/mempolicy.h; WEIGHTED_INTERLEAVE came with 6.9 */
const struct name spec_memory_policy_modes[] = {
	{ "MPOL_DEFAULT", SPEC_MPOL_DEFAULT + 1, V1_3_0 },
	{ "MPOL_PREFERRED", SPEC_MPOL_PREFERRED + 1, V1_3_0 },
	{ "MPOL_BIND", SPEC_MPOL_BIND + 1, V1_3_0 },
	{ "MPOL_INTERLEAVE", SPEC_MPOL_INTERLEAVE + 1, V1_3_0 },
	{ "MPOL_LOCAL", SPEC_MPOL_LOCAL + 1, V1_3_0 },
	{ "MPOL_PREFERRED_MANY", SPEC_MPOL_PREFERRED_MANY + 1, V1_3_0 },
	{ "MPOL_WEIGHTED_INTERLEAVE", SPEC_MPOL_WEIGHTED_INTERLEAVE + 1, V1_3_0 },
	END,
};

const struct name spec_memory_policy_flags[] = {
	{ "MPOL_F_STATIC_NODES", SPEC_MPOL_F_STATIC_NODES, V1_3_0 },
	{ "MPOL_F_RELATIVE_NODES", SPEC_MPOL_F_RELATIVE_NODES, V1_3_0 },
	{ "MPOL_F_NUMA_BALANCING", SPEC_MPOL_F_NUMA_BALANCING, V1_3_0 },
	END,
};

static const struct field memory_policy[] = {
	F(spec_memory_policy, mode, ENUM, V1_3_0, NEED("MPL-01"), NAMES(spec_memory_policy_modes)),
	F(spec_memory_policy, nodes, STRING, V1_3_0),
	F(spec_memory_policy, flags, ENUMS, V1_3_0, NAMES(spec_memory_policy_flags)),
	END,
};
OBJECT(spec_memory_policy, memory_policy);

static const struct name clocks[] = {
	{ "monotonic", 1, V1_1_0 },
	{ "boottime", 2, V1_1_0 },
	END,
};

static const struct field time_offset[] = {
	F(spec_time_offset, secs, INT, V1_1_0, RANGE(INT64_MIN, INT64_MAX)),
	F(spec_time_offset, nanosecs, UINT, V1_1_0, UP_TO(999999999)),
	END,
};
OBJECT(spec_time_offset, time_offset);

/* The standard has the plain forms, engines write the recursive ones as well. */
const struct name spec_propagation_names[] = {
	{ "shared", ABI_MS_SHARED, V1_0_0 },
	{ "slave", ABI_MS_SLAVE, V1_0_0 },
	{ "private", ABI_MS_PRIVATE, V1_0_0 },
	{ "unbindable", ABI_MS_UNBINDABLE, V1_0_0 },
	{ "rshared", ABI_MS_SHARED | ABI_MS_REC, V1_0_0 },
	{ "rslave", ABI_MS_SLAVE | ABI_MS_REC, V1_0_0 },
	{ "rprivate", ABI_MS_PRIVATE | ABI_MS_REC, V1_0_0 },
	{ "runbindable", ABI_MS_UNBINDABLE | ABI_MS_REC, V1_0_0 },
	END,
};

static const struct field linux_fields[] = {
	F(spec_linux, uidMappings, OBJECTS, V1_0_0, OF(id_mapping_object)),
	F(spec_linux, gidMappings, OBJECTS, V1_0_0, OF(id_mapping_object)),
	F(spec_linux, timeOffsets, OBJECT_MAP, V1_1_0, NAMES(clocks), OF(time_offset_object)),
	F(spec_linux, sysctl, STRING_MAP, V1_0_0),
	F(spec_linux, resources, OBJECT, V1_0_0, OF(spec_resources_object)),
	F(spec_linux, cgroupsPath, STRING, V1_0_0, RULE("CGP-02")),
	F(spec_linux, namespaces, OBJECTS, V1_0_0, OF(namespace_object)),
	F(spec_linux, devices, OBJECTS, V1_0_0, OF(device_object)),
	F(spec_linux, netDevices, OBJECT_MAP, V1_3_0, OF(net_device_object)),
	F(spec_linux, seccomp, OBJECT, V1_0_0, OF(seccomp_object)),
	F(spec_linux, rootfsPropagation, ENUM, V1_0_0, NAMES(spec_propagation_names)),
	F(spec_linux, maskedPaths, STRINGS, V1_0_0, ELEMENT("MSK-01"), ABSOLUTE),
	F(spec_linux, readonlyPaths, STRINGS, V1_0_0, ELEMENT("ROP-01"), ABSOLUTE),
	F(spec_linux, mountLabel, STRING, V1_0_0),
	F(spec_linux, intelRdt, OBJECT, V1_0_1, OF(intel_rdt_object)),
	F(spec_linux, personality, OBJECT, V1_0_2, OF(personality_object)),
	F(spec_linux, memoryPolicy, OBJECT, V1_3_0, OF(memory_policy_object)),
	END,
};
OBJECT(spec_linux, linux_fields);

static const struct field config[] = {
	F(spec, ociVersion, STRING, V1_0_0, NEED("VER-01"), RULE("VER-02")),
	F(spec, root, OBJECT, V1_0_0, NEED("ROOT-01"), OF(root_object)),
	F(spec, mounts, OBJECTS, V1_0_0, OF(mount_object)),
	F(spec, process, OBJECT, V1_0_0, OF(spec_process_object)),
	F(spec, hostname, STRING, V1_0_0),
	F(spec, domainname, STRING, V1_1_0),
	F(spec, hooks, OBJECT, V1_0_0, OF(spec_hooks_object)),
	F(spec, annotations, STRING_MAP, V1_0_0, RULE("ANN-01"), ELEMENT("ANN-08"), KEY("ANN-03")),
	FIELD(spec, "linux", linux_, OBJECT, V1_0_0, OF(linux_fields_object)),
	FOREIGN("solaris", OBJECT, V1_0_0),
	FOREIGN("windows", OBJECT, V1_0_0),
	FOREIGN("vm", OBJECT, V1_0_2),
	FOREIGN("zos", OBJECT, V1_2_1),
	FOREIGN("freebsd", OBJECT, V1_3_0),
	END,
};

const struct object spec_object = { .size = sizeof(struct spec), .fields = config };
