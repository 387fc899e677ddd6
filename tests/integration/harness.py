# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the integration tests share: bundles, running ocirun, and the leak check after each test.

The tests run as root on the real kernel. The whole file runs in a mount namespace of its own, so
that every mount that turns up in it is of this test's making, and as the subreaper, so that what
`create` leaves behind comes to us and can be counted. Nothing here waits for time to pass: one
waits for the end of a process by its pidfd, for a line on a pipe, or for a condition.

OCIRUN and REPORT name the two programs, SOURCE_DIR the top of the sources. Any id or cgroup path
that a test makes up contains TAG, by which its traces are told from those of other tests."""
import ctypes
import glob
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import warnings

SKIPPED = 77
TIMEOUT = float(os.environ.get("OCIRUN_TEST_TIMEOUT", "30"))
OCIRUN = os.environ.get("OCIRUN", "")
REPORT = os.environ.get("REPORT", "")
SOURCE_DIR = os.environ.get("SOURCE_DIR", "")
CGROUPS = "/sys/fs/cgroup"
TAG = "t%s%d" % (os.path.basename(sys.argv[0]).split(".")[0].replace("_", ""), os.getpid())
SANITIZED = False   # whether OCIRUN is built with sanitizers; found out by prepare()

libc = ctypes.CDLL(None, use_errno=True)
CLONE_NEWNS = 0x20000
MS_REC, MS_PRIVATE, MS_SHARED, MS_SLAVE, MS_UNBINDABLE = 0x4000, 1 << 18, 1 << 20, 1 << 19, 1 << 17
MS_BIND, MNT_DETACH = 0x1000, 2
PR_SET_CHILD_SUBREAPER = 36


def check(result, what):
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code), what)
    return result


def mount(source, target, fstype=None, flags=0, data=None):
    def text(value):
        return None if value is None else os.fsencode(value)
    check(libc.mount(text(source), text(target), text(fstype), ctypes.c_ulong(flags), text(data)),
          target)


def umount(target):
    check(libc.umount2(os.fsencode(target), MNT_DETACH), target)


def read(path):
    with open(path, "rb") as file:
        return file.read().decode(errors="surrogateescape")


def write(path, text):
    with open(path, "w") as file:
        file.write(text)


def until(condition, what, timeout=None):
    """Asks again and again; for what the kernel has no event for."""
    end = time.monotonic() + (timeout or TIMEOUT)
    while not condition():
        if time.monotonic() > end:
            raise AssertionError("timeout: " + what)
        select.select([], [], [], 0.002)


def kernel():
    """Its release, (6, 18)."""
    return tuple(int(number) for number in os.uname().release.split(".")[:2])


# --- the leak check ---

def is_v2():
    """Whether the host has cgroup v2 alone; else there is v1, with or without v2 in "unified"."""
    return os.path.exists(CGROUPS + "/cgroup.controllers")


def hierarchies():
    """The top directory of each."""
    if is_v2():
        return [CGROUPS]
    return [os.path.join(CGROUPS, name) for name in sorted(os.listdir(CGROUPS))]


def has_controller(name):
    if is_v2():
        return name in read(CGROUPS + "/cgroup.controllers").split()
    return os.path.isdir(os.path.join(CGROUPS, name)) or name in unified_controllers()


def counts_swap():
    """Whether memory and swap can be limited together."""
    if is_v2():
        return bool(glob.glob(CGROUPS + "/*/memory.swap.max"))
    return os.path.exists(CGROUPS + "/memory/memory.memsw.limit_in_bytes")


def cgroups():
    """The directories in all hierarchies that bear our tag."""
    found = set()
    for hierarchy in hierarchies():
        for path, directories, _ in os.walk(hierarchy):
            found.update(os.path.join(path, d) for d in directories
                         if TAG in os.path.join(path, d))
    return found


def mounts():
    return {line.split(" ", 1)[1] for line in read("/proc/self/mountinfo").splitlines()}


def children():
    """Living ones, after the dead have been reaped."""
    while True:
        try:
            pid, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return set()
        if pid == 0:
            break
    found = set()
    for task in os.listdir("/proc/self/task"):
        for pid in read("/proc/self/task/%s/children" % task).split():
            try:
                found.add("%s %s" % (pid, read("/proc/%s/cmdline" % pid).replace("\0", " ")))
            except OSError:
                pass
    return found


def opened(pid):
    """What a process has open; without what it closes while we look."""
    found = {}
    for path in glob.glob("/proc/%s/fd/*" % pid):
        try:
            found[os.path.basename(path)] = os.readlink(path)
        except FileNotFoundError:
            pass
    return found


def descriptors():
    """Our own; that of the directory we look into is closed by then."""
    return {" ".join(item) for item in opened("self").items()}


def keyrings():
    return {line.split()[8] for line in read("/proc/keys").splitlines()
            if " _ses." + TAG in line}


def files(root):
    """Everything in the state root, but the notes, which belong to no container."""
    found = set()
    for path, directories, names in os.walk(root):
        if path == root and ".notes" in directories:
            directories.remove(".notes")
        found.update(os.path.join(path, name) for name in directories + names)
    return found


class Snapshot:
    def __init__(self, root):
        self.root = root
        self.things = {"cgroups": cgroups(), "mounts": mounts(), "processes": children(),
                       "state": files(root), "descriptors": descriptors()}

    def leaks(self):
        """What is there now and was not before, as lines. Keyrings go a moment after the last
        process that had them."""
        now = Snapshot(self.root).things
        found = ["%s: %s" % (kind, thing) for kind in now
                 for thing in sorted(now[kind] - self.things[kind])]
        found += ["%s gone: %s" % (kind, thing) for kind in ("cgroups", "mounts", "state")
                  for thing in sorted(self.things[kind] - now[kind])]
        return found


def keyring_leaks(timeout=10):
    try:
        until(lambda: not keyrings(), "keyrings", timeout)
    except AssertionError:
        return ["keyring: " + name for name in sorted(keyrings())]
    return []


# --- ocirun ---

class Result:
    def __init__(self, argv, code, out, err):
        self.argv, self.code, self.out, self.err = argv, code, out, err

    def __str__(self):
        return "%s: exit %s\nstdout: %s\nstderr: %s" % (" ".join(map(str, self.argv)), self.code,
                                                       self.out, self.err)

    def facts(self):
        """The lines NAME=VALUE that report printed."""
        return dict(line.split("=", 1) for line in self.out.splitlines() if "=" in line)


class Pipe:
    """Standard output of a container that goes on: lines are waited for."""

    def __init__(self):
        self.read_end, self.write_end = os.pipe()
        self.text = ""

    def close_write(self):
        if self.write_end >= 0:
            os.close(self.write_end)
        self.write_end = -1

    def close(self):
        self.close_write()
        os.close(self.read_end)

    def wait_for(self, what):
        """What came so far, once @what is in it; None for the end."""
        end = time.monotonic() + TIMEOUT
        while what is None or what not in self.text:
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.read_end], [], [], left)[0]:
                raise AssertionError("timeout waiting for %r, got %r" % (what, self.text))
            data = os.read(self.read_end, 65536)
            if not data:
                if what is None:
                    break
                raise AssertionError("end instead of %r, got %r" % (what, self.text))
            self.text += data.decode(errors="surrogateescape")
        return self.text

    def facts(self):
        return dict(line.split("=", 1) for line in self.text.splitlines() if "=" in line)


def memory_file(name):
    return os.memfd_create(name)


def contents(fd):
    size = os.fstat(fd).st_size
    return os.pread(fd, size, 0).decode(errors="surrogateescape")


class Bundle:
    def __init__(self, path, config):
        self.path, self.config = path, config
        self.rootfs = os.path.join(path, "rootfs")
        os.makedirs(os.path.join(self.rootfs, "bin"))
        os.link(Test.report, os.path.join(self.rootfs, "bin/report"))
        self.save()

    def save(self, text=None):
        self.text = text or json.dumps(self.config, indent=1)
        write(os.path.join(self.path, "config.json"), self.text)

    def at(self, pointer, message):
        """What is said of a member of the config."""
        return "config.json:%s: %s: %s" % (place(self.text, pointer), pointer, message)

    def file(self, name, text="", mode=0o644):
        """A file in the root file system."""
        path = os.path.join(self.rootfs, name.lstrip("/"))
        os.makedirs(os.path.dirname(path), exist_ok=True)
        write(path, text)
        os.chmod(path, mode)
        return path


def minimal(*args, **changes):
    """The least that the standard wants, with a pid and a mount namespace. @args are those of
    report; a member "process.user" of @changes is written process__user."""
    config = {
        "ociVersion": "1.2.0",
        "process": {"cwd": "/", "args": ["/bin/report"] + list(args),
                    "env": ["PATH=/bin"], "user": {"uid": 0, "gid": 0}},
        "root": {"path": "rootfs"},
        "mounts": [],
        "linux": {"namespaces": [{"type": "mount"}, {"type": "pid"}]},
    }
    for name, value in changes.items():
        change(config, name.replace("__", "."), value)
    return config


def change(config, path, value):
    """Sets the member a.b.c; the value REMOVE takes it out."""
    names = path.split(".")
    names = ["linux" if name == "linux_" else name for name in names]
    for name in names[:-1]:
        config = config.setdefault(name, {})
    if value is REMOVE:
        del config[names[-1]]
    else:
        config[names[-1]] = value


def place(text, pointer):
    """"line:column" of the value that a JSON pointer leads to; if there is none, of what is around."""
    decoder, at = json.JSONDecoder(), 0

    def skip(at, more=""):
        while text[at] in " \t\r\n" + more:
            at += 1
        return at

    at = skip(at)
    for name in pointer.split("/")[1:]:
        name = name.replace("~1", "/").replace("~0", "~")
        array, index, around = text[at] == "[", 0, at
        at = skip(at + 1)
        while True:
            if text[at] in "]}":
                at = around
                break
            key = str(index)
            if not array:
                key, at = decoder.raw_decode(text, at)
                at = skip(at, ":")
            if key == name:
                break
            _, at = decoder.raw_decode(text, at)
            at, index = skip(at, ","), index + 1
        if at == around:
            break
    line = text.count("\n", 0, at)
    return "%d:%d" % (line + 1, at - text.rfind("\n", 0, at))


REMOVE = object()
PROC = {"destination": "/proc", "type": "proc", "source": "proc"}


def tmpfs(destination, *options):
    return {"destination": destination, "type": "tmpfs", "source": "tmpfs",
            "options": list(options)}


def bind(source, destination, *options):
    return {"destination": destination, "type": "bind", "source": source,
            "options": ["rbind"] + list(options)}


def engine_default(*args):
    config = json.loads(read(os.path.join(SOURCE_DIR, "tests/data/engine-default/config.json")))
    config["process"]["args"] = ["/bin/report"] + list(args)
    return config


class Test(unittest.TestCase):
    maxDiff = None
    work = report = root = None     # set by main()
    count = 0

    def setUp(self):
        self.directory = tempfile.mkdtemp(dir=Test.work)
        self.before = Snapshot(Test.root)
        self.ids, self.pipes = [], []

    def tearDown(self):
        """Removes what the test made, which must work, and then looks for what is left."""
        problems = []
        for id in reversed(self.ids):
            result = self.ocirun("delete", "--force", id)
            if result.code != 0 or result.err:
                problems.append(str(result))
        for pipe in self.pipes:
            pipe.close()
        problems += self.before.leaks() + keyring_leaks()
        self.wipe()
        shutil.rmtree(self.directory, ignore_errors=True)
        if problems:
            self.fail("left behind:\n" + "\n".join(problems))

    def wipe(self):
        """One test's leak must not be the next one's."""
        for child in children():
            try:
                os.kill(int(child.split()[0]), signal.SIGKILL)
                os.waitpid(int(child.split()[0]), 0)
            except OSError:
                pass
        for path in sorted(cgroups() - self.before.things["cgroups"], key=len, reverse=True):
            try:
                os.rmdir(path)
            except OSError:
                pass
        for name in os.listdir(Test.root):
            shutil.rmtree(os.path.join(Test.root, name), ignore_errors=True)

    # making things

    def new_id(self, name="c"):
        Test.count += 1
        id = "%s-%s%d" % (TAG, name, Test.count)
        self.ids.append(id)
        return id

    def bundle(self, config=None):
        path = tempfile.mkdtemp(prefix="bundle", dir=self.directory)
        return Bundle(path, minimal() if config is None else config)

    def pipe(self):
        self.pipes.append(Pipe())
        return self.pipes[-1]

    # running things

    def ocirun(self, *args, root=None, globals=(), stdin=subprocess.DEVNULL, stdout=None,
               pass_fds=(), prefix=(), timeout=None, **more):
        """Runs it to its end. What the container prints to the same files is not waited for. With
        False for @root it finds that by itself."""
        option = [] if root is False else ["--root", root or Test.root]
        argv = list(prefix) + [OCIRUN, *option, *globals, *args]
        if SANITIZED and prefix:    # it cannot look for leaks while it is traced
            more["env"] = dict(more.get("env", os.environ), ASAN_OPTIONS="detect_leaks=0")
        out, err = memory_file("stdout"), memory_file("stderr")
        try:
            process = subprocess.Popen(
                argv, stdin=stdin, stdout=out if stdout is None else stdout, stderr=err,
                pass_fds=pass_fds, **more)
            try:
                code = process.wait(timeout or TIMEOUT)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                raise AssertionError("timeout: " + " ".join(argv)) from None
            return Result(argv, code, contents(out), contents(err))
        finally:
            os.close(out)
            os.close(err)

    def works(self, *args, err="", **more):
        """Exit status 0 and not a word on standard error."""
        result = self.ocirun(*args, **more)
        self.assertEqual((result.code, result.err), (0, err), result)
        return result

    def fails(self, message, *args, code=1, trace=False, **more):
        """The exit status, the whole of standard error, and that nothing has changed."""
        before = Snapshot(Test.root)
        result = self.ocirun(*args, **more)
        self.assertEqual((result.code, result.err), (code, "ocirun: %s\n" % message), result)
        self.assertEqual(result.out, "")
        if not trace:
            self.assertEqual(before.leaks(), [], "traces of a command that failed")
        return result

    def create(self, config=None, *options, id=None, **more):
        bundle = config if isinstance(config, Bundle) else self.bundle(config)
        id = id or self.new_id()
        self.works("create", "--bundle", bundle.path, *options, id, **more)
        return id

    def create_fails(self, message, config=None, *options, **more):
        """Create says @message, which may name {bundle}, {rootfs} and {id}; no container is made,
        and the id is as free as it was. Where it begins with a JSON pointer the place in the config
        is meant to stand before it."""
        bundle = config if isinstance(config, Bundle) else self.bundle(config)
        id = more.pop("id", None) or self.new_id()
        message = message.replace("{bundle}", bundle.path).replace("{rootfs}", bundle.rootfs)
        if message.startswith("/"):
            message = bundle.at(*message.split(": ", 1))
        self.fails(message.replace("{id}", id), "create", "--bundle", bundle.path, *options, id,
                   **more)
        self.fails('container "%s" does not exist: container does not exist' % id, "state", id)

    def run_container(self, config=None, *options, **more):
        """In the foreground; the result's exit status is the program's."""
        bundle = config if isinstance(config, Bundle) else self.bundle(config)
        return self.ocirun("run", "--bundle", bundle.path, *options, self.new_id("r"), **more)

    def observe(self, config, *options, code=0, **more):
        """The facts that report prints."""
        result = self.run_container(config, *options, **more)
        self.assertEqual((result.code, result.err), (code, ""), result)
        return result.facts()

    def prints(self, text, config, *options, code=0, **more):
        """What the program prints, without the last newline."""
        result = self.run_container(config, *options, **more)
        self.assertEqual((result.code, result.err), (code, ""), result)
        self.assertEqual(result.out.rstrip("\n"), text)

    def running(self, config=None, *options):
        """Creates and starts; returns id, pid and the pipe on which it has said that it is there."""
        pipe = self.pipe()
        id = self.create(minimal("sleep") if config is None else config, *options,
                         stdout=pipe.write_end)
        pipe.close_write()
        self.works("start", id)
        pipe.wait_for("sleep=ready")
        return id, self.state(id)["pid"], pipe

    def exec_sleep(self, id):
        """Another program in it, which goes on and is our child; its pid."""
        pipe, file = self.pipe(), os.path.join(self.directory, "exec.pid")
        self.works("exec", "--detach", "--pid-file", file, id, "/bin/report", "sleep",
                   stdout=pipe.write_end)
        pipe.close_write()
        pipe.wait_for("sleep=ready")
        return int(read(file))

    def state(self, id):
        return json.loads(self.works("state", id).out)

    def wait_stopped(self, id, pid):
        """For the end of the process, which is our child."""
        try:
            pidfd = os.pidfd_open(pid)
        except ProcessLookupError:
            return
        self.assertTrue(select.select([pidfd], [], [], TIMEOUT)[0], "it does not end")
        os.close(pidfd)
        self.assertEqual(self.state(id)["status"], "stopped")


def cgroup_file(id, name):
    """A file of the container's group, whose name begins with that of its controller."""
    if is_v2():
        return read("%s/ocirun/%s/%s" % (CGROUPS, id, name)).strip()
    return read("%s/%s/ocirun/%s/%s" % (CGROUPS, name.split(".")[0], id, name)).strip()


def has_cgroup_file(id, name):
    try:
        cgroup_file(id, name)
        return True
    except FileNotFoundError:
        return False


def unified_file(id, name):
    """A file of the container's group of v2, also where that is beside v1."""
    top = CGROUPS if is_v2() else CGROUPS + "/unified"
    return read("%s/ocirun/%s/%s" % (top, id, name)).strip()


def unified_controllers():
    for top in (CGROUPS, CGROUPS + "/unified"):
        if os.path.exists(top + "/cgroup.controllers"):
            return read(top + "/cgroup.controllers").split()
    return []


def controller_file(controller, id, v2, v1):
    """Of one that may be in either version."""
    return unified_file(id, v2) if controller in unified_controllers() else cgroup_file(id, v1)


def misc_device():
    """One that opens without any capability, and that no default rule names."""
    known = dict(reversed(line.split()) for line in read("/proc/misc").splitlines())
    for name in ("fuse", "loop-control", "userfaultfd", "hw_random", "rfkill"):
        if name in known:
            return {"path": "/dev/other", "type": "c", "major": 10, "minor": int(known[name])}
    raise unittest.SkipTest("the kernel has none of the misc devices that this test knows")


def skip_unless(condition, reason):
    """For reasons found by looking at the machine."""
    if not condition:
        raise unittest.SkipTest(reason)


def schema_validator(name):
    """Of the JSON schema of the standard, which is not ours to ship: RUNTIME_SPEC_SCHEMA names the
    folder "schema" of a copy of the standard."""
    folder = os.environ.get("RUNTIME_SPEC_SCHEMA", "")
    skip_unless(os.path.isdir(folder), "RUNTIME_SPEC_SCHEMA does not name the standard's schema")
    sys.path.append("/usr/lib/python3/dist-packages")
    warnings.simplefilter("ignore", DeprecationWarning)
    try:
        import jsonschema
    except ImportError:
        raise unittest.SkipTest("python3-jsonschema is not installed") from None
    path = os.path.realpath(os.path.join(folder, name))
    schema = json.loads(read(path))
    resolver = jsonschema.RefResolver("file://" + path, schema)
    return jsonschema.Draft4Validator(schema, resolver=resolver)


def prepare():
    global SANITIZED
    if os.geteuid() != 0:
        print("1..0 # SKIP not root")
        sys.exit(SKIPPED)
    for name in ("OCIRUN", "REPORT", "SOURCE_DIR"):
        if not os.environ.get(name):
            sys.exit("harness: %s is not set" % name)
    check(libc.unshare(CLONE_NEWNS), "unshare")
    mount(None, "/", None, MS_REC | MS_PRIVATE)
    check(libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), "prctl")
    SANITIZED = b"__asan_init" in open(OCIRUN, "rb").read()
    base = "/dev/shm" if os.path.isdir("/dev/shm") else None
    Test.work = tempfile.mkdtemp(prefix=TAG, dir=base)
    # Whatever systemd says of /dev/shm, devices in root file systems are to be opened.
    mount("tests", Test.work, "tmpfs", 0, "mode=755")
    Test.report = os.path.join(Test.work, "report")
    Test.root = os.path.join(Test.work, "state")
    os.mkdir(Test.root, 0o700)
    shutil.copy(REPORT, Test.report)
    os.chmod(Test.report, 0o755)


def clean_up():
    umount(Test.work)
    os.rmdir(Test.work)


class Lines(unittest.TextTestResult):
    """ok, not ok and skip, one line a test."""
    passed = 0

    def say(self, text, test, more=""):
        name = test.id().replace("__main__.", "")
        self.stream.writeln("%s - %s%s" % (text, name, more))
        self.stream.flush()

    def startTest(self, test):
        unittest.TestResult.startTest(self, test)

    def addSuccess(self, test):
        self.passed += 1
        self.say("ok", test)

    def addFailure(self, test, err):
        unittest.TestResult.addFailure(self, test, err)
        self.say("not ok", test)

    def addError(self, test, err):
        unittest.TestResult.addError(self, test, err)
        self.say("not ok", test)

    def addSubTest(self, test, subtest, err):
        unittest.TestResult.addSubTest(self, test, subtest, err)
        if err:
            self.say("not ok", subtest)

    def addSkip(self, test, reason):
        unittest.TestResult.addSkip(self, test, reason)
        self.say("ok", test, " # SKIP " + reason)


def main():
    prepare()
    try:
        runner = unittest.TextTestRunner(stream=sys.stdout, resultclass=Lines, verbosity=0)
        program = unittest.main(testRunner=runner, exit=False)
        result = program.result
    finally:
        clean_up()
    if result.skipped and not result.passed and result.wasSuccessful():
        sys.exit(SKIPPED)
    sys.exit(0 if result.wasSuccessful() else 1)
