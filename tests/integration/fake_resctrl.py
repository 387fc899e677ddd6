# SPDX-License-Identifier: LGPL-2.1-or-later
"""A resctrl for machines whose processor has none: a file system in this process that behaves as the
kernel's does (Documentation/filesystems/resctrl.rst). A directory that is made is a group with all
its files, one that is removed takes them along; schemata are checked, rounded and shown in the
kernel's way; a process is in one class, and in a monitoring group of that class only. What it does
not have is inheritance by fork.

It speaks FUSE on /dev/fuse, from a thread: the accesses come from other programs, and Python's own
let the thread run."""
import errno
import os
import stat
import struct
import threading

from harness import mount, umount

LOOKUP, FORGET, GETATTR, SETATTR, MKDIR, RMDIR, OPEN, READ, WRITE = 1, 2, 3, 4, 9, 11, 14, 15, 16
STATFS, RELEASE, FLUSH, INIT, OPENDIR, READDIR, RELEASEDIR = 17, 18, 25, 26, 27, 28, 29
DESTROY, BATCH_FORGET, INTERRUPT = 38, 42, 36
SILENT = (FORGET, BATCH_FORGET, INTERRUPT)
DIRECT_IO = 1
IN_HEADER = struct.Struct("=IIQQIIII")
READ_IN = struct.Struct("=QQIIQII")     # that of writing has the same size
BUFFER = 1 << 17

CACHES, WAYS = (0, 1), 11
MASK = (1 << WAYS) - 1


class Refused(Exception):
    def __init__(self, code, status="ok"):
        super().__init__(code)
        self.code, self.status = code, status


class Node:
    count = 0

    def __init__(self):
        Node.count += 1
        self.number = Node.count


class File(Node):
    def __init__(self, read, write=None):
        super().__init__()
        self.read, self.write = read, write


class Directory(Node):
    def __init__(self, make=None):
        super().__init__()
        self.entries, self.make = {}, make


def is_alive(pid):
    return os.path.exists("/proc/%d" % pid)


class Group(Directory):
    """A class of service, or with a @parent a monitoring group of it."""

    def __init__(self, tree, name, parent=None):
        super().__init__()
        self.tree, self.name, self.parent = tree, name, parent
        self.schemata = {"L3": {c: MASK for c in CACHES}, "MB": {c: 100 for c in CACHES}}
        self.entries["tasks"] = File(self.show_tasks, self.take_task)
        if parent is None:
            self.entries["schemata"] = File(self.show_schemata, self.take_schemata)
            if tree.monitoring:
                self.entries["mon_groups"] = Directory(self.make_monitor)

    def make_monitor(self, name):
        return Group(self.tree, name, self)

    def members(self):
        return [pid for pid, groups in self.tree.tasks.items() if self in groups and is_alive(pid)]

    def show_tasks(self):
        if self is not self.tree.root:
            return "".join("%d\n" % pid for pid in sorted(self.members()))
        # Where everybody else is.
        return "1\n" + "".join("%d\n" % pid for pid in sorted(self.members()))

    def take_task(self, text):
        pid = int(text)
        if pid < 0 or not is_alive(pid):
            raise Refused(errno.ESRCH)
        if self.parent is None:
            self.tree.tasks[pid] = [self]
        elif self.parent in self.tree.tasks.get(pid, ()):
            self.tree.tasks[pid] = [self.parent, self]
        else:
            raise Refused(errno.EINVAL, "Can't move task to different control group")
        self.tree.log.append(("tasks", self.path(), pid))

    def path(self):
        return "%s/mon_groups/%s" % (self.parent.name, self.name) if self.parent else self.name

    def show_schemata(self):
        return ("    MB:" + ";".join("%d=%4d" % item for item in self.schemata["MB"].items()) +
                "\n    L3:" + ";".join("%d=%03x" % item for item in self.schemata["L3"].items()) +
                "\n")

    def take_schemata(self, text):
        if not text.endswith("\n"):
            raise Refused(errno.EINVAL)
        new = {}
        for line in text[:-1].split("\n"):
            resource, colon, values = line.partition(":")
            resource = resource.strip()
            if not colon or resource not in self.schemata:
                raise Refused(errno.EINVAL, "Unknown or unsupported resource name '%s'" % resource)
            for assignment in values.split(";"):
                self.assign(new, resource, assignment)
        for (resource, domain), value in new.items():
            self.schemata[resource][domain] = value
        self.tree.log.append(("schemata", self.path(), text))

    def assign(self, new, resource, assignment):
        domain, equals, value = assignment.strip().partition("=")
        if not equals or int(domain) not in CACHES:
            raise Refused(errno.EINVAL, "Missing '=' or non-numeric domain")
        if (resource, int(domain)) in new:
            raise Refused(errno.EINVAL, "Duplicate domain %s" % domain)
        number = int(value, 16 if resource == "L3" else 10)
        if resource == "L3":
            if number == 0 or number > MASK or "01" in bin(number)[2:]:
                raise Refused(errno.EINVAL, "The mask %x has non-consecutive 1-bits" % number)
        elif number < 10 or number > 100:
            raise Refused(errno.EINVAL, "MB value %d out of range [10,100]" % number)
        else:
            number = -(-number // 10) * 10
        new[resource, int(domain)] = number


class FakeResctrl:
    """Mounted while it is entered. @classes: how many there can be besides that of the host."""

    def __init__(self, path, classes=8, monitoring=True):
        self.path, self.classes, self.monitoring = path, classes, monitoring
        self.tasks, self.log, self.status = {}, [], "ok"
        self.root = Group(self, "/")
        self.root.make = self.make_class
        info = self.root.entries["info"] = Directory()
        info.entries["last_cmd_status"] = File(lambda: self.status + "\n")
        self.nodes = {}

    def make_class(self, name):
        if sum(isinstance(node, Group) for node in self.root.entries.values()) >= self.classes:
            raise Refused(errno.ENOSPC, "Out of CLOSIDs")
        return Group(self, name)

    def __enter__(self):
        self.fd = os.open("/dev/fuse", os.O_RDWR | os.O_CLOEXEC)
        mount("resctrl", self.path, "fuse.resctrl", 0,
              "fd=%d,rootmode=40000,user_id=0,group_id=0,allow_other,default_permissions" % self.fd)
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_):
        umount(self.path)
        self.thread.join()
        os.close(self.fd)

    # the protocol

    def serve(self):
        while True:
            try:
                request = os.read(self.fd, BUFFER)
            except OSError as error:
                if error.errno in (errno.EINTR, errno.EAGAIN, errno.ENOENT):
                    continue
                return      # ENODEV: unmounted
            _, operation, unique, number = IN_HEADER.unpack_from(request)[:4]
            if operation in SILENT:
                continue
            code, answer = 0, b""
            try:
                answer = self.answer(operation, number, request[IN_HEADER.size:])
            except Refused as refused:
                code, self.status = refused.code, refused.status
            except ValueError:
                code = errno.EINVAL
            try:
                os.write(self.fd, struct.pack("=IiQ", 16 + len(answer), -code, unique) + answer)
            except OSError:
                pass    # whoever asked is gone

    def attributes(self, node):
        directory = isinstance(node, Directory)
        mode = stat.S_IFDIR | 0o755 if directory else stat.S_IFREG | (
            0o644 if node.write else 0o444)
        return struct.pack("=QQQQQQIIIIIIIIII", node.number, 0, 0, 0, 0, 0, 0, 0, 0, mode,
                           2 if directory else 1, 0, 0, 0, 4096, 0)

    def entry(self, node):
        self.nodes[node.number] = node
        return struct.pack("=QQQQII", node.number, 0, 0, 0, 0, 0) + self.attributes(node)

    def answer(self, operation, number, data):
        node = self.root if number == 1 else self.nodes.get(number)
        if operation == INIT:
            return struct.pack("=IIIIHHIIHHI28x", 7, 31, 65536, 0, 8, 8, 65536, 1, 0, 0, 0)
        if operation in (STATFS, DESTROY, FLUSH, RELEASE, RELEASEDIR):
            return struct.pack("=QQQQQIIII24x", 0, 0, 0, 0, 0, 4096, 255, 4096, 0) \
                if operation == STATFS else b""
        if operation in (GETATTR, SETATTR):
            return struct.pack("=QII", 0, 0, 0) + self.attributes(node)
        if operation in (OPEN, OPENDIR):
            return struct.pack("=QII", 0, DIRECT_IO if operation == OPEN else 0, 0)
        if operation == LOOKUP:
            return self.entry(self.find(node, data.rstrip(b"\0").decode()))
        if operation == MKDIR:
            return self.make(node, data[8:].rstrip(b"\0").decode())
        if operation == RMDIR:
            return self.remove(node, data.rstrip(b"\0").decode())
        if operation in (READ, READDIR):
            _, offset, size = READ_IN.unpack_from(data)[:3]
            if operation == READDIR:
                return self.list(node, offset, size)
            return node.read().encode()[offset:offset + size]
        if operation == WRITE:
            _, _, size = READ_IN.unpack_from(data)[:3]
            node.write(data[READ_IN.size:READ_IN.size + size].decode())
            self.status = "ok"
            return struct.pack("=II", size, 0)
        raise Refused(errno.ENOSYS)

    def find(self, node, name):
        if name not in node.entries:
            raise Refused(errno.ENOENT)
        return node.entries[name]

    def make(self, node, name):
        if not node.make:
            raise Refused(errno.EPERM)
        made = node.entries[name] = node.make(name)
        self.log.append(("mkdir", made.path()))
        return self.entry(made)

    def remove(self, node, name):
        gone = self.find(node, name)
        if not isinstance(gone, Group):
            raise Refused(errno.EPERM)
        for groups in self.tasks.values():
            if gone in groups:
                groups[groups.index(gone):] = []
        self.log.append(("rmdir", gone.path()))
        del node.entries[name]
        return b""

    def list(self, node, offset, size):
        answer, names = b"", list(node.entries)
        for index in range(offset, len(names)):
            name = names[index].encode()
            kind = 4 if isinstance(node.entries[names[index]], Directory) else 8
            entry = struct.pack("=QQII", node.entries[names[index]].number, index + 1, len(name),
                                kind) + name
            entry += b"\0" * (-len(entry) % 8)
            if len(answer) + len(entry) > size:
                break
            answer += entry
        return answer
