# SPDX-License-Identifier: LGPL-2.1-or-later
"""Each public header alone, twice, is a program in C99 and in C++, without a warning.

Arguments: the source tree, the C compiler, the C++ compiler or ""."""
import subprocess
import sys

from lint import fault, finish, root, sources

WARNINGS = ["-pedantic", "-Wall", "-Wextra", "-Wundef", "-Werror"]
LANGUAGES = [("C99", sys.argv[2], "c", ["-std=c99", "-Wstrict-prototypes"]),
             ("C++98", sys.argv[3], "c++", ["-std=c++98"]),
             ("C++17", sys.argv[3], "c++", ["-std=c++17"])]

for header in sources("include"):
    name = header.relative_to("include")
    text = f"#include <{name}>\n#include <{name}>\nint main(void) {{ return 0; }}\n"
    for language, compiler, option, flags in LANGUAGES:
        if not compiler:
            continue
        run = subprocess.run([compiler, "-x", option, *flags, *WARNINGS, "-fsyntax-only",
                              "-I", root() / "include", "-"], input=text, text=True,
                             capture_output=True, check=False)
        if run.returncode:
            fault(header, 1, f"does not compile alone as {language}:\n{run.stderr}")
if not sys.argv[3]:
    print("no C++ compiler: only C99 was tried")
finish()
