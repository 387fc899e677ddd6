#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the kernel makes of our filters: what each action, condition and flag does to the program,
and that a filter which allows nothing but execve(2) and the end lets the program start.

getppid(2) and getuid(2) look at no argument, so that any can be tried with them."""
import glob
import itertools
import json
import os
import re
import select
import signal
import struct
import unittest

import harness
from harness import PROC, Test, minimal, skip_unless

MARK = 3999                     # an errno that no system call has
DENIED = "errno:%d" % MARK
SIGSYS = 128 + 31


def profile(default, *rules, **more):
    return dict({"defaultAction": "SCMP_ACT_" + default, "syscalls": list(rules)}, **more)


def rule(action, *names, args=(), **more):
    return dict({"names": list(names), "action": "SCMP_ACT_" + action, "args": list(args)}, **more)


def arg(index, op, value, two=0):
    return {"index": index, "op": "SCMP_CMP_" + op, "value": value, "valueTwo": two}


class Filter(Test):
    def config(self, seccomp, *args, **changes):
        return minimal(*args, linux__seccomp=seccomp, **changes)

    def outcome(self, seccomp, *args, **changes):
        """The exit status and what was printed."""
        result = self.run_container(self.config(seccomp, *args, **changes))
        self.assertEqual(result.err, "", result)
        return result.code, result.out.split()

    def calls(self, seccomp, *calls, verb="syscall"):
        """What each call, a list of words, has given, all made by one process."""
        words = list(itertools.chain(*(["+"] + [str(word) for word in call] for call in calls)))[1:]
        return [line.split("=")[1] for line in self.outcome(seccomp, verb, *words)[1]]


class Actions(Filter):
    CALL = ("syscall", "mkdirat", "-100", "s:/made", "0700")

    def test_of_a_rule(self):
        for action, more, want in (
                ("ALLOW", {}, (0, ["syscall=0"])),
                ("LOG", {}, (0, ["syscall=0"])),
                ("ERRNO", {}, (1, ["syscall=EPERM"])),
                ("ERRNO", {"errnoRet": 28}, (1, ["syscall=ENOSPC"])),
                ("ERRNO", {"errnoRet": 4095}, (1, ["syscall=errno:4095"])),
                ("ERRNO", {"errnoRet": 0}, (0, ["syscall=0"])),
                ("TRACE", {}, (1, ["syscall=ENOSYS"])),     # nobody traces
                ("TRACE", {"errnoRet": 28}, (1, ["syscall=ENOSYS"])),
                ("TRAP", {}, (1, ["syscall=SIGSYS"])),
                ("KILL", {}, (SIGSYS, [])),
                ("KILL_THREAD", {}, (SIGSYS, [])),
                ("KILL_PROCESS", {}, (SIGSYS, []))):
            with self.subTest(action, **more):
                other = "LOG" if action == "ALLOW" else "ALLOW"
                bundle = self.bundle(self.config(
                    profile(other, rule(action, "mkdirat", **more)), *self.CALL))
                result = self.run_container(bundle)
                self.assertEqual((result.code, result.out.split()), want, result)
                self.assertEqual(os.path.exists(os.path.join(bundle.rootfs, "made")),
                                 action in ("ALLOW", "LOG"))

    def test_of_one_thread_of_many(self):
        for action, want in (("KILL_THREAD", (0, ["thread=ended", "thread=0"])),
                             ("KILL", (0, ["thread=ended", "thread=0"])),
                             ("KILL_PROCESS", (SIGSYS, [])),
                             ("TRAP", (1, ["thread=SIGSYS", "thread=0"]))):
            with self.subTest(action):
                self.assertEqual(self.outcome(profile("ALLOW", rule(action, "getppid")), "thread",
                                              "getppid", "+", "getuid"), want)

    def test_by_default(self):
        """Everything that the program needs is allowed, and what it tries is not named."""
        needed = harness.engine_default()["linux"]["seccomp"]["syscalls"][0]["names"]
        names = [name for name in needed if name != "mkdirat"]
        for action, more, want in (
                ("LOG", {}, (0, ["syscall=0"])),
                ("ERRNO", {}, (1, ["syscall=EPERM"])),
                ("ERRNO", {"defaultErrnoRet": 28}, (1, ["syscall=ENOSPC"])),
                ("TRACE", {"defaultErrnoRet": 28}, (1, ["syscall=ENOSYS"])),
                ("TRAP", {}, (1, ["syscall=SIGSYS"])),
                ("KILL", {}, (SIGSYS, [])),
                ("KILL_THREAD", {}, (SIGSYS, [])),
                ("KILL_PROCESS", {}, (SIGSYS, []))):
            with self.subTest(action, **more):
                self.assertEqual(self.outcome(profile(action, rule("ALLOW", *names), **more),
                                              *self.CALL), want)

    def test_newer_than_the_profile(self):
        """ENOSYS for a number beyond all that are named, if by refusing alone."""
        skip_unless(os.uname().machine == "x86_64", "numbers of x86_64")
        names = harness.engine_default()["linux"]["seccomp"]["syscalls"][0]["names"]
        seccomp = profile("ERRNO", rule("ALLOW", *names), defaultErrnoRet=MARK)
        self.assertEqual(self.calls(seccomp, ("1000",), ("mount",)), ["ENOSYS", DENIED])
        self.assertIn("file_setattr", names)
        names.remove("file_setattr")
        seccomp = profile("ERRNO", rule("ALLOW", *names), rule("ERRNO", "file_setattr"),
                          defaultErrnoRet=1)
        self.assertEqual(self.calls(seccomp, ("469",), ("470",)), ["EPERM", "ENOSYS"])

    def test_the_first_that_holds(self):
        seccomp = profile(
            "ALLOW", rule("ERRNO", "getppid", args=[arg(0, "EQ", 1)], errnoRet=28),
            rule("TRAP", "getppid", args=[arg(0, "LE", 1)]), rule("ERRNO", "getuid", errnoRet=38),
            rule("TRAP", "getuid"))
        self.assertEqual(self.calls(seccomp, ("getppid", 1), ("getppid", 0), ("getppid", 2),
                                    ("getuid",)), ["ENOSPC", "SIGSYS", "0", "ENOSYS"])


HOLDS = {
    "NE": lambda argument, value, two: argument != value,
    "LT": lambda argument, value, two: argument < value,
    "LE": lambda argument, value, two: argument <= value,
    "EQ": lambda argument, value, two: argument == value,
    "GE": lambda argument, value, two: argument >= value,
    "GT": lambda argument, value, two: argument > value,
    "MASKED_EQ": lambda argument, value, two: argument & value == two & value,
}


class Conditions(Filter):
    def tried(self, *values):
        """What a comparison with any of @values can be wrong about."""
        found = set()
        for value in values:
            for base in (value, value << 32, value >> 32, value ^ 1 << 63, value ^ 1 << 31):
                found.update((base + more) % 2 ** 64 for more in (-1, 0, 1))
        return sorted(found)

    def test_each_operator(self):
        for op, value, two in itertools.chain(
                itertools.product(HOLDS, (0, 5, 0xdeadbeef, 0x123456789, 2 ** 63), (0,)),
                [("MASKED_EQ", 0xff00000000000010, 0x1200000000000010),
                 ("MASKED_EQ", 0xffffffff00000000, 0), ("MASKED_EQ", 0xf0, 0xff)]):
            with self.subTest(op, value=value, two=two):
                seccomp = profile("ALLOW", rule("ERRNO", "getppid", errnoRet=MARK,
                                                args=[arg(2, op, value, two)]))
                tried = self.tried(value, two)
                self.assertEqual(
                    self.calls(seccomp, *(("getppid", 0, 0, hex(t)) for t in tried)),
                    [DENIED if HOLDS[op](t, value, two) else "0" for t in tried])

    def test_of_every_argument(self):
        conditions = [(0, "EQ", 7, 0), (1, "NE", 7, 0), (2, "GE", 2 ** 32, 0),
                      (3, "LT", 2 ** 32, 0), (4, "MASKED_EQ", 3 << 32, 1 << 32),
                      (5, "GT", 2 ** 63, 0)]
        seccomp = profile("ALLOW", rule("ERRNO", "getppid", errnoRet=MARK,
                                        args=[arg(*condition) for condition in conditions]))
        good = [7, 8, 2 ** 32, 2 ** 32 - 1, 1 << 32, 2 ** 63 + 1]
        bad = [2 ** 32 + 7, 7, 2 ** 32 - 1, 2 ** 32, 1, 2 ** 63]
        calls = [good] + [good[:i] + [bad[i]] + good[i + 1:] for i in range(6)]
        self.assertEqual(
            self.calls(seccomp, *(["getppid"] + [hex(value) for value in call] for call in calls)),
            [DENIED] + ["0"] * 6)

    def test_rules_do_not_mix(self):
        seccomp = profile(
            "ALLOW", *(rule("ERRNO", "getppid", errnoRet=MARK,
                            args=[arg(0, "GE", low), arg(1, "EQ", value)])
                       for low, value in ((5, 1), (3, 2))))
        tried = list(itertools.product((2, 3, 4, 5), (1, 2, 3)))
        self.assertEqual(
            self.calls(seccomp, *(("getppid", *call) for call in tried)),
            [DENIED if call[0] >= 5 and call[1] == 1 or call[0] >= 3 and call[1] == 2 else "0"
             for call in tried])

    def test_an_argument_twice(self):
        """Any of the conditions, as runc and crun have it."""
        seccomp = profile("ALLOW", rule("ERRNO", "getppid", errnoRet=MARK,
                                        args=[arg(0, "EQ", 1), arg(0, "EQ", 3)]))
        self.assertEqual(self.calls(seccomp, *(("getppid", value) for value in range(5))),
                         ["0", DENIED, "0", DENIED, "0"])


class Architectures(Filter):
    """The entry of 32-bit programs has numbers of its own: 20 is getpid, 64 getppid, 102
    socketcall, 359 socket. Selector 1 of socketcall is socket, 5 accept."""
    BOTH = ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86"]

    def setUp(self):
        super().setUp()
        skip_unless(os.uname().machine == "x86_64", "another machine")
        skip_unless(self.calls(profile("ALLOW", architectures=self.BOTH), ("64",),
                               verb="int80") == ["0"], "the kernel runs no 32-bit programs")

    def test_numbers_of_32_bits(self):
        seccomp = profile("ALLOW", rule("ERRNO", "getppid", errnoRet=MARK), architectures=self.BOTH)
        self.assertEqual(self.calls(seccomp, ("64",), ("20",), verb="int80"), [DENIED, "1"])
        self.assertEqual(self.calls(seccomp, ("64",), ("getppid",))[1], DENIED)

    def test_sockets_by_both_ways(self):
        seccomp = profile("ALLOW", rule("ERRNO", "socket", errnoRet=MARK), architectures=self.BOTH)
        got = self.calls(seccomp, ("102", 1, "buf"), ("102", 5, "buf"), ("359",), verb="int80")
        self.assertEqual((got[0], got[2]), (DENIED, DENIED))
        self.assertNotEqual(got[1], DENIED)

    def test_arguments_have_32_bits(self):
        seccomp = profile("ALLOW", rule("ERRNO", "getppid", args=[arg(0, "GT", 2 ** 32 - 2)],
                                        errnoRet=MARK), architectures=self.BOTH)
        self.assertEqual(self.calls(seccomp, ("64", "0xffffffff"), ("64", "0xfffffffe"),
                                    verb="int80"), [DENIED, "0"])

    def test_not_listed(self):
        """The thread is killed, as libseccomp has it."""
        seccomp = profile("ALLOW", rule("ERRNO", "acct"), architectures=["SCMP_ARCH_X86_64"])
        self.assertEqual(self.outcome(seccomp, "int80", "64"), (SIGSYS, []))
        self.assertEqual(self.outcome(seccomp, "syscall", hex(1 << 30 | 39)), (SIGSYS, []))

    def test_x32(self):
        seccomp = profile("ALLOW", rule("ERRNO", "getppid", errnoRet=MARK),
                          architectures=["SCMP_ARCH_X32"])
        self.assertEqual(self.calls(seccomp, (hex(1 << 30 | 110),), ("getppid",)),
                         [DENIED, DENIED])


class Flags(Filter):
    FLAG = "SECCOMP_FILTER_FLAG_"

    def flags(self, *flags, **more):
        """Those that the plan has, and that the program starts with."""
        seccomp = profile("ALLOW", rule("ERRNO", "acct"), **more)
        if flags != (None,):
            seccomp["flags"] = [self.FLAG + flag for flag in flags]
        config = self.config(seccomp, "syscall", "acct")
        bundle = self.bundle(config)
        self.assertEqual(self.run_container(bundle).out, "syscall=EPERM\n")
        plan = self.works("plan", "--bundle", bundle.path).out
        return int(re.search(r"load a seccomp filter .* flags (\w+)", plan)[1], 0)

    def test_each(self):
        self.assertEqual(self.flags("TSYNC"), 1)
        self.assertEqual(self.flags("LOG"), 2)
        self.assertEqual(self.flags("SPEC_ALLOW"), 4)
        self.assertEqual(self.flags("TSYNC", "LOG", "SPEC_ALLOW"), 7)

    def test_none(self):
        """An empty list says that there are none, no list says nothing."""
        self.assertEqual(self.flags(), 0)
        self.assertEqual(self.flags(None), 4)

    def test_wait_killable(self):
        """About waiting for an answer to a notification: without them there is none to wait for,
        and the kernel would refuse it."""
        self.assertEqual(self.flags("WAIT_KILLABLE_RECV"), 0)
        self.assertEqual(self.flags("WAIT_KILLABLE_RECV", "LOG"), 2)

    def test_spec_allow_leaves_the_branches_as_they_are(self):
        def store_bypass(flags):
            config = self.config(profile("ALLOW", rule("ERRNO", "acct"), flags=flags), "read",
                                 "/proc/self/status", mounts=[PROC])
            return re.search(r"Speculation_Store_Bypass:\t(.*)", self.run_container(config).out)[1]
        skip_unless(store_bypass([]) == "thread force mitigated",
                    "this kernel does not slow down filtered programs")
        self.assertEqual(store_bypass([self.FLAG + "SPEC_ALLOW"]), "thread vulnerable")

    def test_log(self):
        """The action of one call logs it; that another is refused is logged with the flag only."""
        refused, noted = "code=0x50000", "code=0x7ffc0000"
        skip_unless({"errno", "log"} <= set(harness.read(
            "/proc/sys/kernel/seccomp/actions_logged").split()), "kernel.seccomp.actions_logged")
        for flags in ([], [self.FLAG + "LOG"]):
            with self.subTest(flags):
                log = self.logged(profile("ALLOW", rule("ERRNO", "getppid"), rule("LOG", "getuid"),
                                          flags=flags), noted)
                skip_unless(log, "the kernel logs no system calls here")
                self.assertEqual(log, [refused] * bool(flags) + [noted])

    def logged(self, seccomp, last):
        """The codes that the kernel tells of one process, up to @last. It writes when it has time,
        and nothing at all when it has written much: thus more than once."""
        try:
            log = os.open("/dev/kmsg", os.O_RDONLY | os.O_NONBLOCK)
        except OSError as error:
            skip_unless(False, "/dev/kmsg: %s" % error)
        found = {}
        try:
            os.lseek(log, 0, os.SEEK_END)
            for _ in range(6):
                self.outcome(seccomp, "syscall", "getppid", "+", "getuid")
                while select.select([log], [], [], 1)[0]:
                    line = os.read(log, 8192).decode(errors="replace")
                    match = re.search(r"type=1326 .* pid=(\d+) .*\"/bin/report\".* (code=\w+)", line)
                    if match:
                        found.setdefault(match[1], []).append(match[2])
                        if match[2] == last:
                            return found[match[1]]
        finally:
            os.close(log)
        return []


def program(*calls):
    """A static program that makes some system calls without arguments but the first, and no other:
    exit_group is among them."""
    code = {
        "x86_64": b"".join(struct.pack("<BI", 0xb8, number) + b"\x31\xff\x31\xf6\x31\xd2\x45\x31\xd2"
                           b"\x0f\x05" for number in calls) + b"\xf4",
        "aarch64": b"".join(struct.pack("<6I", 0xd2800000, 0xd2800001, 0xd2800002, 0xd2800003,
                                        0xd2800008 | number << 5, 0xd4000001)
                            for number in calls) + struct.pack("<I", 0xd4200000),
    }[os.uname().machine]
    machine = {"x86_64": 62, "aarch64": 183}[os.uname().machine]
    start, size = 0x400000, 64 + 56 + len(code)
    header = struct.pack("<16sHHIQQQIHHHHHH", b"\x7fELF\x02\x01\x01", 2, machine, 1, start + 120,
                         64, 0, 0, 64, 56, 1, 0, 0, 0)
    segment = struct.pack("<IIQQQQQQ", 1, 5, 0, start, start, size, size, 0x1000)
    return header + segment + code


class Strict(Filter):
    """All but execve and the end of a program kill: whatever we would do after the filter is on."""

    def setUp(self):
        super().setUp()
        skip_unless(os.uname().machine in ("x86_64", "aarch64"), "no program for this machine")
        x86 = os.uname().machine == "x86_64"
        self.exit_group, self.ppoll = (231, 271) if x86 else (94, 73)

    def strict(self, nnp, *more, args=("/end",), **changes):
        """A bundle with two programs: one ends at once, one waits for ever."""
        seccomp = profile("KILL_PROCESS", rule("ALLOW", "execve", "execveat", "exit", "exit_group",
                                               *more))
        bundle = self.bundle(minimal(linux__seccomp=seccomp, process__noNewPrivileges=nnp,
                                     process__args=list(args), **changes))
        for name, calls in (("end", [self.exit_group]), ("wait", [self.ppoll, self.exit_group])):
            path = os.path.join(bundle.rootfs, name)
            with open(path, "wb") as file:
                file.write(program(*calls))
            os.chmod(path, 0o755)
        return bundle

    def variants(self):
        """With and without no_new_privs, as root and as somebody, with fewer capabilities, with a
        working directory, and with a program that is looked for."""
        somebody = {"process__user": {"uid": 1000, "gid": 1000, "additionalGids": [5]}}
        few = {"process__capabilities": {"bounding": ["CAP_KILL"], "permitted": ["CAP_KILL"],
                                         "effective": ["CAP_KILL"]}}
        for nnp in (True, False):
            for changes in ({}, somebody, few, dict(somebody, **few)):
                with self.subTest(noNewPrivileges=nnp, **changes):
                    yield nnp, changes

    def test_run(self):
        for nnp, changes in self.variants():
            result = self.run_container(self.strict(nnp, **changes))
            self.assertEqual((result.code, result.out, result.err), (0, "", ""))

    def test_run_looked_for(self):
        for nnp in (True, False):
            result = self.run_container(self.strict(
                nnp, args=["end"], process__env=["PATH=/nowhere:/bin:/"]))
            self.assertEqual((result.code, result.out, result.err), (0, "", ""))

    def test_it_is_strict(self):
        result = self.run_container(self.strict(True, args=("/wait",)))
        self.assertEqual((result.code, result.out), (SIGSYS, ""))

    def test_create_start(self):
        for nnp, changes in self.variants():
            bundle = self.strict(nnp, **changes)
            id = self.create(bundle)
            pid = self.state(id)["pid"]
            pidfd = os.pidfd_open(pid)
            self.works("start", id)
            self.assertTrue(select.select([pidfd], [], [], harness.TIMEOUT)[0])
            os.close(pidfd)
            self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), 0)
            self.works("delete", id)

    def test_create_start_with_no_more_than_init_calls(self):
        """Loaded before it waits; whatever else it called would kill it."""
        for nnp, changes in self.variants():
            for traced in ((), ("--trace", os.path.join(self.directory, "trace"))):
                id = self.create(self.strict(nnp, *Loaded.NEEDED, **changes))
                pid = self.state(id)["pid"]
                self.assertRegex(harness.read(f"/proc/{pid}/status"), r"(?m)^Seccomp:\t2$")
                self.works(*traced, "start", id)
                self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), 0)
                self.works("delete", id)

    def test_exec(self):
        for nnp, changes in self.variants():
            id = self.create(self.strict(nnp, "ppoll", args=("/wait",), **changes))
            self.works("start", id)
            self.works("exec", id, "/end")
            if not changes:
                result = self.ocirun("exec", "--cap", "CAP_KILL", "--user", "7:8", id, "/end")
                self.assertEqual((result.code, result.err), (0, ""))
            self.works("delete", "--force", id)

    def test_exec_of_a_process(self):
        """Its noNewPrivileges may be another than the container's."""
        for nnp in (True, False):
            id = self.create(self.strict(not nnp, "ppoll", args=("/wait",)))
            self.works("start", id)
            process = {"cwd": "/", "args": ["/end"], "env": [], "user": {"uid": 0, "gid": 0},
                       "noNewPrivileges": nnp}
            path = os.path.join(self.directory, "process.json")
            harness.write(path, json.dumps(process))
            self.works("exec", "--process", path, id)
            self.works("delete", "--force", id)

    def test_exec_detached(self):
        id = self.create(self.strict(True, "ppoll", args=("/wait",)))
        self.works("start", id)
        path = os.path.join(self.directory, "pid")
        self.works("exec", "--detach", "--pid-file", path, id, "/wait")
        pid = int(harness.read(path))
        os.kill(pid, signal.SIGKILL)
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), -signal.SIGKILL)
        self.works("delete", "--force", id)


class Loaded(Filter):
    """A filter that init can live with is on before `start`; one that it cannot, when it has to be."""
    NEEDED = ("madvise", "sendto", "close", "accept4", "recvfrom", "mmap", "sendmsg", "close_range",
              "execve", "exit", "clock_gettime", "exit_group")

    def loaded(self, seccomp, **changes):
        """Whether a created container has its filter; that it starts then."""
        id = self.create(self.config(seccomp, "syscall", "getppid", **changes))
        pid = self.state(id)["pid"]
        status = harness.read(f"/proc/{pid}/status")
        self.works("start", id)
        os.waitpid(pid, 0)
        self.works("delete", id)
        return re.search(r"^Seccomp:\t(.*)$", status, re.MULTILINE).group(1) == "2"

    def test_before_start(self):
        for nnp in (True, False):
            for seccomp in (profile("ALLOW", rule("ERRNO", "getppid")),
                            profile("ERRNO", rule("ALLOW", *self.NEEDED))):
                self.assertTrue(self.loaded(seccomp, process__noNewPrivileges=nnp))

    def test_not_when_it_forbids_a_call(self):
        for name in self.NEEDED:
            for action in ("ERRNO", "LOG"):
                if action == "ERRNO" and name == "execve":
                    continue
                with self.subTest(name, action=action):
                    self.assertFalse(self.loaded(profile("ALLOW", rule(action, name))))

    def test_not_when_it_depends(self):
        self.assertFalse(self.loaded(profile("ALLOW", rule("ERRNO", "close",
                                                           args=[arg(0, "EQ", 77)]))))


class Noted(Filter):
    """What was compiled is found again, by the same build and for the same profile."""

    def setUp(self):
        super().setUp()
        self.notes = os.path.join(Test.root, ".notes")
        for path in self.files():
            os.unlink(path)

    def files(self):
        return glob.glob(os.path.join(self.notes, "seccomp-*"))

    def denied(self, seccomp):
        return self.calls(seccomp, ("getppid",), ("getuid",))

    def test_found_again(self):
        one = profile("ALLOW", rule("ERRNO", "getppid", errnoRet=MARK))
        other = profile("ALLOW", rule("ERRNO", "getuid", errnoRet=MARK))
        self.assertEqual(self.denied(one), [DENIED, "0"])
        path, = self.files()
        with open(path, "rb") as file:
            text = file.read()
        key = text[:4 + struct.unpack("I", text[:4])[0]]

        def note(key, value=struct.pack("HBBI", 6, 0, 0, 0x7fff0000)):      # RET ALLOW
            with open(path, "wb") as file:
                file.write(key + value)

        note(key)
        self.assertEqual(self.denied(one), ["0", "0"])
        self.assertEqual(self.denied(other), ["0", DENIED])
        for value in (b"garbage", b""):
            note(key, value)
            self.assertEqual(self.denied(one), [DENIED, "0"])
        # Another build, another length.
        for changed in (key[:4] + bytes([key[4] ^ 1]) + key[5:], key[:-1], key[:3], b""):
            note(changed)
            self.assertEqual(self.denied(one), [DENIED, "0"])

    def test_only_who_creates_notes(self):
        bundle = self.bundle(self.config(profile("ALLOW", rule("ERRNO", "getppid"))))
        self.works("plan", "--bundle", bundle.path, self.new_id())
        self.assertEqual(self.files(), [])

    def test_of_the_state_root(self):
        self.denied(profile("ALLOW", rule("ERRNO", "getppid", errnoRet=MARK)))
        self.assertEqual(os.stat(self.notes).st_mode & 0o7777, 0o700)
        self.assertEqual(os.stat(self.files()[0]).st_mode & 0o7777, 0o600)


if __name__ == "__main__":
    harness.main()
