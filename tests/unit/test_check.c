/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The rules that span members, and the advice: lib/spec/check*.c, advise*.c. Each row is a document
 * and all that is to be said of it, in order:
 *
 *	severity (Error, Violation, Warning), aspect (schema, Standard), rule, line:column, pointer,
 *	message
 */
#include "spec/dump.h"
#include "spec/tables.h"
#include "sys/abi.h"
#include "unit.h"

#define CONFIG(members) "{\"ociVersion\": \"1.3.0\", \"root\": {\"path\": \"rootfs\"}, " members "}"
#define PROCESS(members)                                                                         \
	CONFIG("\"process\": {\"user\": {\"uid\": 0, \"gid\": 0}, \"args\": [\"sh\"], \"cwd\": " \
	       "\"/\", " members "}")
#define LINUX(members)                                                                           \
	CONFIG("\"process\": {\"user\": {\"uid\": 0, \"gid\": 0}, \"args\": [\"sh\"], \"cwd\": " \
	       "\"/\"}, \"linux\": {" members "}")
#define MOUNTS(members)                                                                          \
	CONFIG("\"process\": {\"user\": {\"uid\": 0, \"gid\": 0}, \"args\": [\"sh\"], \"cwd\": " \
	       "\"/\"}, \"mounts\": [" members "]")

struct row {
	const char *document;
	const char *findings;
};

static void print(struct text *text, const struct oci_finding *finding)
{
	text_printf(text, "%c %c %s %u:%u %s: %s\n", "?EVW"[finding->severity],
		    "?sS"[finding->aspect], finding -> rule[0] ? finding -> rule : "-",
		    finding->line, finding->column, finding->pointer, finding->message);
}

/* With and without @everything: errors are errors, whoever asks. */
static void examine(const struct row *row, bool everything, char **ret)
{
	const struct document document = { "c", row->document, strlen(row->document) };
	struct arena arena = { 0 };
	struct findings findings = { .arena = &arena, .everything = everything };
	struct text text = { 0 };
	struct spec *spec;
	int r = spec_examine(&document, OCI_DOCUMENT_CONFIG, &findings, &spec);

	ck_assert(r == 0 || (r == -EINVAL && findings.errors > 0));
	ck_assert_int_eq(findings_sort(&findings, &document), 0);
	for (size_t i = 0; i < findings.n; i++)
		if (everything || findings.item[i].is.severity == OCI_SEVERITY_ERROR)
			print(&text, &findings.item[i].is);
		else
			ck_abort_msg("%s: more than errors", row->document);
	ck_assert_int_eq(text_take(&text, ret), 0);
	arena_done(&arena);
}

static void assert_same_errors(const char *all, const char *errors)
{
	const char *line;

	for (line = all; *line; line += strcspn(line, "\n") + 1) {
		size_t length = strcspn(line, "\n") + 1;

		if (line[0] != 'E')
			continue;
		ck_assert_msg(strncmp(line, errors, length) == 0, "%s", errors);
		errors += length;
	}
	ck_assert_str_eq(errors, "");
}

static void assert_rows(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char *all, *errors;

		examine(&rows[i], true, &all);
		ck_assert_str_eq(all, rows[i].findings);
		examine(&rows[i], false, &errors);
		assert_same_errors(all, errors);
		free(all);
		free(errors);
	}
}

START_TEST(version)
{
	static const struct row rows[] = {
		{ "{\"ociVersion\": \"1.0\", \"root\": {\"path\": \"rootfs\"}}",
		  "E S VER-02 1:16 /ociVersion: \"1.0\" is not a version by SemVer 2.0.0\n"
		  "W S PRC-01 0:0 : without \"process\" it can be created, not started\n" },
		{ "{\"ociVersion\": \"01.0.0\", \"root\": {\"path\": \"rootfs\"}}",
		  "E S VER-02 1:16 /ociVersion: \"01.0.0\" is not a version by SemVer 2.0.0\n"
		  "W S PRC-01 0:0 : without \"process\" it can be created, not started\n" },
		{ "{\"ociVersion\": \"1.0.0-01\", \"root\": {\"path\": \"rootfs\"}}",
		  "E S VER-02 1:16 /ociVersion: \"1.0.0-01\" is not a version by SemVer 2.0.0\n"
		  "W S PRC-01 0:0 : without \"process\" it can be created, not started\n" },
		{ "{\"ociVersion\": \"1.0.0-a..b\", \"root\": {\"path\": \"rootfs\"}}",
		  "E S VER-02 1:16 /ociVersion: \"1.0.0-a..b\" is not a version by SemVer 2.0.0\n"
		  "W S PRC-01 0:0 : without \"process\" it can be created, not started\n" },
		{ "{\"ociVersion\": \"0.9.0\", \"root\": {\"path\": \"rootfs\"}}",
		  "E S VAL-01 1:16 /ociVersion: version 0.9.0 of the standard is not supported, "
		  "only 1.x\n"
		  "W S PRC-01 0:0 : without \"process\" it can be created, not started\n" },
		{ "{\"ociVersion\": \"2.0.0\", \"root\": {\"path\": \"rootfs\"}}",
		  "E S VAL-01 1:16 /ociVersion: version 2.0.0 of the standard is not supported, "
		  "only 1.x\n"
		  "W S PRC-01 0:0 : without \"process\" it can be created, not started\n" },
		{ "{\"ociVersion\": \"1.99.0-rc.1+01\", \"root\": {\"path\": \"rootfs\"}}",
		  "W S PRC-01 0:0 : without \"process\" it can be created, not started\n" },
		{ "{\"ociVersion\": 1, \"root\": {\"path\": \"rootfs\"}}",
		  "E s VER-02 1:16 /ociVersion: expected a string, found 1\n"
		  "W S PRC-01 0:0 : without \"process\" it can be created, not started\n" },
	};

	assert_rows(rows, ARRAY_SIZE(rows));
}
END_TEST

START_TEST(names_of_the_uts_namespace)
{
	static const struct row rows[] = {
		{ CONFIG("\"hostname\": \"a\", \"domainname\": \"b\", \"process\": {\"user\": "
			 "{\"uid\": 0, \"gid\": 0}, \"args\": [\"sh\"], \"cwd\": \"/\"}"),
		  "E S VAL-01 1:65 /hostname: set without a uts namespace\n"
		  "E S VAL-01 1:84 /domainname: set without a uts namespace\n" },
		{ CONFIG("\"hostname\": "
			 "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\", "
			 "\"domainname\": "
			 "\"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\", "
			 "\"linux\": {\"namespaces\": [{\"type\": \"uts\"}]}, \"process\": "
			 "{\"user\": {\"uid\": 0, \"gid\": 0}, \"args\": [\"sh\"], \"cwd\": "
			 "\"/\"}"),
		  "E S VAL-01 1:65 /hostname: longer than the 64 bytes of uts(7)\n"
		  "E S VAL-01 1:148 /domainname: longer than the 64 bytes of uts(7)\n" },
		{ CONFIG("\"hostname\": \"a\", \"linux\": {\"namespaces\": [{\"type\": \"utx\"}]}, "
			 "\"process\": {\"user\": {\"uid\": 0, \"gid\": 0}, \"args\": [\"sh\"], "
			 "\"cwd\": \"/\"}"),
		  "E s VAL-01 1:104 /linux/namespaces/0/type: unknown value \"utx\", did you mean "
		  "\"uts\"?\n" },
		{ CONFIG("\"hostname\": \"\", \"domainname\": \"\", \"process\": {\"user\": "
			 "{\"uid\": 0, \"gid\": 0}, \"args\": [\"sh\"], \"cwd\": \"/\"}"),
		  "" },
	};

	assert_rows(rows, ARRAY_SIZE(rows));
}
END_TEST

START_TEST(rlimits)
{
	static const struct row rows[] = {
		{ PROCESS("\"rlimits\": [{\"type\": \"RLIMIT_CPU\", \"soft\": 1, \"hard\": 1}, "
			  "{\"type\": \"RLIMIT_CPU\", \"soft\": 1, \"hard\": 1}]"),
		  "E S RLM-08 1:190 /process/rlimits/1/type: the limit is set twice\n" },
		{ PROCESS("\"rlimits\": [{\"type\": \"RLIMIT_CPU\", \"soft\": 2, \"hard\": 1}]"),
		  "E S VAL-01 1:166 /process/rlimits/0/soft: larger than the hard limit\n" },
		{ PROCESS("\"rlimits\": [{\"type\": \"RLIMIT_NOFIL\", \"soft\": 2, \"hard\": "
			  "\"x\"}]"),
		  "E s RLM-02 1:144 /process/rlimits/0/type: unknown value \"RLIMIT_NOFIL\", did "
		  "you mean \"RLIMIT_NOFILE\"?\n"
		  "E s VAL-01 1:179 /process/rlimits/0/hard: expected a number from 0 to "
		  "18446744073709551615, found the string \"x\"\n" },
		{ PROCESS("\"rlimits\": [{\"type\": \"RLIMIT_CPU\", \"soft\": "
			  "18446744073709551615, \"hard\": 18446744073709551615}]"),
		  "" },
	};

	assert_rows(rows, ARRAY_SIZE(rows));
}
END_TEST

START_TEST(scheduler)
{
	static const struct row rows[] = {
		{ PROCESS("\"scheduler\": {\"policy\": \"SCHED_ISO\"}"),
		  "E S VAL-01 1:147 /process/scheduler/policy: Linux has no SCHED_ISO\n" },
		{ PROCESS("\"scheduler\": {\"policy\": \"SCHED_OTHER\", \"nice\": 20, "
			  "\"priority\": 1}"),
		  "E S VAL-01 1:170 /process/scheduler/nice: expected a number from -20 to 19, "
		  "found 20\n"
		  "E S VAL-01 1:186 /process/scheduler/priority: SCHED_OTHER takes no priority\n" },
		{ PROCESS("\"scheduler\": {\"policy\": \"SCHED_OTHER\", \"nice\": -20}"), "" },
		{ PROCESS("\"scheduler\": {\"policy\": \"SCHED_FIFO\"}"),
		  "E S VAL-01 1:136 /process/scheduler: SCHED_FIFO needs a priority from 1 to 99, "
		  "found 0\n" },
		{ PROCESS("\"scheduler\": {\"policy\": \"SCHED_RR\", \"priority\": 100, "
			  "\"runtime\": 1}"),
		  "E S VAL-01 1:136 /process/scheduler: runtime, deadline and period are for "
		  "SCHED_DEADLINE alone, not SCHED_RR\n"
		  "E S VAL-01 1:171 /process/scheduler/priority: SCHED_RR needs a priority from 1 "
		  "to 99, found 100\n" },
		{ PROCESS("\"scheduler\": {\"policy\": \"SCHED_DEADLINE\"}"),
		  "E S VAL-01 1:136 /process/scheduler: SCHED_DEADLINE needs a runtime of at least "
		  "1024 nanoseconds\n" },
		{ PROCESS("\"scheduler\": {\"policy\": \"SCHED_DEADLINE\", \"runtime\": 2000, "
			  "\"deadline\": 1000}"),
		  "E S VAL-01 1:136 /process/scheduler: SCHED_DEADLINE needs a deadline that is "
		  "not shorter than the runtime\n" },
		{ PROCESS("\"scheduler\": {\"policy\": \"SCHED_DEADLINE\", \"runtime\": 2000, "
			  "\"deadline\": 3000, \"period\": 2500}"),
		  "E S VAL-01 1:136 /process/scheduler: SCHED_DEADLINE needs a period that is not "
		  "shorter than the deadline\n" },
		{ PROCESS("\"scheduler\": {\"policy\": \"SCHED_DEADLINE\", \"runtime\": 2000, "
			  "\"deadline\": 3000}"),
		  "" },
	};

	assert_rows(rows, ARRAY_SIZE(rows));
}
END_TEST

START_TEST(cpu_affinity)
{
	static const struct row rows[] = {
		{ PROCESS("\"execCPUAffinity\": {\"initial\": \"0-3,7\", \"final\": \" ,-\"}"),
		  "E S VAL-01 1:172 /process/execCPUAffinity/final: expected a list like "
		  "\"0-3,7\", found \" ,-\"\n" },
		{ PROCESS("\"execCPUAffinity\": {\"initial\": \"\", \"final\": \"3-\"}"),
		  "E S VAL-01 1:167 /process/execCPUAffinity/final: expected a list like "
		  "\"0-3,7\", found \"3-\"\n" },
		{ PROCESS("\"execCPUAffinity\": {\"initial\": \"3-1\", \"final\": "
			  "\"0,1-2,65536\"}"),
		  "E S VAL-01 1:154 /process/execCPUAffinity/initial: expected a list like "
		  "\"0-3,7\", found \"3-1\"\n"
		  "E S VAL-01 1:170 /process/execCPUAffinity/final: expected a list like "
		  "\"0-3,7\", found \"0,1-2,65536\"\n" },
		{ PROCESS("\"execCPUAffinity\": {\"initial\": \"3-3\", \"final\": \"65535\"}"),
		  "" },
	};

	assert_rows(rows, ARRAY_SIZE(rows));
}
END_TEST

START_TEST(console_size)
{
	static const struct row rows[] = {
		{ PROCESS("\"consoleSize\": {\"height\": 25, \"width\": 80}"),
		  "W S PRC-02 1:138 /process/consoleSize: has no effect without \"terminal\"\n" },
		{ PROCESS("\"terminal\": true, \"consoleSize\": {\"height\": 25, \"width\": 80}"),
		  "" },
		{ PROCESS("\"terminal\": 1, \"consoleSize\": {\"height\": 25, \"width\": 80}"),
		  "E s VAL-01 1:135 /process/terminal: expected true or false, found 1\n" },
	};

	assert_rows(rows, ARRAY_SIZE(rows));
}
END_TEST

START_TEST(capabilities)
{
	static const struct row rows[] = {
		{ PROCESS("\"capabilities\": {\"bounding\": [\"CAP_CHWON\", \"NET_ADMIN\", "
			  "\"CAP_KILL\", \"CAP_KILL\"], \"effective\": [\"CAP_KILL\"], "
			  "\"ambient\": [\"CAP_KILL\"]}"),
		  "W S CAP-01 1:153 /process/capabilities/bounding/0: unknown, it is not granted: "
		  "\"CAP_CHWON\", did you mean \"CAP_CHOWN\"?\n"
		  "W S CAP-01 1:166 /process/capabilities/bounding/1: unknown, it is not granted: "
		  "\"NET_ADMIN\", did you mean \"CAP_NET_ADMIN\"?\n"
		  "W S - 1:191 /process/capabilities/bounding/3: listed twice: \"CAP_KILL\"\n"
		  "W S - 1:217 /process/capabilities/effective: CAP_KILL is not granted: it is not "
		  "in permitted\n"
		  "W S - 1:242 /process/capabilities/ambient: CAP_KILL is not granted: it is not "
		  "in both permitted and inheritable\n" },
		{ PROCESS("\"capabilities\": {\"permitted\": 1, \"effective\": [\"CAP_KILL\"], "
			  "\"ambient\": [\"CAP_KILL\"]}"),
		  "E s VAL-01 1:153 /process/capabilities/permitted: expected an array of strings, "
		  "found 1\n" },
	};

	assert_rows(rows, ARRAY_SIZE(rows));
}
END_TEST

START_TEST(environment)
{
	static const struct row rows[] = {
		{ PROCESS("\"env\": [\"A=1\", \"B\", \"=x\", \"A=2\", \"AB=1\"]"),
		  "W S - 1:138 /process/env/1: a variable without \"=\"\n"
		  "W S - 1:143 /process/env/2: a variable without a name\n"
		  "W S - 1:149 /process/env/3: the variable \"A\" is set twice\n" },
	};

	assert_rows(rows, ARRAY_SIZE(rows));
}
END_TEST

START_TEST(mounts)
{
	static const struct row rows[] = {
		{ MOUNTS("{\"destination\": \"/a\", \"type\": \"tmpfs\", \"uidMappings\": "
			 "[{\"containerID\": 0, \"hostID\": 0, \"size\": 1}]}"),
		  "E S MNT-12 1:135 /mounts/0: uidMappings and gidMappings go together\n"
		  "W S MNT-10 1:189 /mounts/0/uidMappings: without one of the options \"idmap\" "
		  "and \"ridmap\"\n" },
		{ MOUNTS("{\"destination\": \"/a\", \"type\": \"tmpfs\", \"gidMappings\": "
			 "[{\"containerID\": 0, \"hostID\": 0, \"size\": 1}]}"),
		  "E S MNT-13 1:135 /mounts/0: uidMappings and gidMappings go together\n"
		  "W S MNT-11 1:189 /mounts/0/gidMappings: without one of the options \"idmap\" "
		  "and \"ridmap\"\n" },
		{ MOUNTS("{\"destination\": \"a\", \"source\": \"/a\", \"options\": [\"bind\", "
			 "\"idmap\"]}"),
		  "W S MNT-03 1:151 /mounts/0/destination: not an absolute path, it is taken "
		  "relative to \"/\"\n"
		  "E S IDM-05 1:183 /mounts/0/options: \"idmap\" without mappings of the mount and "
		  "without a user namespace\n" },
		{ MOUNTS("{\"destination\": \"/a\", \"source\": \"/a\", \"options\": [\"rbind\", "
			 "\"ridmap\", \"ro\", \"rw\"]}"),
		  "E S RID-05 1:184 /mounts/0/options: \"ridmap\" without mappings of the mount "
		  "and without a user namespace\n"
		  "W S - 1:184 /mounts/0/options: both \"ro\" and \"rw\": the last one counts\n" },
		{ MOUNTS("{\"destination\": \"/a\", \"options\": [\"ro\"]}"),
		  "E S VAL-01 1:135 /mounts/0: neither a type nor the option \"bind\"\n" },
		{ MOUNTS("{\"destination\": \"/a\", \"options\": [\"remount\"]}"), "" },
		{ MOUNTS("{\"destination\": \"/a\", \"type\": \"bind\"}, {\"destination\": \"/a\", "
			 "\"type\": \"tmpfs\"}"),
		  "E S VAL-01 1:135 /mounts/0: a bind mount without a source\n"
		  "W S - 1:190 /mounts/1/destination: hides what /mounts/0 mounts there\n" },
		{ MOUNTS("{\"destination\": \"/a\", \"type\": \"tmpfs\", \"source\": \"x\", "
			 "\"uidMappings\": [{\"containerID\": 0, \"hostID\": 0, \"size\": 2}, "
			 "{\"containerID\": 1, \"hostID\": 9, \"size\": 1}], \"gidMappings\": "
			 "[{\"containerID\": 0, \"hostID\": 0, \"size\": 0}]}"),
		  "W S MNT-10 1:204 /mounts/0/uidMappings: without one of the options \"idmap\" "
		  "and \"ridmap\"\n"
		  "E S VAL-01 1:249 /mounts/0/uidMappings/1: the mapping overlaps with "
		  "/mounts/0/uidMappings/0\n"
		  "W S MNT-11 1:309 /mounts/0/gidMappings: without one of the options \"idmap\" "
		  "and \"ridmap\"\n"
		  "E S VAL-01 1:310 /mounts/0/gidMappings/0: a mapping of no ids\n" },
		{ MOUNTS("{\"destination\": \"/a\", \"type\": \"tmpfs\", \"uidMappings\": 1, "
			 "\"gidMappings\": [{\"containerID\": 0, \"hostID\": 0, \"size\": 1}]}"),
		  "E s VAL-01 1:189 /mounts/0/uidMappings: expected an array of objects, found 1\n"
		  "W S MNT-11 1:207 /mounts/0/gidMappings: without one of the options \"idmap\" "
		  "and \"ridmap\"\n" },
	};

	assert_rows(rows, ARRAY_SIZE(rows));
}
END_TEST

START_TEST(namespaces)
{
	static const struct row rows[] = {
		{ LINUX("\"namespaces\": [{\"type\": \"pid\"}, {\"type\": \"uts\"}, {\"type\": "
			"\"pid\", \"path\": \"/proc/1/ns/pid\"}]"),
		  "E S NS-08 1:192 /linux/namespaces/2/type: the namespace \"pid\" is listed "
		  "twice\n" },
		{ LINUX("\"namespaces\": [{\"type\": \"pid\", \"path\": \"ns\"}, {\"type\": "
			"\"networking\"}]"),
		  "E s NS-03 1:173 /linux/namespaces/0/path: expected an absolute path, found "
		  "\"ns\"\n"
		  "E s VAL-01 1:189 /linux/namespaces/1/type: unknown value \"networking\", did "
		  "you mean \"network\"?\n" },
	};

	assert_rows(rows, ARRAY_SIZE(rows));
}
END_TEST

START_TEST(id_mappings)
{
	static const struct row rows[] = {
		{ LINUX("\"uidMappings\": [{\"containerID\": 0, \"hostID\": 0, \"size\": 1}]"),
		  "E S VAL-01 1:149 /linux/uidMappings: uidMappings and gidMappings go together\n"
		  "E S VAL-01 1:149 /linux/uidMappings: mappings without a user namespace\n" },
		{ LINUX("\"namespaces\": [{\"type\": \"user\"}], \"gidMappings\": "
			"[{\"containerID\": 0, \"hostID\": 4294967294, \"size\": 2}]"),
		  "E S VAL-01 1:183 /linux/gidMappings: uidMappings and gidMappings go together\n"
		  "E S VAL-01 1:184 /linux/gidMappings/0: the mapping goes beyond id "
		  "4294967294\n" },
		{ LINUX("\"namespaces\": [{\"type\": \"user\"}], \"uidMappings\": "
			"[{\"containerID\": 0, \"hostID\": 0, \"size\": 4294967295}], "
			"\"gidMappings\": [{\"containerID\": 0, \"hostID\": 0, \"size\": 10}, "
			"{\"containerID\": 10, \"hostID\": 5, \"size\": 10}]"),
		  "E S VAL-01 1:299 /linux/gidMappings/1: the mapping overlaps with "
		  "/linux/gidMappings/0\n" },
		{ LINUX("\"namespaces\": [{\"type\": \"user\"}], \"uidMappings\": \"x\", "
			"\"gidMappings\": [{\"containerID\": 0, \"hostID\": 0, \"size\": 1}]"),
		  "E s VAL-01 1:183 /linux/uidMappings: expected an array of objects, found the "
		  "string \"x\"\n" },
		{ LINUX("\"namespaces\": [{\"type\": \"user\"}], \"uidMappings\": "
			"[{\"containerID\": 0, \"hostID\": \"a\", \"size\": 1}, {\"containerID\": "
			"1, \"hostID\": 0, \"size\": 1}, {\"containerID\": 2, \"hostID\": 5}, "
			"{\"containerID\": \"b\", \"hostID\": 6, \"size\": 9}, {\"containerID\": "
			"0, \"hostID\": 9, \"size\": 1}], \"gidMappings\": [{\"containerID\": 0, "
			"\"hostID\": 0, \"size\": 1}, {\"containerID\": 7, \"hostID\": 0, "
			"\"size\": 1}]"),
		  "E s VAL-01 1:213 /linux/uidMappings/0/hostID: expected a number from 0 to "
		  "4294967294, found the string \"a\"\n"
		  "E s UGM-03 1:274 /linux/uidMappings/2: \"size\" is missing\n"
		  "E s VAL-01 1:323 /linux/uidMappings/3/containerID: expected a number from 0 to "
		  "4294967294, found the string \"b\"\n"
		  "E S VAL-01 1:458 /linux/gidMappings/1: the mapping overlaps with "
		  "/linux/gidMappings/0\n" },
	};

	assert_rows(rows, ARRAY_SIZE(rows));
}
END_TEST

START_TEST(time_offsets)
{
	static const struct row rows[] = {
		{ LINUX("\"timeOffsets\": {\"boottime\": {\"secs\": 1}}"),
		  "E S VAL-01 1:149 /linux/timeOffsets: offsets without a time namespace\n" },
		{ LINUX("\"namespaces\": [{\"type\": \"time\", \"path\": \"/n\"}], "
			"\"timeOffsets\": {\"boottime\": {\"secs\": 1}}"),
		  "E S VAL-01 1:197 /linux/timeOffsets: offsets for a time namespace that is "
		  "joined: it has its own\n" },
		{ LINUX("\"namespaces\": [{\"type\": \"time\"}], \"timeOffsets\": {\"bootime\": "
			"{\"secs\": 1}, \"monotonic\": {\"nanosecs\": 1000000000}}"),
		  "E s VAL-01 1:184 /linux/timeOffsets/bootime: the name is unknown, did you mean "
		  "\"boottime\"?\n"
		  "E s VAL-01 1:234 /linux/timeOffsets/monotonic/nanosecs: expected a number from "
		  "0 to 999999999, found 1000000000\n" },
	};

	assert_rows(rows, ARRAY_SIZE(rows));
}
END_TEST

START_TEST(devices)
{
	static const struct row rows[] = {
		{ LINUX("\"devices\": [{\"type\": \"p\", \"path\": \"/dev/p\"}, {\"type\": \"c\", "
			"\"path\": \"/dev/c\", \"major\": 1}]"),
		  "E S DEV-05 1:179 /linux/devices/1: major and minor are missing\n" },
		{ LINUX("\"devices\": [{\"type\": \"c\", \"path\": \"/dev/a\", \"major\": 1, "
			"\"minor\": 3, \"fileMode\": 33206}, {\"type\": \"u\", \"path\": "
			"\"/dev/b\", \"major\": 1, \"minor\": 3}, {\"type\": \"b\", \"path\": "
			"\"/dev/c\", \"major\": 1, \"minor\": 3}]"),
		  "W S - 1:214 /linux/devices/0/fileMode: the JSON schema of the standard takes "
		  "permissions alone, up to 511 (octal 0777)\n"
		  "W S DEV-06 1:222 /linux/devices/1: the same device as /linux/devices/0\n" },
		{ LINUX("\"devices\": [{\"type\": \"b\", \"path\": \"/dev/a\", \"major\": 8, "
			"\"minor\": 0}, {\"type\": \"c\", \"path\": \"/dev/b\", \"major\": 8, "
			"\"minor\": 0}, {\"type\": \"c\", \"path\": \"/dev/c\", \"major\": \"x\", "
			"\"minor\": 0}, {\"type\": \"p\", \"path\": \"/dev/d\"}, {\"type\": \"p\", "
			"\"path\": \"/dev/e\"}, {\"type\": \"b\", \"path\": \"/dev/f\", \"major\": "
			"8, \"minor\": 0}]"),
		  "E s VAL-01 1:301 /linux/devices/2/major: expected a number from 0 to "
		  "4294967295, found the string \"x\"\n"
		  "W S DEV-06 1:385 /linux/devices/5: the same device as /linux/devices/0\n" },
	};

	assert_rows(rows, ARRAY_SIZE(rows));
}
END_TEST

START_TEST(net_devices)
{
	static const struct row rows[] = {
		{ LINUX("\"netDevices\": {\"eth0\": {\"name\": \"a/b\"}}"),
		  "E S VAL-01 1:148 /linux/netDevices: set without a network namespace\n"
		  "E S VAL-01 1:166 /linux/netDevices/eth0/name: not the name of a network device: "
		  "\"a/b\"\n" },
		{ LINUX("\"namespaces\": [{\"type\": \"network\"}], \"netDevices\": {\"eth0\": "
			"{\"name\": \"c%d\"}, \"aaaaaaaaaaaaaaaa\": {}, \"a b\": {}}"),
		  "E S VAL-01 1:231 /linux/netDevices/aaaaaaaaaaaaaaaa: not the name of a network "
		  "device\n"
		  "E S VAL-01 1:242 /linux/netDevices/a b: not the name of a network device\n" },
	};

	assert_rows(rows, ARRAY_SIZE(rows));
}
END_TEST

START_TEST(resources)
{
	static const struct row rows[] = {
		{ LINUX("\"resources\": {\"devices\": [{\"allow\": true, \"access\": \"rwx\"}, "
			"{\"allow\": true, \"access\": \"\"}]}"),
		  "E S VAL-01 1:186 /linux/resources/devices/0/access: expected letters out of "
		  "\"rwm\", found \"rwx\"\n" },
		{ LINUX("\"resources\": {\"memory\": {\"limit\": 10, \"swap\": 9, \"reservation\": "
			"11, \"kernel\": 1, \"kernelTCP\": 1}}"),
		  "E S VAL-01 1:180 /linux/resources/memory/swap: memory and swap together cannot "
		  "be less than the memory limit\n"
		  "W S - 1:198 /linux/resources/memory/reservation: larger than the limit, it has "
		  "no effect\n"
		  "W S MEM-01 1:212 /linux/resources/memory/kernel: deprecated, it has no effect\n"
		  "W S MEM-02 1:228 /linux/resources/memory/kernelTCP: deprecated, it has no "
		  "effect\n" },
		{ LINUX("\"resources\": {\"memory\": {\"limit\": -1, \"swap\": -1, "
			"\"reservation\": -1, \"swappiness\": 101}}"),
		  "E s VAL-01 1:217 /linux/resources/memory/swappiness: expected a number from 0 "
		  "to 100, found 101\n" },
		{ LINUX("\"resources\": {\"cpu\": {\"quota\": 500, \"burst\": 501, \"period\": "
			"2000000, \"cpus\": \"0-\", \"mems\": \"x\"}}"),
		  "W S - 1:165 /linux/resources/cpu/quota: the kernel takes no quota below 1000 "
		  "microseconds\n"
		  "E S CPU-02 1:179 /linux/resources/cpu/burst: larger than the quota\n"
		  "W S - 1:194 /linux/resources/cpu/period: the kernel takes periods from 1000 to "
		  "1000000 microseconds\n"
		  "E S VAL-01 1:211 /linux/resources/cpu/cpus: expected a list like \"0-3,7\", "
		  "found \"0-\"\n"
		  "E S VAL-01 1:225 /linux/resources/cpu/mems: expected a list like \"0-3,7\", "
		  "found \"x\"\n" },
		{ LINUX("\"resources\": {\"cpu\": {\"quota\": -1, \"burst\": 5, \"cpus\": "
			"\"0,2-3\", \"mems\": \"\"}}"),
		  "" },
		{ LINUX("\"resources\": {\"blockIO\": {\"weight\": 5, \"leafWeight\": 1001, "
			"\"weightDevice\": [{\"major\": 8, \"minor\": 0}, {\"major\": 8, "
			"\"minor\": 0, \"weight\": 9}, {\"major\": 8, \"minor\": 0, "
			"\"leafWeight\": 10}]}}"),
		  "E S VAL-01 1:170 /linux/resources/blockIO/weight: expected a number from 10 to "
		  "1000, found 5\n"
		  "E S VAL-01 1:187 /linux/resources/blockIO/leafWeight: expected a number from 10 "
		  "to 1000, found 1001\n"
		  "E S BIO-02 1:210 /linux/resources/blockIO/weightDevice/0: neither weight nor "
		  "leafWeight is set\n"
		  "E S VAL-01 1:271 /linux/resources/blockIO/weightDevice/1/weight: expected a "
		  "number from 10 to 1000, found 9\n" },
		{ LINUX("\"resources\": {\"blockIO\": {\"throttleReadIopsDevice\": [], "
			"\"throttleReadBpsDevice\": [{\"major\": 8, \"minor\": 0}], "
			"\"throttleWriteIOPSDevice\": [{\"rate\": 1}]}}"),
		  "W S EXT-01 1:160 /linux/resources/blockIO/throttleReadIopsDevice: the standard "
		  "no longer has this member, it has no effect\n"
		  "E s BIO-04 1:216 /linux/resources/blockIO/throttleReadBpsDevice/0: \"rate\" is "
		  "missing\n"
		  "E s BIO-05 1:271 /linux/resources/blockIO/throttleWriteIOPSDevice/0: \"major\" "
		  "is missing\n"
		  "E s BIO-05 1:271 /linux/resources/blockIO/throttleWriteIOPSDevice/0: \"minor\" "
		  "is missing\n" },
		{ LINUX("\"resources\": {\"hugepageLimits\": [{\"pageSize\": \"64kB\", \"limit\": "
			"1}, {\"pageSize\": \"2MB\", \"limit\": 1}, {\"pageSize\": \"2MB\", "
			"\"limit\": 2}, {\"pageSize\": \"../1GB\", \"limit\": 1}]}"),
		  "E S HUG-01 1:180 /linux/resources/hugepageLimits/0/pageSize: expected a size "
		  "like \"64KB\", \"2MB\" or \"1GB\", found \"64kB\"\n"
		  "E S VAL-01 1:247 /linux/resources/hugepageLimits/2/pageSize: the limit is set "
		  "twice\n"
		  "E S HUG-01 1:280 /linux/resources/hugepageLimits/3/pageSize: expected a size "
		  "like \"64KB\", \"2MB\" or \"1GB\", found \"../1GB\"\n" },
		{ LINUX("\"resources\": {\"rdma\": {\"mlx5_1\": {}, \"mlx/5\": {}}}"),
		  "E S RDM-01 1:167 /linux/resources/rdma/mlx5_1: neither hcaHandles nor "
		  "hcaObjects is set\n"
		  "E S RDM-01 1:180 /linux/resources/rdma/mlx~15: neither hcaHandles nor "
		  "hcaObjects is set\n" },
		{ LINUX("\"resources\": {\"unified\": {\"memory.high\": \"1\", \"a/b.c\": \"1\", "
			"\"memory\": \"1\", \"..\": \"1\"}}"),
		  "E S VAL-01 1:189 /linux/resources/unified/a~1b.c: not the name of a cgroup file "
		  "like \"memory.high\"\n"
		  "E S VAL-01 1:204 /linux/resources/unified/memory: not the name of a cgroup file "
		  "like \"memory.high\"\n"
		  "E S VAL-01 1:215 /linux/resources/unified/..: not the name of a cgroup file "
		  "like \"memory.high\"\n" },
		{ LINUX("\"resources\": {\"pids\": {}}"),
		  "W S - 1:156 /linux/resources/pids: the JSON schema of the standard wants "
		  "\"limit\" here\n" },
		{ LINUX("\"resources\": {\"network\": {\"classID\": 4294967296, \"priorities\": "
			"[{\"name\": \"\"}]}}"),
		  "E s VAL-01 1:171 /linux/resources/network/classID: expected a number from 0 to "
		  "4294967295, found 4294967296\n"
		  "E s NET-02 1:198 /linux/resources/network/priorities/0: \"priority\" is "
		  "missing\n"
		  "E s VAL-01 1:207 /linux/resources/network/priorities/0/name: must not be "
		  "empty\n" },
		{ LINUX("\"resources\": {\"hugepageLimits\": [{\"pageSize\": \"2MB\", \"limit\": "
			"1}, {\"pageSize\": \"1GB\", \"limit\": 1}, {\"limit\": 1}, {\"pageSize\": "
			"\"64KB\", \"limit\": 1}, {\"pageSize\": \"2MB\", \"limit\": 1}, "
			"{\"pageSize\": \"2MB\", \"limit\": 1}]}"),
		  "E s HUG-01 1:233 /linux/resources/hugepageLimits/2: \"pageSize\" is missing\n"
		  "E S VAL-01 1:294 /linux/resources/hugepageLimits/4/pageSize: the limit is set "
		  "twice\n"
		  "E S VAL-01 1:327 /linux/resources/hugepageLimits/5/pageSize: the limit is set "
		  "twice\n" },
	};

	assert_rows(rows, ARRAY_SIZE(rows));
}
END_TEST

START_TEST(seccomp)
{
	static const struct row rows[] = {
		{ LINUX("\"seccomp\": {\"defaultAction\": \"SCMP_ACT_ALLOW\", \"defaultErrnoRet\": "
			"1, \"listenerMetadata\": \"x\", \"syscalls\": [{\"names\": [\"a\"], "
			"\"action\": \"SCMP_ACT_KILL\", \"errnoRet\": 1}]}"),
		  "E S SEC-02 1:200 /linux/seccomp/defaultErrnoRet: the default action carries no "
		  "errno\n"
		  "E S SEC-10 1:223 /linux/seccomp/listenerMetadata: set without listenerPath\n"
		  "E S SEC-14 1:297 /linux/seccomp/syscalls/0/errnoRet: the action carries no "
		  "errno\n" },
		{ LINUX("\"seccomp\": {\"defaultAction\": \"SCMP_ACT_TRACE\", \"defaultErrnoRet\": "
			"4096, \"architectures\": [\"SCMP_ARCH_X86_46\"], \"flags\": "
			"[\"SECCOMP_FILTER_FLAG_NEW_LISTENER\"], \"syscalls\": [{\"names\": [], "
			"\"action\": \"SCMP_ACT_ERRNO\", \"errnoRet\": 1}]}"),
		  "E s VAL-01 1:224 /linux/seccomp/architectures/0: unknown value "
		  "\"SCMP_ARCH_X86_46\", did you mean \"SCMP_ARCH_X86_64\"?\n"
		  "E s VAL-01 1:255 /linux/seccomp/flags/0: unknown value "
		  "\"SECCOMP_FILTER_FLAG_NEW_LISTENER\"\n"
		  "E s SEC-12 1:315 /linux/seccomp/syscalls/0/names: must have at least one "
		  "element\n" },
		{ LINUX("\"seccomp\": {\"defaultAction\": \"SCMP_ACT_ERRNO\", \"listenerPath\": "
			"\"/s\", \"syscalls\": [{\"names\": [\"a\"], \"action\": "
			"\"SCMP_ACT_ALLOW\", \"args\": [{\"index\": 0, \"value\": 1, \"op\": "
			"\"SCMP_CMP_EQ\", \"valueTwo\": 3}, {\"index\": 0, \"value\": 2, "
			"\"valueTwo\": 4, \"op\": \"SCMP_CMP_MASKED_EQ\"}]}]}"),
		  "W S SEC-08 1:197 /linux/seccomp/listenerPath: has no effect: no action is "
		  "SCMP_ACT_NOTIFY\n"
		  "W S - 1:270 /linux/seccomp/syscalls/0/args/0: valueTwo is for "
		  "SCMP_CMP_MASKED_EQ alone\n"
		  "W S - 1:332 /linux/seccomp/syscalls/0/args/1: argument 0 is tested twice: one "
		  "of the conditions is enough then, not all of them\n"
		  "W S - 1:332 /linux/seccomp/syscalls/0/args/1: can never hold: valueTwo has bits "
		  "that the mask in \"value\" takes away\n" },
		{ LINUX("\"seccomp\": {\"defaultAction\": \"SCMP_ACT_NOTIFY\"}"),
		  "E S - 1:145 /linux/seccomp: SCMP_ACT_NOTIFY without listenerPath: nobody would "
		  "answer\n" },
		{ LINUX("\"seccomp\": {\"defaultAction\": \"SCMP_ACT_TRACE\", \"defaultErrnoRet\": "
			"65535, \"syscalls\": [{\"names\": [\"a\"], \"action\": "
			"\"SCMP_ACT_ERRNO\", \"errnoRet\": 4096}, {\"names\": [\"b\"], \"action\": "
			"\"SCMP_ACT_TRACE\", \"errnoRet\": 65536}, {\"names\": [\"c\"], "
			"\"action\": \"SCMP_ACT_ERRNO\", \"errnoRet\": 4095}]}"),
		  "E S VAL-01 1:277 /linux/seccomp/syscalls/0/errnoRet: expected a number from 0 "
		  "to 4095, found 4096\n"
		  "E s VAL-01 1:341 /linux/seccomp/syscalls/1/errnoRet: expected a number from 0 "
		  "to 65535, found 65536\n" },
		{ LINUX("\"seccomp\": {\"defaultAction\": \"SCMP_ACT_ERRNO\", \"defaultErrnoRet\": "
			"4096, \"listenerMetadata\": \"\", \"syscalls\": []}"),
		  "E S VAL-01 1:200 /linux/seccomp/defaultErrnoRet: expected a number from 0 to "
		  "4095, found 4096\n" },
		{ LINUX("\"seccomp\": {\"defaultAction\": \"SCMP_ACT_ALLOW\", \"listenerPath\": 1, "
			"\"listenerMetadata\": \"x\", \"syscalls\": [{\"names\": [\"a\"], "
			"\"action\": \"SCMP_ACT_NOTIFY\"}]}"),
		  "E s VAL-01 1:197 /linux/seccomp/listenerPath: expected a string, found 1\n" },
		{ LINUX("\"seccomp\": {\"defaultAction\": \"SCMP_ACT_ALLOW\", \"listenerPath\": "
			"\"/s\", \"syscalls\": [{\"names\": [\"a\"], \"action\": "
			"\"SCMP_ACT_NOTIF\"}]}"),
		  "E s VAL-01 1:243 /linux/seccomp/syscalls/0/action: unknown value "
		  "\"SCMP_ACT_NOTIF\", did you mean \"SCMP_ACT_NOTIFY\"?\n" },
	};

	assert_rows(rows, ARRAY_SIZE(rows));
}
END_TEST

START_TEST(intel_rdt)
{
	static const struct row rows[] = {
		{ LINUX("\"intelRdt\": {\"closID\": \"a/b\", \"l3CacheSchema\": \"L3:a\\nb\", "
			"\"memBwSchema\": \"L3:0=1\\n\", \"schemata\": [\"a\", \"b\\n\"], "
			"\"enableCMT\": true}"),
		  "E S VAL-01 1:157 /linux/intelRdt/closID: expected \"/\" or the name of a "
		  "directory, found \"a/b\"\n"
		  "W S RDT-06 1:181 /linux/intelRdt/l3CacheSchema: a schema with a newline in it\n"
		  "E S RDT-07 1:207 /linux/intelRdt/memBwSchema: expected \"MB:\" in front, found "
		  "\"L3:0=1?\"\n"
		  "E S RDT-08 1:207 /linux/intelRdt/memBwSchema: a schema with a newline in it\n"
		  "E S RDT-09 1:237 /linux/intelRdt/schemata/1: a line with a newline in it\n"
		  "W S EXT-01 1:245 /linux/intelRdt/enableCMT: the standard no longer has this "
		  "member, it has no effect\n" },
		{ LINUX("\"intelRdt\": {\"closID\": \"/\", \"l3CacheSchema\": \"X\", "
			"\"memBwSchema\": \"MB:0=20\"}"),
		  "W S RDT-05 1:179 /linux/intelRdt/l3CacheSchema: expected \"L3:\" in front, "
		  "found \"X\"\n" },
		{ LINUX("\"intelRdt\": {\"closID\": \"\", \"memBwSchema\": \"\"}"), "" },
	};

	assert_rows(rows, ARRAY_SIZE(rows));
}
END_TEST

START_TEST(memory_policy)
{
	static const struct row rows[] = {
		{ LINUX("\"memoryPolicy\": {\"mode\": \"MPOL_BIND\"}"),
		  "E S VAL-01 1:150 /linux/memoryPolicy: MPOL_BIND needs nodes\n" },
		{ LINUX("\"memoryPolicy\": {\"mode\": \"MPOL_LOCAL\", \"nodes\": \"0\", \"flags\": "
			"[\"MPOL_F_NUMA_BALANCING\"]}"),
		  "E S VAL-01 1:182 /linux/memoryPolicy/nodes: MPOL_LOCAL takes no nodes\n"
		  "E S VAL-01 1:196 /linux/memoryPolicy/flags: MPOL_F_NUMA_BALANCING goes with "
		  "MPOL_BIND and MPOL_PREFERRED_MANY alone, not MPOL_LOCAL\n" },
		{ LINUX("\"memoryPolicy\": {\"mode\": \"MPOL_PREFERRED\", \"nodes\": \"\", "
			"\"flags\": [\"MPOL_F_STATIC_NODES\"]}"),
		  "E S VAL-01 1:199 /linux/memoryPolicy/flags: MPOL_F_STATIC_NODES and "
		  "MPOL_F_RELATIVE_NODES need nodes\n" },
		{ LINUX("\"memoryPolicy\": {\"mode\": \"MPOL_INTERLEAVE\", \"nodes\": \"0,,1\", "
			"\"flags\": [\"MPOL_F_STATIC_NODES\", \"MPOL_F_RELATIVE_NODES\"]}"),
		  "E S VAL-01 1:187 /linux/memoryPolicy/nodes: expected a list like \"0-3,7\", "
		  "found \"0,,1\"\n"
		  "E S VAL-01 1:204 /linux/memoryPolicy/flags: MPOL_F_STATIC_NODES and "
		  "MPOL_F_RELATIVE_NODES exclude each other\n" },
		{ LINUX("\"memoryPolicy\": {\"mode\": \"MPOL_DEFAULT\", \"nodes\": \"\"}"), "" },
		{ LINUX("\"memoryPolicy\": {\"mode\": \"MPOL_BIND\", \"nodes\": 1, \"flags\": "
			"[\"MPOL_F_STATIC_NODES\"]}"),
		  "E s VAL-01 1:181 /linux/memoryPolicy/nodes: expected a string, found 1\n" },
	};

	assert_rows(rows, ARRAY_SIZE(rows));
}
END_TEST

START_TEST(personality)
{
	static const struct row rows[] = {
		{ LINUX("\"personality\": {\"domain\": \"LINUX32\", \"flags\": [\"X\"]}"),
		  "E S VAL-01 1:180 /linux/personality/flags: the standard has no flags\n" },
	};

	assert_rows(rows, ARRAY_SIZE(rows));
}
END_TEST

START_TEST(hidden_paths_and_propagation)
{
	static const struct row rows[] = {
		{ LINUX("\"maskedPaths\": [\"/proc/x\"], \"readonlyPaths\": [\"/proc/y\"], "
			"\"rootfsPropagation\": \"rslave\""),
		  "W S - 1:213 /linux/rootfsPropagation: the JSON schema of the standard has "
		  "\"slave\" alone\n" },
		{ LINUX("\"namespaces\": [{\"type\": \"mount\"}], \"maskedPaths\": [\"/proc/x\"], "
			"\"readonlyPaths\": [\"y\"]"),
		  "E s ROP-01 1:215 /linux/readonlyPaths/0: expected an absolute path, found "
		  "\"y\"\n" },
	};

	assert_rows(rows, ARRAY_SIZE(rows));
}
END_TEST

START_TEST(root)
{
	static const struct row rows[] = {
		{ "{\"ociVersion\": \"1.3.0\", \"root\": {\"path\": \"/var/lib/x/merged\"}, "
		  "\"process\": {\"user\": {\"uid\": 0, \"gid\": 0}, \"args\": [\"sh\"], \"cwd\": "
		  "\"/\"}}",
		  "W S ROOT-03 1:42 /root/path: by convention it is called \"rootfs\"\n" },
		{ "{\"ociVersion\": \"1.3.0\", \"root\": {\"path\": \"rootfs\"}}",
		  "W S PRC-01 0:0 : without \"process\" it can be created, not started\n" },
	};

	assert_rows(rows, ARRAY_SIZE(rows));
}
END_TEST

START_TEST(hooks)
{
	static const struct row rows[] = {
		{ CONFIG("\"process\": {\"user\": {\"uid\": 0, \"gid\": 0}, \"args\": [\"sh\"], "
			 "\"cwd\": \"/\"}, \"hooks\": {\"prestart\": [{\"path\": \"/a\", "
			 "\"timeout\": 0}], \"createRuntime\": [{\"path\": \"b\"}], \"poststop\": "
			 "[{}]}"),
		  "E s HOK-03 1:173 /hooks/prestart/0/timeout: expected a number from 1 to "
		  "2147483647, found 0\n"
		  "E s HOK-02 1:205 /hooks/createRuntime/0/path: expected an absolute path, found "
		  "\"b\"\n"
		  "E s HOK-01 1:225 /hooks/poststop/0: \"path\" is missing\n" },
	};

	assert_rows(rows, ARRAY_SIZE(rows));
}
END_TEST

START_TEST(annotations)
{
	static const struct row rows[] = {
		{ CONFIG("\"process\": {\"user\": {\"uid\": 0, \"gid\": 0}, \"args\": [\"sh\"], "
			 "\"cwd\": \"/\"}, \"annotations\": {\"\": \"x\", \"a\": \"b\", "
			 "\"com.example\": \"1\", \"com.example.n\": 5, "
			 "\"org.opencontainers.image.os\": \"linus\", "
			 "\"org.opencontainers.image.created\": \"2026-11-26T02:19:49Z\", "
			 "\"org.opencontainers.image.stopsignal\": \"SIGTERM\", "
			 "\"org.opencontainers.image.stopSignal\": \"SIGRTMIN+3\", "
			 "\"org.opencontainers.image.architecture\": \"x86_64\", "
			 "\"org.opencontainersx\": \"1\"}"),
		  "E s ANN-03 1:140 /annotations/: a name must not be empty\n"
		  "W S ANN-04 1:154 /annotations/a: keys are domain names written backwards, like "
		  "\"com.example.key\"\n"
		  "E s ANN-08 1:196 /annotations/com.example.n: expected a string, found 5\n"
		  "V S ANN-K1 1:230 /annotations/org.opencontainers.image.os: expected a system as "
		  "GOOS has it, like \"linux\", found \"linus\"\n"
		  "V S ANN-06 1:338 /annotations/org.opencontainers.image.stopsignal: the standard "
		  "reserves keys that begin with \"org.opencontainers\", did you mean "
		  "\"org.opencontainers.image.stopSignal\"?\n"
		  "V S ANN-K4 1:443 /annotations/org.opencontainers.image.architecture: expected a "
		  "processor as GOARCH has it, like \"amd64\", found \"x86_64\"\n" },
		{ CONFIG("\"process\": {\"user\": {\"uid\": 0, \"gid\": 0}, \"args\": [\"sh\"], "
			 "\"cwd\": \"/\"}, \"annotations\": {\"org.opencontainers.image.created\": "
			 "\"yesterday\", \"org.opencontainers.image.stopSignal\": \"-9\", "
			 "\"org.opencontainers.image.os\": \"linux\", "
			 "\"org.opencontainers.image.variant\": \"\"}"),
		  "V S ANN-K7 1:176 /annotations/org.opencontainers.image.created: expected a time "
		  "as RFC 3339 has it, found \"yesterday\"\n"
		  "V S ANN-K8 1:228 /annotations/org.opencontainers.image.stopSignal: expected a "
		  "signal, like \"SIGTERM\", found \"-9\"\n"
		  "V S ANN-K5 1:310 /annotations/org.opencontainers.image.variant: expected a "
		  "variant of the processor, like \"v8\", found \"\"\n" },
		{ CONFIG("\"process\": {\"user\": {\"uid\": 0, \"gid\": 0}, \"args\": [\"sh\"], "
			 "\"cwd\": \"/\"}, \"annotations\": [\"a\"]"),
		  "E s ANN-01 1:139 /annotations: expected an object, found an array\n" },
	};

	assert_rows(rows, ARRAY_SIZE(rows));
}
END_TEST

START_TEST(members_newer_than_the_config)
{
	static const struct row rows[] = {
		{ "{\"ociVersion\": \"1.0.2\", \"root\": {\"path\": \"rootfs\"}, \"process\": "
		  "{\"user\": {\"uid\": 0, \"gid\": 0}, \"args\": [\"sh\"], \"cwd\": \"/\", "
		  "\"umask\": 1}, \"domainname\": \"x\", \"linux\": {\"namespaces\": [{\"type\": "
		  "\"uts\"}], \"memoryPolicy\": {\"mode\": \"MPOL_DEFAULT\"}, \"personality\": "
		  "{\"domain\": \"LINUX\"}}}",
		  "W s EXT-01 1:123 /process/umask: the member is unknown\n"
		  "W S EXT-01 1:136 /domainname: the member came with version 1.1.0 of the "
		  "standard, which is newer than ociVersion\n"
		  "W S EXT-01 1:198 /linux/memoryPolicy: the member came with version 1.3.0 of the "
		  "standard, which is newer than ociVersion\n" },
		{ "{\"ociVersion\": \"x\", \"root\": {\"path\": \"rootfs\"}, \"domainname\": "
		  "\"a\", \"linux\": {\"namespaces\": [{\"type\": \"uts\"}]}}",
		  "E S VER-02 1:16 /ociVersion: \"x\" is not a version by SemVer 2.0.0\n"
		  "W S PRC-01 0:0 : without \"process\" it can be created, not started\n" },
		{ "{\"ociVersion\": \"1.0.0\", \"root\": {\"path\": \"rootfs\"}, \"domainname\": "
		  "\"a\", \"linux\": {\"namespaces\": [{\"type\": \"uts\"}]}",
		  "W S EXT-01 1:53 /domainname: the member came with version 1.1.0 of the "
		  "standard, which is newer than ociVersion\n"
		  "E s BND-01 1:114 : not valid JSON: the document ends too early\n" },
	};

	assert_rows(rows, ARRAY_SIZE(rows));
}
END_TEST

START_TEST(unknown_and_foreign_members)
{
	static const struct row rows[] = {
		{ CONFIG("\"process\": {\"user\": {\"uid\": 0, \"gid\": 0}, \"args\": [\"sh\"], "
			 "\"cwd\": \"/\", \"noNewPrivilege\": true, \"apparmor\": \"x\", "
			 "\"commandLine\": \"c\"}, \"windows\": {\"x\": {}}, \"solaris\": 1, "
			 "\"linux\": {\"maskedPath\": [], \"namspaces\": []}, \"Hostname\": \"a\""),
		  "W s EXT-01 1:123 /process/noNewPrivilege: the member is unknown, did you mean "
		  "\"noNewPrivileges\"?\n"
		  "W s EXT-01 1:147 /process/apparmor: the member is unknown, did you mean "
		  "\"apparmorProfile\"?\n"
		  "V s VAL-01 1:218 /solaris: expected an object, found 1\n"
		  "W s EXT-01 1:231 /linux/maskedPath: the member is unknown, did you mean "
		  "\"maskedPaths\"?\n"
		  "W s EXT-01 1:249 /linux/namspaces: the member is unknown, did you mean "
		  "\"namespaces\"?\n"
		  "W s EXT-01 1:267 /Hostname: the member is unknown, did you mean "
		  "\"hostname\"?\n" },
	};

	assert_rows(rows, ARRAY_SIZE(rows));
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

static void assert_flawless(const struct spec_default_user *user, unsigned int namespace)
{
	struct arena arena = { 0 };
	struct text text = { 0 };
	struct spec *spec;
	struct row row = { NULL, "" };

	ck_assert_int_eq(spec_default(&arena, user, &spec, NULL), 0);
	ck_assert_str_eq(spec->ociVersion, SPEC_VERSION);
	ck_assert_ptr_nonnull(spec_namespace_find(spec, (int)namespace));
	dump(&text, &spec_object, spec, 2);
	row.document = text.data;
	assert_rows(&row, 1);
	text_done(&text);
	arena_done(&arena);
}

/* The configs that we write ourselves: not even a warning. */
START_TEST(defaults_are_flawless)
{
	const struct spec_default_user user = { 1000, 100 };

	assert_flawless(NULL, ABI_CLONE_NEWNET);
	assert_flawless(&user, ABI_CLONE_NEWUSER);
}
END_TEST

/* The parts that are documents of their own have the same rules, and pointers from their own top.
 */
START_TEST(parts_by_themselves)
{
	struct arena arena = { 0 };
	struct oci_error err = UNTOUCHED;
	struct spec_process *process = NULL;
	struct spec_resources *limits = NULL;
	const char *text =
		"{\"args\": [\"a\"], \"cwd\": \"/\", \"user\": {\"uid\": 1, \"gid\": 2}}";

	ck_assert_int_eq(spec_decode_process(&(struct document){ "p", text, strlen(text) }, &arena,
					     &process, &err),
			 0);
	ck_assert_uint_eq(process->user->gid.value, 2);
	text = "{\"args\": [\"a\"], \"cwd\": \"/\", \"scheduler\": {\"policy\": \"SCHED_ISO\"}}";
	ck_assert_int_eq(spec_decode_process(&(struct document){ "p", text, strlen(text) }, &arena,
					     &process, &err),
			 -EINVAL);
	assert_error(err, -EINVAL, "",
		     "p:1:1: \"user\" is missing; "
		     "p:1:53: /scheduler/policy: Linux has no SCHED_ISO");
	text = "{\"pids\": {\"limit\": 0}}";
	ck_assert_int_eq(spec_decode_resources(&(struct document){ "r", text, strlen(text) },
					       &arena, &limits, &err),
			 0);
	ck_assert(limits->pids->limit.set && limits->pids->limit.value == 0);
	text = "{\"cpu\": {\"cpus\": \"a\"}}";
	ck_assert_int_eq(spec_decode_resources(&(struct document){ "r", text, strlen(text) },
					       &arena, &limits, &err),
			 -EINVAL);
	assert_error(err, -EINVAL, "/cpu/cpus",
		     "r:1:18: /cpu/cpus: expected a list like \"0-3,7\", found \"a\"");
	arena_done(&arena);
}
END_TEST

UNIT_MAIN("check", version, names_of_the_uts_namespace, rlimits, scheduler, cpu_affinity,
	  console_size, capabilities, environment, mounts, namespaces, id_mappings, time_offsets,
	  devices, net_devices, resources, seccomp, intel_rdt, memory_policy, personality,
	  hidden_paths_and_propagation, root, hooks, annotations, members_newer_than_the_config,
	  unknown_and_foreign_members, finds_namespaces, defaults_are_flawless, parts_by_themselves)
