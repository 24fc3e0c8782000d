/* SPDX-License-Identifier: BSD-2-Clause */
/* The list of sessions: what is read, what is refused, what is said of those that failed. */
#include "fixture_reply.h"
#include "model_sessions.h"
#include "test.h"

#include <errno.h>
#include <string.h>

#define COUNT_OF(a) (sizeof(a) / sizeof((a)[0]))

static char text[FIXTURE_REPLY_LEN];

static void parses_the_list(void)
{
	char err[MODEL_ERROR_LEN];
	struct model_sessions *m = NULL;

	if (!fixture_reply__read("sessions.json", text) ||
	    !CHECK_OK(model_sessions__parse(text, &m, err)))
		return;
	CHECK_UINT(m->total, 9);
	CHECK_UINT(m->matched, 4);
	CHECK(m->has_more);
	if (CHECK(m->cnt == 4)) {
		const struct model_call *c = &m->call[0];

		CHECK_UINT(c->id, 7);
		CHECK_STR(c->state, "active");
		CHECK_STR(c->peer, "10.77.0.1:5062");
		CHECK_UINT(c->code, 200);
		CHECK_UINT(c->setup_ns, 842123456);
		CHECK_UINT(c->phase[MODEL_PHASE_ICE].ns, 210000000);
		CHECK_UINT(c->messages, 12);
		CHECK_UINT(c->age_ns, MODEL_NONE);
		CHECK(!model_call__is_bad(c) && !model_call__is_over(c));
		CHECK(model_call__is_bad(&m->call[1]));
		CHECK_UINT(m->call[2].code, MODEL_NONE);
		CHECK(!m->call[2].phase[MODEL_PHASE_ICE].has_begun);
		CHECK_STR(m->call[3].kind, "?[31mcall"); /* hostile */
		for (const char *at = m->call[3].state; *at; at++)
			CHECK((unsigned char)*at >= ' ' && (unsigned char)*at != 0x85);
	}
	model_sessions__free(m);
}

static void refuses_what_is_no_list(void)
{
	static const struct {
		const char *line;
		int want;
		const char *says;
	} rows[] = {
		{"", -EBADMSG, "not JSON"},
		{"[]", -EBADMSG, "not a 'sessions'"},
		{"{\"type\":\"session\"}", -EBADMSG, "a 'session'"},
		{"{\"type\":\"error\",\"error\":\"bad\\u001b\",\"column\":7,\"hint\":\"ask\"}",
		 -EREMOTEIO, "at column 7: bad?; ask"},
		{"{\"type\":\"error\",\"error\":\"bad\"}", -EREMOTEIO, "bad"},
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		char err[MODEL_ERROR_LEN];
		struct model_sessions *m = NULL;

		CHECK_CASE("%s", rows[i].line);
		CHECK_INT(model_sessions__parse(rows[i].line, &m, err), rows[i].want);
		CHECK(strstr(err, rows[i].says) != NULL);
		CHECK(!m);
	}
}

static void takes_fields_of_the_wrong_type(void)
{
	char err[MODEL_ERROR_LEN];
	struct model_sessions *m = NULL;

	if (!CHECK_OK(model_sessions__parse(
		    "{\"type\":\"sessions\",\"total\":\"x\",\"sessions\":[7,null,[],{\"id\":-1,"
		    "\"ends\":7,"
		    "\"phases\":[1],\"instants\":\"\",\"ice\":3,\"code\":{},\"messages\":null}]}",
		    &m, err)))
		return;
	CHECK_UINT(m->cnt, 4);
	CHECK_UINT(m->total, MODEL_NONE);
	CHECK_UINT(m->call[3].id, 0);
	CHECK_STR(m->call[3].peer, "");
	model_sessions__free(m);
}

static void says_why(void)
{
	static const struct {
		const char *line, *want;
	} rows[] = {
		{"{\"state\":\"active\"}", ""},
		{"{\"state\":\"ended\",\"code\":200}", ""},
		{"{\"state\":\"failed\",\"method\":\"INVITE\",\"code\":486}",
		 "INVITE was answered 486"},
		{"{\"state\":\"timeout\",\"retransmits\":6}",
		 "no final answer within the protocol's time; 6 sent again"},
		{"{\"state\":\"failed\",\"instants\":{\"check\":1},\"ice\":{\"pairs\":2,\"checks\":"
		 "14,"
		 "\"failed\":14}}",
		 "ICE never ended: 2 pairs, 14 checks, 14 failed, none nominated"},
		{"{\"state\":\"answered\",\"instants\":{\"check\":1},\"ice\":{}}",
		 "ICE is under way: 0 pairs, 0 checks, 0 failed, none nominated"},
		{"{\"state\":\"failed\",\"instants\":{\"hello\":1},\"handshake\":{\"flights\":3,"
		 "\"retransmitted\":2}}",
		 "the handshake never ended: 3 flights, 2 sent again"},
		{"{\"state\":\"lost\"}", "nothing was heard of it any more"},
		{"{\"state\":\"failed\"}", "the reason was not seen"},
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		char why[MODEL_ERROR_LEN];
		struct model_call c;
		json_t *v = json_loads(rows[i].line, 0, NULL);

		CHECK_CASE("%s", rows[i].line);
		model_call__init(&c, v);
		model_call__why(&c, why);
		CHECK_STR(why, rows[i].want);
		json_decref(v);
	}
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"parses_the_list", parses_the_list, TEST_WALK},
		{"refuses_what_is_no_list", refuses_what_is_no_list, TEST_PLAIN},
		{"takes_fields_of_the_wrong_type", takes_fields_of_the_wrong_type, TEST_WALK},
		{"says_why", says_why, TEST_PLAIN},
		{},
	};

	return test__run(tests, argc, argv);
}
