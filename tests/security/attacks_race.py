# SPDX-License-Identifier: LGPL-2.1-or-later
"""Races: another container that shares a volume changes it while a container is being created.

An attacker runs until it has made as many swaps as asked for during the creations, of which there is
one for each hundred. Each creation either fails with a message, or every mount is where it was asked
for. The canary tree is a file system of its own, and watched: not even an open may happen in it."""
import itertools
import os
import shutil
import stat

import harness
from attack import SECRET, Refused, attack, config
from attacks_exec import count, new_counter, peeking, pipe_rest, prepare_peeking, start_peeking
from attacks_kernel import SETTING, fake_proc, is_masked, settings, settings_made
from harness import MS_SHARED, PROC, bind, mount, tmpfs, umount, write


class Race:
    """A volume with x, a directory or a file, and y, the link that takes its place."""

    def __init__(self, at, hostile):
        self.at, self.hostile = at, hostile
        self.counter = new_counter(at)
        self.volume = os.path.join(at.directory, "volume")
        os.mkdir(self.volume)
        at.outside = os.path.join(at.directory, "canaries")
        os.mkdir(at.outside)
        mount("canaries", at.outside, "tmpfs")
        at.undo.append(lambda: umount(at.outside))
        os.makedirs(at.outside + "/dir")
        write(at.outside + "/secret", SECRET)
        write(at.outside + "/dir/secret", SECRET)

    def run(self, once, *arguments):
        """Calls @once as often as it takes, with racer @arguments against it."""
        at = self.at
        at.seal()
        if not self.hostile:
            return once()
        watcher = at.racer("watch", at.outside)
        racer = at.racer(arguments[0], self.counter, *arguments[1:])
        ran = tries = 0
        while tries < max(at.swaps // 100, 10) or count(self.counter) < at.swaps:
            tries += 1
            try:
                once()
                ran += 1
            except Refused as refusal:
                at.broken_if(not str(refusal).strip(), "it failed without a word")
                said = refusal
            at.verify_kernel()
            self.forget()
        at.stop(racer)
        seen = at.stop(watcher)
        at.broken_if(seen.strip(), "in the canary tree: " + ", ".join(
            sorted(set(seen.strip().splitlines()))))
        if not ran:
            raise said
        return None

    def forget(self):
        """The containers of this round."""
        for id in self.at.ids:
            self.at.ocirun("delete", "--force", id)
        harness.children()
        del self.at.ids[:]
        for pipe in self.at.pipes:
            pipe.close()
        del self.at.pipes[:]


def mounts_of(facts):
    """(target, source, root in the file system) of the mounts that the program sees."""
    lines = [facts["mount.%d" % i].split() for i in range(int(facts["mount.count"]))]
    return [(line[0], line[2], line[-1]) for line in lines]


def directory_and_link(race, target):
    os.mkdir(race.volume + "/x")
    os.symlink(target, race.volume + "/y")
    return race.volume + "/x", race.volume + "/y"


def places(race, rest):
    """Where a mount below x may be: x may be called y by then, and the link leads to a place inside
    the root."""
    return {"/a/x" + rest, "/a/y" + rest, race.at.outside + rest}


@attack("CVE-2021-30465, CVE-2024-45310", controls=("weakened",))
def race_mount_below_directory(at, hostile):
    """A tmpfs is mounted below a directory of a volume, which changes places with a link to the
    host."""
    race = Race(at, hostile)
    pair = directory_and_link(race, at.outside)

    def once():
        bundle = at.bundle(config("mount", mounts=[PROC, bind(race.volume, "/a"),
                                                   dict(tmpfs("/a/x/new/z"),
                                                        source="asked-for")]))
        facts = at.facts(bundle)
        found = [target for target, source, _ in mounts_of(facts) if source == "asked-for"]
        at.broken_if(len(found) != 1 or found[0] not in places(race, "/new/z"),
                     "mounts: " + ", ".join(found))
    race.run(once, "swap", *pair)


@attack("CVE-2021-30465", controls=("weakened",))
def race_mount_over_directory(at, hostile):
    """A volume is mounted over a directory that changes places with a link to the host, and is
    written to."""
    race = Race(at, hostile)
    pair = directory_and_link(race, at.outside)
    inner = at.directory + "/inner"
    os.mkdir(inner)

    def once():
        bundle = at.bundle(config("mount", mounts=[PROC, bind(race.volume, "/a"),
                                                   bind(inner, "/a/x")]))
        found = [target for target, _, root in mounts_of(at.facts(bundle))
                 if root.endswith("/inner")]
        at.broken_if(len(found) != 1 or found[0] not in places(race, ""),
                     "mounts: " + ", ".join(found))
    race.run(once, "swap", *pair)


@attack("CVE-2024-45310", controls=("weakened",))
def race_file_made(at, hostile):
    """The file under a bind mount is made in a directory that changes places with a link to the
    host."""
    race = Race(at, hostile)
    pair = directory_and_link(race, at.outside)
    source = at.directory + "/source"
    write(source, "mounted")

    def once():
        bundle = at.bundle(config("mount", mounts=[PROC, bind(race.volume, "/a"),
                                                   bind(source, "/a/x/file")]))
        found = [target for target, _, _ in mounts_of(at.facts(bundle)) if target.endswith("/file")]
        at.broken_if(len(found) != 1 or found[0] not in places(race, "/file"),
                     "mounts: " + ", ".join(found))
    race.run(once, "swap", *pair)


@attack("CVE-2024-45310, CVE-2024-21626", controls=("weakened",))
def race_working_directory(at, hostile):
    """The working directory is made in a directory that changes places with a link to the host."""
    race = Race(at, hostile)
    pair = directory_and_link(race, at.outside)

    def once():
        bundle = at.bundle(config("cwd", process__cwd="/a/x/sub/new",
                                  mounts=[PROC, bind(race.volume, "/a")]))
        found = at.facts(bundle)["cwd"]
        at.broken_if(found not in places(race, "/sub/new"), "it works in " + found)
    race.run(once, "swap", *pair)


@attack("CVE-2026-47766, CVE-2026-41579", controls=("weakened",))
def race_device(at, hostile):
    """A device is made in a directory that changes places with a link to the host."""
    race = Race(at, hostile)
    pair = directory_and_link(race, at.outside)
    device = {"path": "/a/x/node", "type": "c", "major": 1, "minor": 7, "uid": 7, "gid": 7}

    def once():
        at.facts(at.bundle(config("pid", mounts=[PROC, bind(race.volume, "/a")],
                                  linux__devices=[device])))
    race.run(once, "swap", *pair)


@attack("CVE-2026-41579", controls=("crun", "runc", "weakened"))
def race_dev(at, hostile):
    """/dev of the image changes places with a link to the host, in which devices and links are
    made."""
    race = Race(at, hostile)
    bundle = at.bundle(config("stat", "/bin/report"))
    os.symlink(at.outside, bundle.rootfs + "/link")
    race.run(lambda: at.facts(bundle), "swap", bundle.rootfs + "/dev", bundle.rootfs + "/link")


@attack("CVE-2025-31133, CVE-2026-88265", controls=("crun", "runc", "weakened"))
def race_null(at, hostile):
    """A volume lies over /dev, whose null changes places with a link to a setting, while a file is
    masked with a null device."""
    race = Race(at, hostile)
    volume = race.volume
    os.mknod(volume + "/null", stat.S_IFCHR | 0o666, os.makedev(1, 3))
    os.symlink(SETTING, volume + "/link")
    for name, minor in (("zero", 5), ("full", 7), ("random", 8), ("urandom", 9)):
        os.mknod("%s/%s" % (volume, name), stat.S_IFCHR | 0o666, os.makedev(1, minor))

    def once():
        bundle = at.bundle(config("stat", "/proc/keys", linux__maskedPaths=["/proc/keys"],
                                  mounts=[PROC, bind(volume, "/dev")]))
        is_masked(at, at.facts(bundle))
    race.run(once, "swap", volume + "/null", volume + "/link")


@attack("CVE-2018-15664", controls=("weakened",))
def race_copy_up(at, hostile):
    """tmpcopyup copies a volume in which a file and a directory change places with links to the
    host."""
    race = Race(at, hostile)
    volume = race.volume
    os.mkdir(volume + "/dir")
    for name in ("secret", "dir/secret"):
        write("%s/%s" % (volume, name), "own")
    os.symlink(at.outside + "/secret", volume + "/link")
    os.symlink(at.outside + "/dir", volume + "/dirlink")

    names = itertools.cycle(("secret", "dir/secret", "link", "dirlink/secret"))

    def once():
        """One of them each time: a name may be refused for what it has become."""
        bundle = at.bundle(config("read", "/a/" + next(names), mounts=[
            PROC, bind(volume, "/a"), tmpfs("/a", "tmpcopyup")]))
        out = at.run_program(bundle).out
        at.no_secret(out)
        at.broken_if(not out.startswith(("own", "read=")), "copied: " + out)
    race.run(once, "swap", volume + "/secret", volume + "/link", volume + "/dir",
             volume + "/dirlink")


@attack("CVE-2019-19921, CVE-2023-27561, CVE-2023-28642", controls=("weakened",))
def race_proc(at, hostile):
    """/proc of the image changes places with a link to a directory with files of the right names,
    while settings are made through /proc."""
    race = Race(at, hostile)
    bundle = at.bundle(settings())
    os.mkdir(bundle.rootfs + "/proc")
    fake_proc(bundle.rootfs + "/fake")
    os.symlink("fake", bundle.rootfs + "/link")
    race.run(lambda: settings_made(at, bundle), "swap", bundle.rootfs + "/proc",
             bundle.rootfs + "/link")


def shared_root(at, bundle):
    """The image is on a file system of its own, whose mounts others get and make."""
    at.attackers = os.path.basename(at.directory) + "/volume"
    mount("volume", bundle.rootfs, "tmpfs")
    at.undo.append(lambda: umount(bundle.rootfs))
    mount(None, bundle.rootfs, None, MS_SHARED)
    for name in ("bin", "dev", "proc"):
        os.mkdir("%s/%s" % (bundle.rootfs, name))
    shutil.copy(harness.Test.report, bundle.rootfs + "/bin/report")


@attack("CVE-2019-16884, CVE-2025-52881", controls=("weakened",))
def race_mounts_over_proc(at, hostile):
    """Another container mounts a directory with files of the right names over the /proc of an image
    that it shares, and takes it off, again and again."""
    race = Race(at, hostile)
    fake_proc(race.volume)
    bundle = at.bundle(settings(mounts=[] if hostile else [PROC],
                                linux__rootfsPropagation="rslave"))
    shared_root(at, bundle)
    race.run(lambda: settings_made(at, bundle), "mount", race.volume, bundle.rootfs + "/proc")


@attack("CVE-2025-31133", controls=("crun", "runc", "weakened"))
def race_mounts_over_dev(at, hostile):
    """The same with a /dev whose null is an ordinary file, while a file is masked."""
    race = Race(at, hostile)
    write(race.volume + "/null", "content")
    bundle = at.bundle(config("stat", "/proc/keys", linux__maskedPaths=["/proc/keys"],
                              linux__rootfsPropagation="rslave"))
    shared_root(at, bundle)
    race.run(lambda: is_masked(at, at.facts(bundle)), "mount", race.volume, bundle.rootfs + "/dev")


def look_into_inits(at, hostile, *capabilities):
    """Creates containers in the pid namespace of another one, whose process tries to look into
    whatever comes into being there."""
    race = Race(at, hostile)
    attacker = at.bundle(peeking(*capabilities))
    prepare_peeking(attacker, race.counter)
    id, pipe = start_peeking(at, attacker)
    namespaces = [{"type": "mount"}, {"type": "uts"}, {"type": "ipc"}, {"type": "pid"}]
    if hostile:
        namespaces[-1]["path"] = "/proc/%d/ns/pid" % at.state(id)["pid"]
    for _ in range(max(at.swaps // 100, 10) if hostile else 1):
        at.start(at.bundle(config("sleep", linux__namespaces=namespaces)))
    if not hostile:
        return
    harness.until(lambda: count(race.counter) > 0, "the attacker never looked")
    seen = sorted({line.rsplit(" (", 1)[0] for line in pipe_rest(pipe).splitlines()})
    at.broken_if(seen, "it saw " + ", ".join(seen))


@attack("CVE-2016-9962", controls=("weakened",))
def race_init_is_looked_into(at, hostile):
    """Containers are created in the pid namespace of another one, whose process is root and looks
    into whatever comes into being there."""
    look_into_inits(at, hostile)


@attack("CVE-2016-9962", controls=("crun", "runc"))
def race_init_is_traced(at, hostile):
    """The same with CAP_SYS_PTRACE, for which no process of its user namespace is closed: there must
    be nothing to see in init."""
    look_into_inits(at, hostile, "CAP_SYS_PTRACE")
