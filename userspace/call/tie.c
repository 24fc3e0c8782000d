/* SPDX-License-Identifier: BSD-2-Clause */
/* Stands in until descriptions, checks and handshakes are tied: media alone finds its call. */
#include "tie.h"

int tie__init(struct calls *c)
{
	(void)c;
	return 0;
}

void tie__done(struct calls *c)
{
	(void)c;
}

call_msg_ref_t tie__message(struct calls *c, const struct message *m, const struct facts *f,
			    const struct call_verdict *v, bool *is_mine)
{
	(void)c, (void)m, (void)f, (void)v, (void)is_mine;
	return 0;
}

void tie__offer(struct calls *c, struct call *call, const struct message *m, const struct facts *f,
		bool is_offer)
{
	(void)c, (void)call, (void)m, (void)f, (void)is_offer;
}

void tie__measure(struct calls *c, struct call *call)
{
	(void)c, (void)call;
}

/* The call whose description, candidate or checks named this flow: newest first. */
static struct call *media_call(const struct calls *c, const struct rec_flow *flow)
{
	const struct {
		enum call_key_kind kind;
		uint64_t hash;
	} key[] = {
		{KEY_FLOW, call_key__flow(flow)},
		{KEY_MEDIA, call_key__address(flow->daddr, flow->dport)},
		{KEY_MEDIA, call_key__address(flow->saddr, flow->sport)},
		{KEY_CANDIDATE, call_key__address(flow->daddr, flow->dport)},
		{KEY_CANDIDATE, call_key__address(flow->saddr, flow->sport)},
	};

	for (unsigned int i = 0; i < sizeof(key) / sizeof(key[0]); i++) {
		uint64_t at = 0;
		struct call *call;

		while ((call = call_key__find(c, key[i].kind, key[i].hash, &at)))
			if (!call_state__is_over(call->state))
				return call;
	}
	return NULL;
}

void tie__media(struct calls *c, const struct rec_flow *flow, uint8_t proto, enum message_dir dir,
		uint32_t msg_len, const uint8_t first[16], uint64_t ts_ns)
{
	struct call *call = media_call(c, flow);
	struct facts f = {
		.brief = {.proto = proto, .method = proto == PROTO_DTLS ? "protected" : "RTP"}};
	struct message m = {.flow = flow,
			    .proto = proto,
			    .dir = (uint8_t)dir,
			    .p = first,
			    .msg_len = msg_len,
			    .ts_ns = ts_ns};
	bool is_second;

	if (!call) {
		c->count.stray++;
		return;
	}
	/* RFC 7983: RTCP has packet types 192..223 where RTP has its payload type (RFC 5761 4). */
	if (proto == PROTO_RTP && (first[1] & 0x7f) >= 64 && (first[1] & 0x7f) <= 95)
		f.brief.method = "RTCP";
	m.len = msg_len < 16 ? msg_len : 16;
	m.hash = call_key__bytes(msg_len, first, m.len);
	if (call->is_media_seen && call->at[CALL_AT_MEDIA] && dir != MESSAGE_WIRE &&
	    call->state == CALL_STATE_ACTIVE && call->msg_cnt >= c->opts.max_call_messages / 2) {
		calls__touch(c, call, ts_ns);
		return;
	}
	calls__ladder(c, call, &m, &f, NULL, CALL_MSG_MEDIA, &is_second);
	calls__at(call, CALL_AT_MEDIA, ts_ns);
	call->is_media_seen = true;
	if (call->state == CALL_STATE_ANSWERED || call->kind == CALL_ICE ||
	    call->kind == CALL_DTLS || call->kind == CALL_WEB)
		calls__move(c, call, CALL_STATE_ACTIVE);
	calls__told(c, call);
}
