#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A host with many mounts: before Linux 7.1 a container's mount namespace begins as a copy of that of
kdevtmpfs, which has hardly any, wherever that one can be entered. All is as without: the tests of
rootfs.py are run again here, and a few of what is another way then."""
import glob
import os
import signal
import struct

import harness
import rootfs
from harness import (MS_BIND, MS_PRIVATE, MS_SHARED, PROC, Test, bind, libc, minimal, mount, read,
                     tmpfs, umount)

MANY = 300
PR_SET_NAME = 15
# As classes of this file: there is one set-up for all of them.
for base in (rootfs.Root, rootfs.Mounts, rootfs.Links, rootfs.Hidden, rootfs.Devices, rootfs.Sysctl,
             rootfs.CopyUp, rootfs.MappedIds, rootfs.Propagation):
    globals()[base.__name__] = type(base.__name__, (base,), {"__module__": __name__})


def setUpModule():
    path = os.path.join(Test.work, "many")
    os.mkdir(path)
    mount("tmpfs", path, "tmpfs")
    for number in range(MANY):
        place = os.path.join(path, str(number))
        os.mkdir(place)
        mount(path, place, None, MS_BIND)


def kdevtmpfs():
    """Its pid, None where it is not in sight. What is a thread of the kernel has no command line."""
    for path in glob.glob("/proc/[0-9]*/comm"):
        pid = path.split("/")[2]
        try:
            if read(path) == "kdevtmpfs\n" and not read("/proc/%s/cmdline" % pid):
                return int(pid)
        except OSError:
            pass
    return None


class Seen(Test):
    """Wherever its mount namespace began, a container has its own mounts, and they are connected as
    the config says."""

    def test_what_the_container_sees(self):
        """Its own mounts, by the same numbers of file systems, and nothing of the two namespaces."""
        config = minimal("mount", "root", mounts=[PROC, tmpfs("/dev"), bind("/etc/passwd", "/p")],
                         linux__maskedPaths=["/proc/keys", "/proc/acpi"])
        facts = self.observe(config)
        seen = sorted(value.split()[0] for name, value in facts.items()
                      if name.startswith("mount.") and name != "mount.count")
        masked = [path for path in ("/proc/acpi", "/proc/keys") if os.path.exists(path)]
        self.assertEqual(seen, sorted(["/", "/proc", "/dev", "/p", *masked]))
        self.assertFalse([value for name, value in facts.items() if name.startswith("mount.") and
                          " shared" in value], facts)

    def mounted_by_the_container(self, pid, target):
        """As a program in it would with CAP_SYS_ADMIN."""
        child = os.fork()
        if child == 0:
            try:
                fd = os.open("/proc/%d/ns/mnt" % pid, os.O_RDONLY)
                harness.check(libc.setns(fd, harness.CLONE_NEWNS), "setns")
                mount("tmpfs", target, "tmpfs")
                os._exit(0)
            finally:
                os._exit(1)
        self.assertEqual(os.waitpid(child, 0)[1], 0)

    def test_what_comes_out(self):
        """A mount in a volume comes out to the host where both say shared."""
        host = os.path.join(self.directory, "host")
        os.mkdir(host)
        mount("tmpfs", host, "tmpfs")
        try:
            os.mkdir(host + "/sub")
            mount(None, host, None, MS_SHARED)
            for value, option, want in (("rshared", "rshared", True), (None, "rslave", False),
                                        (None, "rshared", False), (None, "rprivate", False)):
                config = minimal("sleep", mounts=[PROC, bind(host, "/bound", option)])
                if value:
                    config["linux"]["rootfsPropagation"] = value
                    mount(None, "/", None, MS_SHARED)
                try:
                    id, pid, _ = self.running(config)
                    self.mounted_by_the_container(pid, "/bound/sub")
                    seen = os.path.ismount(host + "/sub")
                    if seen:
                        umount(host + "/sub")
                    self.works("delete", "--force", id)
                finally:
                    mount(None, "/", None, MS_PRIVATE)
                with self.subTest(value, option=option):
                    self.assertEqual(seen, want)
        finally:
            umount(host)


class Bare(Test):
    """Where it is done, and where the thread is."""

    def setUp(self):
        super().setUp()
        harness.skip_unless(harness.kernel() >= (6, 8), "Linux 6.8 brought listmount(2)")
        harness.skip_unless(harness.kernel() < (7, 1), "a mount namespace can begin empty")
        self.pid = kdevtmpfs()
        harness.skip_unless(self.pid, "kdevtmpfs is not in sight")

    def notes(self):
        return glob.glob(os.path.join(Test.root, ".notes", "kdevtmpfs-*"))

    def entered(self, config=None, *options, **more):
        """The namespace that a container of this config begins with, None for the host's."""
        plan = self.works("plan", "--bundle", self.bundle(config).path, *options, self.new_id(),
                          **more).out
        opened = [line.split()[4] for line in plan.splitlines() if " open mount namespace " in line]
        self.assertEqual(len(opened), plan.count(" setns mount "), plan)
        return opened[0] if opened else None

    def ours(self):
        return "/proc/%d/ns/mnt" % self.pid

    def test_where_there_are_many(self):
        self.assertEqual(self.entered(), self.ours())
        # Each bind mount has a price.
        most = (len(read("/proc/self/mountinfo").splitlines()) - 32) // 5
        binds = [bind("/etc/passwd", "/m/%d" % i) for i in range(most + 1)]
        self.assertEqual(self.entered(minimal(mounts=binds[:most])), self.ours())
        self.assertIsNone(self.entered(minimal(mounts=binds)))

    def test_not_for_who_needs_those_of_the_host(self):
        hook = {"path": "/bin/true"}
        for name in ("prestart", "createRuntime", "createContainer"):
            self.assertIsNone(self.entered(minimal(hooks={name: [hook]})), name)
        for name in ("startContainer", "poststart", "poststop"):
            self.assertEqual(self.entered(minimal(hooks={name: [hook]})), self.ours(), name)
        self.assertIsNone(self.entered(minimal(), "--no-pivot"))
        self.assertIsNone(self.entered(minimal(mounts=[
            {"destination": "/o", "type": "overlay", "source": "overlay",
             "options": ["lowerdir=/etc:/usr"]}])))
        config = minimal(linux__namespaces=[{"type": "pid"}, {"type": "mount"}, {"type": "user"}],
                         linux__uidMappings=[{"containerID": 0, "hostID": 100000, "size": 10}],
                         linux__gidMappings=[{"containerID": 0, "hostID": 100000, "size": 10}])
        self.assertIsNone(self.entered(config))

    def test_namespace_of_the_thread(self):
        """Nothing is left in it."""
        before = read("/proc/%d/mountinfo" % self.pid)
        id, pid, _ = self.running(minimal("sleep", mounts=[PROC, tmpfs("/x")]))
        self.assertNotEqual(os.readlink("/proc/%d/ns/mnt" % pid), os.readlink(self.ours()))
        self.assertEqual(read("/proc/%d/mountinfo" % self.pid), before)
        self.works("delete", "--force", id)
        self.assertEqual(read("/proc/%d/mountinfo" % self.pid), before)

    def process_called(self, name):
        """A child of ours that waits to be killed."""
        reader, writer = os.pipe()
        pid = os.fork()
        if pid == 0:
            try:
                harness.check(libc.prctl(PR_SET_NAME, name.encode(), 0, 0, 0), "prctl")
                os.write(writer, b"x")
                signal.pause()
            finally:
                os._exit(1)
        os.close(writer)
        self.assertEqual(os.read(reader, 1), b"x")
        os.close(reader)
        return pid

    def test_note(self):
        for path in self.notes():
            os.unlink(path)
        self.assertEqual(self.entered(), self.ours())
        self.assertEqual(self.notes(), [])
        self.run_container(minimal("exit", "0"))
        path, = self.notes()
        with open(path, "rb") as file:
            text = file.read()
        self.assertEqual(text[-4:], struct.pack("I", self.pid))
        self.assertIn(os.uname().release.encode(), text)
        # Nobody searches who has a note that the kernel has none.
        with open(path, "wb") as file:
            file.write(text[:-4] + struct.pack("I", 0))
        self.assertIsNone(self.entered())
        self.assertEqual(self.run_container(minimal("exit", "3")).code, 3)
        # What is wrong is not believed: a process that only has the name, one that has ended, garbage.
        for name in ("kdevtmpfs", "kdevtmpfs) S 2 ", "other"):
            pid = self.process_called(name)
            try:
                self.assertEqual(read("/proc/%d/comm" % pid), name + "\n")
                with open(path, "wb") as file:
                    file.write(text[:-4] + struct.pack("I", pid))
                self.assertEqual(self.entered(), self.ours(), name)
            finally:
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
            self.assertEqual(self.entered(), self.ours(), name)
        for value in (b"", text[:-4], text + b"x", b"x" * len(text)):
            with open(path, "wb") as file:
                file.write(value)
            self.assertEqual(self.entered(), self.ours())
            self.assertEqual(self.run_container(minimal("exit", "3")).code, 3)
            self.assertEqual(read(path).encode(), text)

    def test_out_of_sight(self):
        """In a pid namespace of one's own, without /proc, and without the right to look."""
        script = 'mount -t proc proc /proc && exec "$@"'
        prefixes = [("unshare", "--pid", "--fork", "--mount", "sh", "-c", script, "sh"),
                    ("setpriv", "--bounding-set", "-sys_ptrace,-sys_resource", "--inh-caps",
                     "-sys_ptrace")]
        if not harness.SANITIZED:       # sanitizers need /proc themselves
            prefixes.append(("unshare", "--mount", "sh", "-c", 'umount -l /proc && exec "$@"', "sh"))
        for prefix in prefixes:
            with self.subTest(prefix):
                self.assertIsNone(self.entered(prefix=prefix))
                result = self.run_container(minimal("exit", "3"), prefix=prefix)
                self.assertEqual((result.code, result.err), (3, ""), result)


if __name__ == "__main__":
    harness.main()
