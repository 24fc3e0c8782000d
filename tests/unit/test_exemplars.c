/* SPDX-License-Identifier: BSD-2-Clause */
/* A call of the real tables, kept as an exemplar, as its readers get it. */
#include "exemplars.h"

#include "fixture_call.h"

struct fixture {
	struct fixture_call fx;
	struct exemplars *ex;
	struct redact redact;
};

static bool make(struct fixture *f)
{
	memset(f, 0, sizeof(*f));
	if (!fixture_call__init(&f->fx, NULL))
		return false;
	redact__init_fixed(&f->redact, false);
	return CHECK_OK(exemplars__new(&(struct exemplar_opts){.worst = 2,
							       .reservoir = 2,
							       .max_rows = 4,
							       .memory = 1 << 20,
							       .calls = f->fx.c,
							       .redact = &f->redact},
				       &f->ex));
}

static void done(struct fixture *f)
{
	exemplars__free(f->ex);
	fixture_call__done(&f->fx);
}

static json_t *ask(const struct fixture *f, const char *text)
{
	json_t *request = json_loads(text, 0, NULL), *reply = exemplars__json(f->ex, request);

	json_decref(request);
	return reply;
}

static json_t *first(const json_t *reply)
{
	json_t *row = json_array_get(json_object_get(reply, "rows"), 0);

	return json_array_get(json_object_get(row, "exemplars"), 0);
}

static const char *word(const json_t *object, const char *field)
{
	return json_string_value(json_object_get(object, field));
}

static void tells_a_setup(void)
{
	const struct stage_share share[] = {{STAGE_RUNQ, 4 * MS}, {STAGE_APP, 6 * MS}};
	const json_t *e, *m;
	struct fixture f;
	json_t *reply;

	if (!make(&f))
		goto out;
	fixture_call__ask(&f.fx, 100, "A>B", "INVITE", 1, "1", NULL, NULL, SDP_A);
	fixture_call__reply(&f.fx, 110, "B>A", 486, "INVITE", 1, "1", "tb", NULL, NULL);
	if (!CHECK(fixture_call__last(&f.fx) != NULL))
		goto out;
	exemplars__setup(f.ex, fixture_call__last(&f.fx), 10 * MS, share, 2, 120 * MS);
	reply = ask(&f, "{}");
	CHECK_STR(word(reply, "type"), "exemplars");
	m = json_array_get(json_object_get(reply, "rows"), 0);
	CHECK_STR(word(m, "side"), "setup");
	CHECK_STR(word(m, "method"), "call");
	e = first(reply);
	CHECK_STR(word(e, "call_id"), "call-1@test");
	CHECK_STR(word(e, "from"), "sip:u-a71148ca@example.com");
	CHECK(json_is_true(json_object_get(e, "worst")) &&
	      json_is_true(json_object_get(e, "random")));
	CHECK_INT(json_integer_value(json_object_get(e, "total_ns")), 10 * MS);
	CHECK_INT(json_integer_value(json_object_get(e, "code")), 486);
	m = json_array_get(json_object_get(e, "stages"), 1);
	CHECK_STR(word(m, "name"), "app");
	CHECK_STR(word(m, "letter"), "a");
	CHECK_UINT(json_array_size(json_object_get(e, "ends")), 2);
	if (CHECK_UINT(json_array_size(json_object_get(e, "messages")), 2)) {
		m = json_array_get(json_object_get(e, "messages"), 1);
		CHECK_STR(word(m, "label"), "486");
		CHECK(!json_object_get(m, "payload"));
	}
	json_decref(reply);
	reply = ask(&f, "{\"method\":\"call\",\"payload\":true}");
	m = json_array_get(json_object_get(first(reply), "messages"), 0);
	CHECK(word(m, "payload") && strstr(word(m, "payload"), "From: <sip:u-a71148ca@"));
	json_decref(reply);
	reply = ask(&f, "{\"method\":\"register\"}");
	CHECK_UINT(json_array_size(json_object_get(reply, "rows")), 0);
	json_decref(reply);
out:
	done(&f);
}

static void is_empty_at_first(void)
{
	struct fixture f;
	json_t *reply;

	if (make(&f)) {
		reply = ask(&f, "{}");
		CHECK_UINT(json_array_size(json_object_get(reply, "rows")), 0);
		json_decref(reply);
	}
	done(&f);
}

int main(int argc, char **argv)
{
	static const struct test table[] = {
		{"tells_a_setup", tells_a_setup, TEST_PLAIN},
		{"is_empty_at_first", is_empty_at_first, TEST_PLAIN},
		{NULL, NULL, TEST_PLAIN},
	};

	return test__run(table, argc, argv);
}
