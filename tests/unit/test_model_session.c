/* SPDX-License-Identifier: BSD-2-Clause */
/* One session: ends, messages, setup. */
#include "fixture_reply.h"
#include "model_session.h"
#include "test.h"

#include <errno.h>
#include <string.h>

static char text[FIXTURE_REPLY_LEN];

static void check_setup(const struct model_setup *s)
{
	uint64_t sum_ns = 0;

	CHECK(s->is_known && s->is_complete && !s->is_invalid);
	CHECK_UINT(s->phase_cnt, 7);
	CHECK_UINT(s->part_cnt, 6);
	CHECK_STR(s->part[0].owner, "host");
	CHECK_STR(s->part[0].name, "signaling");
	for (unsigned int i = 0; i < s->owner_cnt; i++)
		sum_ns += s->owner[i].ns;
	CHECK_UINT(sum_ns, s->end_ns - s->start_ns);
}

static void parses_a_session(void)
{
	char err[MODEL_ERROR_LEN];
	struct model_session *m = NULL;

	if (!fixture_reply__read("session.json", text) ||
	    !CHECK_OK(model_session__parse(text, &m, err)))
		return;
	CHECK_UINT(m->call.id, 7);
	CHECK_UINT(m->call.messages, 12);
	CHECK_UINT(m->end_cnt, 3);
	CHECK(m->end[1].is_local && !m->end[0].is_local);
	if (CHECK(m->message_cnt == 12)) {
		CHECK_UINT(m->message[0].host_ns, 15100000);
		CHECK_UINT(m->message[0].part_cnt, 3);
		CHECK_STR(model_session__largest(m->message[0].part, 3)->name, "app");
		CHECK_UINT(m->message[1].host_ns, MODEL_NONE);
		CHECK(!model_session__largest(m->message[1].part, m->message[1].part_cnt));
		CHECK_UINT(m->message[3].flags, MESSAGE_RETRANSMIT | MESSAGE_SELF);
		CHECK_STR(m->message[3].timer, "Timer A");
	}
	check_setup(&m->setup);
	model_session__free(m);
}

static void takes_fields_of_the_wrong_type(void)
{
	char err[MODEL_ERROR_LEN];
	struct model_session *m = NULL;

	if (!CHECK_OK(model_session__parse("{\"type\":\"session\",\"id\":3,\"ends\":[1,{\"addr\":"
					   "\"a\\u001b[2J\"}],\"messages\":[7,"
					   "{\"src\":-1,\"dst\":99,\"label\":\"\\u202e\\n\","
					   "\"flags\":[3,\"self\"],\"stages\":["
					   "{\"letter\":\"\\n\"},{\"letter\":\"a\"},{\"letter\":"
					   "\"a\"},{\"letter\":\"a\"}]}],"
					   "\"waterfall\":{\"start_ns\":9,\"end_ns\":5,\"phases\":["
					   "{},{\"from_ns\":5,\"to_ns\":1}],"
					   "\"owners\":{\"a\\u001b\":\"x\"}}}",
					   &m, err)))
		return;
	CHECK_STR(m->end[1].addr, "a?[2J");
	CHECK_STR(m->message[1].label, "??");
	CHECK_UINT(m->message[1].src, MODEL_NONE);
	CHECK_UINT(m->message[1].flags, MESSAGE_SELF);
	CHECK_INT(m->message[1].part[0].letter, '?'); /* letters are unique */
	CHECK_INT(m->message[1].part[1].letter, 'a');
	CHECK_INT(m->message[1].part[2].letter, 'A');
	CHECK_INT(m->message[1].part[3].letter, '1');
	CHECK(!m->setup.is_known);
	CHECK_UINT(m->setup.phase_cnt, 0);
	CHECK_STR(m->setup.owner[0].name, "a?");
	model_session__free(m);
}

static void takes_no_setup_and_errors(void)
{
	char err[MODEL_ERROR_LEN];
	struct model_session *m = NULL;

	CHECK_INT(model_session__parse("{\"type\":\"error\",\"error\":\"no session 9\"}", &m, err),
		  -EREMOTEIO);
	CHECK_STR(err, "no session 9");
	CHECK_INT(model_session__parse("{\"type\":\"sessions\"}", &m, err), -EBADMSG);
	CHECK(!m);
	if (!CHECK_OK(model_session__parse("{\"type\":\"session\",\"waterfall\":null}", &m, err)))
		return;
	CHECK(!m->setup.is_known);
	CHECK_UINT(m->message_cnt, 0);
	model_session__free(m);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"parses_a_session", parses_a_session, TEST_WALK},
		{"takes_fields_of_the_wrong_type", takes_fields_of_the_wrong_type, TEST_WALK},
		{"takes_no_setup_and_errors", takes_no_setup_and_errors, TEST_WALK},
		{},
	};

	return test__run(tests, argc, argv);
}
