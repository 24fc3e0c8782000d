/* SPDX-License-Identifier: BSD-2-Clause */
/* The order of a list of sessions, whole and in parts; the reply that is made of it. */
#include "session_sort.h"

#include <jansson.h>

#include "call_json.h"
#include "fixture_call.h"
#include "test.h"

#define CALLS 6

/* Calls 1 to 6: 1 and 4 are set up in 200 and 50 ms, 3 fails, the others are only asked. Messages
 * and peers differ. All ends are strangers': the peer is the first of them. */
static void make_calls(struct fixture_call *fx)
{
	static const char *const path[CALLS] = {"D>B", "C>B", "F>B", "A>B", "E>B", "A>B"};
	static const char *const back[CALLS] = {"B>D", "B>C", "B>F", "B>A", "B>E", "B>A"};
	static const char *const id[CALLS] = {"1@t", "2@t", "3@t", "4@t", "5@t", "6@t"};

	for (unsigned int i = 0; i < CALLS; i++) {
		unsigned int ms = 1000 * (i + 1);

		fx->call_id = id[i];
		fixture_call__ask(fx, ms, path[i], "INVITE", 1, id[i], NULL, NULL, SDP_A);
		if (i == 1 || i == 0)
			fixture_call__reply(fx, ms + 10, back[i], 180, "INVITE", 1, id[i], "t",
					    NULL, NULL);
		if (i == 0 || i == 3)
			fixture_call__reply(fx, ms + (i ? 50 : 200), back[i], 200, "INVITE", 1,
					    id[i], "t", NULL, SDP_B);
		if (i == 2)
			fixture_call__reply(fx, ms + 30, back[i], 404, "INVITE", 1, id[i], "t",
					    NULL, NULL);
	}
}

/* Ids of the first max of them as one number: 321 is 3, 2, 1. */
static uint64_t order(const struct fixture_call *fx, enum session_sort_by by, bool is_desc,
		      unsigned int max)
{
	struct session_sort s;
	uint64_t ret = 0;

	if (!CHECK_OK(session_sort__init(&s, fx->c, by, is_desc, max)))
		return 0;
	for (const struct call *call = calls__next(fx->c, 0); call;
	     call = calls__next(fx->c, call->id))
		session_sort__add(&s, call);
	session_sort__finish(&s);
	for (unsigned int i = 0; i < s.cnt; i++)
		ret = 10 * ret + s.entry[i].call->id;
	session_sort__done(&s);
	return ret;
}

static void orders(void)
{
	static const struct {
		enum session_sort_by by;
		bool is_desc;
		unsigned int max;
		uint64_t want;
	} rows[] = {
		{SESSION_SORT_ID, false, 6, 123456},
		{SESSION_SORT_ID, true, 6, 654321},
		{SESSION_SORT_ID, true, 2, 65},
		{SESSION_SORT_ID, false, 1, 1},
		{SESSION_SORT_ID, false, 0, 0},
		{SESSION_SORT_AGE, false, 6, 654321},
		{SESSION_SORT_AGE, true, 3, 123},
		/* equal ones: the newest first, whatever the direction */
		{SESSION_SORT_MESSAGES, false, 6, 654321},
		{SESSION_SORT_MESSAGES, true, 6, 143265},
		{SESSION_SORT_STATE, false, 6, 652413},
		/* no setup yet: last */
		{SESSION_SORT_SETUP, false, 6, 341652},
		{SESSION_SORT_SETUP, true, 6, 143652},
		{SESSION_SORT_SETUP, true, 2, 14},
		{SESSION_SORT_PEER, false, 6, 642153},
		{SESSION_SORT_PEER, true, 6, 351264},
		{SESSION_SORT_PEER, true, 4, 3512},
	};
	struct fixture_call fx;

	if (!fixture_call__init(&fx, NULL))
		return;
	make_calls(&fx);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CHECK_CASE("by %u, desc %d, %u", rows[i].by, rows[i].is_desc, rows[i].max);
		CHECK_UINT(order(&fx, rows[i].by, rows[i].is_desc, rows[i].max), rows[i].want);
	}
	fixture_call__done(&fx);
}

/* Parts of the list that a pager asks for, put together; of those that match a filter. */
static void parts_and_refusals(void)
{
	static const struct {
		const char *request;
		uint64_t ids; /* as above; 0: refused */
		int matched;
		bool more;
	} rows[] = {
		{"{}", 654321, 6, false},
		{"{\"limit\":2}", 65, 6, true},
		{"{\"limit\":2,\"offset\":4}", 21, 6, false},
		{"{\"limit\":2,\"before\":4}", 32, 3, true},
		{"{\"sort\":\"id\"}", 123456, 6, false},
		{"{\"desc\":false}", 123456, 6, false},
		{"{\"sort\":\"setup\",\"desc\":true,\"limit\":2,\"offset\":1}", 43, 6, true},
		{"{\"sort\":\"peer\",\"limit\":3,\"filter\":\"state=trying\"}", 65, 2, false},
		{"{\"sort\":\"age\",\"offset\":5}", 1, 6, false},
		{"{\"sort\":\"size\"}", 0, 0, false},
		{"{\"sort\":7}", 0, 0, false},
		{"{\"offset\":-1}", 0, 0, false},
		{"{\"limit\":5001}", 0, 0, false},
	};
	struct fixture_call fx;
	struct redact redact;

	if (!fixture_call__init(&fx, NULL))
		return;
	make_calls(&fx);
	redact__init_fixed(&redact, true);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct call_source src = {.calls = fx.c, .redact = &redact, .now_ns = 9 * SEC};
		json_t *request = json_loads(rows[i].request, 0, NULL), *session;
		json_t *reply = sessions__reply(&src, request);
		uint64_t ids = 0;
		size_t j;

		CHECK_CASE("%s", rows[i].request);
		json_array_foreach (json_object_get(reply, "sessions"), j, session)
			ids = 10 * ids +
			      (uint64_t)json_integer_value(json_object_get(session, "id"));
		CHECK_UINT(ids, rows[i].ids);
		CHECK_STR(json_string_value(json_object_get(reply, "type")),
			  rows[i].ids ? "sessions" : "error");
		CHECK_INT(json_integer_value(json_object_get(reply, "matched")), rows[i].matched);
		CHECK_INT(json_is_true(json_object_get(reply, "more")), rows[i].more);
		if (strstr(rows[i].request, "size"))
			CHECK_STR(json_string_value(json_object_get(reply, "hint")),
				  "sorts: id setup age messages state peer");
		json_decref(reply);
		json_decref(request);
	}
	fixture_call__done(&fx);
}

static void past_the_end(void)
{
	json_t *request = json_pack("{s:I}", "offset", (json_int_t)INT64_MAX);
	struct fixture_call fx;
	struct redact redact;

	redact__init_fixed(&redact, true);
	if (fixture_call__init(&fx, NULL)) {
		struct call_source src = {.calls = fx.c, .redact = &redact};
		json_t *reply;

		make_calls(&fx);
		reply = sessions__reply(&src, request);
		CHECK_INT((int64_t)json_array_size(json_object_get(reply, "sessions")), 0);
		CHECK(json_is_false(json_object_get(reply, "more")));
		json_decref(reply);
	}
	json_decref(request);
	fixture_call__done(&fx);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"orders", orders, TEST_PLAIN},
		{"parts_and_refusals", parts_and_refusals, TEST_PLAIN},
		{"past_the_end", past_the_end, TEST_PLAIN},
		{},
	};

	return test__run(tests, argc, argv);
}
