/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of messages on their way: copies in order, newest by skb, who is evicted. */
#include "pending.h"

#include <stdlib.h>
#include <string.h>

#include "test.h"

static struct pending_table *new_table(unsigned int max)
{
	struct pending_table *t = NULL;

	CHECK_OK(pending_table__new(max, &t));
	return t;
}

/* NULL without memory. */
static struct pending *add(struct pending_table *t, enum pending_kind kind, uint64_t sk,
			   uint64_t skb, uint64_t hash)
{
	struct pending src = {
		.kind = (uint8_t)kind, .sk = sk, .skb = skb, .hash = hash, .msg_len = 100};
	struct pending *evicted, *p;

	if (kind == PENDING_TX)
		src.sent = calloc(1, sizeof(*src.sent));
	p = pending_table__add(t, &src, &evicted);
	CHECK(p || test__injected());
	if (!p)
		free(src.sent);
	return p;
}

static void copies_are_oldest_first(void)
{
	struct pending_table *t = new_table(16);
	struct pending *a, *b, *c;
	unsigned int copies;

	if (!t)
		return;
	a = add(t, PENDING_RX, 1, 11, 7);
	b = add(t, PENDING_RX, 1, 12, 7);
	c = add(t, PENDING_RX, 2, 13, 7);
	if (!a || !b || !c)
		goto out;
	CHECK(pending_table__find_content(t, 1, 7, 100, &copies) == a);
	CHECK_UINT(copies, 2);
	CHECK(pending_table__find_content(t, 2, 7, 100, &copies) == c);
	CHECK_UINT(copies, 1);
	CHECK(pending_table__find_content(t, 0, 7, 100, &copies) == a);
	CHECK_UINT(copies, 3);
	CHECK(!pending_table__find_content(t, 1, 7, 101, &copies));
	CHECK(!pending_table__find_content(t, 1, 8, 100, &copies));
	CHECK_UINT(copies, 0);
	CHECK(pending_table__find_newest(t, 1, 7, 100) == b);
	CHECK(pending_table__find_newest(t, 0, 7, 100) == c);
	CHECK(!pending_table__find_newest(t, 3, 7, 100));
	pending_table__remove(t, a);
	CHECK(pending_table__find_content(t, 1, 7, 100, &copies) == b);
	pending_table__remove(t, c);
	CHECK(pending_table__find_newest(t, 0, 7, 100) == b);
out:
	pending_table__free(t);
}

static void newest_by_skb_and_kind(void)
{
	struct pending_table *t = new_table(16);
	struct pending *a, *b, *tx;

	if (!t)
		return;
	a = add(t, PENDING_RX, 1, 11, 1);
	tx = add(t, PENDING_TX, 1, 11, 0);
	b = add(t, PENDING_RX, 1, 11, 2);
	if (!a || !b || !tx)
		goto out;
	CHECK(pending_table__find_skb(t, PENDING_RX, 11) == b);
	CHECK(pending_table__find_skb(t, PENDING_TX, 11) == tx);
	CHECK(!pending_table__find_skb(t, PENDING_TX, 12));
	CHECK(!pending_table__find_skb(t, PENDING_RX, 0));
	pending_table__remove(t, b);
	CHECK(pending_table__find_skb(t, PENDING_RX, 11) == a);
	pending_table__remove(t, tx);
	CHECK(!pending_table__find_skb(t, PENDING_TX, 11));
out:
	pending_table__free(t);
}

static void the_only_one_of_a_socket(void)
{
	struct pending_table *t = new_table(16);
	struct pending *a, *b;
	bool is_ambiguous;

	if (!t)
		return;
	CHECK(!pending_table__find_only(t, 1, &is_ambiguous) && !is_ambiguous);
	a = add(t, PENDING_RX, 1, 0, 1);
	add(t, PENDING_TX, 1, 5, 0);
	b = add(t, PENDING_RX, 2, 0, 2);
	if (!a || !b)
		goto out;
	CHECK(pending_table__find_only(t, 1, &is_ambiguous) == a && !is_ambiguous);
	CHECK(!pending_table__find_only(t, 3, &is_ambiguous) && !is_ambiguous);
	if (!add(t, PENDING_RX, 1, 0, 3))
		goto out;
	CHECK(!pending_table__find_only(t, 1, &is_ambiguous) && is_ambiguous);
	pending_table__remove(t, a);
	CHECK(pending_table__find_only(t, 1, &is_ambiguous) && !is_ambiguous);
out:
	pending_table__free(t);
}

/* A socket whose message hides behind thousands of others: rather ambiguous than slow. */
static void the_search_by_order_is_bounded(void)
{
	struct pending_table *t = new_table(8192);
	bool is_ambiguous;

	if (!t)
		return;
	for (unsigned int i = 0; i < 5000; i++)
		add(t, PENDING_RX, 9, 0, i);
	add(t, PENDING_RX, 1, 0, 1);
	CHECK(!pending_table__find_only(t, 1, &is_ambiguous));
	CHECK(is_ambiguous);
	pending_table__free(t);
}

static void a_full_table_gives_up_the_oldest(void)
{
	struct pending_table *t = new_table(2);
	struct pending src = {.kind = PENDING_RX, .hash = 3}, *evicted = NULL;
	unsigned int copies;

	if (!t)
		return;
	if (!add(t, PENDING_TX, 1, 1, 0) || !add(t, PENDING_RX, 1, 2, 2))
		goto out;
	CHECK(pending_table__add(t, &src, &evicted) != NULL);
	if (!CHECK(evicted != NULL))
		goto out;
	CHECK_INT(evicted->kind, PENDING_TX);
	CHECK(evicted->sent != NULL);
	CHECK(!pending_table__find_skb(t, PENDING_TX, 1));
	CHECK(pending_table__add(t, &src, &evicted) != NULL);
	CHECK(evicted && evicted->hash == 2);
	CHECK(!pending_table__find_content(t, 1, 2, 100, &copies));
	CHECK(pending_table__oldest(t)->hash == 3);
out:
	pending_table__free(t);
	pending_table__free(NULL);
}

/* Growing past one chunk; a chunk that cannot be had evicts instead. */
static void grows_or_evicts(void)
{
	struct pending_table *t = new_table(300);
	unsigned int live = 0;

	if (!t)
		return;
	for (unsigned int i = 0; i < 300; i++)
		add(t, i % 7 ? PENDING_RX : PENDING_TX, 1, i + 1, i);
	for (unsigned int i = 0; i < 300; i++)
		live += pending_table__find_skb(t, i % 7 ? PENDING_RX : PENDING_TX, i + 1) != NULL;
	CHECK(live == 300 || test__injected());
	pending_table__free(t);
}

/* Against a plain array of what is inside. */
static void random_operations_agree_with_an_array(void)
{
	enum { MAX = 64 };
	struct pending_table *t = new_table(MAX);
	struct pending *inside[MAX];
	unsigned int cnt = 0, copies;
	uint64_t seed = 9;

	for (unsigned int i = 0; t && i < 50000; i++) {
		uint64_t r = test__random(&seed), sk = r % 3 + 1, hash = (r >> 8) % 4;
		const struct pending *first = NULL, *last = NULL;

		if (cnt < MAX && r >> 32 & 1) {
			inside[cnt++] = add(t, PENDING_RX, sk, (r >> 16) % 8, hash);
		} else if (cnt) {
			unsigned int idx = (unsigned int)(r >> 24) % cnt;

			pending_table__remove(t, inside[idx]);
			memmove(inside + idx, inside + idx + 1, (--cnt - idx) * sizeof(*inside));
		}
		for (unsigned int j = 0; j < cnt; j++) {
			if (inside[j]->sk != sk || inside[j]->hash != hash)
				continue;
			first = first ? first : inside[j];
			last = inside[j];
		}
		if (!CHECK(pending_table__find_content(t, sk, hash, 100, &copies) == first) ||
		    !CHECK(pending_table__find_newest(t, sk, hash, 100) == last) ||
		    !CHECK(pending_table__oldest(t) == (cnt ? inside[0] : NULL)))
			break;
	}
	pending_table__free(t);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"copies_are_oldest_first", copies_are_oldest_first, TEST_WALK},
		{"newest_by_skb_and_kind", newest_by_skb_and_kind, TEST_PLAIN},
		{"the_only_one_of_a_socket", the_only_one_of_a_socket, TEST_PLAIN},
		{"the_search_by_order_is_bounded", the_search_by_order_is_bounded, TEST_PLAIN},
		{"a_full_table_gives_up_the_oldest", a_full_table_gives_up_the_oldest, TEST_PLAIN},
		{"grows_or_evicts", grows_or_evicts, TEST_WALK},
		{"random_operations_agree_with_an_array", random_operations_agree_with_an_array,
		 TEST_PLAIN},
		{},
	};

	return test__run(tests, argc, argv);
}
