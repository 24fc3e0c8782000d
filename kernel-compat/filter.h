/* SPDX-License-Identifier: BSD-2-Clause */
/* A classic BPF program (bpf(2) is not needed to attach one) that keeps out of a packet socket what
 * is surely nobody's signaling. It passes a superset: whatever frame__look() would report or count
 * passes, with all the bytes that takes; the rest is dropped before it is copied.
 *
 *   Ethernet, up to two VLAN tags -> plain IPv4 or IPv6 header -> UDP or TCP -> ports, STUN cookie
 *
 * What needs a loop passes and is judged in user space: IPv4 options, IPv6 extension headers, first
 * fragments, lengths that contradict each other, three tags and more. */
#ifndef SIGPATH_FILTER_H
#define SIGPATH_FILTER_H

#include <stddef.h>
#include <stdint.h>

#include <linux/filter.h>

#include "knobs.h"

#define FILTER_INSNS_MAX 1280
/* Port ranges tested; with more configured, neighbours are joined and more is judged in user space.
 * The kernel charges the translated program to net.core.optmem_max, 20 KiB on older ones. */
#define FILTER_RANGES_MAX 64

struct filter {
	unsigned short len;
	struct sock_filter insn[FILTER_INSNS_MAX];
};

/* range_max: 1..FILTER_RANGES_MAX. -E2BIG cannot happen with these limits. */
int filter__build(struct filter *f, const struct knobs *k, unsigned int range_max);
/* Builds and attaches the finest one the kernel takes. */
int filter__attach(int fd, const struct knobs *k);
/* Bytes of a frame it lets through. */
uint32_t filter__snap(const struct knobs *k);

#endif
