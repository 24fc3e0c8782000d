/* SPDX-License-Identifier: BSD-2-Clause */
/* Segments in any order, of any connection, with any flags: what is heard lies in memory and within
 * the limits, and nothing depends on what a former run left behind.
 *
 *   | op | connection | offset from what is expected, signed | length | bytes ...   one segment */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "fixture_talk.h"
#include "stream.h"

#define MAX_MESSAGE 2048
#define SIDES	    8

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct total {
	uint64_t messages, bytes, sum;
};

static void require(bool held)
{
	if (!held)
		abort();
}

static void on_message(void *ctx, const struct stream_message *m)
{
	struct total *t = ctx;

	require(m->len > 0 && m->len <= 65536 + MAX_MESSAGE);
	require(m->proto == PROTO_SIP || m->proto == PROTO_STUN || m->proto == PROTO_HTTP ||
		m->proto == PROTO_WS || m->proto == PROTO_TLS);
	require(m->conn && m->cookie);
	for (uint32_t i = 0; i < m->len; i++)
		t->sum = (t->sum ^ m->p[i]) * 0x100000001b3ull;
	t->messages++;
	t->bytes += m->len;
}

/* A side says what was said before, so that little input goes a long way. */
static const struct talk *get_talk(unsigned int i)
{
	static struct talk talk[TALK_CNT];

	i %= TALK_CNT;
	if (!talk[i].used)
		talks[i](&talk[i]);
	return &talk[i];
}

static uint32_t take_said(uint8_t op, uint8_t arg, const uint8_t **p)
{
	const struct talk *t = get_talk(op & 7);
	const struct talk_turn *turn = &t->turn[arg % t->turn_cnt];

	*p = t->bytes + turn->off;
	return turn->len;
}

static void run(const uint8_t *data, size_t size, struct total *total)
{
	struct stream_opts opts = {.max_conns = 3,
				   .max_message = MAX_MESSAGE,
				   .max_bytes = 128 << 10,
				   .hole_ns = 1000,
				   .idle_ns = 100000,
				   .on_message = on_message,
				   .ctx = total};
	uint32_t next[SIDES];
	struct stream *st;
	uint64_t now = 1;

	memset(next, 0xf0, sizeof(next));
	if (stream__new(&opts, &st))
		return;
	while (size >= 4) {
		uint8_t op = data[0], id = data[1] % SIDES;
		bool is_back = id & 1, is_said = op & 0x08;
		struct rec_flow flow = flow_between(is_back ? 1 : 9, is_back ? 9 : 1, 0);
		const uint8_t *p = data + 4;
		uint32_t len = data[3], cut;
		uint8_t *copy;

		data += 4;
		size -= 4;
		if (is_said) {
			len = take_said(op, data[-1], &p);
		} else {
			len = len < size ? len : (uint32_t)size;
			data += len;
			size -= len;
		}
		*(is_back ? &flow.dport : &flow.sport) = (uint16_t)(40000 + (id >> 1));
		if ((op & 0xf0) == 0x10)
			flow.flags = REC_F_SYN;
		else if ((op & 0xf0) == 0x20)
			flow.flags = REC_F_FIN;
		else if ((op & 0xf0) == 0x30)
			flow.flags = REC_F_RST;
		cut = (op & 0xf0) == 0x40 ? len / 2 : 0;
		if ((op & 0xf0) == 0x50)
			next[id] += (uint32_t)data[-2] << 18;
		copy = malloc(len ? len : 1);
		if (!copy)
			break;
		memcpy(copy, p, len);
		struct stream_segment seg = {.flow = &flow,
					     .sk = id >> 2,
					     .is_out = is_back,
					     .seq = next[id] + (uint32_t)(int32_t)(int8_t)data[-2],
					     .p = copy,
					     .len = len - cut,
					     .seg_len = len,
					     .ts_ns = now};
		stream__segment(st, &seg);
		free(copy);
		next[id] = seg.seq + len;
		now += (op & 0xf0) == 0x60 ? 2000 : 1;
		if ((op & 0xf0) == 0x70)
			stream__tick(st, now);
	}
	stream__tick(st, now + 10000);
	require(stream__counts(st)->messages == total->messages);
	stream__free(st);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct total a = {0}, b = {0};

	run(data, size, &a);
	if (size % 16 == 0) {
		run(data, size, &b);
		require(a.messages == b.messages && a.bytes == b.bytes && a.sum == b.sum);
	}
	return 0;
}
