#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a program sees that was configured with next to nothing, and the state of a created
container as the host sees it."""
import fcntl
import os
import re
import resource
import signal

import harness
from harness import PROC, Test, minimal, read, tmpfs

F_GET_SEALS = 1034
SEALS = 0xf     # seal, shrink, grow, write


def host(name):
    return re.search(r"\d+", os.readlink("/proc/self/ns/" + name)).group()


class Inside(Test):
    def test_process(self):
        facts = self.observe(minimal(mounts=[PROC]))
        expected = {
            "pid": "1", "ppid": "0", "pgid": "1", "sid": "1", "umask": "0022", "comm": "report",
            "exe": "/bin/report", "argc": "1", "argv.0": "/bin/report", "envc": "2",
            "env.0": "PATH", "cwd": "/", "children.count": "0", "auxv.secure": "0",
            "auxv.execfn": "/bin/report", "nice": "0", "personality": "0x00000000",
            "uid": "0", "euid": "0", "suid": "0", "fsuid": "0", "gid": "0", "egid": "0",
            "sgid": "0", "fsgid": "0", "groups": "none", "securebits": "0x00",
            "no_new_privs": "0", "seccomp.mode": "0", "seccomp.status": "0", "dumpable": "1",
            "keepcaps": "0", "pdeathsig": "none", "child_subreaper": "0", "status.threads": "1",
            "signals.blocked": "none", "signals.pending": "none", "signals.ignored": "none",
            "signals.caught": "none", "oom_score_adj": read("/proc/self/oom_score_adj").strip(),
        }
        self.assertEqual({name: facts.get(name) for name in expected}, expected)

    def test_capabilities_are_none(self):
        """No member capabilities: none in any of the five sets."""
        facts = self.observe(minimal("caps"))
        for name in ("effective", "permitted", "inheritable", "bounding", "ambient"):
            self.assertEqual(facts["caps.%s.names" % name], "none")

    def test_descriptors_are_0_to_2(self):
        facts = self.observe(minimal("fd", "fdlink", mounts=[PROC]))
        self.assertEqual([name for name in facts if re.match(r"fd\.\d", name)],
                         ["fd.0", "fd.1", "fd.2"])
        self.assertEqual(facts["fd.count"], "3")
        self.assertEqual((facts["fd.0"], facts["fdlink.0"]), ("char rw 1:3 none", "/dev/null"))

    def test_mounts(self):
        facts = self.observe(minimal("mount", mounts=[PROC]))
        self.assertEqual(facts["mount.count"], "2")
        self.assertRegex(facts["mount.0"], r"^/ tmpfs ")
        self.assertEqual(facts["mount.1"], "/proc proc proc rw,relatime rw private /")

    def test_without_proc(self):
        facts = self.observe(minimal("pid", "uid", "mount"))
        self.assertEqual(facts["pid"], "1")

    def test_default_devices(self):
        for path, numbers in (("/dev/null", "1:3"), ("/dev/zero", "1:5"), ("/dev/full", "1:7"),
                              ("/dev/random", "1:8"), ("/dev/urandom", "1:9"), ("/dev/tty", "5:0")):
            facts = self.observe(minimal("stat", path, mounts=[tmpfs("/dev")]))
            self.assertEqual((facts["type"], facts["rdev"], facts["mode"], facts["uid"],
                              facts["gid"]), ("char", numbers, "0666", "0", "0"), path)
        for path, target in (("/dev/fd", "/proc/self/fd"), ("/dev/stdin", "/proc/self/fd/0"),
                             ("/dev/stdout", "/proc/self/fd/1"), ("/dev/stderr", "/proc/self/fd/2"),
                             ("/dev/ptmx", "pts/ptmx")):
            self.prints("readlink=" + target, minimal("readlink", path, mounts=[tmpfs("/dev")]))

    def test_namespaces(self):
        facts = self.observe(minimal("ns", mounts=[PROC]))
        for name in ("cgroup", "ipc", "net", "uts", "user", "time"):
            self.assertEqual(facts["ns." + name], host(name), name)
        for name in ("mnt", "pid"):
            self.assertNotEqual(facts["ns." + name], host(name), name)

    def test_all_namespaces_new(self):
        namespaces = [{"type": t} for t in ("mount", "pid", "uts", "ipc", "network", "cgroup")]
        facts = self.observe(minimal("ns", "net", "hostname", "domainname", "cgroup",
                                     mounts=[PROC], hostname="a-name", domainname="b.name",
                                     linux__namespaces=namespaces))
        for name in ("mnt", "pid", "uts", "ipc", "net", "cgroup"):
            self.assertNotEqual(facts["ns." + name], host(name), name)
        self.assertEqual((facts["hostname"], facts["domainname"]), ("a-name", "b.name"))
        self.assertEqual(facts["net.lo"], "up")
        self.assertEqual(facts["net.lo.addresses"], "127.0.0.1/8,::1/128")
        for i in range(int(facts["cgroup.count"])):
            self.assertTrue(facts["cgroup.%d" % i].endswith(":/"), facts["cgroup.%d" % i])
        self.assertEqual(os.uname().nodename, read("/proc/sys/kernel/hostname").strip())

    def test_joined_namespaces(self):
        """Those of another container."""
        namespaces = [{"type": t} for t in ("mount", "pid", "uts", "ipc", "network")]
        _, pid, _ = self.running(minimal("sleep", linux__namespaces=namespaces, hostname="first"))
        joined = [{"type": "mount"}, {"type": "pid"}] + [
            {"type": t, "path": "/proc/%d/ns/%s" % (pid, f)}
            for t, f in (("uts", "uts"), ("ipc", "ipc"), ("network", "net"))]
        facts = self.observe(minimal("ns", "hostname", mounts=[PROC], linux__namespaces=joined))
        for name in ("uts", "ipc", "net"):
            self.assertEqual(facts["ns." + name], re.search(r"\d+", os.readlink(
                "/proc/%d/ns/%s" % (pid, name))).group())
        self.assertEqual(facts["hostname"], "first")

    def test_user(self):
        config = minimal("uid", "euid", "suid", "fsuid", "gid", "egid", "sgid", "fsgid", "groups",
                         "umask", "caps", "dumpable", "cwd")
        config["process"]["user"] = {"uid": 1000, "gid": 2000, "additionalGids": [3, 70000],
                                     "umask": 0o77}
        config["process"]["cwd"] = "/made"
        facts = self.observe(config)
        for name in ("uid", "euid", "suid", "fsuid"):
            self.assertEqual(facts[name], "1000")
        for name in ("gid", "egid", "sgid", "fsgid"):
            self.assertEqual(facts[name], "2000")
        self.assertEqual((facts["groups"], facts["umask"], facts["cwd"]),
                         ("3,70000", "0077", "/made"))
        for name in ("effective", "permitted", "inheritable", "bounding", "ambient"):
            self.assertEqual(facts["caps.%s.names" % name], "none")

    def test_capabilities_of_a_user(self):
        config = minimal("caps")
        config["process"]["user"] = {"uid": 1000, "gid": 1000}
        config["process"]["capabilities"] = {
            "bounding": ["CAP_CHOWN", "CAP_KILL", "CAP_NET_RAW"],
            "permitted": ["CAP_CHOWN", "CAP_KILL"], "inheritable": ["CAP_CHOWN", "CAP_KILL"],
            "effective": ["CAP_CHOWN"], "ambient": ["CAP_KILL"]}
        facts = self.observe(config)
        self.assertEqual([facts["caps.%s.names" % n] for n in
                          ("bounding", "inheritable", "ambient", "permitted", "effective")],
                         ["CAP_CHOWN,CAP_KILL,CAP_NET_RAW", "CAP_CHOWN,CAP_KILL", "CAP_KILL",
                          "CAP_KILL", "CAP_KILL"])

    def test_keyring(self):
        id = self.new_id()
        facts = self.ocirun("run", "--bundle", self.bundle(minimal("keyring")).path, id).facts()
        self.assertEqual((facts["keyring.session"], facts["keyring.session.type"]),
                         ("_ses." + id, "keyring"))

    def test_no_new_keyring(self):
        """The caller's stays."""
        facts = self.observe(minimal("keyring"), "--no-new-keyring")
        self.assertFalse(facts["keyring.session"].startswith("_ses." + harness.TAG))

    def test_rlimits(self):
        config = minimal("rlimit")
        config["process"]["rlimits"] = [{"type": "RLIMIT_NOFILE", "soft": 100, "hard": 200},
                                        {"type": "RLIMIT_CORE", "soft": 0, "hard": 0},
                                        {"type": "RLIMIT_STACK", "soft": 8388608,
                                         "hard": 18446744073709551615}]
        facts = self.observe(config)
        self.assertEqual((facts["rlimit.nofile"], facts["rlimit.core"], facts["rlimit.stack"]),
                         ("100:200", "0:0", "8388608:unlimited"))

    def test_rlimit_small_stack_and_files(self):
        """Lower than what init itself has open."""
        config = minimal("exit", "5")
        config["process"]["rlimits"] = [{"type": "RLIMIT_NOFILE", "soft": 3, "hard": 3}]
        self.assertEqual(self.run_container(config).code, 5)

    def test_oom_score_adj(self):
        own = int(read("/proc/self/oom_score_adj"))
        facts = self.observe(minimal("oom_score_adj", mounts=[PROC],
                                     process__oomScoreAdj=own + 100))
        self.assertEqual(facts["oom_score_adj"], str(own + 100))

    def test_oom_score_adj_without_proc(self):
        bundle = self.bundle(minimal("sleep", process__oomScoreAdj=321))
        id = self.create(bundle)
        self.assertEqual(read("/proc/%d/oom_score_adj" % self.state(id)["pid"]).strip(), "321")

    def test_environment(self):
        config = minimal("env", process__env=["A=1", "EMPTY=", "PATH=/bin", "B=a=b c\n"])
        result = self.run_container(config, env={"SECRET": "x", "PATH": "/usr/bin"})
        self.assertEqual((result.code, sorted(result.out.splitlines())),
                         (0, ["A=1", "B=a=b c\\n", "EMPTY=", "HOME=/", "PATH=/bin"]))

    def test_arguments(self):
        args = ["", "two words", "\u00e4", "new\nline", "x" * 10000]
        facts = self.observe(minimal("args", *args))
        self.assertEqual(facts["argc"], str(len(args) + 2))
        self.assertEqual(facts["argv.2"], "")
        self.assertEqual(facts["argv.3"], "two words")
        self.assertEqual(facts["argv.6"], "x" * 10000)


class Inherited(Test):
    """Set, never assumed."""

    def test_umask_cwd_signals(self):
        def before():
            os.umask(0o777)
            os.chdir("/")
            for number in (signal.SIGCHLD, signal.SIGPIPE, signal.SIGTERM, signal.SIGHUP,
                           signal.SIGUSR1):
                signal.signal(number, signal.SIG_IGN)
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGUSR2, 40})
        facts = self.observe(minimal("umask", "cwd", "signals", "mount", mounts=[
            PROC, tmpfs("/a/b/c")]), preexec_fn=before)
        self.assertEqual((facts["umask"], facts["cwd"]), ("0022", "/"))
        self.assertEqual((facts["signals.blocked"], facts["signals.ignored"]), ("none", "none"))

    def test_modes_do_not_depend_on_the_umask(self):
        for mask in (0, 0o777):
            bundle = self.bundle(minimal("stat", "/a/b", mounts=[tmpfs("/a/b/c")]))
            facts = self.observe(bundle, preexec_fn=lambda: os.umask(mask))
            self.assertEqual(facts["mode"], "0755")

    def test_modes_of_the_record(self):
        old = os.umask(0)
        try:
            id = self.create(minimal("sleep"))
        finally:
            os.umask(old)
        path = os.path.join(Test.root, id)
        self.assertEqual(os.stat(path).st_mode & 0o777, 0o700)
        self.assertEqual(os.stat(os.path.join(path, "state.json")).st_mode & 0o777, 0o600)

    def test_groups_of_the_caller_are_not_kept(self):
        facts = self.observe(minimal("groups"), preexec_fn=lambda: os.setgroups([1, 2, 3]))
        self.assertEqual(facts["groups"], "none")

    def test_ambient_and_inheritable_capabilities_are_not_kept(self):
        caps = ["setpriv", "--inh-caps", "+chown", "--ambient-caps", "+chown"]
        facts = self.observe(minimal("caps"), prefix=caps)
        self.assertEqual((facts["caps.ambient.names"], facts["caps.inheritable.names"]),
                         ("none", "none"))

    def test_controlling_terminal(self):
        """A session of its own, without one."""
        facts = self.observe(minimal("sid", "pid", "tty"))
        self.assertEqual(facts["sid"], facts["pid"])

    def test_rlimits_of_the_caller(self):
        """A small stack or few files of the caller's do not hinder."""
        facts = self.observe(minimal("rlimit.nofile"), preexec_fn=lambda: resource.setrlimit(
            resource.RLIMIT_NOFILE, (256, 256)))
        self.assertEqual(facts["rlimit.nofile"], "256:256")


class Created(Test):
    """A created container as seen from the host."""

    def test_exe_is_a_sealed_memfd(self):
        id = self.create()
        pid = self.state(id)["pid"]
        exe = os.readlink("/proc/%d/exe" % pid)
        self.assertTrue(exe.startswith("/memfd:"), exe)
        fd = os.open("/proc/%d/exe" % pid, os.O_RDONLY)
        try:
            self.assertEqual(fcntl.fcntl(fd, F_GET_SEALS) & SEALS, SEALS)
            self.assertNotEqual(os.fstat(fd).st_ino, os.stat(harness.OCIRUN).st_ino)
            content = os.pread(fd, 1 << 20, 0)
        finally:
            os.close(fd)
        self.assertLessEqual(len(content), 48 * 1024)
        for mode in (os.O_WRONLY, os.O_RDWR):
            with self.assertRaises(OSError):
                os.close(os.open("/proc/%d/exe" % pid, mode))

    def test_nothing_of_the_callers_in_memory_or_command_line(self):
        id = self.create(env={"SECRET_OF_CALLER": "x"})
        pid = self.state(id)["pid"]
        self.assertEqual(read("/proc/%d/environ" % pid), "")
        self.assertNotIn(harness.OCIRUN, read("/proc/%d/maps" % pid))
        self.assertEqual(read("/proc/%d/comm" % pid).strip(), "ocirun-init")

    def test_not_dumpable(self):
        """Its directory in /proc belongs to root whoever it is."""
        id = self.create(minimal("sleep", process__user={"uid": 1000, "gid": 1000}))
        pid = self.state(id)["pid"]
        self.assertEqual(os.stat("/proc/%d/fd" % pid).st_uid, 0)

    def test_small(self):
        id = self.create()
        rollup = read("/proc/%d/smaps_rollup" % self.state(id)["pid"])
        rss = int(re.search(r"^Rss:\s+(\d+) kB", rollup, re.M).group(1))
        self.assertLessEqual(rss, 128)

    def test_in_its_group_in_every_hierarchy(self):
        id = self.create()
        pid = str(self.state(id)["pid"])
        for hierarchy in harness.hierarchies():
            path = "%s/ocirun/%s/cgroup.procs" % (hierarchy, id)
            self.assertEqual(read(path).split(), [pid], path)
        for line in read("/proc/%s/cgroup" % pid).splitlines():
            self.assertEqual(line.split(":", 2)[2], "/ocirun/" + id)

    def test_cgroups_path(self):
        for path in ("/%s-x/y/z" % harness.TAG, "%s-relative" % harness.TAG):
            id = self.create(minimal(linux__cgroupsPath=path))
            for line in read("/proc/%d/cgroup" % self.state(id)["pid"]).splitlines():
                self.assertEqual(line.split(":", 2)[2], "/" + path.lstrip("/"))

    def test_descriptors_of_the_host(self):
        """Parked, it holds the plan, the socket of start, the root of the container, and 0 to 2."""
        id = self.create()
        pid = self.state(id)["pid"]
        links = {fd: os.readlink("/proc/%d/fd/%s" % (pid, fd)) for fd in
                 os.listdir("/proc/%d/fd" % pid)}
        rest = [link for fd, link in links.items() if int(fd) > 2]
        for link in rest:
            self.assertRegex(link, r"^(/memfd:ocirun-plan.*|socket:\[\d+\]|/)$")
        self.assertLessEqual(len(rest), 3, links)

    def test_parked_in_root_and_cwd_of_the_container(self):
        id = self.create(minimal(process__cwd="/bin"))
        pid = self.state(id)["pid"]
        self.assertEqual(os.readlink("/proc/%d/cwd" % pid), "/bin")
        self.assertEqual(os.listdir("/proc/%d/root/" % pid).count("bin"), 1)

    def test_lives_on_when_the_caller_ends(self):
        """The creating ocirun is gone by the time that create() returns; so is its thread."""
        id = self.create(minimal("exit", "0"))
        self.assertEqual(self.state(id)["status"], "created")
        self.assertIn("SigQ", read("/proc/%d/status" % self.state(id)["pid"]))
        self.works("start", id)

    def test_no_processes_but_init(self):
        id = self.create()
        self.assertEqual(len(harness.children()), 1)


if __name__ == "__main__":
    harness.main()
