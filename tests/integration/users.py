#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""User namespaces: made, joined, and those that a caller without privileges needs."""
import json
import os
import select
import shutil
import tempfile

import harness
from harness import (MS_PRIVATE, MS_REC, MS_SHARED, PROC, Test, bind, engine_default, minimal, mount,
                     read, tmpfs, write)

FIRST = 200000      # the container's root on the host
SIZE = 65536
CALLER = 54321      # who has no privileges, and no name
NAMESPACES = ("mount", "pid", "network", "ipc", "uts", "cgroup")
SYSFS = {"destination": "/sys", "type": "sysfs", "source": "sysfs", "options": ["ro"]}


def mappings(*ranges):
    return [dict(zip(("containerID", "hostID", "size"), range)) for range in ranges]


def with_users(config, *ranges, path=None):
    namespace = {"type": "user"}
    if path:
        namespace["path"] = path
    linux = config["linux"]
    linux["namespaces"] = [n for n in linux["namespaces"] if n["type"] != "user"] + [namespace]
    if ranges:
        linux["uidMappings"] = linux["gidMappings"] = mappings(*ranges)
    return config


def isolated(*args, ranges=((0, FIRST, SIZE),), types=NAMESPACES, **changes):
    config = minimal(*args, **changes)
    config["linux"]["namespaces"] = [{"type": type} for type in types]
    return with_users(config, *ranges)


def root_mounts(facts):
    """destination -> line of the mount table."""
    return {line.split()[0]: line for name, line in facts.items()
            if name.startswith("mount.") and name != "mount.count"}


class UserTest(Test):
    def setUp(self):
        super().setUp()
        harness.skip_unless(read("/proc/sys/user/max_user_namespaces").strip() != "0",
                            "user.max_user_namespaces is 0")

    def bundle(self, config=None, owner=FIRST):
        """The root file system belongs to the container's root, as engines see to it."""
        bundle = super().bundle(config)
        for path in [bundle.rootfs] + [os.path.join(bundle.rootfs, name)
                                       for name in os.listdir(bundle.rootfs)]:
            os.chown(path, owner, owner)
        return bundle

    def share(self):
        """A directory of the host that all may read, with a file of root in it."""
        path = tempfile.mkdtemp(dir=self.directory)
        os.chmod(path, 0o755)
        write(os.path.join(path, "file"), "of the host")
        return path


class Shared(UserTest):
    """On a host whose "/" is shared, as under systemd."""

    def setUp(self):
        mount(None, "/", None, MS_SHARED | MS_REC)
        super().setUp()

    def tearDown(self):
        super().tearDown()
        mount(None, "/", None, MS_PRIVATE | MS_REC)

    def test_propagation(self):
        """What the host opens for the container is shared with it only when that is asked for."""
        for value, pattern in ((None, "^master:[0-9]+$"), ("rslave", "^master:[0-9]+$"),
                               ("rprivate", "^private$"), ("shared", "^shared:[0-9]+(,master:[0-9]+)?$")):
            config = isolated("mount", mounts=[PROC, bind(self.share(), "/v")])
            if value:
                config["linux"]["rootfsPropagation"] = value
            table = root_mounts(self.observe(config))
            for path in ("/", "/v", "/dev/null"):
                self.assertRegex(table[path].split()[5], pattern, (value, path))


class Made(UserTest):
    """NS-01, UGM-01 to UGM-04"""

    def test_ids(self):
        facts = self.observe(isolated("uid", "fsuid", "gid", "groups", "uid_map", "gid_map",
                                      "setgroups", mounts=[PROC], process__user={
                                          "uid": 3, "gid": 4, "additionalGids": [5, 65535]}))
        self.assertEqual((facts["uid"], facts["fsuid"], facts["gid"]), ("3", "3", "4"))
        self.assertEqual(facts["groups"], "5,65535")
        for map in ("uid_map.0", "gid_map.0"):
            self.assertEqual(facts[map], "0 %d %d" % (FIRST, SIZE))
        self.assertEqual(facts["setgroups"], "allow")

    def test_the_host_sees_the_mapped_ids(self):
        id, pid, _ = self.running(isolated("sleep", process__user={"uid": 3, "gid": 4}))
        status = read("/proc/%d/status" % pid)
        self.assertIn("Uid:\t" + "\t".join([str(FIRST + 3)] * 4), status)
        self.assertIn("Gid:\t" + "\t".join([str(FIRST + 4)] * 4), status)

    def test_all_namespaces_are_its_own(self):
        """Each belongs to the new user namespace, so root inside has its say in them."""
        config = isolated("ns", mounts=[PROC], hostname="inside")
        config["linux"]["namespaces"].append({"type": "time"})
        facts = self.observe(config)
        for name in ("user", "time") + ("mnt", "pid", "net", "ipc", "uts", "cgroup"):
            self.assertNotIn(facts["ns." + name], os.readlink("/proc/self/ns/" + name), name)

    def test_capabilities_that_the_caller_lacks(self):
        """In its own user namespace there are all of them."""
        names = ["CAP_CHOWN", "CAP_SYS_RESOURCE"]
        facts = self.observe(isolated("caps", process__capabilities={
            set: names for set in ("bounding", "effective", "permitted")}))
        self.assertEqual(facts["caps.effective.names"], ",".join(names))
        self.assertEqual(facts["caps.permitted.names"], ",".join(names))

    def test_several_ranges(self):
        facts = self.observe(isolated("uid_map", "uid", mounts=[PROC], ranges=(
            (0, FIRST, 10), (10, FIRST + 1000, 20), (100, FIRST + 5000, 1))))
        self.assertEqual(facts["uid_map.1"], "10 %d 20" % (FIRST + 1000))
        self.assertEqual(facts["uid_map.2"], "100 %d 1" % (FIRST + 5000))

    def test_as_many_ranges_as_the_kernel_takes(self):
        facts = self.observe(self.bundle(isolated("uid_map", mounts=[PROC], ranges=[
            (i, 2000 + i * 2, 1) for i in range(340)]), owner=2000))
        self.assertEqual(facts["uid_map.339"], "339 2678 1")

    def test_without_a_root(self):
        """podman's keep-id can leave 0 unmapped."""
        bundle = self.bundle(isolated("uid", process__user={"uid": 7, "gid": 7},
                                      ranges=((7, FIRST, 1),)))
        self.assertEqual(self.observe(bundle)["uid"], "7")

    def test_the_root_file_system_is_not_changed(self):
        """UGM-04: what belongs to nobody inside stays so."""
        bundle = Test.bundle(self, isolated("stat", "/bin/report", mounts=[tmpfs("/dev")]))
        os.mkdir(os.path.join(bundle.rootfs, "dev"))
        self.assertEqual(self.observe(bundle)["uid"], "65534")
        self.assertEqual(os.stat(bundle.rootfs).st_uid, 0)

    def test_new_files_belong_to_root_inside(self):
        bundle = self.bundle(isolated("exit", "0", mounts=[tmpfs("/new/directory")]))
        self.assertEqual(self.run_container(bundle).code, 0)
        self.assertEqual(os.stat(os.path.join(bundle.rootfs, "new/directory")).st_uid, FIRST)

    def test_no_room_for_a_mount_point(self):
        """Where the root belongs to somebody else, nothing can be made in it."""
        bundle = Test.bundle(self, isolated(mounts=[tmpfs("/new")]))
        self.create_fails('/mounts/0: make directory "/new": permission denied', bundle)

    def test_oom_score(self):
        facts = self.observe(isolated("oom_score_adj", mounts=[PROC], process__oomScoreAdj=321))
        self.assertEqual(facts["oom_score_adj"], "321")

    def test_time_offsets(self):
        config = isolated("timens_offsets", mounts=[PROC],
                          linux__timeOffsets={"boottime": {"secs": 7}})
        config["linux"]["namespaces"].append({"type": "time"})
        self.assertEqual(self.observe(config)["timens_offsets.boottime"], "7 0")

    def test_hostname_and_sysctl(self):
        facts = self.observe(isolated("hostname", "domainname", hostname="h", domainname="d"))
        self.assertEqual((facts["hostname"], facts["domainname"]), ("h", "d"))
        self.prints("1", isolated("read", "/proc/sys/net/ipv4/ip_forward", mounts=[PROC],
                                  linux__sysctl={"net.ipv4.ip_forward": "1"}))

    def test_engine_default(self):
        """What an engine sends, with a user namespace: the same as without one."""
        config = with_users(engine_default("mount", "uid"), (0, FIRST, SIZE))
        bundle = self.bundle(config)
        shutil.copytree(os.path.join(harness.SOURCE_DIR, "tests/data/engine-default/files"),
                        os.path.join(bundle.path, "files"))
        plain = Test.bundle(self, engine_default("mount", "uid"))
        shutil.copytree(os.path.join(bundle.path, "files"), os.path.join(plain.path, "files"))
        inside, without = root_mounts(self.observe(bundle)), root_mounts(self.observe(plain))
        bound = {"/dev/" + name for name in ("null", "zero", "full", "random", "urandom", "tty")}
        self.assertEqual(set(inside), set(without) | bound)

    def test_needs_mappings(self):
        self.create_fails("/linux/uidMappings: a new user namespace needs mappings",
                          isolated(ranges=()))

    def test_nothing_is_left_when_the_kernel_refuses(self):
        """Ids that the kernel does not take: those of another range twice are found before."""
        config = isolated()
        config["linux"]["uidMappings"] = mappings((0, FIRST, 10), (5, FIRST + 20, 10))
        bundle = self.bundle(config)
        self.create_fails(bundle.at("/linux/uidMappings/1", "the mapping overlaps with "
                                    "/linux/uidMappings/0"), bundle)


class Files(UserTest):
    """What the ids inside may not reach, and the host gives them."""

    def test_devices(self):
        for name, rdev in (("null", "1:3"), ("zero", "1:5"), ("full", "1:7"), ("random", "1:8"),
                           ("urandom", "1:9"), ("tty", "5:0")):
            facts = self.observe(isolated("stat", "/dev/" + name, mounts=[tmpfs("/dev")]))
            self.assertEqual((facts["type"], facts["rdev"]), ("char", rdev))

    def test_a_device_that_is_another_one(self):
        config = isolated(linux__devices=[{"path": "/dev/zero", "type": "c", "major": 1, "minor": 3}])
        self.create_fails('/linux/devices/0: look whether "/dev/zero" has mode 0x2000, device 0x103:'
                          ' no such device or address', config)

    def test_a_device_that_the_host_lacks(self):
        config = isolated(linux__devices=[{"path": "/dev/none", "type": "c", "major": 1, "minor": 3}])
        self.create_fails('/linux/devices/0: open_tree "/dev/none": no such file or '
                          'directory', config)

    def test_a_fifo_is_made(self):
        bundle = self.bundle(isolated("stat", "/dev/pipe", linux__devices=[
            {"path": "/dev/pipe", "type": "p", "fileMode": 0o640, "uid": 2, "gid": 3}]))
        facts = self.observe(bundle)
        self.assertEqual(facts["type"], "fifo")
        self.assertEqual((facts["uid"], facts["gid"]), ("2", "3"))

    def test_a_source_that_root_inside_cannot_reach(self):
        hidden = os.path.join(self.directory, "hidden")
        os.mkdir(hidden, 0o700)
        os.mkdir(os.path.join(hidden, "source"), 0o755)
        write(os.path.join(hidden, "source", "file"), "here")
        self.prints("here", isolated("read", "/data/file",
                                     mounts=[bind(os.path.join(hidden, "source"), "/data")]))

    def test_a_root_that_root_inside_cannot_reach(self):
        bundle = self.bundle(isolated("uid"))
        os.chmod(bundle.path, 0o700)
        self.assertEqual(self.observe(bundle)["uid"], "0")

    def test_a_thousand_sources(self):
        """More than the channel holds at once."""
        share = self.share()
        config = isolated("read", "/b/999/file",
                          mounts=[bind(share, "/b/%d" % i) for i in range(1000)])
        self.prints("of the host", config)

    def test_a_source_that_is_missing(self):
        self.create_fails('/mounts/0: open_tree "/none": no such file or directory',
                          isolated(mounts=[bind("/none", "/b")]))

    def test_copy_symlink(self):
        share = self.share()
        os.symlink("nowhere", os.path.join(share, "link"))
        config = isolated("read", "/file", mounts=[
            bind(os.path.join(share, "link"), "/link", "copy-symlink"),
            bind(os.path.join(share, "file"), "/file", "copy-symlink")])
        bundle = self.bundle(config)
        self.prints("of the host", bundle)
        self.assertEqual(os.readlink(os.path.join(bundle.rootfs, "link")), "nowhere")

    def test_flags_are_as_asked(self):
        share = self.share()
        facts = self.observe(isolated("mount", mounts=[
            PROC, bind(share, "/a", "ro", "nosuid"), bind(share, "/b", "rro", "nodev", "noatime")]))
        mounts = root_mounts(facts)
        self.assertIn("ro,nosuid", mounts["/a"])
        self.assertIn("ro,nodev,noatime", mounts["/b"])

    def test_masked_and_readonly(self):
        config = isolated("read", "/proc/self/comm", mounts=[PROC],
                          linux__maskedPaths=["/proc/version", "/proc/tty"],
                          linux__readonlyPaths=["/proc/sys"])
        self.prints("report", config)
        config["process"]["args"] = ["/bin/report", "stat", "/proc/version"]
        self.assertEqual(self.observe(config)["rdev"], "1:3")

    def test_ids_of_a_mount_are_those_of_the_container(self):
        """IDM-03: what is root's on the disk is root's inside, both ways."""
        share = self.share()
        config = isolated("stat", "/data/file", mounts=[bind(share, "/data", "idmap")])
        self.assertEqual(self.observe(config)["uid"], "0")
        config["process"]["args"] = ["/bin/report", "open", "/data/new", "creat"]
        self.run_container(config)
        self.assertEqual(os.stat(os.path.join(share, "new")).st_uid, 0)

    def test_ids_of_a_mount_and_below(self):
        share = self.share()
        os.mkdir(os.path.join(share, "below"))
        harness.mount("none", os.path.join(share, "below"), "tmpfs")
        try:
            for option, uid in (("ridmap", "0"), ("idmap", "65534")):
                facts = self.observe(isolated("stat", "/data/below",
                                              mounts=[bind(share, "/data", option)]))
                self.assertEqual(facts["uid"], uid, option)
        finally:
            harness.umount(os.path.join(share, "below"))

    def test_a_mount_with_mappings_of_its_own(self):
        share = self.share()
        os.chown(os.path.join(share, "file"), 1000, 1000)
        mount = bind(share, "/data", "idmap")
        mount["uidMappings"] = mount["gidMappings"] = mappings((1000, FIRST + 33, 1))
        facts = self.observe(isolated("stat", "/data/file", mounts=[mount]))
        self.assertEqual(facts["uid"], "33")

    def test_ids_of_a_mount_that_has_none(self):
        bundle = self.bundle(isolated(mounts=[bind("/proc", "/data", "idmap")]))
        self.fails(bundle.at("/mounts/0", 'open_tree "/proc": its file system cannot map ids'), "create",
                   "--bundle", bundle.path, self.new_id())


class HostsOwn(UserTest):
    """File systems of a namespace that is not the container's: the host's are shown, and no more
    writable than asked."""

    def types(self, *without):
        return [type for type in NAMESPACES if type not in without]

    def test_proc_without_a_pid_namespace(self):
        facts = self.observe(isolated("mount", "pid", types=self.types("pid"), mounts=[PROC]))
        self.assertIn(" proc ", root_mounts(facts)["/proc"])
        self.assertNotEqual(facts["pid"], "1")

    def test_sys_without_a_network_namespace(self):
        facts = self.observe(isolated("mount", types=self.types("network"),
                                      mounts=[PROC, SYSFS]))
        below = {path: line for path, line in root_mounts(facts).items() if path.startswith("/sys")}
        self.assertIn("/sys", below)
        for path, line in below.items():
            self.assertRegex(line, r"\bro\b", path)
        for path in ("/sys", "/sys/fs/cgroup", "/sys/kernel"):
            config = isolated("open", path + "/new", "creat", types=self.types("network"), mounts=[SYSFS])
            self.assertRegex(self.run_container(config).out, "EROFS|EACCES|EPERM")

    def test_mqueue_without_an_ipc_namespace(self):
        harness.skip_unless(os.path.ismount("/dev/mqueue"), "/dev/mqueue is not mounted here")
        facts = self.observe(isolated("mount", types=self.types("ipc"), mounts=[
            PROC, {"destination": "/dev/mqueue", "type": "mqueue", "source": "mqueue"}]))
        self.assertIn("/dev/mqueue", root_mounts(facts))

    def test_devpts_with_a_group_that_is_not_mapped(self):
        """Engines ask for gid=5 always."""
        facts = self.observe(isolated("mount", ranges=((0, FIRST, 1),), mounts=[
            PROC, {"destination": "/dev/pts", "type": "devpts", "source": "devpts",
             "options": ["newinstance", "ptmxmode=0666", "mode=0620", "gid=5"]}]))
        self.assertIn("ptmxmode=666", root_mounts(facts)["/dev/pts"])

    def test_cgroups_without_a_namespace_of_them(self):
        facts = self.observe(isolated("mount", types=self.types("cgroup"), mounts=[
            PROC, {"destination": "/sys/fs/cgroup", "type": "cgroup", "source": "cgroup",
             "options": ["ro"]}]))
        below = [line for path, line in root_mounts(facts).items()
                 if path.startswith("/sys/fs/cgroup")]
        self.assertTrue(below)
        for line in below:
            self.assertRegex(line, r"\bro\b")


class KeptGroups(UserTest):
    """The annotation that podman sets for --group-add keep-groups: groups of the caller that are not
    mapped go on letting the program in."""

    CALLER = ("setpriv", "--groups", "5,%d" % (FIRST + 7))

    def groups(self, value, make=minimal, **changes):
        annotations = {} if value is None else {"run.oci.keep_original_groups": value}
        config = make("groups", annotations=annotations, **changes)
        return self.observe(config, prefix=self.CALLER)["groups"]

    def test_run(self):
        for value, groups in ((None, "none"), ("0", "none"), ("1", "5,%d" % (FIRST + 7))):
            self.assertEqual(self.groups(value), groups)

    def test_instead_of_others(self):
        user = {"uid": 0, "gid": 0, "additionalGids": [9]}
        self.assertEqual(self.groups("1", process__user=user), "5,%d" % (FIRST + 7))

    def test_a_user_namespace(self):
        self.assertEqual(self.groups("1", isolated), "65534,7")

    def test_exec(self):
        """Those of whoever calls exec."""
        id, _, _ = self.running(minimal("sleep", annotations={"run.oci.keep_original_groups": "1"}))
        result = self.works("exec", id, "/bin/report", "groups", prefix=("setpriv", "--groups", "6"))
        self.assertEqual(result.facts()["groups"], "6")


class Joined(UserTest):
    """NS-04 for user namespaces. containerd and podman send mappings beside the path."""

    def test_all_of_another_container(self):
        """A pod."""
        first, pid, _ = self.running(isolated("sleep"))
        for ranges in ((), ((0, FIRST, SIZE),), ((0, 0, 1),)):
            config = isolated("ns", "uid", "uid_map", mounts=[PROC], ranges=ranges)
            for namespace in config["linux"]["namespaces"]:
                if namespace["type"] != "mount":
                    name = {"network": "net"}.get(namespace["type"], namespace["type"])
                    namespace["path"] = "/proc/%d/ns/%s" % (pid, name)
            facts = self.observe(self.bundle(config))
            for name in ("user", "pid", "net", "ipc", "uts", "cgroup"):
                self.assertIn(facts["ns." + name], os.readlink("/proc/%d/ns/%s" % (pid, name)))
            self.assertNotIn(facts["ns.mnt"], os.readlink("/proc/%d/ns/mnt" % pid))
            self.assertEqual((facts["uid"], facts["uid_map.0"]), ("0", "0 %d %d" % (FIRST, SIZE)))

    def test_the_user_namespace_alone(self):
        """The new ones belong to it: else proc and sysfs could not be mounted in them."""
        first, pid, _ = self.running(isolated("sleep"))
        config = with_users(isolated("ns", "mount", "pid", mounts=[PROC, SYSFS]),
                            path="/proc/%d/ns/user" % pid)
        facts = self.observe(self.bundle(config))
        self.assertIn(facts["ns.user"], os.readlink("/proc/%d/ns/user" % pid))
        self.assertNotIn(facts["ns.net"], os.readlink("/proc/%d/ns/net" % pid))
        self.assertEqual(facts["pid"], "1")
        self.assertLessEqual({"/proc", "/sys"}, set(root_mounts(facts)))
        self.assertFalse([path for path in root_mounts(facts) if path.startswith("/sys/")])

    def test_with_a_time_namespace(self):
        first, pid, _ = self.running(isolated("sleep"))
        config = with_users(isolated("timens_offsets", mounts=[PROC],
                                     linux__timeOffsets={"boottime": {"secs": 5}}),
                            path="/proc/%d/ns/user" % pid)
        config["linux"]["namespaces"].append({"type": "time"})
        self.assertEqual(self.observe(self.bundle(config))["timens_offsets.boottime"], "5 0")

    def test_that_of_the_caller(self):
        """It cannot be joined: user_namespaces(7)."""
        config = with_users(minimal(), path="/proc/self/ns/user")
        self.create_fails("/linux/namespaces/2/path: setns user: invalid argument", config)

    def test_of_another_type(self):
        config = with_users(minimal(), path="/proc/self/ns/net")
        self.create_fails('/linux/namespaces/2/path: "/proc/self/ns/net" is not a namespace of that '
                          "type", config)


class CallerTest(UserTest):
    """A caller that is not root, and has no capabilities."""

    BECOME = ("setpriv", "--reuid", str(CALLER), "--regid", str(CALLER), "--clear-groups",
              "--inh-caps=-all")

    def setUp(self):
        super().setUp()
        for switch, bad in (("kernel/unprivileged_userns_clone", "0"),
                            ("kernel/apparmor_restrict_unprivileged_userns", "1")):
            path = "/proc/sys/" + switch
            harness.skip_unless(not os.path.exists(path) or read(path).strip() != bad,
                                "%s is %s" % (switch, bad))
        self.state_root = os.path.join(self.directory, "state")
        os.chmod(self.directory, 0o755)
        os.mkdir(self.state_root, 0o700)
        os.chown(self.state_root, CALLER, CALLER)

    def ocirun(self, *args, prefix=(), root=None, **more):
        return super().ocirun(*args, prefix=(*prefix, *self.BECOME),
                              root=self.state_root if root is None else root, **more)

    def bundle(self, config=None, owner=CALLER):
        bundle = super().bundle(config, owner)
        os.chmod(bundle.path, 0o755)
        return bundle


class Nested(CallerTest):
    """Root of a user namespace that somebody made before, as podman without privileges does."""

    BECOME = (*CallerTest.BECOME, "unshare", "--user", "--map-root-user", "--mount")

    def test_ids(self):
        facts = self.observe(minimal("uid", "uid_map", "setgroups", mounts=[PROC]))
        self.assertEqual((facts["uid"], facts["uid_map.0"]), ("0", "0 %d 1" % CALLER))
        self.assertEqual(facts["setgroups"], "deny")

    def test_devices(self):
        """They are the host's; what it does not have under that name nobody can make."""
        for path, number in (("/dev/null", "1:3"), ("/dev/tty", "5:0")):
            facts = self.observe(minimal("stat", path, mounts=[tmpfs("/dev")]))
            self.assertEqual(facts["rdev"], number)
        self.create_fails('/linux/devices/0: open_tree "/dev/other": no such file or directory', minimal(
            mounts=[tmpfs("/dev")],
            linux__devices=[{"path": "/dev/other", "type": "c", "major": 1, "minor": 7}]))

    def test_flags_that_are_locked_stay(self):
        share = self.share()
        script = 'mount --bind "$0" "$0" && mount -o remount,bind,ro,nosuid,noatime "$0" && exec "$@"'
        facts = self.observe(minimal("mount", mounts=[
            PROC, bind(share, "/data", "rw", "suid", "nodev", "strictatime")]),
            prefix=("unshare", "--mount", "sh", "-c", script, share))
        self.assertIn("ro,nosuid,nodev,noatime", root_mounts(facts)["/data"])

    def test_sys_without_a_network_namespace(self):
        facts = self.observe(minimal("mount", mounts=[PROC, SYSFS]))
        self.assertRegex(root_mounts(facts)["/sys"], r"[ ,]ro\b")

    def test_where_containers_are_recorded(self):
        """Not in /run/ocirun, which belongs to another root."""
        env = dict(os.environ, XDG_RUNTIME_DIR=self.state_root)
        self.assertEqual(self.works("list", "-q", root=False, env=env).out, "")
        bundle, id = self.bundle(minimal("sleep")), self.new_id()
        self.works("create", "--bundle", bundle.path, id, root=False, env=env)
        self.assertEqual(os.listdir(self.state_root + "/ocirun"), [id])
        self.works("delete", "--force", id, root=False, env=env)


class Unprivileged(CallerTest):
    def alone(self, *args, **changes):
        """With the mapping of the caller's own id."""
        return isolated(*args, ranges=((0, CALLER, 1),), **changes)

    def subordinate(self, lines):
        """A prefix under which the caller has a name, and these subordinate ids."""
        path = os.path.join(self.directory, "etc")
        os.mkdir(path)
        write(path + "/passwd", read("/etc/passwd") + "caller:x:%d:%d::/:/bin/sh\n" % (CALLER, CALLER))
        for name in ("subuid", "subgid"):
            write(os.path.join(path, name), "".join("%s\n" % line for line in lines))
        script = 'for f in passwd subuid subgid; do mount --bind "$0/$f" /etc/$f || exit; done; ' \
                 'exec "$@"'
        return ("unshare", "--mount", "sh", "-c", script, path)

    def test_own_id_alone(self):
        facts = self.observe(self.alone("uid", "gid", "uid_map", "gid_map", "setgroups",
                                        mounts=[PROC]))
        self.assertEqual((facts["uid"], facts["gid"]), ("0", "0"))
        self.assertEqual(facts["uid_map.0"], "0 %d 1" % CALLER)
        self.assertEqual(facts["setgroups"], "deny")

    def test_a_user_namespace_is_added(self):
        """Nothing else would work."""
        config = minimal("uid", "uid_map", "ns", mounts=[PROC])
        facts = self.observe(config)
        self.assertNotIn(facts["ns.user"], os.readlink("/proc/self/ns/user"))
        self.assertEqual(facts["uid_map.0"], "0 %d 1" % CALLER)

    def test_the_user_of_the_process_is_the_caller(self):
        facts = self.observe(minimal("uid", "uid_map", mounts=[PROC],
                                     process__user={"uid": 1000, "gid": 1000}))
        self.assertEqual((facts["uid"], facts["uid_map.0"]), ("1000", "1000 %d 1" % CALLER))

    def test_without_namespaces_but_its_own(self):
        facts = self.observe(self.alone("pid", types=("mount",)))
        self.assertNotEqual(facts["pid"], "1")

    def test_life(self):
        id, pid, _ = self.running(self.alone("sleep"))
        self.assertEqual(self.state(id)["status"], "running")
        self.assertEqual(os.stat("/proc/%d" % pid).st_uid, CALLER)
        self.works("kill", id, "KILL")
        self.wait_stopped(id, pid)
        self.works("delete", id)

    def test_kill_all(self):
        """There is no cgroup; in its pid namespace all go with the first one."""
        id, pid, _ = self.running(self.alone("sleep"))
        pipe, file = self.pipe(), os.path.join(self.state_root, "pid")
        self.works("exec", "--detach", "--pid-file", file, id, "/bin/report", "sleep",
                   stdout=pipe.write_end)
        pipe.close_write()
        pipe.wait_for("sleep=ready")
        other = os.pidfd_open(int(read(file)))
        self.works("kill", "--all", id, "KILL")
        self.assertTrue(select.select([other], [], [], harness.TIMEOUT)[0])
        os.close(other)
        os.waitpid(int(read(file)), 0)
        self.wait_stopped(id, pid)
        self.works("kill", "--all", id, "KILL")
        os.unlink(file)

    def test_wait(self):
        id, pid, _ = self.running(self.alone("sleep"))
        self.works("kill", id, "KILL")
        result = self.ocirun("wait", id)
        self.assertEqual((result.code, result.err), (137, ""), result)
        self.assertRegex(result.out, r"^killed by SIGKILL(, memory peak \d+ bytes)?\n$")
        os.waitpid(pid, 0)
        result = self.ocirun("wait", id)
        self.assertEqual((result.code, result.err), (254, ""), result)
        self.assertRegex(result.out, r"^exit status unknown(, memory peak \d+ bytes)?\n$")

    def test_init_cannot_be_looked_into(self):
        """Before the program runs, its files in /proc are root's."""
        id = self.create(self.alone("sleep"))
        pid = self.state(id)["pid"]
        self.assertEqual(os.stat("/proc/%d/fd" % pid).st_uid, 0)

    def test_subordinate_ids(self):
        harness.skip_unless(shutil.which("newuidmap"), "newuidmap is not installed")
        prefix = self.subordinate(["%d:%d:1000" % (CALLER, FIRST), "1:1:1"])
        config = isolated("uid", "groups", "uid_map", "setgroups", mounts=[PROC],
                          ranges=((0, CALLER, 1), (1, FIRST, 1000)),
                          process__user={"uid": 5, "gid": 6, "additionalGids": [7]})
        facts = self.observe(config, prefix=prefix)
        self.assertEqual((facts["uid"], facts["groups"]), ("5", "7"))
        self.assertEqual(facts["uid_map.1"], "1 %d 1000" % FIRST)
        self.assertEqual(facts["setgroups"], "allow")

    def test_subordinate_ids_by_themselves(self):
        """Without mappings: the caller, and all that it was given."""
        harness.skip_unless(shutil.which("newuidmap"), "newuidmap is not installed")
        prefix = self.subordinate(["%d:%d:10" % (CALLER, FIRST), "%d:%d:5" % (CALLER, FIRST + 50)])
        facts = self.observe(minimal("uid_map", mounts=[PROC],
                                     process__user={"uid": 3, "gid": 12}), prefix=prefix)
        maps = sorted(line for name, line in facts.items() if name.startswith("uid_map.")
                      and name != "uid_map.count")
        self.assertEqual(maps, sorted(["3 %d 1" % CALLER, "0 %d 3" % FIRST, "4 %d 7" % (FIRST + 3),
                                       "11 %d 5" % (FIRST + 50)]))

    def test_ids_of_somebody_else(self):
        harness.skip_unless(shutil.which("newuidmap"), "newuidmap is not installed")
        bundle = self.bundle(isolated(ranges=((0, CALLER, 1), (1, FIRST, 1000))))
        result = self.ocirun("create", "--bundle", bundle.path, self.new_id(),
                             prefix=self.subordinate(["%d:%d:10" % (CALLER, FIRST)]))
        self.assertEqual(result.code, 1)
        self.assertRegex(result.err, r"^ocirun: [^\n]*newuidmap failed with status 1: newuidmap: "
                         r"[^\n]*\[1-1001\)[^\n]*\n$")

    def test_groups_need_a_helper(self):
        self.create_fails("/process/user/additionalGids: a user namespace with the caller's own id "
                          "alone has no supplementary groups",
                          self.alone(process__user={"uid": 0, "gid": 0, "additionalGids": [3]}))

    def test_limits_need_privileges(self):
        self.create_fails("/linux/resources/pids: a caller without CAP_SYS_ADMIN makes no cgroups",
                          self.alone(linux__resources={"pids": {"limit": 5}}))

    def test_device_rules_need_none(self):
        """`spec --rootless` writes none, but engines do."""
        facts = self.observe(self.alone("uid", linux__resources={
            "devices": [{"allow": False, "access": "rwm"}]}))
        self.assertEqual(facts["uid"], "0")

    def test_devices_and_volumes(self):
        share = self.share()
        mounts = [tmpfs("/dev"), bind(share, "/data")]
        self.assertEqual(self.observe(self.alone("stat", "/dev/null", mounts=mounts))["rdev"], "1:3")
        self.assertEqual(self.observe(self.alone("stat", "/data/file", mounts=mounts))["uid"], "65534")

    def test_flags_that_are_locked_stay(self):
        """The host's nosuid and ro hold whatever the options say."""
        share = self.share()
        script = 'mount --bind "$0" "$0" && mount -o remount,bind,ro,nosuid,noatime "$0" && exec "$@"'
        facts = self.observe(self.alone("mount", mounts=[
            PROC, bind(share, "/data", "rw", "suid", "nodev", "strictatime")]),
            prefix=("unshare", "--mount", "sh", "-c", script, share))
        self.assertIn("ro,nosuid,nodev,noatime", root_mounts(facts)["/data"])

    def test_ids_of_a_mount_need_privileges(self):
        share = self.share()
        self.create_fails("/mounts/0/uidMappings: make a user namespace for the ids: operation not "
                          "permitted", self.alone(mounts=[bind(share, "/data", "idmap")]))

    def test_oom_score(self):
        facts = self.observe(self.alone("oom_score_adj", mounts=[PROC], process__oomScoreAdj=900))
        self.assertEqual(facts["oom_score_adj"], "900")

    def test_spec_rootless(self):
        """What `spec --rootless` writes runs as it is."""
        bundle = self.bundle()
        os.chown(bundle.path, CALLER, CALLER)
        os.unlink(os.path.join(bundle.path, "config.json"))
        self.works("spec", "--rootless", "--bundle", bundle.path)
        path = os.path.join(bundle.path, "config.json")
        config = json.loads(read(path))
        config["process"]["args"], config["process"]["terminal"] = ["/bin/report", "uid"], False
        bundle.config = config
        bundle.save()
        self.assertEqual(self.observe(bundle)["uid"], "0")


if __name__ == "__main__":
    harness.main()
