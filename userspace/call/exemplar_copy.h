/* SPDX-License-Identifier: BSD-2-Clause */
/* An exemplar under construction: what is fixed, messages, payloads; then one block of memory. */
#ifndef SIGPATH_EXEMPLAR_COPY_H
#define SIGPATH_EXEMPLAR_COPY_H

#include "exemplar.h"

#define EXEMPLAR_PAYLOAD_MAX 4096 /* of one message, as captured */

struct exemplar_copy {
	struct exemplar head;
	uint32_t text_len;
	struct exemplar_msg msg[EXEMPLAR_MSGS_MAX];
	uint8_t payload[EXEMPLAR_PAYLOAD_MAX];
	char text[EXEMPLAR_TEXT_MAX];
};

/* Begins anew with what the call says; NULL: there is none. */
void exemplar_copy__start(struct exemplar_copy *x, const struct redact *r, const struct call *call);
/* Messages of the transaction with this key, and of what was forwarded for it; 0: all. Of too many
 * those in the middle are left out. */
void exemplar_copy__messages(struct exemplar_copy *x, const struct redact *r,
			     const struct calls *calls, const struct call *call, uint64_t key_lo);
/* One block, to be freed with free(); refs 0. NULL: no memory. */
struct exemplar *exemplar_copy__finish(const struct exemplar_copy *x);
size_t exemplar_copy__size(const struct exemplar_copy *x);

#endif
