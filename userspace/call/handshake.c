/* SPDX-License-Identifier: BSD-2-Clause */
/* Which flight a message belongs to, and what it says. */
#include "handshake.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SECOND_SIGHT_NS 2000000000ull
#define DTLS13		0xfefc
#define TLS13		0x0304

int handshake__new(struct call_handshake **ret)
{
	struct call_handshake *h = calloc(1, sizeof(*h));

	if (!h)
		return -ENOMEM;
	h->last_dir = HANDSHAKE_DIRS;
	memset(h->seen_dir, UINT8_MAX, sizeof(h->seen_dir)); /* nothing seen */
	*ret = h;
	return 0;
}

void handshake__free(struct call_handshake *h)
{
	if (!h)
		return;
	free(h->frag);
	free(h);
}

/* This host saw it already, at its other end. */
static bool is_second_sight(struct call_handshake *h, const struct message *m)
{
	for (unsigned int i = 0; i < HANDSHAKE_SEEN; i++) {
		if (h->seen_hash[i] != m->hash || h->seen_dir[i] == m->dir ||
		    h->seen_dir[i] == UINT8_MAX)
			continue;
		if (m->ts_ns - h->seen_ns[i] < SECOND_SIGHT_NS ||
		    h->seen_ns[i] - m->ts_ns < SECOND_SIGHT_NS) {
			h->seen_dir[i] = UINT8_MAX; /* each sight has one other */
			return true;
		}
	}
	h->seen_hash[h->seen_at] = m->hash;
	h->seen_ns[h->seen_at] = m->ts_ns;
	h->seen_dir[h->seen_at] = m->dir;
	h->seen_at = (uint8_t)((h->seen_at + 1) % HANDSHAKE_SEEN);
	return false;
}

static bool is_end(const uint8_t addr[16], uint16_t port, const uint8_t of[16], uint16_t of_port)
{
	return port == of_port && !memcmp(addr, of, 16);
}

/* What only one side says. Behind ChangeCipherSpec, TLS handshake messages look like any type. */
static bool dir_by_types(const struct call_handshake *h, const struct dtls_head *d,
			 enum handshake_dir *ret)
{
	const uint32_t client = 1u << DTLS_CLIENT_HELLO | 1u << DTLS_CLIENT_KEY;
	const uint32_t server = 1u << DTLS_SERVER_HELLO | 1u << DTLS_HELLO_VERIFY |
				1u << DTLS_HELLO_DONE | 1u << DTLS_SERVER_KEY;

	if (!d || (!h->is_dtls && h->client_port && !d->hello.is_known) ||
	    !(d->types & (client | server)))
		return false;
	*ret = d->types & client ? FROM_CLIENT : FROM_SERVER;
	return true;
}

static void note_ends(struct call_handshake *h, const struct rec_flow *f, enum handshake_dir dir)
{
	uint8_t *addr = dir == FROM_CLIENT ? h->client_addr : h->server_addr;
	uint8_t *other = dir == FROM_CLIENT ? h->server_addr : h->client_addr;
	uint16_t *port = dir == FROM_CLIENT ? &h->client_port : &h->server_port;
	uint16_t *other_port = dir == FROM_CLIENT ? &h->server_port : &h->client_port;

	memcpy(addr, f->saddr, 16);
	*port = f->sport;
	if (*other_port)
		return;
	memcpy(other, f->daddr, 16);
	*other_port = f->dport;
}

/* Who sends. Where both ends have one address the port tells. The two directions of one association
 * may use different families: each end is where it sends from. */
static enum handshake_dir dir_of(struct call_handshake *h, const struct rec_flow *f,
				 const struct dtls_head *d)
{
	enum handshake_dir dir;

	if (dir_by_types(h, d, &dir)) {
		note_ends(h, f, dir);
		return dir;
	}
	if (is_end(f->saddr, f->sport, h->client_addr, h->client_port))
		return FROM_CLIENT;
	if (is_end(f->saddr, f->sport, h->server_addr, h->server_port))
		return FROM_SERVER;
	return is_end(f->daddr, f->dport, h->server_addr, h->server_port) ? FROM_CLIENT
									  : FROM_SERVER;
}

static void drop_fragment(struct call_handshake *h)
{
	free(h->frag);
	h->frag = NULL;
	h->frag_have = h->frag_len = 0;
}

static bool begin_fragment(struct call_handshake *h, const struct dtls_frag *f)
{
	if (f->msg_len > HANDSHAKE_FRAGMENTED_MAX)
		return false;
	h->frag = calloc(1, f->msg_len + f->msg_len / 8 + 1);
	h->frag_len = f->msg_len;
	h->frag_type = f->type;
	h->frag_seq = f->msg_seq;
	return h->frag;
}

/* Fragments of a hello, in any order, overlapping as they like; others are not needed whole. True:
 * *hello is complete now. */
static bool join_fragment(struct call_handshake *h, const struct dtls_frag *f, const uint8_t *body,
			  struct dtls_hello *hello)
{
	uint8_t *map;
	bool ok;

	if (h->frag && (h->frag_seq != f->msg_seq || h->frag_type != f->type)) {
		h->frags_lost++;
		drop_fragment(h);
	}
	if ((!h->frag && !begin_fragment(h, f)) || f->msg_len != h->frag_len) {
		h->frags_lost++;
		return false;
	}
	map = h->frag + h->frag_len;
	memcpy(h->frag + f->frag_off, body, f->frag_len);
	for (uint32_t i = f->frag_off; i < f->frag_off + f->frag_len; i++) {
		h->frag_have += !(map[i / 8] & 1u << i % 8);
		map[i / 8] = (uint8_t)(map[i / 8] | 1u << i % 8);
	}
	if (h->frag_have < h->frag_len)
		return false;
	ok = !dtls_hello__parse(h->frag, h->frag_len, h->frag_type, true, hello);
	drop_fragment(h);
	return ok;
}

static void note_hello(struct call_handshake *h, const struct dtls_hello *hello, bool is_client)
{
	if (is_client) {
		memcpy(h->random, hello->random, DTLS_RANDOM_LEN);
		h->has_random = true;
		return;
	}
	if (hello->is_retry) {
		h->has_cookie = true;
		return;
	}
	h->version = hello->version;
	h->cipher = hello->cipher;
	if (hello->srtp_profile)
		h->srtp_profile = hello->srtp_profile;
}

/* A hello that is whole in its datagram was read by the parser. */
static void note_fragments(struct call_handshake *h, const struct message *m,
			   const struct dtls_head *d)
{
	struct dtls_hello hello;

	if (d->hello.is_known)
		note_hello(h, &d->hello, d->types & 1u << DTLS_CLIENT_HELLO);
	for (unsigned int i = 0; i < d->frag_cnt; i++) {
		const struct dtls_frag *f = &d->frag[i];

		if ((f->type != DTLS_CLIENT_HELLO && f->type != DTLS_SERVER_HELLO) ||
		    f->frag_len == f->msg_len || !h->is_dtls)
			continue;
		if (join_fragment(h, f, m->p + f->off, &hello))
			note_hello(h, &hello, f->type == DTLS_CLIENT_HELLO);
	}
}

/* All of its handshake messages were complete before (RFC 6347 4.2.4: what is sent again keeps its
 * message_seq). */
static bool is_again(const struct call_handshake *h, const struct dtls_head *d,
		     enum handshake_dir dir)
{
	if (!h->is_dtls)
		return false;
	if (!d->frag_cnt)
		return d->what & DTLS_HAS_ENCRYPTED_HANDSHAKE && h->has_finished[dir];
	for (unsigned int i = 0; i < d->frag_cnt; i++)
		if (d->frag[i].msg_seq >= h->next_seq[dir])
			return false;
	return true;
}

/* A message is complete when so many bytes of it were seen. */
static void note_sequence(struct call_handshake *h, const struct dtls_head *d,
			  enum handshake_dir dir)
{
	for (unsigned int i = 0; i < d->frag_cnt; i++) {
		const struct dtls_frag *f = &d->frag[i];

		if (f->msg_seq < h->next_seq[dir])
			continue;
		if (f->msg_seq != h->part_seq[dir]) {
			h->part_seq[dir] = f->msg_seq;
			h->part_len[dir] = 0;
		}
		h->part_len[dir] += f->frag_len;
		if (h->part_len[dir] >= f->msg_len) {
			h->next_seq[dir] = f->msg_seq + 1u;
			h->part_len[dir] = 0;
		}
	}
}

static uint64_t position_of(const struct dtls_frag *f)
{
	return ((uint64_t)f->msg_seq << 24 | f->frag_off) + 1;
}

/* The datagram goes on where the latest one of a flight that is sent again ended. */
static bool is_rest_of_flight(struct call_handshake *h, const struct dtls_head *d,
			      enum handshake_dir dir)
{
	uint64_t before = dir == h->last_dir ? h->again_at : 0;
	const struct dtls_frag *f = d->frag;

	if (!d->frag_cnt) { /* encrypted: the end of it */
		h->again_at = UINT64_MAX;
		return before && before != UINT64_MAX;
	}
	h->again_at = position_of(&f[d->frag_cnt - 1]);
	return before && position_of(f) > before;
}

/* True: a flight that was sent before begins. */
static bool note_flight(struct call_handshake *h, const struct dtls_head *d, enum handshake_dir dir,
			bool again, uint64_t ts_ns)
{
	bool begins = again && !is_rest_of_flight(h, d, dir);

	if (!again)
		h->again_at = 0;
	if (begins) {
		/* the timer of whoever heard nothing: the wait since anything was said */
		if (h->last_ns && ts_ns > h->last_ns && !h->is_complete)
			h->retransmit_wait_ns += ts_ns - h->last_ns;
		h->retransmitted++;
	}
	if (dir != h->last_dir || begins) {
		h->flights++;
		h->flight_ns = ts_ns;
	}
	h->last_dir = (uint8_t)dir;
	h->last_ns = ts_ns;
	return begins;
}

static bool is_13(const struct call_handshake *h)
{
	return h->version == (h->is_dtls ? DTLS13 : TLS13);
}

/* 1.3: while the handshake goes on, encrypted records are taken for its messages. */
static bool is_flight(const struct call_handshake *h, const struct dtls_head *d)
{
	const uint32_t open =
		DTLS_HAS_CLEAR_HANDSHAKE | DTLS_HAS_ENCRYPTED_HANDSHAKE | DTLS_HAS_CCS;

	return d->what & open || (!h->is_complete && is_13(h));
}

static void complete(struct call_handshake *h, uint64_t ts_ns, uint32_t *events)
{
	if (h->is_complete || h->is_failed || !h->is_started)
		return;
	h->is_complete = true;
	h->complete_ns = ts_ns;
	*events |= HANDSHAKE_COMPLETE;
}

static void application(struct call_handshake *h, enum handshake_dir dir, uint64_t ts_ns,
			uint32_t *events)
{
	/* 1.3 protects its own messages, too: the client's first ones end the handshake */
	if (is_13(h) && !h->is_complete) {
		h->is_end_hidden = true;
		if (dir == FROM_CLIENT && h->server_hello_ns)
			complete(h, ts_ns, events);
		return;
	}
	/* ... and so does the server's ACK (RFC 9147 7): data is what the client sends behind that
	 */
	if (h->is_dtls && h->is_end_hidden && !h->app_ns[FROM_CLIENT]) {
		h->is_acked |= dir == FROM_SERVER;
		if (dir == FROM_SERVER || !h->is_acked)
			return;
	}
	if (h->app_ns[dir])
		return;
	h->app_ns[dir] = ts_ns;
	*events |= HANDSHAKE_APPLICATION;
	/* 1.2 whose Finished was missed is complete by now, but not known since when */
}

static void note_start(struct call_handshake *h, const struct message *m, const struct dtls_head *d,
		       uint32_t *events)
{
	if (d->types & 1u << DTLS_CLIENT_HELLO && !h->is_started) {
		h->is_started = true;
		h->hello_ns = m->ts_ns;
		*events |= HANDSHAKE_STARTED;
	}
	if (d->types & 1u << DTLS_HELLO_VERIFY || (d->hello.is_known && d->hello.is_retry)) {
		h->has_cookie = true;
		*events |= HANDSHAKE_COOKIE;
	} else if (d->types & 1u << DTLS_SERVER_HELLO) {
		if (!h->server_hello_ns)
			h->server_hello_ns = m->ts_ns;
		h->is_resumed = !is_13(h) && !(d->types & 1u << DTLS_CERTIFICATE);
	}
	if (d->types & 1u << DTLS_CERTIFICATE)
		h->is_resumed = false;
}

static void note_protection(struct call_handshake *h, const struct message *m,
			    const struct dtls_head *d, enum handshake_dir dir, uint32_t *events)
{
	bool is_encrypted = d->what & DTLS_HAS_ENCRYPTED_HANDSHAKE;

	/* TLS 1.2: the record behind ChangeCipherSpec is Finished, also when it came by itself */
	if (!h->is_dtls && h->has_ccs[dir] && d->what & DTLS_HAS_CLEAR_HANDSHAKE &&
	    !d->hello.is_known)
		is_encrypted = true;
	if (h->is_dtls && !h->version && d->what & DTLS_HAS_UNIFIED)
		h->version = DTLS13; /* only there */
	if (d->what & DTLS_HAS_CCS)
		h->has_ccs[dir] = true;
	if (is_encrypted && !is_13(h)) {
		h->has_finished[dir] = true;
		if (h->has_finished[FROM_CLIENT] && h->has_finished[FROM_SERVER])
			complete(h, m->ts_ns, events);
	}
	if (d->what & (DTLS_HAS_APPLICATION | DTLS_HAS_UNIFIED))
		application(h, dir, m->ts_ns, events);
}

/* The answer to a cookie has the random of the first ClientHello (RFC 6347 4.2.1, RFC 8446 4.1.2).
 */
static bool is_new_handshake(const struct call_handshake *h, const struct dtls_head *d)
{
	return h->has_random && d->types & 1u << DTLS_CLIENT_HELLO && d->hello.is_known &&
	       memcmp(h->random, d->hello.random, DTLS_RANDOM_LEN) != 0;
}

uint32_t handshake__message(struct call_handshake *h, const struct message *m,
			    const struct dtls_head *d)
{
	uint32_t events = 0;
	enum handshake_dir dir;
	bool again;

	h->is_dtls = m->proto == PROTO_DTLS;
	if (is_second_sight(h, m))
		return 0;
	if (is_new_handshake(h, d))
		return HANDSHAKE_AGAIN;
	dir = dir_of(h, m->flow, d);
	again = is_again(h, d, dir);
	note_fragments(h, m, d);
	if (is_flight(h, d) && note_flight(h, d, dir, again, m->ts_ns))
		events |= HANDSHAKE_RETRANSMIT;
	note_sequence(h, d, dir);
	note_start(h, m, d, &events);
	note_protection(h, m, d, dir, &events);
	if (d->what & DTLS_HAS_ALERT && d->alert_level == 2 && !h->is_complete) {
		h->is_failed = true;
		h->alert = d->alert_desc;
		events |= HANDSHAKE_FAILED;
	}
	return events;
}

uint32_t handshake__protected(struct call_handshake *h, const struct rec_flow *flow, uint64_t ts_ns)
{
	uint32_t events = 0;

	application(h, dir_of(h, flow, NULL), ts_ns, &events);
	return events;
}

const char *handshake__protocol(const struct call_handshake *h)
{
	static const struct {
		uint16_t version;
		const char *name;
	} names[] = {{0xfeff, "DTLS 1.0"}, {0xfefd, "DTLS 1.2"}, {0xfefc, "DTLS 1.3"},
		     {0x0301, "TLS 1.0"},  {0x0302, "TLS 1.1"},	 {0x0303, "TLS 1.2"},
		     {0x0304, "TLS 1.3"}};

	for (unsigned int i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].version == h->version)
			return names[i].name;
	return h->is_dtls ? "DTLS" : "TLS";
}
