/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the system call filter of a config costs, ours beside the one that libseccomp makes of the
 * same profile: to compile, and to install, which each round does in a process of its own, where
 * no other filter is before it but what the bench itself runs under. Prints the first
 * round, the median and the lowest tenth in microseconds; asserts nothing.
 *
 *	bench_filter CONFIG [--dump]
 *
 * --dump prints our filter in C, for floor.c. */
#include <fcntl.h>
#include <inttypes.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../unit/reference.h"
#include "base/fd.h"
#include "plan/seccomp_compile.h"
#include "plan/seccomp_names.h"
#include "spec/spec.h"
#include "sys/syscall.h"

#define ROUNDS 401

struct compiler {
	const char *name;
	int (*compile)(const struct spec_seccomp *seccomp, struct text *program);
};

static uint64_t times[ROUNDS];

static int ours(const struct spec_seccomp *seccomp, struct text *program)
{
	return seccomp_compile(seccomp, program, NULL);
}

static int theirs(const struct spec_seccomp *seccomp, struct text *program)
{
	return reference_compile(seccomp, seccomp_arch_own()->big_endian, program);
}

static const struct compiler compilers[] = {
	{ "ours", ours },
	{ "libseccomp", theirs },
};

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static int compare(const void *left, const void *right)
{
	uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;

	return a < b ? -1 : a > b;
}

static void tell(const char *name, const char *what, size_t instructions)
{
	double first = (double)times[0] / 1000;

	qsort(times, ROUNDS, sizeof(*times), compare);
	printf("%-12s %-8s %12zu %10.1f %10.1f %10.1f\n", name, what, instructions, first,
	       (double)times[ROUNDS / 2] / 1000, (double)times[ROUNDS / 10] / 1000);
}

/* How long seccomp(2) took, by way of @elapsed, which is shared. */
static bool install(const struct text *program, uint64_t *elapsed)
{
	struct sock_fprog filter = {
		.len = (unsigned short)(program->length / sizeof(struct sock_filter)),
		.filter = (void *)program->data,
	};
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		uint64_t begin;
		long r = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);

		begin = now();
		if (r == 0)
			r = SYS(__NR_seccomp, SECCOMP_SET_MODE_FILTER,
				SECCOMP_FILTER_FLAG_SPEC_ALLOW, &filter);
		*elapsed = now() - begin;
		_exit(r < 0);
	}
	return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

static bool measure(const struct compiler *compiler, const struct spec_seccomp *seccomp)
{
	cleanup(text_done) struct text program = { 0 };
	uint64_t *elapsed = mmap(NULL, sizeof(*elapsed), PROT_READ | PROT_WRITE,
				 MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (elapsed == MAP_FAILED)
		return false;
	for (size_t i = 0; i < ROUNDS; i++) {
		uint64_t begin;

		text_done(&program);
		program = (struct text){ 0 };
		begin = now();
		if (compiler->compile(seccomp, &program) < 0)
			return false;
		times[i] = now() - begin;
	}
	tell(compiler->name, "compile", program.length / sizeof(struct sock_filter));
	for (size_t i = 0; i < ROUNDS; i++) {
		if (!install(&program, elapsed))
			return false;
		times[i] = *elapsed;
	}
	tell(compiler->name, "install", program.length / sizeof(struct sock_filter));
	munmap(elapsed, sizeof(*elapsed));
	return true;
}

static bool measure_all(const struct spec_seccomp *seccomp)
{
	printf("%-12s %-8s %12s %10s %10s %10s\n", "microseconds", "", "instructions", "first",
	       "median", "p10");
	for (size_t i = 0; i < ARRAY_SIZE(compilers); i++) {
		if (!measure(&compilers[i], seccomp)) {
			perror(compilers[i].name);
			return false;
		}
	}
	return true;
}

/* The filter as the inside of an initializer in C. */
static bool dump(const struct spec_seccomp *seccomp)
{
	cleanup(text_done) struct text program = { 0 };
	const struct sock_filter *code;

	if (ours(seccomp, &program) < 0)
		return false;
	code = (const void *)program.data;
	for (size_t i = 0; i < program.length / sizeof(*code); i++)
		printf("{ %#x, %u, %u, %#x },\n", code[i].code, code[i].jt, code[i].jf, code[i].k);
	return true;
}

int main(int argc, char **argv)
{
	struct arena arena = { 0 };
	struct oci_error err = { 0 };
	struct spec *spec = NULL;
	char *text = NULL;
	size_t length = 0;
	bool good, dumped = argc == 3 && strcmp(argv[2], "--dump") == 0;

	if ((argc != 2 && !dumped) || file_read(AT_FDCWD, argv[1], 1 << 20, &text, &length) < 0) {
		fprintf(stderr, "usage: bench_filter CONFIG [--dump]\n");
		return EXIT_FAILURE;
	}
	if (spec_decode(&(struct document){ argv[1], text, length }, &arena, &spec, &err) < 0 ||
	    !spec->linux_ || !spec->linux_->seccomp) {
		fprintf(stderr, "%s\n", err.code ? err.message : "no /linux/seccomp");
		return EXIT_FAILURE;
	}
	good = dumped ? dump(spec->linux_->seccomp) : measure_all(spec->linux_->seccomp);
	arena_done(&arena);
	free(text);
	return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
