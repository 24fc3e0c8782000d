/* SPDX-License-Identifier: BSD-2-Clause */
/* Offers and answers of a dialog. */
#include "dialog_offer.h"

static enum offer_kind request_offer_kind(const struct dialog *d, const struct sip_head *h)
{
	switch (h->method) {
	case SIP_INVITE:
	case SIP_UPDATE:
		return OFFER_OFFER;
	case SIP_PRACK: /* RFC 3262 5 */
		return d->is_offer_open ? OFFER_ANSWER : OFFER_OFFER;
	case SIP_ACK:
		return d->is_offer_open ? OFFER_ANSWER : OFFER_NONE;
	default:
		return OFFER_NONE;
	}
}

/* RFC 3261 13.2.1: the first description that comes back is the answer, even in a provisional that
 * is not reliable; without an offer in the INVITE a reliable response offers. */
static enum offer_kind response_offer_kind(const struct dialog *d, const struct sip_head *h)
{
	bool is_reliable = h->status >= 200 || (h->have & SIP_HAVE_RSEQ);

	if (h->status >= 300)
		return OFFER_NONE;
	if (h->method == SIP_INVITE) {
		if (d->sdp_cseq == h->cseq)
			return OFFER_ANSWER;
		return is_reliable ? d->is_offer_open ? OFFER_NONE : OFFER_OFFER : OFFER_NONE;
	}
	if (h->method == SIP_UPDATE || h->method == SIP_PRACK)
		return d->offer_cseq == h->cseq ? OFFER_ANSWER : OFFER_NONE;
	return OFFER_NONE;
}

enum offer_kind dialog_offer__kind(const struct dialog *d, const struct sip_head *h,
				   const struct offer *o)
{
	if (o->kind == OFFER_NONE || o->kind == OFFER_CANDIDATE)
		return (enum offer_kind)o->kind;
	return h->is_request ? request_offer_kind(d, h) : response_offer_kind(d, h);
}

void dialog_offer__take(struct dialog *d, const struct sip_head *h, enum offer_kind kind)
{
	if (kind == OFFER_ANSWER)
		d->is_offer_open = false;
	if (kind != OFFER_OFFER)
		return;
	if (!h->is_request)
		d->is_offer_open = true;
	else if (h->method == SIP_INVITE)
		d->sdp_cseq = h->cseq;
	else
		d->offer_cseq = h->cseq;
}
