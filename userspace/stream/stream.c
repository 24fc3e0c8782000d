/* SPDX-License-Identifier: BSD-2-Clause */
/* Reassembly: segments in order, or held until they are. */
#include "stream.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cutter.h"
#include "tcp_end.h"

#define EARLY_MAX 256	     /* segments behind a hole */
#define JUMP_MAX  (1 << 25)  /* bytes: further away, another connection is meant */
#define ISN_NEAR  (1u << 16) /* bytes behind a SYN that another socket saw */

struct stream {
	struct stream_opts opts;
	struct stream_counts counts;
	struct tcp_table table;
	uint8_t *scratch;
};

int stream__new(const struct stream_opts *opts, struct stream **ret)
{
	struct stream *s = calloc(1, sizeof(*s));
	int err;

	if (!s)
		return -ENOMEM;
	s->opts = *opts;
	err = tcp_table__init(&s->table, opts->max_conns, opts->max_bytes, &s->counts);
	s->scratch = malloc(2 * (size_t)opts->max_message);
	if (err || !s->scratch) {
		stream__free(s);
		return err ? err : -ENOMEM;
	}
	*ret = s;
	return 0;
}

void stream__free(struct stream *s)
{
	if (!s)
		return;
	tcp_table__done(&s->table);
	free(s->scratch);
	free(s);
}

const struct stream_counts *stream__counts(const struct stream *s)
{
	return &s->counts;
}

static void end_half(struct way *w, const struct source *src)
{
	struct tcp_half *h = w->half;

	cutter__end(w, src);
	h->state = HALF_CLOSED;
	if (w->peer->state == HALF_CLOSED)
		tcp_table__retire(w->table, w->end);
}

static void check_end(struct way *w, const struct source *src)
{
	struct tcp_half *h = w->half;

	if (h->has_fin && h->state != HALF_CLOSED && (int32_t)(h->next - h->fin_seq) >= 0)
		end_half(w, src);
}

static struct tcp_buf *pop_early(struct tcp_half *h)
{
	struct tcp_buf *b = h->early;

	h->early = b->next;
	h->early_bytes -= b->len;
	h->early_cnt--;
	return b;
}

/* What was early and is in order now. src: of the segment that filled the hole; NULL: it was given
 * up, each has its own. */
static void drain(struct way *w, const struct source *src)
{
	struct tcp_half *h = w->half;
	struct source own = *src;
	struct tcp_buf *b;
	uint32_t off;

	while (h->early && (int32_t)(h->early->seq - h->next) <= 0) {
		b = pop_early(h);
		off = h->next - b->seq;
		own.is_boundary = b->is_boundary && !off;
		own.seq = b->seq;
		if (src->cookie == NULL) {
			own.cookie = b->cookie;
			own.ts_ns = b->ts_ns;
		}
		if (off < b->len)
			cutter__feed(w, b->data + off, b->len - off, &own);
		tcp_end__give(w->table, w->end, b);
	}
	h->hole_ns = h->early ? h->early->ts_ns : 0;
	if (!h->early)
		tcp_end__hole(w->table, w->end, w->peer->early != NULL);
}

/* What is missing does not come. If the end of the message that has the hole is known, the next one
 * begins there. */
static void give_up_hole(struct way *w, const struct source *src)
{
	struct tcp_half *h = w->half;
	struct source own = *src;
	uint32_t missing = h->early->seq - h->next, used = h->part ? h->part->len : 0;
	uint64_t skip = h->is_need_exact && h->need > used ? h->need - used : h->skip;

	w->counts->holes++;
	if (h->state == HALF_OPEN && skip >= missing) {
		w->counts->skipped_bytes += used;
		tcp_half__drop_part(w->table, w->end, h);
		h->skip = skip - missing;
	} else {
		cutter__lose(w, 0);
	}
	h->next = h->early->seq;
	own.cookie = NULL;
	drain(w, &own);
	check_end(w, src);
}

/* Is it in what waits already? Returns where it belongs. */
static struct tcp_buf **find_place(struct tcp_half *h, uint32_t seq, uint32_t end, bool *is_known)
{
	struct tcp_buf **at = &h->early;

	*is_known = false;
	for (; *at && (int32_t)((*at)->seq - seq) <= 0; at = &(*at)->next)
		*is_known |= (int32_t)((*at)->seq + (*at)->len - end) >= 0;
	return at;
}

/* Behind a hole. */
static void hold(struct way *w, const struct stream_segment *seg, const struct source *src)
{
	struct tcp_half *h = w->half;
	struct tcp_buf **at, *b;
	bool is_known;

	find_place(h, seg->seq, seg->seq + seg->len, &is_known);
	if (is_known) {
		w->counts->retransmitted++;
		return;
	}
	w->counts->reordered++;
	b = tcp_end__take(w->table, w->end, seg->len);
	if (!b)
		return;
	at = find_place(h, seg->seq, seg->seq + seg->len,
			&is_known); /* making room may have moved it */
	b->seq = seg->seq;
	b->len = seg->len;
	b->ts_ns = seg->ts_ns;
	b->is_boundary = src->is_boundary;
	memcpy(b->cookie, seg->cookie, sizeof(b->cookie));
	memcpy(b->data, seg->p, seg->len);
	b->next = *at;
	*at = b;
	h->early_bytes += b->len;
	h->early_cnt++;
	if (!h->hole_ns)
		h->hole_ns = seg->ts_ns ? seg->ts_ns : 1;
	tcp_end__hole(w->table, w->end, true);
}

static bool is_hopeless(const struct way *w, const struct stream_segment *seg,
			const struct source *src)
{
	const struct tcp_half *h = w->half;

	return h->early_cnt > EARLY_MAX || h->early_bytes > w->opts->max_message ||
	       (seg->ts_ns > h->hole_ns && seg->ts_ns - h->hole_ns > w->opts->hole_ns) ||
	       (src->is_behind_part && h->early->seq == seg->seq);
}

/* First sight of this direction. */
static void start(struct way *w, unsigned int dir, const struct stream_segment *seg)
{
	struct tcp_half *h = w->half;
	const struct tcp_conn *c = w->end->conn;

	h->state = HALF_OPEN;
	h->is_out = seg->is_out;
	h->next = seg->seq;
	if (seg->flow->flags & REC_F_SYN)
		return;
	if (c->has_isn[dir] && w->end->number == c->number && seg->seq - c->isn[dir] < ISN_NEAR) {
		h->next = c->isn[dir];
		return;
	}
	h->is_mid_stream = true;
	h->state = HALF_LOST;
	w->counts->mid_stream += !w->peer->is_mid_stream;
}

/* The same addresses, ports and perhaps even socket, but another connection. */
static void renew(struct way *w, unsigned int dir, const struct stream_segment *seg)
{
	struct tcp_half *h = w->half;
	struct tcp_conn *c = w->end->conn;
	int32_t jump = (int32_t)(seg->seq - h->next);
	bool is_far = h->state != HALF_FRESH && (jump > JUMP_MAX || jump < -JUMP_MAX), is_new;

	if (seg->flow->flags & REC_F_SYN)
		tcp_conn__syn(c, dir, seg->seq);
	is_new = seg->flow->flags & REC_F_SYN || !w->end->has_data || is_far ||
		 (c->has_isn[dir] && seg->seq - c->isn[dir] < ISN_NEAR);
	if (!is_far && (w->end->number == c->number || !is_new))
		return;
	tcp_end__clear(w->table, w->end, true);
	w->end->has_data = false;
	w->end->number = c->number;
}

static void take_data(struct way *w, const struct stream_segment *seg, const struct source *src)
{
	struct tcp_half *h = w->half;
	uint32_t off = h->next - seg->seq;
	struct source own = *src;

	w->end->has_data = true;
	if ((int32_t)off < 0) {
		if (h->state == HALF_IGNORED) {
			h->next = seg->seq + seg->len;
			return;
		}
		hold(w, seg, src);
		if (h->early && is_hopeless(w, seg, src))
			give_up_hole(w, src);
		return;
	}
	if (off >= seg->len) {
		w->counts->retransmitted++;
		return;
	}
	own.is_boundary = src->is_boundary && !off;
	cutter__feed(w, seg->p + off, seg->len - off, &own);
	if (h->early)
		drain(w, &own);
}

/* A segment may come in parts, each but the last one shorter than what is left of it. */
static void note_cut(struct tcp_half *h, const struct stream_segment *seg, struct source *src)
{
	if (h->has_cut && (int32_t)(h->cut_end - seg->seq) > 0 &&
	    seg->seq + seg->seg_len == h->cut_end)
		src->is_boundary = false;
	src->is_behind_part = h->has_cut && seg->seq == h->cut_end;
	h->has_cut = seg->seg_len > seg->len;
	h->cut_end = seg->seq + seg->seg_len;
}

static void close_half(struct way *w, const struct stream_segment *seg, const struct source *src)
{
	struct tcp_half *h = w->half;

	if (seg->flow->flags & REC_F_FIN && !h->has_fin) {
		h->has_fin = true;
		h->fin_seq = seg->seq + (seg->seg_len > seg->len ? seg->seg_len : seg->len);
	}
	check_end(w, src);
	if (!(seg->flow->flags & REC_F_RST))
		return;
	for (unsigned int i = 0; i < 2; i++) {
		w->half = &w->end->half[i];
		cutter__ignore(w);
		w->half->state = HALF_CLOSED;
	}
	tcp_table__retire(w->table, w->end);
}

static struct way way_of(struct stream *s)
{
	return (struct way){
		.opts = &s->opts, .table = &s->table, .counts = &s->counts, .scratch = s->scratch};
}

void stream__segment(struct stream *s, const struct stream_segment *seg)
{
	struct source src = {.flow = seg->flow,
			     .is_out = seg->is_out,
			     .seq = seg->seq,
			     .is_boundary = true,
			     .ts_ns = seg->ts_ns,
			     .cookie = seg->cookie};
	struct tcp_sight sight = {
		.flow = seg->flow, .sk = seg->sk, .is_out = seg->is_out, .seq = seg->seq};
	struct way w = way_of(s);
	unsigned int dir;

	s->counts.segments++;
	w.end = tcp_table__find(&s->table, &sight, &dir);
	tcp_table__touch(&s->table, w.end, seg->ts_ns);
	w.half = &w.end->half[dir];
	w.peer = &w.end->half[!dir];
	renew(&w, dir, seg);
	if (w.half->state == HALF_FRESH && !seg->len && !(seg->flow->flags & REC_F_SYN)) {
		if (seg->flow->flags & REC_F_RST)
			close_half(&w, seg, &src);
		return;
	}
	if (w.half->state == HALF_FRESH)
		start(&w, dir, seg);
	if (w.half->state == HALF_CLOSED)
		return;
	note_cut(w.half, seg, &src);
	if (seg->len)
		take_data(&w, seg, &src);
	close_half(&w, seg, &src);
}

static const uint64_t no_cookie[4];

/* True: there was a hole to give up. */
static bool tick_half(struct stream *s, struct tcp_end *e, unsigned int dir, uint64_t now_ns)
{
	struct tcp_half *h = &e->half[dir];
	struct way w = way_of(s);
	struct rec_flow flow = {.sport = e->conn->port[dir], .dport = e->conn->port[!dir]};
	struct source src = {
		.flow = &flow, .is_out = h->is_out, .ts_ns = now_ns, .cookie = no_cookie};

	if (!h->early || now_ns < h->hole_ns || now_ns - h->hole_ns <= s->opts.hole_ns)
		return false;
	w.end = e;
	w.half = h;
	w.peer = &e->half[!dir];
	memcpy(flow.saddr, e->conn->addr[dir], sizeof(flow.saddr));
	memcpy(flow.daddr, e->conn->addr[!dir], sizeof(flow.daddr));
	give_up_hole(&w, &src);
	return true;
}

void stream__tick(struct stream *s, uint64_t now_ns)
{
	struct tcp_end *e;

	/* In the order their first hole opened. Each turn takes at least one segment off somebody.
	 */
	while ((e = tcp_table__first_hole(&s->table)) &&
	       (tick_half(s, e, 0, now_ns) | tick_half(s, e, 1, now_ns))) {
		if (!e->is_hole_listed)
			continue;
		tcp_end__hole(&s->table, e, false);
		tcp_end__hole(&s->table, e, true);
	}
	while ((e = tcp_table__oldest(&s->table)) && now_ns > e->seen_ns &&
	       now_ns - e->seen_ns > s->opts.idle_ns)
		tcp_table__remove(&s->table, e);
}
