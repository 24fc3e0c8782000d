/* SPDX-License-Identifier: BSD-2-Clause */
/* Attaching a tap's program to an interface, and what the kernel's refusals mean. */
#include "hook.h"

#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/if_packet.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "captures.h"
#include "links.h"
#include "watch.h"

/* enum bpf_attach_type since 6.6 (e420bed02507 "bpf: Add fd-based tcx multi-prog infra"); older
 * headers lack them. */
#define ATTACH_TCX_INGRESS ((enum bpf_attach_type)46)
#define ATTACH_TCX_EGRESS  ((enum bpf_attach_type)47)

/* Where our clsact filter is, so that the one a killed daemon left is replaced and not joined by a
 * second. */
#define CLSACT_HANDLE	0x5350 /* "SP" */
#define CLSACT_PRIORITY 10

#ifndef SO_ATTACH_BPF
#define SO_ATTACH_BPF 50
#endif

static const char *const names[] = {
#define X(id, name) name,
	HOOK_KINDS(X)
#undef X
};

const char *hook__name(enum hook_kind kind)
{
	return names[kind];
}

static int open_link(struct hook *h, enum hook_kind kind, int prog_fd, int ifindex,
		     enum bpf_attach_type type, uint32_t flags)
{
	LIBBPF_OPTS(bpf_link_create_opts, opts, .flags = flags);
	int fd = bpf_link_create(prog_fd, ifindex, type, &opts);

	if (fd < 0)
		return fd;
	*h = (struct hook){.kind = kind, .fd = fd, .ifindex = ifindex};
	return 0;
}

/* Who has the XDP hook of the interface: "hook held by program NAME (id N)". */
static void name_holder(int ifindex, char *reason, size_t len)
{
	LIBBPF_OPTS(bpf_xdp_query_opts, query);
	struct bpf_prog_info info = {0};
	uint32_t info_len = sizeof(info), id = 0;
	int fd = -1;

	if (!bpf_xdp_query(ifindex, 0, &query))
		id = query.prog_id	 ? query.prog_id
		     : query.drv_prog_id ? query.drv_prog_id
					 : query.skb_prog_id;
	if (id)
		fd = bpf_prog_get_fd_by_id(id);
	if (fd >= 0) {
		bpf_obj_get_info_by_fd(fd, &info, &info_len);
		close(fd);
	}
	if (id)
		snprintf(reason, len, "hook held by program %s (id %u)",
			 info.name[0] ? info.name : "without a name", id);
	else
		snprintf(reason, len, "hook held by another program");
}

int hook__xdp(struct hook *h, int prog_fd, int ifindex, bool is_generic, char *reason, size_t len)
{
	int err = open_link(h, is_generic ? HOOK_XDP_GENERIC : HOOK_XDP_NATIVE, prog_fd, ifindex,
			    BPF_XDP, is_generic ? XDP_FLAGS_SKB_MODE : XDP_FLAGS_DRV_MODE);

	if (HOOK_IS_BUSY(err))
		name_holder(ifindex, reason, len);
	else if (err == -EOPNOTSUPP)
		snprintf(reason, len, "driver has no native XDP");
	else if (err)
		snprintf(reason, len, "driver refuses XDP: %s%s", strerror(-err),
			 err == -EPERM ? "" : " (MTU, queues or offloads)");
	return err;
}

static int attach_clsact(struct hook *h, int prog_fd, int ifindex, bool is_egress)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = ifindex,
		    .attach_point = BPF_TC_INGRESS | BPF_TC_EGRESS);
	LIBBPF_OPTS(bpf_tc_opts, opts, .prog_fd = prog_fd, .handle = CLSACT_HANDLE,
		    .priority = CLSACT_PRIORITY, .flags = BPF_TC_F_REPLACE);
	int made = bpf_tc_hook_create(&hook), err;

	if (made && made != -EEXIST)
		return made;
	*h = (struct hook){.kind = HOOK_CLSACT,
			   .fd = -1,
			   .ifindex = ifindex,
			   .is_egress = is_egress,
			   .made_qdisc = !made};
	hook.attach_point = is_egress ? BPF_TC_EGRESS : BPF_TC_INGRESS;
	err = bpf_tc_attach(&hook, &opts);
	if (err)
		hook__done(h);
	return err;
}

int hook__tc(struct hook *h, int prog_fd, int ifindex, bool is_egress, char *reason, size_t len)
{
	int tcx, err;

	tcx = open_link(h, HOOK_TCX, prog_fd, ifindex,
			is_egress ? ATTACH_TCX_EGRESS : ATTACH_TCX_INGRESS, 0);
	if (!tcx)
		return 0;
	err = attach_clsact(h, prog_fd, ifindex, is_egress);
	if (!err && tcx == -EINVAL)
		snprintf(reason, len, "no tcx in this kernel (before 6.6)");
	else if (!err)
		snprintf(reason, len, "tcx: %s", strerror(-tcx));
	else
		snprintf(reason, len, "tcx: %s; clsact: %s%s", strerror(-tcx), strerror(-err),
			 err == -ENOENT ? " (no sch_ingress or cls_bpf)" : "");
	return err;
}

int hook__socket(struct hook *h, int prog_fd, int ifindex, char *reason, size_t len)
{
	struct sockaddr_ll local = {.sll_family = AF_PACKET,
				    .sll_protocol = __builtin_bswap16(ETH_P_ALL),
				    .sll_ifindex = ifindex};
	/* Protocol 0 until bound: no packet comes in before the filter is there. */
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0), err, smallest = 0;

	if (fd < 0) {
		err = -errno;
		snprintf(reason, len, "packet socket: %s%s", strerror(-err),
			 err == -EPERM ? " (needs CAP_NET_RAW)" : "");
		return err;
	}
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &smallest, sizeof(smallest));
	if (!setsockopt(fd, SOL_SOCKET, SO_ATTACH_BPF, &prog_fd, sizeof(prog_fd)) &&
	    !bind(fd, (struct sockaddr *)&local, sizeof(local))) {
		*h = (struct hook){.kind = HOOK_SOCKET, .fd = fd, .ifindex = ifindex};
		return 0;
	}
	err = -errno;
	snprintf(reason, len, "packet socket: %s", strerror(-err));
	close(fd);
	return err;
}

int hook__switch(struct hook *h, int prog_fd)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = h->ifindex,
		    .attach_point = h->is_egress ? BPF_TC_EGRESS : BPF_TC_INGRESS);
	LIBBPF_OPTS(bpf_tc_opts, opts, .prog_fd = prog_fd, .handle = CLSACT_HANDLE,
		    .priority = CLSACT_PRIORITY, .flags = BPF_TC_F_REPLACE);

	if (h->kind == HOOK_CLSACT)
		return bpf_tc_attach(&hook, &opts);
	if (h->kind == HOOK_SOCKET)
		return setsockopt(h->fd, SOL_SOCKET, SO_ATTACH_BPF, &prog_fd, sizeof(prog_fd))
			       ? -errno
			       : 0;
	if (h->kind == HOOK_NONE || h->kind == HOOK_CAPTURE)
		return 0;
	return bpf_link_update(h->fd, prog_fd, NULL);
}

static bool has_clsact_filter(const struct hook *h)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = h->ifindex,
		    .attach_point = h->is_egress ? BPF_TC_EGRESS : BPF_TC_INGRESS);
	LIBBPF_OPTS(bpf_tc_opts, opts, .handle = CLSACT_HANDLE, .priority = CLSACT_PRIORITY);
	int err = bpf_tc_query(&hook, &opts);

	return err != -ENOENT && err != -EINVAL; /* no filter; no qdisc */
}

bool hook__is_held(const struct hook *h)
{
	switch (h->kind) {
	case HOOK_XDP_NATIVE:
	case HOOK_XDP_GENERIC:
	case HOOK_TCX:
		return watch__link(h->fd);
	case HOOK_CLSACT:
		return has_clsact_filter(h);
	default:
		return true;
	}
}

int hook__capture(struct hook *h, struct captures *s, int ifindex, char *reason, size_t len)
{
	struct capture *c = NULL;
	int err = captures__open(s, ifindex, &c, reason, len);

	if (!err)
		*h = (struct hook){.kind = HOOK_CAPTURE,
				   .fd = -1,
				   .captures = s,
				   .capture = c,
				   .ifindex = ifindex};
	return err;
}

bool hook__is_both(const struct hook *h)
{
	return h->kind == HOOK_SOCKET || h->kind == HOOK_CAPTURE;
}

static void detach_clsact(const struct hook *h)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = h->ifindex,
		    .attach_point = h->is_egress ? BPF_TC_EGRESS : BPF_TC_INGRESS);
	LIBBPF_OPTS(bpf_tc_opts, opts, .handle = CLSACT_HANDLE, .priority = CLSACT_PRIORITY);

	bpf_tc_detach(&hook, &opts);
	if (!h->made_qdisc ||
	    links__has_filters(h->ifindex, TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS)) ||
	    links__has_filters(h->ifindex, TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_EGRESS)))
		return;
	hook.attach_point = BPF_TC_INGRESS | BPF_TC_EGRESS;
	bpf_tc_hook_destroy(&hook);
}

void hook__done(struct hook *h)
{
	if (h->kind == HOOK_CLSACT)
		detach_clsact(h);
	else if (h->kind == HOOK_CAPTURE)
		captures__close(h->captures, h->capture);
	else if (h->kind != HOOK_NONE)
		close(h->fd);
	h->kind = HOOK_NONE;
}
