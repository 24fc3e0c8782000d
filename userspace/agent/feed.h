/* SPDX-License-Identifier: BSD-2-Clause */
/* From the ring buffer of the object that runs to ingest, and the change to the next object's ring.
 *
 * For a moment both objects see every message. Records before the instant of the change count from
 * the old ring, those after it from the new one; counters go on where they were. */
#ifndef SIGPATH_FEED_H
#define SIGPATH_FEED_H

#include <stdbool.h>

#include "ingest.h"
#include "ledger.h"
#include "object.h"
#include "ring_level.h"

struct feed;

/* Borrows all; o NULL: nothing to read. */
int feed__new(const struct object *o, struct ingest *in, struct ledger *l, struct feed **ret);
void feed__free(struct feed *f);
/* The feed that follows f, when both objects are attached: f takes nothing of what happens from now
 * on. is_exclusive: nothing can come from both (taps whose program was replaced), all counts. f is
 * drained once more when its object is gone, then freed. */
int feed__change(struct feed *f, const struct object *o, bool is_exclusive, struct feed **ret);

/* The instant from which it takes records, 0: all of them. */
uint64_t feed__from_ns(const struct feed *f);
/* To be watched; -1 without a ring. */
int feed__fd(const struct feed *f);
/* False: the ring is empty; true: it may hold more, for the next call. So a call has an end,
 * however fast records come. */
bool feed__drain(struct feed *f);
/* How full it was when it was emptied last, and at most since start. */
const struct ring_level *feed__level(const struct feed *f);
/* What taps counted that are read in user space, KCOUNTER_CNT of it, goes to the kernel's counters.
 */
void feed__add(struct feed *f, const uint64_t *count);
/* Kernel counters and misses, of this object and those before, into the ledger. */
void feed__count(struct feed *f);

#endif
