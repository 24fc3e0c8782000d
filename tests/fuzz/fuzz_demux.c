/* SPDX-License-Identifier: BSD-2-Clause */
/* What a datagram is: the same bytes on other ports are never more than their ports allow.
 *
 *   | kinds | anywhere | datagram | */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "demux.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* abort() where assert() would vanish with NDEBUG */
static void require(bool held)
{
	if (!held)
		abort();
}

static void check_dtls(const uint8_t *p, uint32_t len)
{
	if (dtls_parse(p, len))
		return;
	require(len > DTLS_REC_HDR_LEN && p[0] >= DTLS_REC_CCS && p[0] <= DTLS_REC_ACK);
	require(dtls_is_start(p) && !dtls_is_protected(p[0], p[1], p[2]));
	require(load_be16(p + 11) && DTLS_REC_HDR_LEN + load_be16(p + 11) <= len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* the exact size of the window, so that the sanitizer sees one byte too many */
	uint8_t *window = size < 2 ? NULL : calloc(1, PARSE_WINDOW);
	uint32_t len = (uint32_t)size - 2, anywhere;
	enum demux_verdict v;
	uint8_t kinds;

	if (!window)
		return 0;
	kinds = data[0] & 15;
	anywhere = data[1] & 3;
	memcpy(window, data + 2, len < PARSE_WINDOW ? len : PARSE_WINDOW);
	v = demux_classify(window, len, kinds, anywhere);
	require(v <= DEMUX_NONE);
	require(v == demux_classify(window, len, kinds & PORT_OF_UDP, anywhere));
	require((v == DEMUX_NONE) <= !(kinds & PORT_OF_UDP));
	require(v != DEMUX_SIP || kinds & PORT_SIP);
	require(v != DEMUX_BEAT || (kinds & PORT_BEAT && len));
	require(v != DEMUX_STUN || kinds & PORT_OF_UDP || anywhere & ANYWHERE_STUN);
	require(v != DEMUX_DTLS || kinds & PORT_OF_UDP || anywhere & ANYWHERE_DTLS);
	require(v != DEMUX_DTLS || !dtls_parse(window, len));
	require(!demux_is_message(v) ||
		(len && demux_proto(v) >= PROTO_SIP && demux_proto(v) <= PROTO_BEAT));
	check_dtls(window, len);
	free(window);
	return 0;
}
