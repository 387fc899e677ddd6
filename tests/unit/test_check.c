/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the standard forbids across members of a config: lib/spec/check.c. */
#include "sys/abi.h"
#include "unit.h"

#define HEAD "{\"ociVersion\": \"1.2.0\", \"root\": {\"path\": \"rootfs\"}, "
#define PROCESS(members)                                                                       \
	HEAD "\"process\": {\"user\": {\"uid\": 0, \"gid\": 0}, \"args\": [\"sh\"], \"cwd\": " \
	     "\"/\"" members "}}"
#define LINUX(members) HEAD "\"linux\": {" members "}}"

static void assert_refused(const char *json, const char *where, const char *message)
{
	struct oci_error err = UNTOUCHED;
	struct arena arena = { 0 };
	struct spec *spec = NULL;

	ck_assert_int_eq(spec_decode("config.json", json, strlen(json), &arena, &spec, &err),
			 -EINVAL);
	ck_assert_ptr_null(spec);
	assert_error(err, -EINVAL, where, message);
	arena_done(&arena);
}

static void assert_taken(const char *json)
{
	struct arena arena = { 0 };

	unit_spec(json, &arena);
	arena_done(&arena);
}

static void assert_version(const char *version, const char *message)
{
	char json[256];

	snprintf(json, sizeof(json), "{\"ociVersion\": \"%s\", \"root\": {\"path\": \"r\"}}",
		 version);
	if (message)
		assert_refused(json, "/ociVersion", message);
	else
		assert_taken(json);
}

START_TEST(version)
{
	static const char *const good[] = { "1.0.0",     "1.3.0",     "1.99.99",
					    "1.0.0-rc1", "1.2.0+dev", "1.0.2-dev.3+exp.sha" };
	static const char *const bad[] = {
		"",       "1",     "1.0",     "v1.0.0", "1.0.0.0", "01.0.0",         "1.0.0-",
		"1.0.0 ", "1.x.0", "1.0.0_1", "1.-1.0", "1..0",    "99999999999.0.0"
	};
	char message[128];

	for (size_t i = 0; i < ARRAY_SIZE(good); i++)
		assert_version(good[i], NULL);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		snprintf(message, sizeof(message),
			 "config.json: /ociVersion: \"%s\" is not a version by SemVer 2.0.0",
			 bad[i]);
		assert_version(bad[i], message);
	}
	assert_version("0.9.0", "config.json: /ociVersion: version 0.9.0 of the standard is not "
				"supported, only 1.x");
	assert_version("2.0.0", "config.json: /ociVersion: version 2.0.0 of the standard is not "
				"supported, only 1.x");
}
END_TEST

START_TEST(namespaces)
{
	assert_refused(LINUX("\"namespaces\": [{\"type\": \"pid\"}, {\"type\": \"uts\"}, "
			     "{\"type\": \"pid\", \"path\": \"/proc/1/ns/pid\"}]"),
		       "/linux/namespaces",
		       "config.json: /linux/namespaces/2/type: the namespace "
		       "\"pid\" is listed twice");
	assert_taken(LINUX("\"namespaces\": [{\"type\": \"pid\"}, {\"type\": \"uts\"}, "
			   "{\"type\": \"mount\"}, {\"type\": \"ipc\"}, {\"type\": \"network\"}, "
			   "{\"type\": \"user\"}, {\"type\": \"cgroup\"}, {\"type\": \"time\"}]"));
}
END_TEST

START_TEST(names_need_a_uts_namespace)
{
	assert_refused(HEAD "\"hostname\": \"a\"}", "/hostname",
		       "config.json: /hostname: set without a uts namespace");
	assert_refused(HEAD "\"domainname\": \"a\", \"linux\": {\"namespaces\": "
			    "[{\"type\": \"pid\"}]}}",
		       "/domainname", "config.json: /domainname: set without a uts namespace");
	assert_taken(HEAD "\"hostname\": \"a\", \"domainname\": \"b\", \"linux\": {\"namespaces\": "
			  "[{\"type\": \"uts\"}]}}");
}
END_TEST

START_TEST(rlimits)
{
	assert_refused(
		PROCESS(", \"rlimits\": [{\"type\": \"RLIMIT_CPU\", \"soft\": 1, \"hard\": 1}, "
			"{\"type\": \"RLIMIT_CPU\", \"soft\": 1, \"hard\": 1}]"),
		"/process/rlimits", "config.json: /process/rlimits/1/type: the limit is set twice");
	assert_refused(
		PROCESS(", \"rlimits\": [{\"type\": \"RLIMIT_CPU\", \"soft\": 2, \"hard\": 1}]"),
		"/process/rlimits",
		"config.json: /process/rlimits/0/soft: larger than the hard limit");
	assert_taken(PROCESS(", \"rlimits\": [{\"type\": \"RLIMIT_CPU\", "
			     "\"soft\": 18446744073709551615, \"hard\": 18446744073709551615}, "
			     "{\"type\": \"RLIMIT_RTTIME\", \"soft\": 0, \"hard\": 0}]"));
}
END_TEST

START_TEST(devices)
{
	assert_refused(LINUX("\"devices\": [{\"type\": \"p\", \"path\": \"/dev/p\"}, "
			     "{\"type\": \"c\", \"path\": \"/dev/c\", \"major\": 1}]"),
		       "/linux/devices",
		       "config.json: /linux/devices/1: major and minor are missing");
	assert_taken(LINUX("\"devices\": [{\"type\": \"p\", \"path\": \"/dev/p\"}, "
			   "{\"type\": \"u\", \"path\": \"/dev/c\", \"major\": 0, \"minor\": 0}]"));
}
END_TEST

START_TEST(seccomp)
{
	assert_refused(LINUX("\"seccomp\": {\"defaultAction\": \"SCMP_ACT_ALLOW\", "
			     "\"defaultErrnoRet\": 1}"),
		       "/linux/seccomp/defaultErrnoRet",
		       "config.json: /linux/seccomp/defaultErrnoRet: the default action carries no "
		       "errno");
	assert_refused(LINUX("\"seccomp\": {\"defaultAction\": \"SCMP_ACT_ALLOW\", "
			     "\"listenerMetadata\": \"x\"}"),
		       "/linux/seccomp/listenerMetadata",
		       "config.json: /linux/seccomp/listenerMetadata: set without listenerPath");
	assert_refused(LINUX("\"seccomp\": {\"defaultAction\": \"SCMP_ACT_ALLOW\", \"syscalls\": "
			     "[{\"names\": [\"read\"], \"action\": \"SCMP_ACT_KILL\", "
			     "\"errnoRet\": 1}]}"),
		       "/linux/seccomp/syscalls",
		       "config.json: /linux/seccomp/syscalls/0/errnoRet: the action carries no "
		       "errno");
	assert_taken(LINUX("\"seccomp\": {\"defaultAction\": \"SCMP_ACT_TRACE\", "
			   "\"defaultErrnoRet\": 1, \"syscalls\": [{\"names\": [\"read\"], "
			   "\"action\": \"SCMP_ACT_ERRNO\", \"errnoRet\": 1}]}"));
}
END_TEST

START_TEST(mounts)
{
	assert_refused(HEAD "\"mounts\": [{\"destination\": \"/a\", \"uidMappings\": "
			    "[{\"containerID\": 0, \"hostID\": 0, \"size\": 1}]}]}",
		       "/mounts",
		       "config.json: /mounts/0: uidMappings and gidMappings go together");
}
END_TEST

START_TEST(finds_namespaces)
{
	struct arena arena = { 0 };
	struct spec *spec = unit_spec(LINUX("\"namespaces\": [{\"type\": \"pid\"}, "
					    "{\"type\": \"network\", \"path\": \"/n\"}]"),
				      &arena);
	const struct spec none = { 0 };

	ck_assert_ptr_eq(spec_namespace_find(spec, (int)ABI_CLONE_NEWPID),
			 &spec->linux_->namespaces.item[0]);
	ck_assert_str_eq(spec_namespace_find(spec, (int)ABI_CLONE_NEWNET)->path, "/n");
	ck_assert_ptr_null(spec_namespace_find(spec, (int)ABI_CLONE_NEWUTS));
	ck_assert_ptr_null(spec_namespace_find(&none, (int)ABI_CLONE_NEWUTS));
	arena_done(&arena);
}
END_TEST

START_TEST(default_is_legal)
{
	struct arena arena = { 0 };
	struct spec *spec = unit_spec(spec_default(), &arena);

	ck_assert_str_eq(spec->ociVersion, SPEC_VERSION);
	arena_done(&arena);
}
END_TEST

UNIT_MAIN("check", version, namespaces, names_need_a_uts_namespace, rlimits, devices, seccomp,
	  mounts, finds_namespaces, default_is_legal)
