/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The part of the kernel's ABI that we use, by our own names: <linux/mount.h> and <sys/mount.h>
 * cannot be included together, and the headers of an old distribution lack what a new kernel has.
 * Behind each group stands the kernel release that brought it. Numbers of system calls from 424 on
 * are the same on every machine. */
#ifndef OCI_SYS_ABI_H
#define OCI_SYS_ABI_H

#include <stdint.h>

#define ABI_AT_FDCWD            (-100)
#define ABI_AT_SYMLINK_NOFOLLOW 0x100
#define ABI_AT_RECURSIVE        0x8000
#define ABI_AT_EMPTY_PATH       0x1000

/* 5.1 */
#define NR_pidfd_send_signal 424
/* 5.2: the new mount interface */
#define NR_open_tree  428
#define NR_move_mount 429
#define NR_fsopen     430
#define NR_fsconfig   431
#define NR_fsmount    432

#define ABI_OPEN_TREE_CLONE   1
#define ABI_OPEN_TREE_CLOEXEC 02000000

#define ABI_MOVE_MOUNT_F_EMPTY_PATH 0x00000004
#define ABI_MOVE_MOUNT_T_EMPTY_PATH 0x00000040

#define ABI_FSOPEN_CLOEXEC      1
#define ABI_FSMOUNT_CLOEXEC     1
#define ABI_FSCONFIG_SET_FLAG   0
#define ABI_FSCONFIG_SET_STRING 1
#define ABI_FSCONFIG_SET_FD     5
#define ABI_FSCONFIG_CMD_CREATE 6

/* 5.3 */
#define NR_pidfd_open 434
#define NR_clone3     435

#define ABI_CLONE_NEWTIME   0x00000080ULL
#define ABI_CLONE_VM        0x00000100ULL
#define ABI_CLONE_FS        0x00000200ULL
#define ABI_CLONE_FILES     0x00000400ULL
#define ABI_CLONE_SIGHAND   0x00000800ULL
#define ABI_CLONE_PIDFD     0x00001000ULL
#define ABI_CLONE_VFORK     0x00004000ULL
#define ABI_CLONE_PARENT    0x00008000ULL
#define ABI_CLONE_THREAD    0x00010000ULL
#define ABI_CLONE_NEWNS     0x00020000ULL
#define ABI_CLONE_NEWCGROUP 0x02000000ULL
#define ABI_CLONE_NEWUTS    0x04000000ULL
#define ABI_CLONE_NEWIPC    0x08000000ULL
#define ABI_CLONE_NEWUSER   0x10000000ULL
#define ABI_CLONE_NEWPID    0x20000000ULL
#define ABI_CLONE_NEWNET    0x40000000ULL

/* 7.1: a new mount namespace begins with an empty root that cannot change, by unshare(2) and by
 * clone3(2) */
#define ABI_UNSHARE_EMPTY_MNTNS 0x00100000ULL
#define ABI_CLONE_EMPTY_MNTNS   0x400000000ULL
#define ABI_CLONE_CLEAR_SIGHAND 0x100000000ULL /* 5.5 */
#define ABI_CLONE_INTO_CGROUP   0x200000000ULL /* 5.7 */

struct abi_clone_args {
	uint64_t flags;
	uint64_t pidfd;
	uint64_t child_tid;
	uint64_t parent_tid;
	uint64_t exit_signal;
	uint64_t stack;
	uint64_t stack_size;
	uint64_t tls;
	uint64_t set_tid;
	uint64_t set_tid_size;
	uint64_t cgroup;
};

/* 5.6 */
#define NR_openat2 437

#define ABI_RESOLVE_NO_XDEV       0x01
#define ABI_RESOLVE_NO_MAGICLINKS 0x02
#define ABI_RESOLVE_NO_SYMLINKS   0x04
#define ABI_RESOLVE_BENEATH       0x08
#define ABI_RESOLVE_IN_ROOT       0x10

struct abi_open_how {
	uint64_t flags;
	uint64_t mode;
	uint64_t resolve;
};

/* 5.9 */
#define NR_close_range          436
#define ABI_CLOSE_RANGE_CLOEXEC 4 /* 5.11 */

/* 5.12 */
#define NR_mount_setattr 442

#define ABI_MOUNT_ATTR_RDONLY      0x00000001
#define ABI_MOUNT_ATTR_NOSUID      0x00000002
#define ABI_MOUNT_ATTR_NODEV       0x00000004
#define ABI_MOUNT_ATTR_NOEXEC      0x00000008
#define ABI_MOUNT_ATTR__ATIME      0x00000070
#define ABI_MOUNT_ATTR_RELATIME    0x00000000
#define ABI_MOUNT_ATTR_NOATIME     0x00000010
#define ABI_MOUNT_ATTR_STRICTATIME 0x00000020
#define ABI_MOUNT_ATTR_NODIRATIME  0x00000080
#define ABI_MOUNT_ATTR_IDMAP       0x00100000
#define ABI_MOUNT_ATTR_NOSYMFOLLOW 0x00200000 /* 5.14 */

struct abi_mount_attr {
	uint64_t attr_set;
	uint64_t attr_clr;
	uint64_t propagation;
	uint64_t userns_fd;
};

#define ABI_MS_REC        0x4000
#define ABI_MS_UNBINDABLE (1 << 17)
#define ABI_MS_PRIVATE    (1 << 18)
#define ABI_MS_SLAVE      (1 << 19)
#define ABI_MS_SHARED     (1 << 20)

/* 6.8 */
#define NR_listmount  458
#define ABI_LSMT_ROOT UINT64_MAX

struct abi_mnt_id_req {
	uint32_t size;
	uint32_t spare;
	uint64_t mnt_id; /* ABI_LSMT_ROOT: below the caller's root */
	uint64_t param;  /* the last one seen */
};

/* Types of a file in a mode: <linux/stat.h> has them only without glibc's headers. */
#define ABI_S_IFMT  0170000
#define ABI_S_IFCHR 0020000
#define ABI_S_IFDIR 0040000
#define ABI_S_IFBLK 0060000
#define ABI_S_IFREG 0100000
#define ABI_S_IFLNK 0120000

/* sched_setattr(2), as of 5.3 */
struct abi_sched_attr {
	uint32_t size;
	uint32_t policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime;
	uint64_t deadline;
	uint64_t period;
	uint32_t util_min;
	uint32_t util_max;
};

/* File system magics: <linux/magic.h> lacks the newer ones. */
#define ABI_PIDFS_MAGIC 0x50494446 /* 6.9 */

/* A device number as mknod(2) and glibc's makedev(3) have it. */
static inline uint64_t abi_device(uint32_t major, uint32_t minor)
{
	return (minor & 0xffu) | (major & 0xfffu) << 8 | (uint64_t)(minor & ~0xffu) << 12 |
	       (uint64_t)(major & ~0xfffu) << 32;
}

#endif
