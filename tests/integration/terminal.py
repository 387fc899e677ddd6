#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Terminals: by a console socket, in the foreground, and of exec."""
import array
import fcntl
import os
import pty
import select
import signal
import socket
import struct
import subprocess
import termios

import harness
from harness import PROC, Test, minimal, read, tmpfs

DEVPTS = {"destination": "/dev/pts", "type": "devpts", "source": "devpts",
          "options": ["newinstance", "ptmxmode=0666", "mode=0620", "gid=5"]}


def with_terminal(*args, mounts=(), **changes):
    return minimal(*args, process__terminal=True, mounts=[PROC, tmpfs("/dev"), DEVPTS, *mounts],
                   **changes)


def mortal(*args):
    """Not the init of a pid namespace, which no signal ends that it does not take."""
    return with_terminal(*args, linux__namespaces=[{"type": "mount"}])


def size_of(fd):
    return struct.unpack("HHHH", fcntl.ioctl(fd, termios.TIOCGWINSZ, bytes(8)))[:2]


def set_size(fd, rows, columns):
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


class TerminalTest(Test):
    def setUp(self):
        super().setUp()
        self.open, self.listeners = [], []

    def tearDown(self):
        for fd in self.open:
            try:
                os.close(fd)
            except OSError:
                pass
        for listener in self.listeners:
            listener.close()
        super().tearDown()

    def listen(self, directory=None):
        path = os.path.join(directory or self.directory, "console.sock")
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.listener.bind(path) if len(path) < 100 else self.bind_long(path)
        self.listeners.append(self.listener)
        self.listener.listen()
        self.listener.settimeout(harness.TIMEOUT)
        return path

    def bind_long(self, path):
        directory = os.open(os.path.dirname(path), os.O_PATH | os.O_DIRECTORY)
        self.listener.bind("/proc/self/fd/%d/%s" % (directory, os.path.basename(path)))
        os.close(directory)

    def receive(self):
        """The one descriptor of the one message."""
        connection, _ = self.listener.accept()
        with connection:
            data, control, flags, _ = connection.recvmsg(4096, socket.CMSG_SPACE(64))
            self.assertEqual(len(control), 1)
            descriptors = array.array("i")
            descriptors.frombytes(control[0][2])
            self.assertEqual(len(descriptors), 1)
            self.assertTrue(0 < len(data) < 4096)
            self.assertEqual(connection.recv(1), b"")
        self.open.append(descriptors[0])
        self.name = data.decode()
        return descriptors[0]

    def read_until(self, fd, what):
        """What comes until @what; None for the end."""
        found = b""
        while what is None or what not in found:
            self.assertTrue(select.select([fd], [], [], harness.TIMEOUT)[0], found)
            try:
                data = os.read(fd, 65536)
            except OSError:     # EIO: nobody has the other side
                data = b""
            if not data:
                break
            found += data
        return found.decode()

    def facts(self, text):
        return dict(line.split("=", 1) for line in text.replace("\r", "").splitlines() if "=" in line)

    def create_and_start(self, config, *options, id=None):
        path = self.listen()
        id = self.create(config, "--console-socket", path, *options)
        master = self.receive()
        self.works("start", id)
        return id, master


class ConsoleSocket(TerminalTest):
    def test_standard_streams_and_controlling_terminal(self):
        id, master = self.create_and_start(with_terminal("tty", "sid", "pid", "fd"))
        facts = self.facts(self.read_until(master, None))
        for fd in "012":
            self.assertNotEqual(facts["tty." + fd], "no")
            self.assertIn("fd." + fd, facts)
        self.assertNotIn("fd.3", facts)
        self.assertEqual(facts["sid"], facts["pid"])
        self.assertEqual(self.name, "/dev/pts/0")

    def test_console(self):
        """/dev/console is the same terminal, also by its number."""
        id, master = self.create_and_start(with_terminal("stat", "/dev/console"))
        facts = self.facts(self.read_until(master, None))
        self.assertEqual((facts["type"], facts["rdev"]), ("char", "136:0"))
        self.assertEqual(facts["fs.magic"], "0x1cd1")

    def test_owner(self):
        id, master = self.create_and_start(with_terminal(
            "stat", "/dev/pts/0", process__user={"uid": 1000, "gid": 1000}))
        facts = self.facts(self.read_until(master, None))
        self.assertEqual((facts["uid"], facts["gid"]), ("1000", "5"))

    def test_size(self):
        id, master = self.create_and_start(with_terminal(
            "sleep", process__consoleSize={"height": 33, "width": 99}))
        self.assertEqual(size_of(master), (33, 99))

    def test_newlines_go_out_as_they_are(self):
        id, master = self.create_and_start(with_terminal("uid"))
        self.assertIn("uid=0\n", self.read_until(master, None))

    def test_input(self):
        id, master = self.create_and_start(with_terminal("cat"))
        os.write(master, b"some words\n\x04")
        self.assertIn("some words\nsome words\n", self.read_until(master, None).replace("\r", ""))

    def test_interrupt(self):
        id, master = self.create_and_start(mortal("cat"))
        pid = self.state(id)["pid"]
        os.write(master, b"\x1c")       # SIGQUIT
        self.read_until(master, None)
        self.wait_stopped(id, pid)

    def test_hang_up(self):
        """The other side is closed: SIGHUP."""
        id, master = self.create_and_start(mortal("cat"))
        pid = self.state(id)["pid"]
        self.open.remove(master)
        os.close(master)
        self.wait_stopped(id, pid)

    def test_a_user_namespace(self):
        config = with_terminal("tty", "uid")
        config["linux"]["namespaces"].append({"type": "user"})
        for kind in ("uidMappings", "gidMappings"):
            config["linux"][kind] = [{"containerID": 0, "hostID": 100000, "size": 65536}]
        bundle = self.bundle(config)
        os.chown(bundle.rootfs, 100000, 100000)
        id, master = self.create_and_start(bundle)
        facts = self.facts(self.read_until(master, None))
        self.assertNotEqual(facts["tty.0"], "no")

    def test_a_long_path(self):
        directory = os.path.join(self.directory, "d" * 120)
        os.mkdir(directory)
        path = self.listen(directory)
        id = self.create(with_terminal("uid"), "--console-socket", path)
        self.receive()

    def test_exec(self):
        id, _ = self.create_and_start(with_terminal("sleep"))
        path = self.listen(self.make_directory())
        file = os.path.join(self.directory, "pid")
        self.works("exec", "--tty", "--detach", "--console-socket", path, "--pid-file", file, id,
                   "/bin/report", "tty")
        master = self.receive()
        facts = self.facts(self.read_until(master, None))
        self.assertNotEqual(facts["tty.0"], "no")
        self.assertEqual(self.name, "/dev/pts/1")
        os.waitpid(int(harness.read(file)), 0)     # as the subreaper

    def make_directory(self):
        path = os.path.join(self.directory, "exec")
        os.mkdir(path)
        return path


class Refused(TerminalTest):
    def test_without_a_console_socket(self):
        self.create_fails("/process/terminal: cannot allocate tty if it will be detached without "
                          "setting console socket", with_terminal())
        bundle = self.bundle(with_terminal())
        self.fails(bundle.at("/process/terminal", "cannot allocate tty if it will be detached without "
                             "setting console socket"), "run", "--detach", "--bundle", bundle.path,
                   self.new_id())

    def test_without_a_terminal(self):
        path = self.listen()
        self.create_fails("cannot use console socket if the process has no tty", minimal(),
                          "--console-socket", path)

    def test_nobody_listens(self):
        path = os.path.join(self.directory, "none")
        self.create_fails('connect to the console socket "%s": no such file or directory' % path,
                          with_terminal(), "--console-socket", path)

    def test_no_devpts(self):
        """CVE-2025-52565: what is there is not used."""
        path = self.listen()
        config = minimal("uid", process__terminal=True, mounts=[tmpfs("/dev")])
        self.create_fails("/process/terminal: open a terminal of the container's devpts: no such file "
                          "or directory", config, "--console-socket", path)
        config["mounts"].append(tmpfs("/dev/pts"))
        self.create_fails("/process/terminal: open a terminal of the container's devpts: no such "
                          "device", config, "--console-socket", path)

    def test_console_that_is_a_link(self):
        """CVE-2026-88264: nothing is made where it leads."""
        outside = os.path.join(self.directory, "outside")
        os.mkdir(outside)
        path = self.listen()
        bundle = self.bundle(minimal("stat", "/dev/console", process__terminal=True,
                                     mounts=[PROC, DEVPTS]))
        os.mkdir(bundle.rootfs + "/dev")
        os.symlink(outside + "/created", bundle.rootfs + "/dev/console")
        id = self.create(bundle, "--console-socket", path)
        master = self.receive()
        self.works("start", id)
        self.assertEqual(self.facts(self.read_until(master, None))["rdev"], "136:0")
        self.assertEqual(os.listdir(outside), [])

    def test_the_program_is_missing(self):
        path = self.listen()
        bundle = self.bundle(with_terminal(process__args=["/none"]))
        result = self.ocirun("create", "--bundle", bundle.path, "--console-socket", path,
                             self.new_id())
        self.assertEqual(result.code, 1)
        self.assertRegex(result.err, '^ocirun: [^\n]*exec: "/none": stat /none: no such file or '
                         'directory\n$')
        self.assertEqual(self.read_until(self.receive(), None), "")


class Foreground(TerminalTest):
    def start(self, config):
        """ocirun on a terminal of ours: the process, our side."""
        ours, its = pty.openpty()
        self.open.append(ours)
        set_size(ours, 40, 100)
        self.mode = termios.tcgetattr(its)
        bundle = self.bundle(config)
        process = subprocess.Popen(
            [harness.OCIRUN, "--root", Test.root, "run", "--bundle", bundle.path,
             self.new_id("r")], stdin=its, stdout=its, stderr=its, start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        self.its = its
        self.open.append(its)
        return process, ours

    def test_output_and_status(self):
        process, ours = self.start(with_terminal("exit", "5"))
        self.assertEqual(process.wait(harness.TIMEOUT), 5)

    def test_input_and_raw_mode(self):
        """Each key goes to the program; our terminal is as before afterwards."""
        process, ours = self.start(with_terminal("cat"))
        harness.until(lambda: termios.tcgetattr(self.its) != self.mode, "raw mode")
        os.write(ours, b"abc\r\x04")
        self.assertIn("abc", self.read_until(ours, b"abc\nabc\n"))
        self.assertEqual(process.wait(harness.TIMEOUT), 0)
        self.assertEqual(termios.tcgetattr(self.its), self.mode)

    def test_interrupt_goes_to_the_program(self):
        process, ours = self.start(mortal("sleep"))
        self.read_until(ours, b"sleep=ready")
        self.assertNotEqual(termios.tcgetattr(self.its), self.mode)
        os.write(ours, b"\x1c")
        self.assertEqual(process.wait(harness.TIMEOUT), 128 + signal.SIGQUIT)
        self.assertEqual(termios.tcgetattr(self.its), self.mode)

    def test_size_follows(self):
        process, ours = self.start(mortal("sleep"))
        self.read_until(ours, b"sleep=ready")
        pid = int(subprocess.run(["pgrep", "-P", str(process.pid)], capture_output=True,
                                 text=True).stdout.split()[0])
        inside = os.open("/proc/%d/fd/0" % pid, os.O_RDWR | os.O_NOCTTY)
        try:
            self.assertEqual(size_of(inside), (40, 100))
            set_size(ours, 50, 120)     # the kernel sends SIGWINCH
            harness.until(lambda: size_of(inside) == (50, 120), "the size")
        finally:
            os.close(inside)
        process.send_signal(signal.SIGHUP)
        process.wait(harness.TIMEOUT)


class Through(TerminalTest):
    """What goes through, with readers of all kinds."""

    SIZE = 100 << 20

    def run_through(self, size=SIZE):
        bundle = self.bundle(with_terminal("fill", str(size)))
        return subprocess.Popen([harness.OCIRUN, "--root", Test.root, "run", "--bundle", bundle.path,
                                 self.new_id("r")], stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def test_all_of_it_arrives(self):
        process = self.run_through()
        total = 0
        while data := process.stdout.read(1 << 20):
            self.assertEqual(data.count(b"x"), len(data))
            total += len(data)
        self.assertEqual((process.wait(harness.TIMEOUT), total), (0, self.SIZE))
        self.assertEqual(process.stderr.read(), b"")
        process.stdout.close()
        process.stderr.close()

    def test_a_reader_that_stops(self):
        """Nobody turns in circles, and all arrives when it goes on."""
        process = self.run_through(1 << 20)

        def ran():
            return read("/proc/%d/schedstat" % process.pid).split()[0]

        def sleeps():
            return read("/proc/%d/stat" % process.pid).rsplit(")", 1)[1].split()[0] == "S"

        before = ""
        while before != ran() or not sleeps():
            before = ran()
            select.select([], [], [], 0.05)
        data, _ = process.communicate(timeout=harness.TIMEOUT)
        self.assertEqual((process.returncode, len(data)), (0, 1 << 20))

    def test_a_reader_that_leaves(self):
        process = self.run_through(1 << 20)
        process.stdout.read(10)
        process.stdout.close()
        self.assertEqual(process.wait(harness.TIMEOUT), 0)
        process.stderr.close()


if __name__ == "__main__":
    harness.main()
