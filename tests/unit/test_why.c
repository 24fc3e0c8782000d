/* SPDX-License-Identifier: BSD-2-Clause */
/* Notes of slow requests: causes never exceed their stage, bounds, sums and what they read like. */
#include "why.h"

#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>

#include "test.h"

#define CNT(a) (sizeof(a) / sizeof((a)[0]))

static const struct stage_share shares[] = {
	{STAGE_RUNQ, 100}, {STAGE_BACKLOG, 50}, {STAGE_APP, 300}, {STAGE_WAKEUP | STAGE_RUNQ, 70}};

static struct why_note note_of(uint64_t now_ns, uint64_t total_ns)
{
	struct why_note n;

	why_note__init(&n, now_ns, total_ns, shares, CNT(shares));
	return n;
}

static void causes_stay_in_their_stage(void)
{
	struct why_note n = note_of(1, 520);

	CHECK_UINT(why_note__add(&n, WHY_WOKEN, 1, 0, 60), 60);
	CHECK_UINT(why_note__add(&n, WHY_PREEMPTED, 1, 0, 60), 40);
	CHECK_UINT(why_note__add(&n, WHY_WOKEN, 1, 0, 1), 0);
	CHECK_UINT(why_note__add(&n, WHY_BUSY, 0, 0, 50), 50);
	CHECK_UINT(why_note__add(&n, WHY_APP_UNKNOWN, 0, 1, 300), 300);
	CHECK_UINT(n.cnt, 4);
	CHECK_UINT(why_note__take_back(&n, WHY_APP_UNKNOWN, 0, 10), 0);
	CHECK_UINT(why_note__take_back(&n, WHY_APP_UNKNOWN, 1, 200), 200);
	CHECK_UINT(why_note__add(&n, WHY_APP_RAN, 0, 1, 250), 200);
	CHECK_UINT(why_note__take_back(&n, WHY_APP_UNKNOWN, 1, 200), 100);
}

/* No room for another cause: its time is left to nobody. */
static void bounds(void)
{
	struct why_parts p = {.cnt = 0};
	struct why_note n = note_of(1, 520);

	for (int i = 0; i < 2 * WHY_PARTS; i++)
		why_parts__add(&p, WHY_BUSY_BLOCKED, i, 1);
	why_parts__add(&p, WHY_BUSY_BLOCKED, 0, 5);
	why_parts__add(&p, WHY_BUSY_BLOCKED, 1, 0);
	CHECK_UINT(p.cnt, WHY_PARTS);
	CHECK_UINT(p.part[0].ns, 6);
	CHECK_UINT(p.part[1].ns, 1);
	for (int i = 0; i < 2 * WHY_CAUSES; i++)
		why_note__add(&n, WHY_APP_BLOCKED, i, 0, 1);
	CHECK_UINT(n.cnt, WHY_CAUSES);
	CHECK_UINT(n.left_ns[__builtin_ctz(STAGE_APP)], 300 - WHY_CAUSES);
}

static void ring_keeps_the_latest(void)
{
	static struct why_ring r;
	struct why_note n = note_of(1, 520);

	CHECK(!why_ring__find(&r, 0));
	for (unsigned int i = 0; i < WHY_NOTES + 1; i++)
		why_ring__push(&r, &n);
	CHECK_UINT(r.seq, WHY_NOTES + 1);
	CHECK(!why_ring__find(&r, 1));
	CHECK(why_ring__find(&r, 2));
	CHECK(why_ring__find(&r, WHY_NOTES + 1));
	memset(&r, 0, sizeof(r));
}

static void slow_ones_stay(void)
{
	static struct why_ring r;
	struct why_note n = note_of(1, 520);

	memset(&r, 0, sizeof(r));
	r.slow_ns = 500;
	why_ring__push(&r, &n);
	n.total_ns = 400;
	for (unsigned int i = 0; i < 2 * WHY_NOTES; i++)
		why_ring__push(&r, &n);
	CHECK(why_ring__find(&r, 1));
	CHECK(!why_ring__find(&r, 2));
	n.total_ns = 520;
	for (unsigned int i = 0; i < WHY_NOTES - 1; i++)
		why_ring__push(&r, &n);
	CHECK(why_ring__find(&r, 1));
	why_ring__push(&r, &n);
	CHECK(!why_ring__find(&r, 1));
}

static void push(struct why_ring *r, uint64_t now_ns, uint64_t total_ns, uint32_t pid,
		 const char *comm, int call)
{
	struct why_note n = note_of(now_ns, total_ns);

	n.thread[0].pid = pid;
	snprintf(n.thread[0].comm, sizeof(n.thread[0].comm), "%s", comm);
	why_note__add(&n, WHY_WOKEN, 1, 0, 30);
	why_note__add(&n, WHY_APP_BLOCKED, call, 0, 100);
	why_ring__push(r, &n);
}

static void sums(void)
{
	static struct why_ring r;
	struct why_sums s;

	memset(&r, 0, sizeof(r));
	push(&r, 5, 520, 7, "old", SYS_futex);
	push(&r, 10, 10, 7, "quick", SYS_futex);
	push(&r, 11, 520, 7, "a", SYS_futex);
	push(&r, 12, 521, 8, "a", SYS_futex);
	push(&r, 13, 520, 9, "b", SYS_fsync);
	why_ring__sum(&r, 10, 100, &s);
	CHECK_UINT(s.n, 3);
	CHECK_UINT(s.total_ns, 1561);
	CHECK_UINT(s.cnt, 4);
	CHECK_UINT(s.sum[0].ns, 200);
	CHECK_UINT(s.sum[0].n, 2);
	CHECK_UINT(s.sum[0].thread.pid, 0);
	CHECK_UINT(s.sum[1].ns, 100);
	CHECK_UINT(s.sum[1].thread.pid, 9);
	CHECK_UINT(s.sum[1].arg, SYS_fsync);
	CHECK_UINT(s.sum[2].ns, 60);
	CHECK_UINT(s.sum[3].ns, 30);
}

/* More different causes than there is room for. */
static void sums_are_bounded(void)
{
	static struct why_ring r;
	struct why_sums s;

	memset(&r, 0, sizeof(r));
	for (int i = 0; i < WHY_NOTES; i++)
		push(&r, 10, 520, 7, "a", 1000 + i);
	why_ring__sum(&r, 10, 100, &s);
	CHECK_UINT(s.n, WHY_NOTES);
	CHECK_UINT(s.cnt, WHY_SUMS);
}

static void edges(void)
{
	static struct why_ring r;
	struct hist h;

	hist__init(&h);
	for (unsigned int i = 0; i < 9; i++)
		hist__add(&h, 1000000);
	CHECK_UINT(why__edge_ns(&h), 0);
	hist__add(&h, 9000000);
	CHECK(why__edge_ns(&h) && why__edge_ns(&h) < 1000000); /* P90 of 10: the ninth */
	hist__add(&h, 9000000);
	CHECK(why__edge_ns(&h) > 1000000 && why__edge_ns(&h) < 9000000);
	for (unsigned int i = 0; i < 189; i++)
		hist__add(&h, 1000000);
	CHECK(why__edge_ns(&h) < 1000000); /* P99 of 200: the 198th */
	hist__add(&h, 9000000);
	CHECK(why__edge_ns(&h) > 1000000);
	why_ring__edge(&r, &h, 5);
	CHECK_UINT(r.slow_ns, why__edge_ns(&h));
	CHECK(r.edge_ns < 1000000); /* P98 of 201: the 197th */
}

static void texts(void)
{
	static const struct {
		enum why_id id;
		int32_t arg;
		const char *want;
	} rows[] = {
		{WHY_WOKEN, 3, "runnable, waited for CPU 3"},
		{WHY_PREEMPTED, -1, "preempted on a CPU"},
		{WHY_APP_BLOCKED, SYS_futex, "blocked in futex"},
		{WHY_APP_BLOCKED, 9999, "blocked in syscall 9999"},
		{WHY_APP_BLOCKED, -1, "blocked in user mode (a fault)"},
		{WHY_BUSY_BLOCKED, WHY_CALL_UNKNOWN,
		 "its thread was blocked in a call this kernel does not name"},
		{WHY_APP_RAN, 5, "on the CPU"},
	};
	char text[WHY_TEXT_LEN];

	for (size_t i = 0; i < CNT(rows); i++) {
		why__text(rows[i].id, rows[i].arg, text);
		CHECK_STR(text, rows[i].want);
	}
	for (int i = 0; i < WHY_CNT; i++)
		CHECK(why__stage((enum why_id)i) & STAGE_ALL);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"causes_stay_in_their_stage", causes_stay_in_their_stage, TEST_PLAIN},
		{"bounds", bounds, TEST_PLAIN},
		{"ring_keeps_the_latest", ring_keeps_the_latest, TEST_PLAIN},
		{"slow_ones_stay", slow_ones_stay, TEST_PLAIN},
		{"sums", sums, TEST_PLAIN},
		{"sums_are_bounded", sums_are_bounded, TEST_PLAIN},
		{"edges", edges, TEST_PLAIN},
		{"texts", texts, TEST_PLAIN},
		{},
	};

	return test__run(tests, argc, argv);
}
