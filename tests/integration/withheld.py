#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""System calls that are not there, as on an older kernel (ENOSYS), or forbidden, as by the seccomp
profile of an engine around us (EPERM): all works the same, or one line names the call and the release
of Linux that brought it, and nothing is left. OPS-07, ERR-01.

WITHHOLD names the program that runs another one without some calls. Its filter holds in init and in
the container, too, where report runs, which needs none of them."""
import os
import re

import harness
from harness import Test, engine_default, minimal, tmpfs, write

WITHHOLD = os.environ.get("WITHHOLD", "")
ERRORS = ("ENOSYS", "EPERM")

# Without these no container starts, and since when each is there.
TO_START = {"openat2": "5.6", "clone3": "5.3", "close_range": "5.9", "open_tree": "5.2",
            "move_mount": "5.2", "fsopen": "5.2", "fsconfig": "5.2", "fsmount": "5.2",
            "mount_setattr": "5.12", "memfd_create": "3.17", "execveat": "3.19", "statx": "4.11"}
# Those of running ones.
TO_FIND = {"pidfd_open": "5.3", "pidfd_send_signal": "5.1"}
RELEASES = {**TO_START, **TO_FIND}
# What a whole life goes without, by number, so that it can be asked whether they are withheld.
UNUSED = {"pidfd_open": 434, "pidfd_send_signal": 424, "pidfd_getfd": 438, "statmount": 457,
          "listmount": 458}
FACTS = ("mount", "caps", "uid", "groups", "no_new_privs", "rlimit.nofile", "fd", "hostname", "cwd")


def said(call, error):
    """The end of the message."""
    release = RELEASES[call].replace(".", r"\.")
    if error == "ENOSYS":
        return (r": function not implemented: the kernel has no %s\(2\), Linux %s brought it"
                % (call, release))
    return (r": operation not permitted: %s\(2\), which Linux %s brought, is forbidden here"
            % (call, release))


def each(calls):
    return [(call, error) for call in calls for error in ERRORS]


class Withheld(Test):
    def engine_bundle(self, *args):
        """A config that needs all that engines ask for."""
        bundle = self.bundle(engine_default(*args))
        os.mkdir(bundle.path + "/files")
        for name in ("resolv.conf", "hostname", "hosts"):
            write("%s/files/%s" % (bundle.path, name), name)
        return bundle

    def without(self, calls, error, *args, **more):
        return self.ocirun(*args, prefix=(WITHHOLD, *calls.split(), error), **more)

    def assert_says(self, result, pattern, code=1):
        self.assertEqual((result.code, result.out), (code, ""), result)
        self.assertRegex(result.err, r"^ocirun: [^\n]+\n$", result)
        self.assertRegex(result.err, pattern + r"\n$", result)

    def refuses(self, pattern, calls, error, *args):
        before = harness.Snapshot(Test.root)
        result = self.without(calls, error, *args)
        self.assert_says(result, pattern, 255 if args[0] == "exec" else 1)
        self.assertEqual(before.leaks(), [], "traces of a command that failed: %s" % result)



def unordered(facts):
    """Mounts are listed by the order in which they were made, and two may be made at once."""
    mounts = sorted(value for name, value in facts.items() if name.startswith("mount."))
    return {name: value for name, value in facts.items() if not name.startswith("mount.")}, mounts


class Starting(Withheld):
    def test_without_what_is_needed(self):
        bundle = self.engine_bundle("exit", "0")
        for call, error in each(TO_START):
            for verb in ("run", "create"):
                self.refuses(said(call, error), call, error, verb, "--bundle", bundle.path,
                             self.new_id())

    def test_with_next_to_nothing_configured(self):
        """Without new file systems the calls that make them may be missing."""
        bundle = self.bundle(minimal("exit", "5"))
        for call, error in each(TO_START):
            result = self.without(call, error, "run", "--bundle", bundle.path, self.new_id())
            if call in ("fsopen", "fsconfig", "fsmount"):
                self.assertEqual((result.code, result.err), (5, ""), result)
            else:
                self.assert_says(result, said(call, error))

    def test_it_works_the_same(self):
        bundle = self.engine_bundle(*FACTS)
        want = self.ocirun("run", "--bundle", bundle.path, self.new_id())
        self.assertEqual((want.code, want.err), (0, ""), want)
        for call, error in each(UNUSED):
            result = self.without(call, error, "run", "--bundle", bundle.path, self.new_id())
            self.assertEqual((result.code, result.err), (0, ""), result)
            self.assertEqual(unordered(result.facts()), unordered(want.facts()), result)

    def test_they_are_really_withheld(self):
        """Nor do they come back in the container."""
        for call, error in each(UNUSED):
            bundle = self.bundle(minimal("syscall", str(UNUSED[call]), "-1"))
            result = self.without(call, error, "run", "--bundle", bundle.path, self.new_id())
            self.assertEqual((result.err, result.out), ("", "syscall=%s\n" % error), result)

    def test_many_at_once(self):
        """As on Linux 5.1, and as on 5.10."""
        bundle = self.engine_bundle("exit", "0")
        for calls, first, release in (
                ("openat2 clone3 close_range open_tree move_mount fsopen fsconfig fsmount mount_setattr "
                 "pidfd_open statmount listmount", "openat2", r"5\.6"),
                ("mount_setattr statmount listmount", "mount_setattr", r"5\.12")):
            self.refuses(r": the kernel has no %s\(2\), Linux %s brought it" % (first, release), calls,
                         "ENOSYS", "run", "--bundle", bundle.path, self.new_id())

    def test_device_rules(self):
        """Of cgroup v2: a program for the kernel."""
        harness.skip_unless(os.path.exists(harness.CGROUPS + "/cgroup.controllers"), "no cgroup v2")
        rules = [{"allow": False, "access": "rwm"}]
        bundle = self.bundle(minimal("exit", "0", linux__resources={"devices": rules}))
        self.refuses(r": attach a device filter of \d+ instructions needs Linux 4\.15: function not "
                     r"implemented", "bpf", "ENOSYS", "run", "--bundle", bundle.path, self.new_id())

    def test_what_every_kernel_has(self):
        """No other call is made a culprit."""
        bundle = self.engine_bundle("exit", "0")
        enters = ("pivot_root", r"/root/path: pivot_root and unmount the old root")
        if "pivot_root" not in self.works("plan", "--bundle", bundle.path).out:
            enters = ("chroot", r"/root/path: chroot") # there is no old root since 7.1
        for call, pattern in (("unshare", r"/linux/namespaces: unshare [a-z, ]+"),
                              enters,
                              ("seccomp", r"/linux/seccomp: load a seccomp filter [^:]+")):
            for error, reason in zip(ERRORS, ("function not implemented", "operation not permitted")):
                self.refuses(r": %s: %s" % (pattern, reason), call, error, "run", "--bundle",
                             bundle.path, self.new_id())

    def test_keyrings(self):
        """A kernel may be built without them; where they are forbidden one has to say so."""
        bundle = self.engine_bundle("exit", "7")
        result = self.without("keyctl", "ENOSYS", "run", "--bundle", bundle.path, self.new_id())
        self.assertEqual((result.code, result.err), (7, ""), result)
        self.refuses(r': join session keyring "[^"]+": operation not permitted', "keyctl", "EPERM",
                     "run", "--bundle", bundle.path, self.new_id())

    def test_validate(self):
        """It knows before."""
        bundle = self.bundle()
        for call, error in each(RELEASES):
            result = self.without(call, error, "validate", "--bundle", bundle.path)
            self.assertEqual(result.code, 1, result)
            self.assertRegex(result.out + result.err, r"%s\(2\)[^\n]*Linux %s brought it" % (
                call, re.escape(RELEASES[call])), result)


class Undoing(Withheld):
    """A create that fails takes everything back also without a pidfd to kill with."""

    def test_create(self):
        for call, error in each(TO_FIND):
            self.refuses(r': cannot write the pid file "/none/pid": no such file or directory', call,
                         error, "create", "--bundle", self.bundle().path, "--pid-file", "/none/pid",
                         self.new_id())

    def test_user_namespace_for_ids(self):
        release = harness.kernel()
        harness.skip_unless(release >= (6, 3), "tmpfs cannot map ids before Linux 6.3")
        ids = [{"containerID": 0, "hostID": 1000, "size": 5}]
        bundle = self.bundle(minimal("stat", "/v", mounts=[dict(tmpfs("/v"), uidMappings=ids,
                                                                gidMappings=ids)]))
        for call, error in each(TO_FIND):
            result = self.without(call, error, "run", "--bundle", bundle.path, self.new_id())
            self.assertEqual((result.code, result.err, result.facts()["uid"]), (0, "", "1000"), result)


class Living(Withheld):
    """A container that is there: what cannot be known is not guessed."""
    VERBS = ((("state", "{id}"), ("pidfd_open",)), (("list",), ("pidfd_open",)),
             (("kill", "{id}", "KILL"), ("pidfd_open", "pidfd_send_signal")),
             (("delete", "{id}"), ("pidfd_open", "pidfd_send_signal")),
             (("delete", "--force", "{id}"), ("pidfd_open", "pidfd_send_signal")))

    def test_a_created_one(self):
        id = self.create(minimal("sleep"))
        for args, needed in self.VERBS:
            args = [arg.replace("{id}", id) for arg in args]
            for call, error in each(needed):
                self.refuses(said(call, error), call, error, *args)
                self.assertEqual(self.state(id)["status"], "created")

    def test_a_running_one(self):
        id, _, _ = self.running()
        more = ((("exec", "{id}", "/bin/report", "exit", "0"), ("pidfd_open", "pidfd_send_signal")),)
        for args, needed in self.VERBS + more:
            if args == ("delete", "{id}"):
                continue    # it is refused anyway
            args = [arg.replace("{id}", id) for arg in args]
            for call, error in each(needed):
                self.refuses(said(call, error), call, error, *args)
                self.assertEqual(self.state(id)["status"], "running")

    def test_start(self):
        """Init answers for itself."""
        for call, error in each(TO_FIND):
            id = self.create(minimal("sleep"))
            result = self.without(call, error, "start", id)
            self.assertEqual((result.code, result.out, result.err), (0, "", ""), result)
            self.assertEqual(self.state(id)["status"], "running")
        self.refuses(said("pidfd_open", "ENOSYS"), "pidfd_open", "ENOSYS", "start", id)

    def test_verbs_need_no_other(self):
        """One container for each call, from its start to its end."""
        for call, error in each([*TO_START, *(set(UNUSED) - set(TO_FIND))]):
            id = self.create(minimal("sleep"))
            pid = self.state(id)["pid"]
            for args in (("state", id), ("list", "--quiet"), ("start", id), ("kill", id, "KILL")):
                result = self.without(call, error, *args)
                self.assertEqual((result.code, result.err), (0, ""), result)
            self.wait_stopped(id, pid)
            result = self.without(call, error, "delete", id)
            self.assertEqual((result.code, result.err), (0, ""), result)

    def test_a_stopped_one(self):
        """That nobody has its pid any more is known without a pidfd."""
        for call, error in each(TO_FIND):
            id, pid, _ = self.running(minimal("sleep"))
            self.works("kill", id, "KILL")
            self.wait_stopped(id, pid)
            os.waitpid(pid, 0)
            result = self.without(call, error, "state", id)
            self.assertIn('"status": "stopped"', result.out, result)
            result = self.without(call, error, "delete", id)
            self.assertEqual((result.code, result.err), (0, ""), result)


if __name__ == "__main__":
    if not WITHHOLD:
        raise SystemExit("withheld: WITHHOLD is not set")
    harness.main()
