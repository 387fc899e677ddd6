#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Limits of all kinds, `update`, `pause` and `resume`: what the processes meet."""
import ctypes
import glob
import json
import os
import re
import shutil
import signal
import struct
import subprocess

import harness
from harness import TAG, Test, cgroup_file, is_v2, minimal, read, skip_unless

MIB = 1 << 20


def disk():
    """The number of a block device that can be throttled."""
    for line in read("/proc/partitions").splitlines()[2:]:
        major, minor, _, name = line.split()
        if os.path.exists("/sys/block/%s/queue" % name):
            return int(major), int(minor)
    return None


class CgroupTest(Test):
    def files(self, id, v1, v2):
        """In the version that the host has. A list is of lines that are among others."""
        for file, value in (v2 if is_v2() else v1).items():
            found = cgroup_file(id, file)
            if isinstance(value, list):
                self.assertLessEqual(set(value), set(found.splitlines()), file)
            else:
                self.assertEqual(found, value, file)

    def exec(self, id, *args):
        return self.ocirun("exec", id, "/bin/report", *args)


class Limits(CgroupTest):
    def created(self, **resources):
        return self.create(minimal("sleep", linux__resources=resources))

    def test_throttles(self):
        skip_unless(disk(), "no block device that can be throttled")
        skip_unless(harness.has_controller("io" if is_v2() else "blkio"), "no such controller")
        device = dict(zip(("major", "minor"), disk()))
        id = self.created(blockIO={
            "throttleReadBpsDevice": [{**device, "rate": 1048576}],
            "throttleWriteBpsDevice": [{**device, "rate": 2097152}],
            "throttleReadIOPSDevice": [{**device, "rate": 300}],
            "throttleWriteIOPSDevice": [{**device, "rate": 400}]})
        number = "%d:%d " % disk()
        self.files(id, v1={
            "blkio.throttle.read_bps_device": number + "1048576",
            "blkio.throttle.write_bps_device": number + "2097152",
            "blkio.throttle.read_iops_device": number + "300",
            "blkio.throttle.write_iops_device": number + "400"},
            v2={"io.max": number + "rbps=1048576 wbps=2097152 riops=300 wiops=400"})

    def test_weight(self):
        skip_unless(harness.has_controller("io" if is_v2() else "blkio"), "no such controller")
        files = ["io.bfq.weight", "io.weight"] if is_v2() else ["blkio.bfq.weight", "blkio.weight"]
        probe = self.created()
        there = [file for file in files if harness.has_cgroup_file(probe, file)]
        config = minimal("sleep", linux__resources={"blockIO": {"weight": 505}})
        if not there:
            result = self.ocirun("create", "--bundle", self.bundle(config).path, self.new_id())
            self.assertEqual(result.code, 1)
            self.assertRegex(result.err, r"/linux/resources/blockIO/weight: write \"\d+\" to %s: "
                             "no such file or directory\n$" % re.escape(files[1]))
            return
        value = {"io.weight": "default 5000"}.get(there[0], "505")
        self.assertIn(value, cgroup_file(self.create(config), there[0]).splitlines())

    def test_huge_pages(self):
        skip_unless(harness.has_controller("hugetlb"), "no hugetlb controller")
        sizes = [name[10:-2] for name in os.listdir("/sys/kernel/mm/hugepages")]
        skip_unless("2048" in sizes, "no huge pages of 2 MB")
        id = self.created(hugepageLimits=[{"pageSize": "2MB", "limit": 4 * MIB}])
        found = harness.controller_file("hugetlb", id, "hugetlb.2MB.rsvd.max",
                                        "hugetlb.2MB.rsvd.limit_in_bytes")
        self.assertEqual(found, str(4 * MIB))
        # The standard's default is the limit of what is reserved; the other one stays.
        other = harness.controller_file("hugetlb", id, "hugetlb.2MB.max",
                                        "hugetlb.2MB.limit_in_bytes")
        self.assertNotEqual(other, str(4 * MIB))

    def test_huge_pages_that_the_kernel_does_not_have(self):
        skip_unless(harness.has_controller("hugetlb"), "no hugetlb controller")
        config = minimal(linux__resources={"hugepageLimits": [{"pageSize": "3MB", "limit": 0}]})
        result = self.ocirun("create", "--bundle", self.bundle(config).path, self.new_id())
        self.assertEqual(result.code, 1)
        self.assertRegex(result.err, r'^ocirun: config.json:\d+:\d+: /linux/resources/'
                         r'hugepageLimits: write "0" to hugetlb.3MB[a-z._]*: '
                         "no such file or directory\n$")

    def test_network(self):
        for member, controller, value in (
                ("classID", "net_cls", 0x100001),
                ("priorities", "net_prio", [{"name": "lo", "priority": 3}])):
            config = minimal("sleep", linux__resources={"network": {member: value}})
            where = "/linux/resources/network/%s: " % member
            if is_v2():
                self.create_fails(where + "cgroup v2 has no such setting", config)
            elif not harness.has_controller(controller):
                self.create_fails(where + 'this host has no cgroup controller "%s"' % controller,
                                  config)
            else:
                id = self.create(config)
                self.files(id, v1={"net_cls.classid": str(0x100001)} if controller == "net_cls"
                           else {"net_prio.ifpriomap": ["lo 3"]}, v2={})

    def test_unified(self):
        skip_unless(is_v2() or harness.has_controller("unified"), "no cgroup v2")
        keys = {"cgroup.max.depth": "7", "cgroup.max.descendants": "9"}
        if is_v2():
            keys["pids.max"] = "77"
        id = self.created(unified=keys)
        for key, value in keys.items():
            self.assertEqual(harness.unified_file(id, key), value)

    def test_unified_of_a_controller(self):
        """Which is enabled for it, if need be."""
        skip_unless(harness.unified_controllers(), "cgroup v2 has no controllers here")
        name = harness.unified_controllers()[0]
        keys = {"hugetlb": ("hugetlb.2MB.max", str(2 * MIB)), "cpuset": ("cpuset.cpus", "0"),
                "cpu": ("cpu.weight", "7"), "io": ("io.weight", "default 7"),
                "memory": ("memory.high", str(64 * MIB)), "pids": ("pids.max", "7")}
        skip_unless(name in keys, "nothing to say of controller " + name)
        key, value = keys[name]
        self.assertEqual(harness.unified_file(self.created(unified={key: value}), key), value)

    def test_unified_that_is_not_there(self):
        skip_unless(is_v2() or harness.has_controller("unified"), "no cgroup v2")
        for key, message in (
                ("nothing.max", "enable cgroup controllers, "
                 if is_v2() else 'write "1" to nothing.max: no such file or directory'),
                ("cgroup.nothing", 'write "1" to cgroup.nothing: no such file or directory')):
            config = minimal(linux__resources={"unified": {key: "1"}})
            result = self.ocirun("create", "--bundle", self.bundle(config).path, self.new_id())
            self.assertEqual(result.code, 1)
            self.assertIn(message, result.err)
            self.assertIn("/linux/resources", result.err)

    def test_without_a_controller(self):
        config = minimal(linux__resources={"rdma": {"mlx": {"hcaHandles": 1}}})
        if is_v2():
            result = self.ocirun("create", "--bundle", self.bundle(config).path, self.new_id())
            self.assertEqual(result.code, 1)
            return
        skip_unless(not harness.has_controller("rdma"), "there is a controller for rdma")
        self.create_fails('/linux/resources/rdma: this host has no cgroup controller "rdma"',
                          config)

    def test_kernel_memory_is_taken_and_ignored(self):
        id = self.created(memory={"limit": 64 * MIB, "kernel": MIB, "kernelTCP": MIB,
                                  "useHierarchy": True})
        self.files(id, {"memory.limit_in_bytes": str(64 * MIB)}, {"memory.max": str(64 * MIB)})

    def test_devices_of_nobody(self):
        """No manager, no groups: the container stays where its caller is."""
        own = read("/proc/self/cgroup")
        config = minimal("sleep")
        id = self.new_id()
        self.works("--cgroup-manager", "disabled", "create", "--bundle",
                   self.bundle(config).path, id)
        self.assertEqual(read("/proc/%d/cgroup" % self.state(id)["pid"]), own)
        self.works("delete", "--force", id)
        config["linux"]["resources"] = {"pids": {"limit": 5}}
        self.fails(self.bundle(config).at("/linux/resources/pids",
                                          'there are no cgroups with the manager "disabled"'),
                   "--cgroup-manager=disabled", "create", "--bundle", self.bundle(config).path,
                   self.new_id())


class Update(CgroupTest):
    def update(self, id, resources, **more):
        path = os.path.join(self.directory, "resources")
        harness.write(path, json.dumps(resources))
        return self.works("update", "--resources", path, id, **more)

    def test_pids(self):
        id, _, _ = self.running()
        self.assertEqual(self.exec(id, "forkbomb", "8").facts()["forkbomb.forked"], "8")
        self.works("update", "--pids-limit", "5", id)
        result = self.exec(id, "forkbomb", "8")
        self.assertEqual(result.facts()["forkbomb.error"], "EAGAIN", result)
        self.works("update", "--pids-limit=-1", id)
        self.assertEqual(self.exec(id, "forkbomb", "8").facts()["forkbomb.forked"], "8")
        self.assertEqual(cgroup_file(id, "pids.max"), "max")

    def test_memory(self):
        """Also to less than there was, and to more: memory never exceeds memory and swap."""
        skip_unless(harness.counts_swap(), "the kernel does not account swap")
        id, _, _ = self.running()
        for limit, fits in ((256, True), (32, False), (128, True), (24, False), (64, True)):
            self.update(id, {"memory": {"limit": limit * MIB, "swap": limit * MIB}})
            result = self.exec(id, "alloc", "40M")
            self.assertEqual(result.code, 0 if fits else 137, result)
            self.files(id, {"memory.limit_in_bytes": str(limit * MIB),
                            "memory.memsw.limit_in_bytes": str(limit * MIB)},
                       {"memory.max": str(limit * MIB), "memory.swap.max": "0"})
        self.works("update", "--memory", "-1", id)
        self.assertEqual(self.exec(id, "alloc", "70M").code, 0)

    def test_memory_in_use(self):
        """Checked before it is updated; v1 does so in any case."""
        skip_unless(is_v2(), "the kernel refuses it on cgroup v1")
        pipe = self.pipe()
        id = self.create(minimal("sleep", linux__resources={}), stdout=pipe.write_end)
        pipe.close_write()
        self.works("start", id)
        pipe.wait_for("sleep=ready")
        harness.write(os.path.join(self.directory, "r"), json.dumps(
            {"memory": {"limit": 4096, "checkBeforeUpdate": True}}))
        result = self.ocirun("update", "-r", os.path.join(self.directory, "r"), id)
        self.assertEqual(result.code, 1)
        self.assertRegex(result.err, r"/memory/limit: 4096 bytes are less than the \d+ in use\n$")
        self.assertEqual(cgroup_file(id, "memory.max"), "max")

    def test_cpu(self):
        id, _, _ = self.running()
        self.works("update", "--cpu-quota", "20000", "--cpu-period=50000", "--cpu-share", "512", id)
        self.files(id, {"cpu.cfs_quota_us": "20000", "cpu.cfs_period_us": "50000",
                        "cpu.shares": "512"}, {"cpu.max": "20000 50000", "cpu.weight": "59"})
        # What is not named stays.
        self.works("update", "--cpu-period", "40000", id)
        self.files(id, {"cpu.cfs_quota_us": "20000", "cpu.cfs_period_us": "40000"},
                   {"cpu.max": "20000 40000"})
        self.works("update", "--cpu-quota", "30000", id)
        self.files(id, {"cpu.cfs_quota_us": "30000", "cpu.cfs_period_us": "40000",
                        "cpu.shares": "512"}, {"cpu.max": "30000 40000", "cpu.weight": "59"})
        for quota, burst in (("50000", "40000"), ("10000", "5000"), ("60000", "60000")):
            self.works("update", "--cpu-quota", quota, "--cpu-burst", burst, id)
            self.files(id, {"cpu.cfs_quota_us": quota, "cpu.cfs_burst_us": burst},
                       {"cpu.max": quota + " 40000", "cpu.max.burst": burst})

    def test_cpu_quota_is_in_force(self):
        id, _, _ = self.running()
        self.works("update", "--cpu-quota", "1000", "--cpu-period", "100000", id)

        def throttled():
            self.works("exec", id, "/bin/report", "uid")
            return re.search(r"nr_throttled [1-9]", cgroup_file(id, "cpu.stat"))
        harness.until(throttled, "a throttled period")

    def test_devices(self):
        """A list replaces the one before."""
        device = harness.misc_device()
        id, _, _ = self.running(minimal("sleep", linux__devices=[device]))
        self.assertEqual(self.exec(id, "open", "/dev/other", "r").out, "open=ok\n")
        rule = {"allow": True, "type": "c", "major": device["major"], "minor": device["minor"]}
        for access, read, both in (("m", "EPERM", "EPERM"), ("r", "ok", "EPERM"),
                                   ("rw", "ok", "ok"), ("r", "ok", "EPERM")):
            self.update(id, {"devices": [{"allow": False}, {**rule, "access": access}]})
            self.assertEqual(self.exec(id, "open", "/dev/other", "r").out, "open=%s\n" % read)
            self.assertEqual(self.exec(id, "open", "/dev/other", "rw").out, "open=%s\n" % both)

    def test_from_standard_input(self):
        """As containerd and CRI-O send it."""
        id, _, _ = self.running()
        for options in (("--resources=-",), ("--resources", "-"), ("-r", "-")):
            path = os.path.join(self.directory, "in")
            harness.write(path, '{"pids": {"limit": 31}, "cpu": {"shares": 0}}')
            with open(path) as stdin:
                self.works("update", *options, id, stdin=stdin)
            self.assertEqual(cgroup_file(id, "pids.max"), "31")
            self.works("update", "--pids-limit", "30", id)

    def test_sizes(self):
        id, _, _ = self.running()
        for text, number in (("64m", 64 * MIB), ("65M", 65 * MIB), ("66MiB", 66 * MIB),
                             ("67mb", 67 * MIB), ("69632k", 68 * MIB), ("72351744", 69 * MIB)):
            self.works("update", "--memory", text, id)
            self.files(id, {"memory.limit_in_bytes": str(number)}, {"memory.max": str(number)})
        for text in ("", "m", "64x", "6 4", "1e3", "0x10", "99999999999g"):
            self.fails("--memory: expected a number of bytes, found \"%s\"" % text, "update",
                       "--memory", text, id)
        self.fails('--pids-limit: expected a number, found "5k"', "update", "--pids-limit", "5k",
                   id)
        self.fails('--cpuset-cpus: expected a list like 0-3,7, found "a"', "update",
                   "--cpuset-cpus", "a", id)

    def test_all_or_nothing(self):
        id = self.create(minimal("sleep", linux__resources={
            "pids": {"limit": 50}, "memory": {"limit": 64 * MIB}, "cpu": {"shares": 300}}))
        files = ("pids.max", "memory.max", "cpu.weight") if is_v2() else \
            ("pids.max", "memory.limit_in_bytes", "cpu.shares", "memory.soft_limit_in_bytes")
        before = [cgroup_file(id, file) for file in files]
        for bad in ({"cpu": {"cpus": "4095", "shares": 400}}, {"rdma": {"x": {"hcaHandles": 1}}},
                    {"hugepageLimits": [{"pageSize": "3MB", "limit": 1}]}):
            resources = {"pids": {"limit": 60}, "memory": {"limit": 32 * MIB,
                                                           "reservation": 16 * MIB}, **bad}
            path = os.path.join(self.directory, "resources")
            harness.write(path, json.dumps(resources))
            result = self.ocirun("update", "-r", path, id)
            self.assertEqual(result.code, 1, bad)
            self.assertEqual([cgroup_file(id, file) for file in files], before, bad)

    def test_wrong(self):
        id, pid, _ = self.running()
        path = os.path.join(self.directory, "resources")
        harness.write(path, '{\n  "pids": {"limit": "5"}\n}')
        self.fails('%s:2:21: /pids/limit: expected a number from -9223372036854775808 to '
                   '9223372036854775807, found the string "5"' % path, "update", "-r", path, id)
        harness.write(path, '{"pids": ')
        result = self.ocirun("update", "-r", path, id)
        self.assertEqual(result.code, 1)
        self.assertIn(path, result.err)
        self.fails('--resources: cannot open "%s/no": No such file or directory' % self.directory,
                   "update", "-r", self.directory + "/no", id)
        self.fails("--pids-limit has no effect beside --resources", "update", "-r", path,
                   "--pids-limit", "5", id)
        self.fails('container "%s-no" does not exist: container does not exist' % TAG, "update",
                   "--pids-limit", "5", TAG + "-no")
        self.works("kill", id, "KILL")
        self.wait_stopped(id, pid)
        self.fails('cannot update container "%s": container not running' % id, "update",
                   "--pids-limit", "5", id)

    def test_without_groups(self):
        id = self.new_id()
        bundle = self.bundle(minimal("sleep"))
        self.works("--cgroup-manager", "disabled", "create", "--bundle", bundle.path, id)
        self.fails("/pids: the container has no cgroups of its own", "update", "--pids-limit", "5",
                   id)


def bpf(command, *words):
    """bpf(2); @words are (offset, struct format, value) of its union."""
    attr = ctypes.create_string_buffer(128)
    for offset, kind, value in words:
        struct.pack_into(kind, attr, offset, value)
    number = {"x86_64": 321}.get(os.uname().machine, 280)
    result = ctypes.CDLL(None, use_errno=True).syscall(number, command, attr, len(attr))
    return result, attr


class Filters(CgroupTest):
    """The program that decides about devices on cgroup v2."""

    def setUp(self):
        super().setUp()
        skip_unless(is_v2(), "cgroup v1 has a controller for devices")

    def programs(self, id):
        """BPF_PROG_QUERY of BPF_CGROUP_DEVICE"""
        ids = (ctypes.c_uint32 * 16)()
        group = os.open("%s/ocirun/%s" % (harness.CGROUPS, id), os.O_RDONLY | os.O_DIRECTORY)
        try:
            result, attr = bpf(16, (0, "I", group), (4, "I", 6), (16, "Q", ctypes.addressof(ids)),
                               (24, "I", len(ids)))
        finally:
            os.close(group)
        self.assertEqual(result, 0)
        return list(ids[:struct.unpack_from("I", attr, 24)[0]])

    def config(self, minor=200):
        return minimal("sleep", linux__resources={"devices": [
            {"allow": False}, {"allow": True, "type": "c", "major": 10, "minor": minor,
                               "access": "rw"}]})

    def test_equal_ones_share_a_program(self):
        one, two, other = (self.create(self.config(minor)) for minor in (200, 200, 201))
        first, = self.programs(one)
        self.assertEqual(self.programs(two), [first])
        self.assertNotEqual(self.programs(other), [first])
        # As long as somebody has it.
        self.works("delete", "--force", one)
        self.assertEqual(self.programs(self.create(self.config())), [first])

    def test_a_program_that_is_gone(self):
        one = self.create(self.config(202))
        self.works("delete", "--force", one)
        two = self.create(self.config(202))
        self.assertEqual(len(self.programs(two)), 1)

    def test_it_stays_where_there_is_a_bpf_file_system(self):
        """As with systemd; it is mounted here only if there is none, and nobody else sees it."""
        place = "/sys/fs/bpf"
        if subprocess.run(["stat", "-f", "-c", "%T", place], stdout=subprocess.PIPE, check=True,
                          text=True).stdout.strip() == "bpf_fs":
            return self.pins(place + "/ocirun")
        skip_unless(os.readlink("/proc/self/ns/mnt") != os.readlink("/proc/1/ns/mnt"),
                    "no BPF file system, and this mount namespace is everybody's")
        done = subprocess.run(["mount", "-t", "bpf", "bpf", place], check=False)
        skip_unless(done.returncode == 0, "no BPF file system can be mounted")
        try:
            return self.pins(place + "/ocirun")
        finally:
            subprocess.run(["umount", place], check=True)

    def pins(self, pins):
        one = self.create(self.config(207))
        ours = self.programs(one)
        self.works("delete", "--force", one)
        two = self.create(self.config(207))
        self.assertEqual(self.programs(two), ours)
        names = os.listdir(pins)
        self.assertTrue(all(re.fullmatch("devices-[0-9a-f]{2}", name) for name in names), names)
        self.assertEqual(os.stat(pins).st_mode & 0o7777, 0o700)
        # Without it nothing is lost.
        self.works("delete", "--force", two)
        shutil.rmtree(pins)
        self.assertEqual(len(self.programs(self.create(self.config(207)))), 1)
        # What somebody else has made is left alone.
        shutil.rmtree(pins, ignore_errors=True)
        os.mkdir(pins)
        os.chown(pins, 1000, 1000)
        self.assertEqual(len(self.programs(self.create(self.config(208)))), 1)
        self.assertEqual(os.listdir(pins), [])
        os.rmdir(pins)

    def test_notes_that_are_wrong(self):
        """Somebody else's program, and a file that is no note."""
        one, other = self.create(self.config(203)), self.create(self.config(204))
        ours, theirs = self.programs(one) + self.programs(other)
        notes = glob.glob(os.path.join(Test.root, ".notes", "devices-*"))
        for note in notes:
            with open(note, "r+b") as file:     # the key, then when it was loaded, and its number
                file.seek(-8, os.SEEK_END)
                number, = struct.unpack("I", file.read(4))
                file.seek(-8, os.SEEK_END)
                if number == ours:
                    file.write(struct.pack("I", theirs))
        two = self.create(self.config(203))
        self.assertNotIn(self.programs(two)[0], (ours, theirs))
        for note in notes:
            with open(note, "wb") as file:
                file.write(b"x")
        self.assertNotEqual(self.programs(self.create(self.config(203))), self.programs(two))

    def test_update_replaces_it(self):
        id = self.create(self.config(205))
        before, = self.programs(id)
        path = os.path.join(self.directory, "resources")
        for minor in (206, 206, 205):
            harness.write(path, json.dumps(
                {"devices": self.config(minor)["linux"]["resources"]["devices"]}))
            self.works("update", "-r", path, id)
            now, = self.programs(id)
            if minor == 206:        # that of 205 can still be there, and is taken again then
                self.assertNotEqual(now, before)


class Pause(CgroupTest):
    def cpu_time(self, pid):
        fields = read("/proc/%d/stat" % pid).rsplit(")", 1)[1].split()
        return int(fields[11]) + int(fields[12])

    def test_everything(self):
        id, pid, _ = self.running()
        self.works("pause", id)
        state = self.state(id)
        self.assertEqual((state["status"], state["pid"]), ("paused", pid))
        self.assertIn("paused", self.works("list").out)
        # Somebody who is frozen does not even take a signal.
        os.kill(pid, signal.SIGTERM)
        for message, args in (
                ('cannot exec in a paused container: "%s"' % id, ("exec", id, "/bin/report")),
                ('cannot pause container "%s", it is paused: container not running' % id,
                 ("pause", id)),
                ('cannot start a paused container: "%s"' % id, ("start", id)),
                ('cannot delete container "%s" that is not stopped: paused' % id,
                 ("delete", id))):
            self.fails(message, *args, code=255 if args[0] == "exec" else 1)
        self.assertEqual(self.state(id)["status"], "paused")
        self.works("resume", id)
        self.wait_stopped(id, pid)

    def test_resume(self):
        id, pid, _ = self.running()
        self.fails('cannot resume container "%s", it is running: container not paused' % id,
                   "resume", id)
        for _ in range(20):
            self.works("pause", id)
            self.works("resume", id)
        self.assertEqual(self.exec(id, "exit", "3").code, 3)
        self.works("kill", id, "KILL")
        self.wait_stopped(id, pid)
        self.fails('cannot pause container "%s", it is stopped: container not running' % id,
                   "pause", id)
        self.fails('cannot resume container "%s", it is stopped: container not paused' % id,
                   "resume", id)

    def test_created(self):
        id = self.create(minimal("exit", "0"))
        pid = self.state(id)["pid"]
        self.works("pause", id)
        self.assertEqual(self.state(id)["status"], "paused")
        self.works("resume", id)
        self.assertEqual(self.state(id)["status"], "created")
        self.works("start", id)
        self.wait_stopped(id, pid)

    def test_exec_that_ignores_it(self):
        """It begins when the container is resumed."""
        id, _, _ = self.running()
        self.works("pause", id)
        process = subprocess.Popen([harness.OCIRUN, "--root", Test.root, "exec",
                                    "--ignore-paused", id, "/bin/report", "exit", "7"])
        harness.until(lambda: len(json.loads(self.works("ps", "-f", "json", id).out)) > 1,
                      "a second process")
        self.assertIsNone(process.poll())
        self.works("resume", id)
        self.assertEqual(process.wait(harness.TIMEOUT), 7)

    def test_start_again_and_again(self):
        """Init does not answer while it is frozen, and more connections than it has room for do not
        keep anybody waiting; it runs its program when it is let go."""
        id = self.create(minimal("exit", "3"))
        pid = self.state(id)["pid"]
        self.works("pause", id)
        for _ in range(40):
            self.fails('cannot start a paused container: "%s"' % id, "start", id)
        self.works("resume", id)
        self.assertEqual(self.state(id)["status"], "created")
        self.works("start", id)
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), 3)

    def test_kill(self):
        """KILL ends a paused container, whatever freezes it."""
        for options in ((), ("--all",)):
            id, pid, _ = self.running()
            self.works("pause", id)
            self.works("kill", *options, id, "KILL")
            self.wait_stopped(id, pid)

    def test_delete_force(self):
        id, _, _ = self.running()
        self.works("pause", id)
        self.works("delete", "--force", id)

    def test_update(self):
        id, _, _ = self.running()
        self.works("pause", id)
        self.works("update", "--pids-limit", "6", id)
        self.assertEqual(cgroup_file(id, "pids.max"), "6")
        self.works("resume", id)

    def test_without_groups(self):
        id = self.new_id()
        self.works("--cgroup-manager", "disabled", "create", "--bundle",
                   self.bundle(minimal("sleep")).path, id)
        self.fails('cannot pause container "%s": cannot freeze its cgroup: operation not supported'
                   % id, "pause", id)


class Nowhere(CgroupTest):
    """The host has no cgroup file system."""

    PREFIX = ("unshare", "--mount", "sh", "-c",
              'mount --make-rprivate / && umount -l /sys/fs/cgroup && exec "$0" "$@"')

    def test_life(self):
        pipe = self.pipe()
        id = self.create(minimal("sleep"), stdout=pipe.write_end, prefix=self.PREFIX)
        pipe.close_write()
        self.works("start", id, prefix=self.PREFIX)
        pipe.wait_for("sleep=ready")
        pid = self.state(id)["pid"]
        self.assertEqual(read("/proc/%d/cgroup" % pid), read("/proc/self/cgroup"))
        self.assertEqual(json.loads(self.works("ps", "-f", "json", id, prefix=self.PREFIX).out),
                         [pid])
        self.assertEqual(self.works("exec", id, "/bin/report", "uid", prefix=self.PREFIX).out,
                         "uid=0\n")
        self.works("kill", "--all", id, "KILL", prefix=self.PREFIX)
        self.wait_stopped(id, pid)
        self.works("delete", id, prefix=self.PREFIX)

    def test_limits(self):
        for resources, controller in (({"memory": {"limit": 64 * MIB}}, "memory"),
                                      ({"devices": [{"allow": False}]}, "devices")):
            self.create_fails('/linux/resources/%s: this host has no cgroup controller "%s"' % (
                controller, controller), minimal(linux__resources=resources), prefix=self.PREFIX)


class Events(CgroupTest):
    def stats(self, id):
        line = self.works("events", "--stats", id).out
        self.assertEqual(line.count("\n"), 1)
        event = json.loads(line)
        self.assertEqual((event["type"], event["id"]), ("stats", id))
        return event["data"]

    def watch(self, id, *options):
        process = subprocess.Popen(
            [harness.OCIRUN, "--root", Test.root, "events", *options, id],
            stdout=subprocess.PIPE, text=True)
        return process

    def listens(self, pid):
        """It has opened what tells of an end of memory."""
        return any("eventfd" in link or "memory.events" in link
                   for link in harness.opened(pid).values())

    def test_stats(self):
        """The members that containerd and others read, and what they say."""
        id, _, _ = self.running(minimal("sleep", linux__resources={
            "memory": {"limit": 256 * MIB}, "pids": {"limit": 77}}))
        for _ in range(5):
            self.works("exec", id, "/bin/report", "alloc", "20M")
        data = self.stats(id)
        self.assertEqual(data["pids"], {"current": 1, "limit": 77})
        usage = data["cpu"]["usage"]
        self.assertGreater(usage["total"], 1000000)
        self.assertGreaterEqual(usage["user"] + usage["kernel"], 0)
        self.assertEqual(sorted(data["cpu"]["throttling"]),
                         ["periods", "throttledPeriods", "throttledTime"])
        memory = data["memory"]
        self.assertEqual(memory["usage"]["limit"], 256 * MIB)
        self.assertGreater(memory["usage"]["usage"], 0)
        self.assertGreater(memory["usage"]["max"], 20 * MIB)
        self.assertEqual(sorted(memory["usage"]), ["failcnt", "limit", "max", "usage"])
        for name in ("swap", "kernel", "kernelTCP"):
            self.assertEqual(sorted(memory[name]), ["failcnt", "limit", "max", "usage"])
        self.assertIn("pgfault", memory["raw"])
        for name in ("ioServiceBytesRecursive", "ioServicedRecursive", "ioQueueRecursive",
                     "ioServiceTimeRecursive", "ioWaitTimeRecursive", "ioMergedRecursive",
                     "ioTimeRecursive", "sectorsRecursive"):
            self.assertIsInstance(data["blkio"][name], list)
        if harness.has_controller("hugetlb"):
            self.assertEqual(data["hugetlb"]["2MB"], {"usage": 0, "max": 0, "failcnt": 0})
        if not is_v2():
            self.assertEqual(sum(usage["percpu"]) > 0, True)
        elif os.path.exists("/proc/pressure/memory"):
            self.assertEqual(sorted(memory["psi"]["some"]), ["avg10", "avg300", "avg60", "total"])

    def test_throttled(self):
        id, _, _ = self.running(minimal("sleep", linux__resources={
            "cpu": {"quota": 1000, "period": 100000}}))

        def throttled():
            self.works("exec", id, "/bin/report", "uid")
            return self.stats(id)["cpu"]["throttling"]["throttledTime"] > 0
        harness.until(throttled, "a throttled period")

    def test_again_and_again(self):
        """Until the container ends."""
        id, pid, _ = self.running()
        process = self.watch(id, "--interval", "20ms")
        for _ in range(3):
            self.assertEqual(json.loads(process.stdout.readline())["type"], "stats")
        self.works("kill", id, "KILL")
        self.wait_stopped(id, pid)
        process.communicate(timeout=harness.TIMEOUT)
        self.assertEqual(process.returncode, 0)

    def test_no_memory_left(self):
        skip_unless(harness.counts_swap() or len(read("/proc/swaps").splitlines()) == 1,
                    "there is swap, and no limit to it")
        memory = {"limit": 32 * MIB}
        if harness.counts_swap():
            memory["swap"] = memory["limit"]
        id, pid, _ = self.running(minimal("sleep", linux__resources={"memory": memory}))
        process = self.watch(id, "--interval=1h")
        harness.until(lambda: self.listens(process.pid), "events to listen")
        self.assertEqual(self.exec(id, "alloc", "64M").code, 137)
        self.assertEqual(json.loads(process.stdout.readline()), {"type": "oom", "id": id})
        self.works("kill", id, "KILL")
        self.wait_stopped(id, pid)
        self.assertEqual(process.communicate(timeout=harness.TIMEOUT), ("", None))
        self.assertEqual(process.returncode, 0)

    def test_wrong(self):
        id, pid, _ = self.running()
        for text in ("", "5", "s", "-1s", "0s", "5x", "nan", "25h"):
            self.fails("--interval takes a time from 1ms to 24h, like 5s", "events", "--interval",
                       text, id)
        self.works("kill", id, "KILL")
        self.wait_stopped(id, pid)
        for options in ((), ("--stats",)):
            self.fails('container "%s" has no statistics: container not running' % id, "events",
                       *options, id)
        id = self.new_id()
        self.works("--cgroup-manager", "disabled", "create", "--bundle",
                   self.bundle(minimal("sleep")).path, id)
        self.fails('container "%s" has no statistics: it has no cgroups of its own' % id, "events",
                   "--stats", id)

    def test_a_reader_who_goes_away(self):
        id, _, _ = self.running()
        process = self.watch(id, "--interval", "10ms")
        process.stdout.readline()
        process.stdout.close()
        self.assertNotEqual(process.wait(harness.TIMEOUT), 0)


if __name__ == "__main__":
    harness.main()
