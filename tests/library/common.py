# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the tests of the library share: being root, a bundle, and the look at what is left over."""
import json
import os
import shutil
import signal
import sys
import tempfile
from pathlib import Path

SKIP = 77
CAPABILITIES = ["CAP_KILL", "CAP_AUDIT_WRITE", "CAP_NET_BIND_SERVICE"]


def need_root():
    if os.geteuid() != 0:
        print("skipped: this test makes containers, and has to be root for it")
        sys.exit(SKIP)


def mount(destination, kind, *options):
    return {"destination": destination, "type": kind, "source": kind, "options": list(options)}


def make_bundle(directory, report, *args):
    """A container that runs `report` with the arguments, in namespaces as engines ask for them."""
    rootfs = Path(directory, "rootfs")
    (rootfs / "bin").mkdir(parents=True)
    for name in ("proc", "dev", "sys"):
        (rootfs / name).mkdir()
    shutil.copy(report, rootfs / "bin" / "report")
    config = {
        "ociVersion": "1.0.2",
        "process": {
            "user": {"uid": 0, "gid": 0},
            "args": ["/bin/report", *args],
            "env": ["PATH=/bin"],
            "cwd": "/",
            "capabilities": {name: CAPABILITIES
                             for name in ("bounding", "effective", "permitted")},
            "rlimits": [{"type": "RLIMIT_NOFILE", "soft": 1024, "hard": 1024}],
            "noNewPrivileges": True,
        },
        "root": {"path": "rootfs", "readonly": True},
        "hostname": "library",
        "mounts": [
            mount("/proc", "proc", "nosuid", "noexec", "nodev"),
            mount("/dev", "tmpfs", "nosuid", "mode=755", "size=64k"),
        ],
        "linux": {
            "resources": {"pids": {"limit": 32}},
            "namespaces": [{"type": kind}
                           for kind in ("pid", "network", "ipc", "uts", "mount", "cgroup")],
            "maskedPaths": ["/proc/kcore", "/proc/keys"],
            "readonlyPaths": ["/proc/sys"],
        },
    }
    Path(directory, "config.json").write_text(json.dumps(config))
    return directory


def cgroups_of(prefix):
    top = Path("/sys/fs/cgroup")
    return [path for parent in [*top.glob("ocirun"), *top.glob("*/ocirun")]
            for path in parent.glob(f"{prefix}*")]


def processes_of(prefix):
    found = []
    for path in Path("/proc").glob("[0-9]*/cgroup"):
        try:
            if f"/ocirun/{prefix}" in path.read_text():
                found.append(int(path.parent.name))
        except OSError:
            pass  # it has ended
    return found


class Place:
    """A temporary directory with a state root, and ids of our own. At its end nothing may be left of
    the containers; what is left is removed all the same."""

    def __enter__(self):
        self.directory = Path(tempfile.mkdtemp(prefix="liboci-"))
        self.prefix = f"library-{os.getpid()}"
        self.state_root = self.directory / "state"
        self.faults = 0
        return self

    def fault(self, text):
        print(text)
        self.faults += 1

    def __exit__(self, kind, value, traceback):
        for pid in processes_of(self.prefix):
            self.fault(f"process {pid} is left")
            os.kill(pid, signal.SIGKILL)
        for path in cgroups_of(self.prefix):
            self.fault(f"cgroup {path} is left")
        mounts = Path("/proc/self/mountinfo").read_text()
        for line in mounts.splitlines():
            if str(self.directory) in line:
                self.fault(f"a mount is left: {line}")
        for path in self.state_root.glob("[!.]*"):     # but .notes, which belong to no container
            self.fault(f"record {path} is left")
        while cgroups_of(self.prefix) and processes_of(self.prefix):
            os.sched_yield()
        for path in cgroups_of(self.prefix):
            path.rmdir()
        shutil.rmtree(self.directory)
        return False

    def finish(self):
        sys.exit(1 if self.faults else 0)
