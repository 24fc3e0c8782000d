/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of calls: limits, who makes room, the ladder, the key index. */
#include <errno.h>

#include "fixture_call.h"

#define ASK   fixture_call__ask
#define REPLY fixture_call__reply

/* Sent by one socket here and received by another: one arrow with both legs. */
static void two_sights_are_one_arrow(void)
{
	static const struct {
		enum message_dir first, second;
		uint64_t apart_ms;
		unsigned int arrows;
	} rows[] = {
		{MESSAGE_OUT, MESSAGE_IN, 1, 1},    {MESSAGE_IN, MESSAGE_OUT, 1, 1},
		{MESSAGE_OUT, MESSAGE_IN, 1999, 1}, {MESSAGE_OUT, MESSAGE_IN, 2000, 2},
		{MESSAGE_OUT, MESSAGE_OUT, 1, 2},   {MESSAGE_WIRE, MESSAGE_WIRE, 1, 2},
		{MESSAGE_OUT, MESSAGE_WIRE, 1, 2},
	};

	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct fixture_call fx;
		const struct call *call;
		call_msg_ref_t first;

		CHECK_CASE("row %u", i);
		if (!fixture_call__init(&fx, NULL))
			return;
		fx.dir = rows[i].first;
		first = ASK(&fx, 1000, "A>B", "INVITE", 1, "a", NULL, NULL, NULL);
		fx.dir = rows[i].second;
		ASK(&fx, 1000 + rows[i].apart_ms, "A>B", "INVITE", 1, "a", NULL, NULL, NULL);
		call = fixture_call__last(&fx);
		CHECK_UINT(call->msg_cnt, rows[i].arrows);
		CHECK_UINT(fx.ref == first, rows[i].arrows == 1);
		if (rows[i].arrows == 1)
			CHECK_UINT(calls__msg(fx.c, call->first_msg)->flags &
					   (CALL_MSG_IN | CALL_MSG_OUT),
				   CALL_MSG_IN | CALL_MSG_OUT);
		CHECK_UINT(calls__msg(fx.c, call->first_msg)->ts_ns, 1000 * MS);
		fixture_call__verify(fx.c);
		fixture_call__done(&fx);
	}
}

/* Two copies sent, two received: each copy is an arrow, the first received one is the first sent
 * one. */
static void copies_keep_their_order(void)
{
	struct fixture_call fx;
	const struct call *call;
	call_msg_ref_t a, b;

	if (!fixture_call__init(&fx, NULL))
		return;
	fx.dir = MESSAGE_OUT;
	a = ASK(&fx, 1000, "A>B", "INVITE", 1, "a", NULL, NULL, NULL);
	fx.verdict = (struct call_verdict){true, true};
	b = ASK(&fx, 1500, "A>B", "INVITE", 1, "a", NULL, NULL, NULL);
	fx.verdict = (struct call_verdict){false, false};
	fx.dir = MESSAGE_IN;
	CHECK(ASK(&fx, 1600, "A>B", "INVITE", 1, "a", NULL, NULL, NULL) == a);
	fx.verdict = (struct call_verdict){true, true};
	CHECK(ASK(&fx, 1601, "A>B", "INVITE", 1, "a", NULL, NULL, NULL) == b);
	call = fixture_call__last(&fx);
	CHECK_UINT(call->msg_cnt, 2);
	CHECK_UINT(call->retransmits, 1);
	CHECK_UINT(call->self_inflicted, 1);
	fx.verdict = (struct call_verdict){false, false};
	REPLY(&fx, 1700, "B>A", 100, "INVITE", 1, "a", NULL, NULL, NULL);
	REPLY(&fx, 1800, "B>A", 200, "INVITE", 1, "a", "t", NULL, NULL);
	CHECK_UINT(call->retransmit_wait_ns, 500 * MS); /* 1500 - 1000, once */
	fixture_call__done(&fx);
}

static void the_middle_of_a_long_call_is_left_out(void)
{
	struct fixture_call fx;
	struct calls_opts o = fixture_call__opts(&fx);
	const struct call *call;
	uint64_t want[8] = {1000, 1001, 1002, 1003, 1096, 1097, 1098, 1099};
	unsigned int i = 0;

	o.max_call_messages = 8;
	if (!fixture_call__init(&fx, &o))
		return;
	for (unsigned int n = 0; n < 100; n++)
		ASK(&fx, 1000 + n, "A>B", n ? "INFO" : "INVITE", n + 1, "a", n ? "t" : NULL, NULL,
		    NULL);
	call = fixture_call__last(&fx);
	CHECK_UINT(call->msg_cnt, 8);
	CHECK_UINT(call->msgs_left_out, 92);
	CHECK_UINT(calls__counts(fx.c)->messages_left_out, 92);
	for (uint32_t at = call->first_msg; at && i < 8; at = calls__msg(fx.c, at)->next)
		CHECK_UINT(calls__msg(fx.c, at)->ts_ns, want[i++] * MS);
	CHECK_UINT(i, 8);
	fixture_call__verify(fx.c);
	fixture_call__done(&fx);
}

static void a_full_pool_of_messages_is_counted(void)
{
	struct fixture_call fx;
	struct calls_opts o = fixture_call__opts(&fx);

	o.max_messages = 3;
	if (!fixture_call__init(&fx, &o))
		return;
	for (unsigned int n = 0; n < 5; n++)
		ASK(&fx, 1000 + n, "A>B", n ? "INFO" : "INVITE", n + 1, "a", n ? "t" : NULL, NULL,
		    NULL);
	CHECK_UINT(fx.ref, 0);
	CHECK_UINT(fixture_call__last(&fx)->msg_cnt, 3);
	CHECK_UINT(calls__counts(fx.c)->messages_evicted, 2);
	CHECK_UINT(calls__counts(fx.c)->stray, 0);
	fixture_call__verify(fx.c);
	fixture_call__done(&fx);
}

/* First the longest idle one that is over, then the longest idle one. */
static void the_longest_idle_makes_room(void)
{
	struct fixture_call fx;
	struct calls_opts o = fixture_call__opts(&fx);
	char id[8];

	o.max_calls = 4;
	if (!fixture_call__init(&fx, &o))
		return;
	for (unsigned int n = 0; n < 4; n++) {
		snprintf(id, sizeof(id), "c%u", n);
		fx.call_id = id;
		ASK(&fx, 1000 + n, "A>B", "INVITE", 1, id, NULL, NULL, NULL);
	}
	fx.call_id = "c2";
	REPLY(&fx, 1010, "B>A", 486, "INVITE", 1, "c2", "t", NULL, NULL);
	fx.call_id = "c0";
	REPLY(&fx, 1020, "B>A", 180, "INVITE", 1, "c0", "t", NULL, NULL);
	fx.call_id = "c4";
	ASK(&fx, 1030, "A>B", "INVITE", 1, "c4", NULL, NULL, NULL);
	CHECK(!calls__find_text(fx.c, "c2"));
	CHECK_UINT(calls__counts(fx.c)->evicted_over, 1);
	fx.call_id = "c5";
	ASK(&fx, 1040, "A>B", "INVITE", 1, "c5", NULL, NULL, NULL);
	CHECK(!calls__find_text(fx.c, "c1"));
	CHECK(calls__find_text(fx.c, "c0") && calls__find_text(fx.c, "c3"));
	CHECK_UINT(calls__counts(fx.c)->evicted_open, 1);
	CHECK_UINT(calls__cnt(fx.c), 4);
	fixture_call__verify(fx.c);
	fixture_call__done(&fx);
}

static void handles_outlive_their_message(void)
{
	struct fixture_call fx;
	struct calls_opts o = fixture_call__opts(&fx);
	struct rx_leg rx = {.sock_ns = 5, .read_ns = 9};
	struct rec_task task = {.pid = 8, .tgid = 7, .cgroup_id = 3, .comm = "sipp"};
	call_msg_ref_t ref;
	uint8_t buf[4096];

	o.max_calls = 1;
	if (!fixture_call__init(&fx, &o))
		return;
	fx.dir = MESSAGE_IN;
	ref = ASK(&fx, 1000, "A>B", "INVITE", 1, "a", NULL, NULL, NULL);
	calls__settle(fx.c, ref, CALL_FATE_READ, &rx, NULL, &task);
	CHECK_UINT(calls__msg(fx.c, 1)->rx.read_ns, 9);
	CHECK_UINT(calls__msg(fx.c, 1)->pid, 7);
	CHECK_UINT(fixture_call__last(&fx)->cgroup_id, 3);
	CHECK_UINT(calls__payload(fx.c, calls__msg(fx.c, 1), buf, sizeof(buf)),
		   calls__msg(fx.c, 1)->len);
	CHECK_MEM(buf, "INVITE ", 7);
	fx.call_id = "other";
	CHECK(ASK(&fx, 1001, "A>B", "INVITE", 1, "b", NULL, NULL, NULL) != ref);
	calls__settle(fx.c, ref, CALL_FATE_DROPPED, NULL, NULL, NULL);
	calls__settle(fx.c, ref ^ 1, CALL_FATE_DROPPED, NULL, NULL, NULL);
	calls__settle(fx.c, UINT64_MAX, CALL_FATE_DROPPED, NULL, NULL, NULL);
	CHECK_UINT(calls__msg(fx.c, fixture_call__last(&fx)->first_msg)->flags & CALL_MSG_DROPPED,
		   0);
	calls__settle(fx.c, fx.ref, CALL_FATE_DROPPED, NULL, NULL, NULL);
	CHECK_UINT(calls__msg(fx.c, fixture_call__last(&fx)->first_msg)->flags & CALL_MSG_DROPPED,
		   CALL_MSG_DROPPED);
	fixture_call__done(&fx);
}

/* More INVITEs than the table holds, none answered: the limit stands, the oldest idle go, all are
 * counted. */
static void half_open_calls_stay_within_the_limit(void)
{
	enum { LIMIT = 2000, ALL = 200000 };
	struct fixture_call fx;
	struct calls_opts o = fixture_call__opts(&fx);
	char id[24];

	o.max_calls = LIMIT;
	o.max_messages = LIMIT * 4;
	if (!fixture_call__init(&fx, &o))
		return;
	for (unsigned int n = 0; n < ALL; n++) {
		snprintf(id, sizeof(id), "half-%u", n);
		fx.call_id = id;
		ASK(&fx, 1000 + n / 100, "A>B", "INVITE", 1, id, NULL, NULL, NULL);
	}
	CHECK_UINT(calls__cnt(fx.c), LIMIT);
	CHECK_UINT(calls__counts(fx.c)->opened, ALL);
	CHECK_UINT(calls__counts(fx.c)->evicted_open, ALL - LIMIT);
	CHECK_UINT(calls__next(fx.c, 0)->id, ALL - LIMIT + 1); /* the oldest went */
	CHECK_UINT(fx.c->made, LIMIT);
	CHECK(fx.c->msg_made <= LIMIT + 1);
	fixture_call__verify(fx.c);
	fixture_call__done(&fx);
}

/* A hundred thousand calls with one key: no call pays for the others. */
static void one_key_of_many_calls(void)
{
	enum { CALLS = 20000 };
	struct fixture_call fx;
	struct calls_opts o = fixture_call__opts(&fx);
	struct rec_flow flow = fixture_call__flow("A>B");
	struct message m = {.flow = &flow, .proto = PROTO_WS};
	struct call *call, *newest = NULL;
	unsigned int cnt = 0;
	uint64_t at = 0;

	o.max_calls = CALLS;
	if (!fixture_call__init(&fx, &o))
		return;
	for (unsigned int n = 0; n < CALLS; n++) {
		m.ts_ns = n + 1;
		newest = calls__open(fx.c, CALL_WEB, &m, "offer");
		CHECK(call_key__add(fx.c, newest, KEY_UFRAG, 42));
		CHECK(call_key__add(fx.c, newest, KEY_UFRAG, 42)); /* twice is once */
		CHECK(call_key__add(fx.c, newest, KEY_CONN, n));
	}
	CHECK_UINT(newest->id, CALLS);
	CHECK(call_key__find(fx.c, KEY_UFRAG, 42, &at) == newest);
	for (at = 0; (call = call_key__find(fx.c, KEY_UFRAG, 42, &at)); cnt++)
		CHECK_UINT(call->id, CALLS - cnt);
	CHECK_UINT(cnt, CALL_KEY_TRIES);
	at = 0;
	CHECK(!call_key__find(fx.c, KEY_FINGERPRINT, 42, &at)); /* another kind */
	/* Each way to leave the group: the newest, the oldest, one in between. */
	calls__forget(fx.c, newest);
	at = 0;
	CHECK_UINT(call_key__find(fx.c, KEY_UFRAG, 42, &at)->id, CALLS - 1);
	calls__forget(fx.c, &call_node__at(fx.c, fx.c->id_head - 1)->call);
	calls__forget(fx.c, (struct call *)calls__find(fx.c, CALLS - 2));
	at = 0;
	CHECK_UINT(call_key__find(fx.c, KEY_UFRAG, 42, &at)->id, CALLS - 1);
	CHECK_UINT(call_key__find(fx.c, KEY_UFRAG, 42, &at)->id, CALLS - 3);
	for (unsigned int n = 1; n < CALLS - 3; n++) {
		at = 0;
		call = call_key__find(fx.c, KEY_CONN, n, &at);
		if (!CHECK(call && call->id == n + 1))
			break;
	}
	while (fx.c->id_head)
		calls__forget(fx.c, &call_node__at(fx.c, fx.c->id_head - 1)->call);
	at = 0;
	CHECK(!call_key__find(fx.c, KEY_UFRAG, 42, &at));
	for (uint32_t i = 0; i <= fx.c->keys.mask; i++)
		CHECK_UINT(fx.c->keys.bucket[i], 0);
	fixture_call__done(&fx);
}

static void keys_of_a_call_are_bounded(void)
{
	struct fixture_call fx;
	struct rec_flow flow = fixture_call__flow("A>B");
	struct message m = {.flow = &flow, .ts_ns = 1};
	struct call *call;

	if (!fixture_call__init(&fx, NULL))
		return;
	call = calls__open(fx.c, CALL_ICE, &m, "Binding");
	for (unsigned int n = 0; n < CALL_KEYS_MAX + 3; n++)
		CHECK_UINT(call_key__add(fx.c, call, KEY_CANDIDATE, n), n < CALL_KEYS_MAX);
	CHECK_UINT(calls__counts(fx.c)->keys_evicted, 3);
	fixture_call__done(&fx);
}

static void calls_in_order_of_id(void)
{
	struct fixture_call fx;
	char id[8];
	uint64_t want = 5;

	if (!fixture_call__init(&fx, NULL))
		return;
	for (unsigned int n = 0; n < 5; n++) {
		snprintf(id, sizeof(id), "c%u", n);
		fx.call_id = id;
		ASK(&fx, 1000 + n, "A>B", "INVITE", 1, id, NULL, NULL, NULL);
	}
	for (const struct call *call = calls__prev(fx.c, UINT64_MAX); call;
	     call = calls__prev(fx.c, call->id))
		CHECK_UINT(call->id, want--);
	CHECK_UINT(want, 0);
	calls__forget(fx.c, (struct call *)calls__find(fx.c, 3));
	CHECK(!calls__find(fx.c, 3));
	CHECK_UINT(calls__next(fx.c, 3)->id, 4); /* after one that is gone */
	CHECK_UINT(calls__next(fx.c, 2)->id, 4);
	CHECK_UINT(calls__prev(fx.c, 3)->id, 2);
	CHECK(!calls__next(fx.c, 5));
	CHECK(!calls__prev(fx.c, 1));
	CHECK_UINT(calls__find_text(fx.c, "c3")->id, 4);
	fixture_call__done(&fx);
}

static void lives_without_memory(void)
{
	struct fixture_call fx;
	char id[8];

	if (!fixture_call__init(&fx, NULL))
		return;
	for (unsigned int n = 0; n < 3; n++) {
		snprintf(id, sizeof(id), "c%u", n);
		fx.call_id = id;
		ASK(&fx, 1000 + n, "A>B", "INVITE", 1, id, NULL, NULL, SDP_A);
		REPLY(&fx, 1001 + n, "B>A", 200, "INVITE", 1, id, "t", NULL, SDP_B);
	}
	fixture_call__verify(fx.c);
	fixture_call__done(&fx);
}

static void sizes_are_what_the_memory_plan_says(void)
{
	CHECK(sizeof(struct call_node) <= 1280);
	CHECK(sizeof(struct call_msg) <= 224);
	CHECK(sizeof(struct call_key) <= 32);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"two_sights_are_one_arrow", two_sights_are_one_arrow, TEST_PLAIN},
		{"copies_keep_their_order", copies_keep_their_order, TEST_PLAIN},
		{"the_middle_of_a_long_call_is_left_out", the_middle_of_a_long_call_is_left_out,
		 TEST_PLAIN},
		{"a_full_pool_of_messages_is_counted", a_full_pool_of_messages_is_counted,
		 TEST_PLAIN},
		{"the_longest_idle_makes_room", the_longest_idle_makes_room, TEST_PLAIN},
		{"handles_outlive_their_message", handles_outlive_their_message, TEST_PLAIN},
		{"half_open_calls_stay_within_the_limit", half_open_calls_stay_within_the_limit,
		 TEST_PLAIN},
		{"one_key_of_many_calls", one_key_of_many_calls, TEST_PLAIN},
		{"keys_of_a_call_are_bounded", keys_of_a_call_are_bounded, TEST_PLAIN},
		{"calls_in_order_of_id", calls_in_order_of_id, TEST_PLAIN},
		{"lives_without_memory", lives_without_memory, TEST_WALK},
		{"sizes_are_what_the_memory_plan_says", sizes_are_what_the_memory_plan_says,
		 TEST_PLAIN},
		{NULL, NULL, TEST_PLAIN},
	};

	return test__run(tests, argc, argv);
}
