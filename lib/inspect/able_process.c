/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Could this machine run the process: capabilities, limits, labels. */
#include <fcntl.h>
#include <linux/capability.h>
#include <string.h>

#include "base/fd.h"
#include "base/num.h"
#include "inspect/able.h"
#include "spec/capability.h"
#include "spec/tables.h"

static bool has(const struct survey *survey, int capability)
{
	return survey->facts.permitted & 1ULL << capability;
}

static void able_set(struct inspection *inspection, const struct spec_strings *names,
		     const char *set)
{
	const struct survey *survey = inspection->survey;
	size_t index = 0;

	list_each(name, *names) {
		int number = capability_number(*name);

		if (number >= 0 && !(survey->facts.permitted & survey->bounding & 1ULL << number))
			check_warn(&inspection->checker, "CAP-01",
				   check_at(&inspection->checker, "/process/capabilities/%s/%zu",
					    set, index),
				   "%s cannot be granted: the caller does not have it", *name);
		index++;
	}
}

static void able_rlimits(struct inspection *inspection, const struct spec_process *process)
{
	const struct survey *survey = inspection->survey;
	size_t index = 0;

	list_each(rlimit, process->rlimits) {
		int type = rlimit->type - 1;
		uint64_t hard = survey->rlimits[type][1];

		if (!has(survey, CAP_SYS_RESOURCE) && rlimit->hard.value > hard)
			check_refuse(
				&inspection->checker, "",
				check_at(&inspection->checker, "/process/rlimits/%zu/hard", index),
				"without CAP_SYS_RESOURCE the hard limit %s cannot be raised "
				"above %llu",
				name_of(spec_rlimit_names, rlimit->type), (unsigned long long)hard);
		index++;
	}
}

static void able_oom(struct inspection *inspection, const struct spec_process *process)
{
	cleanup(free_done) char *text = NULL;
	int64_t own;
	size_t length;

	if (!process->oomScoreAdj.set || has(inspection->survey, CAP_SYS_RESOURCE) ||
	    file_read(AT_FDCWD, "/proc/self/oom_score_adj", 64, &text, &length) < 0)
		return;
	length = strcspn(text, "\n");
	if (num_parse_signed(text, length, -1000, 1000, &own) < 0 ||
	    process->oomScoreAdj.value >= own)
		return;
	check_refuse(&inspection->checker, "", "/process/oomScoreAdj",
		     "without CAP_SYS_RESOURCE it cannot be lower than the caller's, %lld",
		     (long long)own);
}

/* "profile-name (enforce)", a line each. */
static bool has_profile(const char *profiles, const char *name)
{
	size_t length = strlen(name);

	for (; *profiles; profiles += strcspn(profiles, "\n"), profiles += *profiles == '\n')
		if (strncmp(profiles, name, length) == 0 && profiles[length] == ' ')
			return true;
	return false;
}

static void able_labels(struct inspection *inspection, const struct spec_process *process)
{
	const struct survey *survey = inspection->survey;
	const char *profile = process->apparmorProfile;

	if (profile && profile[0] && strcmp(profile, "unconfined") != 0) {
		if (!survey->apparmor)
			check_refuse(&inspection->checker, "", "/process/apparmorProfile",
				     "AppArmor is not enabled");
		else if (survey->profiles && !has_profile(survey->profiles, profile))
			check_refuse(&inspection->checker, "", "/process/apparmorProfile",
				     "the profile \"%s\" is not loaded", profile);
	}
	if (process->selinuxLabel && process->selinuxLabel[0] && !survey->selinux)
		check_refuse(&inspection->checker, "", "/process/selinuxLabel",
			     "SELinux is not enabled");
}

static void able_affinity(struct inspection *inspection, const char *list, const char *member)
{
	int cpu = survey_not_in_list(list, inspection->survey->cpus);

	if (cpu >= 0)
		check_refuse(&inspection->checker, "",
			     check_at(&inspection->checker, "/process/execCPUAffinity/%s", member),
			     "there is no processor %d", cpu);
}

void able_process(struct inspection *inspection, const struct spec_process *process)
{
	const struct spec_capabilities *capabilities = process->capabilities;

	if (capabilities) {
		able_set(inspection, &capabilities->bounding, "bounding");
		able_set(inspection, &capabilities->effective, "effective");
		able_set(inspection, &capabilities->inheritable, "inheritable");
		able_set(inspection, &capabilities->permitted, "permitted");
		able_set(inspection, &capabilities->ambient, "ambient");
	}
	able_rlimits(inspection, process);
	able_oom(inspection, process);
	able_labels(inspection, process);
	if (process->execCPUAffinity) {
		able_affinity(inspection, process->execCPUAffinity->initial, "initial");
		able_affinity(inspection, process->execCPUAffinity->final, "final");
	}
}
