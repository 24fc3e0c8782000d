/* SPDX-License-Identifier: BSD-2-Clause */
/* Link and network headers: offsets are in order and inside the packet, and what lies behind the
 * packet's end in the window changes nothing. The input is one packet, from the Ethernet header or,
 * by its length, from the IP header. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "net.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* abort() where assert() would vanish with NDEBUG */
static void require(bool held)
{
	if (!held)
		abort();
}

/* Exactly what the parser may address; `fill` stands for what an earlier packet left behind the
 * end. */
static int parse(const uint8_t *data, uint32_t avail, uint8_t fill, bool has_link,
		 struct net_brief *out)
{
	uint8_t *window = malloc(NET_WINDOW + NET_SLACK);
	uint16_t proto, l3_off = 0;
	int rc = 0;

	if (!window)
		abort();
	memset(window, fill, NET_WINDOW + NET_SLACK);
	if (avail)
		memcpy(window, data, avail);
	memset(out, 0, sizeof(*out));
	proto = avail && window[0] >> 4 == 6 ? NET_ETH_P_IPV6 : NET_ETH_P_IP;
	if (has_link)
		rc = net_link_parse(window, avail, &proto, &l3_off, &out->flags);
	if (!rc)
		rc = net_parse(window, avail, proto, l3_off, out);
	free(window);
	return rc;
}

static void check_brief(const struct net_brief *b, uint32_t avail)
{
	require(b->family == 4 || b->family == 6);
	require(b->l4_off >= b->l3_off + (b->family == 4 ? 20 : 40));
	require(!(b->flags & NET_F_FRAG_FIRST) || !(b->flags & NET_F_FRAG_LATER));
	if (b->flags & NET_F_FRAG_LATER || (b->l4 != NET_UDP && b->l4 != NET_TCP)) {
		require(!b->sport && !b->dport && !b->payload_off && !b->payload_len);
		return;
	}
	require(b->l4_off + 8u <= avail);
	if (b->l4 == NET_UDP)
		require(b->payload_off == b->l4_off + 8);
	else
		require(b->payload_off >= b->l4_off + 20 && b->payload_off <= b->l4_off + 60);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint32_t avail = size < NET_WINDOW ? (uint32_t)size : NET_WINDOW;
	bool has_link = size & 1;
	struct net_brief zero, ones;
	int rc = parse(data, avail, 0, has_link, &zero);

	require(rc == 0 || rc == -NET_EBADMSG);
	require(parse(data, avail, 0xff, has_link, &ones) == rc);
	if (rc)
		return 0;
	require(!memcmp(&zero, &ones, sizeof(zero)));
	check_brief(&zero, avail);
	return 0;
}
