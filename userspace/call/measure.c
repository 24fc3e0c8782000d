/* SPDX-License-Identifier: BSD-2-Clause */
/* Whole setups, handshakes and checks as rows of the statistics, beside those of transactions:
 * their time as shares of the stages of this host, of peer and network (STAGE_PEER), and the rest.
 */
#include <stdio.h>
#include <string.h>

#include "tie.h"
#include "waterfall.h"

struct shares {
	struct stage_share share[STAGE_SHARES_MAX];
	unsigned int cnt;
	uint64_t total_ns;
};

static void share(struct shares *s, stage_mask_t mask, uint64_t ns)
{
	unsigned int i;

	if (!ns)
		return;
	s->total_ns += ns;
	for (i = 0; i < s->cnt && s->share[i].mask != mask; i++)
		;
	/* the last place is for what found none */
	if (i == s->cnt && s->cnt >= STAGE_SHARES_MAX - 1 && mask != STAGE_UNATTRIBUTED) {
		s->total_ns -= ns;
		share(s, STAGE_UNATTRIBUTED, ns);
		return;
	}
	if (i == s->cnt)
		s->share[s->cnt++] = (struct stage_share){mask, 0};
	s->share[i].ns += ns;
}

static stage_mask_t stage_of(const struct waterfall_part *p)
{
	switch (p->owner) {
	case OWNER_HOST:
		return p->stage ? p->stage : STAGE_UNATTRIBUTED;
	case OWNER_PEER_NETWORK:
	case OWNER_PEER:
	case OWNER_NETWORK:
		return STAGE_PEER;
	default:
		return STAGE_UNATTRIBUTED;
	}
}

/* [from, to) by the parts of the path; what lies beside it is nobody's. */
static void share_parts(struct shares *s, const struct waterfall *w, uint64_t from, uint64_t to)
{
	for (unsigned int i = 0; i < w->part_cnt; i++) {
		const struct waterfall_part *p = &w->part[i];
		uint64_t a = p->from_ns > from ? p->from_ns : from;
		uint64_t b = p->to_ns < to ? p->to_ns : to;

		if (a < b)
			share(s, stage_of(p), b - a);
	}
	share(s, STAGE_UNATTRIBUTED, to - from - s->total_ns);
}

static struct stats_row *row_of(struct calls *c, const struct call *call, const char *method)
{
	const struct call_msg *m = calls__msg(c, call->first_msg);
	struct stats_key key = {.side = 'w'};

	if (m && m->flags & CALL_MSG_IN)
		key.side = 's';
	else if (m && m->flags & CALL_MSG_OUT)
		key.side = 'c';
	snprintf(key.service, sizeof(key.service), "%s", call->service);
	snprintf(key.method, sizeof(key.method), "%s", method);
	return stats__row(c->opts.stats, &key);
}

static void add_row(struct calls *c, const struct call *call, const char *method,
		    const struct shares *s)
{
	struct stats_row *row = row_of(c, call, method);
	uint64_t *session;

	if (stats__add(c->opts.stats, row, c->now_ns, s->total_ns, s->share, s->cnt) ||
	    !c->opts.heat)
		return;
	session = heat__add(c->opts.heat, row, c->now_ns, s->total_ns, s->share, s->cnt);
	if (session)
		*session = call->id;
}

static void add_phase(struct calls *c, const struct call *call, const struct waterfall *w,
		      enum waterfall_phase_id id, const char *method)
{
	const struct waterfall_phase *p = &w->phase[id];
	struct shares s = {.cnt = 0};

	if (!p->is_known || p->to_ns == p->from_ns)
		return;
	share_parts(&s, w, p->from_ns, p->to_ns);
	add_row(c, call, method, &s);
}

/* The time it rang is no latency of anybody: left out. */
static void add_setup(struct calls *c, const struct call *call, const struct waterfall *w)
{
	struct shares s = {.cnt = 0}, rest = {.cnt = 0};
	uint64_t human = w->human_ns;

	share_parts(&s, w, w->start_ns, w->end_ns);
	for (unsigned int i = 0; i < s.cnt; i++) {
		uint64_t ns = s.share[i].ns, off = 0;

		if (s.share[i].mask == STAGE_UNATTRIBUTED)
			off = ns < human ? ns : human;
		share(&rest, s.share[i].mask, ns - off);
	}
	if (rest.total_ns)
		add_row(c, call, "setup", &rest);
}

void tie__measure(struct calls *c, struct call *call)
{
	bool is_setup = call->kind == CALL_INVITE || call->kind == CALL_WEB;
	struct waterfall w;

	if (!c->opts.stats)
		return;
	if (is_setup && call->state == CALL_STATE_TIMEOUT)
		stats__add_timeout(c->opts.stats, row_of(c, call, "setup"), c->now_ns);
	else if (is_setup && call->state == CALL_STATE_FAILED)
		stats__add_error(c->opts.stats, row_of(c, call, "setup"), c->now_ns);
	if (!call->at[CALL_AT_MEDIA] && !call->at[CALL_AT_HELLO] && !call->at[CALL_AT_CHECK])
		return;
	if (waterfall__build(c, call, &w))
		return;
	if (w.is_invalid) {
		c->count.setups_invalid++;
		return;
	}
	if (is_setup && w.is_complete)
		add_setup(c, call, &w);
	add_phase(c, call, &w, WATERFALL_ICE, "ice");
	add_phase(c, call, &w, WATERFALL_DTLS,
		  call->kind == CALL_TLS ? "tls handshake" : "dtls handshake");
}
