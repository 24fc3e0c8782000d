/* SPDX-License-Identifier: BSD-2-Clause */
/* RFC 6076 4.1 to 4.9. */
#include "meter.h"

/* Instants of different sources may lie the wrong way round by a little: such a pair says nothing.
 */
static void add_span(struct hist *h, uint64_t from_ns, uint64_t to_ns)
{
	if (from_ns && to_ns >= from_ns)
		hist__add(h, to_ns - from_ns);
}

static void begin(struct dialog *d, uint64_t ts_ns)
{
	d->is_attempt = true;
	d->request_ns = ts_ns;
	d->status_ns = 0;
}

void meter__invite(struct rfc6076 *r, struct dialog *d, uint64_t ts_ns)
{
	if (!d->is_attempt) {
		begin(d, ts_ns);
		r->sessions++;
		r->invites++;
	} else if (!d->is_challenged) {
		r->invites++;
	}
}

static bool is_user_effect(uint16_t status)
{
	return status == 480 || status == 486 || status == 600 || status == 603;
}

static bool is_ineffective(uint16_t status)
{
	return status == 408 || status == 500 || status == 503 || status == 504;
}

/* 4.3: success and failure are told apart by the outcome, the time by the first status. */
void meter__invite_answer(struct rfc6076 *r, struct dialog *d, uint16_t status, uint64_t ts_ns)
{
	bool is_redirect = status >= 300 && status < 400;

	if (!d->is_attempt || is_challenge(status))
		return;
	if (is_redirect) {
		r->redirected++;
		return;
	}
	if (!d->status_ns)
		d->status_ns = ts_ns;
	if (status < 200)
		return;
	d->is_attempt = false;
	add_span(status < 300 ? &r->srd_success : &r->srd_failed, d->request_ns, d->status_ns);
	if (status < 300) {
		r->established++;
		d->answer_ns = ts_ns;
	}
	if (status < 300 || is_user_effect(status))
		r->effective++;
	else if (is_ineffective(status))
		r->ineffective++;
}

void meter__invite_timeout(struct rfc6076 *r, struct dialog *d)
{
	if (!d->is_attempt)
		return;
	d->is_attempt = false;
	r->ineffective++;
}

void meter__bye(struct dialog *d, uint64_t ts_ns)
{
	if (!d->bye_ns)
		d->bye_ns = ts_ns;
}

void meter__bye_answer(struct rfc6076 *r, struct dialog *d, uint16_t status, uint64_t ts_ns)
{
	if (d->is_bye_done || !d->bye_ns || is_challenge(status))
		return;
	if (status == 503) /* 4.4: recoverable, the answer to what follows counts */
		return;
	d->is_bye_done = true;
	if (status < 300)
		add_span(&r->sdd, d->bye_ns, ts_ns);
	if (!d->answer_ns)
		return;
	add_span(&r->sdt_success, d->answer_ns, d->bye_ns);
	r->completed++;
}

void meter__bye_timeout(struct rfc6076 *r, struct dialog *d, uint64_t ts_ns)
{
	if (d->is_bye_done || !d->bye_ns)
		return;
	d->is_bye_done = true;
	add_span(&r->sdt_failed, d->answer_ns, ts_ns);
}

/* 4.2: the request that answers a challenge is the same attempt. */
void meter__register(struct rfc6076 *r, struct dialog *d, uint64_t ts_ns)
{
	if (d->is_attempt && d->is_challenged)
		return;
	begin(d, ts_ns);
	r->registers++;
}

void meter__register_answer(struct rfc6076 *r, struct dialog *d, uint16_t status, uint64_t ts_ns)
{
	if (!d->is_attempt || status < 200 || is_challenge(status) ||
	    (status >= 300 && status < 400))
		return;
	d->is_attempt = false;
	if (status < 300)
		add_span(&r->rrd, d->request_ns, ts_ns);
	else
		r->ineffective_registers++;
}

void meter__register_timeout(struct rfc6076 *r, struct dialog *d)
{
	if (!d->is_attempt)
		return;
	d->is_attempt = false;
	r->ineffective_registers++;
}
