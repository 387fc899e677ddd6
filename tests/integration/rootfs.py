#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The root file system, mounts, propagation, devices and sysctls; and that nothing of it reaches
the host, where a canary lies beside every bundle."""
import os
import shutil
import stat

import harness
from harness import (MS_BIND, MS_PRIVATE, MS_REC, MS_SHARED, PROC, Test, bind, minimal, mount, read,
                     tmpfs, umount, write)


class Root(Test):
    def test_writable(self):
        bundle = self.bundle(minimal("write", "/file", "text"))
        self.assertEqual(self.run_container(bundle).code, 0)
        self.assertEqual(read(bundle.rootfs + "/file"), "text")

    def test_readonly(self):
        config = minimal("open", "/file", "creat", root__readonly=True)
        self.prints("open=EROFS", config, code=1)
        facts = self.observe(minimal("root", root__readonly=True))
        self.assertEqual(facts["root.readonly"], "yes")

    def test_readonly_with_targets_to_make(self):
        """What is missing is made first; mounts stay writable; the host's view stays too."""
        config = minimal("open", "/new/dir/x", "creat", root__readonly=True,
                         mounts=[tmpfs("/new/dir")], process__cwd="/made/too")
        bundle = self.bundle(config)
        self.prints("open=ok", bundle)
        write(bundle.rootfs + "/still", "writable")
        self.assertTrue(os.path.isdir(bundle.rootfs + "/made/too"))

    def test_absolute_path_and_link(self):
        bundle = self.bundle(minimal("exit", "5"))
        os.symlink(bundle.rootfs, os.path.join(bundle.path, "link"))
        for path in (bundle.rootfs, "link", "./rootfs/", os.path.join(bundle.path, "link")):
            bundle.config["root"]["path"] = path
            bundle.save()
            self.assertEqual(self.run_container(bundle).code, 5, path)

    def test_mounts_below_the_root_come_along(self):
        bundle = self.bundle(minimal("read", "/below/file"))
        os.mkdir(bundle.rootfs + "/below")
        mount("tmpfs", bundle.rootfs + "/below", "tmpfs")
        try:
            write(bundle.rootfs + "/below/file", "text")
            self.prints("text", bundle)
        finally:
            umount(bundle.rootfs + "/below")

    def test_root_is_a_mount_point(self):
        bundle = self.bundle(minimal("exit", "5"))
        mount(bundle.rootfs, bundle.rootfs, None, MS_BIND)
        try:
            self.assertEqual(self.run_container(bundle).code, 5)
        finally:
            umount(bundle.rootfs)

    def test_no_pivot(self):
        bundle = self.bundle(minimal("mount", "root", mounts=[PROC]))
        facts = self.observe(bundle, "--no-pivot")
        self.assertEqual(self.ls("/", bundle, "--no-pivot"), ["bin", "dev", "proc"])
        self.assertIn("/proc", [facts["mount.%d" % i].split()[0]
                                for i in range(int(facts["mount.count"]))])

    def ls(self, path, bundle, *options):
        bundle.config["process"]["args"] = ["/bin/report", "ls", path]
        bundle.save()
        result = self.run_container(bundle, *options)
        return [line.split("=")[0] for line in result.out.splitlines()]

    def test_nothing_of_the_old_root(self):
        self.assertEqual(self.ls("/", self.bundle()), ["bin", "dev"])
        facts = self.observe(minimal("mount", mounts=[PROC]))
        self.assertEqual(facts["mount.count"], "2")

    def test_cwd_through_a_magic_link(self):
        """CVE-2024-21626"""
        for cwd in ("/proc/self/fd/3", "/proc/self/fd/7", "/proc/self/fd/8", "/proc/1/cwd/..",
                    "/proc/self/fd/10/../.."):
            config = minimal("ls", ".", mounts=[PROC], process__cwd=cwd)
            result = self.run_container(config)
            self.assertNotIn("etc=dir", result.out, cwd)
            self.assertNotIn("home=", result.out, cwd)


class LinkOptions(Test):
    """copy-symlink, src-nofollow and dest-nofollow: options of crun, which podman uses."""

    def setUp(self):
        super().setUp()
        self.host = os.path.join(self.directory, "host")
        os.makedirs(self.host)
        write(self.host + "/file", "text")
        os.symlink("file", self.host + "/link")
        os.symlink("/no/where", self.host + "/dangling")

    def test_a_link_is_made_anew(self):
        for name, text in (("link", "file"), ("dangling", "/no/where")):
            entry = bind("%s/%s" % (self.host, name), "/new/place", "copy-symlink")
            bundle = self.bundle(minimal("exit", "0", mounts=[entry]))
            self.assertEqual(self.run_container(bundle).code, 0)
            self.assertEqual(os.readlink(bundle.rootfs + "/new/place"), text)
            self.assertEqual(self.run_container(bundle).code, 0)

    def test_what_is_no_link_is_mounted(self):
        entry = bind(self.host + "/file", "/place", "copy-symlink", "ro")
        self.prints("text", minimal("read", "/place", mounts=[entry]))
        self.prints("open=EROFS", minimal("open", "/place", "w", mounts=[entry]), code=1)
        entry = bind(self.host, "/place", "copy-symlink")
        self.prints("text", minimal("read", "/place/file", mounts=[entry, tmpfs("/next")]))

    def test_something_else_is_there(self):
        bundle = self.bundle(minimal(mounts=[bind(self.host + "/link", "/bin", "copy-symlink")]))
        self.fails(bundle.at("/mounts/0", 'make "/bin" the same symbolic link as "%s/link": '
                             "file exists" % self.host), "create", "--bundle", bundle.path, self.new_id())

    def test_the_source_is_the_link(self):
        for name, text in (("link", "file"), ("dangling", "/no/where")):
            entry = bind("%s/%s" % (self.host, name), "/place", "src-nofollow")
            bundle = self.bundle(minimal("readlink", "/place", mounts=[entry]))
            self.prints("readlink=" + text, bundle)
            self.assertEqual(read(bundle.rootfs + "/place"), "")
        self.prints("text", minimal("read", "/place", mounts=[bind(self.host + "/link", "/place")]))

    def test_the_destination_is_the_link(self):
        bundle = self.bundle(minimal("read", "/place", mounts=[
            bind(self.host + "/file", "/place", "dest-nofollow")]))
        os.symlink("/else", bundle.rootfs + "/place")
        write(bundle.rootfs + "/else", "untouched")
        self.prints("text", bundle)
        bundle.config["process"]["args"][2] = "/else"
        bundle.save()
        self.prints("untouched", bundle)
        bundle.config["mounts"][0]["options"] = ["bind"]
        bundle.save()
        self.prints("text", bundle)

    def test_a_directory_over_a_link(self):
        bundle = self.bundle(minimal(mounts=[bind(self.host, "/place", "dest-nofollow")]))
        os.symlink("/bin", bundle.rootfs + "/place")
        result = self.ocirun("create", "--bundle", bundle.path, self.new_id())
        self.assertEqual(result.code, 1)
        self.assertRegex(result.err, r'/mounts/0: make mount point "/place": not a directory\n$')

    def test_validate(self):
        for option, code in (("copy-symlink", 0), ("src-nofollow", 0), ("dest-nofollow", 1)):
            bundle = self.bundle(minimal(mounts=[bind(self.host + "/dangling", "/place", option)]))
            self.assertEqual(self.ocirun("validate", "--bundle", bundle.path).code, code, option)


class CopyUp(Test):
    """tmpcopyup, and the mode of a tmpfs that does not ask for one."""

    def filled(self, *options, verb=("exit", "0"), **changes):
        """A bundle whose image has things in /data, and a tmpfs over it."""
        bundle = self.bundle(minimal(*verb, mounts=[tmpfs("/data", *options)], **changes))
        data = bundle.rootfs + "/data"
        os.makedirs(data + "/dir/below")
        write(data + "/file", "text" * 100000)
        os.chmod(data + "/file", 0o4751)
        os.chown(data + "/dir", 3, 4)
        os.chmod(data + "/dir", 0o2715)
        write(data + "/dir/below/file", "deep")
        os.chown(data + "/dir/below/file", 5, 6)
        os.utime(data + "/dir/below/file", (1000000000, 1100000000))
        os.symlink("/etc/passwd", data + "/link")
        os.chown(data + "/link", 7, 8, follow_symlinks=False)
        os.mkfifo(data + "/fifo", 0o640)
        os.mknod(data + "/null", stat.S_IFCHR | 0o666, os.makedev(1, 3))
        os.chmod(data, 0o1755)
        return bundle

    def look(self, bundle, path):
        bundle.config["process"]["args"] = ["/bin/report", "stat", path]
        bundle.save()
        facts = self.observe(bundle)
        return tuple(facts[name] for name in ("type", "mode", "uid", "gid", "mtime", "size"))

    def test_all_of_it(self):
        bundle = self.filled("tmpcopyup")
        for path in ("/data/file", "/data/dir", "/data/dir/below", "/data/dir/below/file",
                     "/data/fifo", "/data/null"):
            inside, outside = self.look(bundle, path), os.lstat(bundle.rootfs + path)
            self.assertEqual(inside[1:5], ("%04o" % stat.S_IMODE(outside.st_mode),
                                           str(outside.st_uid), str(outside.st_gid),
                                           str(int(outside.st_mtime))), path)
        self.assertEqual(self.look(bundle, "/data/dir/below/file"),
                         ("file", "0644", "5", "6", "1100000000", "4"))
        self.assertEqual(self.look(bundle, "/data/file")[5], "400000")
        bundle.config["process"]["args"] = ["/bin/report", "readlink", "/data/link"]
        bundle.save()
        self.prints("readlink=/etc/passwd", bundle)
        bundle.config["process"]["args"] = ["/bin/report", "read", "/data/dir/below/file"]
        bundle.save()
        self.prints("deep", bundle)

    def test_it_is_a_copy(self):
        bundle = self.filled("tmpcopyup", verb=("write", "/data/file", "other"))
        self.assertEqual(self.run_container(bundle).code, 0)
        self.assertEqual(read(bundle.rootfs + "/data/file"), "text" * 100000)

    def test_extended_attributes(self):
        value = bytes.fromhex("0100000200040000000000000000000000000000")   # cap_net_bind_service=p
        bundle = self.filled("tmpcopyup", verb=("caps",), process__args=["/data/report", "caps"],
                             process__user={"uid": 9, "gid": 9}, process__capabilities={
                                 "bounding": ["CAP_NET_BIND_SERVICE"]})
        shutil.copy(bundle.rootfs + "/bin/report", bundle.rootfs + "/data/report")
        os.setxattr(bundle.rootfs + "/data/report", "security.capability", value)
        os.chmod(bundle.rootfs + "/data", 0o755)
        self.assertEqual(self.observe(bundle)["caps.permitted.names"], "CAP_NET_BIND_SERVICE")

    def test_readonly(self):
        bundle = self.filled("tmpcopyup", "ro", verb=("open", "/data/file", "w"))
        self.prints("open=EROFS", bundle, code=1)

    def test_nothing_there(self):
        bundle = self.bundle(minimal("stat", "/new", mounts=[tmpfs("/new", "tmpcopyup")]))
        self.assertEqual(self.observe(bundle)["mode"], "1777")

    def test_through_a_link(self):
        """The destination is resolved inside the root; what links in it say is not followed."""
        bundle = self.filled("tmpcopyup")
        os.symlink("/data/dir", bundle.rootfs + "/way")
        bundle.config["mounts"] = [tmpfs("/way", "tmpcopyup")]
        self.assertEqual(self.look(bundle, "/data/dir/below/file")[0:3], ("file", "0644", "5"))
        self.assertEqual(self.look(bundle, "/data/dir")[1:4], ("2715", "0", "0"))

    def test_too_small(self):
        bundle = self.filled("tmpcopyup", "size=64k")
        self.fails(bundle.at("/mounts/0", "copy what it covers: no space left on device"),
                   "create", "--bundle", bundle.path, self.new_id())

    def test_deeper_than_anybody_needs(self):
        bundle = self.filled("tmpcopyup")
        os.makedirs(bundle.rootfs + "/data/" + "d/" * 200)
        self.fails(bundle.at("/mounts/0", "copy what it covers: too many levels of symbolic links"),
                   "create", "--bundle", bundle.path, self.new_id())
        shutil.rmtree(bundle.rootfs + "/data/d")
        os.makedirs(bundle.rootfs + "/data/" + "d/" * 100)
        self.assertEqual(self.look(bundle, "/data/" + "d/" * 100)[0], "dir")

    def test_ids(self):
        """They are those of the image; the mapping of the mount comes on top."""
        kernel = harness.kernel()
        harness.skip_unless(kernel >= (6, 3), "tmpfs cannot map ids before Linux 6.3")
        bundle = self.filled("tmpcopyup")
        ids = [{"containerID": 0, "hostID": 50, "size": 10}]
        bundle.config["mounts"][0].update(uidMappings=ids, gidMappings=ids)
        self.assertEqual(self.look(bundle, "/data/dir/below/file")[2:4], ("55", "56"))

    def test_where_it_makes_no_sense(self):
        for entry in (bind("/tmp", "/x", "tmpcopyup"),
                      {"destination": "/x", "type": "cgroup", "options": ["tmpcopyup"]},
                      {"destination": "/x", "options": ["remount", "tmpcopyup"]}):
            bundle = self.bundle(minimal(mounts=[entry]))
            self.fails(bundle.at("/mounts/0/options", '"tmpcopyup" is for a new tmpfs'), "create",
                       "--bundle", bundle.path, self.new_id())

    def test_mode(self):
        """What runc and crun do: that of the directory below, unless the options say another."""
        for options, want in (((), "1755"), (("mode=711",), "0711"), (("size=1m",), "1755"),
                              (("tmpcopyup", "mode=700"), "0700")):
            self.assertEqual(self.look(self.filled(*options), "/data")[1], want, options)


class MappedIds(Test):
    """uidMappings and gidMappings of mounts: MNT-08, MNT-09, IDM-01 to IDM-03, RID-01 to RID-03.
    mount_setattr(2), MOUNT_ATTR_IDMAP"""
    UIDS = [{"containerID": 0, "hostID": 100000, "size": 10},
            {"containerID": 20, "hostID": 7, "size": 1}]
    GIDS = [{"containerID": 0, "hostID": 200000, "size": 10}]

    def setUp(self):
        super().setUp()
        kernel = harness.kernel()
        harness.skip_unless(kernel >= (6, 3), "tmpfs cannot map ids before Linux 6.3")
        self.host = os.path.join(self.directory, "host")
        os.makedirs(self.host)
        mount("tmpfs", self.host, "tmpfs")
        os.mkdir(self.host + "/below")
        mount("tmpfs", self.host + "/below", "tmpfs")
        os.chmod(self.host, 0o777)
        for path in ("/file", "/below/file"):
            write(self.host + path, "text")
            os.chown(self.host + path, 3, 4)

    def tearDown(self):
        umount(self.host + "/below")
        umount(self.host)
        os.rmdir(self.host)
        super().tearDown()

    def mapped(self, source, destination, *options):
        return dict(bind(source, destination, *options), uidMappings=self.UIDS,
                    gidMappings=self.GIDS)

    def owner(self, path, *mounts):
        facts = self.observe(minimal("stat", path, mounts=list(mounts)))
        return facts["uid"], facts["gid"]

    def test_what_the_container_sees(self):
        for options in (("idmap",), ("ridmap",), (), ("idmap", "ro", "nosuid")):
            self.assertEqual(self.owner("/v/file", self.mapped(self.host, "/v", *options)),
                             ("100003", "200004"), options)
        os.chown(self.host + "/file", 20, 0)
        self.assertEqual(self.owner("/v/file", self.mapped(self.host, "/v", "idmap")),
                         ("7", "200000"))
        os.chown(self.host + "/file", 10, 10)
        self.assertEqual(self.owner("/v/file", self.mapped(self.host, "/v", "idmap")),
                         ("65534", "65534"))

    def test_how_far_it_goes(self):
        path = "/v/below/file"
        self.assertEqual(self.owner(path, self.mapped(self.host, "/v", "idmap")), ("3", "4"))
        self.assertEqual(self.owner(path, self.mapped(self.host, "/v", "ridmap")),
                         ("100003", "200004"))

    def test_what_the_host_sees(self):
        config = minimal("open", "/v/new", "creat", mounts=[self.mapped(self.host, "/v", "idmap")],
                         process__user={"uid": 100003, "gid": 200009})
        self.prints("open=ok", config)
        found = os.stat(self.host + "/new")
        self.assertEqual((found.st_uid, found.st_gid), (3, 9))
        config["process"]["user"] = {"uid": 5, "gid": 5}
        config["process"]["args"][2] = "/v/other"
        self.prints("open=EOVERFLOW", config, code=1)
        self.assertFalse(os.path.exists(self.host + "/other"))

    def test_a_file(self):
        self.assertEqual(self.owner("/v", self.mapped(self.host + "/file", "/v", "idmap")),
                         ("100003", "200004"))

    def test_a_file_system_of_its_own(self):
        self.assertEqual(self.owner("/v", dict(tmpfs("/v"), uidMappings=self.UIDS,
                                               gidMappings=self.GIDS)), ("100000", "200000"))

    def test_several(self):
        """Of the same mapping, of another one, and of none."""
        other = dict(bind(self.host, "/c", "idmap"), gidMappings=self.GIDS,
                     uidMappings=[{"containerID": 3, "hostID": 9, "size": 1}])
        mounts = (self.mapped(self.host, "/a", "idmap"), other,
                  self.mapped(self.host, "/b", "idmap"), bind(self.host, "/d"))
        for path, want in (("/a", ("100003", "200004")), ("/b", ("100003", "200004")),
                           ("/c", ("9", "200004")), ("/d", ("3", "4"))):
            self.assertEqual(self.owner(path + "/file", *mounts), want)

    def test_a_file_system_that_cannot(self):
        config = minimal(mounts=[dict(PROC, uidMappings=self.UIDS, gidMappings=self.GIDS)])
        bundle = self.bundle(config)
        self.fails(bundle.at("/mounts/0", "map the ids of the mount: its file system cannot"),
                   "create", "--bundle", bundle.path, self.new_id())

    def test_ids_that_the_kernel_refuses(self):
        """More lines than a page has room for."""
        ids = [{"containerID": 100000000 + 2 * n, "hostID": 1000000000 + 2 * n, "size": 1}
               for n in range(340)]
        bundle = self.bundle(minimal(mounts=[dict(tmpfs("/v"), uidMappings=ids,
                                                  gidMappings=self.GIDS)]))
        self.fails(bundle.at("/mounts/0/uidMappings",
                             "make a user namespace for the ids: invalid argument"),
                   "create", "--bundle", bundle.path, self.new_id())

    def test_what_cannot_be_mapped(self):
        for entry, message in (
                ({"destination": "/sys/fs/cgroup", "type": "cgroup"},
                 "/mounts/0/uidMappings: the ids of cgroups cannot be mapped"),
                ({"destination": "/", "options": ["remount", "ro"]},
                 "/mounts/0/uidMappings: the ids of a mount that is there already cannot be mapped")):
            bundle = self.bundle(minimal(mounts=[dict(entry, uidMappings=self.UIDS,
                                                      gidMappings=self.GIDS)]))
            pointer, _, said = message.partition(": ")
            self.fails(bundle.at(pointer, said), "create", "--bundle", bundle.path, self.new_id())


class Propagation(Test):
    """rootfsPropagation, on a host whose "/" is shared, as under systemd."""

    def setUp(self):
        mount(None, "/", None, MS_SHARED | MS_REC)
        super().setUp()

    def tearDown(self):
        super().tearDown()
        mount(None, "/", None, MS_PRIVATE | MS_REC)

    def propagation(self, value):
        config = minimal("mount.0", mounts=[PROC])
        if value:
            config["linux"]["rootfsPropagation"] = value
        return self.observe(config)["mount.0"].split()[5]

    def test_values(self):
        for value, pattern in ((None, r"^(private|master:\d+)$"), ("private", r"^private$"),
                               ("rprivate", r"^private$"), ("slave", r"^(master:\d+)$"),
                               ("rslave", r"^(master:\d+)$"),
                               ("shared", r"^shared:\d+(,master:\d+)?$"),
                               ("rshared", r"^shared:\d+(,master:\d+)?$"),
                               ("unbindable", r"^unbindable$"), ("runbindable", r"^unbindable$")):
            with self.subTest(value):
                self.assertRegex(self.propagation(value), pattern)

    def test_unknown(self):
        config = minimal(linux__rootfsPropagation="nope")
        result = self.ocirun("create", "--bundle", self.bundle(config).path, self.new_id())
        self.assertEqual(result.code, 1)
        self.assertRegex(result.err, r'^ocirun: config\.json:\d+:\d+: /linux/rootfsPropagation: '
                         r'unknown value "nope"\n$')

    def seen_inside(self, value, option):
        """Whether what is mounted on the host below a bound directory turns up in the container."""
        host = os.path.join(self.directory, "host")
        os.mkdir(host)
        mount("tmpfs", host, "tmpfs")
        mount(None, host, None, MS_SHARED)
        os.mkdir(host + "/sub")
        try:
            config = minimal("sleep", mounts=[PROC, bind(host, "/bound", *option)])
            if value:
                config["linux"]["rootfsPropagation"] = value
            id, pid, _ = self.running(config)
            mount("tmpfs", host + "/sub", "tmpfs")
            seen = any(line.split()[4] == "/bound/sub"
                       for line in read("/proc/%d/mountinfo" % pid).splitlines())
            umount(host + "/sub")
            self.works("delete", "--force", id)
        finally:
            umount(host)
            os.rmdir(host)
        return seen

    def test_what_comes_in(self):
        for value, option, want in (("rslave", ["rslave"], True), ("rshared", ["rshared"], True),
                                    ("rprivate", ["rprivate"], False), (None, ["rprivate"], False),
                                    (None, ["rslave"], True)):
            with self.subTest(value, option=option):
                self.assertEqual(self.seen_inside(value, option), want)

    def test_shared_both_ways(self):
        """What engines ask for as bidirectional: the bind mount is a peer of the host's."""
        host = os.path.join(self.directory, "host")
        os.mkdir(host)
        mount("tmpfs", host, "tmpfs")
        mount(None, host, None, MS_SHARED)
        try:
            config = minimal("mount", mounts=[PROC, bind(host, "/bound", "rshared")],
                             linux__rootfsPropagation="rshared")
            facts = self.observe(config)
            inside = [facts[n].split()[5] for n in facts if facts[n].startswith("/bound ")]
            outside = [line.split()[6] for line in read("/proc/self/mountinfo").splitlines()
                       if line.split()[4] == host]
            self.assertEqual(inside, outside)
        finally:
            umount(host)

    def test_what_goes_out(self):
        """Only through a bind mount that is shared. The container's own mounts never."""
        for value in (None, "rslave", "rprivate", "rshared"):
            config = minimal("sleep", mounts=[PROC, tmpfs("/tmp"), bind("/dev/shm", "/shm")])
            if value:
                config["linux"]["rootfsPropagation"] = value
            before = harness.mounts()
            id, _, _ = self.running(config)
            self.assertEqual(harness.mounts() - before, set())
            self.works("delete", "--force", id)
            self.assertEqual(harness.mounts(), before)


class Mounts(Test):
    def setUp(self):
        super().setUp()
        self.source = os.path.join(self.directory, "source")
        os.makedirs(self.source + "/below")
        write(self.source + "/file", "text")

    def verb(self, *args, mounts, **changes):
        result = self.run_container(minimal(*args, mounts=mounts, **changes))
        self.assertEqual(result.err, "")
        return result.out.strip()

    def test_directory(self):
        self.assertEqual(self.verb("read", "/x/file", mounts=[bind(self.source, "/x")]), "text")
        self.assertEqual(self.verb("open", "/x/file", "rw", mounts=[bind(self.source, "/x")]),
                         "open=ok")

    def test_file(self):
        bundle = self.bundle(minimal("read", "/a/b/c", mounts=[bind(self.source + "/file",
                                                                     "/a/b/c")]))
        self.prints("text", bundle)
        made = os.stat(bundle.rootfs + "/a/b/c")
        self.assertTrue(stat.S_ISREG(made.st_mode))
        self.assertEqual(made.st_size, 0)

    def test_folders_made_for_a_file_can_be_entered(self):
        bundle = self.bundle(minimal("exit", "0", mounts=[bind(self.source + "/file", "/a/b/c")]))
        self.run_container(bundle)
        self.assertEqual([os.stat(bundle.rootfs + path).st_mode & 0o7777 for path in ("/a", "/a/b")],
                         [0o755, 0o755])

    def test_relative_source(self):
        bundle = self.bundle(minimal("read", "/x", mounts=[bind("inside", "/x")]))
        write(bundle.path + "/inside", "in the bundle")
        self.prints("in the bundle", bundle)

    def test_bind_and_rbind(self):
        mount("tmpfs", self.source + "/below", "tmpfs")
        try:
            write(self.source + "/below/deep", "deep")
            self.assertEqual(self.verb("read", "/x/below/deep", mounts=[bind(self.source, "/x")]),
                             "deep")
            plain = {"destination": "/x", "source": self.source, "options": ["bind"]}
            self.assertEqual(self.verb("read", "/x/below/deep", mounts=[plain]), "read=ENOENT")
        finally:
            umount(self.source + "/below")

    def test_type_bind_and_type_none(self):
        for kind, options in (("bind", []), ("none", ["bind"]), ("none", ["rbind"]),
                              ("", ["bind"])):
            entry = {"destination": "/x", "type": kind, "source": self.source, "options": options}
            self.assertEqual(self.verb("read", "/x/file", mounts=[entry]), "text", entry)

    def test_readonly(self):
        self.assertEqual(self.verb("open", "/x/file", "w", mounts=[bind(self.source, "/x", "ro")]),
                         "open=EROFS")
        write(self.source + "/file", "text")
        self.assertEqual(self.verb("open", "/x/file", "rw",
                                   mounts=[bind(self.source, "/x", "ro", "rw")]), "open=ok")

    def test_readonly_recursively(self):
        """ro is of the top, rro of all."""
        mount("tmpfs", self.source + "/below", "tmpfs")
        try:
            for option, want in (("ro", "open=ok"), ("rro", "open=EROFS")):
                self.assertEqual(self.verb("open", "/x/below/f", "creat", mounts=[
                    bind(self.source, "/x", option)]), want)
        finally:
            umount(self.source + "/below")

    def test_options(self):
        facts = self.observe(minimal("mount", mounts=[PROC, bind(
            self.source, "/x", "ro", "nosuid", "nodev", "noexec", "noatime", "nodiratime")]))
        entry = [facts[n].split() for n in facts if facts[n].startswith("/x ")][0]
        self.assertEqual(set(entry[3].split(",")),
                         {"ro", "nosuid", "nodev", "noexec", "noatime", "nodiratime"})

    def test_noexec_is_in_force(self):
        mount("tmpfs", self.source + "/below", "tmpfs")
        try:
            shutil.copy(harness.REPORT, self.source + "/below/report")
            config = minimal(mounts=[bind(self.source, "/x", "rnoexec")],
                             process__args=["/x/below/report"])
            self.create_fails('exec: "/x/below/report": permission denied', config)
        finally:
            umount(self.source + "/below")

    def test_order(self):
        """Later ones lie over earlier ones, and find what those brought."""
        self.assertEqual(self.verb("ls", "/x", mounts=[bind(self.source, "/x"), tmpfs("/x")]), "")
        self.assertEqual(self.verb("read", "/t/deep/dir/file", mounts=[
            tmpfs("/t"), bind(self.source, "/t/deep/dir")]), "text")

    def test_modes_of_what_is_made(self):
        facts = self.observe(minimal("stat", "/a/b", mounts=[tmpfs("/a/b/c")]))
        self.assertEqual((facts["type"], facts["mode"]), ("dir", "0755"))

    def test_tmpfs_data(self):
        facts = self.observe(minimal("mount", mounts=[PROC, tmpfs("/x", "size=1m", "mode=711",
                                                                  "nr_inodes=50")]))
        entry = [facts[n].split() for n in facts if facts[n].startswith("/x ")][0]
        self.assertLessEqual({"size=1024k", "mode=711", "nr_inodes=50"}, set(entry[4].split(",")))

    def test_propagation(self):
        mount(self.source, self.source, None, MS_BIND)
        mount(None, self.source, None, MS_SHARED)
        try:
            for option, pattern in (("rprivate", r"^private$"), ("rslave", r"^master:\d+$"),
                                    ("rshared", r"^shared:\d+(,master:\d+)?$"), ("private", r"^private$"),
                                    ("slave", r"^master:\d+$"), ("shared", r"^shared:\d+(,master:\d+)?$"),
                                    ("unbindable", r"^unbindable$")):
                facts = self.observe(minimal("mount", mounts=[PROC, bind(self.source, "/x", option)]))
                entry = [facts[n].split() for n in facts if facts[n].startswith("/x ")][0]
                with self.subTest(option):
                    self.assertRegex(entry[5], pattern)
        finally:
            umount(self.source)

    def test_source_is_a_link(self):
        os.symlink("file", self.source + "/link")
        self.assertEqual(self.verb("read", "/x", mounts=[bind(self.source + "/link", "/x")]), "text")

    def test_remount(self):
        entry = {"destination": "/x", "options": ["remount", "bind", "ro"], "source": self.source}
        self.assertEqual(self.verb("open", "/x/file", "w", mounts=[bind(self.source, "/x"), entry]),
                         "open=EROFS")

    def test_nearly_the_whole_root(self):
        """A destination of "/" itself is refused or lies over the root; the host's stays as it is."""
        before = harness.mounts()
        self.ocirun("run", "--bundle", self.bundle(minimal("exit", "0", mounts=[tmpfs("/")])).path,
                    self.new_id())
        self.assertEqual(harness.mounts(), before)


class Links(Test):
    """Symbolic links in an image are followed inside the root, whatever they say."""

    def setUp(self):
        super().setUp()
        self.outside = os.path.join(self.directory, "outside")
        os.mkdir(self.outside)
        write(self.outside + "/canary", "alive")

    def check_outside(self):
        self.assertEqual(os.listdir(self.outside), ["canary"])
        self.assertEqual(read(self.outside + "/canary"), "alive")

    def links(self):
        """Ways to name the folder outside."""
        relative = "../" * 20 + self.outside.lstrip("/")
        return (self.outside, relative, "/proc/1/root" + self.outside, "/proc/self/root" +
                self.outside)

    def test_destination(self):
        for link in self.links():
            for entry in (tmpfs("/link/made"), bind("/etc/passwd", "/link/file"),
                          bind("/proc", "/link/dir"), tmpfs("/link")):
                with self.subTest(link, entry=entry["destination"]):
                    bundle = self.bundle(minimal("exit", "5", mounts=[entry]))
                    os.symlink(link, bundle.rootfs + "/link")
                    self.run_container(bundle)
                    self.check_outside()

    def test_destination_with_dots(self):
        for destination in ("/../../../../..%s/made" % self.outside, "/bin/../../..%s" % self.outside):
            bundle = self.bundle(minimal("exit", "5", mounts=[tmpfs(destination)]))
            self.run_container(bundle)
            self.check_outside()

    def test_the_kernel_s_own_are_no_links(self):
        """CVE-2019-19921: whoever looks for /proc has to find it there."""
        for name, kind in (("proc", "proc"), ("sys", "sysfs")):
            for target in ("real", "/real", "../real", "/nowhere"):
                config = minimal(mounts=[{"destination": "/" + name, "type": kind, "source": kind}])
                bundle = self.bundle(config)
                os.mkdir(bundle.rootfs + "/real")
                os.symlink(target, bundle.rootfs + "/" + name)
                self.create_fails('/mounts/0: make directory "/%s": not a directory' % name, bundle)
                self.assertEqual(os.listdir(bundle.rootfs + "/real"), [])

    def test_dangling_link_is_made_inside(self):
        bundle = self.bundle(minimal("exit", "5", mounts=[tmpfs("/link/x")]))
        os.symlink("/far/away", bundle.rootfs + "/link")
        self.assertEqual(self.run_container(bundle).code, 5)
        self.assertTrue(os.path.isdir(bundle.rootfs + "/far/away/x"))

    def test_loop(self):
        bundle = self.bundle(minimal("exit", "5", mounts=[tmpfs("/a/x")]))
        os.symlink("b", bundle.rootfs + "/a")
        os.symlink("a", bundle.rootfs + "/b")
        result = self.run_container(bundle)
        self.assertEqual(result.code, 1)
        self.assertRegex(result.err, r'^ocirun: config\.json:\d+:\d+: /mounts/0: open "/a/x" in the root: '
                         r'too many levels of symbolic links\n$')

    def test_devices_and_links(self):
        for link in self.links():
            with self.subTest(link):
                bundle = self.bundle(minimal("exit", "5"))
                os.symlink(link, bundle.rootfs + "/dev")
                self.run_container(bundle)
                self.check_outside()

    def test_device_node_is_a_link(self):
        bundle = self.bundle(minimal("exit", "5"))
        os.mkdir(bundle.rootfs + "/dev")
        os.symlink(self.outside + "/made", bundle.rootfs + "/dev/null")
        self.run_container(bundle)
        self.check_outside()

    def test_cwd(self):
        for link in self.links():
            bundle = self.bundle(minimal("ls", ".", process__cwd="/link/made"))
            os.symlink(link, bundle.rootfs + "/link")
            self.run_container(bundle)
            self.check_outside()

    def test_masked_and_readonly(self):
        for link in self.links():
            bundle = self.bundle(minimal("exit", "5", linux__maskedPaths=["/link", "/link/canary"],
                                         linux__readonlyPaths=["/link"]))
            os.symlink(link, bundle.rootfs + "/link")
            self.run_container(bundle)
            self.check_outside()

    def test_masked_path_is_a_link_inside(self):
        """The link is followed, so its target is what is hidden."""
        bundle = self.bundle(minimal("read", "/secret", linux__maskedPaths=["/link"]))
        bundle.file("secret", "text")
        os.symlink("/secret", bundle.rootfs + "/link")
        self.prints("", bundle)

    def test_dev_of_the_image_with_a_false_null(self):
        """CVE-2025-31133: not the image's node hides, but the host's."""
        bundle = self.bundle(minimal("read", "/secret", linux__maskedPaths=["/secret"]))
        bundle.file("secret", "text")
        os.mkdir(bundle.rootfs + "/dev")
        bundle.file("dev/null", "false")
        result = self.run_container(bundle)
        self.assertNotIn("text", result.out)
        self.assertNotIn("false", result.out)


class Devices(Test):
    def test_linux_devices(self):
        devices = [
            {"path": "/dev/a", "type": "c", "major": 1, "minor": 3, "fileMode": 0o640, "uid": 7,
             "gid": 8},
            {"path": "/dev/deep/b", "type": "b", "major": 259, "minor": 300},
            {"path": "/dev/p", "type": "p", "fileMode": 0o600},
            {"path": "/dev/u", "type": "u", "major": 1, "minor": 5}]
        for path, want in (("/dev/a", ("char", "1:3", "0640", "7", "8")),
                           ("/dev/deep/b", ("block", "259:300", "0666", "0", "0")),
                           ("/dev/u", ("char", "1:5", "0666", "0", "0"))):
            facts = self.observe(minimal("stat", path, linux__devices=devices,
                                         mounts=[tmpfs("/dev")]))
            self.assertEqual((facts["type"], facts["rdev"], facts["mode"], facts["uid"],
                              facts["gid"]), want)
        facts = self.observe(minimal("stat", "/dev/p", linux__devices=devices,
                                     mounts=[tmpfs("/dev")]))
        self.assertEqual((facts["type"], facts["mode"]), ("fifo", "0600"))

    def test_mode_does_not_depend_on_the_umask(self):
        devices = [{"path": "/dev/a", "type": "c", "major": 1, "minor": 3, "fileMode": 0o666}]
        facts = self.observe(minimal("stat", "/dev/a", linux__devices=devices),
                             preexec_fn=lambda: os.umask(0o777))
        self.assertEqual(facts["mode"], "0666")

    def test_one_that_is_there_is_kept(self):
        bundle = self.bundle(minimal("stat", "/dev/null"))
        os.mkdir(bundle.rootfs + "/dev")
        os.mknod(bundle.rootfs + "/dev/null", stat.S_IFCHR | 0o600, os.makedev(1, 3))
        self.assertEqual(self.observe(bundle)["rdev"], "1:3")

    def test_mismatch(self):
        """Another device, or no device, in the place of one: an error."""
        devices = [{"path": "/dev/mine", "type": "c", "major": 1, "minor": 3}]
        for number in (None, (1, 5)):
            bundle = self.bundle(minimal("exit", "0", linux__devices=devices))
            os.mkdir(bundle.rootfs + "/dev")
            if number:
                os.mknod(bundle.rootfs + "/dev/mine", stat.S_IFCHR | 0o666, os.makedev(*number))
            else:
                bundle.file("dev/mine", "")
            result = self.run_container(bundle)
            self.assertEqual(result.code, 1)
            self.assertRegex(result.err, r'^ocirun: config\.json:\d+:\d+: /linux/devices/0: mknod "/dev/mine", [^\n]*: '
                             r'file exists\n$')

    def test_default_device_mismatch(self):
        bundle = self.bundle(minimal("exit", "0"))
        os.mkdir(bundle.rootfs + "/dev")
        os.mknod(bundle.rootfs + "/dev/null", stat.S_IFCHR | 0o666, os.makedev(1, 5))
        result = self.run_container(bundle)
        self.assertEqual(result.code, 1)
        self.assertRegex(result.err, r'^ocirun: [^\n]*"/dev/null"[^\n]*: file exists\n$')

    def test_bound_dev_is_left_alone(self):
        bundle = self.bundle(minimal("ls", "/dev", mounts=[bind("mydev", "/dev")]))
        os.mkdir(bundle.path + "/mydev")
        self.prints("", bundle)
        self.assertEqual(os.listdir(bundle.path + "/mydev"), [])


class Sysctl(Test):
    NAMESPACES = [{"type": t} for t in ("mount", "pid", "network", "ipc", "uts")]

    def config(self, sysctl, *args, **changes):
        return minimal(*args, mounts=[PROC], linux__sysctl=sysctl,
                       linux__namespaces=changes.pop("namespaces", self.NAMESPACES))

    def test_allowed(self):
        for key, value in (("net.ipv4.ip_forward", "1"), ("kernel.msgmax", "9000"),
                           ("kernel.shm_rmid_forced", "1"), ("net/ipv4/ip_forward", "1"),
                           ("fs.mqueue.msg_max", "12"), ("kernel.domainname", "here.example")):
            path = "/proc/sys/" + key.replace(".", "/")
            before = read(path)
            self.prints(value, self.config({key: value}, "read", path))
            self.assertEqual(read(path), before)

    def test_without_proc_in_the_container(self):
        config = self.config({"kernel.msgmax": "9000"}, "exit", "5")
        config["mounts"] = []
        self.assertEqual(self.run_container(config).code, 5)

    def test_proc_of_the_container_is_read_only(self):
        config = self.config({"kernel.msgmax": "9000"}, "read", "/proc/sys/kernel/msgmax")
        config["linux"]["readonlyPaths"] = ["/proc/sys"]
        self.prints("9000", config)

    def test_denied(self):
        for key in ("kernel.panic", "vm.swappiness", "kernel.core_pattern", "fs.file-max", "nope",
                    "net/../kernel/panic", "kernel.msgmax/../panic"):
            with self.subTest(key):
                self.create_fails('/linux/sysctl: "%s" is not a setting of a namespace' % key,
                                  self.config({key: "1"}))

    def test_shared_namespace(self):
        for key in ("net.ipv4.ip_forward", "kernel.msgmax", "fs.mqueue.msg_max",
                    "kernel.domainname"):
            before = read("/proc/sys/" + key.replace(".", "/"))
            self.create_fails('/linux/sysctl: "%s" belongs to a namespace that the container shares '
                              'with the host' % key,
                              self.config({key: "1"}, namespaces=[{"type": "mount"},
                                                                  {"type": "pid"}]))
            self.assertEqual(read("/proc/sys/" + key.replace(".", "/")), before)

    def test_joined_namespace_of_the_host(self):
        """A path that leads to the host's own namespace is the host's own namespace. The value is
        the one that is there, so nothing changes should it be written."""
        for key, kind, name in (("kernel.msgmax", "ipc", "ipc"), ("kernel.domainname", "uts", "uts"),
                                ("net.ipv4.ip_forward", "network", "net")):
            with self.subTest(kind):
                value = read("/proc/sys/" + key.replace(".", "/")).strip()
                self.create_fails(
                    "/linux/namespaces/2/path: the namespace is the host's, and the config changes "
                    "settings of it",
                    self.config({key: value}, namespaces=[
                        {"type": "mount"}, {"type": "pid"},
                        {"type": kind, "path": "/proc/self/ns/" + name}]))

    def test_missing(self):
        result = self.ocirun("create", "--bundle", self.bundle(self.config(
            {"net.nope": "1"})).path, self.new_id())
        self.assertEqual(result.code, 1)
        self.assertRegex(result.err, r'^ocirun: config\.json:\d+:\d+: /linux/sysctl/net\.nope: write "1" to /proc/sys/net/nope: '
                         r'no such file or directory\n$')

    def test_value_refused(self):
        result = self.ocirun("create", "--bundle", self.bundle(self.config(
            {"net.ipv4.ip_forward": "text"})).path, self.new_id())
        self.assertEqual(result.code, 1)
        self.assertRegex(result.err, r'^ocirun: config\.json:\d+:\d+: /linux/sysctl/net\.ipv4\.ip_forward: [^\n]*: '
                         r'invalid argument\n$')


class Hidden(Test):
    def test_missing_ones_are_no_error(self):
        self.assertEqual(self.run_container(minimal(
            "exit", "5", linux__maskedPaths=["/none", "/none/x"],
            linux__readonlyPaths=["/none", "/bin/report/x"])).code, 5)

    def test_masked_file_and_directory(self):
        for path, want in (("/d", ""), ("/f", "")):
            bundle = self.bundle(minimal("ls" if path == "/d" else "read", path,
                                         linux__maskedPaths=["/d", "/f"]))
            bundle.file("d/inside", "text")
            bundle.file("f", "text")
            self.prints(want, bundle)

    def test_readonly_directory_keeps_what_is_mounted_below(self):
        config = minimal("open", "/d/t/x", "creat", mounts=[tmpfs("/d/t")],
                         linux__readonlyPaths=["/d"])
        self.prints("open=EROFS", config, code=1)


if __name__ == "__main__":
    harness.main()
