/* SPDX-License-Identifier: BSD-2-Clause */
/* Sockets in a hash table, their messages in chains out of one pool that is also listed by age. */
#include "unread.h"

#include <errno.h>
#include <stdlib.h>

#define NEAR (1 << 25) /* bytes: further away, another connection is meant */

struct waiting {		       /* a message */
	struct waiting *next;	       /* of its socket, by end; or free */
	struct waiting *older, *newer; /* of all */
	struct socket *socket;
	uint64_t handle, since_ns;
	uint32_t end;
};

struct socket {
	struct socket *chain; /* of its bucket; or free */
	struct socket *older, *newer;
	struct waiting *first, *last;
	unsigned int cnt;
	uint64_t sk;
	uint32_t seen, taken; /* sequence numbers reached */
	bool has_seen, has_taken;
};

struct unread {
	struct unread_opts opts;
	uint64_t bucket_mask;
	struct socket **bucket;
	struct socket *sockets, *free_socket, *oldest_socket, *newest_socket;
	struct waiting *pool, *free_waiting, *oldest, *newest;
	unsigned int sockets_used, pool_used, cnt;
	struct rec_take early[UNREAD_EARLY]; /* ts_ns 0: free */
	unsigned int next_early;
};

int unread__new(const struct unread_opts *opts, struct unread **ret)
{
	struct unread *u = calloc(1, sizeof(*u));
	uint64_t buckets = 16;

	if (!u)
		return -ENOMEM;
	while (buckets < opts->max_sockets)
		buckets *= 2;
	u->opts = *opts;
	u->bucket_mask = buckets - 1;
	u->bucket = calloc(buckets, sizeof(struct socket *));
	u->sockets = calloc(opts->max_sockets, sizeof(*u->sockets));
	u->pool = calloc(opts->max_messages, sizeof(*u->pool));
	if (!u->bucket || !u->sockets || !u->pool) {
		unread__free(u);
		return -ENOMEM;
	}
	*ret = u;
	return 0;
}

void unread__free(struct unread *u)
{
	if (!u)
		return;
	free(u->bucket);
	free(u->sockets);
	free(u->pool);
	free(u);
}

static struct socket **bucket_of(const struct unread *u, uint64_t sk)
{
	return &u->bucket[(sk * 0x9e3779b97f4a7c15ull >> 32) & u->bucket_mask];
}

static struct socket *find(const struct unread *u, uint64_t sk)
{
	struct socket *s = *bucket_of(u, sk);

	while (s && s->sk != sk)
		s = s->chain;
	return s;
}

static void unlist_socket(struct unread *u, struct socket *s)
{
	*(s->older ? &s->older->newer : &u->oldest_socket) = s->newer;
	*(s->newer ? &s->newer->older : &u->newest_socket) = s->older;
}

static void list_socket(struct unread *u, struct socket *s)
{
	s->newer = NULL;
	s->older = u->newest_socket;
	*(s->older ? &s->older->newer : &u->oldest_socket) = s;
	u->newest_socket = s;
}

/* Takes the first message off its socket; returns its handle. */
static uint64_t pop(struct unread *u, struct socket *s)
{
	struct waiting *w = s->first;

	s->first = w->next;
	if (!s->first)
		s->last = NULL;
	s->cnt--;
	u->cnt--;
	*(w->older ? &w->older->newer : &u->oldest) = w->newer;
	*(w->newer ? &w->newer->older : &u->newest) = w->older;
	w->next = u->free_waiting;
	u->free_waiting = w;
	return w->handle;
}

static void give_up(struct unread *u, struct socket *s)
{
	while (s->first)
		u->opts.on_unread(u->opts.ctx, pop(u, s));
}

static void remove_socket(struct unread *u, struct socket *s)
{
	struct socket **at = bucket_of(u, s->sk);

	give_up(u, s);
	while (*at != s)
		at = &(*at)->chain;
	*at = s->chain;
	unlist_socket(u, s);
	*s = (struct socket){.chain = u->free_socket};
	u->free_socket = s;
}

static struct socket *find_or_add(struct unread *u, uint64_t sk)
{
	struct socket *s = find(u, sk), **at = bucket_of(u, sk);

	if (s) {
		if (s != u->newest_socket) {
			unlist_socket(u, s);
			list_socket(u, s);
		}
		return s;
	}
	if (!u->free_socket && u->sockets_used == u->opts.max_sockets)
		remove_socket(u, u->oldest_socket);
	s = u->free_socket;
	if (s)
		u->free_socket = s->chain;
	else
		s = &u->sockets[u->sockets_used++];
	*s = (struct socket){.sk = sk, .chain = *at};
	*at = s;
	list_socket(u, s);
	return s;
}

static int32_t behind(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b);
}

void unread__seen(struct unread *u, uint64_t sk, uint32_t end, bool is_syn)
{
	struct socket *s = find_or_add(u, sk);
	int32_t ahead = behind(end, s->seen);

	if (s->has_seen && (is_syn || ahead > NEAR || ahead < -NEAR)) {
		give_up(u, s);
		s->has_seen = s->has_taken = false;
	}
	if (!s->has_seen || ahead > 0)
		s->seen = end;
	s->has_seen = true;
}

/* The first read that is held and goes up to `end`; NULL none. */
static const struct rec_take *find_early(const struct unread *u, uint64_t sk, uint32_t end,
					 uint64_t now_ns)
{
	const struct rec_take *t;

	for (unsigned int i = 0; i < UNREAD_EARLY; i++) {
		t = &u->early[(u->next_early + i) % UNREAD_EARLY];
		if (!t->hdr.ts_ns || t->sk != sk)
			continue;
		if (now_ns > t->hdr.ts_ns && now_ns - t->hdr.ts_ns > UNREAD_EARLY_NS)
			continue;
		if (behind(t->seq, end) >= 0 && behind(t->seq, end) < NEAR)
			return t;
	}
	return NULL;
}

static void append(struct unread *u, struct socket *s, uint32_t end, uint64_t handle,
		   uint64_t ts_ns)
{
	struct waiting *w = u->free_waiting;

	if (w)
		u->free_waiting = w->next;
	else
		w = &u->pool[u->pool_used++];
	*w = (struct waiting){
		.socket = s, .handle = handle, .end = end, .since_ns = ts_ns, .older = u->newest};
	*(s->last ? &s->last->next : &s->first) = w;
	s->last = w;
	*(w->older ? &w->older->newer : &u->oldest) = w;
	u->newest = w;
	s->cnt++;
	u->cnt++;
}

void unread__add(struct unread *u, uint64_t sk, uint32_t end_seq, uint64_t handle, uint64_t ts_ns)
{
	struct socket *s = find_or_add(u, sk);
	const struct rec_take *early = find_early(u, sk, end_seq, ts_ns);

	if (early) {
		u->opts.on_read(u->opts.ctx, handle, early);
		return;
	}
	if (s->has_taken && behind(s->taken, end_seq) >= 0) {
		u->opts.on_unread(u->opts.ctx, handle); /* read some time ago */
		return;
	}
	if (s->cnt == UNREAD_SOCKET_MAX)
		u->opts.on_unread(u->opts.ctx, pop(u, s));
	else if (!u->free_waiting && u->pool_used == u->opts.max_messages)
		u->opts.on_unread(u->opts.ctx, pop(u, u->oldest->socket));
	append(u, s, end_seq, handle, ts_ns);
}

static void hold(struct unread *u, const struct rec_take *take)
{
	u->early[u->next_early] = *take;
	u->next_early = (u->next_early + 1) % UNREAD_EARLY;
}

void unread__take(struct unread *u, const struct rec_take *take)
{
	struct socket *s = find(u, take->sk);

	if (!s || !s->has_seen || behind(take->seq, s->seen) > 0)
		hold(u, take);
	if (!s)
		return;
	while (s->first && behind(take->seq, s->first->end) >= 0)
		u->opts.on_read(u->opts.ctx, pop(u, s), take);
	if (!s->has_taken || behind(take->seq, s->taken) > 0)
		s->taken = take->seq;
	s->has_taken = true;
}

void unread__clear(struct unread *u)
{
	while (u->oldest)
		u->opts.on_unread(u->opts.ctx, pop(u, u->oldest->socket));
	for (unsigned int i = 0; i < UNREAD_EARLY; i++)
		u->early[i].hdr.ts_ns = 0;
}

void unread__tick(struct unread *u, uint64_t now_ns)
{
	struct waiting *w;

	/* The oldest of all is the oldest of its socket. */
	while ((w = u->oldest) && now_ns > w->since_ns && now_ns - w->since_ns > u->opts.unread_ns)
		u->opts.on_unread(u->opts.ctx, pop(u, w->socket));
}

unsigned int unread__cnt(const struct unread *u)
{
	return u->cnt;
}
