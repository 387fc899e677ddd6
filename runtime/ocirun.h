/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of ocirun share: options by table, commands by table, and how to report. Like any
 * other program, ocirun knows of liboci what <oci/...> says. */
#ifndef OCIRUN_H
#define OCIRUN_H

#include <stdbool.h>
#include <stddef.h>

#include <oci/oci.h>

/* The values of an option that may be repeated; ends in NULL, or is NULL for none. */
struct words {
	const char **item;
	size_t n;
};

/* Every value that an option can have. A command looks at those that its table names. */
struct arguments {
	/* before the command */
	const char *root;
	const char *log;
	const char *log_format;
	const char *log_level;
	const char *error_fd;
	const char *trace;
	const char *cgroup_manager;
	const char *rootless;
	bool debug;
	bool systemd_cgroup;
	bool version;

	/* of commands */
	bool help;
	const char *bundle;
	const char *config;
	const char *pid_file;
	const char *console_socket;
	const char *pidfd_socket;
	const char *format;
	const char *interval;
	bool stats;
	const char *preserve_fds;
	const char *document;
	bool no_host;
	bool rootless_spec;
	bool no_pivot;
	bool no_new_keyring;
	bool no_subreaper;
	bool detach;
	bool keep;
	bool force;
	bool quiet;
	bool all;
	bool tty;
	bool no_new_privs;
	bool ignore_paused;
	const char *process;
	const char *cwd;
	const char *user;
	const char *process_label;
	const char *apparmor;
	const char *cgroup;
	struct words env;
	struct words additional_gids;
	struct words cap;

	/* of update */
	struct {
		const char *resources;
		const char *blkio_weight;
		const char *cpu_period, *cpu_quota, *cpu_burst, *cpu_share;
		const char *cpu_rt_period, *cpu_rt_runtime;
		const char *cpu_idle;
		const char *cpuset_cpus, *cpuset_mems;
		const char *kernel_memory, *kernel_memory_tcp;
		const char *memory, *memory_reservation, *memory_swap;
		const char *pids_limit;
		const char *l3_cache_schema, *mem_bw_schema;
	} update;

	/* of checkpoint and restore */
	struct {
		const char *image_path, *work_path, *parent_path;
		const char *status_fd, *page_server, *manage_cgroups_mode;
		const char *lsm_profile, *lsm_mount_context;
		bool leave_running, pre_dump, lazy_pages, auto_dedup;
		bool tcp_established, tcp_close, tcp_skip_in_flight;
		bool ext_unix_sk, shell_job, file_locks, link_remap;
		struct words empty_ns;
	} checkpoint;

	/* what is not an option */
	char **names;
	int n_names;
};

enum option_kind { OPTION_FLAG, OPTION_VALUE, OPTION_LIST };

struct option {
	const char *name; /* without dashes */
	char letter;      /* 0 for none */
	enum option_kind kind;
	size_t offset;     /* in struct arguments */
	const char *value; /* what help calls the value */
	const char *help;
};

#define FLAG(name, letter, member, help)                                                  \
	{                                                                                 \
		name, letter, OPTION_FLAG, offsetof(struct arguments, member), NULL, help \
	}
#define VALUE(name, letter, member, value, help)                                            \
	{                                                                                   \
		name, letter, OPTION_VALUE, offsetof(struct arguments, member), value, help \
	}

/* May be given several times: all of them count. */
#define LIST(name, letter, member, value, help)                                            \
	{                                                                                  \
		name, letter, OPTION_LIST, offsetof(struct arguments, member), value, help \
	}

struct command {
	const char *name;
	const char *names; /* "ID" and the like, for help */
	int min, max;      /* how many of them */
	const char *help;
	const struct option *options; /* ends in a row without a name; NULL for none */
	/* Returns the exit status. @context is NULL for a command that needs none. */
	int (*run)(const struct arguments *arguments, struct oci_context *context);
	bool no_context;
	bool verbatim; /* what stands behind the first name is the container's, options too */
};

extern const struct command command_create, command_delete, command_doctor, command_exec,
	command_features, command_help, command_kill, command_list, command_pause, command_plan,
	command_ps, command_resume, command_run, command_spec, command_start, command_state,
	command_update, command_validate, command_events, command_wait, command_checkpoint,
	command_restore;

extern const struct command *const commands[]; /* ends in NULL */
extern const struct option global_options[];

/* options.c: takes options out of @argv (which is permuted) until its end, with @stop only until
 * the first word that is none. Returns how many words were used up, or -1 after report(). */
int options_parse(const struct option *options, char **argv, int argc, bool stop,
		  struct arguments *arguments);
void options_help(const struct option *options);
void command_print_help(const struct command *command);

/* report.c: where errors and warnings go. */
int report_open(const struct arguments *arguments);
/* One error line. Returns the exit status 1. */
int report(const struct oci_error *err);
int report_text(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* For oci_context_options.log: keeps warnings until report_warnings(). */
void report_log(void *data, enum oci_log_level level, const char *message);
void report_warnings(void);
/* Writes a string of JSON with its quotes. */
void report_quote(char *to, size_t size, const char *text);

/* trace.c: --trace. What oci_context_options.trace is told goes into the file. */
int trace_open(const struct arguments *arguments);
void trace_tell(void *data, const struct oci_trace_event *event);
int trace_close(void);

/* twin.c: the same program with a loader of libraries. */
void twin_remember(char **argv, int argc);
/* Standard input that has been read, and is the twin's to read; kept by the caller. */
void twin_give_back(const char *text, size_t length);
/* Goes on as that program, as if nothing had been done; returns where it is not to be had, with its
 * path or NULL. */
const char *twin_run(void);

/* What create, run and plan have in common. */
#define CREATE_OPTIONS                                                                            \
	VALUE("bundle", 'b', bundle, "DIR", "the bundle, instead of the working directory"),      \
		VALUE("config", 'f', config, "FILE", "instead of config.json in the bundle"),     \
		VALUE("console-socket", 0, console_socket, "PATH",                                \
		      "send the terminal to this socket"),                                        \
		VALUE("pidfd-socket", 0, pidfd_socket, "PATH", "send a pidfd to this socket"),    \
		VALUE("pid-file", 0, pid_file, "FILE", "write the pid to FILE"),                  \
		VALUE("preserve-fds", 0, preserve_fds, "N", "hand N descriptors from 3 on down"), \
		FLAG("no-pivot", 0, no_pivot, "chroot instead of pivot_root"),                    \
		FLAG("no-new-keyring", 0, no_new_keyring, "keep the session keyring")

/* Returns 0, or 1 after report(). */
int create_options_of(const struct arguments *arguments, struct oci_create_options *ret);

/* Returns N of --preserve-fds, or -1 after report(). */
int preserve_fds_of(const struct arguments *arguments);

/* foreground.c: from the beginning on signals are kept, then forwarded to the program. */
void foreground_begin(void);
/* Waits for its end; @terminal is its own, or -1, and is closed. 0, or a negative errno with @err
 * filled in. */
int foreground_wait(int pidfd, int terminal, int *ret_status, struct oci_error *err);

/* notify.c: takes in what the program tells the service manager at @name. Returns the name for the
 * container: @name itself if nothing can be taken in. */
const char *notify_begin(const char *name);
/* The container has it: what is in the file system goes. */
void notify_hide(void);
/* Readable when there is something to pass on; -1 if there is none. */
int notify_socket(void);
/* Passes one message on; false if there is none. */
bool notify_pass(void);

/* The name of a user, from /etc/passwd; the number when it is not there. */
const char *user_name(unsigned int uid, char *buffer, size_t size);

/* Writes to standard output, and flushes: a full disk is an error too. Returns the exit status. */
int print(const char *text);

#endif
