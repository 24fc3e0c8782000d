/* SPDX-License-Identifier: BSD-2-Clause */
/* DTLS datagrams and TLS records, alone and as a handshake: what a parse says lies inside of its
 * bytes, a cut datagram says nothing that the whole one does not, and a handshake ends once, behind
 * its beginning. Input: datagrams, each behind a byte of flags and two bytes of length; or, for the
 * seeds of others, one datagram. */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "handshake.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool held)
{
	if (!held)
		abort();
}

static void check_head(const struct dtls_head *d, uint32_t len, bool is_dtls)
{
	require(d->frag_cnt <= DTLS_FRAG_MAX);
	require(!d->frags_left_out || d->frag_cnt == DTLS_FRAG_MAX);
	require(d->record_cnt <= len);
	require(!d->frag_cnt || d->what & DTLS_HAS_CLEAR_HANDSHAKE);
	for (unsigned int i = 0; i < d->frag_cnt; i++) {
		const struct dtls_frag *f = &d->frag[i];

		require(f->off <= len && f->frag_len <= len - f->off);
		require(f->frag_off <= f->msg_len && f->frag_len <= f->msg_len - f->frag_off);
		require(is_dtls || !f->frag_off);
		require(f->type > 31 || d->types & 1u << f->type);
	}
	require(!d->hello.is_known ||
		d->types & (1u << DTLS_CLIENT_HELLO | 1u << DTLS_SERVER_HELLO));
	require(!d->hello.is_known || d->hello.version >> 8 == (is_dtls ? 0xfe : 0x03));
}

/* Of the exact size, so that the sanitizer sees one byte too many. */
static uint8_t *copy_of(const uint8_t *p, uint32_t len)
{
	uint8_t *copy = malloc(len ? len : 1);

	require(copy != NULL);
	if (len)
		memcpy(copy, p, len);
	return copy;
}

static void check_cut(const uint8_t *p, uint32_t len, const struct dtls_head *whole)
{
	uint32_t cut = len - len / 3;
	uint8_t *copy = copy_of(p, cut);
	struct dtls_head d;

	if (!dtls_head__parse(copy, cut, len, &d)) {
		check_head(&d, cut, true);
		require(!(d.types & ~whole->types) && d.frag_cnt <= whole->frag_cnt);
		require(d.record_cnt <= whole->record_cnt);
		/* a record without a length ends with its datagram, so it may end anywhere */
		if (!((whole->what | d.what) & (DTLS_HAS_BROKEN | DTLS_HAS_UNIFIED)))
			require(!(d.what & ~whole->what));
	}
	free(copy);
}

static void check_handshake(const struct call_handshake *h, const struct call_handshake *before,
			    uint32_t events)
{
	require(h->is_complete >= before->is_complete && h->is_started >= before->is_started);
	require(!h->is_complete || (h->is_started && h->complete_ns));
	require(!(events & HANDSHAKE_COMPLETE) == (h->is_complete == before->is_complete));
	require(!(events & HANDSHAKE_STARTED) == (h->is_started == before->is_started));
	require(!before->is_complete || h->complete_ns == before->complete_ns);
	require(!h->frag || h->frag_len <= HANDSHAKE_FRAGMENTED_MAX);
	require(!h->frag || h->frag_have < h->frag_len || !h->frag_len);
	require(handshake__protocol(h)[0] != 0);
}

static struct rec_flow flow_of(uint8_t flags)
{
	struct rec_flow f = {.sport = 1000, .dport = 2000};

	f.saddr[15] = 1;
	f.daddr[15] = 2;
	if (flags & 1) {
		f.sport = 2000;
		f.dport = 1000;
		f.saddr[15] = 2;
		f.daddr[15] = 1;
	}
	return f;
}

static void one(struct call_handshake *h, const uint8_t *p, uint32_t len, uint8_t flags,
		uint64_t ts_ns)
{
	struct call_handshake before = *h;
	struct rec_flow flow = flow_of(flags);
	uint8_t *copy = copy_of(p, len);
	struct message m = {.flow = &flow,
			    .proto = flags & 2 ? PROTO_TLS : PROTO_DTLS,
			    .dir = flags >> 2 & 1 ? MESSAGE_OUT : MESSAGE_IN,
			    .p = copy,
			    .len = len,
			    .msg_len = len,
			    .hash = ts_ns,
			    .ts_ns = ts_ns};
	struct dtls_head d;
	int rc = flags & 2 ? tls_head__parse(copy, len, &d) : dtls_head__parse(copy, len, len, &d);

	if (!rc) {
		check_head(&d, len, !(flags & 2));
		if (!(flags & 2))
			check_cut(copy, len, &d);
		check_handshake(h, &before, handshake__message(h, &m, &d));
	}
	if (flags & 8) {
		before = *h;
		check_handshake(h, &before, handshake__protected(h, &flow, ts_ns));
	}
	free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct call_handshake *h;
	uint32_t pos = 0, len = (uint32_t)size;
	uint64_t ts_ns = 1000;
	uint8_t protocol;

	if (!len)
		return 0;
	require(handshake__new(&h) == 0);
	one(h, data, len, 0, ts_ns++);
	handshake__free(h);
	require(handshake__new(&h) == 0);
	one(h, data, len, 2, ts_ns++);
	handshake__free(h);
	require(handshake__new(&h) == 0);
	protocol = data[0] & 2;
	while (pos + 3 <= len) {
		uint8_t flags = (uint8_t)((data[pos] & ~2u) | protocol);
		uint32_t n = (uint32_t)(data[pos + 1] << 8 | data[pos + 2]);

		pos += 3;
		n = n < len - pos ? n : len - pos;
		one(h, data + pos, n, flags, ts_ns += 1000);
		pos += n;
	}
	handshake__free(h);
	return 0;
}
