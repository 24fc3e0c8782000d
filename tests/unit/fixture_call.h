/* SPDX-License-Identifier: BSD-2-Clause */
/* Calls fed with SIP text. Ends are letters: "A>B" is from 10.0.0.1 (A) to 10.0.0.2 (B), port 5060.
 * Times are ms. */
#ifndef SIGPATH_FIXTURE_CALL_H
#define SIGPATH_FIXTURE_CALL_H

#include <stdio.h>
#include <string.h>

#include "calls_impl.h"
#include "test.h"

#define MS  1000000ull
#define SEC 1000000000ull
#define SDP_A                                                                                  \
	"v=0\r\no=a 1 1 IN IP4 10.0.0.1\r\ns=-\r\nc=IN IP4 10.0.0.1\r\nt=0 0\r\nm=audio 4000 " \
	"RTP/AVP 0\r\n"
#define SDP_B                                                                                  \
	"v=0\r\no=b 1 1 IN IP4 10.0.0.2\r\ns=-\r\nc=IN IP4 10.0.0.2\r\nt=0 0\r\nm=audio 5000 " \
	"RTP/AVP 0\r\n"

struct fixture_call {
	struct calls *c;
	const char *call_id;
	enum message_dir dir;
	struct call_verdict verdict;
	struct rec_task *task;
	call_msg_ref_t ref;  /* of the latest message */
	unsigned int setups; /* on_setup */
	uint64_t setup_id;
	char offer_buf[OFFER_BUF];
};

static inline void fixture_call__setup(void *ctx, const struct call *call)
{
	struct fixture_call *fx = ctx;

	fx->setups++;
	fx->setup_id = call->id;
}

static inline struct calls_opts fixture_call__opts(struct fixture_call *fx)
{
	return (struct calls_opts){.max_calls = 64,
				   .max_messages = 1024,
				   .max_call_messages = 64,
				   .payload_memory = 65536,
				   .idle_ns = 60 * SEC,
				   .lost_ns = 600 * SEC,
				   .on_setup = fixture_call__setup,
				   .ctx = fx};
}

/* opts NULL: those above. False: no memory. */
static inline bool fixture_call__init(struct fixture_call *fx, const struct calls_opts *opts)
{
	struct calls_opts o;

	memset(fx, 0, sizeof(*fx));
	fx->call_id = "call-1@test";
	fx->dir = MESSAGE_WIRE;
	o = opts ? *opts : fixture_call__opts(fx);
	return CHECK_OK(calls__new(&o, &fx->c));
}

static inline void fixture_call__done(struct fixture_call *fx)
{
	calls__free(fx->c);
}

static inline struct rec_flow fixture_call__flow(const char *path)
{
	struct rec_flow flow = {.sport = 5060, .dport = 5060};
	static const uint8_t addr[16] = {[10] = 0xff, [11] = 0xff, [12] = 10};

	memcpy(flow.saddr, addr, 16);
	memcpy(flow.daddr, addr, 16);
	flow.saddr[15] = (uint8_t)(path[0] - 'A' + 1);
	flow.daddr[15] = (uint8_t)(path[2] - 'A' + 1);
	return flow;
}

static inline call_msg_ref_t fixture_call__say(struct fixture_call *fx, uint64_t ms,
					       const char *path, const char *text)
{
	struct rec_flow flow = fixture_call__flow(path);
	uint32_t len = (uint32_t)strlen(text);
	struct message m = {.flow = &flow,
			    .proto = PROTO_SIP,
			    .dir = (uint8_t)fx->dir,
			    .p = (const uint8_t *)text,
			    .len = len,
			    .msg_len = len,
			    .hash = call_key__bytes(1, text, len),
			    .ts_ns = ms * MS,
			    .task = fx->task};
	struct facts f;

	if (facts__parse(&m, fx->offer_buf, &f) == -EBADMSG)
		return 0;
	fx->ref = calls__add(fx->c, &m, &f, &fx->verdict);
	return fx->ref;
}

/* extra: whole header lines; body NULL: none. tag: of To, NULL none. */
static inline call_msg_ref_t fixture_call__ask(struct fixture_call *fx, uint64_t ms,
					       const char *path, const char *method,
					       unsigned int cseq, const char *branch,
					       const char *tag, const char *extra, const char *body)
{
	char text[4096];

	snprintf(
		text, sizeof(text),
		"%s sip:b@example.com SIP/2.0\r\nVia: SIP/2.0/UDP h:5060;branch=z9hG4bK%s\r\n"
		"From: <sip:a@example.com>;tag=fa\r\nTo: <sip:b@example.com>%s%s\r\nCall-ID: %s\r\n"
		"CSeq: %u %s\r\n%s%sContent-Length: %zu\r\n\r\n%s",
		method, branch, tag ? ";tag=" : "", tag ? tag : "", fx->call_id, cseq, method,
		extra ? extra : "", body ? "Content-Type: application/sdp\r\n" : "",
		body ? strlen(body) : 0, body ? body : "");
	return fixture_call__say(fx, ms, path, text);
}

static inline call_msg_ref_t fixture_call__reply(struct fixture_call *fx, uint64_t ms,
						 const char *path, unsigned int status,
						 const char *method, unsigned int cseq,
						 const char *branch, const char *tag,
						 const char *extra, const char *body)
{
	char text[4096];

	snprintf(
		text, sizeof(text),
		"SIP/2.0 %u X\r\nVia: SIP/2.0/UDP h:5060;branch=z9hG4bK%s\r\n"
		"From: <sip:a@example.com>;tag=fa\r\nTo: <sip:b@example.com>%s%s\r\nCall-ID: %s\r\n"
		"CSeq: %u %s\r\n%s%sContent-Length: %zu\r\n\r\n%s",
		status, branch, tag ? ";tag=" : "", tag ? tag : "", fx->call_id, cseq, method,
		extra ? extra : "", body ? "Content-Type: application/sdp\r\n" : "",
		body ? strlen(body) : 0, body ? body : "");
	return fixture_call__say(fx, ms, path, text);
}

/* The newest call, NULL none. */
static inline const struct call *fixture_call__last(const struct fixture_call *fx)
{
	return calls__prev(fx->c, UINT64_MAX);
}

/* Lists, heap, index and counts agree. */
static inline void fixture_call__verify(const struct calls *c)
{
	const struct calls_counts *n = calls__counts(c);
	unsigned int live = 0, listed = 0, msgs = 0, kept = 0;
	uint64_t last = 0;

	for (const struct call *call = calls__next(c, 0); call;
	     call = calls__next(c, call->id), live++) {
		unsigned int cnt = 0;

		CHECK(call->id > last);
		last = call->id;
		CHECK(calls__find(c, call->id) == call);
		for (uint32_t at = call->first_msg; at; cnt++) {
			const struct call_msg *m = calls__msg(c, at);

			if (!CHECK(m && m->call == call->idx + 1))
				break;
			CHECK(m->src < call->end_cnt && m->dst < call->end_cnt);
			at = m->next;
		}
		CHECK_UINT(cnt, call->msg_cnt);
		msgs += cnt;
	}
	CHECK_UINT(live, calls__cnt(c));
	CHECK_UINT(n->opened, live + n->forgotten + n->evicted_open + n->evicted_over);
	for (unsigned int l = CALL_LIST_OPEN; l < CALL_LIST_CNT; l++) {
		for (uint32_t at = c->list[l].head; at;
		     at = call_node__at(c, at - 1)->next, listed++) {
			const struct call_node *node = call_node__at(c, at - 1);

			CHECK_UINT(node->list, l);
			CHECK_UINT(call_state__is_over(node->call.state), l == CALL_LIST_OVER);
			CHECK_UINT(c->heap[node->heap_at].idx, node->call.idx);
		}
	}
	CHECK_UINT(listed, live);
	for (unsigned int i = 1; i < c->live; i++)
		CHECK(c->heap[(i - 1) / CALL_HEAP_WAYS].ns <= c->heap[i].ns);
	for (unsigned int i = 0; i < c->msg_made; i++)
		kept += call_msg__at(c, i)->call != 0;
	CHECK_UINT(kept, msgs);
}

#endif
