/* SPDX-License-Identifier: BSD-2-Clause */
/* Transactions through a proxy on this host, and any order of events at all. */
#include "fixture_session.h"

static struct brief forwarded(uint64_t lo, uint64_t parent_lo)
{
	struct brief b = request_of(PROTO_SIP, "INVITE", lo);

	b.has_parent = true;
	b.parent_lo = parent_lo;
	return b;
}

/* Request in at 1000, out at 2000; the peer's reply in at 5000. */
static void forward(struct world *w, uint64_t in, uint64_t out, uint16_t code)
{
	struct brief request = request_of(PROTO_SIP, "INVITE", in), fwd = forwarded(out, in);
	struct brief reply = reply_of(PROTO_SIP, "INVITE", out, code);

	receive(w, &request, 1000);
	send_out(w, &fwd, 2000);
	receive(w, &reply, 5000);
}

static void the_peer_has_its_stage(void)
{
	struct brief ok = reply_of(PROTO_SIP, "INVITE", 1, 200);
	struct world w;

	if (!world_init(&w, 16))
		return;
	forward(&w, 1, 2, 200);
	CHECK_UINT(w.done_cnt, 1); /* the client side */
	CHECK(!w.is_proxied);
	CHECK_UINT(world_share(&w, "peer"), 2980);
	send_out(&w, &ok, 6000);
	CHECK_UINT(w.done_cnt, 2);
	CHECK(w.is_proxied);
	CHECK_UINT(path__total_ns(&w.path), 5020);
	CHECK_UINT(world_share(&w, "peer"), 2980);
	CHECK_UINT(world_share(&w, "app"), 970 + 970);
	CHECK_UINT(world_share(&w, "driver"), 20);
	CHECK_UINT(world_share(&w, "tx"), 20);
	check_in_flight(&w, 9000);
	world_done_free(&w);
}

/* Nobody saw the peer's answer: the wait for it is not called the application's. */
static void an_unseen_peer_is_not_the_application(void)
{
	struct brief request = request_of(PROTO_SIP, "INVITE", 1), fwd = forwarded(2, 1);
	struct brief ok = reply_of(PROTO_SIP, "INVITE", 1, 200);
	struct world w;

	if (!world_init(&w, 16))
		return;
	receive(&w, &request, 1000);
	send_out(&w, &fwd, 2000);
	send_out(&w, &ok, 6000);
	CHECK_UINT(w.done_cnt, 1);
	CHECK_UINT(world_share(&w, "app"), 0);
	CHECK_UINT(world_share(&w, "app+peer"), 4970);
	CHECK_UINT(path__total_ns(&w.path), 5020);
	world_done_free(&w);
}

static void the_proxys_own_final_has_no_peer(void)
{
	struct brief timeout = reply_of(PROTO_SIP, "INVITE", 1, 408);
	struct world w;

	if (!world_init(&w, 16))
		return;
	forward(&w, 1, 2, 486);
	send_out(&w, &timeout, 6000);
	CHECK_UINT(w.done_cnt, 2);
	CHECK(!w.is_proxied);
	CHECK_UINT(world_share(&w, "peer"), 0);
	CHECK_UINT(world_share(&w, "app"), 4970);
	world_done_free(&w);
}

/* Serial forking: the reply that was read last is the one passed on. */
static void the_last_branch_counts(void)
{
	struct brief fwd = forwarded(3, 1), busy = reply_of(PROTO_SIP, "INVITE", 3, 486);
	struct brief out = reply_of(PROTO_SIP, "INVITE", 1, 486);
	struct world w;

	if (!world_init(&w, 16))
		return;
	forward(&w, 1, 2, 486);
	send_out(&w, &fwd, 6000);
	receive(&w, &busy, 7000);
	send_out(&w, &out, 8000);
	CHECK(w.is_proxied);
	CHECK_UINT(world_share(&w, "peer"), 980);
	CHECK_UINT(world_share(&w, "app"), 4970 + 970);
	world_done_free(&w);
}

/* The parent is gone or answered already: nothing to attach to. */
static void late_forwards_stand_alone(void)
{
	struct brief request = request_of(PROTO_SIP, "INVITE", 1),
		     own = reply_of(PROTO_SIP, "INVITE", 1, 503);
	struct brief fwd = forwarded(2, 1), reply = reply_of(PROTO_SIP, "INVITE", 2, 503);
	struct brief again = forwarded(4, 99);
	struct world w;

	if (!world_init(&w, 16))
		return;
	receive(&w, &request, 1000);
	send_out(&w, &own, 1500);
	CHECK(!w.is_proxied);
	send_out(&w, &fwd, 2000);
	receive(&w, &reply, 3000);
	CHECK_UINT(w.txn.parent, 0);
	send_out(&w, &again, 4000);
	CHECK_UINT(w.done_cnt, 2);
	check_in_flight(&w, 9000);
	world_done_free(&w);
}

static void the_downstream_may_be_forgotten(void)
{
	struct brief ok = reply_of(PROTO_SIP, "INVITE", 1, 200);
	struct world w;

	if (!world_init(&w, 16))
		return;
	forward(&w, 1, 2, 200);
	session__tick(w.session, 20 * SEC);
	send_out(&w, &ok, 20 * SEC);
	CHECK_UINT(w.done_cnt, 2);
	check_in_flight(&w, 21 * SEC);
	world_done_free(&w);
}

/* One event; `parts` are messages under way. */
static void random_event(struct world *w, uint64_t r, uint64_t now, struct session_part *part)
{
	static const char *const methods[] = {"INVITE", "BYE", "Binding"};
	uint64_t lo = r >> 8 & 31;
	uint8_t proto = lo & 1 ? PROTO_SIP : PROTO_STUN;
	struct brief request = request_of(proto, methods[lo % 3], lo);
	struct brief reply = reply_of(proto, methods[lo % 3], lo, r >> 16 & 3 ? 200 : 180);
	struct rx_leg leg = rx_at(now);

	request.has_parent = r >> 20 & 1;
	request.parent_lo = r >> 21 & 31;
	switch (r & 7) {
	case 0:
		*part = arrive(w, &request, now);
		break;
	case 1:
		*part = arrive(w, &reply, now);
		break;
	case 2:
		session__lose(w->session, part);
		break;
	case 3:
	case 4:
		session__read(w->session, part, &leg, NULL, now);
		break;
	case 5:
		send_out(w, &request, now);
		break;
	case 6:
		send_out(w, &reply, now);
		break;
	default:
		session__tick(w->session, r >> 28 & 3 ? now : now - SEC);
		break;
	}
}

static void any_order_keeps_in_flight(void)
{
	static const unsigned int sizes[] = {1, 7, 64};

	for (unsigned int i = 0; i < 3; i++) {
		struct session_part parts[8] = {{0}};
		uint64_t seed = i + 1, now = 1000 * SEC;
		struct world w;

		if (!world_init(&w, sizes[i]))
			return;
		for (unsigned int n = 0; n < 40000; n++) {
			uint64_t r = test__random(&seed);

			now += r >> 40 & 63 ? 1000 + (r >> 48) : 11 * SEC;
			random_event(&w, r, now, &parts[r >> 32 & 7]);
			CHECK_CASE("%u transactions, event %u", sizes[i], n);
			check_in_flight(&w, now + 100);
		}
		CHECK(w.done_cnt > sizes[i]);
		session__tick(w.session, now + 1000 * SEC);
		CHECK_UINT(session__in_flight(w.session), 0);
		check_in_flight(&w, now + 1000 * SEC);
		world_done_free(&w);
	}
}

static void runs_short_of_memory(void)
{
	struct brief ok = reply_of(PROTO_SIP, "INVITE", 1, 200);
	struct world w;

	if (!world_init(&w, 16))
		return;
	forward(&w, 1, 2, 200);
	send_out(&w, &ok, 6000);
	CHECK(w.done_cnt == 2 || test__injected());
	check_in_flight(&w, 9000);
	world_done_free(&w);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"the_peer_has_its_stage", the_peer_has_its_stage, TEST_PLAIN},
		{"an_unseen_peer_is_not_the_application", an_unseen_peer_is_not_the_application,
		 TEST_PLAIN},
		{"the_proxys_own_final_has_no_peer", the_proxys_own_final_has_no_peer, TEST_PLAIN},
		{"the_last_branch_counts", the_last_branch_counts, TEST_PLAIN},
		{"late_forwards_stand_alone", late_forwards_stand_alone, TEST_PLAIN},
		{"the_downstream_may_be_forgotten", the_downstream_may_be_forgotten, TEST_PLAIN},
		{"any_order_keeps_in_flight", any_order_keeps_in_flight, TEST_PLAIN},
		{"runs_short_of_memory", runs_short_of_memory, TEST_WALK},
		{},
	};

	return test__run(tests, argc, argv);
}
