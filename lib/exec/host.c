/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The host's interpreter, see host.h: the loop, init's life, and what the container's record has to
 * know. The operations on cgroups are in host_cgroup.c. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "base/fd.h"
#include "exec/child_error.h"
#include "exec/host.h"
#include "exec/host_ops.h"
#include "exec/op_trace.h"
#include "exec/spawn.h"
#include "host/namespace.h"
#include "plan/print.h"
#include "sys/calls.h"
#include "sys/message.h"

_Static_assert((int)SPAWN_INHERITED_MAX >= (int)SLOT_INHERITED_MAX, "all slots can be inherited");

static int (*const interpreter[OP_MAX_])(struct host *, const struct op *, struct oci_error *) = {
#define OP_HOST(NAME, name) [OP_##NAME] = host_##name,
#define OP_CHILD(NAME, name)
#define OP(column, NAME, name, kernel, print) OP_##column(NAME, name)
#include "plan/ops.def"
#undef OP
#undef OP_HOST
#undef OP_CHILD
};

void host_init(struct host *host, const struct plan *plan, const struct host_calls *calls,
	       void *context, int image, const struct trace *trace)
{
	*host = (struct host){
		.plan = plan,
		.calls = calls,
		.context = context,
		.image = image,
		.trace = trace,
		.channel = -1,
		.pidfd = -1,
		.target_pidfd = -1,
		.terminal = -1,
		.network = -1,
		.network_inside = -1,
		.file = { .fd = -1 },
	};
	for (int i = 0; i < SLOT_MAX; i++)
		host->fds[i] = -1;
}

void host_done(struct host *host)
{
	for (int i = 0; i < SLOT_MAX; i++)
		fd_done(&host->fds[i]);
	fd_done(&host->channel);
	fd_done(&host->pidfd);
	fd_done(&host->file.fd);
	fd_done(&host->terminal);
	host_network_done(host, false);
	host_limits_done(host);
	if (host->report)
		munmap(host->report, PLAN_REPORT_SIZE);
	host->report = NULL;
}

void host_undo(const struct host *host, const char *pid_file)
{
	if (host->pidfd >= 0)
		spawn_end(host->pid, host->pidfd);
	if (host->pid_file)
		unlink(pid_file);
}

int host_fail(const struct host *host, const struct op *op, int code, struct oci_error *err)
{
	return op_error(host->plan, op, code, err);
}

int host_run(struct host *host, struct oci_error *err)
{
	const struct op *ops = plan_ops(host->plan, PLAN_HOST);

	int r = 0;

	for (uint32_t i = 0; r >= 0 && i < host->plan->n_host; i++) {
		uint64_t begin = trace_now(host->trace);

		r = interpreter[ops[i].kind](host, &ops[i], err);
		op_trace(host->trace, host->plan, &ops[i], begin);
		i += r > 0 ? (uint32_t)r : 0; /* operations that are not needed */
	}
	if (host->report)
		op_trace_child(host->trace, host->plan, host->report, 0);
	if (r < 0)
		host_network_done(host, true);
	return error_stage(err, r < 0 ? r : 0, "host");
}

int host_intent(struct host *host, const struct op *op, struct oci_error *err)
{
	(void)op;
	return host->calls->intent(host->context, err);
}

/* Whether the namespace is the one that we are in ourselves. */
static bool is_ours(int fd, uint64_t type)
{
	static const struct {
		uint64_t type;
		const char *path;
	} own[] = {
		{ ABI_CLONE_NEWUTS, "/proc/self/ns/uts" },
		{ ABI_CLONE_NEWIPC, "/proc/self/ns/ipc" },
		{ ABI_CLONE_NEWNET, "/proc/self/ns/net" },
	};
	struct stat theirs, ours;

	for (size_t i = 0; i < ARRAY_SIZE(own); i++)
		if (own[i].type == type)
			return stat(own[i].path, &ours) < 0 || fstat(fd, &theirs) < 0 ||
			       (ours.st_dev == theirs.st_dev && ours.st_ino == theirs.st_ino);
	return true;
}

int host_namespace(struct host *host, const struct op *op, struct oci_error *err)
{
	int type,
		r = namespace_open(plan_string(host->plan, op->text), &host->fds[op->slot], &type);

	if (r < 0 && r != -ENOTTY)
		return host_fail(host, op, r, err);
	if (r < 0 || (unsigned int)type != op->a)
		return fail_plain(err, -EINVAL, plan_string(host->plan, op->where),
				  "%s: \"%s\" is not a namespace of that type",
				  plan_string(host->plan, op->where),
				  plan_string(host->plan, op->text));
	if (op->b && is_ours(host->fds[op->slot], op->a))
		return fail_plain(
			err, -EINVAL, plan_string(host->plan, op->where),
			"%s: the namespace is the host's, and the config changes settings "
			"of it",
			plan_string(host->plan, op->where));
	return 0;
}

int host_init_open(struct host *host, const struct op *op, struct oci_error *err)
{
	int fd = fcntl(host->target_pidfd, F_DUPFD_CLOEXEC, 0);

	if (fd < 0)
		return host_fail(host, op, -errno, err);
	host->fds[op->slot] = fd;
	return 0;
}

/* The link is the kernel's, and leads where init stands, whatever is mounted there. */
int host_root_open(struct host *host, const struct op *op, struct oci_error *err)
{
	char path[sizeof("/proc/2147483647/root")];
	int fd, r;

	snprintf(path, sizeof(path), "/proc/%d/root", host->target);
	fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return host_fail(host, op, -errno, err);
	host->fds[op->slot] = fd;
	/* Whoever has this pid now: is it still the one whose pidfd we have? */
	r = sys_pidfd_send_signal(host->target_pidfd, 0);
	return r < 0 ? host_fail(host, op, r, err) : 0;
}

int host_listen(struct host *host, const struct op *op, struct oci_error *err)
{
	int fd = host->calls->listen(host->context, err);

	if (fd < 0)
		return fd;
	host->fds[op->slot] = fd;
	return 0;
}

/* The memfd that both sides share: the report's page, then the plan. */
static int share_plan(struct host *host)
{
	cleanup(fd_done) int fd = memfd_create("ocirun-plan", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	void *report;

	if (fd < 0)
		return -errno;
	if (ftruncate(fd, PLAN_REPORT_SIZE) < 0)
		return -errno;
	if (pwrite(fd, host->plan, host->plan->size, PLAN_REPORT_SIZE) != (ssize_t)host->plan->size)
		return -ENOSPC;
	report = mmap(NULL, PLAN_REPORT_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (report == MAP_FAILED)
		return -errno;
	host->report = report;
	host->report->traced = host->trace->tell != NULL;
	host->fds[SLOT_PLAN] = TAKE_FD(fd);
	return 0;
}

/* Of these init alone may have an end: the host has to hear when it is gone. */
static void close_childs_ends(struct host *host)
{
	fd_done(&host->fds[SLOT_CHANNEL]);
	fd_done(&host->fds[SLOT_START]);
}

int host_spawn(struct host *host, const struct op *op, struct oci_error *err)
{
	struct spawn spawn = {
		.image = host->image,
		.flags = op->a,
		.cgroup = op->slot == SLOT_NONE ? -1 : host->fds[op->slot],
		.fds = host->fds,
		.n_fds = host->plan->inherited,
		.preserve = host->plan->preserve,
	};
	int pair[2], r;

	r = share_plan(host);
	if (r < 0)
		return fail(err, r, NULL, "cannot share the plan with init");
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return fail(err, -errno, NULL, "cannot make a channel to init");
	host->channel = pair[0];
	host->fds[SLOT_CHANNEL] = pair[1];
	r = spawn_init(&spawn, &host->pid, &host->pidfd, err);
	close_childs_ends(host);
	return r;
}

int host_unit_property(struct host *host, const struct op *op, struct oci_error *err)
{
	return host->calls->unit_property(host->context, plan_string(host->plan, op->text),
					  plan_string(host->plan, op->text2), err);
}

int host_scope(struct host *host, const struct op *op, struct oci_error *err)
{
	(void)op;
	return host->calls->scope(host->context, host->pid, err);
}

int host_unit_attach(struct host *host, const struct op *op, struct oci_error *err)
{
	return host->calls->unit_attach(host->context, plan_string(host->plan, op->text),
					plan_string(host->plan, op->text2), host->pid, err);
}

int host_child_failed(struct host *host, struct oci_error *err)
{
	return child_error(host->plan, host->report, host->pidfd, err);
}

static ssize_t receive(int fd, char *message, size_t size)
{
	ssize_t n;

	do
		n = recv(fd, message, size, 0);
	while (n < 0 && errno == EINTR);
	return n;
}

/* The first process ends when it has told of the second, or because something is wrong. */
static bool is_told(const struct host *host)
{
	struct pollfd fds[] = { { .fd = host->channel, .events = POLLIN },
				{ .fd = host->pidfd, .events = POLLIN } };

	while (poll(fds, 2, -1) < 0 && errno == EINTR)
		;
	/* It may have ended since. */
	return fds[0].revents || poll(fds, 1, 0) > 0;
}

int host_adopt(struct host *host, const struct op *op, struct oci_error *err)
{
	struct plan_adopt adopt = { 0 };
	int pidfd = -1;

	(void)op;
	if (!is_told(host) ||
	    message_receive(host->channel, &adopt, sizeof(adopt), &pidfd) != sizeof(adopt) ||
	    adopt.message != MESSAGE_ADOPT)
		return host_child_failed(host, err);
	if (pidfd < 0) {
		/* We have no room for it, and it ends with the channel. */
		fd_done(&host->channel);
		while (waitid(P_PID, (id_t)adopt.pid, NULL, WEXITED) < 0 && errno == EINTR)
			;
		return fail(err, -EMFILE, NULL, "cannot take init over");
	}
	spawn_reap(host->pidfd);
	fd_done(&host->pidfd);
	host->pid = adopt.pid;
	host->pidfd = pidfd;
	return 0;
}

static int open_tree_for_init(const struct host *host, const struct op *op)
{
	unsigned int flags = op->flags & OP_RECURSIVE ? ABI_AT_RECURSIVE : 0;
	struct abi_mount_attr attr = { .attr_set = ABI_MOUNT_ATTR_IDMAP };
	cleanup(fd_done) int tree = -1;
	int r;

	if (op->flags & OP_NOFOLLOW)
		flags |= ABI_AT_SYMLINK_NOFOLLOW;
	tree = sys_open_tree(AT_FDCWD, plan_string(host->plan, op->text),
			     flags | ABI_OPEN_TREE_CLONE);
	if (tree < 0 || op->slot == SLOT_NONE)
		return TAKE_FD(tree);
	attr.userns_fd = (uint64_t)host->fds[op->slot];
	flags = op->flags & OP_RECURSIVE_MAP ? ABI_AT_RECURSIVE : 0;
	r = sys_mount_setattr(tree, "", flags | ABI_AT_EMPTY_PATH, &attr);
	if (r == -EINVAL) /* which open_tree may say, too, of something else */
		return -EOPNOTSUPP;
	return r < 0 ? r : TAKE_FD(tree);
}

int host_tree_send(struct host *host, const struct op *op, struct oci_error *err)
{
	struct plan_handover handover = { .message = MESSAGE_TREE, .number = (uint32_t)op->a };
	cleanup(fd_done) int tree = open_tree_for_init(host, op);

	if (tree < 0)
		return host_fail(host, op, tree, err);
	if (message_send(host->channel, &handover, sizeof(handover), tree) < 0)
		return host_child_failed(host, err);
	return 0;
}

int host_await(struct host *host, const struct op *op, struct oci_error *err)
{
	char message[2];
	ssize_t n = receive(host->channel, message, sizeof(message));

	if (n == 2 && message[0] == MESSAGE_BARRIER && (uint8_t)message[1] == op->a)
		return 0;
	return host_child_failed(host, err);
}

int host_prepare(struct host *host, const struct op *op, struct oci_error *err)
{
	(void)op;
	return host->calls->prepare(host->context, host->pid, host->pidfd, err);
}

int host_record(struct host *host, const struct op *op, struct oci_error *err)
{
	(void)op;
	return host->calls->record(host->context, err);
}

int host_hooks(struct host *host, const struct op *op, struct oci_error *err)
{
	return host->calls->hooks(host->context, (int)op->a, host->pid, host->pidfd, err);
}

int host_pid_file(struct host *host, const struct op *op, struct oci_error *err)
{
	const char *path = plan_string(host->plan, op->text);
	char pid[16];
	int length = snprintf(pid, sizeof(pid), "%d", host->pid);
	int r = file_replace(AT_FDCWD, path, pid, (size_t)length, 0644);

	if (r < 0)
		return fail(err, r, path, "cannot write the pid file \"%s\"", path);
	host->pid_file = true;
	return 0;
}

int host_release(struct host *host, const struct op *op, struct oci_error *err)
{
	const char message = MESSAGE_RELEASE;

	(void)op;
	if (send(host->channel, &message, 1, MSG_NOSIGNAL) < 0)
		return host_child_failed(host, err);
	return 0;
}

int host_parked(struct host *host, const struct op *op, struct oci_error *err)
{
	char message;

	(void)op;
	if (receive(host->channel, &message, 1) == 1 && message == MESSAGE_PARKED)
		return 0;
	return host_child_failed(host, err);
}

/* -ECONNRESET: the connection ended, as it does in execve(2), or with init. */
static int pass_listener(const struct host *host, struct oci_error *err)
{
	const char message = MESSAGE_RELEASE;
	cleanup(fd_done) int listener = -1;
	char byte;
	int r;

	if (message_receive(host->channel, &byte, 1, &listener) != 1 || byte != MESSAGE_LISTENER)
		return -ECONNRESET;
	r = host->calls->listener(host->context, host->pid, listener, err);
	if (r == 0)
		send(host->channel, &message, 1, MSG_NOSIGNAL);
	return r;
}

/* From MESSAGE_GO on: the memfd with report and plan comes with the acknowledgement; then init's
 * end is closed. */
static int await_program(const struct host *host, int *ret_memfd, struct oci_error *err)
{
	char byte;
	int r;

	if (message_receive(host->channel, &byte, 1, ret_memfd) != 1 || byte != MESSAGE_ACK)
		return -ECONNRESET;
	do
		r = pass_listener(host, err);
	while (r == 0);
	return r == -ECONNRESET ? 0 : r;
}

int host_started(struct host *host, const struct op *op, struct oci_error *err)
{
	cleanup(fd_done) int memfd = -1;
	int r = await_program(host, &memfd, err);

	(void)op;
	if (r == -ECONNRESET)
		return host_child_failed(host, err);
	return r < 0 ? r : child_error_if_any(host->plan, host->report, err);
}

static int map_report(int memfd, size_t size, const struct trace *trace, uint64_t since,
		      struct oci_error *err)
{
	const char *memory = mmap(NULL, size, PROT_READ, MAP_SHARED, memfd, 0);
	const struct plan_report *report = (const void *)memory;
	const struct plan *plan;
	int r;

	if (memory == MAP_FAILED)
		return fail(err, -errno, NULL, "cannot read init's report");
	plan = (const struct plan *)(const void *)(memory + PLAN_REPORT_SIZE);
	op_trace_child(trace, plan, report, since);
	r = child_error_if_any(plan, report, err);
	munmap((void *)(uintptr_t)memory, size);
	return r;
}

_Static_assert(offsetof(struct plan_report, op) == 0 &&
		       offsetof(struct plan_report, error) == sizeof(int32_t),
	       "how a report begins");

/* Reads report and plan out of the memfd; they are only mapped when there is something to tell. An
 * init without an error that did not come to its last operation, the program, was ended before. */
static int look_at_report(int memfd, const struct trace *trace, uint64_t since,
			  struct oci_error *err)
{
	int32_t report[2]; /* op, error */
	struct plan plan;
	int r = 0;

	if (pread(memfd, report, sizeof(report), 0) != sizeof(report) ||
	    pread(memfd, &plan, sizeof(plan), PLAN_REPORT_SIZE) != sizeof(plan))
		return fail_plain(err, -EIO, NULL, "cannot read init's report");
	if (report[1] != 0 || trace->tell)
		r = map_report(memfd, PLAN_REPORT_SIZE + plan.size, trace, since, err);
	return r == 0 && report[0] != (int32_t)plan.n_child - 1 ? -ECONNRESET : r;
}

int host_start(const struct host *host, struct oci_error *err)
{
	const char message = host->trace->tell ? MESSAGE_GO_TIMED : MESSAGE_GO;
	uint64_t since = trace_now(host->trace);
	cleanup(fd_done) int memfd = -1;
	int r;

	if (send(host->channel, &message, 1, MSG_NOSIGNAL) < 0)
		return -ECONNRESET;
	r = await_program(host, &memfd, err);
	return r < 0 || memfd < 0 ? r : look_at_report(memfd, host->trace, since, err);
}
