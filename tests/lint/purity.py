# SPDX-License-Identifier: LGPL-2.1-or-later
"""spec and plan are pure: what they call, and what those of lower floors call on their behalf, works
on memory alone.

Symbols of spec and plan have to be in the list below, or ours. Ours are followed, function by
function, through the disassembly, since a file may hold both kinds: base/fd.c has free_done(), which
the plan may use, beside file_read(), which it may not.

Arguments: the source tree, all objects of the library."""
import re
import subprocess
import sys

from lint import INSTRUMENTATION, fault, finish, source_of, symbols

PURE_FOLDERS = ("lib/spec/", "lib/plan/")
ALLOWED = re.compile("|".join((
    # string.h
    r"(mem|str)(chr|cmp|cpy|len|mem|move|ncmp|nlen|pbrk|rchr|set|spn|cspn|str|dup|ndup|casecmp"
    r"|ncasecmp|tok_r|chrnul|pcpy|sep)",
    r"stpcpy|rawmemchr|bcmp|__memcpy_chk|__memset_chk|__memmove_chk|strerror(name|desc)_np",
    # stdio.h, to memory
    r"v?snprintf|v?asprintf|__v?snprintf_chk|__v?asprintf_chk",
    # stdlib.h
    r"malloc|calloc|realloc|reallocarray|free|qsort|bsearch|abs|labs",
    # ctype.h
    r"is(alnum|alpha|digit|lower|upper|space|xdigit|print|punct)|tolower|toupper",
    r"__ctype_(b|tolower|toupper)_loc",
    # assert() for our bugs, errno, and what the compiler adds
    r"__assert_fail|__errno_location|__stack_chk_fail|_GLOBAL_OFFSET_TABLE_|__popcountdi2",
    # sys/sysmacros.h: arithmetic
    r"gnu_dev_(makedev|major|minor)",
    # yajl: a parser on memory, which is left by longjmp() when that runs out
    r"yajl_(alloc|config|parse|complete_parse|free|get_error|free_error|get_bytes_consumed"
    r"|status_to_string)|_?setjmp|(__)?longjmp(_chk)?",
    # libseccomp: names and numbers; libcap: names
    r"seccomp_syscall_resolve_(name|name_arch|num_arch)|seccomp_arch_(resolve_name|native)|seccomp_version",
    r"cap_(from|to)_name|cap_free",
)))
# Calls through pointers cannot be followed. What base calls back is given by spec and plan, whose
# symbols are all looked at; nothing else here is known to.
FUNCTION = re.compile(r"^[0-9a-f]+ <([^>]+)>:$")
TARGET = re.compile(r"<([A-Za-z_][\w.]*)(?:[+-]0x[0-9a-f]+)?>|\sR_\w+\s+([A-Za-z_][\w.]*)")


def is_pure(path):
    return source_of(path).startswith(PURE_FOLDERS)


def is_allowed(name):
    return ALLOWED.fullmatch(name) or INSTRUMENTATION.match(name)


def calls_of(path):
    """{function: names it refers to} of one object."""
    out = subprocess.run(["objdump", "-dr", "--no-show-raw-insn", str(path)], check=True,
                         capture_output=True, text=True).stdout
    found, current = {}, None
    for line in out.splitlines():
        heading = FUNCTION.match(line)
        if heading:
            current = found.setdefault(heading[1], set())
        elif current is not None:
            current.update(a or b for a, b in TARGET.findall(line))
    return found


def effects_of(name, owner, cache, seen):
    """Ways from one of our functions to a symbol that is not allowed."""
    if name in seen:
        return []
    seen.add(name)
    path = owner[name]
    if is_pure(path):
        return []  # looked at by itself
    if path not in cache:
        cache[path] = calls_of(path)
    found, todo, local = [], [name], set()
    while todo:
        function = todo.pop()
        if function in local:
            continue
        local.add(function)
        for called in sorted(cache[path].get(function, ())):
            if called in cache[path]:
                todo.append(called)
            elif called in undefined_of[path] and not is_allowed(called):
                if called not in owner:
                    found.append([name, called])
                else:
                    found += [[name] + way for way in effects_of(called, owner, cache, seen)]
    return found


objects = sys.argv[2:]
defined_by = symbols(objects, undefined=False)
undefined_of = {path: symbols([path], undefined=True) for path in objects}
disassembled = {}
if not any(map(is_pure, objects)):
    fault("tests/lint/CMakeLists.txt", 1, "no object of lib/spec or lib/plan was given")
for pure in filter(is_pure, objects):
    for symbol in undefined_of[pure]:
        if is_allowed(symbol):
            continue
        if symbol not in defined_by:
            fault(source_of(pure), 1, f"calls {symbol}, which is not on the list of pure functions")
            continue
        for way in effects_of(symbol, defined_by, disassembled, set()):
            fault(source_of(pure), 1, "has effects: " + " -> ".join(way))
finish()
