/* SPDX-License-Identifier: BSD-2-Clause */
/* The tables of calls are made by hand here: one call, its messages, their payloads. */
#include "exemplar.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "record.h"
#include "test.h"

#define MS 1000000ull
#define S  (1000 * MS)

#define MSG_CNT 200

static struct call_msg msgs[MSG_CNT];
static struct call the_call;
static const char *payload; /* of each message with CALL_MSG_KEPT */

const struct call_msg *calls__msg(const struct calls *c, uint32_t idx1)
{
	(void)c;
	return idx1 ? &msgs[idx1 - 1] : NULL;
}

uint32_t calls__payload(const struct calls *c, const struct call_msg *m, uint8_t *buf, uint32_t len)
{
	uint32_t n = payload ? (uint32_t)strlen(payload) : 0;

	(void)c;
	(void)m;
	n = n < len ? n : len;
	if (n)
		memcpy(buf, payload, n);
	return n;
}

const struct call *calls__find_text(const struct calls *c, const char *call_id)
{
	(void)c;
	return strcmp(call_id, the_call.call_id) ? NULL : &the_call;
}

/* cnt messages; of transaction 1 (even ones) and 2, the fourth forwarded for 1. */
static void make_call(unsigned int cnt)
{
	memset(msgs, 0, sizeof(msgs));
	memset(&the_call, 0, sizeof(the_call));
	the_call.id = 5;
	the_call.kind = CALL_INVITE;
	the_call.state = CALL_STATE_FAILED;
	the_call.code = 486;
	the_call.at[CALL_AT_START] = 77;
	strcpy(the_call.call_id, "1@h");
	strcpy(the_call.from, "sip:a@h");
	strcpy(the_call.to, "tel:+49");
	strcpy(the_call.service, "sip 10.0.0.1:5060");
	the_call.first_msg = cnt ? 1 : 0;
	for (unsigned int i = 0; i < cnt; i++) {
		msgs[i].idx = i;
		msgs[i].ts_ns = i + 1;
		msgs[i].key_lo = i % 2 ? 2 : 1;
		msgs[i].parent_lo = i == 3 ? 1 : 0;
		msgs[i].next = i + 1 < cnt ? i + 2 : 0;
		msgs[i].proto = PROTO_SIP;
		msgs[i].flags = CALL_MSG_KEPT;
	}
}

static struct redact redact;

static bool make(struct exemplar_opts o, struct exemplars **ret)
{
	redact__init_fixed(&redact, false);
	o.redact = &redact;
	o.calls = (const struct calls *)&the_call; /* never looked into */
	return CHECK_OK(exemplars__new(&o, ret));
}

static struct stats_row rows[4];
static struct txn_text text;

/* One of row `row` that took total_ns. */
static void done(struct exemplars *ex, unsigned int row, uint64_t total_ns, uint64_t now_ns)
{
	struct txn txn = {
		.row = &rows[row], .code = 200, .key = {.lo = 1}, .text = &text, .comm = "app"};
	struct path path = {.share = {{STAGE_APP, total_ns}},
			    .share_cnt = 1,
			    .start_ns = now_ns - total_ns,
			    .last_ns = now_ns};
	struct session_done d = {.txn = &txn, .path = &path};

	sprintf(rows[row].key.method, "M%u", row);
	exemplars__done(ex, &d, NULL, now_ns);
}

static unsigned int list(const struct exemplars *ex, unsigned int row, uint64_t worst_ms[8],
			 unsigned int *random)
{
	struct exemplar_shown shown[EXEMPLAR_SHOWN_MAX];
	unsigned int cnt = exemplars__list(ex, row, shown), worst = 0;

	*random = 0;
	for (unsigned int i = 0; i < cnt; i++) {
		if (shown[i].is_worst && worst < 8)
			worst_ms[worst++] = shown[i].exemplar->total_ns / MS;
		*random += shown[i].is_random;
	}
	return worst;
}

static void keeps_the_worst(void)
{
	struct exemplars *ex = NULL;
	uint64_t ms[8], seed = 1, all[200];
	unsigned int random, at = 0;

	if (!make(
		    (struct exemplar_opts){
			    .worst = 4, .reservoir = 3, .max_rows = 4, .memory = 1 << 20},
		    &ex))
		return;
	for (unsigned int i = 0; i < 200; i++)
		all[i] = i + 1;
	for (unsigned int i = 199; i; i--) { /* any order */
		unsigned int j = (unsigned int)(test__random(&seed) % (i + 1));
		uint64_t t = all[i];

		all[i] = all[j];
		all[j] = t;
	}
	for (unsigned int i = 0; i < 200; i++)
		done(ex, 0, all[i] * MS, 100 * S);
	CHECK_UINT(exemplars__row_cnt(ex), 1);
	CHECK_STR(exemplars__row(ex, 0, NULL)->method, "M0");
	if (!test__injected() && CHECK_UINT(list(ex, 0, ms, &random), 4)) {
		for (; at < 4; at++)
			CHECK_UINT(ms[at], 200 - at);
		CHECK_UINT(random, 3);
	}
	exemplars__free(ex);
}

static void forgets_old_outliers(void)
{
	struct exemplars *ex = NULL;
	uint64_t ms[8] = {0};
	unsigned int random;

	if (!make(
		    (struct exemplar_opts){
			    .worst = 2, .max_rows = 4, .memory = 1 << 20, .window_ns = 60 * S},
		    &ex))
		return;
	done(ex, 0, 9000 * MS, 1000 * S);
	done(ex, 0, 5 * MS, 1010 * S);
	done(ex, 0, 6 * MS, 1061 * S); /* the next window */
	CHECK_UINT(list(ex, 0, ms, &random), 2);
	CHECK_UINT(ms[0], 9000);
	CHECK_UINT(ms[1], 6);
	done(ex, 0, 7 * MS, 1121 * S);
	CHECK_UINT(list(ex, 0, ms, &random), 2);
	CHECK_UINT(ms[0], 7);
	CHECK_UINT(ms[1], 6);
	exemplars__tick(ex, 1181 * S);
	CHECK_UINT(list(ex, 0, ms, &random), 1);
	CHECK_UINT(ms[0], 7);
	exemplars__tick(ex, 2000 * S);
	CHECK_UINT(list(ex, 0, ms, &random), 0);
	CHECK_UINT(exemplars__memory(ex), 0);
	exemplars__free(ex);
}

/* Each of 20 has the same chance (4 of 20) to be kept; chi square of 19 degrees, p = 0.001: 43.8.
 */
static void reservoir_is_fair(void)
{
	unsigned int kept[20] = {0}, random, runs = 2000;
	struct exemplar_shown shown[EXEMPLAR_SHOWN_MAX];
	double chi = 0;

	for (unsigned int run = 0; run < runs; run++) {
		struct exemplars *ex = NULL;

		if (!make((struct exemplar_opts){.reservoir = 4,
						 .max_rows = 1,
						 .memory = 1 << 20,
						 .seed = run * 0x9e3779b97f4a7c15ull + 12345},
			  &ex))
			return;
		for (unsigned int i = 0; i < 20; i++)
			done(ex, 0, (i + 1) * MS, 100 * S);
		random = exemplars__list(ex, 0, shown);
		CHECK_UINT(random, 4);
		for (unsigned int i = 0; i < random; i++)
			kept[shown[i].exemplar->total_ns / MS - 1]++;
		exemplars__free(ex);
	}
	for (unsigned int i = 0; i < 20; i++)
		chi += (kept[i] - runs / 5.0) * (kept[i] - runs / 5.0) / (runs / 5.0);
	CHECK(chi < 43.8);
}

static void is_the_same_with_the_same_seed(void)
{
	struct exemplar_shown a[EXEMPLAR_SHOWN_MAX], b[EXEMPLAR_SHOWN_MAX];
	struct exemplar_opts o = {
		.worst = 2, .reservoir = 4, .max_rows = 2, .memory = 1 << 20, .seed = 7};
	struct exemplars *x = NULL, *y = NULL;

	if (!make(o, &x) || !make(o, &y))
		goto out;
	for (unsigned int i = 0; i < 100; i++) {
		done(x, 0, (i * 37 % 101 + 1) * MS, 100 * S);
		done(y, 0, (i * 37 % 101 + 1) * MS, 100 * S);
	}
	if (CHECK_UINT(exemplars__list(x, 0, a), exemplars__list(y, 0, b)))
		for (unsigned int i = 0; i < exemplars__list(x, 0, a); i++)
			CHECK_UINT(a[i].exemplar->total_ns, b[i].exemplar->total_ns);
out:
	exemplars__free(x);
	exemplars__free(y);
}

static void copies_its_messages_redacted(void)
{
	struct exemplar_shown shown[EXEMPLAR_SHOWN_MAX];
	struct exemplars *ex = NULL;
	const struct exemplar *e;

	if (!make((struct exemplar_opts){.worst = 1, .max_rows = 4, .memory = 1 << 20}, &ex))
		return;
	make_call(6);
	payload = "BYE sip:alice@h SIP/2.0\r\nSubject: secret\r\n\r\n";
	strcpy(text.call_id, "1@h");
	done(ex, 0, 5 * MS, 100 * S);
	payload = NULL;
	memset(msgs, 0xff, sizeof(msgs)); /* nothing is borrowed */
	memset(&the_call, 0xff, sizeof(the_call));
	text.call_id[0] = '\0';
	if (test__injected() && !exemplars__list(ex, 0, shown))
		goto out; /* counted */
	if (!CHECK_UINT(exemplars__list(ex, 0, shown), 1))
		goto out;
	e = shown[0].exemplar;
	CHECK_UINT(e->call, 5);
	CHECK_STR(e->call_id, "1@h");
	CHECK_STR(e->from, "sip:u-a71148ca@h");
	CHECK_STR(e->comm, "app");
	CHECK_UINT(e->share_cnt, 1);
	CHECK_UINT(e->share[0].ns, 5 * MS);
	CHECK_UINT(e->total_ns, 5 * MS);
	CHECK_UINT(e->start_ns, 100 * S - 5 * MS);
	if (CHECK_UINT(e->msg_cnt, 4)) { /* 1, 3, 5 and the fourth, forwarded for it */
		CHECK_UINT(e->msg[2].msg.ts_ns, 4);
		CHECK_MEM(e->text + e->msg[3].text, "BYE sip:u-", 10);
		CHECK(strstr(e->text + e->msg[3].text, "Subject: [6 bytes]\n") != NULL);
		CHECK_UINT(strlen(e->text + e->msg[3].text), e->msg[3].text_len);
	}
	CHECK_UINT(exemplars__memory(ex), e->size);
out:
	exemplars__free(ex);
}

static void leaves_out_the_middle(void)
{
	struct exemplar_shown shown[EXEMPLAR_SHOWN_MAX];
	struct stage_share share = {STAGE_APP, 3};
	struct exemplars *ex = NULL;
	const struct exemplar *e;

	if (!make((struct exemplar_opts){.worst = 1, .max_rows = 4, .memory = 1 << 20}, &ex))
		return;
	make_call(MSG_CNT);
	exemplars__setup(ex, &the_call, 0, NULL, 0, 100 * S);
	CHECK_UINT(exemplars__row_cnt(ex), 0);
	exemplars__setup(ex, &the_call, 9, &share, 1, 100 * S);
	if (!CHECK_UINT(exemplars__row_cnt(ex), 1))
		goto out;
	CHECK_INT(exemplars__row(ex, 0, NULL)->side, 'S');
	CHECK_STR(exemplars__row(ex, 0, NULL)->method, "call");
	if (!exemplars__list(ex, 0, shown)) {
		CHECK(test__injected());
		goto out;
	}
	e = shown[0].exemplar;
	CHECK(e->is_error);
	CHECK_UINT(e->start_ns, 77);
	CHECK_UINT(e->msg_cnt, EXEMPLAR_MSGS_MAX);
	CHECK_UINT(e->msgs_left_out, MSG_CNT - EXEMPLAR_MSGS_MAX);
	CHECK_UINT(e->msg[47].msg.ts_ns, 48);
	CHECK_UINT(e->msg[48].msg.ts_ns, MSG_CNT - 15);
	CHECK_UINT(e->msg[63].msg.ts_ns, MSG_CNT);
out:
	exemplars__free(ex);
}

static void text_is_bounded(void)
{
	static char big[4000];
	struct exemplar_shown shown[EXEMPLAR_SHOWN_MAX];
	struct exemplars *ex = NULL;

	if (!make((struct exemplar_opts){.worst = 1, .max_rows = 4, .memory = 1 << 20}, &ex))
		return;
	make_call(60);
	strcpy(big, "BYE sip:h SIP/2.0\r\nCall-ID: ");
	memset(big + strlen(big), 'x', sizeof(big) - 40);
	strcpy(big + sizeof(big) - 12, "\r\n\r\n");
	payload = big;
	exemplars__setup(ex, &the_call, 9, NULL, 0, 100 * S);
	payload = NULL;
	if (exemplars__list(ex, 0, shown)) {
		CHECK(shown[0].exemplar->msg[0].text_len > 3000);
		CHECK_UINT(shown[0].exemplar->msg[59].text_len, 0);
		CHECK(exemplars__memory(ex) < sizeof(struct exemplar) +
						      64 * sizeof(struct exemplar_msg) +
						      EXEMPLAR_TEXT_MAX);
	} else {
		CHECK(test__injected());
	}
	exemplars__free(ex);
}

static void memory_is_bounded(void)
{
	const size_t one = sizeof(struct exemplar);
	struct exemplars *ex = NULL;
	uint64_t ms[8];
	unsigned int random;

	if (!make(
		    (struct exemplar_opts){
			    .worst = 4, .reservoir = 2, .max_rows = 2, .memory = 4 * one},
		    &ex))
		return;
	for (unsigned int i = 1; i <= 4; i++)
		done(ex, 0, i * MS, 100 * S + i); /* the first two in both */
	CHECK_UINT(exemplars__memory(ex), 4 * one);
	done(ex, 1, 1 * MS, 101 * S); /* pushes out what is oldest and least */
	CHECK_UINT(exemplars__memory(ex), 4 * one);
	CHECK(exemplars__counts(ex)->evicted >= 1);
	CHECK_UINT(list(ex, 1, ms, &random), 1);
	done(ex, 2, 1 * MS, 101 * S);
	CHECK_UINT(exemplars__counts(ex)->groups_full, 1);
	for (uint64_t i = 0; i < 1000; i++) {
		done(ex, i % 2, (i * 7919 % 1000 + 1) * MS, (200 + i / 4) * S);
		CHECK(exemplars__memory(ex) <= 4 * one);
	}
	exemplars__free(ex);
	ex = NULL;
	if (!make(
		    (struct exemplar_opts){
			    .worst = 4, .reservoir = 2, .max_rows = 2, .memory = one - 1},
		    &ex))
		return;
	done(ex, 0, 1 * MS, 100 * S);
	CHECK_UINT(exemplars__counts(ex)->refused, 1);
	CHECK_UINT(exemplars__memory(ex), 0);
	exemplars__free(ex);
}

static void failed_copies_are_counted(void)
{
	struct exemplars *ex = NULL;
	uint64_t ms[8];
	unsigned int random;

	if (!make((struct exemplar_opts){.worst = 1, .max_rows = 2, .memory = 1 << 20}, &ex))
		return;
	done(ex, 0, 1 * MS, 100 * S);
	CHECK_UINT(exemplars__counts(ex)->taken + exemplars__counts(ex)->no_memory, 1);
	CHECK_UINT(list(ex, 0, ms, &random), exemplars__counts(ex)->taken);
	if (!test__injected())
		CHECK_UINT(exemplars__counts(ex)->taken, 1);
	exemplars__free(ex);
}

static void refuses_senseless_options(void)
{
	struct exemplars *ex = NULL;

	redact__init_fixed(&redact, false);
	CHECK_INT(exemplars__new(&(struct exemplar_opts){.worst = 1, .max_rows = 1}, &ex), -EINVAL);
	CHECK_INT(exemplars__new(&(struct exemplar_opts){.redact = &redact}, &ex), -EINVAL);
	CHECK_INT(exemplars__new(&(struct exemplar_opts){.worst = EXEMPLAR_SLOTS_MAX + 1,
							 .max_rows = 1,
							 .redact = &redact},
				 &ex),
		  -EINVAL);
	CHECK(ex == NULL);
	exemplars__free(NULL);
}

int main(int argc, char **argv)
{
	static const struct test table[] = {
		{"keeps_the_worst", keeps_the_worst, TEST_PLAIN},
		{"forgets_old_outliers", forgets_old_outliers, TEST_PLAIN},
		{"reservoir_is_fair", reservoir_is_fair, TEST_PLAIN},
		{"is_the_same_with_the_same_seed", is_the_same_with_the_same_seed, TEST_PLAIN},
		{"copies_its_messages_redacted", copies_its_messages_redacted, TEST_WALK},
		{"leaves_out_the_middle", leaves_out_the_middle, TEST_WALK},
		{"text_is_bounded", text_is_bounded, TEST_WALK},
		{"memory_is_bounded", memory_is_bounded, TEST_PLAIN},
		{"failed_copies_are_counted", failed_copies_are_counted, TEST_WALK},
		{"refuses_senseless_options", refuses_senseless_options, TEST_PLAIN},
		{NULL, NULL, TEST_PLAIN},
	};

	return test__run(table, argc, argv);
}
