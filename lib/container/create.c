/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* create, run and plan: read the bundle, decide, then let the host's interpreter act. Everything
 * that can be found wrong by looking is found before anything is changed. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"
#include "base/fd.h"
#include "cgroup/systemd.h"
#include "container/bundle.h"
#include "container/container.h"
#include "container/filter.h"
#include "container/hooks.h"
#include "container/listener.h"
#include "exec/host.h"
#include "exec/spawn.h"
#include "host/calls.h"
#include "host/lsm.h"
#include "host/mounts.h"
#include "plan/create.h"
#include "plan/print.h"
#include "plan/unit.h"
#include "spec/spec.h"
#include "state/id.h"

/* Everything that is decided before the first side effect. */
#define WHERE "/linux/cgroupsPath"

#define SYSTEM_BUS "unix:path=/run/dbus/system_bus_socket"
#define USER_BUS   "unix:path=/run/user/%u/bus"

struct preparation {
	struct arena arena;
	struct oci_create_options options;
	const char *bundle;
	const char *rootfs;
	struct document config;
	struct spec *spec;
	struct host_facts facts;
	struct text warnings;
	const char *cgroup_path;
	const char *notify_socket;
	struct systemd *systemd; /* NULL but with that manager */
	const char *bus;
	struct unit unit;
	struct bare_mounts bare_mounts;
	struct filter filter;
	struct plan *plan;
};

static void preparation_done(struct preparation *preparation)
{
	free(preparation->plan);
	filter_done(&preparation->filter);
	systemd_close(&preparation->systemd);
	document_done(&preparation->config);
	text_done(&preparation->warnings);
	arena_done(&preparation->arena);
}

static const struct manager {
	const char *name;
	enum plan_cgroup_manager value;
} managers[] = {
	{ "cgroupfs", PLAN_CGROUP_FS },
	{ "systemd", PLAN_CGROUP_SYSTEMD },
	{ "disabled", PLAN_CGROUP_DISABLED },
};

static const struct manager *find_manager(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(managers); i++)
		if (strcmp(managers[i].name, name) == 0)
			return &managers[i];
	return NULL;
}

static enum plan_cgroup_manager manager_of(const struct oci_create_options *options)
{
	return options->cgroup_manager ? find_manager(options->cgroup_manager)->value
				       : PLAN_CGROUP_FS;
}

static int take_options(const struct oci_create_options *options, struct oci_create_options *ret,
			struct oci_error *err)
{
	struct oci_create_options known = { 0 };

	if (options && options->size == 0)
		return fail_plain(err, -EINVAL, NULL, "the size of the create options is 0");
	if (options)
		memcpy(&known, options,
		       options->size < sizeof(known) ? options->size : sizeof(known));
	if (known.cgroup_manager && !find_manager(known.cgroup_manager))
		return fail_plain(err, -EINVAL, NULL, "unknown cgroup manager \"%s\"",
				  known.cgroup_manager);
	if (known.flags & ~(unsigned int)(OCI_CREATE_NO_PIVOT | OCI_CREATE_NO_NEW_KEYRING))
		return fail_plain(err, -EINVAL, NULL, "unknown flags 0x%x", known.flags);
	*ret = known;
	if (manager_of(&known) == PLAN_CGROUP_SYSTEMD) {
		int r = systemd_check(err);

		if (r < 0)
			return r;
	}
	return check_preserved(known.preserve_fds, err);
}

static int read_config(struct preparation *preparation, struct oci_error *err)
{
	int r = bundle_find(&preparation->arena, preparation->options.bundle, &preparation->bundle,
			    err);

	return r < 0 ? r
		     : bundle_read(&preparation->arena, preparation->bundle,
				   preparation->options.config, &preparation->config, err);
}

static int check_config(struct preparation *preparation, struct oci_error *err)
{
	int r = spec_decode(&preparation->config, &preparation->arena, &preparation->spec, err);

	if (r == 0 && preparation->spec->process)
		r = spec_strings_add(&preparation->spec->process->env, preparation->options.env,
				     &preparation->arena);
	if (r == -ENOMEM)
		return fail(err, r, NULL, "cannot read the config");
	return r < 0 ? r
		     : bundle_rootfs(&preparation->arena, preparation->bundle, preparation->spec,
				     &preparation->rootfs, err);
}

static int make_plan(struct preparation *preparation, const char *id, bool start,
		     struct oci_error *err)
{
	unsigned int flags = preparation->options.flags;
	const struct plan_request request = {
		.spec = preparation->spec,
		.facts = &preparation->facts,
		.arena = &preparation->arena,
		.id = id,
		.bundle = preparation->bundle,
		.pid_file = preparation->options.pid_file,
		.console_socket = preparation->options.console_socket,
		.takes_terminal = preparation->options.ret_terminal,
		.pidfd_socket = preparation->options.pidfd_socket,
		.notify_socket = preparation->notify_socket,
		.preserve_fds = preparation->options.preserve_fds,
		.warnings = &preparation->warnings,
		.filter = preparation->filter.program,
		.manager = manager_of(&preparation->options),
		.start = start,
		.no_pivot = flags & OCI_CREATE_NO_PIVOT,
		.no_new_keyring = flags & OCI_CREATE_NO_NEW_KEYRING,
	};
	int r;

	r = plan_cgroup_path(&request, &preparation->cgroup_path, err);
	if (r == 0 && request.manager == PLAN_CGROUP_SYSTEMD)
		r = unit_find(&request, &preparation->unit, err);
	return r < 0 ? r : plan_create(&request, &preparation->plan, err);
}

/* Beside v1 only what a limit is for is looked up. */
static int gather_controllers(const struct spec_resources *resources, struct host_facts *facts,
			      struct arena *arena)
{
	if (facts->cgroup_layout != CGROUP_HYBRID ||
	    (resources->hugepageLimits.n == 0 && resources->rdma.n == 0 &&
	     resources->unified.n == 0))
		return 0;
	return host_find_v2_controllers(facts, arena);
}

/* Nobody's start fails because the one who makes it was given a name that leads nowhere. */
static void find_notify_socket(struct preparation *preparation)
{
	const char *path = preparation->options.notify_socket;
	struct stat st;

	if (!path || !path[0])
		return;
	if (path[0] == '/' && (stat(path, &st) < 0 || !S_ISSOCK(st.st_mode)))
		text_printf(&preparation->warnings, "NOTIFY_SOCKET: \"%s\" is not a socket\n",
			    path);
	else
		preparation->notify_socket = path;
}

/* The groups are systemd's, and where its own is decides where they are. */
static int find_systemd(struct preparation *preparation, struct oci_error *err)
{
	const struct oci_create_options *options = &preparation->options;
	struct host_facts *facts = &preparation->facts;
	struct arena *arena = &preparation->arena;
	int r;

	facts->systemd_user = host_has_own_systemd();
	if (facts->systemd_user && facts->cgroup_layout != CGROUP_V2)
		return fail_plain(err, -EPERM, NULL,
				  "the cgroup manager \"systemd\" of a user needs cgroup v2");
	preparation->bus = facts->systemd_user ? options->user_bus : options->system_bus;
	if (!preparation->bus)
		preparation->bus =
			facts->systemd_user ? arena_printf(arena, USER_BUS, geteuid()) : SYSTEM_BUS;
	if (!preparation->bus)
		return fail(err, -ENOMEM, NULL, "cannot connect to systemd");
	facts->n_groups = facts->n_hierarchies;
	facts->no_groups = NULL;
	r = systemd_open(preparation->bus, &preparation->systemd, err);
	return r < 0 ? r
		     : systemd_control_group(preparation->systemd, arena, &facts->systemd_root,
					     err);
}

static void find_bare_mounts(struct preparation *preparation, const char *notes)
{
	struct bare_mounts *bare = &preparation->bare_mounts;
	struct host_facts *facts = &preparation->facts;
	unsigned int many = plan_many_mounts(preparation->spec);

	if (many == 0 || facts->empty_mounts || facts->nested || !plan_is_privileged(facts) ||
	    !host_has_mounts(many))
		return;
	bare_mounts_find(bare, notes);
	if (bare->path[0])
		facts->bare_mounts = bare->path;
}

/* What only a user namespace or a label asks for costs nothing without one. */
static int gather_facts(struct preparation *preparation, const char *notes, struct oci_error *err)
{
	const struct spec *spec = preparation->spec;
	struct host_facts *facts = &preparation->facts;
	int r = host_facts_gather(&preparation->arena, facts, err);

	if (r < 0)
		return r;
	find_notify_socket(preparation);
	facts->nested = host_is_nested();
	find_bare_mounts(preparation, notes);
	if (spec_namespace_find(spec, (int)ABI_CLONE_NEWUSER))
		facts->owns_mounts = host_owns_mounts();
	if (spec->process && spec->process->apparmorProfile)
		facts->apparmor = host_has_apparmor();
	if ((spec->process && spec->process->selinuxLabel) ||
	    (spec->linux_ && spec->linux_->mountLabel))
		facts->selinux = host_has_selinux();
	if (spec->linux_ && spec->linux_->intelRdt)
		facts->resctrl = host_has_resctrl();
	if (spec->linux_ && spec->linux_->resources)
		r = gather_controllers(spec->linux_->resources, facts, &preparation->arena);
	if (r < 0)
		return fail(err, r, NULL, "cannot look at the host");
	if (manager_of(&preparation->options) == PLAN_CGROUP_DISABLED) {
		facts->n_groups = 0;
		facts->no_devices = true;
		facts->no_groups = "there are no cgroups with the manager \"disabled\"";
	}
	if (manager_of(&preparation->options) == PLAN_CGROUP_SYSTEMD) {
		r = find_systemd(preparation, err);
		if (r < 0)
			return r;
	}
	if (!plan_is_privileged(facts))
		r = host_users_gather(&preparation->arena, &facts->users);
	if (r == 0)
		r = plan_complete(preparation->spec, facts, &preparation->arena);
	return r < 0 ? fail(err, r, NULL, "cannot look at the host") : 0;
}

static int prepare(const struct oci_context *context, const char *id,
		   const struct oci_create_options *options, bool start, struct preparation *ret,
		   struct oci_error *err)
{
	const char *notes = context_notes(context, &ret->arena);
	uint64_t time = trace_now(&context->trace);
	int r;

	r = id_check(id, err);
	if (r == 0)
		r = take_options(options, &ret->options, err);
	r = phase_end(context, "options", &time, r, err);
	if (r == 0)
		r = phase_end(context, "read", &time, read_config(ret, err), err);
	if (r < 0)
		return r;
	r = phase_end(context, "check", &time, check_config(ret, err), err);
	if (r == 0)
		r = phase_end(context, "facts", &time, gather_facts(ret, notes, err), err);
	if (r == 0)
		filter_find(&ret->filter, notes, ret->spec);
	if (r == 0)
		r = phase_end(context, "plan", &time, make_plan(ret, id, start, err), err);
	if (r < 0)
		bundle_place(&ret->config, "", err);
	return r;
}

/* --- the record --- */

struct creation {
	struct oci_context *context;
	const struct preparation *preparation;
	struct state state;
	struct record record;
	struct record_cgroup *cgroups;
	bool *made; /* for this container, one for each of them */
	struct record_resctrl resctrl;
	bool rdt_made, rdt_monitored; /* by us */
	bool unit_began;              /* systemd was asked for it */
	bool hooks_began; /* from then on a failure is the end of a container, not of an attempt */
};

static const char *now(struct arena *arena)
{
	struct timespec time;
	struct tm tm;

	clock_gettime(CLOCK_REALTIME, &time);
	gmtime_r(&time.tv_sec, &tm);
	return arena_printf(arena, "%04d-%02d-%02dT%02d:%02d:%02d.%09ldZ", tm.tm_year + 1900,
			    tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec,
			    time.tv_nsec);
}

/* How many bytes of @path are there already, and so are not ours to remove. Of the default path our
 * own parent is kept in any case. */
static size_t existing_part(const char *mount, const char *path)
{
	static const char own[] = "/ocirun";
	const size_t top = strlen(mount);
	char part[PATH_MAX];
	char *slash;

	if (path_print(part, "%s%s", mount, path) < 0)
		return 0;
	for (;;) {
		if (faccessat(AT_FDCWD, part, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
			return strlen(part + top);
		slash = strrchr(part + top, '/');
		if (!slash || slash == part + top)
			return 0;
		*slash = '\0';
		if (strcmp(part + top, own) == 0)
			return strlen(own);
	}
}

static bool is_in_resctrl(const char *group, const char *below, const char *name)
{
	char path[PATH_MAX];

	return path_print(path, HOST_RESCTRL "/%s%s%s", group, below, name) == 0 &&
	       faccessat(AT_FDCWD, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static void fill_resctrl(struct creation *creation, const struct spec *spec, const char *id)
{
	struct plan_rdt rdt = plan_rdt_find(spec, id);

	if (!rdt.group)
		return;
	creation->resctrl = (struct record_resctrl){
		.group = rdt.group,
		.shared = rdt.shared,
		.made = rdt.makes && !is_in_resctrl(rdt.group, "", ""),
		.monitored = rdt.monitors && !is_in_resctrl(rdt.group, "/mon_groups/", id),
	};
	creation->record.resctrl = &creation->resctrl;
}

/* Of the groups of a scope its slice is systemd's. */
static size_t existing_of(const struct preparation *preparation, unsigned int i)
{
	const struct host_hierarchy *hierarchy = &preparation->facts.hierarchies[i];
	const char *path = preparation->cgroup_path;
	size_t existing = existing_part(hierarchy->mount, path);

	if (!preparation->systemd || !unit_owns(hierarchy) || existing == strlen(path))
		return existing;
	return (size_t)(strrchr(path, '/') - path);
}

/* What may exist from now on. */
static int fill_record(struct creation *creation, struct preparation *preparation, const char *id)
{
	unsigned int n = preparation->facts.n_groups;

	creation->cgroups = arena_alloc(&preparation->arena, (n + 1) * sizeof(*creation->cgroups));
	creation->made = arena_alloc(&preparation->arena, n + 1);
	creation->record = (struct record){
		.version = { RECORD_VERSION, true },
		.id = id,
		.phase = RECORD_CREATING,
		.bundle = preparation->bundle,
		.rootfs = preparation->rootfs,
		.created = now(&preparation->arena),
		.owner = { geteuid(), true },
		.process = preparation->spec->process,
		.keyring = !(preparation->options.flags & OCI_CREATE_NO_NEW_KEYRING),
		.hooks = spec_hooks_find(preparation->spec, SPEC_HOOK_START_CONTAINER) ||
			 spec_hooks_find(preparation->spec, SPEC_HOOK_POSTSTART) ||
			 spec_hooks_find(preparation->spec, SPEC_HOOK_POSTSTOP),
		.chroot = !plan_makes_mounts(preparation->spec),
		.unit = preparation->unit.name,
		.bus = preparation->bus,
		.cgroups = { creation->cgroups, n, true },
		.annotations = { preparation->spec->annotations.item,
				 preparation->spec->annotations.n,
				 preparation->spec->annotations.n > 0 },
	};
	fill_resctrl(creation, preparation->spec, id);
	if (!creation->cgroups || !creation->made || !creation->record.created)
		return -ENOMEM;
	for (unsigned int i = 0; i < n; i++) {
		const char *mount = preparation->facts.hierarchies[i].mount;

		creation->cgroups[i] = (struct record_cgroup){
			.mount = mount,
			.path = preparation->cgroup_path,
			.existing = { existing_of(preparation, i), true },
		};
	}
	return 0;
}

static int on_intent(void *context, struct oci_error *err)
{
	struct creation *creation = context;

	return state_write(&creation->state, &creation->record, err);
}

static void on_cgroup_made(void *context, const char *mount, const char *path, size_t existing)
{
	struct creation *creation = context;

	for (size_t i = 0; i < creation->record.cgroups.n; i++) {
		struct record_cgroup *cgroup = &creation->cgroups[i];

		if (strcmp(cgroup->mount, mount) != 0)
			continue;
		creation->made[i] = true;
		/* Somebody may have been faster since the intent. */
		if (existing == strlen(path))
			cgroup->existing.value = existing;
	}
}

static void on_rdt_made(void *context, bool monitoring)
{
	struct creation *creation = context;

	if (monitoring)
		creation->resctrl.monitored = creation->rdt_monitored = true;
	else
		creation->resctrl.made = creation->rdt_made = true;
}

static int on_listen(void *context, struct oci_error *err)
{
	struct creation *creation = context;

	return state_listen(&creation->state, err);
}

static int on_unit_property(void *context, const char *name, const char *value,
			    struct oci_error *err)
{
	const struct creation *creation = context;

	return systemd_add(creation->preparation->systemd, name, value, err);
}

/* If it failed, the unit may come to be yet; only one that was there before is somebody else's. */
static int on_scope(void *context, int pid, struct oci_error *err)
{
	struct creation *creation = context;
	const struct preparation *preparation = creation->preparation;
	int r = systemd_start(preparation->systemd, preparation->unit.name, pid, err);

	creation->unit_began = r != -EEXIST;
	for (unsigned int i = 0; i < preparation->facts.n_groups; i++)
		if (unit_owns(&preparation->facts.hierarchies[i]))
			creation->made[i] = creation->unit_began;
	if (r < 0 && err) {
		fail_within(err, WHERE);
		memcpy(err->where, WHERE, sizeof(WHERE));
	}
	return r;
}

static int on_prepare(void *context, int pid, int pidfd, struct oci_error *err)
{
	struct creation *creation = context;

	creation->record.phase = RECORD_CREATED;
	/* From now on others may rely on it (RDT-22). */
	creation->resctrl.made = creation->rdt_made && !creation->resctrl.shared;
	process_identify(pid, pidfd, &creation->record);
	return state_prepare(&creation->state, &creation->record, err);
}

static int on_record(void *context, struct oci_error *err)
{
	const struct creation *creation = context;

	return state_put(&creation->state, err);
}

static struct hooks hooks_of(const struct creation *creation, int pid, int pidfd)
{
	return (struct hooks){
		.context = creation->context,
		.spec = creation->preparation->spec,
		.record = &creation->record,
		.pid = pid,
		.pidfd = pidfd,
	};
}

static int on_hooks(void *context, int kind, int pid, int pidfd, struct oci_error *err)
{
	struct creation *creation = context;
	struct hooks hooks = hooks_of(creation, pid, pidfd);

	creation->hooks_began = true;
	return hooks_run(&hooks, (enum spec_hook_kind)kind, err);
}

static int on_listener(void *context, int pid, int listener, struct oci_error *err)
{
	const struct creation *creation = context;

	return listener_send(creation->preparation->spec, &creation->record, "created", pid,
			     listener, err);
}

static const struct host_calls calls = {
	.intent = on_intent,
	.cgroup_made = on_cgroup_made,
	.rdt_made = on_rdt_made,
	.listen = on_listen,
	.unit_property = on_unit_property,
	.scope = on_scope,
	.prepare = on_prepare,
	.record = on_record,
	.hooks = on_hooks,
	.listener = on_listener,
};

/* --- the verbs --- */

static void log_plan(const struct oci_context *context, const char *id, const struct plan *plan)
{
	char message[512];

	snprintf(message, sizeof(message), "container %s: %u operations on the host, %u in init",
		 id, plan->n_host, plan->n_child);
	context_log(context, OCI_LOG_DEBUG, message);
}

/* As if it had never been tried. @err has the reason already and keeps it. */
static void undo(struct creation *creation, const struct host *host)
{
	host_undo(host, creation->preparation->options.pid_file);
	/* What we did not come to is somebody else's, if it is there. */
	for (size_t i = 0; i < creation->record.cgroups.n; i++)
		if (!creation->made[i])
			creation->cgroups[i].existing.value = strlen(creation->cgroups[i].path);
	creation->resctrl.made = creation->rdt_made;
	creation->resctrl.monitored = creation->rdt_monitored;
	if (!creation->unit_began)
		creation->record.unit = NULL;
	if (container_destroy(creation->context, &creation->state, &creation->record, NULL) < 0)
		return; /* the record stays, so that `delete --force` can try again */
	if (creation->hooks_began) {
		struct hooks hooks = hooks_of(creation, 0, -1);

		hooks_run_poststop(&hooks);
	}
}

static int record_intent(struct creation *creation, struct preparation *preparation, const char *id,
			 struct oci_error *err)
{
	if (fill_record(creation, preparation, id) < 0)
		return fail(err, -ENOMEM, NULL, "cannot make the record");
	return state_create(creation->context->state_root, id, &creation->state, err);
}

/* For programs that are put into the container later. */
static int keep_filter(const struct creation *creation, struct oci_error *err)
{
	struct plan_bytes filter = plan_filter_of(creation->preparation->plan);

	if (!filter.data)
		return 0;
	filter_keep(&creation->preparation->filter, creation->preparation->plan);
	return state_keep(&creation->state, STATE_FILTER, filter.data, filter.length, err);
}

static int carry_out(struct oci_context *context, const char *id, struct preparation *preparation,
		     int *ret_pidfd, struct oci_error *err)
{
	struct creation creation = {
		.context = context,
		.preparation = preparation,
		.state = { .dir = -1 },
	};
	uint64_t time = trace_now(&context->trace);
	struct host host;
	int image = context_image(context, err), r;

	r = image < 0 ? image : record_intent(&creation, preparation, id, err);
	if (r < 0)
		return phase_end(context, "state", &time, r, err);
	host_init(&host, preparation->plan, &calls, &creation, image, &context->trace);
	host.notes = context_notes(context, &preparation->arena);
	r = state_keep(&creation.state, STATE_CONFIG, preparation->config.text,
		       preparation->config.length, err);
	if (r == 0)
		r = keep_filter(&creation, err);
	bare_mounts_keep(&preparation->bare_mounts);
	r = phase_end(context, "state", &time, r, err);
	if (r == 0)
		r = host_run(&host, err);
	time = trace_now(&context->trace);
	if (r < 0) {
		(void)container_blame_memory(&creation.record, r, err);
		undo(&creation, &host);
		(void)phase_end(context, "undo", &time, r, err);
	} else if (ret_pidfd) {
		*ret_pidfd = TAKE_FD(host.pidfd);
	}
	if (r == 0 && preparation->options.ret_terminal)
		*preparation->options.ret_terminal = TAKE_FD(host.terminal);
	host_done(&host);
	state_done(&creation.state);
	return r;
}

static int create(struct oci_context *context, const char *id,
		  const struct oci_create_options *options, bool start, int *ret_pidfd,
		  struct oci_error *err)
{
	cleanup(preparation_done) struct preparation preparation = { 0 };
	uint64_t begin = trace_now(&context->trace);
	int r;

	r = prepare(context, id, options, start, &preparation, err);
	if (r == 0) {
		context_log_lines(context, OCI_LOG_WARNING, preparation.warnings.data);
		log_plan(context, id, preparation.plan);
		r = carry_out(context, id, &preparation, ret_pidfd, err);
		if (r < 0)
			bundle_place(&preparation.config, "", err);
		r = host_call_explain(r, err);
	}
	trace_end(&context->trace, start ? "run" : "create", id, "", begin);
	return r;
}

_public_ int oci_create(struct oci_context *context, const char *id,
			const struct oci_create_options *options, int *ret_pidfd,
			struct oci_error *err)
{
	return create(context, id, options, false, ret_pidfd, err);
}

_public_ int oci_run(struct oci_context *context, const char *id,
		     const struct oci_create_options *options, int *ret_pidfd,
		     struct oci_error *err)
{
	return create(context, id, options, true, ret_pidfd, err);
}

_public_ int oci_plan(struct oci_context *context, const char *id,
		      const struct oci_create_options *options, const char *format, char **ret,
		      struct oci_error *err)
{
	cleanup(preparation_done) struct preparation preparation = { 0 };
	struct text text = { 0 };
	int r;

	r = prepare(context, id, options, false, &preparation, err);
	if (r < 0)
		return r;
	if (strcmp(format, "json") == 0)
		plan_print_json(&text, preparation.plan);
	else if (strcmp(format, "text") == 0)
		plan_print(&text, preparation.plan);
	else
		return fail_plain(err, -EINVAL, NULL, "unknown format \"%s\"", format);
	r = text_take(&text, ret);
	return r < 0 ? fail(err, r, NULL, "cannot print the plan") : 0;
}
