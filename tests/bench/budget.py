# SPDX-License-Identifier: LGPL-2.1-or-later
"""Where the time of `ocirun run` goes, from --trace: the medians over many runs, spaced as containers
are started in real life. Tracing costs less than a microsecond for each operation."""
import json
import os
import statistics
import subprocess

from view import Problem

WAITING = {"await", "release", "parked", "started", "barrier"}      # the other side's time
# What an event belongs to: its category, the names or the beginning of the config's member, and whose
# the time is. The first line that fits counts.
PARTS = (
    ("config.json read and checked", "ours", "phase", {"options", "read", "check"}),
    ("facts of the host", "ours", "phase", {"facts"}),
    ("plan, with the seccomp filter", "ours", "phase", {"plan"}),
    ("state directory, lock, record", "ours", "phase", {"state"}),
    ("state directory, lock, record", "ours", "host", {"intent", "record", "listen"}),
    ("cgroups made, limits written", "kernel", "host", "/linux"),
    ("init started: clone3, execveat", "kernel", "host", {"spawn"}),
    ("init goes into the cgroups", "kernel", "init", {"cgroup_join"}),
    ("namespaces", "kernel", "init", {"unshare", "clone", "setns"}),
    ("mounts, masks, read-only paths", "kernel", "init", ("/mounts", "/root", "/linux/masked",
                                                          "/linux/readonly", "/linux/rootfs")),
    ("devices, links", "kernel", "init", {"device", "symlink"}),
    ("loopback, keyring, hostname", "kernel", "init", {"loopback", "keyring", "hostname"}),
    ("seccomp filter installed, execve", "kernel", "init", {"seccomp"}),
    ("credentials and the rest of init", "kernel", "init", ""),
)
REST = "the program, waiting for it, what is removed behind it"


def part(event):
    for name, owner, category, what in PARTS:
        if category != event["cat"] or event["name"] in WAITING:
            continue
        if event["name"] in what if isinstance(what, set) else event["args"]["where"].startswith(what):
            return name, owner
    return None, None


def one(events):
    """Microseconds of each part of one run, and of the whole."""
    events = [event for event in events if event["ph"] == "X"]
    sums = {name: 0 for name, *_ in PARTS}
    for event in events:
        name, _ = part(event)
        if name:
            sums[name] += event["dur"]
    whole = next(e["dur"] for e in events if e["cat"] == "phase" and e["name"] == "run")
    sums[REST] = whole - sum(sums.values())
    return sums, whole


def measure(view, rounds, name="engine-default", pause=0.08):
    """The medians of the parts, and of the whole behind them."""
    bundle, runs = view.bundle(name), []
    state, trace = f"{view.inside}/state/phases", os.path.join(view.work, "trace")
    script = ('i=0; while [ $i -lt $1 ]; do sleep $2; '
              '"$3" --root "$4" --trace "$5.$i" run --bundle "$6" "$7-$i" || exit; i=$((i + 1)); done')
    done = view.enter("sh", "-c", script, "sh", str(rounds), str(pause), view.runtimes["ocirun"], state,
                      f"{view.inside}/trace", bundle, f"{view.tag}-phase",
                      cgroup="v1" if view.has_v1() else "v2", stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        raise Problem("ocirun --trace failed")
    for i in range(rounds):
        with open(f"{trace}.{i}", encoding="utf-8") as file:
            runs.append(one(json.load(file)["traceEvents"]))
    owners = {name: owner for name, owner, *_ in PARTS}
    rows = [{"part": key, "whose": owners.get(key, "kernel"),
             "median_us": statistics.median(sums[key] for sums, _ in runs)} for key in runs[0][0]]
    rows.append({"part": "from the first line of main to the last", "whose": "",
                 "median_us": statistics.median(whole for _, whole in runs)})
    return rows


def table(rows):
    """A table in Markdown."""
    lines = ["| part of `ocirun run`, engine-default, spaced | µs | whose |", "|---|---|---|"]
    return "\n".join(lines + [f"| {r['part']} | {r['median_us']:.0f} | {r['whose']} |" for r in rows])
