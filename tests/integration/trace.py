#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""--trace: how long the parts of a verb took, as a file that Perfetto shows."""
import json
import os

import harness
from harness import PROC, REMOVE, Test, engine_default, minimal, read, tmpfs

FULL = dict(mounts=[PROC, tmpfs("/tmp", "mode=755")], linux__maskedPaths=["/proc/keys"],
            process__capabilities={"bounding": ["CAP_KILL"]})
NO_CLOCK = {"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
    {"names": ["clock_gettime", "clock_gettime64"], "action": "SCMP_ACT_KILL_PROCESS"}]}


class Trace(Test):
    def trace(self, *args, code=0, err="", **more):
        """The events of one command, in the order of the file."""
        path = os.path.join(self.directory, "trace")
        result = self.ocirun(*args, globals=["--trace", path], **more)
        self.assertEqual((result.code, result.err), (code, err), result)
        events = [event for event in json.loads(read(path))["traceEvents"] if event["ph"] == "X"]
        os.unlink(path)
        return events

    def names(self, events, category):
        return [event["name"] for event in events if event["cat"] == category]

    def check(self, events, verb):
        """All that there is lies within the verb, and what overlaps lies within the other."""
        whole = events[-1]
        self.assertEqual((whole["name"], whole["cat"]), (verb, "phase"))
        slack = 0.0015      # of the three decimals
        for event in events:
            self.assertGreaterEqual(event["dur"], 0)
            self.assertGreaterEqual(event["ts"], whole["ts"] - slack, event)
            self.assertLessEqual(event["ts"] + event["dur"], whole["ts"] + whole["dur"] + slack, event)
        for thread in (1, 2):
            ends = []
            for event in sorted((e for e in events if e["tid"] == thread),
                                key=lambda e: (e["ts"], -e["dur"])):
                end = event["ts"] + event["dur"]
                while ends and ends[-1] <= event["ts"] + slack:
                    ends.pop()
                self.assertTrue(not ends or end <= ends[-1] + slack, event)
                ends.append(end)
        return whole

    def plan(self, bundle, id):
        plan = json.loads(self.works("plan", "--format", "json", "--bundle", bundle.path, id).out)
        return plan["host"], plan["child"]

    def same(self, events, ops):
        """The events are these operations, in their order, and say the same."""
        self.assertEqual([(e["name"], e["args"]["text"], e["args"]["where"]) for e in events],
                         [(op["op"], op["text"], op["where"]) for op in ops])

    def created(self, config):
        bundle, id = self.bundle(config), self.new_id()
        host, child = self.plan(bundle, id)
        events = self.trace("create", "--bundle", bundle.path, id)
        self.check(events, "create")
        return bundle, id, host, child, events

    def test_create(self):
        bundle, id, host, child, events = self.created(minimal(**FULL))
        self.assertEqual(self.names(events, "phase"),
                         ["options", "read", "check", "facts", "plan", "state", "create"])
        self.assertEqual(events[-1]["args"]["text"], id)
        self.same([e for e in events if e["cat"] == "host"], host)
        parked = [op["op"] for op in child].index("park")
        self.same([e for e in events if e["cat"] == "init"], child[:parked + 1])

    def test_start(self):
        bundle, id, host, child, _ = self.created(minimal(**FULL))
        events = self.trace("start", id)
        self.check(events, "start")
        self.assertEqual(self.names(events, "phase"), ["state", "start"])
        parked = [op["op"] for op in child].index("park")
        self.same([e for e in events if e["cat"] == "init"], child[parked + 1:])

    def test_create_and_start_of_which_one_is_traced(self):
        bundle, id, host, child, _ = self.created(minimal(**FULL))
        self.works("start", id)
        id = self.create(minimal(**FULL))
        self.assertEqual(self.names(self.trace("start", id), "init")[-1], "exec")

    def test_run(self):
        bundle, id = self.bundle(minimal("exit", "3", **FULL)), self.new_id()
        host, child = self.plan(bundle, id)
        events = self.trace("run", "--bundle", bundle.path, id, code=3)
        self.check(events, "run")
        expected = [op["op"].replace("park", "ack") for op in child]
        self.assertEqual(self.names(events, "init"), expected)

    def test_exec(self):
        id, _, _ = self.running(minimal("sleep", **FULL))
        events = self.trace("exec", id, "/bin/report", "exit", "4", code=4)
        self.check(events, "exec")
        self.assertEqual(self.names(events, "phase"), ["state", "read", "facts", "plan", "exec"])
        self.assertIn("spawn", self.names(events, "host"))
        self.assertIn("setns", self.names(events, "init"))
        self.assertEqual(self.names(events, "init")[-1], "exec")

    def test_what_an_engine_writes(self):
        """Some operations are skipped; the others are there."""
        config = engine_default("exit", "0")
        config["mounts"] = [mount for mount in config["mounts"] if mount["type"] != "bind"]
        bundle, id, host, child, events = self.created(config)
        for category, ops, least in (("host", host, 15), ("init", child, 60)):
            left = iter((op["op"], op["text"]) for op in ops)
            found = [(e["name"], e["args"]["text"]) for e in events if e["cat"] == category]
            self.assertTrue(all(event in left for event in found), found)
            self.assertGreater(len(found), least)
        self.assertEqual(found[-1][0], "park")
        self.check(self.trace("start", id), "start")

    def test_a_filter_that_forbids_to_ask_for_the_time(self):
        for verb in ("run", "start"):
            with self.subTest(verb):
                bundle, id = self.bundle(minimal("exit", "0", linux__seccomp=NO_CLOCK)), self.new_id()
                if verb == "start":
                    self.works("create", "--bundle", bundle.path, id)
                    events = self.trace("start", id)
                else:
                    events = self.trace("run", "--bundle", bundle.path, id)
                self.check(events, verb)
                self.assertEqual(self.names(events, "init")[-2:], ["seccomp", "exec"])
                self.assertEqual([e for e in events if e["name"] == "exec"][0]["dur"], 0)

    def test_namespaces_of_users_and_of_time(self):
        namespaces = [{"type": type} for type in ("mount", "pid", "user", "time")]
        ids = [{"containerID": 0, "hostID": 0, "size": 65536}]
        config = minimal(linux__namespaces=namespaces, linux__uidMappings=ids, linux__gidMappings=ids,
                         linux__timeOffsets={"monotonic": {"secs": 1000000}})
        bundle, id, host, child, events = self.created(config)
        self.assertEqual(self.names(events, "init")[-1], "park")
        self.check(self.trace("start", id), "start")

    def test_hooks(self):
        config = minimal(hooks={"createRuntime": [{"path": "/bin/true"}, {"path": "/bin/true"}],
                                "poststart": [{"path": "/bin/true"}]})
        bundle, id, host, child, events = self.created(config)
        hooks = [e["args"] for e in events if e["name"] == "hook"]
        self.assertEqual(hooks, [{"text": "/bin/true", "where": "/hooks/createRuntime/%d" % n}
                                 for n in (0, 1)])
        events = self.trace("start", id)
        self.check(events, "start")
        self.assertEqual(self.names(events, "phase"), ["state", "hook", "start"])

    def test_more_operations_than_there_are_times(self):
        bundle, id, host, child, events = self.created(
            minimal(mounts=[tmpfs("/m/%d" % n, "mode=755") for n in range(200)]))
        self.assertGreater(len(child), 800)
        self.same([e for e in events if e["cat"] == "init"], child[:500])
        self.works("start", id)

    def test_update(self):
        id, _, _ = self.running()
        events = self.trace("update", "--pids-limit", "100", id)
        self.check(events, "update")
        self.assertEqual(self.names(events, "phase"), ["plan", "update"])
        self.assertIn("cgroup_write", self.names(events, "host"))

    def test_a_failure(self):
        bundle = self.bundle(minimal(process__args=["/none"]))
        result = self.ocirun("create", "--bundle", bundle.path, self.new_id())
        events = self.trace("create", "--bundle", bundle.path, self.new_id(), code=1, err=result.err)
        self.check(events, "create")
        self.assertEqual(self.names(events, "init")[-1], "executable")
        self.assertEqual(self.names(events, "phase")[-2:], ["undo", "create"])

    def test_a_config_that_is_wrong(self):
        bundle = self.bundle(minimal(root=REMOVE))
        result = self.ocirun("create", "--bundle", bundle.path, self.new_id())
        events = self.trace("create", "--bundle", bundle.path, self.new_id(), code=1, err=result.err)
        self.assertEqual(self.names(events, "phase"), ["options", "read", "check", "create"])

    def test_verbs_without_parts(self):
        self.assertEqual(self.trace("list"), [])

    def test_a_trace_that_cannot_be_written(self):
        path = os.path.join(self.directory, "none", "trace")
        self.fails('cannot open the trace "%s": No such file or directory' % path, "create",
                   "--bundle", self.bundle().path, self.new_id(), globals=["--trace", path])


if __name__ == "__main__":
    harness.main()
