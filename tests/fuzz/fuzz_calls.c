/* SPDX-License-Identifier: BSD-2-Clause */
/* Calls: any sequence of messages, media, settlements and ticks leaves lists, heap, ladders and
 * counts that agree, within the limits. Eight bytes are one step; a step of another protocol takes
 * its bytes from what follows. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "calls_impl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define STEP 8
#define MAX  16 /* calls */
#define SDP                                                                                  \
	"v=0\r\no=- %u 1 IN IP4 10.0.0.1\r\ns=-\r\nc=IN IP4 10.0.0.1\r\nt=0 "                \
	"0\r\na=ice-ufrag:%04u\r\n"                                                          \
	"a=ice-pwd:0123456789abcdef012345\r\nm=audio %u RTP/AVP 0\r\na=candidate:1 1 UDP 1 " \
	"10.0.0.2 %u typ host\r\n"

struct walk {
	struct calls *c;
	uint64_t now_ns;
	call_msg_ref_t ref[4];
	unsigned int setups;
	char buf[OFFER_BUF];
};

static void require(bool held)
{
	if (!held)
		abort();
}

static void count_setup(void *ctx, const struct call *call)
{
	require(call->id != 0);
	((struct walk *)ctx)->setups++;
}

static struct rec_flow flow_of(uint8_t b)
{
	struct rec_flow f = {.sport = (uint16_t)(5060 + (b >> 4 & 1)), .dport = 5060};

	f.saddr[10] = f.saddr[11] = f.daddr[10] = f.daddr[11] = 0xff;
	f.saddr[15] = b & 3;
	f.daddr[15] = b >> 2 & 3;
	return f;
}

static void say(struct walk *w, uint8_t proto, uint8_t path, uint8_t how, const uint8_t *p,
		uint32_t len)
{
	struct rec_flow flow = flow_of(path);
	struct rec_task task = {.pid = 7, .tgid = 7};
	struct call_verdict v = {!(how & 0x30), !(how & 0xf0)};
	struct message m = {.flow = &flow,
			    .proto = proto,
			    .dir = how % 3,
			    .p = p,
			    .len = len,
			    .msg_len = len,
			    .ts_ns = w->now_ns,
			    .task = how & 4 ? &task : NULL};
	struct facts f;

	m.hash = call_key__bytes(1, p, len);
	m.conn = proto >= PROTO_HTTP || how & 8 ? (path & 7u) + 1 : 0;
	m.exchange = proto == PROTO_HTTP ? (how >> 4) + 1u : 0;
	if (facts__parse(&m, w->buf, &f) == -EBADMSG)
		return;
	w->ref[how & 3] = calls__add(w->c, &m, &f, &v);
}

static uint32_t sip_text(const uint8_t *s, char *text, size_t cap)
{
	static const char *const method[] = {"INVITE",	"ACK",	 "BYE",	      "CANCEL", "REGISTER",
					     "OPTIONS", "PRACK", "SUBSCRIBE", "NOTIFY", "PUBLISH",
					     "INFO",	"REFER", "UPDATE",    "X"};
	static const uint16_t status[] = {100, 180, 183, 199, 200, 202, 302, 401,
					  407, 408, 480, 486, 487, 500, 503, 603};
	static const char *const extra[] = {"",
					    "Expires: 0\r\n",
					    "Expires: 4294967295\r\n",
					    "Require: 100rel\r\nRSeq: 1\r\n",
					    "Subscription-State: active\r\n",
					    "Subscription-State: terminated\r\n",
					    "Session-ID: ab30317f1a784dc48ff824d0d3715d86\r\n",
					    "Replaces: 1;to-tag=1;from-tag=2\r\n",
					    "X-CID: 2\r\n",
					    "Contact: *\r\n"};
	const char *name = method[s[1] % 14];
	char start[64], sdp[512] = "";
	int n;

	if (s[2] & 1)
		snprintf(start, sizeof(start), "SIP/2.0 %u X", status[s[2] >> 1 & 15]);
	else
		snprintf(start, sizeof(start), "%s sip:b@h SIP/2.0", name);
	if (s[5] & 1)
		snprintf(sdp, sizeof(sdp), SDP, s[3] & 3u, s[3] & 7u, 4000u + (s[3] & 15u),
			 4000u + (s[3] >> 4));
	n = snprintf(text, cap,
		     "%s\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK%u\r\nFrom: <sip:a@h>;tag=1\r\nTo: "
		     "<sip:b@h>%s\r\n"
		     "Call-ID: %u\r\nCSeq: %u %s\r\n%sContent-Type: "
		     "application/sdp\r\nContent-Length: %zu\r\n\r\n%s",
		     start, s[4] & 7u, s[5] & 2 ? s[5] & 4 ? ";tag=2" : ";tag=3" : "", s[3] & 31u,
		     s[4] >> 4 & 7u, name, extra[s[5] >> 3 & 15 & 7], strlen(sdp), sdp);
	return n < (int)cap ? (uint32_t)n : (uint32_t)cap - 1;
}

static void verify(const struct calls *c)
{
	const struct calls_counts *n = calls__counts(c);
	unsigned int live = 0, listed = 0, msgs = 0, kept = 0;
	uint64_t last = 0;

	for (const struct call *call = calls__next(c, 0); call;
	     call = calls__next(c, call->id), live++) {
		unsigned int cnt = 0;

		require(call->id > last && calls__find(c, call->id) == call);
		last = call->id;
		for (uint32_t at = call->first_msg; at; cnt++) {
			const struct call_msg *m = calls__msg(c, at);

			require(m && m->call == call->idx + 1);
			require(m->src < call->end_cnt && m->dst < call->end_cnt);
			at = m->next;
		}
		require(cnt == call->msg_cnt && cnt <= c->opts.max_call_messages);
		require(call_node__of((struct call *)call)->key_cnt <= CALL_KEYS_MAX);
		msgs += cnt;
	}
	require(live == calls__cnt(c) && live <= MAX);
	require(n->opened == live + n->forgotten + n->evicted_open + n->evicted_over);
	for (unsigned int l = CALL_LIST_OPEN; l < CALL_LIST_CNT; l++)
		for (uint32_t at = c->list[l].head; at;
		     at = call_node__at(c, at - 1)->next, listed++) {
			const struct call_node *node = call_node__at(c, at - 1);

			require(node->list == l &&
				call_state__is_over(node->call.state) == (l == CALL_LIST_OVER));
			require(c->heap[node->heap_at].idx == node->call.idx);
		}
	require(listed == live);
	for (unsigned int i = 1; i < c->live; i++)
		require(c->heap[(i - 1) / CALL_HEAP_WAYS].ns <= c->heap[i].ns);
	for (unsigned int i = 0; i < c->msg_made; i++)
		kept += call_msg__at(c, i)->call != 0;
	require(kept == msgs && kept <= c->opts.max_messages);
}

static size_t step(struct walk *w, const uint8_t *s, size_t left)
{
	static const uint8_t protos[] = {PROTO_STUN, PROTO_DTLS, PROTO_TLS, PROTO_HTTP, PROTO_WS};
	struct rec_flow flow = flow_of(s[6]);
	struct rx_leg rx = {.sock_ns = 1, .read_ns = 2};
	uint8_t first[16] = {s[4], s[5]};
	char text[2048];
	size_t len;

	w->now_ns += (uint64_t)(s[7] & 15) << (s[7] >> 4) * 2;
	switch (s[0] % 12) {
	case 8:
		calls__tick(w->c, w->now_ns);
		return 0;
	case 9:
		calls__media(w->c, &flow, s[1] & 1 ? PROTO_RTP : PROTO_DTLS, s[2] % 3, s[3], first,
			     w->now_ns);
		return 0;
	case 10:
		calls__settle(w->c, w->ref[s[1] & 3] ^ (s[2] & 1), s[3] & 3, s[4] & 1 ? &rx : NULL,
			      NULL, NULL);
		return 0;
	case 11:
		len = (size_t)s[2] * 4 < left ? (size_t)s[2] * 4 : left;
		say(w, protos[s[1] % 5], s[6], s[5], s + STEP, (uint32_t)len);
		return len;
	default:
		say(w, PROTO_SIP, s[6], s[0], (const uint8_t *)text,
		    sip_text(s, text, sizeof(text)));
		return 0;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct walk w = {.now_ns = 1000};
	struct calls_opts o = {.max_calls = MAX,
			       .max_messages = 100,
			       .max_call_messages = 12,
			       .payload_memory = 4096,
			       .idle_ns = 1ull << 28,
			       .lost_ns = 1ull << 34,
			       .on_setup = count_setup,
			       .ctx = &w};

	if (calls__new(&o, &w.c))
		return 0;
	while (size >= STEP) {
		size_t used = STEP + step(&w, data, size - STEP);

		data += used;
		size -= used;
		verify(w.c);
	}
	require(w.setups <= calls__counts(w.c)->opened);
	calls__tick(w.c, UINT64_MAX / 4); /* over, and with another tick forgotten */
	verify(w.c);
	calls__tick(w.c, UINT64_MAX / 2);
	verify(w.c);
	require(calls__cnt(w.c) == 0);
	calls__free(w.c);
	return 0;
}
