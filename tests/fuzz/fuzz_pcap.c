/* SPDX-License-Identifier: BSD-2-Clause */
/* A whole capture file, then each of its packets through links, tunnels and fragments: what comes
 * out lies inside the packet (or the datagram put together), the reader always comes to an end, and
 * the same bytes give the same result. */
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "capture_file.h"
#include "link.h"

#define DATAGRAMS 16
#define BYTES	  (1u << 17)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* abort() where assert() would vanish with NDEBUG */
static void require(bool held)
{
	if (!held)
		abort();
}

static uint64_t mix(uint64_t h, uint64_t v)
{
	h = (h ^ v) * 0xff51afd7ed558ccdull;
	return h ^ (h >> 32);
}

static uint64_t look(struct link *l, const struct capture_packet *c)
{
	struct link_packet p;
	uint64_t h = c->ts_ns;
	bool is_joined;

	if (!link__decode(l, c->link, c->p, c->len, c->ts_ns, &p))
		return h;
	is_joined = p.flow.flags & REC_F_FRAG;
	require(p.l4 == 6 || p.l4 == 17);
	require(p.len <= p.wire_len);
	if (!is_joined)
		require(p.p >= c->p && (!p.len || p.p + p.len <= c->p + c->len));
	for (uint32_t i = 0; i < p.len; i++) /* each must be readable */
		h = mix(h, p.p[i]);
	return mix(h, (uint64_t)p.flow.sport << 32 | p.flow.dport);
}

static uint64_t run(const uint8_t *data, size_t size)
{
	struct source s = {.fd = -1};
	struct fragments *fragments = NULL;
	struct capture_file f;
	struct capture_packet c;
	struct link l;
	uint64_t h = 0, end = 0;
	int rc;

	require(!source__open_bytes(data, size, &s));
	require(!fragments__new(DATAGRAMS, BYTES, &fragments));
	require(!link__init(&l, fragments));
	rc = capture_file__open(&s, &f);
	while (!rc && !(rc = capture_file__next(&f, &c))) {
		require(source__offset(&s) > end); /* it goes on */
		end = source__offset(&s);
		require(c.len <= CAPTURE_PACKET_MAX && c.len <= c.wire_len);
		require(c.p >= s.buf && c.p + c.len <= s.buf + size);
		h = mix(h, look(&l, &c));
	}
	require(rc == -ENODATA || rc == -EBADMSG);
	require((rc == -EBADMSG) == (f.error[0] != '\0'));
	capture_file__done(&f);
	link__done(&l);
	fragments__free(fragments);
	source__done(&s);
	return h;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	require(run(data, size) == run(data, size));
	return 0;
}
