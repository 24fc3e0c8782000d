/* SPDX-License-Identifier: BSD-2-Clause */
/* Walks the plan's tap candidates for one interface: the first that attaches is used. */
#include "port.h"

#include <errno.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <stdio.h>
#include <string.h>

static bool is_allowed(const struct taps_opts *opts, enum mechanism mech)
{
	return mech == MECH_XDP				     ? opts->use_xdp
	       : mech == MECH_TC			     ? opts->use_tc
	       : mech == MECH_SOCKET || mech == MECH_CAPTURE ? opts->use_socket
							     : false;
}

/* The plan's choice for an instant and, after it, what else is loaded or needs no program. */
static unsigned int list_candidates(struct port_candidate *list, char *reason, enum instant instant,
				    const struct taps_opts *opts, const struct plan *plan,
				    const struct object *o, bool can_capture)
{
	const struct plan_choice *choice = plan__find(plan, instants[instant].name);
	const struct candidate *first;
	unsigned int cnt = 0;

	if (!choice || !choice->candidate) {
		snprintf(reason, PLAN_REASON_LEN, "%s",
			 choice && choice->skip_cnt ? choice->skip[0].reason : "not in the plan");
		return 0;
	}
	snprintf(reason, PLAN_REASON_LEN, "%s is switched off", choice->mechanism);
	first = candidate__find(instant, choice->candidate);
	for (const struct candidate *c = first; c && c < candidates + candidate_cnt; c++) {
		bool is_capture = c->mech == MECH_CAPTURE && can_capture;
		int fd = c->instant == instant ? object__prog_fd(o, c->progs) : -1;

		if (c->instant == instant && (fd >= 0 || is_capture) && is_allowed(opts, c->mech) &&
		    cnt < PORT_CANDIDATES_MAX)
			list[cnt++] = (struct port_candidate){.c = c, .prog_fd = fd};
	}
	return cnt;
}

void port_policy__init(struct port_policy *p, const struct taps_opts *opts, const struct plan *plan,
		       const struct object *o, struct captures *captures)
{
	enum instant in = opts->stamp_only ? INSTANT_NIC : INSTANT_TAP_IN;

	memset(p, 0, sizeof(*p));
	p->stamp_only = opts->stamp_only;
	p->captures = captures;
	p->in_cnt = list_candidates(p->in, p->reason_in, in, opts, plan, o, captures != NULL);
	if (!opts->stamp_only)
		p->out_cnt = list_candidates(p->out, p->reason_out, INSTANT_TAP_OUT, opts, plan, o,
					     captures != NULL);
}

static struct tap_state *add_row(struct port *port, const char *direction)
{
	struct tap_state *s = &port->state[port->tap_cnt];

	memset(s, 0, sizeof(*s));
	port->hook[port->tap_cnt].kind = HOOK_NONE;
	snprintf(s->ifname, sizeof(s->ifname), "%s", port->link.name);
	s->ifindex = port->link.ifindex;
	s->netns = port->netns;
	s->direction = direction;
	s->candidate = "";
	s->state = hook__name(HOOK_NONE);
	port->tap_cnt++;
	return s;
}

static void add_off(struct port *port, const char *direction, const char *reason)
{
	snprintf(add_row(port, direction)->reason, PLAN_REASON_LEN, "%s", reason);
}

static int try_xdp(struct hook *h, int prog_fd, int ifindex, char *reason)
{
	char native[PLAN_REASON_LEN - 16] = "", generic[PLAN_REASON_LEN] = "";
	int err = hook__xdp(h, prog_fd, ifindex, false, native, sizeof(native));

	if (!err)
		return 0;
	err = hook__xdp(h, prog_fd, ifindex, true, generic, sizeof(generic));
	snprintf(reason, PLAN_REASON_LEN, "%s", err ? generic : native);
	return err;
}

static int try_candidate(struct port *port, const struct port_policy *p,
			 const struct port_candidate *pc, bool is_egress, struct hook *h,
			 char *reason)
{
	int ifindex = port->link.ifindex, err;

	if (pc->c->mech == MECH_XDP)
		err = try_xdp(h, pc->prog_fd, ifindex, reason);
	else if (pc->c->mech == MECH_TC)
		err = hook__tc(h, pc->prog_fd, ifindex, is_egress, reason, PLAN_REASON_LEN);
	else if (pc->c->mech == MECH_CAPTURE)
		err = hook__capture(h, p->captures, ifindex, reason, PLAN_REASON_LEN);
	else
		err = hook__socket(h, pc->prog_fd, ifindex, reason, PLAN_REASON_LEN);
	port->busy |= HOOK_IS_BUSY(err) || err == -ENOBUFS; /* a ring may be given back */
	return err;
}

/* Walks a list; a reason of an earlier refusal stays if the later candidate has none of its own. */
static void attach_direction(struct port *port, const struct port_policy *p, bool is_egress)
{
	const struct port_candidate *list = is_egress ? p->out : p->in;
	const char *direction = is_egress ? "out" : "in",
		   *no_candidate = is_egress ? p->reason_out : p->reason_in;
	unsigned int cnt = is_egress ? p->out_cnt : p->in_cnt;
	struct tap_state *s = add_row(port, direction);
	struct hook *h = &port->hook[port->tap_cnt - 1];

	snprintf(s->reason, sizeof(s->reason), "%s", cnt ? "" : no_candidate);
	for (unsigned int i = 0; i < cnt; i++) {
		char reason[PLAN_REASON_LEN] = "";
		int err = try_candidate(port, p, &list[i], is_egress, h, reason);

		if (reason[0])
			memcpy(s->reason, reason, sizeof(s->reason));
		if (err)
			continue;
		s->candidate = list[i].c->name;
		s->state = hook__name(h->kind);
		return;
	}
}

/* A socket sees both directions: with one, the other tap would report everything twice. */
static void attach_report(struct port *port, const struct port_policy *p)
{
	attach_direction(port, p, false);
	if (!hook__is_both(&port->hook[0])) {
		attach_direction(port, p, true);
		if (!hook__is_both(&port->hook[1]))
			return;
		hook__done(&port->hook[0]);
		port->hook[0] = port->hook[1];
		port->state[0] = port->state[1];
		port->hook[1].kind = HOOK_NONE;
	}
	port->state[0].direction = "both";
	port->tap_cnt = 1;
}

/* Generic XDP is no way out here: it runs behind the tracepoint that stamps t_stack. */
static void attach_stamp(struct port *port, const struct port_policy *p)
{
	struct tap_state *s = add_row(port, "in");
	int err;

	if (!p->in_cnt) {
		memcpy(s->reason, p->reason_in, sizeof(s->reason));
		return;
	}
	if (port->link.flags & IFF_LOOPBACK) {
		snprintf(s->reason, sizeof(s->reason),
			 "loopback has no native XDP; generic runs after netif_receive_skb: too "
			 "late");
		return;
	}
	err = hook__xdp(&port->hook[0], p->in[0].prog_fd, port->link.ifindex, false, s->reason,
			sizeof(s->reason));
	port->busy = HOOK_IS_BUSY(err);
	if (err == -EOPNOTSUPP)
		snprintf(
			s->reason, sizeof(s->reason),
			"driver has no native XDP; generic runs after netif_receive_skb: too late");
	if (err)
		return;
	s->candidate = p->in[0].c->name;
	s->state = hook__name(port->hook[0].kind);
}

void port__attach(struct port *port, const struct port_policy *p)
{
	char reason[64];

	port->tap_cnt = 0;
	port->busy = false;
	if (port->link.type != ARPHRD_ETHER && port->link.type != ARPHRD_LOOPBACK) {
		snprintf(reason, sizeof(reason), "no Ethernet header (link type %u)",
			 port->link.type);
		add_off(port, p->stamp_only ? "in" : "both", reason);
		return;
	}
	if (p->stamp_only)
		attach_stamp(port, p);
	else
		attach_report(port, p);
}

/* In reverse: the hook that made a qdisc removes it when the other one is gone. */
void port__detach(struct port *port)
{
	while (port->tap_cnt)
		hook__done(&port->hook[--port->tap_cnt]);
}

/* The best candidate of the direction, if it is the one that the tap uses. */
static const struct port_candidate *same_candidate(const struct tap_state *s,
						   const struct port_policy *p)
{
	bool is_out = !strcmp(s->direction, "out");
	const struct port_candidate *best = is_out ? p->out : p->in;
	unsigned int cnt = is_out ? p->out_cnt : p->in_cnt;

	return cnt && !strcmp(best->c->name, s->candidate) ? best : NULL;
}

bool port__switch(struct port *port, const struct port_policy *p)
{
	for (unsigned int i = 0; i < port->tap_cnt; i++) {
		const struct port_candidate *pc = same_candidate(&port->state[i], p);

		if (!pc || port->hook[i].kind == HOOK_NONE ||
		    hook__switch(&port->hook[i], pc->prog_fd))
			return false;
	}
	return port->tap_cnt > 0;
}

/* An interface that goes loses its programs before its end is told. */
static bool is_there(const struct port *port)
{
	char name[IF_NAMESIZE];

	return if_indextoname((unsigned int)port->link.ifindex, name) != NULL;
}

unsigned int port__check(struct port *port, uint64_t now_ns)
{
	unsigned int cnt = 0;

	for (unsigned int i = 0; i < port->tap_cnt; i++) {
		struct tap_state *s = &port->state[i];

		if (hook__is_held(&port->hook[i]) || !is_there(port))
			continue;
		port->hook[i].made_qdisc = false; /* what is there now is not ours */
		hook__done(&port->hook[i]);
		snprintf(s->reason, sizeof(s->reason), "somebody took %s off", s->candidate);
		s->candidate = "";
		s->state = hook__name(HOOK_NONE);
		cnt++;
	}
	if (cnt)
		port->retry_ns = backoff__next(&port->lost, now_ns);
	return cnt;
}

void port__rename(struct port *port, const struct link_info *link)
{
	port->link = *link;
	for (unsigned int i = 0; i < port->tap_cnt; i++)
		snprintf(port->state[i].ifname, sizeof(port->state[i].ifname), "%s", link->name);
}
