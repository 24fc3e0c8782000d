/* SPDX-License-Identifier: BSD-2-Clause */
/* Segments and reads of streams in any order: each message that was wanted is read or given up
 * exactly once, a read covers it, and no length in a record is believed.
 *
 *   | op | socket | offset, signed | argument |      one record */
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "fixture_record.h"
#include "segments.h"

#define HANDLES 4096
#define SOCKETS 4

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct state {
	unsigned int cnt, ended;
	bool is_over[HANDLES];
	uint64_t sk[HANDLES];
};

static const char text[] = "OPTIONS sip:b@h SIP/2.0\r\nContent-Length: 0\r\n\r\n"
			   "OPTIONS sip:b@h SIP/2.0\r\nContent-Length: 5\r\n\r\nhello\r\n\r\n"
			   "SIP/2.0 200 OK\r\nl: 0\r\n\r\n";

static void require(bool held)
{
	if (!held)
		abort();
}

static uint64_t on_message(void *ctx, const struct message *m, const struct segments_sight *sight)
{
	struct state *s = ctx;

	require(m->hash && m->conn && m->len == m->msg_len);
	require(m->dir != MESSAGE_WIRE && m->proto == PROTO_SIP);
	if (sight->is_last || m->dir != MESSAGE_IN || s->cnt == HANDLES - 1 || m->len == 23)
		return 0;
	s->sk[++s->cnt] = sight->sk;
	return s->cnt;
}

static void end(struct state *s, uint64_t handle)
{
	require(handle && handle <= s->cnt && !s->is_over[handle]);
	s->is_over[handle] = true;
	s->ended++;
}

static void on_read(void *ctx, uint64_t handle, const struct rec_take *take)
{
	struct state *s = ctx;

	end(s, handle);
	require(take->sk == s->sk[handle] && take->hdr.kind == REC_TAKE);
}

static void on_unread(void *ctx, uint64_t handle)
{
	end(ctx, handle);
}

static void give_segment(struct segments *s, const uint8_t op[4], uint32_t *next, uint64_t now)
{
	static const uint16_t flags[8] = {0,	     0,		0,	   REC_F_EGRESS,
					  REC_F_SYN, REC_F_FIN, REC_F_RST, REC_F_TAP};
	uint32_t off = op[3] % (sizeof(text) - 1), len = sizeof(text) - 1 - off, whole;
	uint32_t seq = *next + (uint32_t)(int32_t)(int8_t)op[2];
	struct record r = seg_record(text + off, len, op[1] % SOCKETS + 1, now, seq,
				     flags[op[0] >> 2 & 7], now);
	void *copy;

	*next = seq + len;
	whole = (uint32_t)r.len;
	if (op[0] & 0x20)
		r.seg.seg_len += op[3];
	if (op[0] & 0x40)
		whole -= op[3] % r.len; /* a record that says more than it has */
	copy = malloc(whole ? whole : 1);
	if (copy && whole >= sizeof(struct rec_seg)) {
		memcpy(copy, r.bytes, whole);
		segments__record(s, copy, whole);
	}
	free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct state state;
	struct segments_opts opts = {.stream = {.max_conns = 3,
						.max_message = 1024,
						.max_bytes = 64 << 10,
						.hole_ns = 100,
						.idle_ns = 10000},
				     .max_unread = 8,
				     .unread_ns = 1000,
				     .has_take = true,
				     .on_message = on_message,
				     .on_read = on_read,
				     .on_unread = on_unread,
				     .ctx = &state};
	uint32_t next[SOCKETS] = {0xffffff00u, 0, 0x7fffff00u, 1};
	struct segments *s;
	uint64_t now = 1000;

	memset(&state, 0, sizeof(state));
	if (segments__new(&opts, &s))
		return 0;
	for (; size >= 4; data += 4, size -= 4) {
		uint32_t *n = &next[data[1] % SOCKETS];

		if ((data[0] & 3) == 1) {
			struct record r = take_record(data[1] % SOCKETS + 1,
						      *n + (uint32_t)(int32_t)(int8_t)data[2], now);

			segments__take(s, &r.take);
		} else if ((data[0] & 3) == 2) {
			now += data[3];
			segments__tick(s, now);
		} else {
			give_segment(s, data, n, now);
		}
		now++;
	}
	segments__change(s, false);
	require(state.ended == state.cnt);
	segments__free(s);
	return 0;
}
