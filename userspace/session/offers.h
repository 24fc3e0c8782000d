/* SPDX-License-Identifier: BSD-2-Clause */
/* Offers on WebSocket connections that wait for their answer. An answer does not name its offer: it
 * belongs to the one with the same id, else to the oldest that went the other way on its connection. */
#ifndef SIGPATH_OFFERS_H
#define SIGPATH_OFFERS_H

#include <stdint.h>

#include "txn.h"

#define OFFERS_PER_CONN 8 /* waiting at once; the oldest one makes room */

struct offers;

/* max: connections; the slot of another one is reused when it has nothing open any more, else the
 * offer is not remembered (its answer is an orphan). */
int offers__new(unsigned int max, struct offers **ret);
void offers__free(struct offers *o);
/* id: offer.id, 0 none. */
void offers__add(struct offers *o, enum txn_side side, uint64_t conn, uint64_t id, txn_ref_t txn,
		 const struct txn_table *t);
/* The transaction an answer ends, NULL none; forgotten here. */
struct txn *offers__take(struct offers *o, enum txn_side side, uint64_t conn, uint64_t id,
			 const struct txn_table *t);

#endif
