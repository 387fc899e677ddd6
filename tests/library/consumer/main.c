/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A program of somebody else, in C: runs a container and says how it ended.
 *
 *	consumer STATE_ROOT BUNDLE ID */
#include <stdio.h>

#include <oci/oci.h>

static int run(struct oci_context *context, const char *bundle, const char *id,
	       struct oci_error *err)
{
	struct oci_create_options options = { .size = sizeof(options), .bundle = bundle };
	int pidfd, status, r;

	r = oci_run(context, id, &options, &pidfd, err);
	if (r < 0)
		return r;
	r = oci_wait(pidfd, &status, err);
	if (r < 0)
		return r;
	printf("status %d\n", status);
	return oci_delete(context, id, 0, err);
}

int main(int argc, char **argv)
{
	struct oci_context_options options = { .size = sizeof(options) };
	struct oci_context *context;
	struct oci_error err;
	int r;

	if (argc != 4)
		return 2;
	options.state_root = argv[1];
	if (oci_context_new(&options, &context, &err) < 0) {
		fprintf(stderr, "%s\n", err.message);
		return 1;
	}
	r = run(context, argv[2], argv[3], &err);
	if (r < 0)
		fprintf(stderr, "%s\n", err.message);
	oci_context_free(context);
	return r < 0 ? 1 : 0;
}
