/* SPDX-License-Identifier: BSD-2-Clause */
/* Calls: what an operator calls a session. A call is one setup attempt with everything that belongs to it:
 * the signaling dialog, the offer and the answer, ICE, DTLS, the first media packet; or a registration, a
 * subscription, a TURN allocation, a handshake whose signaling is not seen. It owns its messages (the
 * ladder) and the instants of its phases. Read-only for everybody but userspace/call. */
#ifndef SIGPATH_CALL_H
#define SIGPATH_CALL_H

#include <stdbool.h>
#include <stdint.h>

#include "message.h"
#include "stage.h"

#define CALL_ID_LEN   64 /* Call-ID as text, cut */
#define CALL_URI_LEN  48
#define CALL_ENDS_MAX 12 /* addresses that took part; the last one stands for all others */
#define CALL_RELATED_MAX 4

/* id, name, what it is */
#define CALL_KINDS(X)                                                              \
	X(INVITE, "call", "SIP INVITE dialogs of one Call-ID")                      \
	X(REGISTER, "register", "SIP registration of one Call-ID")                  \
	X(SUBSCRIBE, "subscribe", "SIP subscription")                               \
	X(REQUEST, "request", "SIP request outside of those: OPTIONS, MESSAGE...")  \
	X(WEB, "web", "offer and answer over HTTP or WebSocket")                    \
	X(ICE, "ice", "connectivity checks whose signaling was not seen")           \
	X(DTLS, "dtls", "DTLS handshake without either")                            \
	X(TLS, "tls", "TLS handshake of a signaling connection")                    \
	X(TURN, "turn", "TURN allocation")

enum call_kind {
#define X(id, name, help) CALL_##id,
	CALL_KINDS(X)
#undef X
	CALL_KIND_CNT
};

/* id, name, is it over, what it means */
#define CALL_STATES(X)                                                                   \
	X(TRYING, "trying", 0, "asked, no answer yet")                                   \
	X(RINGING, "ringing", 0, "provisional answer (180..189)")                        \
	X(ANSWERED, "answered", 0, "final answer: setting up media")                     \
	X(ACTIVE, "active", 0, "set up: media flows, or the registration holds")         \
	X(ENDED, "ended", 1, "ended in order: BYE, 200 to the only request, expired")    \
	X(FAILED, "failed", 1, "final answer 400..699, alert, checks without success")   \
	X(CANCELLED, "cancelled", 1, "CANCEL, or 487")                                   \
	X(TIMEOUT, "timeout", 1, "no final answer within the protocol's time")           \
	X(LOST, "lost", 1, "nothing heard any more; evicted or idle")

enum call_state {
#define X(id, name, is_over, help) CALL_STATE_##id,
	CALL_STATES(X)
#undef X
	CALL_STATE_CNT
};

/* The instants of a setup: when this host (or the capture) first saw it, ns as in message.ts_ns; 0 not
 * seen. In the order a setup meets them. */
#define CALL_INSTANTS(X)                                                                     \
	X(START, "start", "first message")                                                   \
	X(OFFER, "offer", "first offer")                                                     \
	X(TRYING, "trying", "first 100")                                                     \
	X(RINGING, "ringing", "first 180..189")                                              \
	X(ANSWER, "answer", "first answer to that offer")                                    \
	X(FINAL, "final", "final answer to the request that started it")                     \
	X(ACK, "ack", "ACK of a 2xx")                                                        \
	X(CHECK, "check", "first connectivity check")                                        \
	X(CONNECTED, "connected", "first check answered with success")                       \
	X(NOMINATED, "nominated", "first nominated pair valid")                              \
	X(HELLO, "hello", "first ClientHello")                                               \
	X(HANDSHAKE, "handshake", "DTLS or TLS handshake complete as far as can be seen")    \
	X(MEDIA, "media", "first media packet, or first protected application data")         \
	X(BYE, "bye", "BYE, or what else ended it")                                          \
	X(END, "end", "last message of what ended it")

enum call_instant {
#define X(id, name, help) CALL_AT_##id,
	CALL_INSTANTS(X)
#undef X
	CALL_INSTANT_CNT
};

enum call_msg_flag {
	CALL_MSG_IN = 1u << 0,	   /* received by this host: rx counts */
	CALL_MSG_OUT = 1u << 1,	   /* sent by this host: tx counts; both: between two local sockets */
	CALL_MSG_REQUEST = 1u << 2,
	CALL_MSG_FINAL = 1u << 3,
	CALL_MSG_ERROR = 1u << 4,
	CALL_MSG_RETRANSMIT = 1u << 5,
	CALL_MSG_SELF = 1u << 6,   /* retransmitted while the first one, or its reply, was in our queues */
	CALL_MSG_DROPPED = 1u << 7,
	CALL_MSG_UNREAD = 1u << 8,
	CALL_MSG_OFFER = 1u << 9,
	CALL_MSG_ANSWER = 1u << 10,
	CALL_MSG_CANDIDATE = 1u << 11,
	CALL_MSG_NOMINATES = 1u << 12,
	CALL_MSG_MEDIA = 1u << 13, /* first media packet of a direction */
	CALL_MSG_KEPT = 1u << 14,  /* its payload may still be had: payload_at */
};

/* One arrow of the ladder. */
struct call_msg {
	uint32_t gen, idx; /* of the pool */
	uint32_t call;	   /* idx of its call + 1, 0: none (free) */
	uint32_t next;	   /* idx + 1 of the next of its call, by arrival; 0 last */
	uint32_t flags;	   /* enum call_msg_flag */
	uint8_t proto, transport;
	uint8_t src, dst;  /* into call.end[] */
	uint16_t code;	   /* SIP, HTTP status; STUN error code; 0 none */
	uint16_t cseq;
	uint32_t what;	   /* DTLS, TLS: dtls_head.types; STUN: method << 2 | class */
	uint32_t len;	   /* of the message */
	const char *method; /* static: "INVITE", "Binding", "ClientHello", "RTP", "offer" */
	uint64_t ts_ns;	   /* first sight at this host */
	uint64_t key_lo;   /* transaction, 0 none; a forwarded request has parent_lo, too */
	uint64_t parent_lo;
	uint64_t hash;	   /* of the content */
	uint64_t payload_at; /* position in the payload ring (payload.h) */
	struct rx_leg rx;
	struct tx_leg tx;
	uint32_t pid, netns;
	char comm[REC_COMM_LEN];
};

struct call_end {
	uint8_t addr[16];
	uint16_t port;
	bool is_local; /* a socket of this host sent from it or received on it */
	uint8_t role;  /* display only: 0 unknown, 'c' caller, 's' callee, 'p' in between */
};

/* Another call that is a leg of the same one: through a B2BUA, or the signaling of these checks. */
struct call_related {
	uint64_t id;
	const char *by; /* static: "Session-ID", "icid-value", "X-CID", "Replaces", "origin", "ufrag" */
};

struct call_ice;       /* ice.h */
struct call_handshake; /* handshake.h */

struct call {
	uint64_t id; /* 1, 2, 3... in order of appearance */
	uint32_t idx;
	uint8_t kind, state; /* enum call_kind, call_state */
	bool is_media_seen;
	uint16_t media_out, media_in; /* ends whose first media was seen leaving, arriving: 1 << index */
	uint16_t code; /* final status of what started it, 0 none */
	uint64_t at[CALL_INSTANT_CNT];
	uint64_t seen_ns; /* latest message */
	char call_id[CALL_ID_LEN]; /* SIP; WEB, ICE: "ufrag:ufrag"; printable */
	char from[CALL_URI_LEN], to[CALL_URI_LEN]; /* URIs as seen, printable: redact when shown */
	char service[64]; /* "sip 10.0.0.1:5060": where the first request went */
	const char *method; /* of the first request */
	uint32_t first_msg, last_msg; /* idx + 1 */
	uint32_t msg_cnt;	 /* kept */
	uint32_t msgs_left_out; /* beyond max_call_messages, counted */
	uint32_t retransmits, self_inflicted;
	uint64_t retransmit_wait_ns; /* time that passed until a retransmission brought the answer */
	uint8_t end_cnt;
	struct call_end end[CALL_ENDS_MAX];
	uint8_t fork_cnt; /* SIP: early and confirmed dialogs (To tags) */
	uint8_t related_cnt;
	struct call_related related[CALL_RELATED_MAX];
	struct call_ice *ice;		  /* NULL none */
	struct call_handshake *handshake; /* NULL none */
	uint64_t cgroup_id;
	uint32_t pid; /* of the application here that was seen last */
	char comm[REC_COMM_LEN];
};

const char *call_kind__name(enum call_kind kind);
const char *call_state__name(enum call_state state);
bool call_state__is_over(enum call_state state);
const char *call_instant__name(enum call_instant at);
/* What an arrow says: "INVITE", "180", "Binding success", "ServerHello Certificate"; at most len bytes. */
int call_msg__label(const struct call_msg *m, char *buf, uint32_t len);

#endif
