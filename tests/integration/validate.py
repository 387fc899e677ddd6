#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""ocirun validate and oci-conform: what they say of a bundle, on which stream, with which status; and
that nothing is changed by asking."""
import json
import os
import subprocess

import harness
from harness import Test, bind, minimal, tmpfs

CONFORM = os.path.join(os.path.dirname(harness.OCIRUN), "oci-conform")


class Validating(Test):
    def validate(self, bundle, *options, code=0):
        """Standard output; nothing is on standard error, and nothing has changed."""
        before = harness.Snapshot(Test.root)
        result = self.ocirun("validate", "--bundle", bundle.path, *options)
        self.assertEqual((result.code, result.err), (code, ""), result)
        self.assertEqual(before.leaks(), [])
        return result.out

    def report(self, bundle, *options, code=0):
        return json.loads(self.validate(bundle, "--format", "json", *options, code=code))

    def messages(self, aspect, severity="error"):
        return ["%s: %s" % (finding["pointer"], finding["message"])
                for finding in aspect["findings"] if finding["severity"] == severity]

    def host(self, **changes):
        """What the host is told to lack for a config; the rest of it is without fault."""
        report = self.report(self.bundle(minimal(**changes)), code=1)
        self.assertEqual((report["schema"]["verdict"], report["standard"]["verdict"],
                          report["host"]["verdict"]), ("valid", "valid", "invalid"), report)
        return self.messages(report["host"])


class Verdicts(Validating):
    def test_flawless(self):
        self.assertEqual(self.validate(self.bundle()),
                         "schema: valid\nstandard: valid\nhost: valid\n")

    def test_spec_is_flawless_and_runs(self):
        """What `ocirun spec` writes."""
        bundle = self.bundle()
        os.unlink(os.path.join(bundle.path, "config.json"))
        self.works("spec", "--bundle", bundle.path)
        self.assertEqual(self.validate(bundle), "schema: valid\nstandard: valid\nhost: valid\n")
        self.fails('cannot make "%s/config.json": File exists' % bundle.path, "spec", "--bundle",
                   bundle.path)
        config = json.loads(harness.read(os.path.join(bundle.path, "config.json")))
        config["process"]["args"] = ["/bin/report", "uid"]
        bundle.save(json.dumps(config))
        self.assertEqual(self.observe(bundle)["uid"].split()[0], "0")

    def test_rootless_spec_is_flawless(self):
        bundle = self.bundle()
        os.unlink(os.path.join(bundle.path, "config.json"))
        self.works("spec", "--rootless", "--bundle", bundle.path)
        self.assertEqual(self.validate(bundle, "--no-host"),
                         "schema: valid\nstandard: valid\nhost: not looked at\n")
        config = json.loads(harness.read(os.path.join(bundle.path, "config.json")))
        self.assertEqual(config["linux"]["uidMappings"],
                         [{"containerID": 0, "hostID": 0, "size": 1}])
        self.assertIn({"type": "user"}, config["linux"]["namespaces"])

    def test_schema(self):
        bundle = self.bundle(minimal(process__user__uid="1000"))
        at = bundle.at("/process/user/uid",
                       'expected a number from 0 to 4294967294, found the string "1000"')
        self.assertEqual(self.validate(bundle, code=1),
                         "schema: invalid\n  %s [VAL-01]\nstandard: invalid\n"
                         "host: not looked at\n" % at)

    def test_standard(self):
        bundle = self.bundle(minimal(hostname="x"))
        self.assertEqual(self.validate(bundle, code=1),
                         "schema: valid\nstandard: invalid\n  %s [VAL-01]\n"
                         "host: not looked at\n"
                         % bundle.at("/hostname", "set without a uts namespace"))

    def test_violation_is_invalid_and_is_taken(self):
        """The standard forbids the key to those who write configs, and bids runtimes ignore it."""
        bundle = self.bundle(minimal("exit", "0", annotations={"org.opencontainers.x": "1"}))
        out = self.validate(bundle, code=1)
        self.assertIn("standard: invalid\n  violation: " + bundle.at(
            "/annotations/org.opencontainers.x",
            'the standard reserves keys that begin with "org.opencontainers" [ANN-06]\n'), out)
        self.assertEqual(self.run_container(bundle).code, 0)

    def test_warnings_are_valid(self):
        bundle = self.bundle(minimal("exit", "0", process__noNewPrivilege=True))
        out = self.validate(bundle)
        self.assertEqual(out, "schema: valid\n  warning: config.json:%s: "
                         "/process/noNewPrivilege: the member is unknown, did you mean "
                         '"noNewPrivileges"? [EXT-01]\nstandard: valid\nhost: valid\n'
                         % self.name_place(bundle, '"noNewPrivilege"'))
        self.assertEqual(self.run_container(bundle).code, 0)

    def name_place(self, bundle, name):
        at = bundle.text.index(name)
        return "%d:%d" % (bundle.text.count("\n", 0, at) + 1, at - bundle.text.rfind("\n", 0, at))

    def test_traps(self):
        config = minimal()
        config["linux"]["seccomp"] = {
            "defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
                {"names": ["mkdir", "nosuchcall"], "action": "SCMP_ACT_ERRNO", "args": [
                    {"index": 1, "value": 1, "op": "SCMP_CMP_EQ"},
                    {"index": 1, "value": 2, "op": "SCMP_CMP_EQ"}]}]}
        report = self.report(self.bundle(config))
        self.assertEqual(self.messages(report["standard"], "warning"), [
            "/linux/seccomp/syscalls/0/args/1: argument 1 is tested twice: one of the conditions "
            "is enough then, not all of them"])
        self.assertEqual(self.messages(report["host"], "warning"), [
            "/linux/seccomp/syscalls/0/names: unknown system call, the rule skips it: nosuchcall"])

    def test_json(self):
        bundle = self.bundle(minimal(hostname="x"))
        line, column = map(int, harness.place(bundle.text, "/hostname").split(":"))
        self.assertEqual(self.report(bundle, code=1), {
            "file": "config.json",
            "schema": {"verdict": "valid", "findings": []},
            "standard": {"verdict": "invalid", "findings": [{
                "severity": "error", "rule": "VAL-01", "line": line, "column": column,
                "pointer": "/hostname", "message": "set without a uts namespace"}]},
            "host": {"verdict": "unknown", "findings": []}})

    def test_thousands_of_findings(self):
        """Warnings do not take the room of errors, and the verdicts know of all."""
        config = minimal(process__cwd="x", hostname="a")
        config.update(("unknown%04d" % number, 1) for number in range(1100))
        report = self.report(self.bundle(config), code=1)
        self.assertEqual(len(report["schema"]["findings"]) + len(report["standard"]["findings"]), 1002)
        self.assertEqual(self.messages(report["schema"]) + self.messages(report["standard"]), [
            '/process/cwd: expected an absolute path, found "x"',
            "/hostname: set without a uts namespace"])
        config = minimal(mounts=[{"destination": "/%d" % number} for number in range(1100)])
        report = self.report(self.bundle(config), code=1)
        self.assertEqual((report["standard"]["verdict"], len(report["standard"]["findings"])),
                         ("invalid", 1000))

    def test_a_sysctl_with_a_dot_in_its_name(self):
        """Not a warning: there is such a file, below a name with a dot in it."""
        config = minimal(linux__sysctl={"net/ipv4/conf/lo/forwarding": "0", "net.ipv4.none": "1",
                                        "net.ipv4.conf.lo.forwarding": "0"})
        config["linux"]["namespaces"].append({"type": "network"})
        report = self.report(self.bundle(config))
        self.assertEqual(self.messages(report["host"], "warning"), [
            '/linux/sysctl/net.ipv4.none: there is no "/proc/sys/net/ipv4/none" on this host'])

    def test_not_json(self):
        bundle = self.bundle()
        bundle.save("{,}")
        self.assertEqual(self.validate(bundle, code=1),
                         "schema: invalid\n  config.json:1:2: not valid JSON: "
                         "expected a name in quotes [BND-01]\n"
                         "standard: invalid\nhost: not looked at\n")

    def test_what_create_refuses_validate_refuses(self):
        """The same words from both, for some of each kind."""
        for changes in ({"process__cwd": "x"}, {"root__path": "none"}, {"ociVersion": "2.0.0"},
                        {"linux__resources": {"unified": {"../x": "1"}}},
                        {"linux__intelRdt": {"memBwSchema": "x"}},
                        {"process__scheduler": {"policy": "SCHED_FIFO"}},
                        {"linux__uidMappings": [{"containerID": 0, "hostID": 0, "size": 1}]},
                        {"linux__seccomp": {"defaultAction": "SCMP_ACT_ERRNO",
                                            "defaultErrnoRet": 4096}},
                        {"mounts": [{"destination": "/x"}]}):
            with self.subTest(changes):
                bundle = self.bundle(minimal(**changes))
                created = self.ocirun("create", "--bundle", bundle.path, self.new_id())
                self.assertEqual(created.code, 1)
                report = self.report(bundle, "--no-host", code=1)
                found = self.messages(report["schema"]) + self.messages(report["standard"])
                self.assertTrue(found)
                for message in found:
                    self.assertIn(message.lstrip(": "), created.err)


class Schema(Validating):
    """The JSON schema of the standard as a second opinion: what it refuses, we refuse, but for what
    the prose or the engines have otherwise."""
    EXCEPTIONS = ("'limit' is a required property", "is not one of ['private', 'shared', 'slave', "
                  "'unbindable']", "greater than the maximum of 511")

    def setUp(self):
        super().setUp()
        self.validator = harness.schema_validator("config-schema.json")
        self.corpus = os.path.join(harness.SOURCE_DIR, "tests/fuzz/corpus/config")

    def test_corpus(self):
        refused = 0
        for name in sorted(os.listdir(self.corpus)):
            path = os.path.join(self.corpus, name)
            try:
                with open(path, encoding="utf-8") as file:
                    errors = list(self.validator.iter_errors(json.load(file)))
            except ValueError:
                errors = None   # no JSON, or no Unicode
            result = self.ocirun("validate", "--no-host", "--format", "json", "--config", path)
            self.assertIn(result.code, (0, 1), result)
            report = json.loads(result.out)
            verdicts = report["schema"]["verdict"], report["standard"]["verdict"]
            if errors is None:
                self.assertEqual(verdicts[0], "invalid", name)
                continue
            errors = [e.message for e in errors if not e.message.endswith(self.EXCEPTIONS)]
            if errors:
                refused += 1
                self.assertIn("invalid", verdicts, "%s: %s" % (name, errors))
        self.assertGreater(refused, 20)


class Looking(Validating):
    """Status 2 when there was nothing to judge."""

    def cannot(self, message, *options):
        result = self.ocirun("validate", *options)
        self.assertEqual((result.code, result.out, result.err), (2, "", "ocirun: %s\n" % message))

    def test_nothing_there(self):
        bundle = self.bundle()
        os.unlink(os.path.join(bundle.path, "config.json"))
        self.cannot('cannot read "%s/config.json": no such file or directory' % bundle.path,
                    "--bundle", bundle.path)
        self.cannot('cannot open the bundle "%s/x": no such file or directory' % bundle.path,
                    "--bundle", bundle.path + "/x")
        self.cannot('cannot read "%s": is a directory' % bundle.path, "--config", bundle.path)

    def test_unknown_words(self):
        path = self.bundle().path
        self.cannot('unknown format "xml"', "--bundle", path, "--format", "xml")
        self.cannot('unknown document "xml", expected config, process or resources', "--bundle",
                    path, "--document", "xml")

    def test_config_by_itself(self):
        """Without a bundle nothing is said of its root."""
        bundle = self.bundle(minimal(root__path="none", mounts=[bind("nothing", "/x")]))
        path = os.path.join(bundle.path, "config.json")
        self.works("validate", "--config", path)
        self.assertEqual(self.works("validate", "--config", path).out,
                         "schema: valid\nstandard: valid\n"
                         "  warning: %s [ROOT-03]\nhost: valid\n"
                         % bundle.at("/root/path", 'by convention it is called "rootfs"'))

    def test_parts(self):
        path = os.path.join(self.directory, "part.json")
        harness.write(path, json.dumps(minimal()["process"]))
        self.assertEqual(self.works("validate", "--config", path, "--document", "process").out,
                         "schema: valid\nstandard: valid\nhost: not looked at\n")
        harness.write(path, '{"cpu": {"quota": 5000, "burst": 6000}, "pids": {"limit": "x"}}')
        result = self.ocirun("validate", "--config", path, "--document", "resources")
        self.assertEqual((result.code, result.out), (
            1, "schema: invalid\n  part.json:1:59: /pids/limit: expected a number from "
            "-9223372036854775808 to 9223372036854775807, found the string \"x\" [VAL-01]\n"
            "standard: invalid\n  part.json:1:34: /cpu/burst: larger than the quota [CPU-02]\n"
            "host: not looked at\n"))

    def test_bundle_rules(self):
        bundle = self.bundle(minimal(root__path=self.directory))
        self.assertIn("warning: %s [BND-03]" % bundle.at(
            "/root/path", "the root is not in the directory of the bundle"),
                      self.validate(bundle))
        bundle = self.bundle(minimal(root__path="config.json"))
        self.assertIn("  %s [ROOT-04]" % bundle.at(
            "/root/path", '"%s/config.json": not a directory' % bundle.path),
                      self.validate(bundle, code=1))


class Host(Validating):
    """What is missing is named."""

    def test_namespace_paths(self):
        fifo = os.path.join(self.directory, "fifo")
        os.mkfifo(fifo)
        namespaces = minimal()["linux"]["namespaces"]
        self.assertEqual(
            self.host(linux__namespaces=namespaces + [{"type": "network", "path": "/none"},
                                                      {"type": "uts", "path": "/proc/self/ns/ipc"},
                                                      {"type": "ipc", "path": "/etc/passwd"},
                                                      {"type": "cgroup", "path": fifo}]),
            ['/linux/namespaces/2/path: cannot open "/none": no such file or directory',
             '/linux/namespaces/3/path: "/proc/self/ns/ipc" is a namespace of the type "ipc"',
             '/linux/namespaces/4/path: "/etc/passwd" is not a namespace',
             '/linux/namespaces/5/path: "%s" is not a namespace' % fifo])

    def test_mounts(self):
        report = self.report(self.bundle(minimal(mounts=[
            bind("/none", "/a"), {"destination": "/b", "type": "nopefs"},
            tmpfs("/c", "nosiud", "size=1m", "huge"), bind("/bin", "/d", "ro", "nodve")])), code=1)
        self.assertEqual(self.messages(report["host"]),
                         ['/mounts/0/source: cannot find "/none": no such file or directory'])
        self.assertEqual(self.messages(report["host"], "warning"), [
            '/mounts/1/type: the kernel has no file system "nopefs", unless a module brings it',
            '/mounts/2/options/0: "nosiud" goes to the file system as it is, did you mean "nosuid"?',
            '/mounts/3/options/2: a bind mount has no option "nodve", did you mean "nodev"?'])

    def test_resources(self):
        found = self.host(linux__resources={
            "cpu": {"cpus": "0,4000"}, "rdma": {"x": {"hcaHandles": 1}},
            "hugepageLimits": [{"pageSize": "3MB", "limit": 1}]})
        self.assertIn("/linux/resources/cpu/cpus: there is no processor 4000", found)
        self.assertIn('/linux/resources/hugepageLimits/0/pageSize: this host has no huge pages of '
                      '3MB', found)
        if "rdma" not in harness.read("/proc/cgroups"):
            self.assertIn('/linux/resources/rdma: this host has no cgroup controller "rdma"', found)

    def test_labels(self):
        harness.skip_unless(not os.path.exists("/sys/module/apparmor") and
                            not os.path.exists("/sys/fs/selinux/enforce"),
                            "the host has AppArmor or SELinux")
        found = self.host(process__apparmorProfile="x", process__selinuxLabel="y")
        self.assertIn("/process/apparmorProfile: AppArmor is not enabled", found)
        self.assertIn("/process/selinuxLabel: SELinux is not enabled", found)

    def test_rlimits(self):
        import resource
        harness.skip_unless("CapEff" in harness.read("/proc/self/status"), "no /proc")
        effective = int(harness.read("/proc/self/status").split("CapEff:")[1].split()[0], 16)
        harness.skip_unless(not effective & 1 << 24, "CAP_SYS_RESOURCE is there")
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        self.assertEqual(self.host(process__rlimits=[
            {"type": "RLIMIT_NOFILE", "soft": 1, "hard": hard + 1}]), [
                "/process/rlimits/0/hard: without CAP_SYS_RESOURCE the hard limit RLIMIT_NOFILE "
                "cannot be raised above %d" % hard])

    def test_what_only_planning_finds(self):
        self.assertEqual(self.host(linux__sysctl={"vm.swappiness": "1"})[-1:], [
            '/linux/sysctl: "vm.swappiness" is not a setting of a namespace'])

    def test_resctrl(self):
        harness.skip_unless(not os.path.exists("/sys/fs/resctrl/tasks"), "the host has resctrl")
        self.assertEqual(self.host(linux__intelRdt={"closID": "x"}), [
            "/linux/intelRdt: no resctrl file system is mounted on /sys/fs/resctrl"])

    def test_hooks(self):
        found = self.host(hooks={"poststop": [{"path": "/none"}, {"path": "/etc/passwd"}]})
        self.assertEqual([message for message in found if "/poststop/" in message],
                         ['/hooks/poststop/0/path: there is no "/none"',
                          '/hooks/poststop/1/path: "/etc/passwd" cannot be executed'])


class Conformance(Validating):
    def conform(self, *words, code=0):
        run = subprocess.run([CONFORM, *words], capture_output=True, text=True, check=False,
                             timeout=harness.TIMEOUT)
        self.assertEqual((run.returncode, run.stderr), (code, ""), run.stdout)
        return run.stdout

    def tap(self, text):
        """{id: (ok, directive)}; the plan is right and the numbers are in order."""
        lines = text.splitlines()
        self.assertEqual(lines[0], "TAP version 13")
        found = {}
        for line in lines[2:]:
            if line.startswith("#"):
                continue
            verdict, _, rest = line.partition(" - ")
            name = rest.split(" ")[0]
            directive = rest.rpartition(" # ")[2] if " # " in rest else ""
            self.assertEqual(int(verdict.split()[-1]), len(found) + 1)
            found[name] = (not verdict.startswith("not"), directive)
        self.assertEqual(lines[1], "1..%d" % len(found))
        return found, lines[-1]

    def test_rules(self):
        rows = self.conform("rules").splitlines()
        rules = json.loads(self.conform("rules", "--format", "json"))
        self.assertEqual((len(rows), len(rules)), (390, 390))
        normative = [rule for rule in rules if rule["level"] in (
            "MUST", "MUST NOT", "REQUIRED", "SHOULD", "SHOULD NOT", "NOT RECOMMENDED")]
        self.assertEqual(len(normative), 366)
        self.assertEqual(sum(rule["who"] == "config" for rule in normative), 101)
        self.assertEqual(len({rule["id"] for rule in rules}), 390)

    def test_flawless(self):
        found, last = self.tap(self.conform("bundle", self.bundle().path))
        untold = sum(directive.startswith("SKIP") for _, directive in found.values())
        self.assertTrue(all(ok for ok, _ in found.values()))
        self.assertEqual(last, "# %d of %d statements hold, 0 broken, %d cannot be told from a bundle"
                         % (len(found) - untold, len(found), untold))
        self.assertEqual(untold, 10)

    def test_broken(self):
        bundle = self.bundle(minimal(process__cwd="x", root__path="rootfs",
                                     mounts=[tmpfs("relative")],
                                     linux__resources={"cpu": {"quota": 1000, "burst": 2000}}))
        found, last = self.tap(self.conform("bundle", bundle.path, code=1))
        self.assertEqual({name for name, (ok, _) in found.items() if not ok},
                         {"PRC-06", "MNT-03", "CPU-01", "CPU-02"})
        self.assertEqual(found["MNT-03"][1], "TODO a recommendation")
        self.assertIn("4 broken", last)

    def test_recommendation_alone_is_no_failure(self):
        self.conform("bundle", self.bundle(minimal(mounts=[tmpfs("relative")])).path)

    def test_json(self):
        bundle = self.bundle(minimal(process__cwd="x"))
        report = json.loads(self.conform("bundle", bundle.path, "--format", "json", code=1))
        self.assertEqual(report["of"], len(report["statements"]))
        self.assertEqual((report["broken"], report["untold"]), (1, 10))
        broken, = [rule for rule in report["statements"] if rule["result"] == "broken"]
        line, column = map(int, harness.place(bundle.text, "/process/cwd").split(":"))
        self.assertEqual((broken["id"], broken["findings"]), ("PRC-06", [{
            "pointer": "/process/cwd", "line": line, "column": column,
            "message": 'expected an absolute path, found "x"'}]))

    def test_an_error_of_no_other_statement_breaks_that_invalid_is_refused(self):
        found, _ = self.tap(self.conform("bundle", self.bundle(minimal(
            hostname="x", mounts=[{"destination": "/a", "source": "/b", "options": ["bind", "idmap"]}],
        )).path, code=1))
        self.assertEqual({name for name, (ok, _) in found.items() if not ok}, {"VAL-01", "IDM-05"})

    def test_what_is_not_started_needs_no_process(self):
        config = minimal()
        del config["process"]
        found, last = self.tap(self.conform("bundle", self.bundle(config).path))
        self.assertEqual(found["PRC-01"],
                         (True, "SKIP it depends on whether it is to be started"))
        self.assertIn(" 0 broken, 11 cannot be told", last)

    def test_names_cannot_add_lines(self):
        config = minimal()
        config["linux"]["resources"] = {"unified": {"a\nok 1 - b": "1"}}
        out = self.conform("bundle", self.bundle(config).path, code=1)
        self.tap(out)
        self.assertIn("/linux/resources/unified/a?ok 1 - b: not the name", out)

    def test_config_that_cannot_be_read(self):
        bundle = self.bundle()
        path = os.path.join(bundle.path, "config.json")
        os.unlink(path)
        os.mkdir(path)
        run = subprocess.run([CONFORM, "bundle", bundle.path], capture_output=True, text=True,
                             check=False)
        self.assertEqual((run.returncode, run.stdout, run.stderr), (
            2, "", 'oci-conform: cannot read "%s": is a directory\n' % path))

    def test_no_config(self):
        bundle = self.bundle()
        os.unlink(os.path.join(bundle.path, "config.json"))
        found, last = self.tap(self.conform("bundle", bundle.path, code=1))
        self.assertEqual({name for name, (ok, _) in found.items() if not ok}, {"BND-01"})
        self.assertIn("0 of ", last)

    def test_no_bundle(self):
        run = subprocess.run([CONFORM, "bundle", "/none"], capture_output=True, text=True,
                             check=False)
        self.assertEqual((run.returncode, run.stdout, run.stderr), (
            2, "", 'oci-conform: cannot open the bundle "/none": no such file or directory\n'))


class Doctor(Validating):
    def test_text_and_json_say_the_same(self):
        text = self.ocirun("doctor")
        checks = json.loads(self.ocirun("doctor", "--format", "json").out)["checks"]
        self.assertEqual(text.err, "")
        self.assertEqual(text.code, 1 if any(c["state"] == "missing" for c in checks) else 0)
        for check in checks:
            self.assertIn("%-8s %-21s %s\n" % (check["state"], check["name"], check["found"]),
                          text.out)
            if check["state"] != "ok":
                self.assertIn("-> " + check["remedy"], text.out)
            else:
                self.assertNotIn("remedy", check)

    def test_facts(self):
        checks = {c["name"]: c for c in
                  json.loads(self.ocirun("doctor", "--format", "json").out)["checks"]}
        self.assertEqual(checks["kernel"]["found"], "Linux " + os.uname().release)
        effective = int(harness.read("/proc/self/status").split("CapPrm:")[1].split()[0], 16)
        self.assertEqual("CAP_SYS_RESOURCE" in checks["capabilities"]["found"],
                         not effective & 1 << 24)
        self.assertEqual(checks["swap limits"]["state"] == "ok",
                         harness.counts_swap())

    def test_a_missing_call_is_named(self):
        """A filter around it makes mount_setattr(2) unknown."""
        result = self.ocirun("doctor", prefix=(
            "strace", "-qq", "-o", "/dev/null", "-e", "inject=mount_setattr:error=ENOSYS"))
        self.assertEqual(result.code, 1)
        self.assertRegex(result.out, r"(?m)^missing  system call +mount_setattr is not there, "
                         r"Linux 5\.12 brought it\n +-> a newer kernel, or one built with it$")

    def test_unknown_format(self):
        self.fails('unknown format "xml"', "doctor", "--format", "xml")


if __name__ == "__main__":
    harness.main()
