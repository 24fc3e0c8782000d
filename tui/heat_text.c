/* SPDX-License-Identifier: BSD-2-Clause */
/* A heatmap in words. */
#include "heat_text.h"
#include "figure.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#define NS_PER_S 1000000000

const char *heat_text__clock(char text[HEAT_CLOCK_LEN], const struct model *snapshot,
			     int64_t mono_ns)
{
	struct tm tm = {};
	int64_t ns;
	time_t at;

	strcpy(text, "--");
	if (!snapshot || !strptime(snapshot->time, "%Y-%m-%dT%H:%M:%S", &tm))
		return text;
	ns = (int64_t)((uint64_t)mono_ns - snapshot->mono_ns); /* hostile ones may wrap */
	at = timegm(&tm) + (time_t)(ns / NS_PER_S - (ns % NS_PER_S < 0));
	if (gmtime_r(&at, &tm))
		strftime(text, HEAT_CLOCK_LEN, "%H:%M:%S", &tm);
	return text;
}

const char *heat_text__range(char text[HEAT_RANGE_LEN], const struct heat_grid *g,
			     const struct model_heat *m, unsigned int row)
{
	char from[FIGURE_LEN], to[FIGURE_LEN];
	uint64_t from_ns, to_ns;

	heat_grid__range(g, m, row, &from_ns, &to_ns);
	if (to_ns == MODEL_NONE)
		snprintf(text, HEAT_RANGE_LEN, "above %s", figure__ns(from, from_ns));
	else if (!from_ns)
		snprintf(text, HEAT_RANGE_LEN, "up to %s", figure__ns(to, to_ns));
	else
		snprintf(text, HEAT_RANGE_LEN, "%s-%s", figure__ns(from, from_ns),
			 figure__ns(to, to_ns));
	return text;
}

void heat_text__cell(char text[HEAT_LINE_LEN], const struct model *snapshot,
		     const struct heat_grid *g, const struct model_heat *m, unsigned int col,
		     unsigned int row)
{
	char clock[HEAT_CLOCK_LEN], length[FIGURE_LEN], range[HEAT_RANGE_LEN], n[FIGURE_LEN],
		all[FIGURE_LEN], share[FIGURE_LEN], p99[FIGURE_LEN];
	uint64_t count = heat_grid__count(g, m, col, row), whole = heat_grid__col_count(g, m, col);

	snprintf(text, HEAT_LINE_LEN, "%s +%s  %s  n=%s (%s of %s)  P99 %s",
		 heat_text__clock(clock, snapshot, heat_grid__time(g, m, col)),
		 figure__seconds(length, heat_grid__length(g, m)),
		 heat_text__range(range, g, m, row), figure__count(n, count, 7),
		 figure__percent(share, count, whole), figure__count(all, whole, 7),
		 figure__ns(p99, heat_grid__quantile(g, m, col, 1)));
}

void heat_text__stages(char text[HEAT_LINE_LEN], const struct model_heat *m,
		       const struct heat_sum *sum)
{
	bool used[HEAT_STAGES_MAX] = {};
	size_t len = 0;

	text[0] = '\0';
	if (!sum->n) {
		snprintf(text, HEAT_LINE_LEN, "no requests here");
		return;
	}
	for (unsigned int k = 0; k < 4; k++) {
		unsigned int top = HEAT_STAGES_MAX;
		char share[FIGURE_LEN];

		for (unsigned int i = 0; i < m->stage_cnt; i++) {
			if (!used[i] && sum->stage_ns[i] &&
			    (top == HEAT_STAGES_MAX || sum->stage_ns[i] > sum->stage_ns[top]))
				top = i;
		}
		if (top == HEAT_STAGES_MAX || len > HEAT_LINE_LEN / 2)
			break;
		used[top] = true;
		len += (size_t)snprintf(text + len, HEAT_LINE_LEN - len, "%s%.100s %s",
					k ? ", " : "", m->stage[top].name,
					figure__percent(share, sum->stage_ns[top], sum->total_ns));
	}
	snprintf(text + len, HEAT_LINE_LEN - len, "%ssessions known: %u",
		 len ? "; " : "stages not known; ", sum->session_cnt);
}

void heat_text__filter(char *filter, size_t size, const struct heat_sum *sum)
{
	size_t len = 0;

	for (unsigned int i = 0; i < sum->session_cnt; i++) {
		char id[32];
		int id_len =
			snprintf(id, sizeof(id), "%s%" PRIu64, i ? "," : "id=", sum->session[i]);

		if (len + (size_t)id_len >= size)
			return;
		memcpy(filter + len, id, (size_t)id_len + 1);
		len += (size_t)id_len;
	}
}

static void say_column(const struct model *snapshot, const struct heat_grid *g,
		       const struct model_heat *m, unsigned int col, FILE *out)
{
	char clock[HEAT_CLOCK_LEN], n[FIGURE_LEN], p50[FIGURE_LEN], p99[FIGURE_LEN],
		p999[FIGURE_LEN], text[HEAT_LINE_LEN], range[HEAT_RANGE_LEN];

	fprintf(out, "%s: n %s, P50 %s, P99 %s, P999 %s\n",
		heat_text__clock(clock, snapshot, heat_grid__time(g, m, col)),
		figure__count(n, heat_grid__col_count(g, m, col), 20),
		figure__ns(p50, heat_grid__quantile(g, m, col, 0)),
		figure__ns(p99, heat_grid__quantile(g, m, col, 1)),
		figure__ns(p999, heat_grid__quantile(g, m, col, 2)));
	for (unsigned int row = 0; row < g->rows; row++) {
		struct heat_sum sum;

		heat_grid__sum(g, m, col, row, &sum);
		if (!sum.n)
			continue;
		heat_text__stages(text, m, &sum);
		fprintf(out, "%s, %s: n %" PRIu64 "; %s\n", clock,
			heat_text__range(range, g, m, row), sum.n, text);
	}
}

void heat_text__say(const struct model_heat *m, const struct model *snapshot, unsigned int zoom,
		    const char *title, FILE *out)
{
	char length[FIGURE_LEN];
	struct heat_grid g;

	heat_grid__init(&g, m, zoom, HEAT_SLOTS_MAX + 1, HEAT_BUCKETS_MAX);
	fprintf(out, "%s: %u columns of %s, cells that had to make room %" PRIu64 "\n", title,
		g.cols, figure__seconds(length, heat_grid__length(&g, m)), m->evicted);
	for (unsigned int col = 0; col < g.cols; col++)
		say_column(snapshot, &g, m, col, out);
}
