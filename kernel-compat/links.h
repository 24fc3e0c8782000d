/* SPDX-License-Identifier: BSD-2-Clause */
/* The interfaces of one network namespace, and what becomes of them (rtnetlink(7)). */
#ifndef SIGPATH_LINKS_H
#define SIGPATH_LINKS_H

#include <stdbool.h>
#include <stdint.h>

struct link_info {
	int ifindex;
	uint32_t flags; /* IFF_UP, IFF_LOOPBACK, ... */
	uint16_t type;	/* ARPHRD_ETHER, ... */
	char name[16];
	char kind[16]; /* "veth", "vlan", ...; "" for hardware and loopback */
};

struct links {
	int fd;
	uint32_t seq;
	void (*on_link)(void *ctx, const struct link_info *link, bool gone);
	void *ctx;
};

/* A socket subscribed to link changes, in the namespace the thread is in; it stays there. */
int links__open(struct links *l,
		void (*on_link)(void *ctx, const struct link_info *link, bool gone), void *ctx);
void links__close(struct links *l);
/* Calls on_link for each interface there is, and for changes that happen meanwhile, in their order.
 */
int links__dump(struct links *l);
/* Calls on_link for each change since. -ENOBUFS: some were lost, dump again. */
int links__read(struct links *l);

/* Whether a queueing discipline of the interface still has tc filters. parent:
 * TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS or _EGRESS). In the namespace the thread is in; true when
 * it cannot be told. */
bool links__has_filters(int ifindex, uint32_t parent);

#endif
