/* SPDX-License-Identifier: BSD-2-Clause */
/* What a slow transaction's thread did between reading and sending, told by its next read. */
#include "slow.h"

#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>

#include "fixture_stats.h"
#include "test.h"

#define TID 77

struct bench {
	struct stats *stats;
	struct slow *slow;
	struct txn txn;
	struct path path;
	uint64_t now_ns; /* of the next one */
};

static void done(struct bench *b)
{
	slow__free(b->slow);
	stats__free(b->stats);
}

static bool init(struct bench *b)
{
	memset(b, 0, sizeof(*b));
	b->stats = new_stats(2);
	if (!b->stats || !CHECK_OK(slow__new(&b->slow)))
		return false;
	b->txn = (struct txn){.row = row_of(b->stats, "a", 's', "INVITE"),
			      .side = TXN_SERVER,
			      .tid = TID,
			      .sent_tid = TID,
			      .comm = "kamailio"};
	b->now_ns = SLOT;
	return true;
}

/* Read at 1000, sent at 2000. */
static void finish(struct bench *b)
{
	const struct slow_request r = {&b->txn, NULL, &b->path};

	b->txn.rx.read_ns = 1000;
	b->txn.tx.send_ns = 2000;
	b->path = (struct path){
		.share = {{STAGE_APP, 1000}}, .share_cnt = 1, .start_ns = 1000, .last_ns = 2000};
	slow__done(b->slow, b->stats, &r, b->now_ns);
}

struct want {
	enum why_id id;
	int32_t arg;
	uint64_t ns;
};

static void check(const struct bench *b, const struct want *want, unsigned int cnt)
{
	struct why_sums s;
	uint64_t ns = 0;

	if (test__injected() && !b->txn.row->why)
		return;
	why_ring__sum(b->txn.row->why, 0, 0, &s);
	CHECK_UINT(s.cnt, cnt);
	for (unsigned int i = 0; i < cnt; i++) {
		unsigned int j = 0;

		CHECK_CASE("cause %u", want[i].id);
		while (j < s.cnt && (s.sum[j].id != want[i].id || s.sum[j].arg != want[i].arg))
			j++;
		if (CHECK(j < s.cnt))
			CHECK_UINT(s.sum[j].ns, want[i].ns);
		ns += want[i].ns;
	}
	CHECK_UINT(ns, s.n * 1000);
}

struct case_row {
	const char *name;
	struct off_cpu off[OFF_CPU_MAX];
	uint32_t cnt;
	struct want want[6];
	unsigned int want_cnt;
};

static const struct case_row rows[] = {
	{"no history", {{0}}, 0, {{WHY_APP_UNKNOWN, 0, 1000}}, 1},
	{"never off", {{100, 200, 300, SYS_recvfrom, 0}}, 1, {{WHY_APP_RAN, 0, 1000}}, 1},
	{"slept, then waited for the next",
	 {{1100, 1500, 1600, SYS_futex, 0}, {2100, 2900, 2950, SYS_recvfrom, 0}},
	 2,
	 {{WHY_APP_BLOCKED, SYS_futex, 400}, {WHY_APP_WAITED, 0, 100}, {WHY_APP_RAN, 0, 500}},
	 3},
	{"preempted over the end",
	 {{1900, 1900, 2500, -1, REC_F_PREEMPTED}},
	 1,
	 {{WHY_APP_PREEMPTED, 0, 100}, {WHY_APP_RAN, 0, 900}},
	 2},
	{"when runnable not told",
	 {{1100, 0, 1600, SYS_futex, 0}},
	 1,
	 {{WHY_APP_BLOCKED, SYS_futex, 500}, {WHY_APP_RAN, 0, 500}},
	 2},
	{"four do not reach back",
	 {{1400, 1500, 1500, SYS_futex, 0},
	  {1600, 1700, 1700, SYS_futex, 0},
	  {1800, 1900, 1900, SYS_fsync, 0},
	  {2100, 2200, 2200, SYS_recvfrom, 0}},
	 4,
	 {{WHY_APP_UNKNOWN, 0, 400},
	  {WHY_APP_BLOCKED, SYS_futex, 200},
	  {WHY_APP_BLOCKED, SYS_fsync, 100},
	  {WHY_APP_RAN, 0, 300}},
	 4},
	{"all later",
	 {{2100, 2200, 2200, 1, 0},
	  {2300, 2400, 2400, 1, 0},
	  {2500, 2600, 2600, 1, 0},
	  {2700, 2800, 2800, 1, 0}},
	 4,
	 {{WHY_APP_UNKNOWN, 0, 1000}},
	 1},
	{"intervals in disorder",
	 {{1500, 1600, 1700, SYS_futex, 0}, {1100, 1200, 1600, SYS_futex, 0}, {9, 1, 3, 4, 0}},
	 3,
	 {{WHY_APP_BLOCKED, SYS_futex, 100}, {WHY_APP_WAITED, 0, 100}, {WHY_APP_RAN, 0, 800}},
	 3},
};

/* Told afterwards, or before the driver had the reply. */
static void told_by_the_next_read(void)
{
	for (size_t i = 0; i < CNT(rows) * 2; i++) {
		const struct case_row *row = &rows[i / 2];
		struct rec_history h = {.off_cnt = row->cnt};
		struct bench b;

		memcpy(h.off, row->off, sizeof(h.off));
		CHECK_CASE("%s", row->name);
		if (init(&b)) {
			if (i % 2)
				slow__history(b.slow, TID, &h, 3000);
			finish(&b);
			slow__history(b.slow, TID, &h, 3000);
			check(&b, row->want, row->want_cnt);
		}
		done(&b);
	}
}

static void others_tell_nothing(void)
{
	const struct rec_history h = {.off_cnt = 1, .off = {{100, 200, 300, SYS_recvfrom, 0}}};
	const struct want unknown = {WHY_APP_UNKNOWN, 0, 1000};
	const struct want handed = {WHY_APP_HANDED, 0, 1000};
	struct bench b;

	if (init(&b)) {
		finish(&b);
		slow__history(b.slow, TID + 1, &h, 3000);
		slow__history(b.slow, TID, &h, 1500);
		check(&b, &unknown, 1);
	}
	done(&b);
	if (init(&b)) {
		b.txn.sent_tid = TID + 1;
		finish(&b);
		slow__history(b.slow, TID, &h, 3000);
		check(&b, &handed, 1);
	}
	done(&b);
}

/* Sent on at 1400, the reply read at 1700: two stretches, each by its own thread. */
static void sent_on(void)
{
	const struct rec_history h = {.off_cnt = 1, .off = {{1100, 1300, 1300, SYS_futex, 0}}};
	const struct rec_history down_h = {.off_cnt = 1, .off = {{1750, 1950, 2000, SYS_fsync, 0}}};
	const struct want want[] = {{WHY_APP_BLOCKED, SYS_futex, 200},
				    {WHY_APP_RAN, 0, 250},
				    {WHY_APP_BLOCKED, SYS_fsync, 200},
				    {WHY_APP_WAITED, 0, 50}};
	struct txn down = {.tid = TID + 1, .sent_tid = TID, .comm = "kamailio"};
	struct bench b;
	struct slow_request r;
	struct why_sums s;

	if (!init(&b))
		goto out;
	down.tx.send_ns = 1400;
	down.rx.read_ns = 1700;
	b.txn.rx.read_ns = 1000;
	b.txn.tx.send_ns = 2000;
	b.txn.sent_tid = TID + 1;
	b.path = (struct path){.share = {{STAGE_APP, 700}, {STAGE_PEER, 300}},
			       .share_cnt = 2,
			       .start_ns = 1000,
			       .last_ns = 2000};
	r = (struct slow_request){&b.txn, &down, &b.path};
	slow__done(b.slow, b.stats, &r, b.now_ns);
	slow__history(b.slow, TID, &h, 3000);
	slow__history(b.slow, TID + 1, &down_h, 3000);
	why_ring__sum(b.txn.row->why, 0, 0, &s);
	CHECK_UINT(s.cnt, CNT(want));
	for (size_t i = 0; i < CNT(want); i++) {
		unsigned int j = 0;

		while (j < s.cnt && (s.sum[j].id != want[i].id || s.sum[j].arg != want[i].arg))
			j++;
		if (CHECK(j < s.cnt))
			CHECK_UINT(s.sum[j].ns, want[i].ns);
	}
out:
	done(&b);
}

static void waiting_is_bounded(void)
{
	struct bench b;

	if (init(&b)) {
		for (unsigned int i = 0; i < SLOW_WAITS + 3; i++)
			finish(&b);
		CHECK_UINT(slow__given_up(b.slow), 3);
		slow__tick(b.slow, 2000 + SLOW_WAIT_NS - 1);
		CHECK_UINT(slow__given_up(b.slow), 3);
		slow__tick(b.slow, 2000 + SLOW_WAIT_NS);
		CHECK_UINT(slow__given_up(b.slow), 3 + SLOW_WAITS);
	}
	done(&b);
}

static void no_memory(void)
{
	struct bench b;

	if (init(&b))
		finish(&b);
	done(&b);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"told_by_the_next_read", told_by_the_next_read, TEST_PLAIN},
		{"others_tell_nothing", others_tell_nothing, TEST_PLAIN},
		{"sent_on", sent_on, TEST_PLAIN},
		{"waiting_is_bounded", waiting_is_bounded, TEST_PLAIN},
		{"no_memory", no_memory, TEST_WALK},
		{},
	};

	return test__run(tests, argc, argv);
}
