/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of all facts, in the order in which they are printed, and the loop over it. */
#define _GNU_SOURCE
#include "report.h"

#include <stdio.h>

static const struct fact_group groups[] = {
	/* process */
	{ "pid ppid pgid sid tid umask personality nice comm exe", facts_process },
	{ "children.", facts_children },
	{ "argc argv.", facts_arguments },
	{ "envc env.", facts_environment },
	{ "auxv.", facts_auxv },
	/* privilege */
	{ "uid euid suid fsuid gid egid sgid fsgid groups", facts_ids },
	{ "caps.", facts_caps },
	{ "securebits securebits.", facts_securebits },
	{ "no_new_privs seccomp.mode dumpable keepcaps pdeathsig child_subreaper thp_disable "
	  "timerslack mdwe io_flusher speculation.",
	  facts_prctl },
	{ "seccomp.status seccomp.filters status.", facts_status },
	{ "landlock.", facts_landlock },
	{ "keyring.", facts_keyring },
	/* resources */
	{ "rlimit.", facts_rlimits },
	{ "sched.", facts_scheduler },
	{ "affinity", facts_affinity },
	{ "ioprio", facts_ioprio },
	{ "mempolicy mempolicy.", facts_mempolicy },
	{ "oom_score_adj loginuid coredump_filter label. setgroups resctrl", facts_proc_files },
	/* signals */
	{ "signals.", facts_signals },
	/* files */
	{ "fd. fdlink.", facts_descriptors },
	{ "tty.", facts_terminals },
	{ "cwd cwd. root.", facts_directories },
	{ "mount. mountid.", facts_mounts },
	{ "tree.", facts_tree },
	{ "file.", facts_content },
	/* kernel */
	{ "hostname domainname uname.", facts_uname },
	{ "clock.", facts_clocks },
	{ "ns.", facts_namespaces },
	{ "uid_map. gid_map.", facts_maps },
	{ "timens_offsets.", facts_timens },
	{ "cgroup.", facts_cgroup },
	{ "net.", facts_net },
};

static bool pattern_is_known(int i)
{
	for (size_t g = 0; g < ARRAY_SIZE(groups); g++) {
		if (select_overlaps(i, groups[g].names))
			return true;
	}
	return false;
}

/* Flushes behind every group: if a profile kills us, what was found so far is seen. */
int facts_print(int count, char **patterns)
{
	if (select_init(count, patterns) < 0) {
		dprintf(2, "report: too many names\n");
		return EXIT_USAGE;
	}
	for (int i = 0; i < count; i++) {
		if (pattern_is_known(i))
			continue;
		dprintf(2, "report: no fact and no verb is called '%s', see 'report help'\n",
			patterns[i]);
		return EXIT_USAGE;
	}
	trap_install();
	for (size_t g = 0; g < ARRAY_SIZE(groups); g++) {
		if (!select_wants_group(groups[g].names))
			continue;
		groups[g].print();
		out_flush();
	}
	select_finish();
	return EXIT_OK;
}
