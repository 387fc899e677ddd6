#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""ocirun dies at any point of create, start or delete: `delete --force` leaves nothing, and the id
is free again, whoever makes the cgroups.

A first run under strace counts the system calls of ocirun; then it is killed, by strace's fault
injection, at as many places as OCIRUN_CRASH_POINTS says (100), spread evenly over them."""
import collections
import os
import re
import shutil
import subprocess

import harness
import systemd
from harness import PROC, TAG, Test, minimal, read, skip_unless, tmpfs

POINTS = int(os.environ.get("OCIRUN_CRASH_POINTS", "100"))
IGNORED = {"execve", "exit_group", "exit", "brk", "arch_prctl", "set_tid_address"}


class Crashing:
    """Beside a Test, which says how ocirun is called."""
    changes = {}        # of the config
    writable = None     # directory, for a caller who is not root
    clean = None        # what is there without the container, but not without the test

    def setUp(self):
        super().setUp()
        self.clean = harness.Snapshot(Test.root)
        skip_unless(shutil.which("strace"), "there is no strace")
        probe = subprocess.run(["strace", "-o", "/dev/null", "-e",
                                "inject=getppid:signal=SIGKILL:when=1", "true"],
                               stderr=subprocess.PIPE, check=False)
        skip_unless(probe.returncode == 0, "strace cannot inject: %r" % probe.stderr)

    def config(self):
        return minimal("sleep", mounts=[PROC, tmpfs("/tmp")], linux__maskedPaths=["/proc/keys"],
                       **self.changes)

    def calls(self, prepare, args):
        """The system calls of ocirun itself, in order: (name, how manieth of that name)."""
        id = prepare()
        trace = os.path.join(self.writable or self.directory, "trace")
        result = self.ocirun(*args(id), prefix=["strace", "-qq", "-o", trace])
        self.assertEqual((result.code, result.err), (0, ""))
        self.works("delete", "--force", id)
        seen, found = collections.Counter(), []
        for line in read(trace).splitlines():
            match = re.match(r"(\w+)\(", line)
            if match:
                seen[match.group(1)] += 1
                found.append((match.group(1), seen[match.group(1)]))
        return [call for call in found if call[0] not in IGNORED]

    def sample(self, calls, n):
        if len(calls) <= n:
            return calls
        return [calls[i * (len(calls) - 1) // (n - 1)] for i in range(n)]

    def kill_at(self, name, when, id, args):
        result = self.ocirun(*args(id), prefix=[
            "strace", "-qq", "-o", "/dev/null", "-e", "trace=" + name, "-e",
            "inject=%s:signal=SIGKILL:when=%d" % (name, when)])
        return result.code

    def check_gone(self, id):
        """What a crash leaves, delete --force removes, and init does not outlive the host."""
        for command in ("state", "list"):
            self.ocirun(command, *([id] if command == "state" else []))
        self.works("delete", "--force", id)
        harness.until(lambda: not harness.children(), "an end of %s" % harness.children(), 5)
        self.assertEqual(self.clean.leaks(), [])

    def crash(self, prepare, args, n):
        points = self.sample(self.calls(prepare, args), n)
        killed = 0
        for name, when in points:
            with self.subTest("%s %d" % (name, when)):
                id = prepare()
                killed += self.kill_at(name, when, id, args) != 0
                self.check_gone(id)
        self.assertGreater(killed, len(points) * 3 // 4, "too few of the kills have hit")
        id = prepare()
        self.assertEqual(self.ocirun(*args(id)).code, 0)


class Verbs(Crashing):
    def test_create(self):
        bundle = self.bundle(self.config())
        id = self.new_id()
        self.crash(lambda: id, lambda id: ("create", "--bundle", bundle.path, id), POINTS)
        self.works("start", id)

    def test_create_again_after_a_crash(self):
        """The id is used again at once, without delete in between: in use, until deleted."""
        bundle = self.bundle(self.config())
        id = self.new_id()
        args = lambda id: ("create", "--bundle", bundle.path, id)
        calls = self.calls(lambda: id, args)
        name, when = next(call for call in calls if call[0] == "clone3")
        self.kill_at(name, when, id, args)
        self.fails('container with given ID already exists: "%s"' % id, *args(id))
        self.check_gone(id)

    def test_run(self):
        bundle = self.bundle(self.config())
        id = self.new_id()
        self.crash(lambda: id, lambda id: ("run", "--detach", "--bundle", bundle.path, id),
                   POINTS // 5)

    def test_start(self):
        """Either it is still created, or it runs; both can be deleted."""
        bundle = self.bundle(self.config())
        id = self.new_id()

        def prepare():
            self.works("create", "--bundle", bundle.path, id)
            return id
        self.crash(prepare, lambda id: ("start", id), POINTS // 5)

    def test_start_again_after_a_crash(self):
        """A starter that dies before it has said so changes nothing."""
        bundle = self.bundle(self.config())
        id = self.new_id()

        def prepare():
            self.works("create", "--bundle", bundle.path, id)
            return id
        args = lambda id: ("start", id)
        for name, when in [c for c in self.calls(prepare, args) if c[0] in ("connect", "sendto")]:
            with self.subTest("%s %d" % (name, when)):
                prepare()
                self.kill_at(name, when, id, args)
                if self.state(id)["status"] == "created":
                    self.works("start", id)
                self.assertEqual(self.state(id)["status"], "running")
                self.works("delete", "--force", id)

    def test_delete(self):
        bundle = self.bundle(self.config())
        id = self.new_id()

        def prepare():
            self.works("create", "--bundle", bundle.path, id)
            return id
        self.crash(prepare, lambda id: ("delete", id), POINTS // 3)


class Cgroupfs(Verbs, Test):
    changes = {"linux__resources": {"pids": {"limit": 50}},
               "linux__cgroupsPath": "/%s-crash/is/below" % TAG}


class Disabled(Verbs, Test):
    def ocirun(self, *args, **more):
        if args[0] in ("create", "run"):
            more["globals"] = ("--cgroup-manager", "disabled")
        return super().ocirun(*args, **more)


class OfSystemd(Verbs):
    changes = {"linux__resources": {"pids": {"limit": 50}}, "linux__cgroupsPath": ":%s:crash" % TAG}
    unit = TAG + "-crash.scope"


class Faked(OfSystemd, systemd.Faked):
    def setUp(self):
        super().setUp()
        self.clean = harness.Snapshot(Test.root)

    def ocirun(self, *args, **more):
        result = super().ocirun(*args, **more)
        self.fake.settle()
        return result

    def check_gone(self, id):
        super().check_gone(id)
        self.assertEqual(self.fake.units, {})


class OfMachine(OfSystemd, systemd.OfMachine):
    def check_gone(self, id):
        super().check_gone(id)
        self.assertEqual(systemd.show(self.unit, "LoadState")["LoadState"], "not-found")


class OfUsersMachine(OfSystemd, systemd.OfUsersMachine):
    def check_gone(self, id):
        super().check_gone(id)
        self.assertEqual(systemd.show(self.unit, "LoadState", user=self.user)["LoadState"], "not-found")


if __name__ == "__main__":
    harness.main()
