#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""NOTIFY_SOCKET: a program in a container tells the service manager of its caller that it is ready."""
import os
import socket
import stat
import struct

import harness
from harness import TAG, Test, bind, minimal, tmpfs

INSIDE = "/run/notify/notify.sock"
CALLER = 54321


class Notify(Test):
    def setUp(self):
        super().setUp()
        self.manager = None

    def tearDown(self):
        if self.manager:
            self.manager.close()
        super().tearDown()

    def listen(self, name=None):
        """A service manager; returns the environment that it gives its services."""
        if name is None:
            os.chmod(self.directory, 0o755)
            name = os.path.join(self.directory, "manager")
        self.manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        self.manager.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        self.manager.bind(name.replace("@", "\0"))
        if name[0] == "/":
            os.chmod(name, 0o777)
        return dict(os.environ, NOTIFY_SOCKET=name)

    def heard(self):
        """The messages, with the pids of their senders."""
        found = []
        while True:
            try:
                data, control, _, _ = self.manager.recvmsg(4096, socket.CMSG_SPACE(12))
            except BlockingIOError:
                return found
            found.append((data.decode(), struct.unpack("iII", control[0][2])[0]))

    def ready(self, config=None, env=None, **more):
        result = self.run_container(config or minimal("notify", "READY=1"), env=env or self.listen(),
                                    **more)
        self.assertEqual((result.code, result.out, result.err), (0, "notify=ok\n", ""), result)
        self.assertEqual([text for text, _ in self.heard()], ["READY=1"])

    def test_run(self):
        self.ready()

    def test_create_and_start(self):
        """It is the environment of create that counts; the sender is known by its pid outside."""
        env = self.listen()
        id = self.create(minimal("notify", "READY=1"), env=env)
        pid = self.state(id)["pid"]
        self.assertEqual(self.heard(), [])
        self.works("start", id)
        self.wait_stopped(id, pid)
        self.assertEqual(self.heard(), [("READY=1", pid)])

    def test_a_network_namespace_of_its_own(self):
        self.ready(minimal("notify", "READY=1", linux__namespaces=[
            {"type": type} for type in ("mount", "pid", "network", "ipc", "uts")]))

    def test_a_user_namespace(self):
        ids = [{"containerID": 0, "hostID": 100000, "size": 65536}]
        bundle = self.bundle(minimal(
            "notify", "READY=1", linux__uidMappings=ids, linux__gidMappings=ids,
            linux__namespaces=[{"type": type} for type in ("mount", "pid", "user")]))
        for path, directories, names in os.walk(bundle.path):
            os.chmod(path, 0o755)
            os.chown(path, 100000, 100000)
        self.ready(bundle)

    def test_a_read_only_root(self):
        self.ready(minimal("notify", "READY=1", root__readonly=True))

    def test_a_run_that_is_mounted(self):
        self.ready(minimal("notify", "READY=1", mounts=[tmpfs("/run", "ro", "mode=755")]))

    def test_no_mount_namespace(self):
        self.ready(minimal("notify", "READY=1", linux__namespaces=[{"type": "pid"}]))

    def test_a_caller_without_privileges(self):
        bundle = self.bundle(minimal("notify", "READY=1", linux__namespaces=[
            {"type": type} for type in ("mount", "pid", "user")],
            linux__uidMappings=[{"containerID": 0, "hostID": CALLER, "size": 1}],
            linux__gidMappings=[{"containerID": 0, "hostID": CALLER, "size": 1}]))
        root = os.path.join(self.directory, "state")
        os.mkdir(root, 0o700)
        for path, directories, names in os.walk(bundle.path):
            os.chmod(path, 0o755)
            os.chown(path, CALLER, CALLER)
        os.chown(root, CALLER, CALLER)
        self.ready(bundle, root=root, prefix=("setpriv", "--reuid", str(CALLER), "--regid",
                                              str(CALLER), "--clear-groups", "--inh-caps=-all"))

    def test_where_it_is(self):
        facts = self.observe(minimal("env", "NOTIFY_SOCKET"), env=self.listen())
        self.assertEqual(facts, {"NOTIFY_SOCKET": INSIDE})

    def test_nobody_inside_changes_it(self):
        """Root of the container is root of the host here."""
        env = self.listen()
        result = self.run_container(minimal("syscall", "fchmodat", "-100", "s:" + INSIDE, "0"), env=env)
        self.assertEqual(result.out, "syscall=EROFS\n", result)
        self.assertEqual(stat.S_IMODE(os.stat(env["NOTIFY_SOCKET"]).st_mode), 0o777)

    def test_the_config_has_its_own(self):
        """As podman writes it, with a directory of its own."""
        self.listen()
        config = minimal("notify", "READY=1", mounts=[bind(self.directory, "/run/notify")])
        config["process"]["env"].append("NOTIFY_SOCKET=/run/notify/manager")
        self.ready(config, env=dict(os.environ, NOTIFY_SOCKET="/none"))

    def test_a_name_without_a_file(self):
        self.ready(env=self.listen("@" + TAG))

    def unreachable(self, message, config, env):
        log = os.path.join(self.directory, "log")
        if os.path.exists(log):
            os.unlink(log)
        result = self.ocirun("run", "--bundle", self.bundle(config).path, self.new_id(), env=env,
                             globals=["--log", log, "--log-format", "json"])
        self.assertEqual((result.code, result.err), (0, ""), result)
        self.assertIn("PATH=/bin\n", result.out)
        self.assertNotIn("NOTIFY_SOCKET", result.out)
        self.assertIn('"msg":"NOTIFY_SOCKET: %s"' % message.replace('"', '\\"'), harness.read(log))

    def test_what_cannot_be_reached(self):
        config = minimal("env", linux__namespaces=[
            {"type": type} for type in ("mount", "pid", "network")])
        self.unreachable('"@%s" cannot be reached from the container' % TAG, config,
                         self.listen("@" + TAG))
        for value in ("vsock:2:1234", "relative"):
            self.unreachable('"%s" cannot be reached from the container' % value, config,
                             dict(os.environ, NOTIFY_SOCKET=value))
        for value in ("/none", "/dev/null"):
            self.unreachable('"%s" is not a socket' % value, config,
                             dict(os.environ, NOTIFY_SOCKET=value))

    def test_none(self):
        without = {name: value for name, value in os.environ.items() if name != "NOTIFY_SOCKET"}
        for env in (without, dict(without, NOTIFY_SOCKET="")):
            bundle = self.bundle(minimal("notify", "READY=1"))
            result = self.run_container(bundle, env=env)
            self.assertEqual((result.code, result.out), (1, "notify=EDESTADDRREQ\n"), result)
            self.assertFalse(os.path.exists(os.path.join(bundle.rootfs, "run")))

    def test_exec_is_not_the_service(self):
        env = self.listen()
        pipe = self.pipe()
        id = self.create(minimal("sleep"), env=env, stdout=pipe.write_end)
        pipe.close_write()
        self.works("start", id)
        pipe.wait_for("sleep=ready")
        result = self.ocirun("exec", id, "/bin/report", "notify", "READY=1", env=env)
        self.assertEqual((result.code, result.out), (1, "notify=EDESTADDRREQ\n"), result)

    def test_a_link_in_the_root_leads_nowhere_outside(self):
        outside = os.path.join(self.directory, "outside")
        os.mkdir(outside)
        env = self.listen()
        for place in ("/run", "/run/notify", INSIDE):
            with self.subTest(place):
                bundle = self.bundle(minimal("notify", "READY=1"))
                path = bundle.rootfs + place
                os.makedirs(os.path.dirname(path), exist_ok=True)
                os.symlink(outside + "/x", path)
                self.ready(bundle, env=env)
                self.assertEqual(os.listdir(outside), [])

    def test_the_plan_says_so(self):
        env = self.listen()
        text = self.works("plan", "--bundle", self.bundle().path, env=env).out
        self.assertIn('open_tree "%s"' % env["NOTIFY_SOCKET"], text)
        self.assertIn('make mount point "%s"' % INSIDE, text)


if __name__ == "__main__":
    harness.main()
