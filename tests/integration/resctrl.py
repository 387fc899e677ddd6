#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""/linux/intelRdt: RDT-01 to RDT-26, on a resctrl that is made here (fake_resctrl.py). What is in it
after create, run, exec and delete; and that nothing is left in it."""
import os
import signal
import subprocess

import crash
import harness
from fake_resctrl import FakeResctrl
from harness import PROC, Test, minimal, read, skip_unless, write

PLACE = "/sys/fs/resctrl"


def make_place():
    """Some kernels have no such directory: then one in a copy of what is there, which has no more
    than we need. The whole test is in a mount namespace of its own."""
    if os.path.isdir(PLACE):
        return
    aside = os.path.join(Test.work, "cgroup")
    os.mkdir(aside)
    harness.mount(harness.CGROUPS, aside, None, harness.MS_BIND | harness.MS_REC)
    harness.mount("tmpfs", "/sys/fs", "tmpfs")
    os.mkdir(harness.CGROUPS)
    os.mkdir(PLACE)
    harness.mount(aside, harness.CGROUPS, None, 0x2000)     # MS_MOVE
    os.rmdir(aside)


class Resctrl(Test):
    classes, monitoring = 8, True

    def setUp(self):
        skip_unless(os.path.exists("/dev/fuse"), "there is no /dev/fuse")
        make_place()
        self.tree = FakeResctrl(PLACE, self.classes, self.monitoring)
        self.tree.__enter__()
        super().setUp()

    def tearDown(self):
        """The leak check of this file system: what a test has made itself it says in self.kept."""
        try:
            super().tearDown()
            self.assertEqual(self.groups(), sorted(self.kept), "left in resctrl")
        finally:
            self.tree.__exit__()

    kept = ()

    def groups(self):
        """The paths of all groups, of both kinds."""
        found = []
        for path, directories, _ in os.walk(PLACE):
            found += [os.path.relpath(os.path.join(path, name), PLACE) for name in directories
                      if name not in ("info", "mon_groups")]
        return sorted(found)

    def prepare(self, group, schemata=""):
        """One that somebody made before."""
        os.mkdir(os.path.join(PLACE, group))
        for line in schemata.splitlines():
            write(os.path.join(PLACE, group, "schemata"), line + "\n")
        self.kept = [*self.kept, group]
        self.tree.log.clear()

    def tasks(self, group):
        return [int(pid) for pid in read(os.path.join(PLACE, group, "tasks")).split()]

    def schemata(self, group):
        return [line.strip() for line in read(os.path.join(PLACE, group, "schemata")).splitlines()]

    def create_with(self, *args, id=None, **rdt):
        return self.create(minimal(*args, linux__intelRdt=rdt), id=id)

    def refused(self, message, **rdt):
        """And nothing has been made."""
        before = self.groups()
        id = self.new_id()
        self.create_fails(message.replace("{id}", id), minimal(linux__intelRdt=rdt), id=id)
        self.assertEqual(self.groups(), before)


class Own(Resctrl):
    """Without a closID the container has a class of its own."""

    def test_RDT_16_21_made_and_removed(self):
        id = self.create_with()
        self.assertEqual(self.groups(), [id])
        pid = self.state(id)["pid"]
        self.assertEqual(self.tasks(id), [pid])
        self.works("start", id)
        self.wait_stopped(id, pid)
        self.assertEqual(self.groups(), [id])
        self.works("delete", id)
        self.assertEqual(self.groups(), [])

    def test_RDT_01_the_pid_is_there_before_the_program(self):
        """`run` waits for no start, so what it has written is before."""
        bundle = self.bundle(minimal("exit", "0", linux__intelRdt={}))
        id = self.new_id()
        self.works("run", "--bundle", bundle.path, id)
        self.assertEqual([entry[:2] for entry in self.tree.log],
                         [("mkdir", id), ("tasks", id), ("rmdir", id)])

    def test_RDT_15_no_schemata_are_written(self):
        self.works("delete", "--force", self.create_with())
        self.assertNotIn("schemata", [entry[0] for entry in self.tree.log])

    def test_RDT_10_to_14_written_one_by_one_in_order(self):
        id = self.create_with(l3CacheSchema="L3:0=f;1=f", memBwSchema="MB:0=20;1=70",
                              schemata=["L3:1=7f", "MB:0=35"])
        self.assertEqual([entry for entry in self.tree.log if entry[0] == "schemata"], [
            ("schemata", id, "L3:0=f;1=f\n"), ("schemata", id, "MB:0=20;1=70\n"),
            ("schemata", id, "L3:1=7f\n"), ("schemata", id, "MB:0=35\n")])
        self.assertEqual(self.schemata(id), ["MB:0=  40;1=  70", "L3:0=00f;1=07f"])

    def test_RDT_12_one_of_them(self):
        for name, value in (("l3CacheSchema", "L3:0=f"), ("memBwSchema", "MB:0=20"),
                            ("l3CacheSchema", "L3:0=1\nMB:1=10\n"), ("schemata", ["L3:0=f"])):
            self.tree.log.clear()
            id = self.create_with(**{name: value})
            text = value if isinstance(value, str) else value[0]
            self.assertEqual([entry for entry in self.tree.log if entry[0] == "schemata"],
                             [("schemata", id, text.rstrip("\n") + "\n")])
            self.works("delete", "--force", id)

    def test_empty_members_are_not_set(self):
        id = self.create_with(closID="", l3CacheSchema="", memBwSchema="", schemata=[])
        self.assertEqual(self.groups(), [id])
        self.assertNotIn("schemata", [entry[0] for entry in self.tree.log])

    def test_a_group_of_that_name_is_somebody_elses(self):
        id = self.new_id()
        self.prepare(id)
        self.create_fails('/linux/intelRdt: make resctrl group "%s": it is there already' % id,
                          minimal(linux__intelRdt={}), id=id)
        self.assertEqual(self.groups(), [id])

    def test_what_the_kernel_refuses(self):
        self.refused('/linux/intelRdt/l3CacheSchema: write "L3:0=5" to schemata of resctrl group '
                     '"{id}" (The mask 5 has non-consecutive 1-bits): invalid argument',
                     l3CacheSchema="L3:0=5")
        self.refused('/linux/intelRdt/schemata/1: write "MB:0=5" to schemata of resctrl group '
                     '"{id}" (MB value 5 out of range [10,100]): invalid argument',
                     schemata=["L3:0=f", "MB:0=5"], enableMonitoring=True)

    def test_a_failure_later(self):
        config = minimal(linux__intelRdt={"enableMonitoring": True}, root__path="rootfs",
                         process__args=["/none"])
        self.create_fails('exec: "/none": stat /none: no such file or directory',
                          config)
        self.assertEqual(self.groups(), [])

    def test_with_new_namespaces(self):
        """Where init is not the process that the host began with."""
        config = minimal("sleep", mounts=[PROC], linux__intelRdt={"enableMonitoring": True})
        config["linux"]["namespaces"] += [{"type": "user"}, {"type": "cgroup"}]
        config["linux"].update({name: [{"containerID": 0, "hostID": 0, "size": 65536}]
                                for name in ("uidMappings", "gidMappings")})
        id, pid, _ = self.running(config)
        self.assertEqual(self.tasks(id), [pid])
        self.assertEqual(self.tasks(id + "/mon_groups/" + id), [pid])


class Shared(Resctrl):
    """With one it is in a class that it has not for itself."""

    def test_RDT_17_22_made_and_left(self):
        id = self.create_with(closID="gold", l3CacheSchema="L3:0=f")
        self.kept = ["gold"]
        self.assertEqual(self.tasks("gold"), [self.state(id)["pid"]])
        self.assertEqual(self.schemata("gold")[1], "L3:0=00f;1=7ff")
        self.works("delete", "--force", id)
        self.assertEqual(self.groups(), ["gold"])

    def test_RDT_18_the_same_schemata(self):
        self.prepare("gold", "L3:0=f;1=ff\nMB:0=20")
        for rdt in ({"l3CacheSchema": "L3:0=f"}, {"l3CacheSchema": "l3: 1 = 0x0FF ; 0=f"},
                    {"memBwSchema": "MB:0=20;1=100"},
                    {"l3CacheSchema": "L3:0=1", "schemata": ["L3:0=f", "MB:1=100"]}):
            id = self.create_with(closID="gold", **rdt)
            self.assertIn(self.state(id)["pid"], self.tasks("gold"))
            self.works("delete", "--force", id)
            self.assertEqual([entry[0] for entry in self.tree.log], ["tasks"])
            self.tree.log.clear()

    def test_RDT_18_other_schemata(self):
        self.prepare("gold", "L3:0=f;1=ff\nMB:0=20")
        for line, rdt in (("L3:0=7", {"l3CacheSchema": "L3:0=7"}),
                          ("L3:0=f;1=f", {"l3CacheSchema": "L3:0=f;1=f"}),
                          ("MB:1=20", {"l3CacheSchema": "L3:0=f", "memBwSchema": "MB:1=20"}),
                          ("L3:2=f", {"schemata": ["MB:0=20", "L3:2=f"]}),
                          ("L2:0=f", {"schemata": ["L2:0=f"]}), ("L3:", {"schemata": ["L3:"]}),
                          ("rubbish", {"schemata": ["rubbish"]})):
            self.refused('/linux/intelRdt/closID: resctrl group "gold" is there without "%s"' %
                         line, closID="gold", **rdt)
        self.assertEqual(self.tree.log, [])

    def test_RDT_19_without_schemata(self):
        self.prepare("gold", "L3:0=f")
        ids = [self.create_with(closID="gold") for _ in range(2)]
        self.assertEqual(self.tasks("gold"), sorted(self.state(id)["pid"] for id in ids))
        for id in ids:
            self.works("delete", "--force", id)
        self.assertEqual(self.schemata("gold")[1], "L3:0=00f;1=7ff")

    def test_RDT_20_without_schemata_and_not_there(self):
        self.refused('/linux/intelRdt/closID: find resctrl group "gold": there is none, and no '
                     'schemata to make it with', closID="gold", enableMonitoring=True)

    def test_RDT_04_the_root(self):
        for rdt in ({}, {"l3CacheSchema": "L3:0=7ff;1=7ff"}):
            id = self.create_with(closID="/", **rdt)
            self.assertEqual(self.tree.log, [("tasks", "/", self.state(id)["pid"])])
            self.works("delete", "--force", id)
            self.tree.log.clear()
        self.refused('/linux/intelRdt/closID: resctrl group "/" is there without "L3:0=1"',
                     closID="/", l3CacheSchema="L3:0=1")

    def test_names_that_are_no_groups(self):
        self.refused('/linux/intelRdt/closID: see whether resctrl group "info" is as wanted: that '
                     'is something else', closID="info", l3CacheSchema="L3:0=1")
        self.refused('/linux/intelRdt/closID: find resctrl group "mon_groups": there is none, and '
                     'no schemata to make it with', closID="mon_groups")
        for name in ("..", "a/b", "../x", "."):
            self.refused('/linux/intelRdt/closID: expected "/" or the name of a directory, found '
                         '"%s"' % name, closID=name, l3CacheSchema="L3:0=1")

    def test_a_create_that_fails_removes_what_it_made(self):
        self.refused('/linux/intelRdt/memBwSchema: write "MB:0=500" to schemata of resctrl group '
                     '"gold" (MB value 500 out of range [10,100]): invalid argument',
                     closID="gold", l3CacheSchema="L3:0=f", memBwSchema="MB:0=500")

    def test_a_create_that_fails_leaves_what_others_use(self):
        """In the meantime somebody has put a process there: here a hook."""
        child = subprocess.Popen(["sleep", "1000"])
        try:
            hook = {"path": "/bin/sh", "args": ["sh", "-c", "echo %d >%s/gold/tasks; exit 1" % (
                child.pid, PLACE)]}
            bundle = self.bundle(minimal(hooks={"createRuntime": [hook]}, linux__intelRdt={
                "closID": "gold", "l3CacheSchema": "L3:0=f"}))
            self.kept = ["gold"]
            result = self.ocirun("create", "--bundle", bundle.path, self.new_id())
            self.assertEqual((result.code, "createRuntime" in result.err), (1, True), result)
            self.assertEqual(self.tasks("gold"), [child.pid])
        finally:
            child.kill()
            child.wait()


class Full(Resctrl):
    classes = 1

    def test_no_more_classes(self):
        self.prepare("gold")
        self.refused('/linux/intelRdt: make resctrl group "{id}": the processor has no more of them')


class Monitoring(Resctrl):
    def test_RDT_23_to_25(self):
        self.prepare("gold")
        for rdt, group in (({}, None), ({"closID": "gold"}, "gold"), ({"closID": "/"}, "")):
            id = self.create_with(enableMonitoring=True, **rdt)
            group = id if group is None else group
            below = os.path.join(group, "mon_groups", id)
            pid = self.state(id)["pid"]
            self.assertIn(below, self.groups())
            self.assertEqual(self.tasks(below), [pid])
            self.assertIn(pid, self.tasks(group))
            self.works("delete", "--force", id)
            self.assertEqual(self.groups(), ["gold"])

    def test_RDT_26_it_cannot_be_made(self):
        id = self.new_id()
        self.prepare("gold")
        self.prepare("gold/mon_groups/" + id)
        self.create_fails('/linux/intelRdt/enableMonitoring: make monitoring group '
                          '"gold/mon_groups/%s": it is there already' % id,
                          minimal(linux__intelRdt={"closID": "gold", "enableMonitoring": True}),
                          id=id)


class NotMonitoring(Resctrl):
    monitoring = False

    def test_RDT_26_the_processor_cannot(self):
        self.refused('/linux/intelRdt/enableMonitoring: make monitoring group '
                     '"{id}/mon_groups/{id}": the processor does not monitor',
                     enableMonitoring=True)


class Exec(Resctrl):
    def end(self, pid):
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)

    def test_it_joins_the_same_groups(self):
        for rdt in ({}, {"closID": "gold", "schemata": ["L3:0=f"]}, {"closID": "/"}):
            for monitoring in (False, True):
                id, pid, _ = self.running(minimal(
                    "sleep", linux__intelRdt=dict(rdt, enableMonitoring=monitoring)))
                group = rdt.get("closID", id).strip("/")
                if group == "gold":
                    self.kept = ["gold"]
                other = self.exec_sleep(id)
                self.assertLessEqual({pid, other}, set(self.tasks(group)))
                if monitoring:
                    below = os.path.join(group, "mon_groups", id)
                    self.assertEqual(self.tasks(below), sorted([pid, other]))
                self.end(other)
                self.works("delete", "--force", id)

    def test_RDT_03_without_intelRdt_nothing_is_touched(self):
        id, _, _ = self.running()
        self.end(self.exec_sleep(id))
        self.works("delete", "--force", id)
        self.assertEqual(self.tree.log, [])

    def test_a_group_that_is_gone(self):
        id, _, _ = self.running(minimal("sleep", linux__intelRdt={}))
        os.rmdir(os.path.join(PLACE, id))
        result = self.ocirun("exec", id, "/bin/report", "exit", "0")
        self.assertEqual(result.code, 255)
        self.assertRegex(result.err, '^ocirun: config.json:[0-9:]+ /linux/intelRdt: write the pid to '
                         'tasks of resctrl group "%s": no such file or directory\n$' % id)
        self.works("delete", "--force", id)


class Update(Resctrl):
    def test_schemata(self):
        id = self.create_with("sleep", l3CacheSchema="L3:0=ff")
        self.tree.log.clear()
        self.works("update", "--l3-cache-schema", "L3:0=f", "--mem-bw-schema=MB:0=50", id)
        self.assertEqual([line.replace(" ", "") for line in self.schemata(id)],
                         ["MB:0=50;1=100", "L3:0=00f;1=7ff"])
        self.works("delete", "--force", id)

    def test_wrong(self):
        id = self.create_with("sleep")
        before = self.schemata(id)
        result = self.ocirun("update", "--l3-cache-schema", "L3:7=f", id)
        self.assertEqual(result.code, 1)
        self.assertIn("/linux/intelRdt/l3CacheSchema: ", result.err)
        self.assertEqual(self.schemata(id), before)
        self.works("delete", "--force", id)
        id = self.create(minimal("sleep"))
        self.fails("/linux/intelRdt: the container has no group in resctrl", "update",
                   "--mem-bw-schema", "MB:0=50", id)
        self.works("delete", "--force", id)


class Crashed(crash.Crashing, Resctrl):
    """ocirun dies anywhere on the way; `delete --force` leaves nothing."""

    def crash_at(self, *classes, **rdt):
        """@classes: what is left once somebody is in it, be he dying."""
        bundle = self.bundle(minimal("sleep", linux__intelRdt=dict(rdt, enableMonitoring=True)))
        id = self.new_id()

        def args(id):
            return "create", "--bundle", bundle.path, id
        calls = [call for call in self.calls(lambda: id, args)
                 if call[0] in ("flock", "mkdirat", "write", "sendto", "renameat")]
        self.assertGreater(len(calls), 10)
        for name, when in calls:
            with self.subTest("%s %d" % (name, when)):
                for left in self.groups():
                    os.rmdir(os.path.join(PLACE, left))
                self.tree.log.clear()
                self.kill_at(name, when, id, args)
                self.check_gone(id)
                joined = "tasks" in [entry[0] for entry in self.tree.log]
                self.assertEqual(self.groups(), list(classes) if joined else [])

    def test_create(self):
        self.crash_at(schemata=["L3:0=f"])

    def test_create_of_a_class(self):
        self.kept = ["gold"]
        self.crash_at("gold", closID="gold", schemata=["L3:0=f"])


class Told(Resctrl):
    def test_validate(self):
        for rdt, message in (({}, None), ({"closID": "/"}, None),
                             ({"closID": "gold", "schemata": ["L3:0=f"]}, None),
                             ({"closID": "gold"}, "/linux/intelRdt/closID: there is no such class of "
                              "service, and no schemata to make it with [RDT-20]")):
            bundle = self.bundle(minimal(linux__intelRdt=rdt))
            result = self.ocirun("validate", "--bundle", bundle.path)
            self.assertEqual(result.code, 1 if message else 0, result)
            self.assertIn(bundle.at(*message.split(": ", 1)) if message else "host: valid",
                          result.out)

    def test_doctor(self):
        lines = [line for line in self.ocirun("doctor").out.splitlines() if "resctrl" in line]
        self.assertEqual([line.split() for line in lines], [["ok", "resctrl", "mounted"]])


class Unmounted(Test):
    def setUp(self):
        skip_unless(not os.path.exists(PLACE + "/tasks"), "there is a resctrl")
        super().setUp()

    def test_RDT_02_no_resctrl(self):
        for rdt in ({}, {"closID": "gold"}, {"enableMonitoring": True}, {"schemata": ["L3:0=f"]}):
            self.create_fails("/linux/intelRdt: no resctrl file system is mounted on " + PLACE,
                              minimal(linux__intelRdt=rdt))

    def test_delete_after_it_was_unmounted(self):
        make_place()
        skip_unless(os.path.exists("/dev/fuse"), "there is no /dev/fuse")
        with FakeResctrl(PLACE):
            id = self.create(minimal(linux__intelRdt={"enableMonitoring": True}))
        self.works("delete", "--force", id)


if __name__ == "__main__":
    harness.main()
