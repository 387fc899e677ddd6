# SPDX-License-Identifier: LGPL-2.1-or-later
"""/proc, /sys, /dev and cgroups: what hides parts of the kernel, and what the runtime writes there.

What a runtime is led to write or to show is a setting of a namespace, or a canary file; nothing here
would change the host."""
import os
import shutil
import stat

import harness
from attack import attack, config
from harness import CGROUPS, PROC, bind, read, write

SETTING = "/proc/sys/kernel/domainname"


def masked(*args, **changes):
    return config(*args, linux__maskedPaths=["/proc/keys"], **changes)


def is_masked(at, facts):
    at.broken_if(facts.get("type") != "char" or facts.get("rdev") != "1:3",
                 "the masked file is %s %s, not the null device" % (facts.get("type"),
                                                                   facts.get("rdev")))


@attack("CVE-2025-31133", controls=("crun", "runc", "weakened"), ours="refused")
def mask_from_link(at, hostile):
    """/dev/null of the image is a link to a setting, which is then bound over the masked file."""
    bundle = at.bundle(masked("stat", "/proc/keys"))
    if hostile:
        at.link(bundle, "dev/null", SETTING)
    is_masked(at, at.facts(bundle))


@attack("CVE-2025-31133", controls=("crun", "runc", "weakened"), ours="refused")
def mask_from_file(at, hostile):
    """/dev/null of the image is an ordinary file, which every container of the image could write."""
    bundle = at.bundle(masked("stat", "/proc/keys"))
    if hostile:
        bundle.file("dev/null", "content")
    is_masked(at, at.facts(bundle))


@attack("CVE-2025-31133", controls=("crun", "runc", "weakened"))
def mask_from_volume(at, hostile):
    """A volume lies over /dev, and its null is a link to a setting."""
    volume = at.directory + "/volume"
    os.mkdir(volume)
    os.mknod(volume + "/zero", stat.S_IFCHR | 0o666, os.makedev(1, 5))
    if hostile:
        os.symlink(SETTING, volume + "/null")
    else:
        os.mknod(volume + "/null", stat.S_IFCHR | 0o666, os.makedev(1, 3))
    bundle = at.bundle(masked("stat", "/proc/keys", mounts=[PROC, bind(volume, "/dev")]))
    is_masked(at, at.facts(bundle))



@attack("CVE-2025-31133", controls=("weakened",))
def mask_is_writable(at, hostile):
    """A masked directory is empty, and nothing can be put into it; where it is not masked it can."""
    changes = {"linux__maskedPaths": ["/data"]} if hostile else {}
    bundle = at.bundle(config("open", "/data/new", "creat", **changes))
    os.mkdir(bundle.rootfs + "/data")
    out = at.run_program(bundle).out
    at.broken_if(hostile and out != "open=EROFS\n", "a file in it: " + out)
    at.broken_if(not hostile and out != "open=ok\n", out)


@attack("CVE-2025-52881", controls=("weakened",))
def read_only_setting(at, hostile):
    """The program writes a setting below a read-only path; without that it can."""
    changes = {"linux__readonlyPaths": ["/proc/sys"]} if hostile else {}
    bundle = at.bundle(config("open", SETTING, "w", **changes))
    out = at.run_program(bundle).out
    at.broken_if(hostile and out != "open=EROFS\n", "the setting: " + out)
    at.broken_if(not hostile and out != "open=ok\n", out)


@attack("devices not looked at", controls=("crun", "runc", "weakened"), ours="refused")
def device_is_another(at, hostile):
    """At the place of /dev/zero the image has another device: it must not pass for the one asked
    for."""
    bundle = at.bundle(config("stat", "/dev/zero"))
    os.mknod(bundle.rootfs + "/dev/zero", stat.S_IFCHR | 0o666,
             os.makedev(1, 7 if hostile else 5))
    facts = at.facts(bundle)
    at.broken_if(facts["rdev"] != "1:5", "/dev/zero is device " + facts["rdev"])


@attack("devices not looked at", controls=("crun", "runc", "weakened"), ours="refused")
def device_is_a_directory(at, hostile):
    """At the place of a device the image has a directory."""
    bundle = at.bundle(config("stat", "/dev/full"))
    if hostile:
        os.makedirs(bundle.rootfs + "/dev/full/below")
    facts = at.facts(bundle)
    at.broken_if(facts.get("rdev") != "1:7", "/dev/full is a " + facts["type"])


def write_settings(at, id, pid, domain):
    """That the settings have been made where they count, seen from outside."""
    score = read("/proc/%d/oom_score_adj" % pid).strip()
    at.broken_if(score != "500", "oom_score_adj is %s, 500 was asked for" % score)
    at.broken_if(domain != "asked.for", "the domain name is %s" % domain)


def fake_proc(path):
    for name in ("self/oom_score_adj", "self/attr/exec", "self/attr/current",
                 "thread-self/attr/exec", "sys/kernel/domainname"):
        file = os.path.join(path, name)
        os.makedirs(os.path.dirname(file), exist_ok=True)
        write(file, "")


def settings(**changes):
    """A score and a setting that come to be by writing to /proc; what is asked of uname(2) and of
    the host's /proc tells where they went."""
    return config("sleep", "domainname", process__oomScoreAdj=500,
                  linux__sysctl={"kernel.domainname": "asked.for"}, **changes)


def settings_made(at, bundle):
    id, pid, pipe = at.start(bundle)
    write_settings(at, id, pid, pipe.facts()["domainname"])


@attack("CVE-2019-16884", controls=("weakened",))
def proc_is_a_volume(at, hostile):
    """A volume with files of the right names lies over /proc: what the runtime writes must not go
    there."""
    fake_proc(at.directory + "/fake")
    entry = bind(at.directory + "/fake", "/proc") if hostile else PROC
    settings_made(at, at.bundle(settings(mounts=[entry])))


@attack("CVE-2019-19921, CVE-2023-27561, CVE-2023-28642", controls=("weakened",))
def proc_is_a_link(at, hostile):
    """/proc of the image is a link to a directory with files of the right names, and nothing is
    mounted on it by name."""
    bundle = at.bundle(settings(mounts=[] if hostile else [PROC]))
    if hostile:
        fake_proc(bundle.rootfs + "/fake")
        at.link(bundle, "proc", "fake")
    settings_made(at, bundle)


@attack("CVE-2025-54867", controls=("weakened",), ours="refused")
def proc_is_mounted_elsewhere(at, hostile):
    """/proc of the image is a link to the host: the file system goes into the root or nowhere."""
    bundle = at.bundle(config("mount"))
    at.directory_or_link(bundle, "proc", at.outside + "/dir", hostile)
    found = at.facts(bundle)["mount.count"]
    at.broken_if(not found.isdigit(), "it is mounted outside")


@attack("CVE-2025-52881", controls=("weakened",))
def proc_sys_is_covered(at, hostile):
    """A volume lies over /proc/sys."""
    volume = at.directory + "/fake"
    fake_proc(volume)
    mounts = [PROC, bind(volume + "/sys", "/proc/sys")] if hostile else [PROC]
    settings_made(at, at.bundle(settings(mounts=mounts)))



@attack("CVE-2025-52881, CVE-2025-62596", controls=("weakened",))
def proc_file_redirected(at, hostile):
    """One file of /proc lies over the one that the runtime writes: also a procfs, and the wrong
    file."""
    write(at.directory + "/file", "")
    mounts = [PROC]
    if hostile:
        mounts.append(bind(at.directory + "/file", SETTING))
    settings_made(at, at.bundle(settings(mounts=mounts)))


def cgroup_mount(*options):
    return {"destination": "/sys/fs/cgroup", "type": "cgroup", "source": "cgroup",
            "options": ["nosuid", "noexec", "nodev", *options]}


@attack("CVE-2022-0492, CVE-2023-25809", controls=("weakened",))
def cgroup_made_inside(at, hostile):
    """The program makes a cgroup of its own through a read-only mount of the cgroups, without a
    cgroup namespace; where the mount is writable it can."""
    name = "memory" if os.path.isdir(CGROUPS + "/memory") else "."
    bundle = at.bundle(config("syscall", "mkdirat", "-100", "s:/sys/fs/cgroup/%s/%s-inside" % (
        name, harness.TAG), "0755", mounts=[PROC, cgroup_mount(*(["ro"] if hostile else []))]))
    out = at.run_program(bundle).out
    at.broken_if(hostile and out != "syscall=EROFS\n", "mkdir: " + out)
    at.broken_if(not hostile and out != "syscall=0\n", out)



@attack("CVE-2022-0492, CVE-2023-25809", controls=("weakened",))
def cgroup_joined_inside(at, hostile):
    """The program opens the list of processes of its cgroup, to write itself elsewhere."""
    name = "memory/" if os.path.isdir(CGROUPS + "/memory") else ""
    bundle = at.bundle(config("open", "/sys/fs/cgroup/%scgroup.procs" % name, "w",
                              mounts=[PROC, cgroup_mount(*(["ro"] if hostile else []))]))
    out = at.run_program(bundle).out
    at.broken_if(hostile and out != "open=EROFS\n", out)
    at.broken_if(not hostile and out != "open=ok\n", out)


@attack("device rules", controls=("weakened",))
def device_outside_of_the_rules(at, hostile):
    """A node of a device that the rules forbid is made by the image, and opened: the device is one
    that no kernel has, so that an open that is allowed says ENXIO and not EPERM."""
    rules = [{"allow": False, "access": "rwm"}]
    if not hostile:
        rules.append({"allow": True, "type": "c", "major": 1, "minor": 2, "access": "rwm"})
    bundle = at.bundle(config("open", "/node", "r", linux__resources={"devices": rules}))
    os.mknod(bundle.rootfs + "/node", stat.S_IFCHR | 0o666, os.makedev(1, 2))
    out = at.run_program(bundle).out
    at.broken_if(hostile and out != "open=EPERM\n", "the open says " + out)
    at.broken_if(not hostile and out != "open=ENXIO\n", out)


@attack("CVE-2022-0811", controls=("weakened",), ours="refused")
def setting_of_the_host(at, hostile):
    """A setting of a namespace that the container shares."""
    namespaces = [{"type": "mount"}, {"type": "pid"}, {"type": "ipc"}]
    if not hostile:
        namespaces.append({"type": "uts"})
    at.run_program(config("domainname", linux__namespaces=namespaces,
                          linux__sysctl={"kernel.domainname": "changed"}))


@attack("CVE-2022-0811", controls=("weakened",), ours="refused")
def setting_with_dots(at, hostile):
    """The name of a setting begins with that of one's own namespace and climbs out of it."""
    namespaces = [{"type": "mount"}, {"type": "pid"}, {"type": "network"}]
    key = "net/ipv4/../../kernel/domainname" if hostile else "net/ipv4/ip_forward"
    at.run_program(config("domainname", linux__namespaces=namespaces,
                          linux__sysctl={key: "1"}))


@attack("CVE-2022-0811", controls=("weakened",), ours="refused")
def name_of_the_host(at, hostile):
    """A host name in a config without a namespace for it."""
    namespaces = [{"type": "mount"}, {"type": "pid"}]
    if not hostile:
        namespaces.append({"type": "uts"})
    at.run_program(config("hostname", linux__namespaces=namespaces, hostname="changed"))


@attack("paths of cgroups", controls=("crun", "weakened"), ours="refused")
def cgroup_path_with_dots(at, hostile):
    """A path of a cgroup climbs out of the hierarchy."""
    harness.skip_unless(os.path.isdir(CGROUPS + "/memory"), "only cgroups v1 have a place outside")
    climb = "/../.." if hostile else ""
    watcher = at.racer("watch", CGROUPS)
    try:
        at.run_program(config("pid", linux__cgroupsPath="/%s%s/%s-out" % (harness.TAG, climb,
                                                                          harness.TAG)))
    finally:
        seen = at.stop(watcher)
        if os.path.isdir("%s/%s-out" % (CGROUPS, harness.TAG)):
            shutil.rmtree("%s/%s-out" % (CGROUPS, harness.TAG))
        at.broken_if(harness.TAG in seen, "made in %s, outside of the hierarchies" % CGROUPS)
