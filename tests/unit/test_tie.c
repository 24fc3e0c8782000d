/* SPDX-License-Identifier: BSD-2-Clause */
#include "tie.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fixture_call.h"
#include "fixture_message.h"
#include "ice.h"
#include "stats.h"
#include "test.h"

#define SDP(ufrag, ip, id)                                                               \
	"v=0\\r\\no=- " id " 2 IN IP4 127.0.0.1\\r\\ns=-\\r\\nt=0 0\\r\\n"               \
	"m=audio 9 UDP/TLS/RTP/SAVPF 111\\r\\nc=IN IP4 0.0.0.0\\r\\na=ice-ufrag:" ufrag  \
	"\\r\\na=ice-pwd:0123456789012345678901\\r\\na=candidate:1 1 udp 2130706431 " ip \
	" 5060 typ host\\r\\n"
#define OFFER(ufrag, ip, id)  "{\"type\":\"offer\",\"sdp\":\"" SDP(ufrag, ip, id) "\"}"
#define ANSWER(ufrag, ip, id) "{\"type\":\"answer\",\"sdp\":\"" SDP(ufrag, ip, id) "\"}"

struct send {
	const char *path;
	uint16_t sport, dport;
	uint64_t conn;
	uint64_t exchange; /* HTTP */
};

static void say(struct fixture_call *fx, uint64_t ms, uint8_t proto, enum message_dir dir,
		const struct send *s, const char *text)
{
	struct rec_flow flow = fixture_call__flow(s->path);
	uint32_t len = (uint32_t)strlen(text);
	struct message m = {.flow = &flow,
			    .proto = proto,
			    .dir = (uint8_t)dir,
			    .transport = TRANSPORT_TCP,
			    .p = (const uint8_t *)text,
			    .len = len,
			    .msg_len = len,
			    .hash = call_key__bytes(1, text, len),
			    .conn = s->conn,
			    .exchange = s->exchange,
			    .ts_ns = ms * MS};
	struct facts *f = malloc(sizeof(*f));
	int rc;

	flow.sport = s->sport;
	flow.dport = s->dport;
	fx->ref = 0;
	if (f) {
		rc = facts__parse(&m, fx->offer_buf, f);
		if (CHECK(rc != -EBADMSG))
			fx->ref = calls__add(fx->c, &m, f, NULL);
	}
	free(f);
}

static void ws(struct fixture_call *fx, uint64_t ms, enum message_dir dir, const struct send *s,
	       const char *text)
{
	say(fx, ms, PROTO_WS, dir, s, text);
}

static void http(struct fixture_call *fx, uint64_t ms, const struct send *s, const char *start,
		 const char *body)
{
	char text[8192];

	snprintf(text, sizeof(text),
		 "%s\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s", start,
		 strlen(body), body);
	say(fx, ms, PROTO_HTTP, MESSAGE_WIRE, s, text);
}

/* A Binding request "user" and its success. */
static void check(struct fixture_call *fx, uint64_t ms, const char *path, uint64_t txid,
		  const char *user)
{
	uint8_t buf[128];
	uint32_t len = stun_bytes(buf, 0x0001, txid, 0), n = (uint32_t)strlen(user);
	struct rec_flow flow = fixture_call__flow(path), back;
	struct message m = {.flow = &flow,
			    .proto = PROTO_STUN,
			    .dir = MESSAGE_WIRE,
			    .p = buf,
			    .ts_ns = ms * MS};
	struct facts *f = malloc(sizeof(*f));

	if (!f)
		return;
	memset(buf + len, 0, 64);
	buf[len + 1] = 6;
	buf[len + 3] = (uint8_t)n;
	memcpy(buf + len + 4, user, n);
	len += 4 + (n + 3) / 4 * 4;
	buf[3] = (uint8_t)(len - 20);
	m.len = m.msg_len = len;
	m.hash = txid * 2;
	if (CHECK_INT(facts__parse(&m, fx->offer_buf, f), 0))
		calls__add(fx->c, &m, f, NULL);
	back = flow;
	memcpy(back.saddr, flow.daddr, 16);
	memcpy(back.daddr, flow.saddr, 16);
	m = (struct message){.flow = &back,
			     .proto = PROTO_STUN,
			     .dir = MESSAGE_WIRE,
			     .p = buf,
			     .len = 20,
			     .msg_len = 20,
			     .hash = txid * 2 + 1,
			     .ts_ns = (ms + 5) * MS};
	stun_bytes(buf, 0x0101, txid, 0);
	if (CHECK_INT(facts__parse(&m, fx->offer_buf, f), 0))
		calls__add(fx->c, &m, f, NULL);
	free(f);
}

static void media(struct fixture_call *fx, uint64_t ms, const char *path, uint16_t sport,
		  uint16_t dport)
{
	static const uint8_t first[16] = {0x80, 111};
	struct rec_flow flow = fixture_call__flow(path);

	flow.sport = sport;
	flow.dport = dport;
	calls__media(fx->c, &flow, PROTO_RTP, MESSAGE_WIRE, 172, first, ms * MS);
}

static void offer_to_media_over_http(void)
{
	const struct send up = {"A>S", 40000, 80, 77, 1}, down = {"S>A", 80, 40000, 77, 1};
	struct fixture_call fx;
	const struct call *call;

	if (!fixture_call__init(&fx, NULL))
		goto out;
	http(&fx, 100, &up, "POST /whip HTTP/1.1\r\nHost: s", OFFER("aaaa", "10.0.0.1", "11"));
	http(&fx, 150, &down, "HTTP/1.1 201 Created", ANSWER("bbbb", "10.0.0.2", "22"));
	check(&fx, 200, "A>B", 1, "bbbb:aaaa");
	media(&fx, 300, "A>B", 5060, 5060);
	media(&fx, 320, "B>A", 5060, 5060);
	media(&fx, 340, "B>A", 5060, 5060);
	call = fixture_call__last(&fx);
	if (test__injected() || !CHECK(call))
		goto out;
	CHECK_UINT(calls__cnt(fx.c), 1);
	CHECK_INT(call->kind, CALL_WEB);
	CHECK_INT(call->state, CALL_STATE_ACTIVE);
	CHECK_STR(call->call_id, "aaaa:bbbb");
	CHECK_STR(call->service, "http 10.0.0.19:80");
	CHECK_UINT(call->code, 201);
	CHECK_UINT(call->at[CALL_AT_OFFER], 100 * MS);
	CHECK_UINT(call->at[CALL_AT_ANSWER], 150 * MS);
	CHECK_UINT(call->at[CALL_AT_CHECK], 200 * MS);
	CHECK_UINT(call->at[CALL_AT_MEDIA], 300 * MS);
	CHECK_UINT(call->msg_cnt, 6);
	CHECK_UINT(fx.setups, 1);
out:
	fixture_call__done(&fx);
}

static void an_error_fails_it_and_delete_ends_it(void)
{
	const struct send up = {"A>S", 40000, 80, 77, 1}, down = {"S>A", 80, 40000, 77, 1};
	const struct send up2 = {"A>S", 40001, 80, 78, 1}, down2 = {"S>A", 80, 40001, 78, 1};
	const struct send del = {"A>S", 40001, 80, 78, 2};
	struct fixture_call fx;

	if (!fixture_call__init(&fx, NULL))
		goto out;
	http(&fx, 100, &up, "POST /whip HTTP/1.1\r\nHost: s", OFFER("aaaa", "10.0.0.1", "11"));
	http(&fx, 150, &down, "HTTP/1.1 503 Busy", "{}");
	if (!CHECK(fixture_call__last(&fx)))
		goto out;
	CHECK_INT(fixture_call__last(&fx)->state, CALL_STATE_FAILED);
	CHECK_UINT(fixture_call__last(&fx)->code, 503);
	http(&fx, 200, &up2, "POST /whip HTTP/1.1\r\nHost: s", OFFER("cccc", "10.0.0.1", "11"));
	http(&fx, 250, &down2, "HTTP/1.1 201 Created", ANSWER("bbbb", "10.0.0.2", "22"));
	http(&fx, 900, &del, "DELETE /whip/1 HTTP/1.1\r\nHost: s", "");
	CHECK_UINT(calls__cnt(fx.c), 2);
	CHECK_INT(fixture_call__last(&fx)->state, CALL_STATE_ENDED);
	CHECK_UINT(fixture_call__last(&fx)->at[CALL_AT_BYE], 900 * MS);
out:
	fixture_call__done(&fx);
}

/* A -> server (here) -> B and back: four hops, one call. */
static void a_relay_is_one_call(void)
{
	const struct send a_s = {"A>S", 40000, 80, 1, 0}, s_b = {"S>B", 80, 50000, 2, 0};
	const struct send b_s = {"B>S", 50000, 80, 2, 0}, s_a = {"S>A", 80, 40000, 1, 0};
	struct fixture_call fx;
	const struct call *call;

	if (!fixture_call__init(&fx, NULL))
		goto out;
	ws(&fx, 100, MESSAGE_IN, &a_s, OFFER("aaaa", "10.0.0.1", "11"));
	ws(&fx, 101, MESSAGE_OUT, &s_b, OFFER("aaaa", "10.0.0.1", "11"));
	ws(&fx, 200, MESSAGE_IN, &b_s, ANSWER("bbbb", "10.0.0.2", "22"));
	ws(&fx, 201, MESSAGE_OUT, &s_a, ANSWER("bbbb", "10.0.0.2", "22"));
	ws(&fx, 210, MESSAGE_IN, &b_s,
	   "{\"candidate\":\"candidate:1 1 udp 1 10.0.0.3 7000 typ host\"}");
	/* renegotiation by the other side, on its connection */
	ws(&fx, 5000, MESSAGE_IN, &b_s, OFFER("bbbb", "10.0.0.4", "22"));
	ws(&fx, 5001, MESSAGE_OUT, &s_a, OFFER("bbbb", "10.0.0.4", "22"));
	ws(&fx, 5002, MESSAGE_IN, &a_s, ANSWER("aaaa", "10.0.0.5", "11"));
	call = fixture_call__last(&fx);
	if (!CHECK(call))
		goto out;
	CHECK_UINT(calls__cnt(fx.c), 1);
	CHECK_UINT(call->msg_cnt, 8);
	CHECK_INT(call->state, CALL_STATE_ANSWERED);
	CHECK_UINT(call->at[CALL_AT_OFFER], 100 * MS);
	CHECK_UINT(call->at[CALL_AT_ANSWER], 200 * MS);
	/* trickled: media of that address is the call's */
	media(&fx, 6000, "C>A", 7000, 1);
	CHECK_INT(call->state, CALL_STATE_ACTIVE);
out:
	fixture_call__done(&fx);
}

/* All three on one host: each hop leaves one socket and arrives at another. */
static void all_on_one_host_is_one_call(void)
{
	const struct send a_s = {"A>A", 40000, 80, 1, 0}, s_b = {"A>A", 80, 50000, 2, 0};
	const struct send b_s = {"A>A", 50000, 80, 2, 0}, s_a = {"A>A", 80, 40000, 1, 0};
	struct fixture_call fx;

	if (!fixture_call__init(&fx, NULL))
		goto out;
	for (unsigned int i = 0; i < 2; i++)
		ws(&fx, 100 + i, i ? MESSAGE_IN : MESSAGE_OUT, &a_s,
		   OFFER("aaaa", "10.0.0.1", "11"));
	for (unsigned int i = 0; i < 2; i++)
		ws(&fx, 110 + i, i ? MESSAGE_IN : MESSAGE_OUT, &s_b,
		   OFFER("aaaa", "10.0.0.1", "11"));
	for (unsigned int i = 0; i < 2; i++)
		ws(&fx, 120 + i, i ? MESSAGE_IN : MESSAGE_OUT, &b_s,
		   ANSWER("bbbb", "10.0.0.2", "22"));
	for (unsigned int i = 0; i < 2; i++)
		ws(&fx, 130 + i, i ? MESSAGE_IN : MESSAGE_OUT, &s_a,
		   ANSWER("bbbb", "10.0.0.2", "22"));
	if (!CHECK(fixture_call__last(&fx)))
		goto out;
	CHECK_UINT(calls__cnt(fx.c), 1);
	CHECK_UINT(fixture_call__last(&fx)->msg_cnt, 4);
	CHECK_INT(fixture_call__last(&fx)->state, CALL_STATE_ANSWERED);
out:
	fixture_call__done(&fx);
}

/* The same description on thousands of connections at the same time, client and server on this
 * host: as many calls, each with its own answer. */
static void generators_are_not_merged(void)
{
	struct fixture_call fx;
	struct calls_opts o = fixture_call__opts(&fx);
	const struct call *call;
	unsigned int cnt = 0;

	o.max_calls = 4096;
	o.max_messages = 16384;
	if (!fixture_call__init(&fx, &o))
		goto out;
	for (uint16_t i = 0; i < 2000; i++) {
		struct send s = {"A>A", (uint16_t)(10000 + i), 80, 1000u + i, 0};

		ws(&fx, 100 + i / 100, MESSAGE_OUT, &s, OFFER("aaaa", "10.0.0.1", "11"));
		ws(&fx, 101 + i / 100, MESSAGE_IN, &s, OFFER("aaaa", "10.0.0.1", "11"));
	}
	for (uint16_t i = 0; i < 2000; i++) {
		struct send s = {"A>A", 80, (uint16_t)(10000 + i), 1000u + i, 0};

		ws(&fx, 300 + i / 100, MESSAGE_OUT, &s, ANSWER("bbbb", "10.0.0.2", "22"));
		ws(&fx, 301 + i / 100, MESSAGE_IN, &s, ANSWER("bbbb", "10.0.0.2", "22"));
	}
	for (call = calls__next(fx.c, 0); call; call = calls__next(fx.c, call->id)) {
		cnt++;
		CHECK_CASE("call %u", cnt);
		CHECK_UINT(call->msg_cnt, 2);
		CHECK_INT(call->state, CALL_STATE_ANSWERED);
	}
	CHECK_UINT(cnt, 2000);
out:
	fixture_call__done(&fx);
}

/* The same through a relay: what belongs together cannot be told, so nothing is put together. */
static void ambiguous_hops_are_not_merged(void)
{
	struct fixture_call fx;
	const struct call *call;

	if (!fixture_call__init(&fx, NULL))
		goto out;
	for (uint16_t i = 0; i < 4; i++)
		ws(&fx, 100, MESSAGE_IN,
		   &(struct send){"A>S", (uint16_t)(40000 + i), 80, 10u + i, 0},
		   OFFER("aaaa", "10.0.0.1", "11"));
	for (uint16_t i = 0; i < 4; i++)
		ws(&fx, 101, MESSAGE_OUT,
		   &(struct send){"S>B", 80, (uint16_t)(50000 + i), 20u + i, 0},
		   OFFER("aaaa", "10.0.0.1", "11"));
	CHECK_UINT(calls__cnt(fx.c), 8);
	for (call = calls__next(fx.c, 0); call; call = calls__next(fx.c, call->id))
		CHECK_UINT(call->msg_cnt, 1);
	/* much later one alone is clear again */
	ws(&fx, 9000, MESSAGE_IN, &(struct send){"A>S", 41000, 80, 30, 0},
	   OFFER("aaaa", "10.0.0.1", "11"));
	ws(&fx, 9001, MESSAGE_OUT, &(struct send){"S>B", 80, 51000, 31, 0},
	   OFFER("aaaa", "10.0.0.1", "11"));
	CHECK_UINT(calls__cnt(fx.c), 9);
	CHECK_UINT(fixture_call__last(&fx)->msg_cnt, 2);
out:
	fixture_call__done(&fx);
}

/* Several exchanges on one connection: by id, whatever the order. */
static void ids_name_exchanges(void)
{
	const struct send up = {"A>S", 40000, 80, 1, 0}, down = {"S>A", 80, 40000, 1, 0};
	struct fixture_call fx;
	const struct call *first;

	if (!fixture_call__init(&fx, NULL))
		goto out;
	ws(&fx, 100, MESSAGE_WIRE, &up,
	   "{\"transaction\":\"t1\",\"jsep\":" OFFER("aaaa", "10.0.0.1", "11") "}");
	ws(&fx, 110, MESSAGE_WIRE, &up,
	   "{\"transaction\":\"t2\",\"jsep\":" OFFER("cccc", "10.0.0.1", "12") "}");
	CHECK_UINT(calls__cnt(fx.c), 2);
	ws(&fx, 120, MESSAGE_WIRE, &down,
	   "{\"transaction\":\"t2\",\"jsep\":" ANSWER("dddd", "10.0.0.2", "22") "}");
	first = calls__next(fx.c, 0);
	if (!CHECK(first))
		goto out;
	CHECK_INT(first->state, CALL_STATE_TRYING);
	CHECK_INT(fixture_call__last(&fx)->state, CALL_STATE_ANSWERED);
	ws(&fx, 130, MESSAGE_WIRE, &down,
	   "{\"transaction\":\"t1\",\"jsep\":" ANSWER("eeee", "10.0.0.2", "23") "}");
	CHECK_INT(first->state, CALL_STATE_ANSWERED);
	CHECK_UINT(calls__cnt(fx.c), 2);
	/* an answer to nothing */
	ws(&fx, 140, MESSAGE_WIRE, &down, ANSWER("ffff", "10.0.0.2", "24"));
	CHECK_UINT(calls__cnt(fx.c), 2);
	/* nobody answers this one */
	ws(&fx, 200, MESSAGE_WIRE, &up, OFFER("gggg", "10.0.0.1", "13"));
	calls__tick(fx.c, 61 * SEC);
	CHECK_INT(fixture_call__last(&fx)->state, CALL_STATE_TIMEOUT);
out:
	fixture_call__done(&fx);
}

/* Media of addresses that two calls described alike is neither's. */
static void media_of_two_is_nobodys(void)
{
	struct fixture_call fx;
	const struct call *call;

	if (!fixture_call__init(&fx, NULL))
		goto out;
	fixture_call__ask(&fx, 100, "A>B", "INVITE", 1, "1", NULL, NULL, SDP_A);
	fx.call_id = "call-2@test";
	fixture_call__ask(&fx, 100, "A>B", "INVITE", 1, "2", NULL, NULL, SDP_A);
	media(&fx, 200, "B>A", 5000, 4000);
	call = calls__next(fx.c, 0);
	if (!CHECK(call))
		goto out;
	CHECK_UINT(call->at[CALL_AT_MEDIA], 0);
	CHECK_UINT(calls__counts(fx.c)->stray, 1);
	/* the answer of one of them tells */
	fixture_call__reply(&fx, 250, "B>A", 183, "INVITE", 1, "2", "tb", NULL, SDP_B);
	media(&fx, 300, "B>A", 5000, 4000);
	CHECK_UINT(call->at[CALL_AT_MEDIA], 0);
	CHECK_UINT(fixture_call__last(&fx)->at[CALL_AT_MEDIA], 300 * MS); /* early */
	CHECK(fixture_call__last(&fx)->state != CALL_STATE_ACTIVE);
out:
	fixture_call__done(&fx);
}

static unsigned int expected;

static void on_expect(void *ctx, const uint8_t addr[16], uint16_t port)
{
	(void)ctx, (void)addr;
	expected += port != 0;
}

/* A description of thousands of candidates and media costs what it may cost. */
static void bombs_are_bounded(void)
{
	const struct send up = {"A>S", 40000, 80, 1, 1};
	struct fixture_call fx;
	struct calls_opts o = fixture_call__opts(&fx);
	char *sdp = malloc(60000), *text = malloc(70000);
	size_t n = 0;

	o.on_expect_media = on_expect;
	expected = 0;
	fx.c = NULL;
	if (!CHECK(sdp && text) || !fixture_call__init(&fx, &o))
		goto out;
	n += (size_t)sprintf(
		sdp, "v=0\r\no=- 1 1 IN IP4 10.0.0.1\r\ns=-\r\nc=IN IP4 10.0.0.1\r\nt=0 0\r\n");
	for (unsigned int i = 0; n < 50000; i++)
		n += (size_t)sprintf(sdp + n,
				     "m=audio %u RTP/AVP 0\r\na=ice-ufrag:u%u\r\na=candidate:%u 1 "
				     "udp 1 10.%u.%u.1 %u typ host\r\n",
				     1024 + i, i, i, i / 200, i % 200, 2000 + i);
	sprintf(text,
		"POST / HTTP/1.1\r\nHost: s\r\nContent-Type: application/sdp\r\nContent-Length: "
		"%zu\r\n\r\n%s",
		n, sdp);
	for (unsigned int i = 0; i < 20; i++)
		say(&fx, 100 + i, PROTO_HTTP, MESSAGE_WIRE,
		    &(struct send){"A>S", (uint16_t)(40000 + i), 80, 1 + i, 1}, text);
	say(&fx, 200, PROTO_HTTP, MESSAGE_WIRE, &up, text);
	CHECK_UINT(calls__cnt(fx.c), 20);
	CHECK(expected <= 20 * 16);
	fixture_call__verify(fx.c);
out:
	free(sdp);
	free(text);
	if (fx.c)
		fixture_call__done(&fx);
}

/* Whole setups are rows; the time it rang is not in them. */
static void setups_are_rows(void)
{
	const struct stats_opts so = {.max_rows = 16};
	struct fixture_call fx;
	struct calls_opts o = fixture_call__opts(&fx);
	struct stats *stats = NULL;
	const struct stats_row *row;

	fx.c = NULL;
	if (!CHECK_OK(stats__new(&so, &stats)))
		return;
	o.stats = stats;
	if (!fixture_call__init(&fx, &o))
		goto out;
	fixture_call__ask(&fx, 1000, "A>B", "INVITE", 1, "1", NULL, NULL, SDP_A);
	fixture_call__reply(&fx, 1100, "B>A", 180, "INVITE", 1, "1", "tb", NULL, NULL);
	fixture_call__reply(&fx, 9100, "B>A", 200, "INVITE", 1, "1", "tb", NULL, SDP_B);
	media(&fx, 9250, "B>A", 5000, 4000);
	if (!CHECK_UINT(stats__row_cnt(stats), 1))
		goto out;
	row = stats__row_at(stats, 0);
	CHECK_STR(row->key.method, "setup");
	CHECK_INT(row->key.side, 'w');
	CHECK_STR(row->key.service, "sip 10.0.0.2:5060");
	CHECK_UINT(row->stage_cnt, 1);
	CHECK_INT(row->stage[0]->mask, STAGE_UNATTRIBUTED);
	CHECK_NEAR((double)row->total.sum_ns, 250e6, 1e6);
out:
	fixture_call__done(&fx);
	stats__free(stats);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"offer_to_media_over_http", offer_to_media_over_http, TEST_WALK},
		{"an_error_fails_it_and_delete_ends_it", an_error_fails_it_and_delete_ends_it,
		 TEST_PLAIN},
		{"a_relay_is_one_call", a_relay_is_one_call, TEST_PLAIN},
		{"all_on_one_host_is_one_call", all_on_one_host_is_one_call, TEST_PLAIN},
		{"generators_are_not_merged", generators_are_not_merged, TEST_PLAIN},
		{"ambiguous_hops_are_not_merged", ambiguous_hops_are_not_merged, TEST_PLAIN},
		{"ids_name_exchanges", ids_name_exchanges, TEST_PLAIN},
		{"media_of_two_is_nobodys", media_of_two_is_nobodys, TEST_PLAIN},
		{"bombs_are_bounded", bombs_are_bounded, TEST_PLAIN},
		{"setups_are_rows", setups_are_rows, TEST_PLAIN},
		{0},
	};

	return test__run(tests, argc, argv);
}
