#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Namespaces as the program in them sees them."""
import os
import subprocess
import time

import harness
from harness import PROC, Test, minimal

DAY = 86400


def own(name):
    return os.readlink("/proc/self/ns/" + name)


class Time(Test):
    """TIM-01, NS-04, NS-06. time_namespaces(7)"""

    def setUp(self):
        super().setUp()
        harness.skip_unless(os.path.exists("/proc/self/ns/time"), "the kernel has no time namespaces")

    def config(self, *facts, path=None, offsets=None):
        namespace = {"type": "time"}
        if path:
            namespace["path"] = path
        config = minimal(*facts, mounts=[PROC])
        config["linux"]["namespaces"].append(namespace)
        if offsets is not None:
            config["linux"]["timeOffsets"] = offsets
        return config

    def clocks(self, config):
        facts = self.observe(config)
        return {name: float(facts["clock." + name].split()[0]) for name in ("monotonic", "boottime")}

    def test_offsets(self):
        before = time.clock_gettime(time.CLOCK_MONOTONIC)
        boot = time.clock_gettime(time.CLOCK_BOOTTIME)
        clocks = self.clocks(self.config("clock", offsets={
            "monotonic": {"secs": DAY, "nanosecs": 999999999}, "boottime": {"secs": 10 * DAY}}))
        self.assertGreaterEqual(clocks["monotonic"], int(before + DAY))
        self.assertLess(clocks["monotonic"], before + DAY + 1 + harness.TIMEOUT)
        self.assertGreaterEqual(clocks["boottime"], int(boot + 10 * DAY))
        self.assertLess(clocks["boottime"], boot + 10 * DAY + harness.TIMEOUT)

    def test_one_clock_alone(self):
        facts = self.observe(self.config("timens_offsets", offsets={"boottime": {"secs": -1}}))
        self.assertEqual(facts["timens_offsets.boottime"], "-1 0")
        self.assertEqual(facts["timens_offsets.monotonic"], "0 0")

    def test_without_offsets(self):
        """Docker asks for one by default."""
        facts = self.observe(self.config("ns", "timens_offsets"))
        self.assertNotIn(facts["ns.time"], own("time"))
        self.assertEqual(facts["ns.time"], facts["ns.time_for_children"])
        self.assertEqual(facts["timens_offsets.boottime"], "0 0")

    def test_created_and_started(self):
        id, pid, _ = self.running(self.config("sleep", offsets={"boottime": {"secs": DAY}}))
        self.assertNotEqual(os.readlink("/proc/%d/ns/time" % pid), own("time"))
        self.assertRegex(harness.read("/proc/%d/timens_offsets" % pid), r"boottime +%d +0\n" % DAY)

    def test_joined(self):
        with subprocess.Popen(["unshare", "--time", "--boottime", str(3 * DAY), "--fork", "sh", "-c",
                               "echo ready; read x"], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE) as holder:
            self.assertEqual(holder.stdout.readline(), b"ready\n")
            child = harness.read("/proc/%d/task/%d/children" % (holder.pid, holder.pid)).split()[0]
            facts = self.observe(self.config("ns", "timens_offsets",
                                             path="/proc/%s/ns/time" % child))
            self.assertIn(facts["ns.time"], os.readlink("/proc/%s/ns/time" % child))
            self.assertEqual(facts["timens_offsets.boottime"], "%d 0" % (3 * DAY))
            holder.stdin.close()
            holder.wait()

    def test_not_listed_is_the_host_s(self):
        facts = self.observe(minimal("ns", mounts=[PROC]))
        self.assertIn(facts["ns.time"], own("time"))

    def test_offset_before_the_beginning(self):
        self.create_fails("/linux/timeOffsets: enter a new time namespace, offsets "
                          '"boottime -10000000000 0?": numerical result out of range',
                          self.config("exit", "0", offsets={"boottime": {"secs": -10**10}}))

    def test_offsets_need_a_namespace_of_their_own(self):
        bundle = self.bundle(minimal(linux__timeOffsets={"boottime": {"secs": 1}}))
        self.create_fails(bundle.at("/linux/timeOffsets", "offsets without a time namespace"), bundle)
        bundle = self.bundle(self.config(path="/proc/self/ns/time",
                                         offsets={"boottime": {"secs": 1}}))
        self.create_fails(bundle.at("/linux/timeOffsets", "offsets for a time namespace that is "
                                    "joined: it has its own"), bundle)


class Pid(Test):
    """A pid namespace that is joined: NS-04, NS-05. pid_namespaces(7)"""

    def joining(self, path, *facts):
        return minimal(*facts, mounts=[PROC], linux__namespaces=[
            {"type": "mount"}, {"type": "pid", "path": path}])

    def test_of_another_container(self):
        """It sees the other's processes, and the caller's children are born where they were."""
        first, pid, _ = self.running()
        facts = self.observe(self.joining("/proc/%d/ns/pid" % pid, "ns", "pid", "ppid"))
        inside = os.readlink("/proc/%d/ns/pid" % pid)
        self.assertIn(facts["ns.pid"], inside)
        self.assertNotEqual((facts["pid"], facts["ppid"]), ("1", "1"))
        self.assertEqual(facts["ppid"], "0")
        result = self.run_container(self.joining("/proc/%d/ns/pid" % pid, "read", "/proc/1/comm"))
        self.assertEqual(result.out, harness.read("/proc/%d/comm" % pid))
        second, other, _ = self.running(self.joining("/proc/%d/ns/pid" % pid, "sleep"))
        self.assertEqual(os.readlink("/proc/%d/ns/pid" % other), inside)
        self.assertEqual(self.state(second)["status"], "running")
        self.works("kill", first, "KILL")   # the kernel ends all of the namespace
        self.wait_stopped(second, other)
        os.waitpid(other, 0)                # and its init when they are gone
        self.wait_stopped(first, pid)
        self.works("delete", first)
        self.works("delete", second)

    def test_deleted_by_itself(self):
        first, pid, _ = self.running()
        second, other, _ = self.running(self.joining("/proc/%d/ns/pid" % pid, "sleep"))
        self.works("delete", "--force", second)
        os.waitpid(other, 0)
        self.assertEqual(self.state(first)["status"], "running")
        self.works("delete", "--force", first)

    def test_of_the_caller(self):
        facts = self.observe(self.joining("/proc/self/ns/pid", "ns", "pid"))
        self.assertIn(facts["ns.pid"], own("pid"))
        self.assertNotEqual(facts["pid"], "1")

    def test_a_dead_one(self):
        id, pid, _ = self.running()
        fd = os.open("/proc/%d/ns/pid" % pid, os.O_RDONLY | os.O_CLOEXEC)
        self.works("delete", "--force", id)
        bundle = self.bundle(self.joining("/proc/%d/fd/%d" % (os.getpid(), fd)))
        self.create_fails(bundle.at("/linux/namespaces/1/path",
                                    "start a process in the namespaces: it is dead, its init has "
                                    "ended"), bundle)
        os.close(fd)

    def test_one_that_is_not_below(self):
        """From a pid namespace of its own, that of the host cannot be joined."""
        bundle = self.bundle(self.joining("/proc/%d/ns/pid" % os.getpid()))
        result = self.ocirun("create", "--bundle", bundle.path, self.new_id(),
                             prefix=("unshare", "--pid", "--fork"))
        self.assertEqual((result.code, result.err), (1, "ocirun: %s\n" % bundle.at(
            "/linux/namespaces/1/path",
            "setns pid: it is not the caller's own, nor one below that")))


class Mount(Test):
    """A mount namespace that the container shares: NS-04, NS-06. Nobody else in it sees the container's
    mounts, and there is no way up from its root."""

    def setUp(self):
        super().setUp()
        harness.skip_unless(harness.kernel() >= (6, 15), "needs Linux 6.15")

    def config(self, *args, path=None, **changes):
        config = minimal(*args, **changes)
        config["linux"]["namespaces"] = [{"type": "pid"}]
        if path:
            config["linux"]["namespaces"].append({"type": "mount", "path": path})
        return config

    def test_of_the_host(self):
        facts = self.observe(self.config("ns", "pid", mounts=[PROC]))
        self.assertIn(facts["ns.mnt"], own("mnt"))
        self.assertEqual(facts["pid"], "1")

    def test_nothing_shows_on_the_host(self):
        """The leak check looks again when it is over."""
        before = harness.mounts()
        id, pid, _ = self.running(self.config("sleep", mounts=[PROC, harness.tmpfs("/data")]))
        self.assertEqual(harness.mounts(), before)

    def test_what_is_mounted_is_there(self):
        bundle = self.bundle(self.config(mounts=[
            PROC, harness.tmpfs("/dev"), harness.tmpfs("/dev/shm"), harness.bind("/etc", "/etc")]))
        self.assertIn("shm", self.listed(bundle, "/dev"))
        self.assertIn("passwd", self.listed(bundle, "/etc"))
        self.assertIn("1", self.listed(bundle, "/proc"))

    def listed(self, bundle, directory):
        bundle.config["process"]["args"] = ["/bin/report", "ls", directory]
        bundle.save()
        return [line.split("=")[0] for line in
                self.works("run", "--bundle", bundle.path, self.new_id()).out.splitlines()]

    def test_there_is_no_way_up(self):
        bundle = self.bundle(self.config())
        top = self.listed(bundle, "/")
        for path in ("/..", "/../../..", "/bin/../../.."):
            self.assertEqual(self.listed(bundle, path), top)

    def test_a_volume_does_not_carry_mounts_out(self):
        """The source is shared on the host, a mount below it in the container is not."""
        source = os.path.join(self.directory, "source")
        os.makedirs(source + "/below")
        harness.mount(source, source, None, harness.MS_BIND)
        harness.mount(None, source, None, harness.MS_SHARED)
        try:
            before = harness.mounts()
            self.running(self.config("sleep", mounts=[
                harness.bind(source, "/data"), harness.tmpfs("/data/below")]))
            self.assertEqual(harness.mounts(), before)
        finally:
            harness.umount(source)

    def test_hidden_paths(self):
        """The host keeps its own."""
        config = self.config("stat", "/proc/version", mounts=[PROC],
                             linux__maskedPaths=["/proc/version"], linux__readonlyPaths=["/proc/sys"])
        self.assertEqual(self.observe(config)["rdev"], "1:3")
        self.assertIn("Linux", harness.read("/proc/version"))

    def test_of_another_container(self):
        """Paths of the config are those that are seen there; the other one keeps its root."""
        first, pid, _ = self.running(minimal("sleep", mounts=[PROC, harness.tmpfs("/dev/shm")]))
        inside = os.readlink("/proc/%d/ns/mnt" % pid)
        config = self.config("ns", mounts=[PROC], path="/proc/%d/ns/mnt" % pid, root__path="/")
        before = harness.read("/proc/%d/mountinfo" % pid)
        self.assertIn(self.observe(config)["ns.mnt"], inside)
        self.assertEqual(harness.read("/proc/%d/mountinfo" % pid), before)

    def test_without_linux(self):
        """No member "linux": everything is the host's."""
        config = minimal("ns", mounts=[PROC], linux_=harness.REMOVE)
        facts = self.observe(config)
        for name in ("mnt", "pid", "net", "ipc", "uts", "user", "cgroup"):
            self.assertIn(facts["ns." + name], own(name))

    def test_with_a_new_time_namespace(self):
        """The file with the offsets is the host's, whatever is mounted on /proc where it goes."""
        first, pid, _ = self.running(minimal("sleep", mounts=[harness.tmpfs("/proc")]))
        config = self.config("timens_offsets", mounts=[PROC], path="/proc/%d/ns/mnt" % pid,
                             root__path="/", linux__timeOffsets={"boottime": {"secs": 3}})
        config["linux"]["namespaces"].append({"type": "time"})
        self.assertEqual(self.observe(config)["timens_offsets.boottime"], "3 0")

    def test_what_needs_one_of_its_own(self):
        self.create_fails("/mounts/0/options: a remount needs a new mount namespace",
                          self.config(mounts=[{"destination": "/", "options": ["remount", "ro"]}]))
        self.create_fails("/mounts/0/options: a read-only tmpfs needs a new mount namespace",
                          self.config(mounts=[harness.tmpfs("/dev", "ro")]))
        config = self.config()
        config["linux"]["namespaces"].append({"type": "user"})
        for kind in ("uidMappings", "gidMappings"):
            config["linux"][kind] = [{"containerID": 0, "hostID": 100000, "size": 10}]
        self.create_fails("/linux/namespaces: a user namespace needs a mount namespace, too", config)


if __name__ == "__main__":
    harness.main()
