/* SPDX-License-Identifier: BSD-2-Clause */
/* What the kernel's own plan reports of streams, DTLS, heartbeats and first media, over loopback in
 * a namespace of its own. The bytes that were sent, the sockets' own results and the clock are the
 * witnesses.
 *
 *   test_stream */
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "demux.h"
#include "feature.h"
#include "loader.h"
#include "record.h"
#include "report.h"

#define RING_BYTES  (8 << 20)
#define STREAM_PORT 28080 /* nobody else's: probes see the whole machine */
#define OTHER_PORT  28081
#define BEAT_PORT   28082
#define MEDIA_PORT  28083
#define BULK	    300000
#define SEGS_MAX    4096
#define WAIT_MS	    2000
#define PARTS_MAX   16 /* records of one segment */

/* One direction of the stream as one side reported it. */
struct half {
	uint8_t bytes[BULK];
	uint8_t has[BULK];
	uint32_t first_seq; /* of bytes[0] */
	unsigned int segs, syns, fins, stamped, named, outside, cuts;
	uint64_t sk, last_ts_ns;
	uint64_t skb[SEGS_MAX];
	uint64_t part_skb;
	unsigned int part;
};

enum { IN, OUT };

struct rig {
	struct knobs knobs;
	struct plan plan;
	struct object o;
	struct ring_buffer *ring;
	const uint8_t *sent;
	struct half half[2]; /* what flows to the server's port, received and sent */
	unsigned int takes, xmits, other;
	uint32_t take_seq;
	uint64_t take_ts_ns;
	uint64_t take_sk;
	unsigned int rx[PROTO_CNT], send[PROTO_CNT], read, media[2][PROTO_CNT];
	uint64_t rx_hash, read_hash;
	struct rec_media last_media;
	uint64_t from_ns;
};

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000ull + (uint64_t)ts.tv_nsec;
}

static bool is_sane(const struct rig *g, uint64_t ns, uint64_t before_ns)
{
	return ns >= g->from_ns && ns <= before_ns;
}

static void take_segment(struct rig *g, const struct rec_seg *r)
{
	bool is_out = r->flow.flags & REC_F_EGRESS;
	struct half *h = &g->half[is_out];
	uint32_t at;

	if (r->flow.sport == STREAM_PORT)
		return;
	if (r->flow.dport != STREAM_PORT) {
		g->other++;
		return;
	}
	if (r->flow.flags & REC_F_SYN) {
		h->syns++;
		h->first_seq = r->seq;
		h->sk = 0;
	}
	h->fins += (r->flow.flags & REC_F_FIN) != 0;
	h->last_ts_ns = r->hdr.ts_ns;
	if (!r->snap_len)
		return;
	h->sk = r->sk;
	if (h->segs < SEGS_MAX)
		h->skb[h->segs] = r->skb;
	h->segs++;
	h->stamped += is_out ? is_sane(g, r->send_ns, r->hdr.ts_ns)
			     : is_sane(g, r->stack_ns, r->hdr.ts_ns);
	h->named += r->task.pid == (uint32_t)getpid();
	at = r->seq - h->first_seq;
	if (at >= BULK || r->seg_len > BULK - at) {
		h->outside++;
		return;
	}
	memcpy(h->bytes + at, r->payload, r->snap_len);
	memset(h->has + at, 1, r->snap_len);
	h->part = r->skb == h->part_skb && h->part ? h->part + 1 : 1;
	h->part_skb = r->skb;
	if (r->snap_len == r->seg_len) {
		h->part = 0;
	} else if (h->part == PARTS_MAX) { /* what a packet of more than 64 KiB ends in */
		at += r->snap_len;
		memset(h->has + at, 1, r->seg_len - r->snap_len);
		memcpy(h->bytes + at, g->sent + at, r->seg_len - r->snap_len);
		h->cuts++;
		h->part = 0;
	}
}

static void take_xmit(struct rig *g, const struct rec_xmit *r)
{
	const struct half *h = &g->half[OUT];

	for (unsigned int i = 0; i < h->segs && i < SEGS_MAX; i++) {
		if (h->skb[i] == r->skb) {
			g->xmits++;
			return;
		}
	}
}

static void take_media(struct rig *g, const struct rec_media *r)
{
	if (r->flow.dport != MEDIA_PORT || r->flow.proto >= PROTO_CNT)
		return;
	g->media[r->flow.flags & REC_F_EGRESS ? OUT : IN][r->flow.proto]++;
	g->last_media = *r;
}

static int take_record(void *ctx, void *data, size_t len)
{
	const struct rec_hdr *hdr = data;
	struct rig *g = ctx;

	if (hdr->len != len)
		g->other++;
	switch (hdr->kind) {
	case REC_SEG:
		take_segment(g, data);
		break;
	case REC_TAKE:
		g->takes++;
		g->take_seq = ((const struct rec_take *)data)->seq;
		g->take_sk = ((const struct rec_take *)data)->sk;
		g->take_ts_ns = hdr->ts_ns;
		break;
	case REC_XMIT:
		take_xmit(g, data);
		break;
	case REC_MEDIA:
		take_media(g, data);
		break;
	case REC_RX:
		g->rx[((const struct rec_rx *)data)->flow.proto % PROTO_CNT]++;
		g->rx_hash = ((const struct rec_rx *)data)->print.hash;
		break;
	case REC_SEND:
		g->send[((const struct rec_send *)data)->flow.proto % PROTO_CNT]++;
		break;
	case REC_READ:
		g->read++;
		g->read_hash = ((const struct rec_read *)data)->print.hash;
		break;
	}
	return 0;
}

static void forget(struct rig *g)
{
	ring_buffer__consume(g->ring);
	memset(g->half, 0, sizeof(g->half));
	memset(g->rx, 0, sizeof(g->rx));
	memset(g->send, 0, sizeof(g->send));
	memset(g->media, 0, sizeof(g->media));
	g->takes = g->xmits = g->other = g->read = 0;
	g->take_seq = 0;
	g->from_ns = now_ns();
}

static bool start(struct rig *g, char *err, size_t err_len)
{
	static char cgroup2[4096];
	struct loader_opts lo = {.object = {.ring_bytes = RING_BYTES}, .knobs = &g->knobs};
	struct plan_opts po = {0};

	memset(g, 0, sizeof(*g));
	g->knobs.snap_len = 512;
	g->knobs.stun_anywhere = g->knobs.dtls_anywhere = g->knobs.first_media = 1;
	knobs_add_port(&g->knobs, STREAM_PORT, PORT_STREAM);
	knobs_add_port(&g->knobs, BEAT_PORT, PORT_BEAT);
	if (!cgroup2__find(cgroup2, sizeof(cgroup2)))
		lo.object.cgroup2 = cgroup2;
	if (plan__make(&po, &g->plan, err, err_len) ||
	    loader__start(&lo, &g->plan, &g->o, err, err_len))
		return false;
	g->ring = ring_buffer__new(object__ring_fd(&g->o), take_record, g, NULL);
	return g->ring != NULL;
}

static bool has(const struct rig *g, const char *instant)
{
	const struct plan_choice *c = plan__find(&g->plan, instant);

	return c && c->candidate;
}

static socklen_t address(struct sockaddr_storage *ss, int family, uint16_t port)
{
	struct sockaddr_in6 *sin6 = (void *)ss;
	struct sockaddr_in *sin = (void *)ss;

	memset(ss, 0, sizeof(*ss));
	if (family == AF_INET6) {
		*sin6 = (struct sockaddr_in6){.sin6_family = AF_INET6,
					      .sin6_port = htons(port),
					      .sin6_addr = IN6ADDR_LOOPBACK_INIT};
		return sizeof(*sin6);
	}
	*sin = (struct sockaddr_in){.sin_family = AF_INET,
				    .sin_port = htons(port),
				    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	return sizeof(*sin);
}

/* A connected pair: fd[0] the client's end. */
static bool connect_pair(int family, uint16_t port, int fd[2])
{
	struct sockaddr_storage ss;
	socklen_t len = address(&ss, family, port);
	int listener = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;
	bool ok;

	fd[0] = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	fd[1] = -1;
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	ok = !bind(listener, (struct sockaddr *)&ss, len) && !listen(listener, 1) &&
	     !connect(fd[0], (struct sockaddr *)&ss, len);
	if (ok)
		fd[1] = accept(listener, NULL, NULL);
	close(listener);
	return ok && fd[1] >= 0;
}

static void hang_up(int fd[2])
{
	close(fd[0]);
	close(fd[1]);
	usleep(20000);
}

/* All of it through, in chunks of the reader; false when it stalls. */
static bool push(struct rig *g, int fd[2], const uint8_t *bytes, size_t len)
{
	static uint8_t got[65536];
	size_t sent = 0, read_cnt = 0;

	while (read_cnt < len) {
		struct pollfd p = {.fd = fd[1], .events = POLLIN};
		ssize_t n;

		n = sent < len ? send(fd[0], bytes + sent, len - sent, MSG_DONTWAIT) : 0;
		sent += n > 0 ? (size_t)n : 0;
		if (poll(&p, 1, WAIT_MS) != 1)
			return false;
		n = recv(fd[1], got, sizeof(got), 0);
		if (n <= 0 || memcmp(got, bytes + read_cnt, (size_t)n))
			return false;
		read_cnt += (size_t)n;
		ring_buffer__consume(g->ring);
	}
	return true;
}

static bool check_half(struct rig *g, const char *name, int dir, const uint8_t *bytes, size_t len)
{
	const struct half *h = &g->half[dir];
	const char *what = dir == OUT ? "sent" : "received";

	if (h->syns != 1 || h->fins != 1 || h->outside)
		return report__bad(name, "%s: %u SYN, %u FIN, %u outside the stream", what, h->syns,
				   h->fins, h->outside);
	for (size_t i = 0; i < len; i++)
		if (!h->has[i] || h->bytes[i] != bytes[i])
			return report__bad(name, "%s: byte %zu of %zu %s", what, i, len,
					   h->has[i] ? "differs" : "is missing");
	return true;
}

static uint64_t counter(const struct rig *g, const char *name)
{
	static const char *const names[] = {
#define COUNTER(id, name, kind, help) name,
#include "counter.def"
#undef COUNTER
	};
	uint64_t count[sizeof(names) / sizeof(names[0])];

	object__counters(&g->o, count, sizeof(names) / sizeof(names[0]));
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(names[i], name))
			return count[i];
	return UINT64_MAX;
}

static void test_stream(struct rig *g, const char *name, int family, size_t len)
{
	static uint8_t bytes[BULK];
	uint64_t cut = counter(g, "segment_cut"), lost = counter(g, "scratch_lost");
	struct half *in = &g->half[IN], *out = &g->half[OUT];
	int fd[2];

	for (size_t i = 0; i < len; i++)
		bytes[i] = (uint8_t)(i * 31 + (i >> 8));
	forget(g);
	g->sent = bytes;
	if (!connect_pair(family, STREAM_PORT, fd) || !push(g, fd, bytes, len)) {
		report__bad(name, "no connection, or nothing came: %s", strerror(errno));
		return;
	}
	hang_up(fd);
	ring_buffer__consume(g->ring);
	if (!check_half(g, name, IN, bytes, len) || !check_half(g, name, OUT, bytes, len))
		return;
	if (counter(g, "segment_cut") - cut != in->cuts + out->cuts ||
	    counter(g, "scratch_lost") != lost)
		report__bad(name, "%lu segments were cut, %u told; %lu lost",
			    (unsigned long)(counter(g, "segment_cut") - cut), in->cuts + out->cuts,
			    (unsigned long)(counter(g, "scratch_lost") - lost));
	else if (has(g, "t_stack") && in->stamped != in->segs)
		report__bad(name, "%u of %u received have t_stack", in->stamped, in->segs);
	else if (has(g, "t_write") && (out->stamped == 0 || out->named != out->stamped))
		report__bad(name, "%u of %u sent have t_send, %u a task", out->stamped, out->segs,
			    out->named);
	else if (has(g, "t_write") && len < 65536 && out->stamped != out->segs)
		report__bad(name, "%u of %u sent have t_send", out->stamped, out->segs);
	else if (has(g, "t_xmit") && !g->xmits)
		report__bad(name, "no segment was handed to the driver");
	else if (has(g, "t_take") &&
		 (!g->takes || g->take_sk != in->sk ||
		  g->take_seq - in->first_seq - len > 1 /* the FIN may be read too */))
		report__bad(name, "%u reads, the last to %u of %zu, of %s socket", g->takes,
			    g->take_seq - in->first_seq, len,
			    g->take_sk == in->sk ? "this" : "another");
	else
		report__ok("%s (%u segments in, %u out, %u reads, %u at the driver)", name,
			   in->segs, out->segs, g->takes, g->xmits);
}

/* Other ports are nobody's. */
static void test_other(struct rig *g)
{
	const char *name = "stream_elsewhere";
	int fd[2];

	forget(g);
	if (!connect_pair(AF_INET, OTHER_PORT, fd) || send(fd[0], "GET / ", 6, 0) != 6) {
		report__bad(name, "no connection");
		return;
	}
	hang_up(fd);
	ring_buffer__consume(g->ring);
	if (g->other || g->half[IN].segs || g->takes)
		report__bad(name, "%u records of another port, %u reads", g->other, g->takes);
	else
		report__ok("%s", name);
}

/* --- datagrams --- */

struct pair {
	int a, b;
	struct sockaddr_storage to;
	socklen_t len;
};

static bool open_datagrams(struct pair *p, int family, uint16_t port)
{
	p->len = address(&p->to, family, port);
	p->a = socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	p->b = socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	return !bind(p->b, (struct sockaddr *)&p->to, p->len);
}

static void close_datagrams(struct pair *p)
{
	close(p->a);
	close(p->b);
}

/* Sends it so often, and reads all. */
static void datagrams(struct pair *p, const void *bytes, size_t len, unsigned int cnt)
{
	uint8_t buf[256];

	while (cnt--) {
		struct pollfd w = {.fd = p->b, .events = POLLIN};

		sendto(p->a, bytes, len, 0, (struct sockaddr *)&p->to, p->len);
		if (poll(&w, 1, WAIT_MS) == 1)
			recv(p->b, buf, sizeof(buf), 0);
	}
}

#define HELLO	"\x16\xfe\xfd\0\0\0\0\0\0\0\0\0\x10\x01\0\0\x04\0\0\0\0\0\0\0\x04zzzz"
#define SEALED	"\x17\xfe\xfd\0\x01\0\0\0\0\0\0\0\x04zzzz"
#define UNIFIED "\x2f\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10\x11"
#define RTP	"\x80\0\x12\x34\0\0\0\xa0\xde\xad\xbe\xefvoice voice voice"
#define RTCP	"\x80\xc9\0\x01\xde\xad\xbe\xef"
#define TEXT(s) s, sizeof(s) - 1

static bool read_matches(const struct rig *g)
{
	return !has(g, "t_read") || (g->read == 1 && (!g->read_hash || g->read_hash == g->rx_hash));
}

static void test_message(struct rig *g, const char *name, int family, uint16_t port,
			 const void *bytes, size_t len, enum rec_proto proto)
{
	struct pair p;

	if (!open_datagrams(&p, family, port)) {
		report__bad(name, "cannot bind");
		return;
	}
	forget(g);
	datagrams(&p, bytes, len, 1);
	ring_buffer__consume(g->ring);
	close_datagrams(&p);
	if (g->rx[proto] != 1 || g->send[proto] != 1 || !read_matches(g))
		report__bad(name, "%u received, %u sent, %u read", g->rx[proto], g->send[proto],
			    g->read);
	else
		report__ok("%s", name);
}

static bool check_media(struct rig *g, const char *name, unsigned int rtp, unsigned int sealed)
{
	ring_buffer__consume(g->ring);
	for (int dir = IN; dir <= OUT; dir++)
		if (g->media[dir][PROTO_RTP] != rtp || g->media[dir][PROTO_DTLS] != sealed)
			return report__bad(name, "%s: %u RTP and %u protected, expected %u and %u",
					   dir == OUT ? "sent" : "received",
					   g->media[dir][PROTO_RTP], g->media[dir][PROTO_DTLS], rtp,
					   sealed);
	forget(g);
	return true;
}

static void test_media(struct rig *g, const char *name, int family)
{
	struct pair p;
	bool ok;

	if (!open_datagrams(&p, family, MEDIA_PORT)) {
		report__bad(name, "cannot bind");
		return;
	}
	forget(g);
	datagrams(&p, TEXT(UNIFIED), 5); /* nobody shook hands */
	ok = check_media(g, name, 0, 0);
	datagrams(&p, TEXT(RTCP), 1);
	ring_buffer__consume(g->ring);
	if (ok && (g->last_media.msg_len != sizeof(RTCP) - 1 ||
		   memcmp(g->last_media.first, RTCP "\0\0\0\0\0\0\0\0", 16)))
		ok = report__bad(name, "%u bytes, or other ones", g->last_media.msg_len);
	datagrams(&p, TEXT(RTP), 20);
	ring_buffer__consume(g->ring);
	if (ok && memcmp(g->last_media.first, RTP, 16))
		ok = report__bad(name, "other bytes");
	datagrams(&p, TEXT(SEALED), 30);
	ok = ok && check_media(g, name, 4, 16);
	datagrams(&p, TEXT(RTP), 5);
	ok = ok && check_media(g, name, 0, 0);
	datagrams(&p, TEXT(HELLO), 1); /* anew */
	datagrams(&p, TEXT(UNIFIED), 20);
	datagrams(&p, TEXT(RTP), 5);
	ok = ok && check_media(g, name, 4, 16);
	close_datagrams(&p);
	if (ok && open_datagrams(&p, family, MEDIA_PORT)) { /* another flow */
		datagrams(&p, TEXT(RTP), 6);
		ok = check_media(g, name, 4, 0);
		close_datagrams(&p);
	}
	if (ok)
		report__ok("%s", name);
}

static bool loopback_up(void)
{
	struct ifreq ifr = {.ifr_name = "lo"};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), rc;

	rc = ioctl(fd, SIOCGIFFLAGS, &ifr);
	ifr.ifr_flags |= IFF_UP;
	rc = rc ? rc : ioctl(fd, SIOCSIFFLAGS, &ifr);
	close(fd);
	return rc == 0;
}

int main(void)
{
	struct rig *g = calloc(1, sizeof(*g));
	char err[512] = "";

	report__start();
	if (!g || unshare(CLONE_NEWNET) || !loopback_up()) {
		report__skip("stream", "no network namespace");
		return report__status();
	}
	if (!start(g, err, sizeof(err))) {
		report__bad("stream", "%s", err);
		return report__status();
	}
	for (unsigned int i = 0; i < g->plan.choice_cnt; i++)
		printf("# %s %s\n", g->plan.choice[i].instant,
		       g->plan.choice[i].candidate ? g->plan.choice[i].candidate : "-");
	if (has(g, "t_seg_in") && has(g, "t_seg_out")) {
		test_stream(g, "stream_small", AF_INET, 400);
		test_stream(g, "stream_small_ipv6", AF_INET6, 400);
		test_stream(g, "stream_5000", AF_INET, 5000);
		test_stream(g, "stream_bulk", AF_INET, BULK);
		test_stream(g, "stream_bulk_ipv6", AF_INET6, BULK);
		test_other(g);
	} else {
		report__skip("stream", "no cgroup2");
	}
	test_message(g, "dtls_hello", AF_INET, MEDIA_PORT, TEXT(HELLO), PROTO_DTLS);
	test_message(g, "dtls_hello_ipv6", AF_INET6, MEDIA_PORT, TEXT(HELLO), PROTO_DTLS);
	test_message(g, "heartbeat", AF_INET, BEAT_PORT, TEXT("\x01\x02 alive"), PROTO_BEAT);
	test_message(g, "heartbeat_ipv6", AF_INET6, BEAT_PORT, TEXT("x"), PROTO_BEAT);
	test_media(g, "first_media", AF_INET);
	test_media(g, "first_media_ipv6", AF_INET6);
	ring_buffer__free(g->ring);
	object__done(&g->o);
	free(g);
	return report__status();
}
