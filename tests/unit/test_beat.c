/* SPDX-License-Identifier: BSD-2-Clause */
/* Heartbeats: intervals, echoes, misses, mapping changes, limits. */
#include "beat.h"

#include <stdio.h>
#include <string.h>

#include "fixture_message.h"
#include "test.h"

#define MS 1000000ull

struct rig {
	struct beats *beats;
	uint64_t now_ns;
};

static bool rig_init(struct rig *g, unsigned int max_peers)
{
	struct beats_opts opts = {.max_peers = max_peers, .id_len = 8, .idle_ns = 60000 * MS};

	*g = (struct rig){.now_ns = 1000 * MS};
	return CHECK_OK(beats__new(&opts, &g->beats));
}

/* "peer-NNNsequence": the first eight bytes name the sender. */
static void beat(struct rig *g, unsigned int peer, unsigned int seq, uint16_t port, bool is_echo)
{
	struct rec_flow f = flow_between(9, 1, PROTO_BEAT);
	char text[32];
	int len = snprintf(text, sizeof(text), "peer-%03u seq %u", peer, seq);
	struct message m = {.flow = &f,
			    .proto = PROTO_BEAT,
			    .p = (const uint8_t *)text,
			    .len = (uint32_t)len,
			    .msg_len = (uint32_t)len,
			    .hash = peer * 1000000ull + seq + 1,
			    .ts_ns = g->now_ns};

	f.sport = port;
	f.dport = 7000;
	if (is_echo) {
		f = flow_between(1, 9, PROTO_BEAT);
		f.sport = 7000;
		f.dport = port;
	}
	beats__add(g->beats, &m);
}

static void intervals_and_echoes(void)
{
	const struct beat_peer *p;
	struct rig g;

	if (!rig_init(&g, 16))
		return;
	for (unsigned int i = 0; i < 20; i++) {
		beat(&g, 1, i, 40000, false);
		g.now_ns += 3 * MS;
		beat(&g, 1, i, 40000, true);
		g.now_ns += 97 * MS;
	}
	p = beats__next(g.beats, 0);
	if (CHECK(p)) {
		CHECK_UINT(p->beats, 20);
		CHECK_UINT(p->echoes, 20);
		CHECK_UINT(p->interval_ns, 100 * MS);
		CHECK_UINT(p->jitter_ns, 0);
		CHECK_UINT(p->echo_min_ns, 3 * MS);
		CHECK_UINT(p->echo_sum_ns, 60 * MS);
		CHECK_UINT(p->misses, 0);
		CHECK_UINT(p->changes, 0);
		CHECK(!beats__next(g.beats, p->id));
	}
	beats__free(g.beats);
}

static void missing_ones_are_counted(void)
{
	struct rig g;

	if (!rig_init(&g, 16))
		return;
	for (unsigned int i = 0; i < 30; i++) {
		if (i != 10 && i != 20 && i != 21) /* one, then two in a row */
			beat(&g, 1, i, 40000, false);
		g.now_ns += 100 * MS;
	}
	CHECK_UINT(beats__counts(g.beats)->misses, 3);
	CHECK_UINT(beats__next(g.beats, 0)->interval_ns, 100 * MS);
	beats__free(g.beats);
}

/* Alternating 90 and 110 ms around the learnt interval: RFC 3550's estimator goes towards the
 * deviation. */
static void jitter_is_the_deviation(void)
{
	const struct beat_peer *p;
	struct rig g;

	if (!rig_init(&g, 16))
		return;
	for (unsigned int i = 0; i < 400; i++) {
		beat(&g, 1, i, 40000, false);
		g.now_ns += i % 3 == 0 ? 90 * MS : i % 3 == 1 ? 110 * MS : 100 * MS;
	}
	p = beats__next(g.beats, 0);
	CHECK_UINT(p->interval_ns, 100 * MS);
	CHECK(p->jitter_ns > 5 * MS && p->jitter_ns < 8 * MS); /* mean deviation: 6.67 ms */
	beats__free(g.beats);
}

static void a_nat_may_change_the_port(void)
{
	const struct beat_peer *p;
	struct rig g;

	if (!rig_init(&g, 16))
		return;
	for (unsigned int i = 0; i < 10; i++) {
		beat(&g, 1, i, i < 6 ? 40000 : 50123, false);
		g.now_ns += 100 * MS;
	}
	p = beats__next(g.beats, 0);
	CHECK_UINT(p->changes, 1);
	CHECK_UINT(p->old_port, 40000);
	CHECK_UINT(p->port, 50123);
	CHECK_UINT(p->changed_ns, 1600 * MS);
	CHECK(!beats__next(g.beats, p->id));
	beats__free(g.beats);
}

static void the_longest_idle_makes_room(void)
{
	struct rig g;
	unsigned int cnt = 0;

	if (!rig_init(&g, 4))
		return;
	for (unsigned int i = 0; i < 100; i++) {
		beat(&g, i, 0, (uint16_t)(40000 + i), false);
		g.now_ns += MS;
	}
	for (const struct beat_peer *p = beats__next(g.beats, 0); p;
	     p = beats__next(g.beats, p->id)) {
		CHECK(p->id > 96);
		cnt++;
	}
	CHECK_UINT(cnt, 4);
	CHECK_UINT(beats__counts(g.beats)->peers_evicted, 96);
	beats__tick(g.beats, g.now_ns + 61000 * MS);
	CHECK(!beats__next(g.beats, 0));
	beats__free(g.beats);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"intervals_and_echoes", intervals_and_echoes, TEST_PLAIN},
		{"missing_ones_are_counted", missing_ones_are_counted, TEST_PLAIN},
		{"jitter_is_the_deviation", jitter_is_the_deviation, TEST_PLAIN},
		{"a_nat_may_change_the_port", a_nat_may_change_the_port, TEST_PLAIN},
		{"the_longest_idle_makes_room", the_longest_idle_makes_room, TEST_PLAIN},
		{},
	};

	return test__run(tests, argc, argv);
}
