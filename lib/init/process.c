/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Operations: what the process is and may, and the program it becomes. */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/mman.h>
#include <linux/prctl.h>
#include <linux/stat.h>

#include "base/weaken.h"
#include "init/init.h"
#include "sys/path.h"

#define SIGNALS 64

void be_dumpable(const struct op *op, bool dumpable)
{
	if (op->flags & OP_DUMPABLE)
		sys_prctl(PR_SET_DUMPABLE, dumpable, 0, 0);
}

int do_pdeathsig(struct init *init, const struct op *op)
{
	(void)init;
	return sys_prctl(PR_SET_PDEATHSIG, op->a, 0, 0);
}

/* execve(2) has reset what was handled; what was ignored would stay ignored. */
int do_signals(struct init *init, const struct op *op)
{
	const unsigned long none = 0, action[4] = { 0 };

	(void)init;
	(void)op;
	if (WEAKENED(INHERITED))
		return 0;
	for (int signal = 1; signal <= SIGNALS; signal++)
		SYS(__NR_rt_sigaction, signal, action, 0, sizeof(none));
	return (int)SYS(__NR_rt_sigprocmask, 2 /* SIG_SETMASK */, &none, 0, sizeof(none));
}

int do_session(struct init *init, const struct op *op)
{
	int r = WEAKENED(INHERITED) ? 0 : (int)SYS(__NR_setsid);

	(void)init;
	(void)op;
	/* EPERM: we lead a process group, as the first process of a pid namespace does not. */
	return r == -EPERM ? 0 : r < 0 ? r : 0;
}

int do_rlimit(struct init *init, const struct op *op)
{
	const uint64_t limit[2] = { op->b, op->c };

	(void)init;
	return (int)SYS(__NR_prlimit64, 0, op->a, limit, 0);
}

int do_umask(struct init *init, const struct op *op)
{
	(void)init;
	SYS(__NR_umask, op->a);
	return 0;
}

int do_stdio(struct init *init, const struct op *op)
{
	const int from[] = { init->fds[op->slot], init->fds[op->slot2], init->fds[op->a] };
	long r = 0;

	for (int fd = 0; r >= 0 && fd <= 2; fd++)
		r = SYS(__NR_dup3, from[fd], fd, 0);
	return r < 0 ? (int)r : 0;
}

/* As runc: the caller's pipes belong to root, and the program may want to open /dev/stdout. A null
 * device stays as it is, since it may be the host's; and what cannot be changed, too. */
int do_stdio_owner(struct init *init, const struct op *op)
{
	(void)init;
	for (int fd = 0; fd <= 2; fd++) {
		struct statx st;

		if (sys_statx(fd, STATX_TYPE, &st) < 0)
			continue;
		if ((st.stx_mode & ABI_S_IFMT) == ABI_S_IFCHR && st.stx_rdev_major == 1)
			continue;
		SYS(__NR_fchown, fd, op->a, -1);
	}
	return 0;
}

/* A magic link in the path may lead out of the root (CVE-2024-21626); then the kernel has no path
 * for where we are. */
int do_chdir(struct init *init, const struct op *op)
{
	char path[PATH_SIZE];
	long n;
	int r = (int)SYS(__NR_chdir, text_of(init, op));

	if (r < 0 || WEAKENED(CWD))
		return r;
	n = SYS(__NR_getcwd, path, sizeof(path));
	if (n < 0)
		return (int)n;
	return path[0] == '/' ? 0 : -EXDEV;
}

int do_keep_caps(struct init *init, const struct op *op)
{
	(void)init;
	(void)op;
	return sys_prctl(PR_SET_KEEPCAPS, 1, 0, 0);
}

int do_bounding(struct init *init, const struct op *op)
{
	(void)init;
	for (unsigned int capability = 0; capability < 64; capability++) {
		int r;

		if (op->a >> capability & 1 || WEAKENED(CAPABILITIES))
			continue;
		r = sys_prctl(PR_CAPBSET_DROP, capability, 0, 0);
		if (r == -EINVAL)
			return 0; /* the kernel knows no more of them */
		if (r < 0)
			return r;
	}
	return 0;
}

int do_groups(struct init *init, const struct op *op)
{
	if (WEAKENED(INHERITED) && op->a == 0)
		return 0;
	return (int)SYS(__NR_setgroups, op->a, text_of(init, op));
}

int do_ids(struct init *init, const struct op *op)
{
	int r = (int)SYS(__NR_setresgid, op->b, op->b, op->b);

	(void)init;
	if (r == 0)
		r = (int)SYS(__NR_setresuid, op->a, op->a, op->a);
	/* The kernel has set it to fs.suid_dumpable. */
	if (!WEAKENED(DUMPABLE))
		sys_prctl(PR_SET_DUMPABLE, 0, 0, 0);
	return r;
}

int do_capabilities(struct init *init, const struct op *op)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	const uint64_t inheritable = WEAKENED(CAPABILITIES) ? op->b : op->c;
	const struct __user_cap_data_struct data[2] = {
		{ (uint32_t)op->a, (uint32_t)op->b, (uint32_t)inheritable },
		{ (uint32_t)(op->a >> 32), (uint32_t)(op->b >> 32), (uint32_t)(inheritable >> 32) },
	};

	(void)init;
	return (int)SYS(__NR_capset, &header, data);
}

int do_ambient(struct init *init, const struct op *op)
{
	int r = sys_prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0);

	(void)init;
	for (unsigned int capability = 0; r == 0 && capability < 64; capability++)
		if (op->a >> capability & 1)
			r = sys_prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0);
	return r;
}

int do_no_new_privs(struct init *init, const struct op *op)
{
	(void)init;
	(void)op;
	return WEAKENED(PRIVILEGES) ? 0 : sys_prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0);
}

static int look_at_executable(const char *path)
{
	struct statx st;
	int r = (int)SYS(__NR_statx, ABI_AT_FDCWD, path, 0, STATX_TYPE, &st);

	if (r < 0)
		return r;
	if ((st.stx_mode & ABI_S_IFMT) == ABI_S_IFDIR)
		return -EISDIR;
	if ((st.stx_mode & ABI_S_IFMT) != ABI_S_IFREG)
		return -EACCES;
	return (int)SYS(__NR_faccessat2, ABI_AT_FDCWD, path, 1 /* X_OK */, 0x200 /* AT_EACCESS */);
}

static const struct plan_exec *table_of(const struct init *init, const struct op *op)
{
	return (const struct plan_exec *)(const void *)text2_of(init, op);
}

static const char *path_of(const struct init *init, const struct plan_exec *exec, uint32_t i)
{
	return plan_string(init->plan, exec->offsets[exec->n_args + exec->n_env + i]);
}

/* As execvp(3): "permission denied" somewhere counts more than "not found" elsewhere. */
int do_executable(struct init *init, const struct op *op)
{
	const struct plan_exec *exec = table_of(init, op);
	int result = -ENOENT;

	for (uint32_t i = 0; i < exec->n_paths; i++) {
		int r = look_at_executable(path_of(init, exec, i));

		if (r == 0)
			return 0;
		if (r != -ENOENT && (exec->n_paths == 1 || r == -EACCES))
			result = r;
	}
	return result;
}

int prepare_program(struct init *init, const struct op *op)
{
	const struct plan_exec *exec = table_of(init, op);
	long size = ((long)exec->n_args + exec->n_env + 3) * (long)sizeof(char *);
	long memory =
		SYS(__NR_mmap, 0, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uint32_t i;

	if (memory < 0 && memory > -4096)
		return (int)memory;
	init->argv = (char **)memory;
	for (i = 0; i < exec->n_args; i++)
		init->argv[i] = (char *)plan_string(init->plan, exec->offsets[i]);
	init->envp = init->argv + exec->n_args + 1;
	for (i = 0; i < exec->n_env; i++)
		init->envp[i] = (char *)plan_string(init->plan, exec->offsets[exec->n_args + i]);
	init->envp[i] = init->home;
	return 0;
}

int do_close_from(struct init *init, const struct op *op)
{
	(void)init;
	if (WEAKENED(CLOSE))
		return 0;
	return sys_close_range((unsigned int)op->a, ~0u, ABI_CLOSE_RANGE_CLOEXEC);
}

int do_exec(struct init *init, const struct op *op)
{
	const struct plan_exec *exec = table_of(init, op);
	int result = -ENOENT;

	for (uint32_t i = 0; i < exec->n_paths; i++) {
		int r = (int)SYS(__NR_execve, path_of(init, exec, i), init->argv, init->envp);

		if (r != -ENOENT && r != -ENOTDIR && r != -EACCES)
			return r;
		if (r != -ENOENT)
			result = r;
	}
	return result;
}
