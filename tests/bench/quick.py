# SPDX-License-Identifier: LGPL-2.1-or-later
"""The benchmark runs and measures everything: `run --quick` with the machine's own crun. What the
times are does not matter."""
import json
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
RATIOS = ("run", "create", "start", "state", "kill", "delete", "total", "exec", "delete --force")


def skip(reason):
    print(f"skipped: {reason}")
    sys.exit(77)


def fault(text):
    sys.exit(f"bench: {text}")


def check(data, runtimes):
    v2 = any(row["cgroup"] == "v2" for row in data["results"])
    for runtime in runtimes:
        rows = [row for row in data["results"] if row["runtime"] == runtime]
        for mode in ("back-to-back", "spaced"):
            found = {(r["cgroup"], r["bundle"], r["command"]) for r in rows if r["mode"] == mode}
            wanted = {("v1", "engine-default", command) for command in RATIOS}
            wanted |= {("v1", "minimal", "run"), ("v1", "userns", "run")}
            # An old crun has no device filter of v2 without CAP_SYS_RESOURCE.
            wanted |= {("v2", bundle, "run") for bundle in ("minimal", "engine-default", "userns")
                       if v2 and runtime != "crun"}
            if not wanted <= found:
                fault(f"{runtime}, {mode}: {wanted - found} are missing")
        curves = {row["curve"] for row in rows if "curve" in row}
        wanted = {"mounts", "many"} | ({"binds", "env", "list"} if runtime != "floor" else set())
        if curves != wanted:
            fault(f"{runtime}: the curves are {curves}, not {wanted}")
        for row in rows:
            if not (row["p10_us"] > 0 and row["median_us"] >= row["p10_us"] and
                    set(row["paired"]) <= set(runtimes) and row["paired"][runtime] == 1):
                fault(f"this cannot be: {row}")
        for kind, value in (("memory", "rss_kib"), ("syscalls", "calls")):
            if not any(r["runtime"] == runtime and r[value] > 0 for r in data[kind]):
                fault(f"{runtime}: no {kind}")
    if len(data["library"]) != 2 or not all(r["median_us"] > 0 for r in data["library"]):
        fault(f"liboci in an engine: {data['library']}")
    if len(data["phases"]) < 10:
        fault(f"phases: {data['phases']}")


def skip_unless(*tools):
    if os.geteuid() != 0:
        skip("must be run as root")
    for tool in tools:
        if not shutil.which(tool):
            skip(f"no {tool}")
    if not os.path.isdir("/sys/fs/cgroup/pids"):
        skip("no cgroup v1")


def main():
    build = sys.argv[1]
    skip_unless("crun", "strace", "busybox", "unshare")
    runtimes = {"ocirun": f"{build}/bin/ocirun", "crun": shutil.which("crun"),
                "floor": f"{build}/bin/bench_floor"}
    with tempfile.TemporaryDirectory() as folder:
        out, page = os.path.join(folder, "out.json"), os.path.join(folder, "page.md")
        command = [os.path.join(HERE, "run"), "--quick", "--build", build, "--json", out]
        for name, path in runtimes.items():
            command += ["--runtime", f"{name}={path}"]
        if subprocess.run(command, check=False).returncode != 0:
            fault("run failed")
        with open(out, encoding="utf-8") as file:
            check(json.load(file), runtimes)
        shutil.copy(os.path.join(HERE, "../../docs/performance.md"), page)
        svg = os.path.join(folder, "chart.svg")
        if subprocess.run([os.path.join(HERE, "chart"), "--svg", svg, "--update", page, out],
                          check=False).returncode != 0 or os.path.getsize(svg) > 60000:
            fault("chart failed")


if __name__ == "__main__":
    main()
