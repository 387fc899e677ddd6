#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""ps, and what a caller can ask for beside the container: --pidfd-socket, LISTEN_FDS."""
import array
import json
import os
import select
import signal
import socket

import harness
from harness import PROC, Test, minimal


class Ps(Test):
    def test_json(self):
        id, pid, _ = self.running()
        other = self.exec_sleep(id)
        for options in (("--format", "json"), ("-f", "json"), ("--format=json",)):
            text = self.works("ps", *options, id).out
            self.assertEqual(text.count("\n"), 1)
            found = json.loads(text)
            self.assertEqual(sorted(found), sorted([pid, other]))
        os.kill(other, signal.SIGKILL)
        os.waitpid(other, 0)
        self.assertEqual(json.loads(self.works("ps", "-f", "json", id).out), [pid])

    def test_table(self):
        id, pid, _ = self.running()
        lines = self.works("ps", id).out.splitlines()
        self.assertEqual(len(lines), 2)
        self.assertIn("PID", lines[0].split())
        self.assertEqual(lines[1].split()[lines[0].split().index("PID")], str(pid))
        for args in (("--format", "table", id), ("-f", "table", id, "-ef"), (id, "-ef")):
            self.assertEqual(self.works("ps", *args).out.splitlines()[1].split()[:2],
                             lines[1].split()[:2])

    def test_options_of_ps(self):
        """All that stands behind the id, wherever its column of pids is."""
        id, pid, _ = self.running()
        for options in (("-o", "comm,pid"), ("-eo", "pid,comm"), ("aux",)):
            lines = self.works("ps", id, *options).out.splitlines()
            column = lines[0].split().index("PID")
            self.assertIn(str(pid), [line.split()[column] for line in lines[1:]] or [str(pid)])
            for line in lines[1:]:
                self.assertEqual(line.split()[column], str(pid))
        self.fails("ps shows no column PID", "ps", id, "-o", "comm")

    def test_created_and_stopped(self):
        id = self.create(minimal("sleep"))
        pid = self.state(id)["pid"]
        self.assertEqual(json.loads(self.works("ps", "-f", "json", id).out), [pid])
        self.works("kill", id, "KILL")
        self.wait_stopped(id, pid)
        self.assertEqual(json.loads(self.works("ps", "-f", "json", id).out), [])

    def test_unknown(self):
        id = self.new_id()
        self.fails('container "%s" does not exist: container does not exist' % id, "ps", id)
        self.fails('unknown format "x", expected table or json', "ps", "-f", "x", id)


class PidfdSocket(Test):
    def listen(self):
        path = os.path.join(self.directory, "pidfd.sock")
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listener.bind(path)
        listener.listen()
        listener.settimeout(harness.TIMEOUT)
        return path, listener

    def receive(self, listener):
        with listener:
            connection, _ = listener.accept()
        with connection:
            data, control, _, _ = connection.recvmsg(4096, socket.CMSG_SPACE(64))
            fds = array.array("i")
            fds.frombytes(control[0][2])
            self.assertEqual((len(fds), data, connection.recv(1)), (1, b"pidfd", b""))
        return fds[0]

    def pid_of(self, pidfd):
        info = harness.read("/proc/self/fdinfo/%d" % pidfd)
        return int(info.split("Pid:")[1].split()[0])

    def test_create(self):
        path, listener = self.listen()
        id = self.create(minimal("sleep"), "--pidfd-socket", path)
        pidfd = self.receive(listener)
        try:
            self.assertEqual(self.pid_of(pidfd), self.state(id)["pid"])
            self.works("start", id)
            signal.pidfd_send_signal(pidfd, signal.SIGKILL)
            self.assertTrue(select.select([pidfd], [], [], harness.TIMEOUT)[0])
        finally:
            os.close(pidfd)

    def test_exec(self):
        id, pid, _ = self.running()
        path, listener = self.listen()
        file = os.path.join(self.directory, "pid")
        self.works("exec", "--detach", "--pid-file", file, "--pidfd-socket", path, id, "/bin/report",
                   "sleep")
        pidfd = self.receive(listener)
        try:
            self.assertEqual(self.pid_of(pidfd), int(harness.read(file)))
        finally:
            os.close(pidfd)
        os.kill(int(harness.read(file)), signal.SIGKILL)
        os.waitpid(int(harness.read(file)), 0)

    def test_nobody_listens(self):
        path = os.path.join(self.directory, "none")
        self.create_fails('send the pidfd to "%s": no such file or directory' % path,
                          minimal("sleep"), "--pidfd-socket", path)


class ListenFds(Test):
    """sd_listen_fds(3)"""

    def facts(self, environment, number, *options):
        file = os.memfd_create("socket")

        def place():
            high = os.dup2(file, 900)
            for fd in range(3, 3 + number):
                os.dup2(high, fd, inheritable=True)
            os.close(high)

        try:
            more = dict(preexec_fn=place, close_fds=False, env=dict(os.environ, **environment))
            env = self.observe(minimal("env"), *options, **more)
            fds = self.observe(minimal("fd", mounts=[PROC]), *options, **more)
        finally:
            os.close(file)
        return env, sorted(name for name in fds if name.startswith("fd.") and name[3:].isdigit())

    def test_they_are_passed_on(self):
        env, fds = self.facts({"LISTEN_FDS": "2", "LISTEN_FDNAMES": "a:b"}, 2)
        self.assertEqual((env["LISTEN_FDS"], env["LISTEN_PID"], env["LISTEN_FDNAMES"]),
                         ("2", "1", "a:b"))
        self.assertEqual(fds, ["fd.0", "fd.1", "fd.2", "fd.3", "fd.4"])

    def test_they_are_among_the_preserved(self):
        """podman counts them in --preserve-fds, too."""
        env, fds = self.facts({"LISTEN_FDS": "1"}, 2, "--preserve-fds", "2")
        self.assertEqual(fds, ["fd.0", "fd.1", "fd.2", "fd.3", "fd.4"])
        self.assertEqual(env["LISTEN_FDS"], "1")

    def test_those_of_somebody_else(self):
        env, fds = self.facts({"LISTEN_FDS": "1", "LISTEN_PID": "1"}, 1)
        self.assertNotIn("LISTEN_FDS", env)
        self.assertEqual(fds, ["fd.0", "fd.1", "fd.2"])

    def test_what_is_no_number(self):
        for value in ("", "x", "-1", "99999", "1 "):
            env, fds = self.facts({"LISTEN_FDS": value}, 0)
            self.assertNotIn("LISTEN_FDS", env)


if __name__ == "__main__":
    harness.main()
