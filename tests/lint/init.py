# SPDX-License-Identifier: LGPL-2.1-or-later
"""Init stands alone: no symbol of its objects comes from elsewhere, and the program is small, static
and has no memory that is both written and executed.

Arguments: the source tree, the program, its objects."""
import struct
import sys
from pathlib import Path

from lint import fault, finish, skip, source_of, symbols

SIZE_MAX = 48 * 1024
MACHINES = {62: "x86_64", 183: "aarch64", 243: "riscv64"}  # the others link a libc
LINKER = {"_GLOBAL_OFFSET_TABLE_", "__global_pointer$"}
PT_DYNAMIC, PT_INTERP, PT_GNU_STACK = 2, 3, 0x6474e551
PF_X, PF_W = 1, 2
SHT_DYNAMIC = 6


def check_symbols(objects):
    defined = symbols(objects, undefined=False)
    for name, path in symbols(objects, undefined=True).items():
        if name not in defined and name not in LINKER:
            fault(source_of(path), 1, f"needs {name}, which no file of init defines")


def check_segments(path, data):
    phoff, shoff = struct.unpack_from("<QQ", data, 32)
    phentsize, phnum, shentsize, shnum = struct.unpack_from("<HHHH", data, 54)
    stack = False
    for i in range(phnum):
        kind, flags = struct.unpack_from("<II", data, phoff + i * phentsize)
        stack = stack or kind == PT_GNU_STACK
        if flags & PF_X and flags & PF_W:
            fault(path, 1, f"segment {i} is writable and executable")
        if kind in (PT_DYNAMIC, PT_INTERP):
            fault(path, 1, f"segment {i} is for a dynamic linker: init is to be static")
    if not stack:
        fault(path, 1, "no PT_GNU_STACK: the stack could be executable")
    for i in range(shnum):
        if struct.unpack_from("<I", data, shoff + i * shentsize + 4)[0] == SHT_DYNAMIC:
            fault(path, 1, "has a dynamic section: init is to be static")


program = Path(sys.argv[2])
image = program.read_bytes()
if image[:6] != b"\x7fELF\x02\x01" or struct.unpack_from("<H", image, 18)[0] not in MACHINES:
    skip("on this machine init is linked with a libc")
if len(image) > SIZE_MAX:
    fault(program, 1, f"{len(image)} bytes, {SIZE_MAX} are allowed")
check_segments(program, image)
check_symbols(sys.argv[3:])
finish()
