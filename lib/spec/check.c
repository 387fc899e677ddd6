/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The rules about a config as a whole, and what all rules use. */
#include <errno.h>
#include <string.h>

#include "base/num.h"
#include "base/weaken.h"
#include "spec/check.h"
#include "spec/pointer.h"
#include "spec/spec.h"
#include "spec/tables.h"
#include "spec/version.h"
#include "sys/abi.h"

#define NAME_MAX_UTS 64 /* __NEW_UTS_LEN, include/uapi/linux/utsname.h */

const char *check_at(struct checker *checker, const char *format, ...)
{
	const char *pointer;
	va_list ap;

	va_start(ap, format);
	pointer = arena_vprintf(checker->findings->arena, format, ap);
	va_end(ap);
	return pointer;
}

const char *check_at_key(struct checker *checker, const char *map, const char *key)
{
	const char *name = pointer_escape(checker->findings->arena, key, strlen(key));

	return name ? check_at(checker, "%s/%s", map, name) : NULL;
}

static void add(struct checker *checker, enum oci_severity severity, const char *rule,
		const char *pointer, const char *format, va_list ap)
	__attribute__((format(printf, 5, 0)));

static void add(struct checker *checker, enum oci_severity severity, const char *rule,
		const char *pointer, const char *format, va_list ap)
{
	const struct oci_finding finding = {
		.aspect = checker->aspect, .severity = severity, .rule = rule, .pointer = pointer
	};

	if (!findings_touch(checker->findings, pointer))
		findings_vadd(checker->findings, &finding, FINDING_NOWHERE, format, ap);
}

void check_refuse(struct checker *checker, const char *rule, const char *pointer,
		  const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	add(checker, OCI_SEVERITY_ERROR, rule, pointer, format, ap);
	va_end(ap);
}

void check_violation(struct checker *checker, const char *rule, const char *pointer,
		     const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	add(checker, OCI_SEVERITY_VIOLATION, rule, pointer, format, ap);
	va_end(ap);
}

void check_warn(struct checker *checker, const char *rule, const char *pointer, const char *format,
		...)
{
	va_list ap;

	va_start(ap, format);
	add(checker, OCI_SEVERITY_WARNING, rule, pointer, format, ap);
	va_end(ap);
}

bool check_sound(const struct checker *checker, const char *pointer)
{
	return !findings_touch(checker->findings, pointer);
}

bool check_is_list(const char *text)
{
	uint64_t first, last;

	do
		text = num_take_span(text, &first, &last);
	while (text && *text);
	return text;
}

bool check_is_component(const char *text)
{
	return text[0] && !strchr(text, '/') && strcmp(text, ".") != 0 && strcmp(text, "..") != 0;
}

int spec_strings_add(struct spec_strings *strings, const char *const *more, struct arena *arena)
{
	const char **item;
	size_t n = 0;

	while (more && more[n])
		n++;
	if (n == 0)
		return 0;
	item = arena_alloc(arena, (strings->n + n) * sizeof(*item));
	if (!item)
		return -ENOMEM;
	for (size_t i = 0; i < strings->n; i++)
		item[i] = strings->item[i];
	for (size_t i = 0; i < n; i++)
		item[strings->n + i] = more[i];
	strings->item = item;
	strings->n += n;
	return 0;
}

const struct spec_hook_list *spec_hooks_find(const struct spec *spec, enum spec_hook_kind kind)
{
	const struct spec_hooks *hooks = spec->hooks;
	const struct spec_hook_list *list = NULL;

	if (hooks)
		list = (const void *)((const char *)hooks + spec_hooks_object.fields[kind].offset);
	return list && list->n > 0 ? list : NULL;
}

bool spec_seccomp_notifies(const struct spec_seccomp *seccomp)
{
	list_each(rule, seccomp->syscalls)
		if (rule->action == SPEC_ACT_NOTIFY)
			return true;
	return seccomp->defaultAction == SPEC_ACT_NOTIFY;
}

const struct spec_namespace *spec_namespace_find(const struct spec *spec, int type)
{
	if (!spec->linux_)
		return NULL;
	list_each(namespace, spec->linux_->namespaces)
		if (namespace->type == type)
			return namespace;
	return NULL;
}

static void check_version(struct checker *checker, const char *text)
{
	struct version version;

	if (!text)
		return;
	if (!version_parse(text, &version))
		check_refuse(checker, "VER-02", "/ociVersion",
			     "\"%s\" is not a version by SemVer 2.0.0", text);
	else if (version.number[0] != 1)
		check_refuse(checker, "VAL-01", "/ociVersion",
			     "version %s of the standard is not supported, only 1.x", text);
}

static void check_uts_name(struct checker *checker, const char *name, const char *pointer)
{
	if (!name || !name[0])
		return;
	if (check_sound(checker, "/linux/namespaces") && !WEAKENED(SETTINGS) &&
	    !spec_namespace_find(checker->spec, (int)ABI_CLONE_NEWUTS))
		check_refuse(checker, "VAL-01", pointer, "set without a uts namespace");
	if (strlen(name) > NAME_MAX_UTS)
		check_refuse(checker, "VAL-01", pointer, "longer than the %d bytes of uts(7)",
			     NAME_MAX_UTS);
}

bool check_has_option(const struct spec_mount *mount, const char *name)
{
	list_each(option, mount->options)
		if (strcmp(*option, name) == 0)
			return true;
	return false;
}

bool check_is_bind(const struct spec_mount *mount)
{
	return check_has_option(mount, "bind") || check_has_option(mount, "rbind") ||
	       (mount->type && strcmp(mount->type, "bind") == 0);
}

static void check_idmap(struct checker *checker, const struct spec_mount *mount, size_t index)
{
	bool plain = check_has_option(mount, "idmap"),
	     recursive = check_has_option(mount, "ridmap");

	if (mount->uidMappings.set != mount->gidMappings.set &&
	    check_sound(checker, check_at(checker, "/mounts/%zu/uidMappings", index)) &&
	    check_sound(checker, check_at(checker, "/mounts/%zu/gidMappings", index)))
		check_refuse(checker, mount->uidMappings.set ? "MNT-12" : "MNT-13",
			     check_at(checker, "/mounts/%zu", index),
			     "uidMappings and gidMappings go together");
	if (mount->uidMappings.n > 0)
		check_mappings(checker, &mount->uidMappings,
			       check_at(checker, "/mounts/%zu/uidMappings", index));
	if (mount->gidMappings.n > 0)
		check_mappings(checker, &mount->gidMappings,
			       check_at(checker, "/mounts/%zu/gidMappings", index));
	if ((plain || recursive) && mount->uidMappings.n == 0 &&
	    check_sound(checker, "/linux/namespaces") &&
	    !spec_namespace_find(checker->spec, (int)ABI_CLONE_NEWUSER))
		check_refuse(checker, plain ? "IDM-05" : "RID-05",
			     check_at(checker, "/mounts/%zu/options", index),
			     "\"%s\" without mappings of the mount and without a user namespace",
			     plain ? "idmap" : "ridmap");
}

static void check_mounts(struct checker *checker)
{
	size_t index = 0;

	list_each(mount, checker->spec->mounts) {
		bool remount = check_has_option(mount, "remount");

		check_idmap(checker, mount, index);
		if (check_is_bind(mount) && !remount && (!mount->source || !mount->source[0]))
			check_refuse(checker, "VAL-01", check_at(checker, "/mounts/%zu", index),
				     "a bind mount without a source");
		if (!check_is_bind(mount) && !remount && (!mount->type || !mount->type[0]))
			check_refuse(checker, "VAL-01", check_at(checker, "/mounts/%zu", index),
				     "neither a type nor the option \"bind\"");
		index++;
	}
}

void check_config(struct checker *checker)
{
	const struct spec *spec = checker->spec;

	check_version(checker, spec->ociVersion);
	check_mounts(checker);
	check_uts_name(checker, spec->hostname, "/hostname");
	check_uts_name(checker, spec->domainname, "/domainname");
	if (spec->process)
		check_process(checker, spec->process, "/process");
	if (spec->linux_)
		check_linux(checker, spec->linux_);
}
