/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ocirun create, and the options that run and plan share with it. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ocirun.h"

static const struct option options[] = {
	CREATE_OPTIONS,
	FLAG("detach", 'd', detach, "does nothing; for callers of runc"),
	{ NULL, 0, 0, 0, NULL, NULL },
};

/* What we opened ourselves (the log) is closed on exec; what the caller handed to us is not. */
static int check_preserved(unsigned int n)
{
	for (unsigned int fd = 3; fd < 3 + n; fd++)
		if (fcntl((int)fd, F_GETFD) != 0)
			return report_text("--preserve-fds %u: file descriptor %u is not open", n,
					   fd);
	return 0;
}

int preserve_fds_of(const struct arguments *arguments)
{
	const char *digits = arguments->preserve_fds ? arguments->preserve_fds : "0";

	if (digits[0] && strlen(digits) <= 4 && !digits[strspn(digits, "0123456789")])
		return check_preserved((unsigned int)atoi(digits)) ? -1 : atoi(digits);
	report_text("--preserve-fds takes a number from 0 to 4096");
	return -1;
}

/* sd_listen_fds(3): sockets that were handed to us from 3 on are the container's. Engines that know
 * of them count them in --preserve-fds, too. */
static int listen_fds(const char *const **ret_env)
{
	static char fds[32], names[4096];
	static const char *env[] = { fds, "LISTEN_PID=1", NULL, NULL };
	const char *number = getenv("LISTEN_FDS"), *pid = getenv("LISTEN_PID");
	const char *listed = getenv("LISTEN_FDNAMES");

	*ret_env = NULL;
	if (!number || !number[0] || strlen(number) > 4 || number[strspn(number, "0123456789")])
		return 0;
	if (pid && atoi(pid) != getpid())
		return 0;
	snprintf(fds, sizeof(fds), "LISTEN_FDS=%s", number);
	if (listed && strlen(listed) < sizeof(names) - sizeof("LISTEN_FDNAMES=")) {
		snprintf(names, sizeof(names), "LISTEN_FDNAMES=%s", listed);
		env[2] = names;
	}
	*ret_env = env;
	return atoi(number);
}

/* A character of a path as an address of D-Bus has it. */
static size_t put_escaped(char *to, char c)
{
	static const char digits[] = "0123456789abcdef", plain[] = "-_/.*";

	if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    strchr(plain, c)) {
		*to = c;
		return 1;
	}
	to[0] = '%';
	to[1] = digits[(unsigned char)c >> 4];
	to[2] = digits[(unsigned char)c & 15];
	return 3;
}

/* The bus of the user, at the place where it is found from an environment that has little more. */
static const char *user_bus(void)
{
	static char address[4096];
	const char *bus = getenv("DBUS_SESSION_BUS_ADDRESS"), *runtime = getenv("XDG_RUNTIME_DIR");
	size_t n = 0;

	if (bus && bus[0])
		return bus;
	if (!runtime || runtime[0] != '/' || strlen(runtime) > 1024)
		return NULL;
	memcpy(address, "unix:path=", 10);
	for (n = 10; *runtime; runtime++)
		n += put_escaped(address + n, *runtime);
	memcpy(address + n, "/bus", sizeof("/bus"));
	return address;
}

static const char *manager_of(const struct arguments *arguments)
{
	if (arguments->cgroup_manager)
		return arguments->cgroup_manager;
	return arguments->systemd_cgroup ? "systemd" : NULL;
}

int create_options_of(const struct arguments *arguments, struct oci_create_options *ret)
{
	int preserve_fds = preserve_fds_of(arguments), sockets;
	const char *const *env;

	if (preserve_fds < 0)
		return 1;
	sockets = listen_fds(&env);
	if (sockets > preserve_fds && check_preserved((unsigned int)sockets))
		return 1;
	*ret = (struct oci_create_options){
		.size = sizeof(*ret),
		.bundle = arguments->bundle,
		.config = arguments->config,
		.pid_file = arguments->pid_file,
		.console_socket = arguments->console_socket,
		.pidfd_socket = arguments->pidfd_socket,
		.preserve_fds = (unsigned int)(sockets > preserve_fds ? sockets : preserve_fds),
		.env = env,
		.cgroup_manager = manager_of(arguments),
		.notify_socket = getenv("NOTIFY_SOCKET"),
		.system_bus = getenv("DBUS_SYSTEM_BUS_ADDRESS"),
		.user_bus = user_bus(),
		.flags = (arguments->no_pivot ? OCI_CREATE_NO_PIVOT : 0u) |
			 (arguments->no_new_keyring ? OCI_CREATE_NO_NEW_KEYRING : 0u),
	};
	return 0;
}

static int run(const struct arguments *arguments, struct oci_context *context)
{
	struct oci_create_options create;
	struct oci_error err;

	if (create_options_of(arguments, &create))
		return 1;
	if (oci_create(context, arguments->names[0], &create, NULL, &err) < 0)
		return report(&err);
	return 0;
}

const struct command command_create = {
	.name = "create",
	.names = "ID",
	.min = 1,
	.max = 1,
	.help = "create a container, without running its program",
	.options = options,
	.run = run,
};
