/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is set by writing to /proc: /linux/sysctl, /process/oomScoreAdj and the labels of the
 * process. Pure.
 *
 * The container's own /proc is never used, since what lies over it is the container's choice
 * (CVE-2019-16884, CVE-2025-52881). The files of init itself are written while there is only the
 * host's; for sysctls init mounts a procfs of its own that nobody else sees. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/weaken.h"
#include "plan/concern.h"
#include "sys/abi.h"

/* Which names belong to which namespace; a name that ends in '/' stands for all below it. */
static const struct {
	const char *name;
	uint64_t namespace;
} sysctls[] = {
	{ "kernel/msgmax", ABI_CLONE_NEWIPC },     { "kernel/msgmnb", ABI_CLONE_NEWIPC },
	{ "kernel/msgmni", ABI_CLONE_NEWIPC },     { "kernel/sem", ABI_CLONE_NEWIPC },
	{ "kernel/shmall", ABI_CLONE_NEWIPC },     { "kernel/shmmax", ABI_CLONE_NEWIPC },
	{ "kernel/shmmni", ABI_CLONE_NEWIPC },     { "kernel/shm_rmid_forced", ABI_CLONE_NEWIPC },
	{ "fs/mqueue/", ABI_CLONE_NEWIPC },        { "net/", ABI_CLONE_NEWNET },
	{ "kernel/domainname", ABI_CLONE_NEWUTS }, { "kernel/hostname", ABI_CLONE_NEWUTS },
};

void plan_sysctl_path(char *key)
{
	if (key[strcspn(key, "./")] != '.')
		return;
	for (; *key; key++) {
		if (*key == '.')
			*key = '/';
		else if (*key == '/')
			*key = '.';
	}
}

uint64_t plan_sysctl_namespace(const char *key)
{
	char path[256];

	if ((size_t)snprintf(path, sizeof(path), "%s", key) >= sizeof(path))
		return 0;
	plan_sysctl_path(path);
	for (size_t i = 0; i < ARRAY_SIZE(sysctls); i++) {
		size_t length = strlen(sysctls[i].name);
		bool prefix = sysctls[i].name[length - 1] == '/';

		if (strncmp(path, sysctls[i].name, length) == 0 && (prefix || !path[length]))
			return sysctls[i].namespace;
	}
	return 0;
}

static int add_sysctl(struct builder *builder, const struct plan_request *request,
		      const struct pair *sysctl, int16_t proc, struct oci_error *err)
{
	char *path = arena_printf(request->arena, "sys/%s", sysctl->key);
	uint64_t namespace = plan_sysctl_namespace(sysctl->key);
	const char *name;
	struct op *op;

	if (!path)
		return fail(err, -ENOMEM, NULL, "cannot make the plan");
	name = path + strlen("sys/");
	plan_sysctl_path(path + strlen("sys/"));
	if (!WEAKENED(SETTINGS) && (namespace == 0 || strstr(name, "../") || strstr(name, "/..")))
		return fail_plain(err, -EINVAL, "/linux/sysctl",
				  "/linux/sysctl: \"%s\" is not a setting of a namespace",
				  sysctl->key);
	if (!WEAKENED(SETTINGS) && !spec_namespace_find(request->spec, (int)namespace))
		return fail_plain(err, -EINVAL, "/linux/sysctl",
				  "/linux/sysctl: \"%s\" belongs to a namespace that the container "
				  "shares with the host",
				  sysctl->key);
	builder_where(builder, "/linux/sysctl/%s", sysctl->key);
	op = builder_add(builder, PLAN_CHILD, OP_PROC_WRITE);
	op->slot = proc;
	op->text = builder_string(builder, path);
	op->text2 = builder_string(builder, sysctl->value);
	return 0;
}

static void add_own(struct builder *builder, const struct plan_request *request, const char *where,
		    const char *file, const char *value)
{
	struct op *op;

	builder_where(builder, "%s", where);
	op = builder_add(builder, PLAN_CHILD, OP_OWN_WRITE);
	op->text = builder_string(builder, file);
	op->text2 = builder_string(builder, value);
	op->flags = plan_is_privileged(request->facts) ? 0 : OP_DUMPABLE;
	builder_where(builder, NULL);
}

/* What counts from execve(2) on is asked for here, too: apparmor(7), selinux(8). */
void plan_own_files(struct builder *builder, const struct plan_request *request)
{
	const struct spec_process *process = request->spec->process;
	struct arena *arena = request->arena;

	if (process && process->oomScoreAdj.set)
		add_own(builder, request, "/process/oomScoreAdj", "/proc/self/oom_score_adj",
			arena_printf(arena, "%lld", (long long)process->oomScoreAdj.value));
	if (process && plan_is_label(process->apparmorProfile))
		add_own(builder, request, "/process/apparmorProfile",
			"/proc/self/attr/apparmor/exec",
			arena_printf(arena, "exec %s", process->apparmorProfile));
	if (!process || !plan_is_label(process->selinuxLabel))
		return;
	add_own(builder, request, "/process/selinuxLabel", "/proc/self/attr/exec",
		process->selinuxLabel);
	if (!request->no_new_keyring) /* who may look into it */
		add_own(builder, request, "/process/selinuxLabel", "/proc/self/attr/keycreate",
			process->selinuxLabel);
}

bool plan_is_label(const char *label)
{
	return label && label[0];
}

int plan_labels_check(const struct plan_request *request, struct oci_error *err)
{
	const struct spec *spec = request->spec;
	const struct spec_process *process = spec->process;

	if (process && plan_is_label(process->apparmorProfile) && !request->facts->apparmor)
		return fail_plain(err, -EOPNOTSUPP, "/process/apparmorProfile",
				  "/process/apparmorProfile: AppArmor is not enabled on this host");
	if (request->facts->selinux)
		return 0;
	if (process && plan_is_label(process->selinuxLabel))
		return fail_plain(err, -EOPNOTSUPP, "/process/selinuxLabel",
				  "/process/selinuxLabel: SELinux is not enabled on this host");
	if (plan_is_label(spec->linux_->mountLabel))
		return fail_plain(err, -EOPNOTSUPP, "/linux/mountLabel",
				  "/linux/mountLabel: SELinux is not enabled on this host");
	return 0;
}

int plan_proc(struct builder *builder, const struct plan_request *request, struct oci_error *err)
{
	const struct spec_map *sysctl = &request->spec->linux_->sysctl;
	int16_t proc;
	int r;

	if (sysctl->n == 0)
		return 0;
	proc = builder_slot(builder, PLAN_CHILD);
	builder_where(builder, NULL);
	builder_add(builder, PLAN_CHILD, OP_PROC)->slot = proc;
	list_each(pair, *sysctl) {
		r = add_sysctl(builder, request, pair, proc, err);
		if (r < 0)
			return r;
	}
	builder_where(builder, NULL);
	builder_add(builder, PLAN_CHILD, OP_CLOSE)->slot = proc;
	return 0;
}
