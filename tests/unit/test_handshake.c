/* SPDX-License-Identifier: BSD-2-Clause */
/* dtls_head and handshake: captures that others made, against what tshark says of their records,
 * and handshakes made byte by byte: fragments, cookies, DTLS 1.3 whose end is hidden, TLS. */
#include "handshake.h"

#include <stdio.h>
#include <string.h>

#include "capture_file.h"
#include "corpus.h"
#include "link.h"
#include "test.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define MS	 1000000ull
#define CONNS	 16

/* --- captures --- */

struct conn {
	struct call_handshake *h;
	struct rec_flow flow;
	uint32_t events;
	unsigned int retransmits;
};

static struct conn conns[CONNS];
static unsigned int conn_cnt;
static char told[512]; /* of the frame at hand, as tshark writes it */

static struct conn *conn_of(const struct rec_flow *f)
{
	struct conn *c;

	for (unsigned int i = 0; i < conn_cnt; i++) {
		c = &conns[i];
		if ((c->flow.sport == f->sport && c->flow.dport == f->dport) ||
		    (c->flow.sport == f->dport && c->flow.dport == f->sport))
			return c;
	}
	if (conn_cnt == CONNS)
		return NULL;
	c = &conns[conn_cnt];
	*c = (struct conn){.flow = *f};
	if (!CHECK_OK(handshake__new(&c->h)))
		return NULL;
	conn_cnt++;
	return c;
}

static void done_conns(void)
{
	while (conn_cnt)
		handshake__free(conns[--conn_cnt].h);
}

/* "frame type:seq:offset type:seq:offset..." of what is in clear. */
static void tell(unsigned int frame, const struct dtls_head *d)
{
	size_t at = (size_t)snprintf(told, sizeof(told), "%u", frame);

	for (unsigned int i = 0; i < d->frag_cnt; i++)
		at += (size_t)snprintf(told + at, sizeof(told) - at, " %u:%u:%u", d->frag[i].type,
				       d->frag[i].msg_seq, d->frag[i].frag_off);
}

static void take_datagram(const struct link_packet *p, uint64_t ts_ns, unsigned int frame,
			  const char *const *want, unsigned int *want_at)
{
	struct message m = {.flow = &p->flow,
			    .proto = PROTO_DTLS,
			    .dir = MESSAGE_WIRE,
			    .p = p->p,
			    .len = p->len,
			    .msg_len = p->wire_len,
			    .hash = ts_ns,
			    .ts_ns = ts_ns};
	struct dtls_head d;
	struct conn *c;
	uint32_t events;

	if (dtls_head__parse(p->p, p->len, p->wire_len, &d))
		return;
	c = conn_of(&p->flow);
	if (!c)
		return;
	if (d.frag_cnt) {
		tell(frame, &d);
		if (want[*want_at])
			CHECK_STR(told, want[(*want_at)++]);
	}
	events = handshake__message(c->h, &m, &d);
	c->events |= events;
	c->retransmits += !!(events & HANDSHAKE_RETRANSMIT);
}

static bool read_capture(const char *name, const char *const *want)
{
	static uint8_t bytes[CORPUS_MAX];
	uint32_t len = corpus__read("pcap/ndpi", name, bytes);
	struct fragments *fragments = NULL;
	unsigned int frame = 0, want_at = 0;
	struct capture_packet packet;
	struct capture_file file;
	struct link_packet p;
	struct source source;
	struct link link;

	if (!len) {
		test__skip("no pcap/ndpi in SIGPATH_DATA");
		return false;
	}
	if (!CHECK_OK(source__open_bytes(bytes, len, &source)))
		return false;
	if (CHECK_OK(fragments__new(4, 65536, &fragments)) &&
	    CHECK_OK(link__init(&link, fragments))) {
		if (CHECK_OK(capture_file__open(&source, &file))) {
			while (capture_file__next(&file, &packet) == 0) {
				frame++;
				if (link__decode(&link, packet.link, packet.p, packet.len,
						 packet.ts_ns, &p) &&
				    p.l4 == 17)
					take_datagram(&p, packet.ts_ns, frame, want, &want_at);
			}
			capture_file__done(&file);
		}
		link__done(&link);
	}
	fragments__free(fragments);
	source__done(&source);
	CHECK(!want[want_at]);
	return true;
}

/* tshark -r FILE -Y dtls -T fields -e frame.number -e dtls.handshake.type -e
 * dtls.handshake.message_seq -e dtls.handshake.fragment_offset */
static void full_handshake_with_cookie(void)
{
	static const char *const want[] = {
		"1 1:0:0", "2 3:0:0", "3 1:1:0", "4 2:1:0 11:2:0 14:3:0", "5 16:2:0", NULL};
	const struct call_handshake *h;

	if (!read_capture("dtls2.pcap", want))
		return;
	CHECK_UINT(conn_cnt, 1);
	h = conns[0].h;
	CHECK(h->is_started && h->is_complete && h->has_cookie);
	CHECK(!h->is_failed && !h->is_end_hidden && !h->is_resumed);
	CHECK_STR(handshake__protocol(h), "DTLS 1.0");
	CHECK_UINT(h->flights, 6); /* RFC 6347 4.2.4, figure 1 */
	CHECK_UINT(h->retransmitted, 0);
	CHECK_UINT(h->client_port, 53045);
	CHECK(h->app_ns[FROM_CLIENT] > h->complete_ns);
	CHECK(h->app_ns[FROM_SERVER] > h->app_ns[FROM_CLIENT]);
	CHECK_UINT(conns[0].events, HANDSHAKE_STARTED | HANDSHAKE_COOKIE | HANDSHAKE_COMPLETE |
					    HANDSHAKE_APPLICATION);
	done_conns();
}

static void fragmented_certificates(void)
{
	static const char *const want[] = {
		"1 1:0:0",
		"2 3:0:0",
		"3 1:1:0",
		"4 2:1:0 11:2:0",
		"5 11:2:1308 14:3:0",
		"6 16:2:0",
		"7 4:4:0",
		"21 1:0:0",
		"22 1:0:0",
		"23 2:0:0 11:1:0 11:1:140 11:1:371 11:1:602 11:1:833",
		"24 11:1:1064 11:1:1295 11:1:1526 12:2:0 12:2:20 12:2:251 13:3:0 14:4:0",
		"25 11:1:0 16:2:0 15:3:0",
		"26 4:5:0 4:5:231",
		NULL};

	if (!read_capture("dtls_certificate_fragments.pcap", want))
		return;
	CHECK_UINT(conn_cnt, 2);
	CHECK(conns[0].h->is_complete && conns[0].h->has_cookie);
	CHECK_UINT(conns[0].h->retransmitted, 0);
	CHECK_UINT(conns[0].h->flights, 6);
	CHECK(conns[1].h->is_complete && !conns[1].h->has_cookie);
	CHECK_STR(handshake__protocol(conns[1].h), "DTLS 1.2");
	CHECK_UINT(conns[1].h->retransmitted, 1); /* frame 22 */
	CHECK_UINT(conns[1].h->flights, 5);
	done_conns();
}

static void webrtc_with_a_repeated_flight(void)
{
	static const char *const want[] = {"3 1:0:0",
					   "4 2:0:0 11:1:0 12:2:0 13:3:0 14:4:0",
					   "6 11:1:0 16:2:0 15:3:0",
					   "9 4:5:0",
					   "10 11:1:0 16:2:0 15:3:0",
					   "11 4:5:0",
					   NULL};
	const struct call_handshake *h;

	if (!read_capture("stun_dtls_rtp.pcapng", want))
		return;
	h = conns[0].h;
	CHECK(h->is_complete && h->is_started && !h->is_resumed);
	CHECK_STR(handshake__protocol(h), "DTLS 1.2");
	CHECK_UINT(h->retransmitted, 2); /* frames 10 and 11, behind the end */
	CHECK_UINT(h->retransmit_wait_ns, 0);
	CHECK_STR(dtls_srtp__name(h->srtp_profile), "SRTP_AEAD_AES_256_GCM"); /* dtls.use_srtp.* */
	CHECK_UINT(h->cipher, 0xc02f);
	CHECK(h->app_ns[FROM_CLIENT] && h->app_ns[FROM_SERVER]);
	done_conns();
}

static void waits_for_a_lost_flight(void)
{
	static const char *const want[] = {NULL};
	const struct call_handshake *h;

	if (!read_capture("stun_zoom.pcapng", want))
		return;
	h = conns[0].h; /* port 48854: ClientHello 9, 13 and the client's last flight 24, 27, 35
			 * again
			 */
	CHECK(h->is_complete);
	CHECK_UINT(h->client_port, 48854);
	CHECK(h->retransmitted >= 5);
	CHECK(h->retransmit_wait_ns > 0 && h->retransmit_wait_ns < h->complete_ns - h->hello_ns);
	done_conns();
}

static void abbreviated_and_mid_session(void)
{
	static const char *const want[] = {"1 1:0:0", "2 3:0:0", "3 1:1:0", "4 2:1:0", NULL};
	static const char *const none[] = {NULL};

	if (!read_capture("dtls_session_id_and_coockie_both.pcap", want))
		return;
	CHECK(conns[0].h->is_resumed && conns[0].h->has_cookie);
	CHECK(!conns[0].h->is_complete); /* the capture ends before the client's Finished */
	CHECK_UINT(conns[0].h->complete_ns, 0);
	done_conns();
	if (!read_capture("dtls_mid_sessions.pcapng", none))
		return;
	CHECK(conn_cnt > 0);
	for (unsigned int i = 0; i < conn_cnt; i++)
		CHECK(!conns[i].h->is_started && !conns[i].h->is_complete &&
		      !conns[i].h->is_failed);
	done_conns();
}

/* --- made by hand --- */

struct made_msg {
	uint8_t p[2048];
	uint32_t len;
};

static void byte(struct made_msg *m, unsigned int v)
{
	m->p[m->len++] = (uint8_t)v;
}

static void number(struct made_msg *m, uint64_t v, int bytes)
{
	while (bytes--)
		byte(m, (unsigned int)(v >> 8 * bytes) & 0xff);
}

/* ClientHello or ServerHello; DTLS 1.3 by supported_versions; pad: bytes of an unknown extension.
 */
static struct made_msg hello(uint8_t type, bool is_dtls, bool is_13, uint8_t random, uint32_t pad)
{
	bool is_client = type == DTLS_CLIENT_HELLO;
	uint32_t version = is_dtls ? 0xfefc : 0x0304, ext_at;
	struct made_msg m = {.len = 0};

	number(&m, is_dtls ? 0xfefd : 0x0303, 2);
	for (int i = 0; i < DTLS_RANDOM_LEN; i++)
		byte(&m, random);
	byte(&m, 0); /* session id */
	if (is_client && is_dtls)
		byte(&m, 0); /* cookie */
	if (is_client) {
		number(&m, 4, 2);
		number(&m, 0x1301c02b, 4);
		number(&m, 0x0100, 2);
	} else {
		number(&m, is_13 ? 0x1301 : 0xc02b, 2);
		byte(&m, 0);
	}
	ext_at = m.len;
	number(&m, 0, 2);
	number(&m, 14, 2); /* use_srtp */
	number(&m, 5, 2);
	number(&m, 2, 2);
	number(&m, 7, 2);
	byte(&m, 0);
	if (is_13) {
		number(&m, 43, 2);
		number(&m, is_client ? 5 : 2, 2);
		if (is_client)
			byte(&m, 4);
		number(&m, version, 2);
		if (is_client)
			number(&m, 0x0a0a, 2); /* GREASE */
	}
	number(&m, 0xfff0, 2);
	number(&m, pad, 2);
	for (uint32_t i = 0; i < pad; i++)
		byte(&m, 0);
	m.p[ext_at] = (uint8_t)((m.len - ext_at - 2) >> 8);
	m.p[ext_at + 1] = (uint8_t)(m.len - ext_at - 2);
	return m;
}

static struct made_msg dtls_fragment(uint8_t type, uint16_t seq, const struct made_msg *body,
				     uint32_t off, uint32_t len)
{
	static uint64_t record_seq;
	struct made_msg m = {.len = 0};

	byte(&m, 22);
	number(&m, 0xfefd, 2);
	number(&m, record_seq++, 8);
	number(&m, len + 12, 2);
	byte(&m, type);
	number(&m, body->len, 3);
	number(&m, seq, 2);
	number(&m, off, 3);
	number(&m, len, 3);
	memcpy(m.p + m.len, body->p + off, len);
	m.len += len;
	return m;
}

struct rig {
	struct call_handshake *h;
	uint64_t now_ns;
	uint8_t proto;
	bool is_split; /* the server answers from another address family */
};

static bool rig_init(struct rig *g, uint8_t proto)
{
	*g = (struct rig){.now_ns = 1000 * MS, .proto = proto};
	return CHECK_OK(handshake__new(&g->h));
}

static uint32_t put(struct rig *g, enum handshake_dir from, const uint8_t *p, uint32_t len)
{
	struct rec_flow flow = {.sport = from == FROM_CLIENT ? 4000 : 5000,
				.dport = from == FROM_CLIENT ? 5000 : 4000};
	struct message m = {.flow = &flow,
			    .proto = g->proto,
			    .dir = MESSAGE_WIRE,
			    .p = p,
			    .len = len,
			    .msg_len = len,
			    .hash = g->now_ns,
			    .ts_ns = g->now_ns};
	struct dtls_head d;

	flow.saddr[15] = flow.daddr[15] = 1;
	if (g->is_split && from == FROM_SERVER)
		flow.saddr[0] = flow.daddr[0] = 0xfd;
	if (!CHECK_OK(g->proto == PROTO_TLS ? tls_head__parse(p, len, &d)
					    : dtls_head__parse(p, len, len, &d)))
		return 0;
	return handshake__message(g->h, &m, &d);
}

static uint32_t put_made(struct rig *g, enum handshake_dir from, struct made_msg m)
{
	return put(g, from, m.p, m.len);
}

static const uint8_t unified[] = {0x2e, 0, 1, 0, 4, 1, 2, 3, 4};

/* As Chromium does it: ClientHello over two datagrams, no Finished to be seen. */
static void dtls13_over_two_datagrams(void)
{
	struct made_msg ch = hello(DTLS_CLIENT_HELLO, true, true, 1, 1400);
	struct made_msg sh = hello(DTLS_SERVER_HELLO, true, true, 2, 0);

	for (int order = 0; order < 4; order++) {
		bool is_swapped = order & 1;
		struct rig g;

		CHECK_CASE("order %d", order);
		if (!rig_init(&g, PROTO_DTLS))
			return;
		g.is_split = order & 2;
		CHECK_UINT(put_made(&g, FROM_CLIENT,
				    is_swapped ? dtls_fragment(1, 0, &ch, 1200, ch.len - 1200)
					       : dtls_fragment(1, 0, &ch, 0, 1200)),
			   HANDSHAKE_STARTED);
		CHECK(g.h->frag != NULL && !g.h->has_random);
		g.now_ns += MS;
		CHECK_UINT(put_made(&g, FROM_CLIENT,
				    is_swapped ? dtls_fragment(1, 0, &ch, 0, 1200)
					       : dtls_fragment(1, 0, &ch, 1200, ch.len - 1200)),
			   0);
		CHECK(!g.h->frag && g.h->has_random);
		CHECK_UINT(g.h->flights, 1);
		g.now_ns += MS;
		CHECK_UINT(put_made(&g, FROM_SERVER, dtls_fragment(2, 0, &sh, 0, sh.len)), 0);
		CHECK_UINT(put(&g, FROM_SERVER, unified, sizeof(unified)), 0);
		CHECK(!g.h->is_complete);
		g.now_ns += MS;
		CHECK_UINT(put(&g, FROM_CLIENT, unified, sizeof(unified)), HANDSHAKE_COMPLETE);
		CHECK(g.h->is_end_hidden && g.h->is_complete);
		CHECK_UINT(g.h->complete_ns, 1003 * MS);
		CHECK_STR(handshake__protocol(g.h), "DTLS 1.3");
		CHECK_UINT(g.h->cipher, 0x1301);
		CHECK_UINT(g.h->srtp_profile, 7);
		CHECK_UINT(g.h->flights, 3);
		CHECK_UINT(g.h->frags_lost, 0);
		g.now_ns += MS;
		/* the rest of the client's last flight, and the server's ACK (RFC 9147 7): no data yet */
		CHECK_UINT(put(&g, FROM_CLIENT, unified, sizeof(unified)), 0);
		CHECK_UINT(put(&g, FROM_SERVER, unified, sizeof(unified)), 0);
		CHECK_UINT(g.h->app_ns[FROM_SERVER], 0);
		g.now_ns += MS;
		CHECK_UINT(put(&g, FROM_CLIENT, unified, sizeof(unified)), HANDSHAKE_APPLICATION);
		CHECK_UINT(put(&g, FROM_CLIENT, unified, sizeof(unified)), 0);
		CHECK_UINT(g.h->app_ns[FROM_CLIENT], 1005 * MS);
		handshake__free(g.h);
	}
}

static void counts_retransmitted_flights(void)
{
	struct made_msg ch = hello(DTLS_CLIENT_HELLO, true, false, 1, 400);
	struct made_msg other = hello(DTLS_CLIENT_HELLO, true, false, 9, 400);
	struct rig g;

	if (!rig_init(&g, PROTO_DTLS))
		return;
	put_made(&g, FROM_CLIENT, dtls_fragment(1, 0, &ch, 0, ch.len));
	g.now_ns += 1000 * MS;
	CHECK_UINT(put_made(&g, FROM_CLIENT, dtls_fragment(1, 0, &ch, 0, ch.len)),
		   HANDSHAKE_RETRANSMIT);
	g.now_ns += 2000 * MS; /* in two pieces now, as RFC 6347 4.1.1.1 asks for */
	CHECK_UINT(put_made(&g, FROM_CLIENT, dtls_fragment(1, 0, &ch, 0, 200)),
		   HANDSHAKE_RETRANSMIT);
	CHECK_UINT(put_made(&g, FROM_CLIENT, dtls_fragment(1, 0, &ch, 200, ch.len - 200)), 0);
	CHECK_UINT(g.h->retransmitted, 2);
	CHECK_UINT(g.h->flights, 3);
	CHECK_UINT(g.h->retransmit_wait_ns, 3000 * MS);
	CHECK_UINT(put_made(&g, FROM_CLIENT, dtls_fragment(1, 0, &other, 0, other.len)),
		   HANDSHAKE_AGAIN);
	handshake__free(g.h);
}

/* Nothing but the bytes of one hello is kept, whatever is claimed. */
static void bounds_fragments(void)
{
	struct made_msg big = {.len = 60000}, small = {.len = 600};
	struct rig g;

	if (!rig_init(&g, PROTO_DTLS))
		return;
	put_made(&g, FROM_CLIENT, dtls_fragment(1, 0, &big, 0, 100));
	CHECK(!g.h->frag);
	CHECK_UINT(g.h->frags_lost, 1);
	for (uint16_t i = 0; i < 100; i++)
		put_made(&g, FROM_CLIENT, dtls_fragment(1, i, &small, 10, 100));
	CHECK_UINT(g.h->frags_lost, 100);
	CHECK_UINT(g.h->frag_len, 600);
	handshake__free(g.h);
}

/* --- TLS --- */

static void tls_record(struct made_msg *m, uint8_t type, const uint8_t *p, uint32_t len)
{
	byte(m, type);
	number(m, 0x0303, 2);
	number(m, len, 2);
	memcpy(m->p + m->len, p, len);
	m->len += len;
}

static void tls_hello(struct made_msg *m, uint8_t type, bool is_13, uint8_t random)
{
	struct made_msg body = hello(type, false, is_13, random, 0), with_head = {.len = 0};

	byte(&with_head, type);
	number(&with_head, body.len, 3);
	memcpy(with_head.p + 4, body.p, body.len);
	tls_record(m, 22, with_head.p, body.len + 4);
}

static const uint8_t ccs[] = {1};
static const uint8_t secret[48] = {1, 9, 8, 7, 6, 5}; /* looks like a ClientHello, a long one */

static void tls12_ends_with_both_finished(void)
{
	struct made_msg m = {.len = 0};
	struct rig g;

	if (!rig_init(&g, PROTO_TLS))
		return;
	tls_hello(&m, DTLS_CLIENT_HELLO, false, 1);
	CHECK_UINT(put_made(&g, FROM_CLIENT, m), HANDSHAKE_STARTED);
	m.len = 0;
	tls_hello(&m, DTLS_SERVER_HELLO, false, 2);
	CHECK_UINT(put_made(&g, FROM_SERVER, m), 0);
	m.len = 0;
	tls_record(&m, 20, ccs, 1);
	tls_record(&m, 22, secret, sizeof(secret));
	CHECK_UINT(put_made(&g, FROM_CLIENT, m), 0);
	m.len = 0;
	tls_record(&m, 20, ccs, 1);
	CHECK_UINT(put_made(&g, FROM_SERVER, m), 0);
	m.len = 0;
	tls_record(&m, 22, secret, sizeof(secret)); /* Finished came by itself */
	g.now_ns += MS;
	CHECK_UINT(put_made(&g, FROM_SERVER, m), HANDSHAKE_COMPLETE);
	CHECK_UINT(g.h->complete_ns, 1001 * MS);
	CHECK(!g.h->is_end_hidden);
	CHECK_UINT(g.h->client_port, 4000);
	CHECK_STR(handshake__protocol(g.h), "TLS 1.2");
	m.len = 0;
	tls_record(&m, 23, secret, sizeof(secret));
	CHECK_UINT(put_made(&g, FROM_CLIENT, m), HANDSHAKE_APPLICATION);
	handshake__free(g.h);
}

/* RFC 8446 D.4: the dummy ChangeCipherSpec hides nothing. */
static void tls13_with_retry(void)
{
	static const uint8_t retry[DTLS_RANDOM_LEN] = {
		0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c,
		0x02, 0x1e, 0x65, 0xb8, 0x91, 0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb,
		0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c};
	struct made_msg m = {.len = 0};
	struct rig g;

	if (!rig_init(&g, PROTO_TLS))
		return;
	tls_hello(&m, DTLS_CLIENT_HELLO, true, 1);
	CHECK_UINT(put_made(&g, FROM_CLIENT, m), HANDSHAKE_STARTED);
	m.len = 0;
	tls_hello(&m, DTLS_SERVER_HELLO, true, 2);
	memcpy(m.p + 5 + 4 + 2, retry, sizeof(retry));
	tls_record(&m, 20, ccs, 1);
	CHECK_UINT(put_made(&g, FROM_SERVER, m), HANDSHAKE_COOKIE);
	m.len = 0;
	tls_record(&m, 20, ccs, 1);
	tls_hello(&m, DTLS_CLIENT_HELLO, true, 1);
	CHECK_UINT(put_made(&g, FROM_CLIENT, m), 0);
	m.len = 0;
	tls_hello(&m, DTLS_SERVER_HELLO, true, 2);
	tls_record(&m, 23, secret, sizeof(secret));
	CHECK_UINT(put_made(&g, FROM_SERVER, m), 0);
	m.len = 0;
	tls_record(&m, 23, secret, sizeof(secret));
	CHECK_UINT(put_made(&g, FROM_CLIENT, m), HANDSHAKE_COMPLETE);
	CHECK(g.h->is_end_hidden);
	CHECK_STR(handshake__protocol(g.h), "TLS 1.3");
	handshake__free(g.h);
}

/* Sent and received here; what is empty in memory is no sight. */
static void one_datagram_seen_twice(void)
{
	struct made_msg ch = hello(DTLS_CLIENT_HELLO, true, false, 1, 0);
	struct made_msg bytes = dtls_fragment(1, 0, &ch, 0, ch.len);
	struct rec_flow flow = {.sport = 4000, .dport = 5000};
	struct message m = {.flow = &flow,
			    .proto = PROTO_DTLS,
			    .dir = MESSAGE_OUT,
			    .p = bytes.p,
			    .len = bytes.len,
			    .msg_len = bytes.len,
			    .ts_ns = 1};
	struct call_handshake *h;
	struct dtls_head d;

	if (!CHECK_OK(handshake__new(&h)))
		return;
	CHECK_OK(dtls_head__parse(m.p, m.len, m.len, &d));
	CHECK_UINT(handshake__message(h, &m, &d), HANDSHAKE_STARTED);
	m.dir = MESSAGE_IN;
	CHECK_UINT(handshake__message(h, &m, &d), 0);
	CHECK_UINT(h->retransmitted, 0);
	m.hash = 5; /* with another record sequence number it is sent again */
	CHECK_UINT(handshake__message(h, &m, &d), HANDSHAKE_RETRANSMIT);
	handshake__free(h);
}

static void alerts_end_it(void)
{
	static const uint8_t alert[] = {2, 40}, warning[] = {1, 112};
	struct made_msg m = {.len = 0};
	struct rig g;

	if (!rig_init(&g, PROTO_TLS))
		return;
	tls_hello(&m, DTLS_CLIENT_HELLO, true, 1);
	put_made(&g, FROM_CLIENT, m);
	m.len = 0;
	tls_record(&m, 21, warning, sizeof(warning));
	CHECK_UINT(put_made(&g, FROM_SERVER, m), 0);
	m.len = 0;
	tls_record(&m, 21, alert, sizeof(alert));
	CHECK_UINT(put_made(&g, FROM_SERVER, m), HANDSHAKE_FAILED);
	CHECK(g.h->is_failed && !g.h->is_complete);
	CHECK_UINT(g.h->alert, 40);
	handshake__free(g.h);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"full_handshake_with_cookie", full_handshake_with_cookie, TEST_PLAIN},
		{"fragmented_certificates", fragmented_certificates, TEST_PLAIN},
		{"webrtc_with_a_repeated_flight", webrtc_with_a_repeated_flight, TEST_PLAIN},
		{"waits_for_a_lost_flight", waits_for_a_lost_flight, TEST_PLAIN},
		{"abbreviated_and_mid_session", abbreviated_and_mid_session, TEST_PLAIN},
		{"dtls13_over_two_datagrams", dtls13_over_two_datagrams, TEST_PLAIN},
		{"counts_retransmitted_flights", counts_retransmitted_flights, TEST_PLAIN},
		{"bounds_fragments", bounds_fragments, TEST_PLAIN},
		{"tls12_ends_with_both_finished", tls12_ends_with_both_finished, TEST_PLAIN},
		{"tls13_with_retry", tls13_with_retry, TEST_PLAIN},
		{"one_datagram_seen_twice", one_datagram_seen_twice, TEST_WALK},
		{"alerts_end_it", alerts_end_it, TEST_PLAIN},
		{},
	};

	return test__run(tests, argc, argv);
}
