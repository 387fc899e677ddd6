/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Facts about network interfaces, by rtnetlink, so that neither /sys nor an address is needed;
 * where a profile forbids netlink, by ioctl on whatever socket can be had. */
#define _GNU_SOURCE
#include "report.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_addr.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define LINKS_MAX     64
#define IOCTL_INDICES 256

struct link {
	int index;
	unsigned int flags;
	unsigned int mtu;
	char name[IFNAMSIZ + 1];
	char mac[64];
	struct list addresses;
};

static struct link links[LINKS_MAX];
static unsigned int link_count;

static void read_mac(struct link *link, const struct rtattr *attribute)
{
	const unsigned char *byte = RTA_DATA(attribute);
	size_t size = RTA_PAYLOAD(attribute), used = 0;

	for (size_t i = 0; i < size && i < 20; i++)
		used += (size_t)snprintf(link->mac + used, sizeof(link->mac) - used, "%s%02x",
					 i > 0 ? ":" : "", byte[i]);
}

static void on_link(struct nlmsghdr *message)
{
	struct ifinfomsg *info = NLMSG_DATA(message);
	struct rtattr *attribute = IFLA_RTA(info);
	int left = (int)IFLA_PAYLOAD(message);
	struct link *link;

	if (message->nlmsg_type != RTM_NEWLINK || link_count == LINKS_MAX)
		return;
	link = &links[link_count++];
	link->index = info->ifi_index;
	link->flags = info->ifi_flags;
	for (; RTA_OK(attribute, left); attribute = RTA_NEXT(attribute, left)) {
		if (attribute->rta_type == IFLA_IFNAME)
			snprintf(link->name, sizeof(link->name), "%.*s", IFNAMSIZ,
				 (const char *)RTA_DATA(attribute));
		else if (attribute->rta_type == IFLA_MTU)
			memcpy(&link->mtu, RTA_DATA(attribute), sizeof(link->mtu));
		else if (attribute->rta_type == IFLA_ADDRESS)
			read_mac(link, attribute);
	}
}

/* IFA_LOCAL is our end of a point-to-point link, where IFA_ADDRESS is the peer's; IPv6 mostly has
 * IFA_ADDRESS only. */
static void on_address(struct nlmsghdr *message)
{
	struct ifaddrmsg *info = NLMSG_DATA(message);
	struct rtattr *attribute = IFA_RTA(info);
	int left = (int)IFA_PAYLOAD(message);
	const void *address = NULL;
	char text[INET6_ADDRSTRLEN];

	if (message->nlmsg_type != RTM_NEWADDR)
		return;
	for (; RTA_OK(attribute, left); attribute = RTA_NEXT(attribute, left)) {
		if (attribute->rta_type == IFA_LOCAL ||
		    (attribute->rta_type == IFA_ADDRESS && !address))
			address = RTA_DATA(attribute);
	}
	if (!address || !inet_ntop(info->ifa_family, address, text, sizeof(text)))
		return;
	for (unsigned int i = 0; i < link_count; i++) {
		if (links[i].index == (int)info->ifa_index)
			list_add(&links[i].addresses, "%s/%u", text, info->ifa_prefixlen);
	}
}

/* 0 when the dump has ended, 1 when more is to come, else a negative error. */
static int read_messages(struct nlmsghdr *message, size_t size, void (*each)(struct nlmsghdr *))
{
	unsigned int left = (unsigned int)size;

	for (; NLMSG_OK(message, left); message = NLMSG_NEXT(message, left)) {
		if (message->nlmsg_type == NLMSG_DONE)
			return 0;
		if (message->nlmsg_type == NLMSG_ERROR)
			return ((struct nlmsgerr *)NLMSG_DATA(message))->error;
		each(message);
	}
	return 1;
}

static int dump(int fd, unsigned short type, void (*each)(struct nlmsghdr *))
{
	static _Alignas(struct nlmsghdr) char buffer[65536];
	struct {
		struct nlmsghdr header;
		struct rtgenmsg body;
	} request = { .header = { .nlmsg_len = sizeof(request),
				  .nlmsg_type = type,
				  .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP } };
	int more = 1;

	if (send(fd, &request, sizeof(request), MSG_NOSIGNAL) < 0)
		return -errno;
	while (more > 0) {
		ssize_t size = recv(fd, buffer, sizeof(buffer), 0);

		if (size <= 0)
			return size < 0 ? -errno : -EPROTO;
		more = read_messages((struct nlmsghdr *)buffer, (size_t)size, each);
	}
	return more;
}

static int links_by_netlink(void)
{
	struct timeval patience = { .tv_sec = 2 };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	int error;

	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	error = dump(fd, RTM_GETLINK, on_link);
	if (!error)
		error = dump(fd, RTM_GETADDR, on_address);
	close(fd);
	return error;
}

static int links_by_ioctl(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	link_count = 0;
	memset(links, 0, sizeof(links));
	for (int i = 1; i < IOCTL_INDICES && link_count < LINKS_MAX; i++) {
		struct link *link = &links[link_count];
		struct ifreq request = { .ifr_ifindex = i };

		if (ioctl(fd, SIOCGIFNAME, &request) < 0)
			continue;
		link_count++;
		link->index = i;
		snprintf(link->name, sizeof(link->name), "%.*s", IFNAMSIZ, request.ifr_name);
		if (ioctl(fd, SIOCGIFFLAGS, &request) == 0)
			link->flags = (unsigned short)request.ifr_flags;
		if (ioctl(fd, SIOCGIFMTU, &request) == 0)
			link->mtu = (unsigned int)request.ifr_mtu;
	}
	close(fd);
	return 0;
}

static void fact_interface(const struct link *link)
{
	static const struct name_value names[] = {
		{ "up", 0x1 },           { "broadcast", 0x2 },    { "debug", 0x4 },
		{ "loopback", 0x8 },     { "pointopoint", 0x10 }, { "running", 0x40 },
		{ "noarp", 0x80 },       { "promisc", 0x100 },    { "allmulti", 0x200 },
		{ "master", 0x400 },     { "slave", 0x800 },      { "multicast", 0x1000 },
		{ "lower_up", 0x10000 }, { "dormant", 0x20000 },
	};
	struct list flags = { 0 };

	list_flags(&flags, names, ARRAY_SIZE(names), link->flags);
	fact_text(name_of("net.%s", link->name), link->flags & 1 ? "up" : "down");
	fact_list(name_of("net.%s.flags", link->name), &flags);
	fact(name_of("net.%s.index", link->name), "%d", link->index);
	fact(name_of("net.%s.mtu", link->name), "%u", link->mtu);
	fact_text(name_of("net.%s.mac", link->name), link->mac[0] ? link->mac : "none");
	fact_list(name_of("net.%s.addresses", link->name), &link->addresses);
}

void facts_net(void)
{
	int error = links_by_netlink();

	if (error)
		error = links_by_ioctl();
	if (error) {
		fact_error("net.count", -error);
		return;
	}
	fact("net.count", "%u", link_count);
	for (unsigned int i = 0; i < link_count; i++)
		fact_interface(&links[i]);
}
