# SPDX-License-Identifier: LGPL-2.1-or-later
"""From the facts that the program inside printed to the text of a view, without what the host decides."""
import os
import re

# Of file systems, what the kernel's configuration or the security module adds.
HOST_OPTIONS = re.compile(r"^(rw|inode64|inode32|seclabel|huge=.*|nsdelegate|memory_recursiveprot)$")
OVERLAY_OPTIONS = re.compile(r"^(ro|lowerdir|upperdir|workdir)\b")
# What every kernel has in its procfs and sysfs.
ALWAYS = ("/proc/bus", "/proc/fs", "/proc/interrupts", "/proc/irq", "/proc/sys", "/sys/firmware")
DEVICES = ("null", "zero", "full", "random", "urandom", "tty")
IDENTITY = ("uid", "euid", "suid", "fsuid", "gid", "egid", "sgid", "fsgid")
SETS = ("effective", "permitted", "inheritable", "bounding", "ambient")
INHERITED = ("hostname", "domainname", "rlimit.", "oom_score_adj", "sched.", "nice", "ioprio", "affinity",
             "personality", "mempolicy", "uid_map.", "gid_map.", "setgroups", "timens_offsets.")


class Host:
    """What the facts are held beside."""

    def __init__(self, config, caller, holder, id, bundle, mountinfo, hierarchies):
        self.config, self.caller, self.holder, self.id, self.bundle = config, caller, holder, id, bundle
        self.peers = set(re.findall(r" shared:(\d+)", mountinfo))
        self.hierarchies = hierarchies

    def has(self, line):
        """Whether that hierarchy of cgroups is one that the host uses."""
        return line.split(":")[0] in {hierarchy.split(":")[0] for hierarchy in self.hierarchies}


class Mount:
    def __init__(self, facts, number):
        line = facts["mount.%d" % number].replace("\\\\", "\\").split(" ")
        self.target, self.type, self.source, self.options, self.super, self.peers, self.root = line
        self.id, self.parent = facts["mountid.%d" % number].split()

    def is_cgroup(self):
        return self.type in ("cgroup", "cgroup2")


def mount_list(facts):
    if facts["mount.count"] == "unavailable":
        return []
    return [Mount(facts, number) for number in range(int(facts["mount.count"]))]


def propagation(text, host):
    """Peer groups are named by whether the host is in them."""
    words = []
    for tag in text.split(","):
        kind, _, number = tag.partition(":")
        if kind in ("shared", "master"):
            words.append("%s with %s" % ("shared" if kind == "shared" else "slave",
                                         "the host" if number in host.peers else "nobody on the host"))
        elif kind != "propagate_from":
            words.append(kind)
    return ", ".join(words)


def super_options(mount, host):
    options = [o for o in mount.super.split(",") if not HOST_OPTIONS.match(o)]
    if mount.type == "overlay":
        options = [o for o in options if OVERLAY_OPTIONS.match(o)]
    return "".join(" " + option.replace(host.bundle, "{bundle}") for option in options)


def device_of_host(mount):
    """The name of a file of the host's own /dev, whatever file system that is."""
    name = mount.root.rsplit("/", 1)[1]
    return name if name in DEVICES and mount.source != "host" else None


def mount_line(mount, host):
    device = device_of_host(mount)
    if device:
        return "%s: the host's /dev/%s; %s" % (mount.target, device, propagation(mount.peers, host))
    more = "" if mount.source == "host" else super_options(mount, host)
    return "%s: %s %s[%s] %s%s; %s" % (mount.target, mount.type, mount.source, mount.root,
                                       mount.options, more, propagation(mount.peers, host))


def cgroup_line(mounts, host):
    """All hierarchies, and on v1 the tmpfs that holds them, as one: they have to be alike."""
    groups = [mount for mount in mounts if mount.is_cgroup()]
    top = min(mount.target for mount in groups)
    own = [mount for mount in groups if mount.target == top]
    if not own:
        raise AssertionError("no mount of cgroups")
    if len(groups) > 1 or groups[0].type == "cgroup":
        top = top.rsplit("/", 1)[0]
        if len(groups) != len(host.hierarchies):
            raise AssertionError("%d of %d hierarchies" % (len(groups), len(host.hierarchies)))
        groups += [mount for mount in mounts if mount.target == top and mount.type == "tmpfs"]
    looks = {(mount.options, "/" if mount.type == "tmpfs" else mount.root.replace(host.id, "{id}"),
              propagation(mount.peers, host)) for mount in groups if mount.type != "tmpfs"}
    tops = {mount.options for mount in groups}
    if len(looks) != 1 or len(tops) != 1:
        raise AssertionError("hierarchies differ: %s %s" % (looks, tops))
    return top, "%s: cgroups [%s] %s; %s" % (top, *sorted((r, o, p) for o, r, p in looks)[0])


def is_hidden(mount):
    return device_of_host(mount) == "null" or (mount.source == "masked" and mount.options.startswith("ro,"))


def without_kernels(mounts, host):
    """Of the masked and read-only paths of the config, those that not every kernel has are looked at
    here: they are there if the host has them. Returns the rest."""
    rest = list(mounts)
    for kind in ("maskedPaths", "readonlyPaths"):
        for path in host.config["linux"].get(kind, []):
            if not path.startswith(("/proc/", "/sys/")) or path in ALWAYS or not host.config["mounts"]:
                continue
            found = [mount for mount in rest if mount.target == path]
            if bool(found) != os.path.exists(path) or len(found) > 1:
                raise AssertionError("%s: %s is there %d times" % (kind, path, len(found)))
            for mount in found:
                if not (is_hidden(mount) if kind == "maskedPaths" else mount.options.startswith("ro,")):
                    raise AssertionError("%s: %s" % (path, mount_line(mount, host)))
                rest.remove(mount)
    return rest


def mount_tree(mounts, host):
    """Each mount below the one that it lies on, so that what is covered shows."""
    lines, top, cgroups = [], None, ""
    if any(mount.is_cgroup() for mount in mounts):
        top, cgroups = cgroup_line(mounts, host)

    def add(mount, depth):
        below = [child for child in mounts if child.parent == mount.id]
        if mount.target == top and (mount.is_cgroup() or any(child.is_cgroup() for child in below)):
            lines.append("  " * depth + cgroups)
            below = [child for child in below if not child.is_cgroup()]
        else:
            lines.append("  " * depth + mount_line(mount, host))
        for child in sorted(below, key=lambda child: child.target):
            add(child, depth + 1)

    known = {mount.id for mount in mounts}
    for mount in mounts:
        if mount.parent not in known:
            add(mount, 1)
    return lines, top


def files(facts, mounts, cgroups):
    """The host says what mode and owner its devices have."""
    lines, devices = [], {mount.target for mount in mounts if device_of_host(mount)}
    for name, value in facts.items():
        path = name[len("tree."):]
        if name.startswith("tree./") and not (cgroups and (path + "/").startswith(cgroups + "/")):
            if path in devices:
                kind, _, _, numbers = value.split(" ")
                value = kind + " " + numbers
            lines.append("  %s %s" % (path, value))
    return lines


def namespaces(facts, host):
    kinds = {"new": [], "joined": [], "the host's": []}
    for name, value in facts.items():
        if not name.startswith("ns."):
            continue
        kind = "new"
        if value == host.caller[name]:
            kind = "the host's"
        elif value == host.holder.get(name[3:]):
            kind = "joined"
        kinds[kind].append(name[3:])
    return ["  %s: %s" % (kind, " ".join(sorted(names))) for kind, names in kinds.items() if names]


def process(facts):
    ids = [facts[name] for name in IDENTITY]
    yield "uid %s gid %s" % ("/".join(ids[:4]), "/".join(ids[4:]))
    yield "groups " + facts["groups"]
    for name in SETS:
        yield "%s %s" % (name, facts["caps.%s.names" % name])
    for name in ("securebits", "no_new_privs", "seccomp.mode", "dumpable", "umask", "cwd", "pid"):
        yield "%s %s" % (name, facts[name])
    for name in facts:
        if name.startswith(("env.", "fd.")):
            yield "%s %s" % (name, facts[name])


def keyring(facts, host):
    name = facts["keyring.session"]
    if name.startswith("error:"):
        return "keyring " + name
    return "keyring " + ("_ses.{id}" if name == "_ses." + host.id else "the caller's")


def compared(facts, host):
    """What a process inherits shows only where it is not what the caller has."""
    for name, value in facts.items():
        if name.startswith(INHERITED) and value != host.caller.get(name):
            yield "%s %s" % (name, value)


def rest(facts, host):
    groups = {value.split(":", 2)[2].replace(host.id, "{id}") for name, value in facts.items()
              if re.match(r"cgroup\.\d", name) and host.has(value)}
    yield "cgroup " + (" and ".join(sorted(groups)) or facts["cgroup.count"])
    if facts.get("ns.net") != host.caller["ns.net"]:
        yield "net.lo " + facts["net.lo"]
    for name, value in facts.items():
        if name.startswith("file./"):
            yield "%s: %s" % (name[len("file."):], value or "empty")


def view(facts, host):
    facts = dict(facts)
    if facts["pid"] != "1":
        facts["pid"] = "not 1"
    mounts = mount_list(facts)
    tree, cgroups = mount_tree(without_kernels(mounts, host), host)
    sections = (("mounts", tree), ("files", files(facts, mounts, cgroups)),
                ("namespaces", namespaces(facts, host)),
                ("process", ["  " + line for line in (*process(facts), keyring(facts, host))]),
                ("not as the caller's", ["  " + line for line in compared(facts, host)]),
                ("more", ["  " + line for line in rest(facts, host)]))
    return "".join("%s\n%s\n" % (title, "\n".join(lines) or "  none") for title, lines in sections)
