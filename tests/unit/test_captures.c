/* SPDX-License-Identifier: BSD-2-Clause */
/* Captures of the loopback of a network namespace of our own: what is sent comes as records, twice,
 * in order; what is not signaling does not; what the ring has no room for is counted. */
#include "captures.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "capture.h"
#include "demux.h"
#include "test.h"

#define SIP_PORT 5060
#define LO	 1 /* ifindex in every namespace */
#define KEEP_MAX 64
#define WAIT_NS	 2000000000ull
#define RINGS	 (32ull * CAPTURE_BLOCKS_MAX * CAPTURE_BLOCK_BYTES) /* enough for one of the largest \
								     */
#define OPTIONS "OPTIONS sip:b@127.0.0.1 SIP/2.0\r\n\r\n"

struct bench {
	struct captures *set;
	struct capture *capture[2];
	int fd;
	unsigned int cnt; /* records */
	struct frame_record record[KEEP_MAX];
	uint64_t last_ns;
	bool is_ordered;
};

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000ull + (uint64_t)ts.tv_nsec;
}

static bool set_lo(short flags)
{
	struct ifreq ifr = {.ifr_name = "lo", .ifr_flags = flags};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool is_set = fd >= 0 && !ioctl(fd, SIOCSIFFLAGS, &ifr);

	close(fd);
	return is_set;
}

/* Once for the process: as root, or as the root of a user namespace of our own. */
static bool has_namespace(void)
{
	static int state; /* 0 not tried, 1 yes, -1 no */

	if (!state) {
		bool is_own = !unshare(CLONE_NEWNET) || !unshare(CLONE_NEWUSER | CLONE_NEWNET);

		state = is_own && set_lo(IFF_UP) ? 1 : -1;
	}
	return state > 0;
}

static int keep(void *ctx, void *data, size_t len)
{
	struct bench *b = ctx;
	const struct rec_tap *tap = data;

	b->is_ordered &= tap->hdr.ts_ns >= b->last_ns;
	b->last_ns = tap->hdr.ts_ns;
	CHECK_UINT(len, tap->hdr.len);
	if (b->cnt < KEEP_MAX)
		memcpy(&b->record[b->cnt], data, len);
	b->cnt++;
	return 0;
}

static void stop(struct bench *b)
{
	captures__free(b->set);
	if (b->fd >= 0)
		close(b->fd);
	free(b);
}

/* NULL: skipped or failed. */
static struct bench *start(unsigned int captures)
{
	struct bench *b = calloc(1, sizeof(*b));
	struct knobs *k = calloc(1, sizeof(*k));
	struct captures_opts opts = {.knobs = k, .ring_bytes = RINGS, .record = keep, .ctx = b};
	char reason[160] = "";
	int rc = b && k ? 0 : -ENOMEM;

	if (!has_namespace()) {
		test__skip("no network namespace (needs root or user namespaces)");
		rc = -EPERM;
	}
	if (!rc) {
		b->fd = -1;
		b->is_ordered = true;
		k->snap_len = 512;
		knobs_add_port(k, SIP_PORT, PORT_SIP);
		rc = captures__new(&opts, &b->set);
	}
	free(k);
	for (unsigned int i = 0; !rc && i < captures; i++)
		rc = captures__open(b->set, LO, &b->capture[i], reason, sizeof(reason));
	if (!rc) {
		b->fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
		return b;
	}
	if (rc != -EPERM)
		CHECK_OK(rc);
	if (b && b->set)
		captures__free(b->set);
	free(b);
	return NULL;
}

static void send_to(struct bench *b, uint16_t port, const char *text)
{
	struct sockaddr_in to = {.sin_family = AF_INET,
				 .sin_port = htons(port),
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};

	CHECK_INT(sendto(b->fd, text, strlen(text), 0, (struct sockaddr *)&to, sizeof(to)),
		  (ssize_t)strlen(text));
}

/* Until there are `cnt` records. */
static void drain_until(struct bench *b, unsigned int cnt)
{
	uint64_t end = now_ns() + WAIT_NS;

	while (b->cnt < cnt && now_ns() < end) {
		captures__drain(b->set, now_ns());
		usleep(1000);
	}
}

static void out_and_in(void)
{
	struct bench *b = start(1);
	uint64_t before, after, count[FRAME_COUNTS] = {0};

	if (!b)
		return;
	before = now_ns();
	send_to(b, 50000, "OPTIONS sip:elsewhere SIP/2.0\r\n\r\n");
	send_to(b, SIP_PORT, "hello, no SIP");
	send_to(b, SIP_PORT, "OPTIONS sip:b@127.0.0.1 SIP/2.0\r\n\r\n");
	after = now_ns();
	drain_until(b, 2);
	CHECK_UINT(b->cnt, 2);
	for (unsigned int i = 0; i < 2; i++) {
		const struct rec_tap *tap = &b->record[i].tap;

		CHECK_CASE("record %u", i);
		CHECK_INT(tap->hdr.kind, REC_TAP);
		CHECK(tap->hdr.ts_ns + 2000 >= before && tap->hdr.ts_ns <= after + 2000);
		CHECK_INT(tap->flow.flags & REC_F_EGRESS, i == 0 ? REC_F_EGRESS : 0);
		CHECK_INT(tap->flow.dport, SIP_PORT);
		CHECK_UINT(tap->ifindex, LO);
		CHECK_MEM(b->record[i].payload, "OPTIONS sip:b@127.0.0.1 SIP/2.0\r\n\r\n",
			  tap->print.snap_len);
	}
	captures__take_counts(b->set, count, FRAME_COUNTS);
	CHECK_UINT(count[FRAME_SIP_MALFORMED], 2);
	CHECK_UINT(count[FRAME_RING_FULL], 0);
	captures__take_counts(b->set, count, FRAME_COUNTS);
	CHECK_UINT(count[FRAME_SIP_MALFORMED], 2);
	CHECK_UINT(captures__clock_steps(b->set), 0);
	stop(b);
}

/* Two rings see everything: four records a message, by time. */
static void rings_are_merged(void)
{
	struct bench *b = start(2);

	if (!b)
		return;
	for (unsigned int i = 0; i < 500; i++)
		send_to(b, SIP_PORT, "OPTIONS sip:b@127.0.0.1 SIP/2.0\r\n\r\n");
	drain_until(b, 2000);
	CHECK_UINT(b->cnt, 2000);
	CHECK(b->is_ordered);
	captures__close(b->set, b->capture[0]);
	send_to(b, SIP_PORT, "OPTIONS sip:b@127.0.0.1 SIP/2.0\r\n\r\n");
	drain_until(b, 2002);
	CHECK_UINT(b->cnt, 2002);
	stop(b);
}

/* Nobody reads for a while: each packet is a record or counted. */
static void losses_are_counted(void)
{
	struct bench *b = start(1);
	uint64_t count[FRAME_COUNTS] = {0};
	char text[1100];

	if (!b)
		return;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	memcpy(text, "OPTIONS sip:b@127.0.0.1 SIP/2.0\r\n", 33);
	for (unsigned int i = 0; i < 2000; i++)
		send_to(b, SIP_PORT, text);
	drain_until(b, 4000); /* not all will come: waits for the time */
	captures__take_counts(b->set, count, FRAME_COUNTS);
	CHECK(count[FRAME_RING_FULL] > 0);
	CHECK_UINT(b->cnt + count[FRAME_RING_FULL], 4000);
	stop(b);
}

/* What came before it was closed is not lost; what comes after is nobody's. */
static void closed_hands_over(void)
{
	struct bench *b = start(1);

	if (!b)
		return;
	send_to(b, SIP_PORT, OPTIONS);
	captures__close(b->set, b->capture[0]);
	CHECK(captures__is_closing(b->set));
	send_to(b, SIP_PORT, OPTIONS);
	drain_until(b, 3); /* there are two: waits for the time */
	CHECK_UINT(b->cnt, 2);
	CHECK(!captures__is_closing(b->set));
	stop(b);
}

/* Another way of seeing took over at one instant, or ended there: each message comes once. */
static void cut_at_an_instant(void)
{
	struct bench *b = start(2);
	uint64_t cut_ns;

	if (!b)
		return;
	send_to(b, SIP_PORT, OPTIONS);
	cut_ns = now_ns();
	send_to(b, SIP_PORT, OPTIONS);
	captures__close(b->set, b->capture[0]);
	captures__cut(b->set, cut_ns);
	drain_until(b, 5); /* there are four: waits for the time */
	CHECK_UINT(b->cnt, 4);
	CHECK(b->is_ordered);
	for (unsigned int i = 0; i < 2 && b->cnt == 4; i++) {
		CHECK(b->record[i].tap.hdr.ts_ns < cut_ns);
		CHECK(b->record[2 + i].tap.hdr.ts_ns >= cut_ns);
	}
	stop(b);
}

/* A call has an end, however fast packets come. */
static void later_ones_wait(void)
{
	struct bench *b = start(1);
	uint64_t before_ns = now_ns();

	if (!b)
		return;
	usleep(2 * CAPTURES_HOLD_NS / 1000); /* a call that takes this long */
	send_to(b, SIP_PORT, OPTIONS);
	for (uint64_t end = now_ns() + 50000000; now_ns() < end;) {
		captures__drain(b->set, before_ns);
		usleep(1000);
	}
	CHECK_UINT(b->cnt, 0);
	CHECK_UINT(captures__clock_steps(b->set), 0);
	drain_until(b, 2);
	CHECK_UINT(b->cnt, 2);
	stop(b);
}

/* Rings get smaller, then there are none; one that is closed makes room. */
static void rings_share_a_budget(void)
{
	struct bench *b = start(0);
	struct knobs *k = calloc(1, sizeof(*k));
	struct captures_opts opts = {.knobs = k,
				     .ring_bytes = 10ull * CAPTURE_BLOCKS_MIN * CAPTURE_BLOCK_BYTES,
				     .record = keep,
				     .ctx = b};
	struct captures *set = NULL;
	struct capture *c[11];
	char reason[160] = "";

	if (b && k)
		CHECK_OK(captures__new(&opts, &set));
	for (unsigned int i = 0; set && i < 10; i++)
		CHECK_OK(captures__open(set, LO, &c[i], reason, sizeof(reason)));
	if (set) {
		CHECK_INT(captures__open(set, LO, &c[10], reason, sizeof(reason)), -ENOBUFS);
		CHECK_STR(reason, "ring budget: other captures have all of the 1280 KiB");
		captures__close(set, c[4]);
		captures__drain(set, now_ns() + 1000000000);
		CHECK_OK(captures__open(set, LO, &c[4], reason, sizeof(reason)));
	}
	captures__free(set);
	free(k);
	if (b)
		stop(b);
}

static void goes_on_when_the_link_comes_back(void)
{
	struct bench *b;

	if (has_namespace())
		CHECK(set_lo(0));
	b = start(1); /* opened while it is down */
	if (!b)
		return;
	CHECK(set_lo(IFF_UP));
	send_to(b, SIP_PORT, "OPTIONS sip:b@127.0.0.1 SIP/2.0\r\n\r\n");
	drain_until(b, 2);
	CHECK_UINT(b->cnt, 2);
	CHECK(set_lo(0) && set_lo(IFF_UP));
	send_to(b, SIP_PORT, "OPTIONS sip:b@127.0.0.1 SIP/2.0\r\n\r\n");
	drain_until(b, 4);
	CHECK_UINT(b->cnt, 4);
	stop(b);
}

static void refusals_say_why(void)
{
	struct bench *b = start(0);
	struct capture *c = NULL;
	char reason[160] = "";

	if (!b)
		return;
	CHECK_INT(captures__open(b->set, 4711, &c, reason, sizeof(reason)), -ENODEV);
	CHECK_STR(reason, "packet socket: No such device");
	CHECK(c == NULL);
	CHECK_INT(capture__try(reason, sizeof(reason)), 0);
	stop(b);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"out_and_in", out_and_in, TEST_WALK},
		{"rings_are_merged", rings_are_merged, TEST_PLAIN},
		{"losses_are_counted", losses_are_counted, TEST_PLAIN},
		{"closed_hands_over", closed_hands_over, TEST_PLAIN},
		{"cut_at_an_instant", cut_at_an_instant, TEST_PLAIN},
		{"later_ones_wait", later_ones_wait, TEST_PLAIN},
		{"rings_share_a_budget", rings_share_a_budget, TEST_PLAIN},
		{"goes_on_when_the_link_comes_back", goes_on_when_the_link_comes_back, TEST_PLAIN},
		{"refusals_say_why", refusals_say_why, TEST_PLAIN},
		{},
	};

	return test__run(tests, argc, argv);
}
