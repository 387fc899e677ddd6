/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The terminal: /process/terminal and consoleSize. Pure.
 *
 * It is made in the container's own devpts, so that its name is known there. Init keeps the
 * program's side and hands the other one to the host, who passes it to the console socket or to its
 * caller. */
#include <errno.h>

#include "base/error.h"
#include "plan/concern.h"

static bool has_terminal(const struct plan_request *request)
{
	return request->spec->process && request->spec->process->terminal;
}

int plan_terminal_check(const struct plan_request *request, struct oci_error *err)
{
	if (has_terminal(request) && !request->console_socket && !request->takes_terminal)
		return fail_plain(err, -EINVAL, "/process/terminal",
				  "/process/terminal: cannot allocate tty if it will be detached "
				  "without setting console socket");
	if (!has_terminal(request) && request->console_socket)
		return fail_plain(err, -EINVAL, NULL,
				  "cannot use console socket if the process has no tty");
	return 0;
}

void plan_terminal_connect(struct builder *builder, const struct plan_request *request)
{
	struct op *op;

	if (!request->console_socket)
		return;
	op = builder_add(builder, PLAN_HOST, OP_CONSOLE_CONNECT);
	op->text = builder_string(builder, request->console_socket);
	op->slot = SLOT_TERMINAL;
}

void plan_terminal_open(struct builder *builder, const struct plan_request *request)
{
	const struct spec_box *size;
	struct op *op;

	if (!has_terminal(request))
		return;
	size = request->spec->process->consoleSize;
	builder_where(builder, "/process/terminal");
	op = builder_add(builder, PLAN_CHILD, OP_TERMINAL_OPEN);
	op->slot = SLOT_TERMINAL;
	op->a = size ? size->height.value : 0;
	op->b = size ? size->width.value : 0;
	builder_where(builder, NULL);
}

/* On a file of its own: where an image has a link, it is covered, not followed (CVE-2026-88264). */
void plan_terminal_console(struct builder *builder, const struct plan_request *request)
{
	int16_t mount, target;
	struct op *op;

	if (!has_terminal(request))
		return;
	mount = builder_slot(builder, PLAN_CHILD);
	target = builder_slot(builder, PLAN_CHILD);
	builder_where(builder, "/process/terminal");
	op = builder_add(builder, PLAN_CHILD, OP_TREE_OF);
	op->slot = mount;
	op->slot2 = SLOT_TERMINAL;
	op = builder_add(builder, PLAN_CHILD, OP_TARGET_LIKE);
	op->text = builder_string(builder, "/dev/console");
	op->slot = mount;
	op->slot2 = target;
	op->flags = OP_NOFOLLOW;
	op = builder_add(builder, PLAN_CHILD, OP_ATTACH);
	op->text = builder_string(builder, "/dev/console");
	op->slot = mount;
	op->slot2 = target;
	builder_where(builder, NULL);
}

void plan_terminal_await(struct builder *builder, const struct plan_request *request)
{
	struct op *op;

	if (!has_terminal(request))
		return;
	builder_where(builder, "/process/terminal");
	op = builder_add(builder, PLAN_HOST, OP_TERMINAL);
	op->slot = request->console_socket ? SLOT_TERMINAL : SLOT_NONE;
	builder_where(builder, NULL);
}

void plan_terminal_use(struct builder *builder, const struct plan_request *request)
{
	if (!has_terminal(request))
		return;
	builder_where(builder, "/process/terminal");
	builder_add(builder, PLAN_CHILD, OP_TERMINAL_USE)->slot = SLOT_TERMINAL;
	builder_where(builder, NULL);
}

void plan_terminal_control(struct builder *builder, const struct plan_request *request)
{
	if (!has_terminal(request))
		return;
	builder_where(builder, "/process/terminal");
	builder_add(builder, PLAN_CHILD, OP_TERMINAL_CONTROL);
	builder_where(builder, NULL);
}
