/* SPDX-License-Identifier: BSD-2-Clause */
/* A little ring, searched from its oldest entry. */
#include "early.h"

bool early_reads__add(struct early_reads *e, const struct rec_read *r, struct rec_read *given_up)
{
	unsigned int at = e->next;
	bool is_full = e->is_used[at];

	if (is_full)
		*given_up = e->read[at];
	e->read[at] = *r;
	e->is_used[at] = true;
	e->next = (at + 1) % EARLY_READS;
	e->cnt += !is_full;
	return is_full;
}

/* Earliest sight of the message before its socket, 0 unknown. */
static uint64_t seen_ns(const struct rec_rx *rx)
{
	return rx->nic_ns ? rx->nic_ns : rx->stack_ns;
}

/* Pointers are reused at once: one alone names the packet only if the packet was under way before
 * the read. So does content, because it may be that of an earlier copy. */
static bool is_read_of(const struct rec_read *r, const struct rec_rx *rx)
{
	bool has_content = r->print.hash != 0;
	uint64_t since_ns = seen_ns(rx);

	if (r->sk && r->sk != rx->sk)
		return false;
	if (since_ns ? r->hdr.ts_ns < since_ns : !has_content)
		return false;
	if (r->hdr.ts_ns < rx->hdr.ts_ns && rx->hdr.ts_ns - r->hdr.ts_ns > EARLY_NS)
		return false;
	if (has_content)
		return r->print.hash == rx->print.hash && r->print.msg_len == rx->print.msg_len;
	return r->skb && r->skb == rx->skb && r->print.msg_len <= rx->print.msg_len;
}

static void take_at(struct early_reads *e, unsigned int at, struct rec_read *ret)
{
	*ret = e->read[at];
	e->is_used[at] = false;
	e->cnt--;
}

bool early_reads__take(struct early_reads *e, const struct rec_rx *rx, struct rec_read *ret)
{
	for (unsigned int i = 0; e->cnt && i < EARLY_READS; i++) {
		unsigned int at = (e->next + i) % EARLY_READS;

		if (e->is_used[at] && is_read_of(&e->read[at], rx)) {
			take_at(e, at, ret);
			return true;
		}
	}
	return false;
}

bool early_reads__expire(struct early_reads *e, uint64_t now_ns, struct rec_read *ret)
{
	for (unsigned int i = 0; e->cnt && i < EARLY_READS; i++) {
		unsigned int at = (e->next + i) % EARLY_READS;
		uint64_t since_ns = e->read[at].hdr.ts_ns;

		if (e->is_used[at] && now_ns > since_ns && now_ns - since_ns > EARLY_NS) {
			take_at(e, at, ret);
			return true;
		}
	}
	return false;
}
