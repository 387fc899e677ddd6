/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ocirun state: the state of a container as the standard writes it. */
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>

#include "ocirun.h"

/* By hand, since a static program has no name service, and root needs no file at all. */
const char *user_name(unsigned int uid, char *buffer, size_t size)
{
	FILE *file = uid == 0 ? NULL : fopen("/etc/passwd", "re");
	struct passwd *entry = NULL;

	if (uid == 0)
		return "root";
	while (file && (entry = fgetpwent(file)))
		if (entry->pw_uid == uid)
			break;
	if (entry)
		snprintf(buffer, size, "%s", entry->pw_name);
	else
		snprintf(buffer, size, "%u", uid);
	if (file)
		fclose(file);
	return buffer;
}

static int run(const struct arguments *arguments, struct oci_context *context)
{
	struct oci_state *state;
	char buffer[64], *text;
	struct oci_error err;
	int status;

	if (oci_state(context, arguments->names[0], &state, &err) < 0)
		return report(&err);
	if (oci_state_json(state, user_name(oci_state_owner(state), buffer, sizeof(buffer)), &text,
			   &err) < 0)
		return report(&err);
	oci_state_free(state);
	puts(text);
	status = print("");
	free(text);
	return status;
}

const struct command command_state = {
	.name = "state",
	.names = "ID",
	.min = 1,
	.max = 1,
	.help = "print the state of a container",
	.run = run,
};
