# SPDX-License-Identifier: LGPL-2.1-or-later
"""What is in the repository speaks of the project, not of the machine or of the circumstances under
which a line was written."""
import re

from lint import fault, finish, read, tracked

# Put together from parts, so that this file does not find itself.
PATTERNS = [
    ("a directory of one machine", re.compile("/wor" + r"k/")),
    ("a directory of one machine", re.compile(r"(?<![\w/.-])share" + r"d/\w")),
    ("the host of a package mirror", re.compile(r"https?://(deb|mirror|proxy|pypi-)[\w.-]*[:/]")),
    ("an address of a private network",
     re.compile(r"https?://(10\.|127\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|localhost)")),
    ("how it was written, not what it is",
     re.compile(r"\b(clau" + r"de|anthro" + r"pic|sub-?agen" + r"t|LL" + r"M|chat" + r"gpt"
                r"|language mode" + r"l|context windo" + r"w|(the|your|my) brie" + r"f"
                r"|this sessio" + r"n|(last|earlier|other|next) sessio" + r"ns?\b)", re.I)),
]

for file in tracked():
    text = read(file)
    if "\0" in text:
        continue
    for number, line in enumerate(text.split("\n"), 1):
        for reason, pattern in PATTERNS:
            match = pattern.search(line)
            if match:
                fault(file, number, f'"{match[0]}": {reason}')
finish()
