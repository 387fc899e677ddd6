/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ocirun spec: a config.json to begin with. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ocirun.h"

static const struct option options[] = {
	VALUE("bundle", 'b', bundle, "DIR", "write there, instead of the working directory"),
	FLAG("rootless", 0, rootless_spec, "for a user who is not root"),
	{ NULL, 0, 0, 0, NULL, NULL },
};

static int save(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	ssize_t length = (ssize_t)strlen(text);

	if (fd < 0)
		return report_text("cannot make \"%s\": %s", path, strerror(errno));
	if (write(fd, text, (size_t)length) != length || write(fd, "\n", 1) != 1 || close(fd) < 0) {
		unlink(path);
		return report_text("cannot write \"%s\": %s", path, strerror(errno));
	}
	return 0;
}

static int run(const struct arguments *arguments, struct oci_context *context)
{
	struct oci_spec *spec;
	struct oci_error err;
	char path[4096], *text;
	int r, status;

	(void)context;
	if (oci_spec_default(arguments->rootless_spec ? OCI_SPEC_ROOTLESS : 0, &spec, &err) < 0)
		return report(&err);
	r = oci_spec_dump(spec, 2, &text, &err);
	oci_spec_free(spec);
	if (r < 0)
		return report(&err);
	snprintf(path, sizeof(path), "%s/config.json", arguments->bundle ? arguments->bundle : ".");
	status = save(path, text);
	free(text);
	return status;
}

const struct command command_spec = {
	.name = "spec",
	.names = "",
	.help = "write a config.json to begin with",
	.options = options,
	.run = run,
	.no_context = true,
};
