#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What goes wrong says why, in one line that names the member or the object, with exit status 1,
and leaves nothing. OPS-07, OPS-11, OPS-12, LCY-02, ERR-01."""
import errno
import json
import os
import re
import subprocess

import harness
from harness import REMOVE, TAG, Test, bind, minimal, mount, read, tmpfs, umount

TIME = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$"


class Bundles(Test):
    def test_no_bundle(self):
        path = os.path.join(self.directory, "none")
        self.fails('cannot open the bundle "%s": no such file or directory' % path,
                   "create", "--bundle", path, self.new_id())

    def test_no_config(self):
        bundle = self.bundle()
        os.unlink(os.path.join(bundle.path, "config.json"))
        self.create_fails('cannot read "{bundle}/config.json": no such file or directory', bundle)

    def test_config_is_a_directory(self):
        bundle = self.bundle()
        os.unlink(os.path.join(bundle.path, "config.json"))
        os.mkdir(os.path.join(bundle.path, "config.json"))
        self.create_fails('cannot read "{bundle}/config.json": is a directory', bundle)

    def test_no_root(self):
        self.create_fails('/root/path: cannot find "{bundle}/none": no such file or directory',
                          minimal(root__path="none"))

    def test_root_is_a_file(self):
        bundle = self.bundle(minimal(root__path="rootfs/bin/report"))
        self.create_fails('/root/path: "{bundle}/rootfs/bin/report": not a directory', bundle)


class Json(Test):
    def refused(self, text, message):
        bundle = self.bundle()
        bundle.save(text)
        self.create_fails("config.json:" + message, bundle)

    def no_json(self, text, place, message):
        self.refused(text, "%s: not valid JSON: %s" % (place, message))

    def test_not_json(self):
        self.no_json("this is not JSON\n", "1:1", "unexpected word")
        self.no_json('{\n  "ociVersion": "1.2.0",\n  oops\n}\n', "3:3", "unexpected character")
        self.no_json('{\n  "ociVersion": "1.2.0",\n}\n', "3:1", "expected a name in quotes")

    def test_empty(self):
        self.no_json(" ", "1:2", "the document ends too early")

    def test_cut_off(self):
        text = json.dumps(minimal())
        for length in (len(text) - 1, 40):
            self.no_json(text[:length], "1:%d" % (length + 1), "the document ends too early")

    def test_trailing_garbage(self):
        self.no_json(json.dumps(minimal()) + "\n{}", "2:1",
                     "something follows the end of the document")
        self.no_json(json.dumps(minimal()) + " x", "1:%d" % (len(json.dumps(minimal())) + 2),
                     "something follows the end of the document")

    def test_not_an_object(self):
        self.refused("[]", "1:1: expected an object, found an array")
        for text in ("3", '"x"', "null", "true"):
            with self.subTest(text):
                self.refused(text, "1:1: expected an object")

    def test_duplicate_members(self):
        self.refused('{"ociVersion": "1.2.0", "ociVersion": "1.2.0"}',
                     '1:1: "root" is missing; '
                     'config.json:1:25: /ociVersion: the member appears twice')
        self.refused('{"ociVersion": "1.2.0", "root": {"path": "a"}, "x": {"y": [{"z": 1, "z": 2}]}}',
                     '1:69: /x/y/0/z: the member appears twice')

    def test_duplicate_members_nested(self):
        self.refused('{"ociVersion": "1.2.0",\n"root": {"path": "a", "path": "b"}}',
                     '2:23: /root/path: the member appears twice')

    def test_too_deep(self):
        self.refused("[" * 100000, "1:1: expected an object, found an array; "
                     "config.json:1:65: not valid JSON: nested more than 64 levels deep")

    def test_invalid_utf8(self):
        bundle = self.bundle()
        with open(os.path.join(bundle.path, "config.json"), "wb") as file:
            file.write(b'{"ociVersion": "1.2.0\xff\xfe"}')
        self.create_fails("config.json:1:22: not valid JSON: the text is not valid UTF-8", bundle)

    def test_half_a_character(self):
        self.no_json('{"ociVersion": "1.2.0\\ud83d", "root": {"path": "r"}}', "1:22",
                     "the text is not valid UTF-8")

    def test_too_large(self):
        bundle = self.bundle()
        with open(os.path.join(bundle.path, "config.json"), "r+b") as file:
            file.truncate((64 << 20) + 1)
        self.create_fails('"{bundle}/config.json": larger than 64 MiB', bundle)


class Types(Test):
    """Fail closed: no wrong type is taken as absent."""

    def wrong(self, member, value, message, at=None):
        config = minimal()
        harness.change(config, member, value)
        bundle = self.bundle(config)
        pointer = "/" + (at or member).replace(".", "/")
        self.create_fails(bundle.at(pointer, message), bundle)

    def test_wrong_types(self):
        number = "expected a number from 0 to %s, found %s"
        for member, value, message in (
                ("process.user.uid", "1000", number % ("4294967294", 'the string "1000"')),
                ("process.user.uid", -1, number % ("4294967294", "-1")),
                ("process.user.uid", 4294967295, number % ("4294967294", "4294967295")),
                ("process.user.uid", 1.5, number % ("4294967294", "1.5")),
                ("process.user.gid", 1e3, number % ("4294967294", "1000.0")),
                ("process.user.gid", True, number % ("4294967294", "true")),
                ("process.user.gid", 1 << 64, number % ("4294967294", str(1 << 64))),
                ("process.user", [], "expected an object, found an array"),
                ("process.args", "x", 'expected an array of strings, found the string "x"'),
                ("process.args", {}, "expected an array of strings, found an object"),
                ("process.env", {}, "expected an array of strings, found an object"),
                ("process.env", "A=geheim", "expected an array of strings, found a string"),
                ("process.terminal", "false", 'expected true or false, found the string "false"'),
                ("process.terminal", 0, "expected true or false, found 0"),
                ("process.noNewPrivileges", 1, "expected true or false, found 1"),
                ("process.cwd", 1, "expected a string, found 1"),
                ("process", [], "expected an object, found an array"),
                ("root", "rootfs", 'expected an object, found the string "rootfs"'),
                ("root.readonly", "true", 'expected true or false, found the string "true"'),
                ("hostname", 1, "expected a string, found 1"),
                ("mounts", {}, "expected an array of objects, found an object"),
                ("linux.namespaces", {}, "expected an array of objects, found an object"),
                ("linux.maskedPaths", "x", 'expected an array of strings, found the string "x"'),
                ("linux.seccomp", [], "expected an object, found an array"),
                ("annotations", [], "expected an object, found an array")):
            with self.subTest(member, value=value):
                self.wrong(member, value, message)

    def test_null(self):
        for member in ("process.user.uid", "root.path", "linux.namespaces", "process.args"):
            with self.subTest(member):
                config = minimal()
                harness.change(config, member, None)
                result = self.run_container(config)
                self.assertEqual(result.code, 1, "null is no value: %s" % result)

    def test_wrong_elements(self):
        for member, value, index, message in (
                ("process.args", ["/bin/report", 7], "1", "expected a string, found 7"),
                ("process.env", ["A=b", None], "1", "expected a string, found null"),
                ("mounts", [7], "0", "expected an object, found 7"),
                ("process.user.additionalGids", [1, "2"], "1",
                 'expected a number from 0 to 4294967294, found the string "2"'),
                ("annotations", {"a": 1}, "a", "expected a string, found 1"),
                ("linux.namespaces", [{"type": "mounts"}], "0.type",
                 'unknown value "mounts", did you mean "mount"?'),
                ("linux.namespaces", [{"type": "mount"}, {"type": "nope"}], "1.type",
                 'unknown value "nope"'),
                ("process.rlimits", [{"type": "RLIMIT_NOFIL", "soft": 1, "hard": 1}], "0.type",
                 'unknown value "RLIMIT_NOFIL", did you mean "RLIMIT_NOFILE"?'),
                ("linux.seccomp", {"defaultAction": "SCMP_ACT_ALLOW",
                                   "architectures": ["SCMP_ARCH_X86", "SCMP_ARCH_VAX"]},
                 "architectures.1", 'unknown value "SCMP_ARCH_VAX"'),
                ("process.args", ["/bin/report", "a\0b"], "1", "a string with a NUL character")):
            with self.subTest(member):
                self.wrong(member, value, message, "%s.%s" % (member, index))
        self.wrong("process.cwd", "relative", 'expected an absolute path, found "relative"')

    def test_everything_at_once(self):
        bundle = self.bundle(minimal(process__user__uid="0", process__cwd="x", hostname="a",
                                     linux__rootfsPropagation="share"))
        self.create_fails("; ".join((
            bundle.at("/process/cwd", 'expected an absolute path, found "x"'),
            bundle.at("/process/user/uid",
                      'expected a number from 0 to 4294967294, found the string "0"'),
            bundle.at("/linux/rootfsPropagation",
                      'unknown value "share", did you mean "shared"?'),
            bundle.at("/hostname", "set without a uts namespace"))), bundle)

    def test_missing_members(self):
        for member, where, name in (("ociVersion", "", "ociVersion"), ("root", "", "root"),
                                    ("process.cwd", "/process", "cwd"),
                                    ("process.args", "/process", "args"),
                                    ("root.path", "/root", "path")):
            with self.subTest(member):
                config = minimal()
                harness.change(config, member, REMOVE)
                bundle = self.bundle(config)
                self.create_fails("config.json:%s: %s\"%s\" is missing" % (
                    harness.place(bundle.text, where), where and where + ": ", name), bundle)

    def test_empty_args(self):
        self.wrong("process.args", [], "must have at least one element")


class Rules(Test):
    """Rules that span members."""

    def refused(self, message, **changes):
        bundle = self.bundle(minimal(**changes))
        self.create_fails(bundle.at(*message.split(": ", 1)), bundle)

    def test_version(self):
        for version in ("2.0.0", "0.9.0"):
            self.refused("/ociVersion: version %s of the standard is not supported, only 1.x"
                         % version, ociVersion=version)
        for version in ("", "1", "1.0", "v1.0.0", "1.0.0.0", "01.0.0", "1.0.x"):
            with self.subTest(version):
                self.refused('/ociVersion: "%s" is not a version by SemVer 2.0.0' % version,
                             ociVersion=version)

    def test_newer_minor_version(self):
        self.assertEqual(self.run_container(minimal("exit", "0", ociVersion="1.99.0")).code, 0)

    def test_duplicate_namespaces(self):
        self.refused('/linux/namespaces/2/type: the namespace "pid" is listed twice',
                     linux__namespaces=[{"type": "mount"}, {"type": "pid"}, {"type": "pid"}])

    def test_duplicate_rlimits(self):
        limit = {"type": "RLIMIT_NOFILE", "soft": 10, "hard": 10}
        self.refused("/process/rlimits/1/type: the limit is set twice",
                     process__rlimits=[limit, limit])

    def test_soft_limit_above_the_hard_one(self):
        self.refused("/process/rlimits/0/soft: larger than the hard limit",
                     process__rlimits=[{"type": "RLIMIT_NOFILE", "soft": 11, "hard": 10}])

    def test_hostname_without_uts_namespace(self):
        self.refused("/hostname: set without a uts namespace", hostname="x")
        self.refused("/domainname: set without a uts namespace", domainname="x")

    def test_device_without_numbers(self):
        self.refused("/linux/devices/0: major and minor are missing",
                     linux__devices=[{"path": "/dev/x", "type": "c"}])

    def test_seccomp_errno_without_an_action_that_has_one(self):
        self.refused("/linux/seccomp/defaultErrnoRet: the default action carries no errno",
                     linux__seccomp={"defaultAction": "SCMP_ACT_ALLOW", "defaultErrnoRet": 1})


class Ids(Test):
    def test_invalid(self):
        wrong = 'invalid container ID "%s": only letters, digits and _ + - . are allowed, and it ' \
                'begins with a letter, a digit, _ or +'
        for id in (".", "..", "a/b", "/a", "../a", "a b", "a\tb", "-a", ".a", "a:b", "a@b", "ä",
                   "a\\b", "a*b", "$a", "a;b", "a'b", '%s%n'):
            with self.subTest(id):
                bundle = self.bundle()
                self.fails(wrong % id, "create", "--bundle", bundle.path, "--", id)
                self.fails(wrong % id, "run", "--bundle", bundle.path, "--", id)
                for command in ("start", "state", "kill", "delete"):
                    self.fails(wrong % id, command, "--", id)
                self.fails(wrong % id, "delete", "--force", "--", id)

    def test_empty(self):
        bundle = self.bundle()
        self.fails("container ID must not be empty", "create", "--bundle", bundle.path, "")
        self.fails("container ID must not be empty", "delete", "--force", "")

    def test_long(self):
        bundle = self.bundle()
        for length in (256, 1025, 5000):
            self.fails("invalid container ID: it has %d characters, 255 are allowed" % length,
                       "create", "--bundle", bundle.path, "x" * length)

    def test_as_long_as_a_file_name(self):
        id = (TAG + "-" + "x" * 255)[:255]
        self.ids.append(id)
        self.works("create", "--bundle", self.bundle(minimal("exit", "0")).path, id)
        self.works("start", id)

    def test_unusual(self):
        for mark in ("_", "+", "9", "A"):
            id = mark + TAG + "a-b.c_d+E.."
            self.ids.append(id)
            self.works("create", "--bundle", self.bundle(minimal("exit", "0")).path, id)

    def test_a_newline_makes_no_second_line(self):
        result = self.ocirun("state", "a\nb")
        self.assertEqual(result.code, 1)
        self.assertEqual(result.err.count("\n"), 1, result)


class Mounts(Test):
    def test_source_missing(self):
        self.create_fails('/mounts/0: open_tree "{bundle}/none": no such file or directory',
                          minimal(mounts=[bind("none", "/x")]))

    def test_unknown_file_system(self):
        self.create_fails('/mounts/0: fsopen "nopefs": no such device',
                          minimal(mounts=[{"destination": "/x", "type": "nopefs", "source": "x"}]))

    def test_unknown_option(self):
        self.create_fails('/mounts/0: mount option "nope": invalid argument',
                          minimal(mounts=[tmpfs("/tmp", "nope")]))
        self.create_fails('/mounts/0: mount option "size=nope": invalid argument',
                          minimal(mounts=[tmpfs("/tmp", "size=nope")]))

    def test_bind_without_source(self):
        bundle = self.bundle(minimal(mounts=[{"destination": "/x", "options": ["bind"]}]))
        self.create_fails(bundle.at("/mounts/0", "a bind mount without a source"), bundle)

    def test_no_type(self):
        bundle = self.bundle(minimal(mounts=[{"destination": "/x", "source": "x"}]))
        self.create_fails(bundle.at("/mounts/0", 'neither a type nor the option "bind"'), bundle)

    def test_kinds_that_do_not_match(self):
        """A directory over a file, and the other way round. The kernel's words for it."""
        bundle = self.bundle(minimal(mounts=[bind("/proc", "/file")]))
        bundle.file("file")
        self.create_fails('/mounts/0: mount on "/file": invalid argument', bundle)
        self.create_fails('/mounts/0: mount on "/bin": invalid argument',
                          minimal(mounts=[bind("/bin/sh", "/bin")]))


class Namespaces(Test):
    def test_path_missing(self):
        config = minimal()
        config["linux"]["namespaces"].append({"type": "network", "path": "/none"})
        result = self.ocirun("create", "--bundle", self.bundle(config).path, self.new_id())
        self.assertEqual(result.code, 1)
        self.assertRegex(result.err, r"^ocirun: config\.json:\d+:\d+: /linux/namespaces/2/path: open network namespace "
                         r"/none: no such file or directory\n$")

    def test_path_of_another_type(self):
        config = minimal()
        config["linux"]["namespaces"].append({"type": "network", "path": "/proc/self/ns/uts"})
        result = self.ocirun("create", "--bundle", self.bundle(config).path, self.new_id())
        self.assertEqual(result.code, 1)
        self.assertRegex(result.err, r'^ocirun: config\.json:\d+:\d+: /linux/namespaces/2/path: "/proc/self/ns/uts" '
                         r"is not a namespace of that type\n$")

    def test_path_of_no_namespace(self):
        """A FIFO that nobody writes to must not hold it up."""
        fifo = os.path.join(self.bundle().path, "fifo")
        os.mkfifo(fifo)
        for path in ("/etc/passwd", fifo):
            config = minimal()
            config["linux"]["namespaces"].append({"type": "network", "path": path})
            result = self.ocirun("create", "--bundle", self.bundle(config).path, self.new_id())
            self.assertEqual(result.code, 1)
            self.assertRegex(result.err, r'^ocirun: config\.json:\d+:\d+: /linux/namespaces/2/path: '
                             r'"%s" is not a namespace of that type\n$' % re.escape(path))


class Cgroups(Test):
    FILE = "/cgroup.procs" if harness.is_v2() else "/tasks"

    def groups(self, path):
        return [hierarchy + path for hierarchy in harness.hierarchies()]

    def refused(self, config, pattern):
        """Returns the line. No container, no state directory."""
        id = self.new_id()
        result = self.ocirun("create", "--bundle", self.bundle(config).path, id)
        self.assertEqual(result.code, 1)
        self.assertRegex(result.err, r"^ocirun: config\.json:\d+:\d+: %s\n$" % pattern)
        self.assertEqual(self.before.leaks(), [], "traces of a command that failed")

    def test_paths_that_name_no_group(self):
        for path in ("/", ".", "..", "/..", "../x", "/x/../../y", "//"):
            with self.subTest(path):
                self.create_fails('/linux/cgroupsPath: "%s" does not name a cgroup' % path,
                                  minimal(linux__cgroupsPath=path))

    def test_path_is_a_file(self):
        self.refused(minimal(linux__cgroupsPath=self.FILE),
                     r"/linux/cgroupsPath: make cgroup %s in /sys/fs/cgroup[^\n]*: "
                     "not a directory" % self.FILE)

    def test_parent_is_a_file(self):
        path = "%s/%s" % (self.FILE, TAG)
        step = 'enable cgroup controllers, "" required, above /sys/fs/cgroup%s' if harness.is_v2() else \
            r"make cgroup %s in /sys/fs/cgroup/[^\n]*"
        self.refused(minimal(linux__cgroupsPath=path),
                     "/linux/cgroupsPath: %s: not a directory" % step % path)

    def test_path_too_long(self):
        self.refused(minimal(linux__cgroupsPath="/%s" % TAG + "/x" * 3000),
                     r"/linux/cgroupsPath: [^\n]*: file name too long")

    def test_newline_in_the_path(self):
        """The kernel refuses it, and it makes no second line."""
        self.refused(minimal(linux__cgroupsPath="/%s\nx" % TAG), r"/linux/cgroupsPath: [^\n]+")

    def test_value_refused(self):
        file = "cpu.max" if harness.is_v2() else "cpu.cfs_quota_us"
        self.refused(minimal(linux__resources={"cpu": {"shares": 1024, "quota": 1}}),
                     r'/linux/resources/cpu/quota: write "1" to %s: invalid argument' % file)

    def test_processor_refused(self):
        harness.skip_unless(harness.has_controller("cpuset"), "no cpuset controller")
        self.refused(minimal(linux__resources={"cpu": {"shares": 1024, "cpus": "999"}}),
                     r"/linux/resources/cpu/cpus: write \"999\" to cpuset\.cpus: [^\n]+")

    def test_memory_limit_too_small_for_init(self):
        """From 64 KiB on: either it runs, or it is said what was too small, and nothing is left."""
        ran = 0
        for limit in [64 << 10 << i for i in range(8)]:
            config = minimal("exit", "0", linux__resources={"memory": {"limit": limit}})
            bundle, id = self.bundle(config), self.new_id()
            result = self.ocirun("run", "--bundle", bundle.path, id)
            if result.code == 1:
                self.assertRegex(result.err, r"^ocirun: (init was killed by signal 9 before the "
                                 "container was ready|cannot execute init: [^\n:]+): memory limit "
                                 r"%d bytes, peak \d+, out-of-memory kills \d+\n$" % limit)
            else:
                self.assertIn(result.code, (0, 137), result)    # killed is the program itself
                ran += result.code == 0
            self.assertEqual(self.before.leaks(), [], limit)
        self.assertGreater(ran, 0)
        config["linux"]["resources"]["memory"]["limit"] = 4096
        result = self.ocirun("create", "--bundle", self.bundle(config).path, id)
        self.assertEqual(result.code, 1)
        self.assertRegex(result.err, "memory limit 4096 bytes, peak ")

    def test_a_program_with_half_a_megabyte(self):
        self.prints("uid=0", minimal("uid", linux__resources={"memory": {"limit": 512 << 10}}))

    def test_group_of_another_container_leaves_that_one_alone(self):
        config = minimal("sleep", linux__cgroupsPath="/%s-same" % TAG)
        first = self.create(config)
        pid = self.state(first)["pid"]
        id = self.new_id()
        result = self.ocirun("create", "--bundle", self.bundle(config).path, id)
        self.assertEqual(result.code, 1)
        self.assertRegex(result.err, r"^ocirun: config\.json:\d+:\d+: /linux/cgroupsPath: [^\n]+: device or resource "
                         r"busy\n$")
        self.assertEqual(self.state(first)["status"], "created",
                         "a create that failed killed another container")
        os.kill(pid, 0)
        self.works("start", first)

    def test_group_of_somebody_else_leaves_its_processes_alone(self):
        """A process of the host's is in two of the v1 hierarchies, or in that of v2; none may be
        hurt, and no group that was there before may go."""
        path = "/%s-foreign" % TAG
        groups = self.groups(path)
        for group in groups:
            os.mkdir(group)
        victim = subprocess.Popen(["/bin/cat"], stdin=subprocess.PIPE)
        try:
            for group in groups:
                if os.path.dirname(group) == harness.CGROUPS or \
                        os.path.basename(os.path.dirname(group)) in ("pids", "freezer"):
                    harness.write(group + "/cgroup.procs", str(victim.pid))
            id = self.new_id()
            result = self.ocirun("create", "--bundle", self.bundle(
                minimal("sleep", linux__cgroupsPath=path)).path, id)
            self.assertEqual(result.code, 1)
            with self.subTest("its processes"):
                self.assertIsNone(victim.poll(), "a create that failed killed a foreign process")
            with self.subTest("its groups"):
                self.assertEqual([g for g in groups if not os.path.isdir(g)], [],
                                 "a create that failed removed foreign groups")
        finally:
            victim.kill()
            victim.wait()
            victim.stdin.close()
            for group in groups:
                if os.path.isdir(group):
                    os.rmdir(group)

    def test_crashed_create_leaves_a_foreign_group_alone(self):
        """The record says what may exist before anything was looked at: killed at its first mkdir
        in a hierarchy, `delete --force` may not remove what was there before."""
        path = "/%s-kept" % TAG
        groups = self.groups(path)
        for group in groups:
            os.mkdir(group)
        try:
            id = self.new_id()
            # Where there is no mkdir(2) the first mkdirat(2) is that of the state.
            call, when = ("mkdir", 1) if os.uname().machine == "x86_64" else ("mkdirat", 2)
            strace = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}", "-e",
                      f"inject={call}:signal=SIGKILL:when={when}"]
            self.ocirun("create", "--bundle", self.bundle(
                minimal("sleep", linux__cgroupsPath=path)).path, id, prefix=strace)
            self.works("delete", "--force", id)
            self.assertEqual([g for g in groups if not os.path.isdir(g)], [])
        finally:
            for group in groups:
                if os.path.isdir(group):
                    os.rmdir(group)


class StateRoot(Test):
    def test_is_a_file(self):
        path = os.path.join(self.directory, "file")
        harness.write(path, "")
        self.fails('cannot open the state root "%s": not a directory' % path,
                   "create", "--bundle", self.bundle().path, "x", root=path)

    def test_full(self):
        """Whichever write finds no room, nothing stays."""
        path = os.path.join(self.directory, "small")
        os.mkdir(path)
        bundle = self.bundle(minimal(annotations={"a": "b" * 20000}))
        for inodes in range(2, 7):
            harness.mount("tmpfs", path, "tmpfs", 0, "size=16k,nr_inodes=%d" % inodes)
            try:
                with self.subTest(inodes=inodes):
                    result = self.ocirun("create", "--bundle", bundle.path, self.new_id(),
                                         root=path)
                    self.assertEqual(result.code, 1)
                    self.assertRegex(result.err, r'^ocirun: [^\n]*%s[^\n]*: no space left on '
                                     r'device\n$' % path)
                    self.assertEqual(harness.files(path), set())
                    self.assertEqual(harness.cgroups(), set())
                    self.assertEqual(harness.children(), set())
            finally:
                harness.umount(path)

    def test_read_only(self):
        path = os.path.join(self.directory, "readonly")
        os.mkdir(path)
        harness.mount("tmpfs", path, "tmpfs", 1)
        id = self.new_id()
        try:
            self.fails('cannot make the directory "%s/%s": read-only file system' % (path, id),
                       "create", "--bundle", self.bundle().path, id, root=path)
        finally:
            harness.umount(path)

    def test_damaged_record(self):
        id = self.create()
        pid = self.state(id)["pid"]
        path = os.path.join(Test.root, id, "state.json")
        good = read(path)
        for text in ("", "{", "[]", "garbage", "{}"):
            with self.subTest(text):
                harness.write(path, text)
                for args in (("state", id), ("list",), ("kill", id), ("start", id)):
                    result = self.ocirun(*args)
                    if args[0] == "list":
                        continue
                    self.assertEqual(result.code, 1)
                    self.assertRegex(result.err, r"^ocirun: [^\n]*state\.json[^\n]*\n$")
        harness.write(path, good)

    def test_pid_file_that_cannot_be_written(self):
        path = os.path.join(self.directory, "none", "pid")
        self.create_fails('cannot write the pid file "%s": no such file or directory' % path,
                          minimal(), "--pid-file", path)

    def test_pid_file_that_was_there_stays(self):
        """There is no room for a new one beside it."""
        directory = os.path.join(self.directory, "full")
        os.makedirs(directory)
        mount("tmpfs", directory, "tmpfs", 0, "nr_inodes=2")
        path = os.path.join(directory, "pid")
        harness.write(path, "4")
        self.create_fails('cannot write the pid file "%s": no space left on device' % path,
                          minimal(), "--pid-file", path)
        self.assertEqual(read(path), "4")
        umount(directory)


class Log(Test):
    def log(self, *args, format="json", code=1):
        path = os.path.join(self.directory, "log")
        if os.path.exists(path):
            os.unlink(path)
        result = self.ocirun(*args, globals=["--log", path, "--log-format", format])
        self.assertEqual(result.code, code, result)
        return result, read(path)

    MORE = {"code", "errno", "stage", "where", "syscall", "hint"}

    def check_object(self, result, text):
        self.assertEqual(text.count("\n"), 1)
        entry = json.loads(text)
        self.assertEqual(list(entry)[:3], ["level", "msg", "time"])
        self.assertEqual(set(entry) - {"level", "msg", "time"} - self.MORE, set())
        self.assertEqual(entry["level"], "error")
        self.assertRegex(entry["time"], TIME)
        self.assertEqual(result.err, "ocirun: %s\n" % entry["msg"])
        return entry

    def more(self, *args):
        """What is said beside the message."""
        result, text = self.log(*args)
        entry = self.check_object(result, text)
        if "code" in entry:
            self.assertEqual(entry.pop("code"), getattr(errno, entry["errno"]))
        return {name: entry[name] for name in self.MORE & set(entry)}

    def more_of(self, config, **more):
        bundle = config if isinstance(config, harness.Bundle) else self.bundle(config)
        return self.more("create", "--bundle", bundle.path, self.new_id())

    def test_more_of_the_command_line(self):
        self.assertEqual(self.more("none"), {})
        self.assertEqual(self.more("state", "none"), {"errno": "ENOENT"})
        self.assertEqual(self.more("create", "--bundle", "/none", self.new_id()),
                         {"errno": "ENOENT", "stage": "read", "where": "/none"})
        self.assertEqual(self.more("create", "an id"), {"errno": "EINVAL", "stage": "options"})

    def test_more_of_a_config(self):
        self.assertEqual(self.more_of(minimal(process__user={"uid": "0", "gid": 0})),
                         {"errno": "EINVAL", "stage": "check", "where": "/process/user/uid"})
        self.assertEqual(
            self.more_of(minimal(linux__namespaces=[{"type": "net"}])),
            {"errno": "EINVAL", "stage": "check", "where": "/linux/namespaces/0/type",
             "hint": 'did you mean "network"?'})
        self.assertEqual(self.more_of(minimal(linux__cgroupsPath="/a/../../b")),
                         {"errno": "EINVAL", "stage": "plan", "where": "/linux/cgroupsPath"})

    def test_more_of_an_operation(self):
        self.assertEqual(self.more_of(minimal(mounts=[tmpfs("/mnt", "size=much")])),
                         {"errno": "EINVAL", "stage": "init", "where": "/mounts/0",
                          "syscall": "fsconfig"})
        self.assertEqual(self.more_of(minimal(process__args=["/missing"])),
                         {"errno": "ENOENT", "stage": "init", "where": "/process/args/0"})
        self.assertEqual(
            self.more_of(minimal(linux__namespaces=[{"type": "mount"}, {"type": "pid"},
                                                    {"type": "ipc", "path": "/proc/none"}])),
            {"errno": "ENOENT", "stage": "host", "where": "/linux/namespaces/2/path"})

    def test_more_of_a_hook(self):
        config = minimal(hooks={"createRuntime": [{"path": "/bin/false", "args": ["false"]}]})
        self.assertEqual(self.more_of(config), {"errno": "ECANCELED", "stage": "hook",
                                                "where": "/hooks/createRuntime/0"})

    def test_more_of_start_and_exec(self):
        bundle = self.bundle(minimal("sleep"))
        id = self.create(bundle)
        os.unlink(os.path.join(bundle.rootfs, "bin/report"))
        self.assertEqual(self.more("start", id), {"errno": "ENOENT", "stage": "init",
                                                  "where": "/process/args/0", "syscall": "execve"})
        result, text = self.log("exec", "none", "x", code=255)
        self.assertEqual(self.check_object(result, text)["stage"], "state")

    def error_fd(self, *args, code=1, globals=()):
        read_end, write_end = os.pipe()
        result = self.ocirun(*args, globals=[*globals, "--error-fd", str(write_end)],
                             pass_fds=[write_end])
        os.close(write_end)
        with open(read_end) as file:
            text = file.read()
        self.assertEqual(result.code, code, result)
        return result, text

    def test_error_fd(self):
        missing = self.bundle(minimal(process__args=["/none"])).path
        for args in (("state", "none"), ("create", "--bundle", missing, self.new_id()), ("none",),
                     ("create", "--bundle", "/none", self.new_id()), ("state",)):
            with self.subTest(args):
                self.check_object(*self.error_fd(*args))

    def test_error_fd_has_what_the_log_has(self):
        path = os.path.join(self.directory, "log")
        result, text = self.error_fd("create", "--bundle", "/none", self.new_id(),
                                     globals=["--log", path, "--log-format", "json"])
        self.assertEqual(dict(json.loads(text), time=0), dict(json.loads(read(path)), time=0))

    def test_error_fd_says_nothing_on_success(self):
        bundle = self.bundle(minimal("exit", "3"))
        self.assertEqual(self.error_fd("list", code=0)[1], "")
        self.assertEqual(self.error_fd("run", "--bundle", bundle.path, self.new_id(), code=3)[1], "")

    def test_error_fd_is_not_the_containers(self):
        bundle = self.bundle(minimal("fd"))
        result, text = self.error_fd("run", "--bundle", bundle.path, self.new_id(), code=0)
        self.assertEqual([name for name in result.facts() if re.match(r"fd\.\d", name)],
                         ["fd.0", "fd.1", "fd.2"])

    def test_error_fd_that_nobody_reads(self):
        read_end, write_end = os.pipe()
        os.close(read_end)
        result = self.ocirun("state", "none", globals=["--error-fd", str(write_end)],
                             pass_fds=[write_end])
        os.close(write_end)
        self.assertEqual((result.code, result.err.count("\n")), (1, 1), result)

    def test_wrong_error_fds(self):
        self.fails("--error-fd 99: file descriptor 99 is not open", "list",
                   globals=["--error-fd", "99"])
        for number in ("", "x", "-1", "3x", "99999999"):
            self.fails("--error-fd takes the number of a file descriptor", "list",
                       globals=["--error-fd=" + number])

    def test_one_object(self):
        missing = self.bundle(minimal(process__args=["/none"])).path
        for args in (("state", "none"), ("create", "--bundle", missing, self.new_id()),
                     ("create", "--bundle", "/none", self.new_id()), ("none",), ("state",),
                     ("list", "--none"), ("kill", "x", "NOPE"), ("state", 'quotes"and\\more')):
            with self.subTest(args):
                self.check_object(*self.log(*args))

    def test_one_object_with_warnings(self):
        """Warnings are not said when there is an error."""
        config = minimal(process__args=["/none"])
        config["process"]["capabilities"] = {"bounding": ["CAP_NOPE"]}
        self.check_object(*self.log("create", "--bundle", self.bundle(config).path, self.new_id()))

    def test_bytes_that_are_no_text(self):
        path = os.path.join(self.directory, "log")
        for id in (b"a\xffb", b"\xc3", b"a\x01b", b"a\x7fb"):
            if os.path.exists(path):
                os.unlink(path)
            subprocess.run([harness.OCIRUN, "--log", path, "--log-format", "json", "state", id],
                           stderr=subprocess.DEVNULL, check=False)
            with self.subTest(id), open(path, "rb") as file:
                json.loads(file.read().decode("utf-8"))

    def test_a_long_message(self):
        """Cut, but still an object."""
        result, text = self.log("state", "\x01" * 1000)
        self.assertEqual(sorted(json.loads(text)), ["code", "errno", "level", "msg", "time"])

    def test_exists_when_nothing_went_wrong(self):
        result, text = self.log("list", code=0)
        self.assertEqual((result.err, text), ("", ""))

    def test_warnings_go_to_the_log(self):
        config = minimal("exit", "0")
        config["process"]["capabilities"] = {"bounding": ["CAP_NOPE"]}
        id = self.new_id()
        result, text = self.log("create", "--bundle", self.bundle(config).path, id, code=0)
        self.assertEqual(result.err, "")
        entry = json.loads(text)
        self.assertEqual((entry["level"], entry["msg"]),
                         ("warning", "/process/capabilities/bounding: CAP_NOPE cannot be granted: "
                          "it is unknown"))

    def test_text(self):
        result, text = self.log("state", "none", format="text")
        message = result.err[len("ocirun: "):-1].replace('"', '\\"')
        self.assertRegex(text, r'^time="[^"]+" level=error msg="[^\n]*"\n$|'
                         r'^level=error msg="[^\n]*" time="[^"]+"\n$')
        self.assertIn('msg="%s"' % message, text)

    def test_appends(self):
        path = os.path.join(self.directory, "log")
        for _ in range(2):
            self.ocirun("state", "none", globals=["--log", path, "--log-format=json"])
        self.assertEqual(len(read(path).splitlines()), 2)

    def test_wrong_options(self):
        self.fails('unknown log format "xml", expected text or json', "list",
                   globals=["--log-format", "xml"])
        path = os.path.join(self.directory, "none", "log")
        self.fails('cannot open the log "%s": No such file or directory' % path, "list",
                   globals=["--log", path])


if __name__ == "__main__":
    harness.main()
