#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# golden.sh PROGRAM EXPECTED ARGUMENT...: runs PROGRAM and compares what it prints with the file
# EXPECTED. With UPDATE=1 in the environment the file is written instead:
#
#	UPDATE=1 ctest --test-dir build/dev -L golden
set -eu
program=$1 expected=$2
shift 2
actual=$(mktemp)
trap 'rm -f "$actual"' EXIT
# How long a seccomp filter is depends on the machine and on its libseccomp.
"$program" "$@" | sed 's/seccomp filter of [0-9]* instr/seccomp filter of N instr/' >"$actual"
if [ -n "${UPDATE:-}" ]; then
	cat "$actual" >"$expected"
	exit 0
fi
if ! diff -u "$expected" "$actual"; then
	echo "It has changed. If that is meant: UPDATE=1 ctest -L golden" >&2
	exit 1
fi
