#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Network devices that are given to a container: NDV-01 to NDV-08."""
import json
import os
import subprocess
import unittest

import harness
from harness import PROC, Test, minimal


def ip(*args, namespace=None, check=True):
    argv = ["ip", *args] if namespace is None else \
        ["nsenter", "--net=" + namespace, "ip", *args]
    return subprocess.run(argv, check=check, capture_output=True, text=True).stdout


class NetworkTest(Test):
    """Everything is done from a network namespace of this test, so nothing of the host is touched."""

    def setUp(self):
        self.holder = subprocess.Popen(["unshare", "--net", "sh", "-c", "echo ready; read x"],
                                       stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.holder.stdout.readline()
        self.outside = "/proc/%d/ns/net" % self.holder.pid
        try:
            ip("link", "add", "veth0", "type", "veth", "peer", "name", "veth1", namespace=self.outside)
        except (OSError, subprocess.CalledProcessError) as error:
            self.close()
            raise unittest.SkipTest("no veth devices here: %s" % error) from None
        super().setUp()     # counts what there is from here on

    def close(self):
        self.holder.stdin.close()
        self.holder.stdout.close()
        self.holder.wait()

    def tearDown(self):
        super().tearDown()
        self.close()

    def ocirun(self, *args, prefix=(), **more):
        return super().ocirun(*args, prefix=(*prefix, "nsenter", "--net=" + self.outside), **more)

    def config(self, *args, devices=None, network=None, **changes):
        config = minimal(*args, mounts=[PROC], **changes)
        namespace = {"type": "network"}
        if network:
            namespace["path"] = network
        config["linux"]["namespaces"].append(namespace)
        config["linux"]["netDevices"] = {"veth0": {}} if devices is None else devices
        return config

    def links(self, namespace=None):
        found = json.loads(ip("-json", "address", "show", namespace=namespace or self.outside))
        return {link["ifname"]: link for link in found}

    def addresses(self, link):
        return sorted("%s/%d" % (a["local"], a["prefixlen"]) for a in link["addr_info"]
                      if a["scope"] == "global")

    def inside(self, config):
        id, pid, _ = self.running(config)
        return self.links("/proc/%d/ns/net" % pid), id, pid


class Moved(NetworkTest):
    def test_under_its_name(self):
        """Up, with the hardware address and the MTU that it had, and no longer outside."""
        ip("link", "set", "veth0", "mtu", "1234", "address", "02:00:00:00:00:42",
           namespace=self.outside)
        links, _, _ = self.inside(self.config("sleep"))
        self.assertEqual(set(links), {"lo", "veth0"})
        self.assertIn("UP", links["veth0"]["flags"])
        self.assertEqual((links["veth0"]["mtu"], links["veth0"]["address"]),
                         (1234, "02:00:00:00:00:42"))
        self.assertEqual(set(self.links()), {"lo", "veth1"})

    def test_under_another_name(self):
        links, _, _ = self.inside(self.config("sleep", devices={"veth0": {"name": "eth0"}}))
        self.assertEqual(set(links), {"lo", "eth0"})
        self.assertIn("UP", links["eth0"]["flags"])

    def test_an_empty_name_is_none(self):
        links, _, _ = self.inside(self.config("sleep", devices={"veth0": {"name": ""}}))
        self.assertEqual(set(links), {"lo", "veth0"})

    def test_a_template(self):
        """NDV-04: the kernel finds the number."""
        links, _, _ = self.inside(self.config("sleep", devices={"veth0": {"name": "net%d"}}))
        self.assertEqual(set(links), {"lo", "net0"})
        self.assertIn("UP", links["net0"]["flags"])

    def test_several(self):
        ip("link", "add", "veth2", "type", "veth", "peer", "name", "veth3", namespace=self.outside)
        links, _, _ = self.inside(self.config("sleep", devices={
            "veth0": {"name": "a%d"}, "veth2": {"name": "a%d"}, "veth3": {}}))
        self.assertEqual(set(links), {"lo", "a0", "a1", "veth3"})

    def test_addresses(self):
        """NDV-05: those that are permanent and global."""
        harness.skip_unless(os.path.exists("/proc/net/if_inet6"), "the kernel has no IPv6")
        for address in ("192.0.2.1/24", "198.51.100.7/32", "2001:db8::1/64"):
            ip("address", "add", address, "dev", "veth0", namespace=self.outside)
        ip("address", "add", "203.0.113.9/24", "dev", "veth0", "valid_lft", "1000",
           "preferred_lft", "1000", namespace=self.outside)
        ip("address", "add", "169.254.3.3/16", "scope", "link", "dev", "veth0",
           namespace=self.outside)
        ip("link", "set", "veth0", "up", namespace=self.outside)
        links, _, _ = self.inside(self.config("sleep", devices={"veth0": {"name": "eth0"}}))
        self.assertEqual(self.addresses(links["eth0"]),
                         ["192.0.2.1/24", "198.51.100.7/32", "2001:db8::1/64"])

    def test_the_peer_of_an_address(self):
        ip("address", "add", "192.0.2.1", "peer", "192.0.2.2/32", "dev", "veth0",
           namespace=self.outside)
        links, _, _ = self.inside(self.config("sleep"))
        self.assertEqual([(a["local"], a["address"]) for a in links["veth0"]["addr_info"]
                          if a["family"] == "inet"], [("192.0.2.1", "192.0.2.2")])

    def test_traffic(self):
        ip("address", "add", "192.0.2.1/24", "dev", "veth0", namespace=self.outside)
        ip("address", "add", "192.0.2.2/24", "dev", "veth1", namespace=self.outside)
        ip("link", "set", "veth1", "up", namespace=self.outside)
        id, pid, _ = self.running(self.config("sleep"))
        links = self.links("/proc/%d/ns/net" % pid)
        self.assertIn("LOWER_UP", links["veth0"]["flags"])

    def test_into_a_namespace_that_is_joined(self):
        first, pid, _ = self.running(self.config("sleep", devices={}))
        path = "/proc/%d/ns/net" % pid
        links, _, _ = self.inside(self.config("sleep", network=path))
        self.assertEqual(set(links), {"lo", "veth0"})

    def test_an_index_that_is_taken(self):
        """Inside, the number of the device may belong to another."""
        first, pid, _ = self.running(self.config("sleep", devices={}))
        path = "/proc/%d/ns/net" % pid
        index = str(self.links()["veth0"]["ifindex"])
        ip("link", "add", "other", "index", index, "type", "veth", "peer", "name", "peer",
           namespace=path)
        links, _, _ = self.inside(self.config("sleep", network=path))
        self.assertIn("UP", links["veth0"]["flags"])

    def test_with_a_user_namespace(self):
        config = self.config("sleep", devices={"veth0": {"name": "eth0"}})
        config["linux"]["namespaces"].append({"type": "user"})
        for kind in ("uidMappings", "gidMappings"):
            config["linux"][kind] = [{"containerID": 0, "hostID": 100000, "size": 65536}]
        ip("address", "add", "192.0.2.1/24", "dev", "veth0", namespace=self.outside)
        bundle = self.bundle(config)
        os.chown(bundle.rootfs, 100000, 100000)
        links, _, _ = self.inside(bundle)
        self.assertEqual(self.addresses(links["eth0"]), ["192.0.2.1/24"])
        self.assertIn("UP", links["eth0"]["flags"])

    def test_a_sysctl_of_the_device(self):
        """It is there when sysctls are written."""
        self.prints("1", self.config("read", "/proc/sys/net/ipv4/conf/veth0/forwarding",
                                     linux__sysctl={"net.ipv4.conf.veth0.forwarding": "1"}))


class Refused(NetworkTest):
    def test_no_such_device(self):
        self.create_fails('/linux/netDevices/none: move network device "none" to the container as '
                          '"none": no such device', self.config(devices={"none": {}}))

    def test_a_name_that_is_taken(self):
        """NDV-03; and the device is where it was."""
        first, pid, _ = self.running(self.config("sleep", devices={}))
        path = "/proc/%d/ns/net" % pid
        ip("link", "add", "eth0", "type", "veth", "peer", "name", "peer", namespace=path)
        before = self.links()["veth0"]
        self.create_fails('/linux/netDevices/veth0: move network device "veth0" to the container as '
                          '"eth0": file exists',
                          self.config(devices={"veth0": {"name": "eth0"}}, network=path))
        self.assertEqual(self.links()["veth0"], before)

    def test_one_that_cannot_move(self):
        result = self.ocirun("create", "--bundle",
                             self.bundle(self.config(devices={"lo": {"name": "lo2"}})).path,
                             self.new_id())
        self.assertEqual(result.code, 1)
        self.assertRegex(result.err, r'/linux/netDevices/lo: move network device "lo" [^\n]*\n$')

    def test_without_a_network_namespace(self):
        bundle = self.bundle(minimal(linux__netDevices={"veth0": {}}))
        self.create_fails(bundle.at("/linux/netDevices", "set without a network namespace"), bundle)

    def test_all_go_back_when_the_container_fails(self):
        """With their addresses, index and state, as if nothing had been."""
        ip("address", "add", "192.0.2.1/24", "dev", "veth0", namespace=self.outside)
        ip("link", "set", "veth0", "up", namespace=self.outside)
        ip("link", "add", "veth2", "type", "veth", "peer", "name", "veth3", namespace=self.outside)
        names = ("veth0", "veth2")
        before = {name: self.links()[name] for name in names}
        for broken in ({"process__args": ["/none"]},
                       {"linux__sysctl": {"net.none": "1"}},
                       {"process__cwd": "/bin/report"}):
            config = self.config(devices={"veth0": {"name": "a"}, "veth2": {"name": "b"}}, **broken)
            result = self.ocirun("create", "--bundle", self.bundle(config).path, self.new_id())
            self.assertEqual(result.code, 1)
            after = self.links()
            for name in names:
                for member in ("ifindex", "address", "mtu"):
                    self.assertEqual(after[name][member], before[name][member])
                self.assertEqual("UP" in after[name]["flags"], "UP" in before[name]["flags"])
                self.assertEqual(self.addresses(after[name]), self.addresses(before[name]))


if __name__ == "__main__":
    harness.main()
