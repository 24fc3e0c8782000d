/* SPDX-License-Identifier: BSD-2-Clause */
/* The ring's callback and the arithmetic of counters. */
#include "feed.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/libbpf.h>

#include "mono.h"

#define DRAIN_RECORDS 65536 /* more than the default ring holds: some 100 ms */

struct feed {
	const struct object *object; /* NULL: none */
	struct ring_buffer *ring;    /* NULL: none */
	struct ring_level level;
	struct ingest *ingest;
	struct ledger *ledger;
	uint64_t from_ns, until_ns; /* records outside are the other ring's */
	unsigned int taken;	    /* by the drain that runs */
	/* To be added to the object's own; wraps around, the sum never goes back. */
	uint64_t kernel_base[KCOUNTER_CNT], misses_base;
};

static bool is_ours(const struct feed *f, const void *data, size_t len)
{
	struct rec_hdr hdr;

	if (len < sizeof(hdr))
		return true; /* counted as such */
	memcpy(&hdr, data, sizeof(hdr));
	return hdr.ts_ns >= f->from_ns && hdr.ts_ns < f->until_ns;
}

/* An error ends the drain behind this record. */
static int on_record(void *ctx, void *data, size_t len)
{
	struct feed *f = ctx;

	if (is_ours(f, data, len))
		ingest__record(f->ingest, data, len);
	return ++f->taken < DRAIN_RECORDS ? 0 : -EAGAIN;
}

int feed__new(const struct object *o, struct ingest *in, struct ledger *l, struct feed **ret)
{
	struct feed *f = calloc(1, sizeof(*f));
	int err;

	if (!f)
		return -ENOMEM;
	f->object = o;
	f->ingest = in;
	f->ledger = l;
	f->until_ns = UINT64_MAX;
	if (o) {
		f->ring = ring_buffer__new(object__ring_fd(o), on_record, f, NULL);
		err = -errno;
		if (!f->ring) {
			free(f);
			return err;
		}
		ring_level__init(&f->level, object__ring_fd(o)); /* else it is not known */
	}
	*ret = f;
	return 0;
}

void feed__free(struct feed *f)
{
	if (!f)
		return;
	ring_level__done(&f->level);
	ring_buffer__free(f->ring);
	free(f);
}

uint64_t feed__from_ns(const struct feed *f)
{
	return f->from_ns;
}

int feed__fd(const struct feed *f)
{
	return f->ring ? ring_buffer__epoll_fd(f->ring) : -1;
}

bool feed__drain(struct feed *f)
{
	f->taken = 0;
	ring_level__take(&f->level);
	return f->ring && ring_buffer__consume(f->ring) == -EAGAIN;
}

const struct ring_level *feed__level(const struct feed *f)
{
	return &f->level;
}

void feed__add(struct feed *f, const uint64_t *count)
{
	for (unsigned int i = 0; i < KCOUNTER_CNT; i++)
		f->kernel_base[i] += count[i];
}

void feed__count(struct feed *f)
{
	uint64_t kernel[KCOUNTER_CNT] = {0}, misses = 0;

	if (f->object && object__counters(f->object, kernel, KCOUNTER_CNT))
		return;
	if (f->object)
		misses = object__misses(f->object);
	for (unsigned int i = 0; i < KCOUNTER_CNT; i++)
		f->ledger->kernel[i] = f->kernel_base[i] + kernel[i];
	f->ledger->count[LEDGER_PROBE_MISSES] = f->misses_base + misses;
}

/* What both objects counted while they ran beside each other counts once. */
static void carry(struct feed *f, struct feed *next, bool is_exclusive)
{
	uint64_t young[KCOUNTER_CNT] = {0}, misses = 0;

	feed__count(f);
	if (next->object && !is_exclusive) {
		object__counters(next->object, young, KCOUNTER_CNT);
		misses = object__misses(next->object);
	}
	for (unsigned int i = 0; i < KCOUNTER_CNT; i++)
		next->kernel_base[i] = f->ledger->kernel[i] - young[i];
	next->misses_base = f->ledger->count[LEDGER_PROBE_MISSES] - misses;
}

int feed__change(struct feed *f, const struct object *o, bool is_exclusive, struct feed **ret)
{
	int rc = feed__new(o, f->ingest, f->ledger, ret);

	if (rc)
		return rc;
	if (!is_exclusive)
		f->until_ns = (*ret)->from_ns = mono__now_ns();
	carry(f, *ret, is_exclusive);
	(*ret)->level.peak = f->level.peak;
	return 0;
}
