/* SPDX-License-Identifier: BSD-2-Clause */
/* Stamps of both formats. */
#include "span.h"

#include <errno.h>

#include "record.h"

int span__open(struct span *s, const char *path)
{
	int rc;

	*s = (struct span){.source.fd = -1};
	rc = source__open(path, &s->source);
	if (rc)
		return rc;
	s->is_recording = recording__is_one(&s->source);
	if (s->is_recording)
		return recording__open(&s->source, &s->recording);
	rc = capture_file__open(&s->source, &s->capture);
	s->is_open = !rc;
	return rc;
}

void span__done(struct span *s)
{
	if (s->is_open)
		capture_file__done(&s->capture);
	s->is_open = false;
	source__done(&s->source);
}

static void add(struct span *s, uint64_t ns, bool is_first)
{
	if (is_first && !s->first_ns)
		s->first_ns = ns;
	if (ns > s->last_ns)
		s->last_ns = ns;
}

static int take_one(struct span *s)
{
	struct recording_frame f;
	struct capture_packet p;
	int rc = s->is_recording ? recording__next(&s->recording, &f)
				 : capture_file__next(&s->capture, &p);

	if (rc)
		return rc;
	if (!s->is_recording)
		add(s, p.ts_ns ? p.ts_ns : 1, true);
	else if (f.record || f.marker.mark == RECORDING_TICK)
		add(s, recording_frame__ns(&f), f.record);
	return 0;
}

int span__work(struct span *s, unsigned int max)
{
	for (unsigned int cnt = 0; cnt < max; cnt++) {
		if (take_one(s))
			return 0;
	}
	return -EAGAIN;
}
