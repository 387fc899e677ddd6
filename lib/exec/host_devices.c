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
#include "base/notes.h"
#include "exec/host_ops.h"
#include "sys/syscall.h"

#define FILTER_NAME  "ocirun_devices" /* BPF_OBJ_NAME_LEN is 16 */
#define PROGRAMS_MAX 64

/* What is noted of a program, under its instructions. Numbers are used again; the time at which
 * one was loaded, in nanoseconds, tells them apart. */
struct loaded {
	uint64_t time;
	uint32_t id;
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

static int load(const struct note *filter)
{
	static const char license[] = "GPL";
	union bpf_attr attr = {
		.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE,
		.insns = (uintptr_t)filter->key,
		.insn_cnt = (uint32_t)(filter->key_length / sizeof(struct bpf_insn)),
		.license = (uintptr_t)license,
		.prog_name = FILTER_NAME,
	};

	return (int)bpf(BPF_PROG_LOAD, &attr);
}

/* The program that is noted, if it is still there, or -1. */
static int find_noted(const struct note *filter)
{
	cleanup(free_done) char *value = NULL;
	cleanup(fd_done) int program = -1;
	struct bpf_prog_info info;
	struct loaded loaded;
	size_t length;

	if (note_find(filter, &value, &length) < 0 || length != sizeof(loaded))
		return -1;
	memcpy(&loaded, value, sizeof(loaded));
	program = program_by_id(loaded.id);
	if (program < 0 || program_info(program, &info) < 0 || info.id != loaded.id ||
	    info.load_time != loaded.time || strcmp(info.name, FILTER_NAME) != 0)
		return -1;
	return TAKE_FD(program);
}

static void note_program(const struct note *filter, int program)
{
	struct loaded loaded = { 0 }; /* with what is between the members */
	struct bpf_prog_info info;

	if (program_info(program, &info) < 0)
		return;
	loaded.time = info.load_time;
	loaded.id = info.id;
	note_keep(filter, &loaded, sizeof(loaded));
}

/* Where systemd mounts it. Others may write there, but not into a directory of ours. */
#define BPF_MOUNT "/sys/fs/bpf"
#define PINS      BPF_MOUNT "/ocirun"

static void pin_program(const struct note *filter, int program)
{
	char path[sizeof(PINS) + NOTE_NAME_SIZE] = PINS "/";
	union bpf_attr attr = { .pathname = (uintptr_t)path, .bpf_fd = (uint32_t)program };
	struct statfs mount;
	struct stat st;

	if (statfs(BPF_MOUNT, &mount) < 0 || mount.f_type != BPF_FS_MAGIC)
		return;
	(void)!mkdir(PINS, 0700);
	if (lstat(PINS, &st) < 0 || !S_ISDIR(st.st_mode) || st.st_uid != geteuid())
		return;
	note_name(filter, path + strlen(path));
	unlink(path);
	(void)!bpf(BPF_OBJ_PIN, &attr);
}

static int get_program(const struct note *filter)
{
	int program = find_noted(filter);

	if (program >= 0)
		return program;
	program = load(filter);
	if (program < 0)
		return program;
	note_program(filter, program);
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
	const struct note filter = { .directory = host->notes,
				     .kind = "devices",
				     .key = plan_string(host->plan, op->text),
				     .key_length = op->a * sizeof(struct bpf_insn) };
	cleanup(fd_done) int group = -1;
	cleanup(fd_done) int program = get_program(&filter);
	int r;

	if (program < 0)
		return host_fail(host, op, program, err);
	group = openat(host->fds[op->slot], ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (group < 0)
		return host_fail(host, op, -errno, err);
	r = attach(group, program, op->flags & OP_REPLACE);
	return r < 0 ? host_fail(host, op, r, err) : 0;
}
