# SPDX-License-Identifier: LGPL-2.1-or-later
"""A systemd for the tests, on a D-Bus of its own: it does what the manager of units is asked for, below a
group of the test's own, or misbehaves as the test says. Bus and manager are one here: whoever
connects talks to both.

The protocol is that of dbus-specification.html, little-endian as everybody's here."""
import os
import socket
import struct
import threading

from harness import CGROUPS, TAG, is_v2

CALL, REPLY, ERROR, SIGNAL = 1, 2, 3, 4
PATH, INTERFACE, MEMBER, ERROR_NAME, REPLY_SERIAL, DESTINATION, SENDER, SIGNATURE = range(1, 9)
NUMBERS = {"y": "B", "n": "h", "q": "H", "i": "i", "u": "I", "x": "q", "t": "Q", "b": "I", "d": "d"}
MANAGER = "org.freedesktop.systemd1.Manager"
OBJECT = "/org/freedesktop/systemd1"


def next_type(signature):
    """The first complete type, and the rest."""
    if signature[0] == "a":
        first, rest = next_type(signature[1:])
        return "a" + first, rest
    if signature[0] not in "({":
        return signature[0], signature[1:]
    depth = 0
    for i, letter in enumerate(signature):
        depth += (letter in "({") - (letter in ")}")
        if depth == 0:
            return signature[:i + 1], signature[i + 1:]
    raise ValueError(signature)


def types(signature):
    while signature:
        first, signature = next_type(signature)
        yield first


def alignment(kind):
    if kind in NUMBERS:
        return struct.calcsize(NUMBERS[kind])
    return {"g": 1, "v": 1, "(": 8, "{": 8}.get(kind[0], 4)


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def align(self, n):
        self.at = (self.at + n - 1) // n * n

    def value(self, kind):
        """Variants come as (signature, value)."""
        self.align(alignment(kind))
        if kind in NUMBERS:
            value, = struct.unpack_from("<" + NUMBERS[kind], self.data, self.at)
            self.at += struct.calcsize(NUMBERS[kind])
            return bool(value) if kind == "b" else value
        if kind in "sog":
            length = self.value("y" if kind == "g" else "u")
            text = self.data[self.at:self.at + length].decode()
            self.at += length + 1
            return text
        if kind == "v":
            inner = self.value("g")
            return inner, self.value(inner)
        if kind[0] == "a":
            length = self.value("u")
            self.align(alignment(kind[1:]))
            end, items = self.at + length, []
            while self.at < end:
                items.append(self.value(kind[1:]))
            return items
        return tuple(self.value(inner) for inner in types(kind[1:-1]))

    def values(self, signature):
        return [self.value(kind) for kind in types(signature)]


class Writer:
    def __init__(self):
        self.data = b""

    def align(self, n):
        self.data += b"\0" * (-len(self.data) % n)

    def value(self, kind, value):
        self.align(alignment(kind))
        if kind in NUMBERS:
            self.data += struct.pack("<" + NUMBERS[kind], value)
        elif kind in "sog":
            text = value.encode()
            self.value("y" if kind == "g" else "u", len(text))
            self.data += text + b"\0"
        elif kind == "v":
            self.value("g", value[0])
            self.value(value[0], value[1])
        elif kind[0] == "a":
            self.align(4)
            place = len(self.data)
            self.data += b"\0" * 4
            self.align(alignment(kind[1:]))
            begin = len(self.data)
            for item in value:
                self.value(kind[1:], item)
            length = struct.pack("<I", len(self.data) - begin)
            self.data = self.data[:place] + length + self.data[place + 4:]
        else:
            for inner, item in zip(types(kind[1:-1]), value):
                self.value(inner, item)


class Refusal(Exception):
    def __init__(self, name, text):
        super().__init__(text)
        self.name, self.text = name, text


class Hangup(Exception):
    """The end of a connection."""


class Connection:
    def __init__(self, fake, sock):
        self.fake, self.sock, self.serial = fake, sock, 0

    def read(self, n):
        data = b""
        while len(data) < n:
            more = self.sock.recv(n - len(data))
            if not more:
                raise Hangup
            data += more
        return data

    def authenticate(self):
        line = b""
        while True:
            byte = self.read(1)
            if byte == b"\0" and not line:
                continue
            line += byte
            if not line.endswith(b"\r\n"):
                continue
            if line == b"BEGIN\r\n":
                return
            if line == b"AUTH EXTERNAL\r\n":
                self.sock.sendall(b"DATA\r\n")
            elif line.startswith((b"AUTH", b"DATA")):
                self.sock.sendall(b"OK 0123456789abcdef0123456789abcdef\r\n")
            elif line.startswith(b"NEGOTIATE"):
                self.sock.sendall(b"AGREE_UNIX_FD\r\n")
            line = b""

    def receive(self):
        fixed = self.read(16)
        _, kind, _, _, length, serial, fields = struct.unpack("<4B3I", fixed)
        header = fixed + self.read((fields + 7) // 8 * 8)
        reader = Reader(header)
        reader.at = 12
        names = {code: value[1] for code, value in reader.value("a(yv)")}
        return kind, serial, names, Reader(self.read(length)).values(names.get(SIGNATURE, ""))

    def send(self, kind, fields, signature="", values=()):
        body, header = Writer(), Writer()
        for inner, value in zip(types(signature), values):
            body.value(inner, value)
        kinds = {PATH: "o", REPLY_SERIAL: "u", SIGNATURE: "g"}
        fields = dict(fields, **{}) if not signature else {**fields, SIGNATURE: signature}
        self.serial += 1
        header.data = struct.pack("<4B2I", ord("l"), kind, 0, 1, len(body.data), self.serial)
        header.value("a(yv)", [(code, (kinds.get(code, "s"), value))
                               for code, value in fields.items()])
        header.align(8)
        self.sock.sendall(header.data + body.data)

    def signal(self, member, signature, *values):
        self.send(SIGNAL, {PATH: OBJECT, INTERFACE: MANAGER, MEMBER: member, SENDER: ":1.1"},
                  signature, values)

    def serve(self):
        try:
            if self.fake.silent_bus:
                self.read(1 << 20)
            self.authenticate()
            while True:
                _, serial, fields, values = self.receive()
                self.answer(serial, fields[MEMBER], values)
        except (Hangup, OSError):
            pass
        finally:
            self.sock.close()

    def answer(self, serial, member, values):
        about = {REPLY_SERIAL: serial, SENDER: ":1.1", DESTINATION: ":1.7"}
        self.fake.calls.append((member, values))
        reply = lambda signature="", *results: self.send(REPLY, about, signature, results)
        try:
            self.fake.method(member)(self, reply, *values)
        except Refusal as refusal:
            self.send(ERROR, {**about, ERROR_NAME: refusal.name}, "s", [refusal.text])


class Fake:
    """The directories of its groups are @group below each hierarchy that systemd has."""
    MARK = b"\0" + TAG.encode() + b"-settled"   # who connects from there wants to know who else did

    def __init__(self, directory, group="/" + TAG):
        self.path = os.path.join(directory, "bus")
        self.address = "unix:path=" + self.path
        self.group = group
        self.calls, self.units, self.threads, self.behaviour = [], {}, [], {}
        self.silent_bus = False
        self.called = threading.Condition()
        self.marked = threading.Semaphore(0)
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(self.path)
        self.listener.listen()
        os.chmod(self.path, 0o777)
        for root in self.roots():
            os.makedirs(root + self.group + "/system.slice", exist_ok=True)
        self.thread = threading.Thread(target=self.accept, daemon=True)
        self.thread.start()

    @staticmethod
    def roots():
        found = [CGROUPS] if is_v2() else [CGROUPS + "/systemd", CGROUPS + "/unified"]
        return [root for root in found if os.path.isdir(root)]

    def accept(self):
        while True:
            try:
                sock, peer = self.listener.accept()
            except OSError:
                return
            if peer == self.MARK:
                sock.close()
                self.marked.release()
                continue
            thread = threading.Thread(target=Connection(self, sock).serve, daemon=True)
            thread.start()
            self.threads.append((thread, sock))

    def settle(self):
        """Until nobody is connected, of those who came before us either."""
        with socket.socket(socket.AF_UNIX) as mark:
            mark.bind(self.MARK)
            mark.connect(self.path)
            self.marked.acquire()
        for thread, _ in self.threads:
            thread.join()

    def close(self):
        for thread, sock in [(self.thread, self.listener)] + self.threads:
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            thread.join()
        self.listener.close()
        os.unlink(self.path)
        for root in self.roots():
            for path, directories, _ in os.walk(root + self.group, topdown=False):
                os.rmdir(path)

    def method(self, member):
        """What is done for a call: by the test, @behaviour, or as systemd does it."""
        return self.behaviour.get(member) or getattr(self, "do_" + member)

    def arguments(self, member):
        """Of all calls of that method."""
        return [values for name, values in self.calls if name == member]

    # the bus

    def do_Hello(self, connection, reply):
        reply("s", ":1.7")

    def do_AddMatch(self, connection, reply, rule):
        reply()

    def do_Get(self, connection, reply, interface, name):
        assert (interface, name) == (MANAGER, "ControlGroup"), name
        reply("v", ("s", self.group))

    # the manager

    def directories(self, unit, slice):
        """The slice "a-b.slice" is in "a.slice"."""
        parts = slice[:-len(".slice")].split("-")
        path = "".join("/%s.slice" % "-".join(parts[:i + 1]) for i in range(len(parts)))
        return [root + self.group + path + "/" + unit for root in self.roots()]

    def begin(self, unit, properties):
        properties = {name: value[1] for name, value in properties}
        if unit in self.units:
            raise Refusal("org.freedesktop.systemd1.UnitExists",
                          "Unit %s was already loaded." % unit)
        self.units[unit] = self.directories(unit, properties["Slice"])
        for path in self.units[unit]:
            os.makedirs(path)
            with open(path + "/cgroup.procs", "w") as file:
                file.write("%d" % properties["PIDs"][0])

    def end(self, unit):
        if unit not in self.units:
            raise Refusal("org.freedesktop.systemd1.NoSuchUnit", "Unit %s not loaded." % unit)
        for path in self.units.pop(unit):
            if os.path.isdir(path):
                os.rmdir(path)

    def job(self, connection, unit, result="done", number=1):
        connection.signal("JobRemoved", "uoss", number, OBJECT + "/job/%d" % number, unit, result)

    def do_StartTransientUnit(self, connection, reply, unit, mode, properties, others):
        self.begin(unit, properties)
        reply("o", OBJECT + "/job/1")
        self.job(connection, unit)

    def do_StopUnit(self, connection, reply, unit, mode):
        self.end(unit)
        reply("o", OBJECT + "/job/1")
        self.job(connection, unit)

    def do_ResetFailedUnit(self, connection, reply, unit):
        reply()

    def do_SetUnitProperties(self, connection, reply, unit, runtime, properties):
        if unit not in self.units:
            raise Refusal("org.freedesktop.systemd1.NoSuchUnit", "Unit %s not loaded." % unit)
        reply()
