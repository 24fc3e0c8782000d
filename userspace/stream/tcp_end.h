/* SPDX-License-Identifier: BSD-2-Clause */
/* Connections as they are remembered.
 *
 *   tcp_conn   the two addresses and ports: names the connection for both of its ends
 *     tcp_end    one socket that sees it (0: a capture); a connection inside this host has two
 *       tcp_half   one direction: what comes next, what waits, what its framer knows
 *
 * Whoever is used goes to the end of the list: the first one is the longest idle. */
#ifndef SIGPATH_TCP_END_H
#define SIGPATH_TCP_END_H

#include <stdbool.h>
#include <stdint.h>

#include "record.h"
#include "tcp_pool.h"

#define TCP_PIPELINE 32 /* HTTP requests on their way whose kind is remembered */

struct inflater;
struct stream_counts;

struct tcp_list {
	struct tcp_list *prev, *next;
};

enum half_state {
	HALF_FRESH,   /* nothing known */
	HALF_OPEN,    /* a message begins at the first byte that waits, or at `next` */
	HALF_LOST,    /* ... begins at the start of some segment */
	HALF_IGNORED, /* carries nothing of interest */
	HALF_CLOSED,  /* FIN reached, or RST */
};

/* What framers keep between calls; zero at the start of each message but for what `is_` says. */
struct half_sip {
	uint32_t length_at; /* behind the colon of Content-Length, 0 none yet */
	uint32_t again_at;  /* ... of a second one */
};

struct half_http {
	uint32_t head_len; /* 0: not complete */
	uint32_t walk;	   /* offset of the next chunk's size */
	uint64_t body;	   /* Content-Length */
	bool is_until_close;
	bool is_skipping; /* chunks of a body that is too long */
	bool is_in_trailer;
	uint64_t exchange;
};

struct half_ws {
	bool is_client; /* sends masked frames; else not */
	bool is_role_known;
	bool is_dropping;     /* up to the end of a message that is too long */
	bool is_context_lost; /* compressed messages cannot be read any more */
	bool has_takeover;
	bool is_sip;   /* subprotocol */
	bool is_other; /* another subprotocol */
	uint32_t walk; /* offset of the next frame of a fragmented message */
	struct inflater *inflater;
};

struct tcp_half {
	uint8_t state; /* enum half_state */
	uint8_t proto; /* enum rec_proto: whose framer; NONE not told yet */
	bool is_mid_stream;
	bool is_out;	  /* sent by the socket that sees it */
	bool has_message; /* one was framed */
	bool has_fin, has_cut;
	uint8_t missed; /* segments in a row in which no message began */
	uint32_t next;	/* sequence number expected */
	uint32_t fin_seq;
	uint32_t cut_end;      /* a part of a segment ended before this: the rest comes, or never */
	uint32_t need;	       /* bytes of the buffer before its framer can say more */
	bool is_need_exact;    /* ... where the message ends */
	uint32_t scan;	       /* offset of the line that its framer reads next */
	uint64_t skip;	       /* bytes of a message that is left out */
	struct tcp_buf *part;  /* of a message, from its first byte on */
	struct tcp_buf *early; /* segments behind a hole, by seq */
	uint32_t early_bytes, early_cnt;
	uint64_t hole_ns; /* since when, 0 none */
	union {
		struct half_sip sip;
		struct half_http http;
	};
	struct half_ws ws;
};

/* HTTP: which response answers which request. */
struct http_pairs {
	uint64_t requests, responses; /* seen so far */
	uint8_t kind[TCP_PIPELINE];   /* of request n, enum http_kind, at n % TCP_PIPELINE */
	bool is_unsure;		      /* bytes were lost: until the next request nothing pairs */
};

struct tcp_end {
	struct tcp_list by_age; /* of all */
	struct tcp_list by_use; /* of those with buffers */
	struct tcp_list with_hole;
	struct tcp_end *next; /* of the connection; or free */
	struct tcp_conn *conn;
	uint64_t sk, number, seen_ns;
	uint64_t moved_ns; /* in by_age */
	uint32_t held_bytes;
	bool is_hole_listed;
	bool has_data;
	struct http_pairs http;
	struct tcp_half half[2]; /* by direction: sender is conn.addr[i] */
};

struct tcp_conn {
	struct tcp_conn *next; /* of its bucket; or free */
	struct tcp_end *ends;
	uint8_t addr[2][16];
	uint16_t port[2];
	bool has_isn[2];
	uint32_t isn[2]; /* first byte behind the SYN */
	uint64_t number;
};

struct tcp_table {
	unsigned int max;
	uint64_t seed;
	uint32_t bucket_mask;
	struct tcp_conn **bucket;
	struct tcp_conn *conns, *free_conn;
	struct tcp_end *ends, *free_end;
	unsigned int used;
	struct tcp_list by_age, by_use, with_hole;
	struct tcp_pool pool;
	struct stream_counts *counts; /* borrowed */
};

int tcp_table__init(struct tcp_table *t, unsigned int max, uint64_t max_bytes,
		    struct stream_counts *counts);
void tcp_table__done(struct tcp_table *t);

/* Whose segment is it? */
struct tcp_sight {
	const struct rec_flow *flow;
	uint64_t sk;
	bool is_out;
	uint32_t seq;
};

/* The end that it belongs to, made if there is none; *dir is the index of its half. Never NULL: the
 * longest idle one makes room. */
struct tcp_end *tcp_table__find(struct tcp_table *t, const struct tcp_sight *sight,
				unsigned int *dir);
void tcp_table__remove(struct tcp_table *t, struct tcp_end *e);
/* It was used now. */
void tcp_table__touch(struct tcp_table *t, struct tcp_end *e, uint64_t now_ns);
/* The next one to be evicted goes first. */
void tcp_table__retire(struct tcp_table *t, struct tcp_end *e);
/* NULL: none. */
struct tcp_end *tcp_table__oldest(const struct tcp_table *t);
struct tcp_end *tcp_table__first_hole(const struct tcp_table *t);

/* A SYN: a new connection, the answer to the first SYN, or one of them again. */
void tcp_conn__syn(struct tcp_conn *c, unsigned int dir, uint32_t seq);

/* A buffer for e; the one that waits for the longest time elsewhere is given up for it. NULL:
 * counted. */
struct tcp_buf *tcp_end__take(struct tcp_table *t, struct tcp_end *e, uint32_t cap);
void tcp_end__give(struct tcp_table *t, struct tcp_end *e, struct tcp_buf *b);
void tcp_end__hole(struct tcp_table *t, struct tcp_end *e, bool has_hole);
/* Gives its buffers back. A message begins anew, or (is_reset) everything does. */
void tcp_end__clear(struct tcp_table *t, struct tcp_end *e, bool is_reset);
/* Bytes are missing: the next message begins at the start of some segment. */
void tcp_half__lose(struct tcp_table *t, struct tcp_end *e, struct tcp_half *h);
void tcp_half__drop_part(struct tcp_table *t, struct tcp_end *e, struct tcp_half *h);
void tcp_half__drop_early(struct tcp_table *t, struct tcp_end *e, struct tcp_half *h);

#define tcp_end__of(list, member) \
	((struct tcp_end *)(void *)((char *)(list)-offsetof(struct tcp_end, member)))

#endif
