# SPDX-License-Identifier: LGPL-2.1-or-later
"""Descriptors, not paths: every system call that takes a path is at a place that is listed here, with
the reason why it cannot be led out of a root file system. A call whose path is "" works on a
descriptor and is free. A system call that is in neither list is a fault, so that a new one is
thought about.

Places are in lib/init, lib/sys, and wherever else the library calls SYS()."""
import re

from lint import (arguments, code, fault, finish, function_at, functions, line_of, read, sources,
                  without_comments)

# name -> index of the path among the arguments of SYS(), the number itself being 0
PATH = {
    "open": 1, "openat": 2, "openat2": 2, "creat": 1, "mkdir": 1, "mkdirat": 2, "mknod": 1,
    "mknodat": 2, "symlink": 2, "symlinkat": 3, "link": 2, "linkat": 4, "unlink": 1, "unlinkat": 2,
    "rmdir": 1, "rename": 1, "renameat": 2, "renameat2": 2, "chown": 1, "lchown": 1, "fchownat": 2,
    "chmod": 1, "fchmodat": 2, "fchmodat2": 2, "readlink": 1, "readlinkat": 2, "stat": 1,
    "lstat": 1, "newfstatat": 2, "statx": 2, "statfs": 1, "access": 1, "faccessat": 2,
    "faccessat2": 2, "truncate": 1, "utimensat": 2, "setxattr": 1, "lsetxattr": 1, "removexattr": 1,
    "setxattrat": 2, "name_to_handle_at": 2, "execve": 1, "execveat": 2, "chdir": 1, "chroot": 1,
    "pivot_root": 1, "mount": 2, "umount2": 1, "open_tree": 2, "open_tree_attr": 2, "move_mount": 4,
    "mount_setattr": 2, "fspick": 2, "inotify_add_watch": 2, "fanotify_mark": 5, "acct": 1,
    "swapon": 1, "quotactl": 2, "bind": 2, "connect": 2,
}
NO_PATH = set("""accept accept4 bpf capget capset clock_gettime close close_range clone3 dup dup3 exit exit_group
    fchdir fchmod fgetxattr flistxattr fsetxattr fchown fcntl fsconfig fsmount fsopen fstat fstatfs getcwd getdents64 getpid getppid getrandom ioctl ioprio_set
    keyctl kill listmount lseek madvise mmap mprotect munmap personality pidfd_getfd pidfd_open
    pidfd_send_signal poll ppoll prctl prlimit64 read recvfrom recvmsg rt_sigaction rt_sigprocmask
    sched_getaffinity sched_setaffinity sched_setattr sched_setscheduler sched_yield seccomp
    sendfile sendmsg sendto set_mempolicy
    setdomainname setgroups sethostname setns setpriority setresgid setresuid setsid socket
    socketpair umask unshare wait4 waitid write""".split())
# Wrappers of lib/sys/calls.h -> index of the path among their arguments
WRAPPERS = {"sys_openat": 1, "sys_openat2": 1, "sys_open_tree": 1, "sys_move_mount": 2,
            "sys_mount_setattr": 1}

# Tables of numbers: of what is called without a path, to see whether it is there, and of what a filter
# is asked about.
PROBES = ("lib/host/calls.c", "lib/plan/seccomp.c")
CALLS, PATHS = "lib/sys/calls.h", "lib/sys/path.c"
FILES, MOUNTS, PROCESS = "lib/init/files.c", "lib/init/mounts.c", "lib/init/process.c"
NAMESPACES, COPY_UP = "lib/init/namespaces.c", "lib/init/copy_up.c"
ONE_NAME = "one component, in a directory that path_parent() opened inside the root"
HOST = "the host's own file, before the container's root is entered"
ENTERED = "the container's own view: the root is entered, and credentials are its own"
WRAPPER = "the wrapper itself; its callers are looked at"

# (file, function, call) -> why it is safe
ALLOWED = {
    (CALLS, "sys_openat", "openat"): WRAPPER,
    (CALLS, "sys_openat2", "openat2"): WRAPPER,
    (CALLS, "sys_open_tree", "open_tree"): WRAPPER,
    (CALLS, "sys_move_mount", "move_mount"): WRAPPER,
    (CALLS, "sys_mount_setattr", "mount_setattr"): WRAPPER,

    (PATHS, "try_open", "sys_openat2"): "the resolver: RESOLVE_IN_ROOT, or BENEATH without links",
    (PATHS, "step_link", "readlinkat"): "the resolver: one component, whose target it walks itself",
    (PATHS, "make", "mkdirat"): "the resolver: one component in the directory held",
    (PATHS, "make", "sys_openat"): "the resolver: one component, O_EXCL and O_NOFOLLOW",

    (FILES, "check_device", "statx"): ONE_NAME + ", not following",
    (FILES, "do_device", "mknodat"): ONE_NAME,
    (FILES, "do_device", "fchownat"): ONE_NAME + ", not following",
    (FILES, "do_symlink", "symlinkat"): ONE_NAME,
    (FILES, "is_link_to", "readlinkat"): ONE_NAME + ", not following",
    (FILES, "do_copy_symlink", "symlinkat"): ONE_NAME,
    (FILES, "open_setting", "sys_openat2"): "BENEATH a procfs of our own, no links, no crossing",

    (COPY_UP, "open_entry", "sys_openat2"): ONE_NAME + ", BENEATH, no links",
    (COPY_UP, "copy_file", "sys_openat"): ONE_NAME + " of ours, O_EXCL and O_NOFOLLOW",
    (COPY_UP, "copy_link", "symlinkat"): ONE_NAME + " of ours",
    (COPY_UP, "copy_node", "mknodat"): ONE_NAME + " of ours",
    (COPY_UP, "copy_below", "sys_openat"): '"." of a descriptor',
    (COPY_UP, "copy_below", "mkdirat"): ONE_NAME + " of ours",
    (COPY_UP, "do_tmpfs_mode", "fchmodat"): '"." of a descriptor',
    (COPY_UP, "do_copy_up", "sys_openat"): '"." of a descriptor',

    (NAMESPACES, "write_own", "sys_openat"): HOST,
    (NAMESPACES, "do_time", "sys_openat"): HOST,

    ("lib/exec/helper.c", "run_child", "execve"): "a program of the host, by its full path",
    ("lib/exec/host.c", "open_tree_for_init", "sys_open_tree"): "a path of the host",

    ("lib/init/terminal.c", "open_root", "sys_openat"): ENTERED + '; "/" itself',
    ("lib/init/terminal.c", "open_master", "sys_openat2"): "one name in a devpts, which are the kernel's",

    (MOUNTS, "do_propagation", "sys_mount_setattr"): '"/" of our own mount namespace',
    (MOUNTS, "do_tree", "sys_open_tree"): "a source of a bind mount: a path of the host",
    (MOUNTS, "do_label", "sys_openat"): '"." of a descriptor',
    (MOUNTS, "do_null_device", "sys_openat"): HOST + ", and checked to be that device",
    (MOUNTS, "make_private", "sys_mount_setattr"): '"/" or the root path, before it is entered',
    (MOUNTS, "do_root_attach", "sys_move_mount"): '"/" or the root path, before it is entered',
    (MOUNTS, "do_pivot_root", "sys_openat"): '"/", to hold the old root',
    (MOUNTS, "do_pivot_root", "pivot_root"): '"." of a descriptor',
    (MOUNTS, "do_pivot_root", "umount2"): '"." of a descriptor',
    (MOUNTS, "do_pivot_root", "chdir"): '"/", the new root',
    (MOUNTS, "do_chroot", "chroot"): '"." of a descriptor',

    (PROCESS, "do_chdir", "chdir"): ENTERED + "; getcwd() tells if it left the root",
    (PROCESS, "look_at_executable", "statx"): ENTERED,
    (PROCESS, "look_at_executable", "faccessat2"): ENTERED,
    (PROCESS, "do_exec", "execve"): ENTERED,
}

used = set()


def check(path, offset, text, function, call, operands, index):
    operand = operands[index] if index < len(operands) else "?"
    if operand == '""':
        return
    key = (str(path), function, call)
    used.add(key)
    if key not in ALLOWED:
        fault(path, line_of(text, offset), f"{function}() calls {call} with the path {operand}: "
              "paths are resolved by lib/sys/path.c alone (see tests/lint/resolver.py)")


def check_file(path):
    text = without_comments(read(path))
    bare = code(read(path))
    found = functions(bare)
    for match in re.finditer(r"\bSYS\(", bare):
        operands = arguments(text, match.end() - 1)
        number = re.fullmatch(r"(?:__)?NR_(\w+)", operands[0])
        if str(path) == "lib/sys/syscall.h":
            continue
        function = function_at(found, match.start())
        if not number:
            fault(path, line_of(text, match.start()), f"{function}(): the number of a system call "
                  f"is written out, not {operands[0]}")
        elif number[1] in PATH:
            check(path, match.start(), text, function, number[1], operands, PATH[number[1]])
        elif number[1] not in NO_PATH:
            fault(path, line_of(text, match.start()), f"{number[1]}: say in "
                  "tests/lint/resolver.py whether it takes a path")
    for match in re.finditer(r"\b(sys_\w+)\(", bare):
        function = function_at(found, match.start())
        if match[1] in WRAPPERS and function != match[1]:
            check(path, match.start(), text, function, match[1],
                  arguments(text, match.end() - 1), WRAPPERS[match[1]])
    for match in re.finditer(r"\b(?:__)?NR_(\w+)", bare):
        before = bare[:match.start()].rstrip()
        if match[1] in PATH and not before.endswith(("SYS(", "#define")) and str(path) not in PROBES:
            fault(path, line_of(text, match.start()), f"{match[0]} outside of SYS()")
    for match in re.finditer(r"\bsys_call\(", bare):
        if str(path) != "lib/sys/syscall.h":
            fault(path, line_of(text, match.start()), "sys_call() is called through SYS() only")


for file in sources("lib"):
    check_file(file)
# A wrapper that was added and takes a path has to be known here.
for name in re.findall(r"^static inline \w+ (sys_\w+)\([^)]*const char \*path", read(CALLS), re.M):
    if name not in WRAPPERS:
        fault(CALLS, 1, f"{name} takes a path: add it to WRAPPERS in tests/lint/resolver.py")
for file, function, call in ALLOWED:
    if (file, function, call) not in used:
        fault(file, 1, f"{function}() no longer calls {call}: take it off the list in "
              "tests/lint/resolver.py")
finish()
