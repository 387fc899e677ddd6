#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A caller who is a user of this machine: with a name, subordinate ids and a folder for what runs,
and under systemd with cgroups of its own. Of users.py the callers have none of these."""
import json
import os
import pwd
import shutil

import harness
from harness import PROC, TAG, Test, bind, minimal, read, write
from users import mappings


def ids_of(name, file):
    """The subordinate ones: [(first, count)]."""
    lines = [line.split(":") for line in read(file).splitlines()] if os.path.exists(file) else []
    return [(int(line[1]), int(line[2])) for line in lines if line[0] == name]


def find_user():
    """The first one that has subordinate ids of both kinds and is not root."""
    for user in pwd.getpwall():
        if user.pw_uid and ids_of(user.pw_name, "/etc/subuid") and \
                ids_of(user.pw_name, "/etc/subgid"):
            return user
    return None


def make_user():
    """One who is there for these tests alone: they have the mounts to themselves."""
    free = max(entry.pw_uid for entry in pwd.getpwall() if entry.pw_uid < 60000) + 1
    lines = {
        "passwd": "ocirun-test:x:%d:%d::/:/bin/sh\n" % (free, free),
        "group": "ocirun-test:x:%d:\n" % free,
        "subuid": "ocirun-test:200000000:65536\n",
        "subgid": "ocirun-test:200000000:65536\n"}
    for name, line in lines.items():
        file = os.path.join(Test.work, name)
        write(file, read("/etc/" + name) + line)
        os.chmod(file, 0o644)
        harness.mount(file, "/etc/" + name, None, harness.MS_BIND)


USER = find_user()


class OfUser(Test):
    """What ocirun is called by."""

    @classmethod
    def setUpClass(cls):
        global USER
        harness.skip_unless(shutil.which("newuidmap"), "newuidmap is not installed")
        if not USER:
            make_user()
            USER = find_user()

    def setUp(self):
        super().setUp()
        os.chmod(self.directory, 0o755)
        self.runtime_directory = os.path.join(self.directory, "run")
        os.mkdir(self.runtime_directory, 0o700)
        os.chown(self.runtime_directory, USER.pw_uid, USER.pw_gid)

    def bundle(self, config=None):
        bundle = super().bundle(config)
        for path in (bundle.path, bundle.rootfs, bundle.rootfs + "/bin"):
            os.chmod(path, 0o755)
            os.chown(path, USER.pw_uid, USER.pw_gid)
        return bundle

    def ocirun(self, *args, prefix=(), root=None, **more):
        user = ("setpriv", "--reuid", USER.pw_name, "--regid", str(USER.pw_gid), "--init-groups",
                "--inh-caps=-all", "env", "-i", "PATH=" + os.environ["PATH"],
                "HOME=" + USER.pw_dir, "XDG_RUNTIME_DIR=" + self.runtime_directory)
        return super().ocirun(*args, prefix=(*user, *prefix), root=root or False, **more)


class Rootless(OfUser):
    """Without --root: what the user has is found by itself."""

    def maps(self):
        """What is expected of the two kinds: the user is root, and behind it all its others."""
        found = []
        for id, file in ((USER.pw_uid, "/etc/subuid"), (USER.pw_gid, "/etc/subgid")):
            ranges, inside = ["0 %d 1" % id], 1
            for first, count in ids_of(USER.pw_name, file):
                ranges.append("%d %d %d" % (inside, first, count))
                inside += count
            found.append(ranges)
        return found

    def test_all_ids_of_the_user(self):
        facts = self.observe(minimal("uid", "gid", "uid_map", "gid_map", "setgroups", mounts=[PROC]))
        self.assertEqual((facts["uid"], facts["gid"], facts["setgroups"]), ("0", "0", "allow"))
        for name, expected in zip(("uid_map", "gid_map"), self.maps()):
            self.assertEqual([facts["%s.%d" % (name, i)] for i in range(len(expected))], expected)

    def test_somebody_else_inside(self):
        facts = self.observe(minimal("uid", "gid", "groups", process__user={
            "uid": 5, "gid": 6, "additionalGids": [7]}))
        self.assertEqual((facts["uid"], facts["gid"], facts["groups"]), ("5", "6", "7"))

    def test_files_belong_to_subordinate_ids(self):
        share = os.path.join(self.directory, "share")
        os.mkdir(share)
        os.chmod(share, 0o777)
        uids, gids = self.maps()
        config = minimal(linux__uidMappings=mappings(*(map(int, line.split()) for line in uids)),
                         linux__gidMappings=mappings(*(map(int, line.split()) for line in gids)),
                         mounts=[bind(share, "/data")])
        config["linux"]["namespaces"].append({"type": "user"})
        for uid, outside in ((0, USER.pw_uid), (5, ids_of(USER.pw_name, "/etc/subuid")[0][0] + 4)):
            config["process"].update(args=["/bin/report", "open", "/data/of-%d" % uid, "creat"],
                                     user={"uid": uid, "gid": uid})
            self.prints("open=ok", config)
            self.assertEqual(os.stat("%s/of-%d" % (share, uid)).st_uid, outside)

    def test_life(self):
        id, pid, _ = self.running()
        self.assertEqual(os.stat("/proc/%d" % pid).st_uid, USER.pw_uid)
        self.assertEqual(os.listdir(self.runtime_directory + "/ocirun"), [id])
        self.assertEqual(self.works("list", "--quiet").out, id + "\n")
        self.assertIn("uid=0\n", self.works("exec", id, "/bin/report", "uid").out)
        self.works("kill", id, "KILL")
        self.wait_stopped(id, pid)
        self.works("delete", id)

    def test_another_user_does_not_see_it(self):
        """Not even root by itself: the state is in the user's own folder."""
        id, _, _ = self.running()
        result = Test.ocirun(self, "state", id)
        self.assertEqual((result.code, result.err), (
            1, 'ocirun: container "%s" does not exist: container does not exist\n' % id))

    def test_spec(self):
        bundle = self.bundle()
        path = os.path.join(bundle.path, "config.json")
        os.unlink(path)
        self.works("spec", "--rootless", "--bundle", bundle.path)
        config = json.loads(read(path))
        config["process"].update(args=["/bin/report", "uid"], terminal=False)
        write(path, json.dumps(config))
        result = self.ocirun("run", "--bundle", bundle.path, self.new_id())
        self.assertEqual((result.code, result.err, result.facts().get("uid")), (0, "", "0"))


class Delegated(Rootless):
    """In a scope that the user's own manager of systemd made, as an engine is that the user has
    started."""

    def setUp(self):
        super().setUp()
        self.bus = "/run/user/%d/bus" % USER.pw_uid
        harness.skip_unless(os.path.exists(self.bus), "the user has no manager of systemd running")
        self.runtime_directory = os.path.dirname(self.bus)
        self.unit = TAG + ".scope"
        self.scope = ("systemd-run", "--user", "--scope", "--quiet", "--collect",
                      "--unit=" + self.unit)

    def started(self, config):
        pipe = self.pipe()
        id = self.create(config, stdout=pipe.write_end, prefix=self.scope)
        pipe.close_write()
        self.works("start", id)
        pipe.wait_for("sleep=ready")
        pid = self.state(id)["pid"]
        return id, pid, harness.CGROUPS + read("/proc/%d/cgroup" % pid).strip()[3:]

    def ended(self, group):
        scope = group[:group.index(self.unit) + len(self.unit)]
        harness.until(lambda: not os.path.exists(scope), "the scope to end")

    def test_stays_in_it(self):
        """So that the container ends with the service that it belongs to."""
        id, pid, group = self.started(minimal("sleep"))
        self.assertRegex(group, "/user.slice/user-%d.slice/user@%d.service/.*/%s/ocirun/%s$" % (
            USER.pw_uid, USER.pw_uid, self.unit, id))
        self.works("pause", id)
        self.assertEqual(self.state(id)["status"], "paused")
        self.works("resume", id)
        self.assertEqual(json.loads(self.works("ps", "-f", "json", id).out), [pid])
        self.works("delete", "--force", id)
        self.ended(group)

    def test_limits(self):
        """A group in which somebody is cannot have any, so it is beside the scope."""
        id, pid, group = self.started(minimal("sleep", linux__resources={
            "pids": {"limit": 9}, "memory": {"limit": 64 << 20},
            "devices": [{"allow": False, "access": "rwm"}]}))
        self.assertNotIn(self.unit, group)
        self.assertEqual(read(group + "/pids.max").strip(), "9")
        self.assertEqual(read(group + "/memory.max").strip(), str(64 << 20))
        facts = self.ocirun("exec", id, "/bin/report", "forkbomb", "20", prefix=self.scope).facts()
        self.assertEqual(facts["forkbomb.error"], "EAGAIN")
        self.works("update", "--pids-limit", "30", id)
        self.assertEqual(self.works("exec", id, "/bin/report", "forkbomb", "20",
                                    prefix=self.scope).facts()["forkbomb.forked"], "20")
        self.works("delete", "--force", id)
        self.assertFalse(os.path.exists(group))

    def test_limits_that_are_not_delegated(self):
        skip = "cpuset" in read(harness.CGROUPS + "/user.slice/user-%d.slice/user@%d.service/"
                                "cgroup.controllers" % (USER.pw_uid, USER.pw_uid)).split()
        harness.skip_unless(not skip, "the user has been given every controller")
        result = self.ocirun("create", "--bundle", self.bundle(minimal(
            "sleep", linux__resources={"cpu": {"cpus": "0"}})).path, self.new_id(),
            prefix=self.scope)
        self.assertEqual(result.code, 1)
        self.assertIn("/linux/resources: enable cgroup controllers", result.err)


if __name__ == "__main__":
    harness.main()
