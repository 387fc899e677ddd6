/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The socket on which a service manager hears that a service is ready, sd_notify(3). Pure.
 *
 * The caller's own is mounted into the container, so that nobody has to stay and pass messages on:
 * a socket with a name is reached from any network namespace, and the kernel tells the receiver the
 * sender's pid as it sees it. A config that names a socket by itself (podman's do) is left alone.
 */
#include <errno.h>
#include <string.h>

#include "plan/concern.h"
#include "sys/abi.h"

static const char key[] = "NOTIFY_SOCKET=";

static bool is_wanted(const struct plan_request *request)
{
	if (!request->notify_socket || !request->spec->process || request->target)
		return false;
	list_each(variable, request->spec->process->env)
		if (strncmp(*variable, key, strlen(key)) == 0)
			return false;
	return true;
}

const char *plan_notify_source(const struct plan_request *request)
{
	return is_wanted(request) && request->notify_socket[0] == '/' ? request->notify_socket
								      : NULL;
}

/* The value inside, NULL if there is none. A name without a file is one of a network namespace. */
static const char *inside(const struct plan_request *request)
{
	const char *socket = request->notify_socket;

	if (plan_notify_source(request))
		return PLAN_NOTIFY_TARGET;
	if (socket[0] == '@' && !spec_namespace_find(request->spec, (int)ABI_CLONE_NEWNET))
		return socket;
	plan_warn(request, "NOTIFY_SOCKET: \"%s\" cannot be reached from the container", socket);
	return NULL;
}

struct spec_strings plan_environment(struct builder *builder, const struct plan_request *request)
{
	struct spec_strings env = request->spec->process->env;
	const char *value = is_wanted(request) ? inside(request) : NULL;
	const char *more[] = { NULL, NULL };

	if (!value)
		return env;
	more[0] = arena_printf(request->arena, "%s%s", key, value);
	if (!more[0] || spec_strings_add(&env, more, request->arena) < 0)
		builder_fail(builder, -ENOMEM);
	return env;
}
