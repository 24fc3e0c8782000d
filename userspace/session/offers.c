/* SPDX-License-Identifier: BSD-2-Clause */
/* A table of sets, hashed by side and connection. */
#include "offers.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define OFFERS_WAYS 4

struct waiting {
	txn_ref_t txn;
	uint64_t id;
};

struct offers_conn {
	uint64_t key; /* 0 free */
	unsigned int cnt;
	struct waiting at[OFFERS_PER_CONN]; /* oldest first */
};

struct offers {
	uint32_t mask;
	struct offers_conn *conn;
};

int offers__new(unsigned int max, struct offers **ret)
{
	struct offers *o = calloc(1, sizeof(*o));
	uint32_t sets = 16;

	if (!o)
		return -ENOMEM;
	while (sets * OFFERS_WAYS < max)
		sets *= 2;
	o->mask = sets - 1;
	o->conn = calloc((size_t)sets * OFFERS_WAYS, sizeof(*o->conn));
	if (!o->conn) {
		free(o);
		return -ENOMEM;
	}
	*ret = o;
	return 0;
}

void offers__free(struct offers *o)
{
	if (!o)
		return;
	free(o->conn);
	free(o);
}

static uint64_t key_of(enum txn_side side, uint64_t conn)
{
	uint64_t key = (conn ^ (uint64_t)side << 62) * 0x9e3779b97f4a7c15ull;

	return key ? key : 1;
}

static struct offers_conn *find(const struct offers *o, uint64_t key)
{
	struct offers_conn *set = &o->conn[((key >> 32) & o->mask) * OFFERS_WAYS];

	for (int i = 0; i < OFFERS_WAYS; i++)
		if (set[i].key == key)
			return &set[i];
	return NULL;
}

static void drop(struct offers_conn *c, unsigned int i)
{
	c->cnt--;
	memmove(&c->at[i], &c->at[i + 1], (c->cnt - i) * sizeof(c->at[0]));
}

/* Transactions end by themselves, too. */
static void forget_closed(struct offers_conn *c, const struct txn_table *t)
{
	for (unsigned int i = 0; i < c->cnt;) {
		const struct txn *x = txn_table__get(t, c->at[i].txn);

		if (x && x->state == TXN_OPEN)
			i++;
		else
			drop(c, i);
	}
}

static struct offers_conn *claim(struct offers *o, uint64_t key, const struct txn_table *t)
{
	struct offers_conn *set = &o->conn[((key >> 32) & o->mask) * OFFERS_WAYS];

	for (int i = 0; i < OFFERS_WAYS; i++) {
		forget_closed(&set[i], t);
		if (!set[i].cnt) {
			set[i].key = key;
			return &set[i];
		}
	}
	return NULL;
}

void offers__add(struct offers *o, enum txn_side side, uint64_t conn, uint64_t id, txn_ref_t txn,
		 const struct txn_table *t)
{
	uint64_t key = key_of(side, conn);
	struct offers_conn *c = find(o, key);

	if (!c)
		c = claim(o, key, t);
	if (!c)
		return;
	if (c->cnt == OFFERS_PER_CONN)
		drop(c, 0);
	c->at[c->cnt++] = (struct waiting){txn, id};
}

struct txn *offers__take(struct offers *o, enum txn_side side, uint64_t conn, uint64_t id,
			 const struct txn_table *t)
{
	struct offers_conn *c = find(o, key_of(side, conn));
	unsigned int i = 0;
	struct txn *x;

	if (!c)
		return NULL;
	forget_closed(c, t);
	while (id && i < c->cnt && c->at[i].id != id)
		i++;
	if (i == c->cnt)
		i = 0; /* an answer with an id of its own */
	if (!c->cnt)
		return NULL;
	x = txn_table__get(t, c->at[i].txn);
	drop(c, i);
	return x;
}
