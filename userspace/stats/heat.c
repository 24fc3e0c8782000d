/* SPDX-License-Identifier: BSD-2-Clause */
/* A ring of cells, oldest overwritten, and an index of chains to find them. */
#include "heat.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define CELLS_MAX  (1u << 20)
#define HALF	   (1u << (HIST_SCALE - 1)) /* buckets of hist.h in half an octave */
#define HASH_PRIME 0x9e3779b97f4a7c15ull

struct heat {
	unsigned int cell_cnt;
	unsigned int oldest; /* the next one to be taken */
	unsigned int mask;
	uint64_t evicted;
	struct heat_cell *cell;
	uint32_t *index; /* first of a chain, + 1 */
};

int heat__new(unsigned int cells, struct heat **ret)
{
	unsigned int size = 16;
	struct heat *h;

	if (!cells || cells > CELLS_MAX)
		return -EINVAL;
	h = calloc(1, sizeof(*h));
	if (!h)
		return -ENOMEM;
	while (size < cells)
		size *= 2;
	h->mask = size - 1;
	h->cell_cnt = cells;
	h->cell = calloc(cells, sizeof(*h->cell));
	h->index = calloc(size, sizeof(*h->index));
	if (!h->cell || !h->index) {
		heat__free(h);
		return -ENOMEM;
	}
	*ret = h;
	return 0;
}

void heat__free(struct heat *h)
{
	if (!h)
		return;
	free(h->index);
	free(h->cell);
	free(h);
}

uint64_t heat__evicted(const struct heat *h)
{
	return h->evicted;
}

unsigned int heat__bucket(uint64_t ns)
{
	unsigned int bucket = hist__bucket(ns);

	return bucket ? (bucket - 1) / HALF + 1 : 0;
}

uint64_t heat__upper_ns(unsigned int bucket)
{
	return hist__upper_ns(bucket * HALF);
}

static uint32_t *chain_of(const struct heat *h, const struct stats_row *row, uint64_t slot,
			  unsigned int bucket)
{
	uint64_t hash = (uint64_t)(uintptr_t)row * HASH_PRIME;

	hash = (hash ^ slot * HEAT_BUCKETS ^ bucket) * HASH_PRIME;
	return &h->index[(hash >> 32) & h->mask];
}

static struct heat_cell *find_cell(const struct heat *h, const struct stats_row *row, uint64_t slot,
				   unsigned int bucket)
{
	for (uint32_t i = *chain_of(h, row, slot, bucket); i; i = h->cell[i - 1].next) {
		struct heat_cell *c = &h->cell[i - 1];

		if (c->row == row && c->slot == slot && c->bucket == bucket)
			return c;
	}
	return NULL;
}

const struct heat_cell *heat__find(const struct heat *h, const struct stats_row *row, uint64_t slot,
				   unsigned int bucket)
{
	return find_cell(h, row, slot, bucket);
}

static void unlink_cell(struct heat *h, const struct heat_cell *cell)
{
	uint32_t *at = chain_of(h, cell->row, cell->slot, cell->bucket);

	while (&h->cell[*at - 1] != cell)
		at = &h->cell[*at - 1].next;
	*at = cell->next;
}

static struct heat_cell *take_cell(struct heat *h, const struct stats_row *row, uint64_t slot,
				   unsigned int bucket)
{
	struct heat_cell *cell = find_cell(h, row, slot, bucket);
	uint32_t *chain;

	if (cell)
		return cell;
	cell = &h->cell[h->oldest];
	h->oldest = (h->oldest + 1) % h->cell_cnt;
	if (cell->row) {
		h->evicted += cell->slot + HEAT_SLOTS > slot;
		unlink_cell(h, cell);
	}
	chain = chain_of(h, row, slot, bucket);
	*cell = (struct heat_cell){
		.row = row, .slot = slot, .bucket = bucket, .min_ns = UINT64_MAX, .next = *chain};
	*chain = (uint32_t)(cell - h->cell) + 1;
	return cell;
}

/* Index of a stage in the row, or stage_cnt. */
static unsigned int find_stage(const struct stats_row *row, stage_mask_t mask)
{
	unsigned int i = 0;

	while (i < row->stage_cnt && row->stage[i]->mask != mask)
		i++;
	return i;
}

/* The shares by the row's stages; false: it cannot have taken them. */
static bool sort_shares(const struct stats_row *row, uint64_t total_ns,
			const struct stage_share *share, unsigned int share_cnt,
			uint64_t ret[STATS_STAGES_MAX])
{
	uint64_t sum = 0;

	for (unsigned int i = 0; i < share_cnt; i++) {
		unsigned int stage = find_stage(row, share[i].mask);

		if (stage == row->stage_cnt)
			stage = find_stage(row, STAGE_UNATTRIBUTED);
		if (stage == row->stage_cnt)
			return false;
		ret[stage] += share[i].ns;
		sum += share[i].ns;
	}
	return sum == total_ns;
}

/* Place of a request among the slowest; the last one leaves. */
static uint64_t *take_session(struct heat_cell *cell, uint64_t total_ns)
{
	struct heat_session *s = cell->session;
	unsigned int i = HEAT_SESSIONS - 1;

	if (s[i].total_ns >= total_ns)
		return NULL;
	for (; i && s[i - 1].total_ns < total_ns; i--)
		s[i] = s[i - 1];
	s[i] = (struct heat_session){.total_ns = total_ns};
	return &s[i].id;
}

uint64_t *heat__add(struct heat *h, const struct stats_row *row, uint64_t now_ns, uint64_t total_ns,
		    const struct stage_share *share, unsigned int share_cnt)
{
	uint64_t stage_ns[STATS_STAGES_MAX] = {0};
	struct heat_cell *cell;

	if (!sort_shares(row, total_ns, share, share_cnt, stage_ns))
		return NULL;
	cell = take_cell(h, row, now_ns / HEAT_SLOT_NS, heat__bucket(total_ns));
	cell->n++;
	cell->total_ns += total_ns;
	if (total_ns < cell->min_ns)
		cell->min_ns = total_ns;
	if (total_ns > cell->max_ns)
		cell->max_ns = total_ns;
	for (unsigned int i = 0; i < row->stage_cnt; i++)
		cell->stage_ns[i] += stage_ns[i];
	return take_session(cell, total_ns);
}

/* Samples of a cell sit evenly between its ends. */
static uint64_t value_in(const struct heat_cell *cell, double rank)
{
	double part = (rank - 0.5) / (double)cell->n;

	return cell->min_ns + (uint64_t)((double)(cell->max_ns - cell->min_ns) * part);
}

bool heat__quantile(const struct heat_cell *const cell[HEAT_BUCKETS], double q, uint64_t *ret_ns)
{
	uint64_t n = 0, before = 0, rank;
	unsigned int i = 0;

	for (unsigned int j = 0; j < HEAT_BUCKETS; j++)
		n += cell[j] ? cell[j]->n : 0;
	if (!hist__is_enough(n, q))
		return false;
	rank = (uint64_t)(q * (double)n);
	rank += (double)rank < q * (double)n;
	rank += !rank;
	while (!cell[i] || before + cell[i]->n < rank) {
		before += cell[i] ? cell[i]->n : 0;
		i++;
	}
	*ret_ns = value_in(cell[i], (double)(rank - before));
	return true;
}
