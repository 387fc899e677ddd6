# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every file as text: the SPDX line first, no white space at the end of a line, one newline at the
end; in C no comments with two slashes and no line of more than a hundred columns."""
import re

from lint import fault, finish, line_of, read, tracked

SPDX = "SPDX-License-Identifier: LGPL-2.1-or-later"
COLUMNS = 100
C = (".c", ".h", ".def")
MARKED = C + (".S", ".cc", ".cmake", ".py", ".sh")
LOOKS_LIKE_TEXT = MARKED + (".in", ".map", ".md", ".txt", ".json", ".yml", "")
INTERPRETER = re.compile(r"#!.*\b(sh|bash|python3?)\b")
# Kept byte for byte as somebody else wrote it.
FOREIGN = ("tests/data/", "tests/fuzz/corpus/", "COPYING")


def check_spdx(path, lines):
    first = lines[1] if lines[0].startswith("#!") and len(lines) > 1 else lines[0]
    shapes = (f"/* {SPDX} */", f"# {SPDX}", f"/* {SPDX}")
    if first not in shapes:
        fault(path, 1, f"the first line is not: {SPDX}")


def check_c(path, text, lines):
    for number, line in enumerate(lines, 1):
        if len(line.expandtabs(8)) > COLUMNS:
            fault(path, number, f"{len(line.expandtabs(8))} columns, {COLUMNS} are allowed")
    blocks = re.compile(r'/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)
    bare = blocks.sub(lambda m: re.sub(r"[^\n]", " ", m[0]), text)
    for match in re.finditer("//", bare):
        fault(path, line_of(bare, match.start()), "a comment with two slashes")


for file in tracked():
    name = str(file)
    if name.startswith(FOREIGN):
        continue
    content = read(file)
    rows = content.split("\n")
    is_marked = file.suffix in MARKED or file.name == "CMakeLists.txt" or (
        not file.suffix and INTERPRETER.match(rows[0]))
    if is_marked:
        check_spdx(file, rows)
    if file.suffix in C:
        check_c(file, content, rows)
    if "\0" in content or file.suffix not in LOOKS_LIKE_TEXT:
        continue
    for at, row in enumerate(rows, 1):
        if row != row.rstrip() and not (file.suffix == ".md" and row.endswith("  ")):
            fault(file, at, "white space at the end of the line")
    if content and (not content.endswith("\n") or content.endswith("\n\n")):
        fault(file, len(rows), "a file ends with one newline")
finish()
