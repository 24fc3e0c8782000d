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

static void set_client(struct call_handshake *h, const uint8_t addr[16], uint16_t port)
{
	memcpy(h->client_addr, addr, 16);
	h->client_port = port;
}

/* Who sends. The port tells where both ends have one address; addresses alone do not tell: the two
 * directions of one association may use different families. */
static enum handshake_dir dir_of(struct call_handshake *h, const struct rec_flow *f,
				 const struct dtls_head *d)
{
	const uint32_t client = 1u << DTLS_CLIENT_HELLO | 1u << DTLS_CLIENT_KEY;
	const uint32_t server = 1u << DTLS_SERVER_HELLO | 1u << DTLS_HELLO_VERIFY |
				1u << DTLS_HELLO_DONE | 1u << DTLS_SERVER_KEY;

	if (d && d->types & client) {
		set_client(h, f->saddr, f->sport);
		return FROM_CLIENT;
	}
	if (d && d->types & server) {
		set_client(h, f->daddr, f->dport);
		return FROM_SERVER;
	}
	return f->sport == h->client_port && !memcmp(f->saddr, h->client_addr, 16) ? FROM_CLIENT
										   : FROM_SERVER;
}

static void drop_fragment(struct call_handshake *h)
{
	free(h->frag);
	h->frag = NULL;
	h->frag_have = h->frag_len = 0;
}

/* Fragments of a hello, in order; others are not needed whole. True: *hello is complete now. */
static bool join_fragment(struct call_handshake *h, const struct dtls_frag *f, const uint8_t *body,
			  struct dtls_hello *hello)
{
	bool ok;

	if (h->frag && (h->frag_seq != f->msg_seq || h->frag_type != f->type))
		drop_fragment(h);
	if (!h->frag) {
		if (f->frag_off || f->msg_len > HANDSHAKE_FRAGMENTED_MAX) {
			h->frags_lost++;
			return false;
		}
		h->frag = malloc(f->msg_len ? f->msg_len : 1);
		if (!h->frag) {
			h->frags_lost++;
			return false;
		}
		h->frag_len = f->msg_len;
		h->frag_type = f->type;
		h->frag_seq = f->msg_seq;
	}
	if (f->msg_len != h->frag_len || f->frag_off > h->frag_have) {
		h->frags_lost++;
		return false;
	}
	memcpy(h->frag + f->frag_off, body, f->frag_len);
	if (f->frag_off + f->frag_len > h->frag_have)
		h->frag_have = f->frag_off + f->frag_len;
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

static void note_sequence(struct call_handshake *h, const struct dtls_head *d,
			  enum handshake_dir dir)
{
	for (unsigned int i = 0; i < d->frag_cnt; i++) {
		const struct dtls_frag *f = &d->frag[i];

		if (f->frag_off + f->frag_len == f->msg_len && f->msg_seq >= h->next_seq[dir])
			h->next_seq[dir] = f->msg_seq + 1;
	}
}

static void note_flight(struct call_handshake *h, enum handshake_dir dir, bool again,
			uint64_t ts_ns)
{
	if (again) {
		/* the timer of whoever heard nothing: the wait since anything was said */
		if (h->last_ns && ts_ns > h->last_ns && !h->is_complete)
			h->retransmit_wait_ns += ts_ns - h->last_ns;
		h->retransmitted++;
	}
	if (dir != h->last_dir || again) {
		h->flights++;
		h->flight_ns = ts_ns;
	}
	h->last_dir = (uint8_t)dir;
	h->last_ns = ts_ns;
}

static void complete(struct call_handshake *h, uint64_t ts_ns, uint32_t *events)
{
	if (h->is_complete || h->is_failed || !h->is_started)
		return;
	h->is_complete = true;
	h->complete_ns = ts_ns;
	*events |= HANDSHAKE_COMPLETE;
}

static bool is_13(const struct call_handshake *h)
{
	return h->version == (h->is_dtls ? DTLS13 : TLS13);
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
	if (h->app_ns[dir] || (h->is_started && !h->is_complete && is_13(h)))
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
	if (!h->is_dtls && h->has_ccs[dir] && d->what & DTLS_HAS_CLEAR_HANDSHAKE)
		is_encrypted = true;
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

static bool is_new_handshake(const struct call_handshake *h, const struct dtls_head *d)
{
	return h->is_complete && d->types & 1u << DTLS_CLIENT_HELLO && d->hello.is_known &&
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
	note_flight(h, dir, again, m->ts_ns);
	if (again)
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
