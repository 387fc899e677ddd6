/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A plan for people to read, see print.h. What each operation looks like is in ops.def. */
#include <inttypes.h>

#include "plan/print.h"
#include "sys/abi.h"

static const struct {
	const char *name;
	const char *kernel;
	const char *print;
	enum plan_column column;
} kinds[OP_MAX_] = {
#define OP(column_, NAME, name_, kernel_, print_)                                            \
	[OP_##NAME] = {                                                                      \
		.name = #name_, .kernel = kernel_, .print = print_, .column = PLAN_##column_ \
	},
#include "plan/ops.def"
#undef OP
};

struct bit {
	uint64_t bit;
	const char *name;
};

static const struct bit attributes[] = {
	{ ABI_MOUNT_ATTR_RDONLY, "ro" },
	{ ABI_MOUNT_ATTR_NOSUID, "nosuid" },
	{ ABI_MOUNT_ATTR_NODEV, "nodev" },
	{ ABI_MOUNT_ATTR_NOEXEC, "noexec" },
	{ ABI_MOUNT_ATTR_NOATIME, "noatime" },
	{ ABI_MOUNT_ATTR_STRICTATIME, "strictatime" },
	{ ABI_MOUNT_ATTR_NODIRATIME, "nodiratime" },
	{ ABI_MOUNT_ATTR_NOSYMFOLLOW, "nosymfollow" },
	{ 0, NULL },
};

static const struct bit namespaces[] = {
	{ ABI_CLONE_NEWPID, "pid" },
	{ ABI_CLONE_NEWNET, "network" },
	{ ABI_CLONE_NEWNS, "mount" },
	{ ABI_CLONE_NEWIPC, "ipc" },
	{ ABI_CLONE_NEWUTS, "uts" },
	{ ABI_CLONE_NEWUSER, "user" },
	{ ABI_CLONE_NEWCGROUP, "cgroup" },
	{ ABI_CLONE_NEWTIME, "time" },
	{ ABI_UNSHARE_EMPTY_MNTNS | ABI_CLONE_EMPTY_MNTNS, "no mounts of the host" },
	{ 0, NULL },
};

const char *plan_op_name(enum op_kind kind)
{
	return kinds[kind].name;
}

const char *plan_op_kernel(enum op_kind kind)
{
	return kinds[kind].kernel;
}

enum plan_column plan_op_column(enum op_kind kind)
{
	return kinds[kind].column;
}

static void add_bits(struct text *text, const struct bit *bits, uint64_t value)
{
	const char *comma = "";

	for (; bits->name; bits++) {
		if (!(value & bits->bit))
			continue;
		text_printf(text, "%s%s", comma, bits->name);
		comma = ",";
	}
	if (!*comma)
		text_puts(text, "nothing");
}

static void add_slot(struct text *text, int slot)
{
	if (slot == SLOT_ROOT)
		text_puts(text, "the root");
	else if (slot == SLOT_NONE)
		text_puts(text, "-");
	else
		text_printf(text, "#%d", slot);
}

static void add_operand(struct text *text, const struct plan *plan, const struct op *op, char what)
{
	switch (what) {
	case 's':
		text_puts(text, plan_string(plan, op->text));
		break;
	case 't':
		text_puts(text, plan_string(plan, op->text2));
		break;
	case '1':
		add_slot(text, op->slot);
		break;
	case '2':
		add_slot(text, op->slot2);
		break;
	case '3':
		add_slot(text, op->c ? (int)op->c : SLOT_ROOT);
		break;
	case 'a':
	case 'b':
	case 'c':
		text_printf(text, "%" PRIu64, what == 'a' ? op->a : what == 'b' ? op->b : op->c);
		break;
	case 'A':
	case 'B':
	case 'C':
		text_printf(text, "0x%" PRIx64, what == 'A' ? op->a : what == 'B' ? op->b : op->c);
		break;
	case 'M':
		add_bits(text, attributes, op->a);
		break;
	case 'T':
		add_bits(text, namespaces, op->a);
		break;
	}
}

void plan_print_op(struct text *text, const struct plan *plan, const struct op *op, bool slots)
{
	for (const char *c = kinds[op->kind].print; *c && (slots || *c != '|'); c++) {
		if (*c == '|')
			continue;
		if (*c == '%')
			add_operand(text, plan, op, *++c);
		else
			text_putc(text, *c);
	}
}

static void print_column(struct text *text, const struct plan *plan, enum plan_column column,
			 uint32_t n)
{
	const struct op *ops = plan_ops(plan, column);

	for (uint32_t i = 0; i < n; i++) {
		const char *where = plan_string(plan, ops[i].where);

		text_printf(text, "%5" PRIu32 "  ", i);
		plan_print_op(text, plan, &ops[i], true);
		if (ops[i].flags & OP_RECURSIVE)
			text_puts(text, ", recursively");
		if (ops[i].flags & OP_NOFOLLOW)
			text_puts(text, ", not following a link");
		if (ops[i].tolerate)
			text_printf(text, ", or skip %u", ops[i].skip);
		if (where[0])
			text_printf(text, "  [%s]", where);
		text_putc(text, '\n');
	}
}

void plan_print(struct text *text, const struct plan *plan)
{
	text_puts(text, "host:\n");
	print_column(text, plan, PLAN_HOST, plan->n_host);
	text_puts(text, "child:\n");
	print_column(text, plan, PLAN_CHILD, plan->n_child);
}

static void json_column(struct text *text, const struct plan *plan, enum plan_column column,
			uint32_t n)
{
	const struct op *ops = plan_ops(plan, column);

	for (uint32_t i = 0; i < n; i++) {
		cleanup(text_done) struct text phrase = { 0 };

		plan_print_op(&phrase, plan, &ops[i], true);
		text_printf(text, "%s\n    {\"op\": \"%s\", \"text\": ", i ? "," : "",
			    kinds[ops[i].kind].name);
		text_json(text, phrase.data ? phrase.data : "");
		text_puts(text, ", \"where\": ");
		text_json(text, plan_string(plan, ops[i].where));
		text_putc(text, '}');
	}
}

void plan_print_json(struct text *text, const struct plan *plan)
{
	text_puts(text, "{\n  \"host\": [");
	json_column(text, plan, PLAN_HOST, plan->n_host);
	text_puts(text, "\n  ],\n  \"child\": [");
	json_column(text, plan, PLAN_CHILD, plan->n_child);
	text_puts(text, "\n  ]\n}\n");
}
