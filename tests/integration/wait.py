#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""wait: how a container's program ended, told to somebody who is not its parent."""
import json
import os
import subprocess

import harness
from harness import Test, minimal, read

UNKNOWN = 254
LIMIT = 32 << 20


def kernel_remembers():
    """PIDFD_INFO_EXIT, Linux 6.15."""
    return harness.kernel() >= (6, 15)


class Wait(Test):
    def waiter(self, id, *options):
        """`wait` in the background, when it waits: it holds the pidfd."""
        process = subprocess.Popen([harness.OCIRUN, "--root", Test.root, "wait", *options, id],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)

        harness.until(lambda: any("pidfd" in link for link in harness.opened(process.pid).values()),
                      "wait to open the pidfd")
        return process

    def result(self, process):
        out, err = process.communicate(timeout=harness.TIMEOUT)
        return harness.Result(process.args, process.returncode, out.decode(), err.decode())

    def waited(self, code, id, *options):
        result = self.ocirun("wait", *options, id)
        self.assertEqual((result.code, result.err), (code, ""), result)
        return result.out

    def document(self, result):
        found = json.loads(result if isinstance(result, str) else result.out)
        # On cgroup v2 a container without limits may have no memory controller.
        self.assertGreater(found.pop("memoryPeak", 1), 0)
        self.assertEqual(found.pop("oomKills", 0), 0)
        return found

    def ended(self, *args):
        """A container whose program has ended by itself and that nobody has reaped."""
        id = self.create(minimal(*args))
        pid = self.state(id)["pid"]
        self.works("start", id)
        self.wait_stopped(id, pid)
        return id, pid

    def test_exit_statuses(self):
        for status in (0, 3, 255):
            with self.subTest(status):
                id, _ = self.ended("exit", str(status))
                self.assertEqual(self.document(self.waited(status, id, "--format", "json")),
                                 {"id": id, "exitStatus": status})

    def test_text(self):
        id, _ = self.ended("exit", "3")
        self.assertRegex(self.waited(3, id), r"^exit status 3(, memory peak \d+ bytes)?\n$")

    def test_it_waits(self):
        id, pid, _ = self.running()
        process = self.waiter(id)
        self.assertIsNone(process.poll())
        self.works("kill", id, "TERM")
        result = self.result(process)
        self.assertEqual((result.code, result.err), (0, ""), result)

    def test_a_signal(self):
        id, pid, _ = self.running()
        process = self.waiter(id, "--format", "json")
        self.works("kill", id, "KILL")
        result = self.result(process)
        self.assertEqual((result.code, result.err), (137, ""), result)
        self.assertEqual(self.document(result),
                         {"id": id, "exitStatus": 137, "signal": 9})
        self.assertRegex(self.waited(137, id), r"^killed by SIGKILL(, memory peak \d+ bytes)?\n$")

    def test_a_created_one(self):
        id = self.create(minimal("exit", "7"))
        process = self.waiter(id)
        self.works("start", id)
        result = self.result(process)
        self.assertEqual((result.code, result.err), (7, ""), result)

    def test_reaped_by_somebody_else(self):
        harness.skip_unless(kernel_remembers(), "no PIDFD_INFO_EXIT before Linux 6.15")
        for round in range(20):
            id = self.create(minimal("exit", "9"))
            pid = self.state(id)["pid"]
            process = self.waiter(id)
            self.works("start", id)
            os.waitpid(pid, 0)
            result = self.result(process)
            self.assertEqual((result.code, result.err), (9, ""), result)

    def test_unknown_when_it_is_too_late(self):
        id, pid = self.ended("exit", "3")
        os.waitpid(pid, 0)
        self.assertRegex(self.waited(UNKNOWN, id), r"^exit status unknown(, memory peak \d+ bytes)?\n$")
        self.assertEqual(self.document(self.waited(UNKNOWN, id, "--format", "json")),
                         {"id": id})

    def test_an_oom_kill(self):
        config = minimal("alloc", str(4 * LIMIT), linux__resources={
            "memory": {"limit": LIMIT, "swap": LIMIT}})
        id = self.create(config)
        process = self.waiter(id, "--format", "json")
        self.works("start", id)
        result = self.result(process)
        self.assertEqual((result.code, result.err), (137, ""), result)
        found = json.loads(result.out)
        self.assertEqual((found["signal"], found["oomKills"]), (9, 1))
        self.assertTrue(LIMIT // 2 < found["memoryPeak"] <= LIMIT, found)
        self.assertRegex(self.waited(137, id), r"^killed by SIGKILL, oom kill seen, memory peak")

    def test_deleted_meanwhile(self):
        """The end is known all the same; what the cgroup counted may be gone with it."""
        id, pid, _ = self.running()
        process = self.waiter(id, "--format", "json")
        self.works("delete", "--force", id)
        result = self.result(process)
        self.assertEqual((result.code, result.err), (137, ""), result)
        found = json.loads(result.out)
        self.assertEqual((found["exitStatus"], found["signal"]), (137, 9))

    def test_more_than_one_waits(self):
        id, pid, _ = self.running()
        processes = [self.waiter(id) for _ in range(3)]
        self.works("kill", id)
        for process in processes:
            self.assertEqual(self.result(process).code, 0)

    def test_nothing_else_waits_for_it(self):
        id, pid, _ = self.running()
        process = self.waiter(id)
        self.works("exec", id, "/bin/report", "exit", "0")
        self.assertEqual(self.state(id)["status"], "running")
        self.works("delete", "--force", id)
        self.result(process)

    def test_refused(self):
        self.fails("wait needs ID, see ocirun wait --help", "wait")
        self.fails('container "%s" does not exist: container does not exist' % "none", "wait", "none")
        id, _ = self.ended("exit", "0")
        self.fails('unknown format "yaml", expected text or json', "wait", "--format", "yaml", id)


if __name__ == "__main__":
    harness.main()
