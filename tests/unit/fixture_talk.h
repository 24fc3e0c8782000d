/* SPDX-License-Identifier: BSD-2-Clause */
/* Conversations over TCP, turn by turn, for the tests and fuzzers of streams. */
#ifndef SIGPATH_FIXTURE_TALK_H
#define SIGPATH_FIXTURE_TALK_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <zlib.h>

#include "fixture_message.h"

#define TALK_TURNS 16
#define TALK_BYTES 16384

struct talk_turn {
	uint8_t host; /* 9: the client, 1: the server */
	uint32_t off, len;
};

struct talk {
	const char *name;
	unsigned int turn_cnt;
	struct talk_turn turn[TALK_TURNS];
	uint32_t used;
	uint8_t bytes[TALK_BYTES];
};

/* Opens a turn, or goes on with the one that is open. */
static inline void talk_bytes(struct talk *t, uint8_t host, const void *bytes, uint32_t len)
{
	if (t->used + len > TALK_BYTES || t->turn_cnt == TALK_TURNS)
		return;
	if (!t->turn_cnt || t->turn[t->turn_cnt - 1].host != host)
		t->turn[t->turn_cnt++] = (struct talk_turn){.host = host, .off = t->used};
	memcpy(t->bytes + t->used, bytes, len);
	t->used += len;
	t->turn[t->turn_cnt - 1].len += len;
}

static inline void talk_text(struct talk *t, uint8_t host, const char *text)
{
	talk_bytes(t, host, text, (uint32_t)strlen(text));
}

/* One frame (RFC 6455 5.2): clients mask. first: FIN, RSV and opcode. */
static inline void talk_frame(struct talk *t, uint8_t host, uint8_t first, const void *bytes,
			      uint32_t len)
{
	static const uint8_t key[4] = {0x37, 0xfa, 0x21, 0x3d};
	uint8_t frame[TALK_BYTES / 2], mask = host == 9 ? 0x80 : 0;
	uint32_t at = 2;

	frame[0] = first;
	if (len < 126) {
		frame[1] = (uint8_t)(mask | len);
	} else {
		frame[1] = mask | 126;
		frame[2] = (uint8_t)(len >> 8);
		frame[3] = (uint8_t)len;
		at = 4;
	}
	if (mask) {
		memcpy(frame + at, key, 4);
		at += 4;
	}
	for (uint32_t i = 0; i < len; i++)
		frame[at + i] = ((const uint8_t *)bytes)[i] ^ (mask ? key[i & 3] : 0);
	talk_bytes(t, host, frame, at + len);
}

static inline void talk_frame_text(struct talk *t, uint8_t host, uint8_t first, const char *text)
{
	talk_frame(t, host, first, text, (uint32_t)strlen(text));
}

/* permessage-deflate (RFC 7692 7.2.1), the window kept in z. */
static inline void talk_deflated(struct talk *t, uint8_t host, z_stream *z, const char *text)
{
	uint8_t out[4096];

	z->next_in = (Bytef *)(uintptr_t)text;
	z->avail_in = (unsigned int)strlen(text);
	z->next_out = out;
	z->avail_out = sizeof(out);
	deflate(z, Z_SYNC_FLUSH);
	talk_frame(t, host, 0xc1, out, (uint32_t)(sizeof(out) - z->avail_out - 4));
}

static inline void talk_sip(struct talk *t)
{
	char invite[1024], ok[1024];
	struct sip_spec spec = {.method = "INVITE", .branch = "z9hG4bK-t1"};

	t->name = "sip";
	sip_text(invite, sizeof(invite), &spec);
	spec.code = 200;
	sip_text(ok, sizeof(ok), &spec);
	talk_text(t, 9, invite);
	talk_text(t, 9, "\r\n\r\n");
	talk_text(t, 9, "MESSAGE sip:b@h SIP/2.0\r\nl : 12\r\n\r\nhello\r\n\r\nbye");
	talk_text(t, 1, "\r\n");
	talk_text(t, 1, ok);
	talk_text(t, 1, "SIP/2.0 202 Accepted\r\nContent-Length:\r\n 3\r\n\r\nabc");
	talk_text(t, 9, "ACK sip:b@h SIP/2.0\nCONTENT-LENGTH: 0\n\n");
}

static inline void talk_stun(struct talk *t)
{
	uint8_t m[32];

	t->name = "stun";
	talk_bytes(t, 9, m, stun_bytes(m, 0x0003, 1, 0));
	talk_bytes(t, 9, m, stun_bytes(m, 0x0003, 2, 0));
	talk_bytes(t, 1, m, stun_bytes(m, 0x0113, 1, 401));
	talk_bytes(t, 1, "\x40\x01\x00\x05hello\0\0\0", 12);
	talk_bytes(t, 1, m, stun_bytes(m, 0x0103, 2, 0));
	talk_bytes(t, 9, "\x40\x00\x00\x00", 4);
	talk_bytes(t, 9, m, stun_bytes(m, 0x0016, 3, 0));
}

static inline void talk_http(struct talk *t)
{
	t->name = "http";
	talk_text(t, 9, "POST /offer HTTP/1.1\r\nContent-Length: 5\r\n\r\nv=0\r\n");
	talk_text(t, 9, "HEAD /x HTTP/1.1\r\nHost: h\r\n\r\n");
	talk_text(t, 9, "\r\nGET /y HTTP/1.1\r\nHost: h\r\n\r\n");
	talk_text(t, 1, "HTTP/1.1 100 Continue\r\n\r\n");
	talk_text(t, 1,
		  "HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n"
		  "4;x=y\r\nv=0\r\r\n1\r\n\n\r\n0\r\nTrailer: z\r\n\r\n");
	talk_text(t, 1, "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n");
	talk_text(t, 1, "HTTP/1.1 204 No Content\r\n\r\n");
	talk_text(t, 9, "PATCH /r HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
	talk_text(t, 1, "HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n");
	talk_text(t, 9, "DELETE /r HTTP/1.1\r\n\r\n");
	talk_text(t, 1, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
}

#define TALK_UPGRADE \
	"GET /ws HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"

static inline void talk_ws(struct talk *t)
{
	static const char offer[] = "{\"type\":\"offer\",\"sdp\":\"v=0\\r\\n\"}";
	char big[400];

	t->name = "ws";
	memset(big, 'x', sizeof(big));
	talk_text(t, 9, TALK_UPGRADE);
	talk_text(t, 1,
		  "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
		  "Connection: Upgrade\r\n\r\n");
	talk_frame_text(t, 1, 0x81, "{\"hello\":1}");
	talk_frame_text(t, 9, 0x81, offer);
	talk_frame(t, 9, 0x02, big, sizeof(big)); /* fragments with a ping in between */
	talk_frame_text(t, 9, 0x89, "ping");
	talk_frame(t, 9, 0x00, big, 10);
	talk_frame_text(t, 9, 0x80, "end");
	talk_frame_text(t, 9, 0x81, "");
	talk_frame_text(t, 1, 0x8a, "ping");
	talk_frame(t, 1, 0x82, big, 300);
	talk_frame_text(t, 1, 0x01, "{\"type\":");
	talk_frame_text(t, 1, 0x80, "\"answer\"}");
	talk_frame(t, 9, 0x88, "\x03\xe8", 2);
	talk_frame(t, 1, 0x88, "\x03\xe8", 2);
}

/* RFC 7118 5.1 */
static inline void talk_sip_ws(struct talk *t)
{
	t->name = "sip over ws";
	talk_text(t, 9, TALK_UPGRADE);
	talk_text(t, 1,
		  "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
		  "Connection: Upgrade\r\nSec-WebSocket-Protocol: sip\r\n\r\n");
	talk_frame_text(t, 9, 0x81, "REGISTER sip:h SIP/2.0\r\nCSeq: 1 REGISTER\r\n\r\n");
	talk_frame_text(t, 9, 0x81, "\r\n\r\n");
	talk_frame_text(t, 1, 0x82, "SIP/2.0 200 OK\r\nCSeq: 1 REGISTER\r\n\r\n");
}

static inline void talk_deflate(struct talk *t)
{
	z_stream up = {0}, down = {0};

	t->name = "deflate";
	deflateInit2(&up, 6, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY);
	deflateInit2(&down, 6, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY);
	talk_text(t, 9, TALK_UPGRADE);
	talk_text(t, 1,
		  "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
		  "Connection: Upgrade\r\nSec-WebSocket-Extensions: permessage-deflate; "
		  "server_no_context_takeover\r\n\r\n");
	for (unsigned int i = 0; i < 3; i++) {
		talk_deflated(t, 9, &up,
			      "{\"type\":\"offer\",\"sdp\":\"v=0\\r\\no=- 1 2 IN\\r\\n\"}");
		talk_frame_text(t, 9, 0x81, "{\"plain\":true}");
		talk_deflated(t, 1, &down, "{\"type\":\"answer\",\"sdp\":\"v=0\\r\\n\"}");
		deflateReset(&down);
	}
	deflateEnd(&up);
	deflateEnd(&down);
}

static inline void talk_tls(struct talk *t)
{
	static const uint8_t hello[] = "\x16\x03\x01\x00\x08\x01\x00\x00\x04zzzz";
	static const uint8_t flight[] = "\x16\x03\x03\x00\x08\x02\x00\x00\x04zzzz"
					"\x14\x03\x03\x00\x01\x01";
	static const uint8_t data[] = "\x17\x03\x03\x00\x05secre";

	t->name = "tls";
	talk_bytes(t, 9, hello, sizeof(hello) - 1);
	talk_bytes(t, 1, flight, sizeof(flight) - 1);
	talk_bytes(t, 1, data, sizeof(data) - 1);
	talk_bytes(t, 1, data, sizeof(data) - 1);
	talk_bytes(t, 9, data, sizeof(data) - 1);
	talk_text(t, 9, "rest of it");
}

typedef void (*talk_fn)(struct talk *t);

static const talk_fn talks[] = {talk_sip,    talk_stun,	   talk_http, talk_ws,
				talk_sip_ws, talk_deflate, talk_tls};
#define TALK_CNT (sizeof(talks) / sizeof(talks[0]))

#endif
