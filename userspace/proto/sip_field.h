/* SPDX-License-Identifier: BSD-2-Clause */
/* The readers of sip_field.c, for the tables of sip_name.c. Each gets the value of one field,
 * without white space around it, and moves the cursor as it likes. */
#ifndef SIGPATH_SIP_FIELD_H
#define SIGPATH_SIP_FIELD_H

#include "sip_cursor.h"

void sip_field__via(struct cursor *c, struct sip_head *out);
void sip_field__from(struct cursor *c, struct sip_head *out);
void sip_field__to(struct cursor *c, struct sip_head *out);
void sip_field__contact(struct cursor *c, struct sip_head *out);
void sip_field__call_id(struct cursor *c, struct sip_head *out);
void sip_field__cseq(struct cursor *c, struct sip_head *out);
void sip_field__content_length(struct cursor *c, struct sip_head *out);
void sip_field__content_type(struct cursor *c, struct sip_head *out);
void sip_field__expires(struct cursor *c, struct sip_head *out);
void sip_field__max_forwards(struct cursor *c, struct sip_head *out);
void sip_field__rseq(struct cursor *c, struct sip_head *out);
void sip_field__rack(struct cursor *c, struct sip_head *out);
void sip_field__require(struct cursor *c, struct sip_head *out);
void sip_field__supported(struct cursor *c, struct sip_head *out);
void sip_field__event(struct cursor *c, struct sip_head *out);
void sip_field__sub_state(struct cursor *c, struct sip_head *out);
void sip_field__session_id(struct cursor *c, struct sip_head *out);
void sip_field__charging(struct cursor *c, struct sip_head *out);
void sip_field__replaces(struct cursor *c, struct sip_head *out);
void sip_field__x_call_id(struct cursor *c, struct sip_head *out);
void sip_field__user_agent(struct cursor *c, struct sip_head *out);

#endif
