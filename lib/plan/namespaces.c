/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Namespaces: from /linux/namespaces to operations. Pure.
 *
 * A cgroup namespace is rooted where the task stands that makes it, so all come after the cgroups.
 * A pid namespace begins with a new process, a time namespace has an operation of its own. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/error.h"
#include "base/weaken.h"
#include "plan/concern.h"
#include "plan/support.h"
#include "spec/tables.h"
#include "sys/abi.h"

uint64_t plan_new_namespaces(const struct spec *spec)
{
	uint64_t flags = 0;

	if (!spec->linux_)
		return 0;
	list_each(namespace, spec->linux_->namespaces)
		if (!namespace->path)
			flags |= (unsigned int)namespace->type;
	return flags;
}

/* Engines write "" for none. */
static bool is_text(const char *text)
{
	return text && text[0];
}

static bool joins(const struct spec *spec, uint64_t type)
{
	const struct spec_namespace *namespace = spec_namespace_find(spec, (int)type);

	return namespace && namespace->path;
}

int plan_namespaces_check(const struct plan_request *request, struct oci_error *err)
{
	const struct spec_linux *linux_ = request->spec->linux_;

	list_each(listed, linux_->namespaces)
		if (!(plan_support.namespaces & (unsigned int)listed->type))
			return fail_plain(err, -EOPNOTSUPP, "/linux/namespaces",
					  "/linux/namespaces: a %s namespace is not supported yet",
					  name_of(spec_namespace_names, listed->type));
	if (!plan_makes_mounts(request->spec) && !request->facts->detached_assembly)
		return fail_plain(err, -ENOSYS, "/linux/namespaces",
				  "/linux/namespaces: a container without a new mount namespace "
				  "needs Linux 6.15");
	if (plan_new_namespaces(request->spec) & ABI_CLONE_NEWTIME &&
	    !plan_is_privileged(request->facts) &&
	    ((linux_->timeOffsets.n > 0 && joins(request->spec, ABI_CLONE_NEWUSER)) ||
	     joins(request->spec, ABI_CLONE_NEWNS)))
		return fail_plain(
			err, -EPERM, "/linux/namespaces",
			"/linux/namespaces: a new time namespace beside those that are joined "
			"needs a caller with CAP_SYS_ADMIN");
	return plan_users_check(request, err);
}

/* Whether the config changes something that all in a namespace of this type share. */
static bool changes(const struct spec *spec, uint64_t type)
{
	if (type == ABI_CLONE_NEWUTS && (is_text(spec->hostname) || is_text(spec->domainname)))
		return true;
	list_each(sysctl, spec->linux_->sysctl)
		if (plan_sysctl_namespace(sysctl->key) == type)
			return true;
	return false;
}

/* It is entered with those that are joined, only to be copied. */
static void add_bare_mounts(struct builder *builder, const struct plan_request *request)
{
	struct op *op;

	if (!plan_empty_mounts(request) || request->facts->empty_mounts)
		return;
	builder_where(builder, "/linux/namespaces");
	op = builder_add(builder, PLAN_HOST, OP_NAMESPACE);
	op->a = ABI_CLONE_NEWNS;
	op->text = builder_string(builder, request->facts->bare_mounts);
	op->slot = builder_inherited_slot(builder);
}

void plan_namespaces_open(struct builder *builder, const struct plan_request *request)
{
	unsigned int index = 0;
	struct op *op;

	list_each(namespace, request->spec->linux_->namespaces) {
		builder_where(builder, "/linux/namespaces/%u/path", index++);
		if (!namespace->path)
			continue;
		op = builder_add(builder, PLAN_HOST, OP_NAMESPACE);
		op->a = (unsigned int)namespace->type;
		op->b = changes(request->spec, op->a); /* then it may not be the host's */
		op->text = builder_string(builder, namespace->path);
		op->slot = builder_inherited_slot(builder);
	}
	add_bare_mounts(builder, request);
}

static bool mounts_proc(const struct spec *spec)
{
	list_each(mount, spec->mounts)
		if (mount->type && strcmp(mount->type, "proc") == 0)
			return true;
	return false;
}

bool plan_clones_late(const struct plan_request *request)
{
	const struct spec *spec = request->spec;

	if (WEAKENED(DUMPABLE))
		return false;
	if (request->target)
		return request->target->namespaces & ABI_CLONE_NEWPID;
	return joins(spec, ABI_CLONE_NEWPID) && !(plan_new_namespaces(spec) & ABI_CLONE_NEWUSER) &&
	       (request->facts->procfs_of_any || !mounts_proc(spec));
}

/* Whether another process goes on in the namespaces where init began. A pid namespace that is
 * joined can only be entered by being born in it, and a new one has to belong to the user
 * namespace; a user namespace is made with a process too, for its maps to be written from outside.
 */
static bool clones(const struct plan_request *request)
{
	const struct spec *spec = request->spec;
	uint64_t made = plan_new_namespaces(spec);

	return (joins(spec, ABI_CLONE_NEWPID) && !plan_clones_late(request)) ||
	       made & ABI_CLONE_NEWUSER ||
	       (made & ABI_CLONE_NEWPID && joins(spec, ABI_CLONE_NEWUSER));
}

uint64_t plan_spawn_flags(const struct plan_request *request)
{
	uint64_t made = plan_new_namespaces(request->spec);

	return clones(request) ? 0 : made & ABI_CLONE_NEWPID;
}

static void add_net_devices(struct builder *builder, const struct plan_request *request)
{
	builder_add(builder, PLAN_HOST, OP_NETWORK);
	list_each(device, request->spec->linux_->netDevices) {
		const char *name = is_text(device->name) ? device->name : device->key;
		struct op *op;

		builder_where(builder, "/linux/netDevices/%s", device->key);
		op = builder_add(builder, PLAN_HOST, OP_NET_DEVICE);
		op->text = builder_string(builder, device->key);
		op->text2 = builder_string(builder, name);
	}
	builder_where(builder, NULL);
	builder_add(builder, PLAN_HOST, OP_RELEASE);
}

void plan_namespaces_adopt(struct builder *builder, const struct plan_request *request)
{
	if (clones(request)) {
		builder_add(builder, PLAN_HOST, OP_ADOPT);
		plan_users_map(builder, request);
		builder_add(builder, PLAN_HOST, OP_RELEASE);
	}
	if (request->spec->linux_->netDevices.n > 0)
		add_net_devices(builder, request);
}

/* The operation of the host that opened a namespace of this type from @index on, or NULL. */
static const struct op *find_opened(const struct builder *builder, uint64_t types, size_t *index)
{
	while (*index < builder_count(builder, PLAN_HOST)) {
		const struct op *op = builder_op(builder, PLAN_HOST, (*index)++);

		if (op->kind == OP_NAMESPACE && op->a & types)
			return op;
	}
	return NULL;
}

static void add_setns(struct builder *builder, const struct op *opened)
{
	uint64_t type = opened->a;
	int16_t slot = opened->slot;
	struct op *op;

	builder->where = opened->where;
	op = builder_add(builder, PLAN_CHILD, OP_SETNS);
	op->slot = slot;
	op->a = type;
	op->flags = type == ABI_CLONE_NEWPID ? OP_KEEP : 0; /* a procfs may have to show it */
}

static void add_setns_of(struct builder *builder, uint64_t types)
{
	const struct op *opened;
	size_t index = 0;

	while ((opened = find_opened(builder, types, &index)))
		add_setns(builder, opened);
}

/* "monotonic 86400 0\n", as /proc/<pid>/timens_offsets takes it. NULL when memory ran out. */
static const char *offsets_of(const struct plan_request *request)
{
	const char *text = "";

	list_each(offset, request->spec->linux_->timeOffsets)
		text = text ? arena_printf(request->arena, "%s%s %" PRId64 " %" PRIu64 "\n", text,
					   offset->key, offset->secs.value, offset->nanosecs.value)
			    : NULL;
	return text;
}

static void add_time(struct builder *builder, const struct plan_request *request)
{
	struct op *op;

	builder_where(builder, request->spec->linux_->timeOffsets.n > 0 ? "/linux/timeOffsets"
									: "/linux/namespaces");
	op = builder_add(builder, PLAN_CHILD, OP_TIME);
	op->text = builder_string(builder, offsets_of(request));
	if (plan_new_namespaces(request->spec) & ABI_CLONE_NEWUSER)
		op->flags = OP_DUMPABLE;
}

/* Who may enter what: with privileges, all from outside of the user namespace; without, nothing but
 * the user namespace, and from inside of it the others. */
static void add_joining(struct builder *builder, const struct plan_request *request)
{
	bool first = plan_is_privileged(request->facts);
	uint64_t others = ~(uint64_t)ABI_CLONE_NEWUSER;

	if (first || !joins(request->spec, ABI_CLONE_NEWUSER))
		add_setns_of(builder, others);
	add_setns_of(builder, ABI_CLONE_NEWUSER);
	if (!first && joins(request->spec, ABI_CLONE_NEWUSER))
		add_setns_of(builder, others);
}

/* The offsets are in a file of /proc, which has to be the host's, and which init could not write in
 * a user namespace unless it let the others in there look into it. */
static bool enters_time_first(const struct plan_request *request)
{
	return plan_new_namespaces(request->spec) & ABI_CLONE_NEWTIME &&
	       plan_is_privileged(request->facts) &&
	       (joins(request->spec, ABI_CLONE_NEWUSER) || joins(request->spec, ABI_CLONE_NEWNS) ||
		plan_empty_mounts(request));
}

int16_t plan_pid_namespace_slot(const struct builder *builder, const struct plan_request *request)
{
	const struct op *opened;
	size_t index = 0;

	opened = plan_clones_late(request) ? find_opened(builder, ABI_CLONE_NEWPID, &index) : NULL;
	return opened ? opened->slot : SLOT_NONE;
}

void plan_namespaces_enter_late(struct builder *builder, const struct plan_request *request)
{
	const struct op *opened;
	size_t index = 0;
	uint32_t where = 0;

	if (!plan_clones_late(request))
		return;
	opened = find_opened(builder, ABI_CLONE_NEWPID, &index);
	if (opened) {
		int16_t slot = opened->slot;

		where = opened->where;
		builder_add(builder, PLAN_CHILD, OP_CLOSE)->slot = slot;
	}
	/* That it is dead is seen only now. */
	builder_add(builder, PLAN_CHILD, OP_CLONE)->where = where;
}

void plan_namespaces_enter(struct builder *builder, const struct plan_request *request)
{
	uint64_t made = plan_new_namespaces(request->spec);
	bool time_first = enters_time_first(request);
	const struct op *opened;
	size_t index = 0;
	struct op *op;

	plan_go_to_root(builder, request);
	if (time_first)
		add_time(builder, request);
	add_joining(builder, request);
	builder_where(builder, "/linux/namespaces");
	op = builder_add(builder, PLAN_CHILD, clones(request) ? OP_CLONE : OP_UNSHARE);
	op->a = made & ~(uint64_t)ABI_CLONE_NEWTIME;
	if (plan_empty_mounts(request) && request->facts->empty_mounts)
		op->a |= clones(request) ? ABI_CLONE_EMPTY_MNTNS : ABI_UNSHARE_EMPTY_MNTNS;
	/* That it is dead is seen only now. */
	if ((opened = find_opened(builder, ABI_CLONE_NEWPID, &index)))
		op->where = opened->where;
	if (!clones(request))
		op->a &= ~(uint64_t)ABI_CLONE_NEWPID;
	else if (made & ABI_CLONE_NEWUSER && !plan_is_privileged(request->facts))
		op->flags = OP_DUMPABLE;
	plan_users_become(builder, request);
	if (made & ABI_CLONE_NEWTIME && !time_first)
		add_time(builder, request);
}

void plan_namespaces_dress(struct builder *builder, const struct plan_request *request)
{
	const struct spec *spec = request->spec;
	struct op *op;

	if (is_text(spec->hostname)) {
		builder_where(builder, "/hostname");
		op = builder_add(builder, PLAN_CHILD, OP_HOSTNAME);
		op->text = builder_string(builder, spec->hostname);
	}
	if (is_text(spec->domainname)) {
		builder_where(builder, "/domainname");
		op = builder_add(builder, PLAN_CHILD, OP_DOMAINNAME);
		op->text = builder_string(builder, spec->domainname);
	}
	builder_where(builder, "/linux/namespaces");
	if (plan_new_namespaces(spec) & ABI_CLONE_NEWNET)
		builder_add(builder, PLAN_CHILD, OP_LOOPBACK);
	if (spec->linux_->netDevices.n > 0) {
		builder_where(builder, "/linux/netDevices");
		builder_add(builder, PLAN_CHILD, OP_NETLINK);
	}
	plan_keyring(builder, request);
}

void plan_keyring(struct builder *builder, const struct plan_request *request)
{
	struct op *op;

	builder_where(builder, NULL);
	if (request->no_new_keyring)
		return;
	op = builder_add(builder, PLAN_CHILD, OP_KEYRING);
	op->text = builder_string(builder, arena_printf(request->arena, "_ses.%s", request->id));
	op->tolerate = TOLERATE_UNKNOWN;
}
