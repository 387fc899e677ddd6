#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The cgroup manager "systemd": against a systemd that the tests play, which can misbehave, and, where
one runs, against the real one."""
import array
import ctypes
import glob
import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import threading

import harness
import rootless
from fake_systemd import OBJECT, Fake, Hangup, Refusal
from harness import CGROUPS, OCIRUN, TAG, Test, has_controller, is_v2, minimal, read
from rootless import OfUser

UNITS = "org.freedesktop.systemd1."
SLICE = TAG + ".slice"


def config(*args, name="box", slice="", prefix=TAG, **changes):
    return minimal(*(args or ("sleep",)), **{
        "linux__cgroupsPath": "%s:%s:%s" % (slice, prefix, name), **changes})


def has_memory():
    """Kernels that come without the controller for v1 have it on the v2 hierarchy beside it."""
    return has_controller("memory") if is_v2() else os.path.exists(CGROUPS + "/memory/tasks")


def has_library():
    return bool(glob.glob("/usr/lib/*/libsystemd.so.0") + glob.glob("/lib/*/libsystemd.so.0"))


class ExecSleep:
    writable = None     # for the caller, if he is not root

    def exec_sleep(self, id):
        """The pid of another process of the container, which is our child."""
        file = (self.writable or self.directory) + "/exec.pid"
        self.works("exec", "--detach", "--pid-file", file, id, "/bin/report", "sleep")
        return int(read(file))


class Managed(ExecSleep, Test):
    globals = ("--systemd-cgroup",)

    @classmethod
    def setUpClass(cls):
        harness.skip_unless(has_library(), "there is no libsystemd.so.0")

    def ocirun(self, *args, globals=None, **more):
        if globals is None:
            globals = self.globals if args[0] in ("create", "run", "plan") else ()
        return super().ocirun(*args, globals=globals, **more)

    def fails_in_a_hook(self):
        """When everything has been made."""
        bundle = self.bundle(config(hooks={"createRuntime": [{"path": shutil.which("false")}]}))
        result = self.ocirun("create", "--bundle", bundle.path, self.new_id())
        self.assertEqual(result.code, 1, result)
        self.assertRegex(result.err, "createRuntime hook #0 .*: exit status 1")


class Faked(Managed):
    """Later verbs get nothing but the state root: neither options nor an environment."""

    def setUp(self):
        super().setUp()
        self.fake = Fake(self.directory)

    def tearDown(self):
        for id in reversed(self.ids):
            self.works("delete", "--force", id)
        self.ids = []
        self.fake.close()
        super().tearDown()

    def ocirun(self, *args, **more):
        more.setdefault("env", {"DBUS_SYSTEM_BUS_ADDRESS": self.fake.address}
                        if args[0] in ("create", "run", "plan") else {})
        if harness.SANITIZED:
            more["env"] = dict(more["env"], ASAN_OPTIONS=os.environ.get("ASAN_OPTIONS", ""))
        return super().ocirun(*args, **more)

    def begin(self, config):
        """Create in the background. The container keeps the file that errors go to."""
        id, bundle, errors = self.new_id(), self.bundle(config), self.directory + "/errors"
        with open(errors, "w") as file:
            process = subprocess.Popen(
                [OCIRUN, "--root", Test.root, *self.globals, "create", "--bundle", bundle.path, id],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=file,
                env={"DBUS_SYSTEM_BUS_ADDRESS": self.fake.address})
        return id, process, errors

    def properties(self):
        (_, _, properties, others), = self.fake.arguments("StartTransientUnit")
        self.assertEqual(others, [])
        return dict(properties)


class Life(Faked):
    def test_all_verbs(self):
        pipe = self.pipe()
        id = self.create(config(), stdout=pipe.write_end)
        pipe.close_write()
        pid = self.state(id)["pid"]
        unit = "%s-box.scope" % TAG
        path = "%s/system.slice/%s" % (self.fake.group, unit)
        groups = [line.split(":", 2) for line in read("/proc/%d/cgroup" % pid).splitlines()]
        self.assertEqual({group for _, name, group in groups
                          if name in ("name=systemd", "pids") or is_v2()}, {path})
        self.assertEqual(self.fake.units[unit],
                         [root + path for root in self.fake.roots()])
        self.works("start", id)
        pipe.wait_for("sleep=ready")
        other = self.exec_sleep(id)
        self.assertEqual(len(json.loads(self.works("ps", "--format", "json", id).out)), 2)
        self.works("pause", id)
        self.assertEqual(self.state(id)["status"], "paused")
        self.works("resume", id)
        stats = json.loads(self.works("events", "--stats", id).out)
        self.assertEqual(stats["data"]["pids"]["current"], 2)
        self.works("kill", "--all", id, "KILL")
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(other, 0)[1]), -signal.SIGKILL)
        self.wait_stopped(id, pid)
        self.works("delete", id)
        self.assertEqual(self.fake.units, {})
        self.assertEqual(self.fake.arguments("StopUnit"), [[unit, "replace"]])

    def test_properties(self):
        memory = {"memory": {"limit": 64 << 20}} if has_memory() else {}
        self.create(config(slice="a-b.slice", linux__resources={
            "pids": {"limit": 20}, "cpu": {"quota": 12345, "period": 100000}, **memory},
            annotations={
                "org.systemd.property.TimeoutStopUSec": "uint64 7",
                "org.systemd.property.RuntimeMaxSec": "1.5",
                "org.systemd.property.KillSignal": "9",
                "org.systemd.property.SendSIGHUP": "true",
                "org.systemd.property.After": "['a.service', \"b's.service\"]",
                "org.systemd.property.Documentation": "@as []",
                "org.systemd.property.Description": "'it\\'s'", "other": "x"}), id=self.new_id())
        found = self.properties()
        pid = found.pop("PIDs")
        self.assertEqual(pid, ("au", [self.state(self.ids[0])["pid"]]))
        limits = {"TasksMax": ("t", 20), "CPUQuotaPerSecUSec": ("t", 130000),
                  "CPUQuotaPeriodUSec": ("t", 100000)}
        if memory:
            limits["MemoryMax"] = ("t", 64 << 20)
        self.assertEqual(found, {
            "Slice": ("s", "a-b.slice"), "Delegate": ("b", True),
            "DefaultDependencies": ("b", False), "CollectMode": ("s", "inactive-or-failed"),
            "CPUAccounting": ("b", True), "MemoryAccounting": ("b", True),
            "IOAccounting": ("b", True), "TasksAccounting": ("b", True), **limits,
            "TimeoutStopUSec": ("t", 7), "RuntimeMaxUSec": ("t", 1500000), "KillSignal": ("i", 9),
            "SendSIGHUP": ("b", True), "After": ("as", ["a.service", "b's.service"]),
            "Documentation": ("as", []), "Description": ("s", "it's")})
        self.assertTrue(os.path.isdir("%s%s/a.slice/a-b.slice/%s-box.scope" % (
            self.fake.roots()[0], self.fake.group, TAG)))

    def test_default_name(self):
        id = self.create(minimal("sleep"))
        self.assertEqual(list(self.fake.units), ["ocirun-%s.scope" % id])
        self.assertEqual(self.properties()["Description"], ("s", "container " + id))
        self.assertEqual(self.properties()["TasksMax"], ("t", 2 ** 64 - 1))

    def test_limits_are_in_force(self):
        """Though systemd makes the group, and before the program runs."""
        result = self.run_container(config("forkbomb", "30", linux__resources={"pids": {"limit": 10}}))
        self.assertEqual(result.out, "forkbomb.forked=9\nforkbomb.error=EAGAIN\n", result)

    def test_update(self):
        id = self.create(config())
        limits = self.directory + "/limits"
        harness.write(limits, json.dumps({"pids": {"limit": 33}}))
        self.works("update", "--resources", limits, id)
        with open(limits) as file:
            self.works("update", "--resources", "-", id, stdin=file)
        self.assertEqual(self.fake.arguments("SetUnitProperties"),
                         [["%s-box.scope" % TAG, True, [("TasksMax", ("t", 33))]]] * 2)
        root = CGROUPS if is_v2() else CGROUPS + "/pids"
        self.assertEqual(read("%s%s/system.slice/%s-box.scope/pids.max" % (
            root, self.fake.group, TAG)), "33\n")

    def test_update_that_systemd_refuses(self):
        id = self.create(config(linux__resources={"pids": {"limit": 44}}))

        def refuse(connection, reply, *_):
            raise Refusal(UNITS + "OnlyByTheMoon", "Not now.")
        self.fake.behaviour["SetUnitProperties"] = refuse
        self.fails("cannot change unit %s-box.scope: systemd: Not now" % TAG,
                   "update", "--pids-limit", "33", id)
        root = CGROUPS if is_v2() else CGROUPS + "/pids"
        self.assertEqual(read("%s%s/system.slice/%s-box.scope/pids.max" % (
            root, self.fake.group, TAG)), "44\n")

    def test_the_name_that_is_given(self):
        """conmon says --systemd-cgroup whatever the manager is."""
        id = self.create(minimal("sleep"), globals=(
            "--systemd-cgroup", "--cgroup-manager", "cgroupfs"))
        self.assertEqual(self.fake.calls, [])
        self.works("delete", "--force", id)

    def test_collected_before_delete(self):
        """As systemd does when the last process has ended."""
        id = self.create(config())
        unit, pid = "%s-box.scope" % TAG, self.state(id)["pid"]
        self.works("kill", id, "KILL")
        self.wait_stopped(id, pid)
        self.fake.end(unit)
        self.works("delete", id)

    def test_delete_without_systemd(self):
        """What is gone is gone. That nobody could be asked is a warning."""
        id = self.create(config())
        self.fake.behaviour["Hello"] = self.hang_up
        log = self.directory + "/log"
        self.works("delete", "--force", id, globals=("--log", log))
        self.assertIn("cannot reach systemd at \\\"%s\\\": the bus has closed the connection" %
                      self.fake.address, read(log))
        self.fake.behaviour.clear()
        self.fake.end("%s-box.scope" % TAG)

    def hang_up(self, connection, reply, *_):
        raise Hangup

    def test_notify_socket(self):
        """No service's cgroup is above the scope: in the foreground ocirun says it, who is in that."""
        places = set(glob.glob("/tmp/ocirun.*"))
        manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        manager.settimeout(harness.TIMEOUT)
        manager.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        manager.bind(self.directory + "/manager")
        id, bundle, pipe = self.new_id(), self.bundle(config()), self.pipe()
        with manager, subprocess.Popen(
                [OCIRUN, "--root", Test.root, *self.globals, "run", "--bundle", bundle.path, id],
                stdin=subprocess.DEVNULL, stdout=pipe.write_end,
                env={"DBUS_SYSTEM_BUS_ADDRESS": self.fake.address,
                     "NOTIFY_SOCKET": self.directory + "/manager"}) as process:
            pipe.close_write()
            pipe.wait_for("sleep=ready")
            harness.until(lambda: set(glob.glob("/tmp/ocirun.*")) <= places, "an end of the name")
            pid, fds = self.state(id)["pid"], "/proc/%d/fd" % process.pid
            before = len(os.listdir(fds))
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as program:
                program.connect("/proc/%d/root/run/notify/notify.sock" % pid)
                for _ in range(3):
                    socket.send_fds(program, [b"FDSTORE=1"], [program.fileno(), manager.fileno()])
            for _ in range(3):
                self.assertEqual(self.heard(manager), (b"FDSTORE=1", process.pid, 2))
            harness.until(lambda: len(os.listdir(fds)) == before, "an end of what was passed on")
            os.kill(pid, signal.SIGKILL)
            self.assertEqual(process.wait(harness.TIMEOUT), 128 + signal.SIGKILL)

    def heard(self, manager):
        """A message, the pid of its sender, and how many descriptors came with it."""
        data, control, _, _ = manager.recvmsg(4096, 256)
        found = {kind: value for _, kind, value in control}
        fds = array.array("i", found.get(socket.SCM_RIGHTS, b""))
        for fd in fds:
            os.close(fd)
        return data, struct.unpack("iII", found[2])[0], len(fds)     # SCM_CREDENTIALS


class Options(ctypes.Structure):
    """oci_create_options"""
    _fields_ = [("size", ctypes.c_size_t), *(
        (name, ctypes.c_char_p) for name in ("bundle", "config", "pid_file", "console_socket")),
        ("preserve_fds", ctypes.c_uint), ("flags", ctypes.c_uint), *(
            (name, ctypes.c_char_p) for name in (
                "env", "pidfd_socket", "ret_terminal", "cgroup_manager", "notify_socket",
                "system_bus", "user_bus"))]


class ContextOptions(ctypes.Structure):
    _fields_ = [("size", ctypes.c_size_t), ("state_root", ctypes.c_char_p)]


class Library(Faked):
    """liboci.so loads libsystemd by itself, in a process with threads."""

    def test_threads(self):
        path = os.path.join(os.path.dirname(OCIRUN), "..", "liboci.so")
        harness.skip_unless(os.path.exists(path), "there is no liboci.so beside ocirun")
        harness.skip_unless(not harness.SANITIZED, "Python has no sanitizers")
        self.create(config())   # the slice is its, beside v1, as long as the others are there
        oci, context = ctypes.CDLL(path), ctypes.c_void_p()
        options = ContextOptions(ctypes.sizeof(ContextOptions), os.fsencode(Test.root))
        self.assertEqual(oci.oci_context_new(ctypes.byref(options), ctypes.byref(context), None), 0)
        results = {}

        def run(id, bundle):
            create = Options(size=ctypes.sizeof(Options), bundle=os.fsencode(bundle.path),
                             cgroup_manager=b"systemd", system_bus=self.fake.address.encode())
            results[id] = (
                oci.oci_create(context, id.encode(), ctypes.byref(create), None, None),
                oci.oci_start(context, id.encode(), None),
                oci.oci_delete(context, id.encode(), 1, None))     # OCI_DELETE_FORCE
        threads = []
        for i in range(8):
            arguments = self.new_id(), self.bundle(config("exit", "0", name=str(i)))
            threads.append(threading.Thread(target=run, args=arguments))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        oci.oci_context_free(context)
        self.assertEqual(results, dict.fromkeys(self.ids[1:], (0, 0, 0)))
        self.assertEqual(len(self.fake.arguments("StartTransientUnit")), 9)
        self.assertEqual(list(self.fake.units), [TAG + "-box.scope"])


class Refused(Faked):
    """Nothing is left: create_fails() looks at everything, also at what we have open."""

    def ocirun(self, *args, **more):
        result = super().ocirun(*args, **more)
        self.fake.settle()
        return result

    def refuses(self, message, **behaviour):
        self.fake.behaviour.update(behaviour)
        self.create_fails(message, config())
        self.assertEqual(self.fake.units, {})

    def cannot_start(self, why):
        return "/linux/cgroupsPath: cannot start unit %s-box.scope: %s" % (TAG, why)

    def test_unit_exists(self):
        """Which then is somebody else's, and nothing happens to it."""
        unit = "%s-box.scope" % TAG
        self.fake.units[unit] = self.fake.directories(unit, "system.slice")
        for path in self.fake.units[unit]:
            os.makedirs(path)
        with subprocess.Popen(["sleep", "100"]) as other:
            harness.until(lambda: any("sleep 100" in child for child in harness.children()), "sleep")
            for path in self.fake.units[unit]:
                harness.write(path + "/cgroup.procs", str(other.pid))
            try:
                self.create_fails(
                    self.cannot_start("systemd: Unit %s was already loaded" % unit), config())
                self.assertIsNone(other.poll())
            finally:
                other.kill()
        self.assertEqual(self.fake.arguments("StopUnit"), [])
        self.assertEqual(len(self.fake.arguments("ResetFailedUnit")), 1)
        self.fake.end(unit)

    def test_unit_that_failed_exists(self):
        """It only holds the name."""
        unit = "%s-box.scope" % TAG
        self.fake.units[unit] = []
        self.fake.behaviour["ResetFailedUnit"] = lambda connection, reply, unit: (
            self.fake.units.pop(unit), reply())
        self.create(config())

    def test_bus_closes(self):
        def hang_up(connection, reply, *_):
            raise Hangup
        why = 'cannot reach systemd at "%s": the bus has closed the connection' % self.fake.address
        for method in ("Hello", "Get"):
            with self.subTest(method):
                self.refuses(why, **{method: hang_up})
                self.fake.behaviour.clear()
        for method in ("AddMatch", "StartTransientUnit"):
            with self.subTest(method):
                self.refuses("/linux/cgroupsPath: " + why, **{method: hang_up})
                self.fake.behaviour.clear()

    def test_bus_closes_during_the_job(self):
        def begin(connection, reply, unit, mode, properties, others):
            self.fake.begin(unit, properties)
            reply("o", OBJECT + "/job/1")
            raise Hangup
        self.refuses('/linux/cgroupsPath: cannot reach systemd at "%s": the bus has closed the '
                     "connection" % self.fake.address, StartTransientUnit=begin)
        self.assertEqual(len(self.fake.arguments("StopUnit")), 1)

    def test_job_fails(self):
        def fail(connection, reply, unit, mode, properties, others):
            reply("o", OBJECT + "/job/1")
            self.fake.job(connection, unit, "done", 2)
            self.fake.job(connection, unit, "failed")
        self.refuses(self.cannot_start('the job of systemd ended as "failed"'),
                     StartTransientUnit=fail)

    def test_systemd_refuses(self):
        def refuse(connection, reply, *_):
            raise Refusal("org.freedesktop.DBus.Error.InvalidArgs",
                          "Cannot set property Colour, or unknown property.")
        self.refuses(self.cannot_start(
            "systemd: Cannot set property Colour, or unknown property"), StartTransientUnit=refuse)

    def test_systemd_wants_a_password(self):
        def refuse(connection, reply, *_):
            raise Refusal("org.freedesktop.DBus.Error.InteractiveAuthorizationRequired",
                          "Interactive authentication required.")
        self.refuses(self.cannot_start("systemd lets the caller do nothing"),
                     StartTransientUnit=refuse)

    def test_fails_afterwards(self):
        """The scope was there already."""
        self.fails_in_a_hook()
        self.assertEqual(self.fake.units, {})
        self.assertEqual(len(self.fake.arguments("StopUnit")), 1)

    def test_init_elsewhere(self):
        """A scope that does not hold what it was made for."""
        def begin(connection, reply, unit, mode, properties, others):
            reply("o", OBJECT + "/job/1")
            self.fake.job(connection, unit)
        root = CGROUPS if is_v2() else CGROUPS + "/systemd"
        self.refuses("/linux/cgroupsPath: open cgroup %s/system.slice/%s-box.scope in %s: no such "
                     "file or directory" % (self.fake.group, TAG, root), StartTransientUnit=begin)

    def test_nobody_there(self):
        address = "unix:path=%s/nowhere" % self.directory
        self.create_fails('cannot reach systemd at "%s": nobody is there' % address, config(),
                          env={"DBUS_SYSTEM_BUS_ADDRESS": address})

    def test_names(self):
        form = '/linux/cgroupsPath: "%s" is not of the form "slice:prefix:name", which the cgroup ' \
            'manager "systemd" needs'
        for path in ("/a/b", "a", "a:b", "a.slice:b:c:d", "a.slice:b/c:d", "a.slice:b:"):
            with self.subTest(path):
                self.create_fails(form % path, minimal(linux__cgroupsPath=path))
        for slice in ("a", ".slice", "a--b.slice", "-a.slice", "a-.slice", "a b.slice"):
            with self.subTest(slice):
                self.create_fails('/linux/cgroupsPath: "%s" is not the name of a slice' % slice,
                                  config(slice=slice))
        self.assertEqual(self.fake.arguments("StartTransientUnit"), [])

    def test_annotations(self):
        prefix = "org.systemd.property."
        kinds = "expected a value as 'text', true, 5, uint64 5 or ['a', 'b'], found \"%s\""
        for name, value, message in (
                ("A", "text", kinds % "text"), ("A", "", kinds % ""), ("A", "'a", kinds % "'a"),
                ("A", "[1, 'a']", kinds % "[1, 'a']"), ("A", "[]", kinds % "[]"),
                ("A", "5 6", kinds % "5 6"), ("A", "byte 256", '"byte 256" does not fit its type'),
                ("A", "3000000000", '"3000000000" does not fit its type'),
                ("ASec", "x", 'expected seconds, found "x"'),
                ("ASec", "1.", 'expected seconds, found "1."'),
                ("a b", "1", "not the name of a property"), ("", "1", "not the name of a property")):
            with self.subTest(name + "=" + value):
                where = "/annotations/" + prefix + name
                self.create_fails("%s: %s" % (where, message),
                                  config(annotations={prefix + name: value}))

    def test_libexec_is_missing(self):
        harness.skip_unless(not harness.SANITIZED, "with sanitizers there is one program only")
        alone = self.directory + "/bin/ocirun"
        os.mkdir(self.directory + "/bin")
        shutil.copy(OCIRUN, alone)
        result = subprocess.run([alone, "--root", Test.root, "--systemd-cgroup", "create", "x"],
                                stderr=subprocess.PIPE, text=True, check=False)
        self.assertEqual((result.returncode, result.stderr), (
            1, 'ocirun: the cgroup manager "systemd" needs libsystemd.so.0, which a static program '
            'cannot load, and there is no "%s/bin/../libexec/ocirun/ocirun-dl" to do it\n' %
            self.directory))


class Slow(Faked):
    """Ten seconds for each answer, and no more."""

    def started(self):
        return len(self.fake.arguments("StartTransientUnit"))

    def test_late(self):
        """The end of the job, told before the answer or long after it: create waits for it."""
        connections = []

        def begin(connection, reply, unit, mode, properties, others):
            self.fake.begin(unit, properties)
            if not connections:
                self.fake.job(connection, unit)
            reply("o", OBJECT + "/job/1")
            connections.append((connection, unit))
        self.fake.behaviour["StartTransientUnit"] = begin
        first = self.create(config(name="a"))
        second, process, errors = self.begin(config(name="b"))
        harness.until(lambda: len(connections) == 2, "the unit")
        try:
            process.wait(0.3)
            self.fail("create did not wait")
        except subprocess.TimeoutExpired:
            pass
        self.assertEqual(json.loads(self.works("state", second).out)["status"], "creating")
        self.fake.job(*connections[1])
        self.assertEqual((process.wait(harness.TIMEOUT), read(errors)), (0, ""))
        self.assertEqual([self.state(id)["status"] for id in (first, second)], ["created"] * 2)

    def test_no_answer(self):
        """From the bus, to the call, and to the end of the job; at the same time, for it takes some."""
        def begin(connection, reply, unit, mode, properties, others):
            self.fake.begin(unit, properties)
            reply("o", OBJECT + "/job/1")
        nobody = 'cannot reach systemd at "%s": no answer within 10 seconds'
        cases = (
            ({"Hello": lambda *_: None}, nobody),
            ({"StartTransientUnit": lambda *_: None}, "/linux/cgroupsPath: " + nobody),
            ({"StartTransientUnit": begin},
             "/linux/cgroupsPath: cannot start unit %s-box.scope: systemd has not come to an end of "
             "it within 10 seconds" % TAG),
            (None, nobody))
        fakes, problems, threads = [], [], []

        def run(fake, message):
            bundle = self.bundle(config())
            if message.startswith("/"):
                message = bundle.at(*message.split(": ", 1))
            if "%s" in message:
                message %= fake.address
            result = Test.ocirun(self, "create", "--bundle", bundle.path, self.new_id(),
                                 globals=self.globals, env={"DBUS_SYSTEM_BUS_ADDRESS": fake.address})
            if (result.code, result.err) != (1, "ocirun: %s\n" % message) or fake.units:
                problems.append("%s\n%s" % (result, fake.units))
        for i, (behaviour, message) in enumerate(cases):
            directory = self.directory + "/%d" % i
            os.mkdir(directory)
            fakes.append(Fake(directory, "/%s-%d" % (TAG, i)))
            fakes[i].behaviour = behaviour or {}
            fakes[i].silent_bus = behaviour is None
            threads.append(threading.Thread(target=run, args=(fakes[i], message)))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for fake in fakes:
            fake.close()
        self.assertEqual(problems, [])

    def test_killed_while_it_waits(self):
        """delete finds the unit by the record of the intent."""
        def begin(connection, reply, unit, mode, properties, others):
            self.fake.begin(unit, properties)
            reply("o", OBJECT + "/job/1")
        self.fake.behaviour["StartTransientUnit"] = begin
        id, process, _ = self.begin(config())
        harness.until(lambda: self.fake.units, "the unit")
        process.send_signal(signal.SIGKILL)
        process.wait()
        self.works("delete", "--force", id)
        self.assertEqual(self.fake.units, {})
        self.assertEqual(len(self.fake.arguments("StopUnit")), 1)

    def test_killed_beside_a_unit_of_others(self):
        """The intent says that the group was there: it stays, and the unit too."""
        unit = "%s-box.scope" % TAG
        self.fake.units[unit] = self.fake.directories(unit, "system.slice")
        for path in self.fake.units[unit]:
            os.makedirs(path)
        self.fake.behaviour["StartTransientUnit"] = lambda *_: None
        id, process, _ = self.begin(config())
        harness.until(self.started, "the call")
        process.send_signal(signal.SIGKILL)
        process.wait()
        self.works("delete", "--force", id)
        self.assertEqual(list(self.fake.units), [unit])
        self.assertTrue(all(map(os.path.isdir, self.fake.units[unit])))
        self.fake.end(unit)


def show(unit, *names, user=()):
    """Properties by systemctl."""
    out = subprocess.run([*user, "systemctl", *(["--user"] if user else []), "show", unit,
                          "--property=" + ",".join(names)],
                         stdout=subprocess.PIPE, text=True, check=True).stdout
    return dict(line.split("=", 1) for line in out.splitlines())


class OfMachine(Managed):
    """The systemd that runs here."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        harness.skip_unless(os.path.isdir("/run/systemd/system"), "systemd does not run here")
        harness.skip_unless(os.path.exists("/run/dbus/system_bus_socket"), "there is no system bus")


class Real(OfMachine):
    def test_life(self):
        limits = {"pids": {"limit": 20}}
        expected = {"ActiveState": "active", "Slice": SLICE, "Delegate": "yes", "TasksMax": "20",
                    "TimeoutStopUSec": "7s", "MemoryMax": "infinity"}
        if has_memory():
            limits["memory"] = {"limit": 64 << 20}
            expected["MemoryMax"] = str(64 << 20)
        id, pid, _ = self.running(config(slice=SLICE, linux__resources=limits, annotations={
            "org.systemd.property.TimeoutStopSec": "7"}))
        unit = "%s-box.scope" % TAG
        expected["ControlGroup"] = "/%s/%s" % (SLICE, unit)
        self.assertEqual(show(unit, *expected), expected)
        self.assertIn("/%s/%s" % (SLICE, unit), read("/proc/%d/cgroup" % pid))
        other = self.exec_sleep(id)
        self.assertEqual(len(json.loads(self.works("ps", "--format", "json", id).out)), 2)
        self.works("pause", id)
        self.assertEqual(self.state(id)["status"], "paused")
        self.works("resume", id)
        stats = json.loads(self.works("events", "--stats", id).out)
        self.assertEqual(stats["data"]["pids"], {"current": 2, "limit": 20})
        self.works("kill", "--all", id, "KILL")
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(other, 0)[1]), -signal.SIGKILL)
        self.wait_stopped(id, pid)
        self.works("delete", id)
        self.assertEqual(show(unit, "LoadState")["LoadState"], "not-found")
        subprocess.run(["systemctl", "stop", SLICE], check=True)

    def test_again_and_again(self):
        """The name is free as soon as delete has returned."""
        for _ in range(5):
            id = self.create(config())
            self.works("delete", "--force", id)

    def test_limits_are_in_force(self):
        result = self.run_container(config("forkbomb", "30", linux__resources={"pids": {"limit": 10}}))
        self.assertEqual(result.out, "forkbomb.forked=9\nforkbomb.error=EAGAIN\n", result)

    def test_limits_survive_a_reload(self):
        harness.skip_unless(is_v2(), "systemd has no properties for all limits of v1")
        id = self.create(config(linux__resources={
            "pids": {"limit": 20}, "memory": {"limit": 64 << 20, "reservation": 32 << 20},
            "cpu": {"shares": 512, "quota": 20000, "period": 50000}}))
        path = "%s/system.slice/%s-box.scope/" % (CGROUPS, TAG)
        names = ("pids.max", "memory.max", "memory.low", "cpu.weight", "cpu.max")
        before = [read(path + name) for name in names]
        subprocess.run(["systemctl", "daemon-reload"], check=True)
        # Any property has it look at all of them again.
        subprocess.run(["systemctl", "set-property", "--runtime", "%s-box.scope" % TAG,
                        "MemoryHigh=60M"], check=True)
        self.assertEqual([read(path + name) for name in names], before)
        self.works("update", "--pids-limit", "30", "--cpu-quota", "12345", id)
        self.assertEqual(show("%s-box.scope" % TAG, "TasksMax", "CPUQuotaPerSecUSec"),
                         {"TasksMax": "30", "CPUQuotaPerSecUSec": "250ms"})
        self.assertEqual([read(path + name) for name in ("pids.max", "cpu.max")],
                         ["30\n", "12345 50000\n"])

    def test_unit_exists(self):
        unit = "%s-box.scope" % TAG
        first = self.create(config())
        if is_v2():
            self.create_fails("/linux/cgroupsPath: cannot start unit %s: systemd: Unit %s was "
                              "already loaded or has a fragment file" % (unit, unit), config())
        else:   # the groups of the other hierarchies come first
            result = self.ocirun("create", "--bundle", self.bundle(config()).path, self.new_id())
            self.assertRegex(result.err, ".*: /linux/cgroupsPath: make cgroup /system.slice/%s in .*: "
                             "device or resource busy" % unit)
        self.assertEqual(self.state(first)["status"], "created")

    def test_notify_socket(self):
        """With NotifyAccess=main, since it is ocirun that says it."""
        bundle = self.bundle(config("notify", "READY=1"))
        subprocess.run(["systemd-run", "--wait", "--quiet", "--unit=" + TAG, "-pType=notify",
                        "-pNotifyAccess=main", "nsenter", "--mount=/proc/%d/ns/mnt" % os.getpid(),
                        OCIRUN, "--root", Test.root, "--systemd-cgroup", "run", "--bundle",
                        bundle.path, self.new_id()], check=True)

    def test_fails_afterwards(self):
        self.fails_in_a_hook()
        self.assertEqual(show(TAG + "-box.scope", "LoadState")["LoadState"], "not-found")

    def test_unknown_property(self):
        self.create_fails(
            "/linux/cgroupsPath: cannot start unit %s-box.scope: systemd: Cannot set property "
            "Colour, or unknown property" % TAG,
            config(annotations={"org.systemd.property.Colour": "'red'"}))

    def test_strange_names(self):
        """A "+" is none of a unit's, and "memory." could be a file of the kernel."""
        for name, unit in (("a+b", TAG + r"-a\x2bb.scope"),):
            with self.subTest(name):
                id = self.create(config(name=name))
                self.assertEqual(show(unit, "ActiveState")["ActiveState"], "active")
                self.works("delete", id)
        id = self.create(config(prefix="memory", name=TAG))
        self.works("delete", id)
        id = self.create(config(prefix="", name="memory." + TAG))
        self.assertTrue(os.path.isdir("%s/system.slice/_memory.%s.scope" % (
            CGROUPS if is_v2() else CGROUPS + "/systemd", TAG)))
        self.works("delete", id)


class OfUsersMachine(ExecSleep, OfUser):
    """A user, and the systemd of that user; not from within what that one manages."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        harness.skip_unless(has_library(), "there is no libsystemd.so.0")
        harness.skip_unless(is_v2(), "the cgroup manager \"systemd\" of a user needs cgroup v2")
        harness.skip_unless(os.path.exists("/run/user/%d/bus" % rootless.USER.pw_uid),
                            "the user has no manager of systemd running")

    def setUp(self):
        super().setUp()
        user = rootless.USER
        self.runtime_directory = "/run/user/%d" % user.pw_uid
        self.writable = self.directory + "/writable"
        os.mkdir(self.writable)
        os.chown(self.writable, user.pw_uid, user.pw_gid)
        self.user = ("setpriv", "--reuid", user.pw_name, "--regid", str(user.pw_gid), "--init-groups",
                     "env", "XDG_RUNTIME_DIR=" + self.runtime_directory)

    def ocirun(self, *args, **more):
        if args[0] in ("create", "run", "plan"):
            more["globals"] = ("--systemd-cgroup",)
        return super().ocirun(*args, **more)


class RealUser(OfUsersMachine):
    def test_life(self):
        """exec, too, comes from a group out of which the user himself may move nothing."""
        id, pid, _ = self.running(config(linux__resources={
            "pids": {"limit": 20}, "memory": {"limit": 64 << 20}}))
        unit = "%s-box.scope" % TAG
        group = read("/proc/%d/cgroup" % pid).strip()
        self.assertEqual(group, "0::/user.slice/user-%d.slice/user@%d.service/user.slice/%s" % (
            rootless.USER.pw_uid, rootless.USER.pw_uid, unit))
        self.assertEqual(read(CGROUPS + group[3:] + "/pids.max"), "20\n")
        self.assertEqual(show(unit, "TasksMax", "Delegate", user=self.user),
                         {"TasksMax": "20", "Delegate": "yes"})
        other = self.exec_sleep(id)
        self.assertEqual(len(json.loads(self.works("ps", "--format", "json", id).out)), 2)
        self.assertEqual(len(read(CGROUPS + group[3:] + "/cgroup.procs").split()), 2)
        self.works("update", "--pids-limit", "30", id)
        self.assertEqual(read(CGROUPS + group[3:] + "/pids.max"), "30\n")
        os.kill(other, signal.SIGKILL)
        os.waitpid(other, 0)
        self.works("delete", "--force", id)
        self.assertFalse(os.path.exists(CGROUPS + group[3:]))


if __name__ == "__main__":
    harness.main()
