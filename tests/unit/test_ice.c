/* SPDX-License-Identifier: BSD-2-Clause */
#include "ice.h"

#include <stdlib.h>
#include <string.h>

#include "fixture_call.h"
#include "fixture_message.h"
#include "test.h"
#include "tie.h"

#define REQUEST	       0x0001
#define SUCCESS	       0x0101
#define ERROR	       0x0111
#define ALLOCATE       0x0003
#define ALLOCATE_OK    0x0103
#define ALLOCATE_ERROR 0x0113
#define REFRESH	       0x0004
#define REFRESH_OK     0x0104

struct check {
	const char *path;
	uint16_t type;
	uint64_t txid;
	const char *username; /* NULL none */
	bool nominates, is_controlling;
	unsigned int code;
	int lifetime_s; /* -1 none */
};

static uint32_t attribute(uint8_t *p, uint16_t type, const void *value, uint32_t len)
{
	memset(p, 0, 4 + (len + 3) / 4 * 4);
	p[0] = (uint8_t)(type >> 8);
	p[1] = (uint8_t)type;
	p[2] = (uint8_t)(len >> 8);
	p[3] = (uint8_t)len;
	if (len)
		memcpy(p + 4, value, len);
	return 4 + (len + 3) / 4 * 4;
}

static void say(struct fixture_call *fx, uint64_t ms, const struct check *k)
{
	static const uint8_t tie[8] = {1};
	uint8_t buf[1024];
	struct rec_flow flow = fixture_call__flow(k->path);
	uint32_t len = stun_bytes(buf, k->type, k->txid, k->code);
	uint8_t life[4] = {0, 0, (uint8_t)(k->lifetime_s >> 8), (uint8_t)k->lifetime_s};
	struct message m = {.flow = &flow,
			    .proto = PROTO_STUN,
			    .dir = (uint8_t)fx->dir,
			    .p = buf,
			    .ts_ns = ms * MS};
	struct facts *f = malloc(sizeof(*f));

	if (k->username)
		len += attribute(buf + len, 0x0006, k->username, (uint32_t)strlen(k->username));
	if (k->is_controlling)
		len += attribute(buf + len, 0x802a, tie, 8);
	if (k->nominates)
		len += attribute(buf + len, 0x0025, NULL, 0);
	if (k->lifetime_s >= 0 && k->type & 0x0e)
		len += attribute(buf + len, 0x000d, life, 4);
	buf[2] = (uint8_t)((len - 20) >> 8);
	buf[3] = (uint8_t)(len - 20);
	m.len = m.msg_len = len;
	m.hash = call_key__bytes(1, buf, len);
	if (f && CHECK_INT(facts__parse(&m, fx->offer_buf, f), 0))
		fx->ref = calls__add(fx->c, &m, f, NULL);
	free(f);
}

static void ask(struct fixture_call *fx, uint64_t ms, const char *path, uint64_t txid,
		const char *username)
{
	say(fx, ms, &(struct check){path, REQUEST, txid, username, false, true, 0, -1});
}

static void answer(struct fixture_call *fx, uint64_t ms, const char *path, uint64_t txid,
		   unsigned int code)
{
	say(fx, ms,
	    &(struct check){path, code ? ERROR : SUCCESS, txid, NULL, false, false, code, -1});
}

static void checks_become_a_pair(void)
{
	struct fixture_call fx;
	const struct call *call;
	const struct call_ice *ice;

	if (!fixture_call__init(&fx, NULL))
		goto out;
	ask(&fx, 100, "A>B", 1, "bbbb:aaaa");
	ask(&fx, 600, "A>B", 1, "bbbb:aaaa"); /* RTO */
	answer(&fx, 620, "B>A", 1, 0);
	call = fixture_call__last(&fx); /* which copy was answered is not known: no round trip */
	if (call && call->ice && !test__injected())
		CHECK_UINT(call->ice->pair[0].rtt_min_ns, 0);
	ask(&fx, 700, "B>A", 2, "aaaa:bbbb"); /* the same session from the other end */
	answer(&fx, 730, "A>B", 2, 0);
	say(&fx, 800, &(struct check){"A>B", REQUEST, 3, "bbbb:aaaa", true, true, 0, -1});
	answer(&fx, 815, "B>A", 3, 0);
	call = fixture_call__last(&fx);
	if (test__injected() || !CHECK(call))
		goto out;
	CHECK_UINT(calls__cnt(fx.c), 1);
	CHECK_INT(call->kind, CALL_ICE);
	CHECK_STR(call->call_id, "bbbb:aaaa");
	CHECK_INT(call->state, CALL_STATE_ANSWERED);
	CHECK_UINT(call->at[CALL_AT_CHECK], 100 * MS);
	CHECK_UINT(call->at[CALL_AT_CONNECTED], 620 * MS);
	CHECK_UINT(call->at[CALL_AT_NOMINATED], 815 * MS);
	CHECK_UINT(call->msg_cnt, 7);
	ice = call->ice;
	if (!CHECK(ice))
		goto out;
	CHECK_UINT(ice->checks, 3);
	CHECK_UINT(ice->answered, 3);
	CHECK_UINT(ice->retransmits, 1);
	CHECK_UINT(ice->rto_wait_ns, 500 * MS);
	CHECK_UINT(ice->pair_cnt, 1);
	CHECK_UINT(ice->pair[0].rtt_min_ns, 15 * MS); /* not of the copied one */
	CHECK_INT(ice->pair[0].state, ICE_PAIR_NOMINATED);
	CHECK_UINT(ice->nominated, 1);
	CHECK(ice->has_controlling);
	CHECK_UINT(ice__rtt_ns(call, fixture_call__flow("A>B").daddr, 5060), 15 * MS);
out:
	fixture_call__done(&fx);
}

static void who_fails_and_who_disagrees(void)
{
	struct fixture_call fx;
	const struct call_ice *ice;

	if (!fixture_call__init(&fx, NULL))
		goto out;
	ask(&fx, 100, "A>B", 1, "b:a");
	answer(&fx, 110, "B>A", 1, 487);
	ask(&fx, 120, "A>C", 2, "b:a");
	answer(&fx, 130, "C>A", 2, 400);
	answer(&fx, 130, "C>A", 99, 0); /* nobody asked */
	if (!CHECK(fixture_call__last(&fx)))
		goto out;
	ice = fixture_call__last(&fx)->ice;
	CHECK_UINT(ice->conflicts, 1);
	CHECK_UINT(ice->failed, 1);
	CHECK_UINT(ice->pair_cnt, 2);
	CHECK_INT(ice->pair[1].state, ICE_PAIR_FAILED);
	CHECK_UINT(ice->pair[1].code, 400);
	CHECK_UINT(calls__counts(fx.c)->stray, 1);
	/* no success: RFC 8445 14.3 */
	calls__tick(fx.c, 60 * SEC);
	CHECK_INT(fixture_call__last(&fx)->state, CALL_STATE_TIMEOUT);
out:
	fixture_call__done(&fx);
}

/* RFC 7675: 30 s without an answer. */
static void consent_expires_once(void)
{
	struct fixture_call fx;

	if (!fixture_call__init(&fx, NULL))
		goto out;
	say(&fx, 100, &(struct check){"A>B", REQUEST, 1, "b:a", true, true, 0, -1});
	answer(&fx, 110, "B>A", 1, 0);
	for (uint64_t i = 0; i < 12; i++)
		ask(&fx, 5000 + i * 5000, "A>B", 10 + i, "b:a");
	CHECK_UINT(calls__counts(fx.c)->consent_lost, 1);
	answer(&fx, 60100, "B>A", 21, 0);
	ask(&fx, 65000, "A>B", 30, "b:a");
	CHECK_UINT(calls__counts(fx.c)->consent_lost, 1);
	ask(&fx, 95000, "A>B", 31, "b:a");
	CHECK_UINT(calls__counts(fx.c)->consent_lost, 2);
out:
	fixture_call__done(&fx);
}

/* A check between two sockets of one host is seen leaving and arriving: one check, one arrow. */
static void both_ends_are_one_check(void)
{
	struct fixture_call fx;
	const struct call *call;

	if (!fixture_call__init(&fx, NULL))
		goto out;
	fx.dir = MESSAGE_OUT;
	ask(&fx, 100, "A>B", 1, "b:a");
	fx.dir = MESSAGE_IN;
	ask(&fx, 101, "A>B", 1, "b:a");
	fx.dir = MESSAGE_OUT;
	answer(&fx, 103, "B>A", 1, 0);
	fx.dir = MESSAGE_IN;
	answer(&fx, 104, "B>A", 1, 0);
	call = fixture_call__last(&fx);
	if (!CHECK(call))
		goto out;
	CHECK_UINT(call->msg_cnt, 2);
	CHECK_UINT(call->ice->checks, 1);
	CHECK_UINT(call->ice->answered, 1);
	CHECK_UINT(call->ice->retransmits, 0);
	CHECK(call->ice->is_controlling_local);
out:
	fixture_call__done(&fx);
}

static void binding_without_username_is_no_call(void)
{
	struct fixture_call fx;

	if (!fixture_call__init(&fx, NULL))
		goto out;
	ask(&fx, 100, "A>B", 1, NULL);
	answer(&fx, 110, "B>A", 1, 0);
	ask(&fx, 120, "A>B", 2, "nocolon");
	ask(&fx, 120, "A>B", 3, ":x");
	ask(&fx, 120, "A>B", 4, "x:");
	CHECK_UINT(calls__cnt(fx.c), 0);
	CHECK_UINT(calls__counts(fx.c)->stray, 5);
out:
	fixture_call__done(&fx);
}

static void an_allocation_lives_and_ends(void)
{
	struct fixture_call fx;
	const struct call *call;

	if (!fixture_call__init(&fx, NULL))
		goto out;
	say(&fx, 100, &(struct check){"A>B", ALLOCATE, 1, NULL, false, false, 0, -1});
	say(&fx, 110, &(struct check){"B>A", ALLOCATE_ERROR, 1, NULL, false, false, 401, -1});
	call = fixture_call__last(&fx);
	if (!CHECK(call))
		goto out;
	CHECK_INT(call->kind, CALL_TURN);
	CHECK_INT(call->state, CALL_STATE_TRYING);
	say(&fx, 120, &(struct check){"A>B", ALLOCATE, 2, NULL, false, false, 0, -1});
	say(&fx, 130, &(struct check){"B>A", ALLOCATE_OK, 2, NULL, false, false, 0, 600});
	CHECK_INT(call->state, CALL_STATE_ACTIVE);
	CHECK_UINT(call->ice->lifetime_s, 600);
	CHECK_UINT(call->ice->failed, 0);
	CHECK_UINT(call->at[CALL_AT_FINAL], 130 * MS);
	say(&fx, 300000, &(struct check){"A>B", REFRESH, 3, NULL, false, false, 0, 600});
	say(&fx, 300010, &(struct check){"B>A", REFRESH_OK, 3, NULL, false, false, 0, 600});
	calls__tick(fx.c, 700 * SEC);
	CHECK_INT(call->state, CALL_STATE_ACTIVE); /* refreshed */
	say(&fx, 700100, &(struct check){"A>B", REFRESH, 4, NULL, false, false, 0, 0});
	say(&fx, 700110, &(struct check){"B>A", REFRESH_OK, 4, NULL, false, false, 0, 0});
	CHECK_INT(call->state, CALL_STATE_ENDED);
	CHECK_UINT(calls__counts(fx.c)->opened, 1);
	/* another one, refused */
	say(&fx, 800000, &(struct check){"A>B", ALLOCATE, 5, NULL, false, false, 0, -1});
	say(&fx, 800010, &(struct check){"B>A", ALLOCATE_ERROR, 5, NULL, false, false, 486, -1});
	CHECK_INT(fixture_call__last(&fx)->state, CALL_STATE_FAILED);
	CHECK_UINT(fixture_call__last(&fx)->code, 486);
out:
	fixture_call__done(&fx);
}

/* A flood of ufrags and of addresses: bounded by the tables. */
static void floods_are_bounded(void)
{
	struct fixture_call fx;
	char name[600];

	if (!fixture_call__init(&fx, NULL))
		goto out;
	for (uint64_t i = 0; i < 3000; i++) {
		snprintf(name, sizeof(name), "f%llu:g%llu", (unsigned long long)i,
			 (unsigned long long)i);
		ask(&fx, 100 + i, "A>B", 100 + i, name);
	}
	CHECK_UINT(calls__cnt(fx.c), 64);
	fixture_call__verify(fx.c);
	for (uint64_t i = 0; i < 3000; i++) {
		char path[4] = {'A', '>', (char)('B' + i % 60), 0};

		ask(&fx, 4000 + i, path, 10000 + i, "same:pair");
		answer(&fx, 4000 + i, (char[]){path[2], '>', 'A', 0}, 10000 + i, 0);
	}
	CHECK(fixture_call__last(&fx)->ice->pair_cnt == ICE_PAIRS_MAX);
	CHECK(fixture_call__last(&fx)->ice->pairs_left_out > 0);
	/* restarts: one end stays, the other names itself anew */
	for (uint64_t i = 0; i < 100; i++) {
		memset(name, 'x', 512);
		snprintf(name + 500, 90, "%llu:same", (unsigned long long)i);
		ask(&fx, 9000 + i, "A>B", 20000 + i, name);
	}
	CHECK_UINT(calls__cnt(fx.c), 64);
	fixture_call__verify(fx.c);
out:
	fixture_call__done(&fx);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"checks_become_a_pair", checks_become_a_pair, TEST_WALK},
		{"who_fails_and_who_disagrees", who_fails_and_who_disagrees, TEST_PLAIN},
		{"consent_expires_once", consent_expires_once, TEST_PLAIN},
		{"both_ends_are_one_check", both_ends_are_one_check, TEST_PLAIN},
		{"binding_without_username_is_no_call", binding_without_username_is_no_call,
		 TEST_PLAIN},
		{"an_allocation_lives_and_ends", an_allocation_lives_and_ends, TEST_PLAIN},
		{"floods_are_bounded", floods_are_bounded, TEST_PLAIN},
		{0},
	};

	return test__run(tests, argc, argv);
}
