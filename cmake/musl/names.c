/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* musl does not know the names of errors and signals, and has other words for some errors than
 * engines look for. This program, of glibc, writes those of glibc as C. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#define ERRORS 134

static void write_function(const char *name, const char *(*of)(int), int end)
{
	printf("\nconst char *%s(int number);\nconst char *%s(int number)\n{\n\tswitch (number) "
	       "{\n",
	       name, name);
	for (int i = 0; i < end; i++)
		if (of(i))
			printf("\tcase %d:\n\t\treturn \"%s\";\n", i, of(i));
	printf("\tdefault:\n\t\treturn 0;\n\t}\n}\n");
}

int main(void)
{
	printf("/* Written by cmake/musl/names.c */\n");
	write_function("strerrorname_np", strerrorname_np, ERRORS);
	write_function("strerrordesc_np", strerrordesc_np, ERRORS);
	write_function("sigabbrev_np", sigabbrev_np, NSIG);
	return 0;
}
