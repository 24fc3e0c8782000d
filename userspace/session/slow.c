/* SPDX-License-Identifier: BSD-2-Clause */
/* Which transactions are slow, and what their threads did. */
#include "slow.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EDGE_NS	   1000000000ull /* how long an edge is good, */
#define EDGE_NOTES 16		 /* and for how many notes */

/* A stretch of a noted request in which its thread had it. */
struct slow_wait {
	struct why_ring *ring;
	uint64_t seq;
	uint64_t from_ns, to_ns;
	uint32_t tid;
	uint8_t who;
};

struct slow_history {
	uint32_t tid;
	uint64_t ts_ns;
	struct rec_history history;
};

struct slow {
	unsigned int wait_cnt;
	struct slow_wait wait[SLOW_WAITS];
	struct slow_history thread[SLOW_THREADS];
	uint64_t given_up;
};

int slow__new(struct slow **ret)
{
	struct slow *s = calloc(1, sizeof(*s));

	if (!s)
		return -ENOMEM;
	*ret = s;
	return 0;
}

void slow__free(struct slow *s)
{
	free(s);
}

uint64_t slow__given_up(const struct slow *s)
{
	return s->given_up;
}

static uint64_t max_u64(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static uint64_t min_u64(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* --- what a thread did --- */

static void add_off(struct why_note *n, unsigned int who, const struct off_cpu *o, uint64_t from,
		    uint64_t to)
{
	uint64_t queued = o->queued_ns ? min_u64(max_u64(o->queued_ns, from), to) : to;

	if (o->flags & REC_F_PREEMPTED) {
		why_note__add(n, WHY_APP_PREEMPTED, 0, who, to - from);
		return;
	}
	why_note__add(n, WHY_APP_BLOCKED, o->syscall_nr, who, queued - from);
	why_note__add(n, WHY_APP_WAITED, 0, who, to - queued);
}

/* What the history does not reach stays unknown. */
static void explain(const struct slow_wait *w, const struct rec_history *h)
{
	struct why_note *n = why_ring__find(w->ring, w->seq);
	uint32_t cnt = h->off_cnt < OFF_CPU_MAX ? h->off_cnt : OFF_CPU_MAX;
	uint64_t at = w->from_ns;

	if (cnt == OFF_CPU_MAX && h->off[0].off_ns > at)
		at = min_u64(h->off[0].off_ns, w->to_ns);
	if (!n || !cnt || at >= w->to_ns)
		return;
	why_note__take_back(n, WHY_APP_UNKNOWN, w->who, w->to_ns - at);
	for (uint32_t i = 0; i < cnt; i++) {
		const struct off_cpu *o = &h->off[i];
		uint64_t from = max_u64(o->off_ns, at), to = min_u64(o->run_ns, w->to_ns);

		if (from >= to)
			continue;
		why_note__add(n, WHY_APP_RAN, 0, w->who, from - at);
		add_off(n, w->who, o, from, to);
		at = to;
	}
	why_note__add(n, WHY_APP_RAN, 0, w->who, w->to_ns - at);
}

void slow__history(struct slow *s, uint32_t tid, const struct rec_history *h, uint64_t ts_ns)
{
	struct slow_history *t = &s->thread[tid & (SLOW_THREADS - 1)];

	*t = (struct slow_history){.tid = tid, .ts_ns = ts_ns, .history = *h};
	for (unsigned int i = 0; i < s->wait_cnt;) {
		struct slow_wait *w = &s->wait[i];

		if (w->tid != tid || w->to_ns > ts_ns) {
			i++;
			continue;
		}
		explain(w, h);
		*w = s->wait[--s->wait_cnt];
	}
}

void slow__tick(struct slow *s, uint64_t now_ns)
{
	for (unsigned int i = 0; i < s->wait_cnt;) {
		struct slow_wait *w = &s->wait[i];

		if (now_ns < w->to_ns || now_ns - w->to_ns < SLOW_WAIT_NS) {
			i++;
			continue;
		}
		s->given_up++;
		*w = s->wait[--s->wait_cnt];
	}
}

/* The thread may have read again before the driver had its reply. */
static void explain_later(struct slow *s, const struct slow_wait *w)
{
	const struct slow_history *t = &s->thread[w->tid & (SLOW_THREADS - 1)];

	if (t->tid == w->tid && t->ts_ns >= w->to_ns) {
		explain(w, &t->history);
		return;
	}
	if (s->wait_cnt == SLOW_WAITS) {
		s->given_up++;
		return;
	}
	s->wait[s->wait_cnt++] = *w;
}

/* --- notes --- */

static bool is_noted(struct why_ring *ring, const struct stats *stats, const struct txn *x,
		     uint64_t total_ns, uint64_t now_ns)
{
	uint64_t stage_ns[STATS_STAGES_MAX], span_ns;
	struct hist window;

	if (!ring->edge_at || now_ns < ring->edge_at || now_ns - ring->edge_at > EDGE_NS ||
	    ring->seq - ring->edge_seq >= EDGE_NOTES) {
		stats__window(stats, x->row, now_ns, &window, stage_ns, &span_ns);
		why_ring__edge(ring, &window, now_ns);
	}
	return total_ns >= ring->edge_ns;
}

static void add_thread(struct why_note *n, unsigned int who, const struct txn *x)
{
	n->thread[who].pid = x->tid;
	snprintf(n->thread[who].comm, sizeof(n->thread[who].comm), "%s", x->comm);
	for (unsigned int i = 0; i < x->why.cnt; i++)
		why_note__add(n, x->why.part[i].id, x->why.part[i].arg, who, x->why.part[i].ns);
}

/* The application had it from `read` on until `sent` was on its way. */
static void add_app(struct slow_wait w[WHY_THREADS], struct why_note *n, unsigned int who,
		    const struct txn *read, const struct txn *sent)
{
	uint64_t from = read->rx.read_ns, to = sent->tx.send_ns;

	if (!from || to <= from)
		return;
	if (read->tid && sent->sent_tid && read->tid != sent->sent_tid) {
		why_note__add(n, WHY_APP_HANDED, 0, who, to - from);
		return;
	}
	if (why_note__add(n, WHY_APP_UNKNOWN, 0, who, to - from) == to - from && read->tid)
		w[who] = (struct slow_wait){
			.from_ns = from, .to_ns = to, .tid = read->tid, .who = (uint8_t)who};
}

void slow__done(struct slow *s, const struct stats *stats, const struct slow_request *r,
		uint64_t now_ns)
{
	struct slow_wait w[WHY_THREADS] = {0};
	const struct txn *x = r->txn;
	uint64_t total_ns = path__total_ns(r->path);
	struct why_note n;

	if (!x->row->why)
		x->row->why = calloc(1, sizeof(*x->row->why));
	if (!x->row->why || !is_noted(x->row->why, stats, x, total_ns, now_ns))
		return;
	why_note__init(&n, now_ns, total_ns, r->path->share, r->path->share_cnt);
	add_thread(&n, 0, x);
	if (r->down)
		add_thread(&n, 1, r->down);
	if (x->side == TXN_SERVER) {
		add_app(w, &n, 0, x, r->down ? r->down : x);
		if (r->down)
			add_app(w, &n, 1, r->down, x);
	}
	n.seq = why_ring__push(x->row->why, &n)->seq;
	for (unsigned int i = 0; i < WHY_THREADS; i++) {
		w[i].ring = x->row->why;
		w[i].seq = n.seq;
		if (w[i].tid)
			explain_later(s, &w[i]);
	}
}
