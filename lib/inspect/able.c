/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Could this machine run it, see able.h: the kernel, namespaces, ids, seccomp, and what does not
 * fit elsewhere. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/fd.h"
#include "host/namespace.h"
#include "inspect/able.h"
#include "plan/concern.h"
#include "plan/seccomp_names.h"
#include "spec/spec.h"
#include "spec/tables.h"
#include "sys/abi.h"

/* How many unknown system calls are named. */
#define NAMED_MAX 5

static void able_kernel(struct inspection *inspection)
{
	const struct survey *survey = inspection->survey;

	for (int i = 0; i < HOST_CALL_MAX_; i++)
		if (host_calls[i].needed && survey->calls[i] < 0)
			check_refuse(&inspection->checker, "", "",
				     survey->calls[i] == -ENOSYS
					     ? "the kernel (%s) has no %s(2), Linux %s brought it"
					     : "here (%s) %s(2) is forbidden; Linux %s brought it",
				     survey->release, host_calls[i].name, host_calls[i].kernel);
}

/* --- namespaces --- */

static void able_path(struct inspection *inspection, const struct spec_namespace *namespace,
		      const char *at)
{
	cleanup(fd_done) int fd = -1;
	int type, r = namespace_open(namespace->path, &fd, &type);
	const char *found = r < 0 ? NULL : name_of(spec_namespace_names, type);
	char reason[128];

	if (r < 0 && r != -ENOTTY)
		check_refuse(&inspection->checker, "", at, "cannot open \"%s\": %s",
			     namespace->path, error_reason(-r, reason, sizeof(reason)));
	else if (r < 0)
		check_refuse(&inspection->checker, "NS-05", at, "\"%s\" is not a namespace",
			     namespace->path);
	else if (type != namespace->type)
		check_refuse(&inspection->checker, "NS-05", at,
			     "\"%s\" is a namespace of the type \"%s\"", namespace->path,
			     found ? found : "unknown");
}

void able_user_namespace(struct inspection *inspection, const char *at)
{
	const struct survey *survey = inspection->survey;

	if (survey->user_namespaces == 0)
		check_refuse(&inspection->checker, "", at,
			     "no user namespaces may be made: user.max_user_namespaces is 0");
	else if (survey->user_namespaces_restricted && survey->users.uid != 0)
		check_refuse(&inspection->checker, "", at,
			     "this host lets only root make user namespaces");
}

static void able_namespaces(struct inspection *inspection, const struct spec_linux *linux_)
{
	size_t index = 0;

	list_each(namespace, linux_->namespaces) {
		const char *at = check_at(&inspection->checker, "/linux/namespaces/%zu", index);

		if (!survey_has_namespace(namespace->type))
			check_refuse(&inspection->checker, "", at,
				     "the kernel has no %s namespaces",
				     name_of(spec_namespace_names, namespace->type));
		else if (namespace->path)
			able_path(inspection, namespace,
				  check_at(&inspection->checker, "/linux/namespaces/%zu/path",
					   index));
		else if (namespace->type == (int)ABI_CLONE_NEWUSER)
			able_user_namespace(inspection, at);
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
static void able_mappings(struct inspection *inspection, const struct spec_id_mappings *mappings,
			  const char *at, const struct host_ranges *own,
			  const struct host_ranges *subordinate, unsigned int self)
{
	size_t index = 0;

	list_each(mapping, *mappings) {
		uint64_t first = mapping->hostID.value, size = mapping->size.value;
		const char *place = check_at(&inspection->checker, "%s/%zu", at, index++);

		if (!is_within(own, true, first, size))
			check_refuse(&inspection->checker, "", place,
				     "ids %llu to %llu do not all exist in the caller's own user "
				     "namespace",
				     (unsigned long long)first,
				     (unsigned long long)(first + size - 1));
		else if (inspection->survey->users.uid != 0 && !(first == self && size == 1) &&
			 !is_within(subordinate, false, first, size))
			check_refuse(&inspection->checker, "", place,
				     "ids %llu to %llu are not among the caller's subordinate ids, "
				     "see subuid(5)",
				     (unsigned long long)first,
				     (unsigned long long)(first + size - 1));
	}
}

static void able_ids(struct inspection *inspection, const struct spec_linux *linux_)
{
	const struct survey *survey = inspection->survey;
	bool many = linux_->uidMappings.n + linux_->gidMappings.n > 2;

	able_mappings(inspection, &linux_->uidMappings, "/linux/uidMappings",
		      &survey->users.uid_map, &survey->users.subuids, survey->users.uid);
	able_mappings(inspection, &linux_->gidMappings, "/linux/gidMappings",
		      &survey->users.gid_map, &survey->users.subgids, survey->users.gid);
	if (survey->users.uid != 0 && many &&
	    (!survey->users.newuidmap || !survey->users.newgidmap))
		check_refuse(&inspection->checker, "", "/linux/uidMappings",
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

static void able_names(struct inspection *inspection, const struct spec_seccomp *seccomp,
		       const struct spec_seccomp_rule *rule, size_t index)
{
	struct arena *arena = inspection->checker.findings->arena;
	const char *names = "";
	size_t n = 0;

	list_each(name, rule->names) {
		if (is_known(seccomp, *name))
			continue;
		if (n++ < NAMED_MAX && names)
			names = arena_printf(arena, "%s%s%s", names, names[0] ? ", " : "", *name);
	}
	if (n > NAMED_MAX)
		check_warn(
			&inspection->checker, "",
			check_at(&inspection->checker, "/linux/seccomp/syscalls/%zu/names", index),
			"unknown system calls, the rule skips them: %s and %zu more",
			names ? names : "", n - NAMED_MAX);
	else if (n > 0)
		check_warn(
			&inspection->checker, "",
			check_at(&inspection->checker, "/linux/seccomp/syscalls/%zu/names", index),
			"unknown system call%s, the rule skips %s: %s", n > 1 ? "s" : "",
			n > 1 ? "them" : "it", names ? names : "");
}

static void able_action(struct inspection *inspection, int action, const char *at)
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
		check_refuse(&inspection->checker, "", at, "the kernel does not have this action");
}

static void able_seccomp(struct inspection *inspection, const struct spec_seccomp *seccomp)
{
	size_t index = 0;

	if (inspection->survey->calls[HOST_CALL_SECCOMP] < 0) {
		check_refuse(&inspection->checker, "", "/linux/seccomp",
			     "the kernel was built without seccomp");
		return;
	}
	able_action(inspection, seccomp->defaultAction, "/linux/seccomp/defaultAction");
	list_each(flag, seccomp->flags) {
		if (!(inspection->survey->flags & (unsigned int)*flag))
			check_refuse(
				&inspection->checker, "",
				check_at(&inspection->checker, "/linux/seccomp/flags/%zu", index),
				"the kernel does not have this flag");
		index++;
	}
	index = 0;
	list_each(rule, seccomp->syscalls) {
		able_action(inspection, rule->action,
			    check_at(&inspection->checker, "/linux/seccomp/syscalls/%zu/action",
				     index));
		able_names(inspection, seccomp, rule, index++);
	}
}

/* --- the rest --- */

static void able_hooks(struct inspection *inspection, const struct spec_hook_list *hooks,
		       const char *kind)
{
	size_t index = 0;

	list_each(hook, *hooks) {
		const char *at =
			check_at(&inspection->checker, "/hooks/%s/%zu/path", kind, index++);

		if (access(hook->path, F_OK) < 0)
			check_refuse(&inspection->checker, "", at, "there is no \"%s\"",
				     hook->path);
		else if (access(hook->path, X_OK) < 0)
			check_refuse(&inspection->checker, "", at, "\"%s\" cannot be executed",
				     hook->path);
	}
}

static void able_intel_rdt(struct inspection *inspection)
{
	struct plan_rdt rdt = plan_rdt_find(inspection->checker.spec, "");
	const char *path = arena_printf(inspection->checker.findings->arena,
					HOST_RESCTRL "/%s/tasks", rdt.group);

	if (!inspection->survey->resctrl)
		check_refuse(&inspection->checker, "RDT-02", "/linux/intelRdt",
			     "no resctrl file system is mounted on " HOST_RESCTRL);
	else if (!rdt.makes && path && access(path, F_OK) < 0)
		check_refuse(&inspection->checker, "RDT-20", "/linux/intelRdt/closID",
			     "there is no such class of service, and no schemata to make it with");
}

static void able_linux(struct inspection *inspection, const struct spec_linux *linux_)
{
	const struct spec_memory_policy *policy = linux_->memoryPolicy;
	const struct survey *survey = inspection->survey;
	int node = policy ? survey_not_in_list(policy->nodes, survey->nodes) : -1;

	able_namespaces(inspection, linux_);
	if (!plan_makes_mounts(inspection->checker.spec) && !survey->facts.detached_assembly)
		check_refuse(&inspection->checker, "", "/linux/namespaces",
			     "without a new mount namespace it needs Linux 6.15");
	able_ids(inspection, linux_);
	if (linux_->resources)
		able_resources(inspection, linux_->resources);
	if (linux_->seccomp)
		able_seccomp(inspection, linux_->seccomp);
	if (linux_->intelRdt)
		able_intel_rdt(inspection);
	if (linux_->mountLabel && linux_->mountLabel[0] && !survey->selinux)
		check_refuse(&inspection->checker, "", "/linux/mountLabel",
			     "SELinux is not enabled");
	if (node >= 0)
		check_refuse(&inspection->checker, "", "/linux/memoryPolicy/nodes",
			     "there is no memory node %d", node);
	list_each(sysctl, linux_->sysctl) {
		char *path = arena_printf(inspection->checker.findings->arena, "/proc/sys/%s",
					  sysctl->key);

		if (path)
			plan_sysctl_path(path + strlen("/proc/sys/"));
		if (path && access(path, F_OK) < 0)
			check_warn(&inspection->checker, "",
				   check_at_key(&inspection->checker, "/linux/sysctl", sysctl->key),
				   "there is no \"%s\" on this host", path);
	}
	list_each(device, linux_->netDevices) {
		const char *path = arena_printf(inspection->checker.findings->arena,
						"/sys/class/net/%s", device->key);

		if (path && access(path, F_OK) < 0)
			check_refuse(&inspection->checker, "",
				     check_at_key(&inspection->checker, "/linux/netDevices",
						  device->key),
				     "this host has no such network device");
	}
}

void able(const struct spec *spec, const char *bundle, const struct survey *survey,
	  struct findings *findings)
{
	struct inspection inspection = {
		.checker = { spec, findings, OCI_ASPECT_HOST },
		.bundle = bundle,
		.survey = survey,
	};
	const struct spec_hooks *hooks = spec->hooks;

	able_kernel(&inspection);
	able_mounts(&inspection);
	if (spec->process)
		able_process(&inspection, spec->process);
	if (spec->linux_)
		able_linux(&inspection, spec->linux_);
	if (!hooks)
		return;
	able_hooks(&inspection, &hooks->prestart, "prestart");
	able_hooks(&inspection, &hooks->createRuntime, "createRuntime");
	able_hooks(&inspection, &hooks->createContainer, "createContainer");
	able_hooks(&inspection, &hooks->poststart, "poststart");
	able_hooks(&inspection, &hooks->poststop, "poststop");
}
