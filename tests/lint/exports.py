# SPDX-License-Identifier: LGPL-2.1-or-later
"""The interface is the same in all places: what liboci.so exports, the map, and the headers, where
each function has a comment that names its parameters and the release that brought it, which is the
node of its symbol. What liboci.a has besides would be among the names of whoever links it.

Arguments: the source tree, liboci.so, liboci.a unless it is built with sanitizers."""
import re
import subprocess
import sys

from lint import arguments, fault, finish, line_of, read, sources, without_comments

MAP = "lib/liboci.map"
LOADER = "oci_library_loader"   # in a member of its own, lib/cgroup/library.h


def of_map():
    """{symbol: (line, node)}"""
    text, found, node, is_global = without_comments(read(MAP)), {}, None, False
    for number, line in enumerate(text.splitlines(), 1):
        opening = re.match(r"\s*(LIBOCI_[\w.]+)\s*\{", line)
        if opening:
            node = opening[1]
        label = re.match(r"\s*(global|local)\s*:", line)
        if label:
            is_global = label[1] == "global"
        name = re.match(r"\s*([\w*]+)\s*;", line)
        if not name or not is_global:
            continue
        if name[1] in found:
            fault(MAP, number, f"{name[1]} is in the map twice")
        if "*" in name[1]:
            fault(MAP, number, "symbols are exported by name, not by pattern")
        found[name[1]] = (number, node)
    return found


def of_library(path):
    """{symbol: node}"""
    out = subprocess.run(["nm", "-D", "--defined-only", "--with-symbol-versions", path], check=True,
                         capture_output=True, text=True).stdout
    found = {}
    for line in out.splitlines():
        kind, name = line.split()[-2:]
        symbol, _, node = name.partition("@")
        if kind != "A":
            found[symbol] = node.lstrip("@")
    return found


def of_archive(path):
    out = subprocess.run(["nm", "--extern-only", "--defined-only", path], check=True,
                         capture_output=True, text=True).stdout
    found = {line.split()[-1] for line in out.splitlines() if len(line.split()) == 3}
    if not found:
        sys.exit(f"{path} defines nothing")
    return found


def check_comment(path, line, name, comment, parameters):
    """Returns the release that the comment names."""
    if not comment or not comment.startswith("/**"):
        fault(path, line, f"{name} has no /** comment right before it")
        return None
    if not re.match(rf"/\*\*\n \* {name} - \S", comment):
        fault(path, line, f'the comment of {name} does not begin with "{name} - "')
    for parameter in parameters:
        if not re.search(rf"^ \* @{parameter}:", comment, re.M):
            fault(path, line, f"the comment of {name} does not explain @{parameter}")
    since = re.search(r"\bSince: (\d+\.\d+)\b", comment)
    if not since:
        fault(path, line, f'the comment of {name} has no "Since: N.N"')
    return since and since[1]


def names_of(parameters):
    if parameters in ([""], ["void"]):
        return []
    return [re.search(r"(\w+)(?:\[\w*\])*$", parameter)[1] for parameter in parameters]


def of_header(path):
    """{symbol: (line, release)}"""
    raw = read(path)
    text, found = without_comments(raw), {}
    text = re.sub(r"^[ \t]*#.*?(?<!\\)$", lambda m: " " * len(m[0]), text, flags=re.M | re.S)
    for match in re.finditer(r"^(?!\t|typedef)[\w \t*]*?\b(oci_\w+)\(", text, re.M):
        comments = re.findall(r"/\*.*?\*/", raw[:match.start()], re.S)
        last = comments[-1] if comments and raw[:match.start()].rstrip().endswith("*/") else None
        line = line_of(text, match.start(1))
        names = names_of(arguments(text, match.end() - 1))
        found[match[1]] = (line, check_comment(path, line, match[1], last, names))
    for match in re.finditer(r"^(?:struct|enum) (oci_\w+) \{", text, re.M):
        comments = re.findall(r"/\*.*?\*/", raw[:match.start()], re.S)
        check_comment(path, line_of(text, match.start()), f"(?:struct|enum) {match[1]}",
                      comments[-1] if comments else None, [])
    return found


mapped = of_map()
exported = of_library(sys.argv[2])
declared = {}
for header in sources("include"):
    for symbol, (at, release) in of_header(header).items():
        if symbol in declared:
            fault(header, at, f"{symbol} is declared in {declared[symbol][0]} as well")
        declared[symbol] = (header, at)
        if symbol not in mapped:
            fault(header, at, f"{symbol} is not in {MAP}")
        elif release and mapped[symbol][1] != f"LIBOCI_{release}":
            fault(header, at, f'{symbol} is "Since: {release}" but in node {mapped[symbol][1]}')
        if symbol not in exported:
            fault(header, at, f"{symbol} is not exported by liboci.so")
for symbol, (at, node_name) in mapped.items():
    if symbol not in declared:
        fault(MAP, at, f"{symbol} is declared in no header")
    if symbol in exported and exported[symbol] != node_name:
        fault(MAP, at, f"{symbol} is exported as {symbol}@{exported[symbol]}")
for symbol in exported:
    if symbol not in mapped:
        fault(MAP, 1, f"liboci.so exports {symbol}, which is not in the map")
for archive in sys.argv[3:]:
    for symbol in of_archive(archive):
        if symbol not in mapped and symbol != LOADER:
            fault(MAP, 1, f"liboci.a defines {symbol}, which is not in the map")
finish()
