/* SPDX-License-Identifier: BSD-2-Clause */
/* From a reply, or none, to healthy and ready. */
#include "health.h"

#include <errno.h>
#include <string.h>

#include "test.h"

#define REPLY(age, observes)                                                                   \
	"{\"type\":\"health\",\"protocol\":1,\"tick_age_ns\":" age ",\"observes\":\"" observes \
	"\",\"instants\":10,\"measured\":7,\"replans\":0}"

static void judges_replies(void)
{
	static const struct {
		const char *name;
		int rc;
		const char *line;
		bool is_healthy, is_ready;
		const char *why; /* part of it */
	} rows[] = {
		{"stages", 0, REPLY("9000000", "stages"), true, true, ""},
		{"totals", 0, REPLY("0", "totals"), true, true, ""},
		{"nothing", 0, REPLY("9000000", "nothing"), true, false, "observes nothing"},
		{"a new word", 0, REPLY("9000000", "rumours"), true, false, "observes nothing"},
		{"just in time", 0, REPLY("2000000000", "stages"), true, true, ""},
		{"loop hangs", 0, REPLY("2000000001", "stages"), false, false, "2000 ms"},
		{"negative", 0, REPLY("-1", "stages"), false, false, "older than this client"},
		{"no number", 0, REPLY("\"9\"", "stages"), false, false, "older than this client"},
		{"silent", -ETIMEDOUT, NULL, false, false, "at /s: not within a second"},
		{"gone", -ECONNREFUSED, NULL, false, false, "at /s: Connection refused"},
		{"old daemon", 0, "{\"type\":\"error\",\"error\":\"unknown command 'health'\"}",
		 false, false, "the daemon says: unknown command 'health'"},
		{"escape", 0, "{\"type\":\"error\",\"error\":\"\\u001b[31mred\"}", false, false,
		 "[31mred"},
		{"no JSON", 0, "ok", false, false, "older than this client"},
		{"array", 0, "[]", false, false, "older than this client"},
		{"empty", 0, "", false, false, "older than this client"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct health h;

		CHECK_CASE("%s", rows[i].name);
		health__judge("/s", rows[i].rc, rows[i].line, &h);
		CHECK_INT(h.is_healthy, rows[i].is_healthy);
		CHECK_INT(h.is_ready, rows[i].is_ready);
		if (!CHECK(strstr(h.why, rows[i].why) != NULL))
			CHECK_STR(h.why, rows[i].why);
		CHECK(rows[i].is_ready == !h.why[0]);
		CHECK(!strchr(h.why, '\x1b'));
	}
}

static void tells_what_it_read(void)
{
	struct health h;

	health__judge("/s", 0, REPLY("9000000", "stages"), &h);
	CHECK_UINT(h.instants, 10);
	CHECK_UINT(h.measured, 7);
	CHECK_UINT(h.tick_age_ns, 9000000);
	CHECK_STR(h.observes, "stages");
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"judges_replies", judges_replies, TEST_PLAIN},
		{"tells_what_it_read", tells_what_it_read, TEST_PLAIN},
		{},
	};

	return test__run(tests, argc, argv);
}
