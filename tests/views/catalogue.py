# SPDX-License-Identifier: LGPL-2.1-or-later
"""The configurations whose views are looked at. Each is the minimal one, with a /proc, and a change
to it: members by name, as harness.change() has them. Relative sources of mounts are in the bundle;
views.py says what is in volume/ and what the image has."""
import copy

from harness import MS_REC, PROC, REMOVE, bind, change, engine_default, minimal, tmpfs  # noqa

NAMESPACES = ("mount", "pid", "uts", "ipc", "network", "cgroup", "time")


class View:
    """@options are those of the command, @files are shown with what is in them, @holder is the config
    of a container that runs beside, @kernel the oldest that can do it."""

    def __init__(self, *mounts, base=None, options=(), files=(), holder=None, kernel=None, **changes):
        self.mounts, self.base, self.changes = mounts, base, changes
        self.options, self.files, self.holder, self.kernel = options, files, holder, kernel

    def config(self, *args):
        config = self.base(*args) if self.base else minimal(*args, mounts=[PROC])
        for name, value in self.changes.items():
            change(config, name.replace("__", "."), value)
        config["mounts"] += copy.deepcopy(list(self.mounts))
        return config


def fs(kind, destination, *options, source=None):
    return {"destination": destination, "type": kind, "source": source or kind, "options": list(options)}


def flat(source, destination, *options):
    """Not recursive."""
    return {"destination": destination, "type": "bind", "source": source,
            "options": ["bind"] + list(options)}


def spaces(*kinds, **paths):
    """A mount and a pid namespace, new ones of @kinds, and joined ones."""
    new = [kind for kind in ("mount", "pid") if kind not in paths] + list(kinds)
    return [{"type": kind} for kind in new] + [{"type": kind, "path": path}
                                               for kind, path in paths.items()]


def device(path, kind, *numbers, **more):
    entry = {"path": path, "type": kind, **more}
    if numbers:
        entry.update(major=numbers[0], minor=numbers[1])
    return entry


def ids(inside, outside, size):
    return [{"containerID": inside, "hostID": outside, "size": size}]


def mapped(entry):
    return dict(entry, uidMappings=ids(0, 100000, 10), gidMappings=ids(0, 200000, 10))


def joined(kind, name):
    """The namespace of a container beside; @name is that of the file in /proc."""
    space = {"type": kind}
    more = {"linux__timeOffsets": {"boottime": {"secs": 86400}}} if kind == "time" else {}
    if kind == "uts":
        more["hostname"] = "of-the-other"
    return View(linux__namespaces=spaces(**{kind: "{holder}/ns/" + name}),
                holder=minimal("sleep", linux__namespaces=spaces() + (
                    [space] if kind != "pid" else []), **more))


def in_user_namespace(*mounts, spaces=(), **changes):
    """Ids from 100000 on. The image belongs to the root inside, see views.py."""
    return View(*mounts, linux__namespaces=[{"type": kind} for kind in (
        "mount", "pid", "user", *spaces)], linux__uidMappings=ids(0, 100000, 65536),
        linux__gidMappings=ids(0, 100000, 65536), **changes)


def propagations(**changes):
    names = ("private", "rprivate", "slave", "rslave", "shared", "rshared", "unbindable",
             "runbindable")
    return View(*(bind("volume/dir", "/" + name, name) for name in names), **changes)


CGROUP = ("nosuid", "nodev", "noexec", "relatime")
ALL_CAPABILITIES = ["CAP_CHOWN", "CAP_NET_BIND_SERVICE", "CAP_SYS_ADMIN", "CAP_SETUID"]
ROOT_VALUES = ("private", "rprivate", "slave", "rslave", "shared", "rshared", "unbindable",
               "runbindable")

VIEWS = {
    "minimal": View(),
    "without-proc": View(mounts=[]),
    "engine-default": View(base=engine_default),
    "engine-default-no-pivot": View(base=engine_default, options=["--no-pivot"]),
    "engine-default-readonly": View(tmpfs("/run"), base=engine_default, root__readonly=True),

    # the root
    "root-readonly": View(tmpfs("/made/here"), root__readonly=True, process__cwd="/made/too"),
    "root-no-pivot": View(bind("volume/dir", "/v"), options=["--no-pivot"]),
    **{"root-" + value: View(bind("volume/dir", "/v"), linux__rootfsPropagation=value)
       for value in ROOT_VALUES},

    # file systems
    "proc-options": View(fs("proc", "/proc", "hidepid=2", "ro", "nosuid"), mounts=[]),
    "proc-twice": View(fs("proc", "/other", "nosuid", "noexec", "nodev", "ro")),
    "sysfs": View(fs("sysfs", "/sys", "nosuid", "noexec", "nodev", "ro")),
    "sysfs-network": View(fs("sysfs", "/sys"), linux__namespaces=spaces("network")),
    "tmpfs-options": View(tmpfs("/t", "size=1m", "nr_inodes=50", "mode=711", "uid=7", "gid=8",
                                "noexec", "nosymfollow")),
    "tmpfs-readonly": View(tmpfs("/t", "ro"), tmpfs("/t/below", "mode=755")),
    "tmpfs-mode": View(tmpfs("/image"), tmpfs("/new")),
    "tmpfs-copy-up": View(tmpfs("/image", "tmpcopyup")),
    "tmpfs-times": View(tmpfs("/a", "noatime"), tmpfs("/b", "strictatime", "nodiratime"),
                        tmpfs("/c", "relatime")),
    "devpts": View(tmpfs("/dev", "nosuid", "mode=755"),
                   fs("devpts", "/dev/pts", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5")),
    "mqueue": View(tmpfs("/dev"), fs("mqueue", "/dev/mqueue", "nosuid", "noexec", "nodev"),
                   linux__namespaces=spaces("ipc")),
    "overlay": View(fs("overlay", "/o", "lowerdir={volume}/lower", "upperdir={volume}/upper",
                       "workdir={volume}/work", "nodev")),
    "overlay-readonly": View(fs("overlay", "/o", "lowerdir={volume}/upper:{volume}/lower", "ro")),
    "cgroup": View(fs("cgroup", "/sys/fs/cgroup", *CGROUP)),
    "cgroup-readonly": View(fs("cgroup", "/sys/fs/cgroup", "ro", *CGROUP)),
    "cgroup-namespace": View(fs("cgroup", "/sys/fs/cgroup", *CGROUP),
                             linux__namespaces=spaces("cgroup")),
    "cgroup-namespace-readonly": View(fs("cgroup", "/sys/fs/cgroup", "ro", *CGROUP),
                                      linux__namespaces=spaces("cgroup")),
    "cgroup-in-sysfs": View(fs("sysfs", "/sys", "ro"),
                            fs("cgroup", "/sys/fs/cgroup", "ro", *CGROUP),
                            linux__namespaces=spaces("cgroup")),
    "cgroup-path": View(linux__cgroupsPath="/{id}/below"),

    # volumes
    "bind": View(flat("volume/dir", "/v")),
    "rbind": View(bind("volume/dir", "/v")),
    "bind-kinds": View(*(bind("volume/" + name, "/v/" + name)
                         for name in ("file", "fifo", "null", "socket", "link"))),
    "bind-readonly": View(bind("volume/dir", "/v", "ro")),
    "bind-recursive-readonly": View(bind("volume/dir", "/v", "rro")),
    "bind-flags": View(bind("volume/dir", "/v", "nosuid", "nodev", "noexec", "noatime", "nodiratime",
                            "nosymfollow")),
    "bind-recursive-flags": View(bind("volume/dir", "/v", "rnosuid", "rnodev", "rnoexec", "rnoatime",
                                      "rnodiratime", "rnosymfollow")),
    "bind-recursive-undone": View(bind("volume/dir", "/v", "rro", "rw", "rnoexec", "exec")),
    "bind-recursive-wins": View(bind("volume/dir", "/v", "rw", "rro", "exec", "rnoexec")),
    "bind-last-wins": View(bind("volume/dir", "/a", "ro", "rw", "noexec", "exec"),
                           bind("volume/dir", "/b", "rw", "ro", "exec", "noexec"),
                           bind("volume/dir", "/c", "noatime", "strictatime")),
    "bind-kept-flags": View(bind("volume/dir", "/a", "ro", "nosuid", "noatime"),
                            dict(flat("volume/dir", "/a"), options=["bind", "remount", "nodev"])),
    "bind-remount": View(bind("volume/dir", "/v"),
                         {"destination": "/v", "options": ["remount", "bind", "ro", "nosuid"]}),
    "bind-remount-root": View({"destination": "/", "options": ["remount", "bind", "ro"]}),
    "bind-copy-symlink": View(bind("volume/link", "/v/link", "copy-symlink"),
                              bind("volume/file", "/v/file", "copy-symlink")),
    "bind-source-link": View(bind("volume/dangling", "/v/dangling", "src-nofollow")),
    "bind-destination-link": View(bind("volume/file", "/image/link", "dest-nofollow")),
    "bind-over-destination-link": View(bind("volume/file", "/image/link")),
    "bind-stacked": View(bind("volume/dir", "/v"), tmpfs("/v"), bind("volume/file", "/v/file")),
    "bind-dev": View(bind("volume", "/dev")),
    "bind-propagation": propagations(),
    "bind-propagation-shared-root": propagations(linux__rootfsPropagation="rshared"),
    "bind-propagation-private-root": propagations(linux__rootfsPropagation="rprivate"),
    "idmap": View(mapped(flat("volume/dir", "/v", "idmap")), kernel=(6, 3)),
    "idmap-recursive": View(mapped(bind("volume/dir", "/v", "ridmap")), kernel=(6, 3)),
    "idmap-tmpfs": View(mapped(tmpfs("/v")), kernel=(6, 3)),

    # hidden
    "masked": View(linux__maskedPaths=["/proc/kcore", "/proc/sys", "/image/file", "/image/dir",
                                       "/image/link", "/none"],
                   files=["/image/file"]),
    "readonly-paths": View(bind("volume/dir", "/image/dir"),
                           linux__readonlyPaths=["/proc/sys", "/image", "/none"]),

    # devices
    "devices": View(tmpfs("/dev"), linux__devices=[
        device("/dev/a", "c", 1, 3, fileMode=0o640, uid=7, gid=8),
        device("/dev/deep/b", "b", 259, 300), device("/dev/p", "p", fileMode=0o600),
        device("/dev/u", "u", 1, 5, fileMode=0o4444), device("/other", "c", 10, 200, gid=9)]),
    "devices-user": View(linux__devices=[device("/dev/a", "c", 1, 3, fileMode=0o600)],
                         process__user={"uid": 1000, "gid": 1000}),

    # namespaces
    "namespaces-all": View(linux__namespaces=spaces("uts", "ipc", "network", "cgroup", "time"),
                           hostname="a-name", domainname="a.domain"),
    "namespaces-mount-alone": View(linux__namespaces=[{"type": "mount"}]),
    "namespace-uts": View(linux__namespaces=spaces("uts")),
    "namespace-ipc": View(linux__namespaces=spaces("ipc")),
    "namespace-network": View(linux__namespaces=spaces("network")),
    "namespace-cgroup": View(linux__namespaces=spaces("cgroup")),
    "namespace-time": View(linux__namespaces=spaces("time"), linux__timeOffsets={
        "monotonic": {"secs": 86400, "nanosecs": 5}, "boottime": {"secs": 864000}}),
    "joined-uts": joined("uts", "uts"),
    "joined-ipc": joined("ipc", "ipc"),
    "joined-network": joined("network", "net"),
    "joined-cgroup": joined("cgroup", "cgroup"),
    "joined-pid": joined("pid", "pid"),
    "joined-time": joined("time", "time"),
    "namespace-user": in_user_namespace(),
    "namespace-user-volumes": in_user_namespace(
        bind("volume/dir", "/v"), bind("volume/dir", "/mapped", "ridmap", "ro"), tmpfs("/t"),
        tmpfs("/dev"), fs("devpts", "/dev/pts", "newinstance", "ptmxmode=0666", "mode=0620"),
        fs("sysfs", "/sys", "ro"), fs("cgroup", "/sys/fs/cgroup", *CGROUP), kernel=(6, 3),
        spaces=("network", "cgroup"), linux__maskedPaths=["/image/file", "/image/dir"],
        linux__readonlyPaths=["/proc/sys"]),
    "namespace-user-capabilities": in_user_namespace(
        process__user={"uid": 7, "gid": 8, "additionalGids": [9]}, process__capabilities={
            name: ["CAP_SYS_ADMIN", "CAP_CHOWN"]
            for name in ("bounding", "permitted", "effective", "inheritable", "ambient")}),
    "sysctl": View(linux__namespaces=spaces("uts", "ipc", "network"),
                   linux__sysctl={"net.ipv4.ip_forward": "1", "kernel.msgmax": "9000",
                                  "kernel.domainname": "a.domain"},
                   files=["/proc/sys/net/ipv4/ip_forward", "/proc/sys/kernel/msgmax",
                          "/proc/sys/kernel/domainname"]),

    # the process
    "user": View(process__user={"uid": 1000, "gid": 2000, "additionalGids": [3, 70000],
                                "umask": 0o27}, process__cwd="/made"),
    "user-capabilities": View(process__user={"uid": 1000, "gid": 1000}, process__capabilities={
        "bounding": ALL_CAPABILITIES, "permitted": ALL_CAPABILITIES[:3],
        "inheritable": ALL_CAPABILITIES[:2], "effective": ALL_CAPABILITIES[:2],
        "ambient": ALL_CAPABILITIES[1:2]}),
    "root-capabilities": View(process__capabilities={
        "bounding": ALL_CAPABILITIES, "permitted": ALL_CAPABILITIES, "inheritable": [],
        "effective": ALL_CAPABILITIES, "ambient": []}),
    "no-new-privileges": View(process__noNewPrivileges=True, process__capabilities={
        "bounding": ALL_CAPABILITIES, "permitted": ALL_CAPABILITIES[:1],
        "effective": ALL_CAPABILITIES[:1]}),
    "seccomp": View(process__noNewPrivileges=True, linux__seccomp={
        "defaultAction": "SCMP_ACT_ALLOW",
        "syscalls": [{"names": ["reboot"], "action": "SCMP_ACT_ERRNO"}]}),
    "rlimits": View(process__rlimits=[
        {"type": "RLIMIT_NOFILE", "soft": 100, "hard": 200},
        {"type": "RLIMIT_CORE", "soft": 0, "hard": 998},
        {"type": "RLIMIT_NPROC", "soft": 4000, "hard": 5000}]),
    "oom-score": View(process__oomScoreAdj=500),
    "environment": View(process__env=["PATH=/bin", "TERM=xterm", "EMPTY="]),
    "no-new-keyring": View(options=["--no-new-keyring"]),
}
