/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ocirun checkpoint and ocirun restore: so far what engines ask of their command lines. An engine
 * finds out by --help whether they exist, and by an option without its value which ones are known.
 */
#include "ocirun.h"

#define IMAGE_OPTIONS                                                                            \
	VALUE("image-path", 0, checkpoint.image_path, "DIR", "where the image is"),              \
		VALUE("work-path", 0, checkpoint.work_path, "DIR", "for logs"),                  \
		FLAG("tcp-established", 0, checkpoint.tcp_established, "with open connections"), \
		FLAG("ext-unix-sk", 0, checkpoint.ext_unix_sk, "with sockets to the outside"),   \
		FLAG("shell-job", 0, checkpoint.shell_job, "with a terminal from the outside"),  \
		FLAG("file-locks", 0, checkpoint.file_locks, "with locks of files"),             \
		FLAG("link-remap", 0, checkpoint.link_remap, "with files that were removed"),    \
		FLAG("lazy-pages", 0, checkpoint.lazy_pages, "memory when it is asked for"),     \
		FLAG("auto-dedup", 0, checkpoint.auto_dedup, "keep no page twice"),              \
		VALUE("manage-cgroups-mode", 0, checkpoint.manage_cgroups_mode, "MODE",          \
		      "soft, full, strict or ignore"),                                           \
		LIST("empty-ns", 0, checkpoint.empty_ns, "NAMESPACE", "without what is in it")

static const struct option checkpoint_options[] = {
	IMAGE_OPTIONS,
	VALUE("parent-path", 0, checkpoint.parent_path, "DIR",
	      "of an earlier image, from pre-dump"),
	VALUE("status-fd", 0, checkpoint.status_fd, "N", "write to N when pages can be asked for"),
	VALUE("page-server", 0, checkpoint.page_server, "ADDRESS:PORT", "where to send the memory"),
	FLAG("tcp-skip-in-flight", 0, checkpoint.tcp_skip_in_flight,
	     "without connections that are not accepted yet"),
	FLAG("leave-running", 0, checkpoint.leave_running, "the container goes on"),
	FLAG("pre-dump", 0, checkpoint.pre_dump, "memory alone; the container goes on"),
	{ NULL, 0, 0, 0, NULL, NULL },
};

static const struct option restore_options[] = {
	IMAGE_OPTIONS,
	CREATE_OPTIONS,
	FLAG("detach", 'd', detach, "return as soon as the program runs"),
	FLAG("no-subreaper", 0, no_subreaper, "does nothing; for callers of runc"),
	FLAG("tcp-close", 0, checkpoint.tcp_close, "close all connections"),
	VALUE("lsm-profile", 0, checkpoint.lsm_profile, "TYPE:NAME", "another label"),
	VALUE("lsm-mount-context", 0, checkpoint.lsm_mount_context, "LABEL",
	      "another one of mounts"),
	{ NULL, 0, 0, 0, NULL, NULL },
};

static int checkpoint(const struct arguments *arguments, struct oci_context *context)
{
	(void)arguments;
	(void)context;
	return report_text("checkpoint is not supported yet");
}

static int restore(const struct arguments *arguments, struct oci_context *context)
{
	(void)arguments;
	(void)context;
	return report_text("restore is not supported yet");
}

const struct command command_checkpoint = {
	.name = "checkpoint",
	.names = "ID",
	.min = 1,
	.max = 1,
	.help = "write a running container to files (not supported yet)",
	.options = checkpoint_options,
	.run = checkpoint,
	.no_context = true,
};

const struct command command_restore = {
	.name = "restore",
	.names = "ID",
	.min = 1,
	.max = 1,
	.help = "make a container from such files (not supported yet)",
	.options = restore_options,
	.run = restore,
	.no_context = true,
};
