/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The floor: makes the system calls that a container start needs, with constant arguments, and does
 * nothing else. No config is read, nothing is checked, no error is explained, no libc is started.
 * It takes a runtime's place in the tables: the verbs are called as a runtime's are, and the first
 * letter of the bundle's folder says which constants are meant:
 *
 *	minimal, userns, engine-default	as view.py makes them, on cgroup v1 and v2
 *
 * What is left out is what a program could do without: a device filter on v2, a lock, symlinks that
 * are followed safely. The old mount(2) is used since it takes fewer calls. */

#include <linux/capability.h>
#include <linux/fcntl.h>
#include <linux/filter.h>
#include <linux/keyctl.h>
#include <linux/prctl.h>
#include <linux/seccomp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>

#include "sys/abi.h"
#include "sys/syscall.h"

#define CGROUPS "/sys/fs/cgroup"

enum {
	CONTROLLERS = 9,
	PATH = 512,
	CGROUP2_MAGIC = 0x63677270,
	RDONLY = 1,
	NOSUID = 2,
	NODEV = 4,
	NOEXEC = 8,
	REMOUNT = 32,
	BIND = 4096,
	STRICTATIME = 1 << 24,
	DETACH = 2,
	SAFE = NOSUID | NODEV | NOEXEC,
	SIGKILL = 9,
	SIGCHLD = 17,
	SIOCSIFFLAGS = 0x8914,
	UP_RUNNING = 0x41,
};

static const struct sock_filter filter[] = {
#include "filter.inc"
};

static const char controllers[CONTROLLERS][10] = {
	"systemd", "pids", "blkio", "freezer", "devices", "memory", "cpuset", "cpuacct", "cpu",
};

static const struct {
	const char *controller, *file, *value; /* without a file: to the last one once more */
} limits[] = {
	{ "pids", "/pids.max", "512" },
	{ "devices", "/devices.deny", "a" },
	{ "devices", "/devices.allow", "c *:* m" },
	{ "devices", 0, "b *:* m" },
	{ "devices", 0, "c 1:3 rwm" },
	{ "devices", 0, "c 1:5 rwm" },
	{ "devices", 0, "c 1:7 rwm" },
	{ "devices", 0, "c 1:8 rwm" },
	{ "devices", 0, "c 1:9 rwm" },
	{ "devices", 0, "c 5:0 rwm" },
	{ "devices", 0, "c 5:1 rwm" },
	{ "devices", 0, "c 5:2 rwm" },
	{ "devices", 0, "c 136:* rwm" },
	{ "memory", "/memory.limit_in_bytes", "268435456" },
	{ "memory", "/memory.memsw.limit_in_bytes", "536870912" },
	{ "cpu", "/cpu.shares", "512" },
	{ "cpu", "/cpu.cfs_period_us", "100000" },
	{ "cpu", "/cpu.cfs_quota_us", "150000" },
};

static const struct {
	const char *target, *type, *data;
	unsigned long flags;
	bool make;
} mounts[] = {
	{ "proc", "proc", 0, SAFE },
	{ "dev", "tmpfs", "mode=755,size=65536k", NOSUID | STRICTATIME },
	/* minimal ends here */
	{ "dev/pts", "devpts", "newinstance,ptmxmode=0666,mode=0620,gid=5", NOSUID | NOEXEC, true },
	{ "dev/mqueue", "mqueue", 0, SAFE, true },
	{ "dev/shm", "tmpfs", "mode=1777,size=67108864", SAFE, true },
	{ "sys", "sysfs", 0, SAFE | RDONLY },
};

static const struct {
	const char *name, *host;
	uint32_t major, minor;
} devices[] = {
	{ "dev/null", "/dev/null", 1, 3 },       { "dev/zero", "/dev/zero", 1, 5 },
	{ "dev/full", "/dev/full", 1, 7 },       { "dev/random", "/dev/random", 1, 8 },
	{ "dev/urandom", "/dev/urandom", 1, 9 }, { "dev/tty", "/dev/tty", 5, 0 },
};

static const char *const links[][2] = {
	{ "/proc/self/fd", "dev/fd" },       { "/proc/self/fd/0", "dev/stdin" },
	{ "/proc/self/fd/1", "dev/stdout" }, { "/proc/self/fd/2", "dev/stderr" },
	{ "/proc/kcore", "dev/core" },       { "pts/ptmx", "dev/ptmx" },
};

static const char *const files[][2] = {
	{ "../files/resolv.conf", "etc/resolv.conf" },
	{ "../files/hostname", "etc/hostname" },
	{ "../files/hosts", "etc/hosts" },
};

static const char *const readonly[] = { "proc/bus", "proc/fs", "proc/irq", "proc/sys",
					"proc/sysrq-trigger" };

static const char *const masked[] = {
	"proc/acpi",        "proc/asound",     "proc/interrupts",  "proc/kcore",
	"proc/keys",        "proc/timer_list", "proc/timer_stats", "proc/latency_stats",
	"proc/sched_debug", "proc/scsi",       "sys/firmware",     "sys/devices/virtual/powercap",
};

/* What is asked for, and what is made of it. */
static struct {
	const char *root, *id, *pid_file;
	bool full, userns, v2;
	int joins[CONTROLLERS]; /* the files tasks of v1 */
	int cgroup;             /* the directory of v2 */
	unsigned n_joins;
} c;

static unsigned length(const char *text)
{
	unsigned n = 0;

	while (text[n])
		n++;
	return n;
}

static bool same(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	return *a == *b;
}

static __attribute__((noreturn)) void leave(int status)
{
	for (;;)
		SYS(__NR_exit_group, status);
}

/* The result, unless the call failed. */
static long must(long result, const char *what)
{
	if (result >= 0)
		return result;
	SYS(__NR_write, 2, "floor: ", 7);
	SYS(__NR_write, 2, what, length(what));
	SYS(__NR_write, 2, "\n", 1);
	leave(1);
}

/* Joins texts, the last of which is followed by NULL. */
static __attribute__((sentinel)) const char *join(char *to, ...)
{
	const char *part;
	unsigned n = 0;
	va_list parts;

	va_start(parts, to);
	while ((part = va_arg(parts, const char *)))
		while (*part && n < PATH - 1)
			to[n++] = *part++;
	va_end(parts);
	to[n] = '\0';
	return to;
}

static const char *decimal(char *to, long value)
{
	char *end = to + 20;

	*end = '\0';
	do
		*--end = (char)('0' + value % 10);
	while (value /= 10);
	return end;
}

static int open_at(const char *path, int flags)
{
	return (int)SYS(__NR_openat, AT_FDCWD, path, flags | O_CLOEXEC, 0600);
}

static void write_file(const char *path, const char *text, int flags)
{
	int fd = (int)must(open_at(path, O_WRONLY | flags), path);

	must(SYS(__NR_write, fd, text, length(text)), path);
	SYS(__NR_close, fd);
}

static void make_directory(const char *path)
{
	SYS(__NR_mkdirat, AT_FDCWD, path, 0755);
}

static void mount_on(const char *from, const char *to, const char *type, unsigned long flags,
		     const char *data)
{
	must(SYS(__NR_mount, from, to, type, flags, data), to);
}

/* ---- cgroups ---- */

static void copy_parent(const char *directory, const char *file)
{
	char path[PATH], value[PATH];
	int fd = open_at(join(path, CGROUPS "/cpuset", file, NULL), O_RDONLY);
	long n = SYS(__NR_read, fd, value, sizeof(value) - 1);

	SYS(__NR_close, fd);
	value[must(n, file)] = '\0';
	write_file(join(path, directory, file, NULL), value, 0);
}

static void write_limits(const char *controller, const char *directory)
{
	char path[PATH];
	int fd = -1;

	for (unsigned i = 0; i < sizeof(limits) / sizeof(*limits); i++) {
		if (!same(limits[i].controller, controller))
			continue;
		if (limits[i].file) {
			if (fd >= 0)
				SYS(__NR_close, fd);
			join(path, directory, limits[i].file, NULL);
			fd = (int)must(open_at(path, O_WRONLY), path);
		}
		must(SYS(__NR_write, fd, limits[i].value, length(limits[i].value)), path);
	}
	if (fd >= 0)
		SYS(__NR_close, fd);
}

static const char *cgroup_path(char *path, unsigned i)
{
	return c.v2 ? join(path, CGROUPS "/", c.id, NULL)
		    : join(path, CGROUPS "/", controllers[i], "/", c.id, NULL);
}

static void make_cgroups(void)
{
	char directory[PATH];

	for (unsigned i = 0; i < (c.v2 ? 1 : CONTROLLERS); i++) {
		if (SYS(__NR_mkdirat, AT_FDCWD, cgroup_path(directory, i), 0755) < 0)
			continue; /* no such controller */
		if (same(controllers[i], "cpuset")) {
			copy_parent(directory, "/cpuset.cpus");
			copy_parent(directory, "/cpuset.mems");
		}
		if (c.full && !c.v2)
			write_limits(controllers[i], directory);
	}
}

static void open_cgroups(void)
{
	char path[PATH], file[PATH];

	if (c.v2) {
		c.cgroup = (int)must(open_at(cgroup_path(path, 0), O_PATH), path);
		return;
	}
	for (unsigned i = 0; i < CONTROLLERS; i++) {
		c.joins[c.n_joins] =
			open_at(join(file, cgroup_path(path, i), "/tasks", NULL), O_WRONLY);
		c.n_joins += c.joins[c.n_joins] >= 0;
	}
}

/* A task that moves itself, alone, waits for nobody. */
static void enter_cgroups(void)
{
	for (unsigned i = 0; i < c.n_joins; i++)
		must(SYS(__NR_write, c.joins[i], "0", 1), "tasks");
}

static void remove_cgroups(void)
{
	char path[PATH];

	for (unsigned i = 0; i < (c.v2 ? 1 : CONTROLLERS); i++)
		SYS(__NR_unlinkat, AT_FDCWD, cgroup_path(path, i), AT_REMOVEDIR);
}

/* ---- the root file system ---- */

static void mount_cgroups(void)
{
	char path[PATH];

	if (c.v2) {
		mount_on("cgroup", "sys/fs/cgroup", "cgroup2", SAFE | RDONLY, 0);
		return;
	}
	mount_on("tmpfs", "sys/fs/cgroup", "tmpfs", SAFE, "mode=755");
	for (unsigned i = 0; i < CONTROLLERS; i++) {
		make_directory(join(path, "sys/fs/cgroup/", controllers[i], NULL));
		SYS(__NR_mount, "cgroup", path, "cgroup", SAFE | RDONLY,
		    i ? controllers[i] : "none,name=systemd");
	}
	mount_on(0, "sys/fs/cgroup", 0, REMOUNT | BIND | SAFE | RDONLY, 0);
}

static void make_devices(void)
{
	for (unsigned i = 0; i < 6; i++) {
		if (c.userns) {
			SYS(__NR_close, open_at(devices[i].name, O_CREAT));
			mount_on(devices[i].host, devices[i].name, 0, BIND, 0);
		} else {
			must(SYS(__NR_mknodat, AT_FDCWD, devices[i].name, ABI_S_IFCHR | 0666,
				 abi_device(devices[i].major, devices[i].minor)),
			     devices[i].name);
		}
	}
	for (unsigned i = 0; i < 6; i++)
		SYS(__NR_symlinkat, links[i][0], AT_FDCWD, links[i][1]);
}

static void restrict_paths(void)
{
	for (unsigned i = 0; i < sizeof(readonly) / sizeof(*readonly); i++)
		if (SYS(__NR_mount, readonly[i], readonly[i], 0, BIND | ABI_MS_REC, 0) == 0)
			mount_on(0, readonly[i], 0, REMOUNT | BIND | SAFE | RDONLY, 0);
	for (unsigned i = 0; i < sizeof(masked) / sizeof(*masked); i++)
		if (SYS(__NR_mount, "/dev/null", masked[i], 0, BIND, 0) == -20 /* ENOTDIR */)
			mount_on("tmpfs", masked[i], "tmpfs", SAFE | RDONLY, 0);
}

static void make_root(void)
{
	mount_on(0, "/", 0, ABI_MS_REC | ABI_MS_SLAVE, 0);
	mount_on("rootfs", "rootfs", 0, BIND | ABI_MS_REC, 0);
	must(SYS(__NR_chdir, "rootfs"), "rootfs");
	for (unsigned i = 0; i < (c.full ? sizeof(mounts) / sizeof(*mounts) : 2); i++) {
		if (mounts[i].make)
			make_directory(mounts[i].target);
		mount_on(mounts[i].type, mounts[i].target, mounts[i].type,
			 i || c.full ? mounts[i].flags : 0, mounts[i].data);
	}
	make_devices();
	if (c.full) {
		mount_cgroups();
		for (unsigned i = 0; i < 3; i++)
			mount_on(files[i][0], files[i][1], 0, BIND | ABI_MS_REC, 0);
		restrict_paths();
	}
	must(SYS(__NR_pivot_root, ".", "."), "pivot_root");
	must(SYS(__NR_umount2, ".", DETACH), "the old root");
	must(SYS(__NR_chdir, "/"), "/");
}

/* ---- the process ---- */

static void bring_loopback_up(void)
{
	struct {
		char name[16];
		short flags;
		char more[22];
	} request = { .name = "lo", .flags = UP_RUNNING };
	int fd = (int)must(SYS(__NR_socket, 2 /* AF_INET */, 2 /* SOCK_DGRAM */, 0), "socket");

	must(SYS(__NR_ioctl, fd, SIOCSIFFLAGS, &request), "lo");
	SYS(__NR_close, fd);
}

static void drop_privileges(void)
{
	static const uint64_t limit[3][3] = { { 7, 1024, 1024 }, { 6, 4096, 4096 }, { 4, 0, 0 } };
	static const uint32_t groups[] = { 0, 10 };
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	uint32_t kept = c.full ? 0xa80425fb : 0;
	struct __user_cap_data_struct sets[2] = { { .effective = kept, .permitted = kept } };

	for (unsigned i = 0; c.full && i < 3; i++)
		must(SYS(__NR_prlimit64, 0, limit[i][0], &limit[i][1], 0), "rlimit");
	SYS(__NR_umask, 022);
	for (unsigned i = 0; i <= CAP_LAST_CAP; i++)
		if (i >= 32 || !(kept >> i & 1))
			SYS(__NR_prctl, PR_CAPBSET_DROP, i, 0, 0, 0);
	must(SYS(__NR_setgroups, c.full ? 2 : 0, groups), "setgroups");
	must(SYS(__NR_setresgid, 0, 0, 0), "setresgid");
	must(SYS(__NR_setresuid, 0, 0, 0), "setresuid");
	must(SYS(__NR_capset, &header, sets), "capset");
	if (c.full)
		must(SYS(__NR_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs");
}

static __attribute__((noreturn)) void become(const char *program, const char *argument)
{
	static const char *const environment[] = { "PATH=/bin", 0 };
	const char *const argv[] = { program, argument, 0 };
	struct sock_fprog code = { sizeof(filter) / sizeof(*filter), (struct sock_filter *)filter };

	SYS(NR_close_range, 3, ~0U, 0);
	if (c.full)
		must(SYS(__NR_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_SPEC_ALLOW,
			 &code),
		     "seccomp");
	must(SYS(__NR_execve, program, argv, environment), program);
	leave(1);
}

/* The container's process: the maps are written when a byte comes from go, it waits for one from
 * fifo when it has sent one to ready. */
static __attribute__((noreturn)) void be_container(int go, int ready, int fifo)
{
	char byte;

	enter_cgroups();
	if (go >= 0) {
		must(SYS(__NR_read, go, &byte, 1), "go");
		must(SYS(__NR_setresgid, 0, 0, 0), "setresgid");
		must(SYS(__NR_setresuid, 0, 0, 0), "setresuid");
	}
	if (c.full) {
		write_file("/proc/self/oom_score_adj", "0", 0);
		if (!c.v2)
			must(SYS(__NR_unshare, ABI_CLONE_NEWCGROUP), "cgroup namespace");
		bring_loopback_up();
	}
	SYS(__NR_keyctl, KEYCTL_JOIN_SESSION_KEYRING, "_ses.floor", 0, 0, 0);
	must(SYS(__NR_sethostname, "floor", 5), "sethostname");
	SYS(__NR_umask, 0);
	make_root();
	drop_privileges();
	SYS(__NR_setsid);
	if (fifo < 0)
		become("/bin/true", 0);
	SYS(__NR_write, ready, "", 1);
	must(SYS(__NR_read, fifo, &byte, 1), "fifo");
	become("/bin/sleep", "100000");
}

static long clone_into(uint64_t flags)
{
	struct abi_clone_args args = { .flags = flags, .exit_signal = SIGCHLD };

	if (c.v2) {
		args.flags |= ABI_CLONE_INTO_CGROUP;
		args.cgroup = (uint64_t)c.cgroup;
	}
	return must(SYS(NR_clone3, &args, sizeof(args)), "clone3");
}

static int end_of(long pid)
{
	int status = 0;

	must(SYS(__NR_wait4, pid, &status, 0, 0), "wait4");
	return status ? 1 : 0;
}

/* ---- the verbs ---- */

/* Starts the container's process in the bundle; with a fifo it waits there. */
static long start_process(const char *bundle, int fifo)
{
	static const char map[] = "0 100000 65536";
	uint64_t flags = ABI_CLONE_NEWPID | ABI_CLONE_NEWIPC | ABI_CLONE_NEWUTS | ABI_CLONE_NEWNS;
	int go[2] = { -1, -1 }, ready[2] = { -1, -1 };
	char path[PATH], number[21], byte;
	const char *name = bundle;
	long pid;

	for (const char *p = bundle; *p; p++)
		if (*p == '/')
			name = p + 1;
	c.full = *name == 'e';
	c.userns = *name == 'u';
	if (c.full)
		flags |= ABI_CLONE_NEWNET | (c.v2 ? ABI_CLONE_NEWCGROUP : 0);
	make_cgroups();
	open_cgroups();
	must(SYS(__NR_chdir, bundle), bundle);
	if (c.userns) {
		flags |= ABI_CLONE_NEWUSER;
		SYS(__NR_pipe2, go, O_CLOEXEC);
	}
	if (fifo >= 0)
		SYS(__NR_pipe2, ready, O_CLOEXEC);
	pid = clone_into(flags);
	if (pid == 0)
		be_container(go[0], ready[1], fifo);
	if (c.userns) {
		write_file(join(path, "/proc/", decimal(number, pid), "/uid_map", NULL), map, 0);
		write_file(join(path, "/proc/", decimal(number, pid), "/gid_map", NULL), map, 0);
		SYS(__NR_write, go[1], "", 1);
	}
	if (fifo >= 0) {
		SYS(__NR_close, ready[1]);
		if (SYS(__NR_read, ready[0], &byte, 1) != 1)
			must(-1, "the container's process has ended");
	}
	return pid;
}

static const char *state_path(char *path, const char *ending)
{
	return join(path, c.root, "/", c.id, ending, NULL);
}

static int do_run(const char *bundle)
{
	int status = end_of(start_process(bundle, -1));

	remove_cgroups();
	return status;
}

static int do_create(const char *bundle)
{
	char path[PATH], number[21], text[PATH];
	int fifo;
	long pid;

	must(SYS(__NR_mknodat, AT_FDCWD, state_path(path, ".start"), 0010600, 0), path);
	fifo = (int)must(open_at(path, O_RDWR), path);
	pid = start_process(bundle, fifo);
	join(text, c.full ? "e" : "m", decimal(number, pid), NULL);
	write_file(state_path(path, ".pid"), text, O_CREAT);
	if (c.pid_file)
		write_file(c.pid_file, text + 1, O_CREAT | O_TRUNC);
	return 0;
}

static long read_pid(void)
{
	char path[PATH], text[24];
	int fd = (int)must(open_at(state_path(path, ".pid"), O_RDONLY), path);
	long n = must(SYS(__NR_read, fd, text, sizeof(text)), path), pid = 0;

	SYS(__NR_close, fd);
	c.full = text[0] == 'e';
	for (long i = 1; i < n; i++)
		pid = pid * 10 + text[i] - '0';
	return pid;
}

static int do_start(void)
{
	char path[PATH];

	write_file(state_path(path, ".start"), "!", 0);
	return 0;
}

static int do_state(void)
{
	char text[PATH];
	bool gone = SYS(__NR_kill, read_pid(), 0) < 0;

	join(text, "{\"id\": \"", c.id, "\", \"status\": \"", gone ? "stopped" : "running", "\"}\n",
	     NULL);
	SYS(__NR_write, 1, text, length(text));
	return 0;
}

static int do_kill(void)
{
	must(SYS(__NR_kill, read_pid(), SIGKILL), "kill");
	return 0;
}

static int do_delete(bool force)
{
	char path[PATH];
	long pid = force ? read_pid() : 0;

	if (force) {
		struct {
			int fd;
			short events, revents;
		} end = { (int)SYS(NR_pidfd_open, pid, 0), 1 /* POLLIN */, 0 };

		SYS(NR_pidfd_send_signal, end.fd, SIGKILL, 0, 0);
		if (end.fd >= 0)
			SYS(__NR_ppoll, &end, 1, 0, 0, 0);
	}
	remove_cgroups();
	SYS(__NR_unlinkat, AT_FDCWD, state_path(path, ".start"), 0);
	must(SYS(__NR_unlinkat, AT_FDCWD, state_path(path, ".pid"), 0), path);
	return 0;
}

static int do_exec(const char *program)
{
	long pid = read_pid();
	int pidfd = (int)must(SYS(NR_pidfd_open, pid, 0), "pidfd_open");
	uint64_t flags = ABI_CLONE_NEWPID | ABI_CLONE_NEWIPC | ABI_CLONE_NEWUTS | ABI_CLONE_NEWNS;

	if (c.full)
		flags |= ABI_CLONE_NEWNET | ABI_CLONE_NEWCGROUP;
	open_cgroups();
	enter_cgroups();
	must(SYS(__NR_setns, pidfd, flags), "setns");
	pid = clone_into(0);
	if (pid > 0)
		return end_of(pid);
	drop_privileges();
	become(program, 0);
}

/* Whether cgroup2 is what is seen. */
static bool sees_v2(void)
{
	long facts[16] = { 0 };

	SYS(__NR_statfs, CGROUPS, facts);
	return facts[0] == CGROUP2_MAGIC;
}

/* `--root ROOT VERB [OPTION]... ID [ARGUMENT]` */
static int run(char **argv)
{
	const char *verb, *bundle = 0;
	bool force = false;

	if (!argv[1] || !argv[2] || !argv[3]) {
		SYS(__NR_write, 1, "the floor\n", 10);
		return 0;
	}
	c.root = argv[2];
	verb = argv[3];
	for (argv += 4; *argv && **argv == '-'; argv++) {
		if (same(*argv, "--bundle"))
			bundle = *++argv;
		else if (same(*argv, "--pid-file"))
			c.pid_file = *++argv;
		else
			force = true;
	}
	c.id = *argv;
	c.v2 = sees_v2();
	make_directory(c.root);
	switch (verb[0] == 's' && verb[3] == 't' ? 'S' : verb[0]) {
	case 'r':
		return do_run(bundle);
	case 'c':
		return do_create(bundle);
	case 'S':
		return do_state();
	case 's':
		return do_start();
	case 'k':
		return do_kill();
	case 'd':
		return do_delete(force);
	default:
		return do_exec(argv[1]);
	}
}

void floor_main(long *stack);
void floor_main(long *stack)
{
	leave(run((char **)(stack + 1)));
}

#if defined(__x86_64__)
__asm__(".globl _start\n_start:\n\tmov %rsp, %rdi\n\tand $-16, %rsp\n\tcall floor_main\n\thlt\n");
#elif defined(__aarch64__)
__asm__(".globl _start\n_start:\n\tmov x0, sp\n\tbl floor_main\n\tbrk #0\n");
#elif defined(__riscv)
__asm__(".globl _start\n_start:\n\tmv a0, sp\n\tandi sp, sp, -16\n\tjal floor_main\n\tebreak\n");
#endif
