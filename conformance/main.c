/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* oci-conform: the statements of the OCI runtime specification, and who meets them. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include <oci/version.h>

#include "conform.h"

static int usage(FILE *out, int status)
{
	fputs("usage: oci-conform rules [--format text|json]\n"
	      "       oci-conform bundle DIR [--format tap|json]\n"
	      "       oci-conform --version\n"
	      "\n"
	      "rules   all statements of the standard that concern a Linux runtime\n"
	      "bundle  which of those about bundles the bundle DIR meets; exit status 0 if none "
	      "that\n"
	      "        binds is broken, 1 if one is, 2 if it could not be looked at\n",
	      out);
	return status;
}

static int run(char **words, int n, const char *format)
{
	bool json = format && strcmp(format, "json") == 0;

	if (n == 1 && strcmp(words[0], "rules") == 0 &&
	    (!format || json || strcmp(format, "text") == 0))
		return list_rules(json);
	if (n == 2 && strcmp(words[0], "bundle") == 0 &&
	    (!format || json || strcmp(format, "tap") == 0))
		return check_bundle(words[1], json);
	return usage(stderr, NOT_LOOKED_AT);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "format", required_argument, NULL, 'f' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'v' },
		{ NULL, 0, NULL, 0 },
	};
	const char *format = NULL;
	int option;

	while ((option = getopt_long(argc, argv, "hv", options, NULL)) != -1) {
		switch (option) {
		case 'f':
			format = optarg;
			break;
		case 'h':
			return usage(stdout, CONFORMS);
		case 'v':
			printf("oci-conform version %s\nspec: %s\n", oci_version(),
			       oci_spec_version());
			return CONFORMS;
		default:
			return usage(stderr, NOT_LOOKED_AT);
		}
	}
	return run(argv + optind, argc - optind, format);
}
