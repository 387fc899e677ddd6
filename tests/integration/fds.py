#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the caller has open, and what of it reaches the program."""
import json
import os
import re
import resource
import signal

import harness
from harness import PROC, Test, minimal, skip_unless


def numbers(facts):
    return sorted(int(name[3:]) for name in facts if re.match(r"fd\.\d+$", name))


def pass_at(pairs, close=()):
    """For preexec_fn: each (fd, number), inheritable."""
    def place():
        high = [(os.dup2(fd, 900 + i), number) for i, (fd, number) in enumerate(pairs)]
        for fd, number in high:
            os.dup2(fd, number, inheritable=True)
            os.close(fd)
        for number in close:
            os.close(number)
    return place


def open_from_3_to_1102(file):
    """dup2(2) of a number onto itself would leave it as it is."""
    for fd in range(3, 1103):
        if fd != file:
            os.dup2(file, fd, inheritable=True)
    os.set_inheritable(file, True)


class Descriptors(Test):
    def setUp(self):
        super().setUp()
        self.files = []
        for i in range(3):
            fd = os.memfd_create("file%d" % i)
            os.write(fd, b"text %d" % i)
            self.files.append(fd)

    def tearDown(self):
        for fd in self.files:
            os.close(fd)
        super().tearDown()

    def observe_with(self, pairs, *options, config=None, **more):
        return self.observe(config or minimal("fd", "fdlink", mounts=[PROC]), *options, close_fds=False,
                            preexec_fn=pass_at(pairs), **more)

    def test_none_without_the_option(self):
        pairs = [(self.files[0], 3), (self.files[1], 7), (self.files[2], 200)]
        self.assertEqual(numbers(self.observe_with(pairs)), [0, 1, 2])

    def test_preserve_fds(self):
        for count in (1, 2, 3):
            pairs = [(fd, 3 + i) for i, fd in enumerate(self.files)]
            facts = self.observe_with(pairs, "--preserve-fds", str(count))
            self.assertEqual(numbers(facts), list(range(3 + count)))
            for i in range(count):
                self.assertIn("file%d" % i, facts["fdlink.%d" % (3 + i)])
                self.assertTrue(facts["fd.%d" % (3 + i)].endswith("none"))      # not cloexec

    def test_preserve_fds_with_create_and_start(self):
        pipe = self.pipe()
        config = minimal("sleep", "fd", "fdlink", mounts=[PROC])
        id = self.create(config, "--preserve-fds", "2", close_fds=False, stdout=pipe.write_end,
                         preexec_fn=pass_at([(self.files[0], 3), (self.files[1], 4)]))
        pipe.close_write()
        self.works("start", id)
        pipe.wait_for("sleep=ready")
        facts = pipe.facts()
        self.assertEqual(numbers(facts), [0, 1, 2, 3, 4])
        self.assertIn("file0", facts["fdlink.3"])
        self.assertIn("file1", facts["fdlink.4"])

    def test_preserved_ones_cost_no_others(self):
        """The descriptors between and behind them stay outside."""
        pairs = [(self.files[0], 3), (self.files[1], 4), (self.files[2], 60)]
        self.assertEqual(numbers(self.observe_with(pairs, "--preserve-fds=1")), [0, 1, 2, 3])

    def test_preserve_fds_not_open(self):
        def close():
            os.closerange(3, 100)
        self.fails("--preserve-fds 5: file descriptor 3 is not open",
                   "create", "--bundle", self.bundle().path, "--preserve-fds", "5", self.new_id(),
                   close_fds=False, preexec_fn=close)

    def test_preserve_fds_is_a_number(self):
        for value in ("-1", "x", "", "1x", "99999"):
            self.fails("--preserve-fds takes a number from 0 to 4096", "create", "--bundle",
                       self.bundle().path, "--preserve-fds=" + value, self.new_id())

    def opener_of_1100(self):
        """For preexec_fn."""
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        skip_unless(hard == resource.RLIM_INFINITY or hard >= 4096,
                    "RLIMIT_NOFILE is %d, cannot open 1100 files" % hard)

        def open_many():
            resource.setrlimit(resource.RLIMIT_NOFILE, (4096, hard))
            open_from_3_to_1102(self.files[0])
        return open_many

    def test_1100_inherited(self):
        open_many = self.opener_of_1100()
        facts = self.observe(minimal("fd", "fdlink", mounts=[PROC]), close_fds=False, preexec_fn=open_many)
        self.assertEqual(numbers(facts), [0, 1, 2])
        facts = self.observe(minimal("fd", "fdlink", mounts=[PROC]), "--preserve-fds=1000", close_fds=False,
                             preexec_fn=open_many)
        self.assertEqual(numbers(facts), list(range(1003)))

    def test_1100_inherited_and_parked(self):
        """What does not go to the program is not held while it waits."""
        id = self.create(minimal("sleep"), close_fds=False, preexec_fn=self.opener_of_1100())
        self.assertLessEqual(len(os.listdir("/proc/%d/fd" % self.state(id)["pid"])), 6)

    def test_closed_standard_descriptors(self):
        """Nothing of ours comes to lie there."""
        for closed in ((0,), (1,), (2,), (0, 1), (0, 1, 2)):
            with self.subTest(closed):
                bundle = self.bundle(minimal("-o", "/out", "fd", "fdlink", mounts=[PROC]))

                def close(closed=closed):
                    for fd in closed:
                        os.close(fd)
                id = self.new_id()
                result = self.ocirun("run", "--bundle", bundle.path, id, preexec_fn=close)
                self.assertEqual(result.code, 0, result)
                facts = dict(line.split("=", 1) for line in
                             harness.read(bundle.rootfs + "/out").splitlines())
                foreign = {n: facts["fdlink.%d" % n] for n in numbers(facts)
                           if n in closed and facts["fdlink.%d" % n] not in ("/dev/null", "/out")}
                self.assertEqual(foreign, {})
                self.assertEqual([n for n in numbers(facts) if n > 3], [])

    def test_closed_standard_descriptors_with_create(self):
        def close():
            for fd in (0, 1, 2):
                os.close(fd)
        bundle = self.bundle(minimal("-o", "/out", "fd", "fdlink", mounts=[PROC]))
        id = self.create(bundle, preexec_fn=close)
        pid = self.state(id)["pid"]
        self.works("start", id)
        self.wait_stopped(id, pid)
        facts = dict(line.split("=", 1) for line in
                     harness.read(bundle.rootfs + "/out").splitlines())
        foreign = {n: facts["fdlink.%d" % n] for n in numbers(facts)
                   if facts["fdlink.%d" % n] not in ("/dev/null", "/out")}
        self.assertEqual(foreign, {})

    def test_closed_stderr_and_an_error(self):
        """The message must not go into some file of ours."""
        result = self.ocirun("state", "none", preexec_fn=lambda: os.close(2))
        self.assertEqual((result.code, result.out, result.err), (1, "", ""))

    def test_sigchld_ignored(self):
        def ignore():
            signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        result = self.run_container(minimal("exit", "7"), preexec_fn=ignore)
        self.assertEqual((result.code, result.err), (7, ""))
        id = self.create(minimal("exit", "7"), preexec_fn=ignore)
        self.works("start", id, preexec_fn=ignore)
        self.works("delete", "--force", id, preexec_fn=ignore)

    def test_sigchld_ignored_and_an_error(self):
        self.create_fails('exec: "/none": stat /none: no such file or directory',
                          minimal(process__args=["/none"]),
                          preexec_fn=lambda: signal.signal(signal.SIGCHLD, signal.SIG_IGN))

    def test_all_signals_blocked(self):
        def block():
            signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
        result = self.run_container(minimal("exit", "7"), preexec_fn=block)
        self.assertEqual((result.code, result.err), (7, ""))

    def test_failed_create_does_not_keep_the_pipe_open(self):
        """Engines read to the end."""
        pipe = self.pipe()
        bundle = self.bundle(minimal(process__args=["/none"]))
        self.ocirun("create", "--bundle", bundle.path, self.new_id(), stdout=pipe.write_end)
        pipe.close_write()
        self.assertEqual(pipe.wait_for(None), "")

    def test_deleted_container_does_not_keep_the_pipe_open(self):
        pipe = self.pipe()
        id = self.create(minimal("sleep"), stdout=pipe.write_end)
        pipe.close_write()
        self.works("delete", id)
        self.assertEqual(pipe.wait_for(None), "")


class WithoutProc(Test):
    """The caller has no /proc, or something else in its place."""

    PREFIX = ("unshare", "--mount", "sh", "-c",
              'mount --make-rprivate / && umount -l /proc && exec "$0" "$@"')

    def setUp(self):
        super().setUp()
        skip_unless(not harness.SANITIZED, "sanitizers need /proc themselves")

    def test_life(self):
        harness.skip_unless(harness.kernel() >= (6, 11), "no namespaces of a pidfd before 6.11")
        pipe = self.pipe()
        id = self.create(minimal("sleep", linux__resources={"pids": {"limit": 20}}),
                         stdout=pipe.write_end, prefix=self.PREFIX)
        pipe.close_write()
        self.works("start", id, prefix=self.PREFIX)
        pipe.wait_for("sleep=ready")
        pid = self.state(id)["pid"]
        self.assertEqual(harness.cgroup_file(id, "pids.max"), "20")
        facts = self.works("exec", id, "/bin/report", "ns.pid", "ns.mnt", prefix=self.PREFIX).facts()
        for name in ("pid", "mnt"):
            self.assertEqual("%s:[%s]" % (name, facts["ns." + name]),
                             os.readlink("/proc/%d/ns/%s" % (pid, name)))
        result = self.ocirun("state", id, prefix=self.PREFIX)
        self.assertEqual(json.loads(result.out)["status"], "running")
        self.works("kill", id, "KILL", prefix=self.PREFIX)
        self.wait_stopped(id, pid)
        self.works("delete", id, prefix=self.PREFIX)

    def test_run(self):
        self.prints("uid=0", minimal("uid"), prefix=self.PREFIX)


if __name__ == "__main__":
    harness.main()
