#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""ocirun features: the document of the standard's features.md. It has the standard's shape, and what
it says is understood is understood: each element is fed back. FEA-*, FLX-*."""
import json
import subprocess

import harness
from harness import PROC, Test, minimal, tmpfs

class Features(Test):
    def setUp(self):
        super().setUp()
        self.text = self.works("features").out
        self.features = json.loads(self.text)

    def plans(self, config):
        """It is understood: a plan can be made of it."""
        return self.works("plan", "--bundle", self.bundle(config).path).out

    def refuses(self, config, message):
        bundle = self.bundle(config)
        self.assertEqual(self.ocirun("plan", "--bundle", bundle.path).err,
                         "ocirun: %s\n" % bundle.at(*message.split(": ", 1)))

    def seccomp(self, **changes):
        config = minimal()
        config["linux"]["seccomp"] = dict({"defaultAction": "SCMP_ACT_ALLOW"}, **changes)
        return config

    def test_nothing_but_the_document(self):
        """CRI-O reads standard output and error as one."""
        run = subprocess.run([harness.OCIRUN, "features"], stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, check=True, env={})
        self.assertEqual(json.loads(run.stdout), self.features)

    def test_schema(self):
        validator = harness.schema_validator("features-schema.json")
        self.assertEqual([error.message for error in validator.iter_errors(self.features)], [])
        # The same schema does find fault.
        broken = json.loads(self.text)
        broken["linux"]["namespaces"].append("nope")
        self.assertTrue(list(validator.iter_errors(broken)))

    def test_complete(self):
        """Every member of the standard is there: absent would mean that we do not know."""
        linux = self.features["linux"]
        self.assertEqual(list(self.features), [
            "ociVersionMin", "ociVersionMax", "hooks", "mountOptions", "linux", "annotations",
            "potentiallyUnsafeConfigAnnotations"])
        self.assertEqual(list(linux), [
            "namespaces", "capabilities", "cgroup", "seccomp", "apparmor", "selinux", "intelRdt",
            "memoryPolicy", "mountExtensions", "netDevices"])
        self.assertEqual(list(linux["cgroup"]), ["v1", "v2", "systemd", "systemdUser", "rdma"])
        self.assertEqual((linux["cgroup"]["systemd"], linux["cgroup"]["systemdUser"]), (True, True))
        self.assertEqual(list(linux["seccomp"]), [
            "enabled", "actions", "operators", "archs", "knownFlags", "supportedFlags"])
        self.assertEqual(list(linux["intelRdt"]), ["enabled", "schemata", "monitoring"])
        self.assertEqual(list(linux["memoryPolicy"]), ["modes", "flags"])
        for name in ("apparmor", "selinux", "netDevices"):
            self.assertIs(type(linux[name]["enabled"]), bool)
        self.assertIs(type(linux["mountExtensions"]["idmap"]["enabled"]), bool)

    def test_FEA_04_06_versions(self):
        for name in ("ociVersionMin", "ociVersionMax"):
            config = minimal("exit", "0", ociVersion=self.features[name])
            self.assertEqual(self.run_container(config).code, 0)
        self.assertLessEqual(self.features["ociVersionMin"].split("."),
                             self.features["ociVersionMax"].split("."))

    def test_FEA_09_hooks(self):
        for hook in self.features["hooks"]:
            self.plans(minimal(hooks={hook: [{"path": "/bin/true"}]}))
        if "prestart" not in self.features["hooks"]:
            self.refuses(minimal(hooks={"prestart": [{"path": "/bin/true"}]}),
                         "/hooks: not supported yet")

    def test_FEA_10_mount_options(self):
        """An option that is understood does not go to the file system as one of its own."""
        options = self.features["mountOptions"]
        self.assertEqual(options, sorted(options))
        self.assertIn("rro", options)
        superblock = {"sync", "async", "dirsync", "lazytime", "nolazytime", "mand", "nomand"}
        for option in options:
            with self.subTest(option):
                entry = dict(tmpfs("/x", option), source="/bin")
                if option in ("idmap", "ridmap"):
                    ids = [{"containerID": 0, "hostID": 0, "size": 1}]
                    entry.update(uidMappings=ids, gidMappings=ids)
                plan = self.plans(minimal(mounts=[entry]))
                if option not in superblock:
                    self.assertNotIn('"%s"' % option, plan)
        self.assertIn("nope", self.plans(minimal(mounts=[tmpfs("/x", "nope")])))

    def test_FLX_01_namespaces(self):
        listed = self.features["linux"]["namespaces"]
        for name in listed:
            namespaces = [{"type": n} for n in {"mount", "pid", name}]
            ids = {}
            if name == "user":
                ids = [{"containerID": 0, "hostID": 1, "size": 1}]
                ids = {"linux__uidMappings": ids, "linux__gidMappings": ids}
            self.plans(minimal(linux__namespaces=namespaces, **ids))
        for name in {"pid", "network", "mount", "ipc", "uts", "user", "cgroup", "time"} - set(listed):
            self.refuses(minimal(linux__namespaces=[{"type": "mount"}, {"type": name}]),
                         "/linux/namespaces: a %s namespace is not supported yet" % name)

    def test_FLX_02_capabilities(self):
        names = self.features["linux"]["capabilities"]
        self.assertGreaterEqual(len(names), 41)

        def unknown(names):
            bundle = self.bundle(minimal(process__capabilities={"bounding": names}))
            out = json.loads(self.ocirun("validate", "--bundle", bundle.path, "--format",
                                         "json").out)
            return [f["message"] for f in out["standard"]["findings"] if f["rule"] == "CAP-01"]
        self.assertEqual(unknown(names), [])
        self.assertEqual(len(unknown(["CAP_NOPE"])), 1)

    def test_FLX_03_seccomp_actions(self):
        for action in self.features["linux"]["seccomp"]["actions"]:
            self.plans(self.seccomp(defaultAction=action, listenerPath="/none"))
            self.plans(self.seccomp(listenerPath="/none",
                                    syscalls=[{"names": ["mkdir"], "action": action}]))
        self.refuses(self.seccomp(defaultAction="SCMP_ACT_NOPE"),
                     '/linux/seccomp/defaultAction: unknown value "SCMP_ACT_NOPE"')

    def test_FLX_04_seccomp_operators(self):
        operators = self.features["linux"]["seccomp"]["operators"]
        self.assertEqual(len(operators), 7)
        for op in operators:
            self.plans(self.seccomp(syscalls=[{
                "names": ["mkdir"], "action": "SCMP_ACT_ERRNO",
                "args": [{"index": 0, "value": 1, "valueTwo": 1, "op": op}]}]))

    def test_FLX_05_seccomp_archs(self):
        archs = self.features["linux"]["seccomp"]["archs"]
        self.assertEqual(len(archs), 23)
        for arch in archs:
            self.plans(self.seccomp(architectures=[arch]))

    def test_FLX_06_07_seccomp_flags(self):
        seccomp = self.features["linux"]["seccomp"]
        for flag in seccomp["knownFlags"]:
            self.plans(self.seccomp(flags=[flag]))
        self.assertLessEqual(set(seccomp["supportedFlags"]), set(seccomp["knownFlags"]))
        for flag in seccomp["supportedFlags"]:
            with self.subTest(flag):
                config = self.seccomp(flags=[flag])
                config["process"]["args"] = ["/bin/report", "exit", "0"]
                self.assertEqual(self.run_container(config).code, 0)

    def test_FLX_08_09_memory_policy(self):
        policy = self.features["linux"]["memoryPolicy"]
        for mode in policy["modes"]:
            nodes = {} if mode in ("MPOL_DEFAULT", "MPOL_LOCAL") else {"nodes": "0"}
            self.plans(minimal(linux__memoryPolicy=dict(mode=mode, **nodes)))
        for flag in policy["flags"]:
            self.plans(minimal(linux__memoryPolicy={"mode": "MPOL_BIND", "nodes": "0",
                                                    "flags": [flag]}))

    def test_switches(self):
        """What is off is refused with an error that says so; what is on is understood."""
        linux = self.features["linux"]
        for enabled, config in (
                (linux["apparmor"]["enabled"], minimal(process__apparmorProfile="x")),
                (linux["selinux"]["enabled"], minimal(process__selinuxLabel="x")),
                (linux["intelRdt"]["enabled"], minimal(linux__intelRdt={"closID": "x"})),
                (linux["netDevices"]["enabled"], minimal(
                    linux__netDevices={"lo": {}},
                    linux__namespaces=[{"type": "mount"}, {"type": "network"}])),
                (linux["mountExtensions"]["idmap"]["enabled"], minimal(mounts=[dict(
                    PROC, uidMappings=[{"containerID": 0, "hostID": 0, "size": 1}],
                    gidMappings=[{"containerID": 0, "hostID": 0, "size": 1}])]))):
            result = self.ocirun("plan", "--bundle", self.bundle(config).path)
            if enabled and result.code != 0:    # a part of the kernel that is not there
                self.assertRegex(result.err, r"^ocirun: [^\n]* (is not enabled on this host|"
                                 r"no resctrl file system is mounted on /sys/fs/resctrl)\n$")
            elif enabled:
                self.assertEqual(result.code, 0, result)
            else:
                self.assertRegex(result.err, r"^ocirun: config\.json:\d+:\d+: /[^\n]* not supported yet\n$")

    def test_FEA_12_annotations(self):
        for key, value in self.features["annotations"].items():
            self.assertIs(type(value), str)
            self.assertIn(".", key)
            self.assertFalse(key.startswith("org.opencontainers."))
        self.assertEqual(self.features["potentiallyUnsafeConfigAnnotations"],
                         ["run.oci.keep_original_groups"])


if __name__ == "__main__":
    harness.main()
