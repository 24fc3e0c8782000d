/* SPDX-License-Identifier: BSD-2-Clause */
/* However a conversation is cut, put in disorder or repeated on its way, the messages are the same.
 */
#include "stream.h"

#include "fixture_stream.h"
#include "fixture_talk.h"
#include "test.h"

static struct ear whole, ear;
static struct talk talk;

static struct stream *make_stream(struct ear *to)
{
	struct stream_opts opts = small_opts(to);
	struct stream *st = NULL;

	to->cnt = 0;
	return CHECK_OK(stream__new(&opts, &st)) ? st : NULL;
}

/* Pieces of a turn; may overlap and repeat. */
struct pieces {
	unsigned int cnt;
	struct {
		uint32_t off, len;
	} piece[512];
};

typedef void (*cut_fn)(struct pieces *p, uint32_t len, uint64_t *state);

static struct stream *hold_talk(struct ear *to, cut_fn cut, uint64_t *state)
{
	struct side side[2] = {side_of(9, 0xffffffc0u), side_of(1, 0x7fffffd0u)};
	struct stream *st = make_stream(to);
	static struct pieces p;
	uint64_t now = 100;

	if (!st)
		return NULL;
	send_syn(st, &side[0], 1);
	send_syn(st, &side[1], 2);
	for (unsigned int i = 0; i < talk.turn_cnt; i++) {
		struct side *s = &side[talk.turn[i].host == 1];

		cut(&p, talk.turn[i].len, state);
		for (unsigned int k = 0; k < p.cnt; k++) {
			struct stream_segment seg =
				segment_of(s, talk.bytes + talk.turn[i].off, p.piece[k].off,
					   p.piece[k].len, now++);

			send_segment(st, &seg);
		}
		s->seq += talk.turn[i].len;
	}
	return st;
}

static void add_piece(struct pieces *p, uint32_t off, uint32_t len)
{
	if (p->cnt == 512)
		return;
	p->piece[p->cnt].off = off;
	p->piece[p->cnt++].len = len;
}

static void cut_nothing(struct pieces *p, uint32_t len, uint64_t *state)
{
	(void)state;
	p->cnt = 0;
	add_piece(p, 0, len);
}

/* In two, at *state (or its rest). */
static void cut_in_two(struct pieces *p, uint32_t len, uint64_t *state)
{
	uint32_t at = (uint32_t)(*state % len);

	p->cnt = 0;
	if (at)
		add_piece(p, 0, at);
	add_piece(p, at, len - at);
}

static void cut_backwards(struct pieces *p, uint32_t len, uint64_t *state)
{
	uint32_t at = (uint32_t)(*state % len);

	p->cnt = 0;
	add_piece(p, at, len - at);
	if (at)
		add_piece(p, 0, at);
}

static void cut_bytes(struct pieces *p, uint32_t len, uint64_t *state)
{
	(void)state;
	p->cnt = 0;
	for (uint32_t i = 0; i < len; i++)
		add_piece(p, i, i < 500 ? 1 : len - i);
}

static void cut_at_random(struct pieces *p, uint32_t len, uint64_t *state)
{
	uint32_t max = 8 + (uint32_t)(test__random(state) % 120), n,
		 off; /* fewer early ones than are kept */

	p->cnt = 0;
	for (off = 0; off < len; off += n) {
		n = 1 + (uint32_t)(test__random(state) % max);
		n = n < len - off ? n : len - off;
		add_piece(p, off, n);
		if (test__random(state) % 8 == 0) /* again, or what overlaps */
			add_piece(p, off - (uint32_t)(test__random(state) % (off + 1)),
				  1 + (uint32_t)(test__random(state) % n));
	}
	for (unsigned int i = 0; i + 1 < p->cnt; i++) {
		unsigned int k = i + (unsigned int)(test__random(state) % (p->cnt - i));

		if (test__random(state) % 3) {
			off = p->piece[i].off, n = p->piece[i].len;
			p->piece[i] = p->piece[k];
			p->piece[k].off = off, p->piece[k].len = n;
		}
	}
}

/* Of TLS the bytes are the same, not where they are divided. */
static uint64_t joined(const struct ear *e, uint8_t host)
{
	uint64_t len = 0;

	for (unsigned int i = 0; i < e->cnt; i++)
		len += e->heard[i].host == host ? e->heard[i].len : 0;
	return len;
}

/* Order across directions depends on when each is complete: compared for each. */
static const struct heard *next_of(const struct ear *e, uint8_t host, unsigned int *at)
{
	while (*at < e->cnt && e->heard[*at].host != host)
		(*at)++;
	return *at < e->cnt ? &e->heard[(*at)++] : NULL;
}

static bool is_equal(const struct heard *a, const struct heard *b)
{
	return a->proto == b->proto && a->transport == b->transport && a->len == b->len &&
	       a->hash == b->hash && a->exchange == b->exchange && a->end_seq == b->end_seq;
}

static void compare_host(uint8_t host)
{
	unsigned int i = 0, k = 0;
	const struct heard *a, *b;

	do {
		a = next_of(&whole, host, &i);
		b = next_of(&ear, host, &k);
		if (!CHECK(!a == !b) || (a && !CHECK(is_equal(a, b))))
			return;
	} while (a && b);
}

static void compare(void)
{
	if (whole.cnt && whole.heard[0].proto == PROTO_TLS) {
		CHECK_UINT(joined(&ear, 9), joined(&whole, 9));
		CHECK_UINT(joined(&ear, 1), joined(&whole, 1));
		return;
	}
	compare_host(9);
	compare_host(1);
}

static void try_cut(cut_fn cut, uint64_t state)
{
	struct stream *st = hold_talk(&ear, cut, &state);

	if (!st)
		return;
	compare();
	CHECK_UINT(stream__counts(st)->holes, 0);
	CHECK_UINT(stream__counts(st)->malformed, 0);
	CHECK_UINT(stream__counts(st)->skipped_bytes, 0);
	stream__free(st);
}

static void try_talk(talk_fn fn)
{
	uint64_t none = 0;

	memset(&talk, 0, sizeof(talk));
	fn(&talk);
	stream__free(hold_talk(&whole, cut_nothing, &none));
	CHECK(whole.cnt >= 4);
	for (uint64_t at = 1; at < 700; at++) {
		CHECK_CASE("%s cut at %u", talk.name, (unsigned int)at);
		try_cut(cut_in_two, at);
		try_cut(cut_backwards, at);
	}
	CHECK_CASE("%s in bytes", talk.name);
	try_cut(cut_bytes, 0);
	for (uint64_t seed = 1; seed < 1500; seed++) {
		CHECK_CASE("%s seed %u", talk.name, (unsigned int)seed);
		try_cut(cut_at_random, seed);
	}
}

static void same_however_cut(void)
{
	for (size_t i = 0; i < TALK_CNT; i++)
		try_talk(talks[i]);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"same_however_cut", same_however_cut, TEST_PLAIN},
		{},
	};

	return test__run(tests, argc, argv);
}
