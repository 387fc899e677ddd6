# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the program is and may: ids, capabilities, and all that a process inherits from the one that
starts it. And configs that a parser of good will could read as less than they say."""
import ctypes
import fcntl
import os
import platform
import pty
import signal
import struct
import subprocess

import harness
from attack import Refused, SECRET, attack, config, last_line, libc
from harness import PROC, check

KEYCTL = {"x86_64": 250, "aarch64": 219, "riscv64": 219}.get(platform.machine())
IOCTL = {"x86_64": 16, "aarch64": 29, "riscv64": 29}.get(platform.machine())
PR_CAPBSET_DROP, CAP_SYS_PTRACE = 24, 19
TIOCSTI, TIOCSCTTY = 0x5412, 0x540e
F_GET_SEALS, F_SEAL_WRITE = 1034, 8
KEYCTL_JOIN_SESSION_KEYRING = 1


def user(uid=0, gid=0, *groups):
    return {"uid": uid, "gid": gid, "additionalGids": list(groups)}


@attack("CVE-2024-40635, CVE-2026-46680 class", controls=("crun", "weakened"), ours="refused")
def uid_minus_one(at, hostile):
    """uid 4294967295, which setresuid(2) takes for "leave it as it is": root."""
    facts = at.facts(config("uid", "euid", process__user=user(4294967295 if hostile else 1000, 5)))
    at.broken_if("0" in (facts["uid"], facts["euid"]), "it runs as root")


@attack("CVE-2024-40635, CVE-2026-46680 class", controls=("crun", "weakened"), ours="refused")
def gid_minus_one(at, hostile):
    """gid 4294967295."""
    facts = at.facts(config("gid", "egid", process__user=user(5, 4294967295 if hostile else 1000)))
    at.broken_if("0" in (facts["gid"], facts["egid"]), "it runs as group root")


@attack("CVE-2024-40635, CVE-2026-46680", controls=("weakened",), ours="refused")
def uid_beyond_32_bits(at, hostile):
    """uid 4294967296, which is 0 once it is cut to 32 bits."""
    facts = at.facts(config("uid", process__user=user(4294967296 if hostile else 1000, 5)))
    at.broken_if(facts["uid"] == "0", "it runs as root")


@attack("CVE-2024-40635, CVE-2026-46680", controls=("weakened",), ours="refused")
def group_beyond_32_bits(at, hostile):
    """An additional group 4294967296."""
    facts = at.facts(config("groups", process__user=user(1000, 1000,
                                                         4294967296 if hostile else 7)))
    at.broken_if("0" in facts["groups"].split(","), "it is in group root")


@attack("fail-open parsing", controls=("crun",), ours="refused")
def uid_is_a_string(at, hostile):
    """uid "1000": of the wrong type, and not to be taken for absent."""
    facts = at.facts(config("uid", process__user=user("1000" if hostile else 1000, 1000)))
    at.broken_if(facts["uid"] == "0", "it runs as root")



@attack("fail-open parsing", controls=("crun",), ours="refused")
def namespaces_is_an_object(at, hostile):
    """The list of namespaces is an object: read as empty, all are the host's."""
    bundle = at.bundle(config("ns"))
    if hostile:
        bundle.config["linux"]["namespaces"] = {"type": "pid"}
        bundle.save()
    facts = at.facts(bundle)
    at.broken_if(facts["ns.pid"] in os.readlink("/proc/self/ns/pid"),
                 "it runs in the pid namespace of the host")


@attack("fail-open parsing", controls=("crun",), ours="refused")
def no_new_privileges_is_a_string(at, hostile):
    """noNewPrivileges is "true", not true."""
    facts = at.facts(config("no_new_privs", process__noNewPrivileges="true" if hostile else True))
    at.broken_if(facts["no_new_privs"] != "1", "no_new_privs is not set")


@attack("fail-open parsing", controls=("crun",), ours="refused")
def masked_paths_is_a_string(at, hostile):
    """maskedPaths is one path and not a list."""
    facts = at.facts(config("stat", "/proc/keys",
                            linux__maskedPaths="/proc/keys" if hostile else ["/proc/keys"]))
    at.broken_if(facts.get("type") != "char", "it is not masked")


@attack("fail-open parsing", controls=("crun",), ours="refused")
def readonly_is_a_string(at, hostile):
    """root.readonly is "true"."""
    facts = at.facts(config("root", root__readonly="true" if hostile else True))
    at.broken_if(facts["root.readonly"] != "yes", "the root is writable")


@attack("fail-open parsing", controls=("crun",), ours="refused")
def capabilities_is_a_list(at, hostile):
    """capabilities is a list, as it was before version 1.0: read as absent, all are kept."""
    names = ["CAP_KILL"]
    sets = names if hostile else {name: names for name in ("bounding", "permitted", "effective")}
    facts = at.facts(config("caps", process__capabilities=sets))
    at.broken_if(facts["caps.effective.names"] != "CAP_KILL",
                 "it has " + facts["caps.effective.names"])


@attack("fail-open parsing", controls=("crun",), ours="refused")
def seccomp_is_a_list(at, hostile):
    """seccomp is a list: read as absent, there is no filter."""
    profile = {"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
        {"names": ["mkdirat"], "action": "SCMP_ACT_ERRNO"}]}
    facts = at.facts(config("seccomp.mode", process__noNewPrivileges=True,
                            linux__seccomp=[profile] if hostile else profile))
    at.broken_if(facts["seccomp.mode"] != "2", "there is no filter")


def file_capability(number, effective=True):
    """security.capability: permitted and inheritable @number."""
    return struct.pack("<IIIII", 0x02000000 | effective, 1 << number, 1 << number, 0, 0)


def copied_report(bundle, mode=0o755):
    """A program that is not the one that all bundles share."""
    path = bundle.rootfs + "/bin/other"
    with open(harness.Test.report, "rb") as source, open(path, "wb") as target:
        target.write(source.read())
    os.chmod(path, mode)
    return path


@attack("CVE-2022-29162, CVE-2022-27650, CVE-2022-24769", controls=("weakened",))
def capabilities_by_inheritance(at, hostile):
    """A program whose file has an inheritable capability is run by a user without any; with a set
    that is inheritable it gets it."""
    names = ["CAP_KILL"]
    sets = {"bounding": names, "permitted": names, "effective": names}
    if not hostile:
        sets["inheritable"] = names
    bundle = at.bundle(config("caps", process__args=["/bin/other", "caps"],
                              process__user=user(1000, 1000), process__capabilities=sets))
    os.setxattr(copied_report(bundle), "security.capability",
                struct.pack("<IIIII", 0x02000001, 0, 1 << 5, 0, 0))
    facts = at.facts(bundle)
    gained = facts["caps.permitted.names"]
    at.broken_if(hostile and gained != "none", "it has " + gained)
    at.broken_if(not hostile and gained != "CAP_KILL", "it has " + gained)


@attack("CVE-2025-27612, CVE-2022-29162", controls=("weakened",))
def inheritable_set(at, hostile):
    """The inheritable and the ambient set are what the config says, also where it says nothing."""
    names = ["CAP_KILL", "CAP_CHOWN"]
    sets = {"bounding": names, "permitted": names, "effective": names}
    if not hostile:
        sets["inheritable"] = ["CAP_KILL"]
    facts = at.facts(config("caps", process__capabilities=sets))
    inheritable = facts["caps.inheritable.names"]
    at.broken_if(hostile and inheritable != "none", "inheritable: " + inheritable)
    at.broken_if(not hostile and "CAP_KILL" not in inheritable, "inheritable: " + inheritable)
    at.broken_if(facts["caps.ambient.names"] != "none", "ambient: " + facts["caps.ambient.names"])


@attack("bounding set", controls=("weakened",))
def capabilities_beyond_the_bounding_set(at, hostile):
    """A program whose file has a capability that the bounding set lacks."""
    names = ["CAP_CHOWN"] if hostile else ["CAP_CHOWN", "CAP_KILL"]
    bundle = at.bundle(config("caps", process__args=["/bin/other", "caps"],
                              process__user=user(1000, 1000), process__capabilities={
                                  "bounding": names, "permitted": [], "effective": []}))
    os.setxattr(copied_report(bundle), "security.capability",
                struct.pack("<IIIII", 0x02000000, 1 << 5, 0, 0, 0))
    facts = at.facts(bundle)
    at.broken_if(hostile and "CAP_KILL" in facts["caps.permitted.names"],
                 "it has " + facts["caps.permitted.names"])
    at.broken_if(hostile and facts["caps.bounding.names"] != "CAP_CHOWN",
                 "bounding: " + facts["caps.bounding.names"])
    at.broken_if(not hostile and facts["caps.permitted.names"] != "CAP_KILL", "nothing gained")


@attack("no_new_privs", controls=("weakened",))
def set_user_id_program(at, hostile):
    """A set-user-id program of root is run by another user with noNewPrivileges."""
    bundle = at.bundle(config("uid", "euid", process__args=["/bin/other", "uid", "euid"],
                              process__user=user(1000, 1000), process__noNewPrivileges=hostile))
    copied_report(bundle, 0o4755)
    facts = at.facts(bundle)
    at.broken_if(hostile and facts["euid"] == "0", "it has become root")
    at.broken_if(not hostile and facts["euid"] != "0", "the set-user-id bit did nothing")


@attack("CVE-2022-36109 class", controls=("weakened",))
def groups_of_the_caller(at, hostile):
    """The caller is in groups that the container must not be in."""
    groups = os.getgroups()
    os.setgroups([0, 4242] if hostile else [0])
    try:
        facts = at.facts(config("groups", process__user={"uid": 1000, "gid": 1000}))
    finally:
        os.setgroups(groups)
    at.broken_if("4242" in facts["groups"].split(","), "it is in groups " + facts["groups"])


def keyctl(*args):
    return check(libc.syscall(KEYCTL, *args), "keyctl")


@attack("session keyring", controls=("weakened",))
def keyring_of_the_caller(at, hostile):
    """The caller has a session keyring, which the program must not share; a process of the host
    does."""
    harness.skip_unless(KEYCTL, "the number of keyctl is not known here")
    name = harness.TAG.encode() + b"-of-the-host"
    keyctl(KEYCTL_JOIN_SESSION_KEYRING, ctypes.c_char_p(name))
    facts = at.facts(config("keyring"))
    at.broken_if(hostile and facts["keyring.session"] == name.decode(),
                 "it has the session keyring " + facts["keyring.session"])


@attack("CVE-2024-21626, CVE-2016-9962", controls=("weakened",))
def descriptors_of_the_caller(at, hostile):
    """The caller has a directory of the host open, not closed on exec."""
    fds = [os.open(at.outside, os.O_RDONLY) for _ in range(3)] if hostile else []
    try:
        facts = at.facts(config("fd"), pass_fds=fds)
    finally:
        for fd in fds:
            os.close(fd)
    more = sorted(name for name in facts if name.startswith("fd.")
                  and name not in ("fd.0", "fd.1", "fd.2", "fd.count"))
    at.broken_if(hostile and more, "it has " + ", ".join(more))


@attack("CVE-2024-21626", controls=("crun", "weakened"), ours="refused")
def working_directory_is_a_descriptor(at, hostile):
    """The caller has a directory of the host open, and the working directory leads there."""
    at_host(at, hostile, "/proc/self/fd/%d")


@attack("CVE-2024-21626", controls=("crun", "weakened"), ours="refused")
def working_directory_is_a_link_to_a_descriptor(at, hostile):
    """The same, through a link in the image."""
    at_host(at, hostile, "/link%d")


def at_host(at, hostile, form):
    """Tries all numbers that an open directory may have. Some may be refused and others run."""
    refused = None
    fds = []
    if hostile:     # beyond those that a runtime has itself
        fds = [os.open(at.outside, os.O_RDONLY)]
        fds.append(fcntl.fcntl(fds[0], fcntl.F_DUPFD_CLOEXEC, 40))
    numbers = sorted(set(range(3, 16)) | set(fds))
    try:
        for cwd in [form % n for n in numbers] if hostile else ["/work"]:
            bundle = at.bundle(config("read", "secret", process__cwd=cwd))
            os.mkdir(bundle.rootfs + "/work")
            for n in numbers:
                at.link(bundle, "link%d" % n, "/proc/self/fd/%d" % n)
            try:
                at.no_secret(at.run_program(bundle, pass_fds=fds).out)
            except Refused as refusal:
                refused = refusal
    finally:
        for fd in fds:
            os.close(fd)
    if refused:
        raise refused



@attack("ignored signals", controls=("runc", "weakened"))
def signals_of_the_caller(at, hostile):
    """The caller ignores and blocks signals; the program must be killable nevertheless."""
    def ignore():
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGUSR1})
    facts = at.facts(config("signals"), preexec_fn=ignore if hostile else None,
                     restore_signals=False)
    at.broken_if("SIGTERM" in facts["signals.ignored"], "it ignores " + facts["signals.ignored"])
    at.broken_if(hostile and facts["signals.blocked"] != "none", "it blocks " + facts["signals.blocked"])


@attack("CVE-2017-5226, CVE-2016-10124", controls=("weakened",))
def input_for_the_terminal_of_the_caller(at, hostile):
    """The caller has a terminal, which the program has as standard input: it must not be able to
    type for the caller (TIOCSTI)."""
    harness.skip_unless(IOCTL, "the number of ioctl is not known here")
    master, slave = pty.openpty()

    def control():
        os.setsid()
        fcntl.ioctl(0, TIOCSCTTY, 0)
    try:
        facts = at.facts(config("syscall", str(IOCTL), "0", str(TIOCSTI), "s:x",
                                linux__namespaces=[{"type": "mount"}, {"type": "uts"}]),
                         stdin=slave if hostile else subprocess.DEVNULL,
                         preexec_fn=control if hostile else None)
    finally:
        os.close(master)
        os.close(slave)
    at.broken_if(facts["syscall"] == "0", "it typed a letter")


@attack("CVE-2019-5736", controls=("weakened",))
def program_of_init(at, hostile):
    """What /proc/<init>/exe of a created container is must not be the runtime's own file, or be
    sealed, or on a file system that is read-only."""
    id, pid = at.created(at.bundle(config("sleep")))
    exe = "/proc/%d/exe" % pid
    same = os.path.samefile(exe, harness.OCIRUN)
    fd = os.open(exe, os.O_RDONLY)
    try:
        try:
            sealed = fcntl.fcntl(fd, F_GET_SEALS) & F_SEAL_WRITE
        except OSError:
            sealed = False
        readonly = os.fstatvfs(fd).f_flag & os.ST_RDONLY
    finally:
        os.close(fd)
    at.broken_if(hostile and not sealed and not readonly,
                 "%s can be written to" % ("the runtime" if same else "the program of init"))



@attack("CVE-2016-9962", controls=("runc", "weakened"))
def init_can_be_looked_into(at, hostile):
    """The init of a created container cannot be dumped: to root without CAP_SYS_PTRACE its
    descriptors say nothing, where those of another process without capabilities do."""
    def drop(capabilities):
        for number in capabilities:
            libc.prctl(PR_CAPBSET_DROP, number, 0, 0, 0)
    _, pid = at.created(at.bundle(config("sleep")))
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          preexec_fn=lambda: drop(range(64))) as other:
        other.stdin.write(b"x")
        other.stdin.flush()
        other.stdout.read(1)
        seen = subprocess.run(["ls", "-l", "/proc/%d/fd" % (pid if hostile else other.pid)],
                              preexec_fn=lambda: drop([CAP_SYS_PTRACE]), stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, text=True, check=False).stdout
        other.stdin.close()
    targets = [line.split(" -> ")[1] for line in seen.splitlines() if " -> " in line]
    at.broken_if(hostile and targets, "its descriptors: " + ", ".join(targets))
    at.broken_if(not hostile and not targets, "nothing is seen of the other")


@attack("secrets in messages", controls=("runc",))
def secret_in_messages(at, hostile):
    """A variable of the environment is malformed: its text must not be in messages, which end up in
    logs."""
    bundle = at.bundle(config("pid", process__env=["PATH=/bin", SECRET if hostile else "A=b"]))
    result = at.call("run", "--bundle", bundle.path, at.new_id())
    at.broken_if(SECRET in result.err, "the variable is in the message")
    if not result.out:
        raise Refused(result.err.strip())


@attack("container ids", controls=("weakened",), ours="refused")
def id_with_dots(at, hostile):
    """The id of the container climbs out of the directory of states."""
    parent = at.directory + "/states"
    os.makedirs(parent + "/deep")
    id = harness.TAG + "-dots"
    bundle = at.bundle(config("pid", linux__cgroupsPath="/%s/dots" % harness.TAG))
    for root in (parent, parent + "/deep"):
        at.undo.append(lambda root=root: at.ocirun("delete", "--force", id, root=root))
    result = at.call("create", "--bundle", bundle.path, "../" + id if hostile else id,
                     root=parent + "/deep")
    made = set(os.listdir(parent)) - {"deep"}
    at.broken_if(made, "made beside the directory of states: " + ", ".join(made))
    if result.code != 0:
        raise Refused(last_line(result.err))


def odd_id(at, hostile, odd):
    id = at.new_id()
    at.ids.append(id + odd)
    bundle = at.bundle(config("pid", linux__cgroupsPath="/%s/odd" % harness.TAG))
    at.run_program(bundle, id=id + odd if hostile else id)
    at.broken_if(hostile, "the id %r was accepted" % odd)


@attack("container ids", controls=("crun", "weakened"), ours="refused")
def id_with_a_pattern(at, hostile):
    """The id has a * in it, which the scripts around take for a pattern."""
    odd_id(at, hostile, "*")


@attack("container ids", controls=("crun", "weakened"), ours="refused")
def id_with_a_newline(at, hostile):
    """The id has a line's end in it, which splits lists and logs."""
    odd_id(at, hostile, "\nnext")
