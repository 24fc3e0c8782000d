/* SPDX-License-Identifier: BSD-2-Clause */
/* Bars of a setup and of a message's stages. */
#include "fixture_reply.h"
#include "setup_text.h"
#include "test.h"
#include "text.h"

#include <locale.h>
#include <stdio.h>
#include <string.h>

static char text[FIXTURE_REPLY_LEN];

static struct model_session *read_session(void)
{
	char err[MODEL_ERROR_LEN];
	struct model_session *m = NULL;

	if (!fixture_reply__read("session.json", text) ||
	    !CHECK_OK(model_session__parse(text, &m, err)))
		return NULL;
	return m;
}

static void check_lines(const struct setup_text *t)
{
	char fit[SETUP_LINE];

	CHECK(t->cnt && t->cnt <= SETUP_LINES);
	for (unsigned int i = 0; i < t->cnt; i++)
		CHECK(text__fit(fit, sizeof(fit), t->line[i], SETUP_LINE, true) <= t->cols);
}

static void fits_every_width(void)
{
	static const unsigned int cols[] = {40, 79, 80, 120, 250, 400};
	struct model_session *m = read_session();
	struct setup_text t;

	setlocale(LC_CTYPE, "C.UTF-8");
	for (size_t i = 0; m && i < sizeof(cols) / sizeof(cols[0]) * 2; i++) {
		CHECK_CASE("%u columns", cols[i / 2]);
		t = (struct setup_text){.cols = cols[i / 2], .utf8 = i & 1};
		setup_text__waterfall(&t, &m->setup);
		check_lines(&t);
		for (unsigned int k = 0; k < m->message_cnt; k++) {
			setup_text__stages(&t, &m->message[k]);
			check_lines(&t);
		}
	}
	model_session__free(m);
}

static void stages_sum_to_the_wait(void)
{
	struct setup_text t = {.cols = 80};
	struct model_session *m = read_session();

	if (!m)
		return;
	setup_text__stages(&t, &m->message[0]);
	CHECK_UINT(t.cnt, 5);
	CHECK_STR(t.line[0], " message 1 INVITE: this host had it 15.1ms, kamailio");
	CHECK_STR(
		t.line[1],
		" app          12100000ns  80% |aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa          |");
	CHECK_STR(
		t.line[2],
		" runq          1800000ns  12% |                                      rrrrrr    |");
	CHECK_STR(t.line[4], " total        15100000ns 100%");
	setup_text__stages(&t, &m->message[1]);
	CHECK_STR(t.line[1], " its stages were not measured");
	model_session__free(m);
}

static void shows_whose_time_it_was(void)
{
	struct setup_text t = {.cols = 80};
	struct model_session *m = read_session();
	char line[SETUP_LINE];

	if (!m)
		return;
	setup_text__waterfall(&t, &m->setup);
	CHECK_UINT(t.cnt, 11);
	CHECK_STR(
		t.line[1],
		" signaling   512ms |Hpppppppppppppppppppppppppppppppppp                        |");
	CHECK_STR(
		t.line[2],
		" trying     2.00ms |-                                                          |");
	setup_text__owners(&m->setup, line);
	CHECK_STR(line,
		  " this host 17.0ms (2%)  peer+network 793ms (94%)  unattributed 32.1ms (4%)");
	CHECK_STR(t.line[9], " of it, it rang for 12.0ms: nobody on the way had it then");
	CHECK_STR(t.line[10], " of this host: stack 1.20ms, runq 2.20ms, app 13.6ms");
	m->setup.is_invalid = true;
	setup_text__waterfall(&t, &m->setup);
	CHECK_UINT(t.cnt, 1);
	model_session__free(m);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"fits_every_width", fits_every_width, TEST_PLAIN},
		{"stages_sum_to_the_wait", stages_sum_to_the_wait, TEST_PLAIN},
		{"shows_whose_time_it_was", shows_whose_time_it_was, TEST_PLAIN},
		{},
	};

	return test__run(tests, argc, argv);
}
