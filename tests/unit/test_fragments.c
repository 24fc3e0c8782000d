/* SPDX-License-Identifier: BSD-2-Clause */
#include "fragments.h"

#include <string.h>

#include "test.h"

#define SECOND 1000000000ull

static uint8_t text[65536];

static void fill(void)
{
	for (uint32_t i = 0; i < sizeof(text); i++)
		text[i] = (uint8_t)(i * 131 >> 3);
}

static bool add(struct fragments *t, uint32_t id, uint32_t off, uint32_t len, bool is_last,
		uint64_t now_ns, const uint8_t **p, uint32_t *got)
{
	struct fragment f = {.saddr = {1}, .daddr = {2}, .id = id, .proto = 17, .family = 4};

	f.off = off;
	f.len = len;
	f.is_last = is_last;
	f.p = text + off;
	return fragments__add(t, &f, now_ns, p, got);
}

/* Every order of four pieces. */
static void in_any_order(void)
{
	static const struct {
		uint32_t off, len;
	} piece[4] = {{0, 800}, {800, 1600}, {2400, 8}, {2408, 5}};
	const uint8_t *p;
	uint32_t len;

	fill();
	for (unsigned int order = 0; order < 256; order++) {
		unsigned int idx[4] = {order & 3, order >> 2 & 3, order >> 4 & 3, order >> 6 & 3};
		struct fragments *t = NULL;

		if ((1u << idx[0] | 1u << idx[1] | 1u << idx[2] | 1u << idx[3]) != 15)
			continue;
		if (!CHECK_OK(fragments__new(4, 1 << 20, &t)))
			return;
		CHECK_CASE("order %u", order);
		for (unsigned int i = 0; i < 4; i++) {
			unsigned int k = idx[i];
			bool is_done =
				add(t, 7, piece[k].off, piece[k].len, k == 3, SECOND, &p, &len);

			if (test__injected()) {
				fragments__free(t);
				return;
			}
			CHECK(is_done == (i == 3));
			if (i == 1) { /* once more: a copy */
				CHECK(!add(t, 7, piece[k].off, piece[k].len, k == 3, SECOND, &p,
					   &len));
			}
		}
		CHECK_UINT(len, 2413);
		CHECK_MEM(p, text, 2413);
		CHECK_UINT(fragments__counts(t)->copies, 1);
		CHECK_UINT(fragments__counts(t)->assembled, 1);
		fragments__free(t);
	}
}

static void overlaps_spoil(void)
{
	static const struct {
		uint32_t off, len;
		bool is_last;
	} row[] = {
		{792, 16, false},  /* both pieces */
		{0, 792, false},   /* inside */
		{0, 1600, false},  /* around */
		{1600, 8, true},   /* ends before what is there */
		{65528, 16, true}, /* beyond any datagram */
		{1608, 7, false},  /* not a multiple of 8, and more follow */
	};
	const uint8_t *p;
	uint32_t len;

	fill();
	for (unsigned int i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct fragments *t = NULL;

		if (!CHECK_OK(fragments__new(4, 1 << 20, &t)))
			return;
		CHECK_CASE("%u", i);
		CHECK(!add(t, 7, 0, 800, false, SECOND, &p, &len));
		CHECK(!add(t, 7, 1600, 800, false, SECOND, &p, &len));
		CHECK(!add(t, 7, row[i].off, row[i].len, row[i].is_last, SECOND, &p, &len));
		CHECK_UINT(fragments__counts(t)->refused, 1);
		/* what would have completed it comes too late */
		CHECK(!add(t, 7, 800, 800, false, SECOND, &p, &len));
		CHECK(!add(t, 7, 2400, 8, true, SECOND, &p, &len));
		CHECK_UINT(fragments__counts(t)->assembled, 0);
		fragments__free(t);
	}
}

static void is_bounded(void)
{
	const struct fragments_counts *n;
	struct fragments *t = NULL;
	const uint8_t *p;
	uint32_t len;

	fill();
	if (!CHECK_OK(fragments__new(4, 20000, &t)))
		return;
	n = fragments__counts(t);
	for (uint32_t id = 0; id < 6; id++)
		CHECK(!add(t, id, 0, 8, false, SECOND, &p, &len));
	if (!test__injected())
		CHECK_UINT(n->evicted, 2); /* four fit the table, of 4 KiB each */
	CHECK(!add(t, 9, 0, 16000, false, SECOND, &p, &len));
	if (!test__injected())
		CHECK_UINT(n->evicted, 6);		      /* it takes 16 KiB */
	CHECK(!add(t, 10, 32768, 8, true, SECOND, &p, &len)); /* never fits */
	fragments__tick(t, 31 * SECOND);
	if (!test__injected())
		CHECK_UINT(n->incomplete, 0);
	fragments__tick(t, 31 * SECOND + 1);
	fragments__free(t);
}

static void stamps_may_go_back(void)
{
	struct fragments *t = NULL;
	const uint8_t *p;
	uint32_t len;

	fill();
	if (!CHECK_OK(fragments__new(4, 1 << 20, &t)))
		return;
	CHECK(!add(t, 1, 0, 8, false, 100 * SECOND, &p, &len));
	CHECK(add(t, 1, 8, 3, true, SECOND, &p, &len));
	CHECK(!add(t, 2, 0, 8, false, 100 * SECOND, &p, &len));
	CHECK(!add(t, 2, 8, 3, true, 131 * SECOND, &p, &len)); /* the first one is forgotten */
	CHECK_UINT(fragments__counts(t)->incomplete, 1);
	fragments__free(t);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"in_any_order", in_any_order, TEST_PLAIN},
		{"overlaps_spoil", overlaps_spoil, TEST_PLAIN},
		{"is_bounded", is_bounded, TEST_WALK},
		{"stamps_may_go_back", stamps_may_go_back, TEST_PLAIN},
		{},
	};

	return test__run(tests, argc, argv);
}
