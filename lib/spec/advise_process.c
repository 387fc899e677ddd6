/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is worth saying of a process. Values of its environment are never shown. */
#include <stdio.h>
#include <string.h>

#include "spec/capability.h"
#include "spec/check.h"
#include "spec/similar.h"

/* The number of the capability whose name is most like @name, or -1. */
static int similar_capability(const char *name)
{
	struct similar similar = similar_to(name, strlen(name));
	char buffer[CAPABILITY_NAME_SIZE];
	int found = -1;

	for (int i = 0; i < CAPABILITIES_MAX; i++) {
		const char *other = capability_name(i, buffer);
		unsigned int distance = similar.distance;

		if (other)
			similar_try(&similar, other);
		if (similar.distance < distance)
			found = i;
	}
	return found;
}

static void unknown_capability(struct checker *checker, const char *name, const char *at)
{
	char full[CAPABILITY_NAME_SIZE], buffer[CAPABILITY_NAME_SIZE];
	const char *similar;
	int number = similar_capability(name);

	if (number < 0 && (size_t)snprintf(full, sizeof(full), "CAP_%s", name) < sizeof(full))
		number = similar_capability(full);
	similar = capability_name(number, buffer);
	check_warn(checker, "CAP-01", at, "unknown, it is not granted: \"%s\"" SIMILAR_FORMAT, name,
		   SIMILAR_HINT(similar));
}

static uint64_t read_set(struct checker *checker, const struct spec_strings *names, const char *at,
			 const char *set)
{
	uint64_t bits = 0;
	size_t index = 0;

	list_each(name, *names) {
		int number = capability_number(*name);
		const char *place = check_at(checker, "%s/capabilities/%s/%zu", at, set, index++);

		if (number < 0)
			unknown_capability(checker, *name, place);
		else if (bits & 1ULL << number)
			check_warn(checker, "", place, "listed twice: \"%s\"", *name);
		bits |= number < 0 ? 0 : 1ULL << number;
	}
	return bits;
}

static void missing_in(struct checker *checker, uint64_t bits, const char *at, const char *set,
		       const char *reason)
{
	const char *place = bits ? check_at(checker, "%s/capabilities/%s", at, set) : NULL;

	for (int i = 0; i < CAPABILITIES_MAX; i++) {
		char buffer[CAPABILITY_NAME_SIZE];
		const char *name = bits & 1ULL << i ? capability_name(i, buffer) : NULL;

		if (name)
			check_warn(checker, "", place, "%s is not granted: %s", name, reason);
	}
}

/* capabilities(7) */
static void advise_capabilities(struct checker *checker,
				const struct spec_capabilities *capabilities, const char *at)
{
	uint64_t permitted = read_set(checker, &capabilities->permitted, at, "permitted");
	uint64_t effective = read_set(checker, &capabilities->effective, at, "effective");
	uint64_t inheritable = read_set(checker, &capabilities->inheritable, at, "inheritable");
	uint64_t ambient = read_set(checker, &capabilities->ambient, at, "ambient");

	read_set(checker, &capabilities->bounding, at, "bounding");
	if (!check_sound(checker, check_at(checker, "%s/capabilities/permitted", at)) ||
	    !check_sound(checker, check_at(checker, "%s/capabilities/inheritable", at)))
		return;
	missing_in(checker, effective & ~permitted, at, "effective", "it is not in permitted");
	missing_in(checker, ambient & ~(permitted & inheritable), at, "ambient",
		   "it is not in both permitted and inheritable");
}

static bool same_variable(const char *a, const char *b)
{
	size_t length = strcspn(a, "=");

	return strncmp(a, b, length) == 0 && b[length] == '=' && a[length] == '=';
}

/* Names only. Long lists are looked at through a small table, so that it stays linear. */
static void advise_environment(struct checker *checker, const struct spec_process *process,
			       const char *at)
{
	enum { BUCKETS = 4096 };
	size_t *buckets = arena_alloc(checker->findings->arena, BUCKETS * sizeof(*buckets));
	size_t index = 0;

	list_each(entry, process->env) {
		uint32_t hash = 5381;
		size_t length = strcspn(*entry, "=");
		size_t *bucket;

		if ((*entry)[length] != '=' || length == 0)
			check_warn(checker, "", check_at(checker, "%s/env/%zu", at, index),
				   length == 0 ? "a variable without a name"
					       : "a variable without \"=\"");
		for (size_t i = 0; i < length; i++)
			hash = hash * 33 + (unsigned char)(*entry)[i];
		bucket = buckets ? &buckets[hash % BUCKETS] : NULL;
		if (bucket && *bucket && same_variable(*entry, process->env.item[*bucket - 1]))
			check_warn(checker, "", check_at(checker, "%s/env/%zu", at, index),
				   "the variable \"%.*s\" is set twice", (int)length, *entry);
		if (bucket)
			*bucket = index + 1;
		index++;
	}
}

void advise_process(struct checker *checker, const struct spec_process *process, const char *at)
{
	if (process->consoleSize && !process->terminal &&
	    check_sound(checker, check_at(checker, "%s/terminal", at)))
		check_warn(checker, "PRC-02", check_at(checker, "%s/consoleSize", at),
			   "has no effect without \"terminal\"");
	if (process->capabilities)
		advise_capabilities(checker, process->capabilities, at);
	advise_environment(checker, process, at);
	if (process->args.n > 0 && !process->args.item[0][0])
		check_warn(checker, "PRC-07", check_at(checker, "%s/args/0", at),
			   "the name of the program is empty");
}
