#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a program sees under the config that engines write, and that its limits are in force.
The file is tests/data/engine-default/config.json, copied whole."""
import os
import re
import shutil
import unittest

import harness
from harness import CGROUPS, Test, cgroup_file, engine_default, minimal, read, skip_unless

CAPABILITIES = ("CAP_CHOWN,CAP_DAC_OVERRIDE,CAP_FOWNER,CAP_FSETID,CAP_KILL,CAP_SETGID,CAP_SETUID,"
                "CAP_SETPCAP,CAP_NET_BIND_SERVICE,CAP_NET_RAW,CAP_SYS_CHROOT,CAP_MKNOD,"
                "CAP_AUDIT_WRITE,CAP_SETFCAP")


class Engine(Test):
    def bundle(self, config=None):
        bundle = super().bundle(config)
        shutil.copytree(os.path.join(harness.SOURCE_DIR, "tests/data/engine-default/files"),
                        os.path.join(bundle.path, "files"))
        return bundle

    def config(self, *args, **changes):
        config = engine_default(*args)
        for name, value in changes.items():
            harness.change(config, name.replace("__", "."), value)
        return config

    def verb(self, *args, **changes):
        """Runs a verb and returns what it printed."""
        return self.run_container(self.config(*args, **changes)).out.strip()


class Inside(Engine):
    @classmethod
    def setUpClass(cls):
        cls.cache = None

    def facts(self):
        """All of them, looked at once."""
        if not Inside.cache:
            Inside.cache = self.observe(self.config())
        return Inside.cache

    def expect(self, **expected):
        facts = self.facts()
        expected = {name.replace("__", "."): value for name, value in expected.items()}
        self.assertEqual({name: facts.get(name) for name in expected}, expected)

    def test_process(self):
        self.expect(pid="1", ppid="0", umask="0022", cwd="/", uid="0", euid="0", suid="0",
                    fsuid="0", gid="0", egid="0", sgid="0", fsgid="0", groups="0,10",
                    no_new_privs="1", seccomp__mode="2", seccomp__status="2", dumpable="1",
                    oom_score_adj="0", exe="/bin/report", envc="3", comm="report",
                    securebits="0x00", keepcaps="0", pdeathsig="none")

    def test_signals(self):
        self.expect(signals__blocked="none", signals__pending="none", signals__ignored="none",
                    signals__caught="none")

    def test_one_filter(self):
        self.expect(seccomp__filters="1")

    def test_capabilities(self):
        self.expect(caps__bounding__names=CAPABILITIES, caps__effective__names=CAPABILITIES,
                    caps__permitted__names=CAPABILITIES, caps__inheritable__names="none",
                    caps__ambient__names="none")

    def test_rlimits(self):
        self.expect(rlimit__nofile="1024:1024", rlimit__nproc="4096:4096", rlimit__core="0:0")

    def test_descriptors(self):
        facts = self.facts()
        self.assertEqual(sorted(n for n in facts if re.match(r"fd\.\d+$", n)),
                         ["fd.0", "fd.1", "fd.2"])

    def test_keyring(self):
        """The filter forbids keyctl; that it is there is seen from outside."""
        id = self.new_id()
        self.create(self.config("sleep"), id=id)
        self.assertIn("_ses." + id, harness.keyrings() | {k.rstrip(":") for k in harness.keyrings()})

    def test_namespaces(self):
        facts = self.facts()
        for name, new in (("cgroup", True), ("ipc", True), ("mnt", True), ("net", True),
                          ("pid", True), ("uts", True), ("user", False), ("time", False)):
            host = re.search(r"\d+", os.readlink("/proc/self/ns/" + name)).group()
            self.assertEqual(facts["ns." + name] != host, new, name)
        self.assertEqual(facts["ns.pid"], facts["ns.pid_for_children"])

    def test_names_and_network(self):
        self.expect(hostname="engine-default", net__lo="up",
                    net__lo__addresses="127.0.0.1/8,::1/128")

    def test_cgroup_namespace(self):
        facts = self.facts()
        for i in range(int(facts["cgroup.count"])):
            self.assertTrue(facts["cgroup.%d" % i].endswith(":/"), facts["cgroup.%d" % i])

    def mounts(self):
        """TARGET: its FSTYPE, the set of its OPTIONS, that of the file system's, PROPAGATION."""
        facts, found = self.facts(), {}
        for i in range(int(facts["mount.count"])):
            target, kind, _, options, more, propagation, root = facts["mount.%d" % i].split(" ")
            found[target] = (kind, set(options.split(",")), set(more.split(",")), propagation)
        return found

    def test_mounts(self):
        found = self.mounts()
        for target, kind, options in (
                ("/proc", "proc", {"rw", "nosuid", "nodev", "noexec", "relatime"}),
                ("/dev", "tmpfs", {"rw", "nosuid"}),
                ("/dev/pts", "devpts", {"rw", "nosuid", "noexec", "relatime"}),
                ("/dev/mqueue", "mqueue", {"rw", "nosuid", "nodev", "noexec", "relatime"}),
                ("/dev/shm", "tmpfs", {"rw", "nosuid", "nodev", "noexec", "relatime"}),
                ("/sys", "sysfs", {"ro", "nosuid", "nodev", "noexec", "relatime"}),
                ("/sys/fs/cgroup", "cgroup2" if harness.is_v2() else "tmpfs",
                 {"ro", "nosuid", "nodev", "noexec", "relatime"})):
            self.assertIn(target, found)
            self.assertEqual(found[target][:2], (kind, options), target)
        self.assertLessEqual({"size=65536k", "mode=755"}, found["/dev"][2])
        self.assertLessEqual({"gid=5", "mode=620", "ptmxmode=666"}, found["/dev/pts"][2])
        self.assertIn("size=65536k", found["/dev/shm"][2])
        for target in ("/etc/resolv.conf", "/etc/hostname", "/etc/hosts"):
            self.assertEqual(found[target][0], "tmpfs")
            self.assertEqual(found[target][3], "private")

    def test_no_mount_is_shared_with_the_host(self):
        for target, (_, _, _, propagation) in self.mounts().items():
            self.assertNotIn("shared", propagation, target)

    def test_cgroup_mounts(self):
        found = self.mounts()
        for target in harness.hierarchies():
            v2 = os.path.exists(target + "/cgroup.controllers")
            self.assertEqual(found[target][:2],
                             ("cgroup2" if v2 else "cgroup",
                              {"ro", "nosuid", "nodev", "noexec", "relatime"}), target)
        self.assertEqual({target for target in found if target.startswith(CGROUPS + "/")},
                         set(harness.hierarchies()) - {CGROUPS})

    def test_masked_and_readonly_are_mounts(self):
        config, found = self.config(), self.mounts()
        for path in config["linux"]["readonlyPaths"]:
            if os.path.exists(path):
                self.assertIn("ro", found[path][1], path)
        for path in config["linux"]["maskedPaths"]:
            if os.path.isdir(path) and path in found:
                self.assertEqual(found[path][0], "tmpfs", path)
                self.assertIn("ro", found[path][1], path)

    def test_bound_files(self):
        for name in ("resolv.conf", "hostname", "hosts"):
            want = read(os.path.join(harness.SOURCE_DIR, "tests/data/engine-default/files", name))
            self.assertEqual(self.run_container(self.config("read", "/etc/" + name)).out, want)


class Hidden(Engine):
    def test_masked(self):
        for path in self.config()["linux"]["maskedPaths"]:
            if not os.path.exists(path):
                self.assertEqual(self.verb("stat", path), "stat=ENOENT")
            elif os.path.isdir(path):
                self.assertEqual(self.verb("ls", path), "", path)
                self.assertEqual(self.verb("open", path + "/x", "creat"), "open=EROFS", path)
            else:
                self.assertEqual(self.verb("read", path), "", path)
                self.assertIn("rdev=1:3", self.verb("stat", path))

    def test_readonly(self):
        for path in self.config()["linux"]["readonlyPaths"]:
            if os.path.isdir(path):
                self.assertIn(self.verb("open", path + "/x", "creat"),
                              ("open=EROFS", "open=ENOENT", "open=EACCES"), path)
            elif os.path.exists(path):
                self.assertEqual(self.verb("open", path, "w"), "open=EROFS", path)
        self.assertEqual(self.verb("open", "/proc/sys/kernel/hostname", "w"), "open=EROFS")
        self.assertEqual(self.verb("open", "/sys/kernel/profiling", "w")[:5], "open=")
        file = CGROUPS + ("/pids.max" if harness.is_v2() else "/pids/pids.max")
        self.assertEqual(self.verb("open", file, "w"), "open=EROFS")

    def test_ptmx(self):
        self.assertEqual(self.verb("open", "/dev/ptmx", "rw"), "open=ok")


class Seccomp(Engine):
    """The errno of the profile: 1 by default, 38 for clone3, and ENOSYS above what it names."""

    def test_denied(self):
        for call, want in (("mount", "EPERM"), ("keyctl", "EPERM"), ("bpf", "EPERM"),
                           ("unshare", "EPERM"), ("clone3", "ENOSYS"), ("reboot", "EPERM"),
                           ("init_module", "EPERM"), ("kexec_load", "EPERM")):
            numbers = {"mount": 165, "keyctl": 250, "bpf": 321, "unshare": 272, "clone3": 435,
                       "reboot": 169, "init_module": 175, "kexec_load": 246}
            skip_unless(os.uname().machine == "x86_64", "system call numbers are x86_64's")
            self.assertEqual(self.verb("syscall", str(numbers[call]), "0", "0", "0", "0", "0"),
                             "syscall=" + want, call)

    def test_newer_than_the_profile(self):
        self.assertEqual(self.verb("syscall", "1000"), "syscall=ENOSYS")

    def test_arguments(self):
        """personality: 0, 8, 0x20000, 0x20008 and 0xffffffff only; sockets of all families but
        40."""
        skip_unless(os.uname().machine == "x86_64", "system call numbers are x86_64's")
        self.assertEqual(self.verb("syscall", "135", "0xffffffff"), "syscall=0")
        self.assertEqual(self.verb("syscall", "135", "8"), "syscall=0")
        self.assertEqual(self.verb("syscall", "135", "4"), "syscall=EPERM")
        self.assertEqual(self.verb("syscall", "41", "40", "1", "0"), "syscall=EPERM")
        self.assertEqual(self.verb("syscall", "41", "1", "1", "0"), "syscall=3")
        self.assertEqual(self.verb("syscall", "56", "0x10000000"), "syscall=EPERM")

    def test_without_no_new_privileges(self):
        facts = self.observe(self.config("no_new_privs", "seccomp.mode", "caps.effective.names",
                                         process__noNewPrivileges=False))
        self.assertEqual(facts, {"no_new_privs": "0", "seccomp.mode": "2",
                                 "caps.effective.names": CAPABILITIES})

    def test_actions(self):
        skip_unless(os.uname().machine == "x86_64", "system call numbers are x86_64's")
        for action, want in (("SCMP_ACT_KILL_PROCESS", (159, "")),
                             ("SCMP_ACT_KILL_THREAD", (159, "")),
                             ("SCMP_ACT_TRAP", (1, "syscall=SIGSYS\n"))):
            config = self.config("syscall", "83", "s:/made")
            config["linux"]["seccomp"] = {
                "defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_X86_64"],
                "syscalls": [{"names": ["mkdir"], "action": action}]}
            result = self.run_container(config)
            self.assertEqual((result.code, result.out), want, action)

    def test_errno_of_a_rule(self):
        config = self.config("syscall", "83", "s:/made")
        config["linux"]["seccomp"] = {
            "defaultAction": "SCMP_ACT_ALLOW",
            "syscalls": [{"names": ["mkdir"], "action": "SCMP_ACT_ERRNO", "errnoRet": 28}]}
        self.assertEqual(self.run_container(config).out.strip(), "syscall=ENOSPC")


class Limits(Engine):
    def check_files(self, id, v1, v2):
        """The files of the version that the host has, and what is in them."""
        for file, value in (v2 if harness.is_v2() else v1).items():
            self.assertEqual(cgroup_file(id, file), value, file)

    def test_files_before_start(self):
        """Written before the first process is in."""
        id = self.create(self.config("sleep"))
        self.check_files(id, v1={
            "memory.limit_in_bytes": "268435456", "cpu.shares": "512",
            "cpu.cfs_quota_us": "150000", "cpu.cfs_period_us": "100000", "pids.max": "512"
        }, v2={"memory.max": "268435456", "cpu.weight": "59", "cpu.max": "150000 100000",
               "pids.max": "512"})

    def test_files_of_v1_that_begin_with_nothing_or_too_much(self):
        skip_unless(not harness.is_v2(), "cgroup v2 alone")
        id = self.create(self.config("sleep"))
        self.assertEqual(cgroup_file(id, "devices.list").splitlines()[0:2], ["c *:* m", "b *:* m"])
        for name in ("cpus", "mems"):
            self.assertEqual(cgroup_file(id, "cpuset." + name),
                             read("%s/cpuset/cpuset.%s" % (CGROUPS, name)).strip())

    def test_swap(self):
        skip_unless(harness.counts_swap(), "the kernel does not account swap")
        id = self.create(self.config("sleep"))
        self.check_files(id, v1={"memory.memsw.limit_in_bytes": "536870912"},
                         v2={"memory.swap.max": "268435456"})

    def test_all_files(self):
        id = self.create(minimal("sleep", linux__resources={
            "memory": {"limit": 64 << 20, "reservation": 32 << 20},
            "cpu": {"shares": 77, "quota": 50000, "period": 50000}, "pids": {"limit": 9}}))
        self.check_files(id, v1={
            "memory.limit_in_bytes": str(64 << 20), "memory.soft_limit_in_bytes": str(32 << 20),
            "cpu.shares": "77", "cpu.cfs_quota_us": "50000", "cpu.cfs_period_us": "50000",
            "pids.max": "9"
        }, v2={"memory.max": str(64 << 20), "memory.low": str(32 << 20), "cpu.weight": "14",
               "cpu.max": "50000 50000", "pids.max": "9"})

    def test_cpuset(self):
        skip_unless(harness.has_controller("cpuset"), "no cpuset controller")
        id = self.create(minimal("sleep", linux__resources={"cpu": {"cpus": "0", "mems": "0"}}))
        self.check_files(id, *[{"cpuset.cpus": "0", "cpuset.mems": "0"}] * 2)

    def test_unlimited(self):
        id = self.create(minimal("sleep", linux__resources={
            "memory": {"limit": -1}, "pids": {"limit": -1}, "cpu": {"quota": -1}}))
        self.check_files(id, v1={"pids.max": "max", "cpu.cfs_quota_us": "-1"},
                         v2={"pids.max": "max", "cpu.max": "max 100000", "memory.max": "max"})

    def test_memory(self):
        """Beyond the limit it is killed, below it is not."""
        resources = {"memory": {"limit": 32 << 20, "swap": 32 << 20}}
        skip_unless(harness.counts_swap() or len(read("/proc/swaps").splitlines()) == 1,
                    "there is swap, and no limit to it")
        if not harness.counts_swap():
            del resources["memory"]["swap"]
        result = self.run_container(minimal("alloc", "64M", linux__resources=resources))
        self.assertEqual((result.code, result.out, result.err), (137, "", ""))
        self.prints("alloc=ok", minimal("alloc", "8M", linux__resources=resources))

    def test_pids(self):
        facts = self.observe(minimal("forkbomb", "40", linux__resources={"pids": {"limit": 8}}),
                             code=1)
        self.assertEqual((facts["forkbomb.forked"], facts["forkbomb.error"]), ("7", "EAGAIN"))

    def test_devices(self):
        """Any node may be made, but not opened."""
        config = self.config("open", "/dev/other", "r", linux__devices=[harness.misc_device()])
        self.assertEqual(self.run_container(config).out.strip(), "open=EPERM")
        self.assertEqual(self.verb("open", "/dev/null", "rw"), "open=ok")
        self.assertEqual(self.verb("open", "/dev/full", "rw"), "open=ok")
        self.assertEqual(self.verb("mknod", "c", "1", "11", "/node"), "mknod=ok")

    def test_device_by_a_rule(self):
        device = harness.misc_device()
        config = self.config("open", "/dev/other", "r", linux__devices=[device])
        config["linux"]["resources"]["devices"].append(
            {"allow": True, "type": "c", "major": device["major"], "minor": device["minor"],
             "access": "r"})
        self.assertEqual(self.run_container(config).out.strip(), "open=ok")
        config["process"]["args"][-1] = "rw"
        self.assertEqual(self.run_container(config).out.strip(), "open=EPERM")

    def test_device_taken_back_by_a_later_rule(self):
        device = harness.misc_device()
        config = self.config("open", "/dev/other", "r", linux__devices=[device])
        config["linux"]["resources"]["devices"] += [
            {"allow": True, "type": "c", "major": device["major"], "minor": device["minor"],
             "access": "rwm"},
            {"allow": False, "type": "c", "major": device["major"], "minor": device["minor"],
             "access": "rwm"}]
        self.assertEqual(self.run_container(config).out.strip(), "open=EPERM")

    def test_rules_that_begin_with_a_grant_refuse_the_rest(self):
        device = harness.misc_device()
        grant = {"allow": True, "type": "c", "major": device["major"], "minor": device["minor"],
                 "access": "r"}
        config = minimal("open", "/dev/other", "r", linux__devices=[device],
                         linux__resources={"devices": [grant]})
        self.prints("open=ok", config)
        grant["minor"] += 1
        self.prints("open=EPERM", config, code=1)

    def test_rule_for_all_devices_and_some_access(self):
        """For reading is not for all: v1 takes the type "a" for everything."""
        device = harness.misc_device()
        rule = {"allow": True, "type": "a", "access": "r"}
        config = minimal("open", "/dev/other", "r", linux__devices=[device],
                         linux__resources={"devices": [{"allow": False}, rule]})
        self.prints("open=ok", config)
        config["process"]["args"][-1] = "w"
        self.prints("open=EPERM", config, code=1)

    def test_cpu_quota_is_in_force(self):
        """Seen by the kernel's own count: a throttled period."""
        id, _, _ = self.running(minimal("sleep", linux__resources={
            "cpu": {"quota": 1000, "period": 100000}}))

        def throttled():
            self.works("exec", id, "/bin/report", "uid")
            return re.search(r"nr_throttled [1-9]", cgroup_file(id, "cpu.stat"))
        harness.until(throttled, "a throttled period")


class Created(Engine):
    def test_small(self):
        id = self.create(self.config("sleep"))
        rollup = read("/proc/%d/smaps_rollup" % self.state(id)["pid"])
        self.assertLessEqual(int(re.search(r"^Rss:\s+(\d+) kB", rollup, re.M).group(1)), 128)

    def test_runs_after_the_engine_is_gone(self):
        id, pid, _ = self.running(self.config("sleep"))
        self.works("kill", id, "TERM")
        self.wait_stopped(id, pid)
        self.works("delete", id)


if __name__ == "__main__":
    harness.main()
