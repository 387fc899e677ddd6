/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ocirun: options, one command from the table, and its exit status. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ocirun.h"

const struct command *const commands[] = {
	&command_checkpoint,
	&command_create,
	&command_delete,
	&command_doctor,
	&command_events,
	&command_exec,
	&command_features,
	&command_help,
	&command_kill,
	&command_list,
	&command_pause,
	&command_plan,
	&command_ps,
	&command_restore,
	&command_resume,
	&command_run,
	&command_spec,
	&command_start,
	&command_state,
	&command_update,
	&command_validate,
	&command_wait,
	NULL,
};

const struct option global_options[] = {
	VALUE("root", 0, root, "DIR", "where containers are recorded"),
	VALUE("log", 0, log, "FILE", "append errors and warnings to FILE"),
	VALUE("log-format", 0, log_format, "FORMAT", "of the log: text or json"),
	VALUE("log-level", 0, log_level, "LEVEL", "error, warning or debug"),
	VALUE("error-fd", 0, error_fd, "N", "write an error as JSON to file descriptor N"),
	VALUE("trace", 0, trace, "FILE", "write to FILE how long everything took, for Perfetto"),
	FLAG("debug", 0, debug, "log more"),
	FLAG("systemd-cgroup", 0, systemd_cgroup, "as --cgroup-manager systemd"),
	VALUE("cgroup-manager", 0, cgroup_manager, "NAME",
	      "who makes the cgroups: cgroupfs, systemd, disabled"),
	VALUE("rootless", 0, rootless, "BOOL", "true, false or auto; found out by itself"),
	FLAG("version", 'v', version, "print the version"),
	FLAG("help", 'h', help, "print this help"),
	{ NULL, 0, 0, 0, NULL, NULL },
};

#define FIRST_USER_NAMESPACE 0xeffffffd /* its inode, PROC_USER_INIT_INO */

/* Root of a user namespace is somebody else outside: podman without privileges runs us so. */
static bool is_root(void)
{
	struct stat namespace;

	return geteuid() == 0 && (stat("/proc/self/ns/user", &namespace) < 0 ||
				  namespace.st_ino == FIRST_USER_NAMESPACE);
}

/* As root the one place, for others their own. */
static const char *default_root(void)
{
	static char path[4096];
	const char *runtime = getenv("XDG_RUNTIME_DIR");

	if (!runtime || runtime[0] != '/' || is_root())
		return NULL;
	snprintf(path, sizeof(path), "%s/ocirun", runtime);
	return path;
}

static int make_context(const struct arguments *arguments, struct oci_context **ret)
{
	char absolute[4096], directory[4096];
	struct oci_context_options options = {
		.size = sizeof(options),
		.state_root = arguments->root ? arguments->root : default_root(),
		.log = report_log,
		.trace = arguments->trace ? trace_tell : NULL,
	};
	struct oci_error err;

	if (options.state_root && options.state_root[0] != '/') {
		if (!getcwd(directory, sizeof(directory)))
			return report_text("cannot find the working directory");
		if ((size_t)snprintf(absolute, sizeof(absolute), "%s/%s", directory,
				     options.state_root) >= sizeof(absolute))
			return report_text("--root is too long");
		options.state_root = absolute;
	}
	return oci_context_new(&options, ret, &err) < 0 ? report(&err) : 0;
}

static int check_globals(const struct arguments *arguments)
{
	const char *format = arguments->log_format;

	if (format && strcmp(format, "json") != 0 && strcmp(format, "text") != 0)
		return report_text("unknown log format \"%s\", expected text or json", format);
	return 0;
}

static int run(const struct command *command, const struct arguments *arguments)
{
	struct oci_context *context = NULL;
	int status;

	status = command->no_context ? 0 : make_context(arguments, &context);
	if (status == 0)
		status = trace_open(arguments);
	if (status == 0) {
		status = command->run(arguments, context);
		if (trace_close() && status == 0)
			status = 1;
	}
	oci_context_free(context);
	if (status == 0)
		report_warnings();
	return status;
}

static const struct command *find(const char *name)
{
	for (const struct command *const *command = commands; *command; command++)
		if (strcmp((*command)->name, name) == 0)
			return *command;
	return NULL;
}

static int print_version(void)
{
	char text[256];

	snprintf(text, sizeof(text), "ocirun version %s\nspec: %s\n", oci_version(),
		 oci_spec_version());
	return print(text);
}

static int dispatch(struct arguments *arguments, char **argv, int argc)
{
	const struct command *command;
	int used;

	if (arguments->version)
		return print_version();
	if (arguments->help || argc == 0)
		return command_help.run(arguments, NULL);
	command = find(argv[0]);
	if (!command)
		return report_text("unknown command \"%s\", see ocirun --help", argv[0]);
	used = options_parse(command->options, argv + 1, argc - 1, command->verbatim, arguments);
	if (used < 0)
		return 1;
	if (command->verbatim && arguments->n_names == 0) {
		arguments->names = argv + 1 + used;
		arguments->n_names = argc - 1 - used;
	}
	if (arguments->help) {
		command_print_help(command);
		return print("");
	}
	if (check_globals(arguments))
		return 1;
	if (arguments->n_names < command->min)
		return report_text("%s needs %s, see ocirun %s --help", command->name,
				   command->names, command->name);
	if (arguments->n_names > command->max)
		return report_text("%s: unexpected argument \"%s\", see ocirun %s --help",
				   command->name, arguments->names[command->max], command->name);
	return run(command, arguments);
}

int main(int argc, char **argv)
{
	struct arguments arguments = { 0 };
	int used, status = 1;

	/* To a caller that ignores it kernels before 6.15 do not say how a child has ended. */
	signal(SIGCHLD, SIG_DFL);
	twin_remember(argv, argc);
	used = options_parse(global_options, argv + 1, argc - 1, true, &arguments);
	if (used >= 0 && !report_open(&arguments))
		status = dispatch(&arguments, argv + 1 + used, argc - 1 - used);
	free(arguments.env.item);
	free(arguments.additional_gids.item);
	free(arguments.cap.item);
	free(arguments.checkpoint.empty_ns.item);
	return status;
}
