/* SPDX-License-Identifier: BSD-2-Clause */
/* A transaction is over: its stages, the statistics, who listens. */
#include "session_impl.h"

/* Sent on and not seen to be answered: what passed before the reply holds the wait for the peer. */
static bool may_hold_peer(struct session *s, const struct txn *x)
{
	const struct txn *fwd = txn_table__get(s->table, x->forwarded);

	return x->is_forward_unknown || (fwd && fwd->state == TXN_OPEN);
}

/* The stages of a finished transaction. With a downstream leg: in -> forwarded -> peer -> reply in
 * -> out. */
static bool build_path(struct session *s, const struct txn *x, struct path *p)
{
	const struct txn *down = txn_table__get(s->table, x->downstream);

	if (x->side == TXN_WIRE) {
		path__wire(p, x->opened_ns, x->rx.nic_ns);
		return false;
	}
	if (x->side == TXN_CLIENT) {
		path__tx(p, 0, &x->tx);
		path__rx(p, STAGE_PEER, &x->rx);
		return false;
	}
	path__rx(p, 0, &x->rx);
	if (down) {
		path__tx(p, STAGE_APP, &down->tx);
		path__rx(p, STAGE_PEER, &down->rx);
	}
	path__tx(p, !down && may_hold_peer(s, x) ? STAGE_APP | STAGE_PEER : STAGE_APP, &x->tx);
	return down != NULL;
}

static bool has_merged(const struct path *p)
{
	for (unsigned int i = 0; i < p->share_cnt; i++)
		if (p->share[i].mask & (p->share[i].mask - 1))
			return true;
	return false;
}

/* To the statistics and to who listens. */
static void measure(struct session *s, const struct txn *x, const struct session_done *done,
		    uint64_t now_ns)
{
	const struct path *p = done->path;
	const struct slow_request slow = {
		x, done->is_proxied ? txn_table__get(s->table, x->downstream) : NULL, p};

	if (p->invalid || !p->start_ns) {
		s->counts.invalid++;
		return;
	}
	if (!stats__add(s->opts.stats, x->row, now_ns, path__total_ns(p), p->share, p->share_cnt))
		slow__done(s->slow, s->opts.stats, &slow, now_ns);
	s->counts.transactions++;
	s->counts.merged += has_merged(p);
	if (x->is_error) {
		s->counts.errors++;
		stats__add_error(s->opts.stats, x->row, now_ns);
	}
	if (s->opts.on_done)
		s->opts.on_done(s->opts.ctx, done);
}

/* Streams repeat nothing: it is kept only for the one it was forwarded for. */
static bool is_wanted_still(const struct txn *x)
{
	return (x->proto != PROTO_HTTP && x->proto != PROTO_WS) || x->parent;
}

void session__finish(struct session *s, struct txn *x, uint64_t now_ns)
{
	struct path p = {0};
	struct session_done done = {.txn = x, .path = &p};

	done.is_proxied = build_path(s, x, &p);
	x->row->in_flight--;
	txn_table__finish(s->table, x, now_ns);
	measure(s, x, &done, now_ns);
	if (!is_wanted_still(x))
		txn_table__remove(s->table, x);
}
