# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the attacks share: how one is written, where it is run, and what came of it.

An attack is a function of a scene and of a flag. Called with the flag off it is its own benign
twin: the same bundle without the hostile piece, which the runtime has to run; if it does not, the
runtime cannot do this at all, and nothing is learned. Called with the flag on, the runtime either
refuses or runs the program, and nothing of what the attack is after may have come of it, neither
inside nor in the canaries outside.

Everything happens in mount, uts, ipc and network namespaces of our own, so that the settings which
a runtime might be led to change are canaries too."""
import ctypes
import glob
import os
import re
import shutil
import subprocess

import harness
from harness import PROC, check, libc, minimal, mount, read, write

RACER = os.environ.get("RACER", "")
# How ocirun says that it does not have something yet.
MISSING = re.compile(r"not supported yet|unknown command")
SECRET = "the-secret-of-the-host"
DOMAIN = "canary.domain"
HOST = "canary-host"
CLONE_NEWUTS, CLONE_NEWIPC, CLONE_NEWNET = 0x4000000, 0x8000000, 0x40000000
NAMESPACES = [{"type": "mount"}, {"type": "pid"}, {"type": "uts"}, {"type": "ipc"}]


class Refused(Exception):
    """The runtime said no; the program has not run."""


class Broken(Exception):
    """The attack had an effect."""


class Facts(dict):
    """What is not there differs from anything that could be expected."""

    def __missing__(self, name):
        return "absent"


class Attack:
    def __init__(self, function, threat, controls, ours, needs, known):
        self.function, self.threat = function, threat
        self.name = function.__name__.replace("_", "-")
        self.summary = " ".join(function.__doc__.split())
        self.controls, self.ours, self.needs, self.known = controls, ours, needs, known


ATTACKS = []


def attack(threat, controls=(), ours="ran", needs=None, known=None):
    """Adds a function to the attacks. @threat is what it is known by; @controls are the runtimes
    that are known to be open to it ("crun", "runc", "weakened"); @ours is what ocirun has to make
    of it, "ran" or "refused", or None where that is a matter of luck; @needs is a part of the
    standard that a runtime may not have yet, and @known says why ocirun is open to it until further
    notice."""
    def add(function):
        ATTACKS.append(Attack(function, threat, controls, ours, needs, known))
        return function
    return add


def config(*args, **changes):
    """As harness.minimal, with what every runtime wants: a /proc, and namespaces of names and ipc."""
    changes = {"mounts": [PROC], "linux__namespaces": [dict(n) for n in NAMESPACES],
               "ociVersion": "1.0.2", **changes}
    return minimal(*args, **changes)


def tree(top):
    """All there is to know about what is below @top, without access times."""
    found = {}
    for path, directories, names in os.walk(top):
        for name in ["."] + directories + names:
            file = os.path.normpath(os.path.join(path, name))
            st = os.lstat(file)
            found[os.path.relpath(file, top)] = (st.st_mode, st.st_uid, st.st_gid, st.st_rdev,
                                                 st.st_size, st.st_mtime_ns, st.st_ctime_ns)
    return found


def names():
    return read("/proc/sys/kernel/hostname").strip(), read("/proc/sys/kernel/domainname").strip()


def last_line(text):
    lines = [line for line in text.strip().splitlines() if line.strip()]
    return lines[-1] if lines else "without a word"


class Scene(harness.Test):
    """One bundle after another, with a canary tree beside them: `outside` holds a file "secret", a
    directory "dir" with a file in it, and whatever the attack puts there before it runs anything."""
    swaps = 0           # how many a race attacker has to make
    attackers = "//"    # how the directory that it mounts ends in mountinfo

    def runTest(self):
        pass

    def setUp(self):
        super().setUp()
        self.outside = os.path.join(self.directory, "outside")
        os.makedirs(self.outside + "/dir")
        write(self.outside + "/secret", SECRET)
        write(self.outside + "/dir/file", SECRET)
        self.sealed = self.watched = None
        self.helpers, self.undo = [], []

    # making things

    def bundle(self, config=None):
        """With a /dev in the image, as most have it."""
        bundle = super().bundle(config)
        os.mkdir(bundle.rootfs + "/dev")
        return bundle

    def link(self, bundle, name, target):
        path = os.path.join(bundle.rootfs, name.lstrip("/"))
        os.makedirs(os.path.dirname(path), exist_ok=True)
        os.symlink(target, path)

    def directory_or_link(self, bundle, name, target, hostile):
        """In the image: a directory, or what should be one leads to @target."""
        if hostile:
            self.link(bundle, name, target)
        else:
            os.makedirs(os.path.join(bundle.rootfs, name.lstrip("/")), exist_ok=True)

    # running things

    def seal(self):
        """From now on whatever changes outside is an effect of the attack."""
        if self.sealed is None:
            self.sealed = (tree(self.outside), harness.mounts(), names())

    def call(self, *args, **more):
        self.seal()
        result = self.ocirun(*args, **more)
        if result.code < 0:
            raise Broken("the runtime died of signal %d: %s" % (-result.code,
                                                                last_line(result.err)))
        return result

    def run_program(self, bundle, *options, **more):
        """The result of a program that always prints something."""
        id = more.pop("id", None) or self.new_id("r")
        if not isinstance(bundle, harness.Bundle):
            bundle = self.bundle(bundle)
        result = self.call("run", "--bundle", bundle.path, *options, id, **more)
        if not result.out:
            self.broken_if(result.code == 0, "the program ran, and its output went elsewhere")
            raise Refused(last_line(result.err))
        return result

    def facts(self, bundle, *options, **more):
        return Facts(self.run_program(bundle, *options, **more).facts())

    def created(self, bundle, *options, **more):
        """Creates a container; returns its id and the pid of its init."""
        id = self.new_id()
        result = self.call("create", "--bundle", bundle.path, *options, id, **more)
        if result.code != 0:
            raise Refused(last_line(result.err))
        return id, self.state(id)["pid"]

    def start(self, bundle, *options, **more):
        """Creates and starts a container whose program is `report sleep`, and waits until it is
        there. Returns its id, its pid and the pipe."""
        pipe = self.pipe()
        id, pid = self.created(bundle, *options, stdout=pipe.write_end, **more)
        pipe.close_write()
        result = self.call("start", id)
        if result.code != 0:
            raise Refused(last_line(result.err))
        pipe.wait_for("sleep=ready")
        return id, pid, pipe

    def racer(self, *args):
        """Starts an attacker; it ends with its standard input."""
        helper = subprocess.Popen([RACER, *map(str, args)], stdin=subprocess.PIPE,
                                  stdout=subprocess.PIPE, text=True)
        self.helpers.append(helper)
        if helper.stdout.readline() != "ready\n":
            raise RuntimeError("racer does not begin: " + " ".join(map(str, args)))
        return helper

    def stop(self, helper):
        """What it said."""
        self.helpers.remove(helper)
        out, _ = helper.communicate(timeout=harness.TIMEOUT)
        return out

    # looking

    def broken_if(self, condition, what):
        if condition:
            raise Broken(what)

    def no_secret(self, text):
        self.broken_if(SECRET in text, "the program read a file of the host")

    def verify(self):
        """That nothing happened outside."""
        if self.sealed is None:
            return
        before = self.sealed[0]
        now = tree(self.outside)
        changed = sorted(name for name in before.keys() | now.keys()
                         if before.get(name) != now.get(name))
        new = sorted(set(now) - set(before))
        self.broken_if(new, "made on the host: " + ", ".join(new))
        self.broken_if(changed, "changed on the host: " + ", ".join(changed))
        self.verify_kernel()

    def verify_kernel(self):
        """The part that looks at no file. What an attacker mounts is known; and a mount of somebody
        else may go, when its mount point is removed."""
        _, mounts, was = self.sealed
        now = harness.mounts()
        changed = (now - mounts) | {line for line in mounts - now if harness.TAG in line}
        more = sorted(line for line in changed if not line.split()[2].endswith(self.attackers))
        self.broken_if(more, "mounts of the host changed: " + ", ".join(more))
        self.broken_if(names() != was, "names of the host changed: %s %s" % names())

    def clean_up(self):
        for helper in self.helpers:
            helper.kill()
            helper.communicate()
        for id in reversed(self.ids):
            self.ocirun("delete", "--force", id)
            harness.children()      # what has died in a pid namespace keeps it from ending
        for pipe in self.pipes:
            pipe.close()
        for undo in reversed(self.undo):
            undo()
        leaks = [line for line in self.before.leaks() + harness.keyring_leaks(1)
                 if harness.TAG in line or not line.startswith("mounts gone")]
        self.wipe()
        libc.setdomainname(DOMAIN.encode(), len(DOMAIN))
        libc.sethostname(HOST.encode(), len(HOST))
        for line in harness.mounts() - self.before.things["mounts"]:
            libc.umount2(os.fsencode(line.split()[3]), harness.MNT_DETACH)
        shutil.rmtree(self.directory, ignore_errors=True)
        return leaks


def perform(attack, hostile):
    """Returns (what the runtime did, what it said, what it left behind)."""
    scene = Scene()
    scene.setUp()
    try:
        try:
            attack.function(scene, hostile)
            outcome = ("ran", "")
        except Refused as refusal:
            outcome = ("refused", str(refusal))
        scene.verify()
        return (*outcome, scene.clean_up())
    except BaseException:
        scene.clean_up()
        raise


def judge(attack, strict):
    """(verdict, explanation). The verdicts: held, ESCAPED, cannot; failed, when the runtime did not
    even do that (it hangs, or a later command fails); and wrong, for our own runtime, which has to do
    what the attack says and not just anything harmless."""
    try:
        try:
            did, said, leaks = perform(attack, False)
        except Broken as trouble:
            return "wrong" if strict else "cannot", "the benign twin: " + str(trouble)
        if did == "refused":
            if strict and not (attack.needs and MISSING.search(said)):
                return "wrong", "refuses the benign twin: " + said
            return "cannot", said
        if strict and leaks:
            return "wrong", "left behind by the benign twin: " + "; ".join(leaks)
        did, said, leaks = perform(attack, True)
    except Broken as escape:
        if strict and attack.known:
            return "known", "%s; %s" % (attack.known, escape)
        return "ESCAPED", str(escape)
    except AssertionError as failure:
        return "failed", last_line(str(failure))
    if strict and attack.ours and did != attack.ours:
        return "wrong", "%s, and should have %s: %s" % (did, attack.ours, said)
    if strict and leaks:
        return "wrong", "left behind: " + "; ".join(leaks)
    return "held", did + (": " + said if said else "")


def hide_unified():
    """crun refuses hosts that show both versions of cgroups. Only in our own mount namespace."""
    unified = os.path.join(harness.CGROUPS, "unified")
    if os.path.exists(os.path.join(unified, "cgroup.procs")):
        mount("hidden", unified, "tmpfs")


def version_of(runtime):
    out = subprocess.run([runtime, "--version"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                         stdin=subprocess.DEVNULL, text=True, check=True).stdout
    return out.splitlines()[0].replace(" version", "")


def prepare():
    harness.prepare()
    check(libc.unshare(CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET), "unshare")
    check(libc.setdomainname(DOMAIN.encode(), ctypes.c_size_t(len(DOMAIN))), "setdomainname")
    check(libc.sethostname(HOST.encode(), ctypes.c_size_t(len(HOST))), "sethostname")
    if version_of(harness.OCIRUN).startswith("crun"):
        hide_unified()


def finish():
    """Groups above those of the containers are nobody's."""
    for top in glob.glob("%s/%s*" % (harness.CGROUPS, harness.TAG)):
        for path, _, _ in os.walk(top, topdown=False):
            os.rmdir(path)
    harness.clean_up()
