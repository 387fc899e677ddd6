# SPDX-License-Identifier: LGPL-2.1-or-later
"""Floors are law: who includes whom.

lib/      its own folder and lower floors, as "folder/file.h"
runtime/  <oci/...> and "ocirun.h"
conformance/  <oci/...>, its own headers, and yajl to write JSON
include/  <oci/...> and headers of C99
One library, one door: only one file knows yajl, one libseccomp, and one libcap. No file includes itself, over
however many others."""
from lint import FOLDERS, fault, finish, includes, read, root, sources

FLOOR = {"base": 0, "sys": 1, "spec": 2, "host": 2, "plan": 3, "inspect": 4, "exec": 4, "init": 4, "cgroup": 4,
         "state": 4, "container": 5}
DOORS = {"yajl/": "lib/spec/json.c", "seccomp.h": "lib/plan/seccomp_names.c",
         "sys/capability.h": "lib/spec/capability.c"}
C99 = {"assert.h", "complex.h", "ctype.h", "errno.h", "fenv.h", "float.h", "inttypes.h", "iso646.h",
       "limits.h", "locale.h", "math.h", "setjmp.h", "signal.h", "stdarg.h", "stdbool.h",
       "stddef.h", "stdint.h", "stdio.h", "stdlib.h", "string.h", "tgmath.h", "time.h", "wchar.h",
       "wctype.h"}

graph = {}


def check_door(path, line, name):
    for prefix, owner in DOORS.items():
        if name.startswith(prefix) and str(path) != owner:
            fault(path, line, f"<{name}> is for {owner} alone")


def check_lib(path, line, kind, name):
    folder = name.split("/")[0]
    if kind == "<":
        if (root() / "lib" / name).is_file():
            fault(path, line, f'<{name}> is ours: include it as "{name}"')
        return
    if folder not in FLOOR or name.count("/") != 1:
        fault(path, line, f'"{name}" is not of the form "folder/file.h"')
        return
    if not (root() / "lib" / name).is_file():
        fault(path, line, f'"{name}" does not exist')
    own = path.parts[1]
    if folder != own and FLOOR[folder] >= FLOOR[own]:
        fault(path, line, f'{own} (floor {FLOOR[own]}) must not include "{name}" '
              f"(floor {FLOOR[folder]})")
    graph.setdefault(f"lib/{name}", [])
    graph.setdefault(str(path), []).append((f"lib/{name}", line))


def check_runtime(path, line, kind, name):
    if kind == '"' and name != "ocirun.h":
        fault(path, line, f'runtime includes <oci/...> and "ocirun.h" only, not "{name}"')
    # lib is not among the directories that are searched here: <sys/syscall.h> is the system's
    if kind == "<" and not name.startswith("sys/") and (root() / "lib" / name).is_file():
        fault(path, line, f"<{name}> is private to the library")


def check_conformance(path, line, kind, name):
    if kind == '"' and not (root() / "conformance" / name).is_file():
        fault(path, line, f'conformance includes <oci/...> and its own headers only, not "{name}"')
    if kind == "<" and not name.startswith(("sys/", "oci/")) and (root() / "lib" / name).is_file():
        fault(path, line, f"<{name}> is private to the library")


def check_public(path, line, kind, name):
    if kind == '"' or not (name.startswith("oci/") or name in C99):
        fault(path, line, f"a public header includes <oci/...> and headers of C99 only, not {name}")
    if name.startswith("oci/"):
        if not (root() / "include" / name).is_file():
            fault(path, line, f"<{name}> does not exist")
        graph.setdefault(str(path), []).append((f"include/{name}", line))


def check_cycles():
    done, walking = set(), []

    def visit(path):
        if path in done:
            return
        walking.append(path)
        for name, line in graph.get(path, []):
            if name in walking:
                ring = walking[walking.index(name):] + [name]
                fault(path, line, "the includes go in a circle: " + " -> ".join(ring))
            else:
                visit(name)
        walking.pop()
        done.add(path)

    for path in sorted(graph):
        visit(path)


for file in sources("lib", suffixes=(".c", ".h", ".def", ".S")):
    if len(file.parts) != 3 or file.parts[1] not in FOLDERS:
        fault(file, 1, "a file of the library is in one of the folders lib/" + ", ".join(FOLDERS))
        continue
    for found in includes(read(file)):
        check_door(file, found[0], found[2])
        check_lib(file, *found)
for file in sources("runtime"):
    for found in includes(read(file)):
        check_door(file, found[0], found[2])
        check_runtime(file, *found)
for file in sources("conformance"):
    for found in includes(read(file)):
        check_conformance(file, *found)
for file in sources("include"):
    for found in includes(read(file)):
        check_public(file, *found)
check_cycles()
finish()
