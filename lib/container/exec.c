/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* exec: another program in a container that is there. It gets what config.json gave the first one,
 * except for what the options say. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/fd.h"
#include "base/num.h"
#include "cgroup/systemd.h"
#include "container/bundle.h"
#include "container/container.h"
#include "container/listener.h"
#include "exec/host.h"
#include "exec/spawn.h"
#include "host/calls.h"
#include "host/lsm.h"
#include "host/namespace.h"
#include "plan/create.h"
#include "state/id.h"
#include "sys/calls.h"

/* Ids that are none: to the kernel they mean "as it is". */
#define ID_MAX (UINT32_MAX - 1)

struct execution {
	struct arena arena;
	struct oci_exec_options options;
	const char *id;
	struct state state;
	struct record *record;
	int pidfd; /* of init */
	struct document config, process;
	bool affinity_of_config; /* not of the process */
	struct spec *spec;
	struct host_facts facts;
	struct plan_target target;
	char *kept; /* by create */
	struct plan_bytes filter;
	struct text warnings;
	struct plan *plan;
};

static void execution_done(struct execution *execution)
{
	free(execution->plan);
	free(execution->kept);
	document_done(&execution->config);
	document_done(&execution->process);
	text_done(&execution->warnings);
	fd_done(&execution->pidfd);
	state_done(&execution->state);
	arena_done(&execution->arena);
}

/* --- the process --- */

static int read_id(const char *text, size_t length, const char *what, uint64_t *ret,
		   struct oci_error *err)
{
	if (num_parse(text, length, ID_MAX, ret) < 0)
		return fail_plain(err, -EINVAL, NULL, "%s \"%.*s\": expected a number from 0 to %u",
				  what, (int)length, text, ID_MAX);
	return 0;
}

static int set_user(struct spec_user *user, const char *text, struct oci_error *err)
{
	size_t n = strcspn(text, ":");
	int r = read_id(text, n, "user", &user->uid.value, err);

	if (r == 0 && text[n])
		r = read_id(text + n + 1, strlen(text + n + 1), "group", &user->gid.value, err);
	return r;
}

/* The last one counts, as with getenv(3) of nobody: so those before go. */
static void drop_replaced(struct spec_strings *env, size_t added)
{
	size_t kept = 0;

	for (size_t i = 0; i < env->n; i++) {
		size_t length = strcspn(env->item[i], "=");
		bool replaced = false;

		for (size_t j = env->n - added; j < env->n && i < env->n - added; j++)
			replaced = replaced || (strncmp(env->item[j], env->item[i], length) == 0 &&
						env->item[j][length] == '=');
		if (!replaced)
			env->item[kept++] = env->item[i];
	}
	env->n = kept;
}

static int set_environment(struct execution *execution, struct spec_process *process)
{
	size_t before = process->env.n;
	int r = spec_strings_add(&process->env, execution->options.env, &execution->arena);

	if (r == 0 && process->env.n > before)
		drop_replaced(&process->env, process->env.n - before);
	return r;
}

static int set_groups(struct execution *execution, struct spec_user *user, struct oci_error *err)
{
	const char *const *more = execution->options.additional_gids;
	uint64_t *item;
	size_t n = 0;

	while (more && more[n])
		n++;
	if (n == 0)
		return 0;
	item = arena_alloc(&execution->arena, (user->additionalGids.n + n) * sizeof(*item));
	if (!item)
		return fail(err, -ENOMEM, NULL, "exec");
	for (size_t i = 0; i < user->additionalGids.n; i++)
		item[i] = user->additionalGids.item[i];
	for (size_t i = 0; i < n; i++) {
		int r = read_id(more[i], strlen(more[i]), "group",
				&item[user->additionalGids.n + i], err);

		if (r < 0)
			return r;
	}
	user->additionalGids.item = item;
	user->additionalGids.n += n;
	return 0;
}

/* As runc since CVE-2022-29162: not in the inheritable set, and so not in the ambient one. */
static int set_capabilities(struct execution *execution, struct spec_process *process)
{
	const char *const *more = execution->options.capabilities;
	struct spec_capabilities *sets;
	int r;

	if (!more || !more[0])
		return 0;
	sets = arena_alloc(&execution->arena, sizeof(*sets));
	if (!sets)
		return -ENOMEM;
	if (process->capabilities)
		*sets = *process->capabilities;
	process->capabilities = sets;
	r = spec_strings_add(&sets->bounding, more, &execution->arena);
	if (r == 0)
		r = spec_strings_add(&sets->effective, more, &execution->arena);
	if (r == 0)
		r = spec_strings_add(&sets->permitted, more, &execution->arena);
	return r;
}

/* The process of the config, with what the options change. */
static int vary_process(struct execution *execution, struct oci_error *err)
{
	const struct oci_exec_options *options = &execution->options;
	struct spec_process *process = arena_alloc(&execution->arena, sizeof(*process));
	struct spec_user *user = arena_alloc(&execution->arena, sizeof(*user));
	int r = process && user ? 0 : -ENOMEM;

	if (r == 0) {
		if (execution->spec->process) {
			*process = *execution->spec->process;
			execution->affinity_of_config = process->execCPUAffinity;
			*user = *process->user;
		} else {
			process->cwd = "/";
		}
		process->user = user;
		process->terminal = options->flags & OCI_EXEC_TTY;
		process->args = (struct spec_strings){ 0 };
		if (options->cwd)
			process->cwd = options->cwd;
		if (options->process_label)
			process->selinuxLabel = options->process_label;
		if (options->apparmor)
			process->apparmorProfile = options->apparmor;
		if (options->flags & OCI_EXEC_NO_NEW_PRIVS)
			process->noNewPrivileges = true;
		execution->spec->process = process;
		r = spec_strings_add(&process->args, options->args, &execution->arena);
	}
	if (r == 0)
		r = set_environment(execution, process);
	if (r == 0)
		r = set_capabilities(execution, process);
	if (r < 0)
		return fail(err, r, NULL, "exec");
	if (process->cwd[0] != '/')
		return fail_plain(err, -EINVAL, NULL,
				  "the working directory \"%s\" is not an "
				  "absolute path",
				  process->cwd);
	r = options->user ? set_user(user, options->user, err) : 0;
	return r < 0 ? r : set_groups(execution, user, err);
}

static int read_process(struct execution *execution, struct oci_error *err)
{
	struct spec_process *process;
	int r = bundle_read(&execution->arena, "", execution->options.process, &execution->process,
			    err);

	if (r == 0)
		r = spec_decode_process(&execution->process, &execution->arena, &process, err);
	if (r < 0)
		return r;
	if (execution->options.flags & OCI_EXEC_TTY)
		process->terminal = true;
	/* It is about all that is executed in the container. */
	if (!process->execCPUAffinity && execution->spec->process) {
		process->execCPUAffinity = execution->spec->process->execCPUAffinity;
		execution->affinity_of_config = process->execCPUAffinity;
	}
	execution->spec->process = process;
	return 0;
}

static int find_process(struct execution *execution, struct oci_error *err)
{
	const char *const *args = execution->options.args;

	if (execution->options.process)
		return read_process(execution, err);
	if (!args || !args[0])
		return fail_plain(err, -EINVAL, NULL, "exec needs a program to run");
	return vary_process(execution, err);
}

/* --- where it goes --- */

static int has_stopped(const struct execution *execution, struct oci_error *err)
{
	return fail_plain(err, -ESRCH, NULL,
			  "cannot exec in a stopped container: \"%s\": container not running",
			  execution->id);
}

static int find_container(struct execution *execution, const struct oci_context *context,
			  struct oci_error *err)
{
	int r = id_check(execution->id, err);

	if (r == 0)
		r = state_open(context->state_root, execution->id, false, &execution->state, err);
	if (r == 0)
		r = state_read(&execution->state, &execution->arena, &execution->record, err);
	if (r < 0)
		return r;
	execution->pidfd = process_open(execution->record);
	if (execution->pidfd == -ESRCH || execution->record->phase == RECORD_CREATING)
		return has_stopped(execution, err);
	if (!(execution->options.flags & OCI_EXEC_IGNORE_PAUSED) &&
	    container_is_paused(execution->record))
		return fail_plain(err, -EBUSY, NULL, "cannot exec in a paused container: \"%s\"",
				  execution->id);
	if (execution->pidfd < 0)
		return fail(err, execution->pidfd, NULL, "cannot exec in container \"%s\"",
			    execution->id);
	return 0;
}

/* "0::/path" of the v2 hierarchy in /proc/<pid>/cgroup, NULL if there is none. */
static const char *current_group(struct execution *execution)
{
	cleanup(free_done) char *text = NULL;
	char path[sizeof("/proc/2147483647/cgroup")];
	char *line, *rest;

	snprintf(path, sizeof(path), "/proc/%d/cgroup", (int)execution->record->pid.value);
	if (file_read(AT_FDCWD, path, 1 << 20, &text, NULL) < 0)
		return NULL;
	for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		if (strncmp(line, "0::", 3) == 0)
			return arena_strdup(&execution->arena, line + 3);
	return NULL;
}

static bool is_there(const struct record_cgroup *cgroup)
{
	cleanup(fd_done) int dir = cgroup_open(&(struct cgroup){ cgroup->mount, cgroup->path, 0 });

	return dir >= 0;
}

/* An init system may have gone on to a group below: then that of the container takes nobody. Or the
 * whole was moved, and that is gone. */
static const char *group_to_join(struct execution *execution, const struct record_cgroup *cgroup,
				 bool v2)
{
	const char *now = v2 ? current_group(execution) : NULL;
	size_t length = strlen(cgroup->path);

	if (now && strncmp(now, cgroup->path, length) == 0 && now[length] == '/')
		return now;
	return now && !is_there(cgroup) ? now : cgroup->path;
}

/* "name" or, for hierarchies of v1, "memory,cpu:name": below the container's own. */
static const char *wanted_group(const struct oci_exec_options *options)
{
	const char *colon = options->cgroup ? strrchr(options->cgroup, ':') : NULL;

	return colon ? colon + 1 : options->cgroup;
}

static int check_group(const char *name, struct oci_error *err)
{
	const char *at = name;

	while (at && *at) {
		size_t n = strcspn(at, "/");

		if (n == 2 && at[0] == '.' && at[1] == '.')
			return fail_plain(err, -EINVAL, NULL,
					  "cgroup \"%s\": it is not below the container's own",
					  name);
		at += n;
		at += *at == '/';
	}
	return 0;
}

static int find_groups(struct execution *execution, struct oci_error *err)
{
	size_t n = execution->record->cgroups.n;
	struct plan_group *groups = arena_alloc(&execution->arena, (n + 1) * sizeof(*groups));
	const char *name = wanted_group(&execution->options);
	int r = check_group(name, err);

	if (r < 0)
		return r;
	for (size_t i = 0; groups && i < n; i++) {
		const struct record_cgroup *cgroup = &execution->record->cgroups.item[i];

		groups[i].mount = cgroup->mount;
		groups[i].v2 = host_is_cgroup2(cgroup->mount);
		groups[i].path = name && name[0]
					 ? arena_printf(&execution->arena, "%s/%s", cgroup->path,
							name + strspn(name, "/"))
					 : group_to_join(execution, cgroup, groups[i].v2);
	}
	if (!groups || execution->arena.failed)
		return fail(err, -ENOMEM, NULL, "exec");
	execution->target.groups = groups;
	execution->target.n_groups = (unsigned int)n;
	return 0;
}

/* cgroups(7): who is not root moves a process only within what was delegated to him, and so below a
 * group, common to both places, whose cgroup.procs he may write. */
static bool may_enter(const struct plan_group *group)
{
	cleanup(free_done) char *text = NULL, *path = NULL;
	const char *own, *at, *end;

	if (file_read(AT_FDCWD, "/proc/self/cgroup", 1 << 20, &text, NULL) < 0)
		return false;
	own = strncmp(text, "0::", 3) == 0 ? text + 3 : "";
	at = end = group->path;
	for (; *at && *at == *own; at++, own++)
		if (*at == '/')
			end = at;
	if ((*at == '/' || !*at) && (*own == '/' || *own == '\n'))
		end = at;
	if (asprintf(&path, "%s%.*s/cgroup.procs", group->mount, (int)(end - group->path),
		     group->path) < 0)
		path = NULL;
	return path && access(path, W_OK) == 0;
}

/* The instance of systemd of a user may have more put where the user himself may not. */
static int find_unit(struct execution *execution, struct oci_error *err)
{
	const struct record *record = execution->record;
	struct plan_target *target = &execution->target;
	const struct plan_group *group = target->groups;

	if (!record->unit || target->n_groups != 1 || !group->v2 || may_enter(group))
		return 0;
	target->unit = record->unit;
	target->subgroup = group->path + strlen(record->cgroups.item[0].path);
	return systemd_check(err);
}

static int find_target(struct execution *execution, struct oci_error *err)
{
	int pid = (int)execution->record->pid.value;
	int r = namespaces_apart(pid, execution->pidfd, &execution->target.namespaces);

	/* The number is still its own, or it has ended. */
	if (r == 0)
		r = sys_pidfd_send_signal(execution->pidfd, 0);
	if (r == -ESRCH)
		return has_stopped(execution, err);
	if (r < 0)
		return fail(err, r, NULL, "cannot look at the namespaces of container \"%s\"",
			    execution->id);
	execution->target.chroot = execution->record->chroot;
	execution->target.rdt = container_rdt(execution->record);
	r = find_groups(execution, err);
	return r < 0 ? r : find_unit(execution, err);
}

/* --- the verb --- */

static int gather_facts(struct execution *execution, struct oci_error *err)
{
	struct host_facts *facts = &execution->facts;
	int r = host_facts_gather(&execution->arena, facts, err);

	if (r < 0)
		return r;
	facts->apparmor = host_has_apparmor();
	facts->selinux = host_has_selinux();
	if (!plan_is_privileged(facts))
		r = host_users_gather(&execution->arena, &facts->users);
	if (r == 0)
		r = plan_complete(execution->spec, facts, &execution->arena);
	return r < 0 ? fail(err, r, NULL, "cannot look at the host") : 0;
}

static int make_plan(struct execution *execution, struct oci_error *err)
{
	const struct plan_request request = {
		.spec = execution->spec,
		.facts = &execution->facts,
		.arena = &execution->arena,
		.id = execution->id,
		.bundle = execution->record->bundle,
		.pid_file = execution->options.pid_file,
		.console_socket = execution->options.console_socket,
		.takes_terminal = execution->options.ret_terminal,
		.pidfd_socket = execution->options.pidfd_socket,
		.preserve_fds = execution->options.preserve_fds,
		.warnings = &execution->warnings,
		.start = true,
		.no_new_keyring = !execution->record->keyring,
		.filter = execution->filter,
		.target = &execution->target,
	};

	return plan_exec(&request, &execution->plan, err);
}

/* A container that an older ocirun made has none kept: then it is compiled again. */
static void find_filter(struct execution *execution)
{
	const struct spec_linux *linux_ = execution->spec->linux_;
	size_t length;

	if (!linux_ || !linux_->seccomp ||
	    state_kept(&execution->state, STATE_FILTER, &execution->kept, &length, NULL) < 0)
		return;
	execution->filter = plan_filter_kept(execution->kept, length);
}

static int prepare(struct execution *execution, const struct oci_context *context,
		   struct oci_error *err)
{
	uint64_t time = trace_now(&context->trace);
	int r = phase_end(context, "state", &time, find_container(execution, context, err), err);

	if (r < 0)
		return r;
	r = container_config(&execution->state, &execution->arena, &execution->config,
			     &execution->spec, err);
	if (r == 0)
		r = find_process(execution, err);
	if (r == 0)
		find_filter(execution);
	r = phase_end(context, "read", &time, r, err);
	if (r < 0)
		return r;
	r = gather_facts(execution, err);
	if (r == 0)
		r = find_target(execution, err);
	r = phase_end(context, "facts", &time, r, err);
	return r < 0 ? r : phase_end(context, "plan", &time, make_plan(execution, err), err);
}

static int on_listener(void *context, int pid, int listener, struct oci_error *err)
{
	const struct execution *execution = context;

	return listener_send(execution->spec, execution->record, "running", pid, listener, err);
}

static int on_unit_attach(void *context, const char *unit, const char *subgroup, int pid,
			  struct oci_error *err)
{
	cleanup(systemd_close) struct systemd *systemd = NULL;
	const struct execution *execution = context;
	const char *bus = execution->record->bus;
	int r = systemd_open(bus ? bus : "", &systemd, err);

	return r < 0 ? r : systemd_attach(systemd, unit, subgroup, pid, err);
}

static const struct host_calls calls = {
	.listener = on_listener,
	.unit_attach = on_unit_attach,
};

static int carry_out(struct oci_context *context, struct execution *execution, int *ret_pidfd,
		     struct oci_error *err)
{
	struct host host;
	int image = context_image(context, err), r;

	if (image < 0)
		return image;
	host_init(&host, execution->plan, &calls, execution, image, &context->trace);
	host.target = (int)execution->record->pid.value;
	host.target_pidfd = execution->pidfd;
	r = host_run(&host, err);
	if (r < 0)
		host_undo(&host, execution->options.pid_file);
	else if (ret_pidfd)
		*ret_pidfd = TAKE_FD(host.pidfd);
	/* Whatever failed then, it is because of that. */
	if (r < 0 && process_is_ending(execution->record, execution->pidfd))
		r = has_stopped(execution, err);
	else if (r < 0)
		r = container_blame_memory(execution->record, r, err);
	if (r == 0 && execution->options.ret_terminal)
		*execution->options.ret_terminal = TAKE_FD(host.terminal);
	host_done(&host);
	return r;
}

/* Where in which file it is. What the options say is in none. */
static void place(const struct execution *execution, struct oci_error *err)
{
	static const char process[] = "/process/", affinity[] = "/process/execCPUAffinity/";

	if (!err || strncmp(err->where, process, strlen(process)) != 0 ||
	    (execution->affinity_of_config && strncmp(err->where, affinity, strlen(affinity)) == 0))
		bundle_place(&execution->config, "", err);
	else if (execution->process.text)
		bundle_place(&execution->process, "/process", err);
}

static int take_options(const struct oci_exec_options *options, struct oci_exec_options *ret,
			struct oci_error *err)
{
	struct oci_exec_options known = { 0 };
	const unsigned int flags = OCI_EXEC_TTY | OCI_EXEC_NO_NEW_PRIVS | OCI_EXEC_IGNORE_PAUSED;

	if (!options || options->size == 0)
		return fail_plain(err, -EINVAL, NULL, "the size of the exec options is 0");
	memcpy(&known, options, options->size < sizeof(known) ? options->size : sizeof(known));
	if (known.flags & ~flags)
		return fail_plain(err, -EINVAL, NULL, "unknown flags 0x%x", known.flags);
	*ret = known;
	return check_preserved(known.preserve_fds, err);
}

_public_ int oci_exec(struct oci_context *context, const char *id,
		      const struct oci_exec_options *options, int *ret_pidfd, struct oci_error *err)
{
	cleanup(execution_done) struct execution execution = {
		.id = id,
		.state = { .dir = -1 },
		.pidfd = -1,
	};
	uint64_t begin = trace_now(&context->trace);
	int r = error_stage(err, take_options(options, &execution.options, err), "options");

	if (r == 0)
		r = prepare(&execution, context, err);
	if (r == 0) {
		context_log_lines(context, OCI_LOG_WARNING, execution.warnings.data);
		r = carry_out(context, &execution, ret_pidfd, err);
	}
	if (r < 0)
		place(&execution, err);
	trace_end(&context->trace, "exec", id, "", begin);
	return host_call_explain(r, err);
}
