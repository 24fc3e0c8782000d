/* SPDX-License-Identifier: BSD-2-Clause */
/* Requests to the player, and its state in words. */
#include "play.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define WIDE	  100 /* columns that leave room for the file's name */
#define CLOCK_LEN 32
#define SECOND_NS 1000000000ull

bool play__request(struct play *p, const struct model_replay *r, char *line, size_t len)
{
	int at = snprintf(line, len, "{\"cmd\":\"play\"");

	if (!p->by_ns && !p->faster && !p->toggle)
		return false;
	if (p->by_ns)
		at += snprintf(line + at, len - (size_t)at, ",\"by_ns\":%" PRId64, p->by_ns);
	if (p->faster) /* a power of two, at most ten: there is no more to choose */
		at += snprintf(line + at, len - (size_t)at, ",\"times\":%.10f",
			       ldexp(1, p->faster > 10	  ? 10
					: p->faster < -10 ? -10
							  : p->faster));
	if (p->toggle)
		at += snprintf(line + at, len - (size_t)at, ",\"paused\":%s",
			       r->is_paused ? "false" : "true");
	snprintf(line + at, len - (size_t)at, "}");
	*p = (struct play){};
	return true;
}

/* "01:20", "1:01:20"; "--" where it is not known. */
static const char *print_clock(uint64_t ns, char text[CLOCK_LEN])
{
	uint64_t s = ns / SECOND_NS;

	if (ns == MODEL_NONE)
		return "--";
	if (s >= 3600)
		snprintf(text, CLOCK_LEN, "%" PRIu64 ":%02u:%02u", s / 3600,
			 (unsigned int)(s / 60 % 60), (unsigned int)(s % 60));
	else
		snprintf(text, CLOCK_LEN, "%02u:%02u", (unsigned int)(s / 60),
			 (unsigned int)(s % 60));
	return text;
}

static const char *state_of(const struct model_replay *r)
{
	static const char *const row[][2] = {{"playing", "PLAYING"},
					     {"paused", "PAUSED"},
					     {"seeking", "SEEKING"},
					     {"ended", "END"}};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		if (!strcmp(r->state, row[i][0]))
			return row[i][1];
	}
	return r->state;
}

const char *play__text(const struct model_replay *r, int cols, char text[PLAY_LEN])
{
	const char *slash = strrchr(r->file, '/'), *name = slash ? slash + 1 : r->file;
	char pos[CLOCK_LEN], len[CLOCK_LEN];

	snprintf(text, PLAY_LEN, "%s%s%s of %s  %gx  %s", cols >= WIDE ? name : "",
		 cols >= WIDE ? " " : "", print_clock(r->pos_ns, pos), print_clock(r->len_ns, len),
		 r->speed, state_of(r));
	return text;
}
