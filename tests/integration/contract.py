#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What engines send, parse and match, without an engine: the arguments, environments and pipes of
each as they are, and what comes back read as it reads it. TESTS says where each demand is tested;
those that have nothing to do with an engine are in the other files."""
import ctypes
import json
import os
import re
import signal
import socket
import struct
import subprocess

import harness
from harness import PROC, Test, minimal, read, write

TESTS = {
    # global options
    "--root, with = and repeated": "contract.ConmonRs.test_life",
    "--log and --log-format, before every verb": "contract.Containerd.test_life",
    "--systemd-cgroup, repeated": "contract.Globals.test_systemd_cgroup",
    "--cgroup-manager disabled": "contract.Podman.test_life",
    "--debug, --log-level, --rootless": "contract.Globals.test_harmless_ones",
    "--version": "contract.Globals.test_version",
    "long options with one dash": "contract.Containerd.test_restore_with_one_dash",
    "--help of every verb": "contract.Globals.test_help_of_every_verb",
    # the ten rules
    "pid file: digits": "lifecycle.Lifecycle.test_pid_file_is_digits_only",
    "pid file: appears whole": "contract.PidFile.test_it_appears_whole",
    "pid file: none when exec fails": "exec.Refused.test_program_not_found",
    "log: there, and empty": "errors.Log.test_exists_when_nothing_went_wrong",
    "log: one object": "errors.Log.test_one_object",
    "log: one object beside warnings": "errors.Log.test_one_object_with_warnings",
    "words of errors": "contract.Words.test_they_match",
    "delete --force of an unknown id": "lifecycle.Operations."
                                       "test_delete_force_of_an_unknown_id_is_silent",
    "delete of a created one": "lifecycle.Operations.test_delete_of_a_created_one",
    "delete of a running one": "lifecycle.Operations."
                               "test_OPS_23_24_delete_of_a_running_one_has_no_effect",
    "kill --all of a stopped one": "kill.All.test_nothing_is_left",
    "kill --all of what is left": "kill.All.test_what_is_left_of_a_stopped_one",
    "spelling of signals": "kill.Spelling.test_names",
    "kill without a signal": "contract.Buildah.test_kill",
    "failed create: pipes are closed": "contract.Buildah.test_a_create_that_fails",
    "exit status of exec": "exec.Options.test_exit_status",
    "exit status of exec that cannot": "exec.Refused.test_program_not_found",
    "exit status of run": "lifecycle.Run.test_exit_status",
    "exit status of run by a signal": "lifecycle.Run.test_exit_by_a_signal",
    "not a byte beside the document": "contract.CriO.test_combined_output",
    "almost no environment, no options": "contract.Podman.test_life",
    # errors and behaviour
    "start twice": "lifecycle.Operations.test_OPS_14_15_start_twice",
    "start of a stopped one": "lifecycle.Operations.test_OPS_14_15_start_of_a_stopped_one",
    "exec and delete of a paused one": "cgroups.Pause.test_everything",
    "resume of one that is not paused": "cgroups.Pause.test_resume",
    "id in use": "lifecycle.Operations.test_OPS_06_id_in_use",
    "state of a stopped one": "lifecycle.State.test_STA_01_to_10_keys_and_values_at_each_status",
    "list as JSON": "lifecycle.List.test_forms",
    "ps as JSON": "processes.Ps.test_json",
    "ps as a table": "processes.Ps.test_options_of_ps",
    "events": "cgroups.Events.test_stats",
    "features": "features.Features.test_complete",
    "console socket": "terminal.ConsoleSocket.test_standard_streams_and_controlling_terminal",
    "console socket without a terminal": "terminal.Refused.test_without_a_terminal",
    "pidfd socket": "contract.Containerd.test_pidfd_socket",
    # others
    "run --keep, exec in the foreground": "contract.BuildKit.test_life",
    "checkpoint and restore are asked for": "contract.Podman.test_probes",
    "update --resources - as two words": "contract.CriO.test_life",
    "update --resources=FILE": "contract.Podman.test_life",
    "state again and again": "contract.Buildah.test_life",
}
# Go's time.Time, as JSON.
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class Table(Test):
    def test_every_test_exists(self):
        for row, name in TESTS.items():
            file, group, test = name.split(".")
            text = read(os.path.join(os.path.dirname(os.path.abspath(__file__)), file + ".py"))
            body = re.split(r"^class ", text.split("class %s(" % group, 1)[-1], flags=re.M)[0]
            with self.subTest(row):
                self.assertTrue("class %s(" % group in text, name)
                self.assertTrue("    def %s(self)" % test in body, name)


class Engine(Test):
    PREFIX, ENV = [], {}

    def call(self, *args, code=0, prefix=None, env=None, **more):
        """As engines do it: both outputs are pipes, which are read to their end."""
        env = self.ENV if env is None else env
        if harness.SANITIZED:
            env = dict(env, ASAN_OPTIONS=os.environ.get("ASAN_OPTIONS", ""))
        if "input" not in more:
            more["stdin"] = subprocess.DEVNULL
        more.setdefault("stdout", subprocess.PIPE)
        more.setdefault("stderr", subprocess.PIPE)
        result = subprocess.run(
            [harness.OCIRUN, *(self.PREFIX if prefix is None else prefix), *args], env=env,
            timeout=harness.TIMEOUT, check=False, text=True, **more)
        self.assertEqual(result.returncode, code, result)
        return result

    def silent(self, *args, **more):
        result = self.call(*args, **more)
        self.assertEqual((result.stdout, result.stderr), ("", ""))

    def combined(self, *args, code=0, **more):
        """Both in one pipe."""
        return self.call(*args, code=code, stderr=subprocess.STDOUT, **more).stdout

    def to_null(self, *args, **more):
        """What the container holds open cannot be read to its end."""
        self.call(*args, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **more)

    def pid(self, path):
        """As go-runc and BuildKit do: strconv.Atoi of all of it."""
        self.assertRegex(read(path), r"\A[1-9][0-9]*\Z")
        return int(read(path))

    def process(self, *args, **members):
        path = os.path.join(self.directory, "process%d" % len(os.listdir(self.directory)))
        write(path, json.dumps(dict({"args": ["/bin/report", *args], "cwd": "/", "env": ["PATH=/bin"],
                                     "user": {"uid": 0, "gid": 0}}, **members)))
        return path


class Globals(Engine):
    def test_harmless_ones(self):
        for options in (["--debug"], ["--log-level=debug"], ["--log-level", "error"],
                        ["--log-level=warning"], ["--rootless=true"], ["--rootless=false"],
                        ["--rootless", "auto"], ["--cgroup-manager", "cgroupfs"],
                        ["--cgroup-manager=disabled"], ["-debug", "-root", Test.root]):
            with self.subTest(options):
                self.silent("--root", Test.root, *options, "list", "-q")

    def test_systemd_cgroup(self):
        result = self.ocirun("list", "-q", globals=["--systemd-cgroup", "--systemd-cgroup"])
        self.assertEqual((result.code, result.out, result.err), (0, "", ""))

    def test_version(self):
        """dockerd wants a line of name, "version" and number; podman shows all of it."""
        self.assertRegex(self.combined("--version").splitlines()[0], r"^\S+ version \d+\.\d+\.\d+$")

    def test_help_of_every_verb(self):
        for verb in ("create", "start", "state", "kill", "delete", "exec", "run", "ps", "pause",
                     "resume", "update", "checkpoint", "restore", "events", "list", "features", "spec"):
            with self.subTest(verb):
                self.assertEqual(self.call(verb, "--help").stderr, "")


class PidFile(Engine):
    """BuildKit asks every 10 ms whether it is there, and then reads it at once."""

    IN_CREATE, IN_MOVED_TO, IN_MODIFY = 0x100, 0x80, 0x2

    def test_it_appears_whole(self):
        folder = os.path.join(self.directory, "pid")
        os.mkdir(folder)
        watch = harness.check(harness.libc.inotify_init(), "inotify")
        harness.check(harness.libc.inotify_add_watch(watch, folder.encode(), ctypes.c_uint32(
            self.IN_CREATE | self.IN_MOVED_TO | self.IN_MODIFY)), "inotify")
        self.create(minimal("sleep"), "--pid-file", folder + "/file")
        data, at, seen = os.read(watch, 65536), 0, []
        os.close(watch)
        while at < len(data):
            _, mask, _, length = struct.unpack_from("iIII", data, at)
            if data[at + 16:at + 16 + length].rstrip(b"\0") == b"file":
                seen.append(mask)
            at += 16 + length
        self.assertEqual(seen, [self.IN_MOVED_TO])


class Containerd(Engine):
    """The shim, by go-runc. It is the working directory, the log, and the last two calls that are
    special: `delete --force` comes from another process, after every container."""

    ENV = {"GOMAXPROCS": "4", "PATH": PATH[5:]}

    def setUp(self):
        super().setUp()
        self.bundled = self.bundle(minimal("sleep", mounts=[PROC]))
        self.log = self.bundled.path + "/log.json"
        self.PREFIX = ["--root", Test.root, "--log", self.log, "--log-format", "json"]
        self.box = self.new_id()

    def create(self, *options):
        file = self.bundled.path + "/init.pid"
        self.to_null("create", "--bundle", self.bundled.path, "--pid-file", file, *options, self.box,
                     cwd=self.bundled.path)
        return self.pid(file)

    def last_error(self):
        entries = [json.loads(line) for line in read(self.log).splitlines()]
        for entry in entries:
            self.assertTrue(TIME.fullmatch(entry["time"]), entry)
        return [entry["msg"] for entry in entries if entry["level"] == "error"][-1]

    def test_life(self):
        pid = self.create("--detach", "--no-pivot", "--no-new-keyring", "--preserve-fds", "0")
        self.assertEqual(read(self.log), "")
        state = json.loads(self.call("state", self.box).stdout)
        self.assertEqual((state["id"], state["pid"], state["status"], state["bundle"], state["rootfs"]),
                         (self.box, pid, "created", self.bundled.path, self.bundled.rootfs))
        self.assertTrue(TIME.fullmatch(state["created"]), state)
        self.silent("start", self.box)
        file = self.bundled.path + "/one.pid"
        self.to_null("exec", "--process", self.process("sleep"), "--detach", "--pid-file", file, self.box)
        other = self.pid(file)
        self.assertEqual(sorted(json.loads(self.combined("ps", "--format", "json", self.box))),
                         sorted([pid, other]))
        self.assertIn(str(pid), self.combined("ps", "--format", "table", self.box, "-ef"))
        self.silent("pause", self.box)
        self.silent("resume", self.box)
        self.silent("update", "--resources=-", self.box, input='{"cpu":{"shares":512}}')
        self.assertEqual(json.loads(self.combined("events", "--stats", self.box))["type"], "stats")
        self.assertEqual([c["id"] for c in json.loads(self.combined("list", "--format=json"))], [self.box])
        self.silent("kill", self.box, "9")
        os.waitpid(other, 0)
        self.wait_stopped(self.box, pid)
        for _ in range(2):
            self.silent("kill", "--all", self.box, "9")
        self.silent("delete", self.box)
        for _ in range(2):
            self.silent("delete", "--force", self.box)
        self.assertEqual(read(self.log), "")

    def test_exec_in_a_created_one(self):
        self.create()
        result = self.call("exec", "--process", self.process("exit", "3"), "--pid-file",
                           self.bundled.path + "/two.pid", self.box, code=3)
        self.assertEqual((result.stdout, result.stderr), ("", ""))

    def test_errors_come_by_the_log(self):
        self.bundled.config["process"]["args"] = ["nope"]
        self.bundled.save()
        text = self.combined("create", "--bundle", self.bundled.path, self.box, code=1)
        self.assertEqual(text, "ocirun: %s\n" % self.last_error())
        self.assertIn("executable file not found in $PATH", self.last_error())
        self.silent("delete", "--force", self.box)

    def test_features_and_version_without_a_prefix(self):
        for env in ({}, self.ENV):
            features = json.loads(self.combined("features", prefix=[], env=env))
            self.assertIn("rro", features["mountOptions"])
            self.assertIn("user", features["linux"]["namespaces"])
            self.assertTrue(features["linux"]["mountExtensions"]["idmap"]["enabled"])

    def test_checkpoint(self):
        text = self.combined(
            "checkpoint", "--image-path", "/i", "--work-path", "/w", "--parent-path", "/p",
            "--tcp-established", "--ext-unix-sk", "--shell-job", "--page-server", "127.0.0.1:1",
            "--file-locks", "--manage-cgroups-mode", "soft", "--empty-ns", "network", "--empty-ns",
            "ipc", "--lazy-pages", "--status-fd", "3", "--leave-running", "--pre-dump", self.box, code=1)
        self.assertNotRegex(text, "option|unknown command")
        self.assertEqual(text, "ocirun: %s\n" % self.last_error())

    def test_restore_with_one_dash(self):
        text = self.combined("restore", "--image-path", "/i", "--work-path", "/w", "--detach",
                             "--pid-file", "/f", "-no-subreaper", "--bundle", self.bundled.path, self.box,
                             code=1)
        self.assertNotRegex(text, "option|unknown command")
        self.assertEqual(text, "ocirun: %s\n" % self.last_error())

    def test_pidfd_socket(self):
        """One message of one descriptor, with a name."""
        path = os.path.join(self.directory, "pidfd.sock")
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(path)
            listener.listen()
            listener.settimeout(harness.TIMEOUT)
            pid = self.create("--pidfd-socket", path)
            connection, _ = listener.accept()
            with connection:
                data, control, _, _ = connection.recvmsg(4096, socket.CMSG_SPACE(64))
                (level, kind, payload), = control
                self.assertEqual((level, kind, len(payload)), (socket.SOL_SOCKET, socket.SCM_RIGHTS, 4))
                self.assertTrue(0 < len(data) < 4096)
        fd, = struct.unpack("i", payload)
        self.assertIn("Pid:\t%d\n" % pid, read("/proc/self/fdinfo/%d" % fd))
        os.close(fd)


class BuildKit(Engine):
    """In the foreground, and the container stays until it is deleted."""

    def test_life(self):
        bundle, id = self.bundle(minimal("exit", "3")), self.new_id()
        log = os.path.join(self.directory, "runc-log.json")
        self.PREFIX = ["--root", Test.root, "--log", log, "--log-format", "json"]
        self.silent("run", "--bundle", bundle.path, "--keep", id, code=3)
        self.assertEqual(json.loads(self.call("state", id).stdout)["status"], "stopped")
        self.silent("delete", id)
        self.assertEqual(read(log), "")

    def test_exec(self):
        id, _, _ = self.running()
        file = os.path.join(self.directory, "pid")
        self.PREFIX = ["--root", Test.root]
        self.silent("exec", "--process", self.process("exit", "4"), "--pid-file", file, id, code=4)
        self.pid(file)
        state = json.loads(self.call("state", id).stdout)
        self.assertEqual(state["status"], "running")
        self.assertTrue(state["bundle"] and state["rootfs"])


class AtHome(Engine):
    """The engines that leave the state root to the runtime: /run is one of this test's own."""

    def setUp(self):
        harness.mount("run", "/run", "tmpfs", 0, "mode=755")
        super().setUp()

    def tearDown(self):
        super().tearDown()
        harness.umount("/run")

    def ocirun(self, *args, root=None, **more):
        return super().ocirun(*args, root=False, **more)


class Podman(AtHome):
    """`create` by conmon, with what podman hands down; the other verbs by podman itself, with two
    variables at most and no options."""

    ENV = {"XDG_RUNTIME_DIR": "/run/user/0"}

    def test_life(self):
        for manager in ([], ["--cgroup-manager", "disabled"]):
            self.life(manager)

    def life(self, manager):
        bundle, id, log = self.bundle(minimal("sleep")), self.new_id(), self.directory + "/oci-log"
        file = bundle.path + "/pidfile"
        self.to_null("create", "--bundle", bundle.path, "--pid-file", file, id, prefix=[
            "--log-format=json", "--log", log, *manager], env=dict(
                os.environ, _OCI_SYNCPIPE="3", _OCI_STARTPIPE="4", _OCI_ATTACHPIPE="5"))
        self.assertEqual(set(os.listdir("/run/ocirun")) - {".notes"}, {id})
        groups = [line.split(":", 2)[2] for line in read("/proc/%d/cgroup" % self.pid(file)).splitlines()]
        self.assertEqual(any(id in group for group in groups), not manager)
        self.silent("start", id, env=dict(self.ENV, PATH=PATH[5:]))
        execute = bundle.path + "/exec_pid"
        self.to_null("exec", "--pid-file", execute, "--process", self.process("exit", "0"), "--detach",
                     id, prefix=["--log-format=json", "--log", log])
        os.waitpid(self.pid(execute), 0)
        if not manager:
            self.silent("pause", id)
            self.silent("resume", id)
            resources = os.path.join(self.directory, "resources")
            write(resources, '{"cpu":{"shares":512},"memory":{}}')
            self.silent("update", "--resources=" + resources, id)
        harness.until(lambda: catches(self.pid(file), signal.SIGTERM), "a handler of report's")
        self.silent("kill", id, "15")
        self.wait_stopped(id, self.pid(file))
        self.assertIn("no such process", self.combined("kill", id, "9", code=1))
        self.silent("delete", "--force", id)
        self.silent("delete", "--force", id)
        self.assertEqual(read(log), "")

    def test_the_log_is_one_object(self):
        """All of the file is read as one."""
        bundle, log = self.bundle(minimal(process__args=["nope"])), self.directory + "/oci-log"
        bundle.config["process"]["capabilities"] = {"bounding": ["CAP_NOPE"]}
        bundle.save()
        id = self.new_id()
        self.call("create", "--bundle", bundle.path, "--pid-file", bundle.path + "/pidfile", id, code=1,
                  prefix=["--log-format=json", "--log", log])
        self.assertEqual(json.loads(read(log))["level"], "error")
        self.assertFalse(os.path.exists(bundle.path + "/pidfile"))
        self.silent("delete", "--force", id)

    def test_probes(self):
        self.call("checkpoint", "--help")
        self.assertIn("requires an argument", self.combined("restore", "--lsm-mount-context", code=1))

    def test_empty_environment(self):
        self.ENV = {}
        self.life([])


class ConmonRs(Engine):
    """Says where the root is, twice, and what to do about exec without a file."""

    def test_life(self):
        bundle, id = self.bundle(minimal("sleep")), self.new_id()
        self.PREFIX = ["--log-level=warning", "--root=" + Test.root, "--root=" + Test.root]
        file = self.directory + "/pid"
        self.to_null("create", "--bundle", bundle.path, "--pid-file", file, id)
        self.silent("start", id)
        other = self.directory + "/other"
        self.to_null("exec", "-d", "--pid-file=" + other, id, "/bin/report", "sleep")
        self.assertNotEqual(self.pid(file), self.pid(other))
        os.kill(self.pid(other), signal.SIGKILL)
        os.waitpid(self.pid(other), 0)


class CriO(Engine):
    ENV = {"CRI_O_EXTERNAL": "1", "XDG_RUNTIME_DIR": "/run/user/0", "PATH": PATH[5:]}

    def setUp(self):
        super().setUp()
        self.PREFIX = ["--root", Test.root]

    def test_life(self):
        id, pid, _ = self.running()
        self.silent("exec", "--process", self.process("exit", "5"), id, code=5)
        self.silent("update", "--resources", "-", id, input='{"cpu":{"shares":512}}')
        self.silent("pause", id)
        self.silent("resume", id)
        self.silent("kill", id, "KILL")
        self.wait_stopped(id, pid)
        self.silent("kill", "-a", id, "9")
        self.assertRegex(self.combined("kill", id, "9", code=1),
                         "no such process|container not running|invalid process")
        state = json.loads(self.call("state", id).stdout)
        self.assertEqual(state["status"], "stopped")
        self.assertFalse({"started", "finished", "exitCode", "oomKilled", "initPid"} & set(state))
        self.silent("delete", "--force", id)

    def test_combined_output(self):
        features = json.loads(self.combined("features", prefix=[]))
        self.assertTrue(features["ociVersionMin"] and features["ociVersionMax"])
        self.assertRegex(self.combined("--version", prefix=[]), r"^ocirun version ")
        id, _, _ = self.running()
        for args in (("state", id), ("list", "-f", "json"), ("ps", "-f", "json", id)):
            json.loads(self.combined(*args))


def catches(pid, number):
    """The first process of a pid namespace gets no signal that it does not handle."""
    line = re.search(r"^SigCgt:\s*(\w+)", read("/proc/%d/status" % pid), re.M)
    return int(line.group(1), 16) >> (number - 1) & 1


class Buildah(AtHome):
    """It asks for the state every 100 ms, reaps the container itself, and reads both outputs of a
    create that failed to their end."""

    ENV = dict(os.environ)

    def begin(self):
        bundle, id = self.bundle(minimal("sleep")), "buildah-" + self.new_id()
        self.ids.append(id)
        self.to_null("create", "--bundle", bundle.path, "--pid-file", bundle.path + "/pid", id,
                     cwd=bundle.path)
        self.assertEqual(json.loads(self.call("state", id).stdout)["status"], "created")
        self.silent("start", id)
        self.assertEqual(json.loads(self.call("state", id).stdout)["status"], "running")
        return id, self.pid(bundle.path + "/pid")

    def test_life(self):
        id, pid = self.begin()
        self.silent("kill", id, "SIGKILL")
        os.waitpid(pid, 0)
        self.assertEqual(json.loads(self.call("state", id).stdout)["status"], "stopped")
        self.silent("delete", id)

    def test_kill(self):
        id, pid = self.begin()
        harness.until(lambda: catches(pid, signal.SIGTERM), "a handler of report's")
        self.silent("kill", id)
        self.wait_stopped(id, pid)
        self.silent("delete", id)

    def test_a_create_that_fails(self):
        for change in ({"process__args": ["nope"]}, {"process__cwd": "/bin/report"},
                       {"mounts": [harness.bind("/none", "/mnt")]}):
            bundle = self.bundle(minimal(**change))
            result = self.call("create", "--bundle", bundle.path, "--pid-file", bundle.path + "/pid",
                               self.new_id(), code=1)
            self.assertEqual((result.stdout, result.stderr.count("\n")), ("", 1), result)
            self.assertFalse(os.path.exists(bundle.path + "/pid"))


class Words(Engine):
    """The matchers of all engines, on what they would match: containerd and CRI-O compare as it is
    written, podman without regard to case, dockerd in lower case."""

    UNKNOWN = [r"does not exist", r"container does not exist"]
    STOPPED = [r"no such process", r"container not running"]
    MISSING = [r"(?i)executable file not found in", r"executable file not found", r"\$PATH"]
    # podman: 126 before 127
    FORBIDDEN = r"(?i)permission denied|operation not permitted"

    def says(self, patterns, *args, code=1, never=r"`/proc/"):
        text = self.combined(*args, code=code, prefix=["--root", Test.root])
        self.assertEqual(text.count("\n"), 1)
        for pattern in patterns:
            self.assertRegex(text, pattern)
        self.assertNotRegex(text, never)

    def create_says(self, patterns, path, never=FORBIDDEN):
        bundle = self.bundle(minimal(process__args=[path]))
        bundle.file("file", "text")
        self.says(patterns, "create", "--bundle", bundle.path, self.new_id(), never=never)

    def test_they_match(self):
        for verb in ("kill", "delete", "state", "start", "pause", "resume", "ps"):
            self.says(self.UNKNOWN, verb, "unknown")
        self.says(self.UNKNOWN, "exec", "unknown", "x", code=255)
        self.create_says(self.MISSING, "nope")
        self.create_says([r"no such file or directory"], "/nope")
        self.create_says([r"is a directory", self.FORBIDDEN], "/bin", never="no such file")
        self.create_says([r"not a directory"], "/file/x")
        self.create_says([self.FORBIDDEN], "/file", never="no such file")
        id, pid, _ = self.running()
        self.says([r"cannot start an already running container"], "start", id)
        self.says([r"container not paused"], "resume", id)
        self.says(self.MISSING, "exec", id, "nope", code=255, never=self.FORBIDDEN)
        self.says([r"is a directory", self.FORBIDDEN], "exec", id, "/bin", code=255)
        self.says([r"already exists"], "create", "--bundle", self.bundle(minimal()).path, id)
        self.works("kill", id, "KILL")
        self.wait_stopped(id, pid)
        self.says(self.STOPPED, "kill", id, "9", never="does not exist")
        self.says([r"cannot start a container that has stopped"], "start", id)
        self.says([r"cannot exec in a stopped container"], "exec", id, "x", code=255)


if __name__ == "__main__":
    harness.main()
