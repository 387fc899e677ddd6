/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lib/state: names of containers, their records, directories and locks. */
#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "state/id.h"
#include "state/state.h"
#include "unit.h"

/* --- names --- */

START_TEST(ids_taken)
{
	static const char *const good[] = { "a", "0", "_x", "+x", "a.b-c_d+e", "A9", "a..b" };
	char longest[ID_LENGTH_MAX + 1];

	for (size_t i = 0; i < ARRAY_SIZE(good); i++)
		ck_assert_msg(id_check(good[i], NULL) == 0, "%s", good[i]);
	memset(longest, 'x', ID_LENGTH_MAX);
	longest[ID_LENGTH_MAX] = '\0';
	ck_assert_int_eq(id_check(longest, NULL), 0);
}
END_TEST

START_TEST(ids_refused)
{
	static const char *const bad[] = { ".",   "..",  "-a",       ".a",  "a/b", "/a",
					   "a b", "a:b", "\xc3\xa9", "a@b", "../a" };
	struct oci_error err = UNTOUCHED;
	char message[256], long_id[ID_LENGTH_MAX + 2];

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		snprintf(message, sizeof(message),
			 "invalid container ID \"%s\": only letters, digits and _ + - . are "
			 "allowed, "
			 "and it begins with a letter, a digit, _ or +",
			 bad[i]);
		ck_assert_int_eq(id_check(bad[i], &err), -EINVAL);
		assert_error(err, -EINVAL, "", message);
	}
	/* A message is one line, whatever it quotes. */
	ck_assert_int_eq(id_check("a\n\x7f", &err), -EINVAL);
	ck_assert_ptr_nonnull(strstr(err.message, "\"a??\""));
	ck_assert_int_eq(id_check("", &err), -EINVAL);
	assert_error(err, -EINVAL, "", "container ID must not be empty");
	ck_assert_int_eq(id_check(NULL, &err), -EINVAL);
	memset(long_id, 'x', ID_LENGTH_MAX + 1);
	long_id[ID_LENGTH_MAX + 1] = '\0';
	ck_assert_int_eq(id_check(long_id, &err), -EINVAL);
	assert_error(err, -EINVAL, "",
		     "invalid container ID: it has 256 characters, 255 are allowed");
}
END_TEST

/* --- the record --- */

#define RECORD_TEXT                                                                             \
	"{\"version\":1,\"id\":\"box\",\"phase\":\"created\",\"bundle\":\"/b \\\"x\\\"\","      \
	"\"rootfs\":\"/b/rootfs\",\"created\":\"2026-11-23T20:00:00.5Z\",\"owner\":4294967295," \
	"\"pid\":4194304,\"pidfd\":18446744073709551615,\"startTime\":77,\"process\":true,"     \
	"\"cgroups\":[{\"mount\":\"/sys/fs/cgroup/memory\",\"path\":\"/a/b\",\"existing\":2}]," \
	"\"resctrl\":{\"group\":\"gold\",\"shared\":true,\"monitored\":true},"                  \
	"\"annotations\":{\"k/1\":\"v\",\"empty\":\"\"}}\n"

static struct record sample(void)
{
	static struct record_cgroup cgroup = { "/sys/fs/cgroup/memory", "/a/b", { 2, true } };
	static struct record_resctrl resctrl = { "gold", true, false, true };
	static struct pair annotations[] = { { "k/1", "v" }, { "empty", "" } };

	return (struct record){
		.version = { RECORD_VERSION, true },
		.id = "box",
		.phase = RECORD_CREATED,
		.bundle = "/b \"x\"",
		.rootfs = "/b/rootfs",
		.created = "2026-11-23T20:00:00.5Z",
		.owner = { 4294967295, true },
		.pid = { 4194304, true },
		.pidfd = { UINT64_MAX, true },
		.startTime = { 77, true },
		.process = true,
		.cgroups = { &cgroup, 1, true },
		.resctrl = &resctrl,
		.annotations = { annotations, 2, true },
	};
}

START_TEST(record_round_trip)
{
	struct record record = sample(), *read = NULL;
	struct oci_error err = UNTOUCHED;
	struct arena arena = { 0 };
	struct text text = { 0 }, again = { 0 };

	record_write(&text, &record);
	ck_assert_str_eq(text.data, RECORD_TEXT);
	ck_assert_int_eq(record_read(text.data, text.length, &arena, &read, &err), 0);
	record_write(&again, read);
	ck_assert_str_eq(again.data, RECORD_TEXT);
	ck_assert_int_eq(read->phase, RECORD_CREATED);
	ck_assert_uint_eq(read->pidfd.value, UINT64_MAX);
	ck_assert_str_eq(read->bundle, "/b \"x\"");
	text_done(&text);
	text_done(&again);
	arena_done(&arena);
}
END_TEST

static void assert_record_refused(const char *text, const char *where, const char *message)
{
	struct oci_error err = UNTOUCHED;
	struct arena arena = { 0 };
	struct record *record = NULL;

	ck_assert_int_eq(record_read(text, strlen(text), &arena, &record, &err), -EINVAL);
	assert_error(err, -EINVAL, where, message);
	ck_assert_ptr_null(record);
	arena_done(&arena);
}

#define REST                                                                   \
	"\"id\":\"x\",\"phase\":\"creating\",\"bundle\":\"/b\",\"rootfs\":\"/" \
	"r\",\"created\":\"t\","                                               \
	"\"owner\":0}"

START_TEST(records_refused)
{
	assert_record_refused("", "",
			      "state.json:1:1: not valid JSON: the document ends too early");
	assert_record_refused("{" REST, "", "state.json:1:1: \"version\" is missing");
	assert_record_refused("{\"version\":2," REST, "",
			      "state.json: written by a newer version of this program");
	assert_record_refused(
		"{\"version\":1,\"pid\":0," REST, "/pid",
		"state.json:1:20: /pid: expected a number from 1 to 2147483647, found 0");
}
END_TEST

/* --- directories --- */

struct place {
	char path[64];
	char root[96];
};

static struct place place_make(void)
{
	struct place place = { .path = "/tmp/unit-state-XXXXXX" };

	ck_assert_ptr_nonnull(mkdtemp(place.path));
	snprintf(place.root, sizeof(place.root), "%s/deep/er", place.path);
	return place;
}

static void place_done(struct place *place)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf %s", place->path);
	ck_assert_int_eq(system(command), 0);
}

START_TEST(directory_lives_and_dies)
{
	struct place place = place_make();
	struct oci_error err = UNTOUCHED;
	cleanup(state_done) struct state state = { .dir = -1 }, other = { .dir = -1 };
	char path[128];
	struct stat st;

	ck_assert_int_eq(state_create(place.root, "box", &state, &err), 0);
	assert_untouched(err);
	snprintf(path, sizeof(path), "%s/box", place.root);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0700);
	ck_assert_int_eq(stat(place.root, &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0700);
	ck_assert_int_eq(state_create(place.root, "box", &other, &err), -EEXIST);
	assert_error(err, -EEXIST, "", "container with given ID already exists: \"box\"");
	ck_assert_int_eq(other.dir, -1);
	ck_assert_int_eq(file_replace(state.dir, "rest", "x", 1, 0600), 0);
	ck_assert_int_eq(state_remove(&state, &err), 0);
	ck_assert_int_eq(state_remove(&state, &err), 0); /* once more is no error */
	ck_assert_int_eq(stat(path, &st), -1);
	ck_assert_int_eq(state_open(place.root, "box", true, &other, &err), -ENOENT);
	assert_error(err, -ENOENT, "",
		     "container \"box\" does not exist: container does not exist");
	/* The id is free again. */
	state_done(&state);
	ck_assert_int_eq(state_create(place.root, "box", &state, &err), 0);
	place_done(&place);
}
END_TEST

START_TEST(missing_root)
{
	struct oci_error err = UNTOUCHED;
	struct state state = { .dir = -1 };

	ck_assert_int_eq(state_open("/nowhere/at/all", "box", false, &state, &err), -ENOENT);
	assert_error(err, -ENOENT, "",
		     "container \"box\" does not exist: container does not exist");
	ck_assert_int_eq(state_create("/dev/null", "box", &state, &err), -ENOTDIR);
	assert_error(err, -ENOTDIR, "/dev/null",
		     "cannot open the state root \"/dev/null\": not a directory");
	ck_assert_int_eq(state_create("/dev/null/x", "box", &state, &err), -ENOTDIR);
	assert_error(err, -ENOTDIR, "/dev/null/x",
		     "cannot open the state root \"/dev/null/x\": not a directory");
	ck_assert_int_eq(state.dir, -1);
}
END_TEST

/* A link in the state root is not a container. */
START_TEST(links_are_refused)
{
	struct place place = place_make();
	struct oci_error err = UNTOUCHED;
	struct state state = { .dir = -1 };
	char link[128], message[256];

	snprintf(link, sizeof(link), "%s/link", place.path);
	ck_assert_int_eq(symlink("/tmp", link), 0);
	snprintf(message, sizeof(message), "cannot open the directory \"%s/link\": not a directory",
		 place.path);
	ck_assert_int_eq(state_open(place.path, "link", false, &state, &err), -ENOTDIR);
	assert_error(err, -ENOTDIR, place.path, message);
	place_done(&place);
}
END_TEST

START_TEST(record_is_kept)
{
	struct place place = place_make();
	struct record record = sample(), *read = NULL;
	cleanup(state_done) struct state state = { .dir = -1 };
	struct oci_error err = UNTOUCHED;
	struct arena arena = { 0 };
	char *text = NULL;

	ck_assert_int_eq(state_create(place.root, "box", &state, &err), 0);
	ck_assert_int_eq(state_read(&state, &arena, &read, &err), -ENODATA);
	assert_error(err, -ENODATA, "",
		     "container \"box\" has no record: its creation was interrupted");
	ck_assert_int_eq(state_write(&state, &record, &err), 0);
	ck_assert_int_eq(state_read(&state, &arena, &read, &err), 0);
	ck_assert_str_eq(read->id, "box");
	ck_assert_int_eq(file_read(state.dir, "state.json", 4096, &text, NULL), 0);
	ck_assert_str_eq(text, RECORD_TEXT);
	free(text);
	arena_done(&arena);
	place_done(&place);
}
END_TEST

START_TEST(one_verb_at_a_time)
{
	struct place place = place_make();
	cleanup(state_done) struct state one = { .dir = -1 }, two = { .dir = -1 };
	struct oci_error err = UNTOUCHED;

	ck_assert_int_eq(state_create(place.root, "box", &one, &err), 0);
	ck_assert_int_eq(state_open(place.root, "box", false, &two, &err), 0);
	ck_assert(state_is_busy(&two));
	ck_assert_int_eq(flock(two.dir, LOCK_EX | LOCK_NB), -1);
	ck_assert_int_eq(errno, EWOULDBLOCK);
	state_done(&one);
	ck_assert_int_eq(one.dir, -1);
	ck_assert(!state_is_busy(&two));
	ck_assert_int_eq(state_open(place.root, "box", true, &one, &err), 0);
	ck_assert(state_is_busy(&two));
	state_done(&one);
	/* Asking takes nothing. */
	ck_assert(!state_is_busy(&two));
	ck_assert_int_eq(state_open(place.root, "box", true, &one, &err), 0);
	place_done(&place);
}
END_TEST

START_TEST(socket_comes_and_goes)
{
	struct place place = place_make();
	cleanup(state_done) struct state state = { .dir = -1 };
	struct oci_error err = UNTOUCHED;
	int listener, starter, init;
	char byte = 'g';

	ck_assert_int_eq(state_create(place.root, "box", &state, &err), 0);
	ck_assert_int_eq(state_connect(&state, true), -ENOENT);
	ck_assert(!state_is_listening(&state));
	listener = state_listen(&state, &err);
	ck_assert_int_ge(listener, 0);
	ck_assert(state_is_listening(&state));
	/* Nobody was woken. */
	ck_assert_int_eq(poll(&(struct pollfd){ .fd = listener, .events = POLLIN }, 1, 0), 0);
	starter = state_connect(&state, false);
	ck_assert_int_ge(starter, 0);
	ck_assert_int_eq(fcntl(starter, F_GETFL) & O_NONBLOCK, 0);
	ck_assert(state_is_listening(&state));
	ck_assert_int_eq(state_take(&state), 0);
	ck_assert_int_eq(state_take(&state), 0);
	ck_assert(state_is_listening(&state));
	init = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	ck_assert_int_eq(send(starter, &byte, 1, 0), 1);
	byte = 0;
	ck_assert_int_eq(recv(init, &byte, 1, 0), 1);
	ck_assert_int_eq(byte, 'g');
	close(init);
	close(starter);
	close(listener);
	ck_assert(!state_is_listening(&state));
	ck_assert_int_eq(state_connect(&state, true), -ECONNREFUSED);
	ck_assert_int_eq(state_connect(&state, false), -ECONNREFUSED);
	state_unlisten(&state);
	ck_assert(!state_is_listening(&state));
	ck_assert_int_eq(state_connect(&state, true), -ENOENT);
	state_unlisten(&state);
	place_done(&place);
}
END_TEST

/* An address has room for 108 bytes, a path for more. */
START_TEST(socket_in_a_long_root)
{
	struct place place = place_make();
	cleanup(state_done) struct state state = { .dir = -1 };
	struct oci_error err = UNTOUCHED;
	char root[300], id[200];
	int listener, starter, waiting[100];
	size_t n = 0;

	snprintf(root, sizeof(root), "%s/%0*d", place.path, 150, 0);
	snprintf(id, sizeof(id), "%0*d", 150, 1);
	ck_assert_int_eq(state_create(root, id, &state, &err), 0);
	listener = state_listen(&state, &err);
	ck_assert_msg(listener >= 0, "%s", err.message);
	starter = state_connect(&state, true);
	ck_assert_int_ge(starter, 0);
	close(starter);
	/* One that does not answer is not waited for. */
	while ((starter = state_connect(&state, false)) >= 0 && n < ARRAY_SIZE(waiting))
		waiting[n++] = starter;
	ck_assert_int_eq(starter, -EAGAIN);
	while (n > 0)
		close(waiting[--n]);
	close(listener);
	place_done(&place);
}
END_TEST

UNIT_MAIN("state", ids_taken, ids_refused, record_round_trip, records_refused,
	  directory_lives_and_dies, missing_root, links_are_refused, record_is_kept,
	  one_verb_at_a_time, socket_comes_and_goes, socket_in_a_long_root)
