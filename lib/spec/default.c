/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The config that `ocirun spec` writes: a shell in namespaces of its own, with little power. */
#include <errno.h>
#include <string.h>

#include "base/error.h"
#include "spec/spec.h"
#include "sys/abi.h"

#define CAPABILITIES "[\"CAP_AUDIT_WRITE\",\"CAP_KILL\",\"CAP_NET_BIND_SERVICE\"]"

static const char text[] =
	"{\"ociVersion\":\"" SPEC_VERSION "\","
	"\"root\":{\"path\":\"rootfs\",\"readonly\":true},"
	"\"mounts\":["
	"{\"destination\":\"/proc\",\"source\":\"proc\",\"type\":\"proc\","
	"\"options\":[\"nosuid\",\"noexec\",\"nodev\"]},"
	"{\"destination\":\"/dev\",\"source\":\"tmpfs\",\"type\":\"tmpfs\","
	"\"options\":[\"nosuid\",\"strictatime\",\"mode=755\",\"size=65536k\"]},"
	"{\"destination\":\"/dev/pts\",\"source\":\"devpts\",\"type\":\"devpts\",\"options\":"
	"[\"nosuid\",\"noexec\",\"newinstance\",\"ptmxmode=0666\",\"mode=0620\",\"gid=5\"]},"
	"{\"destination\":\"/dev/shm\",\"source\":\"shm\",\"type\":\"tmpfs\",\"options\":"
	"[\"nosuid\",\"noexec\",\"nodev\",\"mode=1777\",\"size=65536k\"]},"
	"{\"destination\":\"/dev/mqueue\",\"source\":\"mqueue\",\"type\":\"mqueue\","
	"\"options\":[\"nosuid\",\"noexec\",\"nodev\"]},"
	"{\"destination\":\"/sys\",\"source\":\"sysfs\",\"type\":\"sysfs\","
	"\"options\":[\"nosuid\",\"noexec\",\"nodev\",\"ro\",\"rbind\"]},"
	"{\"destination\":\"/sys/fs/cgroup\",\"source\":\"cgroup\",\"type\":\"cgroup\","
	"\"options\":[\"nosuid\",\"noexec\",\"nodev\",\"relatime\",\"ro\"]}],"
	"\"process\":{\"user\":{\"uid\":0,\"gid\":0},\"args\":[\"sh\"],"
	"\"env\":[\"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\","
	"\"TERM=xterm\"],\"cwd\":\"/\",\"capabilities\":{\"bounding\":" CAPABILITIES ","
	"\"effective\":" CAPABILITIES ",\"permitted\":" CAPABILITIES "},"
	"\"rlimits\":[{\"type\":\"RLIMIT_NOFILE\",\"soft\":1024,\"hard\":1024}],"
	"\"noNewPrivileges\":true},"
	"\"hostname\":\"ocirun\","
	"\"linux\":{\"resources\":{\"devices\":[{\"allow\":false,\"access\":\"rwm\"}]},"
	"\"namespaces\":[{\"type\":\"pid\"},{\"type\":\"ipc\"},{\"type\":\"uts\"},"
	"{\"type\":\"mount\"},{\"type\":\"cgroup\"},{\"type\":\"network\"}],"
	"\"maskedPaths\":[\"/proc/acpi\",\"/proc/asound\",\"/proc/kcore\",\"/proc/keys\","
	"\"/proc/latency_stats\",\"/proc/timer_list\",\"/proc/timer_stats\","
	"\"/proc/sched_debug\",\"/sys/firmware\",\"/proc/scsi\"],"
	"\"readonlyPaths\":[\"/proc/bus\",\"/proc/fs\",\"/proc/irq\",\"/proc/sys\","
	"\"/proc/sysrq-trigger\"]}}";

static struct spec_mount *mount_at(struct spec *spec, const char *destination)
{
	list_each(mount, spec->mounts)
		if (strcmp(mount->destination, destination) == 0)
			return mount;
	return NULL;
}

/* What only root may ask for: a group that is not mapped, a network without anything in it, the
 * sysfs of a network that is not its own, limits. */
static void drop_privileges(struct spec *spec)
{
	struct spec_linux *linux_ = spec->linux_;
	struct spec_mount *sys = mount_at(spec, "/sys");

	mount_at(spec, "/dev/pts")->options.n--; /* gid=5 */
	sys->type = "none";
	sys->source = "/sys";
	sys->options.n++; /* rbind */
	spec->mounts.n--; /* /sys/fs/cgroup comes with /sys */
	linux_->resources = NULL;
	/* In place of "network", which is the last. */
	linux_->namespaces.item[linux_->namespaces.n - 1].type = (int)ABI_CLONE_NEWUSER;
}

static int map_ids(struct spec *spec, struct arena *arena, unsigned int uid, unsigned int gid)
{
	struct spec_id_mapping *mappings = arena_alloc(arena, 2 * sizeof(*mappings));

	if (!mappings)
		return -ENOMEM;
	mappings[0] = (struct spec_id_mapping){ { 0, true }, { uid, true }, { 1, true } };
	mappings[1] = (struct spec_id_mapping){ { 0, true }, { gid, true }, { 1, true } };
	spec->linux_->uidMappings = (struct spec_id_mappings){ &mappings[0], 1, true };
	spec->linux_->gidMappings = (struct spec_id_mappings){ &mappings[1], 1, true };
	return 0;
}

int spec_default(struct arena *arena, const struct spec_default_user *rootless, struct spec **ret,
		 struct oci_error *err)
{
	const struct document document = { "the default config", text, strlen(text) };
	int r = spec_decode(&document, arena, ret, err);

	if (r < 0)
		return r;
	mount_at(*ret, "/sys")->options.n--; /* rbind is for drop_privileges() */
	if (!rootless)
		return 0;
	drop_privileges(*ret);
	if (map_ids(*ret, arena, rootless->uid, rootless->gid) < 0)
		return fail(err, -ENOMEM, NULL, "cannot make a config");
	return 0;
}
