/* SPDX-License-Identifier: BSD-2-Clause */
#include "waterfall.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "calls_impl.h"
#include "fixture_call.h"
#include "ice.h"
#include "test.h"

/* One arrow between ends A, B...; instants in us, 0 not known. */
struct arrow {
	const char *path;
	uint32_t legs; /* CALL_MSG_IN | CALL_MSG_OUT */
	const char *method;
	bool is_request;
	uint16_t code;
	uint64_t ts;
	uint64_t rx[4]; /* nic stack sock read */
	uint64_t tx[3]; /* send queue xmit */
	uint64_t key, parent;
	uint32_t flags;
};

static struct call_msg *draw(struct calls *c, struct call *call, const struct arrow *a)
{
	struct rec_flow flow = fixture_call__flow(a->path);
	struct message m = {.flow = &flow,
			    .proto = PROTO_SIP,
			    .dir = a->legs & CALL_MSG_OUT  ? MESSAGE_OUT
				   : a->legs & CALL_MSG_IN ? MESSAGE_IN
							   : MESSAGE_WIRE,
			    .p = (const uint8_t *)"x",
			    .len = 1,
			    .msg_len = 1,
			    .hash = call_key__mix(a->ts, a->key),
			    .ts_ns = a->ts * 1000};
	struct facts *f = calloc(1, sizeof(*f));
	struct call_msg *msg = NULL;
	bool is_second;

	if (f) {
		f->brief.method = a->method;
		f->brief.is_request = a->is_request;
		f->brief.code = a->code;
		f->brief.key.lo = a->key;
		f->brief.parent_lo = a->parent;
		f->brief.has_parent = a->parent != 0;
		f->has_txn = true;
		msg = calls__ladder(c, call, &m, f, NULL, a->flags, &is_second);
	}
	free(f);
	if (!msg)
		return NULL;
	msg->flags |= a->legs;
	if (a->legs & CALL_MSG_IN)
		msg->rx = (struct rx_leg){.nic_ns = a->rx[0] * 1000,
					  .stack_ns = a->rx[1] * 1000,
					  .sock_ns = a->rx[2] * 1000,
					  .read_ns = a->rx[3] * 1000};
	if (a->legs & CALL_MSG_OUT)
		msg->tx = (struct tx_leg){a->tx[0] * 1000, a->tx[1] * 1000, a->tx[2] * 1000};
	return msg;
}

static struct call *begin(struct fixture_call *fx, enum call_kind kind, uint64_t us)
{
	struct rec_flow flow = fixture_call__flow("A>B");
	struct message m = {.flow = &flow, .ts_ns = us * 1000};

	return fixture_call__init(fx, NULL) ? calls__open(fx->c, kind, &m, "INVITE") : NULL;
}

/* What has to hold of every waterfall. */
static void check_sums(const struct waterfall *w)
{
	uint64_t at = w->start_ns, owners = 0, stages = 0, chain = 0;

	for (unsigned int i = 0; i < w->part_cnt; i++) {
		CHECK_UINT(w->part[i].from_ns, at);
		CHECK(w->part[i].to_ns > w->part[i].from_ns);
		CHECK((w->part[i].owner == OWNER_HOST) == (w->part[i].stage != 0));
		at = w->part[i].to_ns;
	}
	CHECK_UINT(at, w->end_ns);
	for (unsigned int i = 0; i < OWNER_CNT; i++)
		owners += w->owner_ns[i];
	CHECK_UINT(owners, w->end_ns - w->start_ns);
	for (unsigned int i = 0; i < w->stage_cnt; i++)
		stages += w->stage[i].ns;
	CHECK_UINT(stages, w->owner_ns[OWNER_HOST]);
	for (unsigned int i = 0; i < WATERFALL_PHASE_CNT; i++) {
		uint64_t sum = 0;

		for (unsigned int k = 0; k < OWNER_CNT; k++)
			sum += w->phase[i].owner_ns[k];
		CHECK_UINT(sum, w->phase[i].critical_ns);
		if (i != WATERFALL_TRYING && i != WATERFALL_RINGING)
			chain += sum;
	}
	CHECK_UINT(chain, w->end_ns - w->start_ns);
	CHECK(w->human_ns <= w->owner_ns[OWNER_UNATTRIBUTED]);
}

#define IN  CALL_MSG_IN
#define OUT CALL_MSG_OUT

/* A server answers: 100 us in its stages, 1000 in the application, 50 to the driver; the ACK and
 * the first media packet come from the peer. */
static void a_server_is_taken_apart(void)
{
	static const struct arrow arrows[] = {
		{"A>B", IN, "INVITE", true, 0, 1000, .rx = {1000, 1010, 1040, 1100}, .key = 7},
		{"B>A", OUT, "INVITE", false, 200, 2100, .tx = {2100, 2120, 2150}, .key = 7},
		{"A>B", IN, "ACK", true, 0, 5000, .rx = {5000, 0, 5030, 5100}, .key = 8},
		{"A>B", IN, "RTP", false, 0, 9000, .flags = CALL_MSG_MEDIA},
	};
	struct fixture_call fx;
	struct waterfall w;
	struct call *call = begin(&fx, CALL_INVITE, 1000);
	const struct call_msg *m;
	struct path path;

	if (!call)
		goto out;
	for (unsigned int i = 0; i < sizeof(arrows) / sizeof(arrows[0]); i++)
		if (!draw(fx.c, call, &arrows[i]))
			goto out;
	call->at[CALL_AT_OFFER] = 1000000;
	call->at[CALL_AT_ANSWER] = call->at[CALL_AT_FINAL] = 2100000;
	call->at[CALL_AT_ACK] = 5000000;
	call->at[CALL_AT_MEDIA] = 9000000;
	CHECK_INT(waterfall__build(fx.c, call, &w), 0);
	check_sums(&w);
	CHECK(w.is_complete);
	CHECK_UINT(w.phase[WATERFALL_SIGNALING].critical_ns, 1100000);
	CHECK_UINT(w.phase[WATERFALL_MEDIA].critical_ns, 6900000);
	/* 100 + 1000 + 50 and 100 of the ACK */
	CHECK_UINT(w.owner_ns[OWNER_HOST], 1250000);
	CHECK_UINT(w.owner_ns[OWNER_PEER_NETWORK], 2850000 + 3900000);
	CHECK_UINT(w.phase[WATERFALL_SIGNALING].owner_ns[OWNER_HOST], 1100000);
	m = calls__msg(fx.c, call->first_msg);
	CHECK_UINT(waterfall__host_wait(fx.c, call, m, &path), 100000);
	m = calls__msg(fx.c, m->next);
	CHECK_UINT(waterfall__host_wait(fx.c, call, m, &path), 1050000);
	CHECK_UINT(path.share[0].mask, STAGE_APP);
out:
	fixture_call__done(&fx);
}

/* What rings is a human; forwarding the 180 and the 200 is the host's work. */
static void ringing_is_nobodys(void)
{
	static const struct arrow arrows[] = {
		{"A>B", IN, "INVITE", true, 0, 1000, .rx = {1000, 0, 0, 1100}, .key = 7},
		{"B>C", OUT, "INVITE", true, 0, 1300, .tx = {1300, 0, 1350}, .key = 9, .parent = 7},
		{"C>B", IN, "INVITE", false, 180, 5000, .rx = {5000, 0, 0, 5100}, .key = 9},
		{"B>A", OUT, "INVITE", false, 180, 5200, .tx = {5200, 0, 5250}, .key = 7},
		{"C>B", IN, "INVITE", false, 200, 900000, .rx = {900000, 0, 0, 900100}, .key = 9},
		{"B>A", OUT, "INVITE", false, 200, 900400, .tx = {900400, 0, 900450}, .key = 7},
		{"A>C", 0, "RTP", false, 0, 901000, .flags = CALL_MSG_MEDIA},
	};
	struct fixture_call fx;
	struct waterfall w;
	struct call *call = begin(&fx, CALL_INVITE, 1000);
	const struct call_msg *m;
	struct path path;

	if (!call)
		goto out;
	for (unsigned int i = 0; i < sizeof(arrows) / sizeof(arrows[0]); i++)
		if (!draw(fx.c, call, &arrows[i]))
			goto out;
	call->at[CALL_AT_OFFER] = 1000000;
	call->at[CALL_AT_RINGING] = 5000000;
	call->at[CALL_AT_ANSWER] = call->at[CALL_AT_FINAL] = 900000000;
	call->at[CALL_AT_MEDIA] = 901000000;
	CHECK_INT(waterfall__build(fx.c, call, &w), 0);
	check_sums(&w);
	CHECK_UINT(w.human_ns, 900000000 - 5250000);
	/* 100 + 200 + 50, 100 + 100 + 50, 100 + 300 + 50 */
	CHECK_UINT(w.owner_ns[OWNER_HOST], 1050000);
	CHECK_UINT(w.owner_ns[OWNER_PEER_NETWORK], 3650000);
	CHECK_UINT(w.phase[WATERFALL_RINGING].critical_ns, 4000000);
	for (m = calls__msg(fx.c, call->first_msg); m && m->code != 200;
	     m = calls__msg(fx.c, m->next))
		;
	m = m ? calls__msg(fx.c, m->next) : NULL;
	if (CHECK(m))
		CHECK_UINT(waterfall__host_wait(fx.c, call, m, &path), 350000);
out:
	fixture_call__done(&fx);
}

/* The shortest round trip is the network's, the rest the peer's. */
static void a_round_trip_divides_peer_and_network(void)
{
	static const struct arrow arrows[] = {
		{"A>B", OUT, "INVITE", true, 0, 1000, .tx = {1000, 0, 1100}, .key = 7},
		{"B>A", IN, "INVITE", false, 200, 4100, .rx = {4100, 0, 0, 4200}, .key = 7},
	};
	struct fixture_call fx;
	struct waterfall w;
	struct call *call = begin(&fx, CALL_INVITE, 1000);
	struct rec_flow flow = fixture_call__flow("A>B");
	struct message m = {.flow = &flow};
	struct call_ice *ice;
	struct ice_pair *pair;

	if (!call || !draw(fx.c, call, &arrows[0]) || !draw(fx.c, call, &arrows[1]))
		goto out;
	ice = ice__of(fx.c, call);
	if (!ice)
		goto out;
	pair = ice__pair(ice, &m);
	if (!pair)
		goto out;
	pair->rtt_min_ns = 800000;
	call->at[CALL_AT_FINAL] = 4100000;
	CHECK_INT(waterfall__build(fx.c, call, &w), 0);
	check_sums(&w);
	CHECK(!w.is_complete);
	CHECK_UINT(w.owner_ns[OWNER_NETWORK], 800000);
	CHECK_UINT(w.owner_ns[OWNER_PEER], 2200000);
	CHECK_UINT(w.owner_ns[OWNER_HOST], 100000);
out:
	fixture_call__done(&fx);
}

static void between_two_local_sockets_is_network(void)
{
	static const struct arrow arrows[] = {
		{"A>B", IN | OUT, "INVITE", true, 0, 1000, .tx = {1000, 0, 1100},
		 .rx = {1150, 0, 0, 1200}, .key = 7},
		{"B>A", IN | OUT, "INVITE", false, 200, 3000, .tx = {3000, 0, 3100},
		 .rx = {3150, 0, 0, 3200}, .key = 7},
	};
	struct fixture_call fx;
	struct waterfall w;
	struct call *call = begin(&fx, CALL_INVITE, 1000);

	if (!call || !draw(fx.c, call, &arrows[0]) || !draw(fx.c, call, &arrows[1]))
		goto out;
	call->at[CALL_AT_FINAL] = 3000000;
	CHECK_INT(waterfall__build(fx.c, call, &w), 0);
	check_sums(&w);
	CHECK_UINT(w.owner_ns[OWNER_NETWORK], 50000);
	CHECK_UINT(w.owner_ns[OWNER_HOST], 1950000);
out:
	fixture_call__done(&fx);
}

static void a_capture_attributes_nothing(void)
{
	static const struct arrow arrows[] = {
		{"A>B", 0, "INVITE", true, 0, 1000, .key = 7},
		{"B>A", 0, "INVITE", false, 200, 3000, .key = 7},
	};
	struct fixture_call fx;
	struct waterfall w;
	struct call *call = begin(&fx, CALL_INVITE, 1000);

	if (!call || !draw(fx.c, call, &arrows[0]) || !draw(fx.c, call, &arrows[1]))
		goto out;
	CHECK_INT(waterfall__build(fx.c, call, &w), -ENODATA);
	call->at[CALL_AT_FINAL] = 3000000;
	CHECK_INT(waterfall__build(fx.c, call, &w), 0);
	check_sums(&w);
	CHECK_UINT(w.owner_ns[OWNER_UNATTRIBUTED], 2000000);
	call->at[CALL_AT_HELLO] = 2000000;
	call->at[CALL_AT_HANDSHAKE] = 1500000;
	CHECK_INT(waterfall__build(fx.c, call, &w), 0);
	CHECK(w.is_invalid);
	CHECK_UINT(w.part_cnt, 0);
out:
	fixture_call__done(&fx);
}

static void random_arrow(uint64_t *r, struct call_msg *m, uint64_t base, uint64_t span)
{
	static const char *const method[] = {"INVITE", "ACK", "Binding", "RTP", "ClientHello"};
	uint64_t at = base + test__random(r) % span;
	uint64_t *rx[] = {&m->rx.nic_ns, &m->rx.stack_ns, &m->rx.sock_ns, &m->rx.read_ns};
	uint64_t *tx[] = {&m->tx.send_ns, &m->tx.queue_ns, &m->tx.xmit_ns};
	bool is_sane = test__random(r) % 8;

	m->ts_ns = at;
	m->flags = (uint32_t)test__random(r) & 0xfff;
	m->method = method[test__random(r) % 5];
	m->proto = test__random(r) % 2 ? PROTO_SIP : PROTO_STUN;
	m->code = (uint16_t)(test__random(r) % 3 * 100);
	m->rx = (struct rx_leg){0};
	m->tx = (struct tx_leg){0};
	for (unsigned int i = 0; i < 3; i++, at += test__random(r) % 2000)
		if (test__random(r) % 4)
			*tx[i] = is_sane ? at : base + test__random(r) % span;
	for (unsigned int i = 0; i < 4; i++, at += test__random(r) % 2000)
		if (test__random(r) % 4)
			*rx[i] = is_sane ? at : base + test__random(r) % span;
}

/* Whatever is missing or out of order: the parts are a partition, all sums agree. */
static void every_partition_is_exact(void)
{
	static const struct arrow any = {"A>B", 0, "INVITE", true, 0, 1, .key = 7};
	static const struct arrow back = {"B>A", 0, "INVITE", false, 200, 2, .key = 7};
	struct fixture_call fx;
	struct call *call = begin(&fx, CALL_INVITE, 1000);
	struct waterfall *w = malloc(sizeof(*w));
	uint64_t r = 4711;
	unsigned int built = 0, invalid = 0;

	if (!call || !CHECK(w))
		goto out;
	for (unsigned int i = 0; i < 60; i++)
		draw(fx.c, call, i % 2 ? &back : &any);
	for (unsigned int run = 0; run < 20000; run++) {
		uint64_t base = 1000000 + test__random(&r) % 1000,
			 span = 1 + test__random(&r) % 100000;
		struct call_msg *m = call_msg__at(fx.c, call->first_msg - 1);
		int rc;

		for (; m; m = m->next ? call_msg__at(fx.c, m->next - 1) : NULL)
			random_arrow(&r, m, base, span);
		for (unsigned int i = 0; i < CALL_INSTANT_CNT; i++)
			call->at[i] = test__random(&r) % 3 ? base + test__random(&r) % span : 0;
		call->at[CALL_AT_START] = base;
		call->kind = (uint8_t)(test__random(&r) % CALL_KIND_CNT);
		rc = waterfall__build(fx.c, call, w);
		CHECK(rc == 0 || rc == -ENODATA);
		invalid += !rc && w->is_invalid;
		if (rc || w->is_invalid)
			continue;
		built++;
		CHECK_CASE("run %u", run);
		check_sums(w);
	}
	CHECK(built > 3000 && invalid > 3000);
out:
	free(w);
	fixture_call__done(&fx);
}

/* More parts than fit: the rest is nobody's, the sums hold. */
static void too_many_parts_are_nobodys(void)
{
	struct fixture_call fx;
	struct calls_opts o = fixture_call__opts(&fx);
	struct rec_flow flow = fixture_call__flow("A>B");
	struct message m = {.flow = &flow, .ts_ns = 1000};
	struct call *call = NULL;
	struct waterfall w;

	o.max_call_messages = 1000;
	if (fixture_call__init(&fx, &o))
		call = calls__open(fx.c, CALL_WEB, &m, "offer");
	if (!call)
		goto out;
	for (uint64_t i = 0; i < 500; i++) {
		struct arrow a = {i % 2 ? "B>A" : "A>B",
				  i % 2 ? OUT : IN,
				  "INVITE",
				  !(i % 2),
				  0,
				  1 + i * 10,
				  .rx = {1 + i * 10, 0, 0, 3 + i * 10},
				  .tx = {1 + i * 10, 0, 3 + i * 10},
				  .key = i + 1};

		draw(fx.c, call, &a);
	}
	call->at[CALL_AT_START] = 1000;
	call->at[CALL_AT_MEDIA] = 5000000;
	CHECK_INT(waterfall__build(fx.c, call, &w), 0);
	CHECK_UINT(w.part_cnt, WATERFALL_PARTS_MAX);
	check_sums(&w);
out:
	fixture_call__done(&fx);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"a_server_is_taken_apart", a_server_is_taken_apart, TEST_WALK},
		{"ringing_is_nobodys", ringing_is_nobodys, TEST_PLAIN},
		{"a_round_trip_divides_peer_and_network", a_round_trip_divides_peer_and_network,
		 TEST_WALK},
		{"between_two_local_sockets_is_network", between_two_local_sockets_is_network,
		 TEST_PLAIN},
		{"a_capture_attributes_nothing", a_capture_attributes_nothing, TEST_PLAIN},
		{"every_partition_is_exact", every_partition_is_exact, TEST_PLAIN},
		{"too_many_parts_are_nobodys", too_many_parts_are_nobodys, TEST_PLAIN},
		{0},
	};

	return test__run(tests, argc, argv);
}
