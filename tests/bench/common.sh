# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Sourced by run and syscalls: the runtimes, the bundles, and the private view they are run in.
# Everything made lies in one temporary folder, $work, removed at the end; commands run in the
# view see it as $inside.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(cd "$here/../.." && pwd)
root=
work=
tag=             # a prefix for container ids that nobody else has
inside=
busybox=
runtimes=()      # NAME=PATH as the view sees it
runtime_dirs=()  # HOST-DIRECTORY NAME, for each runtime of the host that the root lacks

die() {
	echo "${0##*/}: $*" >&2
	exit 1
}

# A runtime that was killed half-way can leave cgroups; their names begin with $tag, as all our ids.
clean_up() {
	if [[ -z $work ]]; then return; fi
	find /sys/fs/cgroup -depth -type d -name "*$tag-*" -exec rmdir {} +
	rm -rf --one-file-system -- "$work"
}

# Makes $work on a tmpfs if there is one.
make_work() {
	local base=${TMPDIR:-/tmp}

	[[ $(id -u) == 0 ]] || die "must be run as root"
	if [[ -w /dev/shm && $(stat -f -c %T /dev/shm) == tmpfs ]]; then base=/dev/shm; fi
	work=$(mktemp -d "$base/bench.XXXXXX")
	tag=${work##*/}
	trap clean_up EXIT
	trap 'exit 130' INT TERM
	mkdir "$work/runtimes" "$work/bundles" "$work/cgroup"
	inside=$work
	if [[ -n $root ]]; then inside=/mnt; fi
}

# Adds the runtime NAME=PATH. A path that exists in the root is taken from there; else the folder
# of the host that holds it is bound into the root.
add_runtime() {
	local name=${1%%=*} path=${1#*=}

	[[ $1 == ?*=/* ]] || die "--runtime: \"$1\" is not NAME=/PATH"
	if [[ -x $root$path ]]; then
		runtimes+=("$name=$path")
	elif [[ -x $path ]]; then
		mkdir -p "$work/runtimes/$name"
		runtime_dirs+=("$(dirname "$path")" "$name")
		runtimes+=("$name=$inside/runtimes/$name/$(basename "$path")")
	else
		die "$path: no such program"
	fi
}

# The runtimes asked for, or ocirun, crun and runc as far as they are there.
find_runtimes() {
	local r

	for r; do add_runtime "$r"; done
	if (($# > 0)); then return; fi
	for r in "ocirun=$top/build/release/bin/ocirun" crun=/usr/bin/crun runc=/usr/bin/runc; do
		if [[ -x $root${r#*=} || -x ${r#*=} ]]; then
			add_runtime "$r"
		else
			echo "${0##*/}: no ${r#*=}: ${r%%=*} is left out" >&2
		fi
	done
	((${#runtimes[@]} > 0)) || die "no runtime found"
}

minimal_config() {
	cat <<-'JSON'
	{
		"ociVersion": "1.0.2",
		"process": {
			"user": { "uid": 0, "gid": 0 },
			"args": [ "/bin/true" ],
			"env": [ "PATH=/bin" ],
			"cwd": "/"
		},
		"root": { "path": "rootfs" },
		"hostname": "minimal",
		"mounts": [
			{ "destination": "/proc", "type": "proc", "source": "proc" },
			{
				"destination": "/dev", "type": "tmpfs", "source": "tmpfs",
				"options": [ "nosuid", "strictatime", "mode=755", "size=65536k" ]
			}
		],
		"linux": {
			"namespaces": [
				{ "type": "pid" }, { "type": "ipc" }, { "type": "uts" }, { "type": "mount" }
			]
		}
	}
	JSON
}

make_rootfs() {
	mkdir -p "$1"/{bin,proc,dev,sys,etc,tmp}
	touch "$1"/etc/{hosts,hostname,resolv.conf}
	cp "$busybox" "$1/bin/busybox"
	ln -s busybox "$1/bin/true"
	ln -s busybox "$1/bin/sleep"
	chroot "$1" /bin/true || die "$busybox is not static: install busybox-static"
}

# Makes bundle NAME and NAME-wait, the same with a process that waits to be killed. The version is
# lowered for older runtimes: nothing newer is used.
make_bundle() {
	local name=$1 dir=$work/bundles/$1

	mkdir "$dir"
	case $name in
	minimal) minimal_config >"$dir/config.json" ;;
	engine-default)
		cp -R "$top/tests/data/engine-default/files" "$dir"
		jq '.ociVersion = "1.0.2"' "$top/tests/data/engine-default/config.json" \
			>"$dir/config.json" ;;
	*) die "--bundle: \"$name\" is neither minimal nor engine-default" ;;
	esac
	make_rootfs "$dir/rootfs"
	cp -R "$dir" "$dir-wait"
	jq '.process.args = ["/bin/sleep", "100000"]' "$dir/config.json" >"$dir-wait/config.json"
}

make_bundles() {
	local candidate

	command -v jq >/dev/null || die "jq is needed"
	for candidate in "$root/usr/bin/busybox" "$root/bin/busybox" /usr/bin/busybox /bin/busybox; do
		if [[ -x $candidate ]]; then busybox=$candidate; break; fi
	done
	[[ -n $busybox ]] || die "no busybox: install busybox-static"
	for candidate; do make_bundle "$candidate"; done
}

# Runs a command in the view: see the file `enter`. Whatever it leaves running is killed.
enter() {
	unshare --mount --pid --fork --kill-child --propagation private -- \
		"$here/enter" "$(readlink /proc/self/ns/mnt)" "$work" "$root" \
		"${runtime_dirs[@]}" -- "$@"
}
