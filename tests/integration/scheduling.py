#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""On which CPUs and memory the program runs, and how much of them it gets: SCH-01 to SCH-09, IOP-01 to
IOP-03, PER-01, MPO-01."""
import os

import harness
from harness import Test, minimal


def may(call, *args):
    """Whether this machine lets us do it ourselves, in a child."""
    pid = os.fork()
    if pid == 0:
        try:
            call(*args)
            os._exit(0)
        except OSError:
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


class Scheduler(Test):
    def sched(self, **scheduler):
        config = minimal("sched", "personality", process__scheduler=scheduler)
        return self.observe(config)

    def test_not_given(self):
        facts = self.observe(minimal("sched", "ioprio", "personality"))
        self.assertEqual((facts["sched.policy"], facts["sched.nice"]), ("SCHED_OTHER", "0"))
        self.assertEqual(facts["ioprio"], "IOPRIO_CLASS_NONE:0")
        self.assertEqual(facts["personality"], "0x00000000")

    def test_nice(self):
        for policy in ("SCHED_OTHER", "SCHED_BATCH"):
            facts = self.sched(policy=policy, nice=7)
            self.assertEqual((facts["sched.policy"], facts["sched.nice"]), (policy, "7"))

    def test_negative_nice(self):
        harness.skip_unless(may(os.nice, -3), "this machine does not let us lower nice")
        self.assertEqual(self.sched(policy="SCHED_OTHER", nice=-3)["sched.nice"], "-3")

    def test_idle(self):
        self.assertEqual(self.sched(policy="SCHED_IDLE")["sched.policy"], "SCHED_IDLE")

    def real_time(self, name, **scheduler):
        """A config with a real-time policy. Where the kernel shares such time out by cgroups, the
        container's group is one below the top and gets a little."""
        param = os.sched_param(5)
        harness.skip_unless(may(os.sched_setscheduler, 0, getattr(os, name), param),
                            "this machine does not give us %s" % name)
        config = minimal("sched", process__scheduler=dict(scheduler, policy=name, priority=5))
        if os.path.exists(harness.CGROUPS + "/cpu/cpu.rt_runtime_us"):
            config["linux"]["cgroupsPath"] = "/%s-rt" % harness.TAG
            config["linux"]["resources"] = {"cpu": {"realtimeRuntime": 10000,
                                                    "realtimePeriod": 1000000}}
        return config

    def test_real_time(self):
        for name in ("SCHED_FIFO", "SCHED_RR"):
            facts = self.observe(self.real_time(name))
            self.assertEqual((facts["sched.policy"], facts["sched.priority"]), (name, "5"))

    def test_deadline(self):
        config = minimal("sched", process__scheduler={
            "policy": "SCHED_DEADLINE", "runtime": 10000000, "deadline": 20000000,
            "period": 30000000})
        result = self.run_container(config)
        if result.code != 0:    # the kernel admits it, or not: its bandwidth is shared
            self.assertRegex(result.err, "^ocirun: config.json:[0-9:]+ /process/scheduler: "
                             "sched_setattr SCHED_DEADLINE: (operation not permitted|device or "
                             "resource busy)\n$")
            self.skipTest("this machine does not give us SCHED_DEADLINE")
        facts = result.facts()
        self.assertEqual([facts["sched." + name] for name in ("runtime", "deadline", "period")],
                         ["10000000", "20000000", "30000000"])

    def test_flags(self):
        facts = self.sched(policy="SCHED_BATCH", flags=["SCHED_FLAG_RESET_ON_FORK"])
        self.assertIn("RESET_ON_FORK", facts["sched.flags"].upper())

    def test_without_the_privilege(self):
        config = minimal(process__scheduler={"policy": "SCHED_OTHER", "nice": -5})
        self.create_fails("/process/scheduler: sched_setattr SCHED_OTHER: operation not permitted",
                          config, prefix=("setpriv", "--bounding-set", "-sys_nice"))

    def test_the_caller_keeps_its_own(self):
        """Of a library, too: nothing is set but in init."""
        before = (os.sched_getscheduler(0), os.getpriority(os.PRIO_PROCESS, 0))
        self.sched(policy="SCHED_IDLE")
        self.assertEqual((os.sched_getscheduler(0), os.getpriority(os.PRIO_PROCESS, 0)), before)

    def test_a_user_without_capabilities(self):
        """It is set before they are dropped."""
        facts = self.observe(minimal("sched", process__scheduler={"policy": "SCHED_IDLE"},
                                     process__user={"uid": 1000, "gid": 1000}))
        self.assertEqual(facts["sched.policy"], "SCHED_IDLE")


class Affinity(Test):
    def test_that_of_the_caller_is_not_inherited(self):
        every = os.sched_getaffinity(0)
        harness.skip_unless(len(every) > 1, "there is one CPU")
        facts = self.observe(minimal("affinity"), prefix=("taskset", "-c", str(min(every))))
        self.assertNotEqual(facts["affinity"], str(min(every)))

    def test_that_of_the_cgroup_is(self):
        harness.skip_unless(harness.has_controller("cpuset"), "no cpuset controller")
        facts = self.observe(minimal("affinity", linux__resources={"cpu": {"cpus": "0"}}))
        self.assertEqual(facts["affinity"], "0")


class IoPriority(Test):
    def test_classes(self):
        for name, priority in (("IOPRIO_CLASS_BE", 3), ("IOPRIO_CLASS_BE", 7),
                               ("IOPRIO_CLASS_IDLE", 0), ("IOPRIO_CLASS_RT", 1)):
            facts = self.observe(minimal("ioprio", process__ioPriority={
                "class": name, "priority": priority}))
            self.assertEqual(facts["ioprio"], "%s:%d" % (name, priority))


class Personality(Test):
    def test_domains(self):
        for name, value in (("LINUX", "0x00000000"), ("LINUX32", "0x00000008")):
            facts = self.observe(minimal("personality", linux__personality={"domain": name}))
            self.assertEqual(facts["personality"], value)

    def test_that_of_the_caller_is_kept_without(self):
        """As runc and crun: `setarch --addr-no-randomize` goes through."""
        facts = self.observe(minimal("personality"), prefix=("setarch", "-R"))
        self.assertEqual(facts["personality"], "0x00040000")


class MemoryPolicy(Test):
    def policy(self, **policy):
        return self.observe(minimal("mempolicy", linux__memoryPolicy=policy))

    def setUp(self):
        super().setUp()
        harness.skip_unless(os.path.isdir("/sys/devices/system/node/node0"), "no memory nodes")

    def test_modes(self):
        for mode in ("MPOL_BIND", "MPOL_INTERLEAVE", "MPOL_PREFERRED"):
            facts = self.policy(mode=mode, nodes="0")
            self.assertEqual((facts["mempolicy"], facts["mempolicy.nodes"]), (mode, "0"))
        self.assertEqual(self.observe(minimal("mempolicy"))["mempolicy"], "MPOL_DEFAULT")
        for mode in ("MPOL_LOCAL", "MPOL_DEFAULT"):
            self.assertEqual(self.policy(mode=mode)["mempolicy"], mode)

    def test_flags(self):
        facts = self.policy(mode="MPOL_BIND", nodes="0", flags=["MPOL_F_STATIC_NODES"])
        self.assertIn("STATIC_NODES", facts["mempolicy.flags"].upper())

    def test_a_node_that_is_not_there(self):
        self.create_fails("/linux/memoryPolicy: set_mempolicy MPOL_BIND, mode 0x2: invalid argument",
                          minimal(linux__memoryPolicy={"mode": "MPOL_BIND", "nodes": "900"}))


if __name__ == "__main__":
    harness.main()
