# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the lints share: the files of the source tree, C text without comments and strings, calls
with their arguments, symbols of object files, and how a fault is told.

Each lint is one script. It prints a line "file:line: what is wrong" for every fault and exits with
1, or with 77 and the reason when it cannot be run here."""
import re
import subprocess
import sys
from pathlib import Path

SKIP = 77
FOLDERS = ("base", "sys", "spec", "host", "plan", "inspect", "exec", "init", "cgroup", "state", "container")
# What compilers add by themselves to an instrumented build.
INSTRUMENTATION = re.compile(r"__(asan|ubsan|tsan|sanitizer|gcov|llvm)_|__start_|__stop_")

_faults = []


def fault(path, line, text):
    _faults.append((str(path), line, text))


def finish():
    for path, line, text in sorted(set(_faults)):
        print(f"{path}:{line}: {text}")
    sys.exit(1 if _faults else 0)


def skip(reason):
    print(f"skipped: {reason}")
    sys.exit(SKIP)


def root():
    """The source tree: the first argument of every lint."""
    return Path(sys.argv[1]).resolve()


def tracked():
    """All files that are, or would be, in the repository, relative to the source tree."""
    top = root()
    git = subprocess.run(
        ["git", "-c", f"safe.directory={top}", "-C", top, "ls-files", "-z", "--cached", "--others",
         "--exclude-standard"], capture_output=True, check=False)
    if git.returncode == 0:
        names = [Path(name.decode()) for name in git.stdout.split(b"\0") if name]
    else:
        names = [path.relative_to(top) for path in top.rglob("*")]
        names = [name for name in names if name.parts[0] not in ("build", ".git")]
    return sorted({name for name in names
                   if (top / name).is_file() and not (top / name).is_symlink()})


def read(path):
    return (root() / path).read_text(errors="replace")


def sources(*folders, suffixes=(".c", ".h", ".def")):
    """Files below the folders, relative to the source tree."""
    top = root()
    return sorted(path.relative_to(top) for folder in folders
                  for path in (top / folder).rglob("*") if path.suffix in suffixes)


_TOKEN = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)


def _blank(text, keep=0):
    middle = text[keep:len(text) - keep] if keep else text
    return text[:keep] + re.sub(r"[^\n]", " ", middle) + (text[-keep:] if keep else "")


def without_comments(text):
    """The same text, character for character, with blanks for comments."""
    return _TOKEN.sub(lambda m: _blank(m[0]) if m[0][0] == "/" else m[0], text)


def code(text):
    """As above, and what strings hold is blank too."""
    return _TOKEN.sub(lambda m: _blank(m[0], 0 if m[0][0] == "/" else 1), text)


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


def functions(text):
    """Offset of the body and name of every function, of text that went through code()."""
    found = []
    for match in re.finditer(r"^[a-z_].*?\b(\w+)\([^;{}]*\)[^;{}()=]*\n\{", text, re.M):
        found.append((match.start(), match[1]))
    return found


def function_at(found, offset):
    name = "(file)"
    for start, function in found:
        if start <= offset:
            name = function
    return name


def arguments(text, opening):
    """The arguments of the call whose parenthesis is at @opening."""
    depth, start, found = 0, opening + 1, []
    for i in range(opening, len(text)):
        if text[i] in "([{":
            depth += 1
        elif text[i] in ")]}":
            depth -= 1
        if depth == 0 or (depth == 1 and text[i] == ","):
            found.append(" ".join(text[start:i].split()))
            start = i + 1
        if depth == 0:
            break
    return found


def includes(text):
    """(line, "<" or '"', name) of every #include."""
    bare = without_comments(text)
    return [(line_of(bare, m.start(1)), m[1], m[2])
            for m in re.finditer(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', bare, re.M)]


def symbols(objects, undefined):
    """Names that object files need, or define for others: {name: one object that does}."""
    found = {}
    for path in objects:
        out = subprocess.run(["nm", "-P", str(path)], check=True, capture_output=True, text=True)
        for line in out.stdout.splitlines():
            name, kind = line.split()[:2]
            if undefined == (kind in "Uwv") and (undefined or kind.isupper()):
                found.setdefault(name, path)
    return found


def source_of(path):
    """lib/plan/print.c for .../lib/plan/print.c.o"""
    match = re.search(r"(lib/\w+/\w+\.[cS])\.o$", str(path))
    return match[1] if match else str(path)
