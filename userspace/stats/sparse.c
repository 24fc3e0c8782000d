/* SPDX-License-Identifier: BSD-2-Clause */
/* A histogram in chunks. */
#include "sparse.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

void sparse__init(struct sparse *s)
{
	*s = (struct sparse){.min_ns = UINT64_MAX};
}

void sparse__done(struct sparse *s)
{
	for (unsigned int i = 0; i < SPARSE_CHUNKS; i++)
		free(s->chunk[i]);
	sparse__init(s);
}

int sparse__reserve(struct sparse *s, unsigned int bucket)
{
	uint32_t **chunk = &s->chunk[bucket / SPARSE_CHUNK];

	if (!*chunk)
		*chunk = calloc(SPARSE_CHUNK, sizeof(**chunk));
	return *chunk ? 0 : -ENOMEM;
}

void sparse__add(struct sparse *s, unsigned int bucket, uint64_t ns)
{
	s->count++;
	s->sum_ns += ns;
	if (ns < s->min_ns)
		s->min_ns = ns;
	if (ns > s->max_ns)
		s->max_ns = ns;
	s->chunk[bucket / SPARSE_CHUNK][bucket % SPARSE_CHUNK]++;
}

void sparse__merge(struct hist *into, const struct sparse *from)
{
	if (!from->count)
		return;
	into->count += from->count;
	into->sum_ns += from->sum_ns;
	if (from->min_ns < into->min_ns)
		into->min_ns = from->min_ns;
	if (from->max_ns > into->max_ns)
		into->max_ns = from->max_ns;
	for (unsigned int i = 0; i < HIST_BUCKETS; i++) {
		const uint32_t *chunk = from->chunk[i / SPARSE_CHUNK];

		into->bucket[i] += chunk ? chunk[i % SPARSE_CHUNK] : 0;
	}
}

static bool is_used(const uint32_t *chunk)
{
	for (unsigned int i = 0; i < SPARSE_CHUNK; i++) {
		if (chunk[i])
			return true;
	}
	return false;
}

void sparse__empty(struct sparse *s)
{
	for (unsigned int i = 0; i < SPARSE_CHUNKS; i++) {
		uint32_t *chunk = s->chunk[i];

		if (!chunk)
			continue;
		if (is_used(chunk)) {
			memset(chunk, 0, SPARSE_CHUNK * sizeof(*chunk));
		} else {
			free(chunk);
			s->chunk[i] = NULL;
		}
	}
	s->count = s->sum_ns = s->max_ns = 0;
	s->min_ns = UINT64_MAX;
}
