/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of the report program share. main.c says what the program prints.
 * Floors, lowest first: out.c, text.c and trap.c; select.c; facts_*.c and verbs_*.c; facts.c and
 * verbs.c, which hold the two tables; main.c. */
#ifndef REPORT_H
#define REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define ARRAY_SIZE(a)  (sizeof(a) / sizeof((a)[0]))
#define _printf_(f, a) __attribute__((format(printf, f, a)))

/* Exit statuses of the program, but for the verbs exit and kill. */
enum { EXIT_OK, EXIT_FAILED, EXIT_USAGE, EXIT_OUTPUT };

/* out.c: bytes to standard output or to the file of -o, buffered until out_flush(). */
int out_open(const char *path, bool append);
bool out_owns(int fd);
void out_bytes(const char *bytes, size_t size);
void out_escaped(const char *text);
/* Prints "name=value\n", with the value escaped. */
void out_line(const char *name, const char *format, ...) _printf_(2, 3);
void out_line_text(const char *name, const char *text);
/* 0, or EXIT_OUTPUT if anything could not be written. */
int out_flush(void);

/* text.c: names, numbers, lists, files. Strings returned live until the next call. */
struct name_value {
	const char *name;
	unsigned long value;
};

/* Items joined with commas; "none" when empty. */
struct list {
	size_t used;
	char text[12288];
};

void list_add(struct list *list, const char *format, ...) _printf_(2, 3);
const char *list_text(const struct list *list);
/* The names of the bits in value; bits without a name come last, in hexadecimal. */
void list_flags(struct list *list, const struct name_value *names, size_t count,
		unsigned long value);
/* The bits set in mask as ranges: 0-3,7. */
void list_ranges(struct list *list, const unsigned long *mask, size_t bits);

const char *name_of(const char *format, ...) _printf_(1, 2);
const char *value_name(const struct name_value *names, size_t count, unsigned long value);
const char *errno_name(int error);
const char *signal_name(int number);
const char *type_name(mode_t mode);
const char *fs_name(unsigned long magic);
void list_mount_flags(struct list *list, unsigned long flags);
/* Decimal, 0x or 0 for octal, with a sign and with K, M or G behind; false if it is not a number.
 */
bool num_parse(const char *text, long *ret_value);
/* A name with or without SIG, or a number; 0 if there is no such signal. */
int signal_parse(const char *text);
/* The file's text in a buffer shared by all callers, or NULL with errno set. */
char *read_text(const char *path);

/* trap.c: a system call that seccomp answers with SIGSYS returns this error instead. */
#define ERRNO_TRAPPED 4000
void trap_install(void);

/* The action of a signal as the kernel has it, past what glibc hides. */
struct kernel_action {
	uintptr_t handler;
	unsigned long flags;
	uintptr_t restorer;
	uint64_t mask;
};

/* The action of SIGSYS before trap_install(); NULL if that was not called. */
const struct kernel_action *trap_former(void);

/* select.c: which facts are wanted; the facts' only way out. */
int select_init(int count, char **patterns);
void select_names_only(void);
/* Whether pattern number i could match a fact of this group (see struct fact_group). */
bool select_overlaps(int i, const char *names);
/* Pattern number i, NULL behind the last. */
const char *select_pattern(int i);
bool select_wants_group(const char *names);
/* Prints NAME=absent for each pattern that no fact matched. */
void select_finish(void);
bool fact_wanted(const char *name);
void fact(const char *name, const char *format, ...) _printf_(2, 3);
void fact_text(const char *name, const char *text);
/* "error:ENAME". */
void fact_error(const char *name, int error);
/* "unavailable" if the file is not there, else as fact_error(). */
void fact_missing(const char *name, int error);
void fact_list(const char *name, const struct list *list);

/* What the facts need of main()'s arguments. */
struct invocation {
	char **argv;
	char **envp;
};

extern struct invocation invocation;

/* facts.c: the table. names: separated by blanks; one that ends in a dot stands for all names that
 * begin so. */
struct fact_group {
	const char *names;
	void (*print)(void);
};

int facts_print(int count, char **patterns);

/* verbs.c: the table; handlers return the exit status. */
struct verb {
	const char *name;
	int (*run)(int argc, char **argv);
	int min_args;
	int max_args; /* -1: any number */
	const char *usage;
};

const struct verb *verb_find(const char *name);
int verb_run(const struct verb *verb, int argc, char **argv);
void verbs_usage(void);
/* Prints "name=ok" or the error's name; returns the exit status. */
int verb_result(const char *name, int error);

/* facts_process.c */
void facts_process(void);
void facts_ids(void);
void facts_children(void);
void facts_keyring(void);
void facts_auxv(void);
void facts_arguments(void);
void facts_environment(void);
/* facts_limits.c */
void facts_caps(void);
void facts_prctl(void);
void facts_securebits(void);
void facts_rlimits(void);
void facts_landlock(void);
/* facts_signal.c */
void facts_signals(void);
/* facts_sched.c */
void facts_scheduler(void);
void facts_affinity(void);
void facts_ioprio(void);
void facts_mempolicy(void);
void facts_clocks(void);
/* facts_files.c */
void facts_descriptors(void);
void facts_terminals(void);
void facts_directories(void);
void facts_mounts(void);
/* facts_tree.c */
void facts_tree(void);
void facts_content(void);
/* facts_kernel.c */
void facts_uname(void);
void facts_namespaces(void);
void facts_cgroup(void);
void facts_maps(void);
void facts_timens(void);
void facts_proc_files(void);
void facts_status(void);
/* facts_net.c */
void facts_net(void);

/* verbs_task.c */
int verb_exit(int argc, char **argv);
int verb_sleep(int argc, char **argv);
int verb_forkbomb(int argc, char **argv);
int verb_alloc(int argc, char **argv);
int verb_env(int argc, char **argv);
int verb_args(int argc, char **argv);
/* verbs_call.c */
int verb_syscall(int argc, char **argv);
int verb_thread(int argc, char **argv);
int verb_int80(int argc, char **argv);
/* verbs_kill.c */
int verb_kill(int argc, char **argv);
/* verbs_file.c */
int verb_notify(int argc, char **argv);
int verb_open(int argc, char **argv);
int verb_read(int argc, char **argv);
int verb_write(int argc, char **argv);
int verb_cat(int argc, char **argv);
int verb_fill(int argc, char **argv);
int verb_mknod(int argc, char **argv);
int verb_stat(int argc, char **argv);
int verb_readlink(int argc, char **argv);
int verb_ls(int argc, char **argv);

#endif
