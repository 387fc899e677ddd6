# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the benchmarks share: the runtimes, the bundles, and the private view of the machine that the
runtimes get (see the file `enter`). Everything made lies in one temporary folder, which the commands
see as View.inside and which is removed at the end."""
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
ENGINE_DEFAULT = os.path.join(TOP, "tests/data/engine-default")
CGROUPS = "/sys/fs/cgroup"

MINIMAL = {
    "ociVersion": "1.0.2",
    "process": {"user": {"uid": 0, "gid": 0}, "args": ["/bin/true"], "env": ["PATH=/bin"], "cwd": "/"},
    "root": {"path": "rootfs"},
    "hostname": "minimal",
    "mounts": [
        {"destination": "/proc", "type": "proc", "source": "proc"},
        {"destination": "/dev", "type": "tmpfs", "source": "tmpfs",
         "options": ["nosuid", "strictatime", "mode=755", "size=65536k"]}],
    "linux": {"namespaces": [{"type": type} for type in ("pid", "ipc", "uts", "mount")]},
}


class Problem(Exception):
    """One line for the user."""


def stat_type(path):
    return subprocess.run(["stat", "-f", "-c", "%T", path], stdout=subprocess.PIPE, text=True,
                          stderr=subprocess.DEVNULL).stdout.strip()


def remove_cgroup(path):
    for _ in range(100):
        try:
            return os.rmdir(path)
        except OSError:
            time.sleep(0.05)
    return print(f"{path} is left", file=sys.stderr)


def copied(config):
    return json.loads(json.dumps(config))


def engine_default():
    """What an engine sends. The version is lowered for older runtimes: nothing newer is used."""
    with open(os.path.join(ENGINE_DEFAULT, "config.json"), encoding="utf-8") as file:
        return dict(json.load(file), ociVersion="1.0.2")


def engine_default_v2():
    """The same without the limits, whose controllers a hybrid host's cgroup2 does not have."""
    config = engine_default()
    config["linux"]["resources"] = {"devices": config["linux"]["resources"]["devices"]}
    return config


def userns():
    config = copied(MINIMAL)
    config["linux"]["namespaces"].append({"type": "user"})
    for kind in ("uidMappings", "gidMappings"):
        config["linux"][kind] = [{"containerID": 0, "hostID": 100000, "size": 65536}]
    return config


def binds(n):
    config = copied(MINIMAL)
    config["mounts"] += [{"destination": f"/m/{i}", "type": "bind", "source": "files",
                          "options": ["bind"]} for i in range(n)]
    return config


def env(n):
    config = copied(MINIMAL)
    config["process"]["env"] += [f"VARIABLE_{i}=the value of variable {i}" for i in range(n)]
    return config


CONFIGS = {"minimal": lambda: MINIMAL, "engine-default": engine_default,
           "engine-default-v2": engine_default_v2, "userns": userns, "binds": binds, "env": env}


class View:
    def __init__(self, root=None, build=None):
        if os.geteuid() != 0:
            raise Problem("must be run as root")
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))     # by way of __exit__
        self.root = os.path.abspath(root) if root else ""
        self.bin = os.path.join(build or os.path.join(TOP, "build/release"), "bin")
        self.runtimes = {}      # name: path in the view
        self.folders = []       # of the host, to be bound into the root: path, name, ...
        shm = os.access("/dev/shm", os.W_OK) and stat_type("/dev/shm") == "tmpfs"
        self.work = tempfile.mkdtemp(prefix="bench.", dir="/dev/shm" if shm else None)
        os.chmod(self.work, 0o755)      # for the ids of a user namespace
        self.inside = "/mnt" if self.root else self.work
        self.tag = os.path.basename(self.work)      # begins the id of every container
        for name in ("runtimes", "bundles", "cgroup", "mounts", "state"):
            os.mkdir(os.path.join(self.work, name))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        """A runtime that was killed half-way can leave cgroups, with processes that are about to end."""
        for folder, folders, _ in os.walk(CGROUPS, topdown=False):
            for name in folders:
                if self.tag in name:
                    remove_cgroup(os.path.join(folder, name))
        subprocess.run(["rm", "-rf", "--one-file-system", "--", self.work], check=True)

    # --- the runtimes ---

    def tool(self, name):
        """The path in the view of a program of ours."""
        path = os.path.join(self.bin, name)
        if not os.access(path, os.X_OK):
            raise Problem(f"{path} is missing: build with -DOCI_TESTS=ON")
        return self.bound(path, "tools")

    def bound(self, path, name):
        if not self.root:
            return path
        folder = os.path.join(self.work, "runtimes", name)
        if not os.path.isdir(folder):
            os.mkdir(folder)
            self.folders += [os.path.dirname(path), name]
        return os.path.join(self.inside, "runtimes", name, os.path.basename(path))

    def add_runtime(self, name, path):
        """A program that exists in the root is taken from there."""
        if self.root and os.access(self.root + path, os.X_OK):
            self.runtimes[name] = path
        elif os.access(path, os.X_OK):
            self.runtimes[name] = self.bound(os.path.abspath(path), name)
        else:
            raise Problem(f"{path}: no such program")

    def add_runtimes(self, asked):
        """Those asked for as NAME=PATH, or all that are there."""
        for text in asked:
            name, _, path = text.partition("=")
            if not name or not path:
                raise Problem(f'--runtime: "{text}" is not NAME=PATH')
            self.add_runtime(name, path)
        known = {"ocirun": f"{self.bin}/ocirun", "crun": "/usr/bin/crun", "runc": "/usr/bin/runc",
                 "floor": f"{self.bin}/bench_floor"}
        if self.root == "" and not os.path.exists(known["runc"]):
            known["runc"] = "/usr/sbin/runc"
        for name, path in known.items() if not asked else ():
            try:
                self.add_runtime(name, path)
            except Problem as problem:
                print(f"{problem}: {name} is left out", file=sys.stderr)
        if not self.runtimes:
            raise Problem("no runtime found")

    # --- the bundles ---

    def busybox(self):
        for path in (self.root + "/usr/bin/busybox", self.root + "/bin/busybox", "/usr/bin/busybox",
                     "/bin/busybox"):
            if os.access(path, os.X_OK):
                return path
        raise Problem("no busybox: install busybox-static")

    def rootfs(self, path, mount_points):
        for name in ("bin", "proc", "dev", "sys", "etc", "tmp", "m"):
            os.makedirs(os.path.join(path, name))
        for i in range(mount_points):
            os.mkdir(os.path.join(path, "m", str(i)))
        for name in ("hosts", "hostname", "resolv.conf"):
            open(os.path.join(path, "etc", name), "w", encoding="utf-8").close()
        shutil.copy(self.busybox(), os.path.join(path, "bin/busybox"))
        for name in ("true", "sleep"):
            os.symlink("busybox", os.path.join(path, "bin", name))
        if subprocess.run(["chroot", path, "/bin/true"], check=False).returncode != 0:
            raise Problem(f"{self.busybox()} is not static: install busybox-static")

    def bundle(self, name, n=None):
        """The folder in the view of a bundle; behind -wait is the same with a process that waits to
        be killed."""
        label = name if n is None else f"{name}-{n}"
        folder = os.path.join(self.work, "bundles", label)
        if not os.path.exists(folder):
            config = copied(CONFIGS[name]() if n is None else CONFIGS[name](n))
            shutil.copytree(os.path.join(ENGINE_DEFAULT, "files"), os.path.join(folder, "files"))
            self.rootfs(os.path.join(folder, "rootfs"), n if name == "binds" else 0)
            shutil.copytree(folder, folder + "-wait", symlinks=True)
            for ending, args in (("", ["/bin/true"]), ("-wait", ["/bin/sleep", "100000"])):
                config["process"]["args"] = args
                with open(f"{folder}{ending}/config.json", "w", encoding="utf-8") as file:
                    json.dump(config, file)
        return os.path.join(self.inside, "bundles", label)

    # --- the view ---

    def has_v2(self):
        return "cgroup2fs" in (stat_type(CGROUPS), stat_type(CGROUPS + "/unified"))

    def has_v1(self):
        return stat_type(CGROUPS) != "cgroup2fs"

    def enter(self, *command, cgroup="v1", mounts=0, **more):
        """Runs a command in the view, with so many mounts more. Whatever it leaves running is
        killed. With mounts it is only for runs in the foreground, and in this pid namespace: if that
        is the first, a runtime can find a mount namespace with hardly any."""
        pids = () if mounts else ("--pid",)
        return subprocess.run(
            ["unshare", "--mount", *pids, "--fork", "--kill-child", "--propagation", "private", "--",
             os.path.join(HERE, "enter"), os.readlink("/proc/self/ns/mnt"), self.work, self.root,
             cgroup, str(mounts), *self.folders, "--", *command], check=False, text=True, **more)
