# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Sourced by the suites, which run in the engine root: TAP lines, the image, and what was left over.

set -uo pipefail

export runtime=${1:?the path of the runtime}
tag=${2:?what the names of all cgroups begin with}
export image=/opt/image
number=0
failures=0

# result STATUS WHAT [DETAIL]: one TAP line, with the detail under it if it failed.
result() {
	local status=$1 what=$2 detail=${3:-}

	number=$((number + 1))
	if [[ $status == 0 ]]; then
		echo "ok $number - $what"
		return
	fi
	# What the runtime itself says that it does not have yet is no failure of the test.
	if [[ $detail == *"is not supported yet"* ]]; then
		echo "ok $number - $what # SKIP $(grep -m 1 -o '[^:]*is not supported yet' <<<"$detail")"
		return
	fi
	echo "not ok $number - $what"
	# shellcheck disable=SC2001 # every line of it
	sed 's/^/#   /' <<<"$detail"
	failures=$((failures + 1))
}

# skip WHAT REASON: what this machine or root cannot do, found out by trying.
skip() {
	number=$((number + 1))
	echo "ok $number - $1 # SKIP $2"
}

# is GOT WANTED WHAT
is() {
	[[ $1 == "$2" ]]
	result $? "$3" "got:    $1"$'\n'"wanted: $2"
}

# expect STATUS PATTERN WHAT COMMAND...: COMMAND ends with STATUS (a pattern too), and the whole of
# what it writes matches PATTERN.
expect() {
	local status=$1 pattern=$2 what=$3 output got

	shift 3
	output=$("$@" 2>&1 </dev/null)
	got=$?
	# shellcheck disable=SC2053 # patterns
	[[ $got == $status && $output == $pattern ]]
	result $? "$what" "status $got, wanted $status"$'\n'"wanted: $pattern"$'\n'"$output"
}

# registration FILE: one of share/engines, with the runtime that is tested.
registration() { sed "s,/usr/local/bin/ocirun,$runtime," "/opt/share/$1"; }

# The root has other runtimes too. None of them is there any more, so that whatever runs was run by
# the one that is tested; the root itself stays as it is.
only_runtime() {
	local other

	for other in $(type -ap crun runc); do
		[[ $other -ef $(command -v "$runtime") ]] || rm -f "$other"
	done
}

is_v2() { [[ $(stat -f -c %T /sys/fs/cgroup) == cgroup2fs ]]; }

# by_version VALUE_OF_V1 VALUE_OF_V2
by_version() { if is_v2; then echo "$2"; else echo "$1"; fi; }

# until_true SECONDS COMMAND...: waits for COMMAND to succeed.
until_true() {
	local end=$((SECONDS + $1))

	shift
	until "$@"; do
		((SECONDS < end)) || return 1
		sleep 0.05
	done
}

# What is left of the containers below the folders named $tag. podman leaves its own empty ones with
# any runtime: the parent, and conmon in it.
cgroups_left() {
	find /sys/fs/cgroup -mindepth 3 -type d -path "*/$tag*" ! -name conmon 2>/dev/null
}

# Mounts without their numbers, sorted.
mounts() {
	cut -d ' ' -f 4- /proc/self/mountinfo | sort
}

# All processes but kernel threads, the first one, this script and the programs it is running.
processes() {
	ps -e -o pid=,ppid=,args= | awk -v me=$$ '$1 != 1 && $1 != me && $2 != me && !/ps -e -o/'
}

no_cgroups() { [[ -z $(cgroups_left) ]]; }
no_mounts() { [[ $(mounts) == "$mounts_before" ]]; }
no_processes() { [[ -z $(processes) ]]; }

# To be called when the engine is set up and has run nothing yet.
remember() {
	mounts_before=$(mounts)
}

# What has to be so at the end. Engines clean up in the background: they get some seconds.
check_leaks() {
	check_cgroups_and_processes
	until_true 10 no_mounts
	result $? "no mount is left" "$(diff <(echo "$mounts_before") <(mounts))"
}

check_cgroups_and_processes() {
	until_true 10 no_cgroups
	result $? "no cgroup is left in any hierarchy" "$(cgroups_left)"
	until_true 10 no_processes
	result $? "no process is left" "$(processes)"
}

finish() {
	echo "1..$number"
	[[ $failures == 0 ]]
	exit
}
