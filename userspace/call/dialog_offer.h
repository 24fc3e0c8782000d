/* SPDX-License-Identifier: BSD-2-Clause */
/* What is offer and what is answer in a dialog: RFC 3261 13.2.1, RFC 3262 5 and RFC 6337. */
#ifndef SIGPATH_DIALOG_OFFER_H
#define SIGPATH_DIALOG_OFFER_H

#include "calls_impl.h"

/* What the description in a message of this dialog is; OFFER_NONE: none, or a mere preview. Changes
 * nothing. */
enum offer_kind dialog_offer__kind(const struct dialog *d, const struct sip_head *h,
				   const struct offer *o);
/* Notes which answer is waited for from here on. */
void dialog_offer__take(struct dialog *d, const struct sip_head *h, enum offer_kind kind);

#endif
