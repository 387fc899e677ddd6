/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What it costs to read a config, in this process: decoded and checked, against a bare parse of the
 * same bytes by yajl, and how it grows. Prints medians; asserts nothing.
 *
 *	bench_decode CONFIG */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <yajl/yajl_parse.h>

#include "base/fd.h"
#include "base/text.h"
#include "spec/spec.h"

#define ROUNDS 401

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static void parse(const char *text, size_t length)
{
	static const yajl_callbacks none;
	yajl_handle handle = yajl_alloc(&none, NULL, NULL);

	if (yajl_parse(handle, (const unsigned char *)text, length) != yajl_status_ok ||
	    yajl_complete_parse(handle) != yajl_status_ok)
		exit(EXIT_FAILURE);
	yajl_free(handle);
}

static void decode(const char *text, size_t length)
{
	struct arena arena = { 0 };
	struct oci_error err;
	struct spec *spec;

	if (spec_decode(&(struct document){ "config.json", text, length }, &arena, &spec, &err) <
	    0) {
		fprintf(stderr, "%s\n", err.message);
		exit(EXIT_FAILURE);
	}
	arena_done(&arena);
}

static void examine(const char *text, size_t length)
{
	const struct document document = { "config.json", text, length };
	struct arena arena = { 0 };
	struct findings findings = { .arena = &arena, .everything = true };
	struct spec *spec;

	if (spec_examine(&document, OCI_DOCUMENT_CONFIG, &findings, &spec) < 0 ||
	    findings_sort(&findings, &document) < 0)
		exit(EXIT_FAILURE);
	arena_done(&arena);
}

static int compare(const void *left, const void *right)
{
	uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;

	return a < b ? -1 : a > b;
}

static double median(void (*work)(const char *text, size_t length), const char *text, size_t length,
		     size_t rounds)
{
	static uint64_t times[ROUNDS];

	for (size_t i = 0; i < rounds; i++) {
		uint64_t begin = now();

		work(text, length);
		times[i] = now() - begin;
	}
	qsort(times, rounds, sizeof(*times), compare);
	return (double)times[rounds / 2] / 1000;
}

static void measure(const char *name, const char *text, size_t length, size_t rounds)
{
	double bare = median(parse, text, length, rounds);
	double ours = median(decode, text, length, rounds);

	printf("%-28s %9zu %10.1f %10.1f %6.2f %10.1f\n", name, length, bare, ours, ours / bare,
	       median(examine, text, length, rounds));
}

/* A config with @n of something. */
static void grow(const char *name, size_t n, const char *head, const char *format, const char *tail)
	__attribute__((format(printf, 4, 0)));

#pragma GCC diagnostic ignored "-Wformat-nonliteral"
static void grow(const char *name, size_t n, const char *head, const char *format, const char *tail)
{
	struct text text = { 0 };
	char label[64];

	text_puts(&text, "{\"ociVersion\":\"1.3.0\",\"root\":{\"path\":\"rootfs\"},");
	text_puts(&text, head);
	for (size_t i = 0; i < n; i++) {
		text_puts(&text, i ? "," : "");
		text_printf(&text, format, i);
	}
	text_puts(&text, tail);
	snprintf(label, sizeof(label), "%zu %s", n, name);
	measure(label, text.data, text.length, 11);
	text_done(&text);
}

int main(int argc, char **argv)
{
	static const char process[] =
		"\"process\":{\"user\":{\"uid\":0,\"gid\":0},\"args\":[\"a\"],"
		"\"cwd\":\"/\",\"env\":[";
	size_t length;
	char *text;

	if (argc != 2 || file_read(AT_FDCWD, argv[1], 1 << 20, &text, &length) < 0) {
		fprintf(stderr, "usage: bench_decode CONFIG\n");
		return EXIT_FAILURE;
	}
	printf("%-28s %9s %10s %10s %6s %10s\n", "microseconds", "bytes", "yajl", "create", "ratio",
	       "validate");
	measure("the config", text, length, ROUNDS);
	for (size_t n = 1000; n <= 100000; n *= 10) {
		grow("variables", n, process, "\"NAME%zu=value\"", "]}}");
		grow("annotations", n, "\"annotations\":{", "\"com.example.key%zu\":\"value\"",
		     "}}");
		grow("mounts", n, "\"mounts\":[",
		     "{\"destination\":\"/mnt/%zu\",\"type\":\"tmpfs\",\"options\":[\"ro\"]}",
		     "]}");
		grow("names of calls", n,
		     "\"linux\":{\"seccomp\":{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":"
		     "[{\"action\":\"SCMP_ACT_ERRNO\",\"names\":[",
		     "\"call%zu\"", "]}]}}}");
		grow("unknown members", n, "\"x\":{", "\"member%zu\":1", "}}");
	}
	free(text);
	return EXIT_SUCCESS;
}
