/* SPDX-License-Identifier: BSD-2-Clause */
/* A merge of rings by time. */
#include "captures.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture.h"
#include "mono.h"
#include "wall.h"

#define RING_SHARE 32 /* of what is left, for the next ring */

struct entry {
	struct capture capture; /* first: what callers hold */
	struct entry *next;
	int ifindex;
	uint64_t ring_bytes;
	uint64_t from_ns, until_ns; /* packets outside are not handed over */
	bool is_closing;	    /* holds what came before until_ns */
	bool has_packet;	    /* packet is what capture__peek says */
	struct capture_packet packet;
};

struct captures {
	struct captures_opts opts;
	struct knobs knobs;
	struct entry *first;
	uint64_t left_bytes; /* of opts.ring_bytes */
	struct wall wall;
	/* The clock was set: blocks handed over until then, and once after, are not used. 0: no. */
	uint64_t doubt_until_ns;
	uint64_t clock_steps;
	uint64_t count[FRAME_COUNTS];
	struct frame_record record;
};

int captures__new(const struct captures_opts *opts, struct captures **ret)
{
	struct captures *s = calloc(1, sizeof(*s));

	if (!s)
		return -ENOMEM;
	s->opts = *opts;
	s->knobs = *opts->knobs;
	s->left_bytes = opts->ring_bytes;
	*ret = s;
	return 0;
}

static void release(struct captures *s, struct entry **at)
{
	struct entry *e = *at;

	*at = e->next;
	s->left_bytes += e->ring_bytes;
	capture__close(&e->capture);
	free(e);
}

void captures__free(struct captures *s)
{
	while (s && s->first)
		release(s, &s->first);
	free(s);
}

/* 0: no room. */
static unsigned int next_blocks(const struct captures *s)
{
	uint64_t cnt = s->left_bytes / RING_SHARE / CAPTURE_BLOCK_BYTES;

	if (s->left_bytes < (uint64_t)CAPTURE_BLOCKS_MIN * CAPTURE_BLOCK_BYTES)
		return 0;
	return cnt < CAPTURE_BLOCKS_MIN	  ? CAPTURE_BLOCKS_MIN
	       : cnt > CAPTURE_BLOCKS_MAX ? CAPTURE_BLOCKS_MAX
					  : (unsigned int)cnt;
}

int captures__open(struct captures *s, int ifindex, struct capture **ret, char *reason, size_t len)
{
	unsigned int blocks = next_blocks(s);
	struct entry *e;
	int rc;

	if (!blocks) {
		snprintf(reason, len, "ring budget: other captures have all of the %llu KiB",
			 (unsigned long long)s->opts.ring_bytes / 1024);
		return -ENOBUFS;
	}
	e = calloc(1, sizeof(*e));
	if (!e)
		return -ENOMEM;
	rc = capture__open(&e->capture, &s->knobs, ifindex, blocks, reason, len);
	if (rc) {
		free(e);
		return rc;
	}
	if (!s->first)
		wall__read(
			&s->wall); /* nobody looked meanwhile: a step since then is of no concern */
	e->ifindex = ifindex;
	e->until_ns = UINT64_MAX;
	e->ring_bytes = (uint64_t)blocks * CAPTURE_BLOCK_BYTES;
	s->left_bytes -= e->ring_bytes;
	e->next = s->first;
	s->first = e;
	*ret = &e->capture;
	return 0;
}

void captures__close(struct captures *s, struct capture *c)
{
	struct entry *e = (struct entry *)c;

	e->until_ns = mono__now_ns();
	e->is_closing = true;
	s->count[FRAME_RING_FULL] += capture__drops(c); /* later ones are nobody's loss */
}

bool captures__is_closing(const struct captures *s)
{
	for (const struct entry *e = s ? s->first : NULL; e; e = e->next)
		if (e->is_closing)
			return true;
	return false;
}

void captures__cut(struct captures *s, uint64_t at_ns)
{
	for (struct entry *e = s ? s->first : NULL; e; e = e->next) {
		if (!e->is_closing)
			e->from_ns = at_ns;
		else if (e->until_ns > at_ns)
			e->until_ns = at_ns;
	}
}

/* The oldest packet of all, NULL none. */
static struct entry *find_oldest(struct captures *s)
{
	struct entry *oldest = NULL;

	for (struct entry *e = s->first; e; e = e->next) {
		if (!e->has_packet)
			e->has_packet = capture__peek(&e->capture, &e->packet);
		if (e->has_packet && (!oldest || e->packet.wall_ns < oldest->packet.wall_ns))
			oldest = e;
	}
	return oldest;
}

static void take(struct entry *e)
{
	e->has_packet = false;
	capture__take(&e->capture);
}

static void hand_over(struct captures *s, const struct entry *e, uint64_t ts_ns)
{
	const struct capture_packet *p = &e->packet;
	uint16_t flags = (p->is_egress ? REC_F_EGRESS : 0) | (p->has_tag ? REC_F_VLAN : 0);

	if (ts_ns < e->from_ns || ts_ns >= e->until_ns)
		return;
	if (!frame__look(&s->knobs, p->bytes, p->len, &s->record, s->count))
		return;
	s->record.hdr.ts_ns = ts_ns;
	if (s->record.hdr.kind == REC_SEG) {
		s->record.seg.ifindex = (uint32_t)e->ifindex;
		s->record.seg.flow.flags |= flags;
	} else {
		s->record.tap.ifindex = (uint32_t)e->ifindex;
		s->record.tap.flow.flags |= flags;
	}
	s->opts.record(s->opts.ctx, &s->record, s->record.hdr.len);
}

static void release_empty(struct captures *s, uint64_t now_ns)
{
	for (struct entry **at = &s->first; *at;) {
		const struct entry *e = *at;

		if (e->is_closing && now_ns >= e->until_ns + CAPTURES_HOLD_NS)
			release(s, at);
		else
			at = &(*at)->next;
	}
}

/* Of a clock that was set. The call may have begun a while ago: now_ns alone does not tell. */
static bool is_future(uint64_t ts_ns, uint64_t now_ns)
{
	return ts_ns > now_ns + CAPTURES_HOLD_NS && ts_ns > mono__now_ns() + CAPTURES_HOLD_NS;
}

/* Packets younger than now wait for the next call, so that this one has an end. */
void captures__drain(struct captures *s, uint64_t now_ns)
{
	uint64_t hold_ns;
	struct entry *e;

	if (!s || !s->first)
		return;
	hold_ns = s->first->next ? CAPTURES_HOLD_NS : 0;
	if (wall__read(&s->wall))
		s->doubt_until_ns = now_ns + CAPTURES_HOLD_NS;
	while ((e = find_oldest(s))) {
		uint64_t ts_ns = wall__monotonic_ns(&s->wall, e->packet.wall_ns);

		if (s->doubt_until_ns || is_future(ts_ns, now_ns))
			s->clock_steps++;
		else if (ts_ns + hold_ns <= now_ns)
			hand_over(s, e, ts_ns);
		else
			break;
		take(e);
	}
	if (now_ns >= s->doubt_until_ns)
		s->doubt_until_ns = 0;
	release_empty(s, now_ns);
}

void captures__take_counts(struct captures *s, uint64_t *count, unsigned int cnt)
{
	if (!s)
		return;
	for (struct entry *e = s->first; e; e = e->next)
		s->count[FRAME_RING_FULL] += e->is_closing ? 0 : capture__drops(&e->capture);
	for (unsigned int i = 0; i < cnt && i < FRAME_COUNTS; i++)
		count[i] += s->count[i];
	memset(s->count, 0, sizeof(s->count));
}

uint64_t captures__clock_steps(const struct captures *s)
{
	return s ? s->clock_steps : 0;
}
