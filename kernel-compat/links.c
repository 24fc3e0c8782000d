/* SPDX-License-Identifier: BSD-2-Clause */
/* Link dump and monitor on one NETLINK_ROUTE socket, so that both arrive in the kernel's order. */
#include "links.h"

#include <errno.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define LINKS_BUF 32768 /* the kernel's largest dump message */

static void copy_name(char *to, size_t size, const struct rtattr *a)
{
	size_t len = strnlen(RTA_DATA(a), RTA_PAYLOAD(a));

	if (len >= size)
		len = size - 1;
	memcpy(to, RTA_DATA(a), len);
	to[len] = 0;
}

static void parse_linkinfo(const struct rtattr *info, struct link_info *out)
{
	int left = RTA_PAYLOAD(info);

	for (const struct rtattr *a = RTA_DATA(info); RTA_OK(a, left); a = RTA_NEXT(a, left))
		if (a->rta_type == IFLA_INFO_KIND)
			copy_name(out->kind, sizeof(out->kind), a);
}

static void handle_link(struct links *l, const struct nlmsghdr *h)
{
	const struct ifinfomsg *ifi = NLMSG_DATA(h);
	int left = h->nlmsg_len - NLMSG_LENGTH(sizeof(*ifi));
	struct link_info link = {0};

	/* AF_BRIDGE speaks of bridge ports: its DELLINK is a port that left, not an interface. */
	if (left < 0 || ifi->ifi_family != AF_UNSPEC)
		return;
	link.ifindex = ifi->ifi_index;
	link.flags = ifi->ifi_flags;
	link.type = ifi->ifi_type;
	for (const struct rtattr *a = IFLA_RTA(ifi); RTA_OK(a, left); a = RTA_NEXT(a, left)) {
		if (a->rta_type == IFLA_IFNAME)
			copy_name(link.name, sizeof(link.name), a);
		else if ((a->rta_type & NLA_TYPE_MASK) == IFLA_LINKINFO)
			parse_linkinfo(a, &link);
	}
	if (link.name[0])
		l->on_link(l->ctx, &link, h->nlmsg_type == RTM_DELLINK);
}

/* 1: the end of the dump with number seq. */
static int handle_one(struct links *l, const struct nlmsghdr *h)
{
	const struct nlmsgerr *e = NLMSG_DATA(h);
	bool is_ours = l->seq && h->nlmsg_seq == l->seq;

	if (h->nlmsg_type == RTM_NEWLINK || h->nlmsg_type == RTM_DELLINK)
		handle_link(l, h);
	else if (h->nlmsg_type == NLMSG_ERROR && is_ours &&
		 h->nlmsg_len >= NLMSG_LENGTH(sizeof(*e)))
		return e->error ? e->error : 1;
	return h->nlmsg_type == NLMSG_DONE && is_ours;
}

/* Receives one datagram and handles all of it. 1: the dump ended, 0: go on, -EAGAIN: nothing there.
 */
static int receive(struct links *l, int flags)
{
	char buf[LINKS_BUF] __attribute__((aligned(NLMSG_ALIGNTO)));
	ssize_t n = recv(l->fd, buf, sizeof(buf), flags);
	unsigned int left = (unsigned int)n;
	int rc = 0;

	if (n < 0)
		return errno == EINTR ? 0 : -errno;
	for (struct nlmsghdr *h = (void *)buf; NLMSG_OK(h, left) && !rc; h = NLMSG_NEXT(h, left))
		rc = handle_one(l, h);
	return rc;
}

int links__open(struct links *l,
		void (*on_link)(void *ctx, const struct link_info *link, bool gone), void *ctx)
{
	struct sockaddr_nl local = {.nl_family = AF_NETLINK, .nl_groups = RTMGRP_LINK};
	int err;

	l->seq = 0;
	l->on_link = on_link;
	l->ctx = ctx;
	l->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	if (l->fd < 0)
		return -errno;
	if (!bind(l->fd, (struct sockaddr *)&local, sizeof(local)))
		return 0;
	err = -errno;
	links__close(l);
	return err;
}

void links__close(struct links *l)
{
	if (l->fd >= 0)
		close(l->fd);
	l->fd = -1;
}

int links__dump(struct links *l)
{
	struct {
		struct nlmsghdr h;
		struct ifinfomsg ifi;
	} req = {
		.h = {.nlmsg_len = sizeof(req),
		      .nlmsg_type = RTM_GETLINK,
		      .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
		      .nlmsg_seq = ++l->seq},
	};
	int rc;

	if (send(l->fd, &req, sizeof(req), 0) < 0)
		return -errno;
	do
		rc = receive(l, 0);
	while (rc == 0);
	return rc < 0 ? rc : 0;
}

int links__read(struct links *l)
{
	int rc;

	do
		rc = receive(l, MSG_DONTWAIT);
	while (rc >= 0);
	return rc == -EAGAIN ? 0 : rc;
}

bool links__has_filters(int ifindex, uint32_t parent)
{
	struct {
		struct nlmsghdr h;
		struct tcmsg tc;
	} req = {
		.h = {.nlmsg_len = sizeof(req),
		      .nlmsg_type = RTM_GETTFILTER,
		      .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
		.tc = {.tcm_ifindex = ifindex, .tcm_parent = parent},
	};
	char buf[LINKS_BUF] __attribute__((aligned(NLMSG_ALIGNTO)));
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	ssize_t n = -1;

	if (fd < 0)
		return true;
	if (send(fd, &req, sizeof(req), 0) > 0)
		n = recv(fd, buf, sizeof(buf), 0);
	close(fd);
	return n < (ssize_t)sizeof(struct nlmsghdr) ||
	       ((struct nlmsghdr *)buf)->nlmsg_type != NLMSG_DONE;
}
