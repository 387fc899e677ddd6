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


if __name__ == "__main__":
    harness.main()
