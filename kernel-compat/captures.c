/* SPDX-License-Identifier: BSD-2-Clause */
/* A merge of rings by time. */
#include "captures.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "capture.h"
#include "wall.h"

struct entry {
	struct capture capture; /* first: what callers hold */
	struct entry *next;
	int ifindex;
	bool has_packet; /* packet is what capture__peek says */
	struct capture_packet packet;
};

struct captures {
	struct captures_opts opts;
	struct knobs knobs;
	struct entry *first;
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
	wall__read(&s->wall);
	*ret = s;
	return 0;
}

void captures__free(struct captures *s)
{
	while (s && s->first)
		captures__close(s, &s->first->capture);
	free(s);
}

int captures__open(struct captures *s, int ifindex, struct capture **ret, char *reason, size_t len)
{
	struct entry *e = calloc(1, sizeof(*e));
	int rc;

	if (!e)
		return -ENOMEM;
	rc = capture__open(&e->capture, &s->knobs, ifindex, reason, len);
	if (rc) {
		free(e);
		return rc;
	}
	e->ifindex = ifindex;
	e->next = s->first;
	s->first = e;
	*ret = &e->capture;
	return 0;
}

void captures__close(struct captures *s, struct capture *c)
{
	for (struct entry **at = &s->first; *at; at = &(*at)->next) {
		struct entry *e = *at;

		if (&e->capture != c)
			continue;
		*at = e->next;
		s->count[FRAME_RING_FULL] += capture__drops(c);
		capture__close(c);
		free(e);
		return;
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
	struct rec_tap *tap = &s->record.tap;

	if (!frame__look(&s->knobs, p->bytes, p->len, &s->record, s->count))
		return;
	tap->hdr.ts_ns = ts_ns;
	tap->ifindex = (uint32_t)e->ifindex;
	tap->flow.flags |= (p->is_egress ? REC_F_EGRESS : 0) | (p->has_tag ? REC_F_VLAN : 0);
	s->opts.record(s->opts.ctx, &s->record, tap->hdr.len);
}

void captures__drain(struct captures *s, uint64_t now_ns)
{
	bool is_single = s->first && !s->first->next;
	struct entry *e;

	if (wall__read(&s->wall))
		s->doubt_until_ns = now_ns + CAPTURES_HOLD_NS;
	while ((e = find_oldest(s))) {
		uint64_t ts_ns = wall__monotonic_ns(&s->wall, e->packet.wall_ns);

		if (s->doubt_until_ns || ts_ns > now_ns + CAPTURES_HOLD_NS)
			s->clock_steps++;
		else if (is_single || ts_ns + CAPTURES_HOLD_NS <= now_ns)
			hand_over(s, e, ts_ns);
		else
			break;
		take(e);
	}
	if (now_ns >= s->doubt_until_ns)
		s->doubt_until_ns = 0;
}

void captures__take_counts(struct captures *s, uint64_t *count, unsigned int cnt)
{
	for (struct entry *e = s->first; e; e = e->next)
		s->count[FRAME_RING_FULL] += capture__drops(&e->capture);
	for (unsigned int i = 0; i < cnt && i < FRAME_COUNTS; i++)
		count[i] += s->count[i];
	memset(s->count, 0, sizeof(s->count));
}

uint64_t captures__clock_steps(const struct captures *s)
{
	return s->clock_steps;
}
