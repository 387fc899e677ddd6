# SPDX-License-Identifier: LGPL-2.1-or-later
"""Functions that the library does not call: a library is silent, changes nothing of its caller, and
parses numbers with num_parse(). Looked for in the text, for the line, and among the symbols that the
objects need, so that no macro hides one.

Arguments: the source tree, all objects of the library."""
import re
import sys

from lint import code, fault, finish, line_of, read, source_of, sources, symbols

BANNED = {
    "accepts what is no number, and overflows: use num_parse()":
        r"strto[lu]l?l?|strto[iu]max|strto(d|f|ld)|ato[ifl]|atoll|v?f?sscanf|sscanf|scanf",
    "writes past the end": r"v?sprintf|strcpy|strcat|gets|stpcpy|alloca",
    "fails with descriptors above 1023: use poll()": r"p?select|__fdelt_chk",
    "runs a shell": r"system|popen",
    "copies the caller, and its locks: use spawn_init()": r"v?fork|_Fork|daemon|posix_spawnp?",
    "reads the user database, may load modules and block": r"(get|set|end)(pw|gr)\w+|initgroups"
        r"|getlogin(_r)?|getaddrinfo|gethostby\w+",
    "loads code": r"dlopen|dlmopen|dlsym",
    "prints": r"v?printf|v?fprintf|v?dprintf|puts|fputs|putchar|putc|fputc|perror|v?syslog|psignal",
    "ends the caller": r"exit|_exit|_Exit|quick_exit|abort|v?errx?|raise",
    "reads the caller's environment": r"getenv|secure_getenv|wordexp",
    "changes the caller": r"setenv|unsetenv|putenv|clearenv|umask|chdir|fchdir|chroot|signal|sigaction"
        r"|sigprocmask|pthread_sigmask|setlocale|srand|srandom|atexit|on_exit|setns|unshare"
        r"|set(e|re|res)?[ug]id|setgroups|setsid|setpgid|setrlimit|prctl|alarm|setitimer|timer_create",
    "takes the status of any child": r"wait|wait3|wait4|waitpid",
    "waits for time and not for an event": r"sleep|usleep|nanosleep|clock_nanosleep",
    "is not safe with threads": r"strtok|localtime|gmtime|ctime|asctime|strerror|readdir_r|ttyname"
        r"|ptsname|basename|dirname|rand|random|drand48|inet_ntoa|getopt(_long)?",
    "names a file before it opens it": r"tmpnam|tempnam|mktemp",
}
LIBRARY = "lib/cgroup/library.c"
# function -> file that may use it -> why
ALLOWED = {
    "prctl": {"lib/host/survey.c": "PR_CAPBSET_READ only looks"},
    "nanosleep": {"lib/cgroup/freezer.c": "the freezer of v1 has no event"},
    "dlopen": {LIBRARY: "what a caller has asked for and cannot be had otherwise"},
    "dlsym": {LIBRARY: "the functions of that"},
}
# Init is a program of its own, without libc: what it does to a process it does to itself.
EXEMPT = ("lib/init/",)

RULES = [(re.compile(names), reason) for reason, names in BANNED.items()]


def reason_for(name, path):
    if path in ALLOWED.get(name, {}):
        return None
    return next((reason for rule, reason in RULES if rule.fullmatch(name)), None)


in_text = set()
for file in sources("lib"):
    if str(file).startswith(EXEMPT):
        continue
    text = code(read(file))
    for match in re.finditer(r"(?<![\w.>])([a-zA-Z_]\w*)\s*\(", text):
        why = reason_for(match[1], str(file))
        if why and not text[:match.start()].rstrip().endswith((" int", " void", "*")):
            in_text.add((str(file), why))
            fault(file, line_of(text, match.start()), f"{match[1]}() {why}")
for needed_by in sys.argv[2:]:
    file = source_of(needed_by)
    for symbol in symbols([needed_by], undefined=True):
        name = re.sub(r"^__(?:isoc99_)?(\w+?)(?:_chk)?$", r"\1", symbol)
        why = reason_for(symbol, file) or (name != symbol and "_chk" in symbol and
                                           reason_for(name, file))
        if why and (file, why) not in in_text:
            fault(file, 1, f"needs {symbol}: {why}")
for function, files in ALLOWED.items():
    for file in files:
        if not re.search(rf"\b{function}\s*\(", code(read(file))):
            fault(file, 1, f"no longer calls {function}(): take it off the list in banned.py")
finish()
