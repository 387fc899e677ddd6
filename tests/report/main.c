/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* clang-format off: the lines of the table below are not prose */
/* report: the payload of the integration tests. It runs inside the container and prints what it
 * sees there, so that a test outside can compare. Linked statically, it needs nothing in the root
 * filesystem but itself, not even /proc.
 *
 *   report                     all facts
 *   report NAME...             the facts of these names: "uid" is uid only, "caps" and "caps." are
 *                              all whose name begins with "caps.", "uid*" all that begin with "uid"
 *   report names [NAME...]     the names of these facts, without values
 *   report VERB ARGUMENT...    does something and prints how it went
 *   report -o FILE ...         writes to FILE instead of standard output; -a FILE appends
 *
 * Every fact is one line "name=value", in a fixed order. In names and values control characters and
 * the backslash are escaped (\n, \t, \\, \xNN). Lists are joined with commas; an empty one is
 * "none". Instead of a value there may be
 *   unavailable     it is in /proc and /proc (or that file) is missing
 *   error:ENAME     the system call failed; error:SIGSYS: seccomp trapped it
 *   absent          the NAME asked for is of a known kind, but there is none (mount.99)
 *
 * A system call that seccomp refuses costs that fact only. A profile that kills ends us, but what
 * was found before is printed. Before main(), the C library needs arch_prctl, brk and mprotect to
 * work, and its set_tid_address, set_robust_list, rseq, prlimit64, readlink and getrandom not to
 * be trapped.
 *
 * process     pid ppid pgid sid tid umask personality nice comm exe
 *             children.any (yes, no) children.count argc argv.N envc env.N (name only)
 *             auxv.secure auxv.pagesz auxv.execfn
 * privilege   uid euid suid fsuid gid egid sgid fsgid groups
 *             caps.effective, permitted, inheritable, bounding, ambient: 16 hexadecimal digits, and
 *             each with .names: CAP_CHOWN,CAP_KILL; caps.last: number of the last that the kernel
 *             knows; securebits securebits.names no_new_privs seccomp.mode (by prctl)
 *             seccomp.status (by /proc) seccomp.filters dumpable keepcaps pdeathsig
 *             child_subreaper thp_disable timerslack mdwe io_flusher
 *             speculation.store_bypass, indirect_branch
 *             status.X: state umask threads nspid nssid cpus_allowed mems_allowed tracer
 *             thp_enabled store_bypass; landlock.abi
 *             keyring.session (its description) and .type .uid .gid .perm .id
 * resources   rlimit.X=SOFT:HARD: as core cpu data fsize locks memlock msgqueue nice nofile nproc
 *             rss rtprio rttime sigpending stack
 *             sched.policy, flags, nice, priority, runtime, deadline, period; affinity=0-3,7
 *             ioprio=CLASS:DATA mempolicy mempolicy.nodes mempolicy.flags oom_score_adj loginuid
 *             coredump_filter label.current label.exec label.apparmor setgroups resctrl
 * signals     signals.blocked, pending, ignored, caught: SIGINT,SIG34
 * files       fd.N=TYPE ACCESS RDEV FLAGS as in "char rw 136:0 none", "fifo w - cloexec"; fd.count
 *             fdlink.N; tty.0 to tty.2=yes, no or closed, and .rdev .rows .cols .onlcr .echo
 *             .controlling .sid .pgrp; cwd cwd.dev cwd.ino cwd.mode root.dev root.ino root.mode
 *             root.readonly root.fs root.flags
 *             mount.N=TARGET FSTYPE SOURCE OPTIONS SUPEROPTIONS PROPAGATION ROOT, where PROPAGATION
 *             is private or shared:N,master:N,...; mountid.N=ID PARENT; mount.count
 *             tree.PATH=TYPE MODE UID:GID, and RDEV of a device or -> TARGET of a link: all that is
 *             below PATH, but nothing below proc, sysfs and cgroups; only when asked for
 *             file.PATH=what is in it; only when asked for
 * kernel      hostname domainname uname.machine, release, sysname, version
 *             clock.boottime, monotonic, realtime; ns.X=INODE: cgroup ipc mnt net pid
 *             pid_for_children time time_for_children user uts
 *             uid_map.N gid_map.N="INSIDE OUTSIDE SIZE" and .count
 *             timens_offsets.monotonic, boottime="SECONDS NANOSECONDS"; cgroup.N=LINE cgroup.count
 *             net.X=up or down and net.X.flags .index .mtu .mac .addresses; net.count
 *
 * Verbs print "VERB=ok" or "VERB=ENAME" unless said otherwise. Exit status: 0 if it worked, 1 if
 * not, 2 for wrong usage, 3 if the output could not be written.
 *
 *   alloc BYTES[K|M|G]     maps that much memory and touches every page
 *   args ...               argc and argv.N, verb and all
 *   cat                    copies standard input to the output, byte for byte
 *   fill BYTES             so many letters, no newline
 *   env [NAME...]          NAME=VALUE of all variables or of these; status 1 if one is not set
 *   exit N                 exits with status N, prints nothing
 *   forkbomb N             forkbomb.forked=, forkbomb.error=none or ENAME; its children end with it
 *   help                   the usage
 *   int80 NR [ARG...]      as syscall, by the entry of 32-bit x86, which has other numbers
 *   kill SIGNAL            dies of it; kill=ignored if it did not (verbs_kill.c: as process 1)
 *   ls PATH                NAME=TYPE of every entry, sorted; an empty directory prints nothing
 *   mknod TYPE MAJ MIN PATH   TYPE is c, b, p, s or f; mode 0600
 *   open PATH [MODE]       r (the default), w, rw, path, dir, creat; exec asks access(2) instead
 *   read PATH              the file's bytes, 1 MiB at most; read=ENAME if it cannot be read
 *   readlink PATH          readlink=TARGET
 *   sleep [FACT...]        prints the facts and "sleep=ready", then waits; status 0 on SIGTERM
 *   stat PATH              type mode uid gid rdev dev ino nlink size mtime fs.magic fs.name
 *                          fs.flags fs.size mountpoint, of a link itself
 *   syscall NR [ARG...]    syscall=RESULT or ENAME; NR is a number or one of the names in
 *                          verbs_call.c, ARG a number, s:TEXT for a pointer to text, or buf;
 *                          more calls follow after "+" each, with a line of their own
 *   thread NR [ARG...]     as syscall, each in a thread of its own; "ended" if it was killed
 *   write PATH TEXT        truncates, creates if need be, writes TEXT as it is
 */
/* clang-format on */
#define _GNU_SOURCE
#include "report.h"

#include <stdio.h>
#include <string.h>

static int run(int argc, char **argv)
{
	const struct verb *verb = argc > 0 ? verb_find(argv[0]) : NULL;

	return verb ? verb_run(verb, argc, argv) : facts_print(argc, argv);
}

int main(int argc, char **argv, char **envp)
{
	bool append = argc > 2 && !strcmp(argv[1], "-a");
	int skip = argc > 0, status, error;

	invocation = (struct invocation){ argv, envp };
	if (append || (argc > 2 && !strcmp(argv[1], "-o"))) {
		error = out_open(argv[2], append);
		if (error < 0) {
			dprintf(2, "report: cannot open '%s': %s\n", argv[2], errno_name(-error));
			return EXIT_OUTPUT;
		}
		skip = 3;
	}
	status = run(argc - skip, argv + skip);
	error = out_flush();
	return status == EXIT_OK && error ? error : status;
}
