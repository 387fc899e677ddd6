/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ocirun spec: a config.json to begin with. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ocirun.h"

static const struct option options[] = {
	VALUE("bundle", 'b', bundle, "DIR", "write there, instead of the working directory"),
	{ NULL, 0, 0, 0, NULL, NULL },
};

static int run(const struct arguments *arguments, struct oci_context *context)
{
	const char *text = oci_spec_default();
	char path[4096];
	int fd;

	(void)context;
	snprintf(path, sizeof(path), "%s/config.json", arguments->bundle ? arguments->bundle : ".");
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (fd < 0)
		return report_text("cannot make \"%s\": %s", path, strerror(errno));
	if (write(fd, text, strlen(text)) != (ssize_t)strlen(text) || close(fd) < 0) {
		unlink(path);
		return report_text("cannot write \"%s\": %s", path, strerror(errno));
	}
	return 0;
}

const struct command command_spec = {
	.name = "spec",
	.names = "",
	.help = "write a config.json to begin with",
	.options = options,
	.run = run,
	.no_context = true,
};
