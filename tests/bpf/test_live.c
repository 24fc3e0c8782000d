/* SPDX-License-Identifier: BSD-2-Clause */
/* Taps on a live veth pair: traffic goes through unchanged, each message is stamped or reported as
 * often as it should be, interfaces are followed as they come and go.
 *
 *   test_live NETNS_A IF_A NETNS_B IF_B        as tests/lib/netns.sh makes them */
#include <stdlib.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "demux.h"
#include "loader.h"
#include "print.h"
#include "record.h"
#include "report.h"
#include "sigpath.skel.h"
#include "taps.h"
#include "wires.h"

#define RING_BYTES (32 << 20) /* the stream is on a signaling port */
#define SNAP_LEN   512
#define LATE_IF	   "splate0"

/* As in bpf/lib/maps.bpf.h. */
struct flight {
	uint64_t hash;
	uint64_t nic_ns;
	uint64_t stack_ns;
	uint32_t ifindex;
	uint32_t ambiguous;
};

struct live {
	const char *path[2];
	const char *ifname[3];
	struct netns ns[2];
	struct wires wires[2]; /* IPv4, IPv6 */
	struct plan plan;
	struct object o;
	struct taps *taps;
	struct ring_buffer *ring;
	unsigned int in_cnt, out_cnt; /* records since they were last zeroed */
	struct rec_tap last;
	uint32_t snap_len;
	unsigned int seq;
	struct knobs knobs;
	_Alignas(8) uint8_t buf[WIRES_MAX];
};

static int take_record(void *ctx, void *data, size_t len)
{
	const struct rec_tap *rec = data;
	struct live *l = ctx;

	if (len < sizeof(*rec) || rec->hdr.kind != REC_TAP)
		return 0;
	l->last = *rec;
	if (rec->flow.flags & REC_F_EGRESS)
		l->out_cnt++;
	else
		l->in_cnt++;
	return 0;
}

static void choose(struct live *l, const char *instant, const char *candidate)
{
	struct plan_choice *c = &l->plan.choice[l->plan.choice_cnt++];
	const struct candidate *known =
		candidate__find((enum instant)instant__find(instant), candidate);

	*c = (struct plan_choice){.instant = instant,
				  .candidate = candidate,
				  .mechanism = known ? mechanism__name(known->mech) : ""};
}

/* A plan by hand: with `stamp`, that program marks t_nic, else taps report; stage probes stay out
 * of it, the taps alone are tried. */
static bool start(struct live *l, const char *name, const char *stamp, enum mechanism only)
{
	struct loader_opts lo = {.object = {.ring_bytes = RING_BYTES}, .knobs = &l->knobs};
	struct taps_opts to = {.selection = {.interfaces = l->ifname, .interface_cnt = 3},
			       .netns = l->path,
			       .netns_cnt = 2,
			       .stamp_only = stamp != NULL,
			       .use_xdp = only == MECH_XDP,
			       .use_tc = only == MECH_TC,
			       .use_socket = only == MECH_SOCKET};
	char err[256];
	int rc;

	memset(&l->plan, 0, sizeof(l->plan));
	l->plan.taps_only = !stamp;
	if (stamp) {
		choose(l, "t_nic", stamp);
	} else {
		choose(l, "tap_in", "tap_tc_in");
		choose(l, "tap_out", "tap_tc_out");
	}
	rc = loader__start(&lo, &l->plan, &l->o, err, sizeof(err));
	if (!rc) {
		rc = taps__new(&to, &l->plan, &l->o, &l->taps, err, sizeof(err));
		if (rc)
			object__done(&l->o);
	}
	if (rc)
		return report__bad(name, "%s", err);
	l->ring = ring_buffer__new(object__ring_fd(&l->o), take_record, l, NULL);
	return true;
}

static void stop(struct live *l)
{
	ring_buffer__free(l->ring);
	taps__free(l->taps);
	object__done(&l->o);
	l->ring = NULL;
	l->taps = NULL;
}

static bool all_states(struct live *l, const char *name, const char *direction, const char *want,
		       const char *or_want)
{
	for (unsigned int i = 0; i < taps__cnt(l->taps); i++) {
		const struct tap_state *s = taps__at(l->taps, i);

		if (!strcmp(s->direction, direction) && strcmp(s->state, want) &&
		    strcmp(s->state, or_want))
			return report__bad(name, "%s %s is %s: %s", s->ifname, s->direction,
					   s->state, s->reason);
	}
	return true;
}

/* What the XDP program left for the last message that the client sent: false unless it is right. */
static bool check_stamp(struct live *l, const char *name, const struct message *m, uint64_t from_ns)
{
	int fd = bpf_map__fd(l->o.skel->maps.sp_flight);
	uint64_t hash = print_hash(l->buf, m->len);
	uint32_t key = (uint32_t)((hash * 0x9e3779b97f4a7c15ull) >> 32) & (FLIGHT_SLOTS - 1);
	struct flight f;

	if (bpf_map_lookup_elem(fd, &key, &f))
		return report__bad(name, "no flight slot");
	if (m->is_marked != (f.hash == hash))
		return report__bad(name, "%u bytes '%.8s' to port %u: %s", m->len, m->head, m->port,
				   m->is_marked ? "not stamped" : "stamped");
	if (m->is_marked && (f.nic_ns < from_ns || f.nic_ns > wires__now_ns()))
		return report__bad(name, "%u bytes '%.8s': stamp out of range", m->len, m->head);
	return true;
}

/* Every message over both families. stamps: each must be stamped, or not. */
static bool traffic(struct live *l, const char *name, bool stamps)
{
	for (size_t f = 0; f < 2; f++) {
		for (size_t i = 0; i < MESSAGE_CNT; i++) {
			uint64_t from_ns = wires__now_ns();

			wires__fill(&messages[i], ++l->seq, l->buf);
			if (!wires__exchange(&l->wires[f], &messages[i], l->buf))
				return report__bad(name,
						   "IPv%d, %u bytes to port %u: not delivered",
						   f ? 6 : 4, messages[i].len, messages[i].port);
			if (stamps && !check_stamp(l, name, &messages[i], from_ns))
				return false;
		}
		if (!wires__stream(l->wires[f].family, &l->ns[0], &l->ns[1]))
			return report__bad(name, "IPv%d, TCP: not delivered", f ? 6 : 4);
	}
	return true;
}

static void test_stamp(struct live *l, const char *name, const char *prog)
{
	bool ok;

	if (!start(l, name, prog, MECH_XDP))
		return;
	ok = all_states(l, name, "in", "native", "native") && traffic(l, name, true);
	stop(l);
	if (ok && traffic(l, name, false))
		report__ok("%s", name);
}

/* Signaling crosses the pair twice: there and back. Each crossing is seen once leaving and once
 * coming in. */
static void test_report(struct live *l, const char *name, enum mechanism mech,
			const char *direction, const char *state, const char *or_state,
			bool sees_out)
{
	unsigned int want = 0;
	bool ok;

	for (size_t i = 0; i < MESSAGE_CNT; i++)
		want += messages[i].is_marked ? 2 * 2 : 0;
	if (!start(l, name, NULL, mech))
		return;
	l->in_cnt = l->out_cnt = 0;
	ok = all_states(l, name, direction, state, or_state) && traffic(l, name, false);
	ring_buffer__consume(l->ring);
	stop(l);
	if (!ok)
		return;
	if (l->in_cnt != want || l->out_cnt != (sees_out ? want : 0))
		report__bad(name, "%u records in and %u out, expected %u", l->in_cnt, l->out_cnt,
			    want);
	else
		report__ok("%s (%u records)", name, l->in_cnt + l->out_cnt);
}

/* One message of WIRES_MAX bytes over loopback, which does not fragment it: as much of it as a
 * record can carry. */
static void test_snap(struct live *l)
{
	const char *name = "live_snap", *saved = l->ifname[0];
	struct sockaddr_storage ss;
	socklen_t len = wires__address(&ss, AF_INET, false, WIRES_SIP);
	const struct message *m = NULL;
	bool ok;

	for (size_t i = 0; i < MESSAGE_CNT; i++)
		m = messages[i].is_marked && messages[i].len == WIRES_MAX ? &messages[i] : m;
	l->ifname[0] = "lo";
	l->knobs.snap_len = REC_SNAP_MAX;
	ok = m && start(l, name, NULL, MECH_SOCKET);
	l->ifname[0] = saved;
	l->knobs.snap_len = SNAP_LEN;
	if (!ok)
		return;
	wires__fill(m, ++l->seq, l->buf);
	l->in_cnt = l->out_cnt = 0;
	sendto(l->wires[0].a, l->buf, m->len, 0, (struct sockaddr *)&ss, len);
	ring_buffer__consume(l->ring);
	stop(l);
	if (l->in_cnt != 1 || l->out_cnt != 1)
		report__bad(name, "%u records in and %u out, expected one of each", l->in_cnt,
			    l->out_cnt);
	else if (l->last.print.snap_len != REC_SNAP_MAX ||
		 l->last.hdr.len != sizeof(l->last) + REC_SNAP_MAX ||
		 l->last.print.msg_len != m->len ||
		 l->last.print.hash != print_hash(l->buf, m->len))
		report__bad(name, "%u of %u bytes in a record of %u, or another hash",
			    l->last.print.snap_len, l->last.print.msg_len, l->last.hdr.len);
	else
		report__ok("%s (%u bytes)", name, l->last.print.snap_len);
}

static bool has_row(const struct live *l, const char *ifname)
{
	for (unsigned int i = 0; i < taps__cnt(l->taps); i++)
		if (!strcmp(taps__at(l->taps, i)->ifname, ifname))
			return true;
	return false;
}

/* Until the row is there, or gone. */
static bool follows(struct live *l, const char *ifname, bool there)
{
	uint64_t until = wires__now_ns() + 5000000000ull;
	struct pollfd p = {.fd = taps__fd(l->taps), .events = POLLIN};

	while (has_row(l, ifname) != there && wires__now_ns() < until)
		if (poll(&p, 1, 100) > 0)
			taps__run(l->taps);
	return has_row(l, ifname) == there;
}

static bool ip_link(struct live *l, const char *args)
{
	char cmd[128];
	int rc;

	if (netns__enter(&l->ns[0]))
		return false;
	snprintf(cmd, sizeof(cmd), "ip link %s", args);
	rc = system(cmd);
	netns__leave(&l->ns[0]);
	return rc == 0;
}

static void test_follow(struct live *l)
{
	const char *name = "live_follow";
	bool ok;

	if (!start(l, name, "tap_xdp_direct", MECH_XDP))
		return;
	ok = ip_link(l, "add " LATE_IF " type veth peer name splate1") ||
	     report__bad(name, "no veth");
	if (ok && !follows(l, LATE_IF, true))
		ok = report__bad(name, "a new interface is not tapped");
	if (ok && (!ip_link(l, "set " LATE_IF " name splate2") || !follows(l, "splate2", true)))
		ok = report__bad(name, "a new name is not seen");
	if (ok && !ip_link(l, "del splate2"))
		ok = report__bad(name, "cannot delete it");
	if (ok && taps__check(l->taps, wires__now_ns()))
		ok = report__bad(name, "the tap of an interface that is gone was not taken off");
	if (ok && !follows(l, "splate2", false))
		ok = report__bad(name, "an interface that is gone has a tap");
	stop(l);
	if (ok)
		report__ok("%s", name);
}

static void test_names(struct live *l)
{
	const char *ifname[] = {l->ifname[0], "nosuch0"};
	struct taps_opts to = {.selection = {.interfaces = ifname, .interface_cnt = 2},
			       .netns = l->path,
			       .netns_cnt = 2,
			       .stamp_only = true};
	const char *nowhere = "/nonexistent";
	struct plan plan = {0};
	struct object o = {0};
	struct taps *t = NULL;
	char err[256];

	if (taps__new(&to, &plan, &o, &t, err, sizeof(err)) != -ENODEV || !strstr(err, "nosuch0") ||
	    !strstr(err, l->ifname[1])) {
		report__bad("live_names", "an interface that is nowhere: %s", err);
		return;
	}
	to = (struct taps_opts){.netns = &nowhere, .netns_cnt = 1};
	if (taps__new(&to, &plan, &o, &t, err, sizeof(err)) != -ENOENT)
		report__bad("live_names", "a namespace that is nowhere: %s", err);
	else
		report__ok("live_names");
}

static bool prepare(struct live *l, char **argv)
{
	char err[256];

	for (int i = 0; i < 2; i++) {
		l->path[i] = argv[1 + 2 * i];
		l->ifname[i] = argv[2 + 2 * i];
		if (netns__open(&l->ns[i], l->path[i], err, sizeof(err)))
			return report__bad("live", "%s", err);
	}
	l->knobs.snap_len = SNAP_LEN;
	l->ifname[2] = "splate?";
	knobs_add_port(&l->knobs, WIRES_SIP, PORT_SIP);
	knobs_add_port(&l->knobs, WIRES_STUN, PORT_STUN);
	if (!wires__open(&l->wires[0], AF_INET, &l->ns[0], &l->ns[1]) ||
	    !wires__open(&l->wires[1], AF_INET6, &l->ns[0], &l->ns[1]))
		return report__bad("live", "cannot bind: %s", strerror(errno));
	return traffic(l, "live_without_taps", false);
}

int main(int argc, char **argv)
{
	struct live *l = calloc(1, sizeof(*l));

	if (argc != 5 || !l)
		return 2;
	report__start();
	if (prepare(l, argv)) {
		report__ok("live_without_taps");
		test_stamp(l, "live_xdp_native", "tap_xdp");
		test_stamp(l, "live_xdp_direct", "tap_xdp_direct");
		test_report(l, "live_tc", MECH_TC, "in", "tcx", "clsact", true);
		test_report(l, "live_socket", MECH_SOCKET, "both", "socket", "socket", true);
		test_report(l, "live_xdp_report", MECH_XDP, "in", "native", "generic", false);
		test_snap(l);
		test_follow(l);
		test_names(l);
		wires__close(&l->wires[0]);
		wires__close(&l->wires[1]);
	}
	free(l);
	return report__status();
}
