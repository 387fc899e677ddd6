#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""runtime.md: the state, the operations and the lifecycle. Rows OPS-*, LCY-*, STA-*, ERR-01 of the
standard; what they say of hooks is in hooks.py."""
import fcntl
import json
import os
import select
import shutil
import signal
import subprocess

import harness
from harness import PROC, REMOVE, TAG, Test, minimal, read

TIME = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$"
KEYS = ["ociVersion", "id", "pid", "status", "bundle", "rootfs", "created", "annotations", "owner"]


def missing(id):
    return 'container "%s" does not exist: container does not exist' % id


class State(Test):
    def check_state(self, id, bundle, status, pid, annotations=None):
        state = self.state(id)
        expected = {"id": id, "status": status, "bundle": bundle.path, "rootfs": bundle.rootfs,
                    "owner": "root"}
        if pid is not None:
            expected["pid"] = pid
        if annotations:
            expected["annotations"] = annotations
        self.assertRegex(state.pop("ociVersion"), r"^1\.\d+\.\d+(-dev)?$")
        self.assertRegex(state.pop("created"), TIME)
        if pid is None:
            # The standard wants a pid in the states created and running; runc has 0 in stopped.
            self.assertEqual(state.pop("pid", 0), 0)
        if not annotations:
            self.assertEqual(state.pop("annotations", {}), {})
        self.assertEqual(state, expected)
        self.check_schema(self.state(id))

    def check_schema(self, state):
        """schema/state-schema.json, by hand. STA-10"""
        for key in ("ociVersion", "id", "status", "bundle"):
            self.assertIsInstance(state.get(key), str)
        self.assertIn(state["status"], ("creating", "created", "running", "stopped"))
        if "pid" in state:
            self.assertIs(type(state["pid"]), int)
            self.assertGreaterEqual(state["pid"], 0)
        for key, value in state.get("annotations", {}).items():
            self.assertIsInstance(value, str)
        self.assertTrue(os.path.isabs(state["bundle"]))     # STA-09

    def test_STA_01_to_10_keys_and_values_at_each_status(self):
        notes = {"org.example.a": "b", "empty": ""}
        bundle = self.bundle(minimal("sleep", annotations=notes))
        pid_file = os.path.join(self.directory, "pid")
        pipe = self.pipe()
        id = self.create(bundle, "--pid-file", pid_file, stdout=pipe.write_end)
        pipe.close_write()
        pid = int(read(pid_file))
        self.check_state(id, bundle, "created", pid, notes)
        self.works("start", id)
        pipe.wait_for("sleep=ready")
        self.check_state(id, bundle, "running", pid, notes)
        self.works("kill", id, "KILL")
        self.wait_stopped(id, pid)
        self.check_state(id, bundle, "stopped", None, notes)

    def test_STA_pid_is_absent_when_there_is_none(self):
        """Or 0, as runc has it."""
        id, pid, _ = self.running()
        self.works("kill", id, "KILL")
        self.wait_stopped(id, pid)
        self.assertEqual(self.state(id).get("pid", 0), 0)

    def test_state_has_only_the_document_on_stdout(self):
        id = self.create()
        text = self.works("state", id).out
        self.assertTrue(text.endswith("}\n"))
        self.assertEqual([key for key in KEYS if key in json.loads(text)],
                         list(json.loads(text)))

    def test_STA_pid_is_as_seen_by_the_runtime(self):
        id, pid, pipe = self.running(minimal("sleep", "pid", mounts=[PROC]))
        self.assertIn("pid=1\n", pipe.text)
        self.assertEqual(os.readlink("/proc/%d/exe" % pid), "/bin/report")

    def test_STA_06_recycled_zombie_is_stopped(self):
        """Ended and not yet reaped."""
        id, pid, _ = self.running(minimal("sleep"))
        os.kill(pid, signal.SIGKILL)
        self.wait_stopped(id, pid)

    def test_state_of_an_init_that_is_stopped_by_a_signal_does_not_hang(self):
        id = self.create(minimal("sleep"))
        self.works("kill", id, "STOP")
        for _ in range(40):
            self.assertEqual(json.loads(self.works("state", id, timeout=5).out)["status"],
                             "created")
        self.works("kill", id, "CONT")
        self.works("start", id, timeout=5)

    def test_bundle_with_relative_path_and_links(self):
        bundle = self.bundle()
        link = os.path.join(self.directory, "link")
        os.symlink(bundle.path, link)
        id = self.new_id()
        self.works("create", "--bundle", "link", id, cwd=self.directory)
        self.assertEqual(self.state(id)["bundle"], bundle.path)

    def test_bundle_is_the_working_directory_if_none_is_given(self):
        bundle, id = self.bundle(), self.new_id()
        self.works("create", id, cwd=bundle.path)
        self.assertEqual(self.state(id)["bundle"], bundle.path)


class Operations(Test):
    def test_OPS_02_05_13_18_22_without_an_id(self):
        self.fails("state needs ID, see ocirun state --help", "state")
        self.fails("create needs ID, see ocirun create --help", "create")
        self.fails("start needs ID, see ocirun start --help", "start")
        self.fails("kill needs ID [SIGNAL], see ocirun kill --help", "kill")
        self.fails("delete needs ID, see ocirun delete --help", "delete")
        self.fails("run needs ID, see ocirun run --help", "run")

    def test_OPS_03_unknown_id(self):
        id = TAG + "-unknown"
        self.fails(missing(id), "state", id)
        self.fails(missing(id), "start", id)
        self.fails(missing(id), "kill", id, "KILL")
        self.fails(missing(id), "delete", id)

    def test_unknown_id_when_there_is_no_state_root(self):
        root = os.path.join(self.directory, "none")
        self.fails(missing("x"), "state", "x", root=root)
        self.works("delete", "--force", "x", root=root)
        self.assertEqual(self.works("list", "-q", root=root).out, "")
        self.assertFalse(os.path.exists(root))

    def test_delete_force_of_an_unknown_id_is_silent(self):
        result = self.works("delete", "--force", TAG + "-unknown")
        self.assertEqual(result.out, "")

    def test_OPS_06_id_in_use(self):
        bundle = self.bundle(minimal("sleep"))
        id = self.create(bundle)
        state = self.state(id)
        message = 'container with given ID already exists: "%s"' % id
        self.fails(message, "create", "--bundle", bundle.path, id)
        self.fails(message, "run", "--bundle", bundle.path, id)
        self.assertEqual(self.state(id), state)
        self.works("start", id)

    def test_OPS_14_15_start_twice(self):
        id, pid, _ = self.running()
        self.fails('cannot start an already running container: "%s"' % id, "start", id)
        self.assertEqual(self.state(id)["status"], "running")

    def test_OPS_14_15_start_of_a_stopped_one(self):
        id, pid, _ = self.running()
        self.works("kill", id, "KILL")
        self.wait_stopped(id, pid)
        self.fails('cannot start a container that has stopped: "%s"' % id, "start", id)
        self.assertEqual(self.state(id)["status"], "stopped")

    def test_start_of_one_killed_before_it_was_started(self):
        id = self.create(minimal("sleep"))
        pid = self.state(id)["pid"]
        self.works("kill", id, "KILL")
        self.wait_stopped(id, pid)
        self.fails('cannot start a container that has stopped: "%s"' % id, "start", id)

    def test_OPS_17_create_without_a_process(self):
        id = self.create(minimal(process=REMOVE))
        self.assertEqual(self.state(id)["status"], "created")
        self.fails('cannot start container "%s": its config has no process' % id, "start", id)
        self.assertEqual(self.state(id)["status"], "created")
        self.works("delete", id)

    def test_run_without_a_process(self):
        bundle = self.bundle(minimal(process=REMOVE))
        self.fails(bundle.at("/process", "there is no program to run"), "run", "--bundle", bundle.path,
                   self.new_id())

    def test_OPS_19_20_kill_of_a_stopped_one(self):
        id, pid, _ = self.running()
        self.works("kill", id, "KILL")
        self.wait_stopped(id, pid)
        message = 'kill container "%s": container not running: no such process' % id
        self.fails(message, "kill", id, "KILL")
        self.fails(message, "kill", id)
        self.assertEqual(self.state(id)["status"], "stopped")

    def test_OPS_21_kill_of_a_created_one(self):
        id = self.create(minimal("sleep"))
        pid = self.state(id)["pid"]
        self.works("kill", id, "KILL")
        self.wait_stopped(id, pid)

    def test_OPS_21_signals_by_name_and_number(self):
        for spelling in ("KILL", "SIGKILL", "9", "kill", "sigkill", "Kill", "SigKill"):
            with self.subTest(spelling):
                id, pid, _ = self.running()
                self.works("kill", id, spelling)
                self.wait_stopped(id, pid)
                self.works("delete", id)

    def test_OPS_21_term_is_the_default(self):
        """report's sleep ends with 0 on SIGTERM only."""
        for spelling in ((), ("TERM",), ("15",)):
            with self.subTest(spelling):
                id, pid, _ = self.running()
                self.works("kill", id, *spelling)
                self.wait_stopped(id, pid)
                self.works("delete", id)

    def test_OPS_21_every_spelling_is_sent(self):
        """Seen from outside: the signals wait, blocked by nobody, ignored by process 1."""
        id = self.create(minimal("sleep"))
        for spelling in ("0", "HUP", "SIGUSR1", "usr2", "RTMIN", "SIGRTMIN+1", "rtmin+3", "RTMAX",
                         "RTMAX-1", "sigrtmax-2", "34", "64", "WINCH", "IO", "SIGPOLL"):
            with self.subTest(spelling):
                self.works("kill", id, spelling)
        for spelling in ("65", "-1", "", "SIG", "NOPE", "SIGNOPE", "RTMIN+99", "RTMIN-1", "RTMAX+1",
                         "RTMIN+", "9x", "0x9", "100", "KILL ", "999999999999"):
            with self.subTest(spelling):
                self.fails('unknown signal "%s"' % spelling, "kill", "--", id, spelling)

    def test_OPS_23_24_delete_of_a_running_one_has_no_effect(self):
        id, pid, _ = self.running()
        before = self.state(id)
        self.fails('cannot delete container "%s" that is not stopped: running' % id, "delete", id)
        self.assertEqual(self.state(id), before)
        os.kill(pid, 0)

    def test_delete_of_a_created_one(self):
        id = self.create(minimal("sleep"))
        self.works("delete", id)
        self.assertEqual(self.before.leaks(), [])
        self.fails(missing(id), "delete", id)

    def test_delete_force_of_a_running_one(self):
        id, pid, _ = self.running()
        self.works("delete", "--force", id)
        self.assertFalse(harness.cgroups())
        self.assertFalse(harness.files(Test.root))
        self.works("delete", "--force", id)

    def test_delete_force_of_a_running_one_without_a_pid_namespace(self):
        """Nothing but the cgroup holds its children together."""
        bundle = self.bundle(minimal("sleep", linux__namespaces=[{"type": "mount"}]))
        pipe = self.pipe()
        id = self.create(bundle, stdout=pipe.write_end)
        pipe.close_write()
        self.works("start", id)
        pipe.wait_for("sleep=ready")
        self.works("delete", "-f", id)

    def frozen(self):
        """A running container that is frozen; on v1 a signal alone does not wake it."""
        harness.skip_unless(harness.is_v2() or harness.has_controller("freezer"),
                            "no v1 freezer is mounted")
        id, pid, _ = self.running()
        if harness.is_v2():
            path, off = "%s/ocirun/%s/cgroup.freeze" % (harness.CGROUPS, id), "0"
            harness.write(path, "1")
            harness.until(lambda: "frozen 1\n" in read(path.replace(".freeze", ".events")),
                          "the freezer")
        else:
            path, off = "%s/freezer/ocirun/%s/freezer.state" % (harness.CGROUPS, id), "THAWED"
            harness.write(path, "FROZEN")
            harness.until(lambda: read(path) == "FROZEN\n", "the freezer")

        def thaw():
            if os.path.exists(path):
                harness.write(path, off)
        return id, pid, thaw

    def test_delete_force_of_a_frozen_one(self):
        id, _, thaw = self.frozen()
        try:
            self.works("delete", "--force", id, timeout=5)
        finally:
            thaw()

    def test_kill_of_a_frozen_one(self):
        """SIGKILL ends it, as engines expect of runc: thawed for that."""
        id, pid, thaw = self.frozen()
        try:
            self.works("kill", id, "KILL")
            pidfd = os.pidfd_open(pid)
            ended = bool(select.select([pidfd], [], [], 3)[0])
            os.close(pidfd)
            self.assertTrue(ended, "SIGKILL does not end a frozen container")
        finally:
            thaw()

    def test_delete_force_while_start_waits_for_a_stopped_init(self):
        id = self.create(minimal("sleep"))
        self.works("kill", id, "STOP")
        with subprocess.Popen([harness.OCIRUN, "--root", Test.root, "start", id],
                              stderr=subprocess.PIPE) as start:
            lock = os.open(os.path.join(Test.root, id), os.O_RDONLY)

            def is_locked():
                try:
                    fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
                except BlockingIOError:
                    return True
                fcntl.flock(lock, fcntl.LOCK_UN)
                return False

            def waits():
                """Asleep with a socket open: it has asked, and gets no answer."""
                return any(link.startswith("socket:")
                           for link in harness.opened(start.pid).values()) and \
                    read("/proc/%d/stat" % start.pid).rsplit(")", 1)[1].split()[0] == "S"
            try:
                harness.until(is_locked, "start to hold the lock")
                harness.until(waits, "start to wait for init")
            finally:
                os.close(lock)
            self.works("delete", "--force", id, timeout=5)
            self.assertEqual(start.wait(timeout=5), 1)
            self.assertEqual(start.stderr.read().decode(),
                             'ocirun: init of container "%s" ended before it ran the program\n' % id)

    def test_start_of_an_init_that_ends_on_its_way(self):
        """Killed when it has acknowledged and was told to go: not what a program that runs looks like."""
        for traced in ((), ("--trace", os.path.join(self.directory, "trace"))):
            id = self.create(minimal("exit", "0"))
            pid = self.state(id)["pid"]
            with subprocess.Popen(["strace", "-qq", "-o", "/dev/null", "-p", str(pid), "-e",
                                   "trace=close_range", "-e", "inject=close_range:signal=KILL"]):
                harness.until(lambda: "TracerPid:\t0\n" not in read(f"/proc/{pid}/status"),
                              "strace to attach")
                self.fails('init of container "%s" ended before it ran the program' % id,
                           *traced, "start", id, trace=True)
            self.wait_stopped(id, pid)
            self.works("delete", id)

    def test_OPS_25_the_id_can_be_used_again(self):
        id = self.new_id()
        for _ in range(3):
            self.create(minimal("exit", "0"), id=id)
            self.works("start", id)
            self.works("delete", "--force", id)

    def test_OPS_26_a_cgroup_that_was_there_before_stays(self):
        path = "/%s-before" % TAG
        groups = [hierarchy + path for hierarchy in harness.hierarchies()]
        for group in groups:
            os.mkdir(group)
        try:
            with self.subTest("the group itself"):
                id = self.create(minimal("sleep", linux__cgroupsPath=path))
                self.works("delete", id)
                self.assertEqual([g for g in groups if not os.path.isdir(g)], [])
            with self.subTest("its parent"):
                id = self.create(minimal("sleep", linux__cgroupsPath=path + "/below/more"))
                self.works("delete", id)
                self.assertEqual([g for g in groups if not os.path.isdir(g)], [])
                self.assertEqual([g for g in groups if os.path.isdir(g + "/below")], [])
        finally:
            for group in groups:
                if os.path.isdir(group):
                    os.rmdir(group)

    def test_OPS_26_parents_in_use_by_another_container_stay(self):
        first = self.create(minimal("sleep", linux__cgroupsPath="/%s-p/a" % TAG))
        second = self.create(minimal("sleep", linux__cgroupsPath="/%s-p/b" % TAG))
        self.works("delete", first)
        self.assertEqual(self.state(second)["status"], "created")
        self.works("start", second)
        # The second found the parent there, so nobody removes it: as with runc and crun.
        self.works("delete", "--force", second)
        for hierarchy in harness.hierarchies():
            os.rmdir("%s/%s-p" % (hierarchy, TAG))


class Lifecycle(Test):
    def test_LCY_04_OPS_10_create_does_not_run_the_program(self):
        bundle = self.bundle(minimal("write", "/marker", "ran"))
        id = self.create(bundle)
        marker = os.path.join(bundle.rootfs, "marker")
        pid = self.state(id)["pid"]
        self.assertFalse(os.path.exists(marker))
        self.assertNotIn("/bin/report", read("/proc/%d/cmdline" % pid))
        self.works("start", id)
        self.wait_stopped(id, pid)
        self.assertEqual(read(marker), "ran")       # LCY-14, OPS-16

    def test_LCY_05_config_edited_after_create_has_no_effect(self):
        bundle = self.bundle(minimal("write", "/marker", "first"))
        id = self.create(bundle)
        pid = self.state(id)["pid"]
        bundle.config["process"]["args"][-1] = "second"
        bundle.save()
        self.works("start", id)
        self.wait_stopped(id, pid)
        self.assertEqual(read(os.path.join(bundle.rootfs, "marker")), "first")

    def test_config_removed_after_create_has_no_effect(self):
        bundle = self.bundle(minimal("exit", "0"))
        id = self.create(bundle)
        os.unlink(os.path.join(bundle.path, "config.json"))
        self.works("start", id)

    def test_OPS_09_10_what_is_applied_by_create(self):
        """Everything but process: namespaces, cgroup, root and mounts are there."""
        config = minimal("sleep", mounts=[PROC, harness.tmpfs("/tmp")], hostname="there")
        config["linux"]["namespaces"].append({"type": "uts"})
        config["linux"]["resources"] = {"pids": {"limit": 17}}
        id = self.create(config)
        pid = self.state(id)["pid"]
        targets = [line.split()[4] for line in read("/proc/%d/mountinfo" % pid).splitlines()]
        self.assertEqual(targets, ["/", "/proc", "/tmp"])
        for name in ("mnt", "pid", "uts"):
            self.assertNotEqual(os.readlink("/proc/%d/ns/%s" % (pid, name)),
                                os.readlink("/proc/self/ns/" + name))
        self.assertEqual(harness.cgroup_file(id, "pids.max"), "17")

    def test_pid_file_is_digits_only(self):
        path = os.path.join(self.directory, "pid")
        id = self.create(minimal("sleep"), "--pid-file", path)
        self.assertEqual(read(path), str(self.state(id)["pid"]))
        self.assertEqual(os.stat(path).st_mode & 0o777, 0o644)
        self.assertEqual(os.listdir(os.path.dirname(path)).count("pid"), 1)

    def test_pid_file_is_replaced(self):
        path = os.path.join(self.directory, "pid")
        harness.write(path, "123456789 something longer than a pid\n")
        id = self.create(minimal("sleep"), "--pid-file", path)
        self.assertEqual(read(path), str(self.state(id)["pid"]))

    def test_pid_file_with_a_relative_path(self):
        bundle = self.bundle()
        id = self.new_id()
        self.works("create", "--bundle", bundle.path, "--pid-file", "pid", id, cwd=self.directory)
        self.assertEqual(read(os.path.join(self.directory, "pid")), str(self.state(id)["pid"]))

    def test_no_pid_file_of_a_create_that_failed(self):
        path = os.path.join(self.directory, "pid")
        self.create_fails('exec: "/none": stat /none: no such file or directory',
                          minimal(process__args=["/none"]), "--pid-file", path)
        self.assertFalse(os.path.exists(path))

    def test_config_option(self):
        bundle, id = self.bundle(minimal("exit", "3")), self.new_id()
        other = os.path.join(self.directory, "other.json")
        harness.write(other, json.dumps(minimal("exit", "4")))
        result = self.ocirun("run", "--bundle", bundle.path, "--config", other, id)
        self.assertEqual((result.code, result.err), (4, ""))

    def test_long_state_root(self):
        """Longer than the address of a socket may be."""
        root = os.path.join(self.directory, "x" * 120, "y" * 120)
        os.makedirs(root)
        bundle, id = self.bundle(minimal("exit", "0")), self.new_id()
        self.works("create", "--bundle", bundle.path, id, root=root)
        self.assertEqual(json.loads(self.works("state", id, root=root).out)["status"], "created")
        self.works("start", id, root=root)
        self.works("delete", "--force", id, root=root)
        self.assertEqual(harness.files(root), set())

    def test_relative_state_root(self):
        bundle, id = self.bundle(minimal("exit", "0")), self.new_id()
        self.works("create", "--bundle", bundle.path, id, root="relative", cwd=self.directory)
        self.works("start", id, root="relative", cwd=self.directory)
        self.works("delete", "--force", id, root="relative", cwd=self.directory)
        self.assertEqual(harness.files(os.path.join(self.directory, "relative")), set())

    def test_with_an_empty_environment(self):
        bundle, id = self.bundle(minimal("exit", "0")), self.new_id()
        self.works("create", "--bundle", bundle.path, id, env={})
        self.works("start", id, env={})
        self.works("delete", "--force", id, env={})

    def test_many_at_once(self):
        """Eight creates of the same id: one wins, the others say so."""
        bundle, id = self.bundle(minimal("sleep")), self.new_id()
        processes = [subprocess.Popen([harness.OCIRUN, "--root", Test.root, "create", "--bundle",
                                       bundle.path, id], stdin=subprocess.DEVNULL,
                                      stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                     for _ in range(8)]
        codes = sorted(process.wait(harness.TIMEOUT) for process in processes)
        self.assertEqual(codes, [0] + [1] * 7)
        self.assertEqual(self.state(id)["status"], "created")

    def test_many_starts_at_once(self):
        id = self.create(minimal("sleep"))
        processes = [subprocess.Popen([harness.OCIRUN, "--root", Test.root, "start", id],
                                      stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                      stderr=subprocess.DEVNULL) for _ in range(4)]
        codes = sorted(process.wait(harness.TIMEOUT) for process in processes)
        self.assertEqual(codes, [0, 1, 1, 1])
        self.assertEqual(self.state(id)["status"], "running")


class Run(Test):
    def test_exit_status(self):
        for status in (0, 1, 7, 126, 127, 255):
            with self.subTest(status):
                result = self.run_container(minimal("exit", str(status)))
                self.assertEqual((result.code, result.out, result.err), (status, "", ""))
                self.assertEqual(harness.files(Test.root), set())

    def test_exit_by_a_signal(self):
        """report as process 1 has no default action for most; KILL from its parent has."""
        for name, number in (("KILL", 9), ("TERM", 15), ("SEGV", 11)):
            with self.subTest(name):
                config = minimal("kill", name, linux__namespaces=[{"type": "mount"}])
                config["process"]["rlimits"] = [{"type": "RLIMIT_CORE", "soft": 0, "hard": 0}]
                result = self.run_container(config)
                self.assertEqual((result.code, result.err), (128 + number, ""))

    def test_stdin_and_stdout_are_the_containers(self):
        reader = os.memfd_create("in")
        os.write(reader, b"some text\0\n")
        os.lseek(reader, 0, 0)
        result = self.run_container(minimal("cat"), stdin=reader)
        os.close(reader)
        self.assertEqual((result.code, result.out, result.err), (0, "some text\0\n", ""))

    def test_signals_go_to_the_program(self):
        pipe, id, bundle = self.pipe(), self.new_id(), self.bundle(minimal("sleep"))
        process = subprocess.Popen([harness.OCIRUN, "--root", Test.root, "run", "--bundle",
                                    bundle.path, id], stdin=subprocess.DEVNULL,
                                   stdout=pipe.write_end)
        pipe.close_write()
        pipe.wait_for("sleep=ready")
        self.assertEqual(self.state(id)["status"], "running")
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(harness.TIMEOUT), 0)
        self.assertEqual(harness.files(Test.root), set())

    def test_keep(self):
        id = self.new_id()
        result = self.ocirun("run", "--keep", "--bundle", self.bundle(minimal("exit", "3")).path, id)
        self.assertEqual((result.code, result.err), (3, ""))
        self.assertEqual(self.state(id)["status"], "stopped")
        self.works("delete", id)

    def test_detach(self):
        for option in ("--detach", "-d"):
            pipe, id = self.pipe(), self.new_id()
            self.works("run", option, "--bundle", self.bundle(minimal("sleep")).path, id,
                       stdout=pipe.write_end)
            pipe.close_write()
            pipe.wait_for("sleep=ready")
            self.assertEqual(self.state(id)["status"], "running")
            self.works("delete", "--force", id)

    def test_detach_with_pid_file(self):
        path, id = os.path.join(self.directory, "pid"), self.new_id()
        self.works("run", "--detach", "--pid-file", path, "--bundle",
                   self.bundle(minimal("sleep")).path, id)
        self.assertEqual(read(path), str(self.state(id)["pid"]))

    def test_a_program_that_cannot_run(self):
        bundle = self.bundle(minimal(process__args=["/script"]))
        bundle.file("script", "#!/none\n", 0o755)
        self.fails('exec: "/script": no such file or directory', "run", "--bundle", bundle.path,
                   self.new_id())
        self.fails('exec: "/script": no such file or directory', "run", "--detach", "--bundle",
                   bundle.path, self.new_id())


class Executable(Test):
    """What create and start say of a program that cannot be executed."""

    def test_create_not_in_path(self):
        self.create_fails('exec: "x": executable file not found in $PATH: no such file or directory',
                          minimal(process__args=["x"]))

    def test_create_without_a_path_variable(self):
        self.create_fails('exec: "x": executable file not found in $PATH: no such file or directory',
                          minimal(process__args=["x"], process__env=[]))

    def test_create_missing(self):
        self.create_fails('exec: "/bin/x": stat /bin/x: no such file or directory',
                          minimal(process__args=["/bin/x"]))

    def test_create_missing_below_a_file(self):
        self.create_fails('exec: "/bin/report/x": not a directory',
                          minimal(process__args=["/bin/report/x"]))

    def test_create_directory(self):
        bundle = self.bundle(minimal(process__args=["/etc"]))
        os.mkdir(os.path.join(bundle.rootfs, "etc"))
        self.create_fails('exec: "/etc": is a directory: permission denied', bundle)

    def test_create_not_executable(self):
        bundle = self.bundle(minimal(process__args=["/x"]))
        bundle.file("x", "#!/bin/report\n", 0o644)
        self.create_fails('exec: "/x": permission denied', bundle)

    def test_create_not_executable_for_this_user(self):
        bundle = self.bundle(minimal(process__args=["/x"], process__user={"uid": 7, "gid": 7}))
        bundle.file("x", "#!/bin/report\n", 0o700)
        self.create_fails('exec: "/x": permission denied', bundle)

    def test_create_relative_to_cwd(self):
        bundle = self.bundle(minimal(process__args=["./report", "exit", "5"], process__cwd="/bin"))
        self.assertEqual(self.run_container(bundle).code, 5)

    def test_found_in_path(self):
        bundle = self.bundle(minimal(process__args=["report", "exit", "5"],
                                     process__env=["PATH=/none::/bin"]))
        self.assertEqual(self.run_container(bundle).code, 5)

    def test_path_goes_on_behind_what_cannot_be_executed(self):
        bundle = self.bundle(minimal(process__args=["report", "exit", "5"],
                                     process__env=["PATH=/first:/second:/bin"]))
        bundle.file("first/report", "", 0o644)
        os.makedirs(os.path.join(bundle.rootfs, "second/report"))
        self.assertEqual(self.run_container(bundle).code, 5)

    def start_fails(self, bundle, message):
        id = self.create(bundle)
        pid = self.state(id)["pid"]
        self.fails(message, "start", id, trace=True)
        self.wait_stopped(id, pid)
        self.works("delete", id)

    def test_start_without_interpreter(self):
        bundle = self.bundle(minimal(process__args=["/script"]))
        bundle.file("script", "#!/none\n", 0o755)
        self.start_fails(bundle, 'exec: "/script": no such file or directory')

    def test_start_of_garbage(self):
        for name, text in (("text", "garbage"), ("elf", "\x7fELF garbage"), ("empty", "")):
            with self.subTest(name):
                bundle = self.bundle(minimal(process__args=["/x"]))
                bundle.file("x", text, 0o755)
                self.start_fails(bundle, 'exec: "/x": exec format error')

    def test_start_of_garbage_with_a_seccomp_filter(self):
        """It forbids nearly everything, and is loaded at the end, or next to nothing, and is loaded by
        create; the reason comes all the same."""
        for default, names in (("KILL_PROCESS", ["execve", "exit_group", "exit"]),
                               ("ALLOW", ["getppid"])):
            action = "SCMP_ACT_" + ("ALLOW" if default != "ALLOW" else "KILL_PROCESS")
            with self.subTest(default):
                config = minimal(process__args=["/x"])
                config["linux"]["seccomp"] = {
                    "defaultAction": "SCMP_ACT_" + default,
                    "syscalls": [{"names": names, "action": action}]}
                bundle = self.bundle(config)
                bundle.file("x", "garbage", 0o755)
                self.start_fails(bundle, 'exec: "/x": exec format error')

    def test_start_of_what_was_removed_after_create(self):
        bundle = self.bundle(minimal(process__args=["/x"]))
        bundle.file("x", "#!/bin/report\n", 0o755)
        id = self.create(bundle)
        os.unlink(os.path.join(bundle.rootfs, "x"))
        self.fails('exec: "/x": no such file or directory', "start", id, trace=True)


class List(Test):
    def test_empty(self):
        self.assertEqual(self.works("list").out,
                         "ID          PID         STATUS      BUNDLE      CREATED     OWNER\n")
        self.assertEqual(self.works("list", "-q").out, "")
        self.assertEqual(json.loads(self.works("list", "-f", "json").out), [])

    def test_forms(self):
        first = self.create(minimal("sleep"))
        second, pid, _ = self.running()
        third, dead, _ = self.running()
        self.works("kill", third, "KILL")
        self.wait_stopped(third, dead)
        ids = sorted([first, second, third])
        self.assertEqual(self.works("list", "-q").out.split(), ids)
        self.assertEqual(self.works("list", "--quiet").out.split(), ids)
        listed = json.loads(self.works("list", "--format", "json").out)
        self.assertEqual(listed, [self.state(id) for id in ids])
        self.assertEqual(json.loads(self.works("list", "--format=json").out), listed)
        lines = self.works("list").out.splitlines()
        self.assertEqual(lines[0].split(), ["ID", "PID", "STATUS", "BUNDLE", "CREATED", "OWNER"])
        self.assertEqual([line.split() for line in lines[1:]],
                         [[s["id"], str(s.get("pid", 0)), s["status"], s["bundle"], s["created"],
                           s["owner"]] for s in listed])
        for column, (name, width) in enumerate(zip(lines[0].split(), self.widths(lines))):
            longest = max(len(line.split()[column]) for line in lines)
            self.assertEqual(width, max(longest, 9) + 3, name)
        self.fails('unknown format "xml", expected table or json', "list", "-f", "xml")

    def widths(self, lines):
        """From the beginning of each column but the last to that of the next: as runc prints it."""
        begins = [lines[0].index(name) for name in lines[0].split()]
        for line in lines:
            self.assertEqual([line[at] != " " and line[at - 1] in " " for at in begins[1:]],
                             [True] * (len(begins) - 1))
        return [end - begin for begin, end in zip(begins, begins[1:])]

    def test_foreign_files_in_the_state_root(self):
        root = os.path.join(self.directory, "root")
        os.makedirs(os.path.join(root, "directory"))
        harness.write(os.path.join(root, "file"), "")
        listed = json.loads(self.works("list", "-f", "json", root=root).out)
        self.assertEqual([(s["id"], s["status"]) for s in listed], [("directory", "stopped")])


class CommandLine(Test):
    def test_version(self):
        for option in ("--version", "-v", "-version"):
            result = self.works(option)
            self.assertRegex(result.out, r"^ocirun version \d+\.\d+\.\d+\nspec: 1\.\d+\.\d+\n$")

    def test_help(self):
        for args in (("--help",), ("-h",), ("help",), (), ("create", "--help"), ("help", "create")):
            self.assertRegex(self.works(*args).out, r"^usage: ocirun ")

    def test_options_in_all_forms(self):
        bundle = self.bundle(minimal("exit", "0"))
        for option in (["--bundle", bundle.path], ["--bundle=" + bundle.path], ["-b", bundle.path],
                       ["-bundle", bundle.path], ["--bundle", "/none", "--bundle", bundle.path]):
            with self.subTest(option):
                self.works("run", *option, self.new_id())

    def test_options_after_the_id(self):
        bundle, id = self.bundle(minimal("exit", "0")), self.new_id()
        self.works("run", id, "--bundle", bundle.path)

    def test_wrong_options(self):
        self.fails("unknown option --none", "--none", "list")
        self.fails("unknown option --none", "list", "--none")
        self.fails('unknown command "none", see ocirun --help', "none")
        self.fails("option --bundle requires an argument", "create", "--bundle")
        self.fails('state: unexpected argument "b", see ocirun state --help', "state", "a", "b")
        self.fails("cannot use console socket if the process has no tty", "create", "--console-socket", "/x",
                   "--bundle", self.bundle().path, self.new_id())

    def test_standard_output_that_takes_nothing(self):
        id = self.create(minimal("sleep"))
        full = os.open("/dev/full", os.O_WRONLY)
        try:
            for args in (("state", id), ("list",), ("list", "-q"), ("list", "-f", "json"),
                         ("--version",), ("help",)):
                with self.subTest(args):
                    self.fails("cannot write to standard output: No space left on device", *args,
                               stdout=full)
        finally:
            os.close(full)

    def test_spec_can_be_run(self):
        """What `spec` writes is a config that create takes, but for the terminal."""
        directory = os.path.join(self.directory, "spec")
        os.mkdir(directory)
        result = self.works("spec", cwd=directory)
        path = os.path.join(directory, "config.json")
        config = json.loads(read(path) if os.path.exists(path) else result.out)
        config["process"]["args"] = ["/bin/report", "exit", "5"]
        config["process"]["terminal"] = False
        result = self.run_container(config)
        self.assertEqual((result.code, result.err), (5, ""))

    def test_plan_does_nothing(self):
        bundle = self.bundle()
        for form in ((), ("--format", "text"), ("--format=json",)):
            result = self.works("plan", *form, "--bundle", bundle.path, self.new_id())
            self.assertTrue(result.out)
            self.assertEqual(self.before.leaks(), [])
        json.loads(result.out)


class Crowd(Test):
    """200 at once."""

    def test_run(self):
        bundles = [self.bundle(minimal("exit", str(i % 100), linux__resources={
            "pids": {"limit": 10}})) for i in range(200)]
        processes = [subprocess.Popen(
            [harness.OCIRUN, "--root", Test.root, "run", "--bundle", bundle.path, self.new_id()],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
            for bundle in bundles]
        for i, process in enumerate(processes):
            _, err = process.communicate(timeout=harness.TIMEOUT)
            self.assertEqual((process.returncode, err), (i % 100, b""))

    def test_create_and_list_and_delete(self):
        ids = [self.new_id() for _ in range(200)]
        bundle = self.bundle(minimal("sleep"))

        def all_of(*args):
            path = os.path.join(self.directory, "said")    # a pipe would not end with ocirun
            with open(path, "w") as said:
                processes = [subprocess.Popen(
                    [harness.OCIRUN, "--root", Test.root, *args, id], stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL, stderr=said) for id in ids]
            self.assertEqual({process.wait(harness.TIMEOUT) for process in processes}, {0},
                             read(path))
            self.assertEqual(read(path), "")
        all_of("create", "--bundle", bundle.path)
        self.assertEqual(sorted(self.works("list", "-q").out.split()), sorted(ids))
        all_of("start")
        listed = json.loads(self.works("list", "--format", "json").out)
        self.assertEqual({entry["status"] for entry in listed}, {"running"})
        all_of("delete", "--force")
        self.assertEqual(self.works("list", "-q").out, "")


if __name__ == "__main__":
    harness.main()
