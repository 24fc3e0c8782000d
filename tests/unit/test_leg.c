/* SPDX-License-Identifier: BSD-2-Clause */
/* Legs and paths: what a reading thread's history makes of the socket queue, and that stages always
 * partition. */
#include "leg.h"

#include <string.h>
#include <sys/syscall.h>

#include "test.h"

#define CNT(a) (sizeof(a) / sizeof((a)[0]))
#define EPOLL  SYS_epoll_pwait

struct split_row {
	const char *name;
	struct off_cpu off[OFF_CPU_MAX];
	uint32_t cnt;
	uint64_t sock_ns, read_ns;
	struct sockq_split want; /* wakeup, runq, wakeup+runq, backlog, undivided */
};

/* Packets queue at 1000 and are read at 2000 unless the row says otherwise. */
static const struct split_row split_rows[] = {
	{"no history", {{0}}, 0, 1000, 2000, {0, 0, 0, 0, 1000}},
	{"asleep in recvfrom",
	 {{500, 1100, 1300, SYS_recvfrom, 0}},
	 1,
	 1000,
	 2000,
	 {100, 200, 0, 700, 0}},
	{"asleep in epoll", {{500, 1100, 1300, EPOLL, 0}}, 1, 1000, 2000, {100, 200, 0, 700, 0}},
	{"queued before the packet",
	 {{500, 900, 1300, EPOLL, 0}},
	 1,
	 1000,
	 2000,
	 {0, 300, 0, 700, 0}},
	{"asleep elsewhere",
	 {{500, 1600, 1700, SYS_nanosleep, 0}},
	 1,
	 1000,
	 2000,
	 {0, 100, 0, 900, 0}},
	{"outside of a call", {{500, 1600, 1700, -1, 0}}, 1, 1000, 2000, {0, 100, 0, 900, 0}},
	{"syscall unknown",
	 {{500, 1600, 1700, SYSCALL_UNKNOWN, 0}},
	 1,
	 1000,
	 2000,
	 {0, 100, 0, 300, 600}},
	{"syscall and queued unknown",
	 {{500, 0, 1700, SYSCALL_UNKNOWN, 0}},
	 1,
	 1000,
	 2000,
	 {0, 0, 0, 300, 700}},
	{"syscall unknown, preempted",
	 {{1200, 1200, 1500, SYSCALL_UNKNOWN, REC_F_PREEMPTED}},
	 1,
	 1000,
	 2000,
	 {0, 300, 0, 700, 0}},
	{"preempted",
	 {{1200, 1200, 1500, -1, REC_F_PREEMPTED}},
	 1,
	 1000,
	 2000,
	 {0, 300, 0, 700, 0}},
	{"preempted before it slept",
	 {{900, 900, 1500, EPOLL, REC_F_PREEMPTED}},
	 1,
	 1000,
	 2000,
	 {0, 500, 0, 500, 0}},
	{"preempted, queued not told",
	 {{900, 0, 1500, EPOLL, REC_F_PREEMPTED}},
	 1,
	 1000,
	 2000,
	 {0, 500, 0, 500, 0}},
	{"preempted at work, not told",
	 {{900, 0, 1500, -1, REC_F_PREEMPTED}},
	 1,
	 1000,
	 2000,
	 {0, 500, 0, 500, 0}},
	{"queued unknown, waiting", {{500, 0, 1300, EPOLL, 0}}, 1, 1000, 2000, {0, 0, 300, 700, 0}},
	{"queued unknown, elsewhere",
	 {{500, 0, 1300, SYS_nanosleep, 0}},
	 1,
	 1000,
	 2000,
	 {0, 0, 0, 1000, 0}},
	{"queued behind run", {{500, 1400, 1300, EPOLL, 0}}, 1, 1000, 2000, {300, 0, 0, 700, 0}},
	{"woken, then preempted, then asleep",
	 {{500, 1050, 1100, EPOLL, 0},
	  {1200, 1200, 1350, 0, REC_F_PREEMPTED},
	  {1500, 1800, 1900, SYS_nanosleep, 0}},
	 3,
	 1000,
	 2000,
	 {50, 300, 0, 650, 0}},
	{"never off since", {{300, 400, 500, EPOLL, 0}}, 1, 1000, 2000, {0, 0, 0, 1000, 0}},
	{"on CPU exactly at sock", {{300, 400, 1000, EPOLL, 0}}, 1, 1000, 2000, {0, 0, 0, 1000, 0}},
	{"on CPU exactly at read",
	 {{900, 1500, 2000, EPOLL, 0}},
	 1,
	 1000,
	 2000,
	 {500, 500, 0, 0, 0}},
	{"ends after read",
	 {{500, 1100, 1300, EPOLL, 0}, {1900, 2100, 2200, EPOLL, 0}},
	 2,
	 1000,
	 2000,
	 {100, 200, 0, 700, 0}},
	{"off after on", {{1500, 0, 1300, EPOLL, 0}}, 1, 1000, 2000, {0, 0, 0, 1000, 0}},
	{"zeroes", {{0}, {0}}, 2, 1000, 2000, {0, 0, 0, 1000, 0}},
	{"full, all of it known",
	 {{900, 1100, 1200, EPOLL, 0},
	  {1300, 1300, 1400, 0, REC_F_PREEMPTED},
	  {1500, 1500, 1600, 0, REC_F_PREEMPTED},
	  {1700, 1700, 1800, 0, REC_F_PREEMPTED}},
	 4,
	 1000,
	 2000,
	 {100, 400, 0, 500, 0}},
	{"full, past forgotten",
	 {{1200, 1200, 1250, 0, REC_F_PREEMPTED},
	  {1300, 1300, 1400, 0, REC_F_PREEMPTED},
	  {1500, 1500, 1600, 0, REC_F_PREEMPTED},
	  {1700, 1700, 1800, 0, REC_F_PREEMPTED}},
	 4,
	 1000,
	 2000,
	 {0, 350, 0, 450, 200}},
	{"full, all of it after read",
	 {{2200, 2200, 2250, 0, 1},
	  {2300, 2300, 2400, 0, 1},
	  {2500, 2500, 2600, 0, 1},
	  {2700, 2700, 2800, 0, 1}},
	 4,
	 1000,
	 2000,
	 {0, 0, 0, 0, 1000}},
	{"count that lies",
	 {{500, 1100, 1300, EPOLL, 0}},
	 UINT32_MAX,
	 1000,
	 2000,
	 {100, 200, 0, 700, 0}},
	{"read before sock", {{500, 1100, 1300, EPOLL, 0}}, 1, 2000, 1000, {0, 0, 0, 0, 0}},
	{"read at once", {{500, 1100, 1300, EPOLL, 0}}, 1, 1000, 1000, {0, 0, 0, 0, 0}},
	{"sock unknown", {{500, 1100, 1300, EPOLL, 0}}, 1, 0, 1000, {0, 0, 0, 0, 0}},
};

static void splits_by_history(void)
{
	for (size_t i = 0; i < CNT(split_rows); i++) {
		const struct split_row *r = &split_rows[i];
		struct rx_leg leg = {.sock_ns = r->sock_ns, .read_ns = r->read_ns};
		struct rec_history history = {.off_cnt = r->cnt};

		memcpy(history.off, r->off, sizeof(history.off));
		rx_leg__split(&leg, &history, 0, NULL);
		CHECK_CASE("%s", r->name);
		CHECK_UINT(leg.sockq.wakeup_ns, r->want.wakeup_ns);
		CHECK_UINT(leg.sockq.runq_ns, r->want.runq_ns);
		CHECK_UINT(leg.sockq.wakeup_runq_ns, r->want.wakeup_runq_ns);
		CHECK_UINT(leg.sockq.backlog_ns, r->want.backlog_ns);
		CHECK_UINT(leg.sockq.undivided_ns, r->want.undivided_ns);
	}
}

/* Mostly in [800, 2200) behind base, sometimes absurd. */
static uint64_t hostile_ns(uint64_t *seed, uint64_t base)
{
	static const uint64_t absurd[] = {0, 1, UINT64_MAX, UINT64_MAX - 1, 1ull << 63, 1000, 2000};
	uint64_t r = test__random(seed);

	return r % 8 ? base + 800 + (r >> 8) % 1400 : absurd[(r >> 8) % CNT(absurd)];
}

static void hostile_leg(uint64_t *seed, uint64_t base, struct rx_leg *leg)
{
	struct rec_history history = {.off_cnt = (uint32_t)test__random(seed) % (OFF_CPU_MAX + 2)};

	for (unsigned int i = 0; i < OFF_CPU_MAX; i++) {
		uint64_t r = test__random(seed);

		history.off[i] = (struct off_cpu){.off_ns = hostile_ns(seed, base),
						  .queued_ns = hostile_ns(seed, base),
						  .run_ns = hostile_ns(seed, base),
						  .syscall_nr = r & 1	? EPOLL
								: r & 2 ? -1
									: SYS_nanosleep,
						  .flags = r & 4 ? REC_F_PREEMPTED : 0};
	}
	*leg = (struct rx_leg){.sock_ns = hostile_ns(seed, base),
			       .read_ns = hostile_ns(seed, base)};
	rx_leg__split(leg, &history, 0, NULL);
}

static void parts_sum_whatever_the_history(void)
{
	uint64_t seed = 1;

	for (int i = 0; i < 200000; i++) {
		struct rx_leg leg;
		const struct sockq_split *s = &leg.sockq;
		uint64_t sum;

		hostile_leg(&seed, 0, &leg);
		sum = s->wakeup_ns + s->runq_ns + s->wakeup_runq_ns + s->backlog_ns +
		      s->undivided_ns;
		CHECK_CASE("history %d", i);
		if (!CHECK_UINT(sum, leg.sock_ns && leg.read_ns > leg.sock_ns
					     ? leg.read_ns - leg.sock_ns
					     : 0))
			return;
	}
}

static uint64_t sum_shares(const struct path *p)
{
	uint64_t sum = 0;

	for (unsigned int i = 0; i < p->share_cnt; i++)
		sum += p->share[i].ns;
	return sum;
}

/* Bits 0..13: which of the instants of a proxied transaction are known. */
static void walk_subset(unsigned int known, struct path *p)
{
#define AT(bit, ns) (known & 1u << (bit) ? (ns) : 0)
	static const struct rec_history history = {.off_cnt = 1, .off = {{50, 320, 360, EPOLL, 0}}};
	struct rx_leg in = {AT(0, 100), AT(1, 200), AT(2, 300), AT(3, 400), {0}};
	struct tx_leg out = {AT(4, 500), AT(5, 600), AT(6, 700)};
	struct rx_leg back = {AT(7, 800), AT(8, 900), AT(9, 1000), AT(10, 1100), {0}};
	struct tx_leg reply = {AT(11, 1200), AT(12, 1300), AT(13, 1400)};
#undef AT

	rx_leg__split(&in, &history, 0, NULL);
	rx_leg__split(&back, &history, 0, NULL);
	path__rx(p, 0, &in);
	path__tx(p, STAGE_APP, &out);
	path__rx(p, STAGE_PEER, &back);
	path__tx(p, STAGE_APP, &reply);
}

static void every_subset_partitions(void)
{
	for (unsigned int known = 0; known < 1u << 14; known++) {
		unsigned int first = known ? (unsigned int)__builtin_ctz(known) : 0;
		unsigned int last = known ? 31u - (unsigned int)__builtin_clz(known) : 0;
		struct path p = {0};

		walk_subset(known, &p);
		CHECK_CASE("known %#x", known);
		CHECK(!p.invalid);
		CHECK_UINT(path__total_ns(&p), (last - first) * 100);
		if (!CHECK_UINT(sum_shares(&p), path__total_ns(&p)))
			return;
		for (unsigned int i = 0; i < p.share_cnt; i++)
			CHECK(p.share[i].mask && !(p.share[i].mask & STAGE_UNATTRIBUTED));
	}
}

static uint64_t share_of(const struct path *p, const char *name)
{
	for (unsigned int i = 0; i < p->share_cnt; i++)
		if (p->share[i].mask == stage__find(name))
			return p->share[i].ns;
	return 0;
}

static void missing_instants_merge_by_name(void)
{
	static const struct {
		unsigned int missing;
		const char *name;
		uint64_t ns;
	} rows[] = {
		{1u << 1, "driver+stack", 200},
		{1u << 4, "app+tx", 200},
		{1u << 7, "driver+peer", 200},
		{1u << 3, "sockq+app", 200},
		{1u << 2, "stack+sockq", 200},
		{1u << 3 | 1u << 4, "sockq+app+tx", 300},
		{1u << 6 | 1u << 7, "driver+qdisc+peer", 300},
		{1u << 12, "tx+qdisc", 200},
		{0, "peer", 100},
		{0, "wakeup", 20},
	};

	for (size_t i = 0; i < CNT(rows); i++) {
		struct path p = {0};

		walk_subset(0x3fff & ~rows[i].missing, &p);
		CHECK_CASE("%s", rows[i].name);
		CHECK_UINT(share_of(&p, rows[i].name), rows[i].ns);
		CHECK_UINT(sum_shares(&p), 1300);
	}
}

/* Swapping any two instants makes the record invalid; equal ones are no disorder. */
static void disorder_is_invalid(void)
{
	for (unsigned int a = 0; a < 7; a++) {
		for (unsigned int b = a; b < 7; b++) {
			uint64_t t[7] = {100, 200, 300, 400, 500, 600, 700};
			struct path p = {0};

			t[a] = 100 * (b + 1);
			t[b] = 100 * (a + 1);
			path__rx(&p, 0,
				 &(struct rx_leg){
					 t[0], t[1], t[2], t[3], {.undivided_ns = t[3] - t[2]}});
			path__tx(&p, STAGE_APP, &(struct tx_leg){t[4], t[5], t[6]});
			CHECK_CASE("%u and %u swapped", a, b);
			CHECK_INT(p.invalid, a != b);
		}
	}
	struct path p = {0};

	path__rx(&p, 0, &(struct rx_leg){100, 100, 100, 100, {0}});
	path__tx(&p, STAGE_APP, &(struct tx_leg){100, 100, 100});
	CHECK(!p.invalid);
	CHECK_UINT(path__total_ns(&p), 0);
}

/* Random instants, hostile histories: a path that is not invalid always partitions its total. */
static void valid_paths_partition(void)
{
	uint64_t seed = 7, valid = 0;

	for (int i = 0; i < 100000; i++) {
		struct rx_leg in, back;
		struct path p = {0};

		hostile_leg(&seed, 0, &in);
		hostile_leg(&seed, 4000, &back);
		if (test__random(&seed) % 4)
			in.nic_ns = hostile_ns(&seed, 0) / 2;
		path__rx(&p, 0, &in);
		path__tx(&p, STAGE_APP, &(struct tx_leg){0, hostile_ns(&seed, 2000), 0});
		path__rx(&p, STAGE_PEER, &back);
		path__tx(&p, STAGE_APP, &(struct tx_leg){0, 0, hostile_ns(&seed, 6000)});
		valid += !p.invalid;
		CHECK_CASE("path %d", i);
		if (!p.invalid && !CHECK_UINT(sum_shares(&p), path__total_ns(&p)))
			return;
	}
	CHECK(valid > 1000);
}

/* Parts that were never computed do not make a stage vanish. */
static void undivided_leg_is_one_stage(void)
{
	struct path p = {0};

	path__rx(&p, 0, &(struct rx_leg){100, 200, 300, 400, {0}});
	CHECK_UINT(sum_shares(&p), 300);
	CHECK_UINT(share_of(&p, "sockq"), 100);
}

/* The causes of runq and backlog are those stages, to the nanosecond, while there is room. */
static void causes_sum_to_their_stages(void)
{
	static const struct rec_history h = {.off_cnt = 3,
					     .off = {{900, 1100, 1200, SYS_futex, 0},
						     {1300, 1300, 1400, -1, REC_F_PREEMPTED},
						     {1500, 1600, 1700, EPOLL, 0}}};
	static const struct why_cause want[] = {{100, SYS_futex, WHY_BUSY_BLOCKED, 0},
						{100, -1, WHY_WOKEN, 0},
						{500, 0, WHY_BUSY, 0},
						{100, -1, WHY_PREEMPTED, 0},
						{100, 3, WHY_WOKEN, 0}};
	struct rx_leg leg = {.sock_ns = 1000, .read_ns = 2000};
	struct why_parts why;

	rx_leg__split(&leg, &h, 3, &why);
	CHECK_UINT(leg.sockq.runq_ns, 300);
	CHECK_UINT(leg.sockq.backlog_ns, 600);
	CHECK_UINT(leg.sockq.wakeup_ns, 100);
	CHECK_UINT(why.cnt, CNT(want));
	for (size_t i = 0; i < CNT(want) && i < why.cnt; i++) {
		CHECK_CASE("cause %zu", i);
		CHECK_UINT(why.part[i].ns, want[i].ns);
		CHECK_UINT(why.part[i].id, want[i].id);
		CHECK_INT(why.part[i].arg, want[i].arg);
	}
	leg.sock_ns = 0;
	rx_leg__split(&leg, &h, 3, &why);
	CHECK_UINT(why.cnt, 0);
}

static void first_and_last_instants(void)
{
	CHECK_UINT(rx_leg__start_ns(&(struct rx_leg){1, 2, 3, 4, {0}}), 1);
	CHECK_UINT(rx_leg__start_ns(&(struct rx_leg){0, 2, 3, 4, {0}}), 2);
	CHECK_UINT(rx_leg__start_ns(&(struct rx_leg){0, 0, 3, 4, {0}}), 3);
	CHECK_UINT(rx_leg__start_ns(&(struct rx_leg){0, 0, 0, 4, {0}}), 4);
	CHECK_UINT(tx_leg__start_ns(&(struct tx_leg){0, 2, 3}), 2);
	CHECK_UINT(tx_leg__start_ns(&(struct tx_leg){0, 0, 3}), 3);
	CHECK_UINT(tx_leg__end_ns(&(struct tx_leg){1, 2, 0}), 2);
	CHECK_UINT(tx_leg__end_ns(&(struct tx_leg){1, 0, 0}), 1);
	CHECK_UINT(tx_leg__end_ns(&(struct tx_leg){0, 0, 0}), 0);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"splits_by_history", splits_by_history, TEST_PLAIN},
		{"parts_sum_whatever_the_history", parts_sum_whatever_the_history, TEST_PLAIN},
		{"every_subset_partitions", every_subset_partitions, TEST_PLAIN},
		{"missing_instants_merge_by_name", missing_instants_merge_by_name, TEST_PLAIN},
		{"disorder_is_invalid", disorder_is_invalid, TEST_PLAIN},
		{"valid_paths_partition", valid_paths_partition, TEST_PLAIN},
		{"undivided_leg_is_one_stage", undivided_leg_is_one_stage, TEST_PLAIN},
		{"causes_sum_to_their_stages", causes_sum_to_their_stages, TEST_PLAIN},
		{"first_and_last_instants", first_and_last_instants, TEST_PLAIN},
		{},
	};

	return test__run(tests, argc, argv);
}
