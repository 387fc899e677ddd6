# SPDX-License-Identifier: LGPL-2.1-or-later
"""The statements of the standard and what we do about them agree: every id in the library is one of
conformance/rules.def; every statement about a config that can be told from a bundle is reported by the
library, or named in conformance/bundle.c with the reason; ids are there once.

Arguments: the source tree."""
import re

from lint import fault, finish, line_of, read, sources

RULES = "conformance/rules.def"
NORMATIVE = {"MUST", "MUST_NOT", "REQUIRED", "SHOULD", "SHOULD_NOT", "NOT_RECOMMENDED"}
ID = re.compile(r'"([A-Z]{2,4}-(?:[A-Z]{3}-)?[A-Z]?\d+)"')
# Not to be broken in JSON.
STRUCTURAL = {"ANN-02": "a name in JSON is a string"}

text = read(RULES)
rules = {}
for match in re.finditer(r'^RULE\("([\w-]+)", (\w+), (\w+),\s*"([^"]*)",\s*"([\d.]+)",\s*([\w| ]+),',
                         text, re.M):
    if match[1] in rules:
        fault(RULES, line_of(text, match.start()), f"{match[1]} is there twice")
    rules[match[1]] = {"level": match[2], "who": match[3], "how": match[6].split(" | "),
                       "line": line_of(text, match.start())}
count = sum(rule["level"] in NORMATIVE for rule in rules.values())
if count != 366 or len(rules) != 390:
    fault(RULES, 1, f"{len(rules)} statements, of which {count} normative; 390 and 366 are meant")
configs = sum(rule["level"] in NORMATIVE and rule["who"] == "CONFIG" for rule in rules.values())
if configs != 101:
    fault(RULES, 1, f"{configs} normative statements about configs and bundles; 101 are meant")

reported = set()
for file in sources("lib"):
    if file.parts[1] not in ("spec", "container", "inspect"):
        continue
    source = read(file)
    for match in ID.finditer(source):
        reported.add(match[1])
        if match[1] not in rules:
            fault(file, line_of(source, match.start()), f"{match[1]} is no statement of {RULES}")

bundle = read("conformance/bundle.c")
named = set(re.findall(r'\{ "([A-Z]+-[A-Z\d]+)",', bundle))
for name, rule in rules.items():
    excused = any(name.startswith(other) for other in named) or name in STRUCTURAL
    if rule["who"] == "CONFIG" and not excused and name not in reported:
        fault(RULES, rule["line"], f"{name} is about a config, and the library never reports it")
finish()
