#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Labels of AppArmor and SELinux, on a host that has them."""
import os
import subprocess

import harness
from harness import PROC, REMOVE, Test, minimal, read, tmpfs

PROFILE = "ocirun-test-%d" % os.getpid()
# Everything but reading one file, so that the test's own tools go on working.
RULES = """profile %s flags=(attach_disconnected,mediate_deleted) {
  file,
  capability,
  mount,
  signal,
  unix,
  ptrace,
  deny /secret r,
}
"""


def has_apparmor():
    try:
        return read("/sys/module/apparmor/parameters/enabled").strip() == "Y"
    except OSError:
        return False


def has_selinux():
    return os.path.exists("/sys/fs/selinux/enforce")


class Absent(Test):
    """Whoever asks for a label that nobody would look at is told so."""

    def test_apparmor(self):
        harness.skip_unless(not has_apparmor(), "AppArmor is enabled here")
        self.create_fails("/process/apparmorProfile: AppArmor is not enabled on this host",
                          minimal(process__apparmorProfile="docker-default"))

    def test_selinux(self):
        harness.skip_unless(not has_selinux(), "SELinux is enabled here")
        self.create_fails("/process/selinuxLabel: SELinux is not enabled on this host",
                          minimal(process__selinuxLabel="system_u:system_r:container_t:s0"))
        self.create_fails("/linux/mountLabel: SELinux is not enabled on this host",
                          minimal(linux__mountLabel="system_u:object_r:container_file_t:s0"))

    def test_empty_is_none(self):
        """Engines write it."""
        facts = self.observe(minimal("uid", process__apparmorProfile="", process__selinuxLabel="",
                                     linux__mountLabel=""))
        self.assertEqual(facts["uid"], "0")


class AppArmor(Test):
    @classmethod
    def setUpClass(cls):
        harness.skip_unless(has_apparmor(), "AppArmor is not enabled here")
        cls.parse("--replace")

    @classmethod
    def tearDownClass(cls):
        cls.parse("--remove")

    @staticmethod
    def parse(action):
        subprocess.run(["apparmor_parser", action, "--skip-cache"], input=RULES % PROFILE, text=True,
                       check=True)

    def config(self, *args, **changes):
        return minimal(*args, mounts=[PROC], process__apparmorProfile=PROFILE, **changes)

    def test_the_process_has_it(self):
        facts = self.observe(self.config("label.current"))
        self.assertEqual(facts["label.current"], PROFILE + " (enforce)")

    def test_it_is_enforced(self):
        bundle = self.bundle(self.config("open", "/secret"))
        bundle.file("/secret", "x")
        bundle.file("/open", "x")
        self.assertEqual(self.observe(bundle, code=1)["open"], "EACCES")
        bundle.config["process"]["args"] = ["/bin/report", "open", "/open"]
        bundle.save()
        self.assertEqual(self.observe(bundle)["open"], "ok")

    def test_whatever_is_mounted_on_proc(self):
        """CVE-2019-16884: the label is not written there."""
        bundle = self.bundle(self.config("open", "/secret"))
        bundle.config["mounts"] = [tmpfs("/proc")]
        bundle.save()
        bundle.file("/secret", "x")
        self.assertEqual(self.observe(bundle, code=1)["open"], "EACCES")

    def test_in_a_user_namespace(self):
        config = self.config("label.current")
        config["linux"]["namespaces"].append({"type": "user"})
        for kind in ("uidMappings", "gidMappings"):
            config["linux"][kind] = [{"containerID": 0, "hostID": 100000, "size": 65536}]
        bundle = self.bundle(config)
        os.chown(bundle.rootfs, 100000, 100000)
        self.assertEqual(self.observe(bundle)["label.current"], PROFILE + " (enforce)")

    def test_unconfined(self):
        facts = self.observe(minimal("label.current", mounts=[PROC],
                                     process__apparmorProfile="unconfined"))
        self.assertEqual(facts["label.current"], "unconfined")

    def test_created_and_started(self):
        """Init has it only from execve on."""
        id = self.create(self.config("sleep"))
        pid = self.state(id)["pid"]
        self.assertNotIn(PROFILE, read("/proc/%d/attr/current" % pid))
        self.works("start", id)
        harness.until(lambda: PROFILE in read("/proc/%d/attr/current" % pid), "the profile")

    def test_not_loaded(self):
        self.create_fails('/process/apparmorProfile: write "exec no-such-profile" to '
                          "/proc/self/attr/apparmor/exec: the profile is not loaded",
                          minimal(process__apparmorProfile="no-such-profile"))


class SELinux(Test):
    """In permissive mode, too, labels are given and can be seen."""

    @classmethod
    def setUpClass(cls):
        harness.skip_unless(has_selinux(), "SELinux is not enabled here")

    def own(self):
        return read("/proc/self/attr/current").rstrip("\0\n")

    def level(self):
        """A label that differs from ours in its category alone, which any policy takes."""
        return ":".join(self.own().split(":")[:3] + ["s0:c1,c2"])

    def test_the_process_has_it(self):
        facts = self.observe(minimal("label.current", mounts=[PROC],
                                     process__selinuxLabel=self.level()))
        self.assertEqual(facts["label.current"], self.level())

    def test_the_keyring_has_it(self):
        id, pid, _ = self.running(minimal("sleep", process__selinuxLabel=self.level()))
        self.assertIn(id, read("/proc/keys"))

    def test_mounts_have_it(self):
        label = "system_u:object_r:tmp_t:s0"
        config = minimal("mount", mounts=[PROC, tmpfs("/data")], linux__mountLabel=label)
        config["linux"]["namespaces"].append({"type": "ipc"})
        config["mounts"].append({"destination": "/dev/mqueue", "type": "mqueue", "source": "mqueue"})
        facts = self.observe(config)
        line = next(line for line in facts.values() if line.startswith("/data "))
        self.assertRegex(line, r'context="?%s"?' % label)

    def test_unknown(self):
        self.create_fails('/process/selinuxLabel: write "no:such:label:s0" to /proc/self/attr/exec: '
                          "the policy does not know the label",
                          minimal(process__selinuxLabel="no:such:label:s0"))


if __name__ == "__main__":
    harness.main()
