/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* libseccomp, asked as runc and crun ask it, see reference.h: libcontainer/seccomp of runc,
 * src/libcrun/seccomp.c of crun. Names are resolved for the machine at hand, libseccomp translates
 * them for the other architectures; a rule with the action of the default is left out; one that
 * names an argument twice becomes one rule per condition. */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/fd.h"
#include "plan/seccomp_names.h"
#include "reference.h"

/* From how many rules on runc asks for the binary tree. */
#define MANY_RULES 32

uint32_t reference_action(int action, const struct opt_uint *errno_ret)
{
	uint16_t data = errno_ret->set ? (uint16_t)errno_ret->value : EPERM;

	switch (action) {
	case SPEC_ACT_KILL_PROCESS:
		return SCMP_ACT_KILL_PROCESS;
	case SPEC_ACT_TRAP:
		return SCMP_ACT_TRAP;
	case SPEC_ACT_ERRNO:
		return SCMP_ACT_ERRNO(data);
	case SPEC_ACT_TRACE:
		return SCMP_ACT_TRACE(data);
	case SPEC_ACT_NOTIFY:
		return SCMP_ACT_NOTIFY;
	case SPEC_ACT_LOG:
		return SCMP_ACT_LOG;
	case SPEC_ACT_ALLOW:
		return SCMP_ACT_ALLOW;
	default:
		return SCMP_ACT_KILL_THREAD;
	}
}

static enum scmp_compare operator_of(int op)
{
	static const enum scmp_compare operators[] = {
		[SPEC_CMP_NE] = SCMP_CMP_NE,
		[SPEC_CMP_LT] = SCMP_CMP_LT,
		[SPEC_CMP_LE] = SCMP_CMP_LE,
		[SPEC_CMP_EQ] = SCMP_CMP_EQ,
		[SPEC_CMP_GE] = SCMP_CMP_GE,
		[SPEC_CMP_GT] = SCMP_CMP_GT,
		[SPEC_CMP_MASKED_EQ] = SCMP_CMP_MASKED_EQ,
	};

	return operators[op];
}

static int add_call(scmp_filter_ctx context, const struct spec_seccomp_rule *rule, int number)
{
	uint32_t action = reference_action(rule->action, &rule->errnoRet);
	struct scmp_arg_cmp args[6];
	unsigned int n = 0, seen = 0;
	bool twice = false;
	int r = 0;

	list_each(arg, rule->args) {
		twice = twice || seen & (1u << arg->index.value);
		seen |= 1u << arg->index.value;
		args[n++] = (struct scmp_arg_cmp){
			.arg = (unsigned int)arg->index.value,
			.op = operator_of(arg->op),
			.datum_a = arg->value.value,
			.datum_b = arg->valueTwo.value,
		};
	}
	if (!twice)
		return seccomp_rule_add_array(context, action, number, n, args);
	for (unsigned int i = 0; i < n && r == 0; i++)
		r = seccomp_rule_add_array(context, action, number, 1, &args[i]);
	return r;
}

/* How many there are. */
static int add_architectures(scmp_filter_ctx context, const struct spec_seccomp *seccomp,
			     bool big_endian)
{
	int r, n = 1;

	if (seccomp_arch_own()->big_endian != big_endian) {
		r = seccomp_arch_remove(context, seccomp_arch_native());
		if (r < 0)
			return r;
		n = 0;
	}
	list_each(name, seccomp->architectures) {
		const struct seccomp_arch *arch = seccomp_arch_find(*name);

		if (arch->big_endian != big_endian)
			continue;
		r = seccomp_arch_add(context, arch->token);
		if (r < 0 && r != -EEXIST)
			return r;
		n++;
	}
	return n;
}

static int add_rules(scmp_filter_ctx context, const struct spec_seccomp *seccomp)
{
	uint32_t fallback = reference_action(seccomp->defaultAction, &seccomp->defaultErrnoRet);
	int r = 0;

	if (seccomp->syscalls.n > MANY_RULES)
		r = seccomp_attr_set(context, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	list_each(rule, seccomp->syscalls) {
		if (reference_action(rule->action, &rule->errnoRet) == fallback)
			continue;
		list_each(name, rule->names) {
			int number = seccomp_syscall_resolve_name(*name);

			if (number == __NR_SCMP_ERROR)
				continue;
			r = add_call(context, rule, number);
			if (r < 0)
				return r;
		}
	}
	return r;
}

static bool is_action(uint32_t k)
{
	switch (k & SECCOMP_RET_ACTION_FULL) {
	case SECCOMP_RET_ERRNO:
	case SECCOMP_RET_TRACE:
		return true;
	case SECCOMP_RET_KILL_PROCESS:
	case SECCOMP_RET_KILL_THREAD:
	case SECCOMP_RET_TRAP:
	case SECCOMP_RET_USER_NOTIF:
	case SECCOMP_RET_LOG:
	case SECCOMP_RET_ALLOW:
		return (k & SECCOMP_RET_DATA) == 0;
	}
	return false;
}

/* It is written in the byte order of its architectures, but for returns that libseccomp 2.5.4 puts
 * in where a jump would be too long: their action is in ours already. */
static void swap(struct text *program)
{
	struct sock_filter *filter = (void *)program->data;

	for (size_t i = 0; i < program->length / sizeof(*filter); i++) {
		uint32_t k = __builtin_bswap32(filter[i].k);

		filter[i].code = __builtin_bswap16(filter[i].code);
		if (filter[i].code != (BPF_RET | BPF_K) || is_action(k))
			filter[i].k = k;
	}
}

static int export(scmp_filter_ctx context, struct text *program)
{
	cleanup(fd_done) int fd = memfd_create("filter", MFD_CLOEXEC);
	char buffer[4096];
	ssize_t n;
	int r;

	if (fd < 0)
		return -errno;
	r = seccomp_export_bpf(context, fd);
	if (r < 0)
		return r;
	lseek(fd, 0, SEEK_SET);
	while ((n = read(fd, buffer, sizeof(buffer))) > 0)
		text_add(program, buffer, (size_t)n);
	return n < 0 ? -errno : 0;
}

int reference_compile(const struct spec_seccomp *seccomp, bool big_endian, struct text *program)
{
	scmp_filter_ctx context;
	int r;

	/* All actions, whatever the kernel at hand can do. */
	seccomp_api_set(5);
	context = seccomp_init(reference_action(seccomp->defaultAction, &seccomp->defaultErrnoRet));
	if (!context)
		return -ENOMEM;
	r = add_architectures(context, seccomp, big_endian);
	if (r > 0) {
		r = add_rules(context, seccomp);
		if (r == 0)
			r = export(context, program);
		if (r == 0 && seccomp_arch_own()->big_endian != big_endian)
			swap(program);
	}
	seccomp_release(context);
	return r;
}
