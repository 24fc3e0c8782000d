/* SPDX-License-Identifier: BSD-2-Clause */
/* beat: peers with simulated clocks, behind address translators that change, and what is no name.
 */
#include "beat.h"

#include <stdio.h>
#include <string.h>

#include "test.h"

#define MS  1000000ull
#define SEC 1000000000ull

struct fixture {
	struct beats *beats;
	uint64_t now_ns;
	uint8_t dir;
};

static bool fixture_init(struct fixture *f, unsigned int max)
{
	struct beats_opts opts = {.max_peers = max, .id_len = 8, .idle_ns = 300 * SEC};

	*f = (struct fixture){.now_ns = 1000 * SEC, .dir = MESSAGE_IN};
	return CHECK_OK(beats__new(&opts, &f->beats));
}

/* 10.0.0.<host>:<port> */
struct end {
	uint8_t host;
	uint16_t port;
};

static const struct end service = {1, 4000};

static void put(struct fixture *f, struct end from, struct end to, uint8_t dir, const char *text)
{
	struct rec_flow flow = {.sport = from.port, .dport = to.port, .proto = PROTO_BEAT};
	struct message m = {.flow = &flow,
			    .proto = PROTO_BEAT,
			    .dir = dir,
			    .p = (const uint8_t *)text,
			    .len = (uint32_t)strlen(text),
			    .msg_len = (uint32_t)strlen(text),
			    .hash = 14695981039346656037ull,
			    .ts_ns = f->now_ns};

	memcpy(flow.saddr, (uint8_t[16]){[10] = 0xff, 0xff, 10, 0, 0, from.host}, 16);
	memcpy(flow.daddr, (uint8_t[16]){[10] = 0xff, 0xff, 10, 0, 0, to.host}, 16);
	for (const char *c = text; *c; c++)
		m.hash = (m.hash ^ (uint8_t)*c) * 1099511628211ull;
	beats__add(f->beats, &m);
}

static void beat(struct fixture *f, struct end from, const char *text)
{
	put(f, from, service, f->dir, text);
}

static void echo(struct fixture *f, struct end to, const char *text)
{
	put(f, service, to, f->dir == MESSAGE_WIRE ? f->dir : !f->dir, text);
}

static unsigned int peer_cnt(const struct fixture *f)
{
	const struct beat_peer *p = NULL;
	unsigned int cnt = 0;

	while ((p = beats__next(f->beats, p ? p->id : 0)))
		cnt++;
	return cnt;
}

static const struct beat_peer *only(const struct fixture *f)
{
	const struct beat_peer *p = beats__next(f->beats, 0);

	CHECK_UINT(peer_cnt(f), 1);
	return p;
}

/* Every second, 7 ms to the echo; the payload has a name and a number. */
static void pairs_echoes_and_learns(void)
{
	struct end peer = {9, 5000};
	const struct beat_peer *p;
	char text[32];
	struct fixture f;

	if (!fixture_init(&f, 4))
		return;
	for (int i = 0; i < 40; i++) {
		snprintf(text, sizeof(text), "device-1 %d", i);
		beat(&f, peer, text);
		f.now_ns += 7 * MS;
		echo(&f, peer, text);
		f.now_ns += SEC - 7 * MS;
	}
	p = only(&f);
	if (CHECK(p != NULL)) {
		CHECK_UINT(p->beats, 40);
		CHECK_UINT(p->echoes, 40);
		CHECK_UINT(p->exact, 40);
		CHECK_UINT(p->interval_ns, SEC);
		CHECK_UINT(p->jitter_ns, 0);
		CHECK_UINT(p->misses, 0);
		CHECK_UINT(p->changes, 0);
		CHECK_UINT(p->echo_min_ns, 7 * MS);
		CHECK_UINT(p->echo_max_ns, 7 * MS);
		CHECK_UINT(p->echo_sum_ns, 280 * MS);
		CHECK(!p->is_by_address);
	}
	beats__free(f.beats);
}

/* The estimator of RFC 3550, computed here once more in floating point. */
static void estimates_jitter(void)
{
	uint64_t random = 5, last = 0;
	struct end peer = {9, 5000};
	double jitter = 0;
	const struct beat_peer *p;
	struct fixture f;

	if (!fixture_init(&f, 4))
		return;
	for (int i = 0; i < 400; i++) {
		uint64_t at = (1000 + (uint64_t)i) * SEC + test__random(&random) % (200 * MS);
		uint64_t learnt;

		p = beats__next(f.beats, 0);
		learnt = p ? p->interval_ns : 0;
		if (learnt) {
			double off = (double)(at - last) - (double)learnt;

			jitter += ((off < 0 ? -off : off) - jitter) / 16;
		}
		f.now_ns = last = at;
		beat(&f, peer, "device-1");
	}
	p = only(&f);
	if (CHECK(p != NULL)) {
		CHECK_NEAR((double)p->jitter_ns, jitter, 1000.0);
		CHECK_NEAR((double)p->interval_ns, 1e9, 5e7);
		CHECK(p->jitter_ns > 20 * MS && p->jitter_ns < 120 * MS);
		CHECK_UINT(p->misses, 0);
	}
	beats__free(f.beats);
}

static void counts_misses_once(void)
{
	struct end peer = {9, 5000};
	struct fixture f;

	if (!fixture_init(&f, 4))
		return;
	for (int i = 0; i < 20; i++, f.now_ns += SEC)
		beat(&f, peer, "device-1");
	CHECK_UINT(only(&f)->misses, 0);
	/* the 20th came a second ago; silent for four intervals, while the table is looked after */
	for (int i = 0; i < 300; i++, f.now_ns += 10 * MS)
		beats__tick(f.beats, f.now_ns);
	CHECK_UINT(only(&f)->misses, 3); /* at 3.99 s: due at 1, 2 and 3 s */
	beat(&f, peer, "device-1");
	CHECK_UINT(only(&f)->misses, 3);
	f.now_ns += SEC * 3 / 2; /* late, not missing */
	beat(&f, peer, "device-1");
	CHECK_UINT(only(&f)->misses, 3);
	f.now_ns += 3 * SEC; /* nobody looked after the table */
	beat(&f, peer, "device-1");
	CHECK_UINT(only(&f)->misses, 5);
	CHECK_UINT(beats__counts(f.beats)->misses, 5);
	/* another interval is learnt in the end */
	for (int i = 0; i < 30; i++) {
		f.now_ns += 5 * SEC;
		beat(&f, peer, "device-1");
	}
	CHECK_UINT(only(&f)->interval_ns, 5 * SEC);
	beats__free(f.beats);
}

static void follows_mapping_changes(void)
{
	static const struct end at[] = {{9, 5000}, {9, 6001}, {77, 6002}};
	const struct beat_peer *p;
	struct fixture f;

	if (!fixture_init(&f, 8))
		return;
	for (int i = 0; i < 30; i++, f.now_ns += SEC) {
		beat(&f, at[i / 10], "device-1");
		echo(&f, at[i / 10], "device-1");
		beat(&f, (struct end){10, 5000}, "device-2");
		if (i == 15) {
			p = beats__next(f.beats, 0);
			CHECK_UINT(p->changes, 1);
			CHECK_UINT(p->old_port, 5000);
			CHECK_UINT(p->port, 6001);
			CHECK_UINT(p->changed_ns, 1010 * SEC);
		}
	}
	CHECK_UINT(peer_cnt(&f), 2);
	p = beats__next(f.beats, 0);
	CHECK_UINT(p->id, 1);
	CHECK_UINT(p->beats, 30);
	CHECK_UINT(p->echoes, 30);
	CHECK_UINT(p->changes, 2);
	CHECK_UINT(p->addr[15], 77);
	CHECK_UINT(p->port, 6002);
	CHECK_UINT(p->old_addr[15], 9);
	CHECK_UINT(p->old_port, 6001);
	CHECK_UINT(p->interval_ns, SEC);
	p = beats__next(f.beats, 1);
	CHECK_UINT(p->changes, 0);
	CHECK_UINT(p->beats, 30);
	CHECK_UINT(beats__counts(f.beats)->mapping_changes, 2);
	beats__free(f.beats);
}

/* A translator that forgets the mapping before each heartbeat: new port each time, nobody shares.
 */
static void follows_each_port(void)
{
	struct fixture f;

	if (!fixture_init(&f, 8))
		return;
	for (int i = 0; i < 60; i++, f.now_ns += SEC)
		beat(&f, (struct end){9, (uint16_t)(5000 + i)}, "device-1");
	CHECK_UINT(only(&f)->changes, 59);
	CHECK_UINT(beats__counts(f.beats)->ids_shared, 0);
	beats__free(f.beats);
}

/* Everybody says the same. */
static void gives_up_a_shared_name(void)
{
	static const int senders[] = {2, 3, 16, 40};

	for (unsigned int k = 0; k < 4; k++) {
		const struct beat_peer *p = NULL;
		struct fixture f;

		CHECK_CASE("%d senders", senders[k]);
		if (!fixture_init(&f, 64))
			return;
		for (int i = 0; i < 30; i++, f.now_ns += SEC) {
			for (int n = 0; n < senders[k]; n++, f.now_ns += MS)
				beat(&f, (struct end){(uint8_t)(9 + n), 5000}, "heartbeat");
			f.now_ns -= (uint64_t)senders[k] * MS;
		}
		CHECK_UINT(peer_cnt(&f), (uint64_t)senders[k]);
		while ((p = beats__next(f.beats, p ? p->id : 0))) {
			CHECK(p->is_by_address);
			CHECK_UINT(p->changes, 0);
			CHECK_UINT(p->interval_ns, SEC);
			CHECK_UINT(p->jitter_ns, 0);
			CHECK_UINT(p->misses, 0);
			CHECK(p->beats >= 20);
		}
		CHECK_UINT(beats__counts(f.beats)->ids_shared, 1);
		beats__free(f.beats);
	}
}

/* Bytes that change with each heartbeat name nobody; what is short has no name. */
static void goes_by_address(void)
{
	char text[32];
	struct fixture f;

	if (!fixture_init(&f, 64))
		return;
	for (int i = 0; i < 30; i++, f.now_ns += SEC) {
		for (int n = 0; n < 3; n++) {
			snprintf(text, sizeof(text), "%08d", i);
			beat(&f, (struct end){(uint8_t)(9 + n), 5000}, text);
		}
		beat(&f, (struct end){20, 5000}, "ping");
		beat(&f, (struct end){21, 5000}, "");
	}
	CHECK_UINT(peer_cnt(&f), 5);
	for (uint64_t id = 0; id < 5; id++) {
		const struct beat_peer *p = beats__next(f.beats, id);

		if (!CHECK(p != NULL))
			break;
		CHECK(p->is_by_address);
		CHECK_UINT(p->changes, 0);
		CHECK_UINT(p->interval_ns, SEC);
	}
	beats__free(f.beats);
}

/* Both ends are on this host: each datagram is sent and received here. */
static void ignores_second_sights(void)
{
	struct end peer = {1, 5000};
	const struct beat_peer *p;
	struct fixture f;

	if (!fixture_init(&f, 8))
		return;
	for (int i = 0; i < 20; i++) {
		put(&f, peer, service, MESSAGE_OUT, "device-1");
		f.now_ns += MS;
		put(&f, peer, service, MESSAGE_IN, "device-1");
		f.now_ns += MS;
		put(&f, service, peer, MESSAGE_OUT, "device-1");
		f.now_ns += MS;
		put(&f, service, peer, MESSAGE_IN, "device-1");
		f.now_ns += SEC - 3 * MS;
	}
	p = only(&f);
	CHECK_UINT(p->beats, 20);
	CHECK_UINT(p->echoes, 20);
	CHECK_UINT(p->echo_min_ns, 3 * MS); /* the round trip: where it was first seen */
	CHECK_UINT(p->dir, MESSAGE_OUT);
	CHECK_UINT(p->interval_ns, SEC);
	CHECK_UINT(beats__counts(f.beats)->second_sights, 40);
	beats__free(f.beats);
}

static void turns_swapped_roles(void)
{
	struct end peer = {9, 5000};
	const struct beat_peer *p;
	char text[32];
	struct fixture f;

	if (!fixture_init(&f, 8))
		return;
	f.dir = MESSAGE_WIRE;
	for (int i = 0; i < 20; i++) {
		snprintf(text, sizeof(text), "device-1 %d", i);
		if (i) /* the capture begins with an echo */
			beat(&f, peer, text);
		f.now_ns += 7 * MS;
		echo(&f, peer, text);
		f.now_ns += SEC - 7 * MS;
	}
	p = only(&f);
	CHECK_UINT(p->port, 5000);
	CHECK_UINT(p->service_port, 4000);
	CHECK_UINT(p->echo_max_ns, 7 * MS);
	CHECK_UINT(p->exact, p->echoes);
	CHECK(p->echoes >= 16);
	beats__free(f.beats);
}

/* Answers with words of their own count; where echoes are exact, others are none. */
static void tells_answers_from_others(void)
{
	struct end peer = {9, 5000}, other = {10, 5000};
	const struct beat_peer *p;
	char text[32];
	struct fixture f;

	if (!fixture_init(&f, 8))
		return;
	for (int i = 0; i < 10; i++, f.now_ns += SEC) {
		snprintf(text, sizeof(text), "device-1 %d", i);
		beat(&f, peer, text);
		echo(&f, peer, i < 6 ? text : "something else");
		snprintf(text, sizeof(text), "device-2 %d", i);
		beat(&f, other, text);
		echo(&f, other, "ok");
		echo(&f, other, "ok"); /* twice: the first one answered */
	}
	p = beats__next(f.beats, 0);
	CHECK_UINT(p->echoes, 6);
	p = beats__next(f.beats, 1);
	CHECK_UINT(p->echoes, 10);
	CHECK_UINT(p->exact, 0);
	/* later than the next heartbeat, but its bytes tell which one it answers */
	beat(&f, peer, "device-1 a");
	f.now_ns += SEC;
	beat(&f, peer, "device-1 b");
	f.now_ns += MS;
	echo(&f, peer, "device-1 a");
	p = beats__next(f.beats, 0);
	CHECK_UINT(p->echo_max_ns, SEC + MS);
	beats__free(f.beats);
}

/* One is missing, then two in a row, while nobody looks after the table. */
static void counts_what_is_missing(void)
{
	struct fixture f;

	if (!fixture_init(&f, 16))
		return;
	for (int i = 0; i < 30; i++, f.now_ns += 100 * MS) {
		if (i != 10 && i != 20 && i != 21)
			beat(&f, (struct end){9, 5000}, "device-1");
	}
	CHECK_UINT(beats__counts(f.beats)->misses, 3);
	CHECK_UINT(only(&f)->interval_ns, 100 * MS);
	beats__free(f.beats);
}

/* 90, 110 and 100 ms: the estimator goes towards the mean deviation, 6.67 ms. */
static void jitter_is_the_deviation(void)
{
	struct fixture f;

	if (!fixture_init(&f, 16))
		return;
	for (int i = 0; i < 400; i++) {
		beat(&f, (struct end){9, 5000}, "device-1");
		f.now_ns += i % 3 == 0 ? 90 * MS : i % 3 == 1 ? 110 * MS : 100 * MS;
	}
	CHECK_UINT(only(&f)->interval_ns, 100 * MS);
	CHECK(only(&f)->jitter_ns > 5 * MS && only(&f)->jitter_ns < 8 * MS);
	beats__free(f.beats);
}

static void keeps_its_limit(void)
{
	uint64_t id = 0, random = 1;
	const struct beat_peer *p;
	char text[32];
	struct fixture f;

	if (!fixture_init(&f, 16))
		return;
	for (int i = 0; i < 2000; i++, f.now_ns += MS) {
		unsigned int n = (unsigned int)(test__random(&random) % 40);

		snprintf(text, sizeof(text), "device%02u", n);
		beat(&f, (struct end){9, (uint16_t)(5000 + n)}, text);
		beat(&f, (struct end){10, 5000}, "constant");
		if (i % 50 == 0)
			beats__tick(f.beats, f.now_ns);
	}
	CHECK_UINT(peer_cnt(&f), 16);
	CHECK(beats__counts(f.beats)->peers_evicted > 500);
	while ((p = beats__next(f.beats, id))) {
		CHECK(p->id > id);
		id = p->id;
	}
	CHECK_UINT(beats__next(f.beats, 0)->addr[15], 10); /* never idle, so never evicted */
	CHECK_UINT(beats__next(f.beats, 0)->beats, 2000);
	beats__tick(f.beats, f.now_ns + 400 * SEC);
	CHECK_UINT(peer_cnt(&f), 0);
	beats__free(f.beats);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"pairs_echoes_and_learns", pairs_echoes_and_learns, TEST_WALK},
		{"estimates_jitter", estimates_jitter, TEST_PLAIN},
		{"counts_misses_once", counts_misses_once, TEST_PLAIN},
		{"follows_mapping_changes", follows_mapping_changes, TEST_PLAIN},
		{"follows_each_port", follows_each_port, TEST_PLAIN},
		{"gives_up_a_shared_name", gives_up_a_shared_name, TEST_PLAIN},
		{"goes_by_address", goes_by_address, TEST_PLAIN},
		{"ignores_second_sights", ignores_second_sights, TEST_PLAIN},
		{"turns_swapped_roles", turns_swapped_roles, TEST_PLAIN},
		{"tells_answers_from_others", tells_answers_from_others, TEST_PLAIN},
		{"counts_what_is_missing", counts_what_is_missing, TEST_PLAIN},
		{"jitter_is_the_deviation", jitter_is_the_deviation, TEST_PLAIN},
		{"keeps_its_limit", keeps_its_limit, TEST_PLAIN},
		{},
	};

	return test__run(tests, argc, argv);
}
