/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The program: from /process/args, env, cwd, rlimits and user.umask to operations. Pure. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/fd.h"
#include "plan/concern.h"

#define DEFAULT_PATH  "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
#define DEFAULT_UMASK 0022

static bool has_variable(const struct spec_process *process, const char *prefix)
{
	list_each(variable, process->env)
		if (strncmp(*variable, prefix, strlen(prefix)) == 0)
			return true;
	return false;
}

void plan_process(struct builder *builder, const struct plan_request *request)
{
	const struct spec_process *process = request->spec->process;
	const struct opt_uint *umask = &process->user->umask;
	unsigned int index = 0;
	struct op *op;

	list_each(rlimit, process->rlimits) {
		builder_where(builder, "/process/rlimits/%u", index++);
		op = builder_add(builder, PLAN_CHILD, OP_RLIMIT);
		op->a = (unsigned int)rlimit->type - 1;
		op->b = rlimit->soft.value;
		op->c = rlimit->hard.value;
	}
	builder_where(builder, "/process/user/umask");
	op = builder_add(builder, PLAN_CHILD, OP_UMASK);
	op->a = umask->set ? umask->value : DEFAULT_UMASK;
	builder_where(builder, "/process/env");
	if (!has_variable(process, "HOME="))
		builder_add(builder, PLAN_CHILD, OP_HOME)->a = process->user->uid.value;
	plan_terminal_use(builder, request);
	if (process->user->uid.value != 0 || process->terminal) {
		builder_where(builder, "/process/user/uid");
		op = builder_add(builder, PLAN_CHILD, OP_STDIO_OWNER);
		op->a = process->user->uid.value;
	}
	builder_where(builder, "/process/cwd");
	op = builder_add(builder, PLAN_CHILD, OP_CHDIR);
	op->text = builder_string(builder, process->cwd);
}

static const char *path_variable(const struct spec_strings *env)
{
	const char *path = DEFAULT_PATH;

	list_each(variable, *env)
		if (strncmp(*variable, "PATH=", 5) == 0)
			path = *variable + 5;
	return path;
}

/* The paths that execvp(3) would try. Returns how many were put into @offsets. */
static uint32_t add_paths(struct builder *builder, const char *name, const struct spec_strings *env,
			  uint32_t *offsets)
{
	const char *path = path_variable(env);
	uint32_t n = 0;

	if (strchr(name, '/')) {
		offsets[0] = builder_string(builder, name);
		return 1;
	}
	if (!name[0])
		return 0;
	for (;;) {
		size_t length = strcspn(path, ":");
		cleanup(text_done) struct text file = { 0 };

		if (length == 0)
			text_putc(&file, '.'); /* an empty element is the current directory */
		text_add(&file, path, length);
		text_putc(&file, '/');
		text_puts(&file, name);
		offsets[n++] = builder_string(builder, file.failed ? NULL : file.data);
		if (!path[length])
			return n;
		path += length + 1;
	}
}

static size_t count_paths(const struct spec_strings *env)
{
	size_t n = 1;

	for (const char *c = path_variable(env); *c; c++)
		n += *c == ':';
	return n;
}

uint32_t plan_program_table(struct builder *builder, const struct spec_strings *args,
			    const struct spec_strings *env, const char *file)
{
	size_t n = args->n + env->n + count_paths(env);
	cleanup(free_done) struct plan_exec *exec =
		calloc(1, sizeof(*exec) + n * sizeof(exec->offsets[0]));
	uint32_t *offset;

	if (!exec) {
		builder_fail(builder, -ENOMEM);
		return 0;
	}
	exec->n_args = (uint32_t)args->n;
	exec->n_env = (uint32_t)env->n;
	offset = exec->offsets;
	list_each(arg, *args)
		*offset++ = builder_string(builder, *arg);
	list_each(variable, *env)
		*offset++ = builder_string(builder, *variable);
	exec->n_paths = add_paths(builder, file, env, offset);
	n = (size_t)exec->n_args + exec->n_env + exec->n_paths;
	return builder_bytes(builder, exec, sizeof(*exec) + n * sizeof(exec->offsets[0]));
}

/* EXECUTABLE looks early, for the error at create; EXEC decides at start. They share the table. */
struct plan_program plan_program(struct builder *builder, const struct plan_request *request)
{
	const struct spec_process *process = request->spec->process;
	static const struct plan_exec none;
	struct plan_program program = { 0 };
	struct spec_strings env;
	struct op *op;

	if (!process) {
		program.table = builder_bytes(builder, &none, sizeof(none));
		return program;
	}
	env = plan_environment(builder, request);
	program.table = plan_program_table(builder, &process->args, &env, process->args.item[0]);
	program.name = builder_string(builder, process->args.item[0]);
	builder_where(builder, "/process/args/0");
	op = builder_add(builder, PLAN_CHILD, OP_EXECUTABLE);
	op->text = program.name;
	op->text2 = program.table;
	builder_where(builder, NULL);
	return program;
}
