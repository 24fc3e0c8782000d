/* SPDX-License-Identifier: BSD-2-Clause */
/* Text under construction that stays printable and inside of its buffer. Of userspace/call's
 * redaction only. */
#ifndef SIGPATH_REDACT_OUT_H
#define SIGPATH_REDACT_OUT_H

#include <stdbool.h>
#include <stdint.h>

#include "redact.h"

struct redact_out {
	char *buf;
	uint32_t len, cap; /* cap without the NUL */
};

/* Printable ASCII; white space becomes a blank, the rest '?'. */
void redact_out__put(struct redact_out *o, const char *p, uint32_t len);
void redact_out__text(struct redact_out *o, const char *text);
void redact_out__line(struct redact_out *o); /* ends it */
/* "[N bytes]" */
void redact_out__hide(struct redact_out *o, uint32_t len);
/* "[N bytes of WHAT]" */
void redact_out__hide_as(struct redact_out *o, uint32_t len, const char *what, uint32_t what_len);
/* As it stands if it names nobody, without quoted strings; else its length. */
void redact_out__plain(struct redact_out *o, const char *p, uint32_t len);
bool redact_out__is_token(const char *p, uint32_t len); /* RFC 3261 25.1, and not empty */

/* is_bare: not in <>, so that its parameters may be anybody's. */
void redact_uri__put(const struct redact *r, struct redact_out *o, const char *p, uint32_t len,
		     bool is_bare);
/* From, To, Contact, Route: a list of addresses. */
void redact_party__put(const struct redact *r, struct redact_out *o, const char *p, uint32_t len);
/* Session description, or lines of candidates. */
void redact_sdp__put(struct redact_out *o, const char *p, uint32_t len);

#endif
