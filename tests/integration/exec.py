#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""exec: another program in a container. It gets what the first one got."""
import errno
import json
import os
import pathlib
import re
import signal
import subprocess

import harness
from harness import PROC, REMOVE, Test, engine_default, minimal, read, tmpfs, write

# What differs between any two processes.
OWN = re.compile(r"^(pid|ppid|pgid|sid|tid|children|clock|auxv|argc|argv|net\.|fd\.|fdlink\.|mount\.\d+$|"
                 r"status\.(nspid|nssid|threads)|cgroup\.(pids|memory|cpuacct)|status\.state)")


class ExecTest(Test):
    def execute(self, id, *args, options=(), code=0, err="", **more):
        result = self.ocirun("exec", *options, id, *args, **more)
        self.assertEqual((result.code, result.err), (code, err), result)
        return result

    def facts(self, id, *names, options=(), **more):
        return self.execute(id, "/bin/report", *names, options=options, **more).facts()

    def refused(self, message, id, *args, options=(), **more):
        result = self.ocirun("exec", *options, id, *args, **more)
        self.assertEqual((result.code, result.out, result.err), (255, "", "ocirun: %s\n" % message),
                         result)


class Affinity(ExecTest):
    """execCPUAffinity: CPA-01, CPA-02, and what a list can be."""

    def setUp(self):
        super().setUp()
        self.cpus = sorted(os.sched_getaffinity(0))
        harness.skip_unless(len(self.cpus) > 1, "there is one CPU")
        self.first, self.last = str(self.cpus[0]), str(self.cpus[-1])

    def container(self, affinity=None, **changes):
        if affinity:
            changes["process__execCPUAffinity"] = affinity
        return self.running(minimal("sleep", mounts=[PROC], **changes))[0]

    def process(self, affinity=None):
        path = os.path.join(self.directory, "process.json")
        process = {"cwd": "/", "args": ["/bin/report", "affinity"], "user": {"uid": 0, "gid": 0}}
        write(path, json.dumps(dict(process, execCPUAffinity=affinity) if affinity else process))
        return ("--process", path)

    def seen(self, id, options=None):
        if options:
            return self.execute(id, options=options).facts()["affinity"]
        return self.facts(id, "affinity")["affinity"]

    def test_final(self):
        every = self.seen(self.container())
        self.assertNotIn(every, (self.first, self.last))
        id = self.container({"final": self.last})
        self.assertEqual(self.seen(id), self.last)
        self.assertEqual(self.seen(id, self.process()), self.last, "that of the config")
        self.assertEqual(self.seen(id, self.process({"final": self.first})), self.first)
        self.assertEqual(self.seen(id, self.process({"final": "%s,%s" % (self.first, self.last)})),
                         every if len(self.cpus) == 2 else "%s,%s" % (self.first, self.last))

    def test_CPA_01_without_final_it_stays(self):
        """Where the cgroup allows it: that is what the kernel keeps of it."""
        for affinity in ({"initial": self.first}, {"initial": self.first, "final": ""}):
            id, pid, _ = self.running(minimal("sleep", mounts=[PROC],
                                              process__execCPUAffinity=affinity))
            facts = self.facts(id, "affinity", "cgroup")
            self.assertEqual(facts["affinity"], self.first)
            self.assertEqual(sorted(value for value in facts.values() if ":" in value),
                             sorted(read("/proc/%d/cgroup" % pid).splitlines()))
        self.assertEqual(self.seen(self.container({"initial": "", "final": ""})),
                         self.seen(self.container()))

    def test_CPA_02_not_the_first_process(self):
        config = minimal("affinity")
        every = self.observe(config)["affinity"]
        config["process"]["execCPUAffinity"] = {"initial": self.first, "final": self.first}
        self.assertEqual(self.observe(config)["affinity"], every)

    def test_initial_is_before_the_cgroup_and_final_after(self):
        """The cgroup has only the last CPU: before joining it one may be on the first, after it not."""
        harness.skip_unless(os.path.isdir(harness.CGROUPS + "/cpuset"), "no cpuset of v1")
        cpus = {"linux__resources": {"cpu": {"cpus": self.last}}}
        id = self.container({"initial": self.first}, **cpus)
        self.assertEqual(self.seen(id), self.last)
        id = self.container({"initial": self.first, "final": self.last}, **cpus)
        self.assertEqual(self.seen(id), self.last)
        id = self.container({"final": self.first}, **cpus)
        self.refused_in_config(id, "final", self.first)
        both = "%s,%s" % (self.first, self.last)
        self.refused_in_process(id, {"initial": self.last, "final": both}, "final", both)

    WHY = "there is no such CPU, or the cgroup does not allow it"

    def refused_in_config(self, id, member, list):
        """Where it is in the config that the container was made of."""
        text = read(os.path.join(Test.root, id, "config.json"))
        pointer = "/process/execCPUAffinity/" + member
        message = "config.json:%s: %s: run on CPU %s: %s" % (
            harness.place(text, pointer), pointer, list, self.WHY)
        self.refused(message, id, "/bin/report")
        self.refused(message, id, options=self.process())

    def refused_in_process(self, id, affinity, member, list):
        _, path = options = self.process(affinity)
        pointer = "/execCPUAffinity/" + member
        self.refused("process.json:%s: /process%s: run on CPU %s: %s" % (
            harness.place(read(path), pointer), pointer, list, self.WHY), id, options=options)

    def test_a_CPU_that_is_not_there(self):
        id = self.container({"initial": "1000"})
        self.refused_in_config(id, "initial", "1000")
        for member in ("initial", "final"):
            for list in ("4000", self.first + ",60000", "0-5000"):
                self.refused_in_process(id, {member: list}, member, list)

    def test_a_list_that_is_none(self):
        id = self.container()
        for list in ("x", "1-0", "0,", "-1", "0-", "65536", " 0"):
            _, path = options = self.process({"final": list})
            self.refused('process.json:%s: /execCPUAffinity/final: expected a list like "0-3,7", found '
                         '"%s"' % (harness.place(read(path), "/execCPUAffinity/final"), list), id,
                         options=options)

    def test_the_caller_keeps_its_own(self):
        before = os.sched_getaffinity(0)
        self.seen(self.container({"initial": self.first, "final": self.last}))
        self.assertEqual(os.sched_getaffinity(0), before)


class Same(ExecTest):
    """Fact by fact what the first program has."""

    def compare(self, config, own_pipe=True):
        """Runs report as the first program, which then waits, and once more by exec."""
        config["process"]["args"] = ["/bin/report", "sleep"]
        bundle = config if isinstance(config, harness.Bundle) else self.bundle(config)
        id, pid, _ = self.running(bundle)
        bundle.config["process"]["args"] = ["/bin/report"]
        bundle.save()
        first = self.run_container(bundle)
        self.assertEqual((first.code, first.err), (0, ""), first)
        second = self.facts(id)
        expected = {name: value for name, value in first.facts().items() if not OWN.match(name)}
        found = {name: second.get(name) for name in expected}
        self.assertGreaterEqual(len(expected), 60)
        return expected, found

    def equal(self, config, *but):
        expected, found = self.compare(config)
        for name in list(expected):
            if name.startswith(but):
                del expected[name], found[name]
        self.assertEqual(found, expected)

    NAMESPACED = ("ns.", "keyring.", "cgroup", "mount", "resctrl", "cwd.", "root.")

    def test_minimal(self):
        self.equal(minimal(mounts=[PROC]), *self.NAMESPACED)

    def test_what_a_config_can_say(self):
        config = minimal(mounts=[PROC], process__user={
            "uid": 1000, "gid": 1001, "umask": 0o27, "additionalGids": [5, 7]},
            process__noNewPrivileges=True, process__oomScoreAdj=300,
            process__rlimits=[{"type": "RLIMIT_NOFILE", "soft": 100, "hard": 200},
                              {"type": "RLIMIT_CORE", "soft": 0, "hard": 0}],
            process__capabilities={set: ["CAP_CHOWN", "CAP_NET_RAW"] for set in (
                "bounding", "effective", "permitted", "inheritable", "ambient")},
            process__scheduler={"policy": "SCHED_BATCH", "nice": 5},
            process__ioPriority={"class": "IOPRIO_CLASS_BE", "priority": 2},
            process__env=["PATH=/bin", "A=b"], process__cwd="/bin",
            linux__personality={"domain": "LINUX32"},
            linux__seccomp={"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
                {"names": ["getcpu"], "action": "SCMP_ACT_ERRNO", "errnoRet": 7}]})
        self.equal(config, *self.NAMESPACED)

    def test_engine_default(self):
        bundle = self.bundle(engine_default())
        os.symlink(os.path.join(harness.SOURCE_DIR, "tests/data/engine-default/files"),
                   os.path.join(bundle.path, "files"))
        expected, found = self.compare_bundle(bundle)
        self.assertEqual(found, expected)

    def test_the_filter_that_create_has_kept(self):
        """Compiled again where there is none, as in a container of an older ocirun, or half of one."""
        def filtered(error):
            return self.running(minimal("sleep", linux__seccomp={
                "defaultAction": "SCMP_ACT_ALLOW",
                "syscalls": [{"names": ["mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": error}]}))[0]
        id, other = filtered(errno.ENOSPC), filtered(errno.EROFS)
        kept, others = (pathlib.Path(self.root, name, "seccomp") for name in (id, other))
        for data, error in ((kept.read_bytes(), "ENOSPC"), (None, "ENOSPC"), (b"", "ENOSPC"),
                            (kept.read_bytes()[1:], "ENOSPC"), (others.read_bytes(), "EROFS")):
            with self.subTest(data):
                kept.unlink()
                if data is not None:
                    kept.write_bytes(data)
                self.assertEqual(self.ocirun("exec", id, "/bin/report", "syscall", "mkdirat", "-100",
                                             "s:/made", "0700").out, "syscall=%s\n" % error)
                kept.touch()

    def compare_bundle(self, bundle):
        bundle.config["process"]["args"] = ["/bin/report", "sleep"]
        bundle.save()
        id, pid, _ = self.running(bundle)
        bundle.config["process"]["args"] = ["/bin/report"]
        bundle.save()
        first = self.run_container(bundle)
        second = self.facts(id)
        expected = {name: value for name, value in first.facts().items()
                    if not OWN.match(name) and not name.startswith(self.NAMESPACED)}
        return expected, {name: second.get(name) for name in expected}

    def test_namespaces_cgroup_keyring_and_mounts_are_those_of_the_container(self):
        config = minimal("sleep", mounts=[PROC, tmpfs("/data")])
        config["linux"]["namespaces"] += [{"type": type} for type in (
            "network", "ipc", "uts", "cgroup", "time")]
        id, pid, _ = self.running(config)
        facts = self.facts(id, "ns", "mount", "cgroup", "keyring")
        for name in ("mnt", "pid", "net", "ipc", "uts", "cgroup", "time", "user"):
            self.assertIn(facts["ns." + name], os.readlink("/proc/%d/ns/%s" % (pid, name)))
        self.assertIn("/data ", " ".join(value for name, value in facts.items()
                                         if name.startswith("mount.")))
        self.assertEqual(facts["keyring.session"], "_ses." + id)
        group = read("/proc/%d/cgroup" % pid)
        pidof, inside, _ = self.background(id)
        self.assertEqual(read("/proc/%d/cgroup" % inside), group)
        self.end(inside)

    def background(self, id, *options):
        """A program that goes on: its pipe, its pid for the host, its pid file."""
        pipe, file = self.pipe(), os.path.join(self.directory, "exec.pid")
        self.works("exec", "--detach", "--pid-file", file, *options, id, "/bin/report", "sleep",
                   stdout=pipe.write_end)
        pipe.close_write()
        pipe.wait_for("sleep=ready")
        return pipe, int(read(file)), file

    def end(self, pid):
        """The kernel keeps the init of a pid namespace until all in it have been reaped."""
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)

    def test_a_user_namespace(self):
        config = minimal("sleep", mounts=[PROC], process__user={"uid": 3, "gid": 4})
        config["linux"]["namespaces"].append({"type": "user"})
        for kind in ("uidMappings", "gidMappings"):
            config["linux"][kind] = [{"containerID": 0, "hostID": 100000, "size": 65536}]
        bundle = self.bundle(config)
        os.chown(bundle.rootfs, 100000, 100000)
        id, pid, _ = self.running(bundle)
        facts = self.facts(id, "ns", "uid", "gid", "uid_map", "caps", "oom_score_adj")
        self.assertIn(facts["ns.user"], os.readlink("/proc/%d/ns/user" % pid))
        self.assertEqual((facts["uid"], facts["gid"]), ("3", "4"))
        self.assertEqual(facts["uid_map.0"], "0 100000 65536")

    def test_a_mount_namespace_that_is_shared(self):
        harness.skip_unless(harness.kernel() >= (6, 15),
                            "needs Linux 6.15")
        config = minimal("sleep", mounts=[PROC, tmpfs("/data")])
        config["linux"]["namespaces"] = [{"type": "pid"}]
        id, pid, _ = self.running(config)
        self.assertIn("data=dir", self.execute(id, "/bin/report", "ls", "/").out)

    def test_a_created_container(self):
        id = self.create(minimal("sleep", mounts=[PROC]))
        self.assertEqual(self.facts(id, "uid")["uid"], "0")
        self.assertEqual(self.state(id)["status"], "created")
        self.assertEqual(self.execute(id, "/bin/report", "read", "/proc/1/comm").out, "ocirun-init\n")

    def test_the_bundle_may_be_gone(self):
        bundle = self.bundle(minimal("sleep", process__noNewPrivileges=True, mounts=[PROC]))
        id, pid, _ = self.running(bundle)
        os.unlink(os.path.join(bundle.path, "config.json"))
        self.assertEqual(self.facts(id, "no_new_privs")["no_new_privs"], "1")

    def test_a_config_without_a_process(self):
        id = self.create(minimal(process=REMOVE, mounts=[PROC]))
        facts = self.facts(id, "uid", "caps", "cwd")
        self.assertEqual((facts["uid"], facts["cwd"]), ("0", "/"))
        self.assertEqual(facts["caps.effective"], "0" * 16)


class Options(ExecTest):
    def setUp(self):
        super().setUp()
        config = minimal("sleep", mounts=[PROC, tmpfs("/work")], process__env=["PATH=/bin", "A=1"],
                         process__user={"uid": 7, "gid": 8, "additionalGids": [9]},
                         process__capabilities={set: ["CAP_CHOWN"] for set in (
                             "bounding", "effective", "permitted", "inheritable")})
        self.box, self.pid, _ = self.running(config)

    def test_env(self):
        facts = self.facts(self.box, "env", options=("--env", "B=2", "-e", "A=3", "--env=C="))
        self.assertEqual([facts.get(name) for name in "ABC"], ["3", "2", ""])

    def test_cwd(self):
        self.assertEqual(self.facts(self.box, "cwd", options=("--cwd", "/work"))["cwd"], "/work")
        self.refused('/process/cwd: chdir to cwd "/none": no such file or directory', self.box, "/bin/report",
                     options=("--cwd", "/none"))
        self.refused('the working directory "work" is not an absolute path', self.box, "/bin/report",
                     options=("--cwd", "work"))

    def test_user(self):
        for text, uid, gid in (("1000", "1000", "8"), ("1000:50", "1000", "50"), ("0:0", "0", "0"),
                               ("4294967294:4294967294", "4294967294", "4294967294")):
            facts = self.facts(self.box, "uid", "gid", "groups", options=("--user", text))
            self.assertEqual((facts["uid"], facts["gid"], facts["groups"]), (uid, gid, "9"))

    def test_user_that_is_none(self):
        """Whatever a runtime took for root: runc 1.3.6 does 4294967296, crun 1.28 does -1."""
        for text, what in (("-1", "user"), ("4294967295", "user"), ("4294967296", "user"),
                           ("", "user"), ("root", "user"), ("1 ", "user"), ("+1", "user"),
                           ("0x1", "user"), ("18446744073709551616", "user"), (":1", "user"),
                           ("1:", "group"), ("1:-1", "group"), ("1:4294967295", "group"),
                           ("1:2:3", "group")):
            part = text if what == "user" else text.split(":", 1)[1]
            if text.startswith(":"):
                part = ""
            self.refused('%s "%s": expected a number from 0 to 4294967294' % (what, part), self.box,
                         "/bin/report", options=("--user=" + text,))

    def test_additional_gids(self):
        facts = self.facts(self.box, "groups", options=("-g", "20", "--additional-gids", "30"))
        self.assertEqual(facts["groups"], "9,20,30")
        self.refused('group "x": expected a number from 0 to 4294967294', self.box, "/bin/report",
                     options=("-g", "x"))

    def test_cap(self):
        """CVE-2022-29162, CVE-2022-27650: not in the inheritable and the ambient set."""
        facts = self.facts(self.box, "caps", options=("--cap", "CAP_NET_RAW", "--user", "0"))
        both = "CAP_CHOWN,CAP_NET_RAW"
        for set in ("bounding", "effective", "permitted"):
            self.assertEqual(facts["caps.%s.names" % set], both, set)
        self.assertEqual(facts["caps.inheritable.names"], "CAP_CHOWN")
        self.assertNotIn("NET_RAW", facts.get("caps.ambient.names", ""))

    def test_no_new_privs(self):
        self.assertEqual(self.facts(self.box, "no_new_privs")["no_new_privs"], "0")
        facts = self.facts(self.box, "no_new_privs", options=("--no-new-privs",))
        self.assertEqual(facts["no_new_privs"], "1")

    def test_everything_behind_the_id_is_the_program_s(self):
        for word in ("--help", "-d", "--user=x", "--"):
            result = self.ocirun("exec", self.box, "/bin/report", word)
            self.assertEqual((result.code, result.err.split()[0]), (2, "report:"), result)
            self.assertIn("'%s'" % word, result.err)

    def test_double_dash_before_the_id(self):
        self.assertEqual(self.works("exec", "--", self.box, "/bin/report", "uid").facts()["uid"], "7")

    def test_in_the_path(self):
        self.assertEqual(self.execute(self.box, "report", "uid").facts()["uid"], "7")

    def test_preserve_fds(self):
        pipe = self.pipe()
        # The number has to be 3 in ocirun: a shell moves it there.
        result = self.works("exec", "--preserve-fds", "1", self.box, "/bin/report", "fd",
                            prefix=("sh", "-c", 'exec 3<&%d "$0" "$@"' % pipe.read_end),
                            pass_fds=(pipe.read_end,))
        self.assertIn("fd.3", result.facts())
        self.assertNotIn("fd.4", result.facts())

    def test_pid_file(self):
        file = os.path.join(self.directory, "pid")
        self.execute(self.box, "/bin/report", "uid", options=("--pid-file", file))
        self.assertRegex(read(file), r"^[1-9][0-9]*$")

    def test_cgroup(self):
        groups = ["%s/ocirun/%s" % (hierarchy, self.box) for hierarchy in harness.hierarchies()]
        for group in groups:
            os.mkdir(group + "/below")
            for name in ("cpuset.cpus", "cpuset.mems"):     # of v1, which begin empty
                if not harness.is_v2() and os.path.exists(group + "/" + name):
                    write("%s/below/%s" % (group, name), read("%s/%s" % (group, name)))
        pipe = self.pipe()
        file = os.path.join(self.directory, "pid")
        self.works("exec", "--cgroup", "below", "--detach", "--pid-file", file, self.box,
                   "/bin/report", "sleep", stdout=pipe.write_end)
        pipe.close_write()
        pipe.wait_for("sleep=ready")
        for group in groups:
            self.assertIn(read(file), read(group + "/below/cgroup.procs").split())
        os.kill(int(read(file)), signal.SIGKILL)
        os.waitpid(int(read(file)), 0)
        for text in ("../other", "below/../..", "memory:../x"):
            self.refused('cgroup "%s": it is not below the container\'s own' % text.split(":")[-1],
                         self.box, "/bin/report", options=("--cgroup", text))
        result = self.ocirun("exec", "--cgroup", "none", self.box, "/bin/report")
        self.assertEqual(result.code, 255)
        self.assertRegex(result.err, r"^ocirun: open cgroup [^\n]*none in [^\n]*: no such file or "
                         r"directory\n$")

    def process(self, **members):
        path = os.path.join(self.directory, "process.json")
        write(path, json.dumps(dict({"args": ["report"], "cwd": "/", "env": ["PATH=/bin"],
                                     "user": {"uid": 0, "gid": 0}}, **members)))
        return self.works("exec", "--process", path, self.box).facts()

    def test_process(self):
        """As containerd has it: a whole process, nothing of which comes from the config."""
        facts = self.process(args=["report", "uid", "caps", "cwd", "no_new_privs"], cwd="/work",
                             user={"uid": 40, "gid": 41}, noNewPrivileges=True)
        self.assertEqual((facts["uid"], facts["cwd"], facts["no_new_privs"]), ("40", "/work", "1"))
        self.assertEqual(facts["caps.permitted"], "0" * 16)
        facts = self.process(args=["report", "env"], env=["PATH=/bin", "Z=9"])
        self.assertEqual((facts["Z"], facts.get("A")), ("9", None))

    def test_process_that_is_wrong(self):
        path = os.path.join(self.directory, "process.json")
        write(path, '{"args": ["x"], "cwd": "/", "user": {"uid": "0", "gid": 0}}')
        result = self.ocirun("exec", "--process", path, self.box)
        self.assertEqual(result.code, 255)
        self.assertRegex(result.err, r'^ocirun: process.json:1:\d+: [^\n]*/user/uid: expected a '
                         r'number[^\n]*\n$')

    def test_exit_status(self):
        for status in (0, 1, 7, 255):
            self.execute(self.box, "/bin/report", "exit", str(status), code=status)

    def test_a_signal(self):
        pipe = self.pipe()
        process = subprocess.Popen([harness.OCIRUN, "--root", Test.root, "exec", self.box,
                                    "/bin/report", "sleep"], stdout=pipe.write_end)
        pipe.close_write()
        pipe.wait_for("sleep=ready")
        process.send_signal(signal.SIGHUP)
        self.assertEqual(process.wait(harness.TIMEOUT), 128 + signal.SIGHUP)


class Refused(ExecTest):
    def test_no_program(self):
        id, pid, _ = self.running()
        self.refused("exec needs a program to run", id)

    def test_program_not_found(self):
        id, pid, _ = self.running()
        file = os.path.join(self.directory, "pid")
        before = harness.children()
        for name, message in (
                ("none", 'exec: "none": executable file not found in $PATH: no such file or '
                 'directory'),
                ("/none", 'exec: "/none": stat /none: no such file or directory'),
                ("/bin", 'exec: "/bin": is a directory: permission denied')):
            self.refused(message, id, name, options=("--pid-file", file))
            self.assertFalse(os.path.exists(file))
        self.assertEqual(harness.children(), before)

    def test_unknown_container(self):
        id = self.new_id()
        self.refused('container "%s" does not exist: container does not exist' % id, id, "x")

    def test_stopped(self):
        id, pid, _ = self.running()
        self.works("kill", id, "KILL")
        self.wait_stopped(id, pid)
        self.refused('cannot exec in a stopped container: "%s": container not running' % id, id,
                     "/bin/report")

    def test_it_ends_with_the_container(self):
        """The kernel ends all of a pid namespace."""
        id, pid, _ = self.running()
        pipe, file = self.pipe(), os.path.join(self.directory, "pid")
        self.works("exec", "--detach", "--pid-file", file, id, "/bin/report", "sleep",
                   stdout=pipe.write_end)
        pipe.close_write()
        pipe.wait_for("sleep=ready")
        self.works("kill", id, "KILL")
        os.waitpid(int(read(file)), 0)
        self.wait_stopped(id, pid)

    def test_a_race_with_the_end(self):
        """Whatever moment the container ends at: a result of the program, or one error, and never a
        process that stays."""
        results = set()
        for i in range(60):
            id, pid, _ = self.running()
            process = subprocess.Popen(
                [harness.OCIRUN, "--root", Test.root, "exec", id, "/bin/report", "exit", "0"],
                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
            for _ in range(i * 40):
                pass    # some microseconds more each time
            os.kill(pid, signal.SIGKILL)
            _, err = process.communicate(timeout=harness.TIMEOUT)
            if process.returncode in (0, 137):
                self.assertEqual(err, "")
            else:
                self.assertEqual(process.returncode, 255)
                self.assertEqual(err, 'ocirun: cannot exec in a stopped container: "%s": container '
                                 "not running\n" % id)
            results.add(process.returncode)
            self.works("delete", "--force", id)
        self.assertIn(255, results)


class Hidden(ExecTest):
    """What a container could do with a process that comes in: CVE-2016-9962, CVE-2024-21626."""

    def test_no_descriptor_of_ours(self):
        id, pid, _ = self.running(minimal("sleep", mounts=[PROC]))
        facts = self.facts(id, "fd")
        self.assertEqual({name.split(".")[1] for name in facts if name.startswith("fd.")
                          and name.split(".")[1].isdigit()}, {"0", "1", "2"})

    def test_working_directory_on_the_host(self):
        id, pid, _ = self.running(minimal("sleep", mounts=[PROC]))
        for fd in range(3, 16):
            result = self.ocirun("exec", "--cwd", "/proc/self/fd/%d" % fd, id, "/bin/report", "cwd")
            self.assertEqual(result.code, 255, result)


if __name__ == "__main__":
    harness.main()
