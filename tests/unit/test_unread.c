/* SPDX-License-Identifier: BSD-2-Clause */
#include "unread.h"

#include "fixture_record.h"
#include "test.h"

static struct {
	uint64_t read[256], unread[256];
	unsigned int read_cnt, unread_cnt;
	uint64_t read_ns;
} seen;

static void on_read(void *ctx, uint64_t handle, const struct rec_take *take)
{
	(void)ctx;
	seen.read[seen.read_cnt++ % 256] = handle;
	seen.read_ns = take->hdr.ts_ns;
}

static void on_unread(void *ctx, uint64_t handle)
{
	(void)ctx;
	seen.unread[seen.unread_cnt++ % 256] = handle;
}

static struct unread *make(unsigned int sockets, unsigned int messages)
{
	struct unread_opts opts = {.max_sockets = sockets,
				   .max_messages = messages,
				   .unread_ns = 64000000000ull,
				   .on_read = on_read,
				   .on_unread = on_unread};
	struct unread *u = NULL;

	memset(&seen, 0, sizeof(seen));
	return CHECK_OK(unread__new(&opts, &u)) ? u : NULL;
}

static void take(struct unread *u, uint64_t sk, uint32_t seq, uint64_t ts_ns)
{
	struct record r = take_record(sk, seq, ts_ns);

	unread__take(u, &r.take);
}

/* Numbers wrap around in the middle of it. */
static void takes_what_ends_before(void)
{
	struct unread *u = make(4, 8);

	if (!u)
		return;
	for (uint32_t i = 1; i <= 4; i++) {
		unread__seen(u, 1, 0xffffffe0u + 16 * i, false);
		unread__add(u, 1, 0xffffffe0u + 16 * i, i, 100 + i);
	}
	unread__add(u, 2, 0xffffffe0u, 9, 105);
	take(u, 1, 0xffffffefu, 200);
	CHECK_UINT(seen.read_cnt, 0);
	take(u, 1, 0x11, 201);
	CHECK_UINT(seen.read_cnt, 3);
	CHECK_UINT(seen.read[2], 3);
	CHECK_UINT(seen.read_ns, 201);
	take(u, 1, 0x20, 202);
	CHECK_UINT(seen.read[3], 4);
	CHECK_UINT(unread__cnt(u), 1);
	unread__tick(u, 64000000106ull);
	CHECK_UINT(seen.unread_cnt, 1);
	CHECK_UINT(seen.unread[0], 9);
	unread__free(u);
}

static void holds_a_read_that_comes_first(void)
{
	struct unread *u = make(4, 8);

	if (!u)
		return;
	take(u, 1, 100, 1000);
	unread__seen(u, 1, 100, false);
	unread__add(u, 1, 50, 1, 990);
	unread__add(u, 1, 100, 2, 990);
	CHECK_UINT(seen.read_cnt, 2);
	unread__seen(u, 1, 120, false);
	take(u, 1, 150, 2000);
	unread__seen(u, 1, 150, false);
	unread__add(u, 1, 150, 3, 2000 + UNREAD_EARLY_NS + 1); /* long after: when is not known */
	CHECK_UINT(seen.read_cnt, 2);
	CHECK_UINT(seen.unread_cnt, 1);
	unread__add(u, 1, 120, 4, 3000); /* read already, but that record was not early */
	CHECK_UINT(seen.read_cnt, 3);	 /* the held one covers it: within its time */
	unread__free(u);
}

static void is_bounded(void)
{
	struct unread *u = make(4, 100);

	if (!u)
		return;
	for (uint32_t i = 0; i < UNREAD_SOCKET_MAX + 3; i++)
		unread__add(u, 1, i, i, i);
	CHECK_UINT(seen.unread_cnt, 3);
	CHECK_UINT(seen.unread[2], 2);
	for (uint32_t i = 0; i < 50; i++)
		unread__add(u, 2, i, 1000 + i, 100);
	CHECK_UINT(unread__cnt(u), 100);
	CHECK_UINT(seen.unread_cnt, 3 + UNREAD_SOCKET_MAX + 50 - 100);
	for (uint64_t sk = 3; sk < 10; sk++)
		unread__seen(u, sk, 1, false);
	CHECK_UINT(unread__cnt(u), 0);
	CHECK_UINT(seen.unread_cnt, UNREAD_SOCKET_MAX + 3 + 50);
	unread__free(u);
}

static void forgets_another_connection(void)
{
	struct unread *u = make(4, 8);

	if (!u)
		return;
	unread__seen(u, 1, 100, false);
	unread__add(u, 1, 100, 1, 10);
	unread__seen(u, 1, 100000000, true);
	CHECK_UINT(seen.unread_cnt, 1);
	unread__add(u, 1, 100000010, 2, 10);
	take(u, 1, 100000010, 20);
	CHECK_UINT(seen.read_cnt, 1);
	unread__add(u, 1, 100000020, 3, 30);
	unread__clear(u);
	CHECK_UINT(seen.unread_cnt, 2);
	CHECK_UINT(unread__cnt(u), 0);
	unread__free(u);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"takes_what_ends_before", takes_what_ends_before, TEST_WALK},
		{"holds_a_read_that_comes_first", holds_a_read_that_comes_first, TEST_PLAIN},
		{"is_bounded", is_bounded, TEST_PLAIN},
		{"forgets_another_connection", forgets_another_connection, TEST_PLAIN},
		{},
	};

	return test__run(tests, argc, argv);
}
