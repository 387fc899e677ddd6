# SPDX-License-Identifier: LGPL-2.1-or-later
"""What `run --json` has written, and its tables in Markdown."""
import budget

# What is compared: a name, where it is in the results, and the ratio to crun that is wanted of
# ocirun, spaced and back-to-back.
WORK = (
    ("run, minimal", "v1", "minimal", "run", 0.25, 0.40),
    ("run, engine-default", "v1", "engine-default", "run", 0.30, 0.45),
    ("run, engine-default, v2", "v2", "engine-default", "run", 0.45, 0.45),
    ("run, user namespace", "v1", "userns", "run", 0.35, 0.40),
    ("run, minimal, v2", "v2", "minimal", "run", None, None),
    ("run, user namespace, v2", "v2", "userns", "run", None, None),
    ("exec", "v1", "engine-default", "exec", 0.15, 0.30),
    ("create", "v1", "engine-default", "create", None, None),
    ("start", "v1", "engine-default", "start", 0.20, 0.20),
    ("state", "v1", "engine-default", "state", 0.20, 0.20),
    ("kill", "v1", "engine-default", "kill", 0.20, 0.20),
    ("delete", "v1", "engine-default", "delete", 0.20, 0.20),
    ("delete --force, running", "v1", "engine-default", "delete --force", 0.30, 0.30),
)
MODES = ("spaced", "back-to-back")
CURVES = {  # name: the command, what the points are
    "mounts": ("run", "mounts on the host"),
    "binds": ("run", "binds in the config"),
    "env": ("run", "variables in the config"),
    "list": ("list", "containers"),
}


class Results:
    def __init__(self, data):
        self.data = data
        self.runtimes = list(data["versions"])

    def row(self, runtime, cgroup, bundle, command, mode):
        wanted = {"runtime": runtime, "cgroup": cgroup, "bundle": bundle, "command": command,
                  "mode": mode}
        return next((row for row in self.data["results"]
                     if "curve" not in row and wanted.items() <= row.items()), None)

    def work(self, mode):
        """What was measured: name, rows by runtime, the ratio wanted."""
        for name, cgroup, bundle, command, *wanted in WORK:
            rows = {r: self.row(r, cgroup, bundle, command, mode) for r in self.runtimes}
            if any(rows.values()):
                yield name, rows, wanted[MODES.index(mode)]

    def curve(self, name, runtime, command=None):
        """The points of a curve: x, and the median and the lowest tenth in milliseconds."""
        return sorted((row["x"], (row["median_us"] / 1000, row["p10_us"] / 1000))
                      for row in self.data["results"]
                      if row.get("curve") == name and row["runtime"] == runtime and
                      command in (None, row["command"]))


def table(head, rows):
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def ratio(row, to):
    return f"{row['paired'][to]:.2f}" if row and to in row["paired"] else "–"


def versions(results):
    data = results.data
    names = ", ".join(version if name not in version else version.replace(" version", "")
                      for name, version in data["versions"].items() if name != "floor")
    return (f"{data['date']}: {data['cpus']} processors, kernel {data['kernel']}, load "
            f"{data['load']:.1f} at the beginning; {names}; {data['rounds']} rounds, spaced by "
            f"{data['space_ms']} ms.")


def times(results):
    head = ["µs, median / p10"] + [r for r in results.runtimes] + ["ocirun : crun", "wanted",
                                                                     "ocirun : floor"]
    lines = []
    for mode in MODES:
        for name, rows, wanted in results.work(mode):
            cells = [f"{row['median_us']:.0f} / {row['p10_us']:.0f}" if row else "–"
                     for row in rows.values()]
            ours = rows.get("ocirun")
            lines.append([f"{name}, {mode}", *cells, f"**{ratio(ours, 'crun')}**",
                          f"≤ {wanted:.2f}" if wanted else "", ratio(ours, "floor")])
    return table(head, lines)


def costs(results):
    lines = [[name, *(f"{row['cpu_us'] / 1000:.1f} / {row['minor_faults']:.0f}" if row else "–"
                      for row in rows.values())] for name, rows, _ in results.work("spaced")]
    return table(["CPU ms / page faults, spaced", *results.runtimes], lines)


def sizes(results):
    lines = []

    def add(what, values, cells, wanted):
        if values:
            part = f"{values['ocirun'] / values['crun']:.2f}" if {"ocirun", "crun"} <= set(values) else "–"
            lines.append([what, *(cells.get(r, "–") for r in results.runtimes), part, wanted])

    for bundle in ("minimal", "engine-default"):
        rows = {row["runtime"]: row for row in results.data["memory"] if row["bundle"] == bundle}
        add(f"RSS / dirty of a created container, {bundle}, KiB",
            {r: row["rss_kib"] for r, row in rows.items()},
            {r: f"{row['rss_kib']:.0f} / {row['private_dirty_kib']:.0f}" for r, row in rows.items()},
            "≤ 128 KiB")
    for cgroup, bundle, wanted in (("v1", "minimal", ""), ("v1", "engine-default", "≤ 0.40"),
                                   ("v2", "engine-default", "≤ 0.40")):
        calls = {row["runtime"]: row["calls"] for row in results.data["syscalls"]
                 if (row["cgroup"], row["bundle"]) == (cgroup, bundle)}
        add(f"system calls of a run, {bundle}, {cgroup}", calls, calls, wanted)
    return table(["", *results.runtimes, "ocirun : crun", "wanted"], lines)


def growth(results):
    lines = []

    def add(what, command, name, named=None):
        points = {r: dict(results.curve(name, r, named)) for r in results.runtimes}
        for x in sorted({x for curve in points.values() for x in curve}):
            lines.append([f"{command}, {x} {what}"] + [
                "{:.1f} / {:.1f}".format(*points[r][x]) if x in points[r] else "–"
                for r in results.runtimes])

    for name, (command, what) in CURVES.items():
        add(what, command, name)
    for command in ("create, each", "delete --force, each"):
        add("containers, 64 at a time", command, "many", command)
    return table(["ms, median / p10, back-to-back", *results.runtimes], lines)


def library(results):
    return table(["engine", "create, start, delete: µs median / p10", "worst stall of a writer, µs",
                  "without containers"],
                 [[f"{row['mib']} MiB, {row['threads']} threads",
                   f"{row['median_us']:.0f} / {row['p10_us']:.0f}", f"{row['stall_us']:.0f}",
                   f"{row['quiet_stall_us']:.0f}"] for row in results.data["library"]])


def phases(results):
    return budget.table(results.data["phases"])


TABLES = {"versions": versions, "times": times, "costs": costs, "sizes": sizes, "growth": growth,
          "library": library, "phases": phases}


def update(text, results):
    """A page with what stands between <!-- bench NAME --> and <!-- end --> replaced."""
    begin, end, out, position = "<!-- bench ", "<!-- end -->", [], 0
    while (at := text.find(begin, position)) >= 0:
        name = text[at + len(begin):text.index(" -->", at)]
        stop = text.find(end, at)
        if name not in TABLES or stop < 0:
            raise ValueError(f'"{begin}{name} -->" is no table of {", ".join(TABLES)}, or has no end')
        out += [text[position:at], f"{begin}{name} -->\n\n{TABLES[name](results)}\n\n", end]
        position = stop + len(end)
    return "".join(out) + text[position:]
