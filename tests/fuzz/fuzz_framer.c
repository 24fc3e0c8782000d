/* SPDX-License-Identifier: BSD-2-Clause */
/* One direction of a connection, whole and cut: as long as nothing had to be left out, the messages
 * are the same. The first byte says what goes before: nothing, or the handshake of a WebSocket. */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "fixture_talk.h"
#include "stream.h"

#define MAX_MESSAGE 4096
#define SUMS	    256

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct sums {
	unsigned int cnt;
	bool has_tls;
	uint64_t sum[SUMS];
};

static void require(bool held)
{
	if (!held)
		abort();
}

static void on_message(void *ctx, const struct stream_message *m)
{
	struct sums *s = ctx;
	uint64_t h = m->proto ^ m->exchange << 8 ^ (uint64_t)m->end_seq << 16;

	for (uint32_t i = 0; i < m->len; i++)
		h = (h ^ m->p[i]) * 0x100000001b3ull;
	s->has_tls |= m->proto == PROTO_TLS;
	if (s->cnt < SUMS)
		s->sum[s->cnt++] = h;
}

static void say(struct stream *st, uint8_t host, uint16_t flags, uint32_t *seq, const uint8_t *p,
		uint32_t len)
{
	struct rec_flow flow = flow_between(host, host == 9 ? 1 : 9, 0);
	uint8_t *copy = malloc(len ? len : 1);
	struct stream_segment seg = {
		.flow = &flow, .seq = *seq, .p = copy, .len = len, .seg_len = len, .ts_ns = 1};

	if (!copy)
		return;
	if (len)
		memcpy(copy, p, len);
	flow.flags = flags;
	stream__segment(st, &seg);
	free(copy);
	*seq += len;
}

static void open_ws(struct stream *st, uint8_t how, uint32_t *client, uint32_t *server)
{
	struct talk t = {0};

	if (how & 2)
		talk_deflate(&t);
	else if (how & 4)
		talk_sip_ws(&t);
	else
		talk_ws(&t);
	say(st, 9, 0, client, t.bytes, t.turn[0].len);
	t.turn[1].len = (uint32_t)((uint8_t *)memmem(t.bytes + t.turn[1].off, t.turn[1].len,
						     "\r\n\r\n", 4) -
				   (t.bytes + t.turn[1].off)) +
			4;
	say(st, 1, 0, server, t.bytes + t.turn[1].off, t.turn[1].len);
}

/* step 0: all at once. Returns whether nothing was left out. */
static bool run(const uint8_t *data, uint32_t len, uint8_t how, uint32_t step, struct sums *sums)
{
	struct stream_opts opts = {.max_conns = 2,
				   .max_message = MAX_MESSAGE,
				   .max_bytes = 1 << 20,
				   .hole_ns = 1000,
				   .idle_ns = 100000,
				   .on_message = on_message,
				   .ctx = sums};
	uint32_t client = 100, server = 200, n, random = step;
	uint8_t host = how & 8 ? 1 : 9;
	const struct stream_counts *c;
	struct stream *st;
	bool is_whole;

	if (stream__new(&opts, &st))
		return false;
	say(st, 9, REC_F_SYN, &client, NULL, 0);
	say(st, 1, REC_F_SYN, &server, NULL, 0);
	if (how & 1)
		open_ws(st, how, &client, &server);
	for (uint32_t at = 0; at < len; at += n) {
		random = random * 1103515245u + 12345;
		n = step ? 1 + (random >> 16) % step : len;
		n = n < len - at ? n : len - at;
		say(st, host, 0, host == 9 ? &client : &server, data + at, n);
	}
	say(st, host, REC_F_FIN, host == 9 ? &client : &server, NULL, 0);
	c = stream__counts(st);
	is_whole = !c->skipped_bytes && !c->unknown_conns && !c->oversized && !c->malformed &&
		   !c->holes && !c->bytes_evicted;
	stream__free(st);
	return is_whole;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct sums whole, cut;
	uint8_t how;

	if (size < 2)
		return 0;
	how = data[0];
	whole.cnt = cut.cnt = 0;
	whole.has_tls = false;
	if (!run(data + 1, (uint32_t)size - 1, how, 0, &whole))
		return 0;
	run(data + 1, (uint32_t)size - 1, how, 1 + data[size - 1] % 64, &cut);
	if (whole.has_tls)
		return 0;
	require(whole.cnt == cut.cnt);
	require(memcmp(whole.sum, cut.sum, whole.cnt * sizeof(whole.sum[0])) == 0);
	return 0;
}
