/* SPDX-License-Identifier: BSD-2-Clause */
/* Programs, ring, memory and the daemon's own cost as JSON. */
#include "programs.h"

#include "jvalue.h"

#define TEXT_MAX 256

static json_t *program_of(const struct program_view *p, bool stats_on)
{
	return json_pack(
		"{s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "name", jvalue__text(p->name, TEXT_MAX),
		"instant", jvalue__text(p->instant, sizeof(p->instant)), "mechanism",
		jvalue__text(p->mechanism, TEXT_MAX), "state", jvalue__text(p->state, TEXT_MAX),
		"runs", jvalue__uint_if(stats_on, p->runs), "run_ns",
		jvalue__uint_if(stats_on, p->run_ns), "misses", jvalue__uint(p->misses));
}

static json_t *list_of(const struct programs_view *view)
{
	json_t *list = json_array();

	for (unsigned int i = 0; i < view->program_cnt; i++)
		list = jvalue__append(list, program_of(&view->program[i], view->stats_on));
	return list;
}

static json_t *ring_of(const struct programs_view *view)
{
	bool known = view->ring_size && view->is_level_known;

	return json_pack("{s:o, s:o, s:o, s:o}", "size", jvalue__uint(view->ring_size), "used",
			 jvalue__uint_if(known, view->ring_used), "peak",
			 jvalue__uint_if(known, view->ring_peak), "lost",
			 jvalue__uint(view->ring_lost));
}

json_t *programs__reply(const struct programs_view *view, uint64_t now_ns)
{
	return json_pack("{s:s, s:o, s:{s:b, s:o}, s:o, s:o, s:{s:o, s:o}, s:{s:o, s:o}}", "type",
			 "probes", "mono_ns", jvalue__uint(now_ns), "stats", "on", view->stats_on,
			 "why", jvalue__text(view->stats_why, TEXT_MAX), "programs", list_of(view),
			 "ring", ring_of(view), "maps", "count", jvalue__uint(view->map_cnt),
			 "bytes", jvalue__uint_if(view->map_bytes, view->map_bytes), "daemon",
			 "rss", jvalue__uint(view->rss), "cpu_ns", jvalue__uint(view->cpu_ns));
}

json_t *programs__no_fastpath(const char *why)
{
	return json_pack("{s:s, s:s, s:o, s:[], s:[], s:[], s:[]}", "type", "fastpath", "mode",
			 "none", "why", jvalue__text(why, TEXT_MAX), "services", "verdicts",
			 "rules", "hooks");
}
