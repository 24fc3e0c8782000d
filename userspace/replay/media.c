/* SPDX-License-Identifier: BSD-2-Clause */
/* Two tables without chains: what is forgotten costs a media instant, never a wrong one. */
#include "media.h"

#include <string.h>

#define RTP_LEN	 12
#define DTLS_LEN 13

static uint64_t hash_end(const uint8_t addr[16], uint16_t port)
{
	uint64_t word[2], h;

	memcpy(word, addr, sizeof(word));
	h = (word[0] ^ 0x9e3779b97f4a7c15ull) * 0xff51afd7ed558ccdull;
	h = (h ^ h >> 29 ^ word[1]) * 0xff51afd7ed558ccdull;
	h = (h ^ h >> 32 ^ port) * 0xc4ceb9fe1a85ec53ull;
	return (h ^ h >> 29) | 1;
}

void media__expect(struct media *m, const uint8_t addr[16], uint16_t port)
{
	uint64_t h = hash_end(addr, port);

	m->end[h >> 8 & (MEDIA_ENDS - 1)] = h;
}

static bool is_expected(const struct media *m, uint64_t h)
{
	return m->end[h >> 8 & (MEDIA_ENDS - 1)] == h;
}

static bool is_first(struct media *m, uint64_t src, uint64_t dst)
{
	uint64_t h = (src * 3 ^ dst) & ~0xffull;
	uint64_t *slot = &m->flow[h >> 16 & (MEDIA_FLOWS - 1)];

	if ((*slot & ~0xffull) != h)
		*slot = h;
	if ((*slot & 0xff) >= MEDIA_FIRST)
		return false;
	++*slot;
	return true;
}

uint8_t media__tell(struct media *m, const struct rec_flow *flow, const uint8_t *p, uint32_t len)
{
	bool is_rtp = p[0] >= 128 && p[0] < 192 && len >= RTP_LEN;
	bool is_dtls = (p[0] == 23 && len >= DTLS_LEN) || (p[0] & 0xe0) == 0x20;
	uint64_t src, dst;

	if (!is_rtp && !is_dtls)
		return PROTO_NONE;
	src = hash_end(flow->saddr, flow->sport);
	dst = hash_end(flow->daddr, flow->dport);
	if (!(is_expected(m, src) || is_expected(m, dst)) || !is_first(m, src, dst))
		return PROTO_NONE;
	return is_rtp ? PROTO_RTP : PROTO_DTLS;
}
