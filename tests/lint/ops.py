# SPDX-License-Identifier: LGPL-2.1-or-later
"""ops.def is complete and its texts can be printed: each operation once, with one function in the
interpreter of its column, a non-empty text of known escapes, and a release "" or "N.N"."""
import re

from lint import code, fault, finish, line_of, read, sources, without_comments

FILE = "lib/plan/ops.def"
COLUMNS = {"HOST": ("lib/exec", "host_"), "CHILD": ("lib/init", "do_")}
ESCAPE = re.compile(r"%(?:[st123abcABCMT%])")
OP = re.compile(r'OP\(\s*(\w+),\s*(\w+),\s*(\w+),\s*"([^"]*)",\s*((?:"(?:\\.|[^"\\])*"\s*)+)\)')


def definitions(folder):
    """{function: how many times it is defined}"""
    found = {}
    for path in sources(folder, suffixes=(".c",)):
        for match in re.finditer(r"^int ((?:do|host)_\w+)\([^;{}]*\)\n\{", code(read(path)), re.M):
            found.setdefault(match[1], []).append((path, line_of(read(path), match.start())))
    return found


def check_print(line, name, text):
    if not text.strip():
        fault(FILE, line, f"{name} has no text")
    for at in re.finditer("%", ESCAPE.sub("", text)):
        fault(FILE, line, f"{name}: unknown escape in the text: {text[at.start():at.start() + 3]}")
    if text != text.strip() or "\\n" in text:
        fault(FILE, line, f"{name}: a text is one line without blanks at its ends")


bare = without_comments(read(FILE))
entries = list(OP.finditer(bare))
functions = {column: definitions(folder) for column, (folder, _) in COLUMNS.items()}
names, expected = {}, {column: set() for column in COLUMNS}
for entry in entries:
    at = line_of(bare, entry.start())
    column, upper, lower, kernel = entry.group(1, 2, 3, 4)
    if column not in COLUMNS:
        fault(FILE, at, f"{lower}: column {column} is not one of {', '.join(COLUMNS)}")
        continue
    if upper != lower.upper():
        fault(FILE, at, f"{upper} and {lower} are not the same name")
    if lower in names:
        fault(FILE, at, f"{lower} is in line {names[lower]} as well")
    names[lower] = at
    if not re.fullmatch(r"|[1-9]\d*\.\d+", kernel):
        fault(FILE, at, f'{lower}: kernel release "{kernel}" is neither "" nor "N.N"')
    check_print(at, lower, "".join(re.findall(r'"((?:\\.|[^"\\])*)"', entry[5])))
    folder_name, prefix = COLUMNS[column]
    expected[column].add(prefix + lower)
    if len(functions[column].get(prefix + lower, [])) != 1:
        fault(FILE, at, f"{folder_name} does not define {prefix}{lower}() once")
for column, (folder_name, prefix) in COLUMNS.items():
    for function, places in functions[column].items():
        # host_init() and the like are the interpreter itself; those of an op have its signature
        if function in expected[column] or prefix == "host_":
            continue
        fault(places[0][0], places[0][1], f"{function}() belongs to no operation of {FILE}")
if len(entries) != len(re.findall(r"^\s*OP\(", bare, re.M)) or not entries:
    fault(FILE, 1, "not every OP() can be read: column, NAME, name, \"kernel\", \"print\"")
finish()
