/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The host's operations on network devices: rtnetlink(7).
 *
 * A device goes to the container's network namespace by a socket of ours, and is dressed there by
 * one that init opened inside, so that nobody has to change namespaces. Its addresses, which the
 * kernel takes from a device that moves, are read before and given back after: those that are
 * permanent and global. Should the container not come about, all goes back. */
#include <errno.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/error.h"
#include "base/fd.h"
#include "exec/host_ops.h"
#include "sys/message.h"

/* What an address may keep: the others the kernel sets. */
#define KEPT_FLAGS (IFA_F_NODAD | IFA_F_HOMEADDRESS | IFA_F_NOPREFIXROUTE | IFA_F_MANAGETEMPADDR)

/* A request of rtnetlink: header, what its type asks for, attributes. */
struct request {
	union {
		struct nlmsghdr header;
		char bytes[1024];
	};
};

/* One address, as it is asked for: all but the device that it goes to. */
struct address {
	struct request request;
	struct address *next;
};

struct host_device {
	const char *name, *inside; /* in the plan */
	int index, index_inside;
	bool up;
	struct address *addresses;
	struct host_device *next;
};

/* --- rtnetlink --- */

static void *begin(struct request *request, uint16_t type, uint16_t flags, size_t size)
{
	memset(request, 0, sizeof(*request));
	request->header.nlmsg_type = type;
	request->header.nlmsg_flags = (uint16_t)(NLM_F_REQUEST | NLM_F_ACK | flags);
	request->header.nlmsg_len = (uint32_t)NLMSG_LENGTH(size);
	return NLMSG_DATA(&request->header);
}

/* Names and addresses are short: there is room. */
static void add(struct request *request, uint16_t type, const void *data, size_t size)
{
	size_t at = NLMSG_ALIGN(request->header.nlmsg_len);
	struct rtattr *attribute = (struct rtattr *)(void *)(request->bytes + at);

	if (at + RTA_SPACE(size) > sizeof(request->bytes))
		return;
	attribute->rta_type = type;
	attribute->rta_len = (uint16_t)RTA_LENGTH(size);
	memcpy(RTA_DATA(attribute), data, size);
	request->header.nlmsg_len = (uint32_t)(at + RTA_LENGTH(size));
}

static ssize_t receive(int fd, void *bytes, size_t size)
{
	ssize_t n;

	do
		n = recv(fd, bytes, size, 0);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : n;
}

/* Sends a request and takes what comes until its end; @take, if there is one, gets each part of an
 * answer. Returns 0 or the kernel's negative errno. */
static int talk(int fd, const struct request *request,
		int (*take)(const struct nlmsghdr *message, void *argument), void *argument)
{
	_Alignas(struct nlmsghdr) char bytes[16384];
	int r = 0;

	if (send(fd, request, request->header.nlmsg_len, 0) < 0)
		return -errno;
	for (;;) {
		ssize_t left = receive(fd, bytes, sizeof(bytes));
		const struct nlmsghdr *message = (const struct nlmsghdr *)(void *)bytes;

		if (left < 0)
			return (int)left;
		for (; NLMSG_OK(message, left); message = NLMSG_NEXT(message, left)) {
			if (message->nlmsg_type == NLMSG_ERROR)
				return r < 0 ? r : *(const int *)NLMSG_DATA(message);
			if (message->nlmsg_type == NLMSG_DONE)
				return r;
			if (take && r == 0)
				r = take(message, argument);
		}
	}
}

/* --- addresses --- */

static int keep_address(const struct nlmsghdr *message, void *argument)
{
	struct host_device *device = argument;
	const struct ifaddrmsg *from = NLMSG_DATA(message);
	int left = (int)IFA_PAYLOAD(message);
	uint32_t flags = from->ifa_flags;
	struct address *address;
	struct ifaddrmsg *to;

	for (const struct rtattr *a = IFA_RTA(from); RTA_OK(a, left); a = RTA_NEXT(a, left))
		if (a->rta_type == IFA_FLAGS)
			memcpy(&flags, RTA_DATA(a), sizeof(flags));
	if (message->nlmsg_type != RTM_NEWADDR || (int)from->ifa_index != device->index ||
	    from->ifa_scope != RT_SCOPE_UNIVERSE || !(flags & IFA_F_PERMANENT))
		return 0;
	address = calloc(1, sizeof(*address));
	if (!address)
		return -ENOMEM;
	to = begin(&address->request, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, sizeof(*to));
	to->ifa_family = from->ifa_family;
	to->ifa_prefixlen = from->ifa_prefixlen;
	left = (int)IFA_PAYLOAD(message);
	for (const struct rtattr *a = IFA_RTA(from); RTA_OK(a, left); a = RTA_NEXT(a, left))
		if (a->rta_type == IFA_LOCAL || a->rta_type == IFA_ADDRESS ||
		    a->rta_type == IFA_BROADCAST || a->rta_type == IFA_RT_PRIORITY)
			add(&address->request, a->rta_type, RTA_DATA(a), RTA_PAYLOAD(a));
	flags &= KEPT_FLAGS;
	add(&address->request, IFA_FLAGS, &flags, sizeof(flags));
	address->next = device->addresses;
	device->addresses = address;
	return 0;
}

static int read_addresses(int fd, struct host_device *device)
{
	struct request request;

	begin(&request, RTM_GETADDR, NLM_F_DUMP, sizeof(struct ifaddrmsg));
	return talk(fd, &request, keep_address, device);
}

/* --- devices --- */

static int index_of(int fd, const char *name, int *ret)
{
	struct ifreq request = { 0 };

	memcpy(request.ifr_name, name, strnlen(name, IFNAMSIZ - 1));
	if (ioctl(fd, SIOCGIFINDEX, &request) < 0)
		return -errno;
	*ret = request.ifr_ifindex;
	return 0;
}

static int is_up(int fd, const char *name, bool *ret)
{
	struct ifreq request = { 0 };

	memcpy(request.ifr_name, name, strnlen(name, IFNAMSIZ - 1));
	if (ioctl(fd, SIOCGIFFLAGS, &request) < 0)
		return -errno;
	*ret = request.ifr_flags & IFF_UP;
	return 0;
}

/* So that the device is known by it whatever name the kernel makes of a template. */
static int free_index(int fd, int index)
{
	struct ifreq request = { .ifr_ifindex = index };

	while (ioctl(fd, SIOCGIFNAME, &request) == 0)
		request.ifr_ifindex++;
	return request.ifr_ifindex;
}

static int move(int from, int index, int namespace, const char *name, int new_index)
{
	struct request request;
	struct ifinfomsg *link = begin(&request, RTM_SETLINK, 0, sizeof(*link));

	link->ifi_index = index;
	add(&request, IFLA_NET_NS_FD, &namespace, sizeof(namespace));
	add(&request, IFLA_IFNAME, name, strlen(name) + 1);
	add(&request, IFLA_NEW_IFINDEX, &new_index, sizeof(new_index));
	return talk(from, &request, NULL, NULL);
}

static int dress(int fd, int index, struct address *addresses, bool up)
{
	struct request request;
	struct ifinfomsg *link;

	for (struct address *address = addresses; address; address = address->next) {
		struct ifaddrmsg *message = NLMSG_DATA(&address->request.header);
		int r;

		message->ifa_index = (unsigned int)index;
		r = talk(fd, &address->request, NULL, NULL);
		if (r < 0)
			return r;
	}
	link = begin(&request, RTM_NEWLINK, 0, sizeof(*link));
	link->ifi_index = index;
	link->ifi_flags = up ? IFF_UP : 0;
	link->ifi_change = IFF_UP;
	return talk(fd, &request, NULL, NULL);
}

/* --- operations --- */

static void device_done(struct host_device *device)
{
	while (device->addresses) {
		struct address *address = device->addresses;

		device->addresses = address->next;
		free(address);
	}
	free(device);
}

void host_network_done(struct host *host, bool undo)
{
	cleanup(fd_done) int own = -1;

	if (undo && host->devices)
		own = ioctl(host->network, SIOCGSKNS);
	while (host->devices) {
		struct host_device *device = host->devices;

		if (own >= 0 && device->index_inside > 0 &&
		    move(host->network_inside, device->index_inside, own, device->name,
			 device->index) == 0)
			(void)!dress(host->network, device->index, device->addresses, device->up);
		host->devices = device->next;
		device_done(device);
	}
	fd_done(&host->network);
	fd_done(&host->network_inside);
}

int host_network(struct host *host, const struct op *op, struct oci_error *err)
{
	char message;

	(void)op;
	host->network = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	if (host->network < 0)
		return host_fail(host, op, -errno, err);
	if (message_receive(host->channel, &message, 1, &host->network_inside) != 1 ||
	    message != MESSAGE_NETWORK || host->network_inside < 0)
		return host_child_failed(host, err);
	return 0;
}

int host_net_device(struct host *host, const struct op *op, struct oci_error *err)
{
	cleanup(fd_done) int namespace = ioctl(host->network_inside, SIOCGSKNS);
	struct host_device *device = calloc(1, sizeof(*device));
	int r;

	if (!device)
		return host_fail(host, op, -ENOMEM, err);
	device->name = plan_string(host->plan, op->text);
	device->inside = plan_string(host->plan, op->text2);
	device->next = host->devices;
	host->devices = device;
	r = namespace < 0 ? -errno : index_of(host->network, device->name, &device->index);
	if (r == 0)
		r = is_up(host->network, device->name, &device->up);
	if (r == 0)
		r = read_addresses(host->network, device);
	if (r < 0)
		return host_fail(host, op, r, err);
	/* The kernel moves it first and may refuse the new name then: from here on it may be there.
	 */
	device->index_inside = free_index(host->network_inside, device->index);
	r = move(host->network, device->index, namespace, device->inside, device->index_inside);
	if (r == 0)
		r = dress(host->network_inside, device->index_inside, device->addresses, true);
	return r < 0 ? host_fail(host, op, r, err) : 0;
}
