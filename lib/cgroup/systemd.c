/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* systemd by sd-bus, see systemd.h, org.freedesktop.systemd1(5) and sd-bus(3). */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/error.h"
#include "base/fd.h"
#include "cgroup/library.h"
#include "cgroup/systemd.h"
#include "plan/variant.h"

#define SERVICE   "org.freedesktop.systemd1"
#define OBJECT    "/org/freedesktop/systemd1"
#define MANAGER   "org.freedesktop.systemd1.Manager"
#define TIMEOUT   (SYSTEMD_TIMEOUT * (uint64_t)1000000)
#define NO_ANSWER "no answer within 10 seconds"

/* --- the library: these of its functions, and nothing of its headers --- */

struct bus;
struct message;

/* sd_bus_error */
struct bus_error {
	const char *name, *message;
	int need_free;
};

#define LIBRARY_FUNCTIONS(F)                                                                    \
	F(bus_new, int, struct bus **)                                                          \
	F(bus_set_address, int, struct bus *, const char *)                                     \
	F(bus_set_bus_client, int, struct bus *, int)                                           \
	F(bus_set_method_call_timeout, int, struct bus *, uint64_t)                             \
	F(bus_start, int, struct bus *)                                                         \
	F(bus_is_ready, int, struct bus *)                                                      \
	F(bus_process, int, struct bus *, struct message **)                                    \
	F(bus_wait, int, struct bus *, uint64_t)                                                \
	F(bus_close, void, struct bus *)                                                        \
	F(bus_unref, struct bus *, struct bus *)                                                \
	F(bus_add_match, int, struct bus *, void **, const char *,                              \
	  int (*)(struct message *, void *, struct bus_error *), void *)                        \
	F(bus_get_property_string, int, struct bus *, const char *, const char *, const char *, \
	  const char *, struct bus_error *, char **)                                            \
	F(bus_call, int, struct bus *, struct message *, uint64_t, struct bus_error *,          \
	  struct message **)                                                                    \
	F(bus_error_free, void, struct bus_error *)                                             \
	F(bus_message_new_method_call, int, struct bus *, struct message **, const char *,      \
	  const char *, const char *, const char *)                                             \
	F(bus_message_append_basic, int, struct message *, char, const void *)                  \
	F(bus_message_open_container, int, struct message *, char, const char *)                \
	F(bus_message_close_container, int, struct message *)                                   \
	F(bus_message_read_basic, int, struct message *, char, void *)                          \
	F(bus_message_unref, struct message *, struct message *)

struct library {
#define F(name, result, ...) result (*name)(__VA_ARGS__);
	LIBRARY_FUNCTIONS(F)
#undef F
};

struct systemd {
	void *handle;
	struct library sd;
	struct bus *bus;
	const char *address;
	struct arena arena;
	struct property *properties, **last;
	const char *job; /* the object that stands for the one that is awaited */
	char result[32]; /* of that; "" until it has ended */
};

struct property {
	struct property *next;
	const char *name;
	struct variant value;
};

int systemd_check(struct oci_error *err)
{
	if (&oci_library_loader)
		return 0;
	return fail_plain(err, -ELIBACC, NULL,
			  "the cgroup manager \"systemd\" needs " LIBRARY_SYSTEMD
			  ", which a static program cannot load");
}

static int load(struct systemd *systemd, struct oci_error *err)
{
	static const struct {
		const char *name;
		size_t offset;
	} functions[] = {
#define F(name, ...) { "sd_" #name, offsetof(struct library, name) },
		LIBRARY_FUNCTIONS(F)
#undef F
	};
	int r = systemd_check(err);

	if (r < 0)
		return r;
	systemd->handle = oci_library_loader.open(LIBRARY_SYSTEMD);
	if (!systemd->handle)
		return fail_plain(err, -ENOPKG, NULL,
				  "the cgroup manager \"systemd\" needs " LIBRARY_SYSTEMD
				  ", which cannot be loaded");
	for (size_t i = 0; i < ARRAY_SIZE(functions); i++) {
		void *function = oci_library_loader.find(systemd->handle, functions[i].name);

		if (!function)
			return fail_plain(err, -ENOPKG, NULL,
					  LIBRARY_SYSTEMD " is too old: it has no %s()",
					  functions[i].name);
		memcpy((char *)&systemd->sd + functions[i].offset, &function, sizeof(function));
	}
	return 0;
}

/* --- the connection --- */

static bool is_lost(int error)
{
	return error == -ECONNRESET || error == -ENOTCONN || error == -EPIPE;
}

/* Not in the kernel's words, by which engines tell that a program was not found or may not be
 * executed. */
static int unreachable(const struct systemd *systemd, int error, struct oci_error *err)
{
	const char *why = error == -ENOENT || error == -ECONNREFUSED ? "nobody is there"
			  : error == -EACCES || error == -EPERM      ? "the bus refuses us"
			  : error == -ETIMEDOUT                      ? NO_ANSWER
			  : is_lost(error) ? "the bus has closed the connection"
					   : NULL;

	if (why)
		return fail_plain(err, error, NULL, "cannot reach systemd at \"%s\": %s",
				  systemd->address, why);
	return fail(err, error, NULL, "cannot reach systemd at \"%s\"", systemd->address);
}

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000000 + (uint64_t)time.tv_nsec / 1000;
}

/* Handles what comes until @done says so. */
static int run_until(struct systemd *systemd, bool (*done)(struct systemd *))
{
	uint64_t end = now() + TIMEOUT;

	for (;;) {
		int r = systemd->sd.bus_process(systemd->bus, NULL);
		uint64_t time = now();

		if (r < 0)
			return r;
		if (done(systemd))
			return 0;
		if (time >= end)
			return -ETIMEDOUT;
		if (r == 0)
			r = systemd->sd.bus_wait(systemd->bus, end - time);
		if (r < 0 && r != -EINTR)
			return r;
	}
}

static bool is_ready(struct systemd *systemd)
{
	return systemd->sd.bus_is_ready(systemd->bus) > 0;
}

static int connect_to(struct systemd *systemd, struct oci_error *err)
{
	const struct library *sd = &systemd->sd;
	int r = sd->bus_new(&systemd->bus);

	if (r == 0)
		r = sd->bus_set_address(systemd->bus, systemd->address);
	if (r >= 0)
		r = sd->bus_set_bus_client(systemd->bus, true);
	if (r >= 0)
		r = sd->bus_set_method_call_timeout(systemd->bus, TIMEOUT);
	if (r >= 0)
		r = sd->bus_start(systemd->bus);
	if (r >= 0)
		r = run_until(systemd, is_ready);
	return r < 0 ? unreachable(systemd, r, err) : 0;
}

int systemd_open(const char *address, struct systemd **ret, struct oci_error *err)
{
	cleanup(systemd_close) struct systemd *systemd = calloc(1, sizeof(*systemd));
	int r;

	if (!systemd)
		return fail(err, -ENOMEM, NULL, "cannot connect to systemd");
	systemd->last = &systemd->properties;
	systemd->address = arena_strdup(&systemd->arena, address);
	if (!systemd->address)
		return fail(err, -ENOMEM, NULL, "cannot connect to systemd");
	r = load(systemd, err);
	if (r == 0)
		r = connect_to(systemd, err);
	if (r == 0)
		*ret = TAKE_PTR(systemd);
	return r;
}

void systemd_close(struct systemd **systemd)
{
	struct systemd *old = *systemd;

	if (!old)
		return;
	*systemd = NULL;
	if (old->bus) {
		old->sd.bus_close(old->bus);
		old->sd.bus_unref(old->bus);
	}
	if (old->handle)
		oci_library_loader.close(old->handle);
	arena_done(&old->arena);
	free(old);
}

/* --- asking --- */

static bool is_error(const struct bus_error *error, const char *name)
{
	return error->name && strcmp(error->name, name) == 0;
}

/* What systemd says, if it is what says it. */
static int refused(const struct systemd *systemd, int r, const struct bus_error *error,
		   const char *what, const char *unit, struct oci_error *err)
{
	size_t length = error->message ? strlen(error->message) : 0;

	if (!error->name || r == -ETIMEDOUT || is_lost(r) ||
	    is_error(error, "org.freedesktop.DBus.Error.NoReply"))
		return unreachable(systemd, r, err);
	if (is_error(error, "org.freedesktop.DBus.Error.InteractiveAuthorizationRequired") ||
	    is_error(error, "org.freedesktop.DBus.Error.AccessDenied"))
		return fail_plain(err, -EPERM, NULL,
				  "cannot %s%s: systemd lets the caller do nothing", what, unit);
	if (length > 0 && error->message[length - 1] == '.')
		length--;
	return fail_plain(err, r, NULL, "cannot %s%s: systemd: %.*s", what, unit,
			  length > 0 ? (int)length : (int)strlen(error->name),
			  length > 0 ? error->message : error->name);
}

int systemd_control_group(struct systemd *systemd, struct arena *arena, const char **ret,
			  struct oci_error *err)
{
	cleanup(free_done) char *path = NULL;
	struct bus_error error = { 0 };
	int r = systemd->sd.bus_get_property_string(systemd->bus, SERVICE, OBJECT, MANAGER,
						    "ControlGroup", &error, &path);

	if (r < 0)
		r = refused(systemd, r, &error, "find the cgroups of systemd", "", err);
	systemd->sd.bus_error_free(&error);
	if (r < 0)
		return r;
	*ret = arena_strdup(arena, path);
	return *ret ? 0 : fail(err, -ENOMEM, NULL, "cannot find the cgroups of systemd");
}

int systemd_add(struct systemd *systemd, const char *name, const char *value, struct oci_error *err)
{
	struct property *property = arena_alloc(&systemd->arena, sizeof(*property));
	int r = property ? variant_parse(value, &systemd->arena, &property->value) : -ENOMEM;

	if (r == 0) {
		property->name = arena_strdup(&systemd->arena, name);
		r = property->name ? 0 : -ENOMEM;
	}
	if (r < 0)
		return fail(err, r, NULL, "cannot set property %s to %s", name, value);
	*systemd->last = property;
	systemd->last = &property->next;
	return 0;
}

/* --- messages: each step works on what the one before left, and does nothing after an error --- */

struct writer {
	const struct library *sd;
	struct message *message;
	int error;
};

static void add(struct writer *writer, char type, const void *value)
{
	if (writer->error >= 0)
		writer->error = writer->sd->bus_message_append_basic(writer->message, type, value);
}

static void begin(struct writer *writer, char type, const char *contents)
{
	if (writer->error >= 0)
		writer->error =
			writer->sd->bus_message_open_container(writer->message, type, contents);
}

static void end(struct writer *writer)
{
	if (writer->error >= 0)
		writer->error = writer->sd->bus_message_close_container(writer->message);
}

/* sd-bus takes a number by a pointer to one of its size, a boolean as an int. */
static void add_item(struct writer *writer, char type, const struct variant_item *item)
{
	uint8_t byte = (uint8_t)item->number;
	uint16_t half = (uint16_t)item->number;
	uint32_t word = (uint32_t)item->number;

	if (strchr("sog", type))
		add(writer, type, item->text);
	else if (type == 'y')
		add(writer, type, &byte);
	else if (strchr("nq", type))
		add(writer, type, &half);
	else
		add(writer, type, strchr("xt", type) ? (const void *)&item->number : &word);
}

static void add_variant(struct writer *writer, const char *name, const struct variant *value)
{
	const char contents[] = { value->array ? 'a' : value->type,
				  value->array ? value->type : '\0', '\0' };

	begin(writer, 'r', "sv");
	add(writer, 's', name);
	begin(writer, 'v', contents);
	if (value->array)
		begin(writer, 'a', contents + 1);
	for (size_t i = 0; i < value->n; i++)
		add_item(writer, value->type, &value->items[i]);
	if (value->array)
		end(writer);
	end(writer);
	end(writer);
}

static void add_properties(struct writer *writer, const struct systemd *systemd, int pid)
{
	struct variant_item process = { .number = pid };
	const struct variant processes = { .type = 'u', .array = true, .items = &process, .n = 1 };

	begin(writer, 'a', "(sv)");
	for (const struct property *property = systemd->properties; property;
	     property = property->next)
		add_variant(writer, property->name, &property->value);
	if (pid > 0)
		add_variant(writer, "PIDs", &processes);
	end(writer);
}

static struct writer call_of(const struct systemd *systemd, const char *method)
{
	struct writer writer = { .sd = &systemd->sd };

	writer.error = systemd->sd.bus_message_new_method_call(systemd->bus, &writer.message,
							       SERVICE, OBJECT, MANAGER, method);
	return writer;
}

/* Sends it; what came back is for the caller to give back. @error is filled in if it is systemd or
 * the bus that says no. */
static int call(const struct systemd *systemd, struct writer *writer, struct bus_error *error,
		struct message **ret)
{
	int r = writer->error;

	if (r >= 0)
		r = systemd->sd.bus_call(systemd->bus, writer->message, TIMEOUT, error, ret);
	systemd->sd.bus_message_unref(writer->message);
	return r < 0 ? r : 0;
}

/* --- jobs --- */

/* JobRemoved: number, object, unit and result of a job that has ended. */
static int on_job_removed(struct message *message, void *userdata, struct bus_error *error)
{
	struct systemd *systemd = userdata;
	const char *job = NULL, *unit, *result = NULL;
	uint32_t number;

	(void)error;
	if (systemd->sd.bus_message_read_basic(message, 'u', &number) < 0 ||
	    systemd->sd.bus_message_read_basic(message, 'o', &job) < 0 ||
	    systemd->sd.bus_message_read_basic(message, 's', &unit) < 0 ||
	    systemd->sd.bus_message_read_basic(message, 's', &result) < 0)
		return 0;
	if (systemd->job && strcmp(job, systemd->job) == 0)
		memccpy(systemd->result, result, '\0', sizeof(systemd->result) - 1);
	return 0;
}

static bool has_result(struct systemd *systemd)
{
	return systemd->result[0];
}

/* Before the job begins: what it says at its end must not be missed. Of all jobs, since sd-bus does
 * not look at arguments behind a number. */
static int listen_for_jobs(struct systemd *systemd)
{
	return systemd->sd.bus_add_match(systemd->bus, NULL,
					 "type='signal',sender='" SERVICE "',path='" OBJECT
					 "',interface='" MANAGER "',member='JobRemoved'",
					 on_job_removed, systemd);
}

/* The answer names the job; waits for its end. */
static int await_job(struct systemd *systemd, struct message *answer)
{
	const char *job = NULL;
	int r = systemd->sd.bus_message_read_basic(answer, 'o', &job);

	if (r < 0)
		return r;
	systemd->job = arena_strdup(&systemd->arena, job);
	if (!systemd->job)
		return -ENOMEM;
	systemd->result[0] = '\0';
	return run_until(systemd, has_result);
}

/* Calls @method and waits until systemd has done it. */
static int do_job(struct systemd *systemd, struct writer *writer, const char *what,
		  const char *unit, struct oci_error *err)
{
	struct bus_error error = { 0 };
	struct message *answer = NULL;
	int r = call(systemd, writer, &error, &answer);

	if (is_error(&error, SERVICE ".UnitExists"))
		r = refused(systemd, -EEXIST, &error, what, unit, err);
	else if (is_error(&error, SERVICE ".NoSuchUnit"))
		r = refused(systemd, -ESRCH, &error, what, unit, err);
	else if (r < 0)
		r = refused(systemd, r, &error, what, unit, err);
	else if ((r = await_job(systemd, answer)) == -ETIMEDOUT)
		r = fail_plain(err, r, NULL,
			       "cannot %s%s: systemd has not come to an end of it within "
			       "10 seconds",
			       what, unit);
	else if (r < 0)
		r = unreachable(systemd, r, err);
	else if (strcmp(systemd->result, "done") != 0)
		r = fail_plain(err, -EIO, NULL, "cannot %s%s: the job of systemd ended as \"%s\"",
			       what, unit, systemd->result);
	systemd->sd.bus_message_unref(answer);
	systemd->sd.bus_error_free(&error);
	return r;
}

/* --- units --- */

/* For what is done when the answer is there. */
static int call_only(struct systemd *systemd, struct writer *writer, const char *what,
		     const char *unit, struct oci_error *err)
{
	struct bus_error error = { 0 };
	struct message *answer = NULL;
	int r = call(systemd, writer, &error, &answer);

	if (r < 0)
		r = refused(systemd, r, &error, what, unit, err);
	systemd->sd.bus_message_unref(answer);
	systemd->sd.bus_error_free(&error);
	return r;
}

static int try_start(struct systemd *systemd, const char *unit, int pid, struct oci_error *err)
{
	struct writer writer = call_of(systemd, "StartTransientUnit");

	add(&writer, 's', unit);
	add(&writer, 's', "replace");
	add_properties(&writer, systemd, pid);
	begin(&writer, 'a', "(sa(sv))"); /* others beside it */
	end(&writer);
	return do_job(systemd, &writer, "start unit ", unit, err);
}

/* One that has failed, of an engine that does not let it be collected, keeps its name. */
static void forget_failed(struct systemd *systemd, const char *unit)
{
	struct writer writer = call_of(systemd, "ResetFailedUnit");

	add(&writer, 's', unit);
	(void)!call_only(systemd, &writer, "reset unit ", unit, NULL);
}

int systemd_start(struct systemd *systemd, const char *unit, int pid, struct oci_error *err)
{
	int r = listen_for_jobs(systemd);

	if (r < 0)
		return unreachable(systemd, r, err);
	r = try_start(systemd, unit, pid, err);
	if (r != -EEXIST)
		return r;
	forget_failed(systemd, unit);
	return try_start(systemd, unit, pid, err);
}

int systemd_attach(struct systemd *systemd, const char *unit, const char *subgroup, int pid,
		   struct oci_error *err)
{
	struct writer writer = call_of(systemd, "AttachProcessesToUnit");
	uint32_t number = (uint32_t)pid;

	add(&writer, 's', unit);
	add(&writer, 's', subgroup);
	begin(&writer, 'a', "u");
	add(&writer, 'u', &number);
	end(&writer);
	return call_only(systemd, &writer, "move a process into unit ", unit, err);
}

int systemd_change(struct systemd *systemd, const char *unit, struct oci_error *err)
{
	struct writer writer = call_of(systemd, "SetUnitProperties");
	int runtime = true; /* not over a reboot */

	add(&writer, 's', unit);
	add(&writer, 'b', &runtime);
	add_properties(&writer, systemd, 0);
	return call_only(systemd, &writer, "change unit ", unit, err);
}

int systemd_stop(struct systemd *systemd, const char *unit, struct oci_error *err)
{
	struct writer writer;
	int r = listen_for_jobs(systemd);

	if (r < 0)
		return unreachable(systemd, r, err);
	writer = call_of(systemd, "StopUnit");
	add(&writer, 's', unit);
	add(&writer, 's', "replace");
	r = do_job(systemd, &writer, "stop unit ", unit, err);
	return r == -ESRCH ? 0 : r;
}
