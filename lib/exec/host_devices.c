/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The host's operation on the devices of cgroup v2, where an eBPF program decides. To have the
 * kernel check and translate one takes longer than all else that concerns cgroups, and most
 * containers have the same: so what was loaded is noted, with all of its instructions, and found
 * again by its number as long as a container uses it, or, where there is a BPF file system, until
 * another takes its place there. */
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "base/fd.h"
#include "exec/host_ops.h"
#include "sys/syscall.h"

#define FILTER_NAME  "ocirun_devices" /* BPF_OBJ_NAME_LEN is 16 */
#define PROGRAMS_MAX 64
#define NOTE_MAX     (1 << 20)

/* What is noted of a program, before its instructions. Numbers are used again; the time at which
 * one was loaded, in nanoseconds, tells them apart. */
struct note {
	uint64_t load_time;
	uint32_t id;
	uint32_t size; /* of the instructions, in bytes */
};

struct filter {
	const char *instructions;
	size_t size;
	char name[4]; /* of the note */
};

static long bpf(int command, union bpf_attr *attr)
{
	return SYS(__NR_bpf, command, attr, sizeof(*attr));
}

static int program_info(int program, struct bpf_prog_info *ret)
{
	union bpf_attr attr = { .info = { .bpf_fd = (uint32_t)program,
					  .info_len = sizeof(*ret),
					  .info = (uintptr_t)ret } };

	*ret = (struct bpf_prog_info){ 0 };
	return (int)bpf(BPF_OBJ_GET_INFO_BY_FD, &attr);
}

static int program_by_id(uint32_t id)
{
	union bpf_attr attr = { .prog_id = id };

	return (int)bpf(BPF_PROG_GET_FD_BY_ID, &attr);
}

static int load(const struct filter *filter)
{
	static const char license[] = "GPL";
	union bpf_attr attr = {
		.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE,
		.insns = (uintptr_t)filter->instructions,
		.insn_cnt = (uint32_t)(filter->size / sizeof(struct bpf_insn)),
		.license = (uintptr_t)license,
		.prog_name = FILTER_NAME,
	};

	return (int)bpf(BPF_PROG_LOAD, &attr);
}

/* FNV-1a, so much of it that the notes stay few: all the instructions are in the file. */
static void name_note(struct filter *filter)
{
	uint64_t hash = 0xcbf29ce484222325ULL;

	for (size_t i = 0; i < filter->size; i++)
		hash = (hash ^ (uint8_t)filter->instructions[i]) * 0x100000001b3ULL;
	snprintf(filter->name, sizeof(filter->name), "%02x", (unsigned int)(hash >> 56));
}

/* The program that is noted, if it is still there, or -1. */
static int find_noted(int dir, const struct filter *filter)
{
	cleanup(free_done) char *text = NULL;
	cleanup(fd_done) int program = -1;
	struct bpf_prog_info info;
	struct note note;
	size_t length;

	if (file_read(dir, filter->name, NOTE_MAX, &text, &length) < 0 ||
	    length != sizeof(note) + filter->size ||
	    memcmp(text + sizeof(note), filter->instructions, filter->size) != 0)
		return -1;
	memcpy(&note, text, sizeof(note));
	program = program_by_id(note.id);
	if (program < 0 || program_info(program, &info) < 0 || info.id != note.id ||
	    info.load_time != note.load_time || strcmp(info.name, FILTER_NAME) != 0)
		return -1;
	return TAKE_FD(program);
}

/* That it cannot be noted costs the next one time, and nothing else. */
static void note_program(int dir, const struct filter *filter, int program)
{
	cleanup(free_done) char *text = malloc(sizeof(struct note) + filter->size);
	struct bpf_prog_info info;
	struct note note;

	if (!text || program_info(program, &info) < 0)
		return;
	note = (struct note){ info.load_time, info.id, (uint32_t)filter->size };
	memcpy(text, &note, sizeof(note));
	memcpy(text + sizeof(note), filter->instructions, filter->size);
	(void)!file_replace(dir, filter->name, text, sizeof(note) + filter->size, 0600);
}

/* Where systemd mounts it. Others may write there, but not into a directory of ours. */
#define BPF_MOUNT "/sys/fs/bpf"
#define PINS      BPF_MOUNT "/ocirun"

static void pin_program(const struct filter *filter, int program)
{
	char path[sizeof(PINS) + sizeof(filter->name)];
	union bpf_attr attr = { .pathname = (uintptr_t)path, .bpf_fd = (uint32_t)program };
	struct statfs mount;
	struct stat st;

	if (statfs(BPF_MOUNT, &mount) < 0 || mount.f_type != BPF_FS_MAGIC)
		return;
	(void)!mkdir(PINS, 0700);
	if (lstat(PINS, &st) < 0 || !S_ISDIR(st.st_mode) || st.st_uid != geteuid())
		return;
	snprintf(path, sizeof(path), PINS "/%s", filter->name);
	unlink(path);
	(void)!bpf(BPF_OBJ_PIN, &attr);
}

static int get_program(const struct host *host, struct filter *filter)
{
	const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	cleanup(fd_done) int dir = host->notes ? open(host->notes, flags) : -1;
	int program;

	if (host->notes && dir < 0 && mkdir(host->notes, 0700) == 0)
		dir = open(host->notes, flags);
	if (dir < 0)
		return load(filter);
	name_note(filter);
	program = find_noted(dir, filter);
	if (program >= 0)
		return program;
	program = load(filter);
	if (program < 0)
		return program;
	note_program(dir, filter, program);
	pin_program(filter, program);
	return program;
}

/* The filter of ours that the group has already, or -1. */
static int find_attached(int group)
{
	uint32_t ids[PROGRAMS_MAX];
	union bpf_attr query = { .query = { .target_fd = (uint32_t)group,
					    .attach_type = BPF_CGROUP_DEVICE,
					    .prog_ids = (uintptr_t)ids,
					    .prog_cnt = PROGRAMS_MAX } };

	if (bpf(BPF_PROG_QUERY, &query) < 0)
		return -1;
	for (uint32_t i = 0; i < query.query.prog_cnt; i++) {
		cleanup(fd_done) int program = program_by_id(ids[i]);
		struct bpf_prog_info info;

		if (program >= 0 && program_info(program, &info) == 0 &&
		    strcmp(info.name, FILTER_NAME) == 0)
			return TAKE_FD(program);
	}
	return -1;
}

/* With OP_REPLACE in place of one that is there, in one step. */
static int attach(int group, int program, bool replace)
{
	cleanup(fd_done) int old = replace ? find_attached(group) : -1;
	union bpf_attr attr = {
		.attach_type = BPF_CGROUP_DEVICE,
		.attach_flags = BPF_F_ALLOW_MULTI,
		.target_fd = (uint32_t)group,
		.attach_bpf_fd = (uint32_t)program,
	};

	if (old >= 0) {
		attr.attach_flags |= BPF_F_REPLACE;
		attr.replace_bpf_fd = (uint32_t)old;
	}
	return (int)bpf(BPF_PROG_ATTACH, &attr);
}

int host_cgroup_devices(struct host *host, const struct op *op, struct oci_error *err)
{
	struct filter filter = { .instructions = plan_string(host->plan, op->text),
				 .size = op->a * sizeof(struct bpf_insn) };
	cleanup(fd_done) int group = -1;
	cleanup(fd_done) int program = get_program(host, &filter);
	int r;

	if (program < 0)
		return host_fail(host, op, program, err);
	group = openat(host->fds[op->slot], ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (group < 0)
		return host_fail(host, op, -errno, err);
	r = attach(group, program, op->flags & OP_REPLACE);
	return r < 0 ? host_fail(host, op, r, err) : 0;
}
