/* SPDX-License-Identifier: BSD-2-Clause */
/* Offers, answers, checks, handshakes and media in any order, on few connections and addresses that
 * repeat themselves: tables stay bounded, every waterfall is an exact partition. Four bytes are one
 * step. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "calls_impl.h"
#include "ice.h"
#include "tie.h"
#include "waterfall.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define SDP                                                                               \
	"v=0\r\no=- %u 1 IN IP4 10.0.0.1\r\ns=-\r\nc=IN IP4 10.0.0.%u\r\nt=0 0\r\n"       \
	"m=audio %u RTP/AVP 0\r\na=ice-ufrag:u%u\r\na=ice-pwd:0123456789abcdef012345\r\n" \
	"a=candidate:1 1 UDP 1 10.0.0.%u 5000 typ host\r\n"

struct walk {
	struct calls *c;
	struct stats *stats;
	uint64_t now_ns;
	uint8_t step[4];
};

static void require(bool held)
{
	if (!held)
		abort();
}

static void feed(struct walk *w, struct message *m, struct facts *f)
{
	struct rec_flow flow = {.sport = (uint16_t)(5000 + (w->step[1] >> 4 & 1)), .dport = 5000};
	struct call_verdict v = {w->step[3] & 1, w->step[3] & 2};
	struct rx_leg rx = {0};
	struct tx_leg tx = {0};
	call_msg_ref_t ref;

	flow.saddr[10] = flow.saddr[11] = flow.daddr[10] = flow.daddr[11] = 0xff;
	flow.saddr[12] = flow.daddr[12] = 10;
	flow.saddr[15] = w->step[1] & 3;
	flow.daddr[15] = w->step[1] >> 2 & 3;
	m->flow = &flow;
	m->dir = w->step[2] % 3;
	m->ts_ns = w->now_ns;
	m->hash = call_key__bytes(w->step[3], m->p, m->len);
	if (m->proto == PROTO_RTP) {
		static const uint8_t first[16] = {0x80};

		calls__media(w->c, &flow, w->step[3] & 4 ? PROTO_DTLS : PROTO_RTP,
			     (enum message_dir)m->dir, 100, first, w->now_ns);
		return;
	}
	ref = calls__add(w->c, m, f, &v);
	rx.nic_ns = w->now_ns;
	rx.read_ns = w->now_ns + w->step[3] * 1000;
	tx.send_ns = w->now_ns - w->step[3] * 100;
	tx.xmit_ns = w->now_ns + w->step[2] * 100;
	calls__settle(w->c, ref, (enum call_fate)(w->step[3] >> 6), &rx, &tx, NULL);
}

static void describe(struct walk *w, uint8_t proto)
{
	static struct facts f;
	char text[512];
	unsigned int n = w->step[3] & 7;
	struct message m = {.proto = proto,
			    .conn = 1 + (w->step[2] >> 4),
			    .exchange = proto == PROTO_HTTP ? 1 + (w->step[2] >> 6) : 0};

	memset(&f, 0, sizeof(f));
	f.offer.kind = w->step[3] >> 3 & 7;
	if (f.offer.kind > OFFER_CANDIDATE)
		f.offer.kind = OFFER_SDP;
	f.offer.id = w->step[3] >> 6;
	f.offer.sdp = text;
	f.offer.sdp_len =
		(uint32_t)snprintf(text, sizeof(text), SDP, n, n & 3, 5000 + (n & 1), n, n & 3);
	f.brief.method = "POST";
	f.http.is_request = w->step[2] & 8;
	f.http.status = f.http.is_request ? 0 : w->step[3] & 64 ? 201 : 500;
	m.p = (const uint8_t *)text;
	m.len = m.msg_len = f.offer.sdp_len;
	feed(w, &m, &f);
}

static void check(struct walk *w)
{
	static struct facts f;
	static const uint8_t class[] = {STUN_REQUEST, STUN_SUCCESS, STUN_ERROR, STUN_INDICATION};
	static const uint8_t method[] = {1, 1, 1, 3, 4, 8, 9, 7};
	char text[32];
	struct message m = {.proto = PROTO_STUN, .p = (const uint8_t *)text};

	memset(&f, 0, sizeof(f));
	f.brief.method = "Binding";
	f.stun.brief.class = class[w->step[2] >> 2 & 3];
	f.stun.brief.method = method[w->step[2] >> 4 & 7];
	f.stun.brief.txid[0] = w->step[3];
	f.stun.use_candidate = w->step[3] & 1;
	f.stun.is_controlling = w->step[3] & 2;
	f.stun.error_code = f.stun.brief.class == STUN_ERROR ? w->step[3] & 4 ? 487 : 401 : 0;
	f.stun.has_lifetime = true;
	f.stun.lifetime_s = w->step[3] & 8;
	f.stun.username.len = (uint32_t)snprintf(text, sizeof(text), "u%u:u%u", w->step[3] & 7,
						 w->step[3] >> 3 & 7);
	m.len = m.msg_len = f.stun.username.len;
	feed(w, &m, &f);
}

static void shake(struct walk *w, uint8_t proto)
{
	static struct facts f;
	struct message m = {.proto = proto,
			    .p = w->step,
			    .len = 4,
			    .msg_len = 4,
			    .conn = proto == PROTO_TLS ? 1 + (w->step[2] >> 4) : 0};

	memset(&f, 0, sizeof(f));
	f.dtls.what = w->step[3];
	f.dtls.types = 1u << (w->step[2] >> 3 & 15);
	f.dtls.alert_level = w->step[3] & 2;
	f.dtls.hello.is_known = w->step[3] & 1;
	f.dtls.hello.version = w->step[3] & 8 ? 0xfefc : 0xfefd;
	f.dtls.hello.random[0] = w->step[3];
	feed(w, &m, &f);
}

static void verify(const struct walk *w)
{
	static struct waterfall f;
	const struct call *call;

	require(calls__cnt(w->c) <= 16);
	for (call = calls__next(w->c, 0); call; call = calls__next(w->c, call->id)) {
		uint64_t at, owners = 0;

		require(call_node__at(w->c, call->idx)->key_cnt <= CALL_KEYS_MAX);
		require(!call->ice || (call->ice->pair_cnt <= ICE_PAIRS_MAX &&
				       call->ice->ufrag_cnt <= ICE_UFRAGS_MAX));
		require(!call->is_media_seen || call->at[CALL_AT_MEDIA]);
		if (waterfall__build(w->c, call, &f) || f.is_invalid)
			continue;
		at = f.start_ns;
		for (unsigned int i = 0; i < f.part_cnt; i++) {
			require(f.part[i].from_ns == at && f.part[i].to_ns > at);
			at = f.part[i].to_ns;
		}
		for (unsigned int i = 0; i < OWNER_CNT; i++)
			owners += f.owner_ns[i];
		require(at == f.end_ns && owners == f.end_ns - f.start_ns);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct walk w = {.now_ns = 1000000000};
	const struct stats_opts so = {.max_rows = 8};
	struct calls_opts o = {.max_calls = 16,
			       .max_messages = 256,
			       .max_call_messages = 32,
			       .payload_memory = 4096,
			       .idle_ns = 5000000000ull,
			       .lost_ns = 20000000000ull};

	if (stats__new(&so, &w.stats))
		return 0;
	o.stats = w.stats;
	if (calls__new(&o, &w.c)) {
		stats__free(w.stats);
		return 0;
	}
	for (; size >= 4; size -= 4, data += 4) {
		memcpy(w.step, data, 4);
		w.now_ns += (uint64_t)(w.step[0] >> 3) * (w.step[0] >> 3) * 1000000;
		switch (w.step[0] & 7) {
		case 0:
		case 1:
			describe(&w, PROTO_WS);
			break;
		case 2:
			describe(&w, PROTO_HTTP);
			break;
		case 3:
		case 4:
			check(&w);
			break;
		case 5:
			shake(&w, w.step[3] & 128 ? PROTO_TLS : PROTO_DTLS);
			break;
		case 6: {
			struct message m = {.proto = PROTO_RTP, .p = w.step};

			feed(&w, &m, NULL);
			break;
		}
		default:
			calls__tick(w.c, w.now_ns);
		}
	}
	verify(&w);
	calls__free(w.c);
	stats__free(w.stats);
	return 0;
}
