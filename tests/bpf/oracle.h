/* SPDX-License-Identifier: BSD-2-Clause */
/* What a reporting tap must say of a packet: what the judgement of captured frames (frame.h) says,
 * which is made of the same pure headers. Both are held to the table in corpus.h. */
#ifndef SIGPATH_ORACLE_H
#define SIGPATH_ORACLE_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "demux.h"
#include "frame.h"

enum counter_id {
#define COUNTER(id, name, kind, help) CNT_##id,
#include "counter.def"
#undef COUNTER
	CNT_MAX
};

_Static_assert((int)CNT_MAX == (int)FRAME_COUNTS, "one table");

static const char *const counter_names[CNT_MAX] = {
#define COUNTER(id, name, kind, help) name,
#include "counter.def"
#undef COUNTER
};

struct sighting {
	bool is_reported;
	struct frame_record rec; /* zero if it is not */
	uint64_t count[CNT_MAX];
};

static inline void oracle__look(const uint8_t *pkt, size_t len, const struct knobs *k,
				struct sighting *s)
{
	memset(s->count, 0, sizeof(s->count));
	s->is_reported = frame__look(k, pkt, len, &s->rec, s->count);
	if (!s->is_reported)
		memset(&s->rec.tap, 0, sizeof(s->rec.tap));
}

#endif
