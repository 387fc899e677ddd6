/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Could this machine run it, see able.h: the kernel, namespaces, ids, seccomp, and what does not
 * fit elsewhere. */
#include <errno.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/error.h"
#include "base/fd.h"
#include "inspect/able.h"
#include "plan/seccomp_names.h"
#include "spec/pointer.h"
#include "spec/spec.h"
#include "spec/tables.h"
#include "sys/abi.h"

/* How many unknown system calls are named. */
#define NAMED_MAX 5

const char *able_at(struct inspection *inspection, const char *format, ...)
{
	const char *pointer;
	va_list ap;

	va_start(ap, format);
	pointer = arena_vprintf(inspection->findings->arena, format, ap);
	va_end(ap);
	return pointer;
}

const char *able_at_key(struct inspection *inspection, const char *map, const char *key)
{
	const char *name = pointer_escape(inspection->findings->arena, key);

	return name ? able_at(inspection, "%s/%s", map, name) : NULL;
}

static void add(struct inspection *inspection, enum oci_severity severity, const char *pointer,
		const char *format, va_list ap) __attribute__((format(printf, 4, 0)));

static void add(struct inspection *inspection, enum oci_severity severity, const char *pointer,
		const char *format, va_list ap)
{
	const struct oci_finding finding = {
		.aspect = OCI_ASPECT_HOST, .severity = severity, .rule = "", .pointer = pointer
	};

	findings_vadd(inspection->findings, &finding, FINDING_NOWHERE, format, ap);
}

void able_refuse(struct inspection *inspection, const char *pointer, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	add(inspection, OCI_SEVERITY_ERROR, pointer, format, ap);
	va_end(ap);
}

void able_warn(struct inspection *inspection, const char *pointer, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	add(inspection, OCI_SEVERITY_WARNING, pointer, format, ap);
	va_end(ap);
}

static void check_kernel(struct inspection *inspection)
{
	const struct survey *survey = inspection->survey;

	for (int i = 0; i < HOST_CALL_MAX_; i++)
		if (host_calls[i].needed && survey->calls[i] < 0)
			able_refuse(inspection, "",
				    survey->calls[i] == -ENOSYS
					    ? "the kernel (%s) has no %s(2), Linux %s brought it"
					    : "here (%s) %s(2) is forbidden; Linux %s brought it",
				    survey->release, host_calls[i].name, host_calls[i].kernel);
}

/* --- namespaces --- */

static void check_path(struct inspection *inspection, const struct spec_namespace *namespace,
		       const char *at)
{
	cleanup(fd_done) int fd = open(namespace->path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	const char *found;
	char reason[128];
	int type;

	if (fd < 0) {
		able_refuse(inspection, at, "cannot open \"%s\": %s", namespace->path,
			    error_reason(errno, reason, sizeof(reason)));
		return;
	}
	type = ioctl(fd, NS_GET_NSTYPE);
	found = type < 0 ? NULL : name_of(spec_namespace_names, type);
	if (type < 0)
		able_refuse(inspection, at, "\"%s\" is not a namespace", namespace->path);
	else if (type != namespace->type)
		able_refuse(inspection, at, "\"%s\" is a %s namespace", namespace->path,
			    found ? found : "different");
}

static void check_user_namespace(struct inspection *inspection, const char *at)
{
	const struct survey *survey = inspection->survey;

	if (survey->user_namespaces == 0)
		able_refuse(inspection, at,
			    "no user namespaces may be made: user.max_user_namespaces is 0");
	else if (survey->user_namespaces_restricted && survey->uid != 0)
		able_refuse(inspection, at, "this host lets only root make user namespaces");
}

static void check_namespaces(struct inspection *inspection, const struct spec_linux *linux_)
{
	size_t index = 0;

	list_each(namespace, linux_->namespaces) {
		const char *at = able_at(inspection, "/linux/namespaces/%zu", index);

		if (!survey_has_namespace(namespace->type))
			able_refuse(inspection, at, "the kernel has no %s namespaces",
				    name_of(spec_namespace_names, namespace->type));
		else if (namespace->path)
			check_path(inspection, namespace,
				   able_at(inspection, "/linux/namespaces/%zu/path", index));
		else if (namespace->type == (int)ABI_CLONE_NEWUSER)
			check_user_namespace(inspection, at);
		index++;
	}
}

/* --- ids --- */

static bool is_within(const struct host_ranges *ranges, bool inside, uint64_t first, uint64_t size)
{
	for (size_t i = 0; i < ranges->n; i++) {
		const struct host_range *range = &ranges->item[i];
		uint64_t from = inside ? range->inside : range->outside;

		if (first >= from && first + size <= from + range->size)
			return true;
	}
	return false;
}

/* user_namespaces(7): ids of ours, and without privileges our own one, or what newuidmap(1) allows.
 */
static void check_mappings(struct inspection *inspection, const struct spec_id_mappings *mappings,
			   const char *at, const struct host_ranges *own,
			   const struct host_ranges *subordinate, unsigned int self)
{
	size_t index = 0;

	list_each(mapping, *mappings) {
		uint64_t first = mapping->hostID.value, size = mapping->size.value;
		const char *place = able_at(inspection, "%s/%zu", at, index++);

		if (!is_within(own, true, first, size))
			able_refuse(inspection, place,
				    "ids %llu to %llu do not all exist in the caller's own user "
				    "namespace",
				    (unsigned long long)first,
				    (unsigned long long)(first + size - 1));
		else if (inspection->survey->uid != 0 && !(first == self && size == 1) &&
			 !is_within(subordinate, false, first, size))
			able_refuse(inspection, place,
				    "ids %llu to %llu are not among the caller's subordinate ids, "
				    "see subuid(5)",
				    (unsigned long long)first,
				    (unsigned long long)(first + size - 1));
	}
}

static void check_ids(struct inspection *inspection, const struct spec_linux *linux_)
{
	const struct survey *survey = inspection->survey;
	bool many = linux_->uidMappings.n + linux_->gidMappings.n > 2;

	check_mappings(inspection, &linux_->uidMappings, "/linux/uidMappings", &survey->uid_map,
		       &survey->subuids, survey->uid);
	check_mappings(inspection, &linux_->gidMappings, "/linux/gidMappings", &survey->gid_map,
		       &survey->subgids, survey->gid);
	if (survey->uid != 0 && many && (!survey->newuidmap || !survey->newgidmap))
		able_refuse(inspection, "/linux/uidMappings",
			    "newuidmap(1) and newgidmap(1) are not installed (package uidmap)");
}

/* --- seccomp --- */

static bool is_known(const struct spec_seccomp *seccomp, const char *name)
{
	const struct seccomp_arch *own = seccomp_arch_own();

	if (own && seccomp_call_is_known(own, name))
		return true;
	list_each(arch, seccomp->architectures) {
		const struct seccomp_arch *other = seccomp_arch_find(*arch);

		if (other && seccomp_call_is_known(other, name))
			return true;
	}
	return false;
}

static void check_names(struct inspection *inspection, const struct spec_seccomp *seccomp,
			const struct spec_seccomp_rule *rule, size_t index)
{
	struct arena *arena = inspection->findings->arena;
	const char *names = "";
	size_t n = 0;

	list_each(name, rule->names) {
		if (is_known(seccomp, *name))
			continue;
		if (n++ < NAMED_MAX && names)
			names = arena_printf(arena, "%s%s%s", names, names[0] ? ", " : "", *name);
	}
	if (n > NAMED_MAX)
		able_warn(inspection,
			  able_at(inspection, "/linux/seccomp/syscalls/%zu/names", index),
			  "unknown system calls, the rule skips them: %s and %zu more",
			  names ? names : "", n - NAMED_MAX);
	else if (n > 0)
		able_warn(inspection,
			  able_at(inspection, "/linux/seccomp/syscalls/%zu/names", index),
			  "unknown system call%s, the rule skips %s: %s", n > 1 ? "s" : "",
			  n > 1 ? "them" : "it", names ? names : "");
}

static void check_action(struct inspection *inspection, int action, const char *at)
{
	static const unsigned int actions[] = {
		[SPEC_ACT_KILL] = HOST_ACTION_KILL_THREAD,
		[SPEC_ACT_KILL_PROCESS] = HOST_ACTION_KILL_PROCESS,
		[SPEC_ACT_KILL_THREAD] = HOST_ACTION_KILL_THREAD,
		[SPEC_ACT_TRAP] = HOST_ACTION_TRAP,
		[SPEC_ACT_ERRNO] = HOST_ACTION_ERRNO,
		[SPEC_ACT_TRACE] = HOST_ACTION_TRACE,
		[SPEC_ACT_ALLOW] = HOST_ACTION_ALLOW,
		[SPEC_ACT_LOG] = HOST_ACTION_LOG,
		[SPEC_ACT_NOTIFY] = HOST_ACTION_NOTIFY,
	};

	if (!(inspection->survey->actions & actions[action]))
		able_refuse(inspection, at, "the kernel does not have this action");
}

static void check_seccomp(struct inspection *inspection, const struct spec_seccomp *seccomp)
{
	size_t index = 0;

	if (inspection->survey->calls[HOST_CALL_SECCOMP] < 0) {
		able_refuse(inspection, "/linux/seccomp", "the kernel was built without seccomp");
		return;
	}
	check_action(inspection, seccomp->defaultAction, "/linux/seccomp/defaultAction");
	list_each(flag, seccomp->flags) {
		if (!(inspection->survey->flags & (unsigned int)*flag))
			able_refuse(inspection,
				    able_at(inspection, "/linux/seccomp/flags/%zu", index),
				    "the kernel does not have this flag");
		index++;
	}
	index = 0;
	list_each(rule, seccomp->syscalls) {
		check_action(inspection, rule->action,
			     able_at(inspection, "/linux/seccomp/syscalls/%zu/action", index));
		check_names(inspection, seccomp, rule, index++);
	}
}

/* --- the rest --- */

static void check_hooks(struct inspection *inspection, const struct spec_hook_list *hooks,
			const char *kind)
{
	size_t index = 0;

	list_each(hook, *hooks) {
		const char *at = able_at(inspection, "/hooks/%s/%zu/path", kind, index++);

		if (access(hook->path, F_OK) < 0)
			able_refuse(inspection, at, "there is no \"%s\"", hook->path);
		else if (access(hook->path, X_OK) < 0)
			able_refuse(inspection, at, "\"%s\" cannot be executed", hook->path);
	}
}

static void check_linux(struct inspection *inspection, const struct spec_linux *linux_)
{
	const struct spec_memory_policy *policy = linux_->memoryPolicy;
	const struct survey *survey = inspection->survey;
	int node = policy ? survey_not_in_list(policy->nodes, survey->nodes) : -1;

	check_namespaces(inspection, linux_);
	check_ids(inspection, linux_);
	if (linux_->resources)
		able_resources(inspection, linux_->resources);
	if (linux_->seccomp)
		check_seccomp(inspection, linux_->seccomp);
	if (linux_->intelRdt && !survey->resctrl)
		able_refuse(inspection, "/linux/intelRdt",
			    "no resctrl file system is mounted on /sys/fs/resctrl");
	if (linux_->mountLabel && linux_->mountLabel[0] && !survey->selinux)
		able_refuse(inspection, "/linux/mountLabel", "SELinux is not enabled");
	if (node >= 0)
		able_refuse(inspection, "/linux/memoryPolicy/nodes", "there is no memory node %d",
			    node);
	list_each(sysctl, linux_->sysctl) {
		char *path = arena_printf(inspection->findings->arena, "/proc/sys/%s", sysctl->key);

		for (char *c = path; c && *c; c++)
			if (*c == '.' && !strchr(sysctl->key, '/'))
				*c = '/';
		if (path && access(path, F_OK) < 0)
			able_warn(inspection, able_at_key(inspection, "/linux/sysctl", sysctl->key),
				  "there is no \"%s\" on this host", path);
	}
	list_each(device, linux_->netDevices) {
		const char *path =
			arena_printf(inspection->findings->arena, "/sys/class/net/%s", device->key);

		if (path && access(path, F_OK) < 0)
			able_refuse(inspection,
				    able_at_key(inspection, "/linux/netDevices", device->key),
				    "this host has no such network device");
	}
}

void able(const struct spec *spec, const char *bundle, const struct survey *survey,
	  struct findings *findings)
{
	struct inspection inspection = { spec, bundle, survey, findings };
	const struct spec_hooks *hooks = spec->hooks;

	check_kernel(&inspection);
	able_mounts(&inspection);
	if (spec->process)
		able_process(&inspection, spec->process);
	if (spec->linux_)
		check_linux(&inspection, spec->linux_);
	if (!hooks)
		return;
	check_hooks(&inspection, &hooks->prestart, "prestart");
	check_hooks(&inspection, &hooks->createRuntime, "createRuntime");
	check_hooks(&inspection, &hooks->createContainer, "createContainer");
	check_hooks(&inspection, &hooks->poststart, "poststart");
	check_hooks(&inspection, &hooks->poststop, "poststop");
}
