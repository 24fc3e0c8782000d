/* SPDX-License-Identifier: BSD-2-Clause */
/* The critical path is cut at the instants of the phases, and swept once along the messages: what
 * was in a stage of this host is its, and who is to act next has the time between two messages. */
#include "waterfall.h"

#include <errno.h>
#include <string.h>

#include "calls_impl.h"
#include "ice.h"

static const struct {
	const char *name;
	enum call_instant from, to;
} phases[WATERFALL_PHASE_CNT] = {
#define X(id, name, from, to, help) {name, CALL_AT_##from, CALL_AT_##to},
	WATERFALL_PHASES(X)
#undef X
};

/* The chain: what ends, and which phase waited for it. */
static const struct {
	enum call_instant at;
	enum waterfall_phase_id phase;
} chain[] = {
	{CALL_AT_OFFER, WATERFALL_SIGNALING},
	{CALL_AT_ANSWER, WATERFALL_SIGNALING},
	{CALL_AT_CHECK, WATERFALL_GATHER},
	{CALL_AT_CONNECTED, WATERFALL_ICE},
	{CALL_AT_NOMINATED, WATERFALL_ICE},
	{CALL_AT_HELLO, WATERFALL_DTLS},
	{CALL_AT_HANDSHAKE, WATERFALL_DTLS},
	{CALL_AT_FINAL, WATERFALL_SIGNALING}, /* answered in a 183 */
	{CALL_AT_MEDIA, WATERFALL_MEDIA},
};
#define CHAIN_CNT (sizeof(chain) / sizeof(chain[0]))

struct cut {
	uint64_t to_ns;
	uint8_t phase;
};

struct sweep {
	const struct calls *calls;
	const struct call *call;
	struct waterfall *out;
	struct cut cut[CHAIN_CNT + 1];
	unsigned int cut_cnt, cut_at;
	uint64_t at_ns;		     /* the path is told up to here */
	uint64_t ring_ns, answer_ns; /* it rings in [ring, answer); 0, 0: it does not */
	const struct call_msg *prev; /* latest message */
};

const char *waterfall_phase__name(enum waterfall_phase_id id)
{
	return id < WATERFALL_PHASE_CNT ? phases[id].name : "?";
}

const char *waterfall_owner__name(enum waterfall_owner owner)
{
	static const char *const name[OWNER_CNT] = {
		[OWNER_HOST] = "host",
		[OWNER_PEER_NETWORK] = "peer+network",
		[OWNER_PEER] = "peer",
		[OWNER_NETWORK] = "network",
		[OWNER_UNATTRIBUTED] = "unattributed",
	};

	return owner < OWNER_CNT ? name[owner] : "?";
}

static uint64_t min_u64(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t max_u64(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/* Setups without an exchange of descriptions end their signaling with the final answer. */
static uint64_t signaling_end(const struct call *call)
{
	bool has_exchange = call->at[CALL_AT_OFFER] && call->at[CALL_AT_ANSWER];

	return has_exchange ? call->at[CALL_AT_ANSWER] : call->at[CALL_AT_FINAL];
}

static bool is_contradiction(const struct call *call)
{
	static const struct {
		enum call_instant first, then;
	} order[] = {
		{CALL_AT_OFFER, CALL_AT_ANSWER},
		{CALL_AT_CHECK, CALL_AT_CONNECTED},
		{CALL_AT_CHECK, CALL_AT_NOMINATED},
		{CALL_AT_HELLO, CALL_AT_HANDSHAKE},
	};
	const uint64_t *at = call->at;

	for (unsigned int i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		if (at[order[i].first] && at[order[i].then] &&
		    at[order[i].then] < at[order[i].first])
			return true;
	for (unsigned int i = CALL_AT_START + 1; i <= CALL_AT_MEDIA; i++)
		if (at[i] && at[i] < at[CALL_AT_START])
			return true;
	return false;
}

/* Cuts [start, end) at the instants that are known, each not before the one ahead of it. */
static void cut_path(struct sweep *s)
{
	const struct waterfall *w = s->out;
	uint64_t at = w->start_ns;

	for (unsigned int i = 0; i < CHAIN_CNT; i++) {
		uint64_t to = s->call->at[chain[i].at];

		if (chain[i].at == CALL_AT_ANSWER)
			to = signaling_end(s->call);
		to = min_u64(to, w->end_ns);
		if (to <= at)
			continue;
		if (s->cut_cnt && s->cut[s->cut_cnt - 1].phase == chain[i].phase)
			s->cut_cnt--;
		s->cut[s->cut_cnt++] = (struct cut){to, (uint8_t)chain[i].phase};
		at = to;
	}
}

static void add_part(struct waterfall *w, const struct waterfall_part *part)
{
	struct waterfall_part *last = w->part_cnt ? &w->part[w->part_cnt - 1] : NULL;

	if (last && last->owner == part->owner && last->phase == part->phase &&
	    last->stage == part->stage && last->msg == part->msg) {
		last->to_ns = part->to_ns;
	} else if (w->part_cnt == WATERFALL_PARTS_MAX) {
		last->to_ns = part->to_ns;
		last->owner = OWNER_UNATTRIBUTED;
		last->stage = 0;
		last->msg = 0;
	} else {
		w->part[w->part_cnt++] = *part;
	}
}

/* The path from where it is to `to`, cut at phases. */
static void give(struct sweep *s, uint64_t to, enum waterfall_owner owner, stage_mask_t stage,
		 const struct call_msg *msg)
{
	struct waterfall *w = s->out;

	to = min_u64(to, w->end_ns);
	while (s->at_ns < to) {
		const struct cut *cut = &s->cut[s->cut_at];
		struct waterfall_part part = {.from_ns = s->at_ns,
					      .to_ns = min_u64(to, cut->to_ns),
					      .owner = (uint8_t)owner,
					      .phase = cut->phase,
					      .stage = stage,
					      .msg = msg ? msg->idx + 1 : 0};

		add_part(w, &part);
		s->at_ns = part.to_ns;
		if (s->at_ns == cut->to_ns)
			s->cut_at++;
	}
}

static bool is_in(const struct call_msg *m)
{
	return m->flags & CALL_MSG_IN;
}

static bool is_out(const struct call_msg *m)
{
	return m->flags & CALL_MSG_OUT;
}

static bool is_wire(const struct call_msg *m)
{
	return !(m->flags & (CALL_MSG_IN | CALL_MSG_OUT));
}

static bool is_request(const struct call_msg *m)
{
	return m->flags & CALL_MSG_REQUEST;
}

/* Reading it obliges to answer. */
static bool is_owed(const struct call_msg *m)
{
	return is_request(m) && strcmp(m->method, "ACK") != 0;
}

/* Nobody's: it rings. `m` ends it; a response on its way through this host is not that. */
static bool is_human(const struct sweep *s, const struct call_msg *m)
{
	bool is_passed_on = s->prev && is_in(s->prev) && !is_request(s->prev) && is_out(m) &&
			    s->prev->code == m->code;

	return s->at_ns >= s->ring_ns && s->at_ns < s->answer_ns && m->proto == PROTO_SIP &&
	       !is_request(m) && !strcmp(m->method, "INVITE") && !is_passed_on;
}

/* Who had to act in the time before `m`. */
static enum waterfall_owner owner_before(const struct sweep *s, const struct call_msg *m)
{
	const struct call_msg *prev = s->prev;

	if (!prev || is_wire(prev) || is_wire(m))
		return OWNER_UNATTRIBUTED;
	if (is_in(prev) && (prev->flags & CALL_MSG_DROPPED))
		return OWNER_HOST;
	if (is_out(m) && (m->flags & CALL_MSG_RETRANSMIT) && is_request(m))
		return OWNER_PEER_NETWORK;
	if (is_in(prev))
		return is_out(m) || is_owed(prev) ? OWNER_HOST : OWNER_PEER_NETWORK;
	/* prev was sent to somebody else's host */
	if (is_out(m) && !(is_request(m) && is_request(prev)))
		return OWNER_HOST;
	return OWNER_PEER_NETWORK;
}

/* The time between two messages. */
static void give_gap(struct sweep *s, const struct call_msg *m, uint64_t to)
{
	enum waterfall_owner owner;
	const struct call_end *peer;
	stage_mask_t stage = 0;
	uint64_t rtt = 0;

	to = min_u64(to, s->out->end_ns);
	if (to <= s->at_ns)
		return;
	if (is_human(s, m)) {
		s->out->human_ns += to - s->at_ns;
		give(s, to, OWNER_UNATTRIBUTED, 0, m);
		return;
	}
	owner = owner_before(s, m);
	if (owner == OWNER_HOST)
		stage = s->prev->flags & CALL_MSG_DROPPED && is_in(s->prev) ? STAGE_SOCKQ
									    : STAGE_APP;
	if (owner == OWNER_PEER_NETWORK && is_in(m) && is_out(s->prev) && s->prev->dst == m->src) {
		peer = &s->call->end[m->src];
		rtt = ice__rtt_ns(s->call, peer->addr, peer->port);
	}
	if (rtt) {
		give(s, min_u64(to, s->at_ns + rtt), OWNER_NETWORK, 0, m);
		owner = OWNER_PEER;
	}
	give(s, to, owner, stage, m);
}

/* The stages of one leg, each in its place. */
static void give_stages(struct sweep *s, const struct path *p, const struct call_msg *m)
{
	uint64_t at = p->start_ns;

	for (unsigned int i = 0; i < p->share_cnt; i++) {
		at += p->share[i].ns;
		give(s, at, OWNER_HOST, p->share[i].mask, m);
	}
}

static void sweep_message(struct sweep *s, const struct call_msg *m)
{
	struct path rx = {0}, tx = {0};

	if (is_in(m))
		path__rx(&rx, 0, &m->rx);
	if (is_out(m))
		path__tx(&tx, 0, &m->tx);
	if (rx.invalid)
		rx = (struct path){0};
	if (tx.invalid)
		tx = (struct path){0};
	give_gap(s, m, tx.start_ns ? tx.start_ns : rx.start_ns ? rx.start_ns : m->ts_ns);
	if (tx.start_ns)
		give_stages(s, &tx, m);
	if (is_out(m) && is_in(m) && rx.start_ns)
		give(s, rx.start_ns, OWNER_NETWORK, 0, m);
	if (rx.start_ns)
		give_stages(s, &rx, m);
	if (max_u64(m->ts_ns, max_u64(tx.last_ns, rx.last_ns)) >= s->out->start_ns)
		s->prev = m;
}

static void share_stage(struct waterfall *w, stage_mask_t mask, uint64_t ns)
{
	for (unsigned int i = 0; i < w->stage_cnt; i++) {
		if (w->stage[i].mask == mask) {
			w->stage[i].ns += ns;
			return;
		}
	}
	/* The last place is for what found none. */
	if (w->stage_cnt == WATERFALL_STAGES_MAX - 1 && mask != STAGE_UNATTRIBUTED) {
		share_stage(w, STAGE_UNATTRIBUTED, ns);
		return;
	}
	w->stage[w->stage_cnt++] = (struct stage_share){mask, ns};
}

/* What a phase that lies beside the chain shares with the path. */
static void share_inside(struct waterfall *w, struct waterfall_phase *p)
{
	for (unsigned int i = 0; i < w->part_cnt; i++) {
		uint64_t from = max_u64(w->part[i].from_ns, p->from_ns);
		uint64_t to = min_u64(w->part[i].to_ns, p->to_ns);

		if (from >= to)
			continue;
		p->critical_ns += to - from;
		p->owner_ns[w->part[i].owner] += to - from;
	}
}

/* All sums come from the parts, so they agree with each other. */
static void sum_up(struct waterfall *w)
{
	for (unsigned int i = 0; i < w->part_cnt; i++) {
		const struct waterfall_part *part = &w->part[i];
		uint64_t ns = part->to_ns - part->from_ns;

		w->owner_ns[part->owner] += ns;
		w->phase[part->phase].critical_ns += ns;
		w->phase[part->phase].owner_ns[part->owner] += ns;
		if (part->owner == OWNER_HOST)
			share_stage(w, part->stage, ns);
	}
	share_inside(w, &w->phase[WATERFALL_TRYING]);
	share_inside(w, &w->phase[WATERFALL_RINGING]);
}

static void set_phases(const struct call *call, struct waterfall *w)
{
	for (unsigned int i = 0; i < WATERFALL_PHASE_CNT; i++) {
		struct waterfall_phase *p = &w->phase[i];

		p->from_ns = call->at[phases[i].from];
		p->to_ns = call->at[phases[i].to];
		if (i == WATERFALL_SIGNALING && !(p->from_ns && p->to_ns)) {
			p->from_ns = call->at[CALL_AT_START];
			p->to_ns = call->at[CALL_AT_FINAL];
		}
		if (i == WATERFALL_ICE && !p->to_ns)
			p->to_ns = call->at[CALL_AT_CONNECTED];
		if (i == WATERFALL_MEDIA && !p->from_ns)
			p->from_ns = max_u64(signaling_end(call), call->at[CALL_AT_NOMINATED]);
		/* Media, or checks, may begin before what they mostly wait for. */
		p->is_known = p->from_ns && p->to_ns >= p->from_ns;
		if (!p->is_known)
			p->from_ns = p->to_ns = 0;
	}
}

static uint64_t end_of(const struct call *call)
{
	uint64_t end = signaling_end(call);

	if (call->at[CALL_AT_MEDIA])
		return call->at[CALL_AT_MEDIA];
	for (unsigned int i = 0; i < CHAIN_CNT; i++)
		if (chain[i].at != CALL_AT_ANSWER)
			end = max_u64(end, call->at[chain[i].at]);
	return end;
}

bool waterfall__span(const struct call *call, uint64_t *start_ns, uint64_t *end_ns)
{
	if (is_contradiction(call))
		return false;
	*start_ns = call->at[CALL_AT_START];
	*end_ns = end_of(call);
	return *start_ns && *end_ns > *start_ns;
}

int waterfall__build(const struct calls *c, const struct call *call, struct waterfall *ret)
{
	struct sweep s = {.calls = c, .call = call, .out = ret};
	const struct call_msg *m;

	memset(ret, 0, offsetof(struct waterfall, part));
	memset(ret->owner_ns, 0, sizeof(*ret) - offsetof(struct waterfall, owner_ns));
	ret->is_invalid = is_contradiction(call);
	if (ret->is_invalid)
		return 0;
	ret->start_ns = call->at[CALL_AT_START];
	ret->end_ns = end_of(call);
	if (!ret->start_ns || ret->end_ns <= ret->start_ns)
		return -ENODATA;
	ret->is_complete = call->at[CALL_AT_MEDIA] != 0;
	s.at_ns = ret->start_ns;
	cut_path(&s);
	if (call->kind == CALL_INVITE && call->at[CALL_AT_RINGING]) {
		s.ring_ns = call->at[CALL_AT_RINGING];
		s.answer_ns = call->at[CALL_AT_FINAL] ? call->at[CALL_AT_FINAL] : UINT64_MAX;
	}
	for (m = calls__msg(c, call->first_msg); m && s.at_ns < ret->end_ns;
	     m = calls__msg(c, m->next))
		sweep_message(&s, m);
	give(&s, ret->end_ns, OWNER_UNATTRIBUTED, 0, NULL);
	set_phases(call, ret);
	sum_up(ret);
	return 0;
}

/* The received message that this one answers or forwards, NULL none known. */
static const struct call_msg *cause_of(const struct calls *c, const struct call *call,
				       const struct call_msg *m)
{
	const struct call_msg *cause = NULL, *passed_on = NULL, *i;
	uint64_t forwarded = 0; /* transaction that m's was forwarded as */

	if (!m->key_lo)
		return NULL;
	for (i = calls__msg(c, call->first_msg); i && i != m; i = calls__msg(c, i->next)) {
		if (is_request(i) && i->parent_lo == m->key_lo && is_out(i))
			forwarded = i->key_lo;
		if (!is_in(i))
			continue;
		if (is_request(m)) {
			if (is_request(i) && m->parent_lo && i->key_lo == m->parent_lo && !cause)
				cause = i;
		} else if (is_request(i)
				   ? i->key_lo == m->key_lo && !(i->flags & CALL_MSG_RETRANSMIT)
				   : 0) {
			cause = i;
		} else if (!is_request(i) && forwarded && i->key_lo == forwarded &&
			   i->code == m->code) {
			passed_on = i;
		}
	}
	return passed_on ? passed_on : cause;
}

uint64_t waterfall__host_wait(const struct calls *c, const struct call *call,
			      const struct call_msg *m, struct path *ret)
{
	const struct call_msg *cause;
	stage_mask_t before = 0;

	*ret = (struct path){0};
	if (is_in(m)) {
		path__rx(ret, 0, &m->rx);
	} else if (is_out(m)) {
		cause = cause_of(c, call, m);
		if (cause && cause->rx.read_ns) {
			ret->start_ns = ret->last_ns = cause->rx.read_ns;
			before = STAGE_APP;
		}
		path__tx(ret, before, &m->tx);
	}
	return ret->invalid ? 0 : path__total_ns(ret);
}
