# SPDX-License-Identifier: LGPL-2.1-or-later
"""Installs liboci into a temporary directory, builds a C and a C++ program against that copy, by
pkg-config and by find_package(), and lets each run a container.

Arguments: cmake, the build directory, the installation prefix, `report`, the C compiler, the C++
compiler, flags that the library was built with and its users need too."""
import os
import shutil
import subprocess
import sys
from pathlib import Path

from common import SKIP, Place, make_bundle, need_root

SOURCES = Path(__file__).resolve().parent / "consumer"
STATUS = 7


def call(*command, **more):
    run = subprocess.run([str(word) for word in command], capture_output=True, text=True,
                         check=False, **more)
    if run.returncode:
        sys.exit(f"{' '.join(map(str, command))}: status {run.returncode}\n{run.stdout}{run.stderr}")
    return run.stdout


def install(cmake, build, prefix, target):
    call(cmake, "--install", build, env={**os.environ, "DESTDIR": str(target)})
    return target / prefix.lstrip("/")


def by_pkg_config(top, target, compilers, flags, where):
    """The prefix in liboci.pc is the final one; the temporary directory is the sysroot."""
    pc = next(top.rglob("liboci.pc"), None)
    if not pc:
        sys.exit("liboci.pc is not installed")
    environment = {**os.environ, "PKG_CONFIG_LIBDIR": str(pc.parent),
                   "PKG_CONFIG_SYSROOT_DIR": str(target)}
    found = call("pkg-config", "--cflags", "--libs", "liboci", env=environment).split()
    where.mkdir()
    programs = []
    for compiler, source in compilers:
        program = where / f"by-pkg-config{source.suffix}"
        call(compiler, *flags, "-Wall", "-Wextra", "-Werror", source, *found, "-o", program)
        programs.append(program)
    return programs


def by_find_package(cmake, top, compilers, flags, where):
    (c, _), (cxx, _) = compilers
    text = " ".join(flags)
    call(cmake, "-S", SOURCES, "-B", where, f"-DCMAKE_PREFIX_PATH={top}",
         f"-DCMAKE_C_COMPILER={c}", f"-DCMAKE_CXX_COMPILER={cxx}", f"-DCMAKE_C_FLAGS={text}",
         f"-DCMAKE_CXX_FLAGS={text}", "-DCMAKE_FIND_USE_PACKAGE_REGISTRY=OFF")
    call(cmake, "--build", where)
    return [where / "consumer-c", where / "consumer-cxx"]


def run_one(place, program, bundle, library, number):
    run = subprocess.run([program, place.state_root, bundle, f"{place.prefix}-{number}"],
                         env={**os.environ, "LD_LIBRARY_PATH": str(library)}, text=True,
                         capture_output=True, check=False)
    if run.returncode or run.stdout != f"status {STATUS}\n":
        place.fault(f"{program.name}: status {run.returncode}, said {run.stdout!r} {run.stderr!r}")
    used = call("ldd", program, env={**os.environ, "LD_LIBRARY_PATH": str(library)})
    if str(library) not in used:
        place.fault(f"{program.name} does not use the installed liboci:\n{used}")


cmake_program, build_dir, install_prefix, report, cc, cxx_compiler, *build_flags = sys.argv[1:]
need_root()
if not cxx_compiler or not shutil.which("pkg-config"):
    print("skipped: needs a C++ compiler and pkg-config")
    sys.exit(SKIP)
build_flags = [flag for flag in build_flags if flag]
with Place() as here:
    tools = [(cc, SOURCES / "main.c"), (cxx_compiler, SOURCES / "main.cc")]
    destination = here.directory / "installed"
    installed = install(cmake_program, build_dir, install_prefix, destination)
    shared = next(installed.rglob("liboci.so"), None)
    if not shared:
        sys.exit("liboci.so is not installed")
    container = make_bundle(here.directory / "bundle", report, "exit", str(STATUS))
    built = by_pkg_config(installed, destination, tools, build_flags, here.directory / "pc")
    built += by_find_package(cmake_program, installed, tools, build_flags, here.directory / "find")
    for n, consumer in enumerate(built):
        run_one(here, consumer, container, shared.parent, n)
here.finish()
