/* SPDX-License-Identifier: BSD-2-Clause */
/* What replies about calls have in common. Owned references, NULL when out of memory. */
#ifndef SIGPATH_CALL_JSON_H
#define SIGPATH_CALL_JSON_H

#include <jansson.h>

#include "beat.h"
#include "calls.h"
#include "redact.h"

/* What these replies are made from: borrowed. */
struct call_source {
	const struct calls *calls;   /* NULL: none are kept, the reply says so */
	const struct beats *beats;   /* NULL */
	const struct redact *redact; /* how texts of strangers are shown */
	uint64_t now_ns;
	/* Path of the control group of a process, NULL not known; itself NULL: of none. Valid until
	 * the next call. */
	const char *(*cgroup_of)(void *ctx, uint32_t pid);
	void *ctx;
	int64_t clock_offset_ns; /* wall clock - clock of the calls */
};

/* {"in","request",...} of enum call_msg_flag. */
json_t *call_json__flags(uint32_t flags);
json_t *call_json__ends(const struct call_end *end, unsigned int cnt);
json_t *call_json__stages(const struct stage_share *share, unsigned int cnt);
/* SESSION of README.md. */
json_t *call_json__session(const struct call_source *src, const struct call *call);

/* Uid of the pod that the call's application runs in; NULL: none, or not known. uid: POD_UID_LEN.
 */
const char *call_json__pod(const struct call_source *src, const struct call *call, char *uid);

/* Replies to {"cmd":"sessions"}, "show", "metrics", "beats". */
json_t *sessions__reply(const struct call_source *src, json_t *request);
json_t *show__reply(const struct call_source *src, json_t *request);
json_t *metrics__reply(const struct call_source *src, json_t *request);
json_t *beats__reply(const struct call_source *src, json_t *request);

#endif
