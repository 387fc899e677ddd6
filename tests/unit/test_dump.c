/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lib/spec/dump.h: decode() turned around. */
#include <fcntl.h>

#include "base/fd.h"
#include "spec/decode.h"
#include "spec/dump.h"
#include "spec/tables.h"
#include "unit.h"

/* Compact JSON in the order of the tables, with every type of member. */
static const char all[] =
	"{\"ociVersion\":\"1.2.0\",\"root\":{\"path\":\"r\\\"oot\",\"readonly\":true},"
	"\"mounts\":[{\"destination\":\"/a\",\"options\":[]},{\"destination\":\"/"
	"b\",\"source\":\"\"}],"
	"\"process\":{\"user\":{\"uid\":0,\"gid\":4294967294,\"additionalGids\":[1,2]},"
	"\"args\":[\"sh\",\"\"],\"env\":[],\"cwd\":\"/\",\"capabilities\":{},"
	"\"rlimits\":[{\"type\":\"RLIMIT_NOFILE\",\"soft\":0,\"hard\":18446744073709551615}],"
	"\"oomScoreAdj\":-1000},"
	"\"annotations\":{\"a/b\":\"c\",\"d\":\"\"},"
	"\"linux\":{\"timeOffsets\":{\"boottime\":{\"secs\":-9223372036854775808}},"
	"\"resources\":{\"devices\":[{\"allow\":false}],\"pids\":{\"limit\":-1},\"unified\":{}},"
	"\"namespaces\":[{\"type\":\"pid\"}],\"netDevices\":{\"eth0\":{}},"
	"\"seccomp\":{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"flags\":[\"SECCOMP_FILTER_FLAG_LOG\"],"
	"\"syscalls\":[{\"names\":[\"a\"],\"action\":\"SCMP_ACT_ALLOW\",\"args\":[{\"index\":5,"
	"\"value\":0,\"op\":\"SCMP_CMP_MASKED_EQ\"}]}]},\"rootfsPropagation\":\"rslave\"}}";

static char *round_trip(const char *document, unsigned int indent)
{
	struct arena arena = { 0 };
	struct oci_error err = UNTOUCHED;
	struct text text = { 0 };
	struct spec spec = { 0 };
	char *taken = NULL;
	int r = decode(&(struct document){ "f", document, strlen(document) }, &spec_object, &spec,
		       &arena, &err);

	ck_assert_msg(r == 0, "%s", err.message);
	dump(&text, &spec_object, &spec, indent);
	arena_done(&arena);
	ck_assert_int_eq(text_take(&text, &taken), 0);
	return taken;
}

START_TEST(writes_what_was_read)
{
	char *text = round_trip(all, 0);

	ck_assert_str_eq(text, all);
	free(text);
}
END_TEST

START_TEST(indents)
{
	char *text = round_trip("{\"ociVersion\":\"1.0.0\",\"root\":{\"path\":\"r\"},\"mounts\":[],"
				"\"annotations\":{\"a\":\"b\"},\"linux\":{\"resources\":{},"
				"\"maskedPaths\":[\"/a\",\"/b\"]}}",
				2);

	ck_assert_str_eq(text, "{\n"
			       "  \"ociVersion\": \"1.0.0\",\n"
			       "  \"root\": {\n"
			       "    \"path\": \"r\"\n"
			       "  },\n"
			       "  \"mounts\": [],\n"
			       "  \"annotations\": {\n"
			       "    \"a\": \"b\"\n"
			       "  },\n"
			       "  \"linux\": {\n"
			       "    \"resources\": {},\n"
			       "    \"maskedPaths\": [\n"
			       "      \"/a\",\n"
			       "      \"/b\"\n"
			       "    ]\n"
			       "  }\n"
			       "}");
	free(text);
}
END_TEST

/* False and absent are the same for a bool, unless the standard wants it said. */
START_TEST(leaves_out_what_is_absent)
{
	char *text =
		round_trip("{\"ociVersion\":\"1.0.0\",\"root\":{\"path\":\"r\",\"readonly\":false},"
			   "\"unknown\":1}",
			   0);

	ck_assert_str_eq(text, "{\"ociVersion\":\"1.0.0\",\"root\":{\"path\":\"r\"}}");
	free(text);
}
END_TEST

static void assert_stable(const char *document)
{
	char *once = round_trip(document, 2), *twice = round_trip(once, 2);

	ck_assert_str_eq(once, twice);
	free(once);
	free(twice);
}

START_TEST(is_stable)
{
	struct arena arena = { 0 };
	struct spec *spec = NULL;
	struct text written = { 0 };
	char *text = NULL;

	ck_assert_int_eq(spec_default(&arena, NULL, &spec, NULL), 0);
	dump(&written, &spec_object, spec, 2);
	assert_stable(written.data);
	text_done(&written);
	arena_done(&arena);
	ck_assert_int_eq(
		file_read(AT_FDCWD, TEST_DATA "/engine-default/config.json", 1 << 20, &text, NULL),
		0);
	assert_stable(text);
	free(text);
}
END_TEST

UNIT_MAIN("dump", writes_what_was_read, indents, leaves_out_what_is_absent, is_stable)
