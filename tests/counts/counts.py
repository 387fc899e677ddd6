#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What does not depend on how busy the machine is: the instructions of the pure code, counted by
callgrind, and the system calls of the verbs, counted by strace. A tenth more than baseline.json
fails; UPDATE=1 writes what is found into it.

usage: counts.py instructions|syscalls      with OCIRUN, REPORT, GOLDEN and SOURCE_DIR set"""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

SKIPPED = 77
TOLERANCE = 0.10
SOURCE = os.environ["SOURCE_DIR"]
BASELINE = os.path.join(SOURCE, "tests/counts/baseline.json")
ENGINE = os.path.join(SOURCE, "tests/data/engine-default/config.json")


def skip(reason):
    print("skipped: " + reason)
    sys.exit(SKIPPED)


def output_of(*argv, **more):
    return subprocess.run(argv, check=True, capture_output=True, text=True, **more).stdout


# --- instructions ---

PURE = {"decode and check": "spec_decode", "plan": "plan_create", "filter": "seccomp_compile"}


def instructions():
    """Another compiler or library makes other code: each has its own baseline."""
    if not shutil.which("valgrind"):
        skip("valgrind is not installed")
    golden = os.environ["GOLDEN"]
    comment = output_of("readelf", "-p", ".comment", golden)
    compiler = re.search(r"(GCC|clang).*?(\d+\.\d+)\.\d+\s", comment)
    key = " ".join((os.uname().machine, *(compiler.groups() if compiler else ("unknown",))))
    found = {}
    for name, function in PURE.items():
        result = subprocess.run(
            ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null",
             "--toggle-collect=" + function, golden, ENGINE, "hybrid"],
            check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        found[name] = int(re.search(r"Collected : (\d+)", result.stderr).group(1))
    return key, found


# --- system calls ---

class Container:
    """Without cgroups, of which each machine has other ones."""
    PREFIX = ("unshare", "--mount", "sh", "-c",
              'mount --make-rprivate / && umount -l /sys/fs/cgroup && exec "$0" "$@"')

    def __init__(self, directory, config):
        self.directory, self.id = directory, "counts%d" % os.getpid()
        rootfs = os.path.join(directory, "rootfs")
        os.makedirs(rootfs + "/bin", exist_ok=True)
        shutil.copy(os.environ["REPORT"], rootfs + "/bin/report")
        with open(os.path.join(directory, "config.json"), "w") as file:
            json.dump(config, file)

    def count(self, *args, follow=False):
        """With @follow those of all processes, which have to end for that."""
        trace = os.path.join(self.directory, "count")
        argv = [*self.PREFIX, "strace", *(["-f"] if follow else []), "-c", "-o", trace, os.environ["OCIRUN"], "--root",
                self.directory + "/state", *args]
        with open(self.directory + "/said", "w") as said:
            code = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                  stderr=said, check=False).returncode
        with open(self.directory + "/said") as said:
            text = said.read()
        if code:
            sys.exit("%s: exit status %d: %s" % (" ".join(args), code, text))
        with open(trace) as file:
            return int(re.search(r"^100\.00 .* total$", file.read(), re.M).group(0).split()[3])

    def run(self):
        return self.count("run", "--bundle", self.directory, self.id, follow=True)

    def verbs(self):
        found = {}
        for name, args in (("create", ("create", "--bundle", self.directory, self.id)),
                           ("start", ("start", self.id)), ("state", ("state", self.id)),
                           ("exec", ("exec", self.id, "/bin/report", "exit", "0")),
                           ("kill", ("kill", self.id, "0")),
                           ("delete --force", ("delete", "--force", self.id))):
            found[name] = self.count(*args, follow=name == "exec")
        return found


def minimal(*args):
    return {"ociVersion": "1.2.0", "root": {"path": "rootfs"}, "mounts": [],
            "process": {"cwd": "/", "args": ["/bin/report", *args], "env": ["PATH=/bin"],
                        "user": {"uid": 0, "gid": 0}},
            "linux": {"namespaces": [{"type": kind} for kind in ("mount", "pid", "ipc", "uts")]}}


def engine():
    with open(ENGINE) as file:
        config = json.load(file)
    del config["linux"]["resources"]
    config["mounts"] = [mount for mount in config["mounts"]
                        if mount["type"] not in ("bind", "cgroup")]
    config["process"].update(args=["/bin/report", "exit", "0"], terminal=False, rlimits=[])
    config["process"].pop("oomScoreAdj", None)
    return config


def syscalls():
    if os.geteuid() != 0:
        skip("not root")
    if not shutil.which("strace"):
        skip("strace is not installed")
    release = tuple(int(number) for number in os.uname().release.split(".")[:2])
    if release < (6, 18):
        skip("an older kernel needs other calls: counted from Linux 6.18 on")
    found = {}
    with tempfile.TemporaryDirectory(dir="/dev/shm") as directory:
        found["run, minimal"] = Container(directory, minimal("exit", "0")).run()
        found["run, engine-default"] = Container(directory, engine()).run()
        found.update(Container(directory, minimal("sleep")).verbs())
    return os.uname().machine, found


# --- the verdict ---

def main():
    what = sys.argv[1]
    key, found = {"instructions": instructions, "syscalls": syscalls}[what]()
    with open(BASELINE) as file:
        baseline = json.load(file)
    if os.environ.get("UPDATE"):
        baseline[what][key] = found
        with open(BASELINE, "w") as file:
            json.dump(baseline, file, indent=2, sort_keys=True)
            file.write("\n")
    expected = baseline[what].get(key)
    if not expected:
        skip("there is no baseline for %s: UPDATE=1 makes one" % key)
    worse = False
    for name, count in found.items():
        too_many = count > expected[name] * (1 + TOLERANCE)
        worse = worse or too_many
        print("%-22s %9d, %+.1f %%%s" % (name, count, (count / expected[name] - 1) * 100,
                                         "  TOO MANY" if too_many else ""))
    sys.exit(1 if worse else 0)


main()
