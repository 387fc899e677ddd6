#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Hooks: HOK-10 to HOK-CCT-4, LCY-06 to LCY-19, STA-07, STA-08. A hook is a script of ours; those that
run in the container find busybox in its root."""
import json
import os
import re
import shutil

import harness
from harness import PROC, Test, minimal, read, write

KINDS = ("prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop")
OF_CREATE, INSIDE = KINDS[:3], ("createContainer", "startContainer")
STATUS = dict(zip(KINDS, ("creating", "creating", "creating", "created", "running", "stopped")))


class HookTest(Test):
    def setUp(self):
        super().setUp()
        harness.skip_unless(shutil.which("busybox"), "busybox is not installed")
        self.log = os.path.join(self.directory, "log")
        os.mkdir(self.log)

    def bundle(self, config=None):
        """With a shell, and the log at the same path inside as outside."""
        config = config or minimal("exit", "0")
        config["mounts"] = [PROC, harness.bind(self.log, self.log)] + config["mounts"]
        bundle = super().bundle(config)
        shutil.copy(shutil.which("busybox"), bundle.rootfs + "/bin/busybox")
        os.symlink("busybox", bundle.rootfs + "/bin/sh")
        return bundle

    def hook(self, script, **more):
        return dict({"path": "/bin/sh", "args": ["sh", "-c", script]}, **more)

    def note(self, name):
        """Writes down what it was given, and where it was."""
        path = os.path.join(self.log, name)
        return self.hook('busybox cat >%s.state; echo %s >>%s/order; '
                         'for n in mnt pid net; do busybox readlink /proc/self/ns/$n; done >%s.ns; '
                         'busybox pwd >%s.cwd; busybox ls %s >%s.root 2>&1; busybox id -u >%s.uid'
                         % (path, name, self.log, path, path, "@ROOT@", path, path),
                         env=["PATH=/bin:/usr/bin"])

    def with_hooks(self, hooks, *args, **changes):
        bundle = self.bundle(minimal(*args, **changes) if args else None)
        text = json.dumps(hooks).replace("@ROOT@", bundle.rootfs)
        bundle.config["hooks"] = json.loads(text)
        bundle.save()
        return bundle

    def order(self):
        path = os.path.join(self.log, "order")
        return read(path).split() if os.path.exists(path) else []

    def noted(self, name, what):
        return read(os.path.join(self.log, name + "." + what))


class All(HookTest):
    def everything(self):
        return {kind: [self.note(kind + "-0"), self.note(kind + "-1")] for kind in KINDS}

    EXPECTED = ["%s-%d" % (kind, i) for kind in KINDS for i in (0, 1)]

    def test_order_by_the_verbs(self):
        bundle = self.with_hooks(self.everything(), "exit", "0")
        id = self.create(bundle)
        self.assertEqual(self.order(), self.EXPECTED[:6])
        pid = self.state(id)["pid"]
        self.works("start", id)
        self.wait_stopped(id, pid)
        self.assertEqual(self.order(), self.EXPECTED[:10])
        self.works("delete", id)
        self.assertEqual(self.order(), self.EXPECTED)

    def test_order_by_run(self):
        result = self.run_container(self.with_hooks(self.everything(), "exit", "7"))
        self.assertEqual((result.code, result.err), (7, ""))
        self.assertEqual(self.order(), self.EXPECTED)

    def test_state(self):
        """In one line, with the status and the pid of the moment, as seen from where it runs."""
        bundle = self.with_hooks(self.everything(), "sleep",
                                 annotations={"a.b": 'c"\\d', "e": ""})
        id, pid, _ = self.running(bundle)
        self.works("delete", "--force", id)
        for kind in KINDS:
            text = self.noted(kind + "-0", "state")
            self.assertNotIn("\n", text)
            state = json.loads(text)
            self.assertEqual(state.pop("status"), STATUS[kind])
            if kind != "poststop":
                self.assertEqual(state.pop("pid"), 1 if kind in INSIDE else pid)
            self.assertEqual(state, {"ociVersion": json.loads(self.works("features").out)
                                     ["ociVersionMax"], "id": id, "bundle": bundle.path,
                                     "annotations": {"a.b": 'c"\\d', "e": ""}})

    def test_where_they_run(self):
        config = minimal("sleep")
        config["linux"]["namespaces"].append({"type": "network"})
        bundle = self.with_hooks(self.everything(), "sleep",
                                 linux__namespaces=config["linux"]["namespaces"])
        id, pid, _ = self.running(bundle)
        inside = [os.readlink("/proc/%d/ns/%s" % (pid, n)) for n in ("mnt", "pid", "net")]
        outside = [os.readlink("/proc/self/ns/" + n) for n in ("mnt", "pid", "net")]
        self.works("delete", "--force", id)
        for kind in KINDS:
            self.assertEqual(self.noted(kind + "-0", "ns").split(),
                             inside if kind in INSIDE else outside, kind)
            self.assertEqual(self.noted(kind + "-0", "cwd").strip(),
                             "/" if kind in INSIDE else bundle.path, kind)

    def test_the_root_is_where_the_config_says(self):
        """Before the container has entered it, it is there with all that was mounted in it."""
        id = self.create(self.with_hooks(self.everything(), "sleep"))
        self.assertIn("bin", self.noted("createContainer-0", "root").split())
        self.assertIn("proc", self.noted("createContainer-0", "root").split())

    def test_what_is_mounted_in_the_root_stays(self):
        """Hooks for devices rely on it."""
        script = "busybox mkdir -p @ROOT@/new && busybox mount -t tmpfs none @ROOT@/new && " \
                 "busybox touch @ROOT@/new/file"
        result = self.run_container(self.with_hooks(
            {"createContainer": [self.hook(script)]}, "ls", "/new"))
        self.assertEqual((result.code, result.out), (0, "file=file\n"))

    def test_network_by_its_pid(self):
        """As Docker and BuildKit do it: the namespace is there before create returns."""
        script = 'busybox readlink /proc/$(busybox sed "s/.*\\"pid\\":\\([0-9]*\\).*/\\1/")/ns/net >%s/ns' \
            % self.log
        config = minimal("sleep")
        config["linux"]["namespaces"].append({"type": "network"})
        id = self.create(self.with_hooks({"prestart": [self.hook(script, env=["PATH=/bin:/usr/bin"])]},
                                         "sleep", linux__namespaces=config["linux"]["namespaces"]))
        self.assertEqual(read(self.log + "/ns").strip(),
                         os.readlink("/proc/%d/ns/net" % self.state(id)["pid"]))

    def test_arguments_and_environment(self):
        path = self.log + "/out"
        hook = {"path": "/bin/sh", "args": ["zero", "-c", 'echo "$0 $*"; busybox env', "a", "b c"],
                "env": ["PATH=/bin:/usr/bin", "X=y z"]}
        hook["args"][2] = 'exec >%s; %s' % (path, hook["args"][2])
        self.create(self.with_hooks({"createRuntime": [hook]}))
        lines = read(path).splitlines()
        self.assertEqual(lines[0], "a b c")
        self.assertIn("X=y z", lines)
        self.assertFalse([line for line in lines if line.startswith("HOME=")])

    def test_without_arguments(self):
        script = os.path.join(self.directory, "hook.sh")
        write(script, "#!/bin/sh\necho $0 >%s/out\n" % self.log)
        os.chmod(script, 0o755)
        self.create(self.with_hooks({"createRuntime": [{"path": script}]}))
        self.assertEqual(read(self.log + "/out").strip(), script)

    def test_a_user_namespace(self):
        mappings = [{"containerID": 0, "hostID": 100000, "size": 65536}]
        hooks = self.everything()
        del hooks["createContainer"]    # which would have to reach the log through our directories
        os.chmod(self.log, 0o777)
        write(self.log + "/order", "")
        os.chmod(self.log + "/order", 0o666)
        bundle = self.with_hooks(
            hooks, "exit", "0", linux__uidMappings=mappings, linux__gidMappings=mappings,
            linux__namespaces=[{"type": t} for t in ("mount", "pid", "user")])
        for path, directories, names in os.walk(bundle.rootfs):
            for name in [""] + names:
                os.chown(os.path.join(path, name), 100000, 100000, follow_symlinks=False)
        result = self.run_container(bundle)
        self.assertEqual((result.code, result.err), (0, ""))
        self.assertEqual(os.stat(self.log + "/startContainer-0.state").st_uid, 100000)
        self.assertEqual(self.noted("startContainer-0", "uid").strip(), "0")
        self.assertEqual(self.order(), [name for name in self.EXPECTED
                                        if not name.startswith("createContainer")])

    def test_the_state_while_they_run(self):
        """What a hook asks about its own container."""
        script = "%s --root %s state $(busybox sed 's/.*\"id\":\"\\([^\"]*\\)\".*/\\1/') >%s/$0" \
            % (harness.OCIRUN, Test.root, self.log)

        def ask(name):
            return {"path": "/bin/sh", "args": [name, "-c", script], "env": ["PATH=/bin:/usr/bin"]}
        result = self.run_container(self.with_hooks({"createRuntime": [{
            "path": "/bin/sh", "args": ["sh", "-c", script, "create"],
            "env": ["PATH=/bin:/usr/bin"]}], "poststart": [{
                "path": "/bin/sh", "args": ["sh", "-c", script, "start"],
                "env": ["PATH=/bin:/usr/bin"]}]}, "exit", "0"))
        self.assertEqual((result.code, result.err), (0, ""))
        self.assertEqual(json.loads(read(self.log + "/create"))["status"], "creating")
        self.assertIn(json.loads(read(self.log + "/start"))["status"], ("running", "stopped"))


class Failing(HookTest):
    """Kind by kind, way by way: one error, the container is gone, and poststop hooks have run."""

    WAYS = {
        "exit 3": r"exit status 3 after \d+ ms",
        "echo some; echo words >&2; exit 1": r"exit status 1 after \d+ ms, stderr: words",
        "kill -9 $$": r"killed by signal 9 after \d+ ms",
        "exec 0<&-; exit 4": r"exit status 4 after \d+ ms",
        "busybox head -c 1000000 /dev/zero | busybox tr '\\0' x >&2; echo end >&2; exit 1":
            r"exit status 1 after \d+ ms, stderr: x*\.*\nend|exit status 1 after \d+ ms, stderr: x[^\n]*",
    }

    def fails_with(self, kind, hook, message):
        bundle = self.with_hooks({kind: [self.note("before"), hook, self.note("never")],
                                  "poststop": [self.note("after")]}, "sleep")
        id = self.new_id()
        if kind in OF_CREATE:
            result = self.ocirun("create", "--bundle", bundle.path, id)
        else:
            self.works("create", "--bundle", bundle.path, id)
            result = self.ocirun("start", id)
        self.assertEqual(result.code, 1, result)
        self.assertRegex(result.err, r'\Aocirun: error running %s hook #1 "[^"]*": (?:%s)'
                         % (kind, message))
        self.assertEqual(self.order(), ["before", "after"])
        os.unlink(self.log + "/order")
        self.fails('container "%s" does not exist: container does not exist' % id, "state", id)
        self.assertEqual(self.before.leaks(), [])

    def test_ways(self):
        for kind in KINDS[:-1]:
            for script, message in self.WAYS.items():
                with self.subTest(kind + ": " + script[:20]):
                    self.fails_with(kind, self.hook(script, env=["PATH=/bin:/usr/bin"]), message)

    def test_timeout(self):
        """All that it has started is ended, too."""
        for kind in KINDS[:-1]:
            with self.subTest(kind):
                script = "busybox sleep 1000 & echo $! >%s/child; busybox sleep 1000" % self.log
                self.fails_with(kind, self.hook(script, timeout=1, env=["PATH=/bin:/usr/bin"]),
                                "timed out after 1 s")

    def test_missing_and_not_executable(self):
        for kind in KINDS[:-1]:
            for path, message in (("/none", "no such file or directory"),
                                  ("/bin", "(permission denied|is a directory)")):
                with self.subTest(kind + path):
                    self.fails_with(kind, {"path": path}, r'exec: "%s"[^\n]*%s' % (path, message))

    def test_poststop_is_a_warning(self):
        """And those behind it run."""
        bundle = self.with_hooks({"poststop": [self.hook("exit 9"), {"path": "/none"},
                                               self.note("after")]}, "exit", "0")
        id = self.create(bundle)
        log = os.path.join(self.directory, "ocirun.log")
        result = self.ocirun("delete", id, globals=("--log", log))
        self.assertEqual((result.code, result.err), (0, ""))
        self.assertEqual(self.order(), ["after"])
        self.assertEqual(len(re.findall("level=warning", read(log))), 2)

    def test_another_failure_of_create_runs_no_hooks(self):
        """Nothing was made, so nothing is stopped."""
        bundle = self.with_hooks({kind: [self.note(kind)] for kind in ("prestart", "poststop")},
                                 "x", mounts=[harness.bind("/none", "/x")])
        self.assertEqual(self.ocirun("create", "--bundle", bundle.path, self.new_id()).code, 1)
        self.assertEqual(self.order(), [])

    def test_a_daemon_that_keeps_the_pipe(self):
        """Nobody waits for what a hook leaves running."""
        script = "busybox sleep 1000 >&2 & echo $! >%s/pid" % self.log
        id = self.create(self.with_hooks({"createRuntime": [self.hook(
            script, env=["PATH=/bin:/usr/bin"])]}, "sleep"))
        pid = int(read(self.log + "/pid"))
        os.kill(pid, 9)
        os.waitpid(pid, 0)

    def test_state_that_nobody_reads(self):
        self.create(self.with_hooks({"createRuntime": [self.hook("exec <&-")]}, "sleep",
                                    annotations={"a": "x" * 200000}))


if __name__ == "__main__":
    harness.main()
