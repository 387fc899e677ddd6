# SPDX-License-Identifier: LGPL-2.1-or-later
"""A second program in a running container, terminals, and user namespaces."""
import os
import socket
import stat
import struct

import harness
from attack import Facts, Refused, attack, config, last_line
from harness import PROC, write


def execute(at, *args, **more):
    """`exec` with the program and its arguments on the command line; its facts."""
    result = at.call("exec", *args, **more)
    if not result.out:
        raise Refused(last_line(result.err))
    return Facts(result.facts())


@attack("exec: uid 4294967295", controls=("crun",), ours="refused", needs="exec")
def exec_uid_minus_one(at, hostile):
    """A second program of user 4294967295."""
    id, _, _ = at.start(at.bundle(config("sleep", process__user={"uid": 1000, "gid": 1000})))
    facts = execute(at, "--user", "4294967295" if hostile else "1000", id, "/bin/report", "uid")
    at.broken_if(facts["uid"] == "0", "it runs as root")


@attack("exec: uid 4294967296", controls=("crun", "runc"), ours="refused", needs="exec")
def exec_uid_beyond_32_bits(at, hostile):
    """A second program of user 4294967296."""
    id, _, _ = at.start(at.bundle(config("sleep", process__user={"uid": 1000, "gid": 1000})))
    facts = execute(at, "--user", "4294967296" if hostile else "1000", id, "/bin/report", "uid")
    at.broken_if(facts["uid"] == "0", "it runs as root")


@attack("CVE-2026-30892, CVE-2016-3697", needs="exec")
def exec_uid_is_a_name_of_the_image(at, hostile):
    """The user data base of the image has a user called 1000 whose id is 0."""
    bundle = at.bundle(config("sleep"))
    bundle.file("etc/passwd", "%s:x:0:0::/:/bin/sh\n" % ("1000" if hostile else "other"))
    id, _, _ = at.start(bundle)
    facts = execute(at, "--user", "1000", id, "/bin/report", "uid")
    at.broken_if(facts["uid"] != "1000", "it runs as user " + facts["uid"])


@attack("CVE-2022-29162, CVE-2022-27650, CVE-2025-27612", controls=("weakened",), needs="exec")
def exec_capabilities(at, hostile):
    """A second program is given a capability: it must not become inheritable or ambient."""
    names = ["CAP_CHOWN", "CAP_KILL"]
    id, _, _ = at.start(at.bundle(config("sleep", process__capabilities={
        name: names for name in ("bounding", "permitted", "effective")})))
    options = ["--cap", "CAP_KILL"] if hostile else []
    facts = execute(at, *options, id, "/bin/report", "caps")
    found = [facts["caps.%s.names" % name] for name in ("inheritable", "ambient")]
    at.broken_if(hostile and found != ["none", "none"], "inheritable, ambient: " + ", ".join(found))
    at.broken_if(not hostile and "CAP_CHOWN" not in facts["caps.permitted.names"], "it has none")


@attack("exec without no_new_privs", controls=("crun", "weakened"), needs="exec")
def exec_keeps_no_new_privileges(at, hostile):
    """The first program has no_new_privs, so the second one has to have it."""
    id, _, _ = at.start(at.bundle(config("sleep", process__noNewPrivileges=hostile)))
    facts = execute(at, id, "/bin/report", "no_new_privs")
    at.broken_if(facts["no_new_privs"] != str(int(hostile)), "no_new_privs is not set")


@attack("exec in the caller's keyring", controls=("crun",), needs="exec")
def exec_keyring(at, hostile):
    """The second program has the session keyring of the container, not that of the caller."""
    id, _, pipe = at.start(at.bundle(config("sleep", "keyring")))
    facts = execute(at, id, "/bin/report", "keyring")
    at.broken_if(hostile and facts["keyring.session"] != pipe.facts()["keyring.session"],
                 "its session keyring is " + facts["keyring.session"])


@attack("CVE-2024-21626", controls=("crun",), ours="refused", needs="exec")
def exec_working_directory_is_a_descriptor(at, hostile):
    """The working directory of a second program is a descriptor of the runtime."""
    id, _, _ = at.start(at.bundle(config("sleep")))
    fds = [os.open(at.outside, os.O_RDONLY)] if hostile else []
    refused = None
    try:
        for n in range(3, 16) if hostile else [0]:
            cwd = "/proc/self/fd/%d" % n if hostile else "/"
            try:
                result = at.call("exec", "--cwd", cwd, id, "/bin/report", "read", "secret",
                                 pass_fds=fds)
                at.no_secret(result.out)
                if not result.out:
                    raise Refused(last_line(result.err))
            except Refused as refusal:
                refused = refusal
    finally:
        for fd in fds:
            os.close(fd)
    if refused:
        raise refused


@attack("CVE-2016-9962", controls=("weakened",), needs="exec")
def exec_descriptors_of_the_caller(at, hostile):
    """The caller has a directory of the host open when it starts a second program."""
    id, _, _ = at.start(at.bundle(config("sleep")))
    fds = [os.open(at.outside, os.O_RDONLY)] if hostile else []
    try:
        facts = execute(at, id, "/bin/report", "fd", pass_fds=fds)
    finally:
        for fd in fds:
            os.close(fd)
    more = sorted(name for name in facts if name.startswith("fd.")
                  and name not in ("fd.0", "fd.1", "fd.2", "fd.count"))
    at.broken_if(hostile and more, "it has " + ", ".join(more))


def look_into_seconds(at, hostile, *capabilities):
    """Second programs in a container whose first one looks into whatever comes into being there."""
    looks = new_counter(at)
    bundle = at.bundle(peeking(*capabilities) if hostile else config("sleep"))
    prepare_peeking(bundle, looks)
    if hostile:
        id, pipe = start_peeking(at, bundle)
    else:
        id, _, pipe = at.start(bundle)
    for _ in range(max(20, at.swaps // 100) if hostile else 1):
        execute(at, id, "/bin/report", "pid")
    if not hostile:
        return
    seen = sorted({line.rsplit(" (", 1)[0] for line in pipe_rest(pipe).splitlines()})
    at.broken_if(seen, "it saw " + ", ".join(seen))


@attack("CVE-2016-9962, CVE-2019-5736", needs="exec")
def exec_is_looked_into(at, hostile):
    """A process of the container, root, tries to look into each second program before it is one."""
    look_into_seconds(at, hostile)


@attack("CVE-2016-9962, CVE-2019-5736", controls=("crun", "runc"), needs="exec")
def exec_is_traced(at, hostile):
    """The same with CAP_SYS_PTRACE, for which no process of its user namespace is closed."""
    look_into_seconds(at, hostile, "CAP_SYS_PTRACE")


def new_counter(at):
    path = os.path.join(at.directory, "counter")
    write(path, "\0" * 8)
    return path


def count(path):
    with open(path, "rb") as file:
        return struct.unpack("Q", file.read(8))[0]


def peeking(*more):
    """A container with a process that looks into all others, as well as it may."""
    names = ["CAP_DAC_OVERRIDE", "CAP_DAC_READ_SEARCH", *more]
    return config(process__args=["/bin/racer", "peek", "/counter"], process__capabilities={
        name: names for name in ("bounding", "effective", "permitted")})


def prepare_peeking(bundle, looks):
    target = os.path.join(bundle.rootfs, "bin/racer")
    with open(os.environ["RACER"], "rb") as source, open(target, "wb") as file:
        file.write(source.read())
    os.chmod(target, 0o755)
    os.link(looks, os.path.join(bundle.rootfs, "counter"))


def start_peeking(at, bundle):
    """Its id and the pipe on which it says what it sees."""
    pipe = at.pipe()
    read_end, write_end = os.pipe()
    at.undo.append(lambda: os.close(write_end))
    id, _ = at.created(bundle, stdout=pipe.write_end, stdin=read_end)
    os.close(read_end)
    pipe.close_write()
    result = at.call("start", id)
    if result.code != 0:
        raise Refused(last_line(result.err))
    pipe.wait_for("ready\n")
    return id, pipe


def pipe_rest(pipe):
    """What has been said until now."""
    while harness.select.select([pipe.read_end], [], [], 0)[0]:
        data = os.read(pipe.read_end, 65536)
        if not data:
            break
        pipe.text += data.decode(errors="replace")
    return pipe.text.replace("ready\n", "").strip()


class Console:
    """The other end of --console-socket: takes the terminal."""

    def __init__(self, at):
        self.path = os.path.join(at.directory, "console")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.bind(self.path)
        self.socket.listen(1)
        at.undo.append(self.socket.close)


DEVPTS = {"destination": "/dev/pts", "type": "devpts", "source": "devpts",
          "options": ["newinstance", "ptmxmode=0666", "mode=0620"]}


def create_with_terminal(at, bundle):
    console = Console(at)
    return at.created(bundle, "--console-socket", console.path)


@attack("CVE-2026-88264", controls=("crun",), needs="terminal")
def console_is_a_link(at, hostile):
    """/dev/console of the image is a link to a file that the host does not have."""
    bundle = at.bundle(config("sleep", process__terminal=True, mounts=[PROC, DEVPTS]))
    if hostile:
        at.link(bundle, "dev/console", at.outside + "/created")
    create_with_terminal(at, bundle)


@attack("CVE-2025-52565", needs="terminal", ours="refused")
def terminals_are_links(at, hostile):
    """/dev/pts is a directory of the image, in which all terminals are links to a setting: the
    console must be a terminal nevertheless."""
    bundle = at.bundle(config("sleep", process__terminal=True,
                              mounts=[PROC] if hostile else [PROC, DEVPTS]))
    if hostile:
        for number in range(16):
            at.link(bundle, "dev/pts/%d" % number, "/proc/sys/kernel/domainname")
        os.mknod(bundle.rootfs + "/dev/ptmx", stat.S_IFCHR | 0o666, os.makedev(5, 2))
    _, pid = create_with_terminal(at, bundle)
    console = os.stat("/proc/%d/root/dev/console" % pid)
    at.broken_if(os.major(console.st_rdev) != 136, "the console is no terminal")


MAPPING = [{"containerID": 0, "hostID": 100000, "size": 1000}]


def mapped_bundle(at, config):
    """In a user namespace, with an image that belongs to its root."""
    config["linux"].update(uidMappings=MAPPING, gidMappings=MAPPING, namespaces=[
        {"type": name} for name in ("mount", "pid", "user", "uts", "ipc")])
    bundle = at.bundle(config)
    for name in ("proc", "sys/fs/cgroup"):
        os.makedirs(os.path.join(bundle.rootfs, name))
    for path in (at.directory, bundle.path):
        os.chmod(path, 0o755)
    for path, _, _ in os.walk(bundle.rootfs):
        os.chown(path, 100000, 100000)
    return bundle


@attack("CVE-2023-25809", needs="user namespace")
def cgroups_in_user_namespace(at, hostile):
    """In a user namespace, without a cgroup namespace, the mount of the cgroups has to stay
    read-only."""
    cgroup = {"destination": "/sys/fs/cgroup", "type": "cgroup", "source": "cgroup",
              "options": ["ro"]}
    name = "memory/" if os.path.isdir(harness.CGROUPS + "/memory") else ""
    bundle = mapped_bundle(at, config("open", "/sys/fs/cgroup/%scgroup.procs" % name,
                                      "w" if hostile else "r", mounts=[PROC, cgroup]))
    out = at.run_program(bundle).out
    at.broken_if(hostile and "=ok" in out, "the list of processes can be written")
    at.broken_if(not hostile and "=ok" not in out, "the list of processes cannot be read: " + out)


@attack("CVE-2024-40635 class", needs="user namespace", ours="refused")
def id_outside_of_the_mappings(at, hostile):
    """The user of the program is not among the ids that are mapped; it must not become another."""
    facts = at.facts(mapped_bundle(at, config(
        "uid", process__user={"uid": 5000 if hostile else 5, "gid": 5})))
    at.broken_if(facts["uid"] not in ("5", "5000"), "it runs as user " + facts["uid"])


@attack("CVE-2021-43784", needs="user namespace")
def as_many_mappings_as_there_can_be(at, hostile):
    """340 lines of mappings and a variable of 100 KiB: whatever carries them to the container must
    not cut their length to 16 bits."""
    bundle = mapped_bundle(at, config("uid_map", "gid_map", process__env=[
        "PATH=/bin", "LONG=" + "x" * (100000 if hostile else 10)]))
    lines = [{"containerID": i, "hostID": 1000 + 2 * i if i else 100000, "size": 1}
             for i in range(340 if hostile else 2)]    # in less than a page of text
    bundle.config["linux"].update(uidMappings=lines, gidMappings=lines)
    bundle.save()
    facts = at.facts(bundle)
    for name in ("uid_map", "gid_map"):
        found = [facts["%s.%d" % (name, i)] for i in range(len(lines))]
        wanted = ["%d %d 1" % (line["containerID"], line["hostID"]) for line in lines]
        at.broken_if(facts[name + ".count"] != str(len(lines)) or found != wanted,
                     "%s has %s lines" % (name, facts[name + ".count"]))
