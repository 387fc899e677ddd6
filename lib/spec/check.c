/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The rules of the standard that span members: config.md, config-linux.md. */
#include <errno.h>
#include <string.h>

#include "base/error.h"
#include "base/num.h"
#include "spec/decode.h"
#include "spec/spec.h"
#include "spec/tables.h"
#include "sys/abi.h"

const struct spec_namespace *spec_namespace_find(const struct spec *spec, int type)
{
	if (!spec->linux_)
		return NULL;
	list_each(namespace, spec->linux_->namespaces)
		if (namespace->type == type)
			return namespace;
	return NULL;
}

static int wrong(const char *file, struct oci_error *err, const char *where, const char *what)
{
	return fail_plain(err, -EINVAL, where, "%s: %s: %s", file, where, what);
}

/* One number of a version: digits, no leading zero. Returns what follows it. */
static const char *version_number(const char *text, uint64_t *ret)
{
	size_t n = strspn(text, "0123456789");

	if (n == 0 || (n > 1 && text[0] == '0') || num_parse(text, n, UINT32_MAX, ret) < 0)
		return NULL;
	return text + n;
}

/* SemVer 2.0.0: three numbers, then perhaps -pre.release and +build. */
static bool version_parse(const char *text, uint64_t *ret_major)
{
	uint64_t number;

	text = version_number(text, ret_major);
	for (int i = 0; i < 2; i++) {
		if (!text || *text != '.')
			return false;
		text = version_number(text + 1, &number);
	}
	if (!text)
		return false;
	if (*text == '\0')
		return true;
	if (*text != '-' && *text != '+')
		return false;
	return text[1] && text[strspn(text, "0123456789abcdefghijklmnopqrstuvwxyz"
					    "ABCDEFGHIJKLMNOPQRSTUVWXYZ.-+")] == '\0';
}

static int check_version(const char *file, const struct spec *spec, struct oci_error *err)
{
	uint64_t major;

	if (!version_parse(spec->ociVersion, &major))
		return fail_plain(err, -EINVAL, "/ociVersion",
				  "%s: /ociVersion: \"%s\" is not a version by SemVer 2.0.0", file,
				  spec->ociVersion);
	if (major != 1)
		return fail_plain(err, -EINVAL, "/ociVersion",
				  "%s: /ociVersion: version %s of the standard is not supported, "
				  "only 1.x",
				  file, spec->ociVersion);
	return 0;
}

static int check_namespaces(const char *file, const struct spec *spec, struct oci_error *err)
{
	unsigned int seen = 0, index = 0;

	if (!spec->linux_)
		return 0;
	list_each(namespace, spec->linux_->namespaces) {
		if (seen & (unsigned int)namespace->type)
			return fail_plain(err, -EINVAL, "/linux/namespaces",
					  "%s: /linux/namespaces/%u/type: the namespace \"%s\" is "
					  "listed twice",
					  file, index,
					  name_of(spec_namespace_names, namespace->type));
		seen |= (unsigned int)namespace->type;
		index++;
	}
	return 0;
}

static int check_process(const char *file, const struct spec_process *process,
			 struct oci_error *err)
{
	uint32_t seen = 0;
	unsigned int index = 0;

	list_each(rlimit, process->rlimits) {
		if (seen & (1U << rlimit->type))
			return fail_plain(err, -EINVAL, "/process/rlimits",
					  "%s: /process/rlimits/%u/type: the limit is set twice",
					  file, index);
		if (rlimit->soft.value > rlimit->hard.value)
			return fail_plain(
				err, -EINVAL, "/process/rlimits",
				"%s: /process/rlimits/%u/soft: larger than the hard limit", file,
				index);
		seen |= 1U << rlimit->type;
		index++;
	}
	return 0;
}

static bool has_errno(int action)
{
	return action == SPEC_ACT_ERRNO || action == SPEC_ACT_TRACE;
}

static int check_seccomp(const char *file, const struct spec_seccomp *seccomp,
			 struct oci_error *err)
{
	unsigned int index = 0;

	if (seccomp->defaultErrnoRet.set && !has_errno(seccomp->defaultAction))
		return wrong(file, err, "/linux/seccomp/defaultErrnoRet",
			     "the default action carries no errno");
	if (seccomp->listenerMetadata && !seccomp->listenerPath)
		return wrong(file, err, "/linux/seccomp/listenerMetadata",
			     "set without listenerPath");
	list_each(rule, seccomp->syscalls) {
		if (rule->errnoRet.set && !has_errno(rule->action))
			return fail_plain(err, -EINVAL, "/linux/seccomp/syscalls",
					  "%s: /linux/seccomp/syscalls/%u/errnoRet: the action "
					  "carries no errno",
					  file, index);
		index++;
	}
	return 0;
}

static int check_mounts(const char *file, const struct spec *spec, struct oci_error *err)
{
	unsigned int index = 0;

	list_each(mount, spec->mounts) {
		if (mount->uidMappings.set != mount->gidMappings.set)
			return fail_plain(err, -EINVAL, "/mounts",
					  "%s: /mounts/%u: uidMappings and gidMappings go together",
					  file, index);
		index++;
	}
	return 0;
}

static int check_devices(const char *file, const struct spec_linux *linux_, struct oci_error *err)
{
	unsigned int index = 0;

	list_each(device, linux_->devices) {
		if (device->type != 'p' && (!device->major.set || !device->minor.set))
			return fail_plain(err, -EINVAL, "/linux/devices",
					  "%s: /linux/devices/%u: major and minor are missing",
					  file, index);
		index++;
	}
	return 0;
}

int spec_check(const char *file, const struct spec *spec, struct oci_error *err)
{
	int r;

	r = check_version(file, spec, err);
	if (r == 0)
		r = check_namespaces(file, spec, err);
	if (r == 0)
		r = check_mounts(file, spec, err);
	if (r == 0 && spec->process)
		r = check_process(file, spec->process, err);
	if (r == 0 && spec->linux_)
		r = check_devices(file, spec->linux_, err);
	if (r == 0 && spec->linux_ && spec->linux_->seccomp)
		r = check_seccomp(file, spec->linux_->seccomp, err);
	if (r == 0 && spec->hostname && !spec_namespace_find(spec, (int)ABI_CLONE_NEWUTS))
		r = wrong(file, err, "/hostname", "set without a uts namespace");
	if (r == 0 && spec->domainname && !spec_namespace_find(spec, (int)ABI_CLONE_NEWUTS))
		r = wrong(file, err, "/domainname", "set without a uts namespace");
	return r;
}

int spec_decode(const char *file, const char *document, size_t length, struct arena *arena,
		struct spec **ret, struct oci_error *err)
{
	struct spec *spec = arena_alloc(arena, sizeof(*spec));
	int r;

	if (!spec)
		return fail(err, -ENOMEM, NULL, "%s", file);
	r = decode(file, document, length, &spec_object, spec, arena, err);
	if (r == 0)
		r = spec_check(file, spec, err);
	if (r < 0)
		return r;
	*ret = spec;
	return 0;
}
