#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""SCMP_ACT_NOTIFY: who listens at listenerPath gets the listener, and answers. seccomp_unotify(2)"""
import array
import errno
import fcntl
import json
import os
import socket
import struct
import threading

import harness
from harness import PROC, Test, minimal
from users import FIRST, SIZE, with_users

ANSWER = 4242
RECEIVE, SEND = 0xc0502100, 0xc0182101     # SECCOMP_IOCTL_NOTIF_RECV and _SEND
CONTINUE = 1                               # SECCOMP_USER_NOTIF_FLAG_CONTINUE
MESSAGE = struct.Struct("=QIIiIQ6Q")       # struct seccomp_notif
REPLY = struct.Struct("=QqiI")             # struct seccomp_notif_resp


class Listener:
    """Takes one listener after the other; answers getpid by ANSWER, and lets all else pass."""

    def __init__(self, path, getpid):
        self.getpid, self.states, self.calls = getpid, [], []
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.bind(path)
        self.socket.listen()
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            self.take(connection)

    def take(self, connection):
        with connection:
            data, control, _, _ = connection.recvmsg(1 << 16, 64)
            fds = array.array("i", control[0][2])
            while part := connection.recv(1 << 16):
                data += part
        self.states.append((json.loads(data), len(fds), data))
        threading.Thread(target=self.answer, args=(fds[0],), daemon=True).start()

    def answer(self, fd):
        try:
            while True:
                message = bytearray(MESSAGE.size)
                fcntl.ioctl(fd, RECEIVE, message)
                id, _, _, number, *_ = MESSAGE.unpack(message)
                self.calls.append(number)
                reply = REPLY.pack(id, ANSWER, 0, 0) if number == self.getpid else \
                    REPLY.pack(id, 0, 0, CONTINUE)
                fcntl.ioctl(fd, SEND, reply)
        except OSError as error:
            assert error.errno in (errno.ENOENT, errno.EINTR), error    # nobody is left
        finally:
            os.close(fd)

    def close(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.thread.join()
        self.socket.close()


class Notify(Test):
    def setUp(self):
        super().setUp()
        self.path = os.path.join(self.directory, "listener")
        self.number = 39 if os.uname().machine == "x86_64" else 172
        self.listener = None

    def tearDown(self):
        if self.listener:
            self.listener.close()
        super().tearDown()

    def listen(self):
        self.listener = Listener(self.path, self.number)
        return self.listener

    def config(self, *args, names=("getpid",), default="SCMP_ACT_ALLOW", **more):
        config = minimal(*args)
        rule = {"names": list(names), "action": "SCMP_ACT_NOTIFY"}
        config["linux"]["seccomp"] = {
            "defaultAction": default, "listenerPath": self.path,
            **({"syscalls": [rule]} if names else {}), **more}
        return config

    def test_run(self):
        self.listen()
        self.prints("syscall=%d" % ANSWER, self.config("syscall", "getpid"))
        self.assertEqual(self.listener.calls, [self.number])

    def test_create_start(self):
        """What the standard has one told: once for a connection, all of it, and the descriptor."""
        self.listen()
        config = self.config("-o", "/out", "syscall", "getpid", listenerMetadata="of \"ours\"\n")
        config["annotations"] = {"com.example.key": "value"}
        bundle = self.bundle(config)
        os.chmod(bundle.rootfs, 0o777)
        id = self.new_id()
        self.works("create", "--bundle", bundle.path, id)
        pid = self.state(id)["pid"]
        self.assertEqual(self.listener.states, [])
        self.works("start", id)
        self.wait_stopped(id, pid)
        self.assertEqual(harness.read(os.path.join(bundle.rootfs, "out")), "syscall=%d\n" % ANSWER)
        (state, fds, text), = self.listener.states
        self.assertEqual(fds, 1)
        self.assertNotIn(b"\n", text)
        self.assertEqual(state, {
            "ociVersion": "1.3.0", "fds": ["seccompFd"], "pid": pid, "metadata": "of \"ours\"\n",
            "state": {"ociVersion": "1.3.0", "id": id, "status": "created", "pid": pid,
                      "bundle": bundle.path, "annotations": {"com.example.key": "value"}}})

    def test_exec(self):
        self.listen()
        id, pid, _ = self.running(self.config("sleep"))
        result = self.ocirun("exec", id, "/bin/report", "syscall", "getpid")
        self.assertEqual((result.code, result.out), (0, "syscall=%d\n" % ANSWER))
        first, second = (state for state, _, _ in self.listener.states)
        self.assertEqual(first["pid"], pid)
        self.assertNotIn("metadata", second)
        self.assertNotEqual(second["pid"], pid)
        self.assertEqual((second["state"]["pid"], second["state"]["status"]), (pid, "running"))

    def test_everything_is_asked_for(self):
        """Also what we call ourselves: sending the listener would never be answered."""
        for names, default in ((("sendmsg", "recvfrom", "futex", "sched_yield", "execve"),
                                "SCMP_ACT_ALLOW"), ((), "SCMP_ACT_NOTIFY")):
            with self.subTest(default):
                self.listen()
                self.prints("uid=0", self.config("uid", names=names, default=default))
                self.assertIn(59 if os.uname().machine == "x86_64" else 221, self.listener.calls)
                self.listener.close()
                self.listener = None
                os.unlink(self.path)

    def test_nobody_else_is_there(self):
        """When the program runs: no second thread, no descriptor."""
        self.listen()
        config = self.config("status.threads", "fd.count", "children.any", "seccomp.mode")
        config["mounts"] = [PROC]
        self.prints("children.any=no\nseccomp.mode=2\nstatus.threads=1\nfd.count=3", config)

    def test_flags(self):
        self.listen()
        for flags in ([], ["SECCOMP_FILTER_FLAG_TSYNC", "SECCOMP_FILTER_FLAG_LOG"],
                      ["SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"]):
            with self.subTest(flags):
                self.prints("syscall=4242", self.config("syscall", "getpid", flags=flags))
        # Without anybody to wait for it has no meaning, and the kernel no use.
        config = self.config("uid", names=(), flags=["SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"])
        self.prints("uid=0", config)

    def test_long_state(self):
        self.listen()
        config = self.config("syscall", "getpid", listenerMetadata="m" * 300000)
        self.prints("syscall=4242", config)
        self.assertEqual(self.listener.states[0][0]["metadata"], "m" * 300000)

    def test_unprivileged_program(self):
        self.listen()
        config = self.config("syscall", "getpid")
        config["process"].update(user={"uid": 1000, "gid": 1000}, noNewPrivileges=True)
        self.prints("syscall=4242", config)

    def test_user_namespace(self):
        self.listen()
        config = with_users(self.config("syscall", "getpid"), (0, FIRST, SIZE))
        bundle = self.bundle(config)
        os.chown(bundle.rootfs, FIRST, FIRST)
        self.prints("syscall=4242", bundle)

    def test_nobody_listens(self):
        message = '/linux/seccomp/listenerPath: cannot hand the listener over to "%s": ' \
                  "no such file or directory" % self.path
        result = self.run_container(self.config("uid"))
        self.assertEqual(result.code, 1)
        self.assertRegex(result.err, r"^ocirun: config\.json:\d+:\d+: " + message + "\n$")
        id = self.create(self.config("uid"))
        pid = self.state(id)["pid"]
        result = self.ocirun("start", id)
        self.assertEqual(result.code, 1)
        self.assertIn(message, result.err)
        self.wait_stopped(id, pid)

    def test_no_path(self):
        config = self.config("uid")
        del config["linux"]["seccomp"]["listenerPath"]
        result = self.ocirun("create", "--bundle", self.bundle(config).path, self.new_id())
        self.assertEqual(result.code, 1)
        self.assertRegex(result.err, r"^ocirun: config\.json:\d+:\d+: /linux/seccomp: "
                         "SCMP_ACT_NOTIFY without listenerPath: nobody would answer\n$")


if __name__ == "__main__":
    harness.main()
