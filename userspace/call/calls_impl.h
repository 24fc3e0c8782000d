/* SPDX-License-Identifier: BSD-2-Clause */
/* What the parts of userspace/call share and nobody else sees: a call with its place in lists, heap
 * and index, and how protocols move it. The order for one message:
 *
 *   calls__add -> dialog__add (SIP) or tie__message (all others) -> calls__open or call_key__find
 *              -> calls__ladder (the arrow) -> calls__at, calls__move, calls__due (what it means)
 */
#ifndef SIGPATH_CALLS_IMPL_H
#define SIGPATH_CALLS_IMPL_H

#include "calls.h"
#include "key.h"
#include "payload.h"

#define CALL_CHUNK     256u	     /* calls allocated at once */
#define CALL_MSG_CHUNK 1024u	     /* messages */
#define CALL_RECENT    16	     /* arrows that a second sight is looked for in */
#define CALL_FORKS_MAX 8	     /* To tags told apart */
#define CALL_SIGHT_NS  2000000000ull /* between two sights of a message on one host, at most */
#define CALL_NEVER     UINT64_MAX

enum call_list { CALL_LIST_FREE, CALL_LIST_OPEN, CALL_LIST_OVER, CALL_LIST_CNT };

/* SIP: where the request that made the call, and its offer/answer exchange, are (dialog.c). */
struct dialog {
	uint64_t key; /* transaction of that request at the first hop seen; its answers decide */
	uint64_t bye_key;
	uint64_t request_ns; /* first request of the attempt: RFC 6076 4 measures from there */
	uint64_t status_ns;  /* first answer that says more than 100 */
	uint64_t answer_ns;  /* 2xx to the INVITE */
	uint64_t bye_ns;
	uint32_t cseq;		      /* of that request */
	uint32_t offer_cseq;	      /* latest UPDATE or PRACK that brought an offer */
	uint32_t sdp_cseq;	      /* latest INVITE that brought one */
	uint32_t expires_s;	      /* asked for */
	uint32_t tag[CALL_FORKS_MAX]; /* hashes of To tags: call.fork_cnt of them */
	bool is_known;		      /* that request was seen: a call may begin in the middle */
	bool is_attempt; /* the metrics await its outcome; challenges and redirections go on */
	bool is_challenged;
	bool is_cancelled;
	bool is_offer_open; /* a response brought an offer: PRACK or ACK answers */
	bool is_bye_done;
};

#define CALL_HEAP_WAYS 4u

struct call_due {
	uint64_t ns; /* never later than the true time */
	uint32_t idx;
};

/* A call and its places. */
struct call_node {
	struct call call; /* first: call_node__of() */
	uint8_t list;	  /* enum call_list */
	uint8_t due_state;
	bool is_told;	 /* on_setup was called */
	bool is_counted; /* as over */
	uint8_t key_cnt;
	uint8_t recent_at;
	uint32_t prev, next;	   /* idx + 1 in its list: head idle for the longest */
	uint32_t id_prev, id_next; /* idx + 1, in order of id */
	uint32_t keys;		   /* call_key: idx + 1 of its first */
	uint32_t heap_at;	   /* place in the heap of due times */
	uint32_t half;		   /* idx + 1 of the last message of the first half */
	uint32_t next_free;	   /* idx + 1 */
	uint64_t due_ns; /* then it moves to due_state; 0: lost_ns after the latest message. Over:
			    since when */
	uint32_t recent[CALL_RECENT]; /* messages, idx + 1 */
	uint16_t recent_hash[CALL_RECENT];
	struct dialog dialog;
};

struct calls {
	struct calls_opts opts;
	struct calls_counts count;
	struct rfc6076 rfc6076;
	struct call_keys keys;
	struct payload payload;
	struct call_node **chunk;
	unsigned int chunk_cnt, made, live;
	struct call_msg **msg_chunk;
	unsigned int msg_chunk_cnt, msg_made;
	uint32_t msg_free; /* idx + 1 */
	struct {
		uint32_t head, tail; /* idx + 1 */
	} list[CALL_LIST_CNT];
	uint32_t call_free;	   /* idx + 1 */
	uint32_t id_head, id_tail; /* idx + 1, in order of id */
	struct call_due *heap;	   /* `live` of them */
	uint32_t *by_id;	   /* ring of the latest ids: idx + 1 (calls.c) */
	uint32_t by_id_mask;
	uint64_t last_id;
	uint64_t now_ns;       /* latest instant seen */
	struct tie_table *tie; /* tie.h */
	struct ice_table *ice; /* ice.h */
};

static inline struct call_node *call_node__of(struct call *call)
{
	return (struct call_node *)call;
}
static inline struct call_node *call_node__at(const struct calls *c, uint32_t idx)
{
	return &c->chunk[idx / CALL_CHUNK][idx % CALL_CHUNK];
}
static inline struct call_msg *call_msg__at(const struct calls *c, uint32_t idx)
{
	return &c->msg_chunk[idx / CALL_MSG_CHUNK][idx % CALL_MSG_CHUNK];
}

/* A new call that begins with this message. NULL: no memory (counted). Makes room. */
struct call *calls__open(struct calls *c, enum call_kind kind, const struct message *m,
			 const char *method);
/* The arrow of a message in this call: a new one, or the other leg of one that is there. NULL: not
 * kept (counted). Moves the call to the young end; *is_second: it was there. flags are added. */
struct call_msg *calls__ladder(struct calls *c, struct call *call, const struct message *m,
			       const struct facts *f, const struct call_verdict *v, uint32_t flags,
			       bool *is_second);
/* Something was heard of it: it moves to the young end of its list (calls__ladder does it). */
void calls__touch(struct calls *c, struct call *call, uint64_t ts_ns);
/* The handle of an arrow; 0 for NULL. */
call_msg_ref_t calls__ref(const struct call_msg *msg);
/* First time counts. */
void calls__at(struct call *call, enum call_instant at, uint64_t ts_ns);
/* A new state: lists, counts, on_setup. */
void calls__move(struct calls *c, struct call *call, enum call_state state);
/* The setup is done well (media, or what there is without): on_setup, once. */
void calls__told(struct calls *c, struct call *call);
/* Without another word it moves to state at due_ns. 0: lost_ns after the latest message. */
void calls__due(struct calls *c, struct call *call, uint64_t due_ns, enum call_state state);
/* Each names the other; once. `by`: static. */
void calls__relate(struct call *a, struct call *b, const char *by);
/* Index of an address among the ends of a call; the last place stands for all that found none. */
uint8_t calls__end(struct call *call, const uint8_t addr[16], uint16_t port, bool is_local);
/* Forgets it: messages, keys, sub-objects. */
void calls__forget(struct calls *c, struct call *call);

/* heap.c: due times of the live calls; add and remove keep `live`. */
void call_heap__add(struct calls *c, struct call_node *n, uint64_t ns);
void call_heap__remove(struct calls *c, struct call_node *n);
void call_heap__set(struct calls *c, struct call_node *n, uint64_t ns);

/* ladder.c */
void ladder__free(struct calls *c, struct call *call);

#endif
