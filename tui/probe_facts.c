/* SPDX-License-Identifier: BSD-2-Clause */
/* Ring, memory and CPU as sentences. */
#include "probe_facts.h"
#include "figure.h"

#include <stdio.h>

void probe_facts__ring(const struct model_probes *m, char text[PROBE_FACT_LEN])
{
	char size[FIGURE_LEN], used[FIGURE_LEN], peak[FIGURE_LEN], lost[FIGURE_LEN];
	char bytes[FIGURE_LEN], maps[FIGURE_LEN];
	bool known = m->ring_used != MODEL_NONE && m->ring_peak != MODEL_NONE &&
		     m->ring_size != MODEL_NONE;

	snprintf(text, PROBE_FACT_LEN, "ring %s used %s peak %s lost %s records; maps %s, %s%s",
		 figure__bytes(size, m->ring_size),
		 figure__percent(used, known ? m->ring_used : 0, known ? m->ring_size : 0),
		 figure__percent(peak, known ? m->ring_peak : 0, known ? m->ring_size : 0),
		 figure__count(lost, m->ring_lost, 8), figure__count(maps, m->map_cnt, 5),
		 figure__bytes(bytes, m->map_bytes),
		 known || !m->ring_size ? "" : "; how full the ring is cannot be read here");
}

void probe_facts__daemon(const struct model_probes *m, char text[PROBE_FACT_LEN])
{
	char rss[FIGURE_LEN], cpu[FIGURE_LEN], programs[FIGURE_LEN];

	snprintf(text, PROBE_FACT_LEN, "daemon memory %s cpu %s; programs cpu %s, both of one CPU",
		 figure__bytes(rss, m->rss), figure__cpu(cpu, m->daemon_cpu),
		 figure__cpu(programs, m->programs_cpu));
}
