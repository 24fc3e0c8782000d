/* SPDX-License-Identifier: BSD-2-Clause */
/* The transaction table: chains, handles that outlive their transaction, who makes room. */
#include "txn.h"

#include <string.h>

#include "test.h"

static struct txn_table *new_table(unsigned int max, bool with_text)
{
	struct txn_table *t = NULL;

	CHECK_OK(txn_table__new(max, with_text, &t));
	return t;
}

static struct brief brief_of(uint8_t proto, uint64_t lo, uint64_t hi)
{
	struct brief b = {.proto = proto, .method = "OPTIONS", .key = {lo, hi}};

	memcpy(b.key_text, "text", 5);
	return b;
}

/* NULL without memory. */
static struct txn *add(struct txn_table *t, uint8_t proto, uint64_t lo, uint64_t now_ns)
{
	struct brief b = brief_of(proto, lo, 1);
	bool evicted;
	struct txn *x = txn_table__add(t, TXN_SERVER, &b, now_ns, &evicted);

	CHECK(x || test__injected());
	return x;
}

static bool has(const struct txn_table *t, uint64_t lo)
{
	return txn_table__find_lo(t, TXN_SERVER, lo, NULL) != NULL;
}

static void finds_by_side_and_key(void)
{
	struct txn_table *t = new_table(16, true);
	struct brief a = brief_of(PROTO_SIP, 5, 1), b = brief_of(PROTO_SIP, 5, 2);
	struct txn *xa, *xb, *xc, *again;
	bool evicted;

	if (!t)
		return;
	xa = txn_table__add(t, TXN_SERVER, &a, 10, &evicted);
	xb = txn_table__add(t, TXN_SERVER, &b, 11, &evicted);
	xc = txn_table__add(t, TXN_CLIENT, &a, 12, &evicted);
	if (!xa || !xb || !xc)
		goto out;
	CHECK(txn_table__find(t, TXN_SERVER, &a.key) == xa);
	CHECK(txn_table__find(t, TXN_SERVER, &b.key) == xb);
	CHECK(txn_table__find(t, TXN_CLIENT, &a.key) == xc);
	CHECK(!txn_table__find(t, TXN_CLIENT, &b.key));
	CHECK(txn_table__find_lo(t, TXN_SERVER, 5, NULL) == xb); /* the newest */
	CHECK_STR(xa->text->key, "text");
	CHECK_UINT(xa->opened_ns, 10);
	again = txn_table__add(t, TXN_SERVER, &a, 13, &evicted);
	CHECK(txn_table__find(t, TXN_SERVER, &a.key) == again);
	txn_table__remove(t, xb); /* the middle of the chain */
	CHECK(!txn_table__find(t, TXN_SERVER, &b.key));
	txn_table__remove(t, again);
	CHECK(txn_table__find(t, TXN_SERVER, &a.key) == xa);
out:
	txn_table__free(t);
}

static void handles_outlive_their_transaction(void)
{
	struct txn_table *t = new_table(1, false);
	txn_ref_t first, second;
	struct txn *x;

	if (!t)
		return;
	x = add(t, PROTO_SIP, 1, 1);
	if (!x)
		goto out;
	first = txn_table__ref(t, x);
	CHECK(first != 0);
	CHECK(txn_table__get(t, first) == x);
	txn_table__finish(t, x, 2);
	CHECK(txn_table__get(t, first) == x);
	txn_table__remove(t, x);
	CHECK(!txn_table__get(t, first));
	x = add(t, PROTO_SIP, 2, 3);
	second = txn_table__ref(t, x);
	CHECK(!txn_table__get(t, first));
	CHECK(txn_table__get(t, second) == x);
	CHECK(!x->text);
	/* evicted, reused: the same slot a third time */
	CHECK(add(t, PROTO_SIP, 3, 4) == x);
	CHECK(!txn_table__get(t, second));
	CHECK(!txn_table__get(t, 0));
	CHECK(!txn_table__get(t, UINT64_MAX));
	CHECK(!txn_table__get(t, 2));
	CHECK_UINT(txn_table__ref(t, NULL), 0);
out:
	txn_table__free(t);
}

static void the_oldest_finished_makes_room_first(void)
{
	struct txn_table *t = new_table(4, true);
	struct brief b = brief_of(PROTO_SIP, 10, 1);
	struct stats_row row = {.in_flight = 1};
	struct txn *x[4];
	bool evicted;

	if (!t)
		return;
	for (unsigned int i = 0; i < 4; i++)
		if (!(x[i] = add(t, i & 1 ? PROTO_STUN : PROTO_SIP, i + 1, 100 + i)))
			goto out;
	txn_table__finish(t, x[2], 200);
	txn_table__finish(t, x[1], 201);
	CHECK(txn_table__add(t, TXN_SERVER, &b, 300, &evicted) && !evicted);
	CHECK(!has(t, 3) && has(t, 2));
	CHECK(add(t, PROTO_SIP, 11, 301) != NULL);
	CHECK(!has(t, 2) && has(t, 1) && has(t, 4));
	x[0]->row = &row;
	b.key.lo = 12;
	CHECK(txn_table__add(t, TXN_SERVER, &b, 302, &evicted) && evicted);
	CHECK(!has(t, 1) && has(t, 4));
	CHECK_UINT(row.in_flight, 0);
	b.key.lo = 13;
	CHECK(txn_table__add(t, TXN_SERVER, &b, 303, &evicted) && evicted);
	CHECK(!has(t, 4) && has(t, 10));
	CHECK_UINT(txn_table__open(t, PROTO_SIP)->cnt, 4);
	CHECK_UINT(txn_table__open(t, PROTO_STUN)->cnt, 0);
	CHECK_UINT(txn_table__done(t)->cnt, 0);
out:
	txn_table__free(t);
}

static size_t count_list(const struct txn_list *l, uint8_t state)
{
	const struct txn *prev = NULL;
	size_t n = 0;

	for (const struct txn *x = l->head; x; prev = x, x = x->next, n++)
		CHECK(x->prev == prev && x->state == state);
	CHECK(l->tail == prev);
	CHECK_UINT(l->cnt, n);
	return n;
}

/* Against a plain array: what was added and not removed is found, and in exactly one list. */
static void random_operations_keep_the_lists(void)
{
	enum { MAX = 1500, KEYS = 3000 };
	static txn_ref_t refs[KEYS];
	struct txn_table *t = new_table(MAX, false);
	uint64_t seed = 3;
	size_t live = 0, listed;

	if (!t)
		return;
	memset(refs, 0, sizeof(refs));
	for (unsigned int i = 0; i < 60000; i++) {
		uint64_t r = test__random(&seed);
		unsigned int key = (unsigned int)(r >> 16) % KEYS;
		struct txn *x = txn_table__get(t, refs[key]);

		CHECK(!x || x->key.lo == key);
		if (!x)
			refs[key] =
				txn_table__ref(t, add(t, r & 1 ? PROTO_SIP : PROTO_STUN, key, i));
		else if (r & 2 && x->state == TXN_OPEN)
			txn_table__finish(t, x, i);
		else
			txn_table__remove(t, x);
	}
	for (unsigned int key = 0; key < KEYS; key++) {
		live += txn_table__get(t, refs[key]) != NULL;
		CHECK_INT(has(t, key), txn_table__get(t, refs[key]) != NULL);
	}
	listed = count_list(txn_table__open(t, PROTO_SIP), TXN_OPEN) +
		 count_list(txn_table__open(t, PROTO_STUN), TXN_OPEN) +
		 count_list(txn_table__done(t), TXN_DONE);
	CHECK_UINT(listed, live);
	CHECK(live > MAX / 2 && live <= MAX);
	txn_table__free(t);
}

/* Without memory for another chunk an old transaction makes room, as in a full table. */
static void memory_shortage_evicts(void)
{
	struct txn_table *t = new_table(4096, true);
	unsigned int found = 0;

	if (!t)
		return;
	for (unsigned int i = 0; i < 2048; i++)
		add(t, PROTO_SIP, i, i);
	for (unsigned int i = 0; i < 2048; i++)
		found += has(t, i);
	CHECK(found == 2048 || test__injected());
	txn_table__free(t);
	txn_table__free(NULL);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"finds_by_side_and_key", finds_by_side_and_key, TEST_WALK},
		{"handles_outlive_their_transaction", handles_outlive_their_transaction, TEST_WALK},
		{"the_oldest_finished_makes_room_first", the_oldest_finished_makes_room_first,
		 TEST_WALK},
		{"random_operations_keep_the_lists", random_operations_keep_the_lists, TEST_PLAIN},
		{"memory_shortage_evicts", memory_shortage_evicts, TEST_WALK},
		{},
	};

	return test__run(tests, argc, argv);
}
