/* SPDX-License-Identifier: BSD-2-Clause */
/* Builds the replies with jansson. A builder returns NULL when memory ran out, and whoever packs
 * its value passes that on. */
#include "snapshot.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "exemplars.h"
#include "jvalue.h"
#include "row_reply.h"
#include "snapshot_row.h"

#define TEXT_MAX 256
#define TIME_LEN 32

static json_t *text(const char *s)
{
	return jvalue__text(s, TEXT_MAX);
}

static json_t *error_reply(const char *error, const char *hint)
{
	return json_pack("{s:s, s:o, s:o}", "type", "error", "error", text(error), "hint",
			 text(hint));
}

/* --- parts --- */

static json_t *skips_of(const struct plan_choice *c)
{
	json_t *skips = json_array();

	for (unsigned int i = 0; i < c->skip_cnt && i < PLAN_SKIPS_MAX; i++) {
		const struct plan_skip *skip = &c->skip[i];

		skips = jvalue__append(
			skips, json_pack("{s:o, s:o, s:o}", "candidate", text(skip->candidate),
					 "mechanism", text(skip->mechanism), "reason",
					 jvalue__text(skip->reason, sizeof(skip->reason))));
	}
	return skips;
}

static json_t *plan_of(const struct plan *p)
{
	json_t *plan = json_array();

	for (unsigned int i = 0; i < p->choice_cnt && i < PLAN_INSTANTS_MAX; i++) {
		const struct plan_choice *c = &p->choice[i];

		plan = jvalue__append(
			plan, json_pack("{s:o, s:o, s:o, s:o, s:s, s:o, s:o, s:o, s:o}", "instant",
					text(c->instant), "help", text(c->help), "candidate",
					text(c->candidate), "mechanism", text(c->mechanism),
					"state", c->candidate ? "active" : "merged", "why",
					text(c->why), "lost", text(c->lost), "merged_as",
					text(c->merged_as), "skipped", skips_of(c)));
	}
	return plan;
}

static json_t *taps_of(const struct snapshot_src *src)
{
	json_t *taps = json_array();

	for (unsigned int i = 0; i < src->tap_cnt; i++) {
		const struct tap_view *t = &src->tap[i];

		taps = jvalue__append(
			taps, json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "ifindex",
					jvalue__uint(t->ifindex), "ifname", text(t->ifname),
					"netns", jvalue__uint(t->netns), "direction",
					text(t->direction), "candidate", text(t->candidate),
					"state", text(t->state), "reason", text(t->reason)));
	}
	return taps;
}

/* An empty string when there is no calendar time. */
static void print_time(time_t time, char *when)
{
	struct tm tm;

	when[0] = '\0';
	if (gmtime_r(&time, &tm))
		strftime(when, TIME_LEN, "%Y-%m-%dT%H:%M:%SZ", &tm);
}

static json_t *text_if(bool is_known, const char *s)
{
	return is_known ? text(s) : json_null();
}

static json_t *replan_of(const struct snapshot_src *src)
{
	const struct snapshot_replan *r = &src->replan;
	char when[TIME_LEN];

	print_time(r->time, when);
	return json_pack("{s:o, s:o, s:o, s:o, s:o}", "count", jvalue__uint(r->cnt), "mono_ns",
			 jvalue__uint_if(r->mono_ns, r->mono_ns), "time", text_if(r->mono_ns, when),
			 "reason", text_if(r->mono_ns, r->reason), "due",
			 text_if(r->due_reason, r->due_reason));
}

static const char *kind_name(char kind)
{
	switch (kind) {
	case 'L':
		return "loss";
	case 'D':
		return "drop";
	default:
		return "info";
	}
}

static json_t *ledger_of(const struct ledger *l)
{
	json_t *rows = json_array();

	for (unsigned int i = 0; i < ledger__row_cnt(); i++) {
		struct ledger_row row = ledger__row(l, i);

		rows = jvalue__append(rows, json_pack("{s:s, s:o, s:s, s:s}", "name", row.name,
						      "count", jvalue__uint(row.count), "kind",
						      kind_name(row.kind), "help", row.help));
	}
	return rows;
}

static json_t *totals_of(const struct snapshot_src *src)
{
	const struct snapshot_totals *t = &src->totals;

	return json_pack(
		"{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "messages",
		jvalue__uint(t->messages), "messages_per_s", jvalue__number(t->messages_per_s),
		"transactions", jvalue__uint(t->transactions), "joined", jvalue__uint(t->joined),
		"unjoined", jvalue__uint(t->unjoined), "in_flight", jvalue__uint(t->in_flight),
		"oldest_ns", jvalue__uint_if(t->oldest_ns, t->oldest_ns), "timeouts",
		jvalue__uint(t->timeouts), "errors", jvalue__uint(t->errors), "lost",
		jvalue__uint(ledger__lost(src->ledger)));
}

static json_t *rows_of(const struct snapshot_src *src, bool with_cells)
{
	json_t *rows = json_array();

	for (unsigned int i = 0; i < stats__row_cnt(src->stats); i++) {
		const struct stats_row *row = stats__row_at(src->stats, i);
		uint64_t oldest = src->row_oldest ? src->row_oldest(src->ctx, row) : 0;

		rows = jvalue__append(
			rows, snapshot_row__json(src->stats, row, src->now_ns, oldest, with_cells));
	}
	return rows;
}

/* --- replies --- */

static uint64_t uptime_ns(const struct snapshot_src *src)
{
	return src->now_ns > src->start_ns ? src->now_ns - src->start_ns : 0;
}

static json_t *hello_reply(const struct snapshot_src *src, json_t *request)
{
	(void)request;
	return json_pack("{s:s, s:o, s:i, s:i, s:o}", "type", "hello", "version",
			 text(src->version), "protocol", SNAPSHOT_PROTOCOL, "pid", (int)getpid(),
			 "uptime_ns", jvalue__uint(uptime_ns(src)));
}

static json_t *plan_reply(const struct snapshot_src *src, json_t *request)
{
	(void)request;
	return json_pack("{s:s, s:o, s:o, s:o}", "type", "plan", "kernel", text(src->kernel),
			 "plan", plan_of(src->plan), "replan", replan_of(src));
}

static json_t *health_reply(const struct snapshot_src *src, json_t *request)
{
	uint64_t age_ns = src->now_ns > src->tick_ns ? src->now_ns - src->tick_ns : 0;
	unsigned int measured = 0;

	(void)request;
	for (unsigned int i = 0; i < src->plan->choice_cnt; i++)
		measured += src->plan->choice[i].candidate != NULL;
	return json_pack("{s:s, s:i, s:o, s:o, s:i, s:i, s:o}", "type", "health", "protocol",
			 SNAPSHOT_PROTOCOL, "tick_age_ns", jvalue__uint(age_ns), "observes",
			 text(src->observes), "instants", (int)src->plan->choice_cnt, "measured",
			 (int)measured, "replans", jvalue__uint(src->replan.cnt));
}

json_t *snapshot__replay_json(const struct snapshot_replay *r)
{
	return json_pack("{s:{s:o, s:o, s:o, s:f, s:b, s:s, s:o}}", "replay", "file", text(r->file),
			 "pos_ns", jvalue__uint(r->pos_ns), "len_ns",
			 jvalue__uint_if(r->has_len, r->len_ns), "speed", r->speed, "paused",
			 r->is_paused, "state", r->state, "error",
			 r->error[0] ? text(r->error) : json_null());
}

static json_t *snapshot_reply(const struct snapshot_src *src, json_t *request)
{
	const char *view = json_string_value(json_object_get(request, "view"));
	bool stages = view && strcmp(view, "stages") == 0;
	char when[TIME_LEN], banner[PLAN_BANNER_LEN];
	json_t *reply;

	if (json_object_get(request, "view") && !stages && (!view || strcmp(view, "top") != 0))
		return error_reply("unknown view", "views: top, stages");
	print_time(src->time, when);
	reply = json_pack(
		"{s:s, s:i, s:o, s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
		"type", "snapshot", "protocol", SNAPSHOT_PROTOCOL, "seq", jvalue__uint(src->seq),
		"mono_ns", jvalue__uint(src->now_ns), "time", when, "host", text(src->host),
		"kernel", text(src->kernel), "uptime_ns", jvalue__uint(uptime_ns(src)), "window_ns",
		jvalue__uint(src->window_ns), "totals", totals_of(src), "rows",
		rows_of(src, stages), "ledger", ledger_of(src->ledger), "plan", plan_of(src->plan),
		"taps", taps_of(src), "replan", replan_of(src), "banner",
		text(plan__banner(src->plan, banner, sizeof(banner))));
	return src->replay ? jvalue__merge(reply, snapshot__replay_json(src->replay)) : reply;
}

static json_t *sessions_reply(const struct snapshot_src *src, json_t *request)
{
	return sessions__reply(&src->call, request);
}

static json_t *show_reply(const struct snapshot_src *src, json_t *request)
{
	return show__reply(&src->call, request);
}

static json_t *metrics_reply(const struct snapshot_src *src, json_t *request)
{
	return metrics__reply(&src->call, request);
}

static json_t *beats_reply(const struct snapshot_src *src, json_t *request)
{
	return beats__reply(&src->call, request);
}

static json_t *exemplars_reply(const struct snapshot_src *src, json_t *request)
{
	if (!src->exemplars)
		return error_reply("no exemplars are kept here", "");
	return exemplars__json(src->exemplars, request);
}

static json_t *probes_reply(const struct snapshot_src *src, json_t *request)
{
	struct programs_view view = {0};

	if (!src->programs)
		return error_reply("nothing is known of programs here", "");
	src->programs(src->ctx, json_is_true(json_object_get(request, "stats")), &view);
	return programs__reply(&view, src->now_ns);
}

static json_t *fastpath_reply(const struct snapshot_src *src, json_t *request)
{
	(void)request;
	return programs__no_fastpath(
		src->programs ? "this daemon has no fast path: its programs only measure, none of "
				"them answers or drops a packet"
			      : "no programs run here");
}

static json_t *stages_reply(const struct snapshot_src *src, json_t *request)
{
	return row_reply__stages(src, request);
}

static json_t *heat_reply(const struct snapshot_src *src, json_t *request)
{
	if (!src->heat)
		return error_reply("no latency over time is kept here", "");
	return row_reply__heat(src, request);
}

static const struct command {
	const char *name;
	json_t *(*reply)(const struct snapshot_src *src, json_t *request);
} commands[] = {
	{"hello", hello_reply},	    {"snapshot", snapshot_reply},   {"plan", plan_reply},
	{"health", health_reply},   {"sessions", sessions_reply},   {"show", show_reply},
	{"metrics", metrics_reply}, {"exemplars", exemplars_reply}, {"beats", beats_reply},
	{"probes", probes_reply},   {"fastpath", fastpath_reply},   {"stages", stages_reply},
	{"heat", heat_reply},
};

static json_t *run_command(const struct snapshot_src *src, json_t *request)
{
	const char *hint = "commands: hello, snapshot, plan, health, sessions, show, metrics, "
			   "exemplars, beats, probes, fastpath, stages, heat";
	const char *name = json_string_value(json_object_get(request, "cmd"));
	char error[TEXT_MAX];

	if (!name)
		return error_reply("the request has no \"cmd\"", hint);
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(name, commands[i].name) == 0)
			return commands[i].reply(src, request);
	}
	snprintf(error, sizeof(error), "unknown command '%.64s'", name);
	return error_reply(error, hint);
}

/* A client with several requests under way tells their replies by the number it gave. */
static json_t *with_tag(json_t *reply, json_t *request)
{
	json_t *tag = json_object_get(request, "tag");

	if (!json_is_number(tag))
		return reply;
	return jvalue__merge(reply, json_pack("{s:O}", "tag", tag));
}

char *snapshot__reply(const struct snapshot_src *src, const char *line, size_t len)
{
	char message[TEXT_MAX];
	json_error_t error;
	json_t *request = json_loadb(line, len, JSON_REJECT_DUPLICATES, &error);
	json_t *reply;

	if (request) {
		reply = with_tag(run_command(src, request), request);
	} else {
		snprintf(message, sizeof(message), "not a JSON object: %s", error.text);
		reply = error_reply(message,
				    "send one JSON object per line, as {\"cmd\":\"hello\"}");
	}
	json_decref(request);
	return jvalue__line(reply);
}
