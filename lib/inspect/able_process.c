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

static void check_set(struct inspection *inspection, const struct spec_strings *names,
		      const char *set)
{
	const struct survey *survey = inspection->survey;
	size_t index = 0;

	list_each(name, *names) {
		int number = capability_number(*name);

		if (number >= 0 && !(survey->facts.permitted & survey->bounding & 1ULL << number))
			able_warn(inspection,
				  able_at(inspection, "/process/capabilities/%s/%zu", set, index),
				  "%s cannot be granted: the caller does not have it", *name);
		index++;
	}
}

static void check_rlimits(struct inspection *inspection, const struct spec_process *process)
{
	const struct survey *survey = inspection->survey;
	size_t index = 0;

	list_each(rlimit, process->rlimits) {
		int type = rlimit->type - 1;
		uint64_t hard = survey->rlimits[type][1];

		if (!has(survey, CAP_SYS_RESOURCE) && rlimit->hard.value > hard)
			able_refuse(
				inspection, able_at(inspection, "/process/rlimits/%zu/hard", index),
				"without CAP_SYS_RESOURCE the hard limit %s cannot be raised "
				"above %llu",
				name_of(spec_rlimit_names, rlimit->type), (unsigned long long)hard);
		index++;
	}
}

static void check_oom(struct inspection *inspection, const struct spec_process *process)
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
	able_refuse(inspection, "/process/oomScoreAdj",
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

static void check_labels(struct inspection *inspection, const struct spec_process *process)
{
	const struct survey *survey = inspection->survey;
	const char *profile = process->apparmorProfile;

	if (profile && profile[0] && strcmp(profile, "unconfined") != 0) {
		if (!survey->apparmor)
			able_refuse(inspection, "/process/apparmorProfile",
				    "AppArmor is not enabled");
		else if (survey->profiles && !has_profile(survey->profiles, profile))
			able_refuse(inspection, "/process/apparmorProfile",
				    "the profile \"%s\" is not loaded", profile);
	}
	if (process->selinuxLabel && process->selinuxLabel[0] && !survey->selinux)
		able_refuse(inspection, "/process/selinuxLabel", "SELinux is not enabled");
}

static void check_affinity(struct inspection *inspection, const char *list, const char *member)
{
	int cpu = survey_not_in_list(list, inspection->survey->cpus);

	if (cpu >= 0)
		able_refuse(inspection, able_at(inspection, "/process/execCPUAffinity/%s", member),
			    "there is no processor %d", cpu);
}

void able_process(struct inspection *inspection, const struct spec_process *process)
{
	const struct spec_capabilities *capabilities = process->capabilities;

	if (capabilities) {
		check_set(inspection, &capabilities->bounding, "bounding");
		check_set(inspection, &capabilities->effective, "effective");
		check_set(inspection, &capabilities->inheritable, "inheritable");
		check_set(inspection, &capabilities->permitted, "permitted");
		check_set(inspection, &capabilities->ambient, "ambient");
	}
	check_rlimits(inspection, process);
	check_oom(inspection, process);
	check_labels(inspection, process);
	if (process->execCPUAffinity) {
		check_affinity(inspection, process->execCPUAffinity->initial, "initial");
		check_affinity(inspection, process->execCPUAffinity->final, "final");
	}
}
