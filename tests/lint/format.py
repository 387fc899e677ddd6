# SPDX-License-Identifier: LGPL-2.1-or-later
"""The C code is as clang-format leaves it. Releases of clang-format differ, so it has to be the one
that the code was formatted with.

Arguments: the source tree, the program or ""."""
import collections
import re
import subprocess
import sys

from lint import fault, finish, root, skip, sources

RELEASE = "14"

program = sys.argv[2]
if not program:
    skip("clang-format is not installed")
version = subprocess.run([program, "--version"], check=True, capture_output=True, text=True).stdout
if f"version {RELEASE}." not in version:
    skip(f"needs clang-format {RELEASE}, this is: {version.strip()}")
files = sources("lib", "include", "runtime", "tests", suffixes=(".c", ".h"))
run = subprocess.run([program, "--dry-run", "-Werror", *files], cwd=root(), capture_output=True,
                     text=True, check=False)
places = collections.OrderedDict()
for path, line in re.findall(r"^(\S+?):(\d+):\d+: error:", run.stderr, re.M):
    places.setdefault(path, []).append(int(line))
for path, lines in places.items():
    unique = sorted(set(lines))
    shown = ", ".join(map(str, unique[:12])) + (", ..." if len(unique) > 12 else "")
    fault(path, unique[0], f"clang-format would change {len(unique)} lines: {shown}")
if run.returncode and not places:
    fault(".clang-format", 1, run.stderr.strip())
finish()
