/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The context: what the caller's calls have in common. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/fd.h"
#include "container/container.h"
#include "exec/image.h"
#include "spec/spec.h"

_public_ const char *oci_version(void)
{
	return OCI_VERSION;
}

_public_ const char *oci_spec_version(void)
{
	return SPEC_VERSION;
}

_public_ int oci_context_new(const struct oci_context_options *options, struct oci_context **ret,
			     struct oci_error *err)
{
	struct oci_context_options known = { 0 };
	struct oci_context *context;

	if (options && options->size == 0)
		return fail_plain(err, -EINVAL, NULL, "the size of the context's options is 0");
	if (options)
		memcpy(&known, options,
		       options->size < sizeof(known) ? options->size : sizeof(known));
	if (known.state_root && known.state_root[0] != '/')
		return fail_plain(err, -EINVAL, known.state_root,
				  "the state root \"%s\" is not an absolute path",
				  known.state_root);
	context = calloc(1, sizeof(*context));
	if (!context)
		return fail(err, -ENOMEM, NULL, "cannot make a context");
	context->image = -1;
	context->log = known.log;
	context->log_data = known.log_data;
	context->trace = (struct trace){ known.trace, known.trace_data };
	context->state_root = strdup(known.state_root ? known.state_root : DEFAULT_STATE_ROOT);
	if (!context->state_root) {
		oci_context_free(context);
		return fail(err, -ENOMEM, NULL, "cannot make a context");
	}
	*ret = context;
	return 0;
}

_public_ struct oci_context *oci_context_free(struct oci_context *context)
{
	if (!context)
		return NULL;
	fd_done(&context->image);
	free(context->state_root);
	free(context);
	return NULL;
}

const char *context_notes(const struct oci_context *context, struct arena *arena)
{
	return arena_printf(arena, "%s/.notes", context->state_root);
}

void context_log(const struct oci_context *context, enum oci_log_level level, const char *message)
{
	if (context->log)
		context->log(context->log_data, level, message);
}

void context_log_lines(const struct oci_context *context, enum oci_log_level level, char *lines)
{
	char *rest, *line;

	if (!lines)
		return;
	for (line = strtok_r(lines, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		context_log(context, level, line);
}

int phase_end(const struct oci_context *context, const char *name, uint64_t *time, int r,
	      struct oci_error *err)
{
	trace_end(&context->trace, name, "", "", *time);
	*time = trace_now(&context->trace);
	return error_stage(err, r, name);
}

int check_preserved(unsigned int n, struct oci_error *err)
{
	if (n > 4096)
		return fail_plain(err, -EINVAL, NULL, "cannot preserve %u file descriptors", n);
	for (unsigned int fd = 3; fd < 3 + n; fd++)
		if (fcntl((int)fd, F_GETFD) < 0)
			return fail(err, -errno, NULL, "cannot preserve file descriptor %u", fd);
	return 0;
}

/* Two threads may both make one; the first stays. */
int context_image(struct oci_context *context, struct oci_error *err)
{
	int known = __atomic_load_n(&context->image, __ATOMIC_ACQUIRE), none = -1, fd;

	if (known >= 0)
		return known;
	fd = image_open(err);
	if (fd < 0)
		return fd;
	if (__atomic_compare_exchange_n(&context->image, &none, fd, false, __ATOMIC_ACQ_REL,
					__ATOMIC_ACQUIRE))
		return fd;
	close(fd);
	return none;
}
