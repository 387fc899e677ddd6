# SPDX-License-Identifier: LGPL-2.1-or-later
"""Links in the image: the runtime makes and opens things below them, and must not leave the root."""
import os

from attack import SECRET, attack, config
from harness import PROC, bind, read, tmpfs, write


@attack("CVE-2024-45310, CVE-2019-18837", controls=("weakened",))
def mount_below_link(at, hostile):
    """The directories of a mount point are made below a link that leads to the host."""
    for way in (os.path.abspath, lambda path: os.path.relpath(path, bundle.rootfs)):
        bundle = at.bundle(config("stat", "/lnk/a/b", mounts=[PROC, tmpfs("/lnk/a/b")]))
        at.directory_or_link(bundle, "lnk", way(at.outside), hostile)
        at.broken_if(at.facts(bundle)["fs.name"] != "tmpfs",
                     "the mount is not where it was asked for")



@attack("CVE-2024-45310, CVE-2026-87766", controls=("weakened",))
def mount_below_chain_of_links(at, hostile):
    """A link to a link to a link, the last of which leads to the host."""
    bundle = at.bundle(config("stat", "/one/new", mounts=[PROC, tmpfs("/one/new")]))
    at.link(bundle, "one", "two")
    at.link(bundle, "two", "three/deep")
    os.mkdir(bundle.rootfs + "/three")
    at.directory_or_link(bundle, "three/deep", at.outside + "/dir", hostile)
    at.broken_if(at.facts(bundle)["fs.name"] != "tmpfs", "the mount is not where it was asked for")


@attack("CVE-2024-45310", controls=("weakened",))
def file_made_through_link(at, hostile):
    """The empty file under a bind mount is made through a dangling link."""
    write(at.directory + "/source", "mounted")
    bundle = at.bundle(config("read", "/etc/name", mounts=[PROC, bind(at.directory + "/source",
                                                                     "/etc/name")]))
    if hostile:
        at.link(bundle, "etc/name", at.outside + "/created")
    at.broken_if(at.run_program(bundle).out != "mounted", "the mount is not where it was asked for")


@attack("CVE-2024-42472, CVE-2015-1335", controls=("weakened",))
def mount_over_link_to_directory(at, hostile):
    """A volume is mounted over a link to a directory that exists on the host; what the program
    writes into it must be in the volume."""
    os.mkdir(at.directory + "/volume")
    bundle = at.bundle(config("write", "/lnk/new", "text",
                              mounts=[PROC, bind(at.directory + "/volume", "/lnk")]))
    at.directory_or_link(bundle, "lnk", at.outside + "/dir", hostile)
    at.run_program(bundle)
    at.broken_if(not os.path.exists(at.directory + "/volume/new"), "the volume is elsewhere")


@attack("CVE-2019-18837", controls=("weakened",))
def working_directory_below_link(at, hostile):
    """The working directory is made below a link that leads to the host."""
    bundle = at.bundle(config("cwd", process__cwd="/sub/made/new"))
    at.directory_or_link(bundle, "sub", at.outside, hostile)
    at.facts(bundle)


@attack("CVE-2019-18837", controls=("weakened",))
def device_below_link(at, hostile):
    """A device of the config is made below a link that leads to the host."""
    device = {"path": "/lnk/node", "type": "c", "major": 1, "minor": 7}
    bundle = at.bundle(config("stat", "/lnk/node", linux__devices=[device]))
    at.directory_or_link(bundle, "lnk", at.outside, hostile)
    at.broken_if(at.facts(bundle).get("rdev") != "1:7", "the device is not where it was asked for")


@attack("CVE-2026-47766", controls=("crun", "runc", "weakened"), ours="refused")
def device_at_link(at, hostile):
    """At the place of a device is a link to a file of the host, whose owner must stay."""
    device = {"path": "/dev/made", "type": "c", "major": 1, "minor": 7, "uid": 7, "gid": 7,
              "fileMode": 0o600}
    bundle = at.bundle(config("stat", "/dev/made", linux__devices=[device]))
    if hostile:
        at.link(bundle, "dev/made", at.outside + "/secret")
    found = at.facts(bundle)
    at.broken_if(found.get("rdev") != "1:7", "the device is not where it was asked for")


@attack("CVE-2026-41579, CVE-2026-47766", controls=("crun", "runc"))
def dev_is_a_link(at, hostile):
    """/dev of the image is a link to a directory of the host: devices and links are made in it, and
    a file called ptmx is removed."""
    write(at.outside + "/ptmx", "stays")
    bundle = at.bundle(config("stat", "/dev/null"))
    os.rmdir(bundle.rootfs + "/dev")
    at.directory_or_link(bundle, "dev", os.path.relpath(at.outside, bundle.rootfs), hostile)
    at.broken_if(at.facts(bundle).get("rdev") != "1:3", "there is no /dev/null")


@attack("CVE-2026-88265, CVE-2025-31133", controls=("crun", "runc"), ours="refused")
def dev_null_is_a_link(at, hostile):
    """/dev/null of the image is a link to a setting: the standard streams of the program must not
    become that file."""
    bundle = at.bundle(config("fd"))
    if hostile:
        at.link(bundle, "dev/null", "/proc/sys/kernel/domainname")
    facts = at.facts(bundle)
    at.broken_if("file " in facts["fd.0"], "standard input is " + facts["fd.0"])



@attack("CVE-2023-28642, CVE-2019-19921", controls=("weakened",))
def sys_is_a_link(at, hostile):
    """/sys of the image is a link to a directory of the host: the cgroups are mounted below it."""
    cgroup = {"destination": "/sys/fs/cgroup", "type": "cgroup", "source": "cgroup",
              "options": ["ro"]}
    bundle = at.bundle(config("stat", "/sys/fs/cgroup", mounts=[PROC, cgroup]))
    at.directory_or_link(bundle, "sys", at.outside, hostile)
    at.facts(bundle)


@attack("CVE-2025-24965", controls=("weakened",))
def file_systems_below_links(at, hostile):
    """Every file system that engines mount goes below a link to the host."""
    mounts = [PROC] + [
        {"destination": "/lnk/" + kind, "type": kind, "source": kind,
         "options": ["nosuid", "noexec"]} for kind in ("devpts", "mqueue", "tmpfs")]
    bundle = at.bundle(config("mount", mounts=mounts))
    at.directory_or_link(bundle, "lnk", at.outside, hostile)
    facts = at.facts(bundle)
    at.broken_if(facts["mount.count"] != "5", "not all mounts are there")


@attack("CVE-2025-24965", controls=("weakened",))
def link_copied_below_link(at, hostile):
    """With copy-symlink a link is made, here below one that leads to the host."""
    os.symlink("/some/where", at.directory + "/source")
    bundle = at.bundle(config("stat", "/lnk/new", mounts=[PROC, bind(
        at.directory + "/source", "/lnk/new", "copy-symlink")]))
    at.directory_or_link(bundle, "lnk", at.outside, hostile)
    at.broken_if(at.facts(bundle).get("type") != "link", "the link is not where it was asked for")


def copy_up(at, name, make):
    bundle = at.bundle(config("read", "/data/" + name, mounts=[PROC, tmpfs("/data", "tmpcopyup")]))
    os.mkdir(bundle.rootfs + "/data")
    make(bundle)
    out = at.run_program(bundle).out
    at.no_secret(out)
    return out


@attack("CVE-2018-15664", controls=("weakened",))
def copy_up_of_link_to_file(at, hostile):
    """tmpcopyup copies what a tmpfs covers, where a file is a link to one of the host."""
    def make(bundle):
        if hostile:
            at.link(bundle, "data/secret", at.outside + "/secret")
        else:
            bundle.file("data/secret", "own")
    out = copy_up(at, "secret", make)
    at.broken_if(not hostile and out != "own", "the file was not copied")


@attack("CVE-2018-15664", controls=("weakened",))
def copy_up_of_link_to_directory(at, hostile):
    """The same, where a directory is a link to one of the host."""
    def make(bundle):
        if hostile:
            at.link(bundle, "data/dir", at.outside)
        else:
            bundle.file("data/dir/secret", "own")
    out = copy_up(at, "dir/secret", make)
    at.broken_if(not hostile and out != "own", "the file was not copied")




@attack("read-only mounts", controls=("weakened",))
def read_only_file_system(at, hostile):
    """A volume that is mounted read-only is written to, directly and through the file system below
    it."""
    target = at.outside if hostile else at.directory + "/volume"
    os.makedirs(target, exist_ok=True)
    options = ["ro"] if hostile else []
    bundle = at.bundle(config("write", "/volume/secret", "changed",
                              mounts=[PROC, bind(target, "/volume", *options)]))
    result = at.run_program(bundle)
    at.broken_if(not hostile and read(target + "/secret") != "changed", result.out)


@attack("read-only mounts", controls=("weakened",))
def read_only_root(at, hostile):
    """The root is read-only, and the program makes a file in it."""
    bundle = at.bundle(config("open", "/new", "creat", root__readonly=hostile))
    result = at.run_program(bundle)
    at.broken_if(hostile and os.path.exists(bundle.rootfs + "/new"), "the root was written to")
    at.broken_if(not hostile and result.out != "open=ok\n", result.out)
