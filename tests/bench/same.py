# SPDX-License-Identifier: LGPL-2.1-or-later
"""The floor is measured against runtimes, so it has to do their work: its containers are the same as
ocirun's, as far as their mounts, devices, credentials, filters, limits and namespaces show."""
import subprocess
import sys

from quick import fault, skip_unless
from view import View

BUNDLES = (("v1", "minimal"), ("v1", "engine-default"), ("v1", "userns"), ("v2", "engine-default-v2"))
# What a container of the runtime $1 is like. Its start is over when its program runs.
LOOK = """
"$1" --root "$2" create --bundle "$3" --pid-file "$4" "$5" </dev/null >/dev/null
"$1" --root "$2" start "$5"
pid=$(cat "$4")
until [ "$(readlink /proc/$pid/exe)" = /bin/busybox ]; do sleep 0.01; done
grep -E '^(Uid|Gid|Groups|Cap|NoNewPrivs|Seccomp)' /proc/$pid/status
awk '{ print "mount", $5, $6 }' /proc/$pid/mountinfo | sort
ls -l /proc/$pid/root/dev | awk '{ print "device", $1, $5, $6, $NF }'
awk '{ print "limit", $0 }' /proc/$pid/limits
awk '{ print "map", $0 }' /proc/$pid/uid_map /proc/$pid/gid_map
for type in cgroup ipc mnt net pid user uts; do
	[ "$(readlink /proc/$pid/ns/$type)" = "$(readlink /proc/self/ns/$type)" ] || echo "new $type"
done
"$1" --root "$2" delete --force "$5"
"""


def look(view, name, cgroup, bundle):
    done = view.enter("timeout", "20", "sh", "-ec", LOOK, "sh", view.runtimes[name],
                      f"{view.inside}/state/{name}", view.bundle(bundle) + "-wait",
                      f"{view.inside}/state/pid", f"{view.tag}-{name}", cgroup=cgroup,
                      stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    if done.returncode != 0 or "Seccomp" not in done.stdout:
        fault(f"{name}, {bundle}, {cgroup}: exit status {done.returncode}")
    return done.stdout.splitlines()


def main():
    skip_unless("busybox", "unshare")
    with View(build=sys.argv[1]) as view:
        view.add_runtime("ocirun", f"{view.bin}/ocirun")
        view.add_runtime("floor", f"{view.bin}/bench_floor")
        for cgroup, bundle in BUNDLES:
            if cgroup == "v2" and not view.has_v2():
                continue
            ours, floor = (look(view, name, cgroup, bundle) for name in ("ocirun", "floor"))
            if ours != floor:
                fault(f"{bundle}, {cgroup}: ocirun {sorted(set(ours) - set(floor))}, "
                      f"the floor {sorted(set(floor) - set(ours))}")


main()
