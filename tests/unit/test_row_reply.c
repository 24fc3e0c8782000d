/* SPDX-License-Identifier: BSD-2-Clause */
/* The replies about one row, and the number that tells replies apart. */
#include "row_reply.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "test.h"

#define MS     1000000ull
#define SECOND 1000000000ull
#define ROW    "\"service\":\"sip 10.0.0.2:5060\",\"side\":\"server\",\"method\":\"INVITE\"}"

struct state {
	struct stats *stats;
	struct heat *heat;
	struct ledger ledger;
	struct plan plan;
	struct snapshot_src src;
};

static void done(struct state *st)
{
	heat__free(st->heat);
	stats__free(st->stats);
}

/* 400 requests of 1 ms and 8 of 10 ms, one a session, 10 s before now. */
static bool fill(struct state *st)
{
	const struct stats_opts opts = {.max_rows = 4, .slot_ns = 10 * SECOND};
	struct stats_key key = {.service = "sip 10.0.0.2:5060", .side = 's', .method = "INVITE"};
	struct stats_row *row;

	memset(st, 0, sizeof(*st));
	if (!CHECK_OK(stats__new(&opts, &st->stats)) || !CHECK_OK(heat__new(64, &st->heat)))
		return false;
	row = stats__row(st->stats, &key);
	for (unsigned int i = 0; i < 408; i++) {
		uint64_t total_ns = i < 400 ? MS : 10 * MS, *session;
		const struct stage_share share[] = {{STAGE_APP, MS / 2},
						    {STAGE_RUNQ, total_ns - MS / 2}};

		if (!CHECK_OK(stats__add(st->stats, row, 990 * SECOND, total_ns, share, 2)))
			return false;
		session = heat__add(st->heat, row, 990 * SECOND, total_ns, share, 2);
		if (session)
			*session = i < 400 ? 7 : i;
	}
	st->src = (struct snapshot_src){.stats = st->stats,
					.heat = st->heat,
					.ledger = &st->ledger,
					.plan = &st->plan,
					.now_ns = 1000 * SECOND,
					.start_ns = 900 * SECOND,
					.window_ns = 60 * SECOND};
	return true;
}

/* Owned; NULL: no memory. */
static json_t *ask(const struct state *st, const char *request)
{
	char *line = snapshot__reply(&st->src, request, strlen(request));
	json_t *reply = line ? json_loads(line, 0, NULL) : NULL;

	free(line);
	CHECK(reply);
	return reply;
}

/* Follows "a.0.b"; borrowed. */
static json_t *at(json_t *v, const char *path)
{
	char copy[128], *rest = copy, *name;

	snprintf(copy, sizeof(copy), "%s", path);
	while ((name = strsep(&rest, ".")))
		v = json_is_array(v) ? json_array_get(v, (size_t)atoi(name))
				     : json_object_get(v, name);
	return v;
}

struct want {
	const char *path;
	const char *value; /* compact JSON, or "missing" */
};

static void check(json_t *reply, const struct want *want, size_t cnt)
{
	for (size_t i = 0; i < cnt; i++) {
		char *got = json_dumps(at(reply, want[i].path),
				       JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION(6));

		CHECK_CASE("%s", want[i].path);
		CHECK_STR(got ? got : "missing", want[i].value);
		free(got);
	}
}

#define CHECK_REPLY(st, request, want)                               \
	do {                                                         \
		json_t *got_ = ask(st, request);                     \
		check(got_, want, sizeof(want) / sizeof((want)[0])); \
		json_decref(got_);                                   \
	} while (0)

static void snapshot_row(void)
{
	static const struct want want[] = {
		{"rows.0.history.slot_ns", "10000000000"},
		{"rows.0.history.n.29", "0"},
		{"rows.0.history.n.28", "408"},
		{"rows.0.history.p99_ns.29", "null"},
		{"rows.0.drift.state", "\"few\""},
		{"rows.0.drift.ratio", "null"},
		{"rows.0.drift.lo", "null"},
		{"rows.0.drift.hi", "null"},
		{"rows.0.drift.n", "408"},
		{"rows.0.drift.base_n", "0"},
		{"rows.0.bands.0.q", "0.5"},
		{"rows.0.bands.0.n", "400"},
		{"rows.0.bands.0.total_ns", "400000000"},
		{"rows.0.bands.0.stages.0.name", "\"runq\""},
		{"rows.0.bands.0.stages.0.letter", "\"r\""},
		{"rows.0.bands.0.stages.0.sum_ns", "200000000"},
		{"rows.0.bands.1.q", "0.99"},
		{"rows.0.bands.1.n", "8"},
		{"rows.0.bands.1.hi_ns", "10000000"},
		{"rows.0.bands.1.stages.0.sum_ns", "76000000"},
		{"rows.0.bands.1.stages.1.sum_ns", "4000000"},
		{"rows.0.bands.2", "null"},
	};
	struct state st;

	if (fill(&st))
		CHECK_REPLY(&st, "{\"cmd\":\"snapshot\"}", want);
	done(&st);
}

/* Of the slow ones a note, and one that was not slow enough. */
static void why(void)
{
	static const struct want want[] = {
		{"why.n", "1"},
		{"why.total_ns", "10000000"},
		{"why.causes.0.stage", "\"runq\""},
		{"why.causes.0.letter", "\"r\""},
		{"why.causes.0.text", "\"runnable, waited for CPU 1\""},
		{"why.causes.0.who", "\"a?b:7\""},
		{"why.causes.0.n", "1"},
		{"why.causes.0.ns", "9000000"},
		{"why.causes.1.text", "\"blocked in syscall 9999\""},
		{"why.causes.1.ns", "500000"},
		{"why.causes.2", "missing"},
	};
	const struct stage_share share[] = {{STAGE_APP, MS / 2}, {STAGE_RUNQ, 10 * MS - MS / 2}};
	struct stats_row *row;
	struct why_note n;
	struct state st;

	if (!fill(&st))
		goto out;
	row = (struct stats_row *)stats__row_at(st.stats, 0);
	row->why = calloc(1, sizeof(*row->why));
	if (!CHECK(row->why))
		goto out;
	why_note__init(&n, 990 * SECOND, 10 * MS, share, 2);
	n.thread[0] = (struct why_thread){.pid = 7,
					  .comm = "a\xff"
						  "b"};
	why_note__add(&n, WHY_WOKEN, 1, 0, 9 * MS);
	why_note__add(&n, WHY_APP_BLOCKED, 9999, 0, MS);
	why_ring__push(row->why, &n);
	n.total_ns = MS / 2;
	why_ring__push(row->why, &n);
	n.total_ns = 10 * MS;
	n.now_ns = 930 * SECOND;
	why_ring__push(row->why, &n);
	CHECK_REPLY(&st, "{\"cmd\":\"stages\"," ROW, want);
out:
	done(&st);
}

static void stages(void)
{
	static const struct want want[] = {
		{"type", "\"stages\""},
		{"tag", "7"},
		{"window_ns", "60000000000"},
		{"row.method", "\"INVITE\""},
		{"row.n", "408"},
		{"stages.0.name", "\"runq\""},
		{"stages.0.n", "408"},
		{"stages.0.p50_ns", "505036"},
		{"stages.0.max_ns", "9500000"},
		{"stages.1.letter", "\"a\""},
		{"stages.1.p99_ns", "500000"},
		{"stages.1.p999_ns", "null"},
		{"why", "null"},
		{"exemplars", "[]"},
	};
	static const struct want gone[] = {
		{"type", "\"stages\""}, {"row", "null"},     {"stages", "[]"},
		{"why", "null"},	{"exemplars", "[]"},
	};
	struct state st;

	if (fill(&st)) {
		CHECK_REPLY(&st, "{\"cmd\":\"stages\",\"tag\":7," ROW, want);
		CHECK_REPLY(&st, "{\"cmd\":\"stages\",\"service\":\"sip 10.0.0.2:5060\"}", gone);
		CHECK_REPLY(&st, "{\"cmd\":\"stages\",\"side\":7}", gone);
	}
	done(&st);
}

static void heat(void)
{
	static const struct want want[] = {
		{"type", "\"heat\""},
		{"slot_ns", "5000000000"},
		{"end_ns", "1005000000000"},
		{"edges_ns.0", "953"},
		{"edges_ns.52", "64000000000"},
		{"edges_ns.53", "missing"},
		{"slots.18.n", "408"},
		{"slots.18.p50_ns", "1000000"},
		{"slots.18.p99_ns", "10000000"},
		{"slots.18.p999_ns", "null"},
		{"slots.20.n", "0"},
		{"slots.20.p50_ns", "null"},
		{"slots.21", "missing"},
		{"cells.0.slot", "18"},
		{"cells.0.n", "400"},
		{"cells.0.total_ns", "400000000"},
		{"cells.0.stages.1.sum_ns", "200000000"},
		{"cells.0.sessions", "[7]"},
		{"cells.1.n", "8"},
		{"cells.1.sessions", "[400,401,402,403]"},
		{"cells.2", "missing"},
		{"evicted", "0"},
	};
	static const struct want gone[] = {{"slots", "[]"}, {"cells", "[]"}};
	static const struct want none[] = {{"type", "\"error\""}};
	struct state st;

	if (fill(&st)) {
		CHECK_REPLY(&st, "{\"cmd\":\"heat\"," ROW, want);
		CHECK_REPLY(&st, "{\"cmd\":\"heat\",\"method\":\"BYE\"}", gone);
		st.src.heat = NULL;
		CHECK_REPLY(&st, "{\"cmd\":\"heat\"," ROW, none);
	}
	done(&st);
}

static void tags(void)
{
	static const struct {
		const char *request;
		struct want want[2];
	} rows[] = {
		{"{\"cmd\":\"hello\",\"tag\":1}", {{"tag", "1"}, {"type", "\"hello\""}}},
		{"{\"cmd\":\"hello\",\"tag\":1.5}", {{"tag", "1.5"}, {"type", "\"hello\""}}},
		{"{\"cmd\":\"hello\",\"tag\":\"x\"}", {{"tag", "missing"}, {"type", "\"hello\""}}},
		{"{\"cmd\":\"nothing\",\"tag\":2}", {{"tag", "2"}, {"type", "\"error\""}}},
		{"{\"tag\":3}", {{"tag", "3"}, {"type", "\"error\""}}},
		{"{\"cmd\":\"sessions\",\"tag\":4}", {{"tag", "4"}, {"type", "\"error\""}}},
		{"[]", {{"tag", "missing"}, {"type", "\"error\""}}},
		{"{", {{"tag", "missing"}, {"type", "\"error\""}}},
	};
	struct state st;

	if (fill(&st)) {
		for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
			CHECK_REPLY(&st, rows[i].request, rows[i].want);
	}
	done(&st);
}

/* NULL or a whole reply, never part of one. */
static void without_memory(void)
{
	static const char *const requests[] = {"{\"cmd\":\"stages\",\"tag\":1," ROW,
					       "{\"cmd\":\"heat\",\"tag\":1," ROW};
	struct state st;

	if (fill(&st)) {
		for (size_t i = 0; i < 2; i++) {
			char *line = snapshot__reply(&st.src, requests[i], strlen(requests[i]));

			CHECK(!line || line[strlen(line) - 1] == '}');
			CHECK(line || test__injected());
			free(line);
		}
	}
	done(&st);
}

/* jansson's own allocations go through the harness, too. */
static void *take_memory(size_t size)
{
	return malloc(size);
}

static void give_memory(void *p)
{
	free(p);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"snapshot_row", snapshot_row, TEST_PLAIN},
		{"stages", stages, TEST_PLAIN},
		{"why", why, TEST_PLAIN},
		{"heat", heat, TEST_PLAIN},
		{"tags", tags, TEST_PLAIN},
		{"without_memory", without_memory, TEST_WALK},
		{},
	};

	json_set_alloc_funcs(take_memory, give_memory);
	return test__run(tests, argc, argv);
}
