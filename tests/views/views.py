#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a program inside sees, for many configurations: the mount table, every file, ids and
capabilities, namespaces, and what differs from the caller's. catalogue.py lists the configurations;
golden/NAME.txt is the view of each.

	UPDATE=1 ctest --test-dir build/release -R views

writes the files anew. To see what one of them shows, look at its difference from minimal.txt.

The view may not depend on the machine. So the bundle lies on a tmpfs of our own, called "host",
below a "/" that is shared as under systemd; limits of the caller are set to known values; and what
the host decides (numbers of mounts and of peer groups, the cgroup hierarchies, what /dev of the host
is) is put into words in render.py."""
import difflib
import json
import os
import resource
import socket
import stat
import subprocess
import sys

sys.path.insert(1, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../integration"))

import harness
from harness import MS_PRIVATE, MS_REC, MS_SHARED, Bundle, Test, mount, read, umount, write

import render
from catalogue import VIEWS

GOLDEN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "golden")
UPDATE = os.environ.get("UPDATE")
FACTS = ["pid", "uid", "euid", "suid", "fsuid", "gid", "egid", "sgid", "fsgid", "groups", "umask",
         "cwd", "env", "caps", "securebits", "no_new_privs", "seccomp.mode", "dumpable", "keyring.session",
         "fd", "hostname", "domainname", "rlimit", "oom_score_adj", "sched.policy", "sched.priority",
         "nice", "ioprio", "affinity", "personality", "mempolicy", "uid_map",
         "gid_map", "setgroups", "timens_offsets", "net.lo", "ns",
         "cgroup", "mount", "mountid", "tree./"]


def hierarchies():
    """Those lines of /proc/self/cgroup whose hierarchies are mounted at the usual place."""
    lines = read("/proc/self/cgroup").splitlines()
    if os.path.exists(harness.CGROUPS + "/cgroup.controllers"):
        return [line for line in lines if line.startswith("0::")]
    unified = os.path.exists(harness.CGROUPS + "/unified/cgroup.procs")
    return [line for line in lines if unified or not line.startswith("0::")]


def fill_volume(volume):
    """What the views bind, by the path volume/NAME relative to the bundle."""
    os.makedirs(volume + "/dir/below/deep")
    write(volume + "/dir/file", "text")
    os.chown(volume + "/dir/file", 3, 4)
    write(volume + "/file", "text")
    os.chmod(volume + "/file", 0o640)
    os.symlink("file", volume + "/link")
    os.symlink("/no/where", volume + "/dangling")
    os.mkfifo(volume + "/fifo", 0o600)
    os.mknod(volume + "/null", stat.S_IFCHR | 0o666, os.makedev(1, 3))
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(volume + "/socket")
    for layer in ("lower", "upper", "work"):
        os.mkdir(volume + "/" + layer)
    write(volume + "/lower/from-lower", "")
    write(volume + "/upper/from-upper", "")


def fill_image(rootfs):
    """What the image has at the places that the views mount on, mask and copy."""
    os.makedirs(rootfs + "/image/dir")
    os.chmod(rootfs + "/image", 0o1755)
    write(rootfs + "/image/file", "text")
    os.chown(rootfs + "/image/file", 5, 6)
    os.chmod(rootfs + "/image/dir", 0o2710)
    os.symlink("/image/file", rootfs + "/image/link")


def shift_owners(path, first):
    """As engines do for a user namespace, whose ids begin at @first. The program has other names."""
    for folder, folders, names in os.walk(path):
        for name in [".", *folders, *names]:
            found = os.lstat(os.path.join(folder, name))
            if found.st_uid < first and name != "report":
                os.chown(os.path.join(folder, name), found.st_uid + first, found.st_gid + first,
                         follow_symlinks=False)


class Views(Test):
    @classmethod
    def setUpClass(cls):
        os.umask(0o022)
        mount(None, "/", None, MS_SHARED | MS_REC)
        cls.host = os.path.join(Test.work, "host")
        os.mkdir(cls.host)
        mount("host", cls.host, "tmpfs", 0, "size=32m,mode=755")
        cls.report = os.path.join(cls.host, "report")
        subprocess.run(["cp", Test.report, cls.report], check=True)
        cls.outer_report, Test.report = Test.report, cls.report
        # A program with sanitizers has no cores by itself.
        for limit, *values in ((resource.RLIMIT_NOFILE, 1000, 2000), (resource.RLIMIT_CORE, 0, 999),
                               (resource.RLIMIT_NPROC, 5000, 5000)):
            resource.setrlimit(limit, values)
        write("/proc/self/oom_score_adj", "77")
        text = subprocess.run([cls.report, *FACTS[:FACTS.index("mount")]], check=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE).stdout.decode()
        cls.caller = dict(line.split("=", 1) for line in text.splitlines())

    @classmethod
    def tearDownClass(cls):
        Test.report = cls.outer_report
        umount(cls.host)
        mount(None, "/", None, MS_PRIVATE | MS_REC)

    def setUp(self):
        """Paths show up in the views, so they are the same in each."""
        self.path = os.path.join(self.host, "bundle")
        os.mkdir(self.path)
        self.volume = os.path.join(self.path, "volume")
        fill_volume(self.volume)
        for name in ("/dir/below", "/dir/below/deep"):
            mount("host-below", self.volume + name, "tmpfs", 0, "mode=755")
            os.makedirs(self.volume + "/dir/below/deep", exist_ok=True)
        write(self.volume + "/dir/below/deep/file", "text")
        super().setUp()
        os.rmdir(self.directory)
        self.directory = os.path.join(self.host, "beside")
        os.mkdir(self.directory)

    def tearDown(self):
        try:
            super().tearDown()
        finally:
            umount(self.volume + "/dir/below")
            subprocess.run(["rm", "-rf", self.path, self.directory], check=True)

    def finished(self, view, id, *args):
        """The config of a view, with the real names in the places of {volume}, {holder} and {id}."""
        words = {"{volume}": self.volume, "{id}": id}
        if view.holder:
            words["{holder}"] = "/proc/%d" % self.running(view.holder)[1]
            self.holder = {name: os.readlink("%s/ns/%s" % (words["{holder}"], name)).split("[")[1][:-1]
                           for name in os.listdir(words["{holder}"] + "/ns")}
        text = json.dumps(view.config(*args))
        for word, value in words.items():
            text = text.replace(word, value)
        return json.loads(text)

    def view(self, view):
        self.holder = {}
        id = self.new_id()
        config = self.finished(view, id, *FACTS, *("file." + path for path in view.files))
        bundle = Bundle(self.path, config)
        fill_image(bundle.rootfs)
        for mapping in config["linux"].get("uidMappings", []):
            shift_owners(bundle.rootfs, mapping["hostID"])
        for name in ("resolv.conf", "hostname", "hosts"):
            write(os.path.join(self.path, name), name)
        os.symlink(".", os.path.join(self.path, "files"))
        result = self.ocirun("run", "--bundle", bundle.path, *view.options, id)
        self.assertEqual((result.code, result.err), (0, ""), result)
        host = render.Host(config=config, caller=self.caller, holder=self.holder, id=id, bundle=self.path,
                           mountinfo=read("/proc/self/mountinfo"),
                           hierarchies=hierarchies())
        return render.view(result.facts(), host)

    def compare(self, name):
        view = VIEWS[name]
        if view.kernel:
            release = tuple(int(number) for number in os.uname().release.split(".")[:2])
            harness.skip_unless(release >= view.kernel, "needs Linux %d.%d" % view.kernel)
        if name.startswith("namespace-user"):
            harness.skip_unless(read("/proc/sys/user/max_user_namespaces").strip() != "0",
                                "user.max_user_namespaces is 0")
        path = os.path.join(GOLDEN, name + ".txt")
        actual = self.view(view)
        if UPDATE:
            write(path, actual)
        expected = read(path) if os.path.exists(path) else ""
        if actual != expected:
            self.fail("the view has changed; if that is meant: UPDATE=1\n" + "".join(
                difflib.unified_diff(expected.splitlines(True), actual.splitlines(True),
                                     "golden/%s.txt" % name, "seen")))


class Golden(Test):
    def test_one_for_each_view(self):
        """None is left of a view that is gone, and no two views are the same."""
        self.assertEqual(sorted(os.listdir(GOLDEN)), sorted(name + ".txt" for name in VIEWS))
        self.assertGreaterEqual(len({read(os.path.join(GOLDEN, name)) for name in os.listdir(GOLDEN)}),
                                40)


def add_tests():
    for name in VIEWS:
        setattr(Views, "test_" + name.replace("-", "_"), lambda self, name=name: self.compare(name))


add_tests()
if __name__ == "__main__":
    harness.main()
